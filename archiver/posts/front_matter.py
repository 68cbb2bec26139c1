r"""Writes front matter (YAML) from which PyYAML and Psych, the parser of Jekyll, read the same strings.

The type of a value defines its spelling:

>>> line("title", Quoted("样例")), line("tags", Single("Career In")), line("id", Plain("1e3"))
('title: "样例"\n', 'tags: [Career In]\n', "id: '1e3'\n")
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Any, TypeAlias

import yaml

from archiver.errors import Quarantined

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
"""A value as ``load`` returns it: numbers, dates and words like ``no`` stay strings."""

MAX_BYTES = 64 * 1024
"""Maximum size of a front matter with its fences (faults I17)."""

_FENCE = "---\n"
_TEXT_TAG = "tag:yaml.org,2002:str"
_LIST_TAG = "tag:yaml.org,2002:seq"


class Quoted(str):
    """A text that is always written in double quotes."""

    __slots__ = ()


class Verbatim(str):
    """Text that is already YAML; written unchanged."""

    __slots__ = ()


class Plain(str):
    """A name: without quotes if PyYAML and Psych then read the same string. Lines of names are cached."""

    __slots__ = ()


class Single(Plain):
    """Like ``Plain``, but a text with a blank becomes a list of one: Jekyll splits strings at blanks."""

    __slots__ = ()


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # the base class is chosen at run time
    """The dumper of libyaml, if PyYAML was built with it."""


class _AstralDumper(yaml.SafeDumper):
    """For characters above U+FFFF: libyaml always quotes strings with them, PyYAML does not."""


def _represent_quoted(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar(_TEXT_TAG, str(value), style='"')


def _represent_plain(dumper: Any, value: str) -> Any:
    style = "'" if _psych_may_differ(value) else None
    return dumper.represent_scalar(_TEXT_TAG, str(value), style=style)


def _represent_single(dumper: Any, value: str) -> Any:
    if _BLANK.search(value):
        return dumper.represent_sequence(_LIST_TAG, [Plain(value)], flow_style=True)
    return _represent_plain(dumper, value)


for _class in (_Dumper, _AstralDumper):
    _class.add_representer(Quoted, _represent_quoted)
    _class.add_representer(Plain, _represent_plain)
    _class.add_representer(Single, _represent_single)

_BLANK = re.compile(r"\s")
_LIKE_A_NUMBER = re.compile(r"[-+.0-9][-+.,:_0-9a-fA-FoOtTxXzZ ]*")


def _psych_may_differ(value: str) -> bool:
    """Whether Psych may read a number, date or symbol, but PyYAML a string: 1,234 -.5 2022-2-2 :sym.

    Both read a string if it contains a letter that no number or date has, as in 21caijing.
    """
    return value.startswith(":") or _LIKE_A_NUMBER.fullmatch(value) is not None


def line(key: str, value: object) -> str:
    """A key and its value as YAML, with a final line break; a list or mapping takes several lines."""
    if isinstance(value, Verbatim):
        return f"{key}: {value}\n"
    return _name_line(key, value) if isinstance(value, Plain) else _dump(key, value)


@lru_cache(maxsize=4096, typed=True)
def _name_line(key: str, name: Plain) -> str:
    return _dump(key, name)


def _dump(key: str, value: object) -> str:
    text = _dump_with(_Dumper, key, value)
    if r"\U" not in text:  # the escape of libyaml for characters above U+FFFF
        return text
    return _ESCAPE.sub(_character, _dump_with(_AstralDumper, key, value))


def _dump_with(dumper: type[Any], key: str, value: object) -> str:
    text: str = yaml.dump({key: value}, Dumper=dumper, allow_unicode=True, sort_keys=False, width=1 << 30)
    return text


_ESCAPE = re.compile(r"\\(?:U([0-9A-F]{8})|.)")


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[0]


def fence(lines: str) -> str:
    """The front matter of a post, with the fences around it.

    Raises ``Quarantined("front_matter_size")`` above 64 KiB and ``ValueError`` for a lone surrogate.
    """
    text = _FENCE + lines + _FENCE
    if len(text.encode()) > MAX_BYTES:
        raise Quarantined("front_matter_size", f"{len(text)} characters")
    return text


def as_html(text: str) -> str:
    """Plain text as HTML that a layout may print unescaped (faults I10).

    The layouts of the site print titles and tags without escaping. So ``<`` and ``>`` are stored as entities,
    and ``&`` too if it would begin an entity; other text is stored unchanged. A layout that uses a title in
    an attribute applies ``escape_once``.
    """
    if "&" in text and html.unescape(text) != text:
        text = text.replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;")


_SIMPLE_LINE = re.compile(
    r"""
    (?P<key> [a-z]{1,40} ) :[ ]
    (?: "(?P<quoted> [ !\#-\[\]-~\u00a0-\u2027\u202a-\ud7ff\uff00-\uffef]* )"   # without escapes
      | (?P<word> [A-Za-z0-9\u4e00-\u9fff] [-A-Za-z0-9_./\u4e00-\u9fff]* )
      | (?P<date> \d{4}-\d\d-\d\d [ ] \d\d:\d\d:\d\d [ ] [+]\d{4} )
      | \[ (?P<only> [A-Za-z0-9\u4e00-\u9fff]+ (?: [ ] [A-Za-z0-9\u4e00-\u9fff]+ )* ) \]
    )
    \n
    """,
    re.ASCII | re.VERBOSE,
)
"""A line that is read without a YAML parser: parsing takes longer than everything else in reading a post."""


def load(text: str) -> dict[str, Value]:
    """The values of a front matter without its fences, in the order of its keys.

    Raises ``ValueError`` unless the text is one mapping with unique string keys.
    """
    return _load_simple(text) or _load_yaml(text)


def _load_simple(text: str) -> dict[str, Value]:
    """As ``_load_yaml``, for a text of simple lines with different keys; empty for any other."""
    values: dict[str, Value] = {}
    lines = end = 0
    while found := _SIMPLE_LINE.match(text, end):
        lines, end = lines + 1, found.end()
        key, quoted, word, date, only = found.groups()
        values[key] = [only] if only else word or date or quoted
    return values if end == len(text) and len(values) == lines else {}


def _load_yaml(text: str) -> dict[str, Value]:
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        if not isinstance(node, yaml.MappingNode):
            raise ValueError("the front matter is not a mapping")
        values: dict[Any, Value] = yaml.constructor.BaseConstructor().construct_document(node)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"the front matter is not valid YAML: {error}") from error
    if len(values) < len(node.value):
        raise ValueError("the front matter has a duplicate key")
    return values
