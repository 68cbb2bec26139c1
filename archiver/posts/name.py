"""The name of the file of a post, ``<yyyy-mm-dd>-<id>.md``."""

from __future__ import annotations

import re
from datetime import date

from archiver.items import SAFE_ID

_ID = rf"(?P<id>{SAFE_ID})"
_NAME = re.compile(rf"(?P<day>\d{{4}}-\d\d-\d\d)-{_ID}\.md", re.ASCII)
_ALMOST_A_NAME = re.compile(rf"(?:\d{{2,4}}-\d\d?-\d\d?)?-?{_ID}\.md", re.ASCII)


def name_of(day: date, article_id: str) -> str:
    return f"{day.isoformat()}-{article_id}.md"


def parse_name(name: str) -> tuple[str, str] | None:
    """The day and the id in a file name; None for a name of another form."""
    found = _NAME.fullmatch(name)
    return (found["day"], found["id"]) if found else None


def id_in(name: str) -> str:
    """The id in a name of which the day may be missing or malformed; empty if there is no id."""
    found = _ALMOST_A_NAME.fullmatch(name)
    return found["id"] if found else ""
