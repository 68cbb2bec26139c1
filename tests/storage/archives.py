"""Makes a small complete archive without a crawl."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from archiver.errors import Deferred, Quarantined
from archiver.items import Answer, Listed
from archiver.posts import Post, render
from archiver.publish.jekyll.site import entry_of, open_site
from archiver.run.ledger import Ledger
from archiver.storage.archive import Archive
from archiver.storage.rows import KnownListing, Provenance

NOW = datetime(2022, 2, 22, 10, tzinfo=UTC)
LISTING = "http://finews.withounder.com/category/yangliribao.html"
SOURCES = ("样例日报", "样例晚报", "样例财经")
HOME = "//finews.withounder.com/"


def listed(number: int, **changes: str) -> Listed:
    return Listed(f"NW20220222228400{number:04}", **({"listing": LISTING} | changes))  # type: ignore[arg-type]


def a_post(number: int, source: str = "", slug: str = "yangliribao") -> Post:
    """A post of a source, or, if ``source`` is empty, of the rolling news."""
    category, tag = (slug, f"{source}新闻") if source else ("emnews", "东财滚动新闻")
    page = f"category/{slug}.html" if source else "emnews/"
    return Post(
        id=listed(number).id if source else listed(number).id.removeprefix("NW"),
        title=f"第{number}篇：“样例”标题 100% & <b>",
        date=NOW - timedelta(minutes=number),
        category=category,
        tag=tag,
        body=f"<p>样例正文第{number}段，说明产量与价格。</p>\n <p>又一段。</p>",
        link=f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW20220222228400{number:04}",
        page=f"{HOME}{page}",
        back_label=f"返回{tag}",
        home=HOME,
        home_label="返回首页",
        digest="" if source else "样例摘要。",
    )


def store(archive: Archive, ledger: Ledger, post: Post) -> None:
    source = post.tag.removesuffix("新闻") if post.category != "emnews" else ""
    ledger.admit([Listed(post.id, listing=LISTING)])
    provenance = Provenance("finews", post.link, LISTING, {"title": post.title}, post.date, True, NOW, source)
    [end] = archive.store([entry_of(post, render(post), source, provenance)])
    assert not isinstance(end, Quarantined)
    ledger.stored(post.id, end)


def finished(root: Path, posts: int = 6) -> Path:
    """An archive with posts of three sources, one of the rolling news, a deferred and a quarantined article, and
    a report."""
    with open_site(root, {"emnews": "东财滚动新闻"}) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        for number in range(posts):
            source = SOURCES[number % len(SOURCES)]
            store(archive, ledger, a_post(number, source, archive.slugs.slug(source)))
        store(archive, ledger, a_post(posts))
        ledger.admit([listed(9001, category="yangliribao"), listed(9002)])
        ledger.ended(listed(9001).id, Deferred("timeout"))
        answer = Answer("http://x/", 200, {}, b"<html>busy \xff</html>")
        ledger.ended(listed(9002).id, Quarantined("not_json", "no"), [answer])
        ledger.remember_listing(KnownListing(LISTING, '"1"'))
        archive.tree.publish(".archive/report.json", b'{"listings": {"incomplete": {}}}')
    return root


def bytes_of(root: Path) -> dict[str, bytes]:
    """The content of every file, including those in ``.archive``."""
    return {
        str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()
    }
