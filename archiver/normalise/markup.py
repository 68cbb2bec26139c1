"""HTML through the allow-list, into the form that kramdown reads as it stands, free of Liquid: one pass."""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urljoin

import nh3

from archiver.errors import Quarantined
from archiver.normalise.nesting import MAX_DEPTH, VOID


def clean_once(body: str, base_url: str) -> str:
    """``body`` has plain characters, and no more markup than ``nesting`` allows. What comes out may still
    change when it is cleaned again. Raises ``Quarantined("too_deep")``.
    """
    rewritten = _Rewriter(base_url).rewrite(_SANITISER.clean(body))
    return _LIQUID.sub("&#123;", plain_characters(rewritten))


_LIQUID = re.compile(r"\{(?=[{%])")
BLANKS = " \t\n"
"""What HTML takes for white space once there are only plain characters."""


def respelled(html: str) -> str:
    """The HTML in one spelling; no tag appears or vanishes by it."""
    return html.replace("&amp;", "&").replace("&nbsp;", "\xa0").replace(" />", ">").replace("/>", ">")


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Characters

_SUSPECT = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0001fffd]")
"""Finds every forbidden character and few others, ten times as fast."""

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr((plane << 16) + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
    + "]+"
)
"""Control characters, lone surrogates, noncharacters (faults E9)."""

_INDENT = "\u3000\u3000"
"""Indents a paragraph; a table cell's indent has a meaning and stays."""

_USUAL_INDENT = re.compile(f"<p>{_INDENT}(?!\u3000)")
_TWO_WIDE = re.compile(f"{_INDENT}(?!\u3000)")
_START_TAG = re.compile("<([a-z][a-z0-9]*)[^<>]*>", re.IGNORECASE)
_INDENTED = _names("p div center blockquote section article br")
_SEE_THROUGH = _names("a b em font i span strong u")
"""May stand between a paragraph's start and its indent."""
_LONGEST_TAG = 1024
"""Characters; looking back further for each of a million indents would take minutes."""


def plain_characters(html: str) -> str:
    """LF for every line break, no character that is forbidden, no indent of a paragraph."""
    if "\r" in html or "\f" in html:
        html = html.replace("\r\n", "\n").replace("\r", "\n").replace("\f", " ")
    if _SUSPECT.search(html):
        html = _FORBIDDEN.sub("", html)
    return without_indents(html)


def without_indents(html: str) -> str:
    if _INDENT not in html:
        return html
    html = _USUAL_INDENT.sub("<p>", html)
    pieces = []
    done = 0
    for match in _TWO_WIDE.finditer(html):
        if _begins_paragraph(html, done, match.start()):
            pieces.append(html[done : match.start()])
            done = match.end()
    return "".join(pieces) + html[done:]


def _begins_paragraph(html: str, start: int, end: int) -> bool:
    """Whether only white space and inline tags stand between a line's or paragraph's start and ``end``.

    Looks back from there, not before ``start``: from its own place, each indent is read once.
    """
    end = _before(html, start, end, " \t")
    if end == 0 or (end > start and html[end - 1] == "\n"):
        return True
    while True:
        end = _before(html, start, end, " \t\n")
        opening = html.rfind("<", max(start, end - _LONGEST_TAG), end) if html[end - 1] == ">" else -1
        tag = _START_TAG.fullmatch(html, opening, end) if opening >= 0 else None
        if tag is None or (name := tag[1].lower()) not in _SEE_THROUGH:
            return tag is not None and name in _INDENTED
        end = opening


def _before(html: str, start: int, end: int, blanks: str) -> int:
    while end > start and html[end - 1] in blanks:
        end -= 1
    return end


# Allow-list

_LIKE_DIV = _names(
    "address article aside details fieldset footer form header hgroup legend main menu nav section summary"
)
"""What is laid out as a block and says no more than that."""

BLOCKS = (
    _names(
        "blockquote caption center col colgroup dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p "
        "pre table tbody td tfoot th thead tr ul"
    )
    | _LIKE_DIV
)
_INLINES = _names(
    "a abbr b big br cite code del em font i img ins kbd mark q rp rt ruby s samp small span strike "
    "strong sub sup tt u var"
)
_CELL = {"bgcolor", "colspan", "height", "nowrap", "rowspan", "valign", "width"}
_CODES = frozenset({"data-code", "data-code2"})
_LAZY = ("data-original", "data-src")

_PLAIN_STYLES = re.compile(
    r"(?:background-color|border(?:-(?:top|right|bottom|left))?(?:-(?:color|style|width))?|border-collapse|color"
    r"|display|float|font-(?:size|style|weight)|height|letter-spacing|line-height|max-(?:width|height)"
    r"|(?:margin|padding)(?:-(?:top|right|bottom|left))?|text-(?:align|decoration|indent)|vertical-align"
    r"|white-space|width)"
    r"\s*:\s*(?:(?:[a-z]+(?:-[a-z]+)*|#[0-9a-f]{3,8}|(?:\d{1,4}(?:\.\d{1,4})?|\.\d{1,4})(?:[a-z]{2,3}|%)?"
    r"|rgba?\([\d.,% ]{5,32}\)|!important)(?:\s+|(?=\s*\Z)))+",
    re.IGNORECASE,
)
_HIDING = re.compile(
    r"(?:^|;)\s*+(?:display\s*:\s*none|visibility\s*:\s*hidden|(?:font-size|opacity)\s*:\s*0(?![.\d]))",
    re.IGNORECASE,
)
_HIDDEN = "display:none"


@lru_cache(maxsize=256)
def _style(value: str) -> str | None:
    if _HIDING.search(value):
        return _HIDDEN
    parts = [part for part in value.split(";") if part.strip()]
    plain = [part for part in parts if _PLAIN_STYLES.fullmatch(part.strip())]
    return value if len(plain) == len(parts) else ";".join(plain) or None


_PLAIN_VALUES = {
    "align": re.compile(r"[A-Za-z]+"),
    "bgcolor": re.compile(r"#?[A-Za-z0-9]+"),
    "border": re.compile(r"\d{1,3}"),
    "cellpadding": re.compile(r"\d{1,3}"),
    "cellspacing": re.compile(r"\d{1,3}"),
    "class": re.compile(r"[\w-]+(?: +[\w-]+)* *"),
    "color": re.compile(r"#?[A-Za-z0-9]+"),
    "colspan": re.compile(r"\d{1,3}"),
    "height": re.compile(r"\d{1,5}(?:\.\d+)?(?:px|%)?"),
    "id": re.compile(r"(?:stock_|bk_|Info\.)[\w.-]+"),
    "orginial_src": re.compile(r"https?://\S+"),
    "rowspan": re.compile(r"\d{1,3}"),
    "size": re.compile(r"[+-]?\d"),
    "start": re.compile(r"-?\d{1,6}"),
    "target": re.compile("_blank"),
    "type": re.compile(r"[1aAiI]"),
    "valign": re.compile(r"[A-Za-z]+"),
    "width": re.compile(r"\d{1,5}(?:\.\d+)?(?:px|%)?"),
}
_ADDRESSES = frozenset({"href", "src", *_LAZY})


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if "\n" in value or "\t" in value:
        value = re.sub(r"[\t\n]+", "" if name in _ADDRESSES else " ", value)
    if name == "style":
        return _style(value)
    plain = _PLAIN_VALUES.get(name)
    return value if plain is None or plain.fullmatch(value) else None


_SANITISER = nh3.Cleaner(
    tags=set(BLOCKS | _INLINES),
    attributes={
        "*": {"align", "class", "hidden", "style"},
        "a": {"href", "target", "title", *_CODES},
        "abbr": {"title"},
        "col": {"span", "width", "height"},
        "font": {"color", "face", "size"},
        "img": {"alt", "border", "orginial_src", "src", "title", *_CODES, *_LAZY, "width", "height"},
        "ol": {"start", "type"},
        "span": {"id", *_CODES},
        "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width", "height"},
        "td": _CELL,
        "th": _CELL,
        "tr": {"bgcolor", "valign"},
    },
    attribute_filter=_attribute,
    url_schemes={"http", "https"},
    link_rel=None,
    strip_comments=True,
    clean_content_tags=set(
        _names(
            "audio canvas embed head iframe math noembed noframes noscript object script style svg template"
            " title video"
        )
    ),
)


# What kramdown and a reader need, over nh3's output (well formed, attributes in double quotes)

_PARAGRAPH = r"<p>[^<\n]++</p>"
_TOKEN = re.compile(
    rf"({_PARAGRAPH}(?:\n? {{0,3}}{_PARAGRAPH})*+)"
    r'|<(/?)([a-z][a-z0-9]*)((?: [^\s="<>]+="[^"]*")*)>|[^<]+'
)
"""Paragraphs of nothing but text, which stay as they are wherever they stand; or a tag; or text."""
_PAIR = re.compile(r' ([^\s="]+)="([^"]*)"')
_ABSOLUTE = re.compile("https?://[^/]", re.IGNORECASE)
_SPECK = re.compile(r'(?: (?:width|height)="|[";] *(?:width|height) *: *)[01](?:\.0*)?(?:px)? *(?=[";])')
"""A picture of no or one pixel shows nothing: it counts readers (faults C17)."""

_BETWEEN_BLOCKS = re.compile(r"\n? {0,3}")
"""kramdown takes four spaces at top level for code."""

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_KEPT_EMPTY = frozenset({"caption", "colgroup", "dd", "dt", "li", "table", "td", "th", "tr"})


@dataclass(slots=True)
class _Open:
    """An element whose end has not come."""

    name: str
    """As it is written; ``""`` for a wrapper of loose text and for what is unwrapped."""
    start: int
    """Index of its start tag in the output."""
    attributes: str = ""
    holds_block: bool = False


class _Rewriter:
    """One pass over the tokens: drops what shows nothing, wraps what stands loose, completes addresses."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._out: list[str] = []
        self._open: list[_Open] = []
        self._loose = False
        """Whether the outermost open element is our wrapper of loose text."""
        self._hidden = 0
        """Depth inside a hidden element."""

    def rewrite(self, html: str) -> str:
        for match in _TOKEN.finditer(html):
            paragraphs, end, name, attributes = match.groups()
            if paragraphs:
                self._paragraphs(paragraphs)
            elif self._hidden:
                self._skip(name, end)
            elif name is None:
                self._text(match[0])
            elif end:
                self._end()
            else:
                self._start(name, attributes)
        self._end_loose()
        return "".join(self._out).strip(BLANKS)

    def _skip(self, name: str | None, end: str | None) -> None:
        if name is not None and name not in VOID:
            self._hidden += -1 if end else 1

    def _paragraphs(self, html: str) -> None:
        if not self._hidden:
            self._begin_block()
            self._out.append(html)

    def _text(self, text: str) -> None:
        if not self._open:
            if not text.strip(BLANKS):
                self._out.append(text if _BETWEEN_BLOCKS.fullmatch(text) else "\n")
                return
            self._begin_loose()
        if "\n" in text:
            text = self._without_blank_lines(text)
        if text:
            self._out.append(text)

    def _without_blank_lines(self, text: str) -> str:
        """Jekyll ends an excerpt at the first blank line, in the middle of an element or not."""
        if not any(element.name == "pre" for element in self._open):
            return _BLANK_LINES.sub("\n", text)
        if self._open[-1].name == "pre" and self._open[-1].start == len(self._out) - 1:
            text = text.lstrip("\n")  # a parser drops the first one each time it reads the element
        return text.replace("\n\n", "\n&#10;")

    def _start(self, name: str, attributes: str) -> None:
        if f' style="{_HIDDEN}"' in attributes or ' hidden="' in attributes:
            self._hidden = 0 if name in VOID else 1
            return
        if name in BLOCKS:
            self._begin_block()
        elif not self._open:
            self._begin_loose()
        if name in VOID:
            self._void(name, attributes)
        elif name == "a":
            self._link(attributes)
        else:
            self._push("div" if name in _LIKE_DIV else name, attributes)

    def _begin_block(self) -> None:
        if self._loose and len(self._open) == 1:
            self._end_loose()
        if self._open:
            self._open[-1].holds_block = True

    def _push(self, name: str, attributes: str) -> None:
        self._open.append(_Open(name, len(self._out), attributes))
        if len(self._open) > MAX_DEPTH:
            raise Quarantined("too_deep", f"more than {MAX_DEPTH} nested elements")
        if name:
            self._out.append(f"<{name}{attributes}>")

    def _end(self) -> None:
        element = self._open.pop()
        if element.holds_block and self._open:
            self._open[-1].holds_block = True
        if not element.name:
            return
        if len(self._out) == element.start + 1 and element.name not in _KEPT_EMPTY:
            self._out.pop()
            return
        if element.name == "center":
            element.name = "div" if element.holds_block else "p"
            align = "" if " align=" in element.attributes else ' align="center"'
            self._out[element.start] = f"<{element.name}{align}{element.attributes}>"
        self._out.append(f"</{element.name}>")

    def _begin_loose(self) -> None:
        self._loose = True
        self._open.append(_Open("", len(self._out)))

    def _end_loose(self) -> None:
        """Wrap the run of text and inline elements, which kramdown would read as Markdown."""
        if not self._loose:
            return
        self._loose = False
        run = self._open.pop()
        content = "".join(self._out[run.start :]).strip(BLANKS)
        name = "div" if run.holds_block else "p"
        self._out[run.start :] = [f"<{name}>{content}</{name}>"] if content else []

    def _void(self, name: str, attributes: str) -> None:
        if name == "img":
            picture = self._picture(attributes)
            if picture is None:
                return
            attributes = picture
        self._out.append(f"<{name}{attributes} />")

    def _picture(self, attributes: str) -> str | None:
        """The attributes with an absolute ``src``; None for a picture that cannot be or is not seen."""
        if _SPECK.search(attributes):
            return None
        given = dict(_PAIR.findall(attributes))
        loaded_later = [given.pop(name) for name in _LAZY if name in given]
        sources = map(self._address, [*loaded_later, given.get("src", "")])
        source = next(filter(None, sources), "")
        return _written({"src": source} | given | {"src": source}) if source else None

    def _link(self, attributes: str) -> None:
        given = dict(_PAIR.findall(attributes))
        target = self._address(given.get("href", ""))
        self._push("a" if target else "", _written(given | {"href": target}))

    def _address(self, value: str) -> str:
        """An attribute's address, absolute and written as an attribute; ``""`` unless http or https."""
        if _ABSOLUTE.match(value) and value[-1] != " ":
            return value
        try:
            target = urljoin(self._base_url, entities.unescape(value).strip()) if value.strip() else ""
        except ValueError:
            return ""
        return entities.escape(target) if _ABSOLUTE.match(target) else ""


def _written(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in attributes.items())
