"""Pages that are saved beside a profile. The fixtures of the bundled profiles are in archiver/sites/*.pages."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy.http import Response

from archiver.errors import BadArgument, Deferred
from archiver.run.status import Status
from archiver.sites.load import bundled, load, parse, place_of
from archiver.trying.findings import SavedArticle, SiteFound
from archiver.trying.saved import Pages, name_of
from tests.trying.pages import HOST, PROFILE, of_pages, pages, response, with_trial

FIRST = f"{HOST}/a/202601.html"


def fixtures() -> Iterator[tuple[str, SavedArticle]]:
    for name in bundled():
        for saved in Pages(place_of(name).with_suffix(".pages")).articles():
            yield name, saved


@pytest.mark.parametrize(
    ("name", "saved"), [pytest.param(*one, id=f"{one[0]}-{one[1].listed.id}") for one in fixtures()]
)
def test_a_bundled_profile_makes_the_saved_article(name: str, saved: SavedArticle) -> None:
    kept = Pages(place_of(name).with_suffix(".pages"))
    found = with_trial(load(name), kept.fetch, lambda trial: trial.compare([saved]))
    assert (found.notes, [article.ends for article in found.articles]) == ([], ["posted"])


def test_every_bundled_profile_has_saved_articles() -> None:
    assert {name for name, _ in fixtures()} == set(bundled())


def record(folder: Path, profile: str = PROFILE, *urls: str) -> Pages:
    site = parse(profile, "mine.yaml")
    kept = Pages(folder)
    fetch = kept.recording(of_pages(site, pages()))
    found = with_trial(site, fetch, lambda trial: trial.check(urls, "port"))
    kept.write(found.articles)
    return kept


def compare(kept: Pages, profile: str = PROFILE) -> SiteFound:
    site = parse(profile, "mine.yaml")
    return with_trial(site, Pages(kept.folder).fetch, lambda trial: trial.compare(kept.articles()))


def test_saved_articles_are_the_same_without_the_network(tmp_path: Path) -> None:
    kept = record(tmp_path / "mine.pages")
    assert sorted(path.suffix for path in kept.folder.iterdir()) == [".gz"] * 4 + [".json"] * 3
    found = compare(kept)
    assert (found.status, len(found.articles), found.notes) == (Status.OK, 3, [])


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("title: h1", "title: title", ""),
        ("title: h1", "title: .credit", "202601: title is '来源：样例晚报', saved was '第1号码头开工'"),
        ("body: '#text'", "body: '#text p'", "202601: body is '<p>第1号码头"),
        (
            "name: mine",
            "name: mine\naliases: {样例晚报: 晚报}",
            "202601: source is '晚报', saved was '样例晚报'",
        ),
    ],
)
def test_a_changed_rule_shows_as_a_difference(tmp_path: Path, old: str, new: str, note: str) -> None:
    kept = record(tmp_path, PROFILE, FIRST)
    found = compare(kept, PROFILE.replace(old, new))
    if "credit" in new:
        assert found.articles[0].ends.startswith("posted")
    assert bool(found.notes) == bool(note)
    assert found.status == (Status.USAGE if note else Status.OK)
    assert any(note in one for one in found.notes) or not note, found.notes


TESTS = [
    ("title: 第1号码头开工", ""),
    ("title: 码头", "title is '第1号码头开工', expected '码头'"),
    ("source: 样例晚报", ""),
    ("source: 样例日报", "source is '样例晚报', expected '样例日报'"),
    ("date: 2026-09-01", ""),
    ("date: 2026-09-01 10:30", ""),
    ("date: 2026-09-01 10:30:00", ""),
    ("date: '2026-09'", ""),
    ("date: 2026-09-02", "date is '2026-09-01 10:30:00 +0800', expected '2026-09-02'"),
    ("contains: 工程的费用没有超出预算", ""),
    ("contains: [样例公司, 码头]", ""),
    ("contains: [样例公司, 机场]", "the body does not contain '机场'"),
    ("contains: <p>", "the body does not contain '<p>'"),
]


@pytest.mark.parametrize(("key", "note"), TESTS)
def test_the_tests_of_a_profile_are_compared(tmp_path: Path, key: str, note: str) -> None:
    record(tmp_path, PROFILE, FIRST)
    for path in tmp_path.glob("*.json"):
        path.unlink()
    profile = f"{PROFILE}tests:\n  - {{url: '{FIRST}', {key}}}\n"
    found = compare(Pages(tmp_path), profile)
    assert found.notes == ([f"{FIRST}: {note}"] if note else [])
    assert len(found.articles) == 1


def test_a_page_that_was_not_saved_is_named(tmp_path: Path) -> None:
    with pytest.raises(Deferred, match=f"not_saved: {FIRST} is not in"):
        asyncio.run(Pages(tmp_path).fetch(FIRST, "html"))


DAMAGED = {
    "an empty file": b"",
    "a text": b"text",
    "no json": gzip.compress(b"no json\nbody"),
    "no address": gzip.compress(b"{}\nbody"),
    "a list": gzip.compress(b"[]\n"),
    "a cut file": gzip.compress(b"{}")[:-9],
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_page_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / name_of(FIRST)).write_bytes(content)
    with pytest.raises(BadArgument, match="is not a saved page"):
        asyncio.run(Pages(tmp_path).fetch(FIRST, "html"))


@pytest.mark.parametrize(
    "content", ["", "[]", '{"listed": {}, "article": {}}', '{"listed": {"id": "1"}}', "\udcff"]
)
def test_a_damaged_article_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "1.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadArgument, match="is not a saved article"):
        list(Pages(tmp_path).articles())


def test_a_page_keeps_its_bytes_headers_and_redirect_and_no_cookie(tmp_path: Path) -> None:
    body = "码头\x00".encode("gb18030") + b"\xff"
    got = response("https://news.example.com/b", body, "text/html; charset=gbk")
    got.headers["Set-Cookie"] = "session=1"
    got.headers["Date"] = "Sat, 26 Sep 2026 10:30:00 GMT"

    async def fetch(_url: str, _page_format: str) -> Response:
        return got

    async def both() -> Response:
        kept = Pages(tmp_path)
        await kept.recording(fetch)(FIRST, "html")
        kept.write([])
        return await Pages(tmp_path).fetch(FIRST, "html")

    again = asyncio.run(both())
    assert (again.body, again.url, again.status) == (body, "https://news.example.com/b", 200)
    assert again.meta["redirect_urls"] == [FIRST]
    assert again.headers["Date"] == got.headers["Date"]
    head = gzip.decompress((tmp_path / name_of(FIRST)).read_bytes()).partition(b"\n")[0]
    assert set(json.loads(head)) == {"url", "final", "status", "headers", "fetched"}
    assert b"session" not in head


def test_names_of_pages_are_safe_and_differ() -> None:
    urls = ["https://a.example/../../x", "https://a.example/x?y=1", "https://a.example/x?y=2", "http://a.example/x?y=1", "https://例.example/码头", "https://a.example/" + "x" * 300]  # fmt: skip
    names = [name_of(url) for url in urls]
    assert len(set(names)) == len(urls)
    assert all("/" not in name and not name.startswith(".") and len(name) < 80 for name in names)
