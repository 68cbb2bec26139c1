"""The folder of a session. Nothing in it is deleted before the session has ended.

A file system that has just deleted thousands of files takes longer to create new ones (ext4: up to four times
as long).
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARGIN = 1.2
"""The free space must be at least this many times the estimate."""


class NotEnoughSpace(RuntimeError):
    """The files of the session do not fit on the disk. The message gives the sizes in one sentence."""


@contextmanager
def session_folder(parent: Path, *, keep: bool) -> Iterator[Path]:
    """A new folder in ``parent``. It is deleted at the end, also after an error, unless ``keep`` is set."""
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="session-", dir=parent))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder)


def require_space(needed: int, folder: Path) -> None:
    """Raises NotEnoughSpace unless ``needed`` bytes fit on the disk of ``folder``."""
    free = shutil.disk_usage(folder).free
    if free < needed * MARGIN:
        raise NotEnoughSpace(
            f"{folder} has {free / 1e9:.1f} GB free, but the session needs about "
            f"{needed * MARGIN / 1e9:.1f} GB: measure fewer articles, rounds or contestants, "
            "or choose another --folder"
        )


def delete_outdated(folders: Iterable[Path]) -> None:
    """Deletes pages from earlier versions of the code. Call this only at the end of a session."""
    for folder in folders:
        shutil.rmtree(folder)
