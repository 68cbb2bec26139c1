"""Plain text inside Markdown: escaped so that kramdown, as Jekyll runs it, shows exactly that text.

>>> print(escape("*ST海航(600221)跌5.1% -- 公告"))
\\*ST海航(600221)跌5.1% \\-- 公告
"""

from __future__ import annotations

import re

_SPECIAL = re.compile(
    r"""(?P<slashed>[\\`*_\[\]<>|"']"""  # escapes, code, emphasis, links, HTML, tables, smart quotes
    r"|-(?=-)|\.(?=\.\.)"  # dashes and ellipsis
    r"|\$(?=\$)|(?<=\$)\$|~(?=~)|(?<=~)~"  # formulas, strike-through
    r"|\{(?=:)|(?<=\]):"  # attribute lists, link definitions
    r"|^[+-](?=[ \t])|^#(?=#*[ \t]))"  # lists, headings
    r"|(?P<number>^\d+\.(?=[ \t]))"
    r"|(?P<brace>\{(?=[{%]))"  # Liquid, which knows no backslash
    r"|(?P<caret>^\^)"  # end-of-block marker, which knows none either
    r"|(?P<reference>&(?=#?[\w:][\w:.-]*;))",
    re.ASCII,
)
_ENTITIES = {"brace": "&#123;", "caret": "&#94;", "reference": "&amp;"}
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>|\"'.$~{#+:-])|&(amp|#123|#94);")
_CHARACTERS = {"amp": "&", "#123": "{", "#94": "^"}


def escape(text: str) -> str:
    """One line of plain text as Markdown, for the beginning of a line, a quote or a link's text.

    Ordinary prose comes back as it is. The text must be one line without blanks at its ends.
    """
    return _SPECIAL.sub(_escaped, text)


def unescape(markdown: str) -> str:
    """What ``escape`` was given."""
    return _ESCAPED.sub(lambda match: match[1] or _CHARACTERS[match[2]], markdown)


def _escaped(match: re.Match[str]) -> str:
    if match["slashed"]:
        return "\\" + match[0]
    if match["number"]:
        return match[0][:-1] + "\\."
    return _ENTITIES[str(match.lastgroup)]
