"""The fields of a post."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archiver.normalise.zone import BEIJING
from archiver.posts.name import name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An article ready to be written. ``body`` is clean HTML; other texts are plain text on one line."""

    id: str
    title: str
    date: datetime
    """Aware datetime."""
    category: str
    """The slug of the category."""
    tag: str
    body: str
    link: str
    """The absolute address of the share page or of the article."""
    page: str
    """The address of the page of the category, for the footer: ``//finews.withounder.com/emnews/``."""
    back_label: str
    """The text of the link to that page: ``返回东财滚动新闻``."""
    home: str
    """The address of the home page, for the footer: ``//finews.withounder.com/``."""
    home_label: str
    """The text of the link to the home page: ``返回首页``."""
    digest: str = ""

    @property
    def name(self) -> str:
        """The file name, with the day in Beijing time."""
        return name_of(self.date.astimezone(BEIJING).date(), self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPost(Post):
    """A post read from its file; addresses and labels are empty if it has no footer."""

    version: int | None
    """The version with exactly its keys (see ``formats.FORMATS``); None if there is none."""
    problems: tuple[str, ...] = ()
    """Differences from the form that its version writes, as in posts of the old archive and edited posts:
    ``blank_before_front_matter``, ``other_keys``, ``blank_after_front_matter``, ``date_without_zone`` (read
    as Beijing time), ``footer_of_two_lines``, ``no_footer``, ``link_of_another_article``,
    ``footer_of_another_tag``, ``edited`` (text was added above the front matter, or at or below the link, or
    an editor changed the line ends; it may be named more than once).
    """

    @property
    def final(self) -> bool:
        """Whether it has the form that its version writes; only then is a cut file always detected."""
        return not self.problems
