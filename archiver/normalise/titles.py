"""Whether two titles can be those of one article.

>>> are_alike("某地发布十项措施支持企业", "某地发布10项措施支持企业（全文）")
True
>>> are_alike("某地发布十项措施支持企业", "系统繁忙，请稍后再试")
False
"""

from __future__ import annotations

from difflib import SequenceMatcher

LEAST_IN_COMMON = 0.4
"""Share of the characters of both, in order; an edited title keeps more, another article's has far less."""

MOST_COMPARED = 200
"""Characters; the comparison takes time in the square of them."""


def are_alike(one: str, other: str) -> bool:
    """Edited, cut or re-punctuated titles are alike; titles of two articles are not."""
    if one == other:
        return True
    return (
        SequenceMatcher(None, one[:MOST_COMPARED], other[:MOST_COMPARED], autojunk=False).ratio()
        >= LEAST_IN_COMMON
    )
