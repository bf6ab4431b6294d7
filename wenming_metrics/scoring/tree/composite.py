"""综合考核: components to points to one total per unit, and every step of it as a line.

points = weight x value / full mark. A component without a figure is treated as the profile says,
and the treatment stands beside it. Years are weighted after each year has its own total; difficulty,
加减分 and the limits come last, as lines of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum
from types import MappingProxyType

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_sum, half_up
from wenming_metrics.rules.composite import Profile
from wenming_metrics.rules.model import Adjustments
from wenming_metrics.scoring.ranking.ranking import RANKED, VETOED, rank_units
from wenming_metrics.scoring.tree.adjusting import settle

INCOMPLETE = "缺项,不计综合分"
"""Status of a unit that has no composite score."""
OWN, SHARED, ZERO, MEAN, LEFT_OUT, OVER = (
    *("", "缺,权重分给其他项", "缺,按 0 分计", "缺,取同组平均", "缺", "超过满分,按满分计"),
)
"""How a component came by its points."""


@dataclass(frozen=True, eq=False)
class Weighed:
    """One period's components, per component (row) and unit (column).

    values - as used, NaN = none; weights - in force after missing components; points; treatments -
    one of the texts above; total - per unit, NaN = none
    """

    values: np.ndarray
    weights: np.ndarray
    points: np.ndarray
    treatments: np.ndarray
    total: np.ndarray


@dataclass(frozen=True, eq=False)
class Composed:
    """The composite scores of a period.

    units  - as given, with status, document_no (of a veto), score (rounded, NaN = none), exact,
             rank, tied
    parts  - one line per unit, year and component: unit, year (0 = the last one, -1 = before it),
             component (number), name, value, weight, points, treatment
    years  - one line per unit and year: unit, year, share, total (exact), treatment; empty where
             the profile weighs no years
    ledger - what came after: `scoring.tree.adjusting.settle`, column = position of the unit
    """

    units: pd.DataFrame
    parts: pd.DataFrame
    years: pd.DataFrame
    ledger: pd.DataFrame


def compose(
    units: pd.DataFrame,
    values: Sequence[np.ndarray],
    profile: Profile,
    ledger: pd.DataFrame,
    ranked_by: str = "published",
    ties: str = "competition",
    vetoes: Mapping[int, str] = MappingProxyType({}),
) -> Composed:
    """Make the composite scores.

    Takes:   units - unit, unit_name, group; values - per year, the last one asked for at the end
             (one where the profile weighs no years): array (component, unit), NaN = no figure
             ledger - decisions in the period, `scoring.tree.adjusting.LEDGER`
             ranked_by, ties - as `scoring.ranking.ranking.rank_units`; vetoes - position of a unit -> the
             document that strikes it: it keeps its score and has no place
    """
    groups = units["group"].to_numpy(object)
    weighed = [weigh(one, groups, profile) for one in values]
    total, years = _over_years(weighed, groups, units, profile)
    told = profile.adjustments or Adjustments()
    lines = ledger if profile.adjustments else ledger.iloc[:0]
    told = replace(told, difficulty=profile.coefficient, above_full=profile.above_full)
    final, lines = settle(total, groups, lines, told, profile.full_mark)
    documents = [vetoes.get(position, "") for position in range(len(units))]
    status = np.select([np.isnan(final), np.array(documents, bool)], [INCOMPLETE, VETOED], RANKED)
    given = units.assign(score=final, status=status.astype(object), document_no=documents)
    ranked = rank_units(given, profile.decimals, ranked_by, ties).assign(exact=final)
    return Composed(ranked, _parts(weighed, units, profile), years, lines)


def weigh(values: np.ndarray, groups: np.ndarray, profile: Profile) -> Weighed:
    """Weigh the components of one period.

    Takes: values - array (component, unit), NaN = no figure; groups - per unit
    """
    full = np.array([one.full_mark for one in profile.components])[:, None]
    plain = np.array([one.weight for one in profile.components])[:, None]
    rates, seen = values / full, ~np.isnan(values)
    treatments = np.where(seen, OWN, LEFT_OUT).astype(object)
    if not profile.above_full:
        treatments[seen & (rates > 1)] = OVER
        rates = np.minimum(rates, 1.0)
    if profile.missing == "zero":
        rates, treatments[~seen] = np.where(seen, rates, 0.0), ZERO
    elif profile.missing == "peer_mean":
        means = _peer_means(rates, groups)
        treatments[~seen & ~np.isnan(means)] = MEAN
        rates = np.where(seen, rates, means)
    weights = _weights(plain, rates, treatments, profile.missing)
    points = weights * rates
    for number, one in enumerate(profile.components):
        if one.printed:
            points[number] = half_up(points[number], profile.decimals)
    nothing = ~seen.any(axis=0) | np.isnan(points).all(axis=0)
    lacks = np.isnan(rates).any(axis=0) if profile.missing == "exclude" else nothing
    total = np.where(nothing | lacks, np.nan, exact_sum(np.nan_to_num(points), 0))
    return Weighed(rates * full, weights, points, treatments, total)


def worked_line(composed: Composed, unit: int, profile: Profile) -> str:
    """Write a unit's score as a sum that a calculator can check; "" for a unit without score.

    「0.85 × 88.45 + 0.15 × 91.67 = 88.93」
    """
    (line,) = composed.units[composed.units["unit"] == unit].to_dict("records")
    if np.isnan(line["score"]):
        return ""
    if len(composed.years):
        own, shared = composed.years[composed.years["unit"] == unit].dropna(subset=["total"]), 1.0
        terms = [f"{_plain(y.share)} × {_plain(y.total)}" for y in own.itertuples()]
    else:
        own = composed.parts[composed.parts["unit"] == unit].dropna(subset=["points"])
        terms, shared = _terms(own, profile)
    said = " + ".join(terms)
    said = f"({said}) ÷ {_plain(shared)}" if shared != 1.0 else said
    at = composed.units["unit"].tolist().index(unit)
    factor = profile.coefficient.get(line["group"], 1.0)
    said = f"({said}) × {factor:g}" if factor != 1.0 else said
    ours = composed.ledger[composed.ledger["column"] == at]
    for one in ours[(ours["counted"] != 0) & (ours["kind"] != "难度系数")].itertuples():
        sign = "+" if one.counted > 0 else "−"
        said += f" {sign} {_plain(abs(one.counted))}({one.kind})"
    return f"{said} = {line['score']:.{profile.decimals}f}"


def _terms(own: pd.DataFrame, profile: Profile) -> tuple[list[str], float]:
    """Write the components that a unit has, by their plain weights, and the share these make up."""
    parts = profile.components
    whole = fsum(one.weight for one in parts)
    share = fsum(parts[at].weight for at in own["component"]) / whole
    if any(parts[at].printed for at in own["component"]):
        share = 1.0  # what is rounded by itself is written with the weight that it had
    terms = []
    for part in own.itertuples():
        component = parts[part.component]
        weight = component.weight if share != 1.0 else part.weight
        term = f"{_plain(weight / component.full_mark)} × {_plain(part.value)}"
        rounded = f"(取 {part.points:.{profile.decimals}f})" if component.printed else ""
        terms.append(term + rounded)
    return terms, share


def _plain(number: float) -> str:
    """Write a number with up to four decimals, without zeros behind."""
    return f"{float(half_up(number, 4)):.4f}".rstrip("0").rstrip(".")


def _weights(plain: np.ndarray, rates: np.ndarray, treated: np.ndarray, rule: str) -> np.ndarray:
    """Share out the weight of what is missing among what is there; marks it in `treated`."""
    there = ~np.isnan(rates)
    if rule == "exclude":
        return np.broadcast_to(plain, rates.shape).copy()
    treated[~there] = SHARED
    observed = exact_sum(plain * there, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(observed > 0, exact_sum(plain, 0) / observed, np.nan)
    return np.where(there, plain * factor, 0.0)


def _peer_means(rates: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Give per component and unit the plain mean of those of its group that have a figure."""
    found = np.full_like(rates, np.nan)
    for group in dict.fromkeys(groups.tolist()):
        own = groups == group
        count = (~np.isnan(rates[:, own])).sum(axis=1)
        sums = exact_sum(np.nan_to_num(rates[:, own]))
        with np.errstate(invalid="ignore", divide="ignore"):
            found[:, own] = np.where(count > 0, sums / count, np.nan)[:, None]
    return found


def _over_years(
    weighed: Sequence[Weighed], groups: np.ndarray, units: pd.DataFrame, profile: Profile
) -> tuple[np.ndarray, pd.DataFrame]:
    """Weigh the totals of consecutive years; a year without total is treated as a component is."""
    if not profile.years:
        return weighed[-1].total, pd.DataFrame(
            columns=["unit", "year", "share", "total", "treatment"]
        )
    whole = np.array([one.total for one in weighed])
    shares = np.array(profile.years)[:, None]
    seen = ~np.isnan(whole)
    treated = np.where(seen, OWN, LEFT_OUT).astype(object)
    if profile.missing == "zero":
        whole, treated[~seen] = np.where(seen, whole, 0.0), ZERO
    elif profile.missing == "peer_mean":
        means = _peer_means(whole, groups)
        treated[~seen & ~np.isnan(means)] = MEAN
        whole = np.where(seen, whole, means)
    shares = _weights(shares, whole, treated, profile.missing)
    lacks = np.isnan(whole).any(axis=0) if profile.missing == "exclude" else ~seen.any(axis=0)
    total = np.where(lacks, np.nan, exact_sum(np.nan_to_num(shares * whole), 0))
    parts = [
        pd.DataFrame(
            {
                **{"unit": units["unit"].to_numpy(), "year": at - len(weighed) + 1},
                **{"share": shares[at], "total": whole[at], "treatment": treated[at]},
            }
        )
        for at in range(len(weighed))
    ]
    return total, pd.concat(parts, ignore_index=True)


def _parts(weighed: Sequence[Weighed], units: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    lines = []
    for at, one in enumerate(weighed):
        for number, component in enumerate(profile.components):
            lines.append(
                pd.DataFrame(
                    {
                        **{"unit": units["unit"].to_numpy(), "year": at - len(weighed) + 1},
                        **{"component": number, "name": component.name},
                        **{"value": one.values[number], "weight": one.weights[number]},
                        **{"points": one.points[number], "treatment": one.treatments[number]},
                    }
                )
            )
    return pd.concat(lines, ignore_index=True)
