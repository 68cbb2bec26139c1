"""The elements, attributes and styles allowed in a body; nh3 drops everything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial

import nh3

from archiver.normalise.elements import BLOCKS, INLINES, names

ExtraAttributes = frozenset[tuple[str, str, re.Pattern[str]]]
"""Attributes allowed for one site: element, attribute, and the pattern that its whole value must match."""

LAZY_ADDRESSES = ("data-original", "data-src")
"""Attributes with the address of a picture that a script of the page loads later."""

HIDDEN = "display:none"

_CELL = {"bgcolor", "colspan", "height", "nowrap", "rowspan", "valign", "width"}
_ATTRIBUTES = {
    "*": {"align", "class", "hidden", "style"},
    "a": {"href", "target", "title"},
    "abbr": {"title"},
    "col": {"span", "width", "height"},
    "font": {"color", "face", "size"},
    "img": {"alt", "border", "src", "title", *LAZY_ADDRESSES, "width", "height"},
    "ol": {"start", "type"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width", "height"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"bgcolor", "valign"},
}
_VALUES = {
    "align": re.compile(r"[A-Za-z]+"),
    "bgcolor": re.compile(r"#?[A-Za-z0-9]+"),
    "border": re.compile(r"\d{1,3}"),
    "cellpadding": re.compile(r"\d{1,3}"),
    "cellspacing": re.compile(r"\d{1,3}"),
    "class": re.compile(r"[\w-]+(?: +[\w-]+)* *"),
    "color": re.compile(r"#?[A-Za-z0-9]+"),
    "colspan": re.compile(r"\d{1,3}"),
    "height": re.compile(r"\d{1,5}(?:\.\d+)?(?:px|%)?"),
    "rowspan": re.compile(r"\d{1,3}"),
    "size": re.compile(r"[+-]?\d"),
    "start": re.compile(r"-?\d{1,6}"),
    "target": re.compile("_blank"),
    "type": re.compile(r"[1aAiI]"),
    "valign": re.compile(r"[A-Za-z]+"),
    "width": re.compile(r"\d{1,5}(?:\.\d+)?(?:px|%)?"),
}
"""Attribute → the pattern that its whole value must match. Other allowed attributes may have any value."""

_ADDRESSES = frozenset({"href", "src", *LAZY_ADDRESSES})
_DROPPED_WITH_CONTENT = names(
    "audio canvas embed head iframe math noembed noframes noscript object script style svg template title "
    "video"
)

_STYLE = re.compile(
    r"""
    (?: # the property
        background-color | border(?:-(?:top|right|bottom|left))?(?:-(?:color|style|width))?
      | border-collapse | color | display | float | font-(?:size|style|weight) | height | letter-spacing
      | line-height | max-(?:width|height) | (?:margin|padding)(?:-(?:top|right|bottom|left))?
      | text-(?:align|decoration|indent) | vertical-align | white-space | width
    )
    \s* : \s*
    (?: (?: [a-z]+(?:-[a-z]+)*                                          # a word
          | \#[0-9a-f]{3,8} | rgba?\([\d.,% ]{5,32}\)                  # a colour
          | (?: \d{1,4}(?:\.\d{1,4})? | \.\d{1,4} )(?:[a-z]{2,3}|%)?    # a number with its unit
          | !important
        )
        (?: \s+ | (?=\s*\Z) )                                          # blanks between values
    )+
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""One declaration that only changes the look of text: without addresses, functions or positions."""

_HIDES = re.compile(
    r"""
    (?: ^ | ; ) \s*+
    (?: display\s*:\s*none | visibility\s*:\s*hidden | (?:font-size|opacity)\s*:\s*0(?![.\d]) )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A style that hides its element."""


def sanitise(html: str, extra: ExtraAttributes) -> str:
    """The allowed part of a text as well-formed HTML, with attribute values in double quotes."""
    return _cleaner(extra).clean(html)


@lru_cache(maxsize=16)
def _cleaner(extra: ExtraAttributes) -> nh3.Cleaner:
    attributes = {element: set(names) for element, names in _ATTRIBUTES.items()}
    for element, name, _ in extra:
        attributes.setdefault(element, set()).add(name)
    return nh3.Cleaner(
        tags=set(BLOCKS | INLINES),
        attributes=attributes,
        attribute_filter=partial(_value, {(element, name): value for element, name, value in extra}),
        url_schemes={"http", "https"},
        link_rel=None,
        strip_comments=True,
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
    )


def _value(
    extra: Mapping[tuple[str, str], re.Pattern[str]], element: str, name: str, value: str
) -> str | None:
    """The value to keep; None drops the attribute."""
    if "\n" in value or "\t" in value:
        value = re.sub(r"[\t\n]+", "" if name in _ADDRESSES else " ", value)
    if name == "style":
        return _style(value)
    form = extra.get((element, name)) or _VALUES.get(name)
    return value if form is None or form.fullmatch(value) else None


@lru_cache(maxsize=256)  # saves 4 µs per article
def _style(value: str) -> str | None:
    if _HIDES.search(value):
        return HIDDEN
    parts = [part for part in value.split(";") if part.strip()]
    allowed = [part for part in parts if _STYLE.fullmatch(part.strip())]
    return value if len(allowed) == len(parts) else ";".join(allowed) or None
