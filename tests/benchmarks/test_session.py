"""A session in which fake runs replace the contestants: the order of runs, their folders, and disk space."""

from __future__ import annotations

import io
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

from benchmarks import __main__ as command
from benchmarks import rounds, session
from benchmarks.contestants.task import Task
from benchmarks.folders import NotEnoughSpace
from benchmarks.measure import Figures
from benchmarks.pages import outdated
from benchmarks.results import Results
from benchmarks.server import Traffic

NAMES = ("archiver", "archiver-rerun", "scrapy-defaults", "requests", "sha256sum")
SIZES = (12, 20)
DELETING = ("os.remove", "os.rmdir", "shutil.rmtree", "os.truncate")


@dataclass
class Recorder:
    """Replaces the runs, and records them in order, with all files that are deleted or renamed."""

    events: list[tuple[str, str]] = field(default_factory=list)
    outputs: list[Path] = field(default_factory=list)
    active: bool = False

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.active and event in (*DELETING, "os.rename"):
            self.events.append((event, str(arguments[0])))

    def run(
        self, words: Sequence[str], environment: Mapping[str, str], scratch: Path, seconds: int
    ) -> Figures:
        assert words
        assert environment
        assert seconds > 0
        task = Task.read(next(scratch.glob("task.json")))
        name = scratch.name.partition("-")[2]
        articles = int(task.base.rpartition("/")[2])
        if name == "archiver":
            (task.output / "_posts").mkdir()
            for number in range(articles):
                (task.output / f"_posts/{number}.md").write_text("")
        self.events.append(("run", f"{name} {articles}"))
        self.outputs.append(task.output)
        stdout = "x\n" * articles if name == "sha256sum" else f'{{"articles": {articles}}}\n'
        return Figures(1.0, 2.0, 0.5, 10_000_000, 4096, 0, stdout, "")

    def runs(self) -> list[str]:
        return [what for event, what in self.events if event == "run"]


class FakeServer:
    """Replaces the server. It serves nothing."""

    name = "nothing"

    def __init__(self, pages: Any, latencies: Sequence[int], scratch: Path) -> None:
        assert scratch
        assert latencies
        self.articles = len(pages.numbers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def base(self, latency: int) -> str:
        return f"http://127.0.0.1:{latency + 2}/{self.articles}"

    def cpu(self) -> float:
        return 0.0

    def traffic(self) -> Traffic:
        return Traffic(0, 0, 0, {})


@pytest.fixture(scope="module")
def hooked() -> Recorder:
    """Python cannot remove an audit hook. So there is one for all tests, and it works only during a test."""
    recorder = Recorder()
    sys.addaudithook(recorder.audit)
    return recorder


@pytest.fixture
def recorder(hooked: Recorder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    hooked.events, hooked.outputs, hooked.active = [], [], True
    monkeypatch.setattr(rounds, "run", hooked.run)
    monkeypatch.setattr(rounds.profile, "write", lambda base, path: path.write_text(base))
    monkeypatch.setattr(rounds.fields, "shares", lambda *_: rounds.fields.Shares(0, {}))
    monkeypatch.setattr(session, "Server", FakeServer)
    yield hooked
    hooked.active = False


def plan(folder: Path, *, keep: bool = False) -> session.Plan:
    return session.Plan(SIZES, 2, (0,), NAMES, folder, keep=keep)


def test_nothing_is_deleted_or_renamed_before_the_last_run_has_ended(
    tmp_path: Path, recorder: Recorder
) -> None:
    for size in SIZES:
        (tmp_path / f"pages-{size}-outdated").mkdir()
    session.measure(plan(tmp_path), Results(), io.StringIO())
    kinds = [event for event, _ in recorder.events]
    first, last = kinds.index("run"), len(kinds) - 1 - kinds[::-1].index("run")
    assert set(kinds[first:last]) == {"run"}
    assert not [
        what for event, what in recorder.events[:first] if event != "os.rename" and "draft-" not in what
    ]
    assert "shutil.rmtree" in kinds[last:]
    assert list(tmp_path.glob("session-*")) == []
    assert outdated(SIZES, tmp_path) == []


def test_every_run_has_a_separate_output_folder_except_runs_on_a_finished_archive(
    tmp_path: Path, recorder: Recorder
) -> None:
    session.measure(plan(tmp_path, keep=True), Results(), io.StringIO())
    assert len(list(tmp_path.glob("session-*"))) == 1
    new = [
        output
        for output, run in zip(recorder.outputs, recorder.runs(), strict=True)
        if run.split()[0] not in ("archiver-rerun", "sha256sum")
    ]
    assert len(set(new)) == len(new)
    assert all(output.is_dir() for output in new)
    assert set(recorder.outputs) == set(new)


def test_the_first_size_is_measured_again_at_the_end(tmp_path: Path, recorder: Recorder) -> None:
    results = Results()
    session.measure(plan(tmp_path), results, io.StringIO())
    assert recorder.runs()[-4:] == ["archiver 12", "scrapy-defaults 12", "scrapy-defaults 12", "archiver 12"]
    assert [(row["contestant"], row["articles"], row["round"]) for row in results.again] == [
        ("archiver", 12, 0),
        ("scrapy-defaults", 12, 0),
        ("scrapy-defaults", 12, 1),
        ("archiver", 12, 1),
    ]
    assert len(results.runs) == len(SIZES) * 2 * len(NAMES)
    assert not results.left_out


def test_commands_on_the_archive_run_after_the_rounds_that_use_the_server(
    tmp_path: Path, recorder: Recorder
) -> None:
    session.measure(plan(tmp_path), Results(), io.StringIO())
    of_first_size = [run for run in recorder.runs() if run.endswith(" 12")][:-4]
    assert [run.startswith("sha256sum") for run in of_first_size] == [False] * 12 + [True] * 2


def test_a_session_that_does_not_fit_on_the_disk_is_refused_before_the_first_run(
    tmp_path: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = session.estimate(session.parts(plan(tmp_path), NAMES), plan(tmp_path))
    assert needed > sum(SIZES) * 3 * 24_000
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=needed))
    with pytest.raises(
        NotEnoughSpace, match=r"GB free, but the session needs about .* choose another --folder$"
    ):
        session.measure(plan(tmp_path), Results(), io.StringIO())
    assert recorder.runs() == []
    assert list(tmp_path.iterdir()) == []


def test_a_session_without_enough_disk_space_prints_one_sentence_and_exits_with_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=0))
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # a real handler would stay after the test
    status = command.main(
        ["--folder", str(tmp_path), "--json", str(tmp_path / "x.json"), "--only", "archiver"]
    )
    assert status == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "x.json").exists()
