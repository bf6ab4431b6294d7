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
    answered,
    link,
    read_answers,
    read_problems,
)
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
        found = read_records(connection, kind)
        units = read_register(connection).units
        names = dict(zip(units["unit"], units["name"], strict=True))
        places = places_of(connection, found)
        if kind == ANSWERS:
            at, pricing = Moment(today().toordinal()), office.rules.pricing
            became = answered(connection, read_answers(connection), pricing, at)
            places = places.assign(finding=pd.Series(became, found.index, dtype=object))
    told = pd.DataFrame(found["told"].tolist(), found.index)
    if "lead" in told:
        told["lead"] = ["、".join(names[unit] for unit in of_row) for of_row in told["lead"]]
    if not contacts:
        told = told.drop(columns=_CONTACT, errors="ignore")
    own = pd.DataFrame(
        {
            "day": [date.fromordinal(day) if day else None for day in found["day"]],
            "unit": found["unit"],
            "unit_name": found["unit"].map(names).fillna(""),
        }
    )
    return pd.concat([own, told, found["batch"], places, found["source_row"]], axis=1)


def answers_to(office: Office, day: date, batch: int, seq: int) -> pd.DataFrame:
    """List what units answered to the problem of one stored row, in the order in which it came.

    Returns: state, on (date), unit_name, measure, batch, file, sheet (its name), source_row
    """
    on = day.toordinal()
    with reading(office.store) as connection:
        problems = read_problems(connection, range(on, on + 1))
        own = problems.index[(problems["batch"] == batch) & (problems["seq"] == seq)]
        linked = link(connection, read_answers(connection), problems)
        answers = linked.loc[linked["finding"].isin(own), ["batch", "seq", "happened_on"]]
        found = answers.merge(read_records(connection, ANSWERS), on=["batch", "seq"])
        units = read_register(connection).units
        places = places_of(connection, found)
    told = pd.DataFrame(found["told"].tolist(), found.index, ["state", "measure"])
    names = dict(zip(units["unit"], units["name"], strict=True))
    told = told.assign(
        on=[date.fromordinal(one) for one in found["happened_on"]],
        unit_name=found["unit"].map(names).fillna(""),
    )
    return pd.concat([told, found["batch"], places, found["source_row"]], axis=1)


def places_of(connection: Connection, found: pd.DataFrame) -> pd.DataFrame:
    """Give file and sheet of each record by name."""
    sheets = read_sheets(connection, found["batch"].unique()).set_index(["batch", "sheet"])
    keys = pd.MultiIndex.from_frame(found[["batch", "sheet"]])
    named = sheets.reindex(keys)[["file", "name"]].set_axis(["file", "sheet"], axis=1)
    return named.set_index(found.index)
