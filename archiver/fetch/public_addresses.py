"""Which IP addresses are public: a table of our own, the same with every version of Python.

Sources: IANA's special-purpose address registries for IPv4 and IPv6 (RFC 6890), and the addresses at which
clouds offer the secrets of a machine to programs on it (faults Q5 to Q8).
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # shared by providers; Alibaba Cloud's metadata at 100.100.100.200
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's metadata
        "169.254.0.0/16",  # link-local; metadata of most clouds at 169.254.169.254 and 169.254.170.2
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # protocol assignments; Oracle Cloud's metadata at 192.0.0.192
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4, deprecated
        "192.168.0.0/16",  # private use
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

GLOBAL_UNICAST = IPv6Network("2000::/3")
"""The only part of IPv6 that is assigned to hosts. Outside it are loopback, link-local and private addresses
(among them the metadata of AWS at fd00:ec2::254 and of Google at fd20:ce::254), and multicast."""

NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)

_LOW = 0xFFFFFFFF


def _low_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & _LOW)


def _sixtofour(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) >> 80 & _LOW)


TRANSLATED: tuple[tuple[IPv6Network, Callable[[IPv6Address], IPv4Address]], ...] = (
    (IPv6Network("::ffff:0:0/96"), _low_bits),  # IPv4-mapped
    (IPv6Network("64:ff9b::/96"), _low_bits),  # NAT64
    (IPv6Network("2002::/16"), _sixtofour),  # 6to4
)
"""Networks whose addresses lead to the IPv4 address that they contain: they are public if that one is.

The other forms that contain an IPv4 address, Teredo and IPv4-compatible (::/96), are refused as a whole."""

_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
"""The third 32 bits of an address whose last 32 bits are an IPv4 address (RFC 5214), in any network."""


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_V4)
    for network, inner in TRANSLATED:
        if address in network:
            return is_public(inner(address))
    if address not in GLOBAL_UNICAST or any(address in network for network in NOT_PUBLIC_V6):
        return False
    return int(address) >> 32 & _LOW not in _ISATAP or is_public(_low_bits(address))
