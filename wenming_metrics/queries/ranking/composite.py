"""The composite score (综合考核) of every unit in a period, down to the printed figures behind it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import exact_sum, half_up, quotient
from wenming_metrics.domain.periods import Window, previous
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.survey_component import polled
from wenming_metrics.queries.scores import dated_facts
from wenming_metrics.queries.scores.adjustments import decisions, no_decisions
from wenming_metrics.queries.scores.score_windows import (
    Standings,
    board_units,
    score_windows,
    statuses,
)
from wenming_metrics.rules.calendar import calendar_of, slots
from wenming_metrics.rules.composite import Component, Profile, load_profiles, profiles_of
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.ranking.ranking import SCORED, order_units
from wenming_metrics.scoring.tree.adjusting import VETO
from wenming_metrics.scoring.tree.composite import Composed, awards_of, compose
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

_NOTHING = pd.DataFrame(columns=dated_facts.COLUMNS, dtype=object)
"""Figures of a component that nothing has come in for."""


@dataclass(frozen=True, eq=False)
class Composite:
    """Composite scores in one period.

    units    - by group and place: unit, unit_name, group, status, rank, tied, score, exact
    composed - see `scoring.tree.composite.Composed`
    sources  - one line per unit, year and component that has a figure: unit, year, component,
               told (as printed, or what was counted), of (its period), file, sheet, source_row,
               restricted (its file must not be published)
    printed  - where the components are columns of one test: unit, told (the total that is printed)
    """

    profile: Profile
    window: Window
    units: pd.DataFrame
    composed: Composed
    sources: pd.DataFrame
    printed: pd.DataFrame


def known_profiles(office: Office, data: Path) -> tuple[Profile, ...]:
    """List the profiles of boards that the rules have: the office's own first, then examples.

    Takes: data - the folder with `profiles/`. Raises RuleSetError for faulty examples.
    """
    office_profiles = profiles_of(office.rules.composite)
    office_ids, boards = (
        {profile.id for profile in office_profiles},
        {board.kind for board in office.rules.boards},
    )
    examples = [
        profile for profile in load_profiles(data / "profiles") if profile.id not in office_ids
    ]
    return tuple(profile for profile in (*office_profiles, *examples) if profile.board in boards)


def composite(office: Office, profile: Profile, over: Window) -> Composite:
    """Make the composite scores of a period. Raises KeyError for a board that the rules lack."""
    windows = [previous(over, back) for back in range(len(profile.years) or 1)][::-1]
    with reading(office.store) as connection:
        register = read_register(connection)
        units = board_units(register, office.rules.board(profile.board), over.end)
        if profile.groups:
            units = units[units["group"].isin(profile.groups)].reset_index(drop=True)
        units = units.rename(columns={"name": "unit_name"})
        request = _ProfileRequest(connection, office, profile, units)
        period_figures = [_period(request, period) for period in windows]
        ledger = decisions(connection, [over], units)
        printed = _printed_totals(connection, profile, over)
    rules = office.rules
    struck = ledger[ledger["kind"] == VETO] if rules.adjustments.veto else no_decisions()
    vetoes = dict(zip(struck["column"].tolist(), struck["document_no"].tolist(), strict=True))
    values = [figures for figures, _ in period_figures]
    composed = compose(units, values, profile, ledger, rules.ranked_by, rules.ties, vetoes)
    first = 1 - len(windows)
    sources = [lines.assign(year=first + index) for index, (_, lines) in enumerate(period_figures)]
    ordered = order_units(composed.units).drop(columns="group_order").reset_index(drop=True)
    source_lines = pd.concat(sources, ignore_index=True)
    return Composite(profile, over, ordered, composed, source_lines, printed)


def printed_total(composite_scores: Composite, unit: int) -> str:
    """Say what the test itself prints as a unit's total, and by how much the composite differs.

    Returns: one sentence, "" where there is nothing to compare
    """
    totals = composite_scores.printed.loc[composite_scores.printed["unit"] == unit, "told"].tolist()
    (score,) = composite_scores.units.loc[composite_scores.units["unit"] == unit, "score"]
    if not totals or np.isnan(score):
        return ""
    recomputed = Decimal(f"{score:.{composite_scores.profile.decimals}f}")
    differs = recomputed - Decimal(totals[0])
    if not differs:
        return f"原表印的总得分也是 {totals[0]}。"
    return f"原表印的总得分是 {totals[0]}，重算为 {recomputed}，相差 {differs:+f}；原表的数照原样保存。"


def composite_lines(composite_scores: Composite) -> pd.DataFrame:
    """Lay out one line per unit, by group and place.

    Returns: the columns of `Composite.units`, and per component n of the period itself value_n,
        weight_n, points_n (NaN = none); missing (Chinese: which are missing, how each was treated), and prize,
        award, award_why of `scoring.tree.composite.awards_of`
    """
    lines, components = composite_scores.units.copy(), composite_scores.composed.component_lines
    components = components[components["year"] == 0]
    for number in range(len(composite_scores.profile.components)):
        component_lines = (
            components[components["component"] == number].set_index("unit").reindex(lines["unit"])
        )
        for name in ("value", "weight", "points"):
            lines[f"{name}_{number}"] = component_lines[name].to_numpy(float)
    treated = components[components["treatment"] != ""]
    remarks = treated["name"] + "：" + treated["treatment"]
    by_unit = remarks.groupby(treated["unit"]).agg("；".join)
    missing = by_unit.reindex(lines["unit"]).fillna("").to_numpy(object)
    return lines.assign(missing=missing).join(awards_of(lines, composite_scores.profile))


def unit_sources(composite_scores: Composite, unit: int) -> pd.DataFrame:
    """List the components of a unit, year by year, with the figures and where they stand.

    Returns: year, component, name, value, weight, points, treatment, and the columns of
        `Composite.sources`, blank where a component has no figure
    """
    components = composite_scores.composed.component_lines
    unit_components = components[components["unit"] == unit].drop(columns="unit")
    sources = composite_scores.sources[composite_scores.sources["unit"] == unit]
    sources = sources.drop(columns=["unit", "value"])
    merged = unit_components.merge(sources, on=["year", "component"], how="left")
    texts = {name: merged[name].fillna("") for name in ("told", "of", "file", "sheet")}
    rows = merged["source_row"].where(merged["source_row"] != 0).astype("Int64")
    return merged.assign(**texts, source_row=rows)


@dataclass(frozen=True, eq=False)
class _ProfileRequest:
    connection: Connection
    office: Office
    profile: Profile
    units: pd.DataFrame


def _period(request: _ProfileRequest, over: Window) -> tuple[np.ndarray, pd.DataFrame]:
    """Give the figures of one period: array (component, unit), and where they stand."""
    values = np.full((len(request.profile.components), len(request.units)), np.nan)
    lines = [_NOTHING.assign(component=0)]
    for number, component in enumerate(request.profile.components):
        figures = _figures(request, component, over)
        figures = figures[figures["unit"].isin(request.units["unit"])]
        by_unit = figures.set_index("unit")["value"]
        values[number] = by_unit.reindex(request.units["unit"]).to_numpy(float)
        lines.append(figures.assign(component=number))
    return values, pd.concat([frame for frame in lines if len(frame)] or lines, ignore_index=True)


def _figures(request: _ProfileRequest, component: Component, over: Window) -> pd.DataFrame:
    """Give the figures of one component; in years of their own only those of the year count."""
    inside = bool(request.profile.years)
    connection = request.connection
    if component.source == "inspection":
        return _inspected(request, component, over)
    if component.source == "external":
        return dated_facts.external(
            connection, component.key, component.column, over, inside=inside
        )
    if component.source == "metric":
        return dated_facts.metric(connection, component.key, over, inside=inside)
    if component.source == "document":
        return dated_facts.documents(connection, over)
    if component.source == "rectification":
        return dated_facts.rectified(connection, over)
    return polled(connection, request.office, component, over, inside=inside)


def _inspected(request: _ProfileRequest, component: Component, over: Window) -> pd.DataFrame:
    """Score the inspections of a period as a whole, or as the mean of its issues."""
    pooled = request.profile.month == "pooled"
    windows = [over] if pooled else _issues(over, request.office.rules)
    board = request.office.rules.board(request.profile.board)
    standings = score_windows(request.connection, request.office, windows, board)
    scores = np.array([_scores(standings, number) for number in range(len(windows))])
    if component.printed or not pooled:
        scores = half_up(scores, standings.rules().decimals)
    count = (~np.isnan(scores)).sum(axis=0)
    value = quotient(exact_sum(np.nan_to_num(scores), 0), count)
    captions = [over.title if pooled else f"{over.title}，{n} 期平均" for n in count]
    figures = _NOTHING.assign(unit=standings.units["unit"], value=value, told=captions)
    figures = figures.assign(of="", file="", sheet="", source_row=0, restricted=False)
    return figures[~np.isnan(value)]


def _scores(standings: Standings, number: int) -> np.ndarray:
    scored = np.isin(statuses(standings, number), SCORED)
    return np.where(scored, standings.total[standings.window_columns(number)], np.nan)


def _printed_totals(connection: Connection, profile: Profile, over: Window) -> pd.DataFrame:
    """Read the printed totals where a profile makes anew what one test has added up already."""
    tests = {component.key if component.column else "" for component in profile.components}
    several = len(profile.components) > 1 and not profile.years
    test = tests.pop() if len(tests) == 1 and several else ""
    totals = dated_facts.external(connection, test, "", over) if test else _NOTHING
    return totals.loc[totals["value"].notna(), ["unit", "told"]]


def _issues(over: Window, rules: RuleSet) -> list[Window]:
    """List the issues that end in a period; the first may begin before it."""
    issue_slots = slots(calendar_of(rules.issues), over.start, over.end)
    return [slot.window for slot in issue_slots if slot.window.end <= over.end]
