"""Reads the file of a post of any version; also posts of the old archive, which have another form."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from archiver.normalise.zone import BEIJING
from archiver.posts import formats, front_matter, markdown
from archiver.posts.footer import Footer, find_footer, parse_footer
from archiver.posts.name import parse_name
from archiver.posts.post import StoredPost

_LINK = re.compile(r"<(https?://[^<>\s]+)>")
_CR_ENDS_FIRST_LINE = re.compile(r"[^\r\n]*\r")
_LONG_NUMBER = re.compile(r"(?<!\d)\d{18}(?!\d)", re.ASCII)
_NO_FOOTER = Footer("", "", "", "")


class PostError(ValueError):
    """A text is not a complete post."""


def read(text: str, name: str) -> StoredPost:
    """Reads the post in a file with this name; ``problems`` lists differences from the form of its version.

    Raises ``PostError`` for a text that is not a complete post: front matter without the keys that every
    version needs, an empty title, an invalid date, a day other than that of the name, a missing link at the
    end, a missing footer, or NUL characters. Only posts of the old archive, which have a blank line after the
    front matter, may lack the footer; so a cut file that this archiver wrote is always detected. Text that
    was added anywhere, and what editors do to line ends, is no damage: the problem ``edited``.
    """
    problems: list[str] = []
    day, identifier = _day_and_id(name)
    text = _without_marks(text, problems)
    lines, content = _split(text, problems)
    version, fields = _recognise(lines, problems)
    content = _without_blank(content, problems)
    fields["date"] = date = _in_beijing(fields["date"], problems)
    if f"{date:%Y-%m-%d}" != day:
        raise PostError(f"the file name has the day {day}, the front matter {date:%Y-%m-%d}")
    fields |= _content_fields(content, problems)
    if _another_article(identifier, fields["link"]):
        problems.append("link_of_another_article")
    if fields["back_label"] and fields["tag"] not in fields["back_label"]:
        problems.append("footer_of_another_tag")
    return StoredPost(**fields, id=identifier, version=version, problems=tuple(problems))


def _day_and_id(name: str) -> tuple[str, str]:
    parts = parse_name(name)
    if parts is None:
        raise PostError("the file name is not <yyyy-mm-dd>-<id>.md")
    return parts


def _without_marks(text: str, problems: list[str]) -> str:
    """The text without a byte order mark and with LF."""
    if "\0" in text:
        raise PostError("it has NUL characters")
    unmarked = text.removeprefix("\ufeff")
    if _CR_ENDS_FIRST_LINE.match(unmarked):
        unmarked = unmarked.replace("\r\n", "\n").replace("\r", "\n")
    if unmarked != text:
        problems.append("edited")
    return unmarked


def _split(text: str, problems: list[str]) -> tuple[str, str]:
    """The lines between the fences, and the content after them."""
    if text.startswith("\n---\n"):
        problems.append("blank_before_front_matter")
        text = text[1:]
    start = 0 if text.startswith("---\n") else text.find("\n---\n") + 1
    end = text.find("\n---\n", start + 3)
    if not text.startswith("---\n", start) or end < 0:
        raise PostError("there is no front matter")
    if start:
        problems.append("edited")
    return text[start + 4 : end + 1], text[end + 5 :]


def _recognise(lines: str, problems: list[str]) -> tuple[int | None, dict[str, Any]]:
    try:
        form, is_exact, fields = formats.recognise(front_matter.load(lines))
    except ValueError as error:
        raise PostError(str(error)) from error
    if not is_exact:
        problems.append("other_keys")
    return (form.version if is_exact else None), fields


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


def _content_fields(content: str, problems: list[str]) -> dict[str, str]:
    """The fields of the content below the front matter."""
    content, footer = _footer(content, problems)
    body, link = _link(content, problems)
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
    if footer is None and (found := find_footer(content)):
        problems.append("edited")
        above, footer = found
    if footer is None:
        if "blank_after_front_matter" not in problems:
            raise PostError("the last line is not a footer")
        problems.append("no_footer")
        return content, _NO_FOOTER
    if footer.two_lines:
        problems.append("footer_of_two_lines")
    return above, footer


def _link(content: str, problems: list[str]) -> tuple[str, str]:
    """The content above the link, and the link."""
    body, _, last = content.rpartition("\n\n")
    match = _LINK.fullmatch(last)
    if match is None:
        for match in _LINK.finditer(content):  # the last one: a body has none
            body = content[: match.start()]
        problems.append("edited")
    if match is None or not body.strip():
        raise PostError("there is no link between body and footer")
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
