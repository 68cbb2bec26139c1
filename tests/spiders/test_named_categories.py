"""``-a category=``: a category that does not exist, one that is gone, and a listing that never named anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from archiver.items import Listed
from archiver.replica.articles import Site
from archiver.replica.server import Answer, Replica
from spiders.listing import ListingSpider
from tests.crawling import PROJECT, asked, crawl, posts

HTML = {"Content-Type": "text/html; charset=utf-8"}
CHALLENGE = "<html><title>正在验证</title><script>location.reload()</script></html>"
QUICK = ("-s", "RETRY_TIMES=0")


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=60, plain=True)) as running:
        yield running


@pytest.fixture
def without_home(tmp_path: Path) -> Path:
    """The finews profile without a home page and without a rule that recognises a listing."""
    text = (PROJECT / "archiver/sites/finews.yaml").read_text(encoding="utf-8")
    text, count = re.subn(r"\nhome:\n(  .*\n)+", "\n", text)
    assert count == 1
    path = tmp_path / "finews.yaml"
    path.write_text(re.sub(r"\n  present: section ul.*", "", text), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "answer", "nearest"),
    [
        pytest.param("cailanshe", None, "cailianshe", id="404"),
        pytest.param("typ-45", None, "type-45", id="404, near a feed"),
        pytest.param("cailanshe", (302, {"Location": "/"}, ""), "cailianshe", id="a redirect"),
        pytest.param("cailanshe", (200, HTML, CHALLENGE), "cailianshe", id="another page"),
        pytest.param(
            "cailanshe", (200, HTML, "<section><ul></ul></section>"), "cailianshe", id="an empty list"
        ),
    ],
)
def test_a_category_that_the_home_page_does_not_name_is_a_wrong_argument(
    tmp_path: Path, replica: Replica, name: str, answer: Answer | None, nearest: str
) -> None:
    if answer:
        replica.answers[f"/category/{name}.html"] = answer
    run = crawl("category", tmp_path, replica, *QUICK, category=f"cailianshe,{name}")
    last = run.stderr.splitlines()[-1]
    assert run.status == 2, run.stderr
    assert last.startswith(f"exit 2: category='{name}' does not exist: ")
    assert nearest in last.partition("the nearest known categories are ")[2]
    assert set(asked(replica)) <= {"/", "/category/cailianshe.html", f"/category/{name}.html"}
    assert not posts(tmp_path)


def test_the_index_names_the_nearest_categories_of_a_site_without_a_home_page(
    tmp_path: Path, replica: Replica, without_home: Path
) -> None:
    root = tmp_path / "a"
    assert crawl("category", root, replica, site=without_home, category="cailianshe").status == 0
    run = crawl("category", root, replica, site=without_home, category="cailanshi")
    last = run.stderr.splitlines()[-1]
    assert run.status == 2, run.stderr
    assert "status 404, and no earlier run has read it; the nearest known categories are cailianshe" in last


def test_a_category_on_the_home_page_whose_listing_is_missing_is_incomplete(
    tmp_path: Path, replica: Replica
) -> None:
    replica.answers["/category/cailianshe.html"] = (404, {}, "")
    run = crawl("category", tmp_path, replica, category="cailianshe,zhongguodianzibao")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (3, ["gone"])
    assert run["posted"] == replica.site.count("zhongguodianzibao")


def test_a_home_page_that_fails_as_well_proves_nothing(tmp_path: Path, replica: Replica) -> None:
    replica.answers.update({"/category/cailanshe.html": (404, {}, ""), "/": (503, {}, "")})
    run = crawl("category", tmp_path, replica, *QUICK, category="cailanshe")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (3, ["gone"])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param((404, {}, ""), "gone", id="404"),
        pytest.param((410, {}, ""), "gone", id="410"),
        pytest.param((451, {}, ""), "legal_451", id="451"),
        pytest.param((301, {"Location": "/"}, ""), "redirected", id="a redirect"),
    ],
)
def test_a_category_that_was_there_and_is_gone_gives_status_5(
    tmp_path: Path, replica: Replica, answer: Answer, reason: str
) -> None:
    assert crawl("category", tmp_path, replica, category="cailianshe").status == 0
    replica.answers["/category/cailianshe.html"] = answer
    run = crawl("category", tmp_path, replica, category="cailianshe")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (5, [reason]), run.stderr
    assert "earlier runs could read it, and now: " in run.stderr
    assert posts(tmp_path)


@pytest.mark.parametrize(
    ("answer", "reason", "came"),
    [
        pytest.param(
            (200, HTML, CHALLENGE), "no_rows", "text/html with the title '正在验证'", id="challenge"
        ),
        pytest.param(
            (200, {"Content-Type": "application/json"}, '{"code": 7}'),
            "no_rows",
            "application/json that begins with '{\"code\": 7}'",
            id="JSON",
        ),
        pytest.param(
            (200, HTML, "<title>\n 404 \n</title>"), "no_rows", "with the title '404'", id="soft 404"
        ),
        pytest.param((200, {}, b"\xff\xfe\xfa\x81\x30" * 9), "", "", id="noise"),
    ],
)
def test_a_listing_that_never_named_anything_gives_status_5_in_every_run(
    tmp_path: Path, replica: Replica, without_home: Path, answer: Answer, reason: str, came: str
) -> None:
    replica.answers["/category/cailianshe.html"] = answer
    for _ in range(2):
        run = crawl("category", tmp_path / "a", replica, *QUICK, site=without_home, category="cailianshe")
        assert run.status == 5, run.stderr
        [found] = run["listings"]["incomplete"].values()
        assert found == (reason or found)
        [sentence] = run["drift"]
        assert came in sentence
        assert sentence.endswith("compare the category and the profile")


def test_a_page_that_is_not_a_listing_any_more_is_described_and_requested_again(
    tmp_path: Path, replica: Replica
) -> None:
    assert crawl("category", tmp_path, replica, category="cailianshe").status == 0
    replica.answers["/category/cailianshe.html"] = (200, HTML, CHALLENGE)
    run = crawl("category", tmp_path, replica, *QUICK, category="cailianshe")
    assert (run.status, list(run["listings"]["incomplete"].values())) == (3, ["not_a_listing"])
    assert "the response is text/html with the title '正在验证'" in run.stderr


def test_rows_without_an_id_or_address_are_told_apart_from_ids_of_another_form() -> None:
    refused: dict[str, list[str]] = {}
    ledger = SimpleNamespace(
        refuse_all=lambda rows, why: refused.setdefault(why.detail, []).extend(listed.id for listed in rows)
    )
    spider: Any = SimpleNamespace(run=SimpleNamespace(ledger=ledger), site=SimpleNamespace(name="mine"))
    ListingSpider._refuse_rows(spider, [Listed("x.html"), Listed(""), Listed("y.html")])
    assert refused == {
        "mine has no ids of this form": ["x.html", "y.html"],
        "fields.id and fields.address of the profile find nothing in the row": [""],
    }
