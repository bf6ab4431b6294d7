"""A past period judged anew: whose mark of being late would be taken back, what the ranking would be.

Stored deadlines stay what they were. Some were counted by other working days than those announced
now; here the same files are read again, and what differs is told. For the office alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from wenming_metrics.domain.periods import Window, today
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.files.recounted import recounted_deadlines
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.queries.scores.problem_log import log
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

TAKEN_BACK, ADDED, SAME_MARK = "取消逾期", "新增逾期", "逾期与否不变"
_KEY = ["batch", "seq"]


@dataclass(frozen=True, eq=False)
class Rejudged:
    """What other deadlines would change.

    lines - problems found in the window whose deadline would be another day: file, sheet, source_row,
            number, unit_name, due, due_now (2026-10-10), mark (TAKEN_BACK, ADDED or SAME_MARK)
    ranks - units of the board whose score or rank would be another: unit_name, score, rank, score_now,
            rank_now; empty where nothing moves
    """

    window: Window
    lines: pd.DataFrame
    ranks: pd.DataFrame


def rejudge(office: Office, window: Window, board: str) -> Rejudged:
    """Judge a period by the working days that are announced now."""
    recounted = recounted_deadlines(office)
    recounted = recounted[(recounted["due_now"] != "")]
    recounted = recounted[recounted["day"].between(window.days.start, window.days.stop - 1)]
    dues = {
        (int(batch), int(seq)): date.fromisoformat(due).toordinal()
        for batch, seq, due in zip(
            recounted["batch"], recounted["seq"], recounted["due_now"], strict=True
        )
    }
    office_now = _with_dues(office, dues)
    stored_marks, marks_now = (_late(version, window) for version in (office, office_now))
    lines = recounted.merge(stored_marks, on=_KEY).merge(marks_now, on=_KEY, suffixes=("", "_now"))
    marks = [
        SAME_MARK if was == is_now else TAKEN_BACK if was else ADDED
        for was, is_now in zip(lines["late"], lines["late_now"], strict=True)
    ]
    return Rejudged(window, lines.assign(mark=marks), _ranks(office, office_now, window, board))


def _with_dues(office: Office, dues: Mapping[tuple[int, int], int]) -> Office:
    """Give the office with other deadlines in the place of stored ones."""

    def changed(rules: RuleSet) -> RuleSet:
        loop = replace(rules.loop, recounted=dues)
        return replace(rules, pricing=replace(rules.pricing, loop=loop))

    versions = tuple(changed(rules) for rules in office.rule_sets)
    return replace(office, rules=changed(office.rules), rule_sets=versions)


def _late(office: Office, window: Window) -> pd.DataFrame:
    """Say of the problems of a window whether each is late: batch, seq, number, unit_name, late."""
    with reading(office.store) as connection:
        moment = Moment(today().toordinal())
        problems = log(connection, window.days, moment, office.rules.pricing)
        register = read_register(connection)
    names, streets = register.units["name"].to_dict(), ancestors(register, "street")
    units = [int(streets[unit]) if streets[unit] >= 0 else unit for unit in problems["unit"]]
    with_units = problems.assign(unit_name=[names.get(unit, "") for unit in units])
    return with_units[[*_KEY, "number", "unit_name", "late"]]


def _ranks(office: Office, office_now: Office, window: Window, board: str) -> pd.DataFrame:
    """List the units whose score or rank would be another."""
    columns = ["unit_name", "score", "rank"]
    was, judged_now = (ranking(version, window, board)[columns] for version in (office, office_now))
    compared = was.merge(judged_now, on="unit_name", suffixes=("", "_now"))
    differs = (compared["score"].round(9) != compared["score_now"].round(9)) & compared[
        "score"
    ].notna()
    differs |= compared["rank"].fillna(0) != compared["rank_now"].fillna(0)
    return compared[differs.to_numpy(bool)].reset_index(drop=True)
