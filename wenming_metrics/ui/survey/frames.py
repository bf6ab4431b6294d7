"""The answers of `queries.survey.rates` laid out for figures and tables of the page 两率一度.

Pure frames, no Streamlit: who may be compared, what stands apart, in which order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.charts.dot_plot import Section
from wenming_metrics.charts.funnel import CLEARLY, PERHAPS, SAME
from wenming_metrics.charts.funnel import FunnelLimits as Bounds
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.survey.rates import Rates
from wenming_metrics.queries.survey.waves import group_name
from wenming_metrics.scoring.survey.funnel import INNER, OUTER, funnel
from wenming_metrics.scoring.survey.rates import ALIKE, CAUTION, CAUTION_ALIKE, HIDDEN
from wenming_metrics.ui.survey.sentences import VERDICTS, between, hover, percent, remark, spelled

APART, NOT_COMPARED = "样本不足", "仅供参考，不参与排名"
_COMPARED = ("", CAUTION, ALIKE, CAUTION_ALIKE)
"""States of units that are ranked and compared with the city."""
_CURVE = 120
"""Points of the curve of the limits."""


@dataclass(frozen=True)
class ChosenRate:
    """What a reader looks at: a wave, a rate (its code), a group of units by its name ("" = all)."""

    wave: Window
    rate: str
    group: str = ""

    @property
    def key(self) -> str:
        """What a selectable table of this choice must carry in its key."""
        return f"{self.wave.key}-{self.rate}-{self.group}"


def totals_of(totals: pd.DataFrame, rate: str, level: str = "city", name: str = "") -> pd.DataFrame:
    """Give the lines of the city, or of a group by its name ("" = all of the level), of one rate."""
    of_rate = totals[(totals["rate"] == rate) & (totals["level"] == level)]
    return of_rate[of_rate["name"] == name] if name else of_rate


def city_of(totals: pd.DataFrame, rate: str) -> float:
    """Give the city's figure (per cent), NaN without one."""
    city_line = totals_of(totals, rate)
    return float(city_line["value"].iloc[0]) if len(city_line) else float("nan")


def units_of(units: pd.DataFrame, rate: str, city: float, group: str = "") -> pd.DataFrame:
    """Give the units of one rate, each compared with the city.

    Takes:   units - as `queries.survey.rates.Rates.units`; city - its figure (per cent, NaN = none);
             group - its name, "" = all
    Returns: the columns of `units`, and judged (may be compared), verdict (of VERDICTS, 0 where not
             judged); the highest first, those that stand apart last, by name
    """
    of_rate = units[units["rate"] == rate]
    of_rate = of_rate.assign(group=of_rate["group"].map(group_name))
    of_rate = of_rate[of_rate["group"] == group] if group else of_rate
    low, high, far_low, far_high = _bounds(city, of_rate["n"].to_numpy(float))
    value = of_rate["value"].to_numpy(float)
    judged = of_rate["state"].isin(_COMPARED).to_numpy() & ~np.isnan(value) & ~np.isnan(city)
    with np.errstate(invalid="ignore"):
        side = np.sign(value - city)
        far = (value < far_low) | (value > far_high)
        near = (value < low) | (value > high)
    size = np.select([~judged, far, near], [SAME, CLEARLY, PERHAPS], SAME)
    verdict = np.where(judged, size * np.nan_to_num(side), 0).astype(int)
    compared = of_rate.assign(
        **{"judged": judged, "verdict": verdict, "compared": of_rate["state"].isin(_COMPARED)},
        group_order=pd.factorize(of_rate["group"])[0],
    )
    # Those that stand apart are not parted by groups: they are compared with nobody.
    compared["group_order"] = compared["group_order"].where(compared["compared"], 0)
    order = ["compared", "group_order", "shown", "unit"]
    compared = compared.sort_values(order, ascending=[False, True, False, True], kind="stable")
    return compared.drop(columns=["compared", "group_order"]).reset_index(drop=True)


def _bounds(city: float, n: np.ndarray) -> tuple[np.ndarray, ...]:
    """Give the near and the far limits around the city, in per cent."""
    pairs = [funnel(city / 100, n, level) for level in (INNER, OUTER)]
    return tuple(100 * np.asarray(side, float) for pair in pairs for side in pair)


def chosen_units(wave_rates: Rates, choice: ChosenRate) -> pd.DataFrame:
    """List the units of the chosen rate and group, each compared with the city."""
    city = city_of(wave_rates.totals, choice.rate)
    return units_of(wave_rates.units, choice.rate, city, choice.group)


def funnel_bounds(city: float, units: pd.DataFrame) -> Bounds:
    """Give the curves of the limits, up to a little more questionnaires than any unit has."""
    most = float(units["n"].max()) if len(units) else 100.0
    n = np.unique(np.linspace(5, max(most * 1.06, 30), _CURVE).round())
    low, high, far_low, far_high = _bounds(city, n)
    lines = {"n": n, "low": low, "high": high, "far_low": far_low, "far_high": far_high}
    return Bounds(city, pd.DataFrame(lines))


def funnel_units(units: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Give the units of the funnel: all that are shown; those that stand apart get no verdict."""
    public = units[units["state"] != HIDDEN]
    hovers = [
        f"{hover(line, decimals)}<br>{VERDICTS[line['verdict']] if line['judged'] else '不作比较'}"
        for line in public.to_dict("records")
    ]
    return public.assign(name=public["unit_name"], quiet=~public["judged"], hover=hovers)


def sections(units: pd.DataFrame, totals: pd.DataFrame, decimals: int) -> list[Section]:
    """Lay out the units for dots: each group under its figure, then those with too few, apart.

    Takes: units - of `units_of`; totals - lines of the groups, of one rate
    """
    ranked = units[units["state"].isin(_COMPARED)]
    groups = list(dict.fromkeys(units["group"]))
    of = totals.set_index("name")
    laid_out = []
    for group in groups:
        group_units = ranked[ranked["group"] == group]
        if group_units.empty:
            continue
        group_total = of.loc[group] if group in of.index else None
        title = group if len(groups) > 1 else ""
        laid_out.append(
            Section(
                title,
                _lines(group_units, decimals),
                _group_mark(group_total, decimals) if title else None,
            )
        )
    apart = units[~units["state"].isin([*_COMPARED, HIDDEN])]
    if len(apart):
        laid_out.append(Section(APART, _lines(apart, decimals), note=NOT_COMPARED, quiet=True))
    return laid_out


def _lines(units: pd.DataFrame, decimals: int) -> pd.DataFrame:
    lines = units.to_dict("records")
    return pd.DataFrame(
        {
            "name": units["unit_name"].to_numpy(),
            **{name: units[name].to_numpy(float) for name in ("value", "low", "high")},
            "said": [
                f"<b>{percent(line['shown'], decimals)}</b> {line['n']:,.0f}份"
                f"{'*' if line['state'] in (CAUTION, CAUTION_ALIKE) else ''}"
                for line in lines
            ],
            "hover": [hover(line, decimals) for line in lines],
        }
    )


def _group_mark(total: pd.Series | None, decimals: int) -> tuple[float, float, float, str] | None:
    if total is None or pd.isna(total["value"]):
        return None
    figure = percent(total["shown"], decimals)
    return float(total["value"]), float(total["low"]), float(total["high"]), figure


def table_of(units: pd.DataFrame, decimals: int, hide: int) -> pd.DataFrame:
    """Give the lines of the table of units: place, figure, margin of error, what it means.

    Returns: unit, place, unit_name, group, figure, margin, n, flagged, against, remark; figures of hidden
             units are words
    """
    lines = units.to_dict("records")
    ranks = ["" if pd.isna(line["place"]) else f"{line['place']:.0f}" for line in lines]
    columns = units[["unit", "unit_name", "group", "n", "flagged"]].reset_index(drop=True)
    return columns.assign(place=ranks, against=_against(lines), **spelled(lines, decimals, hide))


def _against(lines: list[dict]) -> list[str]:
    return [VERDICTS[line["verdict"]] if line["judged"] else "" for line in lines]


def file_lines(wave_rates: Rates) -> pd.DataFrame:
    """Give the units of every rate as a file lists them, rate by rate, as `units_of` orders them.

    Returns: the columns of `units_of`, and against, remark (words)
    """
    by_rate = [
        units_of(wave_rates.units, rate.code, city_of(wave_rates.totals, rate.code))
        for rate in wave_rates.survey.rates
    ]
    lines, hide = pd.concat(by_rate, ignore_index=True), wave_rates.survey.limits.hide
    records = lines.to_dict("records")
    return lines.assign(
        against=_against(records),
        remark=[remark(record["state"], record["n"], hide) for record in records],
    )


def short_title(wave: Window) -> str:
    """Name a wave in two short lines, for the axis of a figure: 「2026年<br>第三季度」."""
    year = f"{wave.start.year}年"
    return f"{year}<br>{wave.title.removeprefix(year)}" if wave.title != year else year


def course_lines(course: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Lay out the waves of a rate. Takes: course - as `queries.survey.trend.course`, oldest first"""
    lines = course.to_dict("records")
    hovers = [
        f"<b>{line['wave'].title} {percent(line['shown'], decimals)}</b><br>"
        f"误差范围 {between(line['low'], line['high']) or '—'}<br>有效 {line['n']:,} 份"
        for line in lines
    ]
    return course.drop(columns="wave").assign(
        label=[short_title(wave) for wave in course["wave"]],
        title=[wave.title for wave in course["wave"]],
        figure=[percent(value, decimals) for value in course["shown"]],
        margin=[between(line["low"], line["high"]) for line in lines],
        hover=hovers,
    )
