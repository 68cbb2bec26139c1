"""A post as text, byte for byte what goes into the file."""

from __future__ import annotations

import re
from urllib.parse import quote

from archiver.normalise.zone import BEIJING
from archiver.posts import front_matter, markdown
from archiver.posts.post import Post

_LINE_BREAK = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
_LINK = re.compile(r"https?://[^/\s]")
_UNSAFE_IN_ADDRESS = re.compile(r"""[\s\x00-\x20\x7f-\x9f"<>\\^`{|}]""")
_REFERENCE = re.compile(r"(&#?\w+);")


def render(post: Post) -> str:
    """The file's text: UTF-8 encodable, LF, no newline at its end.

    Raises ``Quarantined("front_matter_size")``; ``ValueError`` for a post that no normaliser made (an empty
    field, a line break in a name, a body that is not clean HTML, a lone surrogate, a naive date).
    """
    _check(post)
    date = post.date.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S %z")
    front = front_matter.dump(post.title, date, post.category, post.tag)
    digest = f"> {markdown.escape(post.digest)}\n\n" if post.digest else ""
    back = f"[返回{markdown.escape(post.tag)}]({_target(post.page)})｜[返回首页]({_target(post.home)})"
    content = f"{digest}{post.body}\n\n<{address(post.link)}>\n\n{back}"
    if "{{" in content or "{%" in content:
        raise ValueError("Liquid in the post")
    content.encode()
    return front + content


def _check(post: Post) -> None:
    for name in ("id", "title", "category", "tag", "body", "link", "home", "page"):
        if not getattr(post, name).strip():
            raise ValueError(f"a post without {name}")
    for name in ("category", "tag", "digest", "home", "page"):
        if _LINE_BREAK.search(getattr(post, name)):
            raise ValueError(f"{name} is not one line")
    if post.date.tzinfo is None:
        raise ValueError("the date has no zone")
    if not post.body.startswith("<"):
        raise ValueError("the body is not clean HTML")
    if not _LINK.match(post.link):
        raise ValueError("the link is not an http or https address")
    if post.digest != post.digest.strip():
        raise ValueError("blanks around the digest")


def address(link: str) -> str:
    """An address between ``<`` and ``>``: what would end it, be decoded in it or begin Liquid is encoded."""
    return _REFERENCE.sub(r"\1%3B", _UNSAFE_IN_ADDRESS.sub(lambda match: quote(match[0]), link))


def _target(link: str) -> str:
    """An address between ``(`` and ``)``, whose own brackets must pair."""
    link = address(link)
    return link if _paired(link) else link.replace("(", "%28").replace(")", "%29")


def _paired(link: str) -> bool:
    depth = 0
    for bracket in re.findall("[()]", link):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            return False
    return depth == 0
