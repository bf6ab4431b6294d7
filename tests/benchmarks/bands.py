"""Do bands hold what they say, and what do they cost? A city whose truth is known, drawn again and again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import spearmanr, t

from tests.benchmarks.sampled_city import draw, make_city, measure, truth
from tests.benchmarks.stores import END
from tests.benchmarks.suite import Line, Setup, benchmark, generated, medians, ratio, take_turns
from wenming_metrics.demo.city import demo_catalogue
from wenming_metrics.demo.findings import demo_rules
from wenming_metrics.domain.periods import Window, series, window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.bands import bands
from wenming_metrics.rules.load import load_rules
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.scoring.ranking.bands import LEVEL, place_bands, tiers
from wenming_metrics.store.database import reading
from wenming_metrics.store.tallies import read_days

_DRAWS, _CITIES = 120, 12
_VISITS = (5, 10, 25)
"""Sites seen of each street: a week, a fortnight, a month."""


@benchmark("band-coverage")
def band_coverage(setup: Setup) -> Iterator[Line]:
    """Count how often the truth lies in the bands of scores and of places."""
    rules = demo_rules()
    for visits in _VISITS:
        found = pd.DataFrame([_cover(number, visits, rules) for number in range(_DRAWS)]).mean()
        figures = {name: round(float(share), 3) for name, share in found.items()}
        what = f"90 % bands, {visits} sites a unit: share that hold the truth"
        yield Line(f"score-bands-{visits}", what, figures["score"], 0.88, True, figures=figures)
        yield Line(f"place-bands-{visits}", what, figures["place"], 0.88, True, figures=figures)


def _cover(number: int, visits: int, rules: RuleSet) -> dict[str, float]:
    city = make_city(number % _CITIES)
    true = truth(city, rules)
    scores, errors = measure(city, draw(city, visits, np.random.default_rng([number, 1])), rules)
    units = errors.assign(group=city.group, score=scores.scores)
    groups = units.groupby("group")["score"]
    units["rank"] = groups.rank(method="min", ascending=False).astype("Int64")
    banded = place_bands(units, rules.full_mark)
    place = pd.Series(true).groupby(city.group).rank(ascending=False)
    half = t.isf((1 - LEVEL) / 2, errors["freedom"]) * errors["error"]
    low, high = (banded[name].astype(float) for name in ("place_low", "place_high"))
    return {
        "score": float((np.abs(units["score"] - true) <= half).mean()),
        "half width": float(half.mean()),
        "place": float(((low <= place) & (place <= high)).mean()),
        "places wide": float((high - low + 1).mean()),
    }


@benchmark("tiers")
def tier_power(setup: Setup) -> Iterator[Line]:
    """Say how often equal units share a tier, and units three errors of their difference do not."""
    rng, together, apart = np.random.default_rng(7), [], []
    for _ in range(2000):
        error = rng.uniform(0.8, 1.2, 12)
        true = np.repeat([0.0, 3 * 2**0.5, 6 * 2**0.5], 4)
        same = tiers(true + rng.normal(0, 1, 12) * error, error)
        shared = same[:, None] == same
        equal = (true[:, None] == true) & ~np.eye(12, dtype=bool)
        next_to = np.abs(np.abs(true[:, None] - true) - 3 * 2**0.5) < 1e-9
        together.append(shared[equal].mean())
        apart.append(1 - shared[next_to].mean())
    figures = {"together": float(np.mean(together)), "apart": float(np.mean(apart))}
    yield Line("tiers-together", "units of equal truth", figures["together"], 0.90, True)
    yield Line("tiers-apart", "units three errors apart", figures["apart"], 0.80, True)


@benchmark("band-cost")
def band_cost(setup: Setup) -> Iterator[Line]:
    """Make the bands of a week and of a year, beside one read of its visits and grain."""
    office = generated(setup, setup.days[1])
    week, year = window("week", END), window("year", END)
    ways = {
        **{"week": partial(bands, office, week), "year": partial(bands, office, year)},
        "read": partial(_read, office, series(year, 2)),
    }
    times = take_turns(ways, setup.runs)
    seconds = medians(times)
    yield Line("bands-year", "bands of a year / one read of it", ratio(times, "year", "read"), 20.0)
    yield Line("bands-week", "seconds of a week's bands", seconds["week"], 0.3, seconds=seconds)


def _read(office: Office, windows: list[Window]) -> int:
    with reading(office.store) as connection:
        days = [day for span in windows for day in span.days]
        return sum(len(read_days(connection, days, name)) for name in ("visits", "grain"))


@benchmark("steady-rules")
def steady_rules(setup: Setup) -> Iterator[Line]:
    """Score the same weeks by the rules in force and by the steady ones, against the known truth."""
    steady = load_rules(ROOT / "data" / "rules" / "demo-2026-steady", demo_catalogue())
    compared = compare_rules({"old": demo_rules(), "steady": steady})
    old, new = (compared.loc[name].to_dict() for name in ("old", "steady"))
    figures = {"old error": old["error"], "steady error": new["error"]}
    what = "error of a week's score against the truth, steady / old rules"
    yield Line("steady-error", what, new["error"] / old["error"], 0.85, figures=figures)
    figures = {"old": old["correlation"], "steady": new["correlation"]}
    what = "correlation of neighbouring weeks, steady less old rules"
    gain = new["correlation"] - old["correlation"]
    yield Line("steady-weeks", what, gain, 0.0, True, figures=figures)


def compare_rules(rule_sets: dict[str, RuleSet], visits: int = 5, draws: int = 60) -> pd.DataFrame:
    """Compare what rules make of the same weeks: error against the truth, how neighbouring weeks agree.

    Returns: index name: error (root mean square, points), correlation (Spearman, within groups)
    """
    lines = []
    for name, rules in rule_sets.items():
        errors, agree = [], []
        for number in range(draws):
            city = make_city(number % _CITIES)
            rng = np.random.default_rng([number, 2])
            two = [measure(city, draw(city, visits, rng), rules)[0].scores for _ in range(2)]
            errors += [score - truth(city, rules) for score in two]
            agree += [
                spearmanr(*(score[city.group == group] for score in two))[0]
                for group in np.unique(city.group)
            ]
        error = float(np.sqrt(np.mean(np.square(errors))))
        lines.append({"name": name, "error": error, "correlation": float(np.nanmean(agree))})
    return pd.DataFrame(lines).set_index("name")
