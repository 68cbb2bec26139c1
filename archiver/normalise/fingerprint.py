"""The fingerprint of an article's text, by which a later version of the text is recognised.

Markup, blanks and the form of entities do not count:

>>> fingerprint("利率决议", "<p>今晚 公布&#12290;</p>") == fingerprint("利率决议", "<div>今晚公布。</div>")
True
"""

from __future__ import annotations

import hashlib
import re
from html import unescape

_MARKUP = re.compile(r"<[^>]*>")


def fingerprint(title: str, html: str) -> bytes:
    """SHA-256 of the title, a line feed, and the text of ``html``, both without blanks."""
    text = unescape(_MARKUP.sub("", html))
    return hashlib.sha256("\n".join("".join(part.split()) for part in (title, text)).encode()).digest()
