"""How long requests are repeated before any host was reached, and afterwards."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from scrapy import Request
from scrapy.http import Response

from archiver.fetch.outcomes import of_error
from archiver.fetch.retry import SPENT, Retries, RetryPolicy

POLICY = RetryPolicy(4, frozenset({503}), delay=1.0, max_pause=60.0, article_seconds=90.0, max_size=1 << 20)
KEY = ConnectionKey(
    "www.site.example", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None
)

UNKNOWN = aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(-2, "Name or service not known"))
NO_SERVER = aiohttp.ClientConnectorDNSError(KEY, socket.gaierror(-3, "Temporary failure in name resolution"))
SILENT = aiohttp.ClientConnectorDNSError(KEY, OSError("no name server answered for x within 10 s"))
NO_NETWORK = aiohttp.ClientConnectorError(KEY, OSError(101, "Connect call failed ('192.0.2.1', 443)"))
NO_ROUTE = aiohttp.ClientConnectorError(KEY, OSError(113, "Connect call failed ('192.0.2.1', 443)"))
REFUSED = aiohttp.ClientConnectorError(KEY, ConnectionRefusedError(111, "Connect call failed"))
REFUSED.__cause__ = REFUSED.os_error  # as aiohttp raises it

CASES = [
    (UNKNOWN, 0.0, "no network: the name www.site.example cannot be resolved (Name or service not known)"),
    (NO_SERVER, 0.0, "no network: the name www.site.example cannot be resolved (Temporary failure in name "
     "resolution)"),
    (SILENT, 10.0, "no network: the name www.site.example cannot be resolved (no name server answered for x "
     "within 10 s)"),
    (NO_NETWORK, 0.0, "no network: www.site.example:443 cannot be reached (Network is unreachable)"),
    (NO_ROUTE, 3.0, "no network: www.site.example:443 cannot be reached (No route to host)"),
    (REFUSED, 0.0, "no host of the site was reached: www.site.example:443 refuses the connection"),
]  # fmt: skip
"""Error, seconds that each attempt takes, and the sentence of the report."""


def retries() -> Retries:
    """With a queue that waits for nothing: the seconds are counted in the request."""
    admission: Any = SimpleNamespace(queue=SimpleNamespace(after_seconds=lambda request, _seconds: request))
    return Retries(POLICY, admission, count=str)


def spent(
    on: Retries, error: Exception, seconds: float, url: str = "http://www.site.example/a"
) -> tuple[int, float]:
    """The attempts, and the seconds with the delays, until a request is given up."""
    request: Any = Request(url, callback=print)
    attempts = total = 0
    while request is not None:
        attempts += 1
        total = request.meta[SPENT] = request.meta.get(SPENT, 0.0) + seconds
        request = on.process_exception(request, error)
    return attempts, total


@pytest.mark.parametrize(("error", "seconds", "sentence"), CASES)
def test_a_run_that_reaches_no_host_gives_up_within_ten_seconds(
    error: Exception, seconds: float, sentence: str
) -> None:
    made = retries()
    attempts, first = spent(made, error, seconds)
    assert attempts == (1 if seconds > 5 else 2 if seconds else 3)
    assert first <= 10.0
    assert made.first_contact.sentence == sentence
    assert spent(made, error, seconds, "http://other.example/") == (1, seconds)
    assert made.first_contact.sentence == sentence, "the first failure is reported"


@pytest.mark.parametrize(("error", "seconds", "_sentence"), CASES)
def test_a_host_that_fails_later_in_the_run_is_tried_five_times(
    error: Exception, seconds: float, _sentence: str
) -> None:
    made = retries()
    request = Request("http://www.site.example/a", callback=print)
    made.process_response(request, Response(request.url, 404))
    assert spent(made, error, seconds)[0] == 5
    assert made.first_contact.sentence == ""


@pytest.mark.parametrize("other", [TimeoutError(), aiohttp.ServerDisconnectedError(), ConnectionResetError()])
def test_any_other_failure_shows_that_there_is_a_network(other: Exception) -> None:
    made = retries()
    assert spent(made, other, 0.0)[0] == 5
    assert spent(made, UNKNOWN, 0.0)[0] == 5
    assert made.first_contact.sentence == ""


def test_a_response_after_a_failure_ends_the_haste() -> None:
    made = retries()
    spent(made, UNKNOWN, 0.0)
    request = Request("http://other.example/", callback=print)
    made.process_response(request, Response(request.url, 500, request=request))
    assert made.first_contact.sentence == ""
    assert spent(made, UNKNOWN, 0.0)[0] == 5


def test_no_error_shows_an_object_of_the_program() -> None:
    for error, _, _ in CASES:
        assert not {"<", "ClientConnector", "Errno"} & set(of_error(error).detail.split())
        assert "ssl:" not in of_error(error).detail
