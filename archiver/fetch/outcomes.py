"""What a download without a page means for its article: one ArticleError for each outcome."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import aiohttp
from aiohttp.http_exceptions import LineTooLong
from scrapy import exceptions as scrapy_errors
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped, StorageError
from archiver.fetch.resolver import PrivateAddress

PROBLEM = "archiver_problem"
"""``Request.meta``: the ArticleError of a middleware that has checked the response."""

_BY_STATUS: dict[int, ArticleError] = {
    204: Quarantined("empty", "the site answers 204"),
    404: Skipped("gone", "the site answers 404"),
    410: Skipped("gone", "the site answers 410"),
    451: Skipped("legal_451", "unavailable for legal reasons"),
    401: Deferred("forbidden", "the site answers 401"),
    403: Deferred("forbidden", "the site answers 403"),
}

_PASSING = frozenset({"empty", "incomplete", "checksum", "bad_encoding"})
"""Quarantined, because they often stay the same in the next run; yet the next attempt may be better."""


def of_response(response: Response) -> ArticleError | None:
    """Why a response is no page; None for one that is worth reading."""
    problem: ArticleError | None = response.meta.get(PROBLEM)
    return problem or of_status(response)


def of_status(response: Response) -> ArticleError | None:
    """None for the one status that brings a page: 200."""
    if response.status == 200:
        return None
    if not 0 <= response.status <= 999:
        return Deferred("protocol", f"a status of {str(response.status)[:40]}")
    return _BY_STATUS.get(response.status) or Deferred(f"status_{response.status}", response.url)


def of_reading(why: ArticleError) -> ArticleError:
    """A page that was cut is asked for again by the next run; a page that is wrong is kept for a human."""
    return Deferred(why.reason, why.detail) if why.reason == "json_cut" else why


def of_failure(failure: Failure) -> ArticleError:
    """What an errback received; raises as :func:`of_error`."""
    return of_error(failure.value)


def of_error(error: BaseException | None) -> ArticleError:
    """Raises a StorageError as it is: it ends the run, not an article."""
    if isinstance(error, StorageError):
        raise error
    if isinstance(error, ArticleError):
        return error
    if isinstance(error, scrapy_errors.DownloadCancelledError):
        return Quarantined("too_big", "the answer is larger than DOWNLOAD_MAXSIZE")
    if isinstance(error, scrapy_errors.IgnoreRequest):
        return Deferred("ignored", str(error))
    return _of_connection(error) if error else Deferred("download")


def may_pass(problem: ArticleError) -> bool:
    """Whether asking again within minutes may help."""
    if isinstance(problem, Deferred):
        return problem.reason != "tls_untrusted"
    return isinstance(problem, Quarantined) and problem.reason in _PASSING


def _of_connection(error: BaseException) -> ArticleError:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, PrivateAddress):
            return Quarantined("private_address", str(cause))
        if isinstance(cause, LineTooLong) or "Too many headers" in str(cause):
            return Quarantined("headers", "the answer has more headers than any page needs")
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Deferred("tls_untrusted", "the certificate is not valid for this host")
    return Deferred(_kind_of_loss(causes), f"{type(error).__name__}: {error}")


_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "dns"),
    (TimeoutError, "timeout"),
    (aiohttp.ClientProxyConnectionError, "proxy"),
    (aiohttp.ClientHttpProxyError, "proxy"),
    (ssl.SSLError, "tls"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "reset"),
    (aiohttp.ServerDisconnectedError, "reset"),
    (scrapy_errors.ResponseDataLossError, "short_body"),
    (aiohttp.ClientConnectorError, "unreachable"),
    (aiohttp.ClientOSError, "reset"),
    (aiohttp.ClientError, "protocol"),
)
"""Exception, or one that it was raised from → reason; the first row that matches."""


def _kind_of_loss(causes: list[BaseException]) -> str:
    if any(isinstance(cause, aiohttp.ClientPayloadError) and _RESET in str(cause) for cause in causes):
        return "reset"  # aiohttp says it in the text only
    for kind, reason in _KINDS:
        if any(isinstance(cause, kind) for cause in causes):
            return reason
    return "download"


_RESET = "ConnectionResetError"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__
