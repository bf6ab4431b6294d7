"""The problems of one unit that nobody has answered as put right, and how it keeps its deadlines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window, custom, today
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.deadline_rates import named_in, on_time
from wenming_metrics.queries.scores.describe_rows import tell
from wenming_metrics.queries.scores.findings import link, read_answers, read_problems
from wenming_metrics.queries.scores.row_losses import place_of
from wenming_metrics.queries.scores.score_windows import score_windows
from wenming_metrics.rules.model import Board
from wenming_metrics.scoring.tally.tally import TERRITORY
from wenming_metrics.scoring.tree.states import LOOK_BACK, OPEN, judge
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register, read_sites_met
from wenming_metrics.store.rows import read_rows
from wenming_metrics.vocabulary import ROLE_CODES

SOON = 3
"""A deadline so many days ahead, or fewer, is near (临期)."""

_KEY = ["batch", "seq"]
_COLUMNS = ["day", "due", "left", "number", "unit_name", "site_name", "item_name", "description"]
_COLUMNS += ["file", "sheet", "source_row"]


@dataclass(frozen=True, eq=False)
class Unsolved:
    """Problems of a unit that are open as of a day.

    days - on which they were found; as_of; late, near, later, undated - how many are past their
    deadline, due within SOON days, due later, or without a deadline
    lines - of those with a deadline the most urgent ones: day, due (dates), left (days to the deadline, below zero: past
            it), number ("" = none), unit_name (the street), site_name, item_name,
            description, file, sheet, source_row
    """

    days: Window
    as_of: date
    late: int
    near: int
    later: int
    undated: int
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
    at, chosen = as_of or today(), office.rules.board(board)
    end = max(window.start, min(window.end, at))
    days = custom(end - timedelta(days=LOOK_BACK - 1), end)
    with reading(office.store) as connection:
        owner = ancestors(read_register(connection), chosen.kind)
        found = read_problems(connection, days.days, "", _sites(connection, chosen, owner == unit))
        named = named_in(connection, found.assign(territory=found["unit"]), days, chosen)
        own = named[owner[named["unit"].to_numpy(np.int64)] == unit]
        own = _open(connection, own.drop_duplicates(_KEY, ignore_index=True), at)
        left = np.where(own["due"] > 0, own["due"] - at.toordinal(), np.nan)
        own = own.assign(left=left).sort_values(["left", "day"], kind="stable")
        told = _tell(connection, office, own[own["due"] > 0].head(most))
    return Unsolved(
        days=days,
        as_of=at,
        late=int((left < 0).sum()),
        near=int(((left >= 0) & (left <= SOON)).sum()),
        later=int((left > SOON).sum()),
        undated=int(np.isnan(left).sum()),
        lines=told,
    )


def _tell(connection: Connection, office: Office, own: pd.DataFrame) -> pd.DataFrame:
    """Put names and original cells to problems, in their order."""
    rows = read_rows(
        connection, own["day"].unique(), own["batch"].unique(), own["territory"].unique()
    )
    rows = own[[*_KEY, "left", "due", "number"]].merge(rows, on=_KEY)
    told = tell(connection, office, rows.assign(loss=np.nan, leaf_name=""))
    due = [date.fromordinal(int(one)) for one in rows["due"]]
    told = told.assign(left=rows["left"], number=rows["number"], due=pd.Series(due, dtype=object))
    return told[_COLUMNS]


def _open(connection: Connection, own: pd.DataFrame, at: date) -> pd.DataFrame:
    """Keep the problems that nobody has answered as 已整改."""
    answers = link(connection, read_answers(connection), own)
    judged = judge(own, answers, as_of=at.toordinal())
    return own.loc[judged.index[judged["closed"] >= OPEN]]


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
        sites = _sites(connection, chosen, standings.column_of == place_of(standings, unit))
        found = on_time(connection, standings, office.rules.pricing, sites=sites)
    return found[found["unit"] == unit].iloc[0]
