"""Scrapy's settings on which a run depends: which values are valid.

Scrapy reads a setting where it uses it, some of them after the archive is open, and fails there.
"""

from __future__ import annotations

import codecs
import json
import logging
import re
import ssl
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final

from archiver.errors import BadArgument
from archiver.setting_values import (
    Read,
    boolean,
    choice,
    line,
    number,
    optional,
    path,
    shown,
    statuses,
    text,
    whole,
)

TLS_VERSIONS: Final = {
    "TLSv1.0": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
"""The values of ``DOWNLOAD_TLS_MIN_VERSION`` and ``DOWNLOAD_TLS_MAX_VERSION``."""


def log_level(name: str, value: Any) -> int | str:
    """The name of a level in capital letters, or its number."""
    word = str(value).strip().upper()
    if word.isascii() and word.isdigit():
        return whole(0)(name, word)  # type: ignore[return-value]  # whole reads integers
    if word not in logging.getLevelNamesMapping():
        raise BadArgument(f"{shown(name, value)}: write DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return word


def log_file(name: str, value: Any) -> str | None:
    if value in (None, ""):
        return None
    file = path(name, value).absolute()
    if file.is_dir() or not file.parent.is_dir():
        raise BadArgument(f"{shown(name, value)}: write the path of a file in a folder that exists")
    return str(file)


def encoding(name: str, value: Any) -> str:
    try:
        "".encode(str(value))
        return codecs.lookup(str(value)).name
    except (LookupError, ValueError) as exc:
        raise BadArgument(f"{shown(name, value)} is not an encoding: write utf-8, for example") from exc


def bind_address(name: str, value: Any) -> tuple[str, int] | None:
    """An address of this machine, alone or in a pair with a port, as ``(address, port)``."""
    if value in (None, ""):
        return None
    try:
        address, port = (value, 0) if isinstance(value, str) else value
        whole(0, 65535)(name, port)
        return str(ip_address(address)), int(port)
    except (TypeError, ValueError, BadArgument) as exc:
        raise BadArgument(f"{shown(name, value)}: write an IP address of this machine") from exc


def ciphers(name: str, value: Any) -> str | None:
    """OpenSSL's list of ciphers."""
    if value in (None, ""):
        return None
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).set_ciphers(value)
    except (TypeError, ssl.SSLError) as exc:
        raise BadArgument(f"{shown(name, value)} names no cipher that OpenSSL knows") from exc
    return str(value)


def feeds(name: str, value: Any) -> dict[str, dict[str, Any]]:
    """Addresses of files, each with its options, also as JSON, in which ``-s`` gives them."""
    wanted = f'{name}: write file names with their format, as {{"items.jsonl": {{"format": "jsonlines"}}}}'
    try:
        found = dict(json.loads(value) if isinstance(value, str) else value)
        feeds = {place: dict(feed) for place, feed in found.items()}
    except (TypeError, ValueError) as exc:
        raise BadArgument(wanted) from exc
    for place, feed in feeds.items():
        if not str(place) or not isinstance(feed.get("format"), str):
            raise BadArgument(wanted)
    return feeds


_TLS = optional(choice(*TLS_VERSIONS))

SCRAPY_SETTINGS: Final[Mapping[str, Read]] = {
    "DOWNLOAD_DELAY": number(0),
    "RANDOMIZE_DOWNLOAD_DELAY": boolean,
    "AUTOTHROTTLE_ENABLED": boolean,
    "AUTOTHROTTLE_START_DELAY": number(0),
    "AUTOTHROTTLE_MAX_DELAY": number(0),
    "AUTOTHROTTLE_TARGET_CONCURRENCY": number(0.001),
    "CONCURRENT_REQUESTS": whole(1),
    "CONCURRENT_REQUESTS_PER_DOMAIN": whole(1),
    "CONCURRENT_ITEMS": whole(1),
    "REACTOR_THREADPOOL_MAXSIZE": whole(1),
    "DOWNLOAD_TIMEOUT": number(0.001),
    "DNS_TIMEOUT": number(0.001),
    "DOWNLOAD_MAXSIZE": whole(1),
    "DOWNLOAD_WARNSIZE": whole(0),
    "DOWNLOAD_FAIL_ON_DATALOSS": boolean,
    "DOWNLOAD_BIND_ADDRESS": bind_address,
    "DOWNLOAD_VERIFY_CERTIFICATES": boolean,
    "DOWNLOAD_TLS_MIN_VERSION": _TLS,
    "DOWNLOAD_TLS_MAX_VERSION": _TLS,
    "DOWNLOADER_CLIENT_TLS_CIPHERS": ciphers,
    "DOWNLOADER_STATS": boolean,
    "HTTPPROXY_ENABLED": boolean,
    "HTTPPROXY_AUTH_ENCODING": encoding,
    "RETRY_TIMES": whole(0),
    "RETRY_HTTP_CODES": statuses,
    "REDIRECT_ENABLED": boolean,
    "REDIRECT_MAX_TIMES": whole(0),
    "ROBOTSTXT_OBEY": boolean,
    "ROBOTSTXT_USER_AGENT": optional(line("one line")),
    "USER_AGENT": line("one line that names the archiver", empty=False),
    "LOG_ENABLED": boolean,
    "LOG_LEVEL": log_level,
    "LOG_FILE": log_file,
    "LOG_FILE_APPEND": boolean,
    "LOG_ENCODING": encoding,
    "LOG_SHORT_NAMES": boolean,
    "LOG_STDOUT": boolean,
    "LOGSTATS_INTERVAL": number(0),
    "STATS_DUMP": boolean,
    "CLOSESPIDER_TIMEOUT": number(0),
    "CLOSESPIDER_TIMEOUT_NO_ITEM": number(0),
    "CLOSESPIDER_ITEMCOUNT": whole(0),
    "CLOSESPIDER_PAGECOUNT": whole(0),
    "CLOSESPIDER_PAGECOUNT_NO_ITEM": whole(0),
    "CLOSESPIDER_ERRORCOUNT": whole(0),
    "MEMUSAGE_ENABLED": boolean,
    "MEMUSAGE_LIMIT_MB": whole(0),
    "MEMUSAGE_WARNING_MB": whole(0),
    "MEMUSAGE_CHECK_INTERVAL_SECONDS": number(0.001),
    "FEEDS": feeds,
    "FEED_EXPORT_ENCODING": optional(encoding),
    "FEED_EXPORT_INDENT": optional(whole(0)),
    "FEED_EXPORT_BATCH_ITEM_COUNT": whole(0),
    "TWISTED_REACTOR": text(
        re.escape("twisted.internet.asyncioreactor.AsyncioSelectorReactor"), "Scrapy's default"
    ),
}
