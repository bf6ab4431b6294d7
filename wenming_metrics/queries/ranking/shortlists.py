"""The units named in front and at the back in a window, and at how many windows running."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pandas as pd

from wenming_metrics.domain.periods import Window, series
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.ranking import place_window, rank_window
from wenming_metrics.queries.scores.score_windows import COURSE, Standings, standings_now
from wenming_metrics.rules.model import Lists
from wenming_metrics.scoring.ranking.ranking import order_units
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT, name_units, running, sides_of


def named_units(office: Office, window: Window, board: str = "street") -> pd.DataFrame:
    """List the units at both ends of every group of a board.

    Returns: as `scoring.ranking.shortlists.name_units`, and title (the name of the list), running (at how many
        windows up to this one the unit stood on that end, over those of `score_windows.COURSE`), remark
        (Chinese: shared place, under the line, running, a tie that was left out; "" for nothing)
    """
    windows = series(window, COURSE[window.kind])
    standings = standings_now(office, windows, board)
    return name_standings(standings)


def name_standings(standings: Standings) -> pd.DataFrame:
    """Make the lists of `named_units` from scored windows; those of the last one are given."""
    preceding = (place_window(standings, n) for n in range(len(standings.windows) - 2, -1, -1))
    return name_ranked(chain([ranked_in(standings, -1)], preceding), standings.rules().lists)


def name_ranked(newest_first: Iterator[pd.DataFrame], settings: Lists) -> pd.DataFrame:
    """Make the lists of `named_units` from ranked lists; no more are asked for than it takes.

    Of those before the last only unit, group, score and rank are looked at.
    """
    last = next(newest_first)
    runs = running(
        (sides_of(ranked, settings) for ranked in chain([last], newest_first)), settings.absent
    )
    named_lines = name_units(last, settings)
    named_lines["title"] = named_lines["side"].map({FRONT: settings.front, BACK: settings.back})
    named_lines["running"] = [runs.get(unit, 0) for unit in named_lines["unit"].tolist()]
    named_lines["remark"] = [_remark(line, settings) for line in named_lines.itertuples()]
    return named_lines


def _remark(line: tuple, settings: Lists) -> str:
    if line.left_out:
        return f"并列 {line.left_out} 个，超过名单上限 {settings.cap} 个，未列名"
    remarks = ["并列"] if line.tied else []
    remarks += [f"低于 {settings.line:g} 分"] if line.below else []
    remarks += [f"连续 {line.running} 期"] if line.running > 1 else []
    return "，".join(remarks)


def ranked_in(standings: Standings, number: int) -> pd.DataFrame:
    """Rank the units in one of the windows, in the order of the list."""
    return order_units(rank_window(standings, number))
