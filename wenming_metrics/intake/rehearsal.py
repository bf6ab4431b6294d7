"""What storing a file would change, found by storing it and taking it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.access.viewer import Deed, doing
from wenming_metrics.domain.periods import Window, window
from wenming_metrics.intake.transaction import Preview, store_file
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.ranking import rank_standings
from wenming_metrics.queries.scores.score_windows import score_windows
from wenming_metrics.scoring.ranking.ranking import THIN
from wenming_metrics.store.database import Store, writing


def effect(office: Office, preview: Preview) -> pd.DataFrame:
    """Say what storing a file would change in the ranking of the week of its last day.

    The file is stored, ranked and taken back inside one transaction, so the answer is the very
    figure that a commit would give.

    Returns: one line per unit that changes: unit_name, score_before, score_after, rank_before,
             rank_after; `attrs["window"]` is the window's title, `attrs["unscored"]` names the
             units of which more was looked at, and not yet enough for a score
    """
    names = ["unit_name", "score_before", "score_after", "rank_before", "rank_after"]
    nothing = pd.DataFrame(columns=names)
    if not preview.can_commit or preview.reading.checks.empty:
        return nothing
    week = window("week", date.fromordinal(int(preview.reading.checks["day"].max())))
    with _rehearsing(office.store) as connection:
        before = _ranked(connection, office, week)
        store_file(connection, preview, office.rules, "")
        after = _ranked(connection, office, week)
    compared = before.merge(after, on=["unit", "unit_name"], suffixes=("_before", "_after"))
    neither = compared["score_before"].isna() & compared["score_after"].isna()
    same = compared["score_before"].eq(compared["score_after"]) | neither
    moved = (
        ~compared["rank_before"].eq(compared["rank_after"]).fillna(False)
        & compared["rank_after"].notna()
    )
    changes = compared.loc[~same | moved, names].reset_index(drop=True)
    changes.attrs["window"] = week.title
    thin = compared["status_after"].eq(THIN) & ~compared["checks_before"].eq(
        compared["checks_after"]
    )
    changes.attrs["unscored"] = compared.loc[thin, "unit_name"].tolist()
    return changes


def _ranked(connection: Connection, office: Office, week: Window) -> pd.DataFrame:
    standings = score_windows(connection, office, [week], office.rules.boards[0])
    return rank_standings(standings)[["unit", "unit_name", "score", "rank", "status", "checks"]]


class _TakenBack(Exception):
    """Ends a rehearsal: everything written in it is rolled back."""


@contextmanager
def _rehearsing(store: Store) -> Iterator[Connection]:
    try:
        with doing(Deed("试算", store.viewer, "", "")), writing(store) as connection:
            yield connection
            raise _TakenBack
    except _TakenBack:
        return
