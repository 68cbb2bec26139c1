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

# What may leave, and where to: see archiver/fetch/guard.py and archiver/fetch/resolver.py

ARCHIVER_PRIVATE_ADDRESSES = ""  # networks, comma between, that are connected to though not public
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
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # the guard does it for every request
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # takes an outage for leave
    "archiver.fetch.robots.Robots": 100,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,  # there are no secrets to tell
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,  # three attempts in 20 ms
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # delivers what was cut
    "archiver.fetch.retry.Retries": 550,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # drops some without a word
    "archiver.fetch.guard.Redirects": 600,
}
SPIDER_MIDDLEWARES: dict[str, Any] = {
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,  # nobody asks which requests were first
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,  # every status is ours to read
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,  # drops requests without a word
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,  # listings have their own caps
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,  # looks into every request's meta
}
COOKIES_ENABLED = False
REFERER_ENABLED = False
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5
DOWNLOADER_STATS = False  # our handler counts, more cheaply
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
DOWNLOAD_VERIFY_CERTIFICATES = True

# What may come back

DOWNLOAD_TIMEOUT = 15  # all of an attempt: five of them and the waits between are 90 seconds
DNS_TIMEOUT = 10  # of these 15
DOWNLOAD_MAXSIZE = 8 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
RETRY_TIMES = 4
RETRY_HTTP_CODES = [204, 206, 408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526]  # 52x: proxies
ARCHIVER_RETRY_DELAY = 1  # seconds before the second attempt; doubled, and up to half more, for each further
ARCHIVER_RETRY_AFTER_MAX = 60  # a host that asks to be left alone for longer is left to the next run
ARCHIVER_ARTICLE_SECONDS = 90  # what one article may cost in all, at all its hosts
ARCHIVER_BREAKER_FAILURES = 10  # in a row; then a host is only probed, and shut when it stays dead

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
