"""专项行动: tasks of a campaign, who leads, who is to do them, until when, how far they are."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.records.rectification import NOT_YET, TO_COME
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    decimal_text,
    first_meaning,
    iso,
    texts_of,
)
from wenming_metrics.reading.resolve.shared_duty import (
    contacts_of,
    place_of_units,
    settle_due,
    settle_duty,
)
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, report, report_rows, typed
from wenming_metrics.vocabulary import normalise

DONE, UNDER_WAY, NOT_BEGUN = "已完成", "进行中", "未开始"
PLAN_FACTS = (
    *("document_no", "leader", "assisting", "action_measure", "done_standard"),
    *("linked_items", "linked_types"),
)
"""What a plan of an action says besides its tasks: names of columns and of facts alike."""
_STATES = (
    (NOT_BEGUN, re.compile(r"未开始|未启动|尚未|未开展|^0(?:\.0+)?%?$")),
    (UNDER_WAY, re.compile(rf"正在|进行中|推进|开展中|序时|基本|{NOT_YET.pattern}")),
    (DONE, re.compile(r"^(?:\D*完成)?1\d\d(?:\.\d+)?%$")),
    (UNDER_WAY, re.compile(rf"^(?!\d+(?:\.\d+)?%$).*?(?:{TO_COME.pattern})")),
    (DONE, re.compile(r"完成(?!率|情况|时限|时间|比例)|办结|结束|销号")),
)
_FRACTION = re.compile(r"0?\.\d+|[01]\.0+")
_PERCENT = re.compile(r"(?<![\d.~-])(\d{1,2}(?:\.\d+)?|100(?:\.0+)?)%")
_IN_PERCENT = re.compile("%|百分")


def _is_kind(names: frozenset[str], title: str) -> bool:
    """A campaign has tasks, and says who does them, until when or how far they are."""
    task_columns = names & {"phase", "progress", "due", "lead", "responsible", "campaign"}
    return "task" in names and len(task_columns) >= (1 if re.search("专项|行动|整治", title) else 2)


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the tasks; a task is laid out to each unit that is responsible."""
    due, due_texts = settle_due(table, "台账-03")
    duty = settle_duty(table, names, np.where(due > 0, due, context.today.toordinal()))
    tasks, progress = texts_of(table, "task"), texts_of(table, "progress")
    phases, first, last = _settle_phases(table)
    is_phase = [bool(phase) and day > 0 for phase, day in zip(phases, first, strict=True)]
    untold = [row for row, task in enumerate(tasks) if not task and not is_phase[row]]
    report_rows(table, untold, "专项-01", "task")
    alone = np.unique(duty.rows[(duty.unit < 0) & ~table.held[duty.rows]])
    alone = [row for row in alone if tasks[row]]
    report_rows(table, alone, "专项-02", place_of_units(table))
    titled = _title(table)
    campaigns = [text or titled for text in texts_of(table, "campaign")]
    _hold_overlaps(table, campaigns, phases, first, last)
    shares = _shares(table)
    lines = duty.rows.tolist()
    columns = {
        **{"campaign": campaigns, "task": tasks, "phase": phases},
        **{"first": [iso(day) for day in first], "last": [iso(day) for day in last]},
        **{name: texts_of(table, name) for name in PLAN_FACTS},
        **{"lead": [list(units) for units in duty.lead], "due_text": due_texts},
        **{"due": [iso(int(day)) for day in due], "progress": progress},
        **{"state": [state_of(text) for text in progress], "share": shares},
        **{"remark": texts_of(table, "remark"), "contact": contacts_of(table)},
    }
    facts = {name: [of_row[row] for row in lines] for name, of_row in columns.items()}
    return make_records(table, "campaign", due[duty.rows], duty.unit, facts, duty.rows)


def _settle_phases(table: Table) -> tuple[list[str], list[int], list[int]]:
    """Give phase, first and last day (ordinals, 0: none) of each row; one that ends before it begins,
    or whose days are none, is held."""
    first, last = (
        typed(table, name, lambda value: values.day(value, table.header.titles.year))
        for name in ("phase_from", "phase_to")
    )
    for name, days in (("phase_from", first), ("phase_to", last)):
        if name in table.columns:
            report(table, (days < 0) & (days != values.BLANK), "专项-03", name)
    report(table, (first > 0) & (last > 0) & (last < first), "专项-04", "phase_to")
    return texts_of(table, "phase"), np.maximum(first, 0).tolist(), np.maximum(last, 0).tolist()


def _hold_overlaps(
    table: Table, campaigns: list[str], phases: list[str], first: list[int], last: list[int]
) -> None:
    """Hold the rows of a phase that begins before another phase of its campaign, from above, has ended."""
    spans_of: dict[str, dict[str, tuple[int, int, int]]] = {}
    crossing: dict[int, dict[str, object]] = {}
    for row in np.flatnonzero(~table.held).tolist():
        if not (phases[row] and first[row] and last[row]):
            continue
        phase_spans = spans_of.setdefault(campaigns[row], {})
        met = next(
            (
                {"phase": phase, "first": excel}
                for phase, (begin, end, excel) in phase_spans.items()
                if phase != phases[row] and begin <= last[row] and first[row] <= end
            ),
            None,
        )
        if met:
            crossing[row] = met
        else:
            phase_spans.setdefault(phases[row], (first[row], last[row], int(table.excel[row])))
    report_rows(table, crossing, "专项-05", "phase_from", list(crossing.values()))


def _title(table: Table) -> str:
    """Give the campaign that the titles name: the first line that has such a word."""
    lines = [*table.header.above.splitlines(), table.sheet.name]
    return next((line for line in lines if re.search("行动|整治|攻坚|提升", line)), "")


def state_of(text: str) -> str:
    """Say what words of progress mean: DONE, UNDER_WAY, NOT_BEGUN; "" where they tell nothing."""
    return first_meaning(text, _STATES)


def _shares(table: Table) -> list[str]:
    """Give how much of each row is done in per cent where the progress says it, else "".

    A number is a share of 1 (0.85 is 85%), or of 100 where the header says so. Where it does not and one
    is above 1, nobody knows of 1 whether it is all or a hundredth.
    """
    progress = column(table, "progress")
    titles = [table.header.texts[p] for p in table.header.columns.get("progress", ())]
    of_hundred = any(_IN_PERCENT.search(normalise(text)) for text in titles)
    largest = max((value for value in progress.values if isinstance(value, float)), default=0)
    full = 100 if of_hundred else 1 if largest <= 1 else 0
    shares = [_share(value, full) for value in progress.values]
    return [shares[code] for code in progress.codes.tolist()]


def _share(value: object, full: int) -> str:
    """Give one share in per cent. Takes: full - what numbers are a part of, 0: nobody knows"""
    if isinstance(value, str) and _FRACTION.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, float):
        return decimal_text(value * 100 / full) or "" if 0 <= value <= full > 0 else ""
    percents = _PERCENT.findall(normalise(value)) if isinstance(value, str) else []
    return percents[0] if len(percents) == 1 and value.count("%") + value.count("％") == 1 else ""


CAMPAIGN = RecordKind(
    name="campaign",
    title="专项行动",
    columns=(
        *("campaign", "task", "lead", "responsible", "phase", "due", "progress"),
        *("chief", "contact", "phone", "remark", "phase_from", "phase_to", *PLAN_FACTS),
    ),
    required=(("task",), ("lead", "responsible", "progress")),
    is_kind=_is_kind,
    read=_read,
)
