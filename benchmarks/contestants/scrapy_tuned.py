"""Bare Scrapy without the components that this job does not need: the lower bound for Scrapy."""

from __future__ import annotations

import gc
from typing import Any

from benchmarks.contestants.answers import DEFAULTS, crawl

_DOWNLOADER = "scrapy.downloadermiddlewares"
_SPIDER = "scrapy.spidermiddlewares"

TUNED: dict[str, Any] = DEFAULTS | {
    "CONCURRENT_ITEMS": 1,
    "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
    "DOWNLOAD_HANDLERS": {
        "http": "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler",
        "https": None,
        "file": None,
        "ftp": None,
        "s3": None,
        "data": None,
    },
    "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "MEMUSAGE_ENABLED": False,
    "LOG_ENABLED": False,
    "COOKIES_ENABLED": False,
    "REFERER_ENABLED": False,
    "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",
    "EXTENSIONS": {
        f"scrapy.extensions.{name}": None
        for name in (
            "corestats.CoreStats",
            "logcount.LogCount",
            "memusage.MemoryUsage",
            "logstats.LogStats",
            "spiderstate.SpiderState",
            "closespider.CloseSpider",
            "feedexport.FeedExporter",
        )
    },
    "DOWNLOADER_MIDDLEWARES": {
        f"{_DOWNLOADER}.{name}": None
        for name in (
            "offsite.OffsiteMiddleware",
            "robotstxt.RobotsTxtMiddleware",
            "httpauth.HttpAuthMiddleware",
            "downloadtimeout.DownloadTimeoutMiddleware",
            "defaultheaders.DefaultHeadersMiddleware",
            "useragent.UserAgentMiddleware",
            "retry.RetryMiddleware",
            "redirect.MetaRefreshMiddleware",
            "httpcompression.HttpCompressionMiddleware",
            "redirect.RedirectMiddleware",
            "cookies.CookiesMiddleware",
            "httpproxy.HttpProxyMiddleware",
            "stats.DownloaderStats",
            "httpcache.HttpCacheMiddleware",
        )
    },
    "SPIDER_MIDDLEWARES": {
        f"{_SPIDER}.{name}": None
        for name in (
            "start.StartSpiderMiddleware",
            "httperror.HttpErrorMiddleware",
            "referer.RefererMiddleware",
            "urllength.UrlLengthMiddleware",
            "depth.DepthMiddleware",
            "metacopy.MetaCopyDetectionMiddleware",
        )
    },
}

if __name__ == "__main__":
    gc.freeze()  # objects created at the start are used until the end
    gc.set_threshold(50_000, 50, 50)  # a crawl creates few reference cycles
    crawl(TUNED)
