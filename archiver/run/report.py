"""The report of a run: as text, as JSON, and as an exit status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from archiver.run import advice
from archiver.run.doubts import Doubts, counted
from archiver.run.ledger import ENDS, End, Tally
from archiver.run.status import Status
from archiver.safe_text import to_json
from archiver.terminal import printable

NEVER_ALLOWED = ("downgrade", "offsite", "private_address", "scheme")
"""Reasons of quarantine that give status 4 whatever the allowance is: a response led away from the site."""

MAX_SHOWN = 10
"""Failures, listings and signs of a changed site that the text lists one by one."""

MAX_LISTINGS = 1000
"""Incomplete listings, and signs of a changed site, that the JSON lists. Further ones are counted."""

_WORST_FIRST = (
    Status.BROKEN,
    Status.STORAGE,
    Status.USAGE,
    Status.SITE_CHANGED,
    Status.REJECTED,
    Status.INCOMPLETE,
    Status.INTERRUPTED,
)

_OWN_REASONS = ("finished", "storage_failed", "export_failed", "usage")
"""Reasons for the end of a run that say nothing about its completeness."""

_MEANINGS = {
    Status.OK: "complete: every listed article has a result",
    Status.SITE_CHANGED: "the site changed, or its profile is wrong: do what the lines above say",
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
    export_error: str = ""
    """Why an export is not complete; the posts are stored."""
    usage_error: str = ""
    """What is wrong with an argument, if that was found during the run. No article was requested."""
    no_network: str = ""
    """Why no host was reached in the whole run; empty if one was."""
    limit: int | None = None
    """The most articles to request, as the user gave it."""
    internal_errors: int = 0
    doubts: dict[str, int] | None = None
    """Statistic (``date/conflict`` …) → count, also of articles that got no post."""
    doubtful: Doubts = field(default_factory=Doubts)
    """The doubts about new posts."""
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
        if self.storage_error or self.export_error:
            found.add(Status.STORAGE)
        if self.usage_error:
            found.add(Status.USAGE)
        if self.drift:
            found.add(Status.SITE_CHANGED)
        if self._is_rejected():
            found.add(Status.REJECTED)
        failed = set(tally.listings_incomplete.values()) - {"interrupted"}
        if tally.ends["deferred"] > tally.reasons["deferred/interrupted"] or failed:
            found.add(Status.INCOMPLETE)
        if self.finish_reason == "shutdown":
            found.add(Status.INTERRUPTED)
        elif self.finish_reason not in _OWN_REASONS:
            found.add(Status.INCOMPLETE)
        return found

    def _is_rejected(self) -> bool:
        """Whether articles were quarantined that no earlier run quarantined for the same reason."""
        tally = self.tally
        rejected = tally.ends["quarantined"] - tally.known.total()
        names = [f"quarantined/{reason}" for reason in NEVER_ALLOWED]
        return rejected > self.allowance * tally.listed or any(
            tally.reasons[name] > tally.known[name] for name in names
        )

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
            "doubtful": self.doubtful.as_dict(),
            "listings": {
                "complete": tally.listings_complete,
                "unchanged": tally.listings_unchanged,
                "unchanged_rows": tally.rows_unchanged,
                "unchanged_unknown": tally.rows_unknown,
                "incomplete": dict(sorted(tally.listings_incomplete.items())[:MAX_LISTINGS]),
                "incomplete_count": len(tally.listings_incomplete),
                "details": dict(sorted(tally.listing_details.items())[:MAX_LISTINGS]),
                "advice": dict(sorted(tally.listing_advice.items())[:MAX_LISTINGS]),
                "pages": tally.pages,
            },
            "known_before": {name: count for name, count in sorted(tally.known.items()) if count},
            "limit_reached": tally.limit_reached,
            "failure_count": tally.failed,
            "failures": [
                {"id": f.id, "end": f.end, "reason": f.reason, "detail": f.detail, "record": f.record}
                for f in tally.failures
            ],
            "drift": list(self.drift[:MAX_LISTINGS]),
            "drift_count": len(self.drift),
            "without_file": list(self.without_file),
            "storage_error": self.storage_error,
            "export_error": self.export_error,
            "usage_error": self.usage_error,
            "no_network": self.no_network,
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
        if self.status is Status.USAGE:
            return self._exit_line()
        return "\n".join([*self._counts(), *self._problems(), self._exit_line()])

    def _counts(self) -> list[str]:
        ends = self.tally.ends
        counts = [("listed", self.tally.listed), ("new", ends["posted"])]
        counts += [(end, ends[end]) for end in ENDS if end != "posted"]
        width = max(len(str(count)) for _, count in counts)
        lines = [f"{self.spider} · {self.site}"]
        notes = {"listed": self._unread(), **{end: self._reasons(end) for end in ENDS}}
        lines += [f"  {name:<12}{count:>{width}}{notes.get(name, '')}" for name, count in counts]
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
        line += f", {tally.pages} pages" if tally.pages else ""
        line += f", {tally.listings_unchanged} unchanged" if tally.listings_unchanged else ""
        return f"{line}, {incomplete} incomplete" if incomplete else line

    def _unread(self) -> str:
        """The articles of listings that did not change: they were not listed again."""
        tally = self.tally
        if not tally.listings_unchanged:
            return ""
        known = tally.listings_unchanged - tally.rows_unknown
        if not known:
            return f"  and an unknown number in {counted(tally.rows_unknown, 'unchanged listing')}"
        more = (
            f", and an unknown number in {counted(tally.rows_unknown, 'other')}" if tally.rows_unknown else ""
        )
        return f"  and {tally.rows_unchanged} in {counted(known, 'unchanged listing')}{more}"

    def _reasons(self, end: str) -> str:
        reasons = {
            name.partition("/")[2]: count
            for name, count in sorted(self.tally.reasons.items())
            if name.startswith(f"{end}/")
        }
        known = self.tally.known.total() if end == "quarantined" else 0
        note = f" ({known} known before)" if known else ""
        return "  " + ", ".join(f"{n} {reason}" for reason, n in reasons.items()) + note if reasons else ""

    def _problems(self) -> list[str]:
        tally = self.tally
        listings = [self._listing_line(url) for url in _first(tally.listings_incomplete)]
        failures = [_failure_line(failure) for failure in _first(tally.failures)]
        lines = [
            *self.doubtful.lines(tally.ends["posted"], self.doubts or {}),
            *listings,
            *_rest("listings", len(tally.listings_incomplete)),
            *failures,
            *_rest("failures", max(tally.failed, len(tally.failures))),
            *(f"  site or profile: {printable(sentence, 600)}" for sentence in _first(self.drift)),
            *_rest("signs of a changed site", len(self.drift)),
        ]
        if tally.limit_reached:
            lines.append(
                f"  limit={self.limit} is reached: more articles are listed; run it again for the next"
            )
        if full := (self.doubts or {}).get("quarantine/full"):
            lines.append(
                f"  {full} quarantine records were not written, because .archive/quarantine is full: delete "
                "records of settled cases, or raise ARCHIVER_QUARANTINE_BYTES or ARCHIVER_QUARANTINE_RECORDS"
            )
        if self.without_file:
            lines.append(f"  {_without_file(self.without_file)}")
        if self.internal_errors:
            lines.append(f"  {self.internal_errors} internal errors; their tracebacks are in the log")
        return lines + [
            f"  {printable(error, 600)}" for error in (self.storage_error, self.export_error) if error
        ]

    def _listing_line(self, url: str) -> str:
        tally = self.tally
        line = f"  listing incomplete: {printable(url)}: {tally.listings_incomplete[url]}"
        if detail := tally.listing_details.get(url, ""):
            line += f" ({printable(detail, 600)})"
        to_do = tally.listing_advice.get(url)
        return f"{line}; another run does not help: {to_do}" if to_do else line

    def _exit_line(self) -> str:
        return f"exit {int(self.status)}: {self._meaning()}"

    def _meaning(self) -> str:
        if self.status is Status.USAGE:
            return printable(self.usage_error, 1000)
        if self.status is Status.INCOMPLETE and self.no_network:
            return f"{printable(self.no_network, 600)}; run it again"
        if self.status is Status.INCOMPLETE:
            return advice.verdict(*self._open_reasons())
        if self.status is Status.REJECTED:
            return advice.rejected(self._of_end("quarantined", self.tally.reasons - self.tally.known))
        if self.status is Status.STORAGE and not self.storage_error:
            return "an export was not written completely: see the line above"
        return _MEANINGS[self.status]

    def _open_reasons(self) -> tuple[set[str], set[str]]:
        """Why the run is not complete: the reasons that another run may change, and the others."""
        tally = self.tally
        helped = {
            tally.listings_incomplete[url] for url in tally.listings_incomplete.keys() - tally.listing_advice
        }
        deferred = self._of_end("deferred", tally.reasons)
        helped |= {reason for reason in deferred if not advice.to_do(reason)}
        if self.finish_reason not in _OWN_REASONS:
            helped.add(self.finish_reason)
        no_help = {tally.listings_incomplete[url] for url in tally.listing_advice}
        return helped, no_help | {reason for reason in deferred if advice.to_do(reason)}

    @staticmethod
    def _of_end(end: str, reasons: Counter[str]) -> set[str]:
        """The reasons of the articles that have this result."""
        return {reason for name in reasons if (reason := name.removeprefix(f"{end}/")) != name}


T = TypeVar("T")


def _first(found: Iterable[T]) -> Iterator[T]:
    return islice(found, MAX_SHOWN)


def _rest(what: str, count: int) -> list[str]:
    return [f"  … and {count - MAX_SHOWN} more {what} in .archive/report.json"] if count > MAX_SHOWN else []


def _failure_line(failure: End) -> str:
    line = f"  {failure.end}: {printable(failure.id)}: {failure.reason}"
    if failure.detail:
        line += f" ({printable(failure.detail, 600)})"
    if failure.end == "deferred" and (to_do := advice.to_do(failure.reason)):
        line += f"; another run does not help: {to_do}"
    return f"{line}; record kept in {failure.record}" if failure.record else line


def _without_file(ids: Sequence[str]) -> str:
    first = ", ".join(map(printable, ids[:MAX_SHOWN]))
    more = ", … in .archive/report.json" if len(ids) > MAX_SHOWN else ""
    return (
        f"the run before this one was cut off, and {len(ids)} posts of the index have no file "
        f"({first}{more}); if you did not delete them, request them with `finews crawl share -a infocode=ID`"
    )


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e3:.1f} KB" if count < 1e6 else f"{count / 1e6:.1f} MB"
