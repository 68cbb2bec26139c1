"""What the commands that read an archive have in common."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from archiver.errors import StorageError
from archiver.run.status import Status
from archiver.storage.lock import Locked
from archiver.terminal import tell


class ArchiveCommand(ScrapyCommand):
    """Works on the archive at ARCHIVER_OUTPUT, asks nobody anything, and has no arguments but options."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options]"

    def root(self, args: list[str]) -> Path:
        """Where the archive is; raises UsageError where there is none, or where there are arguments."""
        if args:
            raise UsageError(f"unknown argument {args[0]!r}")
        assert self.settings
        root = Path(self.settings["ARCHIVER_OUTPUT"]).absolute()
        if not root.is_dir():
            raise UsageError(f"there is no archive at {root}; -s ARCHIVER_OUTPUT= says where it is")
        return root

    def refuse(self, command: str, exc: StorageError) -> None:
        tell(f"scrapy {command}: {exc}")
        self.exitcode = Status.LOCKED if isinstance(exc, Locked) else Status.STORAGE

    def write(self, text: str) -> None:
        """To stdout, whatever it can show."""
        encoding = sys.stdout.encoding or "utf-8"
        try:
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
            sys.stdout.flush()
        except OSError as exc:
            tell(f"stdout: {exc.strerror}; not all of it was written")
            self.exitcode = Status.STORAGE

    def write_json(self, data: dict[str, Any]) -> None:
        self.write(json.dumps(data, indent=1))
