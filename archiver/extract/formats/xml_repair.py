"""Makes well-formed XML from a document that is nearly XML, as many feeds are.

Only what is wrong changes: an ``&`` or ``<`` that begins nothing, HTML's character references, control
characters, tags that are missing or crossed, and whatever precedes or follows the document. A DOCTYPE is left
out, so that no parser ever sees an entity that a document declares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

from archiver.errors import Quarantined
from archiver.normalise.elements import names
from archiver.normalise.limits import MAX_DEPTH

_NAME = r"[^\W\d][\w:.-]*+"
_ATTRIBUTE = rf"({_NAME}) (?: \s*+ = \s*+ (?: \"([^\"<]*+)\" | '([^'<]*+)' | ([^\s\"'<>=`]++) ) )?+"
_ATTRIBUTES = re.compile(_ATTRIBUTE, re.VERBOSE)
_UNGROUPED = re.sub(r"\((?!\?)", "(?:", _ATTRIBUTE)
_PARTS = re.compile(
    rf"""
    <!\[CDATA\[ (?P<data> .*? ) (?: \]\]> | \Z )
    | <!-- .*? (?: --> | \Z )
    | < [!?] [^>]*+ (?: > | \Z )
    | </ \s*+ (?P<end> {_NAME} ) \s*+ >
    | < (?P<start> {_NAME} ) (?P<attributes> (?: \s++ {_UNGROUPED} )*+ )
      \s*+ (?P<empty> /?+ ) >
    """,
    re.DOTALL | re.VERBOSE,
)
"""Markup. No tag contains another ``<``, and what is not closed ends with the text: no part is read twice."""

_VOID = names("br hr img input wbr")
"""Elements of HTML without an end tag, in texts that are not escaped."""

_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def repaired(text: str, roots: frozenset[str], rows: frozenset[str]) -> str:
    """The document that begins with the first element whose local name is in ``roots``; empty if none does.

    A start tag whose name is in ``rows`` ends an element of that name that is still open. Raises
    ``Quarantined``: ``incomplete`` for a document without an end, ``too_deep``.
    """
    document = _Document(roots, rows)
    at = 0
    for part in _PARTS.finditer(text):
        document.write(text[at : part.start()])
        at = part.end()
        if part["start"]:
            document.begin(part["start"], part["attributes"], is_empty=bool(part["empty"]))
        elif part["end"]:
            document.end(part["end"])
        elif part["data"]:
            document.write(part["data"], is_data=True)
        if document.is_whole:
            break
    if document.open:
        raise Quarantined(
            "incomplete", f"the page ends after {len(text)} characters, in <{document.open[0]}>"
        )
    return "".join(document.pieces)


class _Document:
    def __init__(self, roots: frozenset[str], rows: frozenset[str]) -> None:
        self._roots = roots
        self._rows = rows
        self.pieces: list[str] = []
        self.open: list[str] = []
        """The names of the elements that are open."""

    @property
    def is_whole(self) -> bool:
        return bool(self.pieces) and not self.open

    def write(self, text: str, *, is_data: bool = False) -> None:
        """Text of the document; in a CDATA section (``is_data``) it has no references."""
        if self.open:
            self.pieces.append(_escaped(text if is_data else _resolved(text)))

    def begin(self, name: str, attributes: str, *, is_empty: bool) -> None:
        if not self.open and name.rpartition(":")[2] not in self._roots:
            return
        if name in self._rows and name in self.open:
            self.end(name)
        is_empty = is_empty or name.lower() in _VOID
        self.pieces.append(f"<{name}{''.join(_attributes(attributes))}{'/' * is_empty}>")
        if not is_empty:
            self.open.append(name)
        if len(self.open) > MAX_DEPTH:
            raise Quarantined("too_deep", f"XML nested deeper than {MAX_DEPTH} levels")

    def end(self, name: str) -> None:
        """Ends the innermost element of that name, and those in it; other end tags are left out."""
        while name in self.open:
            inner = self.open.pop()
            self.pieces.append(f"</{inner}>")
            if inner == name:
                break


def _attributes(written: str) -> Iterator[str]:
    found = {name: "".join(values) for name, *values in _ATTRIBUTES.findall(written)}
    return (f' {name}="{_escaped(_resolved(value))}"' for name, value in found.items())


def _resolved(text: str) -> str:
    """The text with its references decoded: those of XML, and those of HTML, which XML does not know."""
    return _REFERENCE.sub(lambda found: unescape(found[0]), text) if "&" in text else text


def _escaped(text: str) -> str:
    return escape(_NOT_XML.sub("", text))
