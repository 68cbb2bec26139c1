"""The body of an answer as it arrived."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    body: bytes
    """After its content codings are removed."""
    text: Callable[[], str]
    """Decodes the body; raises ``Quarantined("encoding")``. Call it only if the bytes do not decide."""
    length_known: bool = True
    """The server stated the length, and all of it arrived."""
