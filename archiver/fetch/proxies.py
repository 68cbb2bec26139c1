"""Proxies: which one a request is sent through, and which ones cannot be used."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Self
from urllib.parse import quote, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings
from yarl import URL

from archiver.errors import BadArgument
from archiver.safe_text import add_secrets

OF_ENVIRONMENT = "archiver_proxy_of_environment"
"""``Request.meta``: True if the proxy was not set by the user's own code but comes from the environment."""

_AUTHORISED = "archiver_proxy_authorised"
"""``Request.meta``: the proxy that the header ``Proxy-Authorization`` is for."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HOST = re.compile(
    r"""
    ( \[ (?P<v6> [0-9A-Fa-f:.]+ ) \]           # [::1]
    | ( [A-Za-z0-9._-] | [^\W\x00-\x7f] )+     # a name, also of Chinese letters, or an IPv4 address
    )
    ( : (?P<port> [0-9]{1,5} ) )?
    """,
    re.VERBOSE,
)
_AFTER_HOST = re.compile(r"[/?#]")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that can be used."""

    url: str
    """Without user and password."""
    credentials: bytes | None
    """``user:password`` in Base64, for the header ``Proxy-Authorization``."""


def read_proxy(name: str, value: str, encoding: str) -> Proxy:
    """A proxy in the form ``[http://][user[:password]@]host[:port]``.

    The last ``@`` ends the password, so the password may contain any character, as it is or as ``%40``. A
    value with a second meaning is refused: it could send the password to a host that the user did not mean.
    ``name`` is the variable of the environment. Raises BadArgument, without the value, which may contain a
    password.
    """
    value = value.strip()
    scheme = _SCHEME.match(value)
    written = value[scheme.end() :] if scheme else value.removeprefix("//")
    kind = scheme[1].lower() if scheme else "http"
    if kind not in ("http", "https"):
        what = "a SOCKS proxy" if kind.startswith("socks") else "not an http or https proxy"
        raise BadArgument(f"{name} is {what}, which the archiver cannot use: write http://host:port")
    userinfo, at, rest = written.rpartition("@")
    if at:
        add_secrets([value])
        _remember(userinfo)
    host = _AFTER_HOST.split(rest, maxsplit=1)[0]
    if not _is_host(host):
        raise BadArgument(f"{name} cannot be read: write http://host:port, or http://user:password@host:port")
    if at and _has_second_meaning(userinfo):
        raise BadArgument(f"{name} is ambiguous: in the password, write %2F for /, %3F for ? and %23 for #")
    return Proxy(f"{kind}://{host}", _credentials(name, userinfo, encoding))


def _is_host(text: str) -> bool:
    match = _HOST.fullmatch(text)
    if match is None or (match["port"] and not 0 < int(match["port"]) < 65536):
        return False
    try:
        return bool((not match["v6"] or IPv6Address(match["v6"])) and URL(f"http://{text}").host)
    except ValueError:
        return False


def _has_second_meaning(userinfo: str) -> bool:
    """Whether the host could also be what is before the first ``/``, ``?`` or ``#``, as in RFC 3986."""
    first, *others = _AFTER_HOST.split(userinfo, maxsplit=1)
    return bool(others) and _is_host(first.rpartition("@")[2])


def _credentials(name: str, userinfo: str, encoding: str) -> bytes | None:
    """In the encoding ``HTTPPROXY_AUTH_ENCODING``. A part that is left out is empty."""
    user, _, password = userinfo.partition(":")
    if not user and not password:
        return None
    try:
        decoded = unquote(user, errors="strict"), unquote(password, errors="strict")
        secret = ":".join(decoded).encode(encoding)
    except UnicodeError:
        raise BadArgument(
            f"the user or the password of {name} cannot be written in {encoding}: set HTTPPROXY_AUTH_ENCODING"
        ) from None
    if ":" in decoded[0]:
        raise BadArgument(f"the user of {name} contains a colon, which a proxy takes for the end of the user")
    coded = b64encode(secret)
    add_secrets([":".join(decoded), decoded[1] or decoded[0], coded.decode()])
    return coded


def _remember(userinfo: str) -> None:
    """Registers all spellings of the password, or of a user without a password, which is a token."""
    user, _, password = userinfo.partition(":")
    secret = password or user
    known = unquote(secret)
    add_secrets([userinfo, secret, known, quote(known), quote(known, safe="")])


def proxies_of_environment(encoding: str) -> dict[str, Proxy | BadArgument]:
    """Scheme of a request → its proxy, or why that proxy cannot be used; only ``http`` and ``https``."""
    found: dict[str, Proxy | BadArgument] = {}
    for scheme, value in getproxies().items():
        if scheme in ("http", "https"):
            try:
                found[scheme] = read_proxy(f"{scheme}_proxy", value, encoding)
            except BadArgument as why:
                found[scheme] = why
    return found


def refuse_unusable(settings: BaseSettings, urls: Iterable[str]) -> None:
    """Raises BadArgument if a request to one of these addresses would need a proxy that cannot be used."""
    if not settings.getbool("HTTPPROXY_ENABLED"):
        return
    found = proxies_of_environment(settings["HTTPPROXY_AUTH_ENCODING"])
    for url in urls if found else ():
        if isinstance(why := _chosen(found, url), BadArgument):
            raise why


def _chosen(
    proxies: dict[str, Proxy | BadArgument], url: str, is_excluded: Callable[[str], object] = proxy_bypass
) -> Proxy | BadArgument | None:
    """The environment's proxy for an address, unless ``no_proxy`` excludes its host."""
    parts = urlsplit(url)
    proxy = proxies.get(parts.scheme)
    return proxy if proxy and parts.hostname and not is_excluded(parts.hostname) else None


class Proxies:
    """A downloader middleware in the place of Scrapy's ``HttpProxyMiddleware``, with the same rules.

    Scrapy's drops a password without a user, fails if there is a user without a password, ignores a value
    that it cannot read (requests are then sent without a proxy), and sends HTTP to SOCKS proxies.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self._found = proxies_of_environment(encoding)
        # Each call reads the whole environment, which takes a tenth of the function calls of an article.
        self._is_excluded = lru_cache(maxsize=1000)(proxy_bypass)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("HTTPPROXY_ENABLED"):
            raise NotConfigured
        return cls(crawler.settings["HTTPPROXY_AUTH_ENCODING"])

    def process_request(self, request: Request) -> None:
        """Raises BadArgument if the proxy cannot be used."""
        proxy = self._proxy_for(request)
        if proxy:
            use_proxy(request, proxy)
        elif dict.__contains__(request.headers, b"Proxy-Authorization"):
            del request.headers["Proxy-Authorization"]

    def _proxy_for(self, request: Request) -> Proxy | None:
        meta = request.meta
        if "proxy" in meta:
            own = meta["proxy"]
            return read_proxy("Request.meta['proxy']", own, self._encoding) if own else None
        proxy = _chosen(self._found, request.url, self._is_excluded) if self._found else None
        if isinstance(proxy, BadArgument):
            raise proxy.with_traceback(None)
        if proxy:
            meta[OF_ENVIRONMENT] = True
        return proxy


def use_proxy(request: Request, proxy: Proxy) -> None:
    """A ``Proxy-Authorization`` that the request already has stays with the proxy that it was set for."""
    meta = request.meta
    if proxy.credentials:
        request.headers["Proxy-Authorization"] = b"Basic " + proxy.credentials
    elif meta.get(_AUTHORISED, proxy.url) != proxy.url:
        request.headers.pop("Proxy-Authorization", None)
    meta["proxy"] = meta[_AUTHORISED] = proxy.url
