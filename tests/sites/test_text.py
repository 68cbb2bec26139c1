"""The section ``text`` of a profile: what it may contain, and what the finews profile contains."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from archiver.normalise import body
from archiver.sites.load import load
from archiver.sites.text import Text


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("colour", "red", "Extra inputs are not permitted"),
        ("credit", "a b", "String should match pattern"),
        ("credit", ".source", "String should match pattern"),
        ("attributes", {"script": {"src": "x"}}, "'script' is not an element that a post may contain"),
        ("attributes", {"section": {"id": "x"}}, "'section' is not an element that a post may contain"),
        ("attributes", {"*": {"id": "x"}}, "'*' is not an element that a post may contain"),
        ("attributes", {"p": {"onclick": ".*"}}, "'onclick' is not an attribute that a post may contain"),
        ("attributes", {"p": {"style": ".*"}}, "'style' is not an attribute that a post may contain"),
        ("attributes", {"p": {"a b": ".*"}}, "'a b' is not an attribute that a post may contain"),
        ("attributes", {"p": {"ID": ".*"}}, "'ID' is not an attribute that a post may contain"),
        ("attributes", {"p": {"id": "("}}, "'(' is not a regular expression: missing )"),
    ],
)
def test_elements_and_attributes_that_a_post_must_not_contain_are_refused(
    key: str, value: Any, message: str
) -> None:
    with pytest.raises(ValidationError, match="1 validation error") as refused:
        Text.model_validate({key: value})
    assert message in str(refused.value)


def test_the_defaults_are_no_credit_and_no_attributes() -> None:
    assert Text().credit == ""
    assert Text().extra_attributes == frozenset()


FINEWS = (
    '<p><span id="stock_1.600000" data-code="1,600000"><a href="http://q.example.com/" data-code="1" '
    'data-code2="2">甲</a></span><img src="http://e.com/x" data-code="1" data-code2="2" '
    'orginial_src="http://e.com/y" /></p>'
)


def test_the_finews_profile_keeps_the_codes_in_its_texts() -> None:
    extra = load("finews").text.extra_attributes
    assert body.clean(FINEWS, "", extra) == FINEWS
    assert body.clean(FINEWS.replace("stock_1", "top").replace("http://e.com/y", "//y"), "", extra) == (
        FINEWS.replace(' id="stock_1.600000"', "").replace(' orginial_src="http://e.com/y"', "")
    )
    assert body.clean(FINEWS, "") == (
        '<p><span><a href="http://q.example.com/">甲</a></span><img src="http://e.com/x" /></p>'
    )
