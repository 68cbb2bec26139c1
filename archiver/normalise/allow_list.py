"""The elements, attributes and styles allowed in a body; nh3 drops everything else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache, partial

import nh3

from archiver.normalise.elements import BLOCKS, EMBEDDED, INLINES, names
from archiver.normalise.hiding import HIDES
from archiver.normalise.pictures import MIN_INLINE, NAMES, is_loaded_later

ExtraAttributes = frozenset[tuple[str, str, re.Pattern[str]]]
"""Attributes allowed for one site: element, attribute, and the pattern that its whole value must match."""

CONCEALED = "!"
"""The first character of a style that hides its element. ``concealed`` decides what it hides."""

_CELL = {"bgcolor", "colspan", "height", "nowrap", "rowspan", "valign", "width"}
_ATTRIBUTES = {
    "*": {"align", "class", "hidden", "style"},
    "a": {"href", "target", "title"},
    "abbr": {"title"},
    "col": {"span", "width", "height"},
    "font": {"color", "face", "size"},
    "img": {"alt", "border", "src", "title", *NAMES, "width", "height"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width", "height"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"bgcolor", "valign"},
    **{
        name: {"data", "height", "name", "poster", "src", "title", "value", "width", *NAMES}
        for name in EMBEDDED
    },
}
"""The rewriter reads the attributes of embedded elements, and ``NAMES``; they are not in the post."""
_SHOWING = EMBEDDED | {"img"}
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
    "reversed": re.compile(r"reversed|true|", re.IGNORECASE),
    "rowspan": re.compile(r"\d{1,3}"),
    "size": re.compile(r"[+-]?\d"),
    "start": re.compile(r"-?\d{1,6}"),
    "target": re.compile("_blank"),
    "type": re.compile(r"[1aAiI]"),
    "valign": re.compile(r"[A-Za-z]+"),
    "width": re.compile(r"\d{1,5}(?:\.\d+)?(?:px|%)?"),
}
"""Attribute → the pattern that its whole value must match. Other allowed attributes may have any value."""

_ADDRESSES = frozenset({"data", "href", "poster", "src", *NAMES})
_STRIPPED = "".join(map(chr, range(0x21)))
"""Characters that browsers ignore in front of an address."""
_DROPPED_WITH_CONTENT = names(
    "canvas head iframe math noembed noframes noscript script style svg template title"
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

_OVERLAPS = re.compile(
    r"""
    \s* (?: (?P<fold> height | max-height ) \s*:
      | line-height \s*: \s*
        (?: 0 (?:\.[0-6]\d*)? (?:[a-z]+|%)? | \.[0-6]\d* | \d p[xt] | [0-6]?\d% ) \s* (?: \Z | ! )
      | (?: display | font-size | visibility | opacity ) \s*:\s* (?: none | 0 (?![.\d]) )
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A declaration that draws text over other text. A fold has a height and cuts the text with ``overflow``."""

_OF_ANY_HEIGHT = names("col hr img table td th tr video")
"""Elements whose height does not cut text: they grow with their content, or contain no text."""


def sanitise(html: str, extra: ExtraAttributes) -> str:
    """The allowed part of a text as well-formed HTML, with attribute values in double quotes."""
    return _cleaner(extra).clean(html)


@lru_cache(maxsize=16)
def _cleaner(extra: ExtraAttributes) -> nh3.Cleaner:
    attributes = {element: set(names) for element, names in _ATTRIBUTES.items()}
    for element, name, _ in extra:
        attributes.setdefault(element, set()).add(name)
    return nh3.Cleaner(
        tags=set(BLOCKS | INLINES | EMBEDDED),
        attributes=attributes,
        generic_attribute_prefixes={"data-"},
        attribute_filter=partial(_value, {(element, name): value for element, name, value in extra}),
        url_schemes={"http", "https", "data"},  # _value() drops "data" where it is not a picture
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
        return _style(value, element in _OF_ANY_HEIGHT)
    if name in _ADDRESSES and value.lstrip(_STRIPPED)[:5].lower() == "data:":
        return value[:MIN_INLINE] if element == "img" and name == "src" else None
    form = extra.get((element, name))
    if form is None and (name in NAMES or name.startswith("data-")):
        return value if element in _SHOWING and is_loaded_later(name, value) else None
    form = form or _VALUES.get(name)
    if name == "value" and element == "li":
        form = _VALUES["start"]
    return value if form is None or form.fullmatch(value) else None


@lru_cache(maxsize=256)  # saves 4 µs per article
def _style(value: str, has_any_height: bool) -> str | None:
    parts = [part for part in value.split(";") if part.strip()]
    allowed = [
        part for part in parts if _STYLE.fullmatch(part.strip()) and not _overlaps(part, has_any_height)
    ]
    kept = value if len(allowed) == len(parts) else ";".join(allowed)
    hides = HIDES.search(value)
    return (f"{CONCEALED}{hides.lastgroup};{kept}" if hides else kept) or None


def _overlaps(part: str, has_any_height: bool) -> bool:
    overlaps = _OVERLAPS.match(part)
    return overlaps is not None and not (has_any_height and overlaps["fold"])
