"""Who takes off more for the same in some days: by source, and by the team that the plan sent."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.bands import stored_tallies
from wenming_metrics.scoring.ranking.strictness import CELL, strictness
from wenming_metrics.scoring.tally.tally import checks_of_days
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import plan_lines, read_register
from wenming_metrics.vocabulary import SOURCE_CODES, SOURCES, VISITLESS


def who_scores_harder(office: Office, window: Window, board: str = "street") -> pd.DataFrame:
    """Compare those who looked at sites, each with the others: as `scoring.ranking.strictness`.

    Who is the source of the check, with the team where a plan sent a single one to that site on that day
    (市督查组（督查一组）). Takes: board - of territories, whose units are compared
    """
    looking = [number for number, code in enumerate(SOURCE_CODES) if code not in VISITLESS]
    names = pd.Series([SOURCES[code] for code in SOURCE_CODES])
    with reading(office.store) as connection:
        counts_for = ancestors(read_register(connection), office.rules.board(board).kind)
        planned = plan_lines(connection, window.days)
        teams = planned[planned["site"] >= 0].groupby(["day", "site"])["team"]
        sent = teams.first()[teams.nunique() == 1]
        looked = checks_of_days(stored_tallies(connection)(window))
    looked = looked[looked["source"].isin(looking) & (looked["possible"] > 0)]
    unit = counts_for[looked["unit"].to_numpy()]
    team = sent.reindex(pd.MultiIndex.from_frame(looked[["day", "site"]])).fillna("")
    source = names[looked["source"].to_numpy()]
    looked = looked.assign(
        who=list(map(_named, source, team)),
        unit=unit,
        rate=looked["lost"] / looked["possible"],
        count=1,
    )[unit >= 0]
    return strictness(looked.groupby(["who", *CELL])[["count", "rate"]].sum().reset_index())


def _named(source: str, team: str) -> str:
    return f"{source}（{team}）" if team and team != source else source
