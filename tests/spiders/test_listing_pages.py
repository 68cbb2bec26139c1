"""The pages of a listing: which ones are requested, in which order, and where a run ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from scrapy import Request

from tests.spiders.walking import GONE, HOST, Page, Walked, Walker, ids, rows

PROFILE = """
name: paged
listing:
  url: {url}
  format: json
  rows: list
  fields: {{id: id, date: date}}
{more}
steps:
  - {{origin: answer, urls: ['https://news.example.com/a/{{id}}'], format: json, fields: {{body: text}}}}
"""


def profile(query: str, *more: str) -> str:
    return PROFILE.format(url=f"{HOST}/{{category}}?{query}", more="\n".join(f"  {line}" for line in more))


def said(request: Request, name: str) -> str:
    return parse_qs(urlsplit(request.url).query).get(name, [""])[0]


def paged(pages: Mapping[str, Page], name: str = "p") -> Callable[[Request], Page]:
    """Serves pages by the value of one parameter."""
    return lambda request: pages.get(said(request, name), GONE)


def walk(root: Path, text: str, pages: Mapping[str, Page], name: str = "p") -> Walked:
    return Walker(root, text, paged(pages, name)).run(category="news")


def asked(found: Walked) -> list[str]:
    return [path.partition("=")[2] for path in found.asked]


# --- where the next page is


def test_an_offset_counts_all_rows_of_the_pages_before(tmp_path: Path) -> None:
    pages = {"0": rows([9, 8, 7]), "3": rows([6, 5]), "5": rows([])}
    found = walk(tmp_path, profile("p={offset}"), pages)
    assert (asked(found), found.new, found.incomplete) == (["0", "3", "5"], ids([9, 8, 7, 6, 5]), [])


def test_an_offset_begins_at_first_offset(tmp_path: Path) -> None:
    pages = {"1": rows([9, 8]), "3": rows([])}
    assert asked(walk(tmp_path, profile("p={offset}", "first_offset: 1"), pages)) == ["1", "3"]


CURSOR = ("p={cursor}", "next: {cursor: next}")


@pytest.mark.parametrize(
    ("pages", "requested"),
    [
        pytest.param(
            {"": rows([9], next="b"), "b": rows([8], next="c"), "c": rows([7])}, ["", "b", "c"], id="none"
        ),
        pytest.param({"": rows([9], next="b"), "b": rows([8], next="")}, ["", "b"], id="an empty one"),
        pytest.param({"": rows([9], next="b"), "b": rows([8], next="b")}, ["", "b"], id="the same one"),
        pytest.param(
            {"": rows([9], next="b"), "b": rows([8], next="c"), "c": rows([7], next="b")},
            ["", "b", "c"],
            id="an earlier one",
        ),
        pytest.param(
            {"": rows([9], next="b"), "b": rows([], next="c"), "c": rows([7])}, ["", "b"], id="no rows"
        ),
        pytest.param({"": rows([9], next=1789.5), "1789.5": rows([8])}, ["", "1789.5"], id="a number"),
        pytest.param(
            {"": rows([9], next="a=1&b/ü"), "a=1&b/ü": rows([8])}, ["", "a%3D1%26b%2F%C3%BC"], id="quoted"
        ),
        pytest.param({"": rows([9], next=None)}, [""], id="null"),
    ],
)
def test_a_cursor_leads_from_page_to_page_until_it_is_empty_or_repeated(
    tmp_path: Path, pages: Mapping[str, Page], requested: list[str]
) -> None:
    found = walk(tmp_path, profile(*CURSOR), pages)
    assert (asked(found), found.incomplete) == (requested, [])


def test_a_cursor_that_is_no_text_is_reported(tmp_path: Path) -> None:
    found = walk(tmp_path, profile(*CURSOR), {"": rows([9], next={"at": 1})})
    assert found.incomplete == ["shape"]


def test_a_page_behind_a_cursor_that_cannot_be_read_ends_the_run_through_the_pages(tmp_path: Path) -> None:
    found = walk(tmp_path, profile(*CURSOR), {"": rows([9], next="b"), "b": (403, b"", {})})
    assert (asked(found), found.incomplete) == (["", "b"], ["forbidden"])


# --- statuses that end a listing


@pytest.mark.parametrize("status", [204, 400, 404, 410, 416, 422])
def test_a_status_of_ends_is_the_end_of_the_listing(tmp_path: Path, status: int) -> None:
    pages = {"1": rows([9]), "2": (status, b"{}", {}), "3": rows([7])}
    found = walk(tmp_path, profile("p={page}", f"ends: [{status}]"), pages)
    assert (asked(found), found.incomplete, found.tally.listings_complete) == (["1", "2"], [], 1)


@pytest.mark.parametrize("status", [400, 404])
def test_a_status_of_ends_on_the_first_page_is_a_failure(tmp_path: Path, status: int) -> None:
    walker = Walker(tmp_path, profile("p={page}", "ends: [400, 404]"), paged({"1": rows([9]), "2": rows([])}))
    walker.run(category="news")
    walker.serve = paged({"1": (status, b"", {})})
    found = walker.run(category="news")
    assert (found.incomplete, found.tally.listings_complete) == (
        [{400: "status_400", 404: "gone"}[status]],
        0,
    )


def test_a_page_that_failed_before_the_end_is_still_reported(tmp_path: Path) -> None:
    pages = {"1": rows([9]), "2": (403, b"", {}), "3": (400, b"", {})}
    found = walk(tmp_path, profile("p={page}", "ends: [400]"), pages)
    assert (asked(found), found.incomplete) == (["1", "2", "3"], ["forbidden"])


# --- pages that move while they are read


def test_a_page_that_repeats_the_one_before_is_not_the_end(tmp_path: Path) -> None:
    """Two articles appear between the first and the second request."""
    pages = {"1": rows([9, 8]), "2": rows([9, 8]), "3": rows([7, 6]), "4": rows([])}
    found = walk(tmp_path, profile("p={page}"), pages)
    assert (asked(found), found.new) == (["1", "2", "3", "4"], ids([9, 8, 7, 6]))


def test_two_pages_in_a_row_that_repeat_earlier_rows_are_the_end(tmp_path: Path) -> None:
    """Some sites answer every number behind the last page with the last page."""
    pages = {"1": rows([9, 8]), "2": rows([7, 6]), **{str(number): rows([7, 6]) for number in range(3, 60)}}
    found = walk(tmp_path, profile("p={page}"), pages)
    assert (asked(found), found.incomplete) == (["1", "2", "3", "4"], [])


def test_a_page_of_rows_that_are_skipped_is_not_the_end(tmp_path: Path) -> None:
    text = profile("p={page}", "skip: [/video/]").replace("id: id,", "id: id, address: url,")
    pages = {
        "1": rows([9]),
        "2": (200, b'{"list": [{"id": "V1", "url": "/video/1"}]}', {}),
        "3": (200, b'{"list": [{"id": "V2", "url": "/video/2"}]}', {}),
        "4": rows([8]),
        "5": rows([]),
    }
    found = walk(tmp_path, text, pages)
    assert (asked(found), found.new) == (["1", "2", "3", "4", "5"], ids([9, 8]))


# --- known pages


def numbered(*pages: list[int]) -> dict[str, Page]:
    days = {number: f"2026-09-{number:02}" for page in pages for number in page}
    found = {str(number): rows(page, days) for number, page in enumerate(pages, 1)}
    return found | {str(len(pages) + 1): rows([])}


FIRST = numbered([20, 19], [18, 17], [16, 15])


@pytest.fixture
def walker(tmp_path: Path) -> Walker:
    """After a run that read three pages to their end."""
    return walked(tmp_path)


def walked(root: Path, *more: str) -> Walker:
    walker = Walker(root, profile("p={page}", *more), paged(FIRST))
    assert len(walker.run(category="news").new) == 6
    return walker


def test_a_run_ends_at_a_page_without_new_articles(walker: Walker) -> None:
    walker.serve = paged(numbered([22, 21], [20, 19], [18, 17], [16, 15]))
    assert asked(walker.run(category="news")) == ["1", "2"]
    assert asked(walker.run(category="news")) == ["1"]


def test_a_page_of_rows_that_are_skipped_is_no_known_page(tmp_path: Path) -> None:
    skipping = Walker(
        tmp_path,
        profile("p={page}", "skip: [/video/]").replace("id: id,", "id: id, address: url,"),
        paged(FIRST),
    )
    skipping.run(category="news")
    videos = (200, b'{"list": [{"id": "V1", "url": "/video/1"}]}', {})
    later = numbered([], [22, 21], [20, 19], [18, 17], [16, 15]) | {"1": videos}
    skipping.serve = paged(later)
    found = skipping.run(category="news")
    assert (asked(found), found.new) == (["1", "2", "3"], ids([22, 21]))


def test_an_unsorted_listing_is_read_to_its_end_in_every_run(tmp_path: Path) -> None:
    walker = walked(tmp_path, "order: unsorted")
    walker.serve = paged(numbered([20, 19], [18, 17], [16, 15], [14]))
    found = walker.run(category="news")
    assert (asked(found), found.new) == (["1", "2", "3", "4", "5"], ids([14]))


@pytest.mark.parametrize(
    "interrupt",
    [
        pytest.param({"stop_after": 1}, id="killed after the first page"),
        pytest.param({"stop_after": 2}, id="killed after the second page"),
        pytest.param({"limit": "2"}, id="a limit that the first page reaches"),
        pytest.param({"limit": "3"}, id="a limit on the second page"),
        pytest.param({"until": "2026-09-22"}, id="only older articles"),
        pytest.param({"since": "2026-09-25", "until": "2026-09-26"}, id="only the newest articles"),
    ],
)
def test_what_an_earlier_run_left_behind_is_found_behind_known_pages(
    walker: Walker, interrupt: dict[str, object]
) -> None:
    pages = numbered([26, 25], [24, 23], [22, 21], [20, 19], [18, 17], [16, 15])
    walker.serve = paged(pages)
    first = walker.run(category="news", **interrupt)  # type: ignore[arg-type]
    second = walker.run(category="news")
    assert sorted({*first.new, *second.new}) == ids([21, 22, 23, 24, 25, 26])
    assert asked(walker.run(category="news")) == ["1"]


def test_a_page_that_could_not_be_read_is_read_by_the_next_run(walker: Walker) -> None:
    pages = numbered([26, 25], [24, 23], [22, 21], [20, 19])
    walker.serve = paged(pages | {"2": (403, b"", {}), "3": (403, b"", {})})
    assert walker.run(category="news").incomplete == ["forbidden"]
    walker.serve = paged(pages)
    assert walker.run(category="news").new == ids([24, 23, 22, 21])


def test_the_daily_full_look_finds_what_was_listed_late(walker: Walker) -> None:
    walker.serve = paged(numbered([20, 19], [18, 17], [16, 12]))
    assert asked(walker.run(category="news")) == ["1"]
    found = walker.run(category="news", full_look=30)
    assert (asked(found), found.new) == (["1", "2", "3", "4"], ids([12]))
    assert asked(walker.run(category="news")) == ["1"], "the full look is remembered"


def test_a_full_look_that_fails_is_made_again(walker: Walker) -> None:
    pages = numbered([20, 19], [18, 17], [16, 12])
    walker.serve = paged(pages | {"3": (403, b"", {}), "4": (403, b"", {})})
    walker.now += timedelta(hours=25)
    assert walker.run(category="news").incomplete == ["forbidden"]
    walker.serve = paged(pages)
    assert walker.run(category="news").new == ids([12])


def test_a_run_that_stops_at_a_day_is_no_full_look(walker: Walker) -> None:
    walker.now += timedelta(hours=25)
    assert asked(walker.run(category="news", since="2026-09-20")) == ["1", "2"]
    assert asked(walker.run(category="news")) == ["1", "2", "3", "4"]


def test_a_day_that_is_passed_at_a_known_page_is_not_the_end_of_a_listing(walker: Walker) -> None:
    """An earlier run was killed before it had read the page with article 21."""
    walker.serve = paged(numbered([26, 25], [24, 23], [22], [21], [20, 19], [18, 17], [16, 15]))
    assert walker.run(category="news", stop_after=3, until="2026-09-22").new == ids([22])
    assert walker.run(category="news", since="2026-09-23").new == ids([26, 25, 24, 23])
    assert walker.run(category="news").new == ids([21])


# --- days


@pytest.mark.parametrize(
    ("arguments", "requested", "new"),
    [
        ({"since": "2026-09-15", "until": "2026-09-16"}, ["1", "2", "3", "4"], []),
        ({"since": "2026-09-18"}, ["1", "2", "3"], []),
        ({"since": "2026-09-13", "until": "2026-09-14"}, ["1", "2", "3", "4", "5"], [14, 13]),
        ({"until": "2026-09-13"}, ["1", "2", "3", "4", "5", "6"], [13, 12, 11]),
        ({"since": "2026-09-21"}, ["1"], []),
    ],
)
def test_days_are_searched_behind_known_pages_until_they_are_passed(
    walker: Walker, arguments: dict[str, str], requested: list[str], new: list[int]
) -> None:
    walker.serve = paged(numbered([20, 19], [18, 17], [16, 15], [14, 13], [12, 11]))
    found = walker.run(category="news", **arguments)
    assert (asked(found), found.new) == (requested, ids(new))


def test_an_old_row_among_new_ones_does_not_pass_a_day(walker: Walker) -> None:
    """A row that the site keeps at the top."""
    walker.serve = paged(numbered([3, 20], [19, 18], [14, 13]))
    found = walker.run(category="news", since="2026-09-14", until="2026-09-14")
    assert (asked(found), found.new) == (["1", "2", "3", "4"], ids([14]))


@pytest.mark.parametrize("order", ["newest", "unsorted"])
def test_an_unsorted_listing_has_no_page_behind_which_all_is_older(tmp_path: Path, order: str) -> None:
    walker = Walker(tmp_path, profile("p={page}", f"order: {order}"), paged(numbered([9], [8], [14], [13])))
    found = walker.run(category="news", since="2026-09-13")
    assert found.new == ([] if order == "newest" else ids([14, 13]))


# --- validators


@pytest.mark.parametrize(
    ("more", "arguments", "sent"),
    [
        ((), {}, True),
        ((), {"since": "2026-09-01"}, False),
        (("order: unsorted",), {}, False),
    ],
)
def test_a_first_page_that_did_not_change_says_nothing_of_the_others(
    tmp_path: Path, more: tuple[str, ...], arguments: dict[str, str], sent: bool
) -> None:
    status, body, headers = FIRST["1"]
    pages = FIRST | {"1": (status, body, {**headers, "ETag": '"7"'})}
    walker = Walker(tmp_path, profile("p={page}", *more), paged(pages))
    walker.run(category="news")
    assert walker.run(category="news", **arguments).conditional[0] is sent


@pytest.mark.parametrize("cap", ["max_pages: 2", "max_rows: 3"])
def test_a_cap_is_reported(tmp_path: Path, cap: str) -> None:
    assert walk(tmp_path, profile("p={page}", cap), FIRST).incomplete == ["cap"]
