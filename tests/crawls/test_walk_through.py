"""The five commands of docs/sites.md, as printed, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from archiver.replica.articles import Site
from archiver.replica.server import Replica, proxied
from archiver.trying.discover import FEEDS
from tests.crawling import PROJECT, posts
from tests.trying.test_new import LI, TITLES, address, article, html, rows_of

HTML = {"Content-Type": "text/html; charset=utf-8"}


def commands() -> str:
    docs = (PROJECT / "docs/sites.md").read_text(encoding="utf-8")
    found = re.search(r"^```sh\n(finews site-new .*?)^```", docs, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_five_commands_lead_to_an_archive(tmp_path: Path) -> None:
    lines = commands().replace("https:", "http:").splitlines()
    assert len(lines) == 5
    script = "".join(f"{line} -s ARCHIVER_PACE=full\n" for line in lines)
    host = "http://www.example.com"
    with Replica(Site(10)) as replica:
        replica.answers |= {f"{host}/news/": (200, HTML, html(f"<ul class='list'>{rows_of(LI)}</ul>"))}
        replica.answers |= {f"{host}{address(n)}": (200, HTML, article(n)) for n in range(len(TITLES))}
        replica.answers |= {f"{host}{path}": (404, {}, "") for path in ("/robots.txt", *FEEDS)}
        environment = proxied(replica.url, os.environ)
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        done = subprocess.run(
            ["/bin/sh", "-ec", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        paths = [seen.path for seen in replica.requests if seen.host == "www.example.com"]
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "mine.pages", "mine.yaml"]
    assert len(posts(tmp_path / "mine")) == len(TITLES)
    assert done.stdout.count("mine: 3 of 3 articles can be posted") == 4
    assert paths.count(address(0)) == 4, "the last command needs no network"
