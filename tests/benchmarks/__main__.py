"""Run the benchmarks: `make bench`, or `python -m tests.benchmarks [name ...] [--json] [--big]`.

Each line compares two ways in the same run, turn by turn, and reports the median of the ratios.
Times of one machine on one day mean little; ratios travel. Nothing is asserted: a report at the end
says what is within its limit. Stores of millions of checks are made once and kept in a folder.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks import (
    bands,
    bulletins,
    commits,
    ingest,
    intervals,
    losses,
    many,
    memory,
    pages,
    problems,
    processes,
    questionnaires,
    questions,
    recognition,
    rescoring,
    serving,
)
from tests.benchmarks.suite import BENCHMARKS, Line, Setup, end_servers, say, three_digits

MODULES = (
    *(ingest, questionnaires, intervals, commits, processes, questions, losses, pages, memory),
    *(many, rescoring, recognition, bands, problems, bulletins, serving),
)
"""Importing them registers their benchmarks."""


def main() -> int:
    """Measure and print."""
    given = _arguments()
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(
            folder=Path(folder),
            stores=given.stores,
            runs=given.runs,
            days=tuple(given.days),
            rows=tuple(given.rows),
            big=given.big,
        )
        try:
            for line in measure(given.names, setup):
                lines.append(line)
                if not given.json:
                    print(spell(line), flush=True)
        finally:
            end_servers()
    if given.json:
        told = [
            {**asdict(line), "figures": _rounded(line.figures), "verdict": line.verdict}
            for line in lines
        ]
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print(report(lines))
    return 0


def measure(names: list[str], setup: Setup) -> Iterator[Line]:
    """Run benchmarks by name, or all of them (the big ones only if they are asked for)."""
    for name, (run, big) in BENCHMARKS.items():
        if name in names or (not names and (setup.big or not big)):
            say(f"… {name}")
            yield from run(setup)


def spell(line: Line) -> str:
    """Write a line for people."""
    sign = ">=" if line.at_least else "<="
    limit = f"{sign} {line.limit:g}" if line.limit is not None else "reported"
    ratio = f"{line.ratio:g}" if line.ratio is not None else "-"
    figures = _rounded(line.seconds | line.figures)
    told = ", ".join(f"{name} {value:g}" for name, value in figures.items())
    return f"{ratio:>7}  {limit:<8}  {line.verdict:<6}  {line.name}: {line.what}  [{told}]"


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: three_digits(value) for name, value in figures.items()}


def report(lines: list[Line]) -> str:
    """Sum up which lines are within their limits."""
    bound = [line for line in lines if line.verdict]
    over = [f"{line.name} {line.ratio:g}" for line in bound if line.verdict == "OVER"]
    said = f"{len(bound) - len(over)} of {len(bound)} within their limits"
    return f"{said}; over: {', '.join(over)}" if over else said


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="print the lines as JSON")
    parser.add_argument("--runs", type=int, default=5, help="turns that count [5]")
    parser.add_argument("--big", action="store_true", help="also ten years: an hour, 20 GB")
    parser.add_argument("--rows", type=int, nargs="+", default=[12_000, 100_000])
    parser.add_argument("--days", type=int, nargs=2, default=[36, 365], help="of the stores")
    parser.add_argument(
        "--stores",
        type=Path,
        default=Path(tempfile.gettempdir()) / "wenming-stores",
        help="folder that keeps what is generated",
    )
    given = parser.parse_args()
    unknown = set(given.names) - set(BENCHMARKS)
    if unknown:
        parser.error(
            f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}"
        )
    return given


if __name__ == "__main__":
    sys.exit(main())
