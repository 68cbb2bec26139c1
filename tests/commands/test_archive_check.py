"""``scrapy archive-check`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archiver.publish.jekyll.site import open_site
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import asked, crawl, tree
from tests.crawls.test_scrapy import scrapy
from tests.storage.archives import bytes_of, finished


def check(root: Path, *options: str) -> tuple[int, list[str]]:
    done = scrapy("archive-check", "-s", f"ARCHIVER_OUTPUT={root}", *options)
    assert "Traceback" not in done.stderr
    return done.returncode, (done.stdout or done.stderr).splitlines()


def test_a_crawled_archive_has_no_breaches_and_is_not_changed(tmp_path: Path) -> None:
    with Replica(Site(articles=40)) as replica:
        crawl("category", tmp_path, replica)
    before = bytes_of(tmp_path)
    assert check(tmp_path) == (0, ["40 posts, 0 breaches"])
    assert bytes_of(tmp_path) == before


def test_breaches_are_lines_and_repair_and_a_rerun_restore_the_archive(tmp_path: Path) -> None:
    with Replica(Site(articles=40, plain=True)) as replica:
        crawl("category", tmp_path, replica)
        whole = {path: content for path, (_, content) in tree(tmp_path).items()}
        posts = sorted((tmp_path / "_posts").iterdir())
        posts[0].write_bytes(posts[0].read_bytes()[:-20])
        posts[1].write_bytes(posts[1].read_bytes() + "\n\n编者注。\n".encode())
        whole[f"_posts/{posts[1].name}"] = posts[1].read_bytes()
        posts[2].rename(posts[2].with_name(f"2022-01-01-{posts[2].name[11:]}"))
        (tmp_path / f"_posts/{posts[3].name}.tmp").write_text("half")
        index = tmp_path / ".archive/index.sqlite"
        index.write_bytes(index.read_bytes()[:5000])

        crawled = crawl("category", tmp_path, replica)
        assert crawled.status in (6, 9)
        assert "finews archive-check --repair" in crawled.stderr
        status, lines = check(tmp_path)
        assert status == 9
        assert [line.split(":")[0] for line in lines[:-1]] == [
            "index",
            "misnamed",
            "broken",
            "edited",
            "stray",
        ]
        assert lines[2].startswith(
            f"broken: _posts/{posts[0].name}: the last line is not a footer; --repair moves"
        )
        assert lines[-1] == "38 posts, 4 breaches (1 broken, 1 index, 1 misnamed, 1 stray), 1 notes"

        status, lines = check(tmp_path, "--repair")
        assert (status, lines[-1].partition("; ")[2]) == (0, "4 repaired, 0 left")
        assert (
            f"repaired: moved to .archive/set-aside/{posts[0].name}; the next run requests the article"
            in lines[2]
        )

        asked(replica)
        run = crawl("category", tmp_path, replica)
        assert (run.status, run["posted"]) == (0, 1), run.stderr
    assert {path: content for path, (_, content) in tree(tmp_path).items()} == whole
    status, lines = check(tmp_path)
    assert (status, lines[-1]) == (0, "40 posts, 0 breaches, 1 notes")
    assert [line.split(":")[0] for line in lines[:-1]] == ["edited"]


def test_json_has_every_finding(tmp_path: Path) -> None:
    finished(tmp_path)
    (tmp_path / "_posts/2022-02-22-\x1b[2J\udcff.md.tmp").write_text("x")
    status, lines = check(tmp_path, "--json")
    data = json.loads("\n".join(lines))
    assert (status, data["exit_status"], data["posts"]) == (9, 9, 7)
    (finding,) = data["findings"]
    assert finding["path"] == "_posts/2022-02-22-\x1b[2J\udcff.md.tmp"
    assert (finding["kind"], finding["breach"], finding["done"]) == ("stray", True, "")
    status, lines = check(tmp_path)
    assert r"\x1b[2J\udcff.md.tmp" in lines[0], "harmless in a terminal"


def test_damage_that_cannot_be_repaired_keeps_exit_status_9(tmp_path: Path) -> None:
    finished(tmp_path)
    (tmp_path / "_posts/2022-02-22-x.md.tmp").write_text("x")
    (tmp_path / "_posts/2021").mkdir()
    (tmp_path / "_posts/2021/2021-12-01-x.md").write_text("x")
    status, lines = check(tmp_path, "--repair")
    assert status == 9
    assert lines[-1] == "7 posts, 2 breaches (1 nested, 1 stray); 1 repaired, 1 left"


def test_a_crawl_over_an_old_archive_rewrites_nothing(tmp_path: Path) -> None:
    with Replica(Site(articles=30, plain=True)) as replica:
        crawl("category", tmp_path / "new", replica, category="emnews")
        old = tmp_path / "old"
        (old / "_posts").mkdir(parents=True)
        for post in (tmp_path / "new/_posts").iterdir():
            text = post.read_text().replace("\n---\n", "\n---\n\n", 1).replace(" +0800\n", "\n", 1)
            (old / "_posts" / post.name).write_text(text.rpartition("\n\n")[0])
        before = tree(old)
        count = replica.site.count("emnews")
        asked(replica)
        run = crawl("category", old, replica, category="emnews")
        assert (run.status, run["unchanged"], len(asked(replica))) == (0, count, 1)
    assert {path: tree(old)[path] for path in before} == before
    status, lines = check(old)
    assert (status, {line.split(":")[0] for line in lines[:-1]}) == (0, {"old_form"})
    assert lines[-1] == f"{count} posts, 0 breaches, {count} notes"


@pytest.mark.parametrize("command", ["archive-check", "archive-gaps", "archive-refile"])
def test_a_command_changes_nothing_while_a_run_is_active(tmp_path: Path, command: str) -> None:
    with open_site(finished(tmp_path)):
        done = scrapy(command, "-s", f"ARCHIVER_OUTPUT={tmp_path}")
    assert done.returncode == 7
    assert done.stderr == (
        f"scrapy {command}: a run is using the archive {tmp_path}; try again when it has ended\n"
    )


@pytest.mark.parametrize("command", ["archive-check", "archive-gaps", "archive-refile"])
def test_a_command_has_help_and_refuses_unknown_arguments(tmp_path: Path, command: str) -> None:
    assert "--json" in scrapy(command, "--help").stdout
    for words, sentence in (
        (["nonsense"], "unknown argument 'nonsense'"),
        (["-s", f"ARCHIVER_OUTPUT={tmp_path}/none"], f"there is no archive at {tmp_path}/none"),
    ):
        wrong = scrapy(command, *words)
        assert (wrong.returncode, sentence in wrong.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []
