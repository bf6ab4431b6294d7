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
from wenming_metrics.queries.survey.waves import WaveAnswers, read_wave_from, waves_from
from wenming_metrics.rules.composite import Component
from wenming_metrics.scoring.survey.rates import HIDDEN, SMALL
from wenming_metrics.store import schema
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.surveys import read_waves

_NOBODY = pd.DataFrame(columns=["unit", "n", "state", "shown", "exact", "spelt"])
_BESIDE = "为免倒算出别的单位，一并不公布"
_TOO_FEW = {HIDDEN: NOT_SHOWN, SMALL: "样本不足，不作依据"}


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
    past_waves = [wave for wave in waves_from(connection, office) if wave.end <= window.end]
    past_waves = (
        [wave for wave in past_waves if wave.start >= window.start] if inside else past_waves
    )
    if not past_waves:
        return pd.DataFrame(columns=list(COLUMNS))
    wave_answers = read_wave_from(connection, office, past_waves[0])
    lines = _rated(wave_answers, component.key) if component.key else _scored(wave_answers)
    few = lines["state"].isin(list(_TOO_FEW))
    exact = lines["shown" if component.printed else "exact"].to_numpy(float)
    hide = wave_answers.survey.limits.hide
    sentences = [
        f"{n} 份，{_lacks(state, n, hide)}" if state in _TOO_FEW else f"{spelt}（{n} 份）"
        for n, state, spelt in zip(lines["n"], lines["state"], lines["spelt"], strict=True)
    ]
    figures = pd.DataFrame({"unit": lines["unit"], "value": np.where(few, np.nan, exact)})
    file = _file(connection, wave_answers.wave)
    of = {
        "told": sentences,
        "of": wave_answers.wave.title,
        "file": file,
        "sheet": "",
        "source_row": 0,
    }
    return figures.assign(**of, restricted=False)[list(COLUMNS)]


def _lacks(state: str, n: int, hide: int) -> str:
    """Say why a unit has no figure; one of many questionnaires may be hidden for another's sake."""
    return _BESIDE if state == HIDDEN and n >= hide else _TOO_FEW[state]


def _rated(wave_answers: WaveAnswers, code: str) -> pd.DataFrame:
    """Give the units' figures of a rate; of one that the wave does not know, none."""
    if code not in [rate.code for rate in wave_answers.survey.rates]:
        return _NOBODY
    unit_rates, decimals = figures_of(wave_answers, only=code).units, wave_answers.survey.decimals
    return unit_rates.assign(
        exact=unit_rates["value"],
        spelt=[f"{percent:.{decimals}f}%" for percent in unit_rates["shown"]],
    )


def _scored(wave_answers: WaveAnswers) -> pd.DataFrame:
    """Give the units' 问卷得分; by a table of points where there is one."""
    survey_scores = score_of(wave_answers)
    if survey_scores is None:
        return _NOBODY
    has_table = bool(wave_answers.survey.score and wave_answers.survey.score.bands)
    units, decimals = survey_scores.units, wave_answers.survey.decimals
    spelt = [f"{points:.{decimals}f} 分" for points in units["shown"]]
    return units.assign(exact=units["shown" if has_table else "score"], spelt=spelt)


def _file(connection: Connection, wave: Window) -> str:
    """Name the file that a wave came in; of several how many there are."""
    wave_batches = read_waves(connection)
    days = (wave_batches["first_day"] == wave.start.toordinal()) & (
        wave_batches["last_day"] == wave.end.toordinal()
    )
    batch = schema.batch
    numbers = wave_batches.loc[days, "batch"].tolist()
    names = read_frame(connection, select(batch.c.name).where(batch.c.batch.in_(numbers)))["name"]
    return names.iloc[0] if len(names) == 1 else f"{len(names)} 个文件"
