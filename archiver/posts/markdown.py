"""Escapes plain text for Markdown, so that kramdown in Jekyll shows exactly this text.

>>> print(escape("*ST海航(600221)跌5.1% -- 公告"))
\\*ST海航(600221)跌5.1% \\-- 公告
"""

from __future__ import annotations

import re

_SPECIAL = re.compile(
    r"""
    (?P<slashed>
        [\\`*_\[\]<>|"']                    # escapes, code, emphasis, links, HTML, tables, quotes
        | -(?=-) | \.(?=\.\.)               # dashes and ellipsis
        | \$(?=\$) | (?<=\$)\$              # formulas
        | ~(?=~) | (?<=~)~                  # strike-through
        | \{(?=:) | (?<=\]):                # attribute lists, link definitions
        | ^[+-](?=[ \t]) | ^\#(?=\#*[ \t])  # lists, headings
    )
    | (?P<number> ^\d+\.(?=[ \t]) )         # numbered lists
    # these have no backslash escape, so they become character references
    | (?P<brace> \{(?=[{%]) )               # Liquid
    | (?P<caret> ^\^ )                      # the end-of-block marker
    | (?P<reference> &(?=\#?[\w:][\w:.-]*;) )   # character references
    """,
    re.ASCII | re.VERBOSE,
)
_ENTITIES = {"brace": "&#123;", "caret": "&#94;", "reference": "&amp;"}
_ESCAPED = re.compile(
    r"""
    \\ ( [\\`*_\[\]<>|"'.$~{\#+:-] )       # a backslash escape
    | & ( amp | \#123 | \#94 ) ;           # a character reference
    """,
    re.VERBOSE,
)
_CHARACTERS = {"amp": "&", "#123": "{", "#94": "^"}


def escape(text: str) -> str:
    """One line of plain text as Markdown, for the start of a line, a quote or the text of a link.

    Ordinary prose is returned unchanged. The text must be one line without blanks at its ends.
    """
    return _SPECIAL.sub(_escaped, text)


def unescape(markdown: str) -> str:
    """The inverse of ``escape``."""
    return _ESCAPED.sub(lambda match: match[1] or _CHARACTERS[match[2]], markdown)


def _escaped(match: re.Match[str]) -> str:
    if match["slashed"]:
        return "\\" + match[0]
    if match["number"]:
        return match[0][:-1] + "\\."
    return _ENTITIES[str(match.lastgroup)]
