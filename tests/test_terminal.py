"""Printing works with any encoding; if writing fails, stdout raises and stderr does not."""

from __future__ import annotations

import io
import sys

import pytest

from archiver.terminal import tell, write


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
