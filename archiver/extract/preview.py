"""What a response is, in a few words: for reports about a page that is not what was requested."""

from __future__ import annotations

import re
from html import unescape

MAX_READ = 4000
"""Characters of a page that are read."""

MAX_SHOWN = 100
"""Characters of the title or text that are shown."""

_TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<]{1,400})", re.IGNORECASE)
_NO_TEXT = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z) | <!--.*?(?:-->|\Z) | <[^<>]*(?:>|\Z)",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)


def preview(text: str, content_type: str, empty: str = "without content") -> str:
    """The content type, and the title or the first characters of the page, without markup if it has a text.

    ``empty``: what is said of a page without characters.

    >>> preview("<html><title>安全验证</title>", "text/html; charset=utf-8")
    "text/html with the title '安全验证'"
    >>> preview("<html><body><p>请先 <b>登录</b></p>", "text/html")
    "text/html that begins with '请先 登录'"
    >>> preview('{"code": 403}', "application/json")
    'application/json that begins with \\'{"code": 403}\\''
    """
    kind = content_type.partition(";")[0].strip()[:60] or "a page without a content type"
    beginning = text[:MAX_READ]
    if (found := _TITLE.search(beginning)) and (title := _one_line(unescape(found[1]))):
        return f"{kind} with the title {title!r}"
    shown = _one_line(beginning)
    if shown.startswith("<"):
        shown = _one_line(unescape(_NO_TEXT.sub(" ", beginning))) or shown
    return f"{kind} that begins with {shown!r}" if shown else f"{kind} {empty}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:MAX_SHOWN]
