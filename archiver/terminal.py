"""Everything that is printed: safe for a terminal, in whatever encoding the terminal has."""

from __future__ import annotations

import re
import sys
import unicodedata
from contextlib import suppress


def printable(text: str, max_length: int = 200) -> str:
    """One line that cannot move a terminal's cursor, cut to ``max_length`` characters (faults I16)."""
    cut = text if len(text) <= max_length else text[: max_length - 1] + "…"
    return "".join(
        char if unicodedata.category(char)[0] != "C" else char.encode("unicode_escape").decode("ascii")
        for char in re.sub(r"[\u2028\u2029]", " ", cut)
    )


def tell(text: str) -> None:
    """Writes a line to stderr; if that fails (a full disk, a closed pipe), only the exit status speaks."""
    with suppress(OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def write(text: str) -> None:
    """Writes a line to stdout, with escapes for what its encoding lacks. Raises OSError."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()
