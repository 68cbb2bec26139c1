"""What is printed or logged: without passwords, safe for a terminal, in the terminal's encoding."""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from archiver.safe_text import escape, redact

_OUR_LOGGERS = ("archiver", "spiders")


def printable(text: str, max_length: int = 200) -> str:
    """One line that cannot move a terminal's cursor, cut to ``max_length`` characters (faults I16)."""
    text = redact(text)
    cut = text if len(text) <= max_length else text[: max_length - 1] + "…"
    return escape(re.sub(r"[\u2028\u2029]", " ", cut), kept="")


def tell(text: str) -> None:
    """Writes lines to stderr; if that fails (a full disk, a closed pipe), only the exit status speaks."""
    with suppress(OSError):
        sys.stderr.write(f"{escape(redact(text))}\n")
        sys.stderr.flush()


def write(text: str) -> None:
    """Writes lines to stdout, with escapes for what its encoding lacks. Raises OSError."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(escape(redact(text)).encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()


STYLES = {"": "", "right": "32", "wrong": "31", "doubt": "33", "faint": "2", "strong": "1"}
"""Style → the parameter of the terminal's escape sequence."""

Line = Sequence[tuple[str, str]]
"""Pieces of a line, each with a style of ``STYLES``."""


def write_styled(lines: Iterable[Line], environ: Mapping[str, str] = os.environ) -> None:
    """Writes lines to stdout, in colour on a terminal unless NO_COLOR is set. Raises OSError."""
    coloured = sys.stdout.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        pieces = (_styled(escape(redact(text), kept=""), style if coloured else "") for style, text in line)
        sys.stdout.write(
            "".join(pieces).encode(encoding, "backslashreplace").decode(encoding).rstrip() + "\n"
        )
    sys.stdout.flush()


def _styled(text: str, style: str) -> str:
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if STYLES[style] else text


class SafeRecord(logging.LogRecord):
    """A log record, redacted and escaped when its text is made, which is only for records that are shown."""

    def getMessage(self) -> str:  # noqa: N802 - the name of the base class
        if self.exc_info and not self.exc_text:
            self.exc_text = traceback_of(self.exc_info[1])  # a Formatter prefers it to the exception
        ours = self.name.partition(".")[0] in _OUR_LOGGERS
        return escape(redact(super().getMessage()), kept="" if ours else "\n\t")


def traceback_of(error: BaseException | None) -> str:
    return escape(redact("".join(traceback.format_exception(error)).rstrip("\n")))


def use_safe_log() -> None:
    """From now on, no log record of the process has a password or a control character, whoever made it."""
    logging.setLogRecordFactory(SafeRecord)
