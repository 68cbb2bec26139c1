"""Invented article pages in the shapes of ten sites. Around each article is what such pages have besides it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

TITLE = "河口新区启用潮汐电站，首批机组并网发电"
TITLE_EN = "Tidal plant at the river mouth feeds its first power into the grid"

PARAGRAPHS = (
    "河口新区潮汐电站的首批两台机组在昨天傍晚并入电网，预计每年为周边三个镇供电约四千万度。",
    "电站负责人林晓舟介绍，机组采用双向叶轮，涨潮和落潮时都能发电，检修间隔比设计时的预期长了一倍。",
    "项目从选址到并网用了六年。第三年的一次风暴潮冲毁了围堰，工期因此推迟了十四个月。",
    "渔民最担心的是洄游通道。验收组在坝体两侧各留了一条鱼道，并在其中装了水下计数器，数据每周公布一次。",
    "新区发改部门表示，第二批机组的招标文件将在年底前公布，是否扩建取决于第一年的运行数据。",
    "附近的海洋研究站计划利用电站的观测平台，长期记录泥沙、盐度和水温的变化。",
)
PARAGRAPHS_EN = (
    "The first two turbines of the tidal plant went online on Tuesday evening, six years after the site was chosen.",
    "They turn in both directions, so the plant makes power while the tide comes in and while it goes out.",
    "A storm surge tore away the coffer dam in the third year, and the work stood still for fourteen months.",
    "Fishermen asked for a passage for migrating fish; there are two now, each with a counter under water.",
    "Whether the plant grows will depend on the figures of its first year, the district's planning office said.",
)
NAVIGATION = '<div class="nav"><a href="/">首页</a> <a href="/news/">要闻</a> <a href="/money/">财经</a> <a href="/tech/">科技</a></div>'
RELATED = (
    '<div class="related"><h3>相关阅读</h3><ul><li><a href="/a/7.html">沿海风电招标结果公布</a><span>2026-08-01 09:00</span></li>'
    '<li><a href="/a/8.html">河口新区渔港改造完工</a><span>2026-07-15 10:30</span></li>'
    '<li><a href="/a/9.html">三镇电价明年下调</a><span>2026-06-30 08:20</span></li></ul></div>'
)
COMMENTS = (
    '<div class="comments"><h3>网友评论</h3><div class="comment"><b>海边人</b> <time datetime="2026-09-20T07:01:02+08:00">2026-09-20 07:01:02</time>'
    "<p>希望鱼道真的有用，去年的洄游季几乎没有看到鱼，大家都在等第一批数据。</p></div>"
    '<div class="comment"><b>镇上人</b><p>电价什么时候能降才是大家关心的，电站离我们家只有两公里，晚上能听到机组的声音，希望有人来量一量噪声到底有多大。</p></div></div>'
)
FOOTER = '<div class="footer"><p>版权所有 样例传媒有限公司 未经许可不得转载，违者将依法追究责任。</p><p>更新时间：2026-09-30 23:59:59</p></div>'
OTHER_TEXTS = ("沿海风电招标结果公布", "希望鱼道真的有用", "未经许可不得转载")
"""Texts around the article; no body may contain them."""


@dataclass(frozen=True)
class Sample:
    shape: str
    html: str
    minute: str = "2026-09-18 17:47"
    source: str = "样例日报"
    title: str = TITLE
    paragraphs: Sequence[str] = PARAGRAPHS
    pictures: Sequence[str] = ()
    sure: bool = False
    """Whether the core alone may post the text, because the page marks it."""

    @property
    def url(self) -> str:
        return f"https://news.{self.shape}.example/2026/a/1001.html"


def paragraphs(texts: Sequence[str] = PARAGRAPHS, indent: str = "\u3000\u3000") -> str:
    return "\n".join(f"<p>{indent}{text}</p>" for text in texts)


def page(body: str, head: str = "", title: str = f"{TITLE}_样例财经_样例网") -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body>{NAVIGATION}{body}{FOOTER}<script>var when = '2026-10-01 00:00:00';</script></body></html>"
    )


def netease() -> Sample:
    info = '2026-09-18 17:47:15\u3000来源: <a id="ne_source" href="#">样例日报</a> <a class="jubao" href="/jubao">举报</a>'
    share = '<div class="post_share"><span>分享到：</span><a href="#">微信</a> <a href="#">微博</a> <a href="#">空间</a></div>'
    body = (
        f'<div class="post_main" id="epLeft"><h1>{TITLE}</h1><div class="post_info">{info}</div>'
        f'<div class="post_body">{share}<div class="post_text" id="endText"><p class="f_center">'
        f'<img src="/cover.gif" data-original="//img.netease.example/1.jpg"></p>{paragraphs()}</div></div></div>{RELATED}{COMMENTS}'
    )
    return Sample("netease", page(body), pictures=("//img.netease.example/1.jpg",))


def sina() -> Sample:
    head = (
        f'<meta property="og:title" content="{TITLE}_样例新闻"><meta property="og:type" content="news">'
        '<meta property="article:published_time" content="2026-09-18T17:47:15+08:00"><meta name="mediaid" content="样例日报">'
        '<meta name="weibo: article:create_at" content="2026-09-18 17:47:15">'
    )
    body = (
        '<h1 class="channel-logo"><a href="/">样例财经</a></h1>'
        f'<h1 class="main-title">{TITLE}</h1><div class="top-bar"><span class="date">2026年09月18日 17:47</span>'
        '<a class="source" href="#">样例日报</a></div><div class="article" id="artibody"><div class="img_wrapper">'
        '<img src="//n.sina.example/2.jpg" alt="机组"><span class="img_descr">机组吊装现场</span></div>'
        f'{paragraphs()}<p class="show_author">责任编辑：王小样</p></div>{RELATED}{COMMENTS}'
    )
    return Sample("sina", page(body, head), pictures=("//n.sina.example/2.jpg",))


def people() -> Sample:
    body = (
        f'<div class="text_title"><h3 class="pre"></h3><h1>{TITLE}</h1><p class="author"></p><div class="box01">'
        '<div class="fl">2026年09月18日17:47&nbsp;&nbsp;来源：<a href="/">样例日报</a></div><div class="fr">'
        '<ul class="icons"><li><a href="#">微博</a></li><li><a href="#">微信</a></li><li><a href="#">空间</a></li></ul></div></div></div>'
        f'<div class="box_con" id="rwb_zw">{paragraphs()}<div class="edit">(责编：李样、王例)</div></div>'
        f'<div class="path_more">{RELATED}</div>'
    )
    return Sample("people", page(body, title=f"{TITLE}--样例频道--样例网"))


def ifeng() -> Sample:
    data = json.dumps(
        {"docData": {"title": TITLE, "newsTime": "2026-09-18 17:47:15", "summary": PARAGRAPHS[0]}}
    )
    body = (
        '<div class="content-3xPq"><div class="artical-9Zk"><div><h1 class="topic-b8Hw">'
        f'{TITLE}</h1><div class="info-vi1"><p class="time-hm3v"><span>2026年09月18日 17:47:15</span><br>'
        '<span>来源：</span><span class="publisher-26P"><span class="source-2pX"><a href="#">样例日报</a></span></span></p></div></div>'
        f'<div class="main_content-LcrEruCc"><div class="text-3zQ3"><p><img data-lazyload="//x0.ifeng.example/3.jpg"></p>{paragraphs(indent="")}</div></div></div></div>'
        f"{RELATED}{COMMENTS}"
    )
    head = f'<meta property="og:title" content="{TITLE}"><meta name="og:time" content="2026-09-18 17:47:15"><script>var allData = {data};</script>'
    return Sample(
        "ifeng", page(body, head, f"{TITLE}_样例资讯_样例网"), pictures=("//x0.ifeng.example/3.jpg",)
    )


def sohu() -> Sample:
    body = (
        f'<div class="text-title"><h1>{TITLE}<span class="article-tag">原创</span></h1><div class="article-info">'
        '<span class="time" id="news-time" data-val="1789724820000">2026-09-18 17:47</span>'
        '<span data-role="original-link">来源:<a href="#">样例日报</a></span></div></div>'
        f'<article class="article" id="mp-editor"><p data-role="original-title">原标题：{TITLE}</p>{paragraphs()}'
        '<p><img data-src="//p0.sohu.example/4.jpeg"></p></article>'
        f"{RELATED}{COMMENTS}"
    )
    head = '<meta itemprop="datePublished" content="2026-09-18 17:47">'
    return Sample(
        "sohu", page(body, head, f"{TITLE}_样例"), pictures=("//p0.sohu.example/4.jpeg",), sure=True
    )


def xinhua() -> Sample:
    body = (
        f'<div class="header"><div class="h-title">{TITLE}</div><div class="h-info"><span class="h-time"> 2026-09-18 17:47:15 </span>'
        ' <span class="aticle-src"> 来源： <em id="source">样例日报</em></span></div></div>'
        f'<div class="main-aticle"><div id="p-detail"><p style="text-align:center"><img src="xjs_5.jpg"></p>{paragraphs()}'
        f'<div class="zan-wap"><a href="#">赞</a></div></div></div>{RELATED}<div class="share-title" style="display:none">{TITLE}</div>'
    )
    head = '<meta name="publishdate" content="2026-09-18"><meta name="source" content="">'
    return Sample("xinhua", page(body, head, f"\n{TITLE}-样例网\n"), pictures=("xjs_5.jpg",))


def caixin() -> Sample:
    body = (
        f'<div id="conTit"><h1>{TITLE}\n<i class="lock"></i></h1><div class="artInfo" id="artInfo">2026年09月18日 17:47 '
        f'来源于 <a href="/">样例日报</a></div></div><div id="subhead" class="subhead">{PARAGRAPHS[0][:24]}</div>'
        '<div id="the_content"><div class="media pip"><img src="//img.caixin.example/6.jpg"></div>'
        f'<div class="text" id="Main_Content_Val">{paragraphs()}</div></div><div class="pip_none">[责任编辑：王小样]</div>{RELATED}'
    )
    return Sample("caixin", page(body, title=f"{TITLE}_样例频道_样例网"))


def govcn() -> Sample:
    body = (
        f'<div class="pages-title"><h1 id="ti">{TITLE}</h1><div class="pages-date">2026-09-18 17:47 <span class="font">来源：样例日报</span>'
        '<span class="print"><a href="#">打印</a></span></div></div>'
        f'<div class="pages_content" id="UCAP-CONTENT">{paragraphs()}<p><img src="W0202609.jpg" alt=""></p>'
        '<p><a href="./P0202609.pdf">附件：运行数据.pdf</a></p></div>'
        f'<div class="relevantdoc">{RELATED}</div>'
    )
    head = '<meta name="firstpublishedtime" content="2026-09-18-17:47:00"><meta name="author" content="样例社"><meta name="keywords" content="潮汐;电站">'
    return Sample("govcn", page(body, head, f"{TITLE}_样例部门_样例政府网"), pictures=("W0202609.jpg",))


def bbc() -> Sample:
    article = {
        "@context": "http://schema.org",
        "@type": "ReportageNewsArticle",
        "headline": TITLE_EN,
        "datePublished": "2026-09-18T09:47:15.123Z",
        "dateModified": "2026-09-19T01:00:00.000Z",
        "author": {"@type": "NewsMediaOrganization", "name": "Sample News"},
        "publisher": {"@type": "NewsMediaOrganization", "name": "Sample News"},
    }
    texts = "".join(
        f'<div data-component="text-block" class="sc-a"><p class="sc-b">{text}</p></div>'
        for text in PARAGRAPHS_EN
    )
    body = (
        f'<main id="main-content"><article class="sc-x"><div data-component="headline-block"><h1>{TITLE_EN}</h1></div>'
        '<div data-component="byline-block"><time datetime="2026-09-18T09:47:15.123Z">2 days ago</time></div>'
        '<div data-component="image-block"><figure><img srcset="https://ichef.bbc.example/480/7.jpg 480w" src="https://ichef.bbc.example/7.jpg">'
        f"<figcaption>The turbine hall</figcaption></figure></div>{texts}</article>"
        '<section class="sc-more"><h2>More</h2><ul><li><a href="/a">Harbour wall repaired</a></li><li><a href="/b">Prices of power fall</a></li>'
        '<li><a href="/c">Ferry line closes</a></li></ul></section></main>'
    )
    head = f'<script type="application/ld+json">{json.dumps(article)}</script><meta property="og:site_name" content="Sample News">'
    return Sample(
        "bbc",
        page(body, head, f"{TITLE_EN} - Sample News"),
        source="Sample News",
        title=TITLE_EN,
        paragraphs=PARAGRAPHS_EN,
        pictures=("https://ichef.bbc.example/7.jpg",),
        sure=True,
    )


def wordpress() -> Sample:
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {
                "@type": "Article",
                "headline": TITLE,
                "datePublished": "2026-09-18T09:47:15+00:00",
                "author": {"name": "林样"},
                "publisher": {"@id": "https://wordpress.example/#organization"},
            },
            {"@type": "Organization", "@id": "https://wordpress.example/#organization", "name": "样例日报"},
            {"@type": "BreadcrumbList", "itemListElement": []},
        ],
    }
    body = (
        f'<main><article id="post-1001" class="post type-post hentry"><header class="entry-header"><h1 class="entry-title">{TITLE}</h1>'
        '<div class="entry-meta"><time class="entry-date" datetime="2026-09-18T17:47:15+08:00">18. September 2026</time> by <a href="/author/lin">林样</a></div></header>'
        '<div class="entry-content"><figure class="wp-block-image"><img src="data:image/gif;base64,R0lGOD" data-lazy-src="https://cdn.wordpress.example/8.jpg"></figure>'
        f'{paragraphs(indent="")}<div class="sharedaddy"><ul><li><a href="#">Twitter</a></li><li><a href="#">Facebook</a></li><li><a href="#">Mail</a></li></ul></div></div>'
        '<footer class="entry-footer"><a href="/tag/power">电力</a></footer></article>'
        f'<ol class="comment-list"><li class="comment"><article class="comment-body"><time datetime="2026-09-20T07:01:02+08:00">20. September</time><p>{OTHER_TEXTS[1]}，等第一批数据。</p></article></li></ol></main>'
        f'<aside class="sidebar">{RELATED}</aside>'
    )
    head = (
        '<link rel="canonical" href="https://news.wordpress.example/2026/a/1001.html"><meta property="og:site_name" content="样例日报">'
        f'<script type="application/ld+json" class="yoast-schema-graph">{json.dumps(graph)}</script>'
    )
    return Sample(
        "wordpress",
        page(body, head, f"{TITLE} - 样例日报"),
        pictures=("https://cdn.wordpress.example/8.jpg",),
        sure=True,
    )


SAMPLES = [make() for make in (netease, sina, people, ifeng, sohu, xinhua, caixin, govcn, bbc, wordpress)]
