"""Builds a site with the real Jekyll and returns what its pages show."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import html5lib
import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from xml.etree.ElementTree import Element

CONFIG = """\
title: 金融消息
timezone: Asia/Shanghai
markdown: kramdown
future: true
kramdown: { show_warnings: true }
liquid: { error_mode: strict, strict_filters: true }
"""

LAYOUTS = {
    "default": """\
<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="UTF-8"><title>{{ page.title }}</title></head>
<body><section>{{ content }}</section></body></html>
""",
    "post": """\
---
layout: default
---
<small>{{ page.date | date: "%Y-%m-%d %H:%M:%S %z" }}</small>
<h1>{{ page.title }}</h1>
{% for category in page.categories %}<i class="category">{{ category }}</i>{% endfor %}
{% for tag in page.tags %}<em class="tag">{{ tag }}</em>{% endfor %}
<main>{{ content }}</main>
""",
    "category": """\
---
layout: default
---
<h2>{{ page.title }}</h2>
<ul>{% for post in site.categories[page.category] %}<li><a href="{{ post.url }}">{{ post.title }}</a></li>
{% endfor %}</ul>
""",
}
"""Like the layouts of the source site: titles and tags are printed as they are stored."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader of a built post sees, with texts as a browser decodes them."""

    title: str
    time: str
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    main: Element
    """The rendered content."""


@dataclass(frozen=True, slots=True)
class Built:
    """``complaints``: the lines that Jekyll printed besides its usual progress; empty after a clean build."""

    exit_status: int
    complaints: str
    files: Mapping[str, str]
    """Address (``/category/yyyy/mm/dd/id.html``) → HTML."""

    def page(self, url: str) -> Page:
        document = html5lib.parse(self.files[url], namespaceHTMLElements=False)
        main = document.find(".//main")
        assert main is not None
        return Page(
            title=_text(document.find(".//h1")),
            time=_text(document.find(".//small")),
            categories=tuple(map(_text, document.findall(".//i[@class='category']"))),
            tags=tuple(map(_text, document.findall(".//em[@class='tag']"))),
            main=main,
        )


def build(folder: Path, posts: Mapping[str, str]) -> Built:
    """Builds a site in the empty ``folder``, with the layouts above and ``posts`` (file name → text)."""
    for name, layout in LAYOUTS.items():
        _write(folder / "_layouts" / f"{name}.html", layout)
    _write(folder / "_config.yml", CONFIG)
    for name, text in posts.items():
        _write(folder / "_posts" / name, text)
    return build_site(folder)


def build_site(folder: Path) -> Built:
    """Builds the Jekyll site in ``folder``. Without Jekyll the test is skipped, but it fails in CI."""
    program = shutil.which("jekyll")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("CI is set, but jekyll is not on PATH")
        pytest.skip("jekyll is not on PATH (Debian: apt install jekyll)")
    target = folder / "_site"
    command: list[str | Path] = [
        program,
        "build",
        "--source",
        folder,
        "--destination",
        target,
        "--disable-disk-cache",
    ]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, cwd=folder, env=environment, timeout=300, check=False)
    pages = target.rglob("*.html") if target.exists() else ()
    return Built(
        exit_status=done.returncode,
        complaints=_complaints(done.stdout + done.stderr),
        files={f"/{page.relative_to(target)}": page.read_text("utf-8") for page in pages},
    )


_PROGRESS = (
    "Configuration file:",
    "Source:",
    "Destination:",
    "Incremental build:",
    "Generating...",
    "done in",
    "Auto-regeneration:",
)


def _complaints(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").splitlines()
    return "\n".join(line for line in lines if line.strip() and not line.strip().startswith(_PROGRESS))


def _text(element: Element | None) -> str:
    assert element is not None
    return "".join(element.itertext())


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
