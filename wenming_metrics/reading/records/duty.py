"""责任分解: who answers for what, standing (职责) or until a day (任务), and 包保, 挂钩 of leaders with places.

One row is one duty of one or several units; a record is one duty of one unit in one period.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import iso, read_period, texts_of
from wenming_metrics.reading.resolve.shared_duty import (
    Duty,
    place_of_units,
    settle_due,
    settle_duty,
)
from wenming_metrics.reading.tables.table import Table, report_rows
from wenming_metrics.vocabulary import normalise

WHAT = ("project", "indicator", "content", "standard", "method", "point_type", "site", "task")
"""What a duty is about; these and the period tell two duties apart."""
CONTACTS = ("chief", "contact", "phone")
_TITLED = re.compile("责任(?:分解|分工|清单|划分|一览)|职责(?:分工|清单|表)|包保|挂钩|包联|联系点")
_OF_OTHERS = {
    *("day", "result", "deduction", "description", "deadline", "requirement", "handed_in"),
    *("review", "document_state", "campaign", "numerator", "value", "planned_day"),
}


def _is_kind(names: frozenset[str], title: str) -> bool:
    """A table that gives things to units, by its titles or by a column of city leaders."""
    if names & _OF_OTHERS or "材料" in title or not names & {"lead", "responsible"}:
        return False
    return bool(names & set(WHAT)) and ("leader" in names or bool(_TITLED.search(title)))


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the duties; a row is laid out to each unit that is responsible."""
    due, due_texts = settle_due(table, "台账-03")
    duty = settle_duty(table, names, np.where(due > 0, due, context.today.toordinal()))
    matter_texts = {name: texts_of(table, name) for name in WHAT}
    is_said = [any(words) for words in zip(*matter_texts.values(), strict=True)]
    nothing = [row for row, is_row_said in enumerate(is_said) if not is_row_said]
    report_rows(table, nothing, "责任-01", "task")
    alone = np.unique(duty.rows[(duty.unit < 0) & ~table.held[duty.rows]])
    report_rows(table, alone, "责任-02", place_of_units(table))
    texts = texts_of(table, "period")
    read_periods = [read_period(text, table.header.titles.year) if text else None for text in texts]
    # Words that are no period stay as they are written.
    periods = [
        period.title if period else text for period, text in zip(read_periods, texts, strict=True)
    ]
    spans = [
        period.days if period else text for period, text in zip(read_periods, texts, strict=True)
    ]
    _hold_again(table, list(zip(*matter_texts.values(), strict=True)), spans, duty)
    row_facts = {
        **{**matter_texts, "period": periods, "due": [iso(int(day)) for day in due]},
        **{"due_text": due_texts, "lead": [list(units) for units in duty.lead]},
        **{name: texts_of(table, name) for name in ("assisting", "leader", "progress", "remark")},
        "contact": [
            dict(zip(CONTACTS, line, strict=True))
            for line in zip(*(texts_of(table, name) for name in CONTACTS), strict=True)
        ],
    }
    lines = duty.rows.tolist()
    facts = {name: [of_row[row] for row in lines] for name, of_row in row_facts.items()}
    return make_records(table, "duty", due[duty.rows], duty.unit, facts, duty.rows)


def _hold_again(table: Table, keys: list[tuple], spans: list[range | str], duty: Duty) -> None:
    """Hold the rows that give a duty to a unit that has it on some of the same days from a row above."""
    rows_above: dict[tuple, list[int]] = {}
    repeated: dict[int, int] = {}
    for row, unit_number in zip(duty.rows.tolist(), duty.unit.tolist(), strict=True):
        if table.held[row] or row in repeated:
            continue
        former = rows_above.setdefault((*map(normalise, keys[row]), unit_number), [])
        first = next((other for other in former if _meet(spans[other], spans[row])), None)
        if first is None:
            former.append(row)
        else:
            repeated[row] = int(table.excel[first])
    report_rows(table, repeated, "责任-03", "", [{"first": first} for first in repeated.values()])


def _meet(span: range | str, other: range | str) -> bool:
    if isinstance(span, str) or isinstance(other, str):
        return span == other
    return span.start < other.stop and other.start < span.stop


DUTY = RecordKind(
    name="duty",
    title="责任分解",
    columns=(
        *("project", "indicator", "content", "standard", "method", "point_type", "site", "task"),
        *("leader", "lead", "responsible", "assisting", "chief", "contact", "phone", "period"),
        *("due", "progress", "remark"),
        # By these a table is told to be of another kind.
        *("day", "result", "deduction", "description", "deadline", "requirement", "handed_in"),
        *("review", "document_state", "campaign", "numerator", "value", "planned_day"),
    ),
    required=(("task", "standard", "content", "indicator", "site", "point_type"),)
    + (("lead", "responsible"),),
    is_kind=_is_kind,
    read=_read,
)
