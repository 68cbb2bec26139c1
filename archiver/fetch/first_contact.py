"""Notices that no host can be reached at all, so that such a run ends within seconds."""

from __future__ import annotations

from math import inf

from archiver.errors import ArticleError

SECONDS = 6.0
"""The most seconds, with the delays, that are spent on a request before any host was reached. The name
resolution has a limit of its own (``DNS_TIMEOUT``); without an answer it is not repeated."""

_SENTENCES = {
    "dns": "no network: {}",
    "unreachable": "no network: {}",
    "refused": "no host of the site was reached: {}",
}
"""Reason of a failed connection → what to say if there was no other result in the whole run."""


class FirstContact:
    """Retries are patient only after the first sign of a working network: a response, or any other failure.

    If a request was given up before that, other hosts are tried once.
    """

    def __init__(self) -> None:
        self._is_reached = False
        self._failed: ArticleError | None = None

    def record(self, problem: ArticleError | None) -> None:
        """The result of an attempt; None: there was a response."""
        if problem is None or problem.reason not in _SENTENCES:
            self._is_reached, self._failed = True, None

    def give_up(self, problem: ArticleError) -> None:
        """A request has ended with this problem and is not repeated."""
        if not self._is_reached:
            self._failed = self._failed or problem

    @property
    def limit(self) -> float:
        """The most seconds that may be spent on a request now."""
        if self._is_reached:
            return inf
        return 0.0 if self._failed else SECONDS

    @property
    def sentence(self) -> str:
        """Why nothing was reached; empty if something was."""
        return _SENTENCES[self._failed.reason].format(self._failed.detail) if self._failed else ""
