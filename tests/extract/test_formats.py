"""The registry of formats: a new format needs only one class."""

from __future__ import annotations

import pytest
from scrapy.http import Response

from archiver.errors import ArticleError, BadArgument, Deferred, Quarantined
from archiver.extract.article import read_answer
from archiver.extract.formats import FORMATS, open_page
from archiver.extract.formats.received import Received
from archiver.extract.listing import read_listing
from archiver.fetch.bodies import check_whole
from archiver.items import Evidence
from archiver.sites.load import parse
from archiver.sites.profile import Profile

LINES = """
name: lines
origins: [http://lines.example.com]
addresses: ['/(?P<id>[a-z]\\d)\\.txt$']
feeds:
  new:
    url: http://lines.example.com/new.txt
    format: lines
    present: '*** NEW'
    rows: '- '
    fields: {address: 'at=', title: 'called='}
steps:
  - origin: text_file
    urls: ['http://lines.example.com/{id}.txt']
    format: lines
    fields: {title: 'Title: ', body: '| '}
families:
  - {name: all, id: '[a-z]\\d', link: 'http://lines.example.com/{id}.txt'}
"""


class LinesPage:
    """A rule is the start of a line; a row is a line with parts separated by semicolons."""

    declares_kinds = True
    empty_reason = "not_an_article"

    def __init__(self, parts: list[str]) -> None:
        self._parts = parts

    def finds(self, rule: str) -> bool:
        return bool(self.values(rule))

    def rows(self, rule: str) -> list[LinesPage]:
        return [LinesPage(line.split("; ")) for line in self.values(rule)]

    def value(self, rule: str) -> str:
        return next(iter(self.values(rule)), "")

    def values(self, rule: str) -> list[str]:
        return [part.removeprefix(rule) for part in self._parts if part.startswith(rule)]

    def markup(self, rule: str) -> str:
        return "".join(f"<p>{line}</p>" for line in self.values(rule))


class LinesFormat:
    name = "lines"

    def open(self, text: str) -> LinesPage:
        return LinesPage(text.splitlines())

    def check_rule(self, rule: str) -> None:
        if rule.isspace():
            raise ValueError("a rule of blanks matches too many lines")

    def check_whole(self, received: Received) -> None:
        if not received.text().endswith("。"):
            raise Deferred("incomplete", "the last line has no full stop")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Profile:
    """A site with pages in a format that is registered for this test."""
    monkeypatch.setitem(FORMATS, "lines", LinesFormat())
    return parse(LINES, "lines.yaml")


def test_a_registered_format_reads_a_listing(lines: Profile) -> None:
    feed = lines.feeds["new"]
    text = "*** NEW\n- at=/a1.txt; called=沪指收涨\n- called=没有地址\n- at=/b2.txt"
    page = read_listing(text, feed.url, feed, lines, "new")
    assert [(listed.id, listed.address, listed.hints) for listed in page.articles] == [
        ("a1", "http://lines.example.com/a1.txt", {"title": "沪指收涨"}),
        ("b2", "http://lines.example.com/b2.txt", {}),
    ]
    assert [listed.hints["title"] for listed in page.refused] == ["没有地址"]
    with pytest.raises(Quarantined, match=r"^not_a_listing: nothing on \S+ matches '\*\*\* NEW'"):
        read_listing("- at=/a1.txt", feed.url, feed, lines, "new")


def test_a_registered_format_reads_an_article(lines: Profile) -> None:
    found = read_answer("Title: 沪指收涨\n| 甲\n| 乙。", lines.steps[0], lines, "a1")
    assert found == {
        "title": Evidence("沪指收涨", "text_file"),
        "body": Evidence("<p>甲</p><p>乙。</p>", "text_file"),
    }
    with pytest.raises(Quarantined, match=r"^not_an_article: "):
        read_answer("404 Not Found", lines.steps[0], lines, "a1")


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize(
    ("text", "reason"), [("甲。", ""), ("甲", "incomplete"), (" \n", "empty"), ("", "empty")]
)
def test_a_registered_format_distinguishes_complete_and_cut_responses(text: str, reason: str) -> None:
    headers = {"Content-Type": "text/plain; charset=gbk"}
    found = ""
    try:
        check_whole(Response("http://lines.example.com/", headers=headers, body=text.encode("gbk")), "lines")
    except ArticleError as why:
        found = why.reason
    assert found == reason


@pytest.mark.usefixtures("lines")
def test_a_registered_format_checks_the_rules_of_a_profile() -> None:
    with pytest.raises(BadArgument) as wrong:
        parse(LINES.replace("'Title: '", "' '"), "lines.yaml")
    assert str(wrong.value) == "lines.yaml: steps.0.fields.title: a rule of blanks matches too many lines"


@pytest.mark.usefixtures("lines")
def test_an_unknown_format_is_refused_with_a_list_of_formats() -> None:
    with pytest.raises(BadArgument) as wrong:
        parse(LINES.replace("format: lines", "format: line"), "lines.yaml")
    known = "known here: 'html', 'json', 'feed', 'sitemap' or 'lines'"
    assert str(wrong.value) == f"lines.yaml: feeds.new.format: 'line' is unknown; {known}"


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_registered_under_its_name_and_refuses_blank_text(name: str) -> None:
    assert FORMATS[name].name == name
    with pytest.raises(Quarantined, match=r"^empty: "):
        open_page(" \r\n\u3000", name)
