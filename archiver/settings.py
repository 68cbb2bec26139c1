"""Every setting that differs from Scrapy's own, with its reason, in the order of an article's journey.

``finews crawl -s NAME=VALUE`` changes any of them for one run. Those of the archiver itself, which begin with
``ARCHIVER_``, are in options.py.
"""

from __future__ import annotations

from typing import Any

from archiver import options

globals().update(options.defaults())

BOT_NAME = "finews-archiver"
SPIDER_MODULES = ["spiders"]
COMMANDS_MODULE = "archiver.commands.crawl"  # its exit status gives the result of the run

ADDONS = {
    "archiver.addons.CheckedOptions": 50,
    "archiver.addons.Pace": 100,
    "archiver.addons.Quiet": 200,
}

# Requests: polite by default; ARCHIVER_PACE=full is the user's explicit choice of speed

USER_AGENT = f"{BOT_NAME} (archiver of financial news)"
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # in the order of the listing: newest first
DUPEFILTER_CLASS = (
    "scrapy.dupefilters.BaseDupeFilter"  # the ledger prevents duplicates; a filter would drop redirects
)

# Allowed addresses and requests: see docs/fetching.md

DOWNLOAD_HANDLERS: dict[str, Any] = {
    "http": "archiver.fetch.handler.HttpHandler",
    "https": "archiver.fetch.handler.HttpHandler",
    "file": None,
    "ftp": None,
    "s3": None,
    "data": None,
}
DOWNLOADER_MIDDLEWARES: dict[str, Any] = {
    "archiver.fetch.contact.Contact": 40,
    "archiver.fetch.guard.OriginGuard": 50,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # OriginGuard checks every request
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # allows too much: Robots replaces it
    "archiver.fetch.robots.Robots": 100,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # no site needs a password
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # three attempts in 20 ms
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # accepts cut bodies
    "archiver.fetch.retry.Retries": 550,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # drops some redirects silently
    "archiver.fetch.guard.Redirects": 600,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,  # ignores what it cannot read
    "archiver.fetch.proxies.Proxies": 750,
}
SPIDER_MIDDLEWARES: dict[str, Any] = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # no component reads its mark
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # the spiders handle every status
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # drops requests silently
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # listings have limits of their own
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # costs time
}
COOKIES_ENABLED = False
REFERER_ENABLED = False
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5
DOWNLOADER_STATS = False  # archiver/fetch/traffic.py counts what is really sent, with less CPU time
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True

# Limits of responses

DOWNLOAD_TIMEOUT = 15  # seconds for a whole attempt; five attempts and the delays between them take 90
DNS_TIMEOUT = 10  # part of DOWNLOAD_TIMEOUT
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
RETRY_TIMES = 4
RETRY_HTTP_CODES = [204, 206, 408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526]  # 52x: proxies

# From response to post

ITEM_PIPELINES = {
    "archiver.pipelines.FetchedPipeline": 100,
    "archiver.pipelines.TitlePipeline": 200,
    "archiver.pipelines.DatePipeline": 300,
    "archiver.pipelines.BodyPipeline": 400,
    "archiver.pipelines.SourcePipeline": 500,
    "archiver.pipelines.LinkPipeline": 600,
    "archiver.pipelines.SameAnswerPipeline": 650,
    "archiver.pipelines.PostPipeline": 700,
}
CONCURRENT_ITEMS = 1  # for each response; Scrapy starts as many tasks, and our responses give one item

# The run as a whole

EXTENSIONS = {
    "archiver.run.archive_run.ArchiveRun": 100,
    "archiver.fetch.exchange.Recorders": 120,
    "archiver.run.stop.OrderlyStop": 150,
    "archiver.run.progress.Progress": 200,
}
LOG_LEVEL = "WARNING"  # the report gives the result; -L INFO logs the progress
FEED_EXPORT_ENCODING = "utf-8"
FEED_EXPORT_FIELDS = [
    "id",
    "title",
    "date",
    "date_precise",
    "source",
    "author",
    "category",
    "tag",
    "link",
    "digest",
    "body",
    "origins",
    "notes",
]
