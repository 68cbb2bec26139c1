"""The category page that a post's footer links to."""

from __future__ import annotations

from functools import lru_cache

from archiver.posts import front_matter


@lru_cache(maxsize=4096)
def category_page(category: str, tag: str) -> str:
    """As the source site writes it: three keys between fences, and no newline at the end."""
    return front_matter.dump_page("category", tag, category).removesuffix("\n")
