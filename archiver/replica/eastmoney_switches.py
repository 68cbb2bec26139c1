"""What the replica in the shape of eastmoney.com can do wrong: oddities of articles, switches of the site."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Oddity(StrEnum):
    """Article number k has the k-th oddity, unless its site is plain."""

    JSON_BUSY = "json_busy"
    """The JSON address answers that the system is busy, with status 200."""
    OLDER_PAGE = "older_page"
    """The same, and the page has an older template."""
    OLDEST_PAGE = "oldest_page"
    """The same, and the page has the oldest template, which has neither time nor source."""
    EXTRA_LINES = "extra_lines"
    """The text in JSON ends with ``EXTRA_LINES``, as the text of every page does."""
    ONLY_JSON = "only_json"
    """The same, and there is no page."""
    BLANK_FIELDS = "blank_fields"
    """Title, time and source are empty in JSON."""
    GONE = "gone"
    """The list names the article, but neither address has it."""
    NEXT_DAY = "next_day"
    """The article was published on the day after the one in its id."""
    TIMES_DIFFER = "times_differ"
    """The list has a time five minutes later than JSON and page."""
    CAPTION = "caption"
    """The text begins with a picture whose caption names a source. Only the last line credits the article."""
    SPLIT_SOURCE = "split_source"
    """Only the last line of the text credits the source, and links cut the name into pieces."""
    MEDIA_DIFFER = "media_differ"
    """List and JSON name another medium than the last line of the text."""
    NO_CREDIT = "no_credit"
    """Nothing names a source."""
    TITLE_CHANGED = "title_changed"
    """List and JSON have the same title, but for its last words."""
    OTHER_TITLE = "other_title"
    """JSON and page have another title than the list."""
    GB_PAGE = "gb_page"
    """The JSON address is busy; the page is in gb18030, and nothing says so."""
    GB_AS_UTF8 = "gb_as_utf8"
    """The same, and header and page say that it is UTF-8."""
    TO_FRONT_PAGE = "to_front_page"
    """The article was deleted: JSON has no data, the page redirects to the front page."""
    NOTICE = "notice"
    """The article was deleted: JSON has no data, the page says so with status 200."""


ODDITIES = tuple(Oddity)


class ColumnPage(StrEnum):
    """The HTML page of a column."""

    CLASSIC = "classic"
    """Has the rows."""
    SHELL = "shell"
    """Has none: a script puts them in. The pages of all columns have the same bytes."""


class Api(StrEnum):
    """What the list in JSON answers, always with status 200."""

    GOOD = "good"
    NO_DATA = "no_data"
    """``data`` is null."""
    NO_ROWS = "no_rows"
    """``list`` is empty, and ``totle_hits`` is not 0."""
    NOTHING = "nothing"
    """No bytes."""


class Robots(StrEnum):
    ALLOWED = "allowed"
    DELAY = "delay"
    """Asks for one second between two requests."""
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    """404."""
    BROKEN = "broken"
    """500."""


@dataclass(slots=True)
class Switches:
    """May be changed while the replica runs."""

    column_page: ColumnPage = ColumnPage.SHELL
    api: Api = Api.GOOD
    api_from: int = 1
    """The first page of a list for which ``api`` holds; the pages before are good."""
    users_page: int = 0
    """The page of every list that has only posts of users; 0: none."""
    arrivals: int = 0
    """Articles that are published after each answer of the list, so that the rows move to later pages."""
    burst: list[int] = field(default_factory=list)
    """The statuses of the next answers, but for robots.txt; then the site answers again."""
    cut: int = 0
    """How many of the next answers lack their second half."""
    robots: Robots = Robots.ALLOWED


def switched(words: Iterable[str]) -> Switches:
    """Switches from ``name=value``; the statuses of a burst are separated by commas.

    Raises ValueError with one sentence.

    >>> switched(["api=no_rows", "burst=429,403"]).burst
    [429, 403]
    """
    switches = Switches()
    for word in words:
        name, _, value = word.partition("=")
        if name not in {each.name for each in fields(Switches)}:
            known = ", ".join(each.name for each in fields(Switches))
            raise ValueError(f"{name!r} is not a switch; known are {known}")
        try:
            setattr(switches, name, _value(getattr(switches, name), value))
        except ValueError as exc:
            raise ValueError(f"{word!r} has no value that the switch {name} accepts: {exc}") from exc
    return switches


def _value(default: Any, said: str) -> Any:
    """Raises ValueError."""
    return [int(part) for part in said.split(",")] if isinstance(default, list) else type(default)(said)
