"""Answers, byte by byte, as the connection gives them to the parser."""

from __future__ import annotations

import pytest
from twisted.internet.testing import StringTransport
from twisted.web._newclient import Request
from twisted.web.http_headers import Headers

from archiver.protocol import MOST_HEADERS, StrictFactory, TooManyHeaders

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def received(*pieces: bytes) -> tuple[StringTransport, list[object]]:
    """The connection after these pieces, and what became of the request."""
    connection = StringTransport()
    protocol = StrictFactory(lambda _: None, "").buildProtocol(None)
    protocol.makeConnection(connection)
    ends: list[object] = []
    asked = Request(b"GET", b"/", Headers({b"Host": [b"site.example"]}), None, persistent=True)
    protocol.request(asked).addBoth(ends.append)
    for piece in pieces:
        if not connection.disconnecting:
            protocol.dataReceived(piece)
    return connection, ends


def test_a_connection_is_kept_after_a_whole_answer() -> None:
    connection, ends = received(ANSWER)
    assert not connection.disconnecting
    assert ends[0].code == 200  # type: ignore[attr-defined]


@pytest.mark.parametrize("rest", [b"\r\n", b"HTTP/1.1 200 OK", ANSWER])
def test_a_connection_on_which_more_follows_is_closed(rest: bytes) -> None:
    connection, ends = received(ANSWER + rest)
    assert connection.disconnecting
    assert ends[0].code == 200  # type: ignore[attr-defined]


def reasons(ends: list[object]) -> list[object]:
    return [reason.value for reason in ends[0].value.reasons]  # type: ignore[attr-defined]


def test_an_answer_with_two_lengths_is_none() -> None:
    connection, ends = received(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nok"
    )
    assert connection.disconnecting
    assert "two lengths" in str(reasons(ends))


@pytest.mark.parametrize("line", [b"X-Header: 1\r\n", b"no colon\r\n", b" continued\r\n", b"X: 1\n"])
def test_headers_without_end_are_not_waited_for(line: bytes) -> None:
    begun = b"HTTP/1.1 200 OK\r\nX-First: 1\r\n"
    connection, ends = received(begun, *[line] * (MOST_HEADERS + 5))
    assert connection.disconnecting
    assert isinstance(reasons(ends)[0], TooManyHeaders)
    connection, ends = received(begun, *[line] * (MOST_HEADERS - 1))
    assert (connection.disconnecting, ends) == (False, [])


def test_a_line_without_end_is_not_waited_for() -> None:
    connection, ends = received(b"HTTP/1.1 200 OK\r\n", b"Location: /" + b"a" * 20_000)
    assert connection.disconnecting
    assert isinstance(reasons(ends)[0], TooManyHeaders)
    connection, ends = received(b"HTTP/1.1 " + b"2" * 20_000)
    assert connection.disconnecting
    assert not isinstance(reasons(ends)[0], TooManyHeaders)
