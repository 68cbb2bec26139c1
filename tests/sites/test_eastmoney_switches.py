"""Every switch of the replica in the shape of eastmoney.com, and what the archive then holds."""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from typing import Any

import pytest

from archiver.normalise.sources import from_digest
from archiver.posts import read
from archiver.replica.articles import Site
from archiver.replica.eastmoney import OTHER_MEDIUM, Columns
from archiver.replica.eastmoney_articles import EXTRA_LINES
from archiver.replica.eastmoney_lists import MAX_ROWS, is_only_flash
from archiver.replica.eastmoney_server import EastmoneyReplica
from archiver.replica.eastmoney_switches import Api, ColumnPage, Oddity, Robots
from tests.crawling import PROJECT, Run, posts
from tests.sites.eastmoney_site import LIST, columns, odd, paths, run, tls, visible

__all__ = ["tls"]

NO_POST = {
    Oddity.NO_CREDIT: "quarantined/source",
    Oddity.TO_FRONT_PAGE: "quarantined/not_an_article",
    Oddity.NOTICE: "skipped/retracted",
}
SECOND_COLUMN = range(10, 20)
"""The articles of the second column that have oddities."""


def head(text: str) -> dict[str, str]:
    """The front matter of a post, as it is written."""
    lines = text.split("---\n")[1].splitlines()
    return {name: value.strip('"') for name, _, value in (line.partition(": ") for line in lines)}


def written(found: dict[str, str], shown: Columns, index: int) -> dict[str, str]:
    (post,) = (text for name, text in found.items() if shown.code(index) in name)
    return head(post)


# --- articles


@pytest.fixture(scope="module")
def odd_column(tmp_path_factory: pytest.TempPathFactory, tls: ssl.SSLContext) -> tuple[Run, Path, Columns]:
    shown, archive = columns(100), tmp_path_factory.mktemp("odd")
    with EastmoneyReplica(shown, tls) as replica:
        return run("category", archive, replica, category="ccjdd"), archive, shown


def test_each_article_with_an_oddity_has_its_result(odd_column: tuple[Run, Path, Columns]) -> None:
    found, archive, shown = odd_column
    assert found.status == 4, found.stderr
    reasons = {reason: count for reason, count in found["reasons"].items() if reason != "skipped/not_ours"}
    assert reasons == dict.fromkeys(NO_POST.values(), 1)
    ended = {failure["id"]: f"{failure['end']}/{failure['reason']}" for failure in found["failures"]}
    assert ended == {shown.code(odd(oddity)): reason for oddity, reason in NO_POST.items()}
    assert len(posts(archive)) == found["posted"] == len(shown.listing(344)) - len(NO_POST)


@pytest.mark.parametrize(
    "index", [index for index in SECOND_COLUMN if index not in map(odd, NO_POST)], ids=str
)
def test_an_odd_article_has_title_source_and_time_of_the_article(
    odd_column: tuple[Run, Path, Columns], index: int
) -> None:
    _, archive, shown = odd_column
    expected = shown.expected(index)
    fields = written(posts(archive), shown, index)
    assert fields["title"] == expected.title
    assert fields["tags"] == expected.tag
    assert fields["date"] == f"{expected.date:%Y-%m-%d %H:%M:%S} +0800"


def test_a_source_between_links_and_in_the_last_line_only_is_read(
    odd_column: tuple[Run, Path, Columns],
) -> None:
    _, archive, shown = odd_column
    assert written(posts(archive), shown, odd(Oddity.SPLIT_SOURCE))["tags"] == "上海证券报新闻"


def test_a_medium_that_the_last_line_contradicts_is_a_doubt(odd_column: tuple[Run, Path, Columns]) -> None:
    found, archive, shown = odd_column
    assert found["doubts"]["source/conflict"] == 1
    assert written(posts(archive), shown, odd(Oddity.MEDIA_DIFFER))["tags"] == f"{OTHER_MEDIUM}新闻"


def test_a_title_that_the_list_contradicts_is_a_doubt(odd_column: tuple[Run, Path, Columns]) -> None:
    found, archive, shown = odd_column
    assert found["doubts"]["title/conflict"] == 1
    index = odd(Oddity.OTHER_TITLE)
    assert written(posts(archive), shown, index)["title"] == shown.title(index) != shown.site.title(index)


def test_a_page_in_gb18030_is_read_whatever_its_header_says(odd_column: tuple[Run, Path, Columns]) -> None:
    found, archive, shown = odd_column
    assert found["doubts"]["encoding/overridden"] == 1
    for oddity in (Oddity.GB_PAGE, Oddity.GB_AS_UTF8):
        expected = shown.expected(odd(oddity))
        (post,) = (text for name, text in posts(archive).items() if expected.id in name)
        assert visible(expected.text) in visible(post)
        assert "\ufffd" not in post
        assert not set(re.findall("<p.*?</p>", EXTRA_LINES)) & set(post.splitlines())


def test_every_post_can_be_read_again(odd_column: tuple[Run, Path, Columns]) -> None:
    _, archive, _ = odd_column
    assert all(read(text, name).problems == () for name, text in posts(archive).items())


def test_a_caption_does_not_credit_the_source_and_a_later_time_in_the_list_does_not_count(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    shown = columns()
    with EastmoneyReplica(shown, tls) as replica:
        codes = [shown.code(odd(oddity)) for oddity in (Oddity.CAPTION, Oddity.TIMES_DIFFER)]
        names = tmp_path / "names.txt"
        names.write_text("\n".join(codes), encoding="utf-8")
        assert run("share", tmp_path / "a", replica, file=names).status == 0
        assert run("category", tmp_path / "b", replica, category="cgnjj").status == 0
    for archive in (tmp_path / "a", tmp_path / "b"):
        found = posts(archive)
        caption = written(found, shown, odd(Oddity.CAPTION))
        assert caption["tags"] == shown.expected(odd(Oddity.CAPTION)).tag
        retimed = written(found, shown, odd(Oddity.TIMES_DIFFER))
        assert retimed["date"] == f"{shown.date(odd(Oddity.TIMES_DIFFER)):%Y-%m-%d %H:%M:%S} +0800"


# --- the list


@pytest.mark.parametrize("users_page", [1, 2])
def test_a_page_with_posts_of_users_only_is_not_the_end(
    tmp_path: Path, tls: ssl.SSLContext, users_page: int
) -> None:
    shown = columns(plain=True, users_page=users_page)
    with EastmoneyReplica(shown, tls) as replica:
        found = run("category", tmp_path, replica, category="cgnjj")
    assert found.status == 0, found.stderr
    assert found["posted"] == len(shown.listing(350)) == len(posts(tmp_path))
    assert found["reasons"]["skipped/not_ours"] > MAX_ROWS


def test_rows_that_move_to_later_pages_while_the_run_reads_are_archived_once(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    shown = columns(100, plain=True, arrivals=2)
    with EastmoneyReplica(shown, tls) as replica:
        first = run("category", tmp_path, replica, category="cgnjj")
        assert first.status == 0, first.stderr
        assert first["posted"] == 20
        shown.switches.arrivals = 0
        second = run("category", tmp_path, replica, category="cgnjj")
    assert second.status == 0
    assert len(posts(tmp_path)) == len(shown.listing(350)) == 20 + second["posted"]
    assert second["posted"] > 0


@pytest.mark.parametrize(
    ("api", "reason"),
    [(Api.NO_DATA, "not_a_listing"), (Api.NO_ROWS, "not_a_listing"), (Api.NOTHING, "empty")],
)
def test_an_empty_answer_with_status_200_is_not_taken_for_nothing_new(
    tmp_path: Path, tls: ssl.SSLContext, api: Api, reason: str
) -> None:
    shown = columns(plain=True)
    with EastmoneyReplica(shown, tls) as replica:
        shown.switches.api = api
        never_seen = run("category", tmp_path, replica, category="cgnjj")
        assert (never_seen.status, list(never_seen["listings"]["incomplete"].values())) == (5, [reason])
        assert posts(tmp_path) == {}
        shown.switches.api = Api.GOOD
        first = run("category", tmp_path, replica, category="cgnjj")
        assert (first.status, first["posted"]) == (0, 20)
        nothing_new = run("category", tmp_path, replica, category="cgnjj")
        assert (nothing_new.status, nothing_new["posted"]) == (0, 0)
        shown.switches.api = api
        blocked = run("category", tmp_path, replica, category="cgnjj")
    assert (blocked.status, list(blocked["listings"]["incomplete"].values())) == (3, [reason])
    assert len(posts(tmp_path)) == 20


def test_a_second_page_without_data_leaves_the_listing_incomplete(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    shown = columns(plain=True, api=Api.NO_DATA, api_from=2)
    with EastmoneyReplica(shown, tls) as replica:
        found = run("category", tmp_path, replica, category="cgnjj")
        assert (found.status, found["listings"]["incomplete_count"]) == (3, 1)
        assert 0 < found["posted"] == len(posts(tmp_path)) < 20
        shown.switches.api = Api.GOOD
        assert run("category", tmp_path, replica, category="cgnjj")["posted"] == 20 - found["posted"]


# --- blocking and robots.txt


@pytest.mark.parametrize(
    ("switches", "status", "posted"),
    [
        ({"burst": [429, 429]}, 0, 20),
        ({"burst": [429] * 60}, 3, 0),
        ({"burst": [403]}, 3, 0),
        ({"cut": 1}, 0, 20),
        ({"cut": 60}, 3, 0),
    ],
    ids=str,
)
def test_a_short_burst_costs_retries_and_a_long_one_leaves_the_rest_to_the_next_run(
    tmp_path: Path, tls: ssl.SSLContext, switches: dict[str, Any], status: int, posted: int
) -> None:
    shown = columns(plain=True, **switches)
    with EastmoneyReplica(shown, tls) as replica:
        found = run("category", tmp_path, replica, category="cgnjj")
        assert (found.status, found["posted"]) == (status, posted), found.stderr
        assert len(posts(tmp_path)) == posted
        assert len(paths(replica)) < 60
        shown.switches.burst.clear()
        shown.switches.cut = 0
        assert run("category", tmp_path, replica, category="cgnjj").status == 0
    assert len(posts(tmp_path)) == 20


@pytest.mark.parametrize(
    ("robots", "status", "posted"),
    [
        (Robots.DELAY, 0, 3),
        (Robots.MISSING, 0, 3),
        (Robots.FORBIDDEN, 3, 0),
        (Robots.BROKEN, 3, 0),
    ],
)
def test_robots_txt_decides_whether_anything_is_requested(
    tmp_path: Path, tls: ssl.SSLContext, robots: Robots, status: int, posted: int
) -> None:
    shown = columns(plain=True, robots=robots)
    with EastmoneyReplica(shown, tls) as replica:
        found = run("category", tmp_path, replica, category="cgnjj", limit=3)
        assert (found.status, found["posted"], len(posts(tmp_path))) == (status, posted, posted)
        assert bool(paths(replica)) is (posted > 0)


# --- the page of a column


def listing_in_the_docs() -> str:
    """What docs/sites.md says for the time when the list in JSON does not answer."""
    section = (PROJECT / "docs/sites.md").read_text(encoding="utf-8").split("### `eastmoney`")[1]
    return section.split("```yaml\n")[1].split("```")[0]


def test_the_pages_of_columns_are_read_and_a_shell_is_refused(tmp_path: Path, tls: ssl.SSLContext) -> None:
    profile = tmp_path / "pages.yaml"
    bundled = (PROJECT / "archiver/sites/eastmoney.yaml").read_text(encoding="utf-8")
    profile.write_text(
        re.sub(r"(?ms)^listing:.*?^steps:", f"{listing_in_the_docs()}\nsteps:", bundled), encoding="utf-8"
    )
    shown = columns(plain=True, column_page=ColumnPage.CLASSIC)
    with EastmoneyReplica(shown, tls) as replica:
        first = run("category", tmp_path / "a", replica, site=profile, category="cgnjj")
        assert (first.status, first["posted"]) == (0, 20), first.stderr
        assert LIST not in paths(replica)
        shown.switches.column_page = ColumnPage.SHELL
        for category, reason in {"cgnjj": "ran_dry", "czqyw": "no_rows"}.items():
            found = run("category", tmp_path / "a", replica, site=profile, category=category)
            assert (found.status, list(found["listings"]["incomplete"].values())) == (5, [reason])
        assert len(posts(tmp_path / "a")) == 20
        shown.switches.column_page = ColumnPage.CLASSIC
        run("category", tmp_path / "b", replica, category="cgnjj")
    assert posts(tmp_path / "b") == posts(tmp_path / "a")


# --- flash news


def test_flash_news_are_read_to_the_last_cursor_and_those_without_an_article_from_their_rows(
    tmp_path: Path, tls: ssl.SSLContext
) -> None:
    shown = Columns(Site(articles=50, plain=True), plain=True, only_flash=True)
    with EastmoneyReplica(shown, tls) as replica:
        first = run("category", tmp_path, replica, category="kuaixun")
        assert paths(replica).count("/comm/web/getFastNewsList") == 4  # three with rows
        alone = [index for index in range(50) if is_only_flash(shown, index)]
        credited = [index for index in alone if from_digest(shown.site.digest(index))]
        assert 0 < len(credited) < len(alone)
        assert first["reasons"] == {"quarantined/source": len(alone) - len(credited)}, first.stderr
        found = posts(tmp_path)
        assert len(found) == first["posted"] == 50 - len(alone) + len(credited)
        for index in credited:
            assert written(found, shown, index)["tags"] == shown.expected(index).tag
            (post,) = (text for name, text in found.items() if shown.code(index) in name)
            assert visible(shown.site.digest(index)) in visible(post)
        shown.site.add(3)
        again = run("category", tmp_path, replica, category="kuaixun")
        assert (again.status, again["posted"]) == (0, 3), again.stderr
        shown.switches.burst += [403]
        blocked = run("category", tmp_path, replica, category="kuaixun")
    assert (blocked.status, list(blocked["listings"]["incomplete"].values())) == (3, ["forbidden"])
