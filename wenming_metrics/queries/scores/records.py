"""Records of 整改, 台账, 上级测评, 量化指标, 专项行动 and 加减分, as pages list them."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import today
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.findings import (
    ANSWERS,
    Moment,
    link,
    read_answers,
    read_problems,
)
from wenming_metrics.queries.scores.problem_log import answered
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading
from wenming_metrics.store.records import read_records
from wenming_metrics.store.registers import read_register

_CONTACT = "contact"


def records(office: Office, kind: str, *, contacts: bool = False) -> pd.DataFrame:
    """List the records of a kind whose batches count, in the order in which they came.

    Takes:   kind - the name of a `reading.records.kinds.RECORD_KINDS`; contacts - also who is to be
             reminded, which is for 催办 and for no export
    Returns: day (date or None), unit, unit_name ("" for none), what the kind tells under its own
             names (`lead`: names joined by 、), batch, file, sheet (its name), source_row; of 整改
             also finding: what became of the problem that is answered, else why there is none
    """
    with reading(office.store) as connection:
        record_rows = read_records(connection, kind)
        units = read_register(connection).units
        names = dict(zip(units["unit"], units["name"], strict=True))
        locations = locations_of(connection, record_rows)
        if kind == ANSWERS:
            moment, pricing = Moment(today().toordinal()), office.rules.pricing
            became = answered(connection, read_answers(connection), pricing, moment)
            locations = locations.assign(finding=pd.Series(became, record_rows.index, dtype=object))
    contents = pd.DataFrame(record_rows["told"].tolist(), record_rows.index)
    if "lead" in contents:
        contents["lead"] = [
            "、".join(names[unit] for unit in of_row) for of_row in contents["lead"]
        ]
    if not contacts:
        contents = contents.drop(columns=_CONTACT, errors="ignore")
    unit_columns = pd.DataFrame(
        {
            "day": [date.fromordinal(day) if day else None for day in record_rows["day"]],
            "unit": record_rows["unit"],
            "unit_name": record_rows["unit"].map(names).fillna(""),
        }
    )
    return pd.concat(
        [unit_columns, contents, record_rows["batch"], locations, record_rows["source_row"]], axis=1
    )


def answers_to(office: Office, day: date, batch: int, seq: int) -> pd.DataFrame:
    """List what units answered to the problem of one stored row, in the order in which it came.

    Returns: state, on (date), unit_name, measure, batch, file, sheet (its name), source_row
    """
    on = day.toordinal()
    with reading(office.store) as connection:
        problems = read_problems(connection, range(on, on + 1))
        problem_labels = problems.index[(problems["batch"] == batch) & (problems["seq"] == seq)]
        linked = link(connection, read_answers(connection), problems)
        answers = linked.loc[
            linked["finding"].isin(problem_labels), ["batch", "seq", "happened_on"]
        ]
        answer_rows = answers.merge(read_records(connection, ANSWERS), on=["batch", "seq"])
        units = read_register(connection).units
        locations = locations_of(connection, answer_rows)
    contents = pd.DataFrame(answer_rows["told"].tolist(), answer_rows.index, ["state", "measure"])
    names = dict(zip(units["unit"], units["name"], strict=True))
    contents = contents.assign(
        on=[date.fromordinal(ordinal) for ordinal in answer_rows["happened_on"]],
        unit_name=answer_rows["unit"].map(names).fillna(""),
    )
    return pd.concat([contents, answer_rows["batch"], locations, answer_rows["source_row"]], axis=1)


def locations_of(connection: Connection, record_rows: pd.DataFrame) -> pd.DataFrame:
    """Give file and sheet of each record by name."""
    sheets = read_sheets(connection, record_rows["batch"].unique()).set_index(["batch", "sheet"])
    keys = pd.MultiIndex.from_frame(record_rows[["batch", "sheet"]])
    sheet_names = sheets.reindex(keys)[["file", "name"]].set_axis(["file", "sheet"], axis=1)
    return sheet_names.set_index(record_rows.index)
