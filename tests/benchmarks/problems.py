"""The page 问题整改 on a large store, and answers that come to it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import numpy as np
import pandas as pd
from sqlalchemy import select

from tests.benchmarks.stores import END, WHO
from tests.benchmarks.suite import (
    Line,
    Setup,
    benchmark,
    let_go,
    medians,
    own_copy,
    ratio,
    take_turns,
)
from tests.builders import xlsx
from wenming_metrics.domain.periods import today
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.queries.problems.reminders import reminders
from wenming_metrics.queries.scores.findings import read_problems
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading, stamp, writing
from wenming_metrics.store.frames import add_rows

_PAGE, _A_FILE = 90, 300
_FAILING = 1 / 11
"""The share of checks that finds a problem: 400,000 problems of the 4.4 million checks of a year."""
_HEADINGS = ["问题编号", "整改措施", "整改情况", "完成时间"]


@benchmark("problems")
def problems(setup: Setup) -> Iterator[Line]:
    """Ask what the page asks, against one read of the problems it is about; append answers, small and large."""
    offices = {days: own_copy(setup, days, failing=_FAILING) for days in setup.days}
    counts = {days: hand_all_out(office) for days, office in offices.items()}
    small, large = setup.days
    yield _page(offices[large], counts[large], setup.runs)
    ways = {str(days): _answers(office, counts[days]) for days, office in offices.items()}
    times = take_turns(ways, setup.runs, time.process_time)
    yield Line(
        "answers",
        f"a file of {_A_FILE} answers to {counts[large]:,} problems / to {counts[small]:,}, seconds of the processor",
        ratio(times, str(large), str(small)),
        1.2,
        seconds=medians(times),
        runs=setup.runs,
    )
    let_go(*offices.values())


def _page(office: Office, count: int, runs: int) -> Line:
    days = range(END.toordinal() - _PAGE - 366, END.toordinal() + 1)

    def read() -> None:
        with reading(office.store) as connection:
            read_problems(connection, days)

    def ask() -> None:
        reminders(office, problem_view(office, _PAGE, END))

    times = take_turns({"page": ask, "read": read}, runs, time.process_time)
    what = f"list, figures and reminders of {count:,} problems / one read of them, seconds of the processor"
    return Line(
        "problems", what, ratio(times, "page", "read"), 20, seconds=medians(times), runs=runs
    )


def hand_all_out(office: Office) -> int:
    """Number every problem of a store, hand it out and answer three of four; gives how many."""
    row = schema.row
    with writing(office.store) as connection:
        query = select(row.c.day, row.c.batch, row.c.seq).where(row.c.result == 1)
        keys = pd.DataFrame(connection.execute(query).all(), columns=["day", "batch", "seq"])
        numbers = [f"B{n:07}" for n in range(len(keys))]
        moment, day = stamp(), keys["day"].to_numpy(np.int64)
        facts = {"source": "", "content": "", "who": WHO, "at": moment}
        add_rows(
            connection, schema.problem, {"number": numbers, **_lists(keys), **_same(facts, keys)}
        )
        answered = np.arange(len(keys)) % 4 > 0
        acts = [("交办", day, np.ones(len(keys), bool)), ("反馈", day + 2, answered)]
        first = 1
        for act, days, which in acts:
            count = int(which.sum())
            usual = {
                "time_unit": "",
                "until": 0,
                "who": WHO,
                "approver": "",
                "way": "",
                "outcome": "",
            }
            usual |= {
                "reason": "",
                "document_no": "",
                "details": json.dumps({}),
                "batch": 0,
                "sheet": 0,
            }
            usual |= {"source_row": 0, "at": moment, "act": act, "minute": 1440, "due_minute": 1440}
            columns = {
                "event": list(range(first, first + count)),
                "number": [number for number, one in zip(numbers, which, strict=True) if one],
                "unit": [0] * count,
                "day": days[which].tolist(),
                "due": (days[which] + 3).tolist() if act == "交办" else [0] * count,
            }
            add_rows(
                connection,
                schema.problem_event,
                {**{k: [v] * count for k, v in usual.items()}, **columns},
            )
            first += count
    return len(keys)


def _lists(keys: pd.DataFrame) -> dict[str, list[int]]:
    return {name: keys[name].tolist() for name in keys}


def _same(facts: dict[str, str], keys: pd.DataFrame) -> dict[str, list[str]]:
    return {name: [value] * len(keys) for name, value in facts.items()}


def _answers(office: Office, count: int) -> Callable[[], None]:
    """Each call sends a file of answers to the last problems, and takes it in."""
    serial = iter(range(10_000))
    day = min(today(), END + timedelta(days=30))

    def send() -> None:
        nth = next(serial)
        last = count - nth * _A_FILE
        rows = [
            [f"B{n:07}", f"第{nth}次", "已整改", day.isoformat()]
            for n in range(last - _A_FILE, last)
        ]
        data = xlsx({"反馈": [["整改反馈"], _HEADINGS, *rows]})
        commit.commit(office, commit.inspect(office, data, f"反馈{nth}.xlsx"), WHO)

    return send
