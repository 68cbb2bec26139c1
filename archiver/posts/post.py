"""The values a post is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archiver.normalise.zone import BEIJING
from archiver.posts.name import name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An article ready to be written; texts are plain and on one line, ``body`` is clean HTML."""

    id: str
    title: str
    date: datetime
    """Aware."""
    category: str
    """The slug."""
    tag: str
    body: str
    link: str
    """Absolute: the share page or the article itself."""
    page: str
    """The address of the category's page, in the footer: ``//finews.withounder.com/emnews/``."""
    back_label: str
    """The text of the link to that page: ``返回东财滚动新闻``."""
    home: str
    """The address of the site's home page, in the footer: ``//finews.withounder.com/``."""
    home_label: str
    """The text of the link to the home page: ``返回首页``."""
    digest: str = ""

    @property
    def name(self) -> str:
        """The file's name; its day is the one in Beijing."""
        return name_of(self.date.astimezone(BEIJING).date(), self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPost(Post):
    """A post as it is read from its file; addresses and labels are empty where it has no footer."""

    version: int | None
    """The version whose keys it has (``formats.FORMATS``); None where no known version has them."""
    problems: tuple[str, ...] = ()
    """How it differs from the form that its version writes, as posts of the old archive and edited ones do:
    ``blank_before_front_matter``, ``other_keys``, ``blank_after_front_matter``, ``date_without_zone`` (read
    as Beijing time), ``footer_of_two_lines``, ``no_footer``, ``link_of_another_article``,
    ``footer_of_another_tag``.
    """

    @property
    def final(self) -> bool:
        """Whether it has the form that its version writes; only then is a cut file certain to be noticed."""
        return not self.problems
