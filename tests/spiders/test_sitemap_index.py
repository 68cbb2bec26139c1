"""A list of sitemaps is read newest first; what did not change, or is outside the origins, is not read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.extract.listing import OtherList
from archiver.normalise.zone import BEIJING
from spiders.lists import newest_first
from tests.spiders.walking import GONE, HOST, Page, Walked, Walker

PROFILE = f"""
name: mapped
feeds: {{all: {{url: {HOST}/index.xml, format: sitemap}}}}
addresses: ['/(?P<id>[AB]\\d+)$']
steps:
  - {{origin: answer, urls: ['{HOST}/a/{{id}}'], format: json, fields: {{body: text}}}}
"""
XML = {"Content-Type": "application/xml"}


def index(lists: Mapping[str, str]) -> Page:
    """Address → when it was changed."""
    found = "".join(
        f"<sitemap><loc>{url}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</sitemap>"
        for url, changed in lists.items()
    )
    return 200, f"<sitemapindex>{found}</sitemapindex>".encode(), XML


def urls(*names: str, changed: str = "") -> Page:
    when = f"<lastmod>{changed}</lastmod>" if changed else ""
    rows = "".join(f"<url><loc>/{name}</loc>{when}</url>" for name in names)
    return 200, f"<urlset>{rows}</urlset>".encode(), XML


class Site:
    """Pages by path."""

    def __init__(self, root: Path, pages: Mapping[str, Page], more: str = "") -> None:
        self.pages = dict(pages)
        profile = PROFILE.replace("format: sitemap", f"format: sitemap{more}")
        self.walker = Walker(root, profile, lambda request: self.pages.get(request.url[len(HOST) :], GONE))

    def run(self, **arguments: str) -> Walked:
        return self.walker.run(**arguments)


LISTS = {
    "/old.xml": "2026-09-01",
    "/new.xml": "2026-09-28T07:00:00Z",
    "/mid.xml": "2026-09-20T10:00:00+08:00",
}
PAGES = {
    "/index.xml": index(LISTS),
    "/new.xml": urls("A28", "A27"),
    "/mid.xml": urls("A20"),
    "/old.xml": urls("A1"),
}


def test_the_lists_of_an_index_are_read_newest_first(tmp_path: Path) -> None:
    found = Site(tmp_path, PAGES).run()
    assert found.asked == ["/index.xml", "/new.xml", "/mid.xml", "/old.xml"]
    assert (found.new, found.incomplete) == (["A28", "A27", "A20", "A1"], [])


def test_a_later_run_reads_only_the_lists_that_have_changed(tmp_path: Path) -> None:
    site = Site(tmp_path, PAGES)
    site.run()
    site.walker.now += timedelta(days=5)
    site.pages["/index.xml"] = index(LISTS | {"/mid.xml": "2026-10-03", "/next.xml": ""})
    site.pages |= {"/mid.xml": urls("A20", "A21"), "/next.xml": urls("A30")}
    found = site.run()
    assert found.asked == ["/index.xml", "/mid.xml", "/new.xml", "/next.xml"], (
        "new.xml was changed less than a day before the last look"
    )
    assert found.new == ["A21", "A30"]
    site.pages["/index.xml"] = index(LISTS)
    assert [site.run().asked for _ in range(3)] == [["/index.xml"]] * 3


def test_a_list_without_new_articles_is_not_the_end(tmp_path: Path) -> None:
    site = Site(tmp_path, PAGES)
    site.run()
    site.pages["/index.xml"] = index(dict.fromkeys(LISTS, "2026-09-28T09:00:00Z"))
    site.pages["/mid.xml"] = urls("A20", "A19")
    assert site.run().new == ["A19"]


def test_after_a_run_that_was_cut_off_every_list_is_read(tmp_path: Path) -> None:
    site = Site(tmp_path, PAGES)
    site.run()
    site.pages["/index.xml"] = index(LISTS | {"/mid.xml": "2026-09-28T09:00:00Z"})
    site.pages |= {"/mid.xml": urls("A22"), "/old.xml": urls("A2")}
    assert site.walker.run(stop_after=2).new == ["A22"]
    assert site.run().new == ["A2"]


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ({"since": "2026-09-21"}, ["/index.xml", "/new.xml", "/mid.xml"]),
        ({"since": "2026-09-23"}, ["/index.xml", "/new.xml"]),
        ({"since": "2026-09-01"}, ["/index.xml", "/new.xml", "/mid.xml", "/old.xml"]),
        ({"until": "2026-09-02"}, ["/index.xml", "/new.xml", "/mid.xml", "/old.xml"]),
    ],
)
def test_lists_that_were_changed_before_since_are_left_out(
    tmp_path: Path, arguments: dict[str, str], asked: list[str]
) -> None:
    site = Site(tmp_path, PAGES)
    site.run()
    assert site.run(**arguments).asked == asked


def test_an_article_that_was_changed_before_since_is_left_out(tmp_path: Path) -> None:
    pages = {
        "/index.xml": index({"/a.xml": "", "/b.xml": "", "/c.xml": ""}),
        "/a.xml": urls("A1", changed="2026-09-01"),
        "/b.xml": urls("A2", changed="2026-09-15T00:00:00+08:00"),
        "/c.xml": urls("A3"),
    }
    assert Site(tmp_path, pages).run(since="2026-09-15").new == ["A2", "A3"]


@pytest.mark.parametrize("failing", [GONE, (403, b"", {}), (200, b"<html></html>", {})])
def test_a_list_that_cannot_be_read_does_not_affect_the_others(tmp_path: Path, failing: Page) -> None:
    found = Site(tmp_path, PAGES | {"/new.xml": failing}).run()
    assert (found.new, len(found.incomplete)) == (["A20", "A1"], 1)


def test_lists_that_are_gone_do_not_hide_those_after_them(tmp_path: Path) -> None:
    found = Site(tmp_path, PAGES | {"/new.xml": GONE, "/mid.xml": GONE}).run()
    assert (found.new, found.incomplete) == (["A1"], ["gone"])


def test_an_index_may_name_other_indexes_but_not_in_a_circle(tmp_path: Path) -> None:
    pages = {
        "/index.xml": index({"/years.xml": "", "/index.xml": ""}),
        "/years.xml": index({"/index.xml": "", "/new.xml": "", "/years.xml": ""}),
        "/new.xml": urls("A1"),
    }
    found = Site(tmp_path, pages).run()
    assert (found.asked, found.new) == (["/index.xml", "/years.xml", "/new.xml"], ["A1"])


def test_max_pages_limits_the_lists_and_is_reported(tmp_path: Path) -> None:
    found = Site(tmp_path, PAGES, ", max_pages: 3").run()
    assert (found.asked, found.incomplete) == (["/index.xml", "/new.xml", "/mid.xml"], ["cap"])


def test_an_index_without_lists_is_reported(tmp_path: Path) -> None:
    assert Site(tmp_path, {"/index.xml": index({})}).run().incomplete == ["no_rows"]


NOW = datetime(2026, 9, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "is_read"),
    [
        ("2026-09-20", True),
        ("2026-09-19", True),  # until midnight, and a day
        ("2026-09-17", False),
        ("2026-09-19T12:00:00+00:00", True),
        ("2026-09-18T11:59:59Z", False),
        ("2026-09-18T20:00:00+08:00", True),
        ("2026-09-18T19:59:59+08:00", False),
        ("2031-01-01", True),
        ("", True),
        ("yesterday or so", True),
        ("0000-00-00", True),
    ],
)
def test_a_list_that_may_have_changed_is_read(changed: str, is_read: bool) -> None:
    oldest = datetime(2026, 9, 19, 12, tzinfo=UTC)
    found = newest_first([OtherList("/a", changed)], oldest, NOW, BEIJING)
    assert found == (("/a",) if is_read else ())
