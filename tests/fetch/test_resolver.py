"""Which addresses may be connected to."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest
from aiohttp.resolver import ThreadedResolver

from archiver.errors import BadArgument
from archiver.fetch import resolver
from archiver.fetch.resolver import (
    PrivateAddress,
    PublicResolver,
    is_allowed,
    is_odd_address,
    is_public,
)
from archiver.setting_values import networks


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "100::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2002:c0a8:101::",
        "2001::7f00:1",
    ],
)
def test_private_and_reserved_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "93.184.216.34",
        "183.136.162.242",
        "172.32.0.1",
        "192.169.0.1",
        "100.128.0.1",
        "2606:4700::1",
        "::ffff:1.1.1.1",
    ],
)
def test_global_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


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


def look_up(name: str, *, proxies: frozenset[str] = frozenset()) -> list[str]:
    async def run() -> list[str]:
        resolver = PublicResolver(1.0, networks(["127.0.0.2"]), proxies)
        return [found["host"] for found in await resolver.resolve(name, 80)]

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
    assert look_up("proxy.example", proxies=frozenset({"proxy.example"})) == ["10.0.0.1"]


def test_a_name_server_without_a_response_is_given_up_after_the_time_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    async def run() -> None:
        await PublicResolver(0.01, [], frozenset()).resolve("silent.example")

    monkeypatch.setattr(ThreadedResolver, "resolve", never)
    with pytest.raises(OSError, match="no name server answered for silent"):
        asyncio.run(run())


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.1"])
def test_ipv4_addresses_in_unusual_forms_are_recognised(host: str) -> None:
    assert is_odd_address(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "a.example", "1.example", "中国", ""])
def test_names_and_plain_addresses_are_not_unusual_forms(host: str) -> None:
    assert not is_odd_address(host)


def test_proxy_hosts_are_read_from_addresses_with_and_without_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("http_proxy", "http://user:word@Proxy.example:3128/")
    monkeypatch.setenv("https_proxy", "10.0.0.1:3128")
    assert resolver.proxy_hosts() == {"proxy.example", "10.0.0.1"}
