"""Resolves names to public addresses only, unless the user allows others.

A name is resolved for each connection, and the connection goes to the address that was checked here. A name
server that returns another address the next time cannot bypass the check (faults Q5 to Q8).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import AddressFamily, inet_aton
from urllib.parse import urlsplit
from urllib.request import getproxies

from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")


class PrivateAddress(OSError):
    """A name resolves only to addresses that are not public."""


class PublicResolver(ThreadedResolver):
    """The system's resolver, without the addresses that are not public.

    The proxies of the environment are accepted at any address, because the user named them. A proxy resolves
    the names of the hosts behind it.
    """

    def __init__(self, seconds: float, private: Sequence[Network], proxies: frozenset[str]) -> None:
        super().__init__()
        self._seconds = seconds
        self._private = private
        self._proxies = proxies

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises PrivateAddress, or OSError if the name cannot be resolved within the time limit."""
        try:
            found = await asyncio.wait_for(super().resolve(host, port, family), self._seconds)
        except TimeoutError as exc:
            raise OSError(f"no name server answered for {host} within {self._seconds:g} s") from exc
        public = [one for one in found if host in self._proxies or self._is_allowed(one["host"])]
        if found and not public:
            raise PrivateAddress(f"{host} resolves to {found[0]['host']}, which is not public")
        return public

    def _is_allowed(self, address: str) -> bool:
        return is_allowed(ip_address(address.partition("%")[0]), self._private)


def proxy_hosts() -> frozenset[str]:
    """The hosts in ``http_proxy`` and similar variables of the environment."""
    urls = (url if "//" in url else f"//{url}" for url in getproxies().values())
    return frozenset(urlsplit(url).hostname or "" for url in urls)


def as_address(host: str) -> Address | None:
    """The IP address in its usual form; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_odd_address(host: str) -> bool:
    """Whether a host is an IPv4 address in an unusual form: 127.1, 0x7f000001, 2130706433 (faults Q5)."""
    try:
        inet_aton(host)
    except (OSError, UnicodeEncodeError):
        return False
    return as_address(host) is None


def is_allowed(address: Address, private: Iterable[Network]) -> bool:
    """Whether a connection may go to this address."""
    return is_public(address) or any(address in network for network in private)


def is_public(address: Address) -> bool:
    """An IPv6 address that contains an IPv4 address is public if the IPv4 address is."""
    if isinstance(address, IPv6Address) and (inner := _embedded(address)):
        return is_public(inner)
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
