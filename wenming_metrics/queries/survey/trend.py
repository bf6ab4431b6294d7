"""Rates from wave to wave: what has changed, what is chance, where two must not be compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.rates import CITY, Rates, figures_of
from wenming_metrics.queries.survey.waves import read_wave, waves
from wenming_metrics.rules.survey.model import Rate, Survey
from wenming_metrics.rules.survey.wording import spell_margins, spell_rate
from wenming_metrics.scoring.survey.intervals import difference

MOVED, STEADY, BROKEN = "有明显变化", "变化不明显", "算法不同，不比较"
"""What is said of a figure against that of the wave before."""
_WHOLE = 100.0


def course(office: Office, rate: str, unit: int | None = None) -> pd.DataFrame:
    """Follow a rate of the city, or of a unit, from wave to wave, the oldest first.

    Returns: wave (Window), value (exact %), shown, low, high (%), n, n_eff, state, definition,
             changed (its definition differs from that of the wave before), moved ("" for the first:
             MOVED, STEADY, or BROKEN)
    """
    lines: list[dict] = []
    for wave in reversed(waves(office)):
        wave_answers = read_wave(office, wave)
        rated = next(
            (candidate for candidate in wave_answers.survey.rates if candidate.code == rate), None
        )
        figures = figures_of(wave_answers, only=rate) if rated else None
        line = _line_of(figures, rate, unit) if rated else None
        if line is not None:
            heading = {"wave": wave, "definition": spell_rate(figures.survey, rated)}
            lines.append({**heading, **line, "key": _key(figures.survey, rated, unit)})
    names = ["wave", *_COURSE, "definition", "changed", "moved"]
    before: list[dict | None] = [None, *lines[:-1]]
    for line, previous in zip(lines, before, strict=False):
        line["changed"] = previous is not None and previous["key"] != line["key"]
        line["moved"] = _moved(previous, line)
    return pd.DataFrame(lines, columns=names)


_COURSE = ("value", "shown", "low", "high", "n", "n_eff", "state")


def _line_of(figures: Rates, rate: str, unit: int | None) -> dict | None:
    """Give the line of the city, or of a unit, in one wave."""
    if unit is None:
        lines = figures.totals[figures.totals["level"] == CITY]
    else:
        lines = figures.units[figures.units["unit"] == unit]
    lines = lines[lines["rate"] == rate]
    return None if lines.empty else lines.iloc[0][list(_COURSE)].to_dict()


def _key(survey: Survey, rate: Rate, unit: int | None) -> tuple[object, ...]:
    """Give all that makes a figure comparable: its definition, and for the city how it is made."""
    plain = replace(rate, target=None, title="", values={})
    question = replace(survey.question(rate.question), title="", headers=())
    options = [(option.code, option.state) for option in question.options]
    city = (survey.city, spell_margins(survey)) if unit is None else ""
    return plain, tuple(rate.values.items()), question.kind, tuple(options), city


def _moved(before: dict | None, now: dict) -> str:
    """Say whether a figure has changed by more than chance explains."""
    if before is None or np.isnan(before["value"]) or np.isnan(now["value"]):
        return ""
    if before["key"] != now["key"]:
        return BROKEN
    yes, base = zip(
        *((line["value"] / _WHOLE * line["n_eff"], line["n_eff"]) for line in (now, before)),
        strict=True,
    )
    low, high = difference(yes[0], base[0], yes[1], base[1])
    return MOVED if low > 0 or high < 0 else STEADY
