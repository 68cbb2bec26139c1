r"""YAML at the top of a file, written so that PyYAML and Jekyll's parser (Psych) read the same strings.

The type of a value decides how it is written:

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
"""A value as ``load`` gives it: numbers, dates and words like ``no`` stay strings."""

MAX_BYTES = 64 * 1024
"""Of a front matter with its fences (faults I17)."""

_FENCE = "---\n"
_TEXT_TAG = "tag:yaml.org,2002:str"
_LIST_TAG = "tag:yaml.org,2002:seq"


class Quoted(str):
    """A text that is always written in double quotes."""

    __slots__ = ()


class Verbatim(str):
    """YAML already: written as it is."""

    __slots__ = ()


class Plain(str):
    """A name, one of few: without quotes unless PyYAML or Psych would not read the string back."""

    __slots__ = ()


class Single(Plain):
    """As ``Plain``; with a blank in it a list of one, because Jekyll splits a string at its blanks."""

    __slots__ = ()


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # a base known at run time
    """libyaml's dumper, where PyYAML was built with it."""


class _AstralDumper(yaml.SafeDumper):
    """For characters above U+FFFF: libyaml quotes every string with one, PyYAML's own emitter does not."""


def _represent_quoted(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar(_TEXT_TAG, str(value), style='"')


def _represent_plain(dumper: Any, value: str) -> Any:
    style = "'" if _psych_reads_otherwise(value) else None
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


def _psych_reads_otherwise(value: str) -> bool:
    """Whether Psych may read a number, date or symbol where PyYAML reads a string: 1,234 -.5 2022-2-2 :sym.

    Both read a string where there is a letter that no number or date has, as in 21caijing.
    """
    return value.startswith(":") or _LIKE_A_NUMBER.fullmatch(value) is not None


def line(key: str, value: object) -> str:
    """A key and its value, with a line break at the end; a list or mapping takes several lines."""
    if isinstance(value, Verbatim):
        return f"{key}: {value}\n"
    return _name_line(key, value) if isinstance(value, Plain) else _dump(key, value)


@lru_cache(maxsize=4096, typed=True)
def _name_line(key: str, name: Plain) -> str:
    return _dump(key, name)


def _dump(key: str, value: object) -> str:
    text = _dump_with(_Dumper, key, value)
    if r"\U" not in text:  # as libyaml writes characters above U+FFFF
        return text
    return _ESCAPE.sub(_raw, _dump_with(_AstralDumper, key, value))


def _dump_with(dumper: type[Any], key: str, value: object) -> str:
    text: str = yaml.dump({key: value}, Dumper=dumper, allow_unicode=True, sort_keys=False, width=1 << 30)
    return text


_ESCAPE = re.compile(r"\\(?:U([0-9A-F]{8})|.)")


def _raw(escape: re.Match[str]) -> str:
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
    """Plain text as a layout may print it unescaped (faults I10).

    The site's layouts print titles and tags raw, so ``<`` and ``>`` are stored as entities, and ``&`` where a
    reader would take it for the beginning of one; every other text is stored as it is. A layout that puts a
    title into an attribute uses ``escape_once``.
    """
    if "&" in text and html.unescape(text) != text:
        text = text.replace("&", "&amp;")
    return text.replace("<", "&lt;").replace(">", "&gt;")


def load(text: str) -> dict[str, Value]:
    """The values of a front matter, given without its fences, in the order of its keys.

    Raises ``ValueError`` for anything but one mapping, each of whose keys is a string and stands once.
    """
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        if not isinstance(node, yaml.MappingNode):
            raise ValueError("the front matter has no keys")
        values: dict[Any, Value] = yaml.constructor.BaseConstructor().construct_document(node)
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"the front matter is no YAML: {error}") from error
    if len(values) < len(node.value):
        raise ValueError("the front matter has a key twice")
    return values
