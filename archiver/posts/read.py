"""A post's file, read back: whichever version wrote it, and posts of the old archive as far as they go."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from archiver.normalise.zone import BEIJING
from archiver.posts import formats, front_matter, markdown
from archiver.posts.footer import Footer, parse_footer
from archiver.posts.name import parse_name
from archiver.posts.post import StoredPost

_LINK = re.compile(r"<(https?://[^<>\s]+)>")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{18}(?!\d)", re.ASCII)
_NO_FOOTER = Footer("", "", "", "")


class PostError(ValueError):
    """A text that is no complete post."""


def read(text: str, name: str) -> StoredPost:
    """The post in a file called ``name``; ``problems`` says how it differs from the form of its version.

    Raises ``PostError`` for what is no complete post: front matter without the keys that every version needs,
    an empty title, a date that is none, another day than the name's, no closing link, or no footer where the
    text begins right after the front matter, as ours do: a file that was cut is always noticed.
    """
    problems: list[str] = []
    day, identifier = _day_and_id(name)
    lines, content = _split(text, problems)
    version, fields = _recognise(lines, problems)
    content = _without_blank(content, problems)
    fields["date"] = date = _in_beijing(fields["date"], problems)
    if f"{date:%Y-%m-%d}" != day:
        raise PostError(f"the name says {day}, the date {date:%Y-%m-%d}")
    fields |= _below(content, problems)
    if _another_article(identifier, fields["link"]):
        problems.append("link_of_another_article")
    if fields["back_label"] and fields["tag"] not in fields["back_label"]:
        problems.append("footer_of_another_tag")
    return StoredPost(**fields, id=identifier, version=version, problems=tuple(problems))


def _day_and_id(name: str) -> tuple[str, str]:
    parts = parse_name(name)
    if parts is None:
        raise PostError("the name is not <yyyy-mm-dd>-<id>.md")
    return parts


def _split(text: str, problems: list[str]) -> tuple[str, str]:
    """The lines between the fences, and what follows them."""
    if text.startswith("\n---\n"):
        problems.append("blank_before_front_matter")
        text = text[1:]
    end = text.find("\n---\n", 3)
    if not text.startswith("---\n") or end < 0:
        raise PostError("no front matter")
    return text[4 : end + 1], text[end + 5 :]


def _recognise(lines: str, problems: list[str]) -> tuple[int | None, dict[str, Any]]:
    try:
        version, fields = formats.recognise(front_matter.load(lines))
    except ValueError as error:
        raise PostError(str(error)) from error
    if version is None:
        problems.append("other_keys")
    return version, fields


def _without_blank(content: str, problems: list[str]) -> str:
    if content.startswith("\n"):
        problems.append("blank_after_front_matter")
        return content[1:]
    return content


def _in_beijing(date: datetime, problems: list[str]) -> datetime:
    if date.tzinfo is None:
        problems.append("date_without_zone")
        return date.replace(tzinfo=BEIJING)
    return date.astimezone(BEIJING)


def _below(content: str, problems: list[str]) -> dict[str, str]:
    """The fields of what stands below the front matter."""
    content, footer = _footer(content, problems)
    body, link = _link(content)
    digest, body = _digest(body)
    return {
        "digest": digest,
        "body": body,
        "link": link,
        "page": footer.page,
        "back_label": footer.back_label,
        "home": footer.home,
        "home_label": footer.home_label,
    }


def _footer(content: str, problems: list[str]) -> tuple[str, Footer]:
    """The content above the footer, and the footer."""
    above, _, last = content.rpartition("\n\n")
    footer = parse_footer(last)
    if footer is None:
        if "blank_after_front_matter" not in problems:
            raise PostError("no footer as last line")
        problems.append("no_footer")
        return content, _NO_FOOTER
    if footer.two_lines:
        problems.append("footer_of_two_lines")
    return above, footer


def _link(content: str) -> tuple[str, str]:
    """The content above the closing link, and the link."""
    body, _, last = content.rpartition("\n\n")
    match = _LINK.fullmatch(last)
    if match is None or not body.strip():
        raise PostError("no closing link below a body")
    return body, match[1]


def _digest(body: str) -> tuple[str, str]:
    """The digest, and the body below it."""
    if not body.startswith("> "):
        return "", body
    digest, _, rest = body[2:].partition("\n\n")
    return markdown.unescape(digest), rest


def _another_article(identifier: str, link: str) -> bool:
    ours, theirs = _LONG_NUMBER.findall(identifier), _LONG_NUMBER.findall(link)
    return bool(ours and theirs) and ours[0] not in theirs
