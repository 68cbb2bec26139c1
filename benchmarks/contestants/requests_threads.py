"""requests with five threads and posts from a string template, like a first script for such an archive."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import requests

from benchmarks.contestants.pasted import post_name, post_text
from benchmarks.contestants.task import Task, done

if TYPE_CHECKING:
    from pathlib import Path

_THREADS = 5
_local = threading.local()


def main() -> None:
    task = Task.given()
    with requests.Session() as session:
        answers = [url for listing in task.listings for url in task.answers(session.get(listing).text)]
    with ThreadPoolExecutor(_THREADS) as threads:
        done(sum(threads.map(lambda url: _archive(url, task.output), answers)))


def _archive(url: str, folder: Path) -> bool:
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    answer = _local.session.get(url).json()
    (folder / post_name(answer)).write_text(post_text(answer), encoding="utf-8")
    return True


if __name__ == "__main__":
    main()
