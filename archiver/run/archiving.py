"""Whether a crawl fills the archive, or only tries a page."""

from __future__ import annotations

from scrapy import Spider
from scrapy.crawler import Crawler

from archiver.fetch.site import find_site


def archives(crawler: Crawler) -> bool:
    """Whether a spider of the archiver runs, and no command of Scrapy's that tries a page.

    ``parse``, ``fetch``, ``view`` and ``check`` replace the ``start`` of the spider's class by their own
    request; ``shell`` makes the spider after the extensions. The spider of ``site-check`` has
    ``archives = False``.
    """
    is_ours = find_site(crawler) is not None and getattr(crawler.spider, "archives", True)
    return is_ours and not _is_replaced(crawler.spider)


def _is_replaced(spider: Spider | None) -> bool:
    return type(spider).start.__module__.startswith("scrapy.commands.") if spider else False
