"""``scrapy replica``, run as a user runs it: as a program, from a folder with a ``scrapy.cfg``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from archiver.commands.replica import command_after_dashes
from archiver.errors import BadArgument

ROOT = Path(__file__).parents[2]
FETCH = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).status); sys.exit(7)"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder from which Scrapy finds the archiver."""
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = archiver.settings\n")
    return tmp_path


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SCRAPY_", "COV"))}
    return kept | {"PYTHONPATH": str(ROOT), "no_proxy": "*"}


def replica(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapy", "replica", *arguments]
    return subprocess.run(
        command, cwd=project, env=environment(), capture_output=True, text=True, timeout=60, check=False
    )


def test_a_command_after_dashes_reaches_the_replica_and_gives_the_exit_status(project: Path) -> None:
    address = "http://finews.withounder.com/"
    run = replica(
        project, "--articles", "12", "--", sys.executable, "-c", FETCH, address, "-s", "X=1", "--port"
    )
    assert (run.stdout, run.stderr, run.returncode) == ("200\n", "", 7)


TRUSTED = """import os, sys, urllib.request as u
print(u.urlopen(sys.argv[1]).read().decode())"""
EMPTY = "https://np-listapi.eastmoney.com/comm/web/getNewsByColumns?column=350&req_trace=1"


def test_a_client_of_eastmoney_trusts_its_certificate_and_sees_the_switches(project: Path) -> None:
    switches = ["--switch", "api=no_rows", "--switch", "arrivals=1"]
    run = replica(
        project,
        "--site",
        "eastmoney",
        "--articles",
        "12",
        *switches,
        "--",
        sys.executable,
        "-c",
        TRUSTED,
        EMPTY,
    )
    assert run.returncode == 0, run.stderr
    data = json.loads(run.stdout)["data"]
    assert (data["list"], data["totle_hits"] >= 10) == ([], True)


def test_the_exit_status_is_128_plus_the_signal_that_ended_the_command(project: Path) -> None:
    run = replica(project, "--", sys.executable, "-c", "import os; os.kill(os.getpid(), 15)")
    assert run.returncode == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--articles", "9"], "--articles must be 10 or more, not 9"),
        (["--port", "65536"], "--port must be from 0 to 65535, not 65536"),
        (["--artikel", "40"], "'--artikel' is not an option; a command is written after --"),
        (["scrapy", "crawl"], "'scrapy' is not an option; a command is written after --"),
        (["--switch", "api=no_rows"], "--switch needs --site eastmoney"),
        (
            ["--site", "eastmoney", "--switch", "apo=x"],
            "--switch: 'apo' is not a switch; known are column_page,",
        ),
        (["--site", "eastmoney", "--switch", "cut=x"], "--switch: 'cut=x' has no value that the switch cut"),
        (["--", "/no/such/program"], "cannot run '/no/such/program': No such file or directory"),
    ],
)
def test_an_invalid_argument_gives_one_sentence_and_exit_status_2(
    project: Path, arguments: list[str], sentence: str
) -> None:
    run = replica(project, *arguments)
    assert run.returncode == 2
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr


def test_without_a_command_the_replica_runs_until_it_is_interrupted(project: Path) -> None:
    command = [sys.executable, "-m", "scrapy", "replica", "--plain"]
    with subprocess.Popen(
        command, cwd=project, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(4)]
        address = printed[0].split(" is at ")[1].split()[0]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=10) as home:
            assert home.status == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert printed[3] == f"    http_proxy={address.rstrip('/')} finews crawl category -s ARCHIVER_PACE=full\n"
    assert (errors, process.returncode) == ("", 0)


def test_the_command_is_the_words_after_the_first_dashes_and_may_be_empty() -> None:
    assert command_after_dashes(["--"]) == []
    assert command_after_dashes(["--", "a", "--", "-s"]) == ["a", "--", "-s"]
    with pytest.raises(BadArgument):
        command_after_dashes(["-x", "--", "a"])
