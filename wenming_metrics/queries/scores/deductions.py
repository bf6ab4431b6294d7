"""Problems with the prices of a rule set's table, as the lines that deductions are settled from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.domain.periods import Window, today
from wenming_metrics.queries.files.recounted import years_not_announced
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.queries.scores.problem_log import log
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
    moment: Moment | None = None,
    issue_of: Mapping[int, int] | None = None,
    *,
    due_too: bool = False,
) -> pd.DataFrame:
    """Give the problems found on some days with their states and prices.

    Takes:   moment - None: as of today; issue_of, due_too - see `problem_log.log`
    Returns: the columns of `problem_log.log` and of `pricing.price_findings`
    """
    moment = moment or Moment(today().toordinal())
    findings = log(connection, days, moment, rules.pricing, issue_of, due_too=due_too)
    # A deadline further off is no matter of a few days: being late is told, and not priced.
    near = findings.assign(late=findings["late"] & (findings["due"] - findings["day"] <= LOOK_BACK))
    prices = price_findings(near, rules)
    return findings.drop(columns="booked").join(prices)


def priced_lines(
    connection: Connection,
    rules: RuleSet,
    windows: Sequence[Window],
    moment: Moment | None = None,
) -> pd.DataFrame:
    """Give what the problems cost that are booked on the days of some windows.

    A problem that is late gives two lines where that is booked on its deadline: what it cost on
    the day it was found, and what being late adds. Together they are the price of being late.

    Takes:   rules - with prices; moment - None: as of today
    Returns: LINES, points in 1e-4, as exact as the prices; unit is the territory of the row, and
             batch and seq name it, found_on is its own day. Sources that do not count are among them.
    """
    wanted = {day for window in windows for day in window.days}
    days = range(min(wanted), max(wanted) + 1)
    by_due = rules.pricing.booked == "due" and (rules.prices["state"] == STATES[LATE]).any()
    findings = priced_findings(connection, rules, days, moment, due_too=bool(by_due))
    findings = findings.assign(found_on=findings["day"])
    on_day = findings.assign(points=findings["base"])
    after = findings[findings["more"] > 0]
    after = after.assign(points=after["more"], day=after["booked"])
    lines = pd.concat([on_day, after])[LINES]
    return lines[lines["day"].isin(wanted)].reset_index(drop=True)


@dataclass(frozen=True)
class PricedFinding:
    """What became of one problem, and what it costs, as of a day.

    number - "": none; due - None: no deadline; state - a word of vocabulary.STATES; closed - the
    day on which it was answered as 已整改; by_row, by_table - points, None where the row writes
    none, or the table has no price; years - those not announced that its deadline was counted through
    """

    number: str
    due: date | None
    state: str
    closed: date | None
    by_row: float | None
    by_table: float | None
    as_of: date
    years: str = ""


def finding_of_row(
    office: Office, day: date, batch: int, seq: int, as_of: date | None = None
) -> PricedFinding | None:
    """Tell of the problem of one stored row; None for one that is none, or counts no more."""
    state_day, on = as_of or today(), day.toordinal()
    rules = rules_on(office, day)
    with reading(office.store) as connection:
        moment = Moment(state_day.toordinal())
        findings = priced_findings(connection, rules, range(on, on + 1), moment)
        row_findings = findings[(findings["batch"] == batch) & (findings["seq"] == seq)]
        years = years_not_announced(connection, row_findings)
    if row_findings.empty:
        return None
    finding = row_findings.iloc[0]
    return PricedFinding(
        number=finding["number"],
        due=_day(finding["due"]),
        state=STATES[finding["state"]],
        closed=None if finding["closed"] == OPEN else _day(finding["closed"]),
        by_row=finding["by_row"] / POINT_SCALE if finding["given"] else None,
        by_table=finding["by_table"] / POINT_SCALE if finding["by_table"] >= 0 else None,
        as_of=state_day,
        years=years[0],
    )


def _day(ordinal: int) -> date | None:
    return date.fromordinal(int(ordinal)) if ordinal else None
