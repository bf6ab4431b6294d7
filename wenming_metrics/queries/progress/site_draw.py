"""督查安排: which sites are to be looked at in a week, each drawn with a chance that is known, and by whom.

Three draws that know nothing of each other, so that the chance of being in any of them is exact: of each
unit by risk and at random, of each type of site at random, and of the sites with problems of the last
days at random, to go back to them unannounced. Risk is a proposal of ours, not a rule of a document.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from wenming_metrics.domain.registers import FOREVER, Register, alias_map
from wenming_metrics.domain.working_days import is_working
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.scoring.draws import draw_by_chances, join_chances, share_chances
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.tallies import read_days
from wenming_metrics.vocabulary import UNIT_KINDS, normalise

LEAST_RANDOM = 0.3
"""At least so much of the draw of units is the same for all sites, whatever their risk."""
ROUTINE, BY_TYPE, REVISIT = "分单位抽取", "分类型随机", "问题复访"
WEEKS_BACK = 26
"""A site that was not looked at for so long weighs no more than one that never was."""
LOSS_DAYS = 60
"""Losses of a site are those of so many days."""
_MOST_TIMES = 3.0
"""Above so many times what is usual, losses and returns weigh no more."""


@dataclass(frozen=True)
class DrawTerms:
    """How many sites are drawn of what.

    size - in all, about; of each unit, and of each type, at least so many as far as there are;
    revisits - sites with problems of the last revisit_days; random_share - LEAST_RANDOM to 1
    """

    size: int
    of_unit: int = 1
    of_type: int = 1
    revisits: int = 5
    revisit_days: int = 14
    random_share: float = LEAST_RANDOM


@dataclass(frozen=True)
class InspectionTeam:
    """A team and the units that it belongs to: it goes to none of them, nor to what is below them."""

    name: str
    belongs_to: tuple[str, ...] = ()


def site_risks(office: Office, week_start: date) -> pd.DataFrame:
    """Weigh every registered site of a unit that exists.

    Returns: site, site_name, street (unit), street_name, point_type (number), type_name, last_looked (ordinal,
             0 = not within WEEKS_BACK weeks), weeks (since then, at most WEEKS_BACK), loss (points lost per
             visit of the last 60 days, as a multiple of the city's mean; 1 where it was not visited),
             relapses (problems that came back), last_problem (ordinal, 0 = none), risk = weeks x (1 +
             loss) x (1 + relapses), each capped
    """
    first = week_start - timedelta(weeks=WEEKS_BACK)
    view = problem_view(office, (week_start - first).days, week_start - timedelta(days=1))
    with reading(office.store) as connection:
        register = read_register(connection)
        visits = read_days(connection, range(first.toordinal(), week_start.toordinal()), "visits")
    units = register.units
    sites = register.sites[register.sites["street"] >= 0]
    sites = sites[(units["valid_to"].reindex(sites["street"]) == FOREVER).to_numpy()]
    looks = pd.concat(
        [of_day.assign(day=day)[["site", "day", "lost"]] for day, of_day in visits.items()]
        or [pd.DataFrame({"site": [], "day": [], "lost": []})]
    )
    problems = view.lines.groupby("site").agg(
        relapses=("is_relapsed", "sum"), last_problem=("day", "max")
    )
    recent = looks[looks["day"] >= week_start.toordinal() - LOSS_DAYS]
    facts = pd.DataFrame(
        {
            "last_looked": looks.groupby("site")["day"].max(),
            "loss": recent.groupby("site")["lost"].mean() / max(recent["lost"].mean(), 1),
        }
    ).join(problems, how="outer")
    facts = facts.reindex(sites["site"]).fillna({"loss": 1.0}).fillna(0)
    lines = pd.DataFrame(
        {
            **{"site": sites["site"], "site_name": sites["name"], "street": sites["street"]},
            "street_name": units["name"].reindex(sites["street"]).to_numpy(),
            "point_type": sites["point_type"],
            "type_name": office.catalogue.type_names[sites["point_type"]],
        }
    ).reset_index(drop=True)
    lines = lines.join(facts.reset_index(drop=True))
    days_since = week_start.toordinal() - lines["last_looked"]
    weeks = (days_since / 7).clip(1, WEEKS_BACK)
    caused = (1 + lines["loss"].clip(upper=_MOST_TIMES)) * (
        1 + lines["relapses"].clip(upper=_MOST_TIMES)
    )
    return lines.assign(weeks=weeks, risk=weeks * caused)


def draw_sites(lines: pd.DataFrame, terms: DrawTerms, since: int, seed: int) -> pd.DataFrame:
    """Draw the sites of a week. Pure.

    Takes:   lines - of `site_risks`; since - sites with a problem on this day (ordinal) or later are
             revisited; seed - the same one draws the same
    Returns: the drawn lines with chance (of being drawn by any of the three, 0 to 1) and way (ROUTINE,
             BY_TYPE, REVISIT, joined by 、)
    """
    lines = lines.sort_values(["street", "site"], kind="stable", ignore_index=True)
    rng = np.random.default_rng(seed)
    with_problems = (lines["last_problem"] >= since).to_numpy()
    n_revisits = min(terms.revisits, int(with_problems.sum()))
    by_type = _counts(lines["point_type"], 0, terms.of_type)
    by_unit = max(terms.size - n_revisits - sum(by_type.values()), 0)
    draws = {
        ROUTINE: _draw_groups(
            lines,
            "street",
            _counts(lines["street"], by_unit, terms.of_unit),
            terms.random_share,
            rng,
        ),
        BY_TYPE: _draw_groups(lines, "point_type", by_type, 1.0, rng),
    }
    chances = np.where(with_problems, n_revisits / max(with_problems.sum(), 1), 0.0)
    revisited = np.zeros(len(lines), bool)
    if n_revisits:
        revisited[with_problems] = draw_by_chances(chances[with_problems], rng)
    draws[REVISIT] = (chances, revisited)
    picked = np.any([mask for _, mask in draws.values()], axis=0)
    ways = [
        "、".join(way for way, (_, mask) in draws.items() if mask[row]) for row in range(len(lines))
    ]
    drawn = lines.assign(chance=join_chances(*(of_draw for of_draw, _ in draws.values())), way=ways)
    return drawn[picked].reset_index(drop=True)


def _counts(groups: pd.Series, size: int, least: int) -> dict[int, int]:
    """Share a count out by the sizes of groups (largest remainders), with at least so many of each."""
    sizes = groups.value_counts().sort_index()
    quotas = size * sizes / max(sizes.sum(), 1)
    counts = np.floor(quotas)
    # Rounded, so that equal remainders do not hang on the last bit.
    order = (quotas - counts).round(9).sort_values(ascending=False, kind="stable").index
    counts[order[: int(size - counts.sum())]] += 1
    return counts.clip(lower=least).clip(upper=sizes).astype(int).to_dict()


def _draw_groups(
    lines: pd.DataFrame,
    name: str,
    counts: dict[int, int],
    random_share: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    chances, mask = np.zeros(len(lines)), np.zeros(len(lines), bool)
    for group, index in lines.groupby(name).indices.items():
        if counts[group]:
            weights = lines["risk"].to_numpy(float)[index]
            chances[index] = share_chances(weights, counts[group], random_share)
            mask[index] = draw_by_chances(chances[index], rng)
    return chances, mask


def share_out(
    drawn: pd.DataFrame, teams: list[InspectionTeam], register: Register, week_start: date
) -> pd.DataFrame:
    """Give each drawn site a team and a working day of the week: a street goes to one team, none to its own.

    Streets are shared out by size, each to the team with the fewest sites so far; the sites of a team are
    spread over the working days evenly, those of a street next to each other.

    Returns: `drawn` with team and day (date), by day, team and street
    Raises ValueError with the names of streets that every team belongs to, or of units that are unknown.
    """
    homes = {team.name: _with_all_below(register, team) for team in teams}
    load = dict.fromkeys(homes, 0)
    team_of: dict[int, str] = {}
    sizes = drawn["street"].value_counts(sort=False).sort_index()
    lonely = []
    for street, count in sizes.sort_values(ascending=False, kind="stable").items():
        free = [name for name in load if street not in homes[name]]
        if not free:
            lonely.append(register.units.at[street, "name"])
            continue
        team_of[street] = min(free, key=load.__getitem__)
        load[team_of[street]] += int(count)
    if lonely:
        raise ValueError(f"{'、'.join(lonely)}没有可以去的督查组（各组都须回避）。")
    week_days = [week_start + timedelta(days=number) for number in range(7)]
    workdays = [day for day in week_days if is_working(register.calendar, day.toordinal())]
    if not workdays:
        raise ValueError(f"{week_start}这一周没有工作日。")
    shared = drawn.assign(team=drawn["street"].map(team_of))
    shared = shared.sort_values(["team", "street", "site"], kind="stable")
    nth, of_team = (
        shared.groupby("team").cumcount(),
        shared.groupby("team")["site"].transform("size"),
    )
    shared = shared.assign(day=[workdays[slot] for slot in nth * len(workdays) // of_team])
    return shared.sort_values(["day", "team", "street", "site"], kind="stable", ignore_index=True)


def _with_all_below(register: Register, team: InspectionTeam) -> set[int]:
    """Find the units that a team belongs to and all that is below them."""
    units, by_name = register.units, alias_map(register, UNIT_KINDS)
    unknown = [name for name in team.belongs_to if normalise(name) not in by_name]
    if unknown:
        raise ValueError(f"督查组“{team.name}”回避的单位“{'、'.join(unknown)}”不在单位名册里。")
    reached = {unit for name in team.belongs_to for unit in by_name[normalise(name)]}
    while deeper := set(units.loc[units["parent"].isin(reached), "unit"].tolist()) - reached:
        reached |= deeper
    return reached
