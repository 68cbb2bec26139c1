"""Which addresses may be connected to."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest
from aiohttp.resolver import ThreadedResolver

from archiver.errors import BadArgument
from archiver.fetch.resolver import (
    PrivateAddress,
    PublicResolver,
    TimedResolver,
    is_allowed,
    is_odd_address,
)
from archiver.setting_values import networks


def test_only_the_networks_that_the_user_lists_are_allowed() -> None:
    private = networks(["127.0.0.0/8", " 10.1.2.3 ", ""])
    assert is_allowed(ip_address("127.0.0.9"), private)
    assert is_allowed(ip_address("10.1.2.3"), private)
    assert not is_allowed(ip_address("10.1.2.4"), private)
    assert not is_allowed(ip_address("::1"), private)


@pytest.mark.parametrize("written", ["10.0.0.0/33", "localhost", "10.0.0"])
def test_an_invalid_network_is_refused_with_the_name_of_the_setting(written: str) -> None:
    with pytest.raises(BadArgument, match="ARCHIVER_PRIVATE_ADDRESSES: "):
        networks([written])


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The results that the system's resolver returns, one after the other."""
    scripted: list[list[str]] = []

    async def resolve(_self: object, host: str, port: int, family: int) -> list[dict[str, object]]:
        return [
            {"hostname": host, "host": address, "port": port, "family": family} for address in scripted.pop(0)
        ]

    monkeypatch.setattr(ThreadedResolver, "resolve", resolve)
    return scripted


def look_up(name: str, resolver: type[TimedResolver] = PublicResolver) -> list[str]:
    async def run() -> list[str]:
        made = PublicResolver(1.0, networks(["127.0.0.2"])) if resolver is PublicResolver else resolver(1.0)
        return [found["host"] for found in await made.resolve(name, 80)]

    return asyncio.run(run())


def test_a_name_that_later_resolves_to_a_private_address_is_refused(results: list[list[str]]) -> None:
    """Faults Q7: each connection goes to an address that was checked for it."""
    results += [["93.184.216.34"], ["127.0.0.1"], ["93.184.216.35"]]
    assert look_up("rebind.example") == ["93.184.216.34"]
    with pytest.raises(PrivateAddress, match=r"rebind\.example resolves to 127\.0\.0\.1"):
        look_up("rebind.example")
    assert look_up("rebind.example") == ["93.184.216.35"]


def test_only_the_public_addresses_of_a_name_are_used(results: list[list[str]]) -> None:
    results += [["::1", "2606:4700::1", "10.0.0.1", "127.0.0.2", "fe80::1%eth0"]]
    assert look_up("mixed.example") == ["2606:4700::1", "127.0.0.2"]


def test_a_proxy_may_have_a_private_address(results: list[list[str]]) -> None:
    results += [["10.0.0.1"]]
    assert look_up("proxy.example", TimedResolver) == ["10.0.0.1"]


def test_a_name_server_without_a_response_is_given_up_after_the_time_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    async def run() -> None:
        await PublicResolver(0.01, []).resolve("silent.example")

    monkeypatch.setattr(ThreadedResolver, "resolve", never)
    with pytest.raises(OSError, match="no name server answered for silent"):
        asyncio.run(run())


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.1"])
def test_ipv4_addresses_in_unusual_forms_are_recognised(host: str) -> None:
    assert is_odd_address(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "a.example", "1.example", "中国", ""])
def test_names_and_plain_addresses_are_not_unusual_forms(host: str) -> None:
    assert not is_odd_address(host)
