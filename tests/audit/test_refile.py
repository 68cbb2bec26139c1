"""Posts that move to the source that an alias, or the credit grammar, names today."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import pytest

from archiver.audit import refile
from archiver.audit.check import check
from archiver.audit.filing import Filing
from archiver.audit.refile import Found, apply, find
from archiver.audit.repair import repair
from archiver.errors import BadArgument, Quarantined, StorageError
from archiver.posts import Post, read, render
from archiver.publish.jekyll.site import entry_of, open_site
from archiver.sites.load import load
from archiver.sites.profile import Profile
from archiver.storage import refiling
from archiver.storage.files import POSTS, STATE
from archiver.storage.lock import Locked
from archiver.storage.redirects import REDIRECTS, composed
from archiver.storage.refiling import REFILING
from archiver.storage.rows import PostRow, Provenance
from archiver.storage.slugs import Slugs
from tests.storage import version_1
from tests.storage.archives import HOME, LISTING, NOW, a_post, bytes_of
from tests.storage.memory import MemoryStore

WRONG, RIGHT = "样例晚报客户端", "样例晚报"
WRONG_SLUG, RIGHT_SLUG = "yangliwanbaokehuduan", "yangliwanbao"
SITE = load("finews")


def knowing(**aliases: str) -> Profile:
    return SITE.model_copy(update={"aliases": aliases})


ALIAS = knowing(**{WRONG: RIGHT})


def filed(root: Path, posts: Mapping[int, tuple[str, str]], site: str = "finews") -> Path:
    """An archive: number of a post → the source that it is filed under (empty: rolling news), and its credit."""
    with open_site(root, SITE.fixed_categories) as archive:
        archive.catalogue.claim("finews", site)
        for number, (source, credit) in posts.items():
            post = a_post(number, source, archive.slugs.slug(source) if source else "")
            came = Provenance(
                site, post.link, LISTING, {"title": "题"}, post.date, True, NOW, credit, b"\1" * 32
            )
            [end] = archive.store([entry_of(post, render(post), source, came)])
            assert not isinstance(end, Quarantined)
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two posts of the wrong spelling, one of the right one, and one of the rolling news."""
    return filed(
        tmp_path, {1: (WRONG, f"来源：{WRONG}"), 2: (WRONG, WRONG), 3: (RIGHT, RIGHT), 4: ("", RIGHT)}
    )


def rows(root: Path) -> dict[int, PostRow]:
    with open_site(root) as archive:
        return {int(row.id[-4:]): row for row in archive.index.posts()}


def provenances(root: Path) -> list[Provenance | None]:
    with open_site(root) as archive:
        return [archive.index.provenance(row.id) for row in archive.index.posts()]


def path_of(root: Path, number: int) -> Path:
    return root / POSTS / f"2022-02-22-{a_post(number, 'x').id}.md"


def stored(root: Path, number: int) -> Post:
    path = path_of(root, number)
    return read(path.read_text("utf-8"), path.name)


def redirected(root: Path) -> dict[str, str]:
    with (root / REDIRECTS).open(encoding="ascii", newline="") as file:
        head, *lines = csv.reader(file)
    assert (head, lines) == (["from", "to"], sorted(lines))
    return dict(lines)


def address(category: str, number: int) -> str:
    return f"/{category}/2022/02/22/{a_post(number, 'x').id}.html"


def moves(found: Found) -> list[tuple[int, str, str]]:
    return [(int(move.row.id[-4:]), move.category, move.tag) for move in found.moves]


def breaches(root: Path) -> list[str]:
    return [str(finding) for finding in check(root, datetime.now(UTC)).breaches]


def outside_the_state(root: Path) -> dict[str, bytes]:
    return {path: content for path, content in bytes_of(root).items() if not path.startswith(STATE)}


# --- which posts belong elsewhere

CREDITS: dict[str, tuple[str, str, dict[str, str], str]] = {
    "an alias of the name in the credit": (WRONG, f"（文章来源：{WRONG}）", {WRONG: RIGHT}, RIGHT),
    "an alias of a whole line": ("样例晚报，供稿", "样例晚报，供稿", {"样例晚报，供稿": RIGHT}, RIGHT),
    "an alias of what was read of a line": ("样例晚报，供稿", "来源：样例晚报，供稿", {"样例晚报，供稿": RIGHT}, RIGHT),
    "an alias in another spelling": ("样例·晚报", "样例・晚报", {"样例·晚报": RIGHT}, RIGHT),
    "a chain of aliases": (WRONG, f"来源：{WRONG}", {WRONG: "样例晚报网", "样例晚报网": RIGHT}, RIGHT),
    "an alias that is gone": (RIGHT, WRONG, {}, WRONG),
    "a credit that the grammar knows now": ("转载自样例晚报", "转载自样例晚报", {}, RIGHT),
    "joint sources that the grammar knows now": ("样例晚报、样例日报", "样例晚报、样例日报", {}, RIGHT),
    "no credit: an alias of the tag": (WRONG, "", {WRONG: RIGHT}, RIGHT),
    "no credit: a tag that is a credit line": ("来源：样例晚报", "", {}, RIGHT),
    "the right source": (RIGHT, "来源：样例晚报", {WRONG: RIGHT}, ""),
    "a source that its alias names": (RIGHT, WRONG, {WRONG: RIGHT}, ""),
    "a line that nobody knows": ("样例晚报，供稿", "样例晚报，供稿", {}, ""),
    "a line that the grammar knew once": (RIGHT, "样例晚报，供稿", {}, ""),
    "only a reporter": ("记者王某/台北报导", "記者王某／台北報導", {}, ""),
    "a credit that is cut": (RIGHT, "样例" * 250, {}, ""),
    "markup": (RIGHT, "<b>样例日报</b>", {}, ""),
    "a name with words of credit lines": ("综合开发研究院", "综合开发研究院", {}, ""),
    "an alias for itself": ("综合样例报", "综合样例报", {"综合样例报": "综合样例报"}, ""),
    "a category that does not depend on the source": ("", WRONG, {WRONG: RIGHT}, ""),
}  # fmt: skip


@pytest.mark.parametrize("case", CREDITS)
def test_a_post_moves_if_its_credit_names_another_source_today(tmp_path: Path, case: str) -> None:
    source, credit, aliases, right = CREDITS[case]
    site = Profile.model_validate(SITE.model_dump() | {"aliases": aliases})
    index = MemoryStore(tmp_path)
    slugs = Slugs(index, site.fixed_categories)
    slug = slugs.slug(source) if source else ""
    post = a_post(1, source, slug)
    with index.transaction():
        row = PostRow(post.id, post.name, post.category, post.tag, b"\1" * 32)
        index.add_post(row, Provenance("finews", credit=credit))
    found = [(move.source, move.category, move.tag) for move in Filing(index, slugs, site).moves()]
    assert found == ([(right, slugs.slug(right), f"{right}新闻")] if right else [])


def test_posts_of_other_sites_and_of_other_ids_are_left_out(root: Path) -> None:
    filed(root, {5: (WRONG, WRONG)}, site="mine")
    found = find(root, ALIAS)
    assert ([number for number, *_ in moves(found)], found.others) == ([1, 2], 1)
    mine = ALIAS.model_copy(update={"name": "mine", "archive": "finews"})
    assert [number for number, *_ in moves(find(root, mine))] == [5]
    assert found.pages == (), "the page of the other site's post is still needed"
    no_family = ALIAS.model_copy(update={"families": [SITE.families[1]]})
    assert find(root, no_family).moves == ()


@pytest.mark.parametrize("source", [WRONG, f"{WRONG}新闻", WRONG_SLUG])
def test_one_source_can_be_selected(root: Path, source: str) -> None:
    filed(root, {5: ("样例财经网", "样例财经网")})
    site = knowing(**{WRONG: RIGHT, "样例财经网": "样例财经"})
    assert [number for number, *_ in moves(find(root, site))] == [5, 1, 2]
    assert [number for number, *_ in moves(find(root, site, source))] == [1, 2]
    assert find(root, site, "样例").moves == ()


def test_an_archive_of_another_namespace_is_refused(root: Path) -> None:
    other = ALIAS.model_copy(update={"archive": "other"})
    before = bytes_of(root)
    for task in (find, apply):
        with pytest.raises(BadArgument, match="has articles of 'finews', this site is 'other'"):
            task(root, other)
    assert bytes_of(root) == before


def test_a_post_whose_tag_has_another_form_than_today_stays_with_its_source(root: Path) -> None:
    families = [SITE.families[0].model_copy(update={"tag": "{source}快讯"}), SITE.families[1]]
    site = knowing().model_copy(update={"families": families})
    assert find(root, site).moves == ()
    site = ALIAS.model_copy(update={"families": families})
    assert moves(find(root, site)) == [(number, RIGHT_SLUG, "样例晚报快讯") for number in (1, 2)]


def test_a_post_takes_the_slug_of_the_profile(root: Path) -> None:
    site = ALIAS.model_copy(update={"slugs": {RIGHT: "wanbao"}})
    assert [category for _, category, _ in moves(find(root, site))] == ["wanbao", "wanbao"]


# --- what changes


def test_a_move_changes_category_tag_footer_index_page_and_redirects(root: Path) -> None:
    before, came = outside_the_state(root), provenances(root)
    posts = {number: stored(root, number) for number in (1, 2)}
    applied = apply(root, ALIAS)
    after = outside_the_state(root)
    for number, post in posts.items():
        expected = replace(
            post,
            category=RIGHT_SLUG,
            tag=f"{RIGHT}新闻",
            page=f"{HOME}category/{RIGHT_SLUG}.html",
            back_label=f"返回{RIGHT}新闻",
        )
        assert path_of(root, number).read_text("utf-8") == render(expected)
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    names = {f"{POSTS}/{path_of(root, number).name}" for number in posts}
    assert changed == names | {f"category/{WRONG_SLUG}.html", REDIRECTS}
    assert f"category/{WRONG_SLUG}.html" not in after
    assert redirected(root) == {
        f"/category/{WRONG_SLUG}.html": f"/category/{RIGHT_SLUG}.html",
        **{address(WRONG_SLUG, number): address(RIGHT_SLUG, number) for number in posts},
    }
    assert (len(applied.moves), applied.kept, len(applied.pages)) == (2, (), 1)
    assert {row.category for row in rows(root).values()} == {RIGHT_SLUG, "emnews"}
    assert provenances(root) == came
    assert breaches(root) == []
    with open_site(root) as archive:
        assert archive.slugs.slug(WRONG) == WRONG_SLUG, "slugs are permanent"
        assert archive.reindex() == 4
    assert {row.category for row in rows(root).values()} == {RIGHT_SLUG, "emnews"}


def test_a_dry_run_changes_no_byte(root: Path) -> None:
    before = bytes_of(root)
    found = find(root, ALIAS)
    assert moves(found) == [(number, RIGHT_SLUG, f"{RIGHT}新闻") for number in (1, 2)]
    assert [page.path for page in found.pages] == [f"category/{WRONG_SLUG}.html"]
    assert bytes_of(root) == before


def test_a_second_move_finds_nothing_and_changes_nothing(root: Path) -> None:
    apply(root, ALIAS)
    before = bytes_of(root)
    times = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    assert apply(root, ALIAS) == Found((), (), (), (), 0)
    assert bytes_of(root) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_a_source_without_posts_gets_its_page_and_its_slug(tmp_path: Path) -> None:
    filed(tmp_path, {1: (WRONG, WRONG)})
    apply(tmp_path, knowing(**{WRONG: "样例财经"}))
    page = (tmp_path / "category/yanglicaijing.html").read_text("utf-8")
    assert page == "---\nlayout: category\ntitle: 样例财经新闻\ncategory: yanglicaijing\n---"
    with open_site(tmp_path) as archive:
        assert archive.index.slugs() == {WRONG: WRONG_SLUG, "样例财经": "yanglicaijing"}
    assert breaches(tmp_path) == []


def test_a_slug_that_another_source_has_is_not_shared(tmp_path: Path) -> None:
    filed(tmp_path, {1: (WRONG, WRONG), 2: ("样利晚报", "样利晚报")})
    apply(tmp_path, ALIAS)
    one, two = rows(tmp_path)[1].category, rows(tmp_path)[2].category
    assert one.startswith(f"{two}x")
    assert breaches(tmp_path) == []


def test_many_posts_move_in_batches(tmp_path: Path) -> None:
    filed(tmp_path, {number: ((WRONG, "样例财经网")[number % 2],) * 2 for number in range(7)})
    site = knowing(**{WRONG: RIGHT, "样例财经网": "样例财经"})
    with mock.patch.object(refile, "MAX_BATCH", 2):
        assert len(apply(tmp_path, site).moves) == 7
    assert {row.category for row in rows(tmp_path).values()} == {RIGHT_SLUG, "yanglicaijing"}
    assert len(redirected(tmp_path)) == 9
    pages = sorted(path.name for path in (tmp_path / "category").iterdir())
    assert (pages, breaches(tmp_path)) == (["yanglicaijing.html", f"{RIGHT_SLUG}.html"], [])


def test_posts_of_an_index_of_version_1_move_by_their_tags(tmp_path: Path) -> None:
    root = version_1.copied(tmp_path / "archive")
    site = knowing(样例财经="样例晚报")
    expected = [number for number in range(6) if number % 3 == 2]
    assert [number for number, *_ in moves(find(root, site))] == expected
    apply(root, site)
    assert {rows(root)[number].tag for number in expected} == {"样例晚报新闻"}
    assert breaches(root) == []


def test_posts_of_the_old_archive_move_and_keep_their_form(tmp_path: Path) -> None:
    texts = {number: render(a_post(number, WRONG, WRONG_SLUG)) for number in (1, 2)}
    texts[1] = texts[1].replace("\n---\n", "\n---\n\n", 1).replace(" +0800\n", "\n", 1).rpartition("\n\n")[0]
    texts[2] = texts[2].replace("｜[", "\n[")
    (tmp_path / POSTS).mkdir()
    for number, text in texts.items():
        path_of(tmp_path, number).write_bytes(text.encode())
    with open_site(tmp_path):
        pass
    assert len(apply(tmp_path, ALIAS).moves) == 2
    for number, text in texts.items():
        expected = text.replace(f": {WRONG_SLUG}\n", f": {RIGHT_SLUG}\n").replace(
            f"{WRONG}新闻", f"{RIGHT}新闻"
        )
        expected = expected.replace(f"{WRONG_SLUG}.html", f"{RIGHT_SLUG}.html")
        assert path_of(tmp_path, number).read_bytes() == expected.encode()


# --- what stays


def _edit(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace("样例正文".encode(), "改过的正文".encode()))


def _delete(path: Path) -> None:
    path.unlink()


def _link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def _spell(path: Path) -> None:
    """An edit of the form that the index knows."""
    path.write_bytes(path.read_bytes().replace(b"categories: ", b"categories:  "))
    root = path.parents[1]
    with open_site(root) as archive:
        archive.reindex()


@pytest.mark.parametrize(
    ("change", "kind"), [(_edit, "edited"), (_delete, "missing"), (_link, "edited"), (_spell, "form")]
)
def test_a_post_that_somebody_changed_is_kept_and_reported(root: Path, change: object, kind: str) -> None:
    assert callable(change)
    change(path_of(root, 1))
    with open_site(root) as archive:
        row = archive.index.post(a_post(1, "x").id)
    before = path_of(root, 1).read_bytes() if path_of(root, 1).exists() else None
    for task in (find, apply):
        found = task(root, ALIAS)
        assert [number for number, *_ in moves(found)] == [2]
        assert [(kept.kind, kept.move.row.id) for kept in found.kept] == [(kind, a_post(1, "x").id)]
        assert found.pages == (), "the category still has a post"
    assert (path_of(root, 1).read_bytes() if before is not None else None) == before
    assert rows(root)[1] == row
    assert (root / f"category/{WRONG_SLUG}.html").exists()
    assert redirected(root) == {address(WRONG_SLUG, 2): address(RIGHT_SLUG, 2)}


def test_a_post_that_is_edited_while_others_move_is_kept(root: Path) -> None:
    first = refile._batches

    def edited(found: Found) -> object:
        _edit(path_of(root, 1))
        return first(found)

    with mock.patch.object(refile, "_batches", edited):
        found = apply(root, ALIAS)
    assert (moves(found), [kept.kind for kept in found.kept]) == (
        [(2, RIGHT_SLUG, f"{RIGHT}新闻")],
        ["edited"],
    )
    assert (root / f"category/{WRONG_SLUG}.html").exists()
    assert rows(root)[1].category == WRONG_SLUG


def test_a_category_page_that_somebody_edited_is_kept_without_a_redirect(root: Path) -> None:
    page = root / f"category/{WRONG_SLUG}.html"
    page.write_text("---\nlayout: category\n---\n改了名", encoding="utf-8")
    found = apply(root, ALIAS)
    assert (found.pages, [kept.path for kept in found.edited_pages]) == ((), [f"category/{WRONG_SLUG}.html"])
    assert "改了名" in page.read_text("utf-8")
    assert f"/category/{WRONG_SLUG}.html" not in redirected(root)


def test_nothing_is_read_or_moved_while_a_run_is_active(root: Path) -> None:
    with open_site(root):
        for task in (find, apply):
            with pytest.raises(Locked):
                task(root, ALIAS)


# --- redirects


def test_redirects_of_several_moves_lead_to_the_last_address(root: Path) -> None:
    first, last = "样例晚报", "样例财经"
    apply(root, ALIAS)
    apply(root, knowing(**{WRONG: last, first: last}))
    expected = {address(WRONG_SLUG, number): address("yanglicaijing", number) for number in (1, 2)}
    expected |= {address(RIGHT_SLUG, number): address("yanglicaijing", number) for number in (1, 2, 3)}
    for slug in (WRONG_SLUG, RIGHT_SLUG):
        expected[f"/category/{slug}.html"] = "/category/yanglicaijing.html"
    assert redirected(root) == expected
    apply(root, knowing())
    back = redirected(root)
    assert address(WRONG_SLUG, 1) not in back
    assert back[address("yanglicaijing", 1)] == address(WRONG_SLUG, 1)
    assert back[address(RIGHT_SLUG, 1)] == address(WRONG_SLUG, 1)
    assert f"/category/{WRONG_SLUG}.html" not in back, "the page is there again"
    assert not back.keys() & set(back.values())
    assert breaches(root) == []


COMPOSED: list[tuple[dict[str, str], dict[str, str], set[str], dict[str, str]]] = [
    ({}, {}, set(), {}),
    ({}, {"a": "b"}, set(), {"a": "b"}),
    ({"a": "b"}, {"b": "c"}, set(), {"a": "c", "b": "c"}),
    ({"a": "b"}, {"b": "a"}, set(), {"b": "a"}),
    ({"a": "b"}, {"a": "b"}, set(), {"a": "b"}),
    ({"a": "c", "b": "c"}, {"c": "a"}, set(), {"b": "a", "c": "a"}),
    ({"a": "c", "b": "c"}, {"c": "d"}, set(), {"a": "d", "b": "d", "c": "d"}),
    ({"a": "b", "x": "y"}, {"b": "x"}, set(), {"a": "x", "b": "x"}),
    ({"a": "b"}, {"c": "d"}, {"a"}, {"c": "d"}),
    ({"a": "b"}, {"a": "c"}, set(), {"a": "c"}),
    ({"a": "b"}, {}, {"b"}, {"a": "b"}),
]


@pytest.mark.parametrize(("earlier", "moved", "in_use", "expected"), COMPOSED)
def test_redirects_are_composed_and_never_form_a_circle(
    earlier: dict[str, str], moved: dict[str, str], in_use: set[str], expected: dict[str, str]
) -> None:
    once = composed(earlier, moved, in_use)
    assert once == expected
    assert composed(once, moved, in_use) == once, "a move that was cut off is completed by doing it again"


@pytest.mark.parametrize("content", [b"a,b\n", b"", b"from,to\n/a\n", b"from,to\n/a,/b,/c\n", b"\xff"])
def test_a_list_of_redirects_that_cannot_be_read_stops_the_move_before_any_change(
    root: Path, content: bytes
) -> None:
    (root / "_data").mkdir()
    (root / REDIRECTS).write_bytes(content)
    before = outside_the_state(root)
    with pytest.raises(StorageError, match=r"redirects\.csv is not a list of redirects: "):
        apply(root, ALIAS)
    assert outside_the_state(root) == before
    assert breaches(root) == []


def test_redirects_of_the_owner_are_kept(root: Path) -> None:
    (root / "_data").mkdir()
    (root / REDIRECTS).write_bytes("\ufefffrom,to\r\n/old,/new\r\n\r\n".encode())
    apply(root, ALIAS)
    assert redirected(root)["/old"] == "/new"


# --- moves that are cut off


def cut_off(root: Path) -> None:
    """The files of the posts are new, and everything else is as it was."""
    with (
        mock.patch.object(refiling, "finish", side_effect=StorageError("cut off")),
        pytest.raises(StorageError, match="cut off"),
    ):
        apply(root, ALIAS)


def completed(root: Path) -> Path:
    """A copy of the archive in which nothing was cut off."""
    apply(root, ALIAS)
    return root


def _run(root: Path) -> None:
    with open_site(root):
        pass


def _repair(root: Path) -> None:
    now = datetime.now(UTC)
    checked = check(root, now)
    assert ("staging", REFILING) in [(finding.kind, finding.path) for finding in checked.breaches]
    repair(root, checked, now)


def _again(root: Path) -> None:
    assert apply(root, ALIAS).moves == ()


def _index_lost(root: Path) -> None:
    for path in root.glob(f"{STATE}/index.sqlite*"):
        path.unlink()
    _run(root)


@pytest.mark.parametrize("mend", [_run, _repair, _again, _index_lost])
def test_a_move_that_was_cut_off_is_completed(tmp_path: Path, mend: object) -> None:
    posts = {1: (WRONG, WRONG), 2: (WRONG, WRONG), 3: (RIGHT, RIGHT)}
    undisturbed = completed(filed(tmp_path / "undisturbed", posts))
    root = filed(tmp_path / "cut", posts)
    cut_off(root)
    found = find(root, ALIAS)
    assert found == Found((), (), (), (), 0, was_cut_off=True), "no post counts as edited"
    assert callable(mend)
    mend(root)
    assert outside_the_state(root) == outside_the_state(undisturbed)
    assert rows(root) == rows(undisturbed)
    assert not (root / REFILING).exists()
    assert breaches(root) == []


def test_only_the_posts_that_were_written_count_as_moved(root: Path) -> None:
    old = path_of(root, 1).read_bytes()
    cut_off(root)
    path_of(root, 1).write_bytes(old)
    _run(root)
    assert (rows(root)[1].category, rows(root)[2].category) == (WRONG_SLUG, RIGHT_SLUG)
    assert redirected(root) == {address(WRONG_SLUG, 2): address(RIGHT_SLUG, 2)}
    assert (root / f"category/{WRONG_SLUG}.html").exists()
    assert moves(apply(root, ALIAS)) == [(1, RIGHT_SLUG, f"{RIGHT}新闻")]
    assert (root / f"category/{WRONG_SLUG}.html").exists() is False
    assert breaches(root) == []


def test_a_damaged_record_of_a_move_is_named(root: Path) -> None:
    cut_off(root)
    (root / REFILING).write_bytes(b'{"posts": [{}]}')
    for task in (_run, _again, lambda root: find(root, ALIAS)):
        with pytest.raises(StorageError, match=r"refiling\.json: .*; move it away"):
            task(root)
