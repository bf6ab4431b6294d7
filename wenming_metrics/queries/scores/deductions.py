"""Problems with the prices of a rule set's table, as the lines that deductions are settled from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.domain.periods import Window, today
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.findings import Moment, log
from wenming_metrics.queries.scores.rule_spans import rules_on
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tree.pricing import price_findings
from wenming_metrics.scoring.tree.states import LATE, LOOK_BACK, OPEN
from wenming_metrics.store.database import reading
from wenming_metrics.vocabulary import STATES

LINES = ["day", "unit", "visit", "source", "site", "item", "point_type", "points", "batch", "seq"]
LINES += ["found_on"]


def priced_findings(
    connection: Connection,
    rules: RuleSet,
    days: range,
    at: Moment | None = None,
    issue_of: Mapping[int, int] | None = None,
    *,
    due_too: bool = False,
) -> pd.DataFrame:
    """Give the problems found on some days with their states and prices.

    Takes:   at - None: as of today; issue_of, due_too - see `findings.log`
    Returns: the columns of `findings.log` and of `pricing.price_findings`
    """
    at = at or Moment(today().toordinal())
    found = log(connection, days, at, rules.pricing, issue_of, due_too=due_too)
    # A deadline further off is no matter of a few days: being late is told, and not priced.
    near = found.assign(late=found["late"] & (found["due"] - found["day"] <= LOOK_BACK))
    prices = price_findings(near, rules)
    return found.drop(columns="booked").join(prices)


def priced_lines(
    connection: Connection,
    rules: RuleSet,
    windows: Sequence[Window],
    at: Moment | None = None,
    issue_of: Mapping[int, int] | None = None,
) -> pd.DataFrame:
    """Give what the problems cost that are booked on the days of some windows.

    A problem that is late gives two lines where that is booked on its deadline: what it cost on
    the day it was found, and what being late adds. Together they are the price of being late.

    Takes:   rules - with prices; at - None: as of today; issue_of - see `findings.log`
    Returns: LINES, points in 1e-4, as exact as the prices; unit is the territory of the row, and
             batch and seq name it, found_on is its own day. Sources that do not count are among them.
    """
    wanted = {day for one in windows for day in one.days}
    days = range(min(wanted), max(wanted) + 1)
    by_due = rules.pricing.booked == "due" and (rules.prices["state"] == STATES[LATE]).any()
    found = priced_findings(connection, rules, days, at, issue_of, due_too=bool(by_due))
    found = found.assign(found_on=found["day"])
    on_day = found.assign(points=found["base"])
    after = found[found["more"] > 0]
    after = after.assign(points=after["more"], day=after["booked"])
    lines = pd.concat([on_day, after])[LINES]
    return lines[lines["day"].isin(wanted)].reset_index(drop=True)


@dataclass(frozen=True)
class Problem:
    """What became of one problem, and what it costs, as of a day.

    number - "": none; due - None: no deadline; state - a word of vocabulary.STATES; closed - the
    day on which it was answered as 已整改; by_row, by_table - points, None where the row writes
    none, or the table has no price
    """

    number: str
    due: date | None
    state: str
    closed: date | None
    by_row: float | None
    by_table: float | None
    as_of: date


def problem(
    office: Office, day: date, batch: int, seq: int, as_of: date | None = None
) -> Problem | None:
    """Tell of the problem of one stored row; None for one that is none, or counts no more."""
    at, on = as_of or today(), day.toordinal()
    rules = rules_on(office, day)
    with reading(office.store) as connection:
        moment = Moment(at.toordinal())
        found = priced_findings(connection, rules, range(on, on + 1), moment)
    own = found[(found["batch"] == batch) & (found["seq"] == seq)]
    if own.empty:
        return None
    one = own.iloc[0]
    return Problem(
        number=one["number"],
        due=_day(one["due"]),
        state=STATES[one["state"]],
        closed=None if one["closed"] == OPEN else _day(one["closed"]),
        by_row=one["by_row"] / POINT_SCALE if one["given"] else None,
        by_table=one["by_table"] / POINT_SCALE if one["by_table"] >= 0 else None,
        as_of=at,
    )


def _day(ordinal: int) -> date | None:
    return date.fromordinal(int(ordinal)) if ordinal else None
