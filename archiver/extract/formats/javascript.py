"""Literals of JavaScript: objects and arrays whose values are known without running the script, as JSON.

They differ from JSON in unquoted keys, ``'…'``, ``\\x27``, comments, a comma before a bracket, ``undefined``,
``!0`` and the forms of numbers. A name, a call or an operator in the place of a value is not a literal.
"""

from __future__ import annotations

import json
import re

_TOKEN = re.compile(
    r"""
      (?P<blank> \s++ | //[^\n]*+ | /\*[^*]*+\*++(?:[^/*][^*]*+\*++)*+/ )
    | (?P<string> "(?:[^"\\\n]|\\[\s\S])*+" | '(?:[^'\\\n]|\\[\s\S])*+' )
    | (?P<sign> [{}\[\],:] )
    | (?P<number> [-+]? (?: 0[xX][0-9a-fA-F]{1,16}+
        | (?: (?:0|[1-9]\d*+)(?:\.\d*+)? | \.\d++ ) (?:[eE][-+]?\d++)? ) (?![\w$.]) )
    | (?P<constant> (?: ![01] | void\s++0 | true | false | null | undefined ) (?![\w$.]) )
    | (?P<key> [^\W\d][\w$]*+ | \$[\w$]*+ )
    """,
    re.VERBOSE,
)
_COLON = re.compile(r"\s*+:")
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))")
_CONSTANTS = {"!0": "true", "!1": "false", "undefined": "null"}
_LINE_ENDS = ("\r\n", "\n", "\r", "\u2028", "\u2029")
_ESCAPED = dict(zip("bfnrtv0", "\b\f\n\r\t\v\0", strict=True)) | dict.fromkeys(_LINE_ENDS, "")
_OPENING = {"}": "{", "]": "["}


def as_json(text: str, start: int) -> str:
    """The object or array that begins at ``start``, as JSON; empty if it is not a literal.

    >>> as_json("x = {a: 'b', c: [!0, .5,],};", 4)
    '{"a":"b","c":[true,0.5]}'
    """
    parts: list[str] = []
    opened: list[str] = []
    while token := _TOKEN.match(text, start):
        start = token.end()
        kind, word = token.lastgroup, token[0]
        if kind == "blank":
            continue
        if kind == "key" or (kind == "constant" and _COLON.match(text, start)):
            if not _COLON.match(text, start):
                return ""
            parts.append(json.dumps(word))
        elif kind == "sign":
            if word in _OPENING:
                if not opened or opened.pop() != _OPENING[word]:
                    return ""
                parts = parts[:-1] if parts[-1] == "," else parts
            elif word in "{[":
                opened.append(word)
            parts.append(word)
        else:
            parts.append(_value(str(kind), word))
        if not opened:
            return "".join(parts)
    return ""


def _value(kind: str, word: str) -> str:
    if kind == "string":
        return json.dumps(_unescaped(word[1:-1]))
    if kind == "number":
        return _number(word)
    return _CONSTANTS.get(word, "null" if word.startswith("void") else word)


def _number(word: str) -> str:
    digits = word.lstrip("+-")
    sign = "-" if word.startswith("-") else ""
    if digits[:2] in ("0x", "0X"):
        return f"{sign}{int(digits, 16)}"
    whole, point, rest = digits.partition(".")
    fraction = f".{rest}" if rest[:1].isdigit() else rest
    return sign + (whole or "0") + (fraction if point else "")


def string_at(text: str, start: int) -> tuple[str, int]:
    """The value of the string that begins at ``start``, and where it ends; -1 if it does not end."""
    token = _TOKEN.match(text, start)
    if token is None or token.lastgroup != "string":
        return "", -1
    return _unescaped(token[0][1:-1]), token.end()


def _unescaped(inner: str) -> str:
    return _ESCAPE.sub(_character, inner) if "\\" in inner else inner


def _character(escape: re.Match[str]) -> str:
    if code := escape[1] or escape[2] or escape[3]:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    return _ESCAPED.get(escape[4], escape[4])
