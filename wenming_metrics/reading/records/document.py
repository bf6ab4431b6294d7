"""台账材料: which documents each unit has to hand in, until when, and what was said of them.

One row asks for one document of one or several units; a record is one document of one unit. The
state comes from words, never from a colour: an empty 状态 column is said, not read as 未报.
"""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import first_meaning, iso, texts_of
from wenming_metrics.reading.resolve.shared_duty import (
    Duty,
    contacts_of,
    place_of_units,
    settle_due,
    settle_duty,
)
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import (
    Table,
    column,
    report_each,
    report_rows,
    report_sheet,
)
from wenming_metrics.vocabulary import normalise

PASSED, RETURNED, WAITING, MISSING = "通过", "退回", "待审", "未报"
UPLOADED, RETURNED_ABOVE, NOT_OWED = "已上传", "上级退回", "不适用"
"""States of a document; "" where nothing tells. What was uploaded has passed here."""
STAGE = re.compile("[初复终]审")
_WORDS = (
    (NOT_OWED, re.compile(r"^(?:不适用|不涉及|免报|不用报|无需报送?)$")),
    (RETURNED_ABOVE, re.compile(r"(上级|中央|国家|省级?).{0,6}(退回|返回|不通过|未通过)")),
    (UPLOADED, re.compile(r"已上传|已网报|已网上申报|上传完成")),
    (MISSING, re.compile(r"未报|未上报|未提交|未报送|缺报|^否$|^无$")),
    (RETURNED, re.compile(r"退回|不通过|未通过|修改|补充|不合格|重报|返回")),
    (PASSED, re.compile(r"通过|合格|同意|符合要求|^√$|^是$|已审核")),
    (WAITING, re.compile(r"待审|审核中|已报|已提交|已上报|在审")),
)
_SUMMARY = re.compile(r"应报\d+|报送率|通过率|^截至")
EXTRAS = ("document_id", "document_no", "word_count", "picture_size", "secrecy_check")
"""What may be written of a document besides: names of columns and of facts alike."""
_TEXTS = ("project", "indicator", "content", "standard", "requirement")
Round = dict[str, str]


def _is_kind(names: frozenset[str], title: str) -> bool:
    """A table of documents asks for something, of somebody, until a day or in rounds."""
    flow = names & {"due", "handed_in", "review", "document_state"}
    if "requirement" in names and flow and names & {"lead", "responsible"}:
        return True
    requirement_columns = names & {"requirement", "content", "standard", "indicator"}
    is_document = "handed_in" in names or bool(re.search("台账|申报材料|材料", title))
    return bool(requirement_columns and flow and is_document and names & {"lead", "responsible"})


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read a table of documents; a row is laid out to each unit that is responsible."""
    summary = _summaries(table)
    due, due_texts = settle_due(table, "台账-03")
    on = np.where(due > 0, due, context.today.toordinal())
    duty = settle_duty(table, names, on)
    rounds = _rounds(table)
    states = _settle_states(table, rounds, summary)
    alone = np.unique(duty.rows[duty.unit < 0])
    nobody = alone[~(table.held | summary)[alone]].tolist()
    report_rows(table, nobody, "台账-01", place_of_units(table))
    _report_summaries(table, summary, duty, rounds)
    lines = duty.rows[~summary[duty.rows]]
    facts = {
        **{name: _spread(texts_of(table, name), lines) for name in _TEXTS},
        **{"lead": [list(duty.lead[row]) for row in lines.tolist()]},
        **{
            "due": [iso(int(due[row])) for row in lines.tolist()],
            "due_text": _spread(due_texts, lines),
        },
        **{"rounds": _spread(rounds, lines), "state": _spread(states, lines)},
        **{"remark": _spread(texts_of(table, "remark"), lines)},
        **{name: _spread(texts_of(table, name), lines) for name in EXTRAS},
        "formed_on": _spread(_days(table, 0, "formed_on"), lines),
        **{"contact": _spread(contacts_of(table), lines)},
    }
    unit = duty.unit[~summary[duty.rows]]
    return make_records(table, "document", due[lines], unit, facts, lines)


def _spread(row_values: list, lines: np.ndarray) -> list:
    return [row_values[row] for row in lines.tolist()]


def _summaries(table: Table) -> np.ndarray:
    """Find the rows that sum up (截至…:应报3项,已报2项): one text, and nobody to do it."""
    column_texts = [texts_of(table, name) for name in table.columns]
    is_summary = np.zeros(table.n_rows, bool)
    for row in range(table.n_rows):
        written = [text for texts in column_texts if (text := texts[row])]
        is_summary[row] = len(written) == 1 and bool(_SUMMARY.search(normalise(written[0])))
    return is_summary


def _report_summaries(
    table: Table, summary: np.ndarray, duty: Duty, rounds: list[list[Round]]
) -> None:
    """Say what a summary counts beside what its rows come to once laid out to units."""
    summary_rows = np.flatnonzero(summary)
    lines = duty.rows[~(summary | table.held)[duty.rows]]
    handed = sum(
        any(review_round["handed_in"] for review_round in rounds[row]) for row in lines.tolist()
    )
    name = next(
        (n for n in table.columns if len(summary_rows) and texts_of(table, n)[summary_rows[0]]), ""
    )
    counts = {"count": len(lines), "handed": handed}
    report_rows(table, summary_rows, "台账-05", name, [counts] * len(summary_rows))


def _rounds(table: Table) -> list[list[Round]]:
    """Give the rounds of each row that say anything: round, handed_in, review."""
    groups: dict[str, dict[str, list[str]]] = {}
    for name in ("handed_in", "review"):
        for nth, position in enumerate(table.header.columns.get(name, ())):
            group = table.header.groups[position] if table.header.groups else ""
            texts = texts_of(table, name, nth) if name == "review" else _days(table, nth)
            groups.setdefault(group or str(nth + 1), {})[name] = texts
    row_rounds: list[list[Round]] = [[] for _ in range(table.n_rows)]
    for group, columns in groups.items():
        for row, of_row in enumerate(row_rounds):
            round_texts = {
                name: columns[name][row] if name in columns else ""
                for name in ("handed_in", "review")
            }
            if any(round_texts.values()):
                of_row.append({"round": group, **round_texts})
    _name_next(row_rounds, [group for group in groups if STAGE.search(group)])
    return row_rounds


def _name_next(row_rounds: list[list[Round]], stages: list[str]) -> None:
    """Note the review that comes next (复审 after 初审) where the last one was passed, in place."""
    following = dict(itertools.pairwise(stages))
    for rounds in row_rounds:
        if rounds and rounds[-1]["round"] in following and _word(rounds[-1]["review"]) == PASSED:
            rounds[-1]["next"] = following[rounds[-1]["round"]]


def _days(table: Table, nth: int, name: str = "handed_in") -> list[str]:
    """Write the days of a column as dates; words that are no day stay words, and are said."""
    handed_column, year = column(table, name, nth), table.header.titles.year
    days = [values.day(value, year) for value in handed_column.values]
    texts = [
        iso(day) or values.spell(value).strip("-—/")
        for day, value in zip(days, handed_column.values, strict=True)
    ]
    unclear = np.array([day < 0 and bool(text) for day, text in zip(days, texts, strict=True)])
    rows = np.flatnonzero(unclear[handed_column.codes])
    report_each(table, rows, "台账-07", name, nth=nth)
    return [texts[code] for code in handed_column.codes.tolist()]


def _settle_states(table: Table, rounds: list[list[Round]], summary: np.ndarray) -> list[str]:
    """Take the state from its column where that says it, else from the rounds."""
    derived = [_of_rounds(of_row) for of_row in rounds]
    if "document_state" not in table.columns:
        handed = "handed_in" in table.columns
        return [state or (MISSING if handed else "") for state in derived]
    texts = texts_of(table, "document_state")
    data = np.flatnonzero(~summary).tolist()
    if data and not any(texts[row] for row in data):
        report_sheet(table, "台账-02", "document_state")
        return derived
    written_states = [_word(text) for text in texts]
    unclear = [row for row in data if texts[row] and not written_states[row]]
    report_rows(table, unclear, "台账-04", "document_state")
    differ = [
        row
        for row in data
        if written_states[row]
        and derived[row] not in ("", written_states[row])
        # What comes after our own review does not contradict it.
        and not (derived[row] == PASSED and written_states[row] in (UPLOADED, RETURNED_ABOVE))
    ]
    differences = [{"rounds": derived[row]} for row in differ]
    report_rows(table, differ, "台账-06", "document_state", differences)
    return [
        written_state or derived_state
        for written_state, derived_state in zip(written_states, derived, strict=True)
    ]


def _of_rounds(rounds: list[Round]) -> str:
    """Tell the state from the last round: what was said of it, else that it was handed in."""
    if not rounds:
        return ""
    last = rounds[-1]
    if "next" in last:
        return WAITING
    return _word(last["review"]) or (WAITING if last["handed_in"] else "")


def _word(text: str) -> str:
    return first_meaning(text, _WORDS)


DOCUMENT = RecordKind(
    name="document",
    title="台账材料",
    columns=(
        *("project", "indicator", "content", "standard", "requirement", "lead", "responsible"),
        *("chief", "contact", "phone", "due", "handed_in", "review", "document_state", "remark"),
        *("formed_on", *EXTRAS),
    ),
    required=(("requirement", "content", "standard"), ("lead", "responsible")),
    is_kind=_is_kind,
    read=_read,
)
