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
from wenming_metrics.domain.registers import Register, successors
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.details import PATH_MARK, node_path
from wenming_metrics.queries.scores.findings import (
    Moment,
    link,
    read_answers,
    read_problems,
)
from wenming_metrics.queries.scores.moves import apply_moves
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
_MOST_ITEMS = 1 << 31
"""More than a catalogue has."""
_NO_LOOKS = pd.DataFrame(
    {name: np.zeros(0, np.int64) for name in ("site", "item", "day", "visit", "failed")}
)


@dataclass(frozen=True, eq=False)
class Repeats:
    """The problems of a window that come back, of every unit of a board.

    problems - one line per problem, of the window (current) and of before: batch, seq, sheet,
            source_row, day (ordinal), unit, site, item, point_type, visit, under (the item it also
            counts under by what people put together, -1: none), again, relapsed, running, late (bool), state (number
            of vocabulary.STATES), closed (ordinal, states.OPEN), returning (反复点位), current;
            unit_name and group (of the board), site_name, item_name, category, point_type_name,
            source_name, path (names of the indicator from the top, "" = 不计分), lead
    closed - the answered problems that could come back in the window, with columns as `problems`
             and reopened, rechecked (bool)
    as_of - the day; relapse_days, running - as the rules say; period - what an issue is called;
    answers - how many problems were answered as 已整改
    """

    problems: pd.DataFrame
    closed: pd.DataFrame
    as_of: date
    relapse_days: int
    running: int
    period: str
    answers: int

    @property
    def current(self) -> pd.DataFrame:
        """The problems of the window itself."""
        return self.problems[self.problems["current"]]


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
        register, read_range = (
            read_register(connection),
            range(min([*issue_of, days.start]), days.stop),
        )
        units, position = _board_positions(office, register, window.end, board)
        territories = np.flatnonzero(np.isin(position, np.flatnonzero(units["name"] == unit)))
        sites = None if unit is None else _sites(connection, read_range, territories)
        problems = read_problems(connection, read_range, sites=sites)
        answers = link(connection, answers, problems)
        moment = Moment(as_of.toordinal())
        problems, answers = apply_moves(connection, problems, answers, pricing.loop, moment)
        problems = _judge(connection, problems, answers, as_of, pricing, issue_of)
        problems = problems.assign(current=problems["day"] >= days.start)
        closed = closings(problems, days, pricing.relapse_days)
        wanted = failed_twice(problems[problems["day"] >= days.start - LOOK_BACK], days)
        looks = _read_looks(connection, range(days.start - LOOK_BACK, days.stop), wanted, closed)
        problems = problems.assign(returning=returning(problems, looks, wanted))
        seen = rechecked(closed, looks, days, pricing.relapse_days)
        problems = _name(connection, office, problems, units, position, rules)
    count = int((problems["closed"] < OPEN).sum())
    if unit is not None and len(answers) and not count:
        return repeats(office, window, board)  # whether others answered is told on every page
    closed = problems.loc[problems.index.intersection(closed.index)].join(
        closed.assign(rechecked=seen)[["reopened", "rechecked"]]
    )
    return Repeats(
        problems=problems,
        closed=closed,
        as_of=as_of,
        relapse_days=pricing.relapse_days,
        running=pricing.running,
        period=calendar.name.removesuffix("通报") or "期",
        answers=count,
    )


def part_of(window_repeats: Repeats, **wanted: str | None) -> Repeats:
    """Give what comes back in a part; problems of before stay, as what bears on it.

    Takes: wanted - column of `problems` -> its value, None: any
    """
    current, closed = window_repeats.problems["current"], window_repeats.closed
    for column, value in wanted.items():
        if value is not None:
            current = current & (window_repeats.problems[column] == value)
            closed = closed[closed[column] == value]
    return replace(
        window_repeats, problems=window_repeats.problems.assign(current=current), closed=closed
    )


def _sites(connection: Connection, days: range, units: np.ndarray) -> set[int]:
    """List the sites where some territories had a problem, and those where people told two apart.

    Wordings that were told apart at one site are suggested at no other.
    """
    if not len(units):
        return set()
    sites = sites_failed(connection, days, live_on(connection, days), units)
    choices = read_same(connection)
    apart = choices[choices["same"] == 0]
    if apart.empty:
        return sites
    row_keys = {name: [*apart[name], *apart[f"other_{name}"]] for name in ("day", "batch", "seq")}
    return sites | sites_failed(
        connection, row_keys["day"], row_keys["batch"], seqs=row_keys["seq"]
    )


def _issues(calendar: Calendar, window: Window, running: int, first: int) -> dict[int, int]:
    """Number the issues that days lie in, from a day, or from so many issues before a window."""
    on = window.start
    for _ in range(running):
        on = slot_at(calendar, on).window.start - timedelta(days=1)
    start = min(on, date.fromordinal(first))
    issue_slots = slots(calendar, start, window.end)
    numbered = (
        (day, number) for number, slot in enumerate(issue_slots) for day in slot.window.days
    )
    return {day: number for day, number in numbered if day >= start.toordinal()}


def _judge(
    connection: Connection,
    problems: pd.DataFrame,
    answers: pd.DataFrame,
    as_of: date,
    pricing: Deductions,
    issue_of: Mapping[int, int],
) -> pd.DataFrame:
    choices = read_same(connection)
    problems = problems.assign(under=put_under(problems, choices[choices["same"] == 1]))
    judged = judge_together(
        problems,
        answers,
        as_of=as_of.toordinal(),
        relapse_days=pricing.relapse_days,
        running=pricing.running,
        issue_of=issue_of,
    )
    return problems.drop(columns="state").join(judged.drop(columns="booked"), how="right")


def _read_looks(
    connection: Connection, days: range, wanted: pd.DataFrame, closed: pd.DataFrame
) -> pd.DataFrame:
    """Read every look at some items of some sites: site, item, day, visit, failed, all int64."""
    site_items = pd.concat(
        [problems[["site", "item"]] for problems in (wanted, closed)]
    ).drop_duplicates()
    if site_items.empty:
        return _NO_LOOKS
    visits, grain = (read_days(connection, days, table) for table in ("visits", "grain"))
    wanted_keys = np.sort(_look_keys(site_items["site"].to_numpy(), site_items["item"].to_numpy()))
    looks = [_NO_LOOKS.to_numpy()]
    for day, visits_of_day in visits.items():
        visit, item, failed = (grain[day][name].to_numpy() for name in ("visit", "item", "failed"))
        sites, number = (visits_of_day[name].to_numpy()[visit] for name in ("site", "visit"))
        keys = _look_keys(sites, item)
        nearest = np.searchsorted(wanted_keys[:-1], keys)
        rows = np.flatnonzero(wanted_keys[nearest] == keys)
        columns = (sites, item, np.full(len(sites), day), number, failed)
        looks.append(np.column_stack([values[rows] for values in columns]))
    return pd.DataFrame(np.concatenate(looks), columns=_NO_LOOKS.columns)


def _look_keys(sites: np.ndarray, items: np.ndarray) -> np.ndarray:
    return sites * _MOST_ITEMS + items


def _name(
    connection: Connection,
    office: Office,
    problems: pd.DataFrame,
    units: pd.DataFrame,
    position: np.ndarray,
    rules: RuleSet,
) -> pd.DataFrame:
    """Put names to problems; those of no unit of the board are left out.

    Takes: units, position - of `_board_positions`
    """
    position = position[problems["unit"].to_numpy(np.int64)]
    problems, position = problems[position >= 0], position[position >= 0]
    catalogue = office.catalogue
    categories = catalogue.items["category"].reindex(
        range(len(catalogue.item_names)), fill_value=""
    )
    sites = read_sites_met(connection).set_index("site")["name"]
    site_numbers, site_index = np.unique(problems["site"], return_inverse=True)
    item, point_type = problems["item"].to_numpy(), problems["point_type"].to_numpy()
    node = rules.leaf_of[item, point_type] + 1
    paths = ["", *(_full_path(rules, number) for number in rules.nodes.index)]
    sources = [SOURCES[code] for code in SOURCE_CODES]
    return problems.assign(
        unit_name=_words(units["name"], position),
        group=_words(units["group"], position),
        site_name=_words(sites.reindex(site_numbers), site_index),
        item_name=_words(catalogue.item_names, item),
        category=_words(categories, item),
        point_type_name=_words(catalogue.type_names, point_type),
        source_name=_words(sources, problems["source"].to_numpy()),
        path=_words(paths, node),
        lead=_words(["", *rules.nodes["lead"]], node),
    )


def _words(names: Iterable[str], positions: np.ndarray) -> pd.Categorical:
    """Give the names at some positions; as categories, for problems are many and names few."""
    distinct, code = np.unique(np.array(list(names), object).astype(str), return_inverse=True)
    return pd.Categorical.from_codes(code[positions], distinct.astype(object))


def _board_positions(
    office: Office, register: Register, on: date, board: str
) -> tuple[pd.DataFrame, np.ndarray]:
    """List the units of a board, and map every unit to the position it counts at, -1: none."""
    units = board_units(register, office.rules.board(board), on)
    counts_for = basis_of(register, office.rules, office.rules.board(board)).counts_for
    position = np.full(len(counts_for) + 1, -1, np.int64)
    position[units["unit"].to_numpy(np.int64)] = np.arange(len(units))
    for unit, heir in successors(register, on.toordinal()).items():
        position[unit] = position[heir]
    return units, position[counts_for]


def _full_path(rules: RuleSet, node: int) -> str:
    above = node_path(rules, node)
    name = str(rules.nodes.at[node, "name"])
    return f"{above}{PATH_MARK}{name}" if above else name


def responsible(office: Office, lines: pd.DataFrame) -> pd.Series:
    """Name who is responsible for problems as their rows say, joined by 、; "" where nobody is named.

    Takes: lines - of `Repeats.problems`
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
    texts = ["、".join(joined.get(key, ())) for key in keys]
    return pd.Series(texts, lines.index, dtype=object)
