"""Sites whose lists are pages in HTML: three newspapers, a portal, and the offices of a government."""

from __future__ import annotations

from archiver.replica.server import Answer
from tests.sites.real.shapes import MISSING, TITLES, Shape, html, post, text

NAVIGATION = '<div class="nav"><a href="/">首页</a> <a href="/money/">财经</a></div>'


def n163() -> Shape:
    """Rows of several channels, each at a host of its own; lines of the editor inside the text."""
    ids = ("GA1B2C3D0001899O", "GA1B2C3D00258105")
    hosts = ("news.163.com", "money.163.com")
    links = [f"https://{host}/26/0918/1{n}/{ids[n]}.html" for n, host in enumerate(hosts)]
    rows = "".join(
        f'<div class="data_row news_article"><a href="{link}"><img src="/i.jpg"></a><div class="news_title">'
        f'<h3><a href="{link}">{TITLES[n]}</a></h3></div><span class="time">2026-09-18 1{n}:20:3{n}</span></div>'
        for n, link in enumerate(links)
    )
    pages = {
        hosts[n] + link.split(hosts[n])[1]: html(
            f'{NAVIGATION}<div id="epContentLeft"><h1>{TITLES[n]}</h1><div class="post_time_source">\n'
            f'　　2026-09-18 1{n}:20:3{n}　来源: <a id="ne_article_source" href="#">青禾日报</a></div>'
            f'<div class="post_text" id="endText"><p class="otitle">（原标题：{TITLES[n]}）</p>{text(n)}'
            '<div class="ep-source"><span>本文来源：青禾日报</span> <span class="ep-editor">责任编辑：顾四_NN01</span></div></div></div>',
            f"<title>{TITLES[n]}_网易新闻</title>",
        )
        for n, link in enumerate(links)
    }
    pages["news.163.com/domestic/"] = html(f'<div class="ndi_main">{rows}</div>')
    return Shape(pages, {ids[n]: post(n, f"2026-09-18 1{n}:20:3{n}", "青禾日报", links[n]) for n in range(2)})


def people() -> Shape:
    """Lists in GB2312 with numbers; articles of two templates; a date without a year in the second list."""
    links = (
        "http://culture.people.com.cn/n1/2019/0615/c1013-31150001.html",
        "http://world.people.com.cn/n1/2024/0424/c1002-40220002.html",
    )

    def page(link: str, title: str, when: str) -> Answer:
        row = f'<li><a href="{link}" target="_blank">{title}</a> <em>{when}</em></li>'
        return html(f'<div class="ej_list_box clear"><ul>{row}</ul></div>', charset="gb2312")

    old = (
        f'<div class="clearfix w1000_320 text_title"><h1>{TITLES[0]}</h1><div class="box01"><div class="fl">'
        '2019年06月15日08:18　　来源：<a href="#">松岭晚报</a></div></div></div>'
        f'<div class="box_con" id="rwb_zw">{text(0)}<div class="edit">(责编：甲、乙)</div></div>'
    )
    new = (
        f'<div class="layout rm_txt"><div class="col"><h1>{TITLES[1]}</h1><div class="channel"><div class="col-1-1">'
        '2024年04月24日20:11 | 来源：<a href="#">云台时报</a></div></div>'
        f'<div class="rm_txt_con cf"><div class="bza"><p>小字号</p></div>{text(1)}<div class="edit">(责编：丙)</div></div></div></div>'
    )
    pages = {
        **{f"culture.people.com.cn/GB/87423/index{number}.html": MISSING for number in (3, 4)},
        "culture.people.com.cn/GB/87423/index1.html": page(
            "/n1/2019/0615/c1013-31150001.html", TITLES[0], "2019年06月15日08:18"
        ),
        "culture.people.com.cn/GB/87423/index2.html": page(links[1], TITLES[1], "04月24日20:11"),
        links[0].removeprefix("http://"): html(
            NAVIGATION + old, f"<title>{TITLES[0]}--文化--样例网</title>", charset="gb2312"
        ),
        links[1].removeprefix("http://"): html(NAVIGATION + new, f"<title>{TITLES[1]}--国际--样例网</title>"),
    }
    posts = {
        "c1013-31150001": post(0, "2019-06-15 08:18:00", "松岭晚报", links[0]),
        "c1002-40220002": post(1, "2024-04-24 20:11:00", "云台时报", links[1]),
    }
    return Shape(pages, posts, category="87423")


def xinhua() -> Shape:
    link = "http://www.xinhuanet.com/world/2026-09/18/c_1120000001.htm"
    row = f'<li class="clearfix"><h3><a href="{link}">{TITLES[2]}</a></h3><span class="time">2026-09-18</span></li>'
    page = (
        f'{NAVIGATION}<div class="header"><div class="h-title">{TITLES[2]}</div><div class="h-info"><span class="h-time">'
        ' 2026-09-18 07:58:27</span> 来源： <em id="source">望川通讯社</em></div></div>'
        f'<div id="p-detail"><div class="video-frame"></div>{text(2)}<p class="pictures"><a href="/tp/1.htm">图集</a></p>'
        '<div class="zan-wap"></div><div class="tadd">【纠错】责任编辑： 丁一 </div></div>'
    )
    return Shape(
        {
            "www.xinhuanet.com/world/index.htm": html(f'<ul class="dataList">{row}</ul>'),
            link.removeprefix("http://"): html(page, f"<title>{TITLES[2]}-新华网</title>"),
        },
        {"c_1120000001": post(2, "2026-09-18 07:58:27", "望川通讯社", link)},
    )


def govcn() -> Shape:
    """Relative addresses; a date with a hyphen before the time; attachments, and one in the list itself."""
    rows = (
        ("./202609/content_6900001.htm", TITLES[0]),
        ("../../yaowen/liebiao/202609/content_6900002.htm", TITLES[1]),
        ("./202609/P020260910.pdf", "附件"),
    )
    listed = "".join(
        f'<li><a href="{address}">{title}</a><span class="date">2026-09-1{n}</span></li>'
        for n, (address, title) in enumerate(rows)
    )
    pages = {"www.gov.cn/lianbo/bumen/index.htm": html(f'<div class="infolist"><ul>{listed}</ul></div>')}
    posts = {}
    for n, path in enumerate(
        ("lianbo/bumen/202609/content_6900001.htm", "yaowen/liebiao/202609/content_6900002.htm")
    ):
        folder = f"https://www.gov.cn/{path}".rpartition("/")[0]
        added = '<p><img src="{0}W02.jpg" /></p><p><a href="{0}P02.pdf">附件：全文</a></p>'
        pages[f"www.gov.cn/{path}"] = html(
            f'<h1 id="ti">{TITLES[n]}</h1><div class="pages-date">2026-09-1{n} 10:0{n} <span class="font">来源：南汀通讯</span></div>'
            f'<div class="pages_content" id="UCAP-CONTENT">{text(n)}{added.format("")}</div>',
            f'<title>{TITLES[n]}_样例政府网</title><meta name="firstpublishedtime" content="2026-09-1{n}-10:0{n}:30">'
            '<meta name="author" content="南汀通讯">',
        )
        body = text(n) + added.format(f"{folder}/")
        posts[f"content_690000{n + 1}"] = post(
            n, f"2026-09-1{n} 10:0{n}:30", "南汀通讯", f"https://www.gov.cn/{path}", body=body
        )
    return Shape(pages, posts, reasons={"skipped/not_ours": 1})
