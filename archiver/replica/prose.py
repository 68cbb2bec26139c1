"""Titles and sentences from the lists of phrases. All texts of an article have the same subject."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import gcd
from typing import TYPE_CHECKING

from archiver.replica import phrases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archiver.replica.dice import Dice


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of an article. The title and the sentences use the same four names."""

    region: str
    industry: str
    company: str
    board: str


def subject(dice: Dice) -> Subject:
    return Subject(
        dice.pick(phrases.REGIONS), dice.pick(phrases.INDUSTRIES), dice.pick(_COMPANIES), dice.pick(_BOARDS)
    )


_COMPANIES = tuple(phrases.COMPANIES)
_HK_COMPANIES = tuple(phrases.HK_COMPANIES)
_BOARDS = tuple(phrases.BOARDS)
_EXCHANGES = {"0": "SZ", "1": "SH"}


def _ticker(company: str) -> str:
    market, code = phrases.COMPANIES[company].split(".")
    return f"{code}.{_EXCHANGES[market]}"


def _decimal(dice: Dice, low: int, high: int, places: int) -> str:
    return f"{low + dice.roll() * (high - low):.{places}f}"


_SLOTS: dict[str, Callable[[Dice, Subject], str]] = {
    "region": lambda _, about: about.region,
    "industry": lambda _, about: about.industry,
    "company": lambda _, about: about.company,
    "board": lambda _, about: about.board,
    "code": lambda _, about: _ticker(about.company),
    "other": lambda dice, _: dice.pick(_COMPANIES),
    "hk": lambda dice, _: dice.pick(_HK_COMPANIES),
    "office": lambda dice, _: dice.pick(phrases.AUTHORITIES),
    "speaker": lambda dice, _: dice.pick(phrases.SPEAKERS),
    "measure": lambda dice, _: dice.pick(phrases.MEASURES),
    "date": lambda dice, _: f"{dice.between(1, 12)}月{dice.between(1, 28)}日",
    "year": lambda dice, _: str(dice.between(2023, 2030)),
    "quarter": lambda dice, _: str(dice.between(1, 4)),
    "few": lambda dice, _: str(dice.between(2, 9)),
    "n": lambda dice, _: str(dice.between(3, 24)),
    "count": lambda dice, _: str(dice.between(30, 4800)),
    "small": lambda dice, _: _decimal(dice, 0, 10, 2),
    "pct": lambda dice, _: _decimal(dice, 1, 48, 1),
    "pct2": lambda dice, _: _decimal(dice, 20, 99, 1),
    "money": lambda dice, _: _decimal(dice, 10, 900, 2),
}

Template = tuple["str | Callable[[Dice, Subject], str]", ...]
"""Fixed text, and functions that give the text of a slot."""


def _compiled(templates: tuple[str, ...]) -> tuple[Template, ...]:
    return tuple(
        tuple(_SLOTS[part] if odd % 2 else part for odd, part in enumerate(re.split(r"\{(\w+)\}", template)))
        for template in templates
    )


_OPENINGS = _compiled(phrases.OPENINGS)
_SENTENCES = _compiled(phrases.SENTENCES)
_STRIDES = tuple(n for n in range(1, len(_SENTENCES)) if gcd(n, len(_SENTENCES)) == 1)
_TITLES = _compiled(phrases.TITLES)
_ENDINGS = _compiled(phrases.ENDINGS)
_LAWS = _compiled(phrases.LAWS)


def _filled(template: Template, dice: Dice, about: Subject) -> str:
    return "".join([part if isinstance(part, str) else part(dice, about) for part in template])


def title(dice: Dice, about: Subject) -> str:
    return _filled(dice.pick(_TITLES), dice, about)


def opening(dice: Dice, about: Subject) -> str:
    return _filled(dice.pick(_OPENINGS), dice, about)


def sentences(dice: Dice, about: Subject) -> Iterator[str]:
    """Endless. All templates are used once before any is used again."""
    place, stride = dice.below(len(_SENTENCES)), dice.pick(_STRIDES)
    while True:
        yield _filled(_SENTENCES[place], dice, about)
        place = (place + stride) % len(_SENTENCES)


def ending(dice: Dice, about: Subject) -> str:
    return _filled(dice.pick(_ENDINGS), dice, about)


def law(dice: Dice, about: Subject) -> str:
    """The name of a document, with ``<`` and ``>`` or with ``&`` in it."""
    return _filled(dice.pick(_LAWS), dice, about)
