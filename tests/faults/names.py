"""Name resolution with scripted results, in place of the system's."""

from __future__ import annotations

import json
import socket
import time
from typing import Any

from archiver import settings

ADDRESSES = {
    "public.example": ["127.0.0.2"],
    "private.example": ["127.0.0.3"],
    "metadata.example": ["169.254.169.254"],
    "rebind.example": ["127.0.0.2", "127.0.0.3"],
}
"""Name → the addresses it resolves to, one after the other; the last one stays."""

FAILURES = {
    "unknown.example": socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
    "broken.example": socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
}
SILENT = "silent.example"

_system = socket.getaddrinfo


def look_up(host: str, *arguments: Any, **options: Any) -> Any:
    if host in FAILURES:
        raise FAILURES[host]
    if host == SILENT:
        time.sleep(3)
    addresses = ADDRESSES.get(host, [host])
    return _system(addresses.pop(0) if len(addresses) > 1 else addresses[0], *arguments, **options)


class Scripted:
    """An extension: from the start of the crawl, names are resolved by ``look_up``."""

    def __init__(self) -> None:
        socket.getaddrinfo = look_up


SCRIPTED = (
    "-s",
    "EXTENSIONS=" + json.dumps({**settings.EXTENSIONS, f"{__name__}.{Scripted.__name__}": 1}),
)
"""Options of a crawl that resolves names here."""
