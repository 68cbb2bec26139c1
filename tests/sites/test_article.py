"""The addresses of a step, and the origin of the values that it reads."""

from __future__ import annotations

import pytest

from archiver.extract.article import read_answer
from archiver.items import Evidence
from archiver.sites.load import load, parse
from archiver.sites.profile import Profile
from tests.sites.profiles import changed

D18 = "202202220000000017"


@pytest.fixture(scope="module")
def finews() -> Profile:
    return load("finews")


def test_the_steps_of_finews_give_the_right_addresses(finews: Profile) -> None:
    answer, post_page = finews.steps
    page = f"http://finews.withounder.com/emnews/2022/02/22/{D18}.html"
    assert answer.addresses(D18, D18, "") == [
        f"http://{host}/NewsData/GetNewsText.do?id={D18}"
        for host in ("finews.zning.xyz", "choicewzp1.eastmoney.com")
    ]
    assert post_page.addresses(D18, D18, page) == [page]
    assert post_page.addresses(D18, D18, "") == []
    assert post_page.addresses(D18, D18, f"http://finance.eastmoney.com/a/{D18}.html") == []


@pytest.mark.parametrize(
    "address", ["http://[::1/a", "http://host:99999/", "javascript:x", "/a", "", "http://"]
)
def test_an_invalid_address_is_not_requested(address: str) -> None:
    step = parse(changed("steps.0.urls.0", "{address}"), "mine.yaml").steps[0]
    assert step.addresses("x", "x", address) == []
    assert step.addresses("x", "x", "http://news.example.com/x") == ["http://news.example.com/x"]


@pytest.mark.parametrize("origin", ["answer", "post_page", "api", "a", "page_2", "listings"])
def test_evidence_has_the_name_of_its_step(origin: str) -> None:
    site = parse(changed("steps.0.origin", origin), "mine.yaml")
    assert read_answer('{"text": "<p>甲</p>"}', site.steps[0], site, "x") == {
        "body": Evidence("<p>甲</p>", origin)
    }


def test_a_family_replaces_the_rules_of_the_step_it_names() -> None:
    text = changed("families.0.rules", {"api": {"body": "content"}}).replace("origin: answer", "origin: api")
    site = parse(text, "mine.yaml")
    said = read_answer('{"text": "<p>甲</p>", "content": "<p>乙</p>"}', site.steps[0], site, "x")
    assert said == {"body": Evidence("<p>乙</p>", "api")}
