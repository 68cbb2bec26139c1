"""The walk-throughs of docs/sites.md: the commands and files as printed, on invented answers."""

from __future__ import annotations

import os
import re
import shlex
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from archiver.replica import certificates
from archiver.replica.articles import Site
from archiver.replica.eastmoney import Columns
from archiver.replica.eastmoney_server import EastmoneyReplica
from archiver.replica.server import Answer, proxied
from archiver.sites.load import parse
from tests.crawling import PROJECT, asked, posts, scrapy
from tests.forks import Done
from tests.sites.real.shapes import data, html, xml

DOCS = (PROJECT / "docs/sites.md").read_text(encoding="utf-8")
WWW, API = "http://www.example.com", "http://api.example.com"
PARTS = (
    "海湾大桥的最后一段钢梁昨天夜里吊装到位，两岸的桥面第一次连在一起。",
    "施工方介绍，接下来要铺设路面、安装护栏和照明，全部工作在冬季之前完成。",
    "通车以后，从渔港到新城的车程由五十分钟缩短到十二分钟，渡轮改为观光航线。",
)
TEXT = "".join(f"<p>{part}</p>" for part in PARTS)
TITLE = "海湾大桥合龙，明年春天通车"


def section(heading: str) -> str:
    return DOCS.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def blocks(heading: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", section(heading), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """The certificate is not that of the site; the runs do not check it."""
    return certificates.context(tmp_path_factory.mktemp("tls"), "127.0.0.1", None)


def replica(tls: ssl.SSLContext, answers: Mapping[str, Answer]) -> EastmoneyReplica:
    made = EastmoneyReplica(Columns(Site(articles=1, plain=True)), tls)
    made.answers.update(answers)
    made.answers.update({f"{host}/robots.txt": (404, {}, "") for host in (WWW, API)})
    return made


def run(command: str, folder: Path, served: EastmoneyReplica) -> Done:
    """The command as printed, in that folder, without the pause between requests."""
    program, *words = shlex.split(command)
    assert program == "finews"
    words = [re.sub(r"^(site=|ARCHIVER_OUTPUT=)", rf"\1{folder}/", word) for word in words]
    more = ["-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "ARCHIVER_RETRY_DELAY=0.02"]
    more += ["-s", "DOWNLOAD_VERIFY_CERTIFICATES=False"]
    return scrapy([*words, *more], proxied(served.url, os.environ))


def entry(number: int, more: str) -> str:
    return (
        f"<item><title>{TITLE}</title><link>https://www.example.com/a/10000{number}.html</link>"
        f"<pubDate>Sat, 26 Sep 2026 08:1{number}:00 +0800</pubDate>{more}</item>"
    )


def page(body: str) -> Answer:
    lines = f"<h1>{TITLE}</h1><p>2026-09-26 08:12 来源：渔港晚报</p>"
    return html(lines + body, f"<title>{TITLE} - 样例网</title>")


def feed_site() -> dict[str, Answer]:
    items = entry(1, f"<content:encoded><![CDATA[{TEXT}]]></content:encoded>") + entry(2, "") + entry(3, "")
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return {
        f"{WWW}/feed.xml": xml(f'<rss version="2.0" {space}><channel>{items}</channel></rss>'),
        f"{WWW}/a/100001.html": page(f'<div id="text">{TEXT}</div>'),
        f"{WWW}/a/100002.html": page(f"<article>{TEXT}</article>"),
        f"{WWW}/a/100003.html": page(f'<div id="text">{TEXT}<p class="share">分享到微信</p></div>'),
    }


def test_the_walk_through_of_a_feed_archives_its_articles(tmp_path: Path, tls: ssl.SSLContext) -> None:
    short, rule = blocks("A site with a feed", "yaml")
    (command,) = blocks("A site with a feed", "sh")
    (printed,) = blocks("A site with a feed", "markdown")
    profile, archive = tmp_path / "coast.yaml", tmp_path / "coast"
    profile.write_text(short, encoding="utf-8")
    with replica(tls, feed_site()) as served:
        first = run(command, tmp_path, served)
        assert first.status == 4, first.stderr
        assert "write `article.body: '#text" in first.stderr
        assert "/a/100001.html" not in asked(served)
        profile.write_text(short + rule, encoding="utf-8")
        second = run(command, tmp_path, served)
        assert second.status == 0, second.stderr
        assert asked(served) == ["/feed.xml", "/a/100003.html"]
    found = posts(archive)
    assert list(found) == [f"2026-09-26-10000{number}.md" for number in (1, 2, 3)]
    assert found["2026-09-26-100002.md"] == printed.rstrip("\n")
    assert f"---\n{TEXT}\n" in found["2026-09-26-100003.md"]


def json_site() -> dict[str, Answer]:
    answers = {}
    for channel in (12, 15):
        for number in (1, 2):
            row = {"id": 900000 + channel, "title": TITLE, "time": "2026-09-26 08:12:30", "media": "渔港晚报"}
            rows = {"data": {"items": [row] if number == 1 else []}}
            answers[f"{API}/list?channel={channel}&page={number}"] = data(rows)
        content = f'{TEXT}<p class="editor">编辑：甲</p>'
        answers[f"{API}/article/{900000 + channel}"] = data({"data": {"content": content}})
    return answers


def test_the_walk_through_of_json_archives_its_articles(tmp_path: Path, tls: ssl.SSLContext) -> None:
    (profile,) = blocks("A site with JSON", "yaml")
    show, one, both = "".join(blocks("A site with JSON", "sh")).splitlines()
    (tmp_path / "tides.yaml").write_text(profile, encoding="utf-8")
    with replica(tls, json_site()) as served:
        shown = run(show, tmp_path, served)
        assert "900015" in shown.stdout, shown.stderr
        assert TITLE in shown.stdout
        assert run(one, tmp_path, served).status == 0
        assert list(posts(tmp_path / "tides")) == ["2026-09-26-900015.md"]
        asked(served)
        assert run(both, tmp_path, served).status == 0
        assert "/article/900015" not in asked(served)
    found = posts(tmp_path / "tides")
    assert list(found) == ["2026-09-26-900012.md", "2026-09-26-900015.md"]
    assert f"---\n{TEXT}\n\n<https://www.example.com/a/900015.html>\n" in found["2026-09-26-900015.md"]
    assert "date: 2026-09-26 08:12:30 +0800\n" in found["2026-09-26-900015.md"]


ROWS = re.findall(r"^\| (.*?) \| (`.*) \|$", section("What sites need"), re.MULTILINE)


def merged(into: Any, more: Any) -> Any:
    if not (isinstance(into, dict) and isinstance(more, dict)):
        return more
    return into | {key: merged(into.get(key), value) for key, value in more.items()}


@pytest.mark.parametrize("parts", [pytest.param(parts, id=need) for need, parts in ROWS])
def test_each_part_of_a_profile_in_the_table_is_valid(parts: str) -> None:
    (base,) = blocks("A site with JSON", "yaml")
    site = yaml.safe_load(base)
    for part in re.findall(r"`([a-z_]+: .*?)`", parts):
        site = merged(site, yaml.safe_load(part))
    assert site != yaml.safe_load(base)
    parse(yaml.safe_dump(site, allow_unicode=True), "mine.yaml")


def test_the_table_says_what_twenty_sites_need() -> None:
    assert len(ROWS) >= 20
