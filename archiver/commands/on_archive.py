"""The base class of the commands that work on an archive."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from archiver import options
from archiver.errors import BadArgument, StorageError
from archiver.run.status import Status
from archiver.storage.lock import Locked
from archiver.terminal import tell, write


class ArchiveCommand(ScrapyCommand):
    """Works on the archive at ARCHIVER_OUTPUT, without the network; takes options and no arguments."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options]"

    def root(self, args: list[str]) -> Path:
        """The root of the archive; raises UsageError for arguments, wrong settings, or a missing archive."""
        if args:
            raise UsageError(f"unknown argument {args[0]!r}")
        assert self.settings
        try:
            options.apply(self.settings)
        except BadArgument as exc:
            raise UsageError(str(exc), print_help=False) from exc
        root = Path(self.settings["ARCHIVER_OUTPUT"]).absolute()
        if not root.is_dir():
            raise UsageError(f"there is no archive at {root}; -s ARCHIVER_OUTPUT= says where it is")
        return root

    def refuse(self, command: str, exc: StorageError) -> None:
        tell(f"scrapy {command}: {exc}")
        self.exitcode = Status.LOCKED if isinstance(exc, Locked) else Status.STORAGE

    def write(self, text: str) -> None:
        """Writes to stdout; if that fails, the exit status says so."""
        try:
            write(text)
        except OSError as exc:
            tell(f"stdout: {exc.strerror}; the output is not complete")
            self.exitcode = Status.STORAGE

    def write_json(self, data: dict[str, Any]) -> None:
        self.write(json.dumps(data, indent=1))
