"""交办 of many problems at once: each to the unit that is responsible for it, under one 文号 or 批次."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import func, select

from wenming_metrics.decisions.problem_moves import make_several, order_now
from wenming_metrics.domain.periods import today
from wenming_metrics.domain.working_days import working_day_after
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.choices import Finding, problem_key
from wenming_metrics.scoring.loop.course import HAND_OUT
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

WAITING = "待交办"
"""The state of a problem that nobody has been given yet."""


@dataclass(frozen=True)
class DispatchTerms:
    """Under what terms problems are handed out.

    document_no - 文号 or 批次, under which the papers are found again; due - last day of the limit
    requirement - what units are asked to do (承办要求), "" = none; chief - who signs it (签发人)
    """

    document_no: str
    due: date
    requirement: str = ""
    chief: str = ""


def due_after(office: Office, working_days: int) -> date:
    """Give the last day of a limit of so many working days from today; 0: today (立行立改)."""
    with reading(office.store) as connection:
        calendar = read_register(connection).calendar
    return date.fromordinal(working_day_after(calendar, today().toordinal(), working_days))


def dispatch_preview(lines: pd.DataFrame) -> pd.DataFrame:
    """Say who would be given how many of some problems.

    Takes:   lines - of `queries.problems.lists.ProblemView.lines`
    Returns: unit_name ("" = nobody is named: those are not handed out), problems (count), sites, the most first
    """
    waiting = lines[lines["state"] == WAITING]
    counts = waiting.groupby("unit_name", sort=False).agg(
        problems=("day", "size"), sites=("site_name", "nunique")
    )
    return counts.sort_values("problems", ascending=False, kind="stable").reset_index()


def problems_by_unit(
    lines: pd.DataFrame, units: Mapping[str, int]
) -> dict[int, list[str | Finding]]:
    """Sort problems by the unit that is named for each.

    Takes: lines - of `queries.problems.lists.ProblemView.lines`; units - name -> number
    Raises IntakeError where a problem names nobody: none is passed over in silence.
    """
    nobody = int((~lines["unit_name"].isin(list(units))).sum())
    if nobody:
        raise IntakeError(
            f"有 {nobody} 条问题没有写明责任单位，或者单位不在名册里，不能按责任单位交办。"
            "请先把它们分出来，单独交办。"
        )
    return {
        units[name]: [problem_key(line) for line in of_unit.itertuples()]
        for name, of_unit in lines.groupby("unit_name", sort=False)
    }


def dispatch(
    office: Office,
    problems: Mapping[int, Sequence[str | Finding]],
    terms: DispatchTerms,
    who: str,
) -> list[str]:
    """Hand problems out, each to its unit; all or none, and to nobody twice.

    Takes:   problems - unit -> problems, as `problem_moves.make_moves` takes them
    Returns: the numbers
    Raises IntakeError that says of each problem why not.
    """
    if not terms.document_no.strip():
        raise IntakeError("请写文号或批次，交办单和以后的查找都用它。")
    _check_unused(office, terms.document_no.strip())
    details = {"requirement": terms.requirement.strip(), "chief": terms.chief.strip()}
    moves = [
        (
            of_unit,
            order_now(
                HAND_OUT,
                who,
                unit=unit,
                due=terms.due.toordinal(),
                document_no=terms.document_no.strip(),
                details=details,
            ),
        )
        for unit, of_unit in problems.items()
    ]
    return make_several(office, moves)


def _check_unused(office: Office, document_no: str) -> None:
    """Papers are made of all that bears a 文号: one limit, one day and one requirement."""
    table = schema.hand_out
    with reading(office.store) as connection:
        query = select(func.count(table.c.number.distinct())).where(table.c.dispatch == document_no)
        problems = connection.execute(query).scalar_one()
    if problems:
        raise IntakeError(
            f"文号或批次“{document_no}”已经交办过 {problems} 条问题，再用会与原来的交办单混在一起。"
            f"请换一个，如“{document_no}（二）”。"
        )
