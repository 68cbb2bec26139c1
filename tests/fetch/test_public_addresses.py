"""Which addresses are public: the table of the archiver, compared with the registries and with Python's table."""

from __future__ import annotations

import random
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest

from archiver.fetch.public_addresses import NOT_PUBLIC_V4, NOT_PUBLIC_V6, TRANSLATED, Address, is_public

PRIVATE = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.0.1 172.16.0.1
    172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1
    203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 100::1 100:0:0:1::1 64:ff9b:1::1 64:ff9b:1:ffff:: 1fff:ffff:: 2001::1 2001:1::1 2001:2::1 2001:10::1
    2001:20::1 2001:1ff:ffff:: 2001:db8::1 2001:db8:ffff:: 3fff::1 3fff:fff:: 4000::1 5f00::1 fc00::1 fdff::1
    fe80::1 febf::1 fec0::1 feff::1 ff02::1 ff0e::1
"""

CLOUDS = """
    169.254.169.254 169.254.170.2 169.254.169.253 169.254.0.23 192.0.0.192 168.63.129.16 100.100.100.200
    fd00:ec2::254 fd00:ec2::23 fd20:ce::254 fd00:42::42 fe80::a9fe:a9fe
"""
"""Metadata of AWS, Azure, Google, Oracle, Alibaba, Tencent, DigitalOcean, Scaleway …"""

PUBLIC = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 93.184.216.34 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
    168.63.129.15 168.63.129.17 169.253.0.1 172.15.255.255 172.32.0.1 183.136.162.242 192.0.1.1 192.169.0.1
    198.17.255.255 198.20.0.1 223.255.255.255
    2000::1 2001:200::1 2001:4860:4860::8888 2001:db7::1 2001:db9::1 2400:3200::1 2606:4700::1 2a00::1
    3ffe:ffff::1 3fff:1000::1
"""


@pytest.mark.parametrize("address", [*PRIVATE.split(), *CLOUDS.split()])
def test_special_addresses_and_the_metadata_of_clouds_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC.split())
def test_other_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


def mapped(inner: IPv4Address) -> str:
    return f"::ffff:{inner}"


def nat64(inner: IPv4Address) -> str:
    return f"64:ff9b::{inner}"


def sixtofour(inner: IPv4Address) -> str:
    return f"2002:{int(inner) >> 16:x}:{int(inner) & 0xFFFF:x}::1"


def isatap(inner: IPv4Address) -> str:
    return f"2606:4700::200:5efe:{inner}"


def isatap_local(inner: IPv4Address) -> str:
    return f"2606:4700::5efe:{inner}"


@pytest.mark.parametrize("form", [mapped, nat64, sixtofour, isatap, isatap_local])
def test_an_ipv4_address_inside_an_ipv6_address_decides(form: object) -> None:
    assert callable(form)
    for text in [*PRIVATE.split(), *CLOUDS.split(), *PUBLIC.split()]:
        inner = ip_address(text)
        if isinstance(inner, IPv4Address):
            assert is_public(IPv6Address(form(inner))) is is_public(inner), form(inner)


@pytest.mark.parametrize("inner", ["127.0.0.1", "8.8.8.8"])
def test_teredo_and_compatible_addresses_are_never_public(inner: str) -> None:
    hidden = 0xFFFFFFFF ^ int(IPv4Address(inner))
    assert not is_public(IPv6Address(f"2001:0:808:808::{hidden >> 16:x}:{hidden & 0xFFFF:x}"))
    assert not is_public(IPv6Address(f"::{inner}"))
    assert not is_public(IPv6Address(f"fe80::5efe:{inner}"))


def edges(network: IPv4Network | IPv6Network) -> list[Address]:
    """The first and the last address of a network, and their neighbours outside."""
    kind = type(network.network_address)
    first, last = int(network.network_address), int(network.broadcast_address)
    most = 2**network.max_prefixlen - 1
    return [kind(number) for number in (first - 1, first, last, last + 1) if 0 <= number <= most]


def test_every_address_that_python_takes_for_private_is_not_public_here_either() -> None:
    """Holds with the table of any version of Python: this one may only be stricter."""
    chance = random.Random(7)
    addresses: list[Address] = [
        ip_address(text) for text in [*PRIVATE.split(), *CLOUDS.split(), *PUBLIC.split()]
    ]
    addresses += [edge for network in (*NOT_PUBLIC_V4, *NOT_PUBLIC_V6) for edge in edges(network)]
    addresses += [IPv4Address(chance.getrandbits(32)) for _ in range(20_000)]
    addresses += [IPv6Address(chance.getrandbits(128)) for _ in range(5_000)]
    addresses += [IPv6Address(1 << 125 | chance.getrandbits(125)) for _ in range(20_000)]
    addresses += [IPv6Address(0x2001 << 112 | chance.getrandbits(112)) for _ in range(5_000)]
    translated = [network for network, _ in TRANSLATED]
    wrong = [
        address
        for address in addresses
        if is_public(address)
        and not any(address.version == 6 and address in network for network in translated)
        and (not address.is_global or address.is_multicast or address.is_reserved)
    ]
    assert wrong == []
