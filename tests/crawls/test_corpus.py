"""Real posts are reproduced: the replica serves the pages from which they were made.

The posts are kept outside the project.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from lxml import html as lxml_html

from archiver.posts import StoredPost, read
from archiver.replica.server import Replica
from tests.crawling import PROJECT, asked, crawl

CORPUS = PROJECT.parent / "shared" / "corpus"
SEED = "2022-02-22-NW202202222284881584.md"
FINAL = [
    SEED,
    "2022-02-11-NW202202112274017262.md",
    "2022-04-21-NW202204212352230938.md",
    "2022-06-14-NW202206142412311033.md",
    "2022-01-21-202201212257099936.md",
    "2022-04-21-202204212352230938.md",
]

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the real posts are not beside the project")


def real(name: str) -> tuple[str, StoredPost]:
    text = (CORPUS / name).read_text(encoding="utf-8")
    return text, read(text, name)


def play(replica: Replica, post: StoredPost, *, complete: bool = True) -> None:
    """Lets the replica serve the category page, the post page and the JSON response for this post."""
    replica.answers.clear()
    page_type = {"Content-Type": "text/html; charset=utf-8", "ETag": '"1"'}
    path = f"/{post.category}/{post.date:%Y/%m/%d}/{post.id}.html"
    listing = (
        f'<section><h2>{post.tag}</h2><ul>\n  <li><a href="{path}">{post.title}</a></li>\n</ul></section>'
    )
    replica.answers[f"/category/{post.category}.html"] = (200, page_type, _page(listing))
    replica.answers[path] = (200, page_type, _page(_post_section(post)))
    key = "content" if post.digest else "text"
    answer = {key: post.body.replace("\n", "\r\n") if key == "text" else post.body}
    if complete:
        answer |= {"Id": post.id, "Title": post.title, "Date": f"{post.date:%Y-%m-%d %H:%M:%S}"}
    replica.answers[f"/NewsData/GetNewsText.do?id={post.id}"] = (
        200,
        {"Content-Type": "application/json; charset=utf-8"},
        json.dumps(answer, ensure_ascii=False),
    )


def _page(section: str) -> str:
    """A page like the real one: the head repeats the text of the article in an attribute, without escaping."""
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="UTF-8"><meta property="og:description" '
        f'content="{re.sub("</?section>", "", section)}"></head><body><div class="wrapper"><header><h1><a href="/">金融消息</a></h1></header>'
        f"{section}<footer><p>&copy; 2021</p></footer></div></body></html>"
    )


def _post_section(post: StoredPost) -> str:
    digest = f"<blockquote>\n  <p>{post.digest}</p>\n</blockquote>\n\n" if post.digest else ""
    return (
        f"<section><small>(GMT+8, Asia/Shanghai, CST) {post.date:%Y-%m-%d %H:%M:%S}</small>\n<h1>{post.title}</h1>\n\n"
        f'{digest}{post.body}\n\n<p><a href="{post.link}">{post.link}</a></p>\n\n'
        f'<p><a href="{post.page}">返回{post.tag}</a>｜<a href="{post.home}">返回首页</a></p>\n\n'
        f"  <small>tags: <em>{post.tag}</em></small></section>"
    )


def shown(body: str) -> tuple[str, list[str], list[str]]:
    """What a reader sees: text without blanks, pictures, links."""
    tree = lxml_html.fromstring(f"<div>{body}</div>")
    return (
        re.sub(r"\s+", "", tree.text_content()),
        [img.get("src") for img in tree.iter("img")],
        [a.get("href") for a in tree.iter("a")],
    )


@pytest.mark.parametrize(
    ("spider", "complete", "requests"), [("category", True, 2), ("share", True, 1), ("category", False, 3)]
)
def test_the_seed_document_is_reproduced_byte_for_byte(
    tmp_path: Path, spider: str, complete: bool, requests: int
) -> None:
    text, post = real(SEED)
    with Replica() as replica:
        play(replica, post, complete=complete)
        run = crawl(spider, tmp_path, replica, **_named(spider, post))
        assert (run.status, len(asked(replica))) == (0, requests), run.stderr
    assert (tmp_path / "_posts" / SEED).read_bytes() == text.encode()


@pytest.mark.parametrize("name", FINAL)
@pytest.mark.parametrize("spider", ["category", "share"])
def test_every_real_post_is_reproduced(tmp_path: Path, spider: str, name: str) -> None:
    text, post = real(name)
    with Replica() as replica:
        play(replica, post)
        run = crawl(spider, tmp_path, replica, **_named(spider, post))
    assert run.status == 0, run.stderr
    written = (tmp_path / "_posts" / name).read_text(encoding="utf-8")
    ours = read(written, name)
    assert written.split("---\n")[1] == text.split("---\n")[1]
    assert written.rsplit("\n\n", 2)[1:] == text.rsplit("\n\n", 2)[1:]
    assert shown(ours.body) == shown(post.body)
    assert ours.digest == post.digest


@pytest.mark.parametrize("name", FINAL)
def test_every_real_post_is_reproduced_from_its_page_alone(tmp_path: Path, name: str) -> None:
    _, post = real(name)
    with Replica() as replica:
        play(replica, post)
        replica.answers[f"/NewsData/GetNewsText.do?id={post.id}"] = (404, {}, "")
        run = crawl("category", tmp_path, replica, category=post.category)
    assert run.status == 0, run.stderr
    ours = read((tmp_path / "_posts" / name).read_text(encoding="utf-8"), name)
    assert (ours.title, ours.date, ours.tag, ours.category) == (
        post.title,
        post.date,
        post.tag,
        post.category,
    )
    assert (ours.link, ours.digest, shown(ours.body)) == (post.link, post.digest, shown(post.body))


def _named(spider: str, post: StoredPost) -> dict[str, str]:
    if spider == "category":
        return {"category": post.category}
    if post.digest:  # only the post page has the digest and the link of an emnews post
        return {"url": f"http://finews.withounder.com/{post.category}/{post.date:%Y/%m/%d}/{post.id}.html"}
    return {"infocode": post.id}
