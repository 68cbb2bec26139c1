"""The base of the commands that request a few pages, with the rules of a run and without an archive."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator
from contextlib import contextmanager

from archiver.commands.base import ArchiverCommand, program
from archiver.run.archive_run import site_url
from archiver.run.reading import Reader
from archiver.run.status import Status
from archiver.sites.profile import Profile
from archiver.terminal import tell
from archiver.trying.check import Fetch, Trial
from archiver.trying.spider import Task, run_task


class AskingCommand(ArchiverCommand, ABC):
    requires_crawler_process = True

    @contextmanager
    def trial(self, site: Profile, fetch: Fetch) -> Iterator[Trial]:
        assert self.settings
        reader = Reader(
            self.settings.getfloat("ARCHIVER_PAGE_SECONDS"), self.settings.getint("ARCHIVER_PAGE_ELEMENTS")
        )
        try:
            yield Trial(site, site_url(self.settings, site), fetch, reader)
        finally:
            reader.close()

    def ask(self, site: Profile | None, task: Task) -> bool:
        """Runs a task that requests pages; returns whether it came to its end. Raises what the task raises.

        ``site``: only its origins are requested; without one, any public address.
        """
        assert self.crawler_process
        if run_task(self.crawler_process, site, task):
            return True
        tell(f"{program()} {self.name}: it was stopped before its end")
        self.exitcode = Status.INTERRUPTED
        return False
