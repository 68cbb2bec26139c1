"""The JSON response of the text service for one article."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from archiver.replica.oddities import Oddity

if TYPE_CHECKING:
    from archiver.replica.articles import Article, Site


def text_answer(site: Site, index: int) -> bytes | None:
    """The response body of ``GetNewsText.do``; None for an article that the service no longer has."""
    article = site.article(index)
    if article.oddity is Oddity.GONE:
        return None
    fields: dict[str, Any] = {
        "Id": article.info_code,
        "Title": site.title(index),
        "Date": clock(article),
        "medianame": article.source,
    }
    if article.emnews:
        fields |= {"docreader": site.digest(index), "url": article.link}
    fields = _odd_fields(article.oddity, fields)
    fields["content" if article.content else "text"] = site.body(index).html
    return as_json(fields)


def _odd_fields(oddity: Oddity | None, fields: dict[str, Any]) -> dict[str, Any]:
    if oddity is Oddity.HALF_FILLED:
        return fields | {"Title": "", "Date": ""}
    if oddity is Oddity.ONLY_TEXT:
        return {}
    if oddity is Oddity.SOURCE_LINKED:
        return {key: value for key, value in fields.items() if key != "medianame"}
    if oddity is Oddity.KEYS_LOWER:
        return {key.lower(): value for key, value in fields.items()}
    if oddity is Oddity.KEYS_UPPER:
        return {key.upper(): value for key, value in fields.items()}
    return fields


def clock(article: Article) -> str:
    """The local time of the article, in the vendor's format."""
    return f"{article.date:%Y-%m-%d %H:%M:%S}"


def as_json(value: dict[str, Any]) -> bytes:
    """UTF-8, without spaces after commas and colons."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
