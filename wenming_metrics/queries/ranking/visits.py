"""Every visit with its own score and grade, as published lists of sites print them.

A visit is what one team looked at on one site on one day. Its score is what was left of the points
that its checks could earn, brought to the full mark; it is no part of the unit's score, which weighs
indicators. The grade is that of the rules in force on the day (`visits.grades`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import POINT_SCALE, half_up, quotient
from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.bands import stored_tallies
from wenming_metrics.queries.scores.rule_spans import versions_of
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register, read_sites_met
from wenming_metrics.vocabulary import SOURCE_CODES, SOURCES

COLUMNS = (
    *(
        "day",
        "unit",
        "unit_name",
        "site_name",
        "point_type_name",
        "source_name",
        "checks",
        "failed",
    ),
    *("lost", "possible", "score", "grade"),
)


def visits(
    office: Office, window: Window, board: str = "street", unit: int | None = None
) -> pd.DataFrame:
    """List the visits of a window, the lowest score first.

    Takes:   board - of territories; unit - of the board, None: all
    Returns: COLUMNS: day (date), lost and possible (points), score (rounded as the rules round; NaN
             where nothing could be earned), grade ("" without a score or where the rules grade no
             visits); a visit without a site has the name ""
    """
    with reading(office.store) as connection:
        register, tallies_on = read_register(connection), stored_tallies(connection)
        counts_for = ancestors(register, office.rules.board(board).kind)
        frames = [
            _scored(tally["visits"], rules).assign(day=date.fromordinal(day))
            for rules, days in versions_of(window, office)
            for day, tally in tallies_on(days)
        ]
        sites = read_sites_met(connection).set_index("site")["name"]
    lines = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_OF_TALLY)
    lines["unit"] = counts_for[lines["unit"].to_numpy(np.int64)]
    lines = lines[(lines["unit"] >= 0) if unit is None else (lines["unit"] == unit)]
    sources = [SOURCES[code] for code in SOURCE_CODES]
    named = lines.assign(
        unit_name=lines["unit"].map(register.units["name"]),
        site_name=lines["site"].map(sites).fillna(""),
        point_type_name=lines["point_type"].map(office.catalogue.point_types["name"]),
        source_name=[sources[source] for source in lines["source"].astype(int)],
        **{name: lines[name] / POINT_SCALE for name in ("lost", "possible")},
    )
    order = ["score", "day", "unit", "site_name"]
    return named.sort_values(order, kind="stable", ignore_index=True)[list(COLUMNS)]


_OF_TALLY = [
    *("source", "site", "unit", "point_type", "checks", "failed", "lost", "possible"),
    *("score", "grade", "day"),
]


def _scored(tally_visits: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Score and grade the visits of a day. Takes: tally_visits - of `scoring.tally.tally.tally_days`"""
    lost, possible = (tally_visits[name].to_numpy(float) for name in ("lost", "possible"))
    kept = half_up(rules.full_mark * quotient(possible - lost, possible), rules.decimals)
    return tally_visits.assign(score=kept, grade=grades_of(kept, rules.visit_grades))


def grades_of(values: np.ndarray, grades: Mapping[str, float]) -> list[str]:
    """Grade scores: the highest grade whose least score is reached, "" below all and without a score.

    >>> grades_of(np.array([90.0, 89.99, 59.0, np.nan]), {"优秀": 90, "合格": 60})
    ['优秀', '合格', '', '']
    """
    from_best = sorted(grades.items(), key=lambda grade: -grade[1])
    return [next((name for name, least in from_best if value >= least), "") for value in values]
