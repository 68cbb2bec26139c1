"""The categories that a profile names."""

from __future__ import annotations

from typing import Any

from archiver.sites.part import Part


class Category(Part):
    """A category of a listing. In YAML, a text is short for ``{title: text}``."""

    title: str
    slug: str = ""
    """Another name for ``-a category=``, such as the one in the address of the category's page."""

    @property
    def names(self) -> set[str]:
        return {self.title, self.slug} - {""}


def named_categories(said: Any) -> Any:
    """A list of names is allowed, too; YAML reads a key like 350 as a number."""
    if isinstance(said, list):
        return {str(name): {"title": str(name)} for name in said}
    if isinstance(said, dict):
        return {
            str(name): value if isinstance(value, dict) else {"title": str(value)}
            for name, value in said.items()
        }
    return said
