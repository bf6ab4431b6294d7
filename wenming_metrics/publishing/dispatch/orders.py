"""Who was given which problems under a 文号 or 批次, with all that a 交办单 says of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.book import book_of
from wenming_metrics.queries.problems.orders import LEAD
from wenming_metrics.queries.scores.describe_rows import describe
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.problems import hand_outs_that_count
from wenming_metrics.store.rows import read_rows


@dataclass(frozen=True, eq=False)
class Dispatch:
    """What was handed out under one 文号 or 批次.

    lines - one per problem and unit: unit_name, role (主办, 协办), lead_name (主办), number, site_name,
            item_name, description, found_on, due (dates), places, batch, sheet (its name), source_row
            (0: from elsewhere)
    day   - the day of the hand-out; requirement, chief - see `decisions.dispatch.DispatchTerms`
    """

    document_no: str
    day: date
    requirement: str
    chief: str
    lines: pd.DataFrame


def dispatches(office: Office) -> pd.DataFrame:
    """List what was handed out, the newest first: document_no, at (stamp), problems, units (counts)."""
    table = schema.hand_out
    query = (
        select(
            table.c.dispatch.label("document_no"),
            func.max(table.c.at).label("at"),
            func.count(table.c.number.distinct()).label("problems"),
            func.count(table.c.unit.distinct()).label("units"),
        )
        .where(table.c.dispatch != "")
        .group_by(table.c.dispatch)
    )
    with reading(office.store) as connection:
        grouped = read_frame(connection, query)
    return grouped.sort_values(["at", "document_no"], ascending=False, ignore_index=True)


def read_dispatch(office: Office, document_no: str) -> Dispatch:
    """Give what was handed out under a 文号 or 批次. Raises IntakeError for an unknown one."""
    table, event = schema.hand_out, schema.problem_event
    with reading(office.store) as connection:
        query = hand_outs_that_count(connection).where(table.c.dispatch == document_no)
        handed = read_frame(connection, query)
        if handed.empty:
            raise IntakeError(f"没有文号或批次是“{document_no}”的交办。")
        numbers = handed["number"].unique().tolist()
        query = select(event.c.event, event.c.day, event.c.due, event.c.details)
        events = read_frame(connection, query.where(event.c.event.in_(handed["event"].tolist())))
        book = book_of(connection, office.rules.loop, numbers)
        problems = book.lines[book.lines["number"].isin(numbers)]
        described = describe_problems(connection, office, problems)
    handed = handed.merge(events, on="event", validate="many_to_one")
    handed = handed.merge(described, on="number", validate="many_to_one")
    names = book.register.units["name"]
    leads = handed[handed["role"] == LEAD].set_index("number")["unit"].map(names)
    details = json.loads(handed["details"].iloc[0] or "{}")
    lines = handed.assign(
        unit_name=handed["unit"].map(names),
        lead_name=handed["number"].map(leads).fillna(""),
        due=[date.fromordinal(day) if day else None for day in handed["due"].tolist()],
    ).sort_values(["unit", "found_on", "site_name", "number"], kind="stable", ignore_index=True)
    return Dispatch(
        document_no,
        date.fromordinal(int(handed["day"].iloc[0])),
        str(details.get("requirement", "")),
        str(details.get("chief", "")),
        lines,
    )


def describe_problems(connection: object, office: Office, problems: pd.DataFrame) -> pd.DataFrame:
    """Put words to problems: number, site_name, item_name, description, found_on, places, batch, seq, sheet, source_row."""
    of_rows = problems[problems["batch"] > 0]
    days = sorted(of_rows["day"].unique().tolist())
    rows = read_rows(connection, days, of_rows["batch"].unique()) if days else None
    frames = []
    if rows is not None:
        keys = of_rows[["batch", "seq", "number"]]
        rows = rows.merge(keys, on=["batch", "seq"], validate="one_to_many")
        rows = rows.assign(loss=np.nan, leaf_name="")
        frames.append(describe(connection, office, rows).assign(number=rows["number"].to_numpy()))
    elsewhere = problems[problems["batch"] == 0]
    frames.append(
        pd.DataFrame(
            {
                **{
                    "number": elsewhere["number"],
                    "site_name": "",
                    "item_name": elsewhere["origin"],
                },
                **{"description": elsewhere["content"], "places": 1, "batch": 0, "sheet": ""},
                "seq": elsewhere["seq"],
                **{"source_row": 0, "day": [date.fromordinal(day) for day in elsewhere["day"]]},
            }
        )
    )
    names = ["number", "site_name", "item_name", "description", "day", "places"]
    names += ["batch", "seq", "sheet", "source_row"]
    described = pd.concat([frame.reindex(columns=names) for frame in frames], ignore_index=True)
    return described.rename(columns={"day": "found_on"})
