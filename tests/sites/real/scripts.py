"""Sites whose data stands in scripts, and sites that cannot be read."""

from __future__ import annotations

import json

from archiver.replica.server import Answer
from tests.sites.real.shapes import TITLES, Shape, data, html, post, text


def ifeng() -> Shape:
    """The list and the articles stand in ``var allData = {…}``; a video among the parts of the text."""
    ids = ("8abKNyg6PU9", "8abXmYoC6f0")
    stream = [
        {
            "id": name,
            "title": TITLES[n],
            "url": f"https://news.ifeng.com/c/{name}",
            "newsTime": f"2026-09-18 12:00:0{n}",
        }
        for n, name in enumerate(ids)
    ]

    def page(value: object, title: str) -> Answer:
        script = (
            f"<script>\nvar allData = {json.dumps(value, ensure_ascii=False)};\n var adData = {{}};</script>"
        )
        return html('<div id="root"></div>', f"<title>{title}</title>{script}")

    pages = {"news.ifeng.com/shanklist/3-35191-/": page({"nav": [], "newsstream": stream}, "资讯")}
    posts = {}
    for n, name in enumerate(ids):
        parts = [{"type": "video", "data": {"guid": "v1"}}, {"type": "text", "data": text(n)}]
        article = {"title": TITLES[n], "newsTime": f"2026-09-18 12:00:0{n}", "source": "松岭晚报"}
        article |= {"contentData": {"contentList": parts}}
        pages[f"news.ifeng.com/c/{name}"] = page({"docData": article}, f"{TITLES[n]}_样例")
        posts[name] = post(n, f"2026-09-18 12:00:0{n}", "松岭晚报", f"https://news.ifeng.com/c/{name}")
    return Shape(pages, posts)


def cls() -> Shape:
    """The list wants a signature, which no profile can give."""
    refused = data({"errno": 10012, "msg": "签名错误", "data": []})
    return Shape(
        {"www.cls.cn/v3/depth/list/1000": refused}, category="1000", status=5, listings=("not_a_listing",)
    )


def kr36() -> Shape:
    """The list stands in ``window.initialState``; the articles are encrypted there."""
    items = [
        {
            "itemId": 3470000000001 + n,
            "templateMaterial": {"widgetTitle": TITLES[n], "publishTime": (1789704000 + n) * 1000},
        }
        for n in range(2)
    ]

    def page(value: object) -> Answer:
        return html(f"<div id=app></div><script>window.initialState={json.dumps(value)}</script>")

    pages = {
        "www.36kr.com/information/web_news/": page({"information": {"informationList": {"itemList": items}}})
    }
    for n in range(2):
        pages[f"www.36kr.com/p/{3470000000001 + n}"] = page({"state": "UmFuZG9tIGJ5dGVz", "isEncrypt": True})
    return Shape(pages, status=4, reasons={"quarantined/not_an_article": 2})


def pbc() -> Shape:
    """A script sets a cookie and loads the page again: only a browser gets the list."""
    wall = (
        '<html><head><script>eval(function(p,a,c,k,e,d){}("wzwschallenge"));document.cookie="wzws_sid=1";'
        "location.reload();</script></head><body></body></html>"
    )
    pages = {
        "www.pbc.gov.cn/goutongjiaoliu/113456/113469/index.html": (200, {"Content-Type": "text/html"}, wall)
    }
    return Shape(pages, status=5, listings=("no_rows",))


def cls_article() -> Shape:
    """An article of ``cls`` that is asked for by its address: it stands in the element ``__NEXT_DATA__``."""
    article = {"id": 2147001, "title": TITLES[3], "ctime": 1789704000, "content": text(3)}
    article |= {"author": {"name": "财联社 庚"}, "source": {"name": "财联社"}, "images": []}
    state = {
        "props": {"pageProps": {"articleDetail": article}},
        "page": "/detail",
        "query": {"id": "2147001"},
    }
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(state)}</script>'
    page = html(f'<div id="__next"></div>{script}', f"<title>{TITLES[3]}</title>")
    link = "https://www.cls.cn/detail/2147001"
    return Shape(
        {link.removeprefix("https://"): page}, {"2147001": post(3, "2026-09-18 12:00:00", "财联社", link)}
    )
