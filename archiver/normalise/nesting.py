"""How deep HTML is nested, told before any parser sees it: parsers lose text or take minutes (P7, P8)."""

from __future__ import annotations

import re

from archiver.errors import Quarantined

MAX_DEPTH = 512
"""Nested elements; nh3's time grows with the square of the depth, and lxml drops what is deeper."""

MAX_TAGS = 30_000
MAX_TAGS_BESIDE_RAW_TEXT = 10_000
"""Start and end tags; the smaller number where script, style, svg … may have led the depth scan astray."""

MAX_REFERENCES = 50_000
"""Ampersands; nh3's time grows with the square of those that begin no character reference."""

MAX_ATTRIBUTES = 256
"""Of one tag; nh3 compares each with all before it."""

MAX_UNCLOSED = 16
"""<b>, <font> … left open by a closed block: a parser opens them again in every later one."""


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_ATTRIBUTE = r"""=?[^\s/>=]+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?)?"""
_ATTRIBUTES = rf"((?:[\s/]++|{_ATTRIBUTE}|=)*+)"
_MARKUP = re.compile(
    r"<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+(?:--!?>|\Z))"
    r"|<(?:[!?]|/(?![a-z]))[^>]*+"
    rf"|<(iframe|noembed|noframes|noscript|script|style|textarea|title|xmp)(?![^\s/>]){_ATTRIBUTES}>?"
    r"(?:[^<]++|<(?!/\1(?![^\s/>])))*+"
    rf"|<(/?)([a-z][^\s/>]*+){_ATTRIBUTES}",
    re.IGNORECASE,
)
"""Comments, raw text, and (groups 3, 4, 5) tags, as an HTML tokenizer cuts them; never steps back."""

_RAW_TEXT = re.compile(
    r"<(?:iframe|math|noembed|noframes|noscript|plaintext|script|select|style|svg|template|textarea|title|xmp)",
    re.IGNORECASE,
)
VOID = _names("area base br col embed hr img input link meta param source track wbr")
_FORMATTING = _names("a b big code em font i nobr s small strike strong tt u")
_END_IMPLIED = _names("p li dd dt td th tr tbody thead tfoot caption colgroup option optgroup rp rt")
_SCOPES = _names("table button object applet marquee template ul ol dl select")


def refuse_excess(html: str) -> None:
    """Raises ``Quarantined("too_deep")`` for more markup than any article's body has; linear time."""
    tags = html.count("<")
    if tags > MAX_TAGS or (tags > MAX_TAGS_BESIDE_RAW_TEXT and _RAW_TEXT.search(html)):
        raise Quarantined("too_deep", f"{tags} tags")
    if html.count("&") > MAX_REFERENCES:
        raise Quarantined("too_deep", f"more than {MAX_REFERENCES} character references")
    if tags - html.count("</") > MAX_DEPTH or len(html) > 1 << 16:
        refuse_depth(html)


def refuse_depth(html: str) -> None:
    """Raises ``Quarantined("too_deep")``; linear time.

    Follows the open elements roughly as a parser would; unclosed paragraphs and items nest nothing.
    """
    names: list[str] = []
    tags: list[str] = []
    for match in _MARKUP.finditer(html):
        attributes = match[5] or match[2] or ""
        if len(attributes) > 1024 and len(re.findall(_ATTRIBUTE, attributes)) > MAX_ATTRIBUTES:
            raise Quarantined("too_deep", f"more than {MAX_ATTRIBUTES} attributes in a tag")
        if match[4] is None:
            continue
        name = match[4].lower()
        if match[3] or name in _END_IMPLIED:
            _close(name, names, tags, implied=not match[3])
        if not match[3] and name not in VOID and not (name in _FORMATTING and tags.count(match[0]) >= 3):
            names.append(name)
            tags.append(match[0])
        if len(names) > MAX_DEPTH:
            raise Quarantined("too_deep", f"more than {MAX_DEPTH} nested elements")


def _close(name: str, names: list[str], tags: list[str], *, implied: bool) -> None:
    """Close the innermost ``name``; formatting opened inside it stays open."""
    if name not in names:
        return
    at = len(names) - 1 - names[::-1].index(name)
    if implied and not _SCOPES.isdisjoint(names[at + 1 :]):
        return
    if name in _FORMATTING:
        del names[at], tags[at]
        return
    kept = [index for index in range(at + 1, len(names)) if names[index] in _FORMATTING]
    names[at:], tags[at:] = [names[index] for index in kept], [tags[index] for index in kept]
    if kept and sum(inner in _FORMATTING for inner in names) > MAX_UNCLOSED:
        raise Quarantined("too_deep", f"more than {MAX_UNCLOSED} unclosed elements")
