"""``python -m benchmarks`` measures; ``python -m benchmarks report FILE…`` makes tables and a plot."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import report, session
from benchmarks.folders import NoRoom
from benchmarks.results import Results
from benchmarks.roster import ROSTER

RESULTS = Path(__file__).with_name("results")
FOLDER = Path(__file__).parents[1] / "build" / "benchmarks"


def main(words: list[str]) -> int:
    if words[:1] == ["report"]:
        return report.main(words[1:])
    plan, path = _plan(words)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    results = Results()
    try:
        session.measure(plan, results)
    except NoRoom as why:
        sys.stderr.write(f"{why}\n")
        return 2
    finally:
        if results.runs:
            results.write(path)
    sys.stdout.write(f"{report.tables([report.load(path)])}\n{path}\n")
    return 1 if results.left_out else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--articles", type=_natural, action="append", help="size of the site (2000); repeatable"
    )
    parser.add_argument("--repeat", type=_natural, default=5, help="timed runs of each contestant (5)")
    parser.add_argument("--latency", type=_milliseconds, action="append", help="ms (0); repeatable")
    parser.add_argument("--only", type=_names, default=tuple(ROSTER), help=f"of {','.join(ROSTER)}")
    parser.add_argument("--json", type=Path, help="where the results go (benchmarks/results/<time>.json)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="for pages, environments and output")
    parser.add_argument("--keep", action="store_true", help="do not delete the output at the end")
    return parser


def _plan(words: list[str]) -> tuple[session.Plan, Path]:
    asked = _parser().parse_args(words)
    plan = session.Plan(
        sizes=tuple(dict.fromkeys(asked.articles or [2000])),
        repeat=asked.repeat,
        latencies=tuple(dict.fromkeys(asked.latency or [0])),
        contestants=asked.only,
        folder=asked.folder.absolute(),
        keep=asked.keep,
    )
    return plan, asked.json or RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.json"


def _natural(word: str) -> int:
    if not (word.isdecimal() and int(word)):
        raise argparse.ArgumentTypeError(f"{word!r} is not a number above 0")
    return int(word)


def _milliseconds(word: str) -> int:
    if not word.isdecimal():
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of milliseconds")
    return int(word)


def _names(words: str) -> tuple[str, ...]:
    names = [name for name in words.split(",") if name]
    for name in names:
        if name not in ROSTER:
            raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(ROSTER)}")
    return tuple(name for name in ROSTER if name in names)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
