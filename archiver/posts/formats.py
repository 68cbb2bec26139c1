"""The versions of the front matter: the keys, their order, and how each value is written and read.

docs/format.md explains how to add a version. A version that has written a post must never change.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from archiver.normalise.zone import BEIJING
from archiver.posts import front_matter
from archiver.posts.front_matter import Plain, Quoted, Single, Value, Verbatim, as_html
from archiver.posts.post import Post

_DATE = re.compile(
    r"(?P<time> \d{4}-\d\d-\d\d [ ] \d\d:\d\d:\d\d) (?: [ ]? (?P<zone> [+-]\d\d:?\d\d))?",
    re.ASCII | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the front matter."""

    name: str
    write: Callable[[Post], object]
    """Returns the value; its type defines the spelling (see ``front_matter``). None omits an optional key."""
    read: Callable[[Value], Mapping[str, object]]
    """Converts a stored value to fields of ``StoredPost``: name → value. Raises ``ValueError``."""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class PostFormat:
    """A version of the front matter. All keys together give ``title``, ``date``, ``category`` and ``tag``.

    A naive ``date`` means that the post has no zone.
    """

    version: int
    keys: tuple[Key, ...]

    def front_matter(self, post: Post) -> str:
        """The front matter of a post, with its fences; raises the exceptions of ``front_matter.fence``."""
        lines = ""
        for key in self.keys:
            if (value := key.write(post)) is not None:
                lines += front_matter.line(key.name, value)
        return front_matter.fence(lines)

    def has_keys(self, values: Mapping[str, Value]) -> bool:
        """Whether these are the keys of this version, in its order; optional keys may be missing."""
        names = [key.name for key in self.keys if not key.optional or key.name in values]
        return list(values) == names

    def fields(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """The fields of a post that has at least the keys of this version. Raises ``ValueError``."""
        fields: dict[str, Any] = {}
        for key in self.keys:
            if key.name in values:
                fields |= _read(key, values[key.name])
            elif not key.optional:
                raise ValueError(f"the front matter has no {key.name}")
        return fields


def _read(key: Key, value: Value) -> Mapping[str, object]:
    try:
        return key.read(value)
    except ValueError as error:
        raise ValueError(f"{key.name} {error}") from error


def text(value: Value) -> str:
    """A string, or the only string of a list."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str):
        raise ValueError("is not one string")
    return value


def name(value: Value) -> str:
    """A string that is not blank."""
    if not (string := text(value)).strip():
        raise ValueError("is empty")
    return string


def shown(value: Value) -> str:
    """Plain text that was stored as HTML (``as_html``) and is not blank."""
    return name(html.unescape(text(value)))


def moment(value: Value) -> datetime:
    """A time in the form of version 1, in Beijing time; naive if the zone is missing."""
    string = text(value)
    found = _DATE.fullmatch(string)
    if found is None:
        raise ValueError(f"is not a date: {string[:40]!r}")
    try:
        at = datetime.fromisoformat(found["time"] + (found["zone"] or ""))
        return at.astimezone(BEIJING) if found["zone"] else at
    except (ValueError, OverflowError) as error:
        raise ValueError(f"is not a date: {string[:40]!r}") from error


def beijing_time(post: Post) -> Verbatim:
    """``2022-02-22 17:47:15 +0800`` without quotes, because Psych must read it as a time."""
    return Verbatim(post.date.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S %z"))


def _layout(_: Post) -> Plain:
    return Plain("post")


def _is_post(value: Value) -> dict[str, object]:
    if text(value) != "post":
        raise ValueError("is not post")
    return {}


VERSION_1 = PostFormat(
    version=1,
    keys=(
        Key("layout", _layout, _is_post),
        Key("title", lambda post: Quoted(as_html(post.title)), lambda value: {"title": shown(value)}),
        Key("date", beijing_time, lambda value: {"date": moment(value)}),
        Key("categories", lambda post: Single(post.category), lambda value: {"category": name(value)}),
        Key("tags", lambda post: Single(as_html(post.tag)), lambda value: {"tag": shown(value)}),
    ),
)

FORMATS: tuple[PostFormat, ...] = (VERSION_1,)
"""All versions that have written posts, the newest last."""


def current() -> PostFormat:
    """The version in which new posts are written."""
    return FORMATS[-1]


class Recognised(NamedTuple):
    """A front matter, and the version that can read it."""

    form: PostFormat
    is_exact: bool
    """Whether it has exactly the keys of this version."""
    fields: dict[str, Any]


def recognise(values: Mapping[str, Value]) -> Recognised:
    """The version with exactly these keys, and the fields of the post.

    If no known version has exactly these keys (a later archiver wrote the post, or the owner added a key),
    a version of which all keys are present reads the post. Raises ``ValueError`` if no version can.
    """
    exact = [version for version in FORMATS if version.has_keys(values)]
    errors: list[ValueError] = []
    for version in [*reversed(exact), *reversed(FORMATS)]:
        try:
            fields = version.fields(values)
        except ValueError as error:
            errors.append(error)
        else:
            return Recognised(version, version in exact, fields)
    raise errors[0]
