"""``finews archive-check``: finds damage in the archive and, with ``--repair``, repairs it."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

from archiver.audit.check import check
from archiver.audit.findings import KINDS, Checked, Finding
from archiver.audit.repair import repair
from archiver.commands.base import ArchiveCommand
from archiver.run.status import Status
from archiver.terminal import printable


class Command(ArchiveCommand):
    example = "--repair"

    def short_desc(self) -> str:
        return "Check that the archive is undamaged, and repair it"

    def long_desc(self) -> str:
        return (
            "Read every file of the archive (ARCHIVER_OUTPUT) and print each breach on a line, without "
            "changing anything. Exits 9 if there is a breach, else 0; docs/reliability.md explains each kind."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_argument_group(title="Archive")
        group.add_argument(
            "--repair",
            action="store_true",
            help="repair what can be repaired safely; files in the way are moved to .archive/set-aside/",
        )
        group.add_argument("--json", action="store_true", help="write JSON")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        root, now = self.root(args), datetime.now(UTC)
        checked = check(root, now)
        done = repair(root, checked, now) if opts.repair and checked.breaches else {}
        left = [finding for finding in checked.breaches if finding not in done]
        self.exitcode = Status.BROKEN if left else Status.OK
        if opts.json:
            self.write_json({"archive": str(root), **as_dict(checked, done), "exit_status": self.exitcode})
        else:
            self.write(as_text(checked, done))


def as_dict(checked: Checked, done: Mapping[Finding, str]) -> dict[str, object]:
    return {
        "posts": checked.posts,
        "findings": [
            {
                "kind": finding.kind,
                "breach": finding.breach,
                "path": finding.path,
                "id": finding.id,
                "detail": finding.detail,
                "todo": "" if finding in done else KINDS[finding.kind].todo,
                "done": done.get(finding, ""),
            }
            for finding in checked.findings
        ],
    }


def as_text(checked: Checked, done: Mapping[Finding, str]) -> str:
    """One line for each finding, and a line of totals."""
    lines = [_line(finding, done) for finding in checked.findings]
    return "\n".join([*lines, _summary(checked, done)])


def _line(finding: Finding, done: Mapping[Finding, str]) -> str:
    what = f"repaired: {done[finding]}" if finding in done else KINDS[finding.kind].todo
    return f"{finding.kind}: {printable(finding.path)}: {printable(finding.detail)}; {printable(what)}"


def _summary(checked: Checked, done: Mapping[Finding, str]) -> str:
    counts = Counter(finding.kind for finding in checked.breaches)
    breaches = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    notes = len(checked.findings) - len(checked.breaches)
    line = f"{checked.posts} posts, {counts.total()} breaches" + (f" ({breaches})" if breaches else "")
    line += f", {notes} notes" if notes else ""
    return line + (f"; {len(done)} repaired, {counts.total() - len(done)} left" if done else "")
