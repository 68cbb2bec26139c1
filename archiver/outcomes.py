"""What a download that brought no page means, in the ledger's words."""

from __future__ import annotations

from scrapy import exceptions as scrapy_errors
from scrapy.http import Response
from twisted.internet.error import ConnectionDone, ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.middlewares import RefusedAddress

_BY_STATUS: dict[int, ArticleError] = {
    404: Skipped("gone", "the site answers 404"),
    410: Skipped("gone", "the site answers 410"),
    451: Skipped("legal_451", "unavailable for legal reasons"),
    401: Deferred("forbidden", "the site answers 401"),
    403: Deferred("forbidden", "the site answers 403"),
}

_BY_ERROR: dict[type[Exception], str] = {
    scrapy_errors.DownloadConnectionRefusedError: "refused",
    scrapy_errors.CannotResolveHostError: "dns",
    scrapy_errors.DownloadTimeoutError: "timeout",
    scrapy_errors.ResponseDataLossError: "short_body",
    ConnectionLost: "reset",
    ConnectionDone: "reset",
    ResponseFailed: "reset",
}


def of_status(response: Response) -> ArticleError | None:
    """None for the one status that brings a page: 200."""
    if response.status == 200:
        return None
    return _BY_STATUS.get(response.status) or Deferred(f"status_{response.status}", response.url)


def of_failure(failure: Failure) -> ArticleError:
    """What an errback received."""
    error = failure.value
    if isinstance(error, RefusedAddress):
        return Quarantined(error.reason, str(error))
    if isinstance(error, scrapy_errors.DownloadCancelledError):
        return Quarantined("too_big", "the answer is larger than DOWNLOAD_MAXSIZE")
    if isinstance(error, scrapy_errors.IgnoreRequest):
        if "robots.txt" in str(error):
            return Skipped("robots_txt", "the site's robots.txt forbids this address")
        return Deferred("ignored", str(error))
    for kind, reason in _BY_ERROR.items():
        if isinstance(error, kind):
            return Deferred(reason, str(error))
    return Deferred("download", f"{type(error).__name__}: {error}")
