"""The last line of a post: a link to its category's page and a link to the home page.

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
_FOOTER = re.compile(
    r"""
    \[ (?P<back_label> (?: \\. | [^\n\\\]] | \](?!\() )*+ ) \]    # up to the first "](" that is not escaped
    \( (?P<page> (?: [^\n｜] | ｜(?!\[) )* ) \)
    (?P<joiner> ｜ | \n )
    \[ (?P<home_label> (?: \\. | [^\n\\\[\]] )*+ ) \]
    \( (?P<home> [^\n]* ) \)
    """,
    re.VERBOSE,
)


class Footer(NamedTuple):
    """The two links of a footer; the labels are plain text."""

    back_label: str
    page: str
    """The address of the category's page."""
    home_label: str
    home: str
    two_lines: bool = False
    """Whether a line break stands between the links, as in posts of the old archive."""

    def line(self) -> str:
        """The footer as every version writes it, on one line."""
        return _line(self)


@lru_cache(maxsize=1024)
def _line(footer: Footer) -> str:
    back = f"[{markdown.escape(footer.back_label)}]({_target(footer.page)})"
    return f"{back}{_JOINER}[{markdown.escape(footer.home_label)}]({_target(footer.home)})"


def parse_footer(text: str) -> Footer | None:
    """The footer in the last paragraph of a post; None where it is none, or is cut."""
    found = _FOOTER.fullmatch(text)
    if found is None or not is_paired(found["home"]):
        return None
    return Footer(
        markdown.unescape(found["back_label"]),
        found["page"],
        markdown.unescape(found["home_label"]),
        found["home"],
        found["joiner"] != _JOINER,
    )


def _target(link: str) -> str:
    """Without a joiner inside it, so that a footer is read back in one way only."""
    return in_brackets(link).replace(_JOINER, "%EF%BD%9C")
