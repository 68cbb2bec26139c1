"""Every kind of damage to a complete archive is found, reported, and repaired if that needs no decision."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from archiver.audit.check import check
from archiver.audit.findings import KINDS
from archiver.audit.repair import repair
from archiver.errors import StorageError
from archiver.items import Listed
from archiver.posts import render
from archiver.publish.jekyll.site import entry_of, open_site
from archiver.run.ledger import Ledger
from archiver.storage.lock import Locked
from archiver.storage.rows import KnownListing
from archiver.storage.sqlite import DamagedIndex, SqliteStore
from tests.crawling import PROJECT
from tests.storage import version_1
from tests.storage.archives import LISTING, NOW, SOURCES, a_post, bytes_of, finished, listed

ID = listed(1).id
NAME = f"2022-02-22-{ID}.md"
POST = f"_posts/{NAME}"
INDEX = ".archive/index.sqlite"
CORPUS = PROJECT.parent / "shared" / "corpus"


@pytest.fixture(scope="session")
def undamaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished(tmp_path_factory.mktemp("undamaged"))


@pytest.fixture
def root(undamaged: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(undamaged, tmp_path / "archive"))


def found(root: Path) -> list[tuple[str, str]]:
    return [(finding.kind, finding.path) for finding in check(root, NOW).findings]


def check_and_repair(root: Path) -> None:
    repair(root, check(root, NOW), NOW)


def rerun(root: Path) -> None:
    """What the next run does with the articles that have or had posts."""
    with open_site(root, {"emnews": "东财滚动新闻"}) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        numbers = range(7)
        posts = [
            a_post(n, source, archive.slugs.slug(source))
            for n, source in zip(numbers[:6], 2 * SOURCES, strict=True)
        ]
        for post in [*posts, a_post(6)]:
            if ledger.admit([Listed(post.id, listing=LISTING)]):
                archive.store([entry_of(post, render(post), post.tag.removesuffix("新闻"))])


def posts_of(root: Path) -> dict[str, bytes]:
    return {path: content for path, content in bytes_of(root).items() if path.startswith("_posts")}


# --- reading


def test_the_check_of_an_undamaged_archive_finds_nothing_and_writes_nothing(root: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    checked = check(root, NOW)
    assert (checked.posts, checked.findings) == (7, ())
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_the_check_is_refused_during_a_run_and_leaves_no_lock(root: Path) -> None:
    with open_site(root), pytest.raises(Locked, match="a run is using the archive"):
        check(root, NOW)
    check(root, NOW)
    open_site(root).close()


def test_the_check_reads_the_write_ahead_log_of_a_killed_run(root: Path) -> None:
    with open_site(root) as archive:
        post = a_post(50, SOURCES[0])
        archive.store([entry_of(post, render(post))])
        killed = Path(shutil.copytree(root, root.parent / "killed"))
    assert (killed / f"{INDEX}-wal").stat().st_size
    before = bytes_of(killed)
    assert found(killed) == []
    assert bytes_of(killed) == before


# --- one post


def change_post(root: Path, change: Callable[[bytes], bytes]) -> None:
    path = root / POST
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize(
    ("kind", "change"),
    {
        "zero-length": ("broken", lambda _: b""),
        "no front matter": ("broken", lambda old: old[4:]),
        "no title": ("broken", lambda old: old.replace(old.split(b"\n")[2], b'title: ""')),
        "an impossible date": ("broken", lambda old: old.replace(b"date: 2022-02-22", b"date: 2022-02-30")),
        "invalid UTF-8": ("broken", lambda old: old.replace("样".encode(), b"\xff\xfe", 1)),
        "UTF-16": ("broken", lambda old: old.decode().encode("utf-16")),
        "NULs, as after a power cut": ("broken", lambda old: b"\x00" * len(old)),
        "NULs at the end": ("broken", lambda old: old[:-60] + bytes(60)),
        "NULs below the footer": ("broken", lambda old: old + bytes(512)),
        "NULs within the text": ("broken", lambda old: old.replace("第1段".encode(), bytes(7))),
        "cut, and a line break at the end": ("broken", lambda old: old[:-9] + b"\n"),
        "cut, with CRLF": ("broken", lambda old: old[:-9].replace(b"\n", b"\r\n")),
        "cut below its link": ("broken", lambda old: old.rpartition(b"\n\n")[0] + b"\n"),
        "cut above its link": ("broken", lambda old: old[: old.index(b"<http")]),
        "its first line is missing": ("broken", lambda old: b"\n" + old.partition(b"\n")[2]),
    }.values(),
)
def test_a_damaged_post_is_found_and_restored_by_repair_and_rerun(
    root: Path, kind: str, change: Callable[[bytes], bytes]
) -> None:
    before = posts_of(root)
    change_post(root, change)
    changed = (root / POST).read_bytes()
    assert found(root) == [(kind, POST)]
    check_and_repair(root)
    assert (root / ".archive/set-aside" / NAME).read_bytes() == changed
    rerun(root)
    assert posts_of(root) == before
    assert found(root) == []


NOTE = "编者注：已与原文核对。".encode()
LINK_LINE = re.compile(rb"^<http.*>$", re.MULTILINE)
FOOTER_LINE = re.compile(rb"^\[.*\)$", re.MULTILINE)
EDITS: dict[str, Callable[[bytes], bytes]] = {
    "a line break at the end": lambda old: old + b"\n",
    "blank lines at the end": lambda old: old + b"\n\n  \n",
    "CRLF": lambda old: old.replace(b"\n", b"\r\n"),
    "CR": lambda old: old.replace(b"\n", b"\r"),
    "a byte order mark": lambda old: b"\xef\xbb\xbf" + old,
    "a byte order mark, CRLF and a line break": (
        lambda old: b"\xef\xbb\xbf" + old.replace(b"\n", b"\r\n") + b"\r\n"
    ),
    "a paragraph below the footer": lambda old: old + b"\n\n" + NOTE,
    "many paragraphs below the footer": lambda old: old + (b"\n\n" + NOTE) * 40 + b"\n",
    "a paragraph with links below the footer": lambda old: old + b"\n\n[a](//b.example/)<http://b.example/>",
    "a line below the footer": lambda old: old + b"\n" + NOTE,
    "a word behind the footer": lambda old: old + " （全文）".encode(),
    "a word before the footer": lambda old: FOOTER_LINE.sub(lambda line: NOTE + line[0], old),
    "a line above the footer": lambda old: FOOTER_LINE.sub(lambda line: NOTE + b"\n" + line[0], old),
    "a paragraph below the link": lambda old: LINK_LINE.sub(lambda line: line[0] + b"\n\n" + NOTE, old),
    "a line below the link": lambda old: LINK_LINE.sub(lambda line: line[0] + b"\n" + NOTE, old),
    "a word before the link": lambda old: LINK_LINE.sub(lambda line: NOTE + line[0], old),
    "a paragraph above the link": lambda old: LINK_LINE.sub(lambda line: NOTE + b"\n\n" + line[0], old),
    "a paragraph above the text": lambda old: old.replace(b"\n---\n", b"\n---\n" + NOTE + b"\n\n", 1),
    "blank lines in the text": lambda old: old.replace(b"</p>", b"</p>\n\n", 1),
    "a word in the text": lambda old: old.replace("第1段".encode(), "第1段".encode() + NOTE),
    "another title": lambda old: old.replace("标题".encode(), "题目".encode()),
    "another key": lambda old: old.replace(b"\n---\n", b"\nimage: x.png\n---\n", 1),
    "a comment in the front matter": lambda old: old.replace(b"\n---\n", b"\n# note\n---\n", 1),
    "a line above the front matter": lambda old: b"<!-- note -->\n" + old,
}
"""What a user may do to a post with an editor."""


@pytest.mark.parametrize("edit", EDITS)
def test_text_that_a_user_added_anywhere_is_kept(root: Path, edit: str) -> None:
    """No repair, run, or rebuild of the index changes such a post or requests its article."""
    change_post(root, EDITS[edit])
    before = posts_of(root)
    assert found(root) == [("edited", POST)]
    check_and_repair(root)
    assert posts_of(root) == before
    assert_known_after_a_run(root)
    (root / INDEX).unlink()
    check_and_repair(root)
    assert check(root, NOW).breaches == []
    assert posts_of(root) == before
    assert_known_after_a_run(root)


def assert_known_after_a_run(root: Path) -> None:
    before = posts_of(root)
    with open_site(root) as archive:
        ledger = Ledger(archive.catalogue, NOW, site="finews")
        assert ledger.admit([listed(1)]) == []
    assert posts_of(root) == before


def test_a_post_that_a_user_edited_is_named_as_such_after_a_rebuild_of_the_index(root: Path) -> None:
    change_post(root, EDITS["a paragraph below the footer"])
    (root / INDEX).unlink()
    check_and_repair(root)
    assert [(finding.kind, finding.detail) for finding in check(root, NOW).findings] == [
        ("edited", "text was added, or an editor changed the line ends")
    ]


def test_a_post_that_is_cut_anywhere_is_found(root: Path) -> None:
    content = (root / POST).read_bytes()
    for length in [*range(0, len(content), 4), *range(len(content) - 60, len(content))]:
        (root / POST).write_bytes(content[:length])
        assert found(root) == [("broken", POST)], length


def test_a_flipped_bit_anywhere_in_a_post_is_found(root: Path) -> None:
    content = (root / POST).read_bytes()
    dice = random.Random(1)
    for place in [
        *range(content.index(b"\n---\n", 4) + 5),
        *(dice.randrange(len(content)) for _ in range(200)),
    ]:
        flipped = bytearray(content)
        flipped[place] ^= 1 << dice.randrange(8)
        (root / POST).write_bytes(flipped)
        kinds = {kind for kind, path in found(root) if path == POST}
        assert kinds & {"broken", "edited", "misnamed"}, (place, flipped[place])


def test_a_broken_post_is_requested_again_as_it_was_listed(root: Path) -> None:
    for number in (0, 1):
        (root / f"_posts/2022-02-22-{listed(number).id}.md").write_bytes(b"")
    check_and_repair(root)
    with open_site(root) as archive:
        ledger = Ledger(archive.catalogue, NOW, site="finews")
        assert ledger.known_listing(LISTING) == KnownListing(LISTING), "the listing is read in full"
        waiting = {article.id: article for article in ledger.waiting(LISTING)}
    for number, category in ((0, "yangliribao"), (1, "yangliwanbao")):
        post = a_post(number, SOURCES[number])
        assert waiting[post.id] == Listed(post.id, category, post.link, {"title": post.title}, LISTING)


def test_a_broken_post_of_version_1_is_requested_again_with_the_listing_of_its_category(
    tmp_path: Path,
) -> None:
    """The index does not know how the article was listed."""
    root = version_1.copied(tmp_path / "old")
    for number in (0, 1):
        (root / f"_posts/2022-02-22-{listed(number).id}.md").write_bytes(b"")
    check_and_repair(root)
    with open_site(root) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        assert listed(0, category="yangliribao") in ledger.waiting(LISTING)
        assert listed(1, category="yangliwanbao", listing="") in ledger.waiting(""), (
            "its listing is not known"
        )


def test_a_post_dated_tomorrow_is_accepted_and_one_dated_next_week_is_a_breach(root: Path) -> None:
    assert check(root, NOW - timedelta(hours=20)).findings == ()
    assert len(check(root, NOW - timedelta(days=7)).breaches) == 7


def test_liquid_markup_in_a_post_is_found(root: Path) -> None:
    name = "2022-02-22-NW202202222284000077.md"
    text = (root / POST).read_text().replace("又一段", "{% foo %}")
    (root / "_posts" / name).write_text(text)
    check_and_repair(root)
    assert found(root) == [("old_form", f"_posts/{name}"), ("liquid", f"_posts/{name}")]


# --- names


def test_a_post_with_a_wrong_name_is_renamed(root: Path) -> None:
    before = posts_of(root)
    for wrong in ("2022-02-23-{}.md", "{}.md", "2022-2-2-{}.md", "2022-02-22-{}-copy.md"):
        (root / POST).rename(root / "_posts" / wrong.format(ID))
        assert ("misnamed", f"_posts/{wrong.format(ID)}") in found(root)
        check_and_repair(root)
        assert posts_of(root) == before, wrong
        assert found(root) == []


@pytest.mark.parametrize(
    "copy", [f"2022-02-23-{ID}.md", "2022-02-22-NW202202222284000001-copy.md", f"{ID}.md"]
)
def test_a_second_file_of_an_article_is_moved_aside(root: Path, copy: str) -> None:
    before = posts_of(root)
    shutil.copy(root / POST, root / "_posts" / copy)
    assert found(root) == [("duplicate", f"_posts/{copy}")]
    check_and_repair(root)
    assert (posts_of(root), found(root)) == (before, [])
    assert (root / ".archive/set-aside" / copy).exists()


def test_a_second_valid_post_of_an_article_is_a_duplicate(root: Path) -> None:
    earlier = (root / POST).read_text().replace("2022-02-22", "2022-02-21")
    (root / f"_posts/2022-02-21-{ID}.md").write_text(earlier)
    assert found(root) == [("duplicate", f"_posts/2022-02-21-{ID}.md")], "the index has the right one"
    check_and_repair(root)
    assert found(root) == []


def test_ids_that_differ_in_capitals_only_are_found_and_not_repaired(root: Path) -> None:
    text = (root / POST).read_text()
    (root / f"_posts/2022-02-22-{ID.lower()}.md").write_text(text.replace("样例标题", "另一个"))
    assert ("twin", f"_posts/2022-02-22-{ID.lower()}.md") in found(root)
    check_and_repair(root)
    assert ("twin", f"_posts/2022-02-22-{ID.lower()}.md") in found(root), "this needs a decision"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (f"{NAME}.tmp", "stray"),
        ("2022-02-22-x.markdown", "stray"),
        ("2022-2-2-note.html", "stray"),
        (f".{NAME}.tmp", None),
        (f"{NAME}~", None),
        ("notes.txt", None),
        ("2021-12-01-welcome.md", "foreign"),
        ("README.md", "foreign"),
        ("-202205262391921712.md", "broken"),
    ],
)
def test_files_that_are_not_posts_of_the_archiver_are_classified(
    root: Path, name: str, kind: str | None
) -> None:
    (root / "_posts" / name).write_text("---\nlayout: post\ntitle: x\n---\n")
    assert found(root) == ([(kind, f"_posts/{name}")] if kind else [])
    check_and_repair(root)
    assert (root / "_posts" / name).exists() is (kind in (None, "foreign"))


def test_links_and_folders_among_the_posts_are_found(root: Path) -> None:
    (root / "_posts/2022-02-22-link.md").symlink_to("/etc/hostname")
    (root / "_posts/2021").mkdir()
    shutil.copy(root / POST, root / "_posts/2021")
    assert found(root) == [("nested", "_posts/2021"), ("stray", "_posts/2022-02-22-link.md")]
    check_and_repair(root)
    assert found(root) == [("nested", "_posts/2021")]


# --- posts and index


def test_a_deleted_post_is_withdrawn_and_restored_if_the_user_names_it(root: Path) -> None:
    before = posts_of(root)
    (root / POST).unlink()
    assert found(root) == [("withdrawn", POST)]
    rerun(root)
    assert found(root) == [("withdrawn", POST)], "a run does not restore it"
    check_and_repair(root)
    assert found(root) == []
    rerun(root)
    assert not (root / POST).exists()
    with open_site(root) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        post = a_post(1, SOURCES[1], archive.slugs.slug(SOURCES[1]))
        assert ledger.admit([Listed(ID)], named=True)
        archive.store([entry_of(post, render(post))])
    assert (posts_of(root), found(root)) == (before, [])


def test_an_article_whose_post_was_deleted_can_be_named_without_a_repair(root: Path) -> None:
    (root / POST).unlink()
    with open_site(root) as archive:
        assert Ledger(archive.catalogue, NOW).admit([Listed(ID)]) == []
        assert Ledger(archive.catalogue, NOW).admit([Listed(ID)], named=True)


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("DELETE FROM post WHERE id = '{}'", "unindexed"),
        ("UPDATE post SET id = 'NW1', name = name || '-{0}.md' WHERE id = '{0}'", "unindexed"),
        ("UPDATE post SET id = 'NW1', name = name || '-{0}.md' WHERE id = '{0}'", "index_row"),
        (
            "INSERT INTO place VALUES (9, 'x', '样例日报新闻'); UPDATE post SET place = 9 WHERE id = '{}'",
            "index_row",
        ),
        (
            "INSERT INTO place VALUES (9, 'yangliribao', 'x'); UPDATE post SET place = 9 WHERE id = '{}'",
            "index_row",
        ),
        ("UPDATE post SET name = 'x' WHERE id = '{}'", "index_row"),
    ],
)
def test_index_rows_that_differ_from_the_posts_are_corrected(root: Path, sql: str, kind: str) -> None:
    before = posts_of(root)
    with sqlite3.connect(root / INDEX) as db:
        db.executescript(sql.format(ID))
    db.close()
    assert (kind, POST) in found(root)
    check_and_repair(root)
    assert (posts_of(root), found(root)) == (before, [])


def test_two_slugs_for_a_name_and_two_names_for_a_slug_are_found(root: Path) -> None:
    for number, (slug, tag) in enumerate(
        (("anotherslug", "样例日报新闻"), ("Yangliribao", "另一家新闻")), 71
    ):
        text = (root / f"_posts/2022-02-22-{listed(0).id}.md").read_text()
        text = text.replace("categories: yangliribao", f"categories: {slug}").replace("样例日报新闻", tag)
        (root / f"_posts/2022-02-22-NW2022022222840000{number}.md").write_text(text)
    check_and_repair(root)
    kinds = {(kind, path[-5:-3]) for kind, path in found(root)}
    assert {("slug", "71"), ("slug", "72")} <= kinds


def test_a_post_with_another_slug_than_the_index_is_found(root: Path) -> None:
    with open_site(root) as archive, archive.index.transaction():
        archive.index._db.execute("DELETE FROM slug WHERE name = ?", (SOURCES[1],))
        archive.index.add_slug(SOURCES[1], "yangliwanbaox1234")
    assert found(root) == [("slug", POST), ("slug", f"_posts/2022-02-22-{listed(4).id}.md")]


# --- other files


@pytest.mark.parametrize("page", ["category/yangliribao.html", "emnews/index.html"])
@pytest.mark.parametrize("content", [None, b""])
def test_a_missing_category_page_is_written(root: Path, page: str, content: bytes | None) -> None:
    before = (root / page).read_bytes()
    (root / page).unlink()
    if content is not None:
        (root / page).write_bytes(content)
    assert found(root) == [("page", page)]
    check_and_repair(root)
    assert (root / page).read_bytes() == before


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".archive/staging/half.md", "staging"),
        (".archive/quarantine/NW202202222284009002.json", "record"),
        (".archive/quarantine/x.json", "record"),
        (".archive/report.json", "report"),
    ],
)
def test_cut_or_leftover_files_of_the_archiver_are_found_and_removed(
    root: Path, path: str, kind: str
) -> None:
    (root / path).parent.mkdir(exist_ok=True)
    content = (root / path).read_bytes() if (root / path).exists() else b"{}"
    (root / path).write_bytes(content[: len(content) // 2])
    assert found(root) == [(kind, path)]
    check_and_repair(root)
    assert found(root) == []
    assert not (root / path).exists()


def test_a_changed_response_in_a_quarantine_record_is_found(root: Path) -> None:
    path = root / ".archive/quarantine/NW202202222284009002.json"
    text = path.read_text()
    start = text.index('"base64": "') + len('"base64": "')
    path.write_text(text[:start] + "A" + text[start + 1 :])
    assert found(root) == [("record", ".archive/quarantine/NW202202222284009002.json")]


# --- the index


def dump(path: Path) -> list[str]:
    """The content of an index without the table ``run``: a wrong value there only causes a search for posts."""
    with sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True) as db:
        lines = [line for line in db.iterdump() if '"run"' not in line]
    db.close()
    return lines


def assert_repair_restores(root: Path, before: dict[str, bytes]) -> None:
    check_and_repair(root)
    assert found(root) == []
    rerun(root)
    assert posts_of(root) == before


def test_an_index_that_is_cut_anywhere_is_found_and_refused(root: Path) -> None:
    content = (root / INDEX).read_bytes()
    before = posts_of(root)
    lengths = [*range(0, len(content), len(content) // 100), 1, 15, 16, 99, 100, len(content) - 1]
    for length in lengths:
        (root / INDEX).write_bytes(content[:length])
        assert ("index", INDEX) in found(root), length
        if length > 1:  # to SQLite a shorter file is an empty database: test_an_empty_index_file_…
            with pytest.raises(DamagedIndex, match="archive-check --repair"):
                SqliteStore(root / INDEX)
    assert_repair_restores(root, before)


def test_an_index_with_an_unknown_schema_format_of_sqlite_is_refused(root: Path) -> None:
    content = bytearray((root / INDEX).read_bytes())
    content[47] ^= 64  # the schema format number of SQLite
    (root / INDEX).write_bytes(content)
    assert found(root) == [("index", INDEX)]
    with pytest.raises(DamagedIndex, match="archive-check --repair"):
        SqliteStore(root / INDEX)


def test_an_empty_index_file_is_rebuilt_with_a_warning(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    (root / INDEX).write_bytes(b"")
    with open_site(root) as archive:
        assert archive.index.holds(ID)
    assert "is empty; it is built from the posts" in caplog.text


def test_a_flipped_bit_in_the_index_is_found_or_changes_no_value(root: Path) -> None:
    content = (root / INDEX).read_bytes()
    rows = dump(root / INDEX)
    dice = random.Random(2)
    used = [place for place, byte in enumerate(content) if byte]
    places = [
        *range(100),
        *(dice.choice(used) for _ in range(150)),
        *(dice.randrange(len(content)) for _ in range(50)),
    ]
    found_count = 0
    for place in places:
        flipped = bytearray(content)
        flipped[place] ^= 1 << dice.randrange(8)
        (root / INDEX).write_bytes(flipped)
        if found(root):
            found_count += 1
        else:
            assert dump(root / INDEX) == rows, place
        assert_refused_or_right(root)
    assert found_count > 150, "most of these bytes matter"


def assert_refused_or_right(root: Path) -> None:
    """The index is refused when a crawl opens it, or returns the right slugs and open articles."""
    try:
        with closing(SqliteStore(root / INDEX)) as index:
            assert set(index.slugs()) == set(SOURCES)
            assert [article.listed.id for article in index.without_post()] == [
                listed(9001).id,
                listed(9002).id,
            ]
    except StorageError:
        return
    for beside in ("-wal", "-shm"):
        (root / f"{INDEX}{beside}").unlink(missing_ok=True)


def test_a_row_with_a_wrong_checksum_is_found_and_the_other_rows_are_saved(root: Path) -> None:
    before, content = posts_of(root), (root / INDEX).read_bytes()
    (root / INDEX).write_bytes(content.replace(listed(9002).id.encode(), listed(9003).id.encode()))
    assert ("index", INDEX) in found(root)
    with (
        pytest.raises(DamagedIndex, match="archive-check --repair"),
        SqliteStore.reading(root / INDEX) as index,
    ):
        index.open_article(listed(9003).id)
    check_and_repair(root)
    assert found(root) == []
    with open_site(root) as archive:
        saved = {article.listed.id: article.state for article in archive.index.without_post()}
    assert saved == {listed(9001).id: "deferred", listed(9002).id: "quarantined"}
    rerun(root)
    assert posts_of(root) == before


@pytest.mark.parametrize(
    "content",
    {
        "text": "这不是数据库。".encode() * 300,
        "another program's": b"",
        "an old version": b"",
        "a later version": b"",
    }.items(),
    ids=lambda item: item[0],
)
def test_a_file_that_is_not_our_index_is_moved_aside(root: Path, content: tuple[str, bytes]) -> None:
    what, replacement = content
    before = posts_of(root)
    if what == "another program's":
        (root / INDEX).unlink()
    if replacement:
        (root / INDEX).write_bytes(replacement)
    else:
        with sqlite3.connect(root / INDEX) as db:
            if what == "another program's":
                db.executescript("CREATE TABLE t (x); PRAGMA user_version = 1;")
            else:
                db.execute(f"PRAGMA user_version = {0 if what == 'an old version' else 99}")
        db.close()
    foreign = (root / INDEX).read_bytes()
    with pytest.raises(DamagedIndex, match="archive-check --repair"):
        SqliteStore(root / INDEX)
    assert [kind for kind, _ in found(root)] == ["index"]
    assert_repair_restores(root, before)
    assert (root / ".archive/set-aside/index.sqlite").read_bytes() == foreign


def test_open_articles_survive_a_damaged_index_and_quarantined_articles_survive_a_lost_one(
    root: Path,
) -> None:
    with sqlite3.connect(root / INDEX) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    check_and_repair(root)
    with open_site(root) as archive:
        assert {article.listed.id for article in archive.index.without_post()} == {
            listed(9001).id,
            listed(9002).id,
        }
        deferred = archive.index.open_article(listed(9001).id)
        assert deferred is not None
        assert (deferred.reason, deferred.listed) == ("timeout", listed(9001, category="yangliribao"))
    (root / INDEX).unlink()
    with open_site(root) as archive:
        assert [article.id for article in Ledger(archive.catalogue, NOW).waiting(LISTING)] == [
            listed(9002).id
        ]


# --- the old archive


def test_posts_of_the_old_archive_are_indexed_by_id_and_never_rewritten(tmp_path: Path) -> None:
    posts = tmp_path / "_posts"
    posts.mkdir()
    old = (
        '\n---\nlayout: post\ntitle: "样例旧闻"\ndate: 2021-12-08 10:46:18\ncategories: emnews\n'
        "tags: 东财滚动新闻\n---\n\n样例旧闻的正文。\n\n<http://finance.eastmoney.com/news/1,202112082206000001.html>"
    )
    (posts / "2021-12-08-202112082206000001.md").write_text(old)
    (posts / "-202112082206000002.md").write_text('---\nlayout: post\ntitle: ""\ndate:  +0800\n---\n')
    assert found(tmp_path) == [
        ("new", ".archive"),
        ("broken", "_posts/-202112082206000002.md"),
        ("old_form", "_posts/2021-12-08-202112082206000001.md"),
    ]
    assert not (tmp_path / ".archive").exists()
    check_and_repair(tmp_path)
    assert (posts / "2021-12-08-202112082206000001.md").read_text() == old
    with open_site(tmp_path) as archive:
        asked = Ledger(archive.catalogue, NOW).admit([Listed(f"20211208220600000{n}") for n in (1, 2)])
        assert [article.id for article in asked] == ["202112082206000002"]


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no real posts here")
def test_the_real_old_archive_is_indexed_and_its_broken_posts_are_found(tmp_path: Path) -> None:
    shutil.copytree(CORPUS, tmp_path / "_posts", ignore=shutil.ignore_patterns("*.tsv"))
    before = posts_of(tmp_path)
    open_site(tmp_path).close()
    checked = check(tmp_path, NOW.replace(year=2026))
    assert [f.path for f in checked.findings if f.kind == "broken"] == ["_posts/-202205262391921712.md"]
    assert [f.path for f in checked.findings if f.kind == "foreign"] == ["_posts/2021-12-01-init.md"]
    assert len([f for f in checked.findings if f.kind == "old_form"]) == 8
    assert {f.kind for f in checked.breaches} == {"broken", "page"}
    assert checked.posts == 14
    with open_site(tmp_path) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        known = [Listed(name[18:-3]) for name in before if name.startswith("_posts/2") and "init" not in name]
        assert ledger.admit(known) == []
    assert posts_of(tmp_path) == before


def test_every_kind_of_finding_is_documented() -> None:
    text = (PROJECT / "docs/reliability.md").read_text(encoding="utf-8")
    assert not {kind for kind in KINDS if f"| `{kind}` |" not in text}
