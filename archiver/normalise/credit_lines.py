"""Reads a credit line by a closed grammar (faults C6 to C9).

>>> parse("（文章来源：证券时报、新华社 作者：王小明）")
Source(names=('证券时报', '新华社'), author='王小明', known=True)

A line consists of labelled fields (来源：X 作者：Y), or of a name alone, with the words that surround names
(转载自X, 综合X、Y等, 据X报道, 《X》). ``X、Y`` and ``X/Y`` are joint sources; a middle dot or a blank is part
of one name (上海证券报·中国证券网, 21世纪经济报道 21财经APP). Words without a separator are removed only if
the rest ends like the name of a medium. A line of another form is kept whole and marked as unknown, because a
wrong split would invent a source.

``credit_words`` has the tables of words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from archiver.normalise import credit_words as words
from archiver.normalise.text import clean, half_width, is_blank

MAX_NAME: Final = 40
"""Characters; a longer text is a sentence, not a name (faults C9)."""

_MAX_LINE: Final = 400
"""Characters of a credit line; longer ones are not read, so the patterns are never slow."""

_BETWEEN_FIELDS = " ;；,，、" + words.BARS
_LEFT, _RIGHT = "(（[【", ")）]】"
_DOTS = re.compile(r"\s?[·•・‧･∙⋅]\s?")
_JOINT = re.compile(r"\s?[、/／]\s?|(?<=》)(?=《)")

_NOT_A_NAME = re.compile(
    r"""
    [<>{}]                      # markup or template code
    | &\#?[0-9A-Za-z]+;         # a character reference
    | ://                       # an address
    """,
    re.VERBOSE,
)

_ODD_IN_A_NAME = re.compile(rf"[：:﹕，,。;；!！?？=\"“”{words.BARS}]")


@dataclass(frozen=True, slots=True)
class Source:
    """The content of one credit line; ``names`` is empty if it credits no source."""

    names: tuple[str, ...] = ()
    author: str = ""
    known: bool = True
    """False if the grammar does not have this form; then the only name is the whole text."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Source:
    """Reads a credit line or a name; never raises."""
    if len(text) > _MAX_LINE or _NOT_A_NAME.search(text):
        return Source(known=False)
    line = spell(text)
    if line in words.WHOLE_NAMES:
        return Source((line,))
    line = _unwrapped(words.PAGE.sub("", _unwrapped(words.STAMP.sub("", line))))
    return _reporter(line) or _labelled(line)


def spell(text: str) -> str:
    """The text in one spelling: plain blanks, half-width Latin, composed accents, one kind of middle dot."""
    line = unicodedata.normalize("NFC", half_width(clean(text))).replace("\u3000", " ")
    return _DOTS.sub("·", line)


def _reporter(line: str) -> Source | None:
    if reporter := words.REPORTER.fullmatch(line):
        return Source(author=reporter["author"] or "")
    return None


def _labelled(line: str) -> Source:
    bare, fields = _fields(line)
    author = "".join(_whole(_unwrapped("".join(fields.get("author", [])[:1]))))
    credited = {_unwrapped(value) for value in fields.get("source", [])} - {""}
    if bare and _reporter(bare):
        bare = ""
    if len(credited | ({bare} if bare else set())) > 1 or (bare and "source" in fields and not credited):
        return Source(_whole(line), author, known=False)
    return _credited(credited.pop() if credited else bare, author)


def _fields(line: str) -> tuple[str, dict[str, list[str]]]:
    """The text before the first label, and the values after the labels of each kind."""
    labels = list(words.LABEL.finditer(line))
    starts = [label.start() for label in labels] + [len(line)]
    fields: dict[str, list[str]] = {}
    for label, end in zip(labels, starts[1:], strict=True):
        kind = (label.lastgroup or "").rpartition("_")[2]
        fields.setdefault(kind, []).append(line[label.end() : end].strip(_BETWEEN_FIELDS))
    return line[: starts[0]].rstrip(_BETWEEN_FIELDS + _LEFT).lstrip(_BETWEEN_FIELDS), fields


def _credited(value: str, author: str) -> Source:
    """The names in the value of a field, or in a line without labels."""
    value = _unwrapped(value)
    names = tuple(_unquoted(name) for name in _JOINT.split(_without_words(value)))
    if is_blank("".join(names)):
        return Source(author=author)
    if all(map(_is_plain, names)):
        return Source(names, author)
    return Source(_whole(value), author, known=False)


def _without_words(value: str) -> str:
    """The names without the words around them."""
    value = words.FLAG.sub("", value)
    if value in words.WHOLE_NAMES:
        return value
    if dateline := words.DATELINE.fullmatch(value):
        return dateline["name"] or dateline["medium"]
    value = words.ACCOUNT_LABEL.sub("", words.ACCOUNT.sub("", words.COMPILED.sub("", value)))
    return _without_end(_without_beginning(value))


def _without_beginning(value: str) -> str:
    """Removes 据, 综合, and a label without a separator, if a name certainly follows."""
    if found := words.ACCORDING_TO.match(value):
        return found["name"] if found["sure"] or words.is_medium(found["name"]) else value
    if found := words.COMPILED_FROM.match(value):
        rest = words.REPORT_OF.sub("", value[found.end() :])
        return rest if found["sure"] or _is_list_of_media(rest) else value
    if found := words.UNSEPARATED.match(value):
        rest = value[found.end() :]
        return rest if words.is_medium(_first(rest)) else value
    if (found := words.COMPILER.fullmatch(value)) and words.is_medium(found["name"]):
        return found["name"] if words.is_medium(_first(words.REPORT_OF.sub("", found["names"]))) else value
    return value


def _is_list_of_media(names: str) -> bool:
    several = len(_JOINT.split(names)) > 1
    return words.is_medium(_first(names)) if several else words.is_certain_medium(_first(names))


def _first(names: str) -> str:
    return _unquoted(_JOINT.split(words.AND_OTHERS.sub("", names))[0])


def _without_end(value: str) -> str:
    """Removes 等 and 综合 after several names, or after the name of a medium."""
    for end in (words.AND_OTHERS, words.COMPILED_BY):
        shorter = end.sub("", value)
        if shorter != value and (len(_JOINT.split(shorter)) > 1 or words.is_medium(shorter)):
            value = shorter
    return value


def _unquoted(name: str) -> str:
    """The name without quotation marks around the whole name: 《X》, “X”."""
    closing = words.QUOTES.get(name[:1])
    inside = name[1:-1]
    return inside.strip() if closing and name.endswith(closing) and closing not in inside else name


def _is_plain(name: str) -> bool:
    return (
        len(name) <= MAX_NAME
        and any(map(str.isalpha, name))
        and not _ODD_IN_A_NAME.search(name)
        and (name in words.WHOLE_NAMES or not words.LIKE_A_LABEL.match(name))
    )


def _whole(text: str) -> tuple[str, ...]:
    return (text,) if len(text) <= MAX_NAME and not is_blank(text) else ()


def _unwrapped(text: str) -> str:
    """The text without brackets around the whole text, and without unpaired brackets at its ends."""
    while inner := _inside(text.strip(_BETWEEN_FIELDS)):
        if inner == text:
            return text
        text = inner
    return ""


def _inside(text: str) -> str:
    if text[:1] in _RIGHT:
        return text[1:]
    if text[:1] in _LEFT and _partner(text) in (-1, len(text) - 1):
        return text[1:] if _partner(text) == -1 else text[1:-1]
    depth = sum((char in _LEFT) - (char in _RIGHT) for char in text)
    if text[-1:] in _LEFT or (text[-1:] in _RIGHT and depth < 0):
        return text[:-1]
    return text


def _partner(text: str) -> int:
    """The index of the bracket that closes the first one of the text; -1 if it is missing."""
    depth = 0
    for place, char in enumerate(text):
        depth += (char in _LEFT) - (char in _RIGHT)
        if depth == 0:
            return place
    return -1
