"""Renders a post as the exact text of its file."""

from __future__ import annotations

import re

from archiver.posts import formats, markdown
from archiver.posts.address import in_angles
from archiver.posts.footer import Footer
from archiver.posts.post import Post

_LINE_BREAK = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
_WEB_ADDRESS = re.compile(r"https?://[^/\s]")
_ON_ONE_LINE = ("category", "tag", "page", "back_label", "home", "home_label")
_REQUIRED = ("id", "title", "body", "link", *_ON_ONE_LINE)


def render(post: Post) -> str:
    """The text of the file in the current version of the format, with LF and without a final newline.

    Raises ``Quarantined("front_matter_size")``, and ``ValueError`` for a post that is not normalised (an
    empty field, a line break in a name, a body that is not clean HTML, a lone surrogate, a naive date).
    """
    _check(post)
    front_matter = formats.current().front_matter(post)
    digest = f"> {markdown.escape(post.digest)}\n\n" if post.digest else ""
    footer = Footer(post.back_label, post.page, post.home_label, post.home).line()
    content = f"{digest}{post.body}\n\n<{in_angles(post.link)}>\n\n{footer}"
    if "{{" in content or "{%" in content:
        raise ValueError("the post contains Liquid")
    content.encode()
    return front_matter + content


def _check(post: Post) -> None:
    for name in _REQUIRED:
        if not getattr(post, name).strip():
            raise ValueError(f"the field {name} is empty")
    for name in (*_ON_ONE_LINE, "digest"):
        if _LINE_BREAK.search(getattr(post, name)):
            raise ValueError(f"the field {name} is not one line")
    if post.date.tzinfo is None:
        raise ValueError("the date has no zone")
    if not post.body.startswith("<"):
        raise ValueError("the body is not clean HTML")
    if not _WEB_ADDRESS.match(post.link):
        raise ValueError("the link is not an http or https address")
    if post.digest != post.digest.strip():
        raise ValueError("the digest has blanks at its ends")
