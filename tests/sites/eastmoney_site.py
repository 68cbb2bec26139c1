"""The bundled profile ``eastmoney`` and the replica that is its https proxy, for tests."""

from __future__ import annotations

import html
import re
import ssl
from pathlib import Path

import pytest

from archiver.replica import certificates
from archiver.replica.articles import Site
from archiver.replica.eastmoney import Columns
from archiver.replica.eastmoney_server import EastmoneyReplica
from archiver.replica.eastmoney_switches import ODDITIES, Oddity, Switches
from tests.crawling import Run, asked, crawl

LIST = "/comm/web/getNewsByColumns"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    return certificates.context(tmp_path_factory.mktemp("tls"), "127.0.0.1", None)


def columns(articles: int = 60, *, plain: bool = False, **switches: object) -> Columns:
    """The first column has two pages, with the posts of users among the articles."""
    return Columns(Site(articles=articles, plain=True), plain=plain, switches=Switches(**switches))  # type: ignore[arg-type]


def run(
    spider: str,
    archive: Path,
    replica: EastmoneyReplica,
    *options: str,
    site: object = "eastmoney",
    **arguments: object,
) -> Run:
    """The certificate of the replica is not that of the site."""
    options = ("-s", "DOWNLOAD_VERIFY_CERTIFICATES=False", *options)
    return crawl(spider, archive, replica, *options, site=site, **arguments)


def paths(replica: EastmoneyReplica) -> list[str]:
    """What was requested, without the query."""
    return [path.partition("?")[0] for path in asked(replica)]


def odd(oddity: Oddity) -> int:
    """The number of the article that has the oddity."""
    return ODDITIES.index(oddity)


def words(text: str) -> str:
    """Without the blanks between them."""
    return re.sub(r"\s", "", text)


def visible(markup: str) -> str:
    return words(html.unescape(re.sub("<[^>]*>", "", markup)))
