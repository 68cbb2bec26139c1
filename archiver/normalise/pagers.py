"""Recognises the link to the next page in a text that is only one page of an article."""

from __future__ import annotations

import re

_MAY = ("下一页", "下一頁", "下页", "下頁", "余下全文", "餘下全文")
_NEXT = re.compile(
    r"""
    <a\b [^<>]{0,1000} > (?: \s | <(?:span|em|b|strong|i)\b[^<>]{0,200}> | [\[【（(] )*+
    (?: 下一?[页頁] | [余餘]下全文 | next\s+page )
    (?: \s | [\]】）)…>»›→] | &(?:gt|raquo|rsaquo|rarr|nbsp); )*+ <
    """,
    re.VERBOSE | re.IGNORECASE,
)
_REL = re.compile(r"<a\b[^<>]{0,1000}?\srel=[\"']?next\b", re.IGNORECASE)


def goes_on(html: str) -> bool:
    """Whether the text has a link to its next page; a link to the next article (下一篇) is none.

    >>> goes_on('<p>第一页。</p><p><a href="p1_2.html">下一页</a></p>')
    True
    """
    lower = html.lower()
    if "rel=" in lower and _REL.search(html):
        return True
    return ("next" in lower or any(word in html for word in _MAY)) and _NEXT.search(html) is not None
