"""Types for texts in a profile that have a syntax of their own: regular expressions and templates."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from archiver.sites.pattern_work import degree


def known(names: Iterable[str]) -> str:
    """``'a', 'b' or 'c'``"""
    *first, last = map(repr, names)
    return f"{', '.join(first)} or {last}" if first else last


def _regex(pattern: object) -> object:
    if not isinstance(pattern, str):
        return pattern
    try:
        return re.compile(pattern) if pattern else None
    except (re.error, OverflowError) as exc:
        raise ValueError(f"{pattern!r} is not a regular expression: {exc}") from exc


Regex = Annotated[re.Pattern[str], BeforeValidator(_regex)]
OptionalRegex = Annotated[re.Pattern[str] | None, BeforeValidator(_regex)]
"""None means that there is no pattern; in YAML, ``""`` means the same."""


def bounded(most: float, *, whole: bool = False) -> AfterValidator:
    """Checks that the time of a regular expression does not grow faster than length ** ``most``.

    For patterns that the process of the run applies to texts of a site: ``re`` cannot be interrupted.
    """

    def check(pattern: re.Pattern[str] | None) -> re.Pattern[str] | None:
        if pattern and degree(pattern, whole=whole) > most:
            raise ValueError(
                f"{pattern.pattern!r} may take too long on a hostile text: avoid repetitions inside "
                "repetitions, and repetitions that also match what follows them"
            )
        return pattern

    return AfterValidator(check)


def has_group(name: str) -> AfterValidator:
    """Checks that a regular expression has a group ``(?P<name>…)``."""

    def check(pattern: re.Pattern[str] | None) -> re.Pattern[str] | None:
        if pattern and name not in pattern.groupindex:
            raise ValueError(f"{pattern.pattern!r} has no group (?P<{name}>…)")
        return pattern

    return AfterValidator(check)


KEY = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""``${NAME}``: a key from the environment."""


def template(*allowed: str, needs: int = 0, keys: bool = False) -> AfterValidator:
    """Checks a text that contains ``{names}``: see ``check_template``."""
    return AfterValidator(lambda text: check_template(text, allowed, needs=needs, keys=keys))


def check_template(text: str, allowed: Iterable[str], *, needs: int = 0, keys: bool = False) -> str:
    """The text, if it contains only the allowed ``{names}``, and at least ``needs`` of them.

    ``keys``: it may also contain ``${NAME}``. Raises ValueError.
    """
    all_allowed = ", ".join(f"{{{name}}}" for name in allowed) or "none"
    names = list(_names(KEY.sub("", text) if keys else text))
    for name in names:
        if name not in allowed:
            raise ValueError(f"{text!r} contains {{{name}}}; known here: {all_allowed}")
    if len(names) < needs:
        raise ValueError(f"{text!r} must contain at least one of {all_allowed}")
    return text


def fill(text: str, **values: str | int) -> str:
    """The text with values in the place of ``{names}``; ``${NAME}`` stays."""
    if "${" in text:
        text = KEY.sub(r"${{\1}}", text)
    return text.format(**values)


def _one_line(text: str) -> str:
    if not text.strip() or re.search("[\x00-\x1f\x7f\x85\u2028\u2029]", text):
        raise ValueError(f"{text!r} is not one line of text")
    return text


OneLine = AfterValidator(_one_line)
"""Checks that a text is not blank and has no line break."""


def _names(text: str) -> Iterable[str]:
    """The texts between braces, with a conversion (``!r``) or format (``:>9``), so that these are refused."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as exc:
        raise ValueError(f"{text!r} is not a template: {exc}") from exc
    for _, name, spec, conversion in parts:
        if name is not None:
            yield name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
