"""The answers of `queries.survey.rates` laid out for figures and tables of the page 两率一度.

Pure frames, no Streamlit: who may be compared, what stands apart, in which order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.charts.dot_plot import Section
from wenming_metrics.charts.funnel import CLEARLY, PERHAPS, SAME
from wenming_metrics.charts.funnel import Limits as Bounds
from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.survey.rates import Rates
from wenming_metrics.queries.survey.waves import group_name
from wenming_metrics.scoring.survey.funnel import INNER, OUTER, funnel
from wenming_metrics.scoring.survey.rates import CAUTION, HIDDEN
from wenming_metrics.ui.survey.sentences import VERDICTS, between, hover, percent, remark, spelled

APART, NOT_COMPARED = "样本不足", "仅供参考,不参与排名"
_COMPARED = ("", CAUTION)
"""States of units that are ranked and compared with the city."""
_CURVE = 120
"""Points of the curve of the limits."""


@dataclass(frozen=True)
class Chosen:
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
    own = totals[(totals["rate"] == rate) & (totals["level"] == level)]
    return own[own["name"] == name] if name else own


def city_of(totals: pd.DataFrame, rate: str) -> float:
    """Give the city's figure (per cent), NaN without one."""
    own = totals_of(totals, rate)
    return float(own["value"].iloc[0]) if len(own) else float("nan")


def units_of(units: pd.DataFrame, rate: str, city: float, group: str = "") -> pd.DataFrame:
    """Give the units of one rate, each compared with the city.

    Takes:   units - as `queries.survey.rates.Rates.units`; city - its figure (per cent, NaN = none);
             group - its name, "" = all
    Returns: the columns of `units`, and judged (may be compared), verdict (of VERDICTS, 0 where not
             judged); the highest first, those that stand apart last, by name
    """
    own = units[units["rate"] == rate]
    own = own.assign(group=own["group"].map(group_name))
    own = own[own["group"] == group] if group else own
    low, high, far_low, far_high = _bounds(city, own["n"].to_numpy(float))
    value = own["value"].to_numpy(float)
    judged = own["state"].isin(_COMPARED).to_numpy() & ~np.isnan(value) & ~np.isnan(city)
    with np.errstate(invalid="ignore"):
        side = np.sign(value - city)
        far = (value < far_low) | (value > far_high)
        near = (value < low) | (value > high)
    size = np.select([~judged, far, near], [SAME, CLEARLY, PERHAPS], SAME)
    verdict = np.where(judged, size * np.nan_to_num(side), 0).astype(int)
    found = own.assign(
        **{"judged": judged, "verdict": verdict, "compared": own["state"].isin(_COMPARED)},
        group_order=pd.factorize(own["group"])[0],
    )
    # Those that stand apart are not parted by groups: they are compared with nobody.
    found["group_order"] = found["group_order"].where(found["compared"], 0)
    order = ["compared", "group_order", "shown", "unit"]
    found = found.sort_values(order, ascending=[False, True, False, True], kind="stable")
    return found.drop(columns=["compared", "group_order"]).reset_index(drop=True)


def _bounds(city: float, n: np.ndarray) -> tuple[np.ndarray, ...]:
    """Give the near and the far limits around the city, in per cent."""
    pairs = [funnel(city / 100, n, level) for level in (INNER, OUTER)]
    return tuple(100 * np.asarray(side, float) for pair in pairs for side in pair)


def funnel_bounds(city: float, units: pd.DataFrame) -> Bounds:
    """Give the curves of the limits, up to a little more questionnaires than any unit has."""
    most = float(units["n"].max()) if len(units) else 100.0
    n = np.unique(np.linspace(5, max(most * 1.06, 30), _CURVE).round())
    low, high, far_low, far_high = _bounds(city, n)
    lines = {"n": n, "low": low, "high": high, "far_low": far_low, "far_high": far_high}
    return Bounds(city, pd.DataFrame(lines))


def funnel_units(units: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Give the units of the funnel: all that are shown; those that stand apart get no verdict."""
    shown = units[units["state"] != HIDDEN]
    told = [
        f"{hover(one, decimals)}<br>{VERDICTS[one['verdict']] if one['judged'] else '不作比较'}"
        for one in shown.to_dict("records")
    ]
    return shown.assign(name=shown["unit_name"], quiet=~shown["judged"], hover=told)


def sections(units: pd.DataFrame, totals: pd.DataFrame, decimals: int) -> list[Section]:
    """Lay out the units for dots: each group under its figure, then those with too few, apart.

    Takes: units - of `units_of`; totals - lines of the groups, of one rate
    """
    ranked = units[units["state"].isin(_COMPARED)]
    groups = list(dict.fromkeys(units["group"]))
    of = totals.set_index("name")
    found = []
    for group in groups:
        own = ranked[ranked["group"] == group]
        if own.empty:
            continue
        whole = of.loc[group] if group in of.index else None
        title = group if len(groups) > 1 else ""
        found.append(
            Section(title, _lines(own, decimals), _whole(whole, decimals) if title else None)
        )
    apart = units[~units["state"].isin([*_COMPARED, HIDDEN])]
    if len(apart):
        found.append(Section(APART, _lines(apart, decimals), said=NOT_COMPARED, quiet=True))
    return found


def _lines(units: pd.DataFrame, decimals: int) -> pd.DataFrame:
    lines = units.to_dict("records")
    return pd.DataFrame(
        {
            "name": units["unit_name"].to_numpy(),
            **{name: units[name].to_numpy(float) for name in ("value", "low", "high")},
            "said": [
                f"<b>{percent(one['shown'], decimals)}</b> {one['n']:,.0f}份"
                f"{'*' if one['state'] == CAUTION else ''}"
                for one in lines
            ],
            "hover": [hover(one, decimals) for one in lines],
        }
    )


def _whole(total: pd.Series | None, decimals: int) -> tuple[float, float, float, str] | None:
    if total is None or pd.isna(total["value"]):
        return None
    said = percent(total["shown"], decimals)
    return float(total["value"]), float(total["low"]), float(total["high"]), said


def table_of(units: pd.DataFrame, decimals: int, hide: int) -> pd.DataFrame:
    """Give the lines of the table of units: place, figure, margin of error, what it means.

    Returns: unit, place, unit_name, group, figure, margin, n, flagged, against, remark; figures of hidden
             units are words
    """
    lines = units.to_dict("records")
    places = ["" if pd.isna(line["place"]) else f"{line['place']:.0f}" for line in lines]
    shown = units[["unit", "unit_name", "group", "n", "flagged"]].reset_index(drop=True)
    return shown.assign(place=places, against=_against(lines), **spelled(lines, decimals, hide))


def _against(lines: list[dict]) -> list[str]:
    return [VERDICTS[line["verdict"]] if line["judged"] else "" for line in lines]


def file_lines(found: Rates) -> pd.DataFrame:
    """Give the units of every rate as a file lists them, rate by rate, as `units_of` orders them.

    Returns: the columns of `units_of`, and against, remark (words)
    """
    parts = [
        units_of(found.units, rate.code, city_of(found.totals, rate.code))
        for rate in found.survey.rates
    ]
    lines, hide = pd.concat(parts, ignore_index=True), found.survey.limits.hide
    told = lines.to_dict("records")
    return lines.assign(
        against=_against(told),
        remark=[remark(one["state"], one["n"], hide) for one in told],
    )


def short_title(wave: Window) -> str:
    """Name a wave in two short lines, for the axis of a figure: 「2026年<br>第三季度」."""
    year = f"{wave.start.year}年"
    return f"{year}<br>{wave.title.removeprefix(year)}" if wave.title != year else year


def course_lines(course: pd.DataFrame, decimals: int) -> pd.DataFrame:
    """Lay out the waves of a rate. Takes: course - as `queries.survey.trend.course`, oldest first"""
    lines = course.to_dict("records")
    told = [
        f"<b>{one['wave'].title} {percent(one['shown'], decimals)}</b><br>"
        f"误差范围 {between(one['low'], one['high']) or '—'}<br>有效 {one['n']:,} 份"
        for one in lines
    ]
    return course.drop(columns="wave").assign(
        label=[short_title(one) for one in course["wave"]],
        title=[one.title for one in course["wave"]],
        figure=[percent(value, decimals) for value in course["shown"]],
        margin=[between(one["low"], one["high"]) for one in lines],
        hover=told,
    )
