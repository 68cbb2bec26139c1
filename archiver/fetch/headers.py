"""Response headers as text."""

from __future__ import annotations

from scrapy.http import Response


def header_values(response: Response, name: str) -> list[str]:
    """The values of all lines with this name, decoded as Latin-1, which has a character for each byte."""
    return [value.decode("latin-1") for value in response.headers.getlist(name)]


def header(response: Response, name: str) -> str:
    """The value of the last header line with this name; empty if there is none."""
    return (response.headers.get(name) or b"").decode("latin-1")
