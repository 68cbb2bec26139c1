"""Versions of the format for tests only. Each is a different kind of change to version 1."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archiver.posts.formats import VERSION_1, Key, PostFormat, name
from archiver.posts.front_matter import Plain, Quoted, Single, Value, Verbatim
from archiver.posts.post import BEIJING, Post

LAYOUT, TITLE, DATE, CATEGORIES, TAGS = VERSION_1.keys


def _nothing(value: Value) -> dict[str, object]:
    """Reads a key that repeats other content of the post."""
    assert value
    return {}


def _iso(post: Post) -> Verbatim:
    return Verbatim(post.date.astimezone(BEIJING).isoformat())


def _of_iso(value: Value) -> dict[str, object]:
    if "T" not in name(value):
        raise ValueError("is a date of another version")
    return {"date": datetime.fromisoformat(name(value))}


def _two_tags(post: Post) -> list[Plain]:
    return [Plain(post.tag), Plain(post.category)]


def _first_tag(value: Value) -> dict[str, object]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("is not two tags")
    return {"tag": name(value[0])}


def _source(post: Post) -> dict[str, Plain]:
    return {"name": Plain(post.tag), "slug": Plain(post.category)}


def _of_source(value: Value) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError("is not a source")
    return {"tag": value["name"], "category": value["slug"]}


_LINK = Key("link", lambda post: Quoted(post.link), _nothing)
_SUMMARY = Key("summary", lambda post: Quoted(post.digest) if post.digest else None, _nothing, optional=True)

READABLE = {
    "an extra key": (LAYOUT, TITLE, DATE, CATEGORIES, TAGS, _LINK),
    "an extra key in the middle": (LAYOUT, TITLE, _LINK, DATE, CATEGORIES, TAGS),
    "an extra list": (*VERSION_1.keys, Key("names", _two_tags, _nothing)),
    "an extra mapping": (*VERSION_1.keys, Key("source", _source, _nothing)),
    "an optional key": (*VERSION_1.keys, _SUMMARY),
    "another order": (TITLE, LAYOUT, TAGS, DATE, CATEGORIES),
}
"""Changes that keep all keys that version 1 needs."""
UNREADABLE = {
    "a removed key": (TITLE, DATE, CATEGORIES, TAGS),
    "renamed keys": (LAYOUT, TITLE, DATE, replace(CATEGORIES, name="category"), replace(TAGS, name="tag")),
    "a date of another form": (LAYOUT, TITLE, Key("date", _iso, _of_iso), CATEGORIES, TAGS),
    "a list where a string was": (LAYOUT, TITLE, DATE, CATEGORIES, Key("tags", _two_tags, _first_tag)),
    "one mapping for two keys": (LAYOUT, TITLE, DATE, Key("source", _source, _of_source)),
    "everything at once": (
        Key("source", _source, _of_source),
        _SUMMARY,
        Key("published", _iso, _of_iso),
        replace(TITLE, name="headline"),
        Key("slug", lambda post: Single(post.category), _nothing),
    ),
}
"""Changes that an archiver with only version 1 cannot read."""
OTHERS = {change: PostFormat(2, keys) for change, keys in (READABLE | UNREADABLE).items()}
