"""How a page is requested: method, headers and body."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlencode

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from archiver.sites.part import Part, WrongKey
from archiver.sites.patterns import KEY, check_template, fill

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PRINTABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")

_REFUSED = {
    "cookie": "the archiver keeps no session of a site",
    "host": "it is that of the address",
    "user-agent": "write the setting USER_AGENT",
    **dict.fromkeys(
        (
            *("accept-encoding", "connection", "content-length", "expect", "keep-alive", "range", "te"),
            *("if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"),
            *("trailer", "transfer-encoding", "upgrade"),
        ),
        "the archiver sets it itself",
    ),
}
"""Header in small letters → why a profile cannot set it."""

NUMBERS = ("page", "offset")
"""A text in ``json`` that is only one of these in braces becomes a number."""


def _header_name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a header")
    small = name.lower()
    why = "it is for a proxy" if small.startswith("proxy-") else _REFUSED.get(small)
    if why:
        raise ValueError(f"the header {name} cannot be set: {why}")
    return name


def _header_value(value: str) -> str:
    if not _PRINTABLE.fullmatch(value):
        raise ValueError(f"{value!r} is not the value of a header: write printable ASCII characters")
    return value


def _text(said: Any) -> Any:
    return str(said) if isinstance(said, int | float) and not isinstance(said, bool) else said


HeaderName = Annotated[str, AfterValidator(_header_name)]
HeaderValue = Annotated[str, BeforeValidator(_text), AfterValidator(_header_value)]
FormValue = Annotated[str, BeforeValidator(_text)]


class Asking(Part):
    """The request for a page. ``${NAME}`` in an address, a header or a body is a key from the environment."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    PLACES: ClassVar[tuple[str, ...]] = ()
    """The names that addresses and bodies can contain in braces."""
    NEEDS_PLACE: ClassVar[bool] = False
    """Whether the address or the body must contain one of them."""

    method: Literal["GET", "POST"] | None = None
    """None: POST if there is a body, else GET."""
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict)
    form: dict[str, FormValue] = Field(default_factory=dict)
    json_body: Any = Field(default=None, alias="json")

    def keyed_addresses(self) -> Iterator[tuple[str, str]]:
        """Key and template of each address."""
        yield from ()

    @model_validator(mode="after")
    def _check_request(self) -> Self:
        if self.form and self.json_body is not None:
            raise WrongKey("json", "write form or json, not both")
        if self.method == "GET" and self.has_body:
            raise WrongKey("method", "a request with form or json is sent by POST")
        _check_json(self.json_body)
        for key, text in self._body_texts():
            try:
                check_template(text, self.PLACES, keys=True)
            except ValueError as exc:
                raise WrongKey(key, exc) from exc
        return self

    @model_validator(mode="after")
    def _check_addresses(self) -> Self:
        in_body = any(f"{{{name}}}" in text for _, text in self._body_texts() for name in self.PLACES)
        for key, address in self.keyed_addresses():
            if re.match(r"[a-z]+://[^/?#]*\$\{", address, re.IGNORECASE):
                raise WrongKey(key, f"{address!r} has a key in its host")
            try:
                check_template(address, self.PLACES, needs=self.NEEDS_PLACE and not in_body, keys=True)
            except ValueError as exc:
                raise WrongKey(key, exc) from exc
        return self

    def _body_texts(self) -> Iterator[tuple[str, str]]:
        yield from ((f"form.{name}", value) for name, value in self.form.items())
        yield from _texts_in("json", self.json_body)

    @property
    def has_body(self) -> bool:
        return bool(self.form) or self.json_body is not None

    @cached_property
    def is_plain(self) -> bool:
        """Whether this is a GET request with nothing but an address."""
        return not (self.has_body or self.headers or self.keys or self.verb != "GET")

    @property
    def verb(self) -> str:
        return self.method or ("POST" if self.has_body else "GET")

    @cached_property
    def keys(self) -> dict[str, str]:
        """The name of each key from the environment → where the profile has it."""
        headers = ((f"headers.{name}", value) for name, value in self.headers.items())
        texts = [*self.keyed_addresses(), *headers, *self._body_texts()]
        return {name: place for place, text in reversed(texts) for name in KEY.findall(text)}

    def asks_for(self, name: str) -> bool:
        """Whether the request contains ``{name}``."""
        texts = [*self.keyed_addresses(), *self._body_texts()]
        return any(f"{{{name}}}" in KEY.sub("", text) for _, text in texts)

    def payload(self, **values: str | int) -> str:
        """The body of the request. Keys stay as they are written."""
        if self.form:
            pairs = {name: fill(value, **values) for name, value in self.form.items()}
            return urlencode(pairs, safe="${}")
        if self.json_body is None:
            return ""
        return json.dumps(_filled(self.json_body, values), ensure_ascii=False)

    def sent_headers(self) -> dict[str, str]:
        """The headers of the request. A server that compresses its answer could hide a key in it."""
        kind = "application/x-www-form-urlencoded" if self.form else "application/json"
        given = {"Content-Type": kind} if self.has_body else {}
        plain = {"Accept-Encoding": "identity"} if self.keys else {}
        return {**given, **{name.title(): value for name, value in self.headers.items()}, **plain}


def _check_json(said: Any) -> None:
    if said is None:
        return
    if not isinstance(said, dict | list):
        raise WrongKey("json", "write the JSON as keys and values, not as a text")
    try:
        json.dumps(said, allow_nan=False)
    except (TypeError, ValueError) as exc:
        raise WrongKey("json", f"it has a value that JSON does not know; write it in quotes ({exc})") from exc


def _texts_in(key: str, said: Any) -> Iterator[tuple[str, str]]:
    if isinstance(said, str):
        yield key, said
    parts = said.items() if isinstance(said, dict) else enumerate(said) if isinstance(said, list) else ()
    for name, part in parts:
        yield from _texts_in(f"{key}.{name}", part)


def _filled(said: Any, values: dict[str, str | int]) -> Any:
    if isinstance(said, dict):
        return {name: _filled(part, values) for name, part in said.items()}
    if isinstance(said, list):
        return [_filled(part, values) for part in said]
    if not isinstance(said, str):
        return said
    number = next((values[name] for name in NUMBERS if said == f"{{{name}}}" and name in values), None)
    return fill(said, **values) if number is None else number
