"""What a failed download means for its article: one ArticleError for each status and exception."""

from __future__ import annotations

import os
import re
import ssl

import aiohttp
from scrapy import exceptions as scrapy_errors
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped, StorageError
from archiver.fetch.connections import HeadersTooLarge, ProxyRefused, UnreadableResponse, causes
from archiver.fetch.resolver import PrivateAddress
from archiver.safe_text import redact

PROBLEM = "archiver_problem"
"""``Request.meta``: the ArticleError that a middleware found in the response."""

_FULL = frozenset({200, 203})
"""Statuses of a response with a whole page. 203: it was changed on its way, for example by a proxy."""

_BY_STATUS: dict[int, ArticleError] = {
    204: Quarantined("empty", "the response has status 204 (no content)"),
    404: Skipped("gone", "the response has status 404"),
    410: Skipped("gone", "the response has status 410"),
    451: Skipped("legal_451", "the response has status 451 (unavailable for legal reasons)"),
    401: Deferred("forbidden", "the response has status 401"),
    403: Deferred("forbidden", "the response has status 403"),
}

_WITHOUT_PAGE = {
    201: "something was created",
    202: "the page is not ready yet",
    205: "no content",
    206: "a part of the page",
    207: "the statuses of several resources",
    208: "listed before",
    226: "changes to an earlier page",
}
"""Successful statuses of responses that do not have the page."""

_RETRYABLE = frozenset({"empty", "incomplete", "checksum", "bad_encoding"})
"""Reasons of quarantined articles for which another attempt may help. They are not deferred, because they
often stay the same in the next run."""


def of_response(response: Response) -> ArticleError | None:
    """Why a response has no page to read; None if it has one."""
    problem: ArticleError | None = response.meta.get(PROBLEM)
    return problem or of_status(response)


def of_status(response: Response) -> ArticleError | None:
    """None for the statuses of a response with a page."""
    if response.status in _FULL:
        return None
    if not 0 <= response.status <= 999:
        return Deferred("protocol", f"{str(response.status)[:40]} is not a valid status")
    if known := _BY_STATUS.get(response.status):
        return known
    words = _WITHOUT_PAGE.get(response.status)
    detail = f"the response has status {response.status} ({words})" if words else response.url
    return Deferred(f"status_{response.status}", detail)


def of_reading(why: ArticleError) -> ArticleError:
    """Defers a page that was cut off: the next run requests it again. A wrong page stays quarantined."""
    return Deferred(why.reason, why.detail) if why.reason == "json_cut" else why


def of_failure(failure: Failure) -> ArticleError:
    """The problem that an errback receives; raises as :func:`of_error` does."""
    return of_error(failure.value)


def of_error(error: BaseException | None) -> ArticleError:
    """The problem of a request without a response. Raises a StorageError unchanged: it ends the whole run."""
    if isinstance(error, StorageError):
        raise error
    if isinstance(error, ArticleError):
        return error
    if isinstance(error, scrapy_errors.DownloadCancelledError):
        return Quarantined("too_big", "the response is larger than DOWNLOAD_MAXSIZE")
    if isinstance(error, scrapy_errors.IgnoreRequest):
        return Deferred("ignored", str(error))
    return _of_connection(error) if error else Deferred("download")


def is_retryable(problem: ArticleError) -> bool:
    """Whether another attempt within minutes may help."""
    if isinstance(problem, Deferred):
        return problem.reason not in ("interrupted", "tls_untrusted")
    return isinstance(problem, Quarantined) and problem.reason in _RETRYABLE


def _of_connection(error: BaseException) -> ArticleError:
    chain = list(causes(error))
    for cause in chain:
        if isinstance(cause, PrivateAddress):
            return Quarantined("private_address", str(cause))
        if isinstance(cause, HeadersTooLarge):
            return Quarantined("headers", str(cause))
        if isinstance(cause, UnreadableResponse):
            return Deferred("protocol", str(cause))
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Deferred("tls_untrusted", f"the certificate is refused: {_verify_message(cause)}")
    reason = _reason_of(chain)
    return Deferred(reason, _sentence(reason, chain) or described(error))


_SENTENCES = {
    "dns": "the name {name} cannot be resolved ({why})",
    "refused": "{name}:{port} refuses the connection",
    "unreachable": "{name}:{port} cannot be reached ({why})",
}


def _sentence(reason: str, chain: list[BaseException]) -> str:
    """Why there is no connection to a host; empty for any other error."""
    for cause in chain:
        if reason in _SENTENCES and isinstance(cause, aiohttp.ClientConnectorError):
            system = cause.os_error
            number = system.errno or 0  # negative if a name was not resolved
            why = os.strerror(number) if number > 0 else system.strerror or str(system)
            return _SENTENCES[reason].format(name=cause.host, port=cause.port, why=why)
    return ""


_OBJECT = re.compile(r" ?(?:\bssl:)?(?:<[^<>]* at 0x[0-9a-fA-F]+>|\bssl:\w+)")
"""What a library shows of its own objects in an error, such as ``ssl:<ssl.SSLContext object at 0x7f12>``."""


def described(error: BaseException) -> str:
    """The error for a person: its kind and text, without objects of the program."""
    return redact(f"{type(error).__name__}: {_OBJECT.sub('', str(error))}".removesuffix(": "))


def _verify_message(error: BaseException) -> str:
    """OpenSSL's reason, such as ``certificate has expired``."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        error = error.certificate_error
    return getattr(error, "verify_message", "") or str(error)


_KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "dns"),
    (TimeoutError, "timeout"),
    (aiohttp.ClientProxyConnectionError, "proxy"),
    (ProxyRefused, "proxy"),
    (ssl.SSLError, "tls"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "reset"),
    (aiohttp.ServerDisconnectedError, "reset"),
    (scrapy_errors.ResponseDataLossError, "short_body"),
    (aiohttp.ClientConnectorError, "unreachable"),
    (aiohttp.ClientOSError, "reset"),
    (aiohttp.ClientError, "protocol"),
)
"""Type of the exception or of one of its causes → reason. The first matching row decides."""


def _reason_of(chain: list[BaseException]) -> str:
    if any(isinstance(cause, aiohttp.ClientPayloadError) and _RESET in str(cause) for cause in chain):
        return "reset"  # aiohttp gives the cause only in the text
    for kind, reason in _KINDS:
        if any(isinstance(cause, kind) for cause in chain):
            return reason
    return "download"


_RESET = "ConnectionResetError"
