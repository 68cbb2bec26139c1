"""One run on an archive without Scrapy around it: what a crawl does to the disk, as fast as it can be repeated.

``python -m tests.crash.driver ARCHIVE ARTICLES``; exits 0, or 6 where the disk said no.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.errors import Deferred, Quarantined, StorageError
from archiver.items import Answer, Listed
from archiver.posts import Post, render
from archiver.storage.archive import Archive
from archiver.storage.index import ListingRow
from archiver.storage.ledger import Ledger

NOW = datetime(2022, 2, 22, 10, tzinfo=UTC)
LISTING = "http://finews.withounder.com/category/yangliribao.html"
SOURCES = ("样例日报", "样例晚报", "样例财经")
BROKEN = 3
"""The article that is never one."""


def run(root: Path, articles: int) -> int:
    try:
        with Archive(root, {"emnews": "东财滚动新闻"}) as archive:
            ledger = Ledger(archive, NOW)
            wanted = ledger.admit(_listed(number) for number in range(articles))
            ledger.remember_listing(ListingRow(LISTING, '"1"'))
            for listed in wanted + ledger.admit(ledger.waiting(LISTING)):
                _archive(archive, ledger, listed)
            ledger.close(Deferred("interrupted"))
    except StorageError as exc:
        with suppress(OSError):  # stderr may be on the same disk
            sys.stderr.write(f"{exc}\n")
            sys.stderr.flush()
        return 6
    return 0


def _listed(number: int) -> Listed:
    return Listed(f"NW20220222228400{number:04}", "yangliribao", listing=LISTING)


def _archive(archive: Archive, ledger: Ledger, listed: Listed) -> None:
    number = int(listed.id[-4:])
    if number == BROKEN:
        answer = Answer("http://x/", 200, (), b"<html>busy</html>")
        ledger.ended(listed.id, Quarantined("not_json"), [answer])
        return
    source = SOURCES[number % len(SOURCES)]
    slug = archive.slug(source)
    page = f"category/{slug}.html"
    post = Post(
        id=listed.id,
        title=f"第{number}篇：样例标题",
        date=NOW - timedelta(minutes=number),
        category=slug,
        tag=f"{source}新闻",
        body="<p>样例正文一段，说明产量与价格。</p>" * 40,
        link=f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={listed.id}",
        home="//finews.withounder.com/",
        page=f"//finews.withounder.com/{page}",
    )
    ledger.stored(listed.id, archive.store(post, render(post), source=source, page=page))


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), int(sys.argv[2])))
