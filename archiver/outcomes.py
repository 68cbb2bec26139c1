"""What a download that brought no page means, in the ledger's words."""

from __future__ import annotations

from collections.abc import Iterator

from OpenSSL import SSL
from scrapy import exceptions as scrapy_errors
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.http import Response
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.protocol import TooManyHeaders

PROBLEM = "archiver_problem"
"""``Request.meta``: why the answer is none, where a middleware has found out; an ArticleError."""

_BY_STATUS: dict[int, ArticleError] = {
    204: Quarantined("empty", "the site answers 204"),
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
    TunnelError: "proxy",
    ConnectError: "unreachable",
}

_PASSING = frozenset({"empty", "incomplete", "checksum", "bad_encoding"})
"""Quarantined, because a rerun alone does not mend them; yet the next attempt may find them mended."""


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
    """What was read is half of it: the next run asks again, where a wrong page is kept for a human."""
    return Deferred(why.reason, why.detail) if why.reason == "json_cut" else why


def of_failure(failure: Failure) -> ArticleError:
    """What an errback received."""
    return of_error(failure.value)


def of_error(error: BaseException | None) -> ArticleError:
    if isinstance(error, ArticleError):
        return error
    if isinstance(error, scrapy_errors.DownloadCancelledError):
        return Quarantined("too_big", "the answer is larger than DOWNLOAD_MAXSIZE")
    if isinstance(error, scrapy_errors.IgnoreRequest):
        if "robots.txt" in str(error):
            return Skipped("robots_txt", "the site's robots.txt forbids this address")
        return Deferred("ignored", str(error))
    return _of_connection(error) if error else Deferred("download")


def may_pass(problem: ArticleError) -> bool:
    """Whether asking again within minutes may help."""
    if isinstance(problem, Deferred):
        return problem.reason != "tls_untrusted"
    return isinstance(problem, Quarantined) and problem.reason in _PASSING


def _of_connection(error: BaseException) -> ArticleError:
    causes = list(_causes(error))
    detail = f"{type(error).__name__}: {error}"
    if any(isinstance(cause, TooManyHeaders) for cause in causes):
        return Quarantined("headers", "the answer has more headers than any page needs")
    for cause in causes:
        if isinstance(cause, VerificationError) or "certificate verify failed" in str(cause):
            return Deferred("tls_untrusted", "the certificate is not valid for this host")
    for kind, reason in _BY_ERROR.items():
        if isinstance(error, kind):
            return Deferred(reason, detail)
    return Deferred(_kind_of_loss(error, causes), detail)


def _kind_of_loss(error: BaseException, causes: list[BaseException]) -> str:
    """How an answer ended that had begun, or should have."""
    if any(isinstance(cause, SSL.Error) for cause in causes):
        return "tls"
    lost = [cause for cause in causes if isinstance(cause, ConnectionLost | ConnectionDone)]
    if isinstance(error, scrapy_errors.ResponseDataLossError):
        return "reset" if any(isinstance(cause, ConnectionLost) for cause in lost) else "short_body"
    if lost:
        return "reset"
    return "protocol" if isinstance(error, scrapy_errors.DownloadFailedError) else "download"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from, and what Twisted gathered in it."""
    yield error
    if isinstance(error, ResponseFailed):
        for reason in error.reasons:
            yield from _causes(reason.value)
    if error.__cause__ is not None:
        yield from _causes(error.__cause__)
