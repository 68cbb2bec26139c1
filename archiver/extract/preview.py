"""What a response is, in a few words: for reports about a page that is not what was requested."""

from __future__ import annotations

import re

MAX_READ = 4000
"""Characters of a page in which its title is sought."""

MAX_TITLE = 100

_TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<]{1,400})", re.IGNORECASE)


def preview(text: str, content_type: str) -> str:
    """The content type, and the title or the first characters of the page.

    >>> preview("<html><title>安全验证</title>", "text/html; charset=utf-8")
    "text/html with the title '安全验证'"
    """
    kind = content_type.partition(";")[0].strip()[:60] or "a response without a content type"
    found = _TITLE.search(text[:MAX_READ])
    words = " ".join((found[1] if found else text[:MAX_READ]).split())
    if not words:
        return f"{kind} without content"
    return f"{kind} {'with the title' if found else 'that begins with'} {words[:MAX_TITLE]!r}"
