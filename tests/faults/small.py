"""A small site with its own profile on a fault server, and crawls of it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.crawling import Run, posts, scrapy
from tests.faultd import Reply

LOOPBACK = "127.0.0.0/8"

SOON = [
    *("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "ARCHIVER_RETRY_DELAY=0.05"),
    *("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=16", "-s", "DOWNLOAD_TIMEOUT=2"),
]
"""Options of a crawl with short delays."""

ONE_BY_ONE = ["-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1", "-s", "DOWNLOAD_DELAY=0.01"]
"""Without a delay, Scrapy 2.19 sends all its requests at once and ignores the concurrency."""

PATIENT = ["-s", "ARCHIVER_BREAKER_FAILURES=100000"]
"""The circuit breaker never opens."""

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Small:
    """Articles by id: as JSON at ``/text?id=``, as pages at ``/a/….html``, and all listed at ``/list``."""

    ids: Sequence[str]
    at: Mapping[str, str] = field(default_factory=dict)
    """Id → the origin of the article's page, if it is not the listing's origin."""

    def __call__(self, _host: str, path: str) -> Reply:
        if path == "/robots.txt":
            return Reply(b"User-agent: *\nDisallow:\n", "text/plain")
        if path.startswith("/list"):
            return Reply(self.listing(path.removeprefix("/list?")).encode(), HTML)
        if path.startswith("/text?id="):
            return Reply(json.dumps(self.fields(path.removeprefix("/text?id="))).encode())
        if path.startswith("/a/"):
            return Reply(self.page(path.removeprefix("/a/").removesuffix(".html")).encode(), HTML)
        return Reply(b"not here", "text/plain", 404)

    def listing(self, category: str) -> str:
        """The articles whose ids begin with the category's name. A category without such articles lists all."""
        rows = "".join(
            f'<li><a href="{self.at.get(name, "")}/a/{name}.html">{self.title(name)}</a></li>'
            for name in [name for name in self.ids if name.startswith(category)] or self.ids
        )
        return f"<html><body><section><ul>{rows}</ul></section></body></html>"

    def title(self, name: str) -> str:
        return f"样例消息 {name}"

    def fields(self, name: str) -> dict[str, object]:
        minute = sum(name.encode()) % 60
        text = f"<p>关于 {name} 的正文，共有两段。</p><p>{'数据与说明。' * 60}{name}</p>"
        return {"id": name, "title": self.title(name), "date": f"2022-02-22 10:{minute:02d}:00", "text": text}

    def page(self, name: str) -> str:
        fields = self.fields(name)
        return (
            f"<!DOCTYPE html><html><head><title>t</title></head><body><h1>{fields['title']}</h1>"
            f"<time>{fields['date']}</time><article>{fields['text']}</article></body></html>"
        )


def profile(folder: Path, origins: Iterable[str], texts: Sequence[str] = (), *, html: bool = False) -> Path:
    """A site whose listing is at the first origin. ``texts``: the origins that have the articles as JSON.

    With ``html``, an article is the page that the listing links to.
    """
    origins = list(origins)
    texts = list(texts) or origins[:1]
    if html:
        urls = ["{address}"]
        kind, fields = "html", "{title: h1, date: time, body: article > p}"
        present = "\n    present: article"
    else:
        urls = [f"{origin}/text?id={{id}}" for origin in texts]
        kind, fields, present = "json", "{id: id, title: title, date: date, body: text}", ""
    path = folder / "small.yaml"
    path.write_text(
        f"""name: small
origins: {json.dumps([*origins, *texts])}
addresses: ['/a/(?P<id>[^/?#]+)\\.html']
listing:
  url: {origins[0]}/list?{{category}}
  rows: section li a
  fields: {{address: '::attr(href)', title: '::text'}}
  present: section
steps:
  - origin: answer
    urls: {json.dumps(urls)}
    format: {kind}
    fields: {fields}{present}
families:
  - name: small
    id: '[a-z0-9-]+'
    category: kuaixun
    tag: 快讯新闻
    link: '{origins[0]}/a/{{id}}.html'
""",
        encoding="utf-8",
    )
    return path


@dataclass(frozen=True)
class Measured(Run):
    seconds: float = 0.0
    megabytes: float = 0.0
    """The peak of the process's resident memory."""

    def ends(self) -> dict[str, tuple[str, str]]:
        """Id → (result, reason), for every article without a post."""
        return {end["id"]: (end["end"], end["reason"]) for end in self.report["failures"]}


def command(site: Path | str, archive: Path, *options: str, spider: str = "category") -> list[str]:
    """The words after ``scrapy``."""
    words = ["crawl", spider, "-s", f"ARCHIVER_OUTPUT={archive}"]
    words += ["-a", f"site={site}", *SOON]
    return [*words, *options] if "-a" in options else [*words, "-a", "category=kuaixun", *options]


def hosts_for(ids: Iterable[str], origin: Callable[[int], str], first: int) -> dict[str, str]:
    """A separate host for each article; the first host has the number ``first``."""
    return {name: origin(first + number) for number, name in enumerate(ids)}


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without proxies, plus the given variables."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | dict(more or {})


def crawl_small(
    site: Path | str,
    archive: Path,
    *options: str,
    spider: str = "category",
    private: str = LOOPBACK,
    variables: Mapping[str, str] | None = None,
) -> Measured:
    """Runs one crawl to its end, without a proxy unless ``variables`` names one."""
    words = command(site, archive, "-s", f"ARCHIVER_PRIVATE_ADDRESSES={private}", *options, spider=spider)
    began = time.monotonic()
    done = scrapy(words, environment(variables))
    report = archive / ".archive" / "report.json"
    found = json.loads(report.read_text()) if report.exists() else {}
    return Measured(done.status, done.stderr, "", found, time.monotonic() - began, done.megabytes)


def comparable(archive: Path) -> dict[str, str]:
    """Id → post without its link lines, because the port in them differs between servers."""
    return {
        name.removeprefix("2022-02-22-").removesuffix(".md"): "\n".join(
            line for line in text.splitlines() if not line.startswith("<http")
        )
        for name, text in posts(archive).items()
    }
