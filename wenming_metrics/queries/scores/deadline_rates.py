"""What became of the problems that units were named for: put right in time, not yet due, come back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window, today
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.queries.scores.problem_log import log
from wenming_metrics.queries.scores.standings import Standings
from wenming_metrics.rules.model import Board, Deductions
from wenming_metrics.scoring.tally.tally import TERRITORY
from wenming_metrics.scoring.tree.states import judge_deadlines
from wenming_metrics.store.rows import read_role
from wenming_metrics.vocabulary import ROLE_CODES

_KEY = ["batch", "seq"]


def on_time(
    connection: Connection,
    standings: Standings,
    pricing: Deductions,
    moment: Moment | None = None,
    sites: Iterable[int] | None = None,
) -> pd.DataFrame:
    """Count, per unit of a board, what became of the problems found in the last window.

    Takes:   moment - None: as of today; sites - only of these; None: of all
    Returns: unit, fell_due (problems whose deadline has passed), in_time (of those, 已整改 by then; both
             as `judge_deadlines` says),
             not_due (with a deadline to come), recurred (重复 and 反弹), as_of (the day)
    """
    moment = moment or Moment(today().toordinal())
    window, units = standings.windows[-1], standings.units["unit"]
    problems = log(connection, window.days, moment, pricing, sites=sites)
    due = problems["due"].to_numpy(np.int64)
    judged = judge_deadlines(problems, moment.as_of)
    flags = {
        "fell_due": judged["fell_due"],
        "in_time": judged["in_time"],
        "not_due": due >= moment.as_of,
        "recurred": problems["again"].to_numpy(bool) | problems["relapsed"].to_numpy(bool),
    }
    named_problems = named_in(connection, problems.assign(**flags), window, standings.board)
    position = standings.column_of[named_problems["unit"].to_numpy(np.int64)]
    lines = named_problems.assign(place=position)[position >= 0].drop_duplicates([*_KEY, "place"])
    counts = {
        name: np.bincount(lines["place"], lines[name], minlength=len(units)).astype(int)
        for name in flags
    }
    return pd.DataFrame({"unit": units, **counts, "as_of": date.fromordinal(moment.as_of)})


def named_in(
    connection: Connection, problems: pd.DataFrame, window: Window, board: Board
) -> pd.DataFrame:
    """Give a line for each unit that a problem names in the role of a board.

    Takes: problems - those of the days of a window: batch, seq, unit (the territory)
    """
    role = ROLE_CODES.index(board.role)
    if role == TERRITORY:
        return problems
    roles = read_role(connection, window.days, problems["batch"].unique(), role)
    return problems.drop(columns="unit").merge(roles[[*_KEY, "unit"]], on=_KEY)
