"""Sites whose lists are JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

from archiver.replica.server import Answer
from tests.sites.real.shapes import TITLES, Shape, data, html, post, script, text

NOON = 1789704000
"""2026-09-18 12:00 in China, in seconds since 1970."""


def caixin() -> Shape:
    """Articles at the hosts of the channels, one row of a radio; a lead and a picture before the text."""
    channels = ("economy", "finance")
    links = [f"https://{name}.caixin.com/2026-09-18/10236123{n}.html" for n, name in enumerate(channels)]
    rows = [
        {"title": TITLES[n], "url": link, "time": (NOON + 60 * n) * 1000} for n, link in enumerate(links)
    ] + [{"title": "音频", "url": "https://fm.caixin.com/2026-09-18/102361237.html", "time": NOON * 1000}]
    lead = '<div id="subhead">导语：码头与银行。</div>'
    media = '<div class="media pip"><img src="//img.caixin.com/{}.jpg"></div>'
    pages = {
        "gateway.caixin.com/api/dataplatform/scroll/index": data({"code": 0, "data": {"articleList": rows}})
    }
    posts = {}
    for n, link in enumerate(links):
        pages[link.removeprefix("https://")] = html(
            f'<div id="conTit"><h1>{TITLES[n]}\n<i class="lock"></i></h1><div class="artInfo" id="artInfo">2026年09月18日 12:0{n} '
            f'来源于 <a href="http://www.caixin.com/">财新网</a></div></div>{lead}<div id="the_content">{media.format(n)}'
            f'<div class="text" id="Main_Content_Val">{text(n)}</div></div><div class="pip_none">[责任编辑]</div>',
            f"<title>{TITLES[n]}_频道_财新网</title>",
        )
        picture = f'<div class="media pip"><img src="https://img.caixin.com/{n}.jpg" /></div>'
        body = f'<div>导语：码头与银行。</div>{picture}<div class="text">{text(n)}</div>'
        posts[f"10236123{n}"] = post(n, f"2026-09-18 12:0{n}:00", "财新网", link, body=body)
    return Shape(pages, posts, reasons={"skipped/not_ours": 1})


def csrc() -> Shape:
    """The whole text in the list; the site credits nobody."""
    rows = [
        {
            "title": TITLES[n],
            "content": "纯文本",
            "contentHtml": text(n),
            "publishedTime": (NOON + n) * 1000,
            "publishedTimeStr": "2026-09-18 12:00:00",
            "url": f"http://www.csrc.gov.cn/csrc/c100028/c75{n}0001/content.shtml",
            "manuscriptId": f"75{n}0001",
        }
        for n in range(2)
    ]
    path = "www.csrc.gov.cn/searchList/a1a078ee?_isAgg=true&_isJson=true&_pageSize=18&page="
    return Shape(
        {
            path + "1": data({"data": {"total": 2, "results": rows}}),
            path + "2": data({"data": {"results": []}}),
        },
        {
            f"75{n}0001": post(n, f"2026-09-18 12:00:0{n}", "样例证监会", rows[n]["url"], category="csrc")
            for n in range(2)
        },
        category="公告",
    )


def em724() -> Shape:
    """Flash news: the text is in the list, and a cursor names the next page."""

    def page(numbers: list[int], end: str) -> Answer:
        rows = [
            {
                "code": f"20260918387880010{n}",
                "title": TITLES[n],
                "summary": f"【{TITLES[n]}】{TITLES[n]}，PE<15且PB>1。",
                "showTime": f"2026-09-18 17:44:2{n}",
            }
            for n in numbers
        ]
        return data({"code": "1", "data": {"sortEnd": end, "fastNewsList": rows}})

    path = "np-weblist.eastmoney.com/comm/web/getFastNewsList?client=web&biz=web_724&fastColumn=102&pageSize=2&req_trace=1&sortEnd="
    posts = {}
    for n in range(3):
        code = f"20260918387880010{n}"
        posts[code] = post(
            *(n, f"2026-09-18 17:44:2{n}", "东方财富快讯", f"https://finance.eastmoney.com/a/{code}.html"),
            body=f"<p>【{TITLES[n]}】{TITLES[n]}，PE&lt;15且PB&gt;1。</p>",
            category="em724",
        )
    return Shape({path: page([0, 1], "1789"), f"{path}1789": page([2], "")}, posts)


def sina() -> Shape:
    return _sina(lambda value: data(value))


def sina_jsonp() -> Shape:
    def wrapped(value: object) -> Answer:
        return script(f"try{{feedCardJsonpCallback({json.dumps(value)});}}catch(e){{}};")

    return _sina(wrapped)


def _sina(answer: Callable[[object], Answer]) -> Shape:
    """Articles at the hosts of the channels, one of them with http; two templates of the page."""
    hosts = ("news.sina.com.cn", "finance.sina.com.cn", "tech.sina.com.cn")
    ids = [f"doc-iihnzahi327570{n}" for n in range(3)]
    links = [f"https://{host}/c/2026-09-18/{ids[n]}.shtml" for n, host in enumerate(hosts)]
    rows = [
        {"title": TITLES[n], "url": link, "intime": str(NOON + n + 20), "media_name": "云台时报"}
        for n, link in enumerate(links)
    ]
    pages = {
        f"feed.mix.sina.com.cn/api/roll/get?pageid=153&lid=2516&num=50&page={number}": answer(
            {"result": {"status": {"code": 0}, "total": 3, "data": part}}
        )
        for number, part in ((1, rows[:2]), (2, rows[2:]), (3, []))
    }
    junk = '<p class="article-editor">责任编辑：戊</p><div class="appendQr_wrap"><p>扫码关注</p></div>'
    for n, link in enumerate(links):
        place = "article" if n else "artibody"
        pages[link.removeprefix("https://")] = html(
            f'<h1 class="main-title">{TITLES[n]}</h1><div class="date-source"><span class="date">2026年09月18日 12:00</span>'
            f'<a class="source">云台时报</a></div><div class="article" id="{place}">{text(n)}<p class="show_author">记者 己</p>{junk}</div>',
            f'<title>{TITLES[n]}_新浪财经_新浪网</title><meta property="article:published_time" content="2026-09-18T12:00:1{n}+08:00">'
            '<meta property="article:author" content="云台时报">',
        )
    return Shape(
        pages,
        {ids[n]: post(n, f"2026-09-18 12:00:1{n}", "云台时报", link) for n, link in enumerate(links)},
        category="财经",
    )


def sohu() -> Shape:
    """Addresses without a scheme; a label inside the heading; lines of the editor in the text."""
    ids = [f"81234567{n}_119097" for n in range(2)]
    rows = [
        {
            "id": 812345670 + n,
            "title": TITLES[n],
            "link": f"www.sohu.com/a/{ids[n]}",
            "publicTime": NOON * 1000,
        }
        for n in range(2)
    ]
    pages = {
        "v2.sohu.com/author-page-api/author-articles/pc/119097": data(
            {"code": 200, "data": {"pcArticleVOS": rows}}
        )
    }
    posts = {}
    picture = '<p><img src="https://p0.itc.cn/a.jpeg" /></p>'
    for n, name in enumerate(ids):
        pages[f"www.sohu.com/a/{name}"] = html(
            f'<div class="text-title"><h1>{TITLES[n]}<span class="article-tag">原创</span></h1><span class="time" id="news-time">'
            f'2026-09-18 12:0{n}</span></div><span data-role="original-link">来源:<a>松岭晚报</a></span><article class="article" id="mp-editor">'
            f'<p data-role="original-title">原标题：别的题目</p>{text(n)}<p><img data-src="//p0.itc.cn/a.jpeg"></p>'
            '<p data-role="editor-name">责任编辑：<a id="backsohucom">返回搜狐</a></p></article>',
            f'<title>{TITLES[n]}_样例</title><meta itemprop="datePublished" content="2026-09-18 12:0{n}">',
        )
        posts[name] = post(
            n, f"2026-09-18 12:0{n}:00", "松岭晚报", f"https://www.sohu.com/a/{name}", body=text(n) + picture
        )
    return Shape(pages, posts, category="119097")


def yicai() -> Shape:
    """An array at the root, relative addresses, and a picture that a script loads."""
    rows = [
        {
            "NewsID": 102300001 + n,
            "NewsTitle": TITLES[n],
            "url": f"/news/10230000{n + 1}.html",
            "NewsSource": "第一财经",
            "CreateDate": f"2026-09-18T1{n}:30:00",
        }
        for n in range(2)
    ]
    pages = {
        f"www.yicai.com/api/ajax/getlistbycid?cid=48&page={number}&pagesize=30": data(
            rows if number == 1 else []
        )
        for number in (1, 2)
    }
    posts = {}
    for n in range(2):
        picture = '<p><img data-original="//imgcdn.yicai.com/x.jpg" src="/images/loading.gif"></p>'
        pages[f"www.yicai.com/news/10230000{n + 1}.html"] = html(
            f'<div class="title f-pr"><h1>{TITLES[n]}</h1><p><span class="names">第一财经</span><em>2026-09-18 1{n}:30</em></p></div>'
            f'<div id="multi-text" class="multiText"><div class="intro">导语。</div>{text(n)}{picture}</div>',
            f"<title>{TITLES[n]}</title>",
        )
        posts[f"10230000{n + 1}"] = post(
            *(n, f"2026-09-18 1{n}:30:00", "第一财经", f"https://www.yicai.com/news/10230000{n + 1}.html"),
            body=f'<div class="intro">导语。</div>{text(n)}<p><img src="https://imgcdn.yicai.com/x.jpg" /></p>',
        )
    return Shape(pages, posts, category="48")


def eastmoney() -> Shape:
    """A JSON list, articles as JSON, and as a page where the JSON fails; posts of users in the list."""
    codes = [f"20260918387884047{n}" for n in range(2)]
    rows = [
        {
            "code": code,
            "np_dst": "CMS",
            "showTime": f"2026-09-18 12:00:0{n}",
            "title": TITLES[n],
            "mediaName": "南汀通讯",
            "uniqueUrl": f"http://finance.eastmoney.com/a/{code}.html",
        }
        for n, code in enumerate(codes)
    ]
    user = {
        "code": "20260918171500888123456",
        "np_dst": "CFH",
        "showTime": "2026-09-18 11:00:00",
        "title": "观点",
    }
    user |= {"uniqueUrl": "", "url": "http://caifuhao.eastmoney.com/news/20260918171500888123456"}
    path = (
        "np-listapi.eastmoney.com/comm/web/getNewsByColumns?client=web&biz=web_news_col&column=353&order=1"
        "&page_index={}&page_size=50&req_trace=archiver"
    )
    pages = {
        path.format(1): data({"code": "1", "data": {"totle_hits": 3, "list": [*rows, user]}}),
        path.format(2): data({"code": "1", "data": {"totle_hits": 3, "list": []}}),
    }
    api = "newsinfo.eastmoney.com/kuaixun/v2/api/article/"
    credit = '<p class="em_media">（文章来源：南汀通讯）</p>'
    pages[api + codes[0]] = data(
        {
            "rc": 1,
            "data": {
                "Art_Title": TITLES[0],
                "Art_ShowTime": "2026/09/18 12:00:00",
                "Art_Media_Name": "南汀通讯",
                "Art_Content": text(0) + credit,
            },
        }
    )
    pages[api + codes[1]] = data({"rc": 0, "data": None})
    pages[f"finance.eastmoney.com/a/{codes[1]}.html"] = html(
        f'<div class="contentwrap"><div class="title">{TITLES[1]}</div><div class="infos"><div>2026年09月18日 12:00</div>'
        f'<div>来源：南汀通讯</div></div><div class="txtinfos" id="ContentBody">{text(1)}{credit}<p class="res-edit">（责任编辑：1）</p></div></div>',
        f"<title>{TITLES[1]} _ 东方财富网</title>",
    )
    return Shape(
        pages,
        {
            code: post(
                *(n, f"2026-09-18 12:00:0{n}", "南汀通讯", f"https://finance.eastmoney.com/a/{code}.html"),
                body=text(n) + credit,
            )
            for n, code in enumerate(codes)
        },
        category="353",
        reasons={"skipped/not_ours": 1},
    )
