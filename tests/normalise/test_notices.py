"""A notice instead of an article is distinguished from an article with the same words."""

from __future__ import annotations

import pytest

from archiver.errors import ArticleError, Deferred, Quarantined, Skipped
from archiver.normalise.notices import Kind, refuse
from archiver.sites.load import load

NOTICES: dict[Kind, list[str]] = {"retracted": ["已被删除"], "busy": ["系统繁忙"], "wall": ["验证码"]}


@pytest.mark.parametrize(
    ("html", "kind", "reason"),
    [
        ("<p>该文已被删除</p>", Skipped, "retracted"),
        ("<p>系统<b>繁忙</b>，请稍后再试</p>", Deferred, "busy"),
        ("<p>请输入验证码&nbsp;后继续</p>", Quarantined, "wall"),
    ],
)
def test_a_notice_is_refused(html: str, kind: type[ArticleError], reason: str) -> None:
    with pytest.raises(kind) as refused:
        refuse(html, NOTICES)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "html",
    [
        "<p>北向资金净流入达八十亿元。</p>",
        f"<p>{'监管部门要求网站不得滥用验证码。' * 20}</p>",
        "",
    ],
)
def test_an_article_is_not_a_notice(html: str) -> None:
    refuse(html, NOTICES)


def test_the_bundled_profile_recognises_known_notices() -> None:
    with pytest.raises(Skipped):
        refuse("<p>该文已被删除</p>", load("finews").notices)
    with pytest.raises(Deferred):
        refuse("系统繁忙", load("finews").notices)
