"""Run the benchmarks: `make bench`, or `python -m tests.benchmarks [--json] [--rows N ...]`.

Each line compares two ways of the same work on the same file in the same run, interleaved, and
reports the median of the ratios turn by turn. Times of one machine on one day mean little; ratios travel.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from tests.benchmarks.ingest import Case, bare_reading, naive_script, prepare, whole_ingest
from wenming_metrics.queries.office import Office


def measure(
    ways: dict[str, Callable[[Office], None]], stores: Iterator[Office], runs: int
) -> dict[str, list[float]]:
    """Time several ways in turn, `runs` times each, a store per turn; gives seconds per turn."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for office in islice(stores, runs):
        for name, way in ways.items():
            start = time.perf_counter()
            way(office)
            times[name].append(time.perf_counter() - start)
    return times


def ratio(times: dict[str, list[float]], above: str, below: str) -> float:
    """Give the median of the ratios turn by turn: the machine's speed drifts between turns."""
    pairs = zip(times[above], times[below], strict=True)
    return round(statistics.median(one / other for one, other in pairs), 2)


def medians(times: dict[str, list[float]]) -> dict[str, float]:
    """Give the median seconds of each way."""
    return {name: round(statistics.median(taken), 3) for name, taken in times.items()}


def lines(rows: int, runs: int, folder: Path) -> list[dict[str, object]]:
    """Measure one size of file."""
    case = Case.make(folder, rows)
    few = max(2, runs // 2)
    stores = iter(list(prepare(case, runs + few)))  # ready before the first turn
    ours = {"ours": lambda office: whole_ingest(case, office)}
    bare = measure({"bare": lambda _: bare_reading(case)} | ours, stores, runs)
    plain = measure({"plain": lambda _: naive_script(case)} | ours, stores, few)
    limit = 3.5 if rows <= 12_000 else 3.0
    return [
        {
            "what": f"{rows} rows: bytes to committed and rankable / bare python-calamine rows",
            "ratio": ratio(bare, "ours", "bare"),
            "aim": f"at most {limit}",
            "seconds": medians(bare),
        },
        {
            "what": f"{rows} rows: pandas.read_excel(openpyxl) + groupby / ours",
            "ratio": ratio(plain, "plain", "ours"),
            "aim": "at least 3",
            "seconds": medians(plain),
        },
    ]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, nargs="+", default=[12_000, 100_000])
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for rows in given.rows:
            found += lines(rows, given.runs, Path(folder))
            if not given.json:
                for line in found[-2:]:
                    print(f"{line['ratio']:>7}  ({line['aim']})  {line['what']}  {line['seconds']}")
                    sys.stdout.flush()
    if given.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
