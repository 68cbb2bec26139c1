"""Decides whether two titles can belong to the same article.

>>> are_alike("某地发布十项措施支持企业", "某地发布10项措施支持企业（全文）")
True
>>> are_alike("某地发布十项措施支持企业", "系统繁忙，请稍后再试")
False
"""

from __future__ import annotations

from difflib import SequenceMatcher

MIN_IN_COMMON = 0.4
"""Minimum share of characters that both titles have in the same order. Versions of one title have more in
common, titles of two articles far less."""

MAX_COMPARED = 200
"""Characters compared; the time grows with their square."""


def are_alike(one: str, other: str) -> bool:
    """True for two versions of a title (edited, cut, other punctuation), False for titles of two articles."""
    if one == other:
        return True
    return (
        SequenceMatcher(None, one[:MAX_COMPARED], other[:MAX_COMPARED], autojunk=False).ratio()
        >= MIN_IN_COMMON
    )
