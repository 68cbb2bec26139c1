"""Makes a post from a JSON response with a string template, without any check."""

from __future__ import annotations

from typing import Any

from xpinyin import Pinyin

_PINYIN = Pinyin()


def post_name(answer: dict[str, Any]) -> str:
    return f"{answer['Date'][:10]}-{answer['Id']}.md"


def post_text(answer: dict[str, Any]) -> str:
    slug = _PINYIN.get_pinyin(answer["medianame"], "")
    return (
        f'---\nlayout: post\ntitle: "{answer["Title"]}"\ndate: {answer["Date"]} +0800\n'
        f"categories: {slug}\ntags: {answer['medianame']}新闻\n---\n"
        f"{answer['text']}\n\n"
        f"<http://finews.zning.xyz/html_News/NewsShare.html?infoCode={answer['Id']}>\n\n"
        f"[返回{answer['medianame']}新闻](//finews.withounder.com/category/{slug}.html)"
        "｜[返回首页](//finews.withounder.com/)"
    )
