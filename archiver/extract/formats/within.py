"""Finds a document that stands in something else: in JSONP, in a script, or in an element of a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from lxml import etree

from archiver.errors import Deferred, Quarantined
from archiver.extract.formats.allowance import Allowance
from archiver.extract.formats.html import HtmlFormat
from archiver.extract.formats.javascript import as_json, string_at
from archiver.extract.formats.json import JsonFormat
from archiver.extract.formats.received import Received

SCRIPT = "script"
"""What a response is, instead of the name of a format, if a text in it marks the document."""

MAX_PLACES = 100
"""Places of a marker after which a value is sought."""

_PARSE = 1
_CONVERT = 15
"""The work of parsing one character as JSON and as JavaScript, in the unit of ``Allowance``."""

_SHOWN = 60
"""Characters of a response that a message quotes."""

_BEFORE_VALUE = re.compile(r"(?:\s{1,200}+|/\*[^*]{0,200}+\*/|\(|JSON\.parse\(){0,10}+")
"""What can stand between a marker and the value; limited, because it is sought after every marker."""

_CALLBACK = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s++|/\*\*/|;)*+[\w$.]++\s*+\(")
_DECODER = json.JSONDecoder(strict=False)
_STRING = etree.XPath("string()", smart_strings=False)


def is_marker(within: str) -> bool:
    """Whether it is a text in front of the document. No CSS selector ends with one of these characters."""
    return within.rstrip().endswith(("=", "(", ":", "[", ","))


def document_in(text: str, within: str, page_format: str, allowance: Allowance | None = None) -> str:
    """The text of the document. Raises ``Quarantined``: ``no_document``, ``json_cut``, ``too_deep``."""
    if is_marker(within):
        return _after(text, within, allowance)
    found = _in_element(text, within)
    return _json_in_element(text, found, allowance) if page_format == "json" else found


def check_script(received: Received) -> None:
    """Raises ``Quarantined`` or ``Deferred`` for a response with a marker that is visibly incomplete."""
    body = received.as_ascii()
    if b"<html" in body or b"<HTML" in body:
        HtmlFormat().check_whole(received)
    elif _CALLBACK.match(body):
        if b")" not in body[-64:]:
            raise Deferred("json_cut", f"the JSONP is cut after {len(body)} bytes")
    else:
        JsonFormat().check_whole(received)


# --- in an element


def _in_element(text: str, selector: str) -> str:
    page = HtmlFormat().open(text)
    found = page.rows(selector)
    if not found:
        raise Quarantined("no_document", f"nothing in the response matches {selector!r}; {_instead(text)}")
    part = found[0].part
    return str(_STRING(part) if etree.iselement(part) else part)


def _json_in_element(text: str, found: str, allowance: Allowance | None) -> str:
    """A parser ends a script at ``</script>``, also inside a string of its JSON: the JSON then goes on."""
    start = _BEFORE_VALUE.match(found).end()  # type: ignore[union-attr]  # it matches an empty text
    value = _value_at(found, start, allowance)
    if value.is_cut and (place := text.find(found.strip())) >= 0:
        value = _value_at(text, place + start - (len(found) - len(found.lstrip())), allowance)
    return value.text or _literal_at(found, start, allowance) or found


# --- after a marker


class _Value(NamedTuple):
    text: str = ""
    """An object or array in JSON; empty if there is none."""
    is_cut: bool = False
    is_empty: bool = False


def _after(text: str, marker: str, allowance: Allowance | None) -> str:
    """The first object or array that follows the marker; one that is not empty if there is one."""
    starts = list(islice(_starts(text, marker), MAX_PLACES))
    if not starts:
        raise Quarantined("no_document", f"{marker!r} is not in the response; {_instead(text)}")
    values: list[_Value] = []
    for start in starts:
        values.append(_value_at(text, start, allowance))
        if values[-1].text and not values[-1].is_empty:
            return values[-1].text
    converted = (_literal_at(text, start, allowance) for start in starts)
    if found := next(filter(None, converted), "") or next((each.text for each in values if each.text), ""):
        return found
    if any(value.is_cut for value in values) and "</html" not in text[-200:].lower():
        raise Quarantined("json_cut", f"the JSON after {marker!r} is cut after {len(text)} characters")
    follows = text[starts[0] : starts[0] + _SHOWN]
    raise Quarantined("no_document", f"what follows {marker!r} is not JSON: {follows!r}")


def _starts(text: str, marker: str) -> Iterator[int]:
    """Where values begin that follow the marker."""
    for found in _pattern(marker).finditer(text):
        before = _BEFORE_VALUE.match(text, found.end())
        if before and text[before.end() : before.end() + 1] in tuple("{[\"'"):
            yield before.end()


@lru_cache(maxsize=64)
def _pattern(marker: str) -> re.Pattern[str]:
    """The marker, with or without blanks where it has some, and before its last character."""
    words = marker.split()
    words[-1:] = [words[-1][:-1], words[-1][-1]]
    return re.compile(r"\s*+".join(re.escape(word) for word in words if word))


def _value_at(text: str, start: int, allowance: Allowance | None) -> _Value:
    """The object or array in JSON that begins there, or that is in the string that begins there."""
    _spend(allowance, text, start, _PARSE)
    if text[start : start + 1] in ('"', "'"):
        inner, end = string_at(text, start)
        return _value_at(inner, 0, None) if inner[:1] in ("{", "[") else _Value(is_cut=end < 0)
    if text[start : start + 1] not in ("{", "["):
        return _Value()
    try:
        found, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as exc:
        is_cut = exc.pos >= len(text.rstrip()) or exc.msg.startswith("Unterminated string")
        return _Value(is_cut=is_cut)
    except RecursionError as exc:
        raise Quarantined("too_deep", "JSON nested too deeply for the parser") from exc
    except ValueError:  # an integer with more digits than Python converts: the whole text is not checked here
        return _Value(text[start : text.rfind("}" if text[start] == "{" else "]") + 1])
    return _Value(text[start:end], is_empty=not found)


def _literal_at(text: str, start: int, allowance: Allowance | None) -> str:
    _spend(allowance, text, start, _CONVERT)
    return as_json(text, start)


def _spend(allowance: Allowance | None, text: str, start: int, each: int) -> None:
    if allowance:
        allowance.spend(each * (len(text) - start))


def _instead(text: str) -> str:
    words = " ".join(text[: 4 * _SHOWN].split())[:_SHOWN]
    return f"it begins with {words!r}"
