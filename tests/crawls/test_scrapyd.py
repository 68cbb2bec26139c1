"""Scrapyd runs the archiver as an egg that was deployed from the checkout, and as a package installed beside it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from archiver.replica.articles import Site
from archiver.replica.server import Replica, proxied
from tests.crawling import posts
from tests.environments import build_wheel, copy_of_the_sources, make_environment

PACKAGES = ("scrapyd>=1.6,<1.7", "scrapyd-client>=2.0.3,<2.1", "setuptools>=77,<81")
SECONDS = 60.0
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scrapyd needs setuptools below 81."""
    wheel = build_wheel(tmp_path_factory.mktemp("wheel"))
    return make_environment(sys.executable, tmp_path_factory.mktemp("scrapyd"), str(wheel), *PACKAGES)


class Daemon:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"

    def get(self, page: str, **arguments: str) -> dict[str, Any]:
        return self._answer(f"{self.url}/{page}.json?{urllib.parse.urlencode(arguments)}", None)

    def post(self, page: str, **arguments: str | list[str]) -> dict[str, Any]:
        return self._answer(f"{self.url}/{page}.json", urllib.parse.urlencode(arguments, doseq=True).encode())

    def _answer(self, url: str, data: bytes | None) -> dict[str, Any]:
        with OPENER.open(url, data, timeout=30) as response:
            answer: dict[str, Any] = json.load(response)
        assert answer["status"] == "ok", answer
        return answer

    def wait_until(self, job: str, state: str, project: str) -> None:
        deadline = time.monotonic() + SECONDS
        while job not in [entry["id"] for entry in self.get("listjobs", project=project)[state]]:
            assert time.monotonic() < deadline, self.get("listjobs", project=project)
            time.sleep(0.1)

    def log(self, project: str, job: str) -> str:
        (path,) = self.folder.glob(f"logs/{project}/*/{job}.log")
        return path.read_text(encoding="utf-8")


@contextmanager
def scrapyd(programs: Path, folder: Path, replica: Replica) -> Iterator[Daemon]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "scrapyd.conf").write_text(
        f"[scrapyd]\nhttp_port = {port}\nbind_address = 127.0.0.1\npoll_interval = 0.2\n"
        "[settings]\nfinews = archiver.settings\n"
    )
    (folder / "scrapy.cfg").write_text(
        "[settings]\ndefault = archiver.settings\nfinews = archiver.settings\n"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCRAPY_")}
    environment = proxied(replica.url, {**kept, "PATH": f"{programs}:/usr/bin:/bin"})
    daemon, output = Daemon(folder, port), folder / "scrapyd.log"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [programs / "scrapyd"], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        wait_until_ready(daemon, process, output)
        yield daemon
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_until_ready(daemon: Daemon, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        try:
            daemon.get("daemonstatus")
            return
        except OSError:
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)


@pytest.fixture
def replica() -> Iterator[Replica]:
    with Replica(Site(articles=20, plain=True)) as running:
        yield running


def settings(output: Path, *more: str) -> dict[str, list[str]]:
    return {"setting": [f"ARCHIVER_OUTPUT={output}", *more]}


FAST = "ARCHIVER_PACE=full"


def test_a_package_installed_beside_scrapyd_archives_and_can_be_cancelled(
    programs: Path, tmp_path: Path, replica: Replica
) -> None:
    output = tmp_path / "output"
    with scrapyd(programs, tmp_path, replica) as daemon:
        assert daemon.get("listspiders", project="finews")["spiders"] == ["category", "share"]
        job = daemon.post(
            "schedule", project="finews", spider="category", limit="5", **settings(output, FAST)
        )["jobid"]
        daemon.wait_until(job, "finished", "finews")
        assert len(posts(output)) == 5
        assert "exit 0" in daemon.log("finews", job)

        job = daemon.post("schedule", project="finews", spider="category", **settings(output))["jobid"]
        daemon.wait_until(job, "running", "finews")
        wait_for_posts(output, 6)
        daemon.post("cancel", project="finews", job=job)
        daemon.wait_until(job, "finished", "finews")
    report = json.loads((output / ".archive/report.json").read_text(encoding="utf-8"))
    assert report["exit_status"] == 8


def wait_for_posts(output: Path, count: int) -> None:
    """The run is then in its middle: it makes one request a second."""
    deadline = time.monotonic() + SECONDS
    while len(posts(output)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_egg_deployed_from_the_checkout_archives(programs: Path, tmp_path: Path, replica: Replica) -> None:
    checkout = copy_of_the_sources(tmp_path / "checkout")
    output = tmp_path / "output"
    with scrapyd(programs, tmp_path, replica) as daemon:
        (checkout / "scrapy.cfg").write_text(
            (checkout / "scrapy.cfg").read_text().replace("[deploy]", f"[deploy]\nurl = {daemon.url}/")
        )
        deployed = subprocess.run(
            [programs / "scrapyd-deploy"],
            cwd=checkout,
            env={"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert '"spiders": 2' in deployed.stdout, deployed.stdout + deployed.stderr
        job = daemon.post("schedule", project="archiver", spider="category", **settings(output, FAST))[
            "jobid"
        ]
        daemon.wait_until(job, "finished", "archiver")
        log = daemon.log("archiver", job)
        wrong = daemon.post(
            "schedule", project="archiver", spider="category", since="soon", **settings(output)
        )
        daemon.wait_until(wrong["jobid"], "finished", "archiver")
        assert "since='soon' is not a day" in daemon.log("archiver", wrong["jobid"])
    assert len(posts(output)) == 20, log
    assert (output / "index.html").is_file()
