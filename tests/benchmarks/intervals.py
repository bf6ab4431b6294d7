"""Do intervals of 95 % hold what they are about in 95 of 100 surveys, however small?

Nothing here is timed: surveys of known truth are drawn again and again, and it is counted how often
the interval holds the truth. A line's ratio is how far the mean over all truths is from 95, in
percentage points; `worst` is the truth for which it holds least often.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from tests.benchmarks.suite import Line, Setup, benchmark
from wenming_metrics.rules.survey.model import CITY
from wenming_metrics.scoring.survey.design_based import estimate
from wenming_metrics.scoring.survey.intervals import LEVEL, limits, mean_limits

_SIZES = (20, 50, 200)
"""Questionnaires of a unit."""
_SURVEYS, _CITIES = 10_000, 250
_UNITS = 83
_SHARES = np.arange(70, 100) / 100
"""Truths of a unit: a city's units lie between."""
_WORTH = {"1 / 0.75 / 0": [1, 0.75, 0], "five steps": [1, 0.75, 0.5, 0.25, 0], "1 to 10": None}
_ALLOWED = 2.0
"""Percentage points that the mean may be off."""


@benchmark("survey-coverage")
def survey_coverage(setup: Setup) -> Iterator[Line]:
    """Count how often intervals of units and of the city hold the truth."""
    chance = np.random.default_rng(20260101)
    yield _line("share of a unit (Wilson)", partial(_share, chance))
    for name, worth in _WORTH.items():
        values = np.array(worth, float) if worth else np.arange(10) / 9
        yield _line(f"mean of a unit, answers worth {name}", partial(_mean, chance, values))
    for how in CITY:
        yield _line(f"share of {_UNITS} units, {how}", partial(_city, chance, how))


def _line(what: str, held: partial[np.ndarray]) -> Line:
    """Make a line of how often the interval holds each truth, at each size."""
    found = {n: 100 * held(n) for n in _SIZES}
    figures = {f"n={n}": float(one.mean()) for n, one in found.items()}
    figures |= {f"worst {n}": float(one.min()) for n, one in found.items()}
    off = max(abs(one.mean() - 100 * LEVEL) for one in found.values())
    return Line("survey-coverage", what, round(float(off), 2), _ALLOWED, figures=figures)


def _share(chance: np.random.Generator, n: int) -> np.ndarray:
    low, high = limits(np.arange(n + 1), n)
    drawn = chance.binomial(n, _SHARES[:, None], (len(_SHARES), _SURVEYS))
    return ((low[drawn] <= _SHARES[:, None]) & (_SHARES[:, None] <= high[drawn])).mean(axis=1)


def _mean(chance: np.random.Generator, worth: np.ndarray, n: int) -> np.ndarray:
    """Draw answers that lean to the top ever more, up to a mean of 0.99."""
    held = []
    for lean in np.linspace(1.5, 12, 20):
        share = np.exp(lean * (worth - 1))
        share /= share.sum()
        truth = share @ worth
        if truth > _SHARES[-1]:
            break
        counts = chance.multinomial(n, share, _SURVEYS)
        low, high = mean_limits(counts @ worth, counts @ worth**2, n)
        held.append(((low <= truth) & (truth <= high)).mean())
    return np.array(held)


def _city(chance: np.random.Generator, how: str, n: int) -> np.ndarray:
    """Draw cities whose units differ, from 85 to 97 % on the whole, and survey each many times."""
    held = []
    for centre in (0.85, 0.90, 0.94, 0.97):
        units = chance.beta(60 * centre, 60 * (1 - centre), _UNITS)
        people = chance.lognormal(10, 0.7, _UNITS)
        truth = {"population": people @ units / people.sum()}.get(how, units.mean())
        known = dict(enumerate(people))
        unit, all_in = np.repeat(np.arange(_UNITS), n), np.ones(_UNITS * n, bool)
        within = 0
        for _ in range(_CITIES):
            said = (chance.random(len(unit)) < units[unit]).astype(float)
            found = estimate(said, all_in, unit, population=known, how=how)
            within += found.low <= truth <= found.high
        held.append(within / _CITIES)
    return np.array(held)
