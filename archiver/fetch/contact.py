"""Tells the site's owner whom to contact."""

from __future__ import annotations

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured


class Contact:
    """A downloader middleware: adds the header ``From`` (RFC 9110 section 10.1.2) to each request."""

    def __init__(self, contact: str) -> None:
        self._contact = contact

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        contact = str(crawler.settings["ARCHIVER_CONTACT"])
        if not contact:
            raise NotConfigured
        return cls(contact)

    def process_request(self, request: Request) -> None:
        request.headers.setdefault("From", self._contact)
