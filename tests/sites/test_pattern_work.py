"""How the time of a regular expression grows is estimated from its parts."""

from __future__ import annotations

import re
import time
from math import inf

import pytest

from archiver.errors import BadArgument
from archiver.sites.load import load, parse
from archiver.sites.pattern_work import degree
from tests.sites.profiles import changed


@pytest.mark.parametrize(
    ("pattern", "grows"),
    [
        (r"^[a-z]+\.html", 1),
        (r"\d{18}", 1),
        (r"^https?://[^/?#]+/(?:[^/?#]+/)*x", 1),
        (r"^a.*b", 1),
        (r"^a.*b.*c", 2),
        (r"a.*b.*c", 3),
        (r"^(?:ab|cd)+x", 1),
        (r"^[a-z]++x", 1),
        (r"^(?:\d+,)+x", 1),
        (r"(a+)+$", inf),
        (r"^(?:a|aa)+$", inf),
        (r"^(?:[a-z]+-?)+/", inf),
        (r"^(?:\w+\s?)*$", inf),
        (r"^(x+x+)+y", inf),
        (r"^(?:a?){30}b", inf),
        (r"^(?:a*)*b", inf),
        (r"^(\w)\1+x", inf),
        (r"^(?=(?:a+)+$)", inf),
        (r"^(?i:(?:A|a)+)$", inf),
        (r"^(?:[\u4e00-\u9fff]+[^a]?)+x", inf),
    ],
)
def test_the_growth_of_the_time_is_known(pattern: str, grows: float) -> None:
    assert degree(re.compile(pattern)) == grows


@pytest.mark.parametrize("name", ["finews", "eastmoney"])
def test_hostile_addresses_do_not_delay_a_bundled_profile(name: str) -> None:
    site = load(name)
    assert all(degree(pattern) <= 3 for pattern in site.addresses)
    hostile = ["http://a/" + "a/" * 1000, "http://a.eastmoney.com/news/" + "1" * 2000, "http://" + "a" * 2000]
    hostile.append("http://a/html_News/NewsShare.html?" + "infoCode=" * 220)
    began = time.process_time()
    for address in hostile:
        site.named_by(address)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("families.0.id", r"(?:[A-Z]+\d*)+"),
        ("key", r"(\d+)+x"),
        ("steps.0.address", r"^http://(?:[a-z]+-?)+/"),
        ("text", {"attributes": {"a": {"data-code": r"(?:\w+,?)*"}}}),
    ],
)
def test_a_pattern_that_is_applied_without_a_limit_of_time_is_checked(key: str, value: object) -> None:
    with pytest.raises(BadArgument, match="may take too long on a hostile text"):
        parse(changed(key, value), "mine.yaml")
