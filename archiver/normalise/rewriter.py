"""Rewrites sanitised HTML for a post: no text outside blocks, no empty elements, absolute addresses.

Videos, audio and frames become links.

kramdown parses a line that begins with the tag of a block as HTML, and other lines as Markdown. So all text
must be inside blocks, and no blank line may end a block early.
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass
from urllib.parse import urljoin

from archiver.errors import Quarantined
from archiver.normalise import media, pictures
from archiver.normalise.characters import BLANKS
from archiver.normalise.elements import BLOCKS, DIV_LIKE, EMBEDDED, VOID, names
from archiver.normalise.limits import MAX_DEPTH
from archiver.normalise.losses import Losses

_TOKEN = re.compile(
    r"""
      < (/?) ([a-z][a-z0-9]*) ( (?: [ ][^\s="<>]+="[^"]*" )* ) >      # a tag
    | ([^<]+)                                                        # text
    """,
    re.VERBOSE,
)
"""A part of the output of nh3: the slash, name and attributes of a tag, or text."""

_HREF = re.compile(' href="([^"]*)"')
_ABSOLUTE = re.compile("https?://[^/]", re.IGNORECASE)

_KEEPS_BLANKS = re.compile(r"white-space\s*:\s*pre(?![\w-])", re.IGNORECASE)
_BETWEEN_BLOCKS = re.compile(r"\n? {0,3}")
"""White space that is kept at top level; kramdown reads four spaces there as a code block."""

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_KEPT_EMPTY = names("caption colgroup dd dt li table td th tr")
"""Elements that are kept without content; other empty elements are dropped."""


@dataclass(slots=True)
class _Open:
    """An element whose end tag has not been read."""

    name: str
    """The name in the output; empty for the wrapper of loose text, and if the tags are dropped."""
    start: int
    """Index of its start tag in the output list."""
    attributes: str = ""
    holds_block: bool = False


def _keeps_blanks(element: _Open) -> bool:
    return element.name == "pre" or _KEEPS_BLANKS.search(element.attributes) is not None


class Rewriter:
    """Wraps loose text in blocks, makes addresses absolute. Use one object per text.

    Loose text is text and inline elements outside any block. ``kept`` are the additional attributes that
    pictures may have; ``losses`` counts pictures and videos that cannot be shown.
    """

    def __init__(
        self, base_url: str, kept: frozenset[str] = frozenset(), losses: Losses | None = None
    ) -> None:
        self._base_url = base_url
        self._losses = losses or Losses()
        self._out: list[str] = []
        self._open: list[_Open] = []
        self._loose = False
        """Whether the outermost open element is the wrapper of loose text."""
        self._pictures = pictures.Pictures(self._address, kept, self._out, self._losses)
        self._medium: media.Medium | None = None
        """The video, frame or ``noscript`` that is being read."""
        self._linked: set[str] = set()

    def rewrite(self, html: str) -> str:
        """``html`` must be output of nh3. Raises ``Quarantined("too_deep")``."""
        for end, name, attributes, text in _TOKEN.findall(html):
            if self._medium:
                self._read_medium(end, name, attributes)
            elif text:
                self._text(text)
            elif end:
                self._end()
            else:
                self._start(name, attributes)
        self._end_loose()
        self._pictures.finish()
        return "".join(self._out).strip(BLANKS)

    def _read_medium(self, end: str, name: str, attributes: str) -> None:
        assert self._medium
        if self._medium.read(end, name, attributes):
            medium, self._medium = self._medium, None
            self._end_medium(medium)

    def _end_medium(self, medium: media.Medium) -> None:
        for picture in medium.pictures:
            self._pictures.without_script(picture)
        if not medium.is_shown:
            return
        addresses = [address for found in medium.addresses if (address := self._address(found))]
        poster = self._pictures.poster(medium.poster)
        self._losses.parts += medium.is_needed and not addresses
        if addresses and addresses[0] not in self._linked and media.is_content(addresses[0]):
            self._linked.add(addresses[0])
            inside_link = any(element.name == "a" for element in self._open)
            self._write_link(addresses[0], poster, medium.title, inside_link)
        elif poster:
            self._write(poster)

    def _write_link(self, address: str, poster: str, title: str, inside_link: bool) -> None:
        shown = poster + (title or address)
        self._losses.text += len(title or entities.unescape(address))
        self._write(shown if inside_link else f'<a href="{address}">{shown}</a>')

    def _write(self, html: str) -> None:
        if not self._open:
            self._begin_loose()
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
        """Removes blank lines, because Jekyll ends an excerpt at the first one, even inside an element."""
        if not any(map(_keeps_blanks, self._open)):
            return _BLANK_LINES.sub("\n", text)
        if self._open[-1].name == "pre" and self._open[-1].start == len(self._out) - 1:
            text = text.lstrip("\n")  # a parser drops the first one each time it parses the element
        return text.replace("\n\n", "\n&#10;")

    def _start(self, name: str, attributes: str) -> None:
        if name in EMBEDDED:
            self._embedded(name, attributes)
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
            self._push("div" if name in DIV_LIKE else name, attributes)

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
        """Wraps the loose text in a block; otherwise kramdown would parse it as Markdown."""
        if not self._loose:
            return
        self._loose = False
        run = self._open.pop()
        content = "".join(self._out[run.start :]).strip(BLANKS)
        name = "div" if run.holds_block else "p"
        self._out[run.start :] = [f"<{name}>{content}</{name}>"] if content else []

    def _void(self, name: str, attributes: str) -> None:
        if name == "img":
            self._pictures.write(attributes)
        else:
            self._out.append(f"<{name}{attributes} />")

    def _embedded(self, name: str, attributes: str) -> None:
        if name == "picture":
            self._push("", attributes)
        elif name in ("source", "param"):
            self._pictures.offer(attributes)
        else:
            self._medium = media.Medium(name, attributes)
            if name in VOID:
                self._read_medium("/", name, "")

    def _link(self, attributes: str) -> None:
        """Writes a link; without a usable address, only the content is kept."""
        href = _HREF.search(attributes)
        if href and (target := self._address(href[1])):
            self._push("a", f"{attributes[: href.start(1)]}{target}{attributes[href.end(1) :]}")
        else:
            self._push("", attributes)

    def _address(self, value: str) -> str:
        """The absolute address, escaped for an attribute; empty if it is not http or https."""
        if _ABSOLUTE.match(value) and value[-1] != " ":
            return value
        try:
            target = urljoin(self._base_url, entities.unescape(value).strip()) if value.strip() else ""
        except ValueError:
            return ""
        return entities.escape(target) if _ABSOLUTE.match(target) else ""
