"""What the archiver's commands have in common: help with an example, and errors of one sentence."""

from __future__ import annotations

import argparse
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from scrapy.commands import ScrapyCommand

from archiver import options
from archiver.errors import BadArgument, StorageError
from archiver.run.status import Status
from archiver.safe_text import escape, to_json
from archiver.storage import files
from archiver.storage.lock import Locked
from archiver.terminal import tell, use_safe_log, write


class ArchiverCommand(ScrapyCommand, ABC):
    """A command that needs no Scrapy project.

    Subclasses implement :meth:`work`. A wrong argument ends the command with exit status 2, an archive that
    another run holds with 7, a failure of the disk with 6, each with one sentence on stderr.
    """

    requires_project = False
    requires_crawler_process = False
    example = ""
    """The arguments of the example that ``--help`` shows."""

    def syntax(self) -> str:
        return "[options]"

    @property
    def name(self) -> str:
        return type(self).__module__.rpartition(".")[2].replace("_", "-")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        typed = f"{program()} {self.name}"
        parser.usage = f"{typed} {self.syntax()}"
        parser.epilog = f"Example: {typed} {self.example}".rstrip()

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        use_safe_log()
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            self.work(args, opts)
        except (BadArgument, StorageError) as exc:
            self.end(exc)

    def check_settings(self) -> None:
        """Raises BadArgument for wrong settings, and in a project that is not the archiver's."""
        assert self.settings
        if "ARCHIVER_OUTPUT" not in self.settings:
            raise BadArgument(
                f"this folder is not in a Scrapy project of the archiver; type `finews {self.name}`, which "
                "works in any folder"
            )
        options.apply(self.settings)

    @abstractmethod
    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        """Does what the command is for; raises BadArgument and StorageError."""

    def end(self, error: BadArgument | StorageError) -> None:
        label = "error: " if isinstance(error, BadArgument) else ""
        tell(f"{program()} {self.name}: {label}{escape(str(error), kept='')}")
        match error:
            case BadArgument():
                self.exitcode = Status.USAGE
            case Locked():
                self.exitcode = Status.LOCKED
            case _:
                self.exitcode = Status.STORAGE


class ArchiveCommand(ArchiverCommand):
    """Works on the archive at ARCHIVER_OUTPUT, without the network; takes options and no arguments."""

    def root(self, args: list[str]) -> Path:
        """The root of the archive. Raises BadArgument for arguments, wrong settings, or a missing archive."""
        if args:
            raise BadArgument(f"unknown argument {args[0]!r}")
        self.check_settings()
        assert self.settings
        root = Path(self.settings["ARCHIVER_OUTPUT"]).absolute()
        if not any((root / folder).is_dir() for folder in (files.STATE, files.POSTS)):
            raise BadArgument(f"there is no archive at {root}; write where it is with -s ARCHIVER_OUTPUT=DIR")
        return root

    def write(self, text: str) -> None:
        """Writes to stdout; if that fails, the exit status says so."""
        try:
            write(text)
        except OSError as exc:
            tell(f"stdout: {exc.strerror}; the output is not complete")
            self.exitcode = Status.STORAGE

    def write_json(self, data: dict[str, Any]) -> None:
        self.write(to_json(data))


def program() -> str:
    """The name under which the command line was started: ``finews`` or ``scrapy``."""
    return "finews" if Path(sys.argv[0]).name == "finews" else "scrapy"
