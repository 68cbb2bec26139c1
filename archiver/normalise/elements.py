"""The HTML elements allowed in a body, by kind."""

from __future__ import annotations


def names(words: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(words.split())


VOID = names("area base br col embed hr img input link meta param source track wbr")
"""Elements without an end tag."""

DIV_LIKE = names(
    "address article aside details fieldset footer form header hgroup legend main menu nav section summary"
)
"""Blocks whose name has no meaning in a post: they become ``div``."""

BLOCKS = (
    names(
        "blockquote caption center col colgroup dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p "
        "pre table tbody td tfoot th thead tr ul"
    )
    | DIV_LIKE
)
INLINES = names(
    "a abbr b big br cite code del em font i img ins kbd mark q rp rt ruby s samp small span strike "
    "strong sub sup tt u var"
)
KEPT = (BLOCKS | INLINES) - DIV_LIKE - {"center"}
"""The elements of a cleaned body; the other allowed elements are replaced."""

EMBEDDED = names("audio embed framed object param picture source unscripted video")
"""Elements that the rewriter replaces by a link or a picture. ``embedded`` explains the invented names."""
