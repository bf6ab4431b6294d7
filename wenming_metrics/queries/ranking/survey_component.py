"""What a survey gives to the composite score: a rate in per cent, or the 问卷得分, of each unit.

A figure of few questionnaires is none: the unit lacks the component, and it is said why.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.dated_facts import COLUMNS
from wenming_metrics.queries.survey.rates import figures_of
from wenming_metrics.queries.survey.score import score_of
from wenming_metrics.queries.survey.states import NOT_SHOWN
from wenming_metrics.queries.survey.waves import Taken, take_from, waves_from
from wenming_metrics.rules.composite import Component
from wenming_metrics.scoring.survey.rates import HIDDEN, SMALL
from wenming_metrics.store import schema
from wenming_metrics.store.database import read_frame
from wenming_metrics.store.surveys import read_waves

_NOBODY = pd.DataFrame(columns=["unit", "n", "state", "shown", "exact", "spelt"])
_BESIDE = "为免倒算出别的单位,一并不公布"
_TOO_FEW = {HIDDEN: NOT_SHOWN, SMALL: "样本不足,不作依据"}


def polled(
    connection: Connection,
    office: Office,
    component: Component,
    window: Window,
    *,
    inside: bool = False,
) -> pd.DataFrame:
    """Give the figure of each unit in the latest wave that ends not after a window.

    Takes:   component - its key is the code of a rate, "" = 问卷得分; a printed component takes the
             published figure, others the exact one; inside - only waves that lie in the window
    Returns: `queries.scores.dated_facts.COLUMNS`; value is NaN, and told says why, where too few were asked
    """
    known = [wave for wave in waves_from(connection, office) if wave.end <= window.end]
    known = [wave for wave in known if wave.start >= window.start] if inside else known
    if not known:
        return pd.DataFrame(columns=list(COLUMNS))
    taken = take_from(connection, office, known[0])
    lines = _rated(taken, component.key) if component.key else _scored(taken)
    few = lines["state"].isin(list(_TOO_FEW))
    exact = lines["shown" if component.printed else "exact"].to_numpy(float)
    hide = taken.survey.limits.hide
    told = [
        f"{n} 份,{_lacks(state, n, hide)}" if state in _TOO_FEW else f"{shown}({n} 份)"
        for n, state, shown in zip(lines["n"], lines["state"], lines["spelt"], strict=True)
    ]
    found = pd.DataFrame({"unit": lines["unit"], "value": np.where(few, np.nan, exact)})
    file = _file(connection, taken.wave)
    of = {"told": told, "of": taken.wave.title, "file": file, "sheet": "", "source_row": 0}
    return found.assign(**of, restricted=False)[list(COLUMNS)]


def _lacks(state: str, n: int, hide: int) -> str:
    """Say why a unit has no figure; one of many questionnaires may be hidden for another's sake."""
    return _BESIDE if state == HIDDEN and n >= hide else _TOO_FEW[state]


def _rated(taken: Taken, code: str) -> pd.DataFrame:
    """Give the units' figures of a rate; of one that the wave does not know, none."""
    if code not in [rate.code for rate in taken.survey.rates]:
        return _NOBODY
    own, decimals = figures_of(taken, only=code).units, taken.survey.decimals
    return own.assign(exact=own["value"], spelt=[f"{one:.{decimals}f}%" for one in own["shown"]])


def _scored(taken: Taken) -> pd.DataFrame:
    """Give the units' 问卷得分; by a table of points where there is one."""
    found = score_of(taken)
    if found is None:
        return _NOBODY
    has_table = bool(taken.survey.score and taken.survey.score.bands)
    units, decimals = found.units, taken.survey.decimals
    spelt = [f"{one:.{decimals}f} 分" for one in units["shown"]]
    return units.assign(exact=units["shown" if has_table else "score"], spelt=spelt)


def _file(connection: Connection, wave: Window) -> str:
    """Name the file that a wave came in; of several how many there are."""
    known = read_waves(connection)
    days = (known["first_day"] == wave.start.toordinal()) & (
        known["last_day"] == wave.end.toordinal()
    )
    batch = schema.batch
    numbers = known.loc[days, "batch"].tolist()
    names = read_frame(connection, select(batch.c.name).where(batch.c.batch.in_(numbers)))["name"]
    return names.iloc[0] if len(names) == 1 else f"{len(names)} 个文件"
