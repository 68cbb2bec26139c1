"""The five lines at the top of a post, as Jekyll's YAML parser and ours read them to the same strings."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from archiver.errors import Quarantined

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = ("layout", "title", "date", "categories", "tags")
MAX_BYTES = 64 * 1024
"""Of a front matter (faults I17)."""

_FENCE = "---\n"


class _Quoted(str):
    """Always in double quotes."""

    __slots__ = ()


class _Plain(str):
    """Without quotes unless YAML, PyYAML's or Ruby's, would not read the string back."""

    __slots__ = ()


class _One(str):
    """As ``_Plain``, but never split at its blanks by Jekyll."""

    __slots__ = ()


def _represent_quoted(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style='"')


def _represent_plain(dumper: Any, value: str) -> Any:
    style = "'" if _ruby_reads_otherwise(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style=style)


def _represent_one(dumper: Any, value: str) -> Any:
    if _BLANK.search(value):
        return dumper.represent_sequence("tag:yaml.org,2002:seq", [_Plain(value)], flow_style=True)
    return _represent_plain(dumper, value)


# libyaml's, where PyYAML was built with it; mypy wants a base class that it can see.
class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    pass


class _AstralDumper(yaml.SafeDumper):
    """libyaml puts every string with a character above U+FFFF in quotes; PyYAML's own emitter does not."""


for _class in (_Dumper, _AstralDumper):
    _class.add_representer(_Quoted, _represent_quoted)
    _class.add_representer(_Plain, _represent_plain)
    _class.add_representer(_One, _represent_one)

_BLANK = re.compile(r"\s")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_ASTRAL_ESCAPE = re.compile(r"\\(?:U([0-9A-F]{8})|.)")


_LIKE_A_NUMBER = re.compile(r"[-+.0-9][-+.,:_0-9a-fA-FoOtTxXzZ ]*")


def _ruby_reads_otherwise(value: str) -> bool:
    """Whether Psych may have a number, date or symbol where PyYAML has a string: 1,234 -.5 2022-2-2 :sym.

    Anything with a letter that no number or date has is a string to both, as 21caijing is.
    """
    return value.startswith(":") or _LIKE_A_NUMBER.fullmatch(value) is not None


def dump(title: str, date: str, category: str, tag: str) -> str:
    """The front matter with its fences; ``title`` and ``tag`` are plain text, written as HTML (``as_html``).
    ``date`` is ``2022-02-22 17:47:15 +0800``, which YAML takes as it is.

    Raises ``Quarantined("front_matter_size")`` above 64 KiB and ``ValueError`` for a lone surrogate.
    """
    text = _FENCE + _LAYOUT + _title_line(as_html(title)) + f"date: {date}\n"
    text += _names(category, tag) + _FENCE
    if len(text.encode()) > MAX_BYTES:
        raise Quarantined("front_matter_size", f"{len(text)} characters")
    return text


def dump_page(layout: str, title: str, category: str) -> str:
    """The front matter of a page that lists a category, with its fences."""
    lines = {"layout": _Plain(layout), "title": _Plain(as_html(title)), "category": _Plain(category)}
    return _FENCE + _lines(lines) + _FENCE


@lru_cache(maxsize=4096)
def _names(category: str, tag: str) -> str:
    return _lines({"categories": _One(category), "tags": _One(as_html(tag))})


def _title_line(title: str) -> str:
    """As ``_lines`` writes it; that it is a text in quotes, the emitter is told instead of finding it out."""
    if _ASTRAL.search(title):
        return _lines({"title": _Quoted(title)})
    value = yaml.ScalarEvent(None, None, (False, True), title, style='"')
    text: str = yaml.emit(
        (*_BEFORE_TITLE, value, *_AFTER_TITLE), Dumper=_Dumper, allow_unicode=True, width=1 << 30
    )
    return text


_BEFORE_TITLE = (
    yaml.StreamStartEvent(),
    yaml.DocumentStartEvent(explicit=False),
    yaml.MappingStartEvent(None, None, implicit=True, flow_style=False),
    yaml.ScalarEvent(None, None, (True, False), "title"),
)
_AFTER_TITLE = (yaml.MappingEndEvent(), yaml.DocumentEndEvent(explicit=False), yaml.StreamEndEvent())


def _lines(values: Mapping[str, str]) -> str:
    astral = any(map(_ASTRAL.search, values.values()))
    text: str = yaml.dump(
        dict(values),
        Dumper=_AstralDumper if astral else _Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=1 << 30,
    )
    return _ASTRAL_ESCAPE.sub(_raw_astral, text) if astral else text


def _raw_astral(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[0]


_LAYOUT = _lines({"layout": _Plain("post")})


def as_html(text: str) -> str:
    """Plain text as a layout may print it unescaped (faults I10).

    The site's layouts print titles and tags raw, so ``<`` and ``>`` are stored as entities, and ``&`` where a
    reader would take it for the beginning of one; every other text is stored as it is. A layout that puts a
    title into an attribute uses ``escape_once``.
    """
    if "&" in text and html.unescape(text) != text:
        text = text.replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;")


def load(text: str) -> dict[str, str]:
    """The five values of a front matter (without fences) as strings; ``title`` and ``tags`` as plain text.

    Raises ``ValueError`` for anything but the five keys in their order, each on its line and one string.
    """
    lines = text.split("\n")
    if lines.pop() or tuple(line.partition(":")[0] for line in lines) != KEYS:
        raise ValueError(f"the front matter's keys are not {', '.join(KEYS)}")
    try:
        values = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 - strings only
    except yaml.YAMLError as error:
        raise ValueError(f"the front matter is no YAML: {error}") from error
    strings = {key: _string(key, value) for key, value in values.items()}
    return strings | {key: html.unescape(strings[key]) for key in ("title", "tags")}


def _string(key: str, value: object) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise ValueError(f"{key} is not one string")
    return value
