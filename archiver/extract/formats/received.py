"""The body of a response, as it arrived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from archiver.errors import Quarantined


@dataclass(frozen=True, slots=True)
class Received:
    body: bytes
    """The body without its content encodings."""
    text: Callable[[], str]
    """Decodes the body; raises ``Quarantined("encoding")``. Call it only if the bytes are not sufficient."""
    length_known: bool = True
    """The server declared the length, and that many bytes arrived."""

    def as_ascii(self) -> bytes:
        """The body with ASCII characters of one byte each: UTF-16, which has bytes 0, is decoded."""
        if b"\0" not in self.body[:64]:
            return self.body
        try:
            return self.text().encode()
        except Quarantined:
            return self.body
