"""The values a post is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from archiver.normalise.zone import BEIJING


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
    home: str
    """The site's address in the footer, ``//finews.withounder.com/``."""
    page: str
    """The address of the category's list in the footer."""
    digest: str = ""

    @property
    def name(self) -> str:
        """The file's name; its day is the one in Beijing."""
        return f"{self.date.astimezone(BEIJING).date()}-{self.id}.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPost(Post):
    """A post as it was read from its file; ``home`` and ``page`` are empty where an old one has no footer."""

    problems: tuple[str, ...] = ()
    """How it differs from the form we write, as posts of the old archive and edited ones do:
    ``blank_before_front_matter``, ``blank_after_front_matter``, ``date_without_zone`` (read as Beijing time),
    ``footer_of_two_lines``, ``no_footer``, ``link_of_another_article``, ``footer_of_another_tag``.
    """

    @property
    def final(self) -> bool:
        """Whether it has the form we write; only then is a cut file certain to be noticed."""
        return not self.problems
