"""The digest of a rolling-news item: its text without the headline in brackets.

>>> digest_of("【沪指收涨】今日三大指数走高，【消费】板块领涨。")
'今日三大指数走高，【消费】板块领涨。'
"""

from __future__ import annotations

import re

from archiver.normalise.text import clean

_HEADLINE = re.compile(r"【[^【】]*】\s*")


def digest_of(text: str) -> str:
    """The text on one line, without a headline in brackets at its start; later brackets stay."""
    line = clean(text)
    headline = _HEADLINE.match(line)
    return line[headline.end() :] if headline else line
