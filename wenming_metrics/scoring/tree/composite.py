"""综合考核: components to points to one total per unit, and every step of it as a line.

points = weight x rate, and they are added up; or the rates are multiplied, each to the power of its share of
the weight (加权几何平均), so that one weak component is not made good by the others. A component without a figure is treated as the profile says,
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

from wenming_metrics.domain.numbers import exact_sum, half_up, quotient, rounded
from wenming_metrics.rules.composite import Component, Prize, Profile
from wenming_metrics.rules.model import Adjustments
from wenming_metrics.scoring.ranking.ranking import RANKED, VETOED, rank_units
from wenming_metrics.scoring.tree.adjusting import settle

INCOMPLETE = "缺项，不计综合分"
"""Status of a unit that has no composite score."""
OWN, SHARED, ZERO, MEAN, LEFT_OUT, OVER, UNDER = (
    *("", "缺，权重分给其他项", "缺，按 0 分计", "缺，取同组平均", "缺", "超过满分，按满分计"),
    "不到下限，按 0 分计",
)
"""How a component came by its points."""


@dataclass(frozen=True, eq=False)
class WeighedComponents:
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
    component_lines - one line per unit, year and component: unit, year (0 = the last one, -1 = before it),
             component (number), name, value, weight, points, treatment
    years  - one line per unit and year: unit, year, share, total (exact), treatment; empty where
             the profile weighs no years
    ledger - what came after: `scoring.tree.adjusting.settle`, column = position of the unit
    """

    units: pd.DataFrame
    component_lines: pd.DataFrame
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
    weighed = [weigh(year_values, groups, profile) for year_values in values]
    total, years = _over_years(weighed, groups, units, profile)
    adjustments = profile.adjustments or Adjustments()
    lines = ledger if profile.adjustments else ledger.iloc[:0]
    adjustments = replace(
        adjustments, difficulty=profile.coefficient, above_full=profile.above_full
    )
    final, lines = settle(total, groups, lines, adjustments, profile.full_mark)
    documents = [vetoes.get(position, "") for position in range(len(units))]
    status = np.select([np.isnan(final), np.array(documents, bool)], [INCOMPLETE, VETOED], RANKED)
    scored = units.assign(score=final, status=status.astype(object), document_no=documents)
    ranked = rank_units(scored, profile.decimals, ranked_by, ties).assign(exact=final)
    return Composed(ranked, _component_lines(weighed, units, profile), years, lines)


def weigh(values: np.ndarray, groups: np.ndarray, profile: Profile) -> WeighedComponents:
    """Weigh the components of one period.

    Takes: values - array (component, unit), NaN = no figure; groups - per unit
    """
    full = np.array([component.full_mark for component in profile.components])[:, None]
    plain = np.array([component.weight for component in profile.components])[:, None]
    seen = ~np.isnan(values)
    rates = np.array(
        [
            _scaled(row, component, groups)
            for row, component in zip(values, profile.components, strict=True)
        ]
    ).reshape(values.shape)
    treatments = np.where(seen, OWN, LEFT_OUT).astype(object)
    is_scaled = np.array([[component.scale != "share"] for component in profile.components])
    treatments[seen & (rates < 0) & is_scaled] = UNDER
    rates = np.where(is_scaled, np.maximum(rates, 0.0), rates)
    capped = is_scaled | (not profile.above_full)
    treatments[seen & (rates > 1) & capped] = OVER
    rates = np.where(capped, np.minimum(rates, 1.0), rates)
    rates = _fill(rates, treatments, groups, profile.missing)
    weights = _weights(plain, rates, treatments, profile.missing)
    points = weights * rates
    for number, component in enumerate(profile.components):
        if component.printed:
            points[number] = half_up(points[number], profile.decimals)
    nothing = ~seen.any(axis=0) | np.isnan(points).all(axis=0)
    lacks = np.isnan(rates).any(axis=0) if profile.missing == "exclude" else nothing
    combined = exact_sum(np.nan_to_num(points), 0)
    if profile.combine == "geometric":
        combined = exact_sum(plain, 0) * _geometric(rates, weights)
    total = np.where(nothing | lacks, np.nan, combined)
    raw = np.where(is_scaled & seen, values, rates * full)
    return WeighedComponents(raw, weights, points, treatments, total)


def _scaled(values: np.ndarray, component: Component, groups: np.ndarray) -> np.ndarray:
    """Bring the figures of a component to rates: 0 and less at the worst, 1 and more at the best."""
    if component.scale == "share":
        return values / component.full_mark
    if component.scale == "minmax":
        return _between_ends(values, groups)
    amounts, worst, best = values, component.worst, component.best
    if component.scale == "log":
        # What has no logarithm lies beyond the post that is nearer to nothing.
        amounts = np.log(np.where(values > 0, values, min(worst, best) / 2))
        amounts = np.where(np.isnan(values), np.nan, amounts)
        worst, best = np.log(worst), np.log(best)
    return (amounts - worst) / (best - worst)


def _between_ends(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Put figures between the least and the greatest of their group; where all are equal, nobody is less: 1."""
    rates = np.full(len(values), np.nan)
    for group in dict.fromkeys(groups.tolist()):
        members = (groups == group) & ~np.isnan(values)
        if not members.any():
            continue
        low, high = values[members].min(), values[members].max()
        rates[members] = (values[members] - low) / (high - low) if high > low else 1.0
    return rates


def _geometric(rates: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Give the geometric mean of rates by their weights, per unit; a rate of 0 makes it 0."""
    weighed = np.where((weights > 0) & ~np.isnan(rates), weights, 0.0)
    with np.errstate(divide="ignore"):  # the logarithm of 0: the mean is 0
        logs = np.log(np.where(weighed > 0, rates, 1.0))
    share = quotient(weighed, exact_sum(weighed, 0), 0.0)
    lost = ((rates == 0) & (weighed > 0)).any(axis=0)
    mean = np.exp(exact_sum(np.where(np.isinf(logs), 0.0, logs) * share, 0))
    return rounded(np.where(lost, 0.0, mean))


def awards_of(lines: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Say what each unit gets by its place in its group and its score. Ties get it together.

    Takes:   lines - rank, score, group
    Returns: of the same index: prize (names, "" = none), award (yuan), award_why ("" = nothing)
    """
    awards = []
    for line in lines.itertuples():
        won = [
            prize
            for prize in profile.prizes
            if not pd.isna(line.rank)
            and prize.first <= line.rank <= prize.last
            and line.score >= prize.least
        ]
        reasons = [_award_reason(line, prize) for prize in won]
        titles = "、".join(prize.title for prize in won)
        awards.append((titles, sum(prize.amount for prize in won), "；".join(reasons)))
    return pd.DataFrame(awards, lines.index, ["prize", "award", "award_why"])


def _award_reason(line: tuple, prize: Prize) -> str:
    ranks = f"第{prize.first}" + (f"—{prize.last}" if prize.last > prize.first else "")
    least = f"，得分{line.score:g}不低于{prize.least:g}" if prize.least else ""
    amount = f"，奖补{prize.amount:,.0f}元" if prize.amount else ""
    group = line.group or "本组"
    return f"{group}第{line.rank}名，{prize.title}为{ranks}名{least}{amount}"


def worked_line(composed: Composed, unit: int, profile: Profile) -> str:
    """Write a unit's score as a sum that a calculator can check; "" for a unit without score.

    「0.85 × 88.45 + 0.15 × 91.67 = 88.93」
    """
    (line,) = composed.units[composed.units["unit"] == unit].to_dict("records")
    if np.isnan(line["score"]):
        return ""
    if len(composed.years):
        unit_lines, shared = (
            composed.years[composed.years["unit"] == unit].dropna(subset=["total"]),
            1.0,
        )
        terms = [f"{_plain(y.share)} × {_plain(y.total)}" for y in unit_lines.itertuples()]
    else:
        unit_lines = composed.component_lines[composed.component_lines["unit"] == unit].dropna(
            subset=["points"]
        )
        terms, shared = _terms(unit_lines, profile)
    formula = (" × " if profile.combine == "geometric" else " + ").join(terms)
    if profile.combine == "geometric" and not len(composed.years):
        full = fsum(component.weight for component in profile.components)
        formula, shared = f"{_plain(full)} × {formula}", 1.0
    formula = f"({formula}) ÷ {_plain(shared)}" if shared != 1.0 else formula
    position = composed.units["unit"].tolist().index(unit)
    factor = profile.coefficient.get(line["group"], 1.0)
    formula = f"({formula}) × {factor:g}" if factor != 1.0 else formula
    ours = composed.ledger[composed.ledger["column"] == position]
    for adjustment in ours[(ours["counted"] != 0) & (ours["kind"] != "难度系数")].itertuples():
        sign = "+" if adjustment.counted > 0 else "−"
        formula += f" {sign} {_plain(abs(adjustment.counted))}（{adjustment.kind}）"
    return f"{formula} = {line['score']:.{profile.decimals}f}"


def _terms(unit_lines: pd.DataFrame, profile: Profile) -> tuple[list[str], float]:
    """Write the components that a unit has, by their plain weights, and the share these make up."""
    components = profile.components
    total_weight = fsum(component.weight for component in components)
    share = fsum(components[number].weight for number in unit_lines["component"]) / total_weight
    if any(components[number].printed for number in unit_lines["component"]):
        share = 1.0  # what is rounded by itself is written with the weight that it had
    terms = []
    if profile.combine == "geometric":
        weight_sum = fsum(unit_lines["weight"])
        powers = zip(unit_lines["points"], unit_lines["weight"], strict=True)
        return [f"{_plain(p / w)}^{_plain(w / weight_sum)}" for p, w in powers if w > 0], 1.0
    for line in unit_lines.itertuples():
        component = components[line.component]
        if component.scale != "share":
            weight = component.weight if share != 1.0 else line.weight
            terms.append(f"{_plain(weight)} × {_plain(line.points / line.weight)}")
            continue
        weight = component.weight if share != 1.0 else line.weight
        term = f"{_plain(weight / component.full_mark)} × {_plain(line.value)}"
        rounded = f"（取 {line.points:.{profile.decimals}f}）" if component.printed else ""
        terms.append(term + rounded)
    return terms, share


def _plain(number: float) -> str:
    """Write a number with up to four decimals, without zeros behind."""
    return f"{float(half_up(number, 4)):.4f}".rstrip("0").rstrip(".")


def _weights(plain: np.ndarray, rates: np.ndarray, treated: np.ndarray, rule: str) -> np.ndarray:
    """Share out the weight of what is missing among what is there; marks it in `treated`."""
    present = ~np.isnan(rates)
    if rule == "exclude":
        return np.broadcast_to(plain, rates.shape).copy()
    treated[~present] = SHARED
    factor = quotient(exact_sum(plain, 0), exact_sum(plain * present, 0))
    return np.where(present, plain * factor, 0.0)


def _fill(
    values: np.ndarray, treatments: np.ndarray, groups: np.ndarray, missing: str
) -> np.ndarray:
    """Fill in what the profile puts where there is no figure (NaN), and note it in `treatments`."""
    seen = ~np.isnan(values)
    if missing == "zero":
        treatments[~seen] = ZERO
        return np.where(seen, values, 0.0)
    if missing == "peer_mean":
        means = _peer_means(values, groups)
        treatments[~seen & ~np.isnan(means)] = MEAN
        return np.where(seen, values, means)
    return values


def _peer_means(rates: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Give per component and unit the plain mean of those of its group that have a figure."""
    means = np.full_like(rates, np.nan)
    for group in dict.fromkeys(groups.tolist()):
        in_group = groups == group
        count = (~np.isnan(rates[:, in_group])).sum(axis=1)
        sums = exact_sum(np.nan_to_num(rates[:, in_group]))
        means[:, in_group] = quotient(sums, count)[:, None]
    return means


def _over_years(
    weighed: Sequence[WeighedComponents], groups: np.ndarray, units: pd.DataFrame, profile: Profile
) -> tuple[np.ndarray, pd.DataFrame]:
    """Weigh the totals of consecutive years; a year without total is treated as a component is."""
    if not profile.years:
        return weighed[-1].total, pd.DataFrame(
            columns=["unit", "year", "share", "total", "treatment"]
        )
    totals = np.array([year.total for year in weighed])
    shares = np.array(profile.years)[:, None]
    seen = ~np.isnan(totals)
    treated = np.where(seen, OWN, LEFT_OUT).astype(object)
    totals = _fill(totals, treated, groups, profile.missing)
    shares = _weights(shares, totals, treated, profile.missing)
    lacks = np.isnan(totals).any(axis=0) if profile.missing == "exclude" else ~seen.any(axis=0)
    total = np.where(lacks, np.nan, exact_sum(np.nan_to_num(shares * totals), 0))
    frames = [
        pd.DataFrame(
            {
                **{"unit": units["unit"].to_numpy(), "year": index - len(weighed) + 1},
                **{"share": shares[index], "total": totals[index], "treatment": treated[index]},
            }
        )
        for index in range(len(weighed))
    ]
    return total, pd.concat(frames, ignore_index=True)


def _component_lines(
    weighed: Sequence[WeighedComponents], units: pd.DataFrame, profile: Profile
) -> pd.DataFrame:
    lines = []
    for index, year in enumerate(weighed):
        for number, component in enumerate(profile.components):
            lines.append(
                pd.DataFrame(
                    {
                        **{"unit": units["unit"].to_numpy(), "year": index - len(weighed) + 1},
                        **{"component": number, "name": component.name},
                        **{"value": year.values[number], "weight": year.weights[number]},
                        **{"points": year.points[number], "treatment": year.treatments[number]},
                    }
                )
            )
    return pd.concat(lines, ignore_index=True)
