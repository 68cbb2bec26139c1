"""The body of a response, as it arrived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    body: bytes
    """The body without its content encodings."""
    text: Callable[[], str]
    """Decodes the body; raises ``Quarantined("encoding")``. Call it only if the bytes are not sufficient."""
    length_known: bool = True
    """The server declared the length, and that many bytes arrived."""
