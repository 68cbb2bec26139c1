"""The site of the running spider."""

from __future__ import annotations

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from archiver.sites.profile import Profile


def find_site(crawler: Crawler) -> Profile | None:
    """None if the spider is not one of the archiver's, as in ``scrapy shell``."""
    site = getattr(crawler.spider, "site", None)
    return site if isinstance(site, Profile) else None


def site_of(crawler: Crawler) -> Profile:
    """Raises NotConfigured if the spider is not one of the archiver's: Scrapy then omits the component, and
    logs nothing, because there is no message."""
    site = find_site(crawler)
    if site is None:
        raise NotConfigured
    return site
