"""The category page that a post's footer links to."""

from __future__ import annotations

from functools import lru_cache

from archiver.posts.front_matter import Plain, as_html, fence, line


@lru_cache(maxsize=4096)
def category_page(category: str, tag: str) -> str:
    """The page in the format of the source site: front matter with three keys, no newline at the end."""
    values = {"layout": "category", "title": as_html(tag), "category": category}
    return fence("".join(line(key, Plain(value)) for key, value in values.items())).removesuffix("\n")
