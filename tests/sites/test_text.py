"""What a profile may say about a text, and what the bundled one says."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from archiver.normalise import body
from archiver.sites.load import load
from archiver.sites.text import Text


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("colour", "red", "Extra inputs are not permitted"),
        ("credit", "a b", "String should match pattern"),
        ("credit", ".source", "String should match pattern"),
        ("attributes", {"script": {"src": "x"}}, "'script' is no element that a post may hold"),
        ("attributes", {"section": {"id": "x"}}, "'section' is no element that a post may hold"),
        ("attributes", {"*": {"id": "x"}}, "'*' is no element that a post may hold"),
        ("attributes", {"p": {"onclick": ".*"}}, "'onclick' is no attribute that a post may hold"),
        ("attributes", {"p": {"style": ".*"}}, "'style' is no attribute that a post may hold"),
        ("attributes", {"p": {"a b": ".*"}}, "'a b' is no attribute that a post may hold"),
        ("attributes", {"p": {"ID": ".*"}}, "'ID' is no attribute that a post may hold"),
        ("attributes", {"p": {"id": "("}}, "'(' is no regular expression: missing )"),
    ],
)
def test_what_no_post_may_hold_is_refused(key: str, value: Any, told: str) -> None:
    with pytest.raises(ValidationError, match="1 validation error") as refused:
        Text.model_validate({key: value})
    assert told in str(refused.value)


def test_a_site_without_the_key_has_no_credit_and_no_attributes() -> None:
    assert Text().credit == ""
    assert Text().extra_attributes == frozenset()


FINEWS = (
    '<p><span id="stock_1.600000" data-code="1,600000"><a href="http://q.example.com/" data-code="1" '
    'data-code2="2">甲</a></span><img src="http://e.com/x" data-code="1" data-code2="2" '
    'orginial_src="http://e.com/y" /></p>'
)


def test_the_bundled_profile_keeps_the_codes_that_its_texts_hold() -> None:
    extra = load("finews").text.extra_attributes
    assert body.clean(FINEWS, "", extra) == FINEWS
    assert body.clean(FINEWS.replace("stock_1", "top").replace("http://e.com/y", "//y"), "", extra) == (
        FINEWS.replace(' id="stock_1.600000"', "").replace(' orginial_src="http://e.com/y"', "")
    )
    assert body.clean(FINEWS, "") == (
        '<p><span><a href="http://q.example.com/">甲</a></span><img src="http://e.com/x" /></p>'
    )
