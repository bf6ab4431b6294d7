"""反复问题 of a window: every problem with the four meanings, named, and what was answered.

All is as of the last day of the window, at most today. What bears on it reaches back further: an
item found open before, an answer that a new finding may undo, the last visits to a site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window, today
from wenming_metrics.domain.registers import Register, heirs
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.details import PATH_MARK, node_path
from wenming_metrics.queries.scores.findings import link, read_answers, read_problems
from wenming_metrics.queries.scores.rule_spans import rules_on
from wenming_metrics.queries.scores.score_windows import board_units
from wenming_metrics.rules.calendar import Calendar, calendar_of, slot_at, slots
from wenming_metrics.rules.model import Deductions, RuleSet
from wenming_metrics.scoring.losses.repeats import (
    closings,
    failed_twice,
    judge_together,
    put_under,
    rechecked,
    returning,
)
from wenming_metrics.scoring.tree.basis import basis_of
from wenming_metrics.scoring.tree.states import LOOK_BACK, OPEN
from wenming_metrics.store.batches import live_on
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register, read_sites_met
from wenming_metrics.store.rows import read_role, sites_failed
from wenming_metrics.store.same_problems import read_same
from wenming_metrics.store.tallies import read_days
from wenming_metrics.vocabulary import ROLE_CODES, SOURCE_CODES, SOURCES

_RESPONSIBLE = ROLE_CODES.index("responsible")
_NO_LOOKS = pd.DataFrame(
    {name: np.zeros(0, np.int64) for name in ("site", "item", "day", "visit", "failed")}
)


@dataclass(frozen=True, eq=False)
class Repeats:
    """The problems of a window that come back, of every unit of a board.

    found - one line per problem, of the window (current) and of before: batch, seq, sheet,
            source_row, day (ordinal), unit, site, item, point_type, visit, under (the item it also
            counts under by what people put together, -1: none), again, relapsed, running, late (bool), state (number
            of vocabulary.STATES), closed (ordinal, states.OPEN), returning (反复点位), current;
            unit_name and group (of the board), site_name, item_name, category, point_type_name,
            source_name, path (names of the indicator from the top, "" = 不计分), lead
    closed - the answered problems that could come back in the window, with the columns of `found`
             and reopened, rechecked (bool)
    as_of - the day; relapse_days, running - as the rules say; period - what an issue is called;
    answers - how many problems were answered as 已整改
    """

    found: pd.DataFrame
    closed: pd.DataFrame
    as_of: date
    relapse_days: int
    running: int
    period: str
    answers: int

    @property
    def current(self) -> pd.DataFrame:
        """The problems of the window itself."""
        return self.found[self.found["current"]]


def repeats(
    office: Office, window: Window, board: str = "street", unit: str | None = None
) -> Repeats:
    """Find what comes back in a window. Raises KeyError for an unknown board.

    Takes: unit - name of one of the board: hardly more than the sites is read where it had a
           problem, each whole; `part_of` gives of them what it gives of all, for nothing that bears
           on a problem lies at another site. `answers` is 0 then only where it is 0 everywhere
    """
    rules, as_of = rules_on(office, window.end), min(window.end, today())
    days = range(window.days.start, max(as_of.toordinal() + 1, window.days.start))
    calendar, pricing = calendar_of(rules.issues), rules.pricing
    with reading(office.store) as connection:
        answers = read_answers(connection)
        back = LOOK_BACK + (pricing.relapse_days if len(answers) else 0)
        issue_of = _issues(calendar, window, pricing.running, days.start - back)
        register, told = read_register(connection), range(min([*issue_of, days.start]), days.stop)
        units, place = _places(office, register, window.end, board)
        own = np.flatnonzero(np.isin(place, np.flatnonzero(units["name"] == unit)))
        sites = None if unit is None else _sites(connection, told, own)
        found = read_problems(connection, told, sites=sites)
        answers = link(connection, answers, found)
        found = _judge(connection, found, answers, as_of, pricing, issue_of)
        found = found.assign(current=found["day"] >= days.start)
        closed = closings(found, days, pricing.relapse_days)
        wanted = failed_twice(found[found["day"] >= days.start - LOOK_BACK], days)
        looks = _read_looks(connection, range(days.start - LOOK_BACK, days.stop), wanted, closed)
        found = found.assign(returning=returning(found, looks, wanted))
        seen = rechecked(closed, looks, days, pricing.relapse_days)
        found = _name(connection, office, found, units, place, rules)
    count = int((found["closed"] < OPEN).sum())
    if unit is not None and len(answers) and not count:
        return repeats(office, window, board)  # whether others answered is told on every page
    closed = found.loc[found.index.intersection(closed.index)].join(
        closed.assign(rechecked=seen)[["reopened", "rechecked"]]
    )
    return Repeats(
        found=found,
        closed=closed,
        as_of=as_of,
        relapse_days=pricing.relapse_days,
        running=pricing.running,
        period=calendar.name.removesuffix("通报") or "期",
        answers=count,
    )


def part_of(found: Repeats, **wanted: str | None) -> Repeats:
    """Give what comes back in a part; problems of before stay, as what bears on it.

    Takes: wanted - column of `found` -> its value, None: any
    """
    current, closed = found.found["current"], found.closed
    for column, value in wanted.items():
        if value is not None:
            current = current & (found.found[column] == value)
            closed = closed[closed[column] == value]
    return replace(found, found=found.found.assign(current=current), closed=closed)


def _sites(connection: Connection, days: range, units: np.ndarray) -> set[int]:
    """List the sites where some territories had a problem, and those where people told two apart.

    Wordings that were told apart at one site are suggested at no other.
    """
    if not len(units):
        return set()
    found = sites_failed(connection, days, live_on(connection, days), units)
    said = read_same(connection)
    apart = said[said["same"] == 0]
    if apart.empty:
        return found
    both = {name: [*apart[name], *apart[f"other_{name}"]] for name in ("day", "batch", "seq")}
    return found | sites_failed(connection, both["day"], both["batch"], seqs=both["seq"])


def _issues(calendar: Calendar, window: Window, running: int, first: int) -> dict[int, int]:
    """Number the issues that days lie in, from a day, or from so many issues before a window."""
    on = window.start
    for _ in range(running):
        on = slot_at(calendar, on).window.start - timedelta(days=1)
    start = min(on, date.fromordinal(first))
    found = slots(calendar, start, window.end)
    numbered = ((day, number) for number, one in enumerate(found) for day in one.window.days)
    return {day: number for day, number in numbered if day >= start.toordinal()}


def _judge(
    connection: Connection,
    found: pd.DataFrame,
    answers: pd.DataFrame,
    as_of: date,
    pricing: Deductions,
    issue_of: Mapping[int, int],
) -> pd.DataFrame:
    said = read_same(connection)
    found = found.assign(under=put_under(found, said[said["same"] == 1]))
    judged = judge_together(
        found,
        answers,
        as_of=as_of.toordinal(),
        relapse_days=pricing.relapse_days,
        running=pricing.running,
        issue_of=issue_of,
    )
    return found.drop(columns="state").join(judged.drop(columns="booked"), how="right")


def _read_looks(
    connection: Connection, days: range, wanted: pd.DataFrame, closed: pd.DataFrame
) -> pd.DataFrame:
    """Read every look at some items of some sites: site, item, day, visit, failed."""
    places = pd.concat([one[["site", "item"]] for one in (wanted, closed)]).drop_duplicates()
    sites = places["site"].unique()
    if not len(sites):
        return _NO_LOOKS
    visits, grain = (read_days(connection, days, part) for part in ("visits", "grain"))
    parts = [_NO_LOOKS]
    for day, of_day in visits.items():
        keep = of_day["site"].isin(sites).to_numpy()[grain[day]["visit"]]
        own = grain[day][keep]
        there = of_day.iloc[own["visit"].to_numpy()]
        told = {name: there[name].to_numpy() for name in ("site", "visit")}
        told |= {name: own[name].to_numpy() for name in ("item", "failed")}
        parts.append(pd.DataFrame({**told, "day": day}))
    return pd.concat(parts, ignore_index=True).merge(places, on=["site", "item"])


def _name(
    connection: Connection,
    office: Office,
    found: pd.DataFrame,
    units: pd.DataFrame,
    place: np.ndarray,
    rules: RuleSet,
) -> pd.DataFrame:
    """Put names to problems; those of no unit of the board are left out.

    Takes: units, place - of `_places`
    """
    place = place[found["unit"].to_numpy(np.int64)]
    found, place = found[place >= 0], place[place >= 0]
    items, types = office.catalogue.items, office.catalogue.point_types["name"]
    sites = read_sites_met(connection).set_index("site")["name"]
    own, at = np.unique(found["site"], return_inverse=True)
    item, point_type = found["item"].to_numpy(), found["point_type"].to_numpy()
    node = rules.leaf_of[item, point_type] + 1
    paths = ["", *(_full_path(rules, one) for one in rules.nodes.index)]
    sources = [SOURCES[code] for code in SOURCE_CODES]
    return found.assign(
        unit_name=_words(units["name"], place),
        group=_words(units["group"], place),
        site_name=_words(sites.reindex(own), at),
        item_name=_words(items["name"], item),
        category=_words(items["category"], item),
        point_type_name=_words(types, point_type),
        source_name=_words(sources, found["source"].to_numpy()),
        path=_words(paths, node),
        lead=_words(["", *rules.nodes["lead"]], node),
    )


def _words(names: Iterable[str], at: np.ndarray) -> pd.Categorical:
    """Give the names at some places; as categories, for problems are many and names few."""
    known, code = np.unique(np.array(list(names), object).astype(str), return_inverse=True)
    return pd.Categorical.from_codes(code[at], known.astype(object))


def _places(
    office: Office, register: Register, on: date, board: str
) -> tuple[pd.DataFrame, np.ndarray]:
    """List the units of a board, and map every unit to the place of that it counts for, -1: none."""
    units = board_units(register, office.rules.board(board), on)
    counts_for = basis_of(register, office.rules, office.rules.board(board)).counts_for
    place = np.full(len(counts_for) + 1, -1, np.int64)
    place[units["unit"].to_numpy(np.int64)] = np.arange(len(units))
    for unit, heir in heirs(register, on.toordinal()).items():
        place[unit] = place[heir]
    return units, place[counts_for]


def _full_path(rules: RuleSet, node: int) -> str:
    above = node_path(rules, node)
    name = str(rules.nodes.at[node, "name"])
    return f"{above}{PATH_MARK}{name}" if above else name


def responsible(office: Office, lines: pd.DataFrame) -> pd.Series:
    """Name who is responsible for problems as their rows say, joined by 、; "" where nobody is named.

    Takes: lines - of `Repeats.found`
    """
    batches, units = np.unique(lines["batch"].to_numpy(np.int64)), lines["unit"].unique()
    with reading(office.store) as connection:
        roles = read_role(connection, lines["day"].unique(), batches, _RESPONSIBLE, units)
        register = read_register(connection)
    names = register.units["name"].reindex(roles["unit"]).tolist()
    joined: dict[tuple[int, int], dict[str, None]] = {}
    for batch, seq, name in zip(roles["batch"], roles["seq"], names, strict=True):
        joined.setdefault((batch, seq), {})[name] = None
    keys = zip(lines["batch"], lines["seq"], strict=True)
    told = ["、".join(joined.get(key, ())) for key in keys]
    return pd.Series(told, lines.index, dtype=object)
