"""Opening, writing, closing and rebuilding an archive, and the ledger of a run on it."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.errors import Deferred, Quarantined, Skipped, StorageError
from archiver.items import Answer, Listed
from archiver.normalise.fingerprint import fingerprint
from archiver.posts import Post, render
from archiver.publish.jekyll.site import entry_of, open_site
from archiver.run.ledger import Ledger
from archiver.storage import processes, salvage
from archiver.storage.archive import Archive
from archiver.storage.files import Tree
from archiver.storage.lock import Locked
from archiver.storage.rows import OpenArticle, Provenance
from tests.storage import archives

NOW = datetime(2022, 2, 22, 10, tzinfo=UTC)
LISTING = "http://finews.withounder.com/category/shiliao.html"


def a_post(
    article_id: str = "NW202202222284000001", title: str = "样例标题", source: str = "样例日报"
) -> Post:
    return Post(
        id=article_id,
        title=title,
        date=NOW,
        category="yangliribao",
        tag=f"{source}新闻",
        body="<p>样例正文。</p>",
        link=f"http://finews.zning.xyz/html_News/NewsShare.html?infoCode={article_id}",
        page="//finews.withounder.com/category/yangliribao.html",
        back_label=f"返回{source}新闻",
        home="//finews.withounder.com/",
        home_label="返回首页",
    )


def store(archive: Archive, post: Post) -> str:
    entry = entry_of(post, render(post), post.tag.removesuffix("新闻"))
    [end] = archive.store([entry])
    if isinstance(end, Quarantined):
        raise end
    return end


def files(root: Path) -> dict[str, bytes]:
    """The content of every file outside ``.archive``."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".archive" not in path.parts
    }


def test_a_stored_post_is_known_after_reopening(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        assert store(archive, a_post()) == "posted"
    with open_site(tmp_path) as archive:
        assert archive.index.holds("NW202202222284000001")
    assert (tmp_path / "_posts/2022-02-22-NW202202222284000001.md").read_text() == render(a_post())


def test_opening_and_closing_an_archive_writes_no_byte(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        store(archive, a_post())
    before = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file()
    }
    with open_site(tmp_path) as archive:
        assert archive.index.holds("NW202202222284000001")
    after = {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file()
    }
    assert after == before


def test_a_new_archive_gets_the_files_of_a_site_and_a_folder_with_files_gets_none(tmp_path: Path) -> None:
    new, used = tmp_path / "new", tmp_path / "used"
    used.mkdir()
    (used / "_config.yml").write_text("title: mine\n")
    for root in (new, used):
        open_site(root).close()
    assert "_layouts/post.html" in files(new)
    assert files(used) == {"_config.yml": b"title: mine\n"}


def test_a_deleted_index_is_rebuilt_and_no_post_is_rewritten(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        store(archive, a_post())
        slug = archive.slugs.slug("样例日报")
    mtime = (tmp_path / "_posts/2022-02-22-NW202202222284000001.md").stat().st_mtime_ns
    (tmp_path / ".archive/index.sqlite").unlink()
    with open_site(tmp_path) as archive:
        assert archive.index.holds("NW202202222284000001")
        assert archive.slugs.slug("样例日报") == slug
        assert archive.slugs.name_of("yangliribao") == "样例日报"
    assert (tmp_path / "_posts/2022-02-22-NW202202222284000001.md").stat().st_mtime_ns == mtime


def kill(archive: Archive) -> None:
    """Leaves the archive as ``kill -9`` does: the run is not marked as ended."""
    archive.index.close()
    archive.lock.release()
    archive.tree.close()


def test_a_post_that_a_killed_run_did_not_add_to_the_index_is_added_by_the_next_run(tmp_path: Path) -> None:
    archive = open_site(tmp_path)
    archive.catalogue.begin()
    archive.tree.publish("_posts/2022-02-22-NW202202222284000001.md", render(a_post()).encode())
    (tmp_path / ".archive/staging/half.md").write_text("half")
    kill(archive)
    with open_site(tmp_path) as again:
        assert again.index.holds("NW202202222284000001")
    assert not (tmp_path / ".archive/staging/half.md").exists()


def test_an_existing_post_is_kept_and_a_file_that_is_not_a_post_quarantines_the_article(
    tmp_path: Path,
) -> None:
    with open_site(tmp_path) as archive:
        edited = render(a_post(title="手工改过的标题"))
        archive.tree.publish("_posts/2022-02-22-NW202202222284000001.md", edited.encode())
        archive.tree.publish("_posts/2022-02-22-NW202202222284000002.md", b"")
        assert store(archive, a_post()) == "unchanged"
        with pytest.raises(Quarantined, match="file_in_the_way"):
            store(archive, a_post("NW202202222284000002"))
    assert (tmp_path / "_posts/2022-02-22-NW202202222284000001.md").read_text() == edited


def test_a_second_writer_is_refused_at_once(tmp_path: Path) -> None:
    with open_site(tmp_path), pytest.raises(Locked, match="another run is using the archive"):
        open_site(tmp_path)
    open_site(tmp_path).close()


def test_an_archive_that_is_refused_is_closed_and_unlocked(tmp_path: Path) -> None:
    open_site(tmp_path).close()
    good = (tmp_path / ".archive/index.sqlite").read_bytes()
    (tmp_path / ".archive/index.sqlite").write_bytes(b"not a database" * 100)
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(StorageError) as refused:
        open_site(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before, refused.value
    (tmp_path / ".archive/index.sqlite").write_bytes(good)
    open_site(tmp_path).close()


def test_an_index_of_an_unknown_version_is_refused(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        archive.index._db.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageError, match="version 99"):
        open_site(tmp_path)


def test_a_file_that_is_not_an_index_raises_a_storage_error(tmp_path: Path) -> None:
    open_site(tmp_path).close()
    (tmp_path / ".archive/index.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match=r"index\.sqlite"):
        open_site(tmp_path)


def test_names_that_differ_in_capitals_only_get_different_slugs(tmp_path: Path) -> None:
    with open_site(tmp_path, {"emnews": "东财滚动新闻"}) as archive:
        first, second, third = (
            archive.slugs.slug("TechWeb"),
            archive.slugs.slug("Techweb"),
            archive.slugs.slug("EMnews"),
        )
        assert first == "TechWeb"
        assert len({first.casefold(), second.casefold(), third.casefold(), "emnews"}) == 4
        assert archive.slugs.slug("Techweb") == second


# --- the ledger


def listed(number: int, **kwargs: str) -> Listed:
    return Listed(f"NW20220222228400{number:04}", listing=LISTING, **kwargs)


def test_every_listed_article_is_admitted_once_and_ends_once(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        wanted = ledger.admit([listed(1), listed(2), listed(3), listed(1)])
        assert [article.id[-1] for article in wanted] == ["1", "2", "3"]
        store(archive, a_post("NW202202222284000001"))
        ledger.stored("NW202202222284000001", "posted")
        ledger.ended("NW202202222284000002", Skipped("gone"))
        ledger.close(Deferred("interrupted"))
        assert ledger.tally.listed == 3
        assert dict(ledger.tally.ends) == {"posted": 1, "skipped": 1, "deferred": 1}
        assert ledger.tally.balanced


def test_the_next_run_requests_the_articles_without_a_final_end(tmp_path: Path) -> None:
    answer = Answer("http://x/", 200, {b"Content-Type": [b"text/html"]}, b"<html>busy</html>", "not_json")
    with open_site(tmp_path) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        ledger.admit([listed(1), listed(2), listed(3)])
        store(archive, a_post("NW202202222284000001"))
        ledger.stored("NW202202222284000001", "posted")
        ledger.ended("NW202202222284000002", Skipped("gone"))
        end = ledger.ended("NW202202222284000003", Quarantined("not_json", "no"), [answer])
    assert b"<html>busy</html>" in (tmp_path / end.record).read_bytes()
    with open_site(tmp_path) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        assert [article.id[-1] for article in ledger.waiting(LISTING)] == ["2", "3"]
        assert [article.id[-1] for article in ledger.admit([listed(n) for n in (1, 2, 3)])] == ["2", "3"]
        assert ledger.tally.ends["unchanged"] == 1
        ledger.ended("NW202202222284000002", Skipped("gone"))
        assert ledger.tally.reasons["skipped/gone"] == 1
        store(archive, a_post("NW202202222284000003"))
    assert not (tmp_path / end.record).exists()


def test_an_article_is_in_the_index_before_it_is_requested(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        Ledger(archive.catalogue, NOW).admit([listed(1, category="shiliao", address="http://x/1.html")])
        archive.index._db.rollback()
    with open_site(tmp_path) as archive:
        (waiting,) = Ledger(archive.catalogue, NOW).waiting(LISTING)
    assert waiting == listed(1, category="shiliao", address="http://x/1.html")


@pytest.mark.parametrize("hostile", ["../../x", "a/b", "\x00", "-" * 5000, "ＮＷ１", "\ud800"])
def test_an_invalid_id_is_never_part_of_a_file_name(tmp_path: Path, hostile: str) -> None:
    root = tmp_path / "root"
    with open_site(root) as archive:
        ledger = Ledger(archive.catalogue, NOW)
        ledger.refuse(Listed(hostile, listing=LISTING), Quarantined("bad_id"))
        assert ledger.tally.balanced
    (record,) = (root / ".archive/quarantine").iterdir()
    assert record.name.startswith("refused-")
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


def test_a_record_of_the_same_response_is_not_written_again(tmp_path: Path) -> None:
    with open_site(tmp_path) as archive:
        for day in (b"Mon", b"Tue"):
            ledger = Ledger(archive.catalogue, NOW)
            ledger.admit([listed(1)])
            answer = Answer("http://x/", 200, {b"Date": [day]}, b"busy")
            end = ledger.ended(listed(1).id, Quarantined("not_json"), [answer])
            mtime = (tmp_path / end.record).stat().st_mtime_ns
            if day == b"Mon":
                first = mtime
        assert mtime == first


def test_a_run_that_was_killed_is_logged_by_the_next_one_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = open_site(tmp_path)
    archive.catalogue.begin()
    kill(archive)
    with caplog.at_level(logging.WARNING):
        open_site(tmp_path).close()
    assert "did not end in order" in caplog.text
    caplog.clear()
    open_site(tmp_path).close()
    assert caplog.text == ""


def rows_of(root: Path) -> list[str]:
    with closing(sqlite3.connect(root / ".archive/index.sqlite")) as db:
        return list(db.iterdump())


@pytest.mark.parametrize("lost", [False, True], ids=["an index", "no index"])
def test_several_processes_build_the_same_index_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, lost: bool
) -> None:
    names = ["样例日报", "样例晚报", "央视 财经", "样历日报"]
    with open_site(tmp_path / "a") as archive:
        for number in range(30):
            source = names[number % 4]
            post = a_post(f"NW2022022222840000{number:02}", source=source)
            store(archive, replace(post, category=archive.slugs.slug(source)))
    posts = tmp_path / "a/_posts"
    one, other, *_ = sorted(posts.iterdir())
    one.write_bytes(one.read_bytes().replace("央视 财经".encode(), "样例晚报".encode()))
    other.write_bytes(b"not a post")
    (posts / "README.txt").write_text("not a post either")
    (posts / "2022-02-21-NW202202222284000003.md").write_text("a post with another date")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    found = []
    for root, least in ((tmp_path / "a", 10_000), (tmp_path / "b", 1)):
        monkeypatch.setattr(processes, "MIN_FILES", least)
        monkeypatch.setattr(processes, "SLICE", 4)
        monkeypatch.setattr(processes, "cores", lambda: 3)
        caplog.clear()
        if lost:
            (root / ".archive/index.sqlite").unlink()
        with caplog.at_level(logging.WARNING), open_site(root) as archive:
            count = archive.reindex()
        found.append((count, rows_of(root), caplog.messages))
    assert found[0][0] == 29
    assert len(found[0][2]) >= 2
    assert found[0] == found[1]


def test_an_index_is_unchanged_if_a_post_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_site(tmp_path) as archive:
        for number in range(9):
            store(archive, a_post(f"NW20220222228400000{number}"))
    before = rows_of(tmp_path)
    last = max((tmp_path / "_posts").iterdir())
    last.unlink()
    last.mkdir()
    for least in (10_000, 1):
        monkeypatch.setattr(processes, "MIN_FILES", least)
        monkeypatch.setattr(processes, "SLICE", 2)
        monkeypatch.setattr(processes, "cores", lambda: 2)
        error = rf"{last.name}: Not a regular file \(EINVAL\)"
        with open_site(tmp_path) as archive, pytest.raises(StorageError, match=error):
            archive.reindex()
        assert rows_of(tmp_path) == before


@pytest.mark.parametrize("edited", [1, 9], ids=["one of ten", "nine of ten"])
def test_an_edited_post_gets_its_digest_in_a_rebuild_and_the_others_keep_theirs(
    tmp_path: Path, edited: int
) -> None:
    said = Provenance(site="finews", published=NOW, digest=b"d" * 32)
    posts = [a_post(f"NW20220222228400000{number}") for number in range(10)]
    with open_site(tmp_path) as archive:
        archive.store([entry_of(post, render(post), provenance=said) for post in posts])
        for post in posts[:edited]:
            path = tmp_path / "_posts" / post.name
            path.write_text(path.read_text("utf-8").replace("标题", "题目"), "utf-8")
        assert archive.reindex() == 10
        right = Provenance(published=NOW, digest=fingerprint("样例题目", posts[0].body))
        found = [archive.index.provenance(post.id) for post in posts]
    assert found == [right] * edited + [said] * (10 - edited)


def test_posts_that_lost_their_file_are_noticed_after_a_run_that_was_cut_off(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archives.finished(tmp_path)
    (tmp_path / "_posts" / archives.a_post(2, archives.SOURCES[2]).name).unlink()
    with open_site(tmp_path) as archive:
        assert archive.without_file == []  # after a run that ended in order, the user deleted it
    archive = open_site(tmp_path)
    archive.catalogue.begin()
    kill(archive)
    with open_site(tmp_path) as archive:
        assert archive.without_file == [archives.listed(2).id]
        assert archive.index.holds(archives.listed(2).id)  # it stays: the user may have deleted the file
    assert (
        f"1 posts of the index have no file in {tmp_path}/_posts ({archives.listed(2).id} …)" in caplog.text
    )


def test_staged_files_are_removed_also_after_a_run_that_ended_in_order(tmp_path: Path) -> None:
    archives.finished(tmp_path)
    staged = tmp_path / ".archive/staging/0-report.json"
    staged.write_bytes(b"{")
    open_site(tmp_path).close()
    assert not staged.exists()


def test_an_interrupted_repair_is_completed_although_the_index_looks_sound(tmp_path: Path) -> None:
    archives.finished(tmp_path)
    with Tree(tmp_path) as tree:
        salvage.keep(tree, [OpenArticle(archives.listed(77), "deferred", "timeout")], "finews")
    with open_site(tmp_path) as archive:
        assert archive.index.open_article(archives.listed(77).id) is not None
    assert not (tmp_path / salvage.SALVAGED).exists()
