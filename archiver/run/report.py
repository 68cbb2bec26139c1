"""The report of a run: as text, as JSON, and as an exit status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archiver.run.ledger import ENDS, End, Tally
from archiver.run.status import Status
from archiver.safe_text import to_json
from archiver.terminal import printable

NEVER_ALLOWED = ("downgrade", "offsite", "private_address", "scheme")
"""Reasons of quarantine that give status 4 whatever the allowance is: a response led away from the site."""

MAX_FAILURES_SHOWN = 10
"""Failures that the text lists one by one; the JSON lists all of them."""

_WORST_FIRST = (
    Status.BROKEN,
    Status.STORAGE,
    Status.SITE_CHANGED,
    Status.REJECTED,
    Status.INCOMPLETE,
    Status.INTERRUPTED,
)

_MEANINGS = {
    Status.OK: "complete: every listed article has a result",
    Status.INCOMPLETE: "incomplete: run it again",
    Status.REJECTED: "articles were quarantined: read their records, then run it again",
    Status.SITE_CHANGED: "the site seems to have changed: compare it with its profile",
    Status.STORAGE: "the archive could not be written: free some space or repair the disk, then run it again",
    Status.INTERRUPTED: "stopped by a signal: run it again",
    Status.BROKEN: "an internal error, or an article without a result: please report this, with the log",
}


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a run. Only this class decides the exit status."""

    spider: str
    site: str
    root: str
    tally: Tally
    allowance: float
    """The share of the listed articles that may be quarantined without status 4."""
    seconds: float
    requests: int
    bytes: int
    finish_reason: str
    storage_error: str = ""
    internal_errors: int = 0
    doubts: dict[str, int] | None = None
    """Statistic (``date/conflict`` …) → count."""
    proxies: tuple[str, ...] = ()
    """Hosts of the proxies that requests were sent through. A proxy resolves host names itself, so it also
    has to refuse private addresses."""
    drift: tuple[str, ...] = ()
    """Signs that the site changed, one sentence each."""
    without_file: tuple[str, ...] = ()
    """After a run that was cut off: the articles whose posts are in the index and not on the disk."""

    @property
    def status(self) -> Status:
        found = self._statuses()
        return next((status for status in _WORST_FIRST if status in found), Status.OK)

    def _statuses(self) -> set[Status]:
        tally = self.tally
        found = set()
        if self.internal_errors or not tally.balanced:
            found.add(Status.BROKEN)
        if self.storage_error:
            found.add(Status.STORAGE)
        if self.drift:
            found.add(Status.SITE_CHANGED)
        if tally.ends["quarantined"] > self.allowance * tally.listed or any(
            tally.reasons[f"quarantined/{reason}"] for reason in NEVER_ALLOWED
        ):
            found.add(Status.REJECTED)
        failed = set(tally.listings_incomplete.values()) - {"interrupted"}
        if tally.ends["deferred"] > tally.reasons["deferred/interrupted"] or failed:
            found.add(Status.INCOMPLETE)
        if self.finish_reason == "shutdown":
            found.add(Status.INTERRUPTED)
        elif self.finish_reason not in ("finished", "storage_failed"):
            found.add(Status.INCOMPLETE)
        return found

    def as_dict(self) -> dict[str, Any]:
        tally = self.tally
        return {
            "spider": self.spider,
            "site": self.site,
            "archive": self.root,
            "exit_status": int(self.status),
            "finish_reason": self.finish_reason,
            "listed": tally.listed,
            **{end: tally.ends[end] for end in ENDS},
            "reasons": dict(sorted(tally.reasons.items())),
            "doubts": dict(sorted((self.doubts or {}).items())),
            "listings": {
                "complete": tally.listings_complete,
                "unchanged": tally.listings_unchanged,
                "incomplete": dict(sorted(tally.listings_incomplete.items())),
            },
            "failures": [
                {"id": f.id, "end": f.end, "reason": f.reason, "detail": f.detail, "record": f.record}
                for f in tally.failures
            ],
            "drift": list(self.drift),
            "without_file": list(self.without_file),
            "storage_error": self.storage_error,
            "internal_errors": self.internal_errors,
            "requests": self.requests,
            "bytes": self.bytes,
            "proxies": list(self.proxies),
            "seconds": round(self.seconds, 1),
        }

    def as_json(self) -> str:
        return to_json(self.as_dict()) + "\n"

    def as_text(self) -> str:
        """The report for a person. The last line gives the exit status and its meaning."""
        return "\n".join([*self._counts(), *self._problems(), self._exit_line()])

    def _counts(self) -> list[str]:
        ends = self.tally.ends
        counts = [("listed", self.tally.listed), ("new", ends["posted"])]
        counts += [(end, ends[end]) for end in ENDS if end != "posted"]
        width = max(len(str(count)) for _, count in counts)
        lines = [f"{self.spider} · {self.site}"]
        lines += [f"  {name:<12}{count:>{width}}{self._reasons(name)}" for name, count in counts]
        lines += [
            self._listings(),
            f"  {self.requests} requests, {_size(self.bytes)}, {self.seconds:.1f} s{self._proxy_note()}",
            f"  posts are in {self.root}/_posts",
        ]
        return lines

    def _proxy_note(self) -> str:
        return f", through the proxy {', '.join(map(printable, self.proxies))}" if self.proxies else ""

    def _listings(self) -> str:
        tally = self.tally
        incomplete = len(tally.listings_incomplete)
        line = f"  {tally.listings_complete + incomplete} listings"
        line += f", {tally.listings_unchanged} unchanged" if tally.listings_unchanged else ""
        return f"{line}, {incomplete} incomplete" if incomplete else line

    def _reasons(self, end: str) -> str:
        reasons = {
            name.partition("/")[2]: count
            for name, count in sorted(self.tally.reasons.items())
            if name.startswith(f"{end}/")
        }
        return "  " + ", ".join(f"{count} {reason}" for reason, count in reasons.items()) if reasons else ""

    def _problems(self) -> list[str]:
        lines = [
            f"  listing incomplete: {printable(url)}: {why}"
            for url, why in self.tally.listings_incomplete.items()
        ]
        lines += [_failure_line(failure) for failure in self.tally.failures[:MAX_FAILURES_SHOWN]]
        if len(self.tally.failures) > MAX_FAILURES_SHOWN:
            lines.append(
                f"  … and {len(self.tally.failures) - MAX_FAILURES_SHOWN} more in .archive/report.json"
            )
        lines += [f"  the site changed: {printable(sentence, 600)}" for sentence in self.drift]
        if self.without_file:
            lines.append(f"  {_without_file(self.without_file)}")
        if self.internal_errors:
            lines.append(f"  {self.internal_errors} internal errors; their tracebacks are in the log")
        if self.storage_error:
            lines.append(f"  {self.storage_error}")
        return lines

    def _exit_line(self) -> str:
        return f"exit {int(self.status)}: {_MEANINGS[self.status]}"


def _failure_line(failure: End) -> str:
    line = f"  {failure.end}: {printable(failure.id)}: {failure.reason}"
    if failure.detail:
        line += f" ({printable(failure.detail)})"
    return f"{line}; record kept in {failure.record}" if failure.record else line


def _without_file(ids: Sequence[str]) -> str:
    first = ", ".join(map(printable, ids[:MAX_FAILURES_SHOWN]))
    more = ", … in .archive/report.json" if len(ids) > MAX_FAILURES_SHOWN else ""
    return (
        f"the run before this one was cut off, and {len(ids)} posts of the index have no file "
        f"({first}{more}); if you did not delete them, request them with `finews crawl share -a infocode=ID`"
    )


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e3:.1f} KB" if count < 1e6 else f"{count / 1e6:.1f} MB"
