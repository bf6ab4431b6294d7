"""The composite score (综合考核) of every unit in a period, down to the printed figures behind it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import exact_sum, half_up
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
from wenming_metrics.scoring.tree.composite import Composed, compose
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

_NOTHING = pd.DataFrame({name: pd.Series(dtype=object) for name in dated_facts.COLUMNS})
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
    own = profiles_of(office.rules.composite)
    taken, boards = {one.id for one in own}, {board.kind for board in office.rules.boards}
    examples = [one for one in load_profiles(data / "profiles") if one.id not in taken]
    return tuple(one for one in (*own, *examples) if one.board in boards)


def composite(office: Office, profile: Profile, over: Window) -> Composite:
    """Make the composite scores of a period. Raises KeyError for a board that the rules lack."""
    windows = [previous(over, back) for back in range(len(profile.years) or 1)][::-1]
    with reading(office.store) as connection:
        register = read_register(connection)
        units = board_units(register, office.rules.board(profile.board), over.end)
        if profile.groups:
            units = units[units["group"].isin(profile.groups)].reset_index(drop=True)
        units = units.rename(columns={"name": "unit_name"})
        asked = _Asked(connection, office, profile, units)
        found = [_period(asked, one) for one in windows]
        ledger = decisions(connection, [over], units)
        printed = _printed_totals(connection, profile, over)
    rules = office.rules
    struck = ledger[ledger["kind"] == VETO] if rules.adjustments.veto else no_decisions()
    vetoes = dict(zip(struck["column"].tolist(), struck["document_no"].tolist(), strict=True))
    values = [one for one, _ in found]
    composed = compose(units, values, profile, ledger, rules.ranked_by, rules.ties, vetoes)
    first = 1 - len(windows)
    sources = [lines.assign(year=first + at) for at, (_, lines) in enumerate(found)]
    ordered = order_units(composed.units).drop(columns="group_order").reset_index(drop=True)
    found_at = pd.concat(sources, ignore_index=True)
    return Composite(profile, over, ordered, composed, found_at, printed)


def printed_total(found: Composite, unit: int) -> str:
    """Say what the test itself prints as a unit's total, and by how much the composite differs.

    Returns: one sentence, "" where there is nothing to compare
    """
    told = found.printed.loc[found.printed["unit"] == unit, "told"].tolist()
    (score,) = found.units.loc[found.units["unit"] == unit, "score"]
    if not told or np.isnan(score):
        return ""
    made = Decimal(f"{score:.{found.profile.decimals}f}")
    differs = made - Decimal(told[0])
    if not differs:
        return f"原表印的总得分也是 {told[0]}。"
    return f"原表印的总得分是 {told[0]},重算为 {made},相差 {differs:+f};原表的数照原样保存。"


def composite_lines(found: Composite) -> pd.DataFrame:
    """Lay out one line per unit, by group and place.

    Returns: the columns of `Composite.units`, and per component n of the period itself value_n,
        weight_n, points_n (NaN = none); missing (Chinese: which are missing, how each was treated)
    """
    lines, parts = found.units.copy(), found.composed.parts
    parts = parts[parts["year"] == 0]
    for number in range(len(found.profile.components)):
        own = parts[parts["component"] == number].set_index("unit").reindex(lines["unit"])
        for name in ("value", "weight", "points"):
            lines[f"{name}_{number}"] = own[name].to_numpy(float)
    treated = parts[parts["treatment"] != ""]
    said = treated["name"] + ":" + treated["treatment"]
    by_unit = said.groupby(treated["unit"]).agg(";".join)
    return lines.assign(missing=by_unit.reindex(lines["unit"]).fillna("").to_numpy(object))


def unit_sources(found: Composite, unit: int) -> pd.DataFrame:
    """List the components of a unit, year by year, with the figures and where they stand.

    Returns: year, component, name, value, weight, points, treatment, and the columns of
        `Composite.sources`, blank where a component has no figure
    """
    parts = found.composed.parts
    own = parts[parts["unit"] == unit].drop(columns="unit")
    sources = found.sources[found.sources["unit"] == unit]
    sources = sources.drop(columns=["unit", "value"])
    both = own.merge(sources, on=["year", "component"], how="left")
    texts = {name: both[name].fillna("") for name in ("told", "of", "file", "sheet")}
    rows = both["source_row"].where(both["source_row"] != 0).astype("Int64")
    return both.assign(**texts, source_row=rows)


@dataclass(frozen=True, eq=False)
class _Asked:
    connection: Connection
    office: Office
    profile: Profile
    units: pd.DataFrame


def _period(asked: _Asked, over: Window) -> tuple[np.ndarray, pd.DataFrame]:
    """Give the figures of one period: array (component, unit), and where they stand."""
    values = np.full((len(asked.profile.components), len(asked.units)), np.nan)
    lines = [_NOTHING.assign(component=0)]
    for number, component in enumerate(asked.profile.components):
        found = _figures(asked, component, over)
        found = found[found["unit"].isin(asked.units["unit"])]
        by_unit = found.set_index("unit")["value"]
        values[number] = by_unit.reindex(asked.units["unit"]).to_numpy(float)
        lines.append(found.assign(component=number))
    return values, pd.concat([part for part in lines if len(part)] or lines, ignore_index=True)


def _figures(asked: _Asked, component: Component, over: Window) -> pd.DataFrame:
    """Give the figures of one component; in years of their own only those of the year count."""
    inside = bool(asked.profile.years)
    connection = asked.connection
    if component.source == "inspection":
        return _inspected(asked, component, over)
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
    return polled(connection, asked.office, component, over, inside=inside)


def _inspected(asked: _Asked, component: Component, over: Window) -> pd.DataFrame:
    """Score the inspections of a period as a whole, or as the mean of its issues."""
    pooled = asked.profile.month == "pooled"
    windows = [over] if pooled else _issues(over, asked.office.rules)
    board = asked.office.rules.board(asked.profile.board)
    standings = score_windows(asked.connection, asked.office, windows, board)
    scores = np.array([_scores(standings, at) for at in range(len(windows))])
    if component.printed or not pooled:
        scores = half_up(scores, standings.rules().decimals)
    count = (~np.isnan(scores)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(count > 0, exact_sum(np.nan_to_num(scores), 0) / count, np.nan)
    told = [over.title if pooled else f"{over.title},{n} 期平均" for n in count]
    found = _NOTHING.assign(unit=standings.units["unit"], value=value, told=told)
    found = found.assign(of="", file="", sheet="", source_row=0, restricted=False)
    return found[~np.isnan(value)]


def _scores(standings: Standings, number: int) -> np.ndarray:
    scored = np.isin(statuses(standings, number), SCORED)
    return np.where(scored, standings.total[standings.at(number)], np.nan)


def _printed_totals(connection: Connection, profile: Profile, over: Window) -> pd.DataFrame:
    """Read the printed totals where a profile makes anew what one test has added up already."""
    tests = {one.key if one.column else "" for one in profile.components}
    several = len(profile.components) > 1 and not profile.years
    test = tests.pop() if len(tests) == 1 and several else ""
    found = dated_facts.external(connection, test, "", over) if test else _NOTHING
    return found.loc[found["value"].notna(), ["unit", "told"]]


def _issues(over: Window, rules: RuleSet) -> list[Window]:
    """List the issues that end in a period; the first may begin before it."""
    found = slots(calendar_of(rules.issues), over.start, over.end)
    return [slot.window for slot in found if slot.window.end <= over.end]
