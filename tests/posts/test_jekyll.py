"""Real Jekyll builds posts of all kinds, and each page shows the content of its post."""

from __future__ import annotations

import html
import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from archiver.errors import Quarantined
from archiver.normalise import text
from archiver.normalise.body import clean
from archiver.normalise.zone import BEIJING
from archiver.posts import Post, render
from tests.jekyll import Built, Page, build
from tests.normalise.test_body import BASE, CLEANED, UNTOUCHED, VECTORS
from tests.posts.hostile import TEXTS
from tests.posts.reader import Seen, seen, seen_in
from tests.posts.test_posts import HOME, POST, golden_posts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.jekyll

_TRAPS = [
    "<p>---</p>", "<p>甲</p>\n\n---\n\n# 乙\n\n    丙\n\n* 丁\n", "# 标题\n\n段", "    四格", "\t制表", "* 甲\n* 乙", "1. 甲\n2. 乙", "甲 | 乙\n--- | ---\n1 | 2",
    "> 引", "[x](javascript:alert(1))", "<http://e.com/>", "{:.cls}", "<p>甲</p>\n{:.cls}\n<p>乙</p>", "{::options parse_block_html=\"true\" /}", "{::nomarkdown}x{:/}", "{::comment}x{:/}",
    "<div markdown=\"1\">*甲*</div>", "<div>\n\n*甲*\n\n    乙\n\n</div>", "<p>甲[^1]</p>\n\n[^1]: 注", "*[HTML]: 词\n\n<p>HTML</p>", "[x]: http://e.com\n\n<p>[x]</p>", "<p>$$x$$</p>", "$$\nx\n$$",
    "~~~\nx\n~~~", "```ruby\nx\n```", "<p>```</p>", "甲  \n乙\\\n丙", "标题\n===", "标题\n---", "^", "<p>甲</p>^<p>乙</p>", "+++", "{{ site.time }}", "{% raw %}{{ x }}{% endraw %}", "{% include nope.html %}", "{% foo %}",
    "{{ unclosed", "{% unclosed", "{% comment %}甲{% endcomment %}", "{% assign page = 1 %}甲", "{{ 7 | times: 6 }}", "{% for a in (1..3000) %}x{% endfor %}", "<p alt=\"{%b%}\">甲</p>", "<a href=\"http://e.com/{{x}}\">甲</a>",
    "<pre>甲\n\n    乙\n*丙*</pre>", "<pre><code>{% if %}\n\n{{ x }}</code></pre>", "<ul><li>甲\n\n乙</li></ul>", "<table><tr><td>*甲*|乙</td></tr></table>", "<dl><dt>甲</dt><dd>乙</dd></dl>",
    "<div><p>甲</p>\n\n<div><pre>乙\n\n\n丙</pre></div></div>", "<center>*甲*</center>", "<font>_甲_</font>", "<u>甲</u>", "<s>甲</s>", "<p>\"甲\" 'b' -- ... &lt;&lt;</p>", "<p>&amp;copy; &amp;#65; &copy;</p>",
    "<ins>甲</ins>", "<del><p>甲</p></del>", "<code>甲 &lt; {{ x }}</code>", "<kbd>甲</kbd><var>乙</var>", "甲<br><br>乙", "<li>甲</li>", "<h1>甲</h1><h2>甲</h2>", "<hr>甲<hr>", "<p>甲</p>乙<p>丙</p>丁<i>戊</i>",
    "<figure><img src=\"/x.jpg\"><figcaption>图</figcaption></figure>", "<blockquote>甲<p>乙</p></blockquote>", "甲<!-- {% x %} -->乙", "<ruby>漢<rp>(</rp><rt>han</rt><rp>)</rp></ruby>", "<p>甲</P >乙", "甲 < 乙 > 丙 & 丁",
    "<div>" * 400 + "甲" + "</div>" * 400, "<span>" * 400 + "甲", "<p>" + "长" * 20_000 + "</p>", "<p>甲</p>" * 500, "<p title='>'>甲</p>", "<p class=\"a b\">甲</p>", "<img src='http://e.com/a.jpg' alt='&lt;{{x}}*_`|'>",
    "<p>\u2028甲\u2029乙\x85丙</p>", "<p>\ufeff甲\u200b</p>", "<p>😀𠮷</p>", "<p>\u00a0甲\u00a0</p>", "<p>甲<sub>2</sub>O<sup>2</sup></p>", "<tt>x</tt>", "<p>&#0;&#x80;&#xD800;&#x110000;甲</p>",
]  # fmt: skip


def _bodies() -> Iterator[str]:
    for source in [*_TRAPS, *UNTOUCHED, *(pair[0] for pair in CLEANED), *VECTORS, *_generated()]:
        try:
            yield clean(source, BASE)
        except Quarantined as why:
            assert why.reason == "empty_body", source


def _generated() -> list[str]:
    """Random combinations of ``_TRAPS``, the same in every run."""
    dice = random.Random(20220222)
    pieces = [
        *(trap for trap in _TRAPS if len(trap) < 100),
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<b>",
        "</b>",
        "\n",
        "\n\n",
        "    ",
        "{",
        "%",
        "*",
        "甲",
    ]
    return ["".join(dice.choices(pieces, k=dice.randint(2, 8))) for _ in range(150)]


def _texts() -> list[str]:
    dice = random.Random(20220223)
    alphabet = "\\`*_[]<>|\"'-.$~{%:#&;amp123+!()=^@ /甲，。“”s"
    made = ["".join(dice.choices(alphabet, k=dice.randint(1, 14))) for _ in range(250)]
    return [*TEXTS, *filter(None, map(text.clean, made))]


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    dice = random.Random(20220224)
    texts, bodies = _texts(), list(_bodies())
    made = [post for _, post in golden_posts()]
    for number in range(max(len(texts), len(bodies))):
        hostile, body = texts[number % len(texts)], bodies[number % len(bodies)]
        tag = texts[-number % len(texts)][:300].strip()
        made.append(
            replace(
                POST,
                id=f"NW2022030199{number:08}",
                title=hostile,
                tag=tag,
                back_label=f"返回{tag}",
                digest=hostile,
                body=body,
                date=POST.date + timedelta(minutes=dice.randrange(10_000_000), seconds=dice.randrange(60)),
                category=dice.choice(["hubinribao", "ITzhijia", "1e3", "a·b", "hubin(xianggang)", "no"]),
                link=f"http://e.com/{dice.choice(['a', 'a_b_c', '*x*', '(x', '?a&copy;b', '{{x}}', '新闻'])}",
                page=f"{HOME}category/{dice.choice(['x', 'x(y)', 'x(y', '*x*_y_', '新闻', '{%x%}'])}.html",
            )
        )
    return made


@pytest.fixture(scope="module")
def built(posts: list[Post], tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("site"), {post.name: render(post) for post in posts})


def test_the_build_has_no_warnings_and_a_page_for_every_post(built: Built, posts: list[Post]) -> None:
    assert (built.exit_status, built.complaints) == (0, "")
    assert set(built.files) == set(map(url_of, posts))
    assert len(built.files) == len(posts) > 300


def url_of(post: Post) -> str:
    day = post.date.astimezone(BEIJING)
    return f"/{post.category.lower()}/{day:%Y/%m/%d}/{post.id}.html"


@pytest.fixture(scope="module")
def pages(built: Built, posts: list[Post]) -> Mapping[str, Page]:
    return {post.id: built.page(url_of(post)) for post in posts}


def test_every_page_shows_the_title_time_category_and_tag_of_its_post(
    pages: Mapping[str, Page], posts: list[Post]
) -> None:
    for post in posts:
        page = pages[post.id]
        assert page.title == post.title
        assert page.time == f"{post.date.astimezone(BEIJING):%Y-%m-%d %H:%M:%S} +0800"
        assert page.categories == (post.category,)
        assert page.tags == (post.tag,)


def test_every_page_shows_the_digest_of_its_post(pages: Mapping[str, Page], posts: list[Post]) -> None:
    for post in posts:
        quotes = pages[post.id].main.findall("./blockquote/p")
        shown = ["".join(quote.itertext()) for quote in quotes[:1]] if post.digest else []
        assert shown == [post.digest] * bool(post.digest), post.digest


def test_every_page_shows_exactly_the_text_pictures_and_links_of_its_post(
    pages: Mapping[str, Page], posts: list[Post]
) -> None:
    for post in posts:
        assert seen_in(pages[post.id].main) == _expected(post), post.body


def _expected(post: Post) -> Seen:
    """The expected content: the parts of the post, escaped by the standard library, read by another parser."""
    link = post.link.replace("{", "%7B").replace("}", "%7D").replace("copy;", "copy%3B")
    page = post.page.replace("{", "%7B").replace("}", "%7D")
    if page.count("(") > page.count(")"):
        page = page.replace("(", "%28")
    parts = [
        html.escape(post.digest),
        post.body,
        f'<a href="{html.escape(link)}">{html.escape(link)}</a>',
        f'<a href="{html.escape(page)}">{html.escape(post.back_label)}</a>'
        f'｜<a href="{post.home}">{html.escape(post.home_label)}</a>',
    ]
    return seen("".join(f"<div>{part}</div>" for part in parts))


def test_preformatted_text_keeps_its_lines(pages: Mapping[str, Page], posts: list[Post]) -> None:
    for post in posts:
        if "<pre>甲\n&#10;    乙\n*丙*</pre>" in post.body:
            assert "甲\n\n    乙\n*丙*" in [
                "".join(pre.itertext()) for pre in pages[post.id].main.iter("pre")
            ]
            return
    pytest.fail("no post has this text")
