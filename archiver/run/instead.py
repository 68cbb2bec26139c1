"""What a response is, if it is not the page that was requested: for the report."""

from __future__ import annotations

from collections.abc import Sequence

from archiver.errors import ArticleError, Quarantined
from archiver.extract.decode import decode
from archiver.extract.preview import MAX_READ, preview
from archiver.items import Answer
from archiver.run.drift import UNREADABLE
from archiver.safe_text import redact

_SHOWN = (UNREADABLE - {"same_answer"}) | {"encoding", "too_deep", "wall"}
"""Reasons of quarantine that the beginning of the response explains."""


def came_instead(body: bytes, content_type: str) -> str:
    """The response in a few words. It may contain any character, but no password."""
    try:
        text = decode(body, content_type).text
    except ArticleError:
        return preview("", content_type, f"of {len(body)} bytes in an unknown charset")
    return preview(redact(text[: 2 * MAX_READ]), content_type)


def with_response(why: Quarantined, answers: Sequence[Answer]) -> Quarantined:
    """The error with the response that caused it, in a few words."""
    if why.reason not in _SHOWN:
        return why
    caused = (answer for answer in answers if answer.problem == str(why))
    answer = next(caused, answers[-1] if answers else None)
    if answer is None or not 200 <= answer.status < 300:
        return why
    came = came_instead(answer.content, _content_type(answer))
    return Quarantined(why.reason, "; ".join(filter(None, (why.detail, f"the response is {came}"))))


def _content_type(answer: Answer) -> str:
    values = [
        value
        for name, values in answer.headers.items()
        if name.lower() == b"content-type"
        for value in values
    ]
    return values[-1].decode("latin-1") if values else ""
