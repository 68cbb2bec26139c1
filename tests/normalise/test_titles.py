"""Versions of one title are alike; notices and titles of other articles are not."""

from __future__ import annotations

import time

import pytest

from archiver.normalise.titles import are_alike

ONE = "临江省发布十二项措施支持中小企业数字化转型"


@pytest.mark.parametrize(
    "other",
    [
        ONE,
        "临江省发布12项措施支持中小企业数字化转型",
        "临江省发布十二项措施支持中小企业数字化转型（附全文）",
        "临江省出台措施支持中小企业转型",
        "快讯：临江省发布十二项措施支持中小企业数字化转型",
        "临江省发布十二项措施…",
    ],
)
def test_an_edited_title_is_alike(other: str) -> None:
    assert are_alike(ONE, other)
    assert are_alike(other, ONE)


@pytest.mark.parametrize(
    "other",
    [
        "系统繁忙，请稍后再试",
        "该文已被删除",
        "远岑股份：预计上半年净利润增长三成",
        "北向资金全天净流入超八十亿元",
        "404 Not Found",
        "",
    ],
)
def test_the_title_of_another_article_or_a_notice_is_not_alike(other: str) -> None:
    assert not are_alike(ONE, other)


def test_long_titles_are_compared_quickly() -> None:
    began = time.process_time()
    assert not are_alike("甲乙" * 500_000, "丙丁" * 500_000)
    assert time.process_time() - began < 2
