"""Which addresses may be connected to."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest
from scrapy.exceptions import UsageError
from twisted.internet import defer
from twisted.internet.error import DNSLookupError

from archiver import resolver
from archiver.resolver import PublicResolver, is_allowed, is_public, networks


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
def test_an_address_that_is_not_public_is_none(address: str) -> None:
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
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))


def test_what_the_user_lists_is_allowed_and_nothing_beside_it() -> None:
    private = networks(["127.0.0.0/8", " 10.1.2.3 ", ""])
    assert is_allowed("127.0.0.9", private)
    assert is_allowed("10.1.2.3", private)
    assert not is_allowed("10.1.2.4", private)
    assert not is_allowed("::1", private)


@pytest.mark.parametrize("written", ["10.0.0.0/33", "localhost", "10.0.0"])
def test_a_network_that_is_none_is_told(written: str) -> None:
    with pytest.raises(UsageError, match="ARCHIVER_PRIVATE_ADDRESSES: "):
        networks([written])


class Reactor:
    """What the resolver never comes to need here."""


class Scripted(PublicResolver):
    answers: list[str]

    def look_up(self, name: str, timeout: Sequence[int] = ()) -> defer.Deferred[str]:  # noqa: ARG002
        return defer.succeed(self.answers.pop(0))


def scripted(*answers: str, proxies: frozenset[str] = frozenset()) -> Scripted:
    made = Scripted(Reactor(), 0, 1.0, [ip_network("127.0.0.2")], proxies)
    made.answers = list(answers)
    return made


def outcome(found: defer.Deferred[str]) -> object:
    results: list[object] = []
    found.addBoth(results.append)
    return results[0]


def test_a_name_that_changes_its_mind_is_refused_the_second_time() -> None:
    """Q7: every connection is made to an address that was checked for it."""
    names = scripted("93.184.216.34", "127.0.0.1", "93.184.216.35")
    assert outcome(names.getHostByName("rebind.example")) == "93.184.216.34"
    failure = outcome(names.getHostByName("rebind.example"))
    assert isinstance(failure.value, DNSLookupError)  # type: ignore[attr-defined]
    assert resolver.refused == {"rebind.example": "127.0.0.1"}
    assert outcome(names.getHostByName("rebind.example")) == "93.184.216.35"
    assert resolver.refused == {}


def test_the_proxy_is_found_wherever_it_is() -> None:
    names = scripted("10.0.0.1", proxies=frozenset({"proxy.example"}))
    assert outcome(names.getHostByName("proxy.example")) == "10.0.0.1"


def test_proxies_of_every_spelling_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("http_proxy", "http://user:word@Proxy.example:3128/")
    monkeypatch.setenv("https_proxy", "10.0.0.1:3128")
    assert resolver.proxy_hosts() == {"proxy.example", "10.0.0.1"}
