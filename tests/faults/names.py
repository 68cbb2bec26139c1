"""A name server that says what a test wants, in place of the system's."""

from __future__ import annotations

import socket
import time

from archiver.resolver import PublicResolver

ADDRESSES = {
    "public.example": ["127.0.0.2"],
    "private.example": ["127.0.0.3"],
    "metadata.example": ["169.254.169.254"],
    "rebind.example": ["127.0.0.2", "127.0.0.3"],
}
"""Name → what it leads to, one answer after the other; the last one stays."""

FAILURES = {
    "unknown.example": socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
    "broken.example": socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
}
SILENT = "silent.example"

_system = socket.gethostbyname


def look_up(name: str) -> str:
    if name in FAILURES:
        raise FAILURES[name]
    if name == SILENT:
        time.sleep(3)
    if name not in ADDRESSES:
        return _system(name)
    answers = ADDRESSES[name]
    return answers.pop(0) if len(answers) > 1 else answers[0]


class Scripted(PublicResolver):
    """The project's own, with another system below it; addresses are what they are."""

    def install_on_reactor(self) -> None:
        socket.gethostbyname = look_up  # type: ignore[assignment]
        super().install_on_reactor()
