"""What ``site-check`` finds, with pages in place of the network."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from archiver.errors import BadArgument
from archiver.replica.articles import Site
from archiver.run.status import Status
from archiver.safe_text import to_json
from archiver.sites.load import load
from archiver.terminal import write_styled
from archiver.trying.check import spread
from archiver.trying.findings import FieldFound, SiteFound
from archiver.trying.words import lines_of
from tests.trying.pages import ARTICLES, HOST, PROFILE, check, of_replica, pages, with_trial

FIRST = f"{HOST}/a/202601.html"


def text_of(found: SiteFound) -> str:
    return "\n".join("".join(text for _, text in line) for line in lines_of(found))


def field_of(found: SiteFound, name: str) -> FieldFound:
    return next(field for field in found.articles[0].fields if field.name == name)


def test_every_field_shows_its_rule_what_it_finds_and_what_is_made_of_it() -> None:
    found = check(PROFILE, pages())
    assert found.status == Status.OK
    (listing,) = found.listings
    assert (listing.rows, listing.ours, listing.next) == (8, 7, "")
    assert listing.skipped == [f"{HOST}/video/1.html"]
    assert [article.id for article in found.articles] == ["202601", "202604", "202607"]
    date, body, source = (field_of(found, name) for name in ("date", "body", "source"))
    assert [(rule.key, rule.rule, rule.found) for rule in date.rules] == [
        ("steps.0.fields.date", "time", True)
    ]
    assert (date.found, date.value, date.origin) == (
        "2026-09-01 10:30",
        "2026-09-01 10:30:00 +0800",
        "post_page",
    )
    assert (source.found, source.value) == ("来源：样例晚报", "样例晚报")
    assert (body.value, body.found[:15]) == ("54 characters, 1 picture", '<div id="text">')
    assert field_of(found, "category").value == "yangliwanbao"
    assert "3 of 3 articles can be posted" in text_of(found)


WRONG = [
    # what is changed in the profile, by what, the exit status, what the output says
    ("date: time", "date: .when", 2, "steps.0.fields.date: .when  finds nothing"),
    ("date: time", "date: .when", 2, "change steps.0.fields.date: the rule finds nothing"),
    ("date: time, ", "", 2, "write steps.0.fields.date, a rule for the date"),
    ("title: h1", "title: h2", 0, "steps.0.fields.title: h2  finds nothing"),
    ("source: .credit, ", "", 2, "or `source: NAME` if the site itself is the source"),
    ("name: mine", "name: mine\nsource: 样例日报", 0, "3 of 3 articles"),
    ("body: '#text'", "body: '#story'", 2, "change steps.0.fields.body"),
    ("present: article", "present: main", 2, "change steps.0.present"),
    ("rows: li", "rows: tr", 2, "change listing.rows: the rule finds nothing"),
    ("rows: li", "rows: li\n  present: '#list'", 2, "change listing.present"),
    ("address: 'a::attr(href)'", "address: 'b::attr(href)'", 2, "? address   nothing"),
    ("  skip: ['/video/']\n", "", 2, "1 rows have an id that the profile does not accept"),
    ("/a/(?P<id>\\d{6})", "/story/(?P<id>\\d{6})", 2, "no id of this site: https://news.example.com/a/202601.html"),
    ("id: '\\d{6}'", "id: '\\d{7}'", 2, "no id of this site: 202601, 202602"),
    ("{category}/\n", "{category}/list\n", 2, "gone: the response has status 404"),
    ("https://news.example.com", "https://other.example.com", 3, "refused: nothing listens there"),
    ("urls: ['{address}']", "urls: ['https://news.example.com/b/{id}.html']", 2, "no post: gone"),
    ("  rows: li", "  format: json\n  rows: data", 2, "set listing.format, or listing.within"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "status", "said"), WRONG)
def test_a_wrong_rule_is_named_with_what_to_do(old: str, new: str, status: int, said: str) -> None:
    assert old in PROFILE
    profile = PROFILE.replace(old, new)
    if "format: json" in new:
        profile = profile.replace("'a::attr(href)', title: a", "url")
    found = check(profile, pages())
    printed = text_of(found)
    assert said in printed
    assert found.status == status, printed


def test_an_article_at_another_origin_is_named_with_the_origin_to_add() -> None:
    known = pages()
    known[f"{HOST}/port/"] = known[f"{HOST}/port/"].replace(
        'href="/a/202602', 'href="https://m.example.com/a/202602'
    )
    found = check(PROFILE, known)
    assert found.status == Status.USAGE
    assert found.listings[0].elsewhere == ["https://m.example.com/a/202602.html"]
    assert "add https://m.example.com to origins, or a pattern to listing.skip" in found.listings[0].advice


@pytest.mark.parametrize(
    ("urls", "listings", "articles"),
    [([FIRST], 0, 1), ([f"{HOST}/port/"], 1, 0), ([FIRST, f"{HOST}/port/", f"{HOST}/a/202603.html"], 1, 2)],
)
def test_pages_that_the_user_names_are_checked_alone(urls: list[str], listings: int, articles: int) -> None:
    found = check(PROFILE, pages(), *urls)
    assert (len(found.listings), len(found.articles), found.status) == (listings, articles, Status.OK)


@pytest.mark.parametrize(
    ("urls", "category", "sentence"),
    [
        (["https://news.example.com/about"], "port", "is not the address of an article of mine"),
        (["https://other.example.com/x/1"], "port", "is not the address of an article of mine"),
        ([], "", "write one with --category"),
    ],
)
def test_a_page_that_the_profile_does_not_read_is_refused(
    urls: list[str], category: str, sentence: str
) -> None:
    with pytest.raises(BadArgument, match=sentence):
        check(PROFILE, pages(), *urls, category=category)


def test_an_unknown_category_is_refused() -> None:
    profile = PROFILE.replace(
        "listing:\n  url: https://news.example.com/{category}/",
        "feeds:\n port:\n  url: https://news.example.com/port/",
    )
    assert check(profile, pages()).listings[0].key == "feeds.port"
    with pytest.raises(BadArgument, match="'harbour' is unknown: mine has port"):
        check(profile, pages(), category="harbour")


def test_the_second_step_is_requested_only_for_a_missing_field() -> None:
    found = with_trial(
        load("finews"), of_replica(Site(60, 1, plain=True)), lambda trial: trial.check(category="emnews")
    )
    assert found.status == Status.OK, text_of(found)
    assert [[asked.step for asked in article.asked] for article in found.articles] == [
        ["answer", "post_page"]
    ] * 3
    link = field_of(found, "link")
    assert (link.origin, [rule.key for rule in link.rules]) == ("post_page", ["steps.1.fields.link"])


def test_a_site_with_a_home_page_is_read_from_there() -> None:
    found = with_trial(load("finews"), of_replica(Site(20, 1, plain=True)), lambda trial: trial.check())
    assert [listing.key for listing in found.listings] == ["home", "listing"]
    assert found.listings[1].category == found.listings[0].categories[0]
    assert (len(found.articles), found.status) == (3, Status.OK)


def test_rows_that_contain_the_text_need_no_request() -> None:
    feed = (
        "<rss><channel><item><title>码头开工</title><link>https://news.example.com/2026/pier</link>"
        "<pubDate>Sat, 26 Sep 2026 10:30:00 +0800</pubDate><source url='x'>样例晚报</source>"
        "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
        "&lt;p&gt;样例公司宣布，新的码头将在秋天完工。&lt;/p&gt;</content:encoded></item></channel></rss>"
    )
    known = {f"{HOST}/feed.xml": feed}
    found = check("name: mine\nfeeds: {news: https://news.example.com/feed.xml}", known, category="news")
    assert (found.status, found.articles[0].asked) == (Status.OK, []), text_of(found)
    assert field_of(found, "body").origin == "listing"


@pytest.mark.parametrize(
    ("number", "chosen"), [(0, []), (1, [0]), (3, [0, 1, 2]), (4, [0, 2, 3]), (9, [0, 4, 8])]
)
def test_the_chosen_articles_are_spread_over_the_page(number: int, chosen: list[int]) -> None:
    assert spread(range(number), 3) == chosen  # type: ignore[arg-type, comparison-overlap]


def test_json_has_no_text_of_the_terminal() -> None:
    data: dict[str, Any] = json.loads(to_json(check(PROFILE, pages()).as_dict()))
    assert (data["exit_status"], len(data["articles"]), data["listings"][0]["rows"]) == (0, 3, 8)
    assert data["articles"][0]["fields"][0]["rules"][0] == {
        "key": "steps.0.fields.title",
        "rule": "h1",
        "found": True,
    }


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("is_terminal", "environ", "coloured"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {"TERM": "xterm"}, False),
    ],
)
def test_colour_is_only_for_a_terminal_that_wants_it(
    is_terminal: bool, environ: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    write_styled(lines_of(check(PROFILE, pages())), environ)
    assert ("\x1b[32m" in out.getvalue()) == coloured
    assert "第1号码头开工" in out.getvalue()


def test_a_hostile_page_cannot_control_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = "\x1b]0;owned\x07码头\u202e"
    known = {address: page.replace(ARTICLES["202601"], hostile) for address, page in pages().items()}
    out = Terminal()
    monkeypatch.setattr("sys.stdout", out)
    write_styled(lines_of(check(PROFILE, known, FIRST)), {"TERM": "xterm"})
    assert "码头" in out.getvalue()
    assert "\x1b]" not in out.getvalue()
    assert "\x07" not in out.getvalue()
    assert "\u202e" not in out.getvalue()
