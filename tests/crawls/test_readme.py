"""The commands of the README in an environment that has nothing but the wheel: no checkout, no settings.

One environment for each Python that is installed. The hosts of the README are replicas: the commands run as they
are printed, and only the environment (proxies and the certificate to trust) differs from a user's.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.replica import certificates
from archiver.replica.articles import Site
from archiver.replica.eastmoney import Columns
from archiver.replica.eastmoney_server import EastmoneyReplica
from archiver.replica.server import Replica
from tests.crawling import PROJECT, posts
from tests.environments import build_wheel, make_environment
from tests.sites.test_own_site import play

VERSIONS = ["3.11", "3.12", "3.13", "3.14"]
PYENV = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"


def blocks(readme: str, language: str) -> list[str]:
    text = (PROJECT / readme).read_text(encoding="utf-8")
    fenced = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [block for kind, block in fenced if kind == language]


def pythons() -> list[str]:
    """The running one, and every other version from 3.11 that can make virtual environments."""
    running = "{}.{}".format(*sys.version_info)
    others = (python_of(version) for version in VERSIONS if version != running)
    return [sys.executable, *filter(None, others)]


def python_of(version: str) -> str:
    """The path of a Python of this version; empty if there is none."""
    installed = sorted(map(str, PYENV.glob(f"{version}.*/bin/python{version}")))
    candidates = [shutil.which(f"python{version}"), *installed]
    return next((path for path in candidates if path and works(path)), "")


def works(python: str) -> bool:
    words = [python, "-c", "import venv, ensurepip, sqlite3, ssl"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module", params=pythons(), ids=lambda path: Path(path).name)
def installed(request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the programs of an environment with the wheel and what it depends on."""
    return make_environment(request.param, tmp_path_factory.mktemp("environment"), str(wheel))


class World:
    """The network as the README's commands see it."""

    def __init__(self, folder: Path) -> None:
        authority = certificates.authority()
        self.trusted = folder / "authority.pem"
        self.trusted.write_bytes(certificates.pem(authority))
        tls = certificates.context(folder, "*.eastmoney.com", authority)
        self.finews = Replica(Site(articles=40))
        self.eastmoney = EastmoneyReplica(Columns(Site(articles=60, plain=True)), tls)

    def environment(self, programs: Path, home: Path) -> dict[str, str]:
        return {
            "PATH": f"{programs}:/usr/bin:/bin",
            "HOME": str(home),
            "http_proxy": self.finews.url,
            "https_proxy": self.eastmoney.url,
            "SSL_CERT_FILE": str(self.trusted),
        }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("world"))
    with made.finews, made.eastmoney:
        play(made.finews)
        yield made


def shell(command: str, programs: Path, folder: Path, world: World) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-ec", command],
        cwd=folder,
        env=world.environment(programs, folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def faster(command: str) -> str:
    """A pause of a second between two requests is not what is tested here."""
    return command.replace("-a site=", "-s ARCHIVER_PACE=full -a site=")


def test_the_chinese_readme_has_the_same_commands() -> None:
    for language in ("", "sh", "crontab"):
        assert blocks("README.md", language)
        assert blocks("README.zh-CN.md", language) == blocks("README.md", language)


def test_the_commands_of_the_readme_work_in_an_empty_folder(
    installed: Path, world: World, tmp_path: Path
) -> None:
    example = (PROJECT / "docs/example-site.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(example.replace("https:", "http:"), encoding="utf-8")
    outputs = [shell(faster(block), installed, tmp_path, world) for block in blocks("README.md", "sh")]
    for done in outputs:
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(posts(tmp_path / "output")) == 40 + 11
    assert len(posts(tmp_path / "eastmoney")) > 20
    assert len(posts(tmp_path / "mine")) == 5
    assert len((tmp_path / "articles.jsonl").read_text(encoding="utf-8").splitlines()) == 40
    assert (tmp_path / "output/index.html").is_file()
    assert (tmp_path / "archive.tar.gz").stat().st_size > 10_000
    check_the_line_for_cron(installed, world, tmp_path / "srv")


def check_the_line_for_cron(programs: Path, world: World, folder: Path) -> None:
    (line,) = blocks("README.md", "crontab")
    parts = re.fullmatch(r"(\S+ \S+ \S+ \S+ \S+)  cd (\S+) && (.*)\n", line)
    assert parts
    assert parts.groups()[:2] == ("*/5 * * * *", "/srv/news")
    folder.mkdir()
    (folder / ".venv").symlink_to(programs.parent)
    done = shell(f"cd {folder} && {faster(parts[3])} -a limit=3", Path("/usr/bin"), Path("/"), world)
    assert done.returncode == 0, done.stderr
    assert len(posts(folder / "output")) == 3


def test_the_report_in_the_readme_is_what_the_replica_gives(world: World, tmp_path: Path) -> None:
    (printed,) = [block for block in blocks("README.md", "") if block.startswith("category · ")]
    command = blocks("README.md", "sh")[0]
    done = shell(command, Path(sys.executable).parent, tmp_path, world)
    varies = re.compile(r"[\d.]+ s,|\S+(?=/output/_posts)")
    assert varies.sub("", done.stderr) == varies.sub("", printed)
