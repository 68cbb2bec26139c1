"""What every invented site has: its pages, and the posts that its profile must give."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from archiver.normalise.slugs import slug_of
from archiver.replica.server import Answer

TITLES = (
    "青禾港新码头试运行，首周吞吐量超过预期",
    "望川城商行下调三年期定存利率",
    "松岭稀土公布季度产量，出口比例回落",
    "云台期货交易所就燕麦合约征求意见",
    "南汀造船厂交付首艘甲醇动力货轮",
    "岚县茶叶拍卖均价创五年新高",
)
PARAGRAPHS = (
    "参加发布会的十二家企业表示，订单已经排到明年第二季度，新增产能主要用于满足沿海三省的需求。",
    "负责人陆文澜在会上介绍，上半年的检修费用比去年同期减少一成，省下的资金用于更换老旧的输送设备。",
    "当地统计部门的数据显示，第三季度相关行业的增加值增长百分之四点二，就业人数连续七个月上升。",
    "分析人士提醒，原料价格在冬季可能再次上涨，中小企业应当提前锁定采购合同，避免被动调价。",
)


def text(number: int, more: str = "") -> str:
    """The paragraphs of an article, as its post has them."""
    first = f"<p>{TITLES[number]}。这是第{number}篇报道。</p>"
    return first + more + "".join(f"<p>{part}</p>" for part in PARAGRAPHS)


def post(number: int, date: str, source: str, link: str, **other: str) -> str:
    """``other``: ``title``, ``category``, ``tag`` or ``body`` that differ from what the number and source give."""
    category, tag = other.get("category", slug_of(source)), other.get("tag", f"{source}新闻")
    home = "//finews.withounder.com/"
    tags = f"[{tag}]" if " " in tag else tag
    return (
        f'---\nlayout: post\ntitle: "{other.get("title", TITLES[number])}"\ndate: {date} +0800\n'
        f"categories: {category}\ntags: {tags}\n---\n{other.get('body', text(number))}\n\n<{link}>\n\n"
        f"[返回{tag}]({home}category/{category}.html)｜[返回首页]({home})"
    )


@dataclass(frozen=True)
class Shape:
    pages: Mapping[str, Answer]
    """Address without the scheme → what the site answers."""
    posts: Mapping[str, str] = field(default_factory=dict)
    """Id → the post."""
    category: str = ""
    status: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    listings: tuple[str, ...] = ()
    """Why listings are incomplete."""


def html(body: str, head: str = "", *, charset: str = "utf-8") -> Answer:
    page = f'<!DOCTYPE html><html><head><meta charset="{charset}">{head}</head><body>{body}</body></html>'
    encoding = "gb18030" if charset.startswith("gb") else charset
    return 200, {"Content-Type": "text/html"}, page.encode(encoding)


def data(value: object, status: int = 200) -> Answer:
    body = json.dumps(value, ensure_ascii=False)
    return status, {"Content-Type": "application/json; charset=utf-8"}, body


def xml(body: str) -> Answer:
    return 200, {"Content-Type": "text/xml; charset=utf-8"}, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


def script(body: str) -> Answer:
    return 200, {"Content-Type": "application/javascript; charset=utf-8"}, body


MISSING: Answer = (404, {}, "")
