"""Commands of Scrapy's that try something: they write no archive and no report."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import scrapy.commands

from archiver.replica.articles import Site
from archiver.replica.server import Replica, proxied
from archiver.sites.load import load
from archiver.trying.page import listing_of, step_of

HOME = "http://finews.withounder.com/"
ANSWER = "http://finews.zning.xyz/NewsData/GetNewsText.do?id={id}"
LISTING = "http://183.136.162.242/web/webapi?type=45&count=100&newsid=1"
HEADING = "response.xpath('//h1/a/text()').get()"

COMMANDS = [
    # words, the exit status, what stdout contains, what stderr contains
    ("list", 0, "category\nshare\n", ""),
    ("settings --get BOT_NAME", 0, "finews-archiver", ""),
    ("version", 0, "Scrapy", ""),
    ("check", 0, "", "Ran 0 contracts"),
    ("edit share", 0, "", ""),
    ("bench -s CLOSESPIDER_TIMEOUT=1 -L ERROR", 0, "", ""),
    (f"fetch {HOME}", 0, "</html>", ""),
    (f"fetch --spider category {HOME}", 0, "</html>", ""),
    (f"fetch --spider share {HOME}", 0, "</html>", ""),
    ("fetch --spider share http://other.example.com/", 0, "", "offsite"),
    ("fetch http://127.0.0.1:9/", 0, "", "private_address"),
    (f"view {HOME}", 0, "", ""),
    (f"shell -c {HEADING} {HOME}", 0, "金融消息", ""),
    (f"shell --spider category -c {HEADING} {HOME}", 0, "金融消息", ""),
    (f"shell --spider share -c {HEADING} {HOME}", 0, "金融消息", ""),
    (f"parse --spider category {HOME}", 0, "'categories': [", ""),
    (f"parse --spider category {LISTING}", 0, "'address': ''", ""),
    (f"parse --spider share {ANSWER}", 0, "'ends': 'posted'", ""),
    (f"parse --spider share --pipelines {ANSWER}", 0, "'ends': 'posted'", ""),
    ("parse --spider share -a site=eastmoney http://finews.withounder.com/", 0, "", "offsite"),
    ("parse --spider category http://finews.withounder.com/feed.xml", 0, "", "no address that finews reads"),
    ("parse --spider category -a category=?? http://finews.withounder.com/", 1, "", "is not a category"),
]
FAST = ["-s", "ARCHIVER_PACE=full", "-s", "ARCHIVER_RETRY_DELAY=0"]

ARCHIVING = {"crawl", "runspider"}
WRITING = {"genspider", "startproject"}
"""They make a file or a folder, and request nothing."""


class Tried(NamedTuple):
    status: int
    stdout: str
    stderr: str
    files: list[str]


RUN_EACH = """
import json, os, sys
from pathlib import Path
import archiver.__main__, scrapy.commands.parse, scrapy.commands.shell
import spiders.category, spiders.share
import archiver.pipelines, archiver.fetch.handler, archiver.settings

for number, words in enumerate(json.loads(sys.argv[1])):
    folder = Path(str(number))
    folder.mkdir()
    if child := os.fork():
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        Path(f"{number}.status").write_text(str(status))
        continue
    os.chdir(folder)
    for stream in (1, 2):
        os.dup2(os.open(f"../{number}.{stream}", os.O_CREAT | os.O_WRONLY), stream)
    archiver.__main__.main(words)
"""
"""Runs each command in a folder and a process of its own. The modules are imported once, to save time."""


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tried]:
    folder = tmp_path_factory.mktemp("trying")
    (folder / "temporary").mkdir()
    with Replica(Site(articles=10, plain=True)) as replica:
        article = replica.site.article(replica.site.newest(emnews=False, limit=1)[0]).id
        commands = [[*words.replace("{id}", article).split(), *FAST] for words, *_ in COMMANDS]
        environment = proxied(replica.url, os.environ) | {
            "BROWSER": "true",
            "EDITOR": "true",
            "TMPDIR": str(folder / "temporary"),
            "no_proxy": "127.0.0.1",
            "NO_PROXY": "127.0.0.1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        subprocess.run(
            [sys.executable, "-c", RUN_EACH, json.dumps(commands)],
            cwd=folder,
            env=environment,
            timeout=120,
            check=True,
        )
    return {words: _read(folder, number) for number, (words, *_) in enumerate(COMMANDS)}


def _read(folder: Path, number: int) -> Tried:
    status, stdout, stderr = ((folder / f"{number}.{end}").read_text() for end in ("status", "1", "2"))
    files = [str(path) for path in (folder / str(number)).rglob("*")]
    return Tried(int(status), stdout, stderr, files)


@pytest.mark.parametrize(("words", "status", "stdout", "stderr"), COMMANDS)
def test_a_command_that_tries_something_writes_no_file(
    tried: dict[str, Tried], words: str, status: int, stdout: str, stderr: str
) -> None:
    run = tried[words]
    assert (run.status, run.files) == (status, []), run.stderr
    assert stdout in run.stdout, run.stderr
    assert stderr in run.stderr
    assert "Disabled archiver" not in run.stderr
    assert "exit 0" not in run.stderr


def test_every_command_of_scrapy_is_tried() -> None:
    commands = {module.name for module in pkgutil.iter_modules(scrapy.commands.__path__)}
    assert {words.split()[0] for words, *_ in COMMANDS} == commands - ARCHIVING - WRITING


ADDRESSES = [
    # site, address, what the profile reads there
    ("finews", "http://finews.zning.xyz/NewsData/GetNewsText.do?id=NW202202222284881584", "answer"),
    ("finews", "http://choicewzp1.eastmoney.com/NewsData/GetNewsText.do?id=202202222284881584", "answer"),
    ("finews", "http://finews.withounder.com/a/2022/02/22/NW202202222284881584.html", "post_page"),
    ("finews", "http://finews.withounder.com/category/caijing.html", "listing caijing"),
    ("finews", "http://finews.withounder.com/category/%E8%B4%A2.html", "listing 财"),
    ("finews", "http://183.136.162.242/web/webapi?type=45&count=100&newsid=1", "listing type-45"),
    ("finews", "http://finews.zning.xyz/NewsData/GetNewsText.do?id=x", ""),
    ("finews", "http://finews.withounder.com/", ""),
    ("finews", "http://finews.withounder.com/category/a/b.html", ""),
    ("eastmoney", "https://newsinfo.eastmoney.com/kuaixun/v2/api/article/202202222284881584?guid=archiver", "answer"),
    ("eastmoney", "https://finance.eastmoney.com/a/202202222284881584.html", "post_page"),
    ("eastmoney", "https://finance.eastmoney.com/a/2022.html", ""),
    ("eastmoney", "https://fund.eastmoney.com/a/202202222284881584.html", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "url", "kind"), ADDRESSES)
def test_an_address_shows_which_rules_read_it(name: str, url: str, kind: str) -> None:
    site = load(name)
    step, listing = step_of(url, site), listing_of(url, site)
    found = site.steps[step[1]].origin if step else f"listing {listing[0]}" if listing else ""
    assert found == kind


@pytest.mark.parametrize("page", ["1", "20"])
def test_every_page_of_a_listing_is_read_with_the_rules_of_the_listing(page: str) -> None:
    site = load("eastmoney")
    assert site.listing
    for category, rule in (("350", site.listing), ("kuaixun", site.feeds["kuaixun"])):
        found = listing_of(rule.url.format(category=category, page=page, cursor=page), site)
        assert found
        assert found[0] == category
