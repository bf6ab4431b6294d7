"""Where the inspection teams of the made-up city go: the plan, day by day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from wenming_metrics.demo.city import DemoCity

SENDERS = {
    "督查一组": "市督查组",
    "督查二组": "市督查组",
    "第三方": "第三方",
    "区创建办": "区督查组",
}
"""Who sends a file, and the source (来源) that its rows carry."""
PLAN_COLUMNS = ["day", "team", "street", "point_type", "site", "round"]
_THIRD = {0: "第三方", 2: "区创建办", 3: "第三方", 5: "区创建办"}
"""Weekday (Monday = 0) on which a third sender is out."""
_WEEKEND_STREETS = 6
_SITES_A_DAY = 43


def build_plan(city: DemoCity, days: list[date], rng: np.random.Generator) -> pd.DataFrame:
    """Plan the visits: every street once from Monday to Friday, second looks at the weekend.

    Takes:   city; days - consecutive; rng
    Returns: day, team, street, point_type, site, round, in the order of the visits
    """
    streets = city.units.loc[city.units["unit_kind"] == "街道", "unit_name"].tolist()
    districts = city.units.set_index("unit_name")["parent"]
    kinds = {s: g["point_type"].to_dict() for s, g in city.sites.groupby("street")}
    waiting: dict[str, list[int]] = {street: [] for street in streets}
    rows, week = [], {}
    for day in days:
        monday = day - timedelta(days=day.weekday())
        if monday not in week:
            week = {monday: _spread(streets, rng)}
        today = week[monday][day.weekday()]
        teams = _teams(today, day.weekday(), districts)
        for street, number in zip(today, _shares(len(today), rng), strict=True):
            sites = _next_sites(kinds[street], number, waiting[street], rng)
            rows += [(site, day, teams[street], _round(monday)) for site in sites]
    plan = pd.DataFrame(rows, columns=["place", "day", "team", "round"])
    plan = plan.join(city.sites.rename(columns={"site_name": "site"}), on="place")
    return plan[PLAN_COLUMNS]


def _spread(streets: list[str], rng: np.random.Generator) -> list[list[str]]:
    """Deal the streets over five working days, then some of them again over the weekend."""
    dealt = [str(street) for street in rng.permutation(streets)]
    weekdays = [dealt[number::5] for number in range(5)]
    weekend = [str(street) for street in rng.choice(streets, 2 * _WEEKEND_STREETS, replace=False)]
    return [*weekdays, weekend[:_WEEKEND_STREETS], weekend[_WEEKEND_STREETS:]]


def _shares(streets: int, rng: np.random.Generator) -> list[int]:
    """Share the day's sites among its streets, as evenly as whole numbers allow."""
    total = _SITES_A_DAY + int(rng.integers(-3, 4))
    return [total // streets + (number < total % streets) for number in range(streets)]


def _teams(streets: list[str], weekday: int, districts: pd.Series) -> dict[str, str]:
    """Give each street of a day to one sender; a district office looks at its own streets."""
    third = _THIRD.get(weekday)
    third_streets = streets[-2:]
    if third == "区创建办":
        home = districts[streets].value_counts(sort=True).index[0]
        third_streets = [street for street in streets if districts[street] == home][:3]
    reserved = set(third_streets) if third else set()
    rest = [street for street in streets if street not in reserved]
    half = (len(rest) + 1) // 2
    teams = {street: "督查一组" if n < half else "督查二组" for n, street in enumerate(rest)}
    return teams | {street: str(third) for street in reserved}


def _next_sites(
    kinds: dict[int, str], number: int, waiting: list[int], rng: np.random.Generator
) -> list[int]:
    """Take a street's sites in turn, each kind once a day; when all are seen, begin again.

    Takes:   kinds - site (row of the register) -> point type, of one street; number - how many;
             waiting - the sites not yet seen in this turn, changed in place
    """
    chosen: list[int] = []
    while len(chosen) < min(number, len(kinds)):
        if not set(waiting) - set(chosen):
            waiting[:] = [int(site) for site in rng.permutation(list(kinds))]
        seen = {kinds[site] for site in chosen}
        left = [site for site in waiting if site not in chosen]
        chosen.append(next((site for site in left if kinds[site] not in seen), left[0]))
        waiting.remove(chosen[-1])
    return sorted(chosen)


def _round(monday: date) -> str:
    return f"{monday.isocalendar().year}年第{monday.isocalendar().week}周督查"
