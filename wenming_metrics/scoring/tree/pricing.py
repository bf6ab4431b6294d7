"""What problems cost by a table: source x state x severity, for each place or for each row.

What the row writes stands for the prices of the day it was found, for its writer knew that day;
being late comes after, and takes the place of it where it costs more. All points are integers.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from wenming_metrics.rules.model import RuleSet
from wenming_metrics.scoring.tree.states import AGAIN, FLAGS, FOUND, LATE
from wenming_metrics.vocabulary import DECIDED, SEVERITIES, SOURCE_CODES, STATES, WRITTEN

NO_PRICE = -1


def price_findings(findings: pd.DataFrame, rules: RuleSet) -> pd.DataFrame:
    """Price problems under a rule set.

    A state takes the place of the base price (已发现), and the highest applies, or their sum where
    the rules say so; a problem found again while it is open (重复) has no base price.

    Takes:   findings - source, severity, given (whose `lost` is),
             lost (1e-4), places, day, due, told (state as the row says it) and the flags of
             `states.judge`
             rules - prices and pricing
    Returns: by_row, by_table (1e-4; by_table -1: the table has no price), points (what counts) of
             which `base` is booked on the day it was found and `more` on the day `booked`
    """
    pricing = rules.pricing
    place_counts = np.maximum(findings["places"].to_numpy(np.int64), 1)
    prices = _prices(findings, rules.prices, place_counts if pricing.per == "places" else 1)
    late = findings["late"].to_numpy(bool)
    # Late by its deadline, not because the row says so: that became known after the row.
    missed = late & (findings["told"].to_numpy() != LATE)
    on_day = _on_day(findings, prices, missed, pricing.combine)
    by_row = findings["lost"].to_numpy(np.int64)
    lost_origin = findings["given"].to_numpy()
    from_row = (on_day == NO_PRICE) | (lost_origin == DECIDED)
    if pricing.first == "row":
        from_row |= lost_origin == WRITTEN
    base = np.where(from_row, by_row, on_day)
    after = np.where(missed, prices[LATE], NO_PRICE)
    day, due = (findings[name].to_numpy(np.int64) for name in ("day", "due"))
    more = _more(base, after, pricing.combine)
    table = on_day + _more(on_day, after, pricing.combine)
    compared = {"by_row": by_row, "by_table": np.where(on_day < 0, after, table)}
    booked = np.where(missed & (pricing.booked == "due"), due, day)
    points = {"points": base + more, "base": base, "more": more, "booked": booked}
    return pd.DataFrame({**compared, **points}, findings.index)


def price_table(prices: pd.DataFrame) -> np.ndarray:
    """Lay a table of prices out: int64 array (state, source, severity), -1 where it has none.

    A line that names the source goes before one for all, then one that names the severity.

    Takes: prices - source (number, -1: any), state, severity ("": any), points (1e-4)
    """
    shape = (len(STATES), len(SOURCE_CODES), len(SEVERITIES))
    table = np.full(shape, NO_PRICE, np.int64)
    names = prices["source"].astype(int).ge(0), prices["severity"].ne("")
    special = 2 * names[0].astype(int) + names[1].astype(int)
    for line in prices.loc[special.sort_values(kind="stable").index].itertuples():
        source = slice(None) if line.source < 0 else int(line.source)
        severity = SEVERITIES.index(line.severity) if line.severity else slice(None)
        table[STATES.index(line.state), source, severity] = line.points
    return table


def _prices(findings: pd.DataFrame, prices: pd.DataFrame, times: np.ndarray | int) -> np.ndarray:
    """Give the price of every state for each problem: int64 array (state, problem), -1: none."""
    source, severity = (findings[name].to_numpy(np.int64) for name in ("source", "severity"))
    of = price_table(prices)[:, source, severity]
    return np.where(of < 0, NO_PRICE, of * times)


def _on_day(
    findings: pd.DataFrame, prices: np.ndarray, missed: np.ndarray, combine: str
) -> np.ndarray:
    """Give the table's price on the day each problem was found, -1 where it has none."""
    again = findings[FLAGS[AGAIN]].to_numpy(bool)
    # Nothing new is taken for what is open already, wherever the table prices the problem itself.
    total = np.where(again & (prices[FOUND] >= 0), 0, prices[FOUND])
    for state, name in FLAGS.items():
        holds = findings[name].to_numpy(bool) & (prices[state] >= 0)
        if state == LATE:
            holds &= ~missed
        grown = np.maximum(total, 0) + prices[state]
        grown = np.maximum(total, prices[state]) if combine == "highest" else grown
        total = np.where(holds, grown, total)
    return total


def _more(base: np.ndarray, after: np.ndarray, combine: str) -> np.ndarray:
    """Give what a later state adds to the points of the day it was found."""
    above = after if combine == "sum" else after - base
    return np.where(after >= 0, np.maximum(above, 0), 0)
