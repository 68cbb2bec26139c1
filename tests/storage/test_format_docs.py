"""docs/archive-format.md and docs/upgrading.md agree with an archive that the program has written."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archiver.errors import Quarantined
from archiver.items import Answer, Listed
from archiver.options import RENAMED
from archiver.posts import formats
from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from archiver.storage import lifecycle, migrations, refiling, salvage
from archiver.storage.files import INDEX, REPORT, STATE, Tree
from archiver.storage.quarantine import Limits, Quarantine
from archiver.storage.refiling import Batch, EmptiedPage, Refiled
from archiver.storage.rows import OpenArticle, PostRow
from archiver.storage.sqlite import SqliteStore
from tests.crawling import PROJECT, crawl
from tests.storage.archives import NOW, finished, listed

DOC = (PROJECT / "docs/archive-format.md").read_text(encoding="utf-8")
UPGRADING = (PROJECT / "docs/upgrading.md").read_text(encoding="utf-8")

Column = tuple[str, str]
"""Its name and its type."""


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """After a crawl with one listing that failed, two articles that were quarantined, and one whose credit has an
    unknown form."""
    root = tmp_path_factory.mktemp("crawled") / "output"
    with Replica(Site(articles=30, plain=True)) as replica:
        first, second, third = list(replica.site.listing("cailianshe"))[:3]
        pages = ((first, "<html>忙</html>".encode()), (second, b"<html>\xff\x00</html>"))
        for article, page in ((replica.site.article(article_id), page) for article_id, page in pages):
            replica.answers[f"/NewsData/GetNewsText.do?id={article.id}"] = (200, {}, "{}")
            replica.answers[f"/cailianshe/{article.date:%Y/%m/%d}/{article.id}.html"] = (200, {}, page)
        doubtful = {
            "Title": replica.site.title(third),
            "Date": "2022-02-22 10:00:00",
            "text": "<p>样例正文。</p>",
            "medianame": "样例日报，供稿",
        }
        path = f"/NewsData/GetNewsText.do?id={replica.site.article(third).id}"
        replica.answers[path] = (200, {}, json.dumps(doubtful))
        replica.answers["/category/21caijing.html"] = (500, {}, "")
        assert crawl("category", root, replica, "-s", "RETRY_TIMES=0").status == 4
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An archive with at least one row in every table, and an article in every state but ``listed``."""
    made = finished(tmp_path / "output")
    with open_site(made) as archive:
        archive.catalogue.withdraw(listed(9003), NOW)
        archive.catalogue.claim("finews", "finews")
    return made


@pytest.fixture
def index(root: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{root / INDEX}?immutable=1", uri=True)) as db:
        yield db


def section(heading: str, text: str = DOC) -> str:
    """The text below a heading, up to the next heading of any level."""
    found = re.search(rf"^#+ {re.escape(heading)}$\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def first_column(text: str, below: str) -> list[str]:
    """The names in the first column of the tables whose first header is ``below``."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    rules = [number for number, row in enumerate(rows) if set(row[0]) == {"-"}]
    start = next(number for number in rules if rows[number - 1][0].strip() == below)
    names: list[str] = []
    for row in rows[start + 1 :]:
        found = re.findall(r"`([^`]+)`", row[0])
        if not found:
            break
        names += found
    return names


def columns_in_docs(table: str) -> list[Column]:
    return re.findall(r"^\| `(\w+)` \| (TEXT|INTEGER|BLOB) \|", section(f"Table `{table}`"), re.MULTILINE)


def test_documented_tables_are_those_of_a_new_index(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "index.sqlite")) as store:
        names = store._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        documented = re.findall(r"^### Table `(\w+)`$", DOC, re.MULTILINE)
        assert sorted(documented) == sorted(name for (name,) in names)
        for table in documented:
            columns = store._db.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
            assert columns_in_docs(table) == columns, table


def test_documented_versions_are_the_current_ones() -> None:
    assert f"this page describes version {migrations.newest()}." in " ".join(section("The index").split())
    assert f"| index | {migrations.newest()} |" in UPGRADING
    assert f"| front matter of posts | {formats.current().version} |" in UPGRADING


def test_documented_states_are_those_of_the_life_cycle() -> None:
    states = first_column(section("Table `open`"), "`state`")
    assert sorted(states) == sorted(["listed", *lifecycle.STATES.values()])


def test_documented_queries_find_rows_in_an_index(index: sqlite3.Connection) -> None:
    queries = re.findall(r"^```sql\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)
    statements = [query.strip() for text in queries for query in text.split(";") if query.strip()]
    assert len(statements) > 5
    for statement in statements:
        assert index.execute(statement).fetchall(), statement


def test_documented_checksum_program_accepts_an_index_and_finds_a_changed_row(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [program] = re.findall(r"^```python\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(root.parent)
    exec(program, {})
    with closing(sqlite3.connect(root / INDEX)) as db:
        db.execute("UPDATE open SET attempts = attempts + 1")
        db.commit()
    with pytest.raises(AssertionError, match=listed(9001).id):
        exec(program, {})


def keys_of(value: Any, documented: set[str], prefix: str = "") -> Iterator[str]:
    """The keys of an object and of the objects in it whose keys are documented, in the notation of the page."""
    if isinstance(value, list):
        for part in value:
            yield from keys_of(part, documented, f"{prefix}[]")
    elif isinstance(value, dict) and (not prefix or any(key.startswith(f"{prefix}.") for key in documented)):
        for name, part in value.items():
            key = f"{prefix}.{name}" if prefix else name
            yield key
            yield from keys_of(part, documented, key)


def test_documented_keys_of_the_report_are_those_of_a_real_one(crawled: Path) -> None:
    documented = first_column(section("The report"), "key")
    report = json.loads((crawled / REPORT).read_bytes())
    assert report["failures"]
    assert report["listings"]["incomplete"]
    assert list(dict.fromkeys(keys_of(report, set(documented)))) == documented


def test_documented_keys_of_quarantine_records_are_those_of_real_ones(crawled: Path, tmp_path: Path) -> None:
    with Tree(tmp_path) as tree:  # a record that was cut, and one of refused rows
        quarantine = Quarantine(tree)
        quarantine.limits = Limits(record=10)
        quarantine.keep(listed(1), Quarantined("shape"), [Answer("http://x/", 200, {}, b"x" * 100)])
        quarantine.refuse([Listed("../x", listing="http://x/list")], Quarantined("bad_id"))
    documented = set(first_column(section("Quarantine records"), "key"))
    folders = (crawled / STATE / "quarantine", tmp_path / STATE / "quarantine")
    records = [json.loads(path.read_bytes()) for folder in folders for path in folder.iterdir()]
    assert len(records) == 4
    assert {key for record in records for key in keys_of(record, documented)} == documented


def test_documented_keys_of_salvaged_articles_are_those_of_a_real_list(tmp_path: Path) -> None:
    with Tree(tmp_path) as tree:
        salvage.keep(tree, [OpenArticle(listed(1))], "finews")
        saved = json.loads(tree.read(salvage.SALVAGED))
    [article] = saved["open"]
    [paragraph] = [part for part in DOC.split("\n\n") if part.startswith("`salvaged.json`")]
    assert set(re.findall(r"`(\w+)`", paragraph)) == {*saved, *article, *article["listed"]}


def test_documented_keys_of_a_move_are_those_of_a_real_one(tmp_path: Path) -> None:
    row = PostRow("id", "name", "category", "tag", b"\1" * 32)
    page = EmptiedPage("category", "path", b"\1" * 32, "/a", "/b")
    with Tree(tmp_path) as tree:
        refiling.begin(tree, Batch((Refiled(row, "source", "/a", "/b", "/c"),), (page,)))
        content = tree.read(refiling.REFILING)
    saved = json.loads(content)
    [post], [page_keys] = saved["posts"], saved["pages"]
    documented = set(re.findall(r"`(\w+)`", section("Posts that move")))
    assert {*saved, *post, *post["row"], *page_keys} <= documented
    assert refiling.begun(tmp_path, content).pages == (page,)


def test_every_file_of_an_archive_is_documented(crawled: Path) -> None:
    state = first_column(section("`.archive/`"), "path")
    there = [f"{path.name}/" if path.is_dir() else path.name for path in (crawled / STATE).iterdir()]
    assert set(there) <= set(state)
    site = {*first_column(section("Files"), "path"), ".archive/"}
    assert {f"{path.name}/" if path.is_dir() else path.name for path in crawled.iterdir()} <= site


def test_every_renamed_setting_is_in_the_upgrade_notes() -> None:
    assert RENAMED
    for old in RENAMED:
        assert f"| `{old}" in section("Settings", UPGRADING)
