from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archiver.errors import Quarantined
from archiver.normalise import text
from archiver.normalise.body import clean
from archiver.posts import Post, PostError, formats, read, render
from tests.posts.hostile import TEXTS
from tests.posts.reader import seen

GOLDEN = Path(__file__).parent / "golden"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus"

HOME = "//finews.withounder.com/"
POST = Post(
    id="NW202203012290000001",
    title="湖滨市：稳增长",
    date=datetime(2022, 3, 1, 17, 47, 15, tzinfo=timezone(timedelta(hours=8))),
    category="hubinribao",
    tag="湖滨日报新闻",
    body="<p>第一段。</p>\n <p>第二段。</p>",
    link="http://finews.zning.xyz/html_News/NewsShare.html?infoCode=NW202203012290000001",
    page=f"{HOME}category/hubinribao.html",
    back_label="返回湖滨日报新闻",
    home=HOME,
    home_label="返回首页",
)
TEXT = render(POST)


def tagged(tag: str, **changes: Any) -> Post:
    """POST with another tag, also in its footer."""
    return replace(POST, tag=tag, back_label=f"返回{tag}", **changes)


def golden_posts() -> list[tuple[str, Post]]:
    """Pairs of file name and post; ``golden_version`` gives the version of the format of each."""
    found = []
    for file in sorted(GOLDEN.glob("*.json")):
        values: dict[str, Any] = json.loads(file.read_text("utf-8"))
        del values["version"]
        found.append((file.stem, Post(**values | {"date": datetime.fromisoformat(values["date"])})))
    return found


def golden_version(name: str) -> int:
    return int(json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))["version"])


def fields_of(post: Post) -> dict[str, object]:
    return {field.name: getattr(post, field.name) for field in dataclasses.fields(Post)}


@pytest.mark.parametrize(("name", "post"), golden_posts())
def test_golden_posts_are_written_byte_for_byte(
    name: str, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "FORMATS", formats.FORMATS[: golden_version(name)])
    assert render(post).encode() == (GOLDEN / f"{name}.md").read_bytes()


def test_every_golden_post_has_a_json_file() -> None:
    assert {file.stem for file in GOLDEN.glob("*.md")} == {name for name, _ in golden_posts()} != set()


def test_versions_are_numbered_in_order() -> None:
    assert [known.version for known in formats.FORMATS] == list(range(1, len(formats.FORMATS) + 1))


def test_every_version_has_a_golden_post() -> None:
    assert {golden_version(name) for name, _ in golden_posts()} == {
        known.version for known in formats.FORMATS
    }


@pytest.mark.parametrize(("name", "post"), golden_posts())
def test_golden_posts_are_read_back(name: str, post: Post) -> None:
    stored = read((GOLDEN / f"{name}.md").read_bytes().decode(), post.name)
    assert stored.final
    link = post.link.replace("{", "%7B").replace("}", "%7D")
    assert fields_of(stored) == fields_of(replace(post, link=link))
    with pytest.MonkeyPatch.context() as patch:  # a later version whose new keys are optional fits as well
        patch.setattr(formats, "FORMATS", formats.FORMATS[: golden_version(name)])
        assert read((GOLDEN / f"{name}.md").read_text("utf-8"), post.name).version == golden_version(name)


def test_the_file_name_has_the_day_in_beijing_time() -> None:
    assert replace(POST, date=datetime(2022, 3, 1, 16, 0, 0, tzinfo=UTC)).name == (
        "2022-03-02-NW202203012290000001.md"
    )
    assert "\ndate: 2022-03-02 00:00:00 +0800\n" in render(
        replace(POST, date=datetime(2022, 3, 1, 16, 0, 0, 999_999, tzinfo=UTC))
    )


@pytest.mark.parametrize("hostile", TEXTS)
def test_hostile_texts_are_read_back(hostile: str) -> None:
    post = tagged(hostile[:2_000].strip(), title=hostile, digest=hostile)
    stored = read(render(post), post.name)
    assert (stored.problems, fields_of(stored)) == ((), fields_of(post))


_TEXT = st.one_of(
    st.sampled_from(TEXTS),
    st.text(
        st.sampled_from("\"'\\:#-?!&*|>%@`{}[], 09.eE_~=<^$+(甲😀;amplt｜返回首页\n"), min_size=1, max_size=40
    ),
    st.text(min_size=1, max_size=60),
).map(text.clean)


@given(title=_TEXT, tag=_TEXT, digest=_TEXT, body=_TEXT, seconds=st.integers(0, 2**31))
@settings(deadline=None)
def test_any_post_is_read_back(title: str, tag: str, digest: str, body: str, seconds: int) -> None:
    assume(title and tag and len(tag) < 4_000)
    try:
        html = clean(body, "http://example.com/")
    except Quarantined:
        assume(False)
    date = datetime.fromtimestamp(seconds, UTC)
    post = tagged(tag, title=title, digest=digest, body=html, date=date)
    stored = read(render(post), post.name)
    assert (stored.problems, fields_of(stored)) == ((), fields_of(post))


@pytest.mark.parametrize(
    "name", ["id", "title", "category", "tag", "body", "link", "page", "back_label", "home", "home_label"]
)
@pytest.mark.parametrize("empty", ["", " "])
def test_a_post_with_an_empty_field_is_refused(name: str, empty: str) -> None:
    wrong: dict[str, Any] = {name: empty}
    with pytest.raises(ValueError, match=name):
        render(replace(POST, **wrong))


@pytest.mark.parametrize(
    "wrong",
    [
        {"tag": "甲\n乙"},
        {"category": "a\nb"},
        {"digest": "甲\n\n乙"},
        {"digest": "甲\u2028乙"},
        {"digest": " 甲"},
        {"page": "//e.com/\n"},
        {"back_label": "甲\n乙"},
        {"home_label": "甲\n\n乙"},
        {"date": datetime(2022, 3, 1)},  # noqa: DTZ001 - naive on purpose
        {"body": "第一段"},
        {"body": "<p>{{ x }}</p>"},
        {"body": "<p>{% x %}</p>"},
        {"body": "<p>\ud800</p>"},
        {"title": "\ud800"},
        {"tag": "\ud800"},
        {"link": "javascript:x"},
        {"link": "//e.com/x"},
        {"link": "http://"},
    ],
)
def test_a_post_that_is_not_normalised_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the message is for people
        render(replace(POST, **wrong))


def test_a_front_matter_above_64_kib_is_quarantined() -> None:
    with pytest.raises(Quarantined) as caught:
        render(replace(POST, title="长" * 30_000))
    assert caught.value.reason == "front_matter_size"


@pytest.mark.parametrize(
    ("link", "written"),
    [
        ("http://e.com/a?b=c&d=e#f", "http://e.com/a?b=c&d=e#f"),
        ("http://e.com/新闻/(1)", "http://e.com/新闻/(1)"),
        ("http://e.com/a>b<c", "http://e.com/a%3Eb%3Cc"),
        ("http://e.com/{{x}}{%y%}", "http://e.com/%7B%7Bx%7D%7D%7B%y%%7D"),
        ("http://e.com/a b\nc", "http://e.com/a%20b%0Ac"),
        ("http://e.com/?a&copy;b", "http://e.com/?a&copy%3Bb"),
        ("http://e.com/`a`", "http://e.com/%60a%60"),
    ],
)
def test_a_link_cannot_close_its_brackets_or_start_liquid(link: str, written: str) -> None:
    assert f"\n\n<{written}>\n\n[" in render(replace(POST, link=link))


@pytest.mark.parametrize(
    ("page", "written"),
    [
        ("//e.com/x(y).html", "//e.com/x(y).html"),
        ("//e.com/x(y.html", "//e.com/x%28y.html"),
        ("//e.com/x)(y.html", "//e.com/x%29%28y.html"),
        ("//e.com/a b.html", "//e.com/a%20b.html"),
    ],
)
def test_unpaired_brackets_in_the_category_page_are_encoded(page: str, written: str) -> None:
    assert f"]({written})｜[" in render(replace(POST, page=page))


@pytest.mark.parametrize("length", range(len(TEXT)))
def test_a_cut_post_is_detected(length: int) -> None:
    with pytest.raises(PostError):
        read(TEXT[:length], POST.name)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("layout: post\n", "layout: home\n"),
        ("layout: post\n", ""),
        ('title: "湖滨市：稳增长"', 'title: ""'),
        ('title: "湖滨市：稳增长"', 'title: "a" "b"'),
        ("categories: hubinribao", "categories:"),
        ("tags: 湖滨日报新闻", "tags: [a, b]"),
        ("date: 2022-03-01 17:47:15 +0800", "date:  +0800"),
        ("date: 2022-03-01 17:47:15 +0800", "date: 2022-02-30 17:47:15 +0800"),
        ("date: 2022-03-01 17:47:15 +0800", "date: 2022-03-01 25:47:15 +0800"),
        ("date: 2022-03-01 17:47:15 +0800", "date: 2022-03-01 17:47:15 +9999"),
        ("date: 2022-03-01 17:47:15 +0800", "date: 2022-03-01 17:47:15 +0000"),
        ("date: 2022-03-01 17:47:15 +0800", "date: 0001-01-01 00:00:00 +0900"),
        ("<http://", "http://"),
        (POST.link, ""),
        ("｜", "|"),
        (POST.body, ""),
        (POST.body, " "),
        ("---\n<p>", "<p>"),
    ],
)
def test_an_incomplete_post_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(PostError):
        read(TEXT.replace(old, new), POST.name)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("---\nlayout", "\ufeff---\nlayout"),
        ("---\nlayout", "甲\n---\nlayout"),
        ("\n<http", "\n原文：<http"),
        ("\n\n[", "\n["),
        ("\n\n[", "\n\n甲\n[x](y)\n\n["),
        ("｜[返回首页](//finews.withounder.com/)", "｜[返回首页](//finews.withounder.com/)\n\n甲 [a](b)｜乙"),
    ],
)
def test_an_added_text_does_not_change_the_other_fields(old: str, new: str) -> None:
    assert TEXT.count(old) == 1
    stored = read(TEXT.replace(old, new), POST.name)
    assert set(stored.problems) == {"edited"}
    assert not stored.final
    assert {**fields_of(stored), "body": POST.body} == fields_of(POST)
    assert stored.body.startswith(POST.body)


@pytest.mark.parametrize(
    "name",
    ["2022-03-02-NW202203012290000001.md", "NW202203012290000001.md", "2022-03-01-.md", "2022-03-01-a b.md"]
    + ["2022-03-01-NW202203012290000001.md.tmp", "../2022-03-01-a.md", "2022-03-01-" + "a" * 65 + ".md"],
)
def test_a_file_name_that_does_not_match_the_post_is_refused(name: str) -> None:
    with pytest.raises(PostError):
        read(TEXT, name)


OLD_FRONT_MATTER = '---\nlayout: post\ntitle: "快讯"\ndate: {}\ncategories: emnews\ntags: 东财滚动新闻\n---\n'
OLD_LINK = "<http://finance.eastmoney.com/news/1354,202112082200000001.html>"


@pytest.mark.parametrize(
    ("era", "content", "problems"),
    [
        ("D0", "\n" + OLD_FRONT_MATTER.format("2021-12-08 10:46:18") + f"\n快讯。\n\n{OLD_LINK}",
         ("blank_before_front_matter", "blank_after_front_matter", "date_without_zone", "no_footer")),
        ("D1", OLD_FRONT_MATTER.format("2021-12-08 10:46:18") + f"\n快讯。\n\n{OLD_LINK}",
         ("blank_after_front_matter", "date_without_zone", "no_footer")),
        ("D2", OLD_FRONT_MATTER.format("2021-12-08 10:46:18 +0800") + f"\n快讯。\n\n{OLD_LINK}",
         ("blank_after_front_matter", "no_footer")),
        ("D3", OLD_FRONT_MATTER.format("2021-12-08 10:46:18")
         + f"\n快讯。\n\n{OLD_LINK}\n\n[返回东财滚动新闻](./emnews/)\n[返回首页](./)",
         ("blank_after_front_matter", "date_without_zone", "footer_of_two_lines")),
        ("D7", OLD_FRONT_MATTER.format("2021-12-08 10:46:18")
         + f"\n快讯。\n\n{OLD_LINK}\n\n[返回东财滚动新闻](//finews.zning.me/emnews/)｜[返回首页](//finews.zning.me/)",
         ("blank_after_front_matter", "date_without_zone")),
        ("D8", OLD_FRONT_MATTER.format("2021-12-08 10:46:18 +0800")
         + f"\n快讯。\n\n{OLD_LINK}\n\n[返回东财滚动新闻]({HOME}emnews/)｜[返回首页]({HOME})",
         ("blank_after_front_matter",)),
        ("F", OLD_FRONT_MATTER.format("2021-12-08 10:46:18 +0800")
         + f"> 摘要\n\n<p>快讯。</p>\n\n{OLD_LINK}\n\n[返回东财滚动新闻]({HOME}emnews/)｜[返回首页]({HOME})", ()),
        ("N2", OLD_FRONT_MATTER.format("2021-12-08 10:46:18 +0800")
         + "<p>　　快讯。</p>\r\n <p>二</p>\n\n<http://choicewzp1.eastmoney.com/html_News/NewsShare.html?infoCode=NW202112082200000001>"
         + f"\n\n[返回东财滚动新闻]({HOME}emnews/)｜[返回首页]({HOME})", ()),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 3 else "",
)  # fmt: skip
def test_posts_of_the_old_archive_are_read_with_their_problems(
    era: str, content: str, problems: tuple[str, ...]
) -> None:
    stored = read(content, "2021-12-08-202112082200000001.md")
    assert stored.problems == problems, era
    assert stored.final is (not problems)
    assert stored.date.isoformat() == "2021-12-08T10:46:18+08:00"
    assert (stored.title, stored.category, stored.tag) == ("快讯", "emnews", "东财滚动新闻")
    assert stored.body.replace("　　", "").startswith(("快讯。", "<p>快讯。"))
    assert "202112082200000001" in stored.link


def test_a_link_or_footer_of_another_article_is_a_problem() -> None:
    assert read(TEXT.replace("infoCode=NW2", "infoCode=NW3"), POST.name).problems == (
        "link_of_another_article",
    )
    assert read(TEXT.replace("[返回湖滨日报新闻]", "[返回南湖日报新闻]"), POST.name).problems == (
        "footer_of_another_tag",
    )


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real posts is not available")
def test_real_posts_in_the_final_form_are_rendered_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "FORMATS", formats.FORMATS[:1])
    rendered = 0
    for file in CORPUS.glob("20*.md"):
        content = file.read_bytes().decode()
        try:
            stored = read(content, file.name)
        except PostError:
            assert file.name == "2021-12-01-init.md"
            continue
        if stored.final:
            assert render(stored) == content
            rendered += 1
    assert rendered == 6


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real posts is not available")
def test_cleaning_does_not_change_real_bodies_in_the_final_form() -> None:
    for name in ("2022-02-22-NW202202222284881584.md", "2022-04-21-NW202204212352230938.md"):
        body = read((CORPUS / name).read_bytes().decode(), name).body
        assert clean(body, "http://example.com/") == body
        raw = re.sub("(<p[^>]*>)", r"\1　　", body).replace("\n", "\r\n")
        assert clean(raw, "http://example.com/") == body


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real posts is not available")
@pytest.mark.parametrize("file", sorted(CORPUS.glob("*202*.md")), ids=lambda file: file.stem[-20:])
def test_visible_content_of_real_bodies_is_kept(file: Path) -> None:
    content = file.read_bytes().decode().partition("\n---\n")[2]
    body = content[content.find("<p") :].rpartition("\n\n[")[0].rpartition("\n\n<")[0]
    if body:
        once = clean(body, "http://example.com/")
        assert seen(once) == seen(body)
        assert clean(once, "http://example.com/") == once
