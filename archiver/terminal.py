"""Text for a terminal: safe to print, and written whatever the terminal can show."""

from __future__ import annotations

import re
import sys
import unicodedata
from contextlib import suppress


def printable(text: str, most: int = 200) -> str:
    """One line that cannot move a terminal's cursor, cut to ``most`` characters (faults I16)."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(
        char if unicodedata.category(char)[0] != "C" else char.encode("unicode_escape").decode("ascii")
        for char in re.sub(r"[\u2028\u2029]", " ", cut)
    )


def tell(text: str) -> None:
    """On stderr; where that cannot be written (a full disk, a closed pipe) the exit status still tells."""
    with suppress(OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
