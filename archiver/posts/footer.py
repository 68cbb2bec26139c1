"""The footer, the last line of a post: a link to the page of its category and a link to the home page.

>>> print(Footer("返回样例新闻", "//example.com/a.html", "返回首页", "//example.com/").line())
[返回样例新闻](//example.com/a.html)｜[返回首页](//example.com/)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from archiver.posts import markdown
from archiver.posts.address import in_brackets, is_paired

_JOINER = "｜"
_BEGINNING = r"""
    # the label ends at the first "](" that is not escaped
    \[ (?P<back_label> (?: \\. | [^\n\\\]] | \](?!\() )*+ ) \]
    # the address ends before a joiner that a label follows
    \( (?P<page> (?: [^\n｜] | ｜(?!\[) )* ) \)
    (?P<joiner> ｜ | \n )
    \[ (?P<home_label> (?: \\. | [^\n\\\[\]] )*+ ) \]
"""
_FOOTER = re.compile(rf"{_BEGINNING} \( (?P<home> [^\n]* ) \)", re.VERBOSE)
_WITH_TEXT_BELOW = re.compile(rf"{_BEGINNING} \( (?P<home> [^\s()]* ) \)", re.VERBOSE)

_MAX_KEPT = 400
"""Characters. The cache keeps no longer footer, so its memory is bounded."""


class Footer(NamedTuple):
    """The two links of a footer; the labels are plain text."""

    back_label: str
    page: str
    """The address of the page of the category."""
    home_label: str
    home: str
    two_lines: bool = False
    """Whether the links are on two lines, as in posts of the old archive."""

    def line(self) -> str:
        """The footer on one line, as every version of the format writes it."""
        return _line(self)


@lru_cache(maxsize=1024)
def _line(footer: Footer) -> str:
    back = f"[{markdown.escape(footer.back_label)}]({_target(footer.page)})"
    return f"{back}{_JOINER}[{markdown.escape(footer.home_label)}]({_target(footer.home)})"


def parse_footer(text: str) -> Footer | None:
    """Reads the last paragraph of a post; None if it is not a complete footer."""
    return _parsed(text) if len(text) <= _MAX_KEPT else _parsed.__wrapped__(text)


def find_footer(text: str) -> tuple[str, Footer] | None:
    """The last footer in a post to which text was added, and the text above its line; None if it has none.

    The added text may be below the footer, and on its line.
    """
    end = len(text)
    while end > 0:
        start = text.rfind("\n", 0, end) + 1
        label = text.find("[", start, end)
        if label >= 0 and (found := _WITH_TEXT_BELOW.match(text, label)):
            return text[:start], _footer_of(found)
        end = start - 1
    return None


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Footer | None:
    found = _FOOTER.fullmatch(text)
    return _footer_of(found) if found and is_paired(found["home"]) else None


def _footer_of(found: re.Match[str]) -> Footer:
    return Footer(
        markdown.unescape(found["back_label"]),
        found["page"],
        markdown.unescape(found["home_label"]),
        found["home"],
        found["joiner"] != _JOINER,
    )


def with_page(line: str, back_label: str, page: str) -> str:
    """A complete footer with another link to the page of the category; its other characters stay."""
    found = _FOOTER.fullmatch(line)
    assert found, "the caller has read it"
    return f"[{markdown.escape(back_label)}]({_target(page)}" + line[found.end("page") :]


def _target(link: str) -> str:
    """The address without a joiner in it, so that a footer can be read in one way only."""
    return in_brackets(link).replace(_JOINER, "%EF%BD%9C")
