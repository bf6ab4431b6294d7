"""Who takes off more for the same (谁扣得严): each who looked, beside the others, like with like.

Plain averages say where somebody was sent. So checks are compared only inside cells that both they and
others looked at: the same unit, kind of site and item. The differences are averaged with the weights
n·m / (n + m) of least squares, and what they leave goes together unit by unit, for a day in a street
is one day. Sites and days still differ: it is a reason to look at the records, and no finding.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

LEAST_UNITS, LEAST_CHECKS = 6, 100
"""So many units and checks have to be like those of others before anything is said."""
LEVEL = 0.95
"""At which all the intervals of a table hold together, however many are compared."""
_ONE_CHECK = 0.5
"""About what one check more that lost its full mark adds to the sum of weighted differences. No interval
is narrower than that makes it: differences that are all alike, or all 0, are no certainty."""
HARDER, SOFTER, ALIKE, TOO_FEW = "扣得偏多", "扣得偏少", "看不出差别", "样本不足"
CELL = ["unit", "point_type", "item"]
COLUMNS = ["who", "checks", "units", "gap", "gap_low", "gap_high", "verdict"]


def strictness(sums: pd.DataFrame) -> pd.DataFrame:
    """Compare each who looked with the others.

    Takes:   sums - a line per who and CELL: who, CELL, count (checks above 0), rate (sum of the shares of
             the full marks that were lost, 0 to count)
    Returns: COLUMNS, a line per who, the one who takes off most first: checks, units - that others looked
             at too; gap - percentage points of the full mark lost more than with the others, gap_low,
             gap_high (95 % of all lines together); verdict - of HARDER to TOO_FEW, with which the three are NaN
    """
    from scipy.special import stdtrit

    in_cell = sums.groupby(CELL)[["count", "rate"]].transform("sum")
    elsewhere = (in_cell["count"] - sums["count"]).to_numpy(float)
    theirs, compared = sums["count"].to_numpy(float), elsewhere > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = sums["rate"] / theirs - (in_cell["rate"] - sums["rate"]) / elsewhere
        precision = theirs * elsewhere / (theirs + elsewhere)
    lines = sums.assign(weight=precision, moved=precision * gap)[compared]
    by_unit = lines.groupby(["who", "unit"])[["count", "weight", "moved"]].sum().reset_index()
    parties = {who: by_unit[by_unit["who"] == who] for who in sums["who"].unique()}
    judged = sum(_is_enough(units) for units in parties.values())
    # Of two, one is the mirror of the other: that is a single comparison. The share is Šidák's.
    tail = (1 - LEVEL ** (1 / (judged if judged > 2 else 1))) / 2
    compared_parties = [
        _line(who, units, -stdtrit(len(units) - 1, tail)) for who, units in parties.items()
    ]
    table = pd.DataFrame(compared_parties, columns=COLUMNS)
    return table.sort_values(["gap", "who"], ascending=[False, True], ignore_index=True)


_NOTHING = {"gap": np.nan, "gap_low": np.nan, "gap_high": np.nan, "verdict": TOO_FEW}


def _is_enough(units: pd.DataFrame) -> bool:
    return len(units) >= LEAST_UNITS and int(units["count"].sum()) >= LEAST_CHECKS


def _line(who: str, units: pd.DataFrame, errors: float) -> dict[str, object]:
    """Judge one party. Takes: errors - how many standard errors its interval reaches to either side"""
    number = len(units)
    counts = {"who": who, "checks": int(units["count"].sum()), "units": number}
    if not _is_enough(units):
        return {**counts, **_NOTHING}
    total = units["weight"].sum()
    gap = units["moved"].sum() / total
    residual = units["moved"] - gap * units["weight"]
    error = np.sqrt(number / (number - 1) * np.square(residual).sum())
    reach = errors * max(error, _ONE_CHECK) / total
    verdict = HARDER if gap > reach else SOFTER if gap < -reach else ALIKE
    low, high = 100 * (gap - reach), 100 * (gap + reach)
    return {**counts, "gap": 100 * gap, "gap_low": low, "gap_high": high, "verdict": verdict}
