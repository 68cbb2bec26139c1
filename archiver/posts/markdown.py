"""Plain text inside Markdown: escaped so that kramdown, as Jekyll runs it, shows exactly that text.

>>> print(escape("*ST海航(600221)跌5.1% -- 公告"))
\\*ST海航(600221)跌5.1% \\-- 公告
"""

from __future__ import annotations

import re

_SPECIAL = re.compile(
    r"""
    (?P<slashed>
        [\\`*_\[\]<>|"']                    # escapes, code, emphasis, links, HTML, tables, smart quotes
        | -(?=-) | \.(?=\.\.)               # dashes and ellipsis
        | \$(?=\$) | (?<=\$)\$              # formulas
        | ~(?=~) | (?<=~)~                  # strike-through
        | \{(?=:) | (?<=\]):                # attribute lists, link definitions
        | ^[+-](?=[ \t]) | ^\#(?=\#*[ \t])  # lists, headings
    )
    | (?P<number> ^\d+\.(?=[ \t]) )         # numbered lists
    | (?P<brace> \{(?=[{%]) )               # Liquid, which has no backslash escape
    | (?P<caret> ^\^ )                      # end-of-block marker, which has none either
    | (?P<reference> &(?=\#?[\w:][\w:.-]*;) )
    """,
    re.ASCII | re.VERBOSE,
)
_ENTITIES = {"brace": "&#123;", "caret": "&#94;", "reference": "&amp;"}
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>|\"'.$~{#+:-])|&(amp|#123|#94);")
_CHARACTERS = {"amp": "&", "#123": "{", "#94": "^"}


def escape(text: str) -> str:
    """One line of plain text as Markdown, for the beginning of a line, a quote or a link's text.

    Ordinary prose is returned unchanged. The text must be one line without blanks at its ends.
    """
    return _SPECIAL.sub(_escaped, text)


def unescape(markdown: str) -> str:
    """The text that ``escape`` was given."""
    return _ESCAPED.sub(lambda match: match[1] or _CHARACTERS[match[2]], markdown)


def _escaped(match: re.Match[str]) -> str:
    if match["slashed"]:
        return "\\" + match[0]
    if match["number"]:
        return match[0][:-1] + "\\."
    return _ENTITIES[str(match.lastgroup)]
