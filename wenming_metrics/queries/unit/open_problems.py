"""The problems of one unit that nobody has answered as put right, and how it keeps its deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window, custom, today
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.files.recounted import years_not_announced
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.deadline_rates import named_in, on_time
from wenming_metrics.queries.scores.describe_rows import describe
from wenming_metrics.queries.scores.findings import (
    Moment,
    link,
    read_answers,
    read_problems,
)
from wenming_metrics.queries.scores.moves import apply_moves
from wenming_metrics.queries.scores.row_losses import position_of
from wenming_metrics.queries.scores.score_windows import score_windows
from wenming_metrics.rules.loop import LoopRules
from wenming_metrics.rules.model import Board
from wenming_metrics.scoring.tally.tally import TERRITORY
from wenming_metrics.scoring.tree.states import LOOK_BACK, OPEN, judge, judge_deadlines
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register, read_sites_met
from wenming_metrics.store.rows import read_rows
from wenming_metrics.vocabulary import ROLE_CODES

SOON = 3
"""A deadline so many days ahead, or fewer, is near (临期)."""

_KEY = ["batch", "seq"]
_COLUMNS = ["day", "due", "left", "number", "unit_name", "site_name", "item_name", "description"]
_COLUMNS += ["file", "sheet", "source_row", "years"]


@dataclass(frozen=True, eq=False)
class Unsolved:
    """Problems of a unit that are open as of a day.

    days - on which they were found; as_of; late, near, later, undated, set_aside - how many are past their
    deadline, due within SOON days, due later, without a deadline, or past it and not the unit's to answer
    for (they wait to be looked at, or are 挂账, 长期整改)
    lines - of those with a deadline the most urgent ones: day, due (dates), left (days to the deadline, below zero: past
            it), number ("" = none), unit_name (the street), site_name, item_name,
            description, file, sheet, source_row, years (those not announced that the deadline was
            counted through, "" = none)
    """

    days: Window
    as_of: date
    late: int
    near: int
    later: int
    undated: int
    set_aside: int
    lines: pd.DataFrame

    @property
    def dated(self) -> int:
        """How many have a deadline."""
        return self.late + self.near + self.later


def unsolved(
    office: Office, window: Window, board: str, unit: int, as_of: date | None = None, most: int = 20
) -> Unsolved:
    """List what a unit has not answered as 已整改, of all found up to the end of a window.

    What was found more than LOOK_BACK days before that end is left out, as everywhere. Departments
    have the problems that name them in the role of their board.

    Takes: as_of - None: today; most - so many are listed, the most urgent first
    """
    state_day, chosen = as_of or today(), office.rules.board(board)
    end = max(window.start, min(window.end, state_day))
    days = custom(end - timedelta(days=LOOK_BACK - 1), end)
    with reading(office.store) as connection:
        owner = ancestors(read_register(connection), chosen.kind)
        problems = read_problems(
            connection, days.days, "", _sites(connection, chosen, owner == unit)
        )
        named_problems = named_in(
            connection, problems.assign(territory=problems["unit"]), days, chosen
        )
        unit_problems = named_problems[owner[named_problems["unit"].to_numpy(np.int64)] == unit]
        unit_problems = unit_problems.drop_duplicates(_KEY, ignore_index=True)
        unit_problems = _open(connection, unit_problems, office.rules.loop, state_day)
        aside = judge_deadlines(unit_problems, state_day.toordinal())["set_aside"]
        unit_problems = unit_problems[~aside]
        left = np.where(
            unit_problems["due"] > 0, unit_problems["due"] - state_day.toordinal(), np.nan
        )
        unit_problems = unit_problems.assign(left=left).sort_values(["left", "day"], kind="stable")
        lines = _describe(connection, office, unit_problems[unit_problems["due"] > 0].head(most))
    return Unsolved(
        days=days,
        as_of=state_day,
        late=int((left < 0).sum()),
        near=int(((left >= 0) & (left <= SOON)).sum()),
        later=int((left > SOON).sum()),
        undated=int(np.isnan(left).sum()),
        set_aside=int(aside.sum()),
        lines=lines,
    )


def _describe(connection: Connection, office: Office, problems: pd.DataFrame) -> pd.DataFrame:
    """Put names and original cells to problems, in their order."""
    rows = read_rows(
        connection,
        problems["day"].unique(),
        problems["batch"].unique(),
        problems["territory"].unique(),
    )
    rows = problems[[*_KEY, "left", "due", "number"]].merge(rows, on=_KEY)
    described = describe(connection, office, rows.assign(loss=np.nan, leaf_name=""))
    due = [date.fromordinal(int(ordinal)) for ordinal in rows["due"]]
    described = described.assign(
        left=rows["left"],
        number=rows["number"],
        due=pd.Series(due, dtype=object),
        years=years_not_announced(connection, rows),
    )
    return described[_COLUMNS]


def _open(
    connection: Connection, problems: pd.DataFrame, rules: LoopRules, as_of: date
) -> pd.DataFrame:
    """Keep the problems that are not closed, with `closed`."""
    answers = link(connection, read_answers(connection), problems)
    moment = Moment(as_of.toordinal())
    problems, answers = apply_moves(connection, problems, answers, rules, moment)
    judged = judge(problems, answers, as_of=as_of.toordinal())
    return problems.assign(closed=judged["closed"]).loc[judged.index[judged["closed"] >= OPEN]]


def _sites(connection: Connection, board: Board, members: np.ndarray) -> np.ndarray | None:
    """Give the sites of the territory of some units; None where a board has no territory."""
    if ROLE_CODES.index(board.role) != TERRITORY:
        return None
    met = read_sites_met(connection)
    return met.loc[members[met["unit"].to_numpy(np.int64)], "site"].to_numpy()


def deadlines_kept(office: Office, window: Window, board: str, unit: int) -> pd.Series:
    """Say what became of a unit's problems of a window: its line of `queries.scores.deadline_rates.on_time`."""
    chosen = office.rules.board(board)
    with reading(office.store) as connection:
        standings = score_windows(connection, office, [window], chosen)
        sites = _sites(connection, chosen, standings.column_of == position_of(standings, unit))
        unit_rates = on_time(connection, standings, office.rules.pricing, sites=sites)
    return unit_rates[unit_rates["unit"] == unit].iloc[0]
