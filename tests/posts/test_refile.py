"""A post that is filed under another source: only its category, its tag and its footer differ."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archiver.posts import PostError, formats, read, render
from archiver.posts.formats import VERSION_1
from archiver.posts.refile import refiled
from tests.posts.other_formats import OTHERS
from tests.posts.test_posts import HOME, POST, TEXT, golden_posts, tagged

CATEGORY, TAG = "donghuwanbao", "东湖晚报新闻"
PAGE, BACK = f"{HOME}category/{CATEGORY}.html", f"返回{TAG}"
OLD_FOOTER = f"[返回湖滨日报新闻]({HOME}category/hubinribao.html)"
NEW_FOOTER = f"[{BACK}]({PAGE})"


def moved(text: str, name: str = POST.name) -> str:
    return refiled(text, name, CATEGORY, TAG, PAGE, BACK)


def in_place(text: str) -> str:
    """What must come of a post of version 1, by plain replacement."""
    replaced = text.replace("\ncategories: hubinribao\n", f"\ncategories: {CATEGORY}\n")
    replaced = replaced.replace("\ntags: 湖滨日报新闻\n", f"\ntags: {TAG}\n")
    return replaced.replace(OLD_FOOTER, NEW_FOOTER)


FORMS = {
    "version 1": TEXT,
    "a digest": render(replace(POST, digest="摘要 *a* 1. {{")),
    "a fence in the body": render(replace(POST, body="<p>甲\n---\ncategories: 乙\ntags: 丙</p>")),
    "a title like a key": render(replace(POST, title="categories: hubinribao")),
    "a link in the text like the footer": render(replace(POST, body="<p>a｜[返回首页](//b/)</p>")),
    "a blank line before the front matter": f"\n{TEXT}",
    "a blank line after the front matter": TEXT.replace("\n---\n", "\n---\n\n", 1),
    "a date without a zone": TEXT.replace(" +0800\n", "\n", 1),
    "no footer": TEXT.replace("\n---\n", "\n---\n\n", 1).rpartition("\n\n")[0],
    "a footer of two lines": TEXT.replace("｜[", "\n["),
    "another home page": TEXT.replace(f"[返回首页]({HOME})", "[首页](//example.com/a(1)/)"),
    "a key of the owner at the end": TEXT.replace("\n---\n", "\nimage: x.png  # 图\n---\n", 1),
    "a list of the owner in the middle": TEXT.replace("date: ", "image:\n- a\n\n- b\ndate: ", 1),
    "keys of the owner that contain ours": TEXT.replace(
        "date: ", "notes: |\n  categories: hubinribao\nx: {categories: hubinribao}\ndate: ", 1
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_only_category_tag_and_footer_of_a_post_change(form: str) -> None:
    text = FORMS[form]
    found = moved(text)
    assert found == in_place(text) != text
    assert (read(found, POST.name).category, read(found, POST.name).tag) == (CATEGORY, TAG)


@pytest.mark.parametrize("change", OTHERS)
def test_a_post_of_any_version_is_as_its_version_writes_it(
    monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    post = replace(POST, digest="摘要")
    monkeypatch.setattr(formats, "FORMATS", (VERSION_1, OTHERS[change]))
    expected = replace(post, category=CATEGORY, tag=TAG, page=PAGE, back_label=BACK)
    assert moved(render(post)) == render(expected)
    assert moved(TEXT) == in_place(TEXT), "a post of an older version keeps its version"


@pytest.mark.parametrize(("name", "post"), golden_posts())
def test_a_post_that_moves_there_and_back_has_its_old_bytes(name: str, post: object) -> None:
    assert isinstance(post, type(POST)), name
    text = render(post)
    there = moved(text, post.name)
    assert there != text
    assert refiled(there, post.name, post.category, post.tag, post.page, post.back_label) == text


@pytest.mark.parametrize("tag", ["Career In新闻", "21财经 APP新闻", "*ST&amp;新闻", "1234新闻", "甲·乙新闻"])
def test_a_tag_of_any_spelling_is_written_and_replaced(tag: str) -> None:
    text = render(tagged(tag))
    back = refiled(moved(text), POST.name, POST.category, tag, POST.page, f"返回{tag}")
    assert (moved(text), back) == (in_place(TEXT), text)


def test_a_tag_with_a_blank_in_the_old_archive_is_replaced() -> None:
    old = render(tagged("Career In新闻")).replace("tags: [Career In新闻]\n", "tags: Career In新闻\n")
    assert moved(old) == in_place(TEXT)


OTHER_SPELLINGS = {
    "categories: hubinribao\n": [
        'categories: "hubinribao"\n',
        "categories:  hubinribao\n",
        "categories: hubinribao # 注\n",
        "categories: [hubinribao]\n",
        "categories:\n- hubinribao\n",
    ],
    "tags: 湖滨日报新闻\n": [
        "tags: '湖滨日报新闻'\n",
        "tags: [湖滨日报新闻]\n",
        "tags: >-\n  湖滨日报新闻\n",
        '"tags": 湖滨日报新闻\n',
    ],
}


@pytest.mark.parametrize(
    ("line", "other"), [(line, other) for line, others in OTHER_SPELLINGS.items() for other in others]
)
def test_a_line_in_a_spelling_of_the_owner_is_not_replaced(line: str, other: str) -> None:
    text = TEXT.replace(line, other, 1)
    assert read(text, POST.name).tag == POST.tag
    with pytest.raises(PostError, match="has a form in which no version writes it"):
        moved(text)


def test_a_line_that_only_looks_like_a_key_is_not_replaced() -> None:
    other = 'categories: "hubinribao"\nnotes: "甲\ncategories: hubinribao\n 乙"\n'
    text = TEXT.replace("categories: hubinribao\n", other)
    assert read(text, POST.name).category == POST.category
    with pytest.raises(PostError, match="cannot be replaced alone"):
        moved(text)


@pytest.mark.parametrize("text", ["", TEXT[:-1], TEXT.replace("\n", "\r\n"), TEXT + "\n"])
def test_a_text_that_is_not_a_post_or_was_edited_is_refused(text: str) -> None:
    with pytest.raises(PostError):
        moved(text)


@pytest.mark.parametrize("tag", ["甲\n乙", "", " "])
def test_a_tag_that_cannot_be_read_back_is_refused(tag: str) -> None:
    with pytest.raises(PostError):
        refiled(TEXT, POST.name, CATEGORY, tag, PAGE, f"返回{tag}")
