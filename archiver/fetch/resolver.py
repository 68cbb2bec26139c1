"""Resolves the names of hosts to public addresses only, unless the user allows others.

A name is resolved for each connection, and the connection goes to the address that was checked here. A name
server that returns another address the next time cannot bypass the check (faults Q5 to Q8).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from socket import AddressFamily, inet_aton

from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from archiver.fetch.public_addresses import Address, is_public

Network = IPv4Network | IPv6Network


class PrivateAddress(OSError):
    """A name resolves only to addresses that are not public."""


class TimedResolver(ThreadedResolver):
    """The system's resolver with a time limit. For proxies: the user chose them, at any address."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises OSError if the name cannot be resolved within the time limit."""
        try:
            return await asyncio.wait_for(super().resolve(host, port, family), self._seconds)
        except TimeoutError as exc:
            raise OSError(f"no name server answered for {host} within {self._seconds:g} s") from exc


class PublicResolver(TimedResolver):
    """For hosts: without the addresses that are not public."""

    def __init__(self, seconds: float, private: Sequence[Network]) -> None:
        super().__init__(seconds)
        self._private = private

    async def resolve(
        self, host: str, port: int = 0, family: AddressFamily = AddressFamily.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises PrivateAddress, or OSError as the base class does."""
        found = await super().resolve(host, port, family)
        public = [one for one in found if self._is_allowed(one["host"])]
        if found and not public:
            raise PrivateAddress(f"{host} resolves to {found[0]['host']}, which is not public")
        return public

    def _is_allowed(self, address: str) -> bool:
        return is_allowed(ip_address(address.partition("%")[0]), self._private)


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
