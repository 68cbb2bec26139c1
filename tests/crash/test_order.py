"""The order that makes a post durable: sync the file, rename it, sync the folder, then add it to the index.

Killing a process does not show a wrong order, because the page cache of the system is kept. The order of the
system calls does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver.storage.archive import INDEX, POSTS
from archiver.storage.files import STAGING
from tests.crash.calls import Call, calls
from tests.crash.strace import Driver
from tests.crash.test_kill_points import files
from tests.storage.archives import bytes_of


class Trace:
    """The calls of one run below ``root``, by their positions."""

    def __init__(self, made: list[Call], root: Path) -> None:
        self.made = made
        self.root = root

    def first(self, what: str, fits: Callable[[Call], bool], since: int = 0) -> int:
        """The position of the first call from ``since`` on that fits."""
        found = next((at for at in range(since, len(self.made)) if fits(self.made[at])), None)
        assert found is not None, f"no call: {what}"
        return found

    def publication(self, path: str, content: bytes) -> list[int]:
        """The positions at which the file was written, synced, renamed, and its folder synced."""
        target = f"{self.root}/{path}"
        renamed = self.first(
            f"rename {path} out of staging",
            lambda call: call.target == target and call.path.startswith(f"{self.root}/{STAGING}/"),
        )
        staged = self.made[renamed].path
        writes = self._writes(staged, renamed)
        assert b"".join(self.made[at].content for at in writes) == content, (
            f"{staged} is not what was published"
        )
        return [
            writes[-1],
            self.first(f"fsync {staged}", lambda call: call == Call("fsync", staged), writes[-1]),
            renamed,
            self.first(
                f"fsync the folder of {path}",
                lambda call: call == Call("fsync", target.rpartition("/")[0]),
                renamed,
            ),
        ]

    def _writes(self, staged: str, renamed: int) -> list[int]:
        """The writes to the file that was renamed; an earlier file may have had the same name in staging."""
        own = range(renamed)
        for at in own:
            if (self.made[at].name, self.made[at].path) == ("renameat", staged):
                own = range(at, renamed)
        return [at for at in own if (self.made[at].name, self.made[at].path) == ("write", staged)]

    def remembered(self, path: str, digest: bytes, since: int) -> int:
        """The position at which the transaction with the post reaches the index or its journal.

        A page of the index has the digest only after a transaction with it commits.
        """
        return self.first(
            f"add {path} to the index",
            lambda call: call.path.startswith(f"{self.root}/{INDEX}") and digest in call.content,
            since,
        )


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("traced") / "calls"


@pytest.fixture(scope="module")
def driver(log: Path) -> Iterator[Driver]:
    with Driver.tracing(log.parent) as running:
        yield running


@pytest.mark.parametrize("scenario", ["new", "update", "repair", "refile"])
def test_a_post_is_durable_before_it_is_in_the_index(
    driver: Driver, log: Path, tmp_path: Path, scenario: str
) -> None:
    root = tmp_path.resolve() / "archive"
    prepared = driver.run(scenario, "prepare", root)
    assert prepared.status == 0, prepared.stderr
    before = bytes_of(root) if root.exists() else {}
    known = b"".join(content for path, content in before.items() if path.startswith(INDEX))

    ended = driver.run(scenario, "run", root)
    assert ended.status == 0, ended.stderr
    trace = Trace(calls(log, ended.process), root)
    changed = {path: content for path, content in files(root).items() if before.get(path) != content}
    assert sum(path.startswith(f"{POSTS}/") for path in changed) == CHANGED_POSTS[scenario]
    for path, content in changed.items():
        order = trace.publication(path, content)
        if path.startswith(f"{POSTS}/"):
            digest = hashlib.sha256(content).digest()
            order.append(trace.remembered(path, digest, since=order[0] if digest in known else 0))
        assert order == sorted(order), (
            f"{path}: written, synced, renamed, folder synced, in the index at {order}"
        )


CHANGED_POSTS = {"new": 5, "update": 5, "repair": 1, "refile": 2}
"""Posts that each scenario writes."""
