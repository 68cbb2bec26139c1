"""Whether two titles can belong to one article.

>>> are_alike("某地发布十项措施支持企业", "某地发布10项措施支持企业（全文）")
True
>>> are_alike("某地发布十项措施支持企业", "系统繁忙，请稍后再试")
False
"""

from __future__ import annotations

from difflib import SequenceMatcher

MIN_IN_COMMON = 0.4
"""Share of the characters that both have in the same order. An edited title has more in common with the first
one, the title of another article far less."""

MAX_COMPARED = 200
"""Characters; the time of the comparison grows with their square."""


def are_alike(one: str, other: str) -> bool:
    """Edited, cut or re-punctuated titles are alike; titles of two articles are not."""
    if one == other:
        return True
    return (
        SequenceMatcher(None, one[:MAX_COMPARED], other[:MAX_COMPARED], autojunk=False).ratio()
        >= MIN_IN_COMMON
    )
