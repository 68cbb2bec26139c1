"""Pages that are kept beside a profile, and the articles that the profile made of them.

A page is one gzip file: a line of JSON with ``url``, ``final`` (after redirects), ``status``, ``headers`` and
``fetched``, then the body, byte for byte as it was received, without content coding. An article is one file
of JSON: ``listed``, what the listing said of it, and ``article``, the fields of its post.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from archiver.errors import BadArgument, Deferred
from archiver.items import Listed
from archiver.safe_text import redact_all
from archiver.trying.check import FETCHED, Described, Fetch, plain
from archiver.trying.findings import ArticleFound, SavedArticle

NOT_KEPT = frozenset({"set-cookie", "content-encoding", "transfer-encoding", "connection"})

_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class Pages:
    """The pages in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._asked: dict[str, Response] = {}

    async def fetch(self, url: str, _page_format: str, _described: Described = plain) -> Response:
        """A ``Fetch`` that takes pages from the folder. Raises Deferred and BadArgument."""
        path = self.folder / name_of(url)
        try:
            head, _, body = gzip.decompress(path.read_bytes()).partition(b"\n")
            said = json.loads(head)
            return _response(said, body)
        except FileNotFoundError:
            raise Deferred("not_saved", f"{url} is not in {self.folder}") from None
        except (OSError, EOFError, ValueError, KeyError, TypeError) as exc:
            raise BadArgument(f"{path} is not a saved page: {exc}") from exc

    def recording(self, fetch: Fetch) -> Fetch:
        """The same ``Fetch``; what it returns is kept for :meth:`write`."""

        async def recorded(url: str, page_format: str, described: Described = plain) -> Response:
            more = () if described is plain else (described,)
            self._asked[url] = response = await fetch(url, page_format, *more)
            response.meta.setdefault(FETCHED, datetime.now(UTC))
            return response

        return recorded

    def write(self, articles: list[ArticleFound]) -> int:
        """Writes the pages that were requested, and the articles; returns the number of files."""
        try:
            self.folder.mkdir(exist_ok=True)
            for url, response in self._asked.items():
                (self.folder / name_of(url)).write_bytes(_packed(url, response))
            for found in articles:
                data = {"listed": _as_dict(found.listed), "article": found.values}
                text = json.dumps(redact_all(data), ensure_ascii=False, indent=1)
                (self.folder / f"{found.id}.json").write_text(f"{text}\n", encoding="utf-8")
        except OSError as exc:
            raise BadArgument(f"cannot write {self.folder}: {exc.strerror}") from exc
        return len(self._asked) + len(articles)

    @property
    def has_articles(self) -> bool:
        return any(self.folder.glob("*.json"))

    def articles(self) -> Iterator[SavedArticle]:
        """Raises BadArgument for a file that is not one of an article."""
        for path in sorted(self.folder.glob("*.json")):
            try:
                data = json.loads(path.read_text(encoding="utf-8"))
                yield SavedArticle(Listed(**data["listed"]), dict(data["article"]))
            except (OSError, ValueError, KeyError, TypeError) as exc:
                raise BadArgument(f"{path} is not a saved article: {exc}") from exc


def name_of(url: str) -> str:
    """The name of the file of a page: words of its address, and a hash of the whole."""
    words = _UNSAFE.sub("-", url.partition("://")[2]).strip("-.")[:60].strip("-.")
    return f"{words}-{hashlib.sha256(url.encode()).hexdigest()[:8]}.gz"


def _response(said: dict[str, Any], body: bytes) -> Response:
    headers = Headers({name: [value] for name, value in said["headers"]})
    final = said.get("final", said["url"])
    meta: dict[str, Any] = {FETCHED: datetime.fromisoformat(said["fetched"])}
    if final != said["url"]:
        meta["redirect_urls"] = [said["url"]]
    kind = responsetypes.from_args(headers=headers, url=final, body=body)
    return kind(final, status=said["status"], headers=headers, body=body, request=Request(final, meta=meta))


def _packed(url: str, response: Response) -> bytes:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
        if name.decode("latin-1").lower() not in NOT_KEPT
    ]
    said = {
        "url": url,
        **({"final": response.url} if response.url != url else {}),
        "status": response.status,
        "headers": headers,
        "fetched": response.meta[FETCHED].isoformat(timespec="seconds"),
    }
    head = json.dumps(redact_all(said), ensure_ascii=True).encode()
    return gzip.compress(head + b"\n" + response.body, mtime=0)


def _as_dict(listed: Listed) -> dict[str, Any]:
    return {
        "id": listed.id,
        "category": listed.category,
        "address": listed.address,
        "hints": dict(listed.hints),
        "listing": listed.listing,
    }
