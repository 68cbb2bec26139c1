"""Printing works with any encoding; if writing fails, stdout raises and stderr does not."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator

import pytest

from archiver.terminal import printable, tell, traceback_of, use_safe_log, write


class Full(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_characters_outside_the_encoding_of_stdout_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    write("é 股")
    assert raw.getvalue() == b"\xe9 \\u80a1\n"


def test_a_full_disk_raises_for_stdout_and_is_ignored_for_stderr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Full())
    monkeypatch.setattr(sys, "stderr", Full())
    tell("text")
    with pytest.raises(OSError, match="No space"):
        write("text")


HOSTILE = "x\x1b]0;title\x07\x9b31m\u202e http://me:Secret@a.example/"


def test_a_printed_line_has_no_password_and_no_control_character() -> None:
    assert printable(HOSTILE) == "x\\x1b]0;title\\x07\\x9b31m\\u202e http://***@a.example/"
    assert printable(f"http://me:{'Secret' * 100}@a.example/") == "http://***@a.example/"
    assert printable("a\nb\u2028c" + "d" * 300) == "a\\nb c" + "d" * 194 + "…"


def test_stdout_and_stderr_get_no_password_and_no_control_character(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell(f"one\n{HOSTILE}")
    write(f"one\n{HOSTILE}")
    shown = "one\nx\\x1b]0;title\\x07\\x9b31m\\u202e http://***@a.example/\n"
    assert capsys.readouterr() == (shown, shown)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a log handler writes, in Scrapy's format."""
    before, sink = logging.getLogRecordFactory(), io.StringIO()
    handler = logging.StreamHandler(sink)
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    logging.root.addHandler(handler)
    use_safe_log()
    yield sink
    logging.setLogRecordFactory(before)
    logging.root.removeHandler(handler)


def test_no_log_record_has_a_password_or_a_control_character(log: io.StringIO) -> None:
    logging.getLogger("somebody.else").error("%s\n%r", HOSTILE, HOSTILE)
    lines = log.getvalue().splitlines()
    assert lines[0] == "somebody.else: x\\x1b]0;title\\x07\\x9b31m\\u202e http://***@a.example/"
    assert len(lines) == 2
    assert "Secret" not in lines[1]


@pytest.mark.parametrize("name", ["archiver.storage.archive", "spiders.share"])
def test_a_log_record_of_ours_is_one_line(log: io.StringIO, name: str) -> None:
    logging.getLogger(name).error("%s is a strange file", "a\n2026-01-01 INFO: all is well")
    assert log.getvalue() == f"{name}: a\\n2026-01-01 INFO: all is well is a strange file\n"


def test_a_traceback_in_the_log_has_no_password_in_any_cause(log: io.StringIO) -> None:
    try:
        try:
            raise ValueError(HOSTILE)
        except ValueError as exc:
            raise KeyError("http://me:Secret@b.example/") from exc
    except KeyError as exc:
        logging.getLogger("archiver.x").exception("failed")
        shown = traceback_of(exc)
    assert log.getvalue() == f"archiver.x: failed\n{shown}\n"
    assert shown.startswith("Traceback (most recent call last):\n")
    assert "direct cause of the following exception" in shown
    assert ("Secret" in shown, "\x1b" in shown) == (False, False)
