"""The category page that a post's footer links to."""

from __future__ import annotations

import yaml


def category_page(category: str, tag: str) -> str:
    """As the source site writes it: three keys between fences, and no newline at the end."""
    values = {"layout": "category", "title": tag, "category": category}
    lines = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=1 << 30)
    return f"---\n{lines}---"
