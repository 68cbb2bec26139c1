"""A post's file, read back: ours to the values it was made of, those of earlier eras as far as they go."""

from __future__ import annotations

import re
from datetime import datetime

from archiver.normalise.zone import BEIJING
from archiver.posts import front_matter, markdown
from archiver.posts.post import StoredPost

_NAME = re.compile(r"(\d{4}-\d\d-\d\d)-([A-Za-z0-9_-]{1,64})\.md")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?: ?([+-]\d\d:?\d\d))?", re.ASCII)
_LINK = re.compile(r"<(https?://[^<>\s]+)>")
_FOOTER = re.compile(r"\[返回([^\n]*)\]\(([^\n]*)\)(｜|\n)\[返回首页\]\(([^\n｜\[\]]*)\)")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{18}(?!\d)", re.ASCII)


class PostError(ValueError):
    """A text that is no complete post."""


def read(text: str, name: str) -> StoredPost:
    """The post in a file called ``name``; ``problems`` says how it differs from the form we write.

    Raises ``PostError`` for what is no complete post: front matter that is not the five keys, an empty title,
    a date that is none, another day than the name's, no closing link, or no footer where the text begins
    right after the front matter, as ours do (faults V2: a cut file is always noticed).
    """
    problems: list[str] = []
    day, identifier = _split_name(name)
    values, content = _split(text, problems)
    date = _date(values["date"], problems)
    if f"{date:%Y-%m-%d}" != day:
        raise PostError(f"the name says {day}, the date {date:%Y-%m-%d}")
    content, back = _footer(content, problems)
    body, link = _link(content)
    digest, body = _digest(body)
    if _another_article(identifier, link):
        problems.append("link_of_another_article")
    if back and markdown.unescape(back[0]) != values["tags"]:
        problems.append("footer_of_another_tag")
    return StoredPost(
        id=identifier,
        title=values["title"],
        date=date,
        category=values["categories"],
        tag=values["tags"],
        body=body,
        link=link,
        home=back[2] if back else "",
        page=back[1] if back else "",
        digest=digest,
        problems=tuple(problems),
    )


def _split_name(name: str) -> tuple[str, str]:
    match = _NAME.fullmatch(name)
    if match is None:
        raise PostError("the name is not <yyyy-mm-dd>-<id>.md")
    return match[1], match[2]


def _split(text: str, problems: list[str]) -> tuple[dict[str, str], str]:
    """The front matter's values, and what follows it."""
    if text.startswith("\n---\n"):
        problems.append("blank_before_front_matter")
        text = text[1:]
    end = text.find("\n---\n", 3)
    if not text.startswith("---\n") or end < 0:
        raise PostError("no front matter")
    try:
        values = front_matter.load(text[4 : end + 1])
    except ValueError as error:
        raise PostError(str(error)) from error
    if values["layout"] != "post":
        raise PostError("the layout is not post")
    for key in ("title", "categories", "tags"):
        if not values[key].strip():
            raise PostError(f"{key} is empty")
    content = text[end + 5 :]
    if content.startswith("\n"):
        problems.append("blank_after_front_matter")
        content = content[1:]
    return values, content


def _date(value: str, problems: list[str]) -> datetime:
    match = _DATE.fullmatch(value)
    if match is None:
        raise PostError(f"no date: {value[:40]!r}")
    if not match[2]:
        problems.append("date_without_zone")
    try:
        return datetime.fromisoformat(match[1] + (match[2] or "+08:00")).astimezone(BEIJING)
    except (ValueError, OverflowError) as error:
        raise PostError(f"no date: {value[:40]!r}") from error


def _footer(content: str, problems: list[str]) -> tuple[str, tuple[str, str, str] | None]:
    """The content above the footer; the footer's tag, category page and home."""
    above, _, last = content.rpartition("\n\n")
    match = _FOOTER.fullmatch(last)
    if match is None:
        if "blank_after_front_matter" not in problems:
            raise PostError("no footer as last line")
        problems.append("no_footer")
        return content, None
    if match[3] == "\n":
        problems.append("footer_of_two_lines")
    return above, (match[1], match[2], match[4])


def _link(content: str) -> tuple[str, str]:
    body, _, last = content.rpartition("\n\n")
    match = _LINK.fullmatch(last)
    if match is None or not body.strip():
        raise PostError("no closing link below a body")
    return body, match[1]


def _digest(body: str) -> tuple[str, str]:
    if not body.startswith("> "):
        return "", body
    digest, _, rest = body[2:].partition("\n\n")
    return markdown.unescape(digest), rest


def _another_article(identifier: str, link: str) -> bool:
    ours, theirs = _LONG_NUMBER.findall(identifier), _LONG_NUMBER.findall(link)
    return bool(ours and theirs) and ours[0] not in theirs
