"""Every setting that differs from Scrapy's own, with its reason, in the order of an article's journey.

``scrapy crawl -s NAME=VALUE`` changes any of them for one run; docs/settings.md lists those of the archiver.
"""

from __future__ import annotations

from typing import Any

BOT_NAME = "finews-archiver"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "archiver.commands.crawl"  # gives exit statuses that mean something

ADDONS = {"archiver.addons.Pace": 100, "archiver.addons.Quiet": 200}

# The archive

ARCHIVER_OUTPUT = "output"
ARCHIVER_SITE_URL = "//finews.withounder.com/"  # the address in footers
ARCHIVER_CONTACT = ""  # a mail address or page for the site's owner, told in every request
ARCHIVER_QUARANTINE_ALLOWANCE = 0.01  # share of the listed articles; more is exit status 4
ARCHIVER_RETRY_ATTEMPTS = 20  # an article that fails so often …
ARCHIVER_RETRY_DAYS = 14  # … for so long is given up; longer than any outage that is mended
ARCHIVER_PROGRESS = True  # a bar, where stderr is a terminal
ARCHIVER_STOP_SECONDS = 5  # after a signal; CI services kill after 7.5

# Asking, politely: speed is the user's explicit choice

ARCHIVER_PROFILE = ""  # "mirror" gives up the politeness, see archiver/addons.py
USER_AGENT = f"{BOT_NAME} (archiver of financial news)"
ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 1
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"  # the newest first, as they are listed
DUPEFILTER_CLASS = (
    "scrapy.dupefilters.BaseDupeFilter"  # the ledger knows what was asked; a filter loses redirects
)

# What may leave, and where to: see docs/fetching.md

ARCHIVER_PRIVATE_ADDRESSES = ""  # networks, comma between, that are connected to though not public
ARCHIVER_RECORDERS: dict[str, int] = {}  # components that record every exchange, by order
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
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # allows too much
    "archiver.fetch.robots.Robots": 100,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # no site needs a password
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # three attempts in 20 ms
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # accepts cut bodies
    "archiver.fetch.retry.Retries": 550,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # drops some silently
    "archiver.fetch.guard.Redirects": 600,
}
SPIDER_MIDDLEWARES: dict[str, Any] = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # nothing asks which requests were first
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # the spiders read every status
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # drops requests silently
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # listings have their own caps
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # costs time
}
COOKIES_ENABLED = False
REFERER_ENABLED = False
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True

# What may come back

DOWNLOAD_TIMEOUT = 15  # seconds for a whole attempt; five of them and the waits between take 90
DNS_TIMEOUT = 10  # part of DOWNLOAD_TIMEOUT
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
RETRY_TIMES = 4
RETRY_HTTP_CODES = [204, 206, 408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526]  # 52x: proxies
ARCHIVER_RETRY_DELAY = 1  # seconds before the second attempt; doubled, and up to half more, for each further
ARCHIVER_RETRY_AFTER_MAX = 60  # a host that asks for a longer pause is left to the next run
ARCHIVER_ARTICLE_SECONDS = 90  # what one article may cost, at all its hosts together
ARCHIVER_BREAKER_FAILURES = 10  # in a row; then a host is only probed, and given up when it stays down

# From answer to post

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
ITEM_PROCESSOR = "archiver.pipelines.Steps"
CONCURRENT_ITEMS = 1  # per response, and ours bring one; Scrapy starts so many tasks for every response

# The run as a whole

EXTENSIONS = {
    "archiver.run.archive_run.ArchiveRun": 100,
    "archiver.fetch.exchange.Recorders": 120,
    "archiver.run.stop.OrderlyStop": 150,
    "archiver.run.progress.Progress": 200,
}
LOG_LEVEL = "WARNING"  # the report says how it went; -L INFO tells the story
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
