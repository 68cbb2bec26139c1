"""Requests that a profile describes: their method, headers and body, and the keys in them.

A key is written ``${NAME}`` in the profile, and stays so in every ``Request`` and ``Response``. Only the
handler replaces it by the value from the environment, on the way to the network.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

from scrapy import Request
from scrapy.http import Response

from archiver.errors import BadArgument
from archiver.safe_text import add_secrets
from archiver.sites.asking import Asking

ASKED = "archiver_asked"
"""``Request.meta``: an ``Asked``. A request that is redirected to another origin has none."""

MIN_KEY = 6
"""Characters. A shorter key could not be told from other words in a log."""


class Asked(NamedTuple):
    keys: tuple[str, ...]
    """The names of the keys that the request may contain."""
    headers: tuple[str, ...]
    """The names of the headers that the profile gives."""


def describe(request: Request, rule: Asking, **values: str | int) -> Request:
    """The request with what the profile says beside the address."""
    if rule.is_plain:
        return request
    asked = Asked(tuple(rule.keys), tuple(rule.headers))
    described = request.replace(method=rule.verb, body=rule.payload(**values))
    described.headers.update(rule.sent_headers())
    described.meta[ASKED] = asked
    return described


def require_keys(names: Mapping[str, str], site: str) -> None:
    """Keeps the keys out of every log and report. ``names``: name → the place in the profile.

    Raises BadArgument if one is not in the environment, or cannot be a key.
    """
    for name, place in names.items():
        value = os.environ.get(name, "")
        if not value:
            raise BadArgument(
                f"{site}: {place}: set the environment variable {name} to the key that it needs"
            )
        if len(value) < MIN_KEY or not re.fullmatch(r"[\x21-\x7e]+", value):
            raise BadArgument(
                f"{site}: {place}: the environment variable {name} is no key: a key has {MIN_KEY} or more "
                "printable ASCII characters without blanks"
            )
        add_secrets(_forms(value).values())


def with_keys(request: Request) -> Request:
    """The request with the values of its keys."""
    asked: Asked | None = request.meta.get(ASKED)
    if not asked or not asked.keys:
        return request
    url, body = request.url, request.body.decode()
    headers = dict(request.headers.to_unicode_dict())
    in_body = "json" if body.startswith(("{", "[")) else "form"
    for name in asked.keys:
        forms = _forms(os.environ.get(name, ""))
        url = url.replace(f"$%7B{name}%7D", forms["url"])
        body = body.replace(f"${{{name}}}", forms[in_body])
        headers = {each: said.replace(f"${{{name}}}", forms["plain"]) for each, said in headers.items()}
    return request.replace(url=url, headers=headers, body=body)


def without_keys(response: Response, request: Request) -> Response:
    """The response with ``${NAME}`` where it repeats a key of its request."""
    asked: Asked | None = request.meta.get(ASKED)
    changes: dict[str, Any] = {}
    for name in asked.keys if asked else ():
        for value in sorted(set(_forms(os.environ.get(name, "")).values()), key=len, reverse=True):
            secret, shown = value.encode(), f"${{{name}}}".encode()
            if value and secret in response.body:
                changes["body"] = response.body.replace(secret, shown)
                response = response.replace(**changes)
            for header, lines in list(response.headers.items()):
                if any(secret in line for line in lines):
                    response.headers[header] = [line.replace(secret, shown) for line in lines]
    return response


def _forms(value: str) -> dict[str, str]:
    """A key as it is written in each part of a request."""
    return {
        "plain": value,
        "url": quote(value, safe=""),
        "form": quote_plus(value),
        "json": json.dumps(value)[1:-1],
    }
