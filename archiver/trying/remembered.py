"""A ``Fetch`` that requests no address twice, and keeps the responses."""

from __future__ import annotations

from scrapy.http import Response

from archiver.fetch.guard import refusal
from archiver.sites.profile import Profile
from archiver.trying.check import Described, Fetch, plain


class Remembered:
    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self.responses: dict[str, Response] = {}

    async def __call__(self, url: str, page_format: str, described: Described = plain) -> Response:
        if url not in self.responses:
            more = () if described is plain else (described,)
            self.responses[url] = await self._fetch(url, page_format, *more)
        return self.responses[url]

    def within(self, site: Profile) -> Fetch:
        """The same, for the origins of a profile only."""

        async def fetch(url: str, page_format: str, described: Described = plain) -> Response:
            if why := refusal(site, url):
                raise why
            return await self(url, page_format, described)

        return fetch
