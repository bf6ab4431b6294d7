"""What would be gained if some problems were put right (整改重点): scores worked out again."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_bins, exact_product, exact_sum, rounded
from wenming_metrics.queries.losses.ledger import ADJUSTED, ROW, Ledger
from wenming_metrics.scoring.losses.ledger import regained
from wenming_metrics.scoring.tree.adjusting import adjust

KINDS = {"class": "问题种类", "site": "点位", "finding": "单条问题"}
"""What can be ticked: an item at a point type, all of a site, one problem."""
_CANDIDATES = 20


def labels(lines: pd.DataFrame, kind: str) -> pd.Series:
    """Name what each line belongs to; "" for what nobody can put right."""
    item, site = lines["item_name"].astype(object), lines["site_name"].astype(object)
    if kind == "class":
        names = item + "（" + lines["point_type_name"].astype(object) + "）"
    elif kind == "site":
        names = site
    else:
        days = pd.to_datetime(lines["day"] - 719163, unit="D").dt.strftime("%m-%d")
        names = days + " " + site + " " + item
    return names.where((lines["kind"] == ROW) & (lines["points"] > 0), "")


def gains(ledger: Ledger, dropped: np.ndarray) -> np.ndarray:
    """Say what each unit's score gains without some losses: caps, tables and adjustments anew.

    Takes:   dropped - bool per line of the ledger
    Returns: points per unit of the ledger
    """
    lines, units = ledger.lines, ledger.units
    tree = np.zeros(len(units))
    for number, rules in enumerate(ledger.rules):
        is_check = ((lines["stretch"] == number) & (lines["kind"] == ROW)).to_numpy()
        checks = lines[is_check]
        tree += exact_bins(
            checks["place"].to_numpy(), regained(checks, dropped[is_check], rules), len(units)
        )
    exact, groups = units["total"].to_numpy(float), units["group"].to_numpy(object)
    before = exact - _adjusted(ledger)
    after, _ = adjust(before + tree, groups, ledger.decisions, ledger.rules[-1])
    return np.nan_to_num(after - exact)


def candidates(
    ledger: Ledger, inside: np.ndarray, kind: str, chosen: Sequence[Hashable] = ()
) -> pd.DataFrame:
    """List what is worth putting right in a part of the ledger, most points first.

    Takes:   inside - bool per line; chosen - labels that are listed in any case
    Returns: name, loss and city (points lost on it), count (problems), sites, gain and city_gain (points
             gained if only this were put right), per_problem, per_site (of the gain)
    """
    lines = ledger.lines
    line_labels = labels(lines, kind).where(inside, "")
    # Named before they are chosen: a frame without rows would take all rows of what it is given.
    labelled = lines.assign(name=line_labels)[line_labels != ""]
    sums = labelled.groupby("name", sort=False).agg(
        loss=("points", "sum"),
        city=("city", "sum"),
        count=("item", "size"),
        sites=("site", "nunique"),
    )
    sums = sums.assign(**{name: rounded(sums[name]) for name in ("loss", "city")})
    sums = sums.sort_values(["city", "loss"], ascending=False, kind="stable")
    listed = [
        *sums.index[:_CANDIDATES],
        *(label for label in chosen if label in sums.index[_CANDIDATES:]),
    ]
    gain_lines = sums.loc[listed].reset_index()
    gained = np.array(
        [gains(ledger, (line_labels == name).to_numpy()) for name in gain_lines["name"]]
    )
    gained = gained.reshape(len(gain_lines), len(ledger.units))
    weights = ledger.units["weight"].to_numpy()
    gain_lines = gain_lines.assign(gain=exact_sum(gained), city_gain=exact_product(gained, weights))
    return gain_lines.assign(
        per_problem=gain_lines["gain"] / gain_lines["count"],
        per_site=gain_lines["gain"] / gain_lines["sites"],
    )


def _adjusted(ledger: Ledger) -> np.ndarray:
    """Give what each unit's score was adjusted by."""
    decisions = ledger.lines[ledger.lines["kind"] == ADJUSTED]
    return exact_bins(
        decisions["place"].to_numpy(), -decisions["points"].to_numpy(), len(ledger.units)
    )
