"""``python -m benchmarks`` measures. ``python -m benchmarks report FILE…`` makes tables and a plot."""

from __future__ import annotations

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import report, session
from benchmarks.folders import NotEnoughSpace
from benchmarks.results import Results
from benchmarks.roster import ROSTER

RESULTS = Path(__file__).with_name("results")
FOLDER = Path(__file__).parents[1] / "build" / "benchmarks"


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["report"]:
        return report.main(arguments[1:])
    plan, path = _plan(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    results = Results()
    try:
        session.measure(plan, results)
    except NotEnoughSpace as error:
        sys.stderr.write(f"{error}\n")
        return 2
    finally:
        if results.runs:
            results.write(path)
    sys.stdout.write(f"{report.tables([report.load(path)])}\n{path}\n")
    return 1 if results.left_out else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--articles",
        type=_natural,
        action="append",
        help="number of articles on the site (default: 2000); repeat the option for several sizes",
    )
    parser.add_argument(
        "--repeat", type=_natural, default=5, help="timed runs of each contestant (default: 5)"
    )
    parser.add_argument(
        "--latency",
        type=_milliseconds,
        action="append",
        help="milliseconds before each response (default: 0); repeat the option for several latencies",
    )
    parser.add_argument(
        "--only",
        type=_names,
        default=tuple(ROSTER),
        help=f"names of contestants, separated by commas (default: all): {','.join(ROSTER)}",
    )
    parser.add_argument(
        "--json", type=Path, help="file for the results (default: benchmarks/results/<time>.json)"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        default=FOLDER,
        help="folder for pages, environments and output (default: build/benchmarks)",
    )
    parser.add_argument("--keep", action="store_true", help="do not delete the output at the end")
    return parser


def _plan(arguments: list[str]) -> tuple[session.Plan, Path]:
    options = _parser().parse_args(arguments)
    plan = session.Plan(
        sizes=tuple(dict.fromkeys(options.articles or [2000])),
        repeat=options.repeat,
        latencies=tuple(dict.fromkeys(options.latency or [0])),
        contestants=options.only,
        folder=options.folder.absolute(),
        keep=options.keep,
    )
    return plan, options.json or RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.json"


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
