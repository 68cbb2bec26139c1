"""Where names lead: nowhere that is not public, unless the user says so.

A name is resolved once for each connection, and what was checked here is what is connected to: a name server
that answers differently the second time changes nothing (faults Q5 to Q8).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Self
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")

refused: dict[str, str] = {}
"""Name → the address it led to when it was last refused: Twisted passes on no more than "not found"."""

stated: set[str] = set()
"""Addresses that the origins of the run's profile are written with: whoever writes them means them."""


class PublicResolver(CachingThreadedResolver):
    """Scrapy's own, of whose answers only public addresses pass; it is asked for addresses, too.

    The proxies of the environment are the user's own word. What lies behind a proxy, it looks up itself.
    """

    def __init__(
        self,
        reactor: Any,
        cache_size: int,
        timeout: float,
        private: Sequence[Network],
        proxies: frozenset[str],
    ) -> None:
        super().__init__(reactor, cache_size, timeout)
        self._private = private
        self._proxies = proxies

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        settings = crawler.settings
        return cls(
            reactor,
            settings.getint("DNSCACHE_SIZE") if settings.getbool("DNSCACHE_ENABLED") else 0,
            settings.getfloat("DNS_TIMEOUT"),
            networks(settings.getlist("ARCHIVER_PRIVATE_ADDRESSES")),
            proxy_hosts(),
        )

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802
        found = self.look_up(name, timeout)
        return found if name in self._proxies else found.addCallback(self._check, name)

    def look_up(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:
        return super().getHostByName(name, timeout)

    def _check(self, address: str, name: str) -> str:
        is_stated = name == address and name in stated
        if not is_stated and not is_allowed(address, self._private):
            refused[name] = address
            raise DNSLookupError(f"{name} leads to {address}, which is not public")
        refused.pop(name, None)
        return address


def networks(written: Iterable[str]) -> list[Network]:
    """Raises UsageError, in words."""
    try:
        return [ip_network(text.strip(), strict=False) for text in written if text.strip()]
    except ValueError as exc:
        raise UsageError(f"ARCHIVER_PRIVATE_ADDRESSES: {exc}", print_help=False) from exc


def state(hosts: Iterable[str]) -> None:
    """Lets the addresses among ``hosts`` be connected to, asked for as they are: no name may lead there."""
    for host in hosts:
        with suppress(ValueError):
            stated.add(str(ip_address(host)))


def proxy_hosts() -> frozenset[str]:
    """The hosts of ``http_proxy`` and its kind in the environment."""
    urls = (url if "//" in url else f"//{url}" for url in getproxies().values())
    return frozenset(urlsplit(url).hostname or "" for url in urls)


def is_open(host: str, private: Iterable[Network]) -> bool:
    """Whether a host is an address that may be connected to; not so for a name, wherever it leads."""
    try:
        return host in stated or is_allowed(host, private)
    except ValueError:
        return False


def is_allowed(address: str, private: Iterable[Network]) -> bool:
    """Whether a connection may go to this address."""
    found = ip_address(address)
    return is_public(found) or any(found in network for network in private)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Also of the IPv4 address that an IPv6 one stands for."""
    if isinstance(address, IPv6Address) and (inner := _embedded(address)):
        return is_public(inner)
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
