"""The share of correct fields in the articles that a contestant extracted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archiver.replica.articles import Expected
    from benchmarks.found import Found
    from benchmarks.pages import Pages

NAMES = ("title", "time", "source", "text", "text only")
MAX_CHECKED = 2_000
"""On larger sites, about this many articles are checked, at equal distances."""


@dataclass(frozen=True, slots=True)
class Shares:
    checked: int
    right: dict[str, float]
    """For each field: the share of the checked articles in which it is correct. A missing field is wrong."""


def shares(found: Iterable[Found], pages: Pages) -> Shares:
    by_id = {article.id: article for article in found}
    step = -(-len(pages.numbers) // MAX_CHECKED)
    expected = [pages.site.expected(number) for number in pages.numbers[::step]]
    right = dict.fromkeys(NAMES, 0)
    for article in expected:
        if article.id in by_id:
            for name in right_fields(by_id[article.id], article):
                right[name] += 1
    return Shares(len(expected), {name: count / len(expected) for name, count in right.items()})


def right_fields(found: Found, expected: Expected) -> list[str]:
    """The names of the correct fields.

    ``text`` is correct if the whole text was found, ``text only`` if nothing else was found with it. Texts
    are compared without white space. A time without a time zone is wrong.
    """
    found_text, text = ("".join(words.split()) for words in (found.text, expected.text))
    time = found.date is not None and found.date.tzinfo is not None and found.date == expected.date
    verdicts = {
        "title": found.title == expected.title,
        "time": time,
        "source": found.source == expected.source,
        "text": text in found_text,
        "text only": text == found_text,
    }
    return [name for name, is_right in verdicts.items() if is_right]
