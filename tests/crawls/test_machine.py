"""On any machine a run writes the same archive, or it reports what is missing and the next run completes it."""

from __future__ import annotations

import os
import random
import re
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from archiver.replica import pages
from archiver.replica.articles import Site
from archiver.replica.server import Replica
from tests.crawling import asked, crawl, posts, tree
from tests.run.test_stop import start, wait_for_posts

HTML = {"Content-Type": "text/html; charset=utf-8"}

Prepare = Callable[[str], None]


def files(root: Path) -> dict[str, bytes]:
    """Path → content, for every file outside ``.archive``."""
    return {name: content for name, (_, content) in tree(root).items()}


def missing(package: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"CI is set, but {package} is not installed")
    pytest.skip(f"{package} is not installed (Debian: apt install {package})")


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=40)) as running:
        yield running


@pytest.fixture(scope="module")
def uninterrupted(replica: Replica, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    root = tmp_path_factory.mktemp("uninterrupted") / "archive"
    assert crawl("category", root, replica).status == 0
    return files(root)


@pytest.fixture
def prepare(monkeypatch: pytest.MonkeyPatch) -> Prepare:
    """Makes the shell that starts a crawl run a command first: set a limit, change the folder."""

    def set_up(commands: str) -> None:
        run = subprocess.run
        shell = ["sh", "-c", f'{commands}; exec "$@"', "sh"]
        monkeypatch.setattr(subprocess, "run", lambda words, **options: run([*shell, *words], **options))

    return set_up


# --- limits (faults S12, S13, S23)


@pytest.mark.parametrize("blocks", [0, 40, 120])
def test_a_file_size_limit_stops_the_run_and_the_next_run_completes(
    tmp_path: Path,
    replica: Replica,
    uninterrupted: dict[str, bytes],
    prepare: Prepare,
    monkeypatch: pytest.MonkeyPatch,
    blocks: int,
) -> None:
    """As with a full disk or a quota. The limits, in blocks of 512 bytes, are too small for a page, for a new
    index, and for an index in use."""
    root = tmp_path / "archive"
    prepare(f"ulimit -f {blocks}")
    run = crawl("category", root, replica)
    assert run.status == 6, run.stderr[-2000:]
    assert f"{root}/" in run.stderr
    assert "Traceback" not in run.stderr
    assert files(root).items() <= uninterrupted.items()
    monkeypatch.undo()
    again = crawl("category", root, replica)
    assert (again.status, files(root) == uninterrupted) == (0, True), again.stderr


@pytest.mark.parametrize("name", ["x" * 300, "/".join(["y" * 200] * 25)], ids=["a name", "a path"])
def test_an_output_path_that_is_too_long_is_refused_without_a_request(
    tmp_path: Path, replica: Replica, name: str
) -> None:
    replica.requests.clear()
    run = crawl("category", tmp_path, replica, "-s", f"ARCHIVER_OUTPUT={tmp_path / name}")
    assert run.status == 6, run.stderr[-500:]
    assert "File name too long" in run.stderr
    assert "Traceback" not in run.stderr
    assert (asked(replica, robots=True), list(tmp_path.iterdir())) == ([], [])


def test_a_read_only_output_is_refused_without_a_request(
    tmp_path: Path, replica: Replica, prepare: Prepare
) -> None:
    """strace injects the error, because a test that runs as root could write to a read-only folder."""
    strace = shutil.which("strace") or missing("strace")
    root = tmp_path / "archive"
    root.mkdir()
    calls = "openat,mkdirat,renameat,unlinkat"
    prepare(f'set -- {strace} -f -qqq -o /dev/null -P {root} -e inject={calls}:error=EROFS "$@"')
    replica.requests.clear()
    run = crawl("category", root, replica)
    assert run.status == 6, run.stderr[-500:]
    assert "Read-only file system" in run.stderr.splitlines()[-1]
    assert asked(replica, robots=True) == []


@pytest.mark.parametrize("limit", ["-n 12", "-n 24", "-n 28", "-v 100000", "-v 120000", "-v 133000"])
def test_a_run_with_too_little_memory_or_too_few_files_exits_with_0_only_if_complete(
    tmp_path: Path,
    replica: Replica,
    uninterrupted: dict[str, bytes],
    prepare: Prepare,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
) -> None:
    """The status depends on the component that fails first. With status 0 the archive is complete."""
    root = tmp_path / "archive"
    prepare(f"ulimit {limit}")
    run = crawl("category", root, replica)
    there = files(root) if root.exists() else {}
    assert (run.status == 0) == (there == uninterrupted), run.stderr[-500:]
    assert run.status in (0, 1, 3, 6, 9)
    assert there.items() <= uninterrupted.items()
    monkeypatch.undo()
    again = crawl("category", root, replica)
    assert (again.status, files(root) == uninterrupted) == (0, True), again.stderr


# --- clocks (faults S22)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Sets the clock of crawls, also of one that is running: ``-1d``, ``+1y``, ``@2019-01-01 00:00:00``."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None) or missing("libfaketime")
    file = tmp_path / "clock"
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(file))
    monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
    monkeypatch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")  # a monotonic clock never jumps

    def switch(time: str) -> None:
        later = tmp_path / "later"
        later.write_text(time)
        later.rename(file)

    return switch


@pytest.mark.parametrize("jump", ["-1d", "+1y", "@2022-02-22 23:59:30"])
def test_a_clock_jump_between_runs_changes_no_post(
    tmp_path: Path, replica: Replica, uninterrupted: dict[str, bytes], clock: Callable[[str], None], jump: str
) -> None:
    root = tmp_path / "archive"
    clock("+0")
    assert crawl("category", root, replica, category="cailianshe").status == 0
    before = tree(root)
    clock(jump)
    run = crawl("category", root, replica)
    assert run.status == 0, run.stderr
    assert before.items() <= tree(root).items()
    assert files(root) == uninterrupted


@pytest.mark.parametrize("jump", ["-1d", "+1y"])
def test_a_clock_jump_during_a_run_changes_no_post(
    tmp_path: Path, replica: Replica, uninterrupted: dict[str, bytes], clock: Callable[[str], None], jump: str
) -> None:
    """A first response of 503 makes each article wait. A delay measured with this clock would not end."""
    root = tmp_path / "archive"
    clock("+0")
    with start(root, replica, "-s", "ARCHIVER_RETRY_DELAY=0.2") as process:
        wait_for_posts(root, 3, process)
        replica.answers["/NewsData/GetNewsText.do"] = (503, {"Retry-After": "1"}, "")
        clock(jump)
        asked(replica)
        while not replica.requests:
            assert process.poll() is None
        replica.answers.clear()
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert files(root) == uninterrupted


def test_a_run_does_not_start_if_the_clock_was_never_set(
    tmp_path: Path, replica: Replica, clock: Callable[[str], None]
) -> None:
    clock("@2019-12-31 00:00:00")
    replica.requests.clear()
    run = crawl("category", tmp_path / "archive", replica)
    assert run.status == 2, run.stderr
    assert "2019-12-31" in run.stderr.splitlines()[-1]
    assert (asked(replica, robots=True), (tmp_path / "archive").exists()) == ([], False)


# --- the folder and the umask of a run (faults S29, S30)


@pytest.mark.parametrize("mask", ["077", "000"])
def test_a_run_from_another_folder_with_any_umask_writes_the_same_files(
    tmp_path: Path,
    replica: Replica,
    uninterrupted: dict[str, bytes],
    prepare: Prepare,
    monkeypatch: pytest.MonkeyPatch,
    mask: str,
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "archiver.settings")
    prepare(f"cd {tmp_path}/elsewhere; umask {mask}")
    run = crawl("category", Path("archive"), replica)
    assert run.status == 0, run.stderr
    root = tmp_path / "elsewhere/archive"
    assert files(root) == uninterrupted
    assert {stat.S_IMODE((root / name).stat().st_mode) for name in uninterrupted} == {0o644}
    folders = [path for path in root.rglob("*") if path.is_dir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o755}
    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere"]


@pytest.mark.parametrize(
    ("where", "status"), [("loop", 6), ("loop/below", 6), ("file/below", 6), ("site/.git/archive", 2)]
)
def test_an_unusable_output_folder_is_refused_without_a_request(
    tmp_path: Path, replica: Replica, where: str, status: int
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("")
    (tmp_path / "site/.git").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    replica.requests.clear()
    run = crawl("category", tmp_path / where, replica)
    assert run.status == status, run.stderr
    assert where.partition("/")[0] in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr
    assert (asked(replica, robots=True), sorted(tmp_path.rglob("*"))) == ([], before)


def test_a_missing_output_folder_is_created_with_its_parents(
    tmp_path: Path, replica: Replica, uninterrupted: dict[str, bytes]
) -> None:
    assert crawl("category", tmp_path / "a/b/c", replica).status == 0
    assert files(tmp_path / "a/b/c") == uninterrupted


# --- the same input gives the same bytes (invariant V7; faults C11)


def shuffled(replica: Replica, seed: int) -> None:
    """Makes every category page list its articles in another order."""
    dice = random.Random(seed)
    for source in replica.site.categories():
        if " " not in source.slug:
            page = pages.category(replica.site, source)
            rows = re.findall(r"<li>.*?</li>", page, re.DOTALL)
            others = iter(dice.sample(rows, len(rows)))
            page = re.sub(r"<li>.*?</li>", lambda _, others=others: next(others), page, flags=re.DOTALL)
            replica.answers[f"/category/{source.slug}.html"] = (200, HTML, page)


SURROUNDINGS: list[tuple[dict[str, str], tuple[str, ...]]] = [
    ({"TZ": "America/New_York", "PYTHONHASHSEED": "1"}, ()),
    ({"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2", "LC_ALL": "C", "PYTHONUTF8": "0"}, ()),
    ({"TZ": "", "PYTHONHASHSEED": "3", "LANG": "zh_CN.GB18030"}, ("CONCURRENT_REQUESTS_PER_DOMAIN=2",)),
    ({"TZ": ":/no/such/zone", "PYTHONHASHSEED": "4"}, ("CONCURRENT_REQUESTS_PER_DOMAIN=16",)),
]


@pytest.mark.parametrize(("environment", "options"), SURROUNDINGS)
def test_the_files_do_not_depend_on_environment_order_or_concurrency(
    tmp_path: Path,
    uninterrupted: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    options: tuple[str, ...],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    words = [word for option in options for word in ("-s", option)]
    with Replica(Site(articles=40)) as replica:
        shuffled(replica, int(environment["PYTHONHASHSEED"]))
        run = crawl("category", tmp_path, replica, *words)
    assert run.status == 0, run.stderr
    assert files(tmp_path) == uninterrupted


def test_separate_runs_by_category_write_the_same_files_as_one_run(
    tmp_path: Path, replica: Replica, uninterrupted: dict[str, bytes]
) -> None:
    slugs = sorted(source.slug for source in replica.site.categories() if " " not in source.slug)
    assert crawl("category", tmp_path, replica, category=",".join(slugs[::2])).status == 0
    assert crawl("category", tmp_path, replica).status == 0
    assert files(tmp_path) == uninterrupted


# --- tokens of a remote control (invariant V22)


@pytest.mark.parametrize("console", [False, True], ids=["by default", "with Scrapy's remote control"])
def test_a_run_leaves_no_token_of_a_remote_control(
    tmp_path: Path, replica: Replica, monkeypatch: pytest.MonkeyPatch, console: bool
) -> None:
    """Also if the run is killed. With the remote control, the test checks that it would find a token."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        monkeypatch.delenv(name)
    options = ("-s", "REMOTE_CONTROL_ENABLED=True") if console else ()
    with start(tmp_path / "archive", replica, *options) as process:
        wait_for_posts(tmp_path / "archive", 2, process)
        kept = [path for path in home.rglob("*") if path.is_file()]
        process.kill()
    assert bool(kept) is console


# --- two runs at once (faults S7, S8)


def test_a_second_run_changes_nothing_and_the_first_run_continues(
    tmp_path: Path, replica: Replica, uninterrupted: dict[str, bytes]
) -> None:
    article = replica.site.article(0).id
    with start(tmp_path, replica) as process:
        wait_for_posts(tmp_path, 1, process)
        replica.hang = True
        try:
            before = files(tmp_path)
            for spider, arguments in (("category", {}), ("share", {"infocode": article})):
                second = crawl(spider, tmp_path, replica, **arguments)
                assert (second.status, "nothing was changed" in second.stderr) == (7, True)
            assert before.items() <= files(tmp_path).items()
        finally:
            replica.hang = False
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert files(tmp_path) == uninterrupted


# --- changes to posts between runs (faults S18 to S20)


def test_posts_that_a_user_edited_moved_or_deleted_are_left_as_they_are(tmp_path: Path) -> None:
    with Replica(Site(articles=60, plain=True)) as replica:
        assert crawl("category", tmp_path, replica, category="cailianshe").status == 0
        count = replica.site.count("cailianshe")
        edited, deleted, moved, crlf, marked, guarded, *_ = sorted((tmp_path / "_posts").iterdir())
        edited.write_text(edited.read_text().replace('title: "', 'title: "更正：'))
        deleted.unlink()
        moved.rename(moved.with_name(f"2021-01-01-{moved.name[11:]}"))
        crlf.write_bytes(crlf.read_bytes().replace(b"\n", b"\r\n"))
        marked.write_bytes(b"\xef\xbb\xbf" + marked.read_bytes())
        guarded.chmod(0o600)
        before = files(tmp_path)
        while replica.site.count("cailianshe") == count:
            replica.add()
        asked(replica)
        run = crawl("category", tmp_path, replica, category="cailianshe")
        assert (run.status, run["posted"], run["unchanged"], len(asked(replica))) == (0, 1, count, 2)
    after = files(tmp_path)
    assert before.items() <= after.items()
    assert len(after) == len(before) + 1
    assert len({name[11:] for name in posts(tmp_path)}) == len(posts(tmp_path)), "one file for each id"
