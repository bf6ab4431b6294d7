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
        named = item + "(" + lines["point_type_name"].astype(object) + ")"
    elif kind == "site":
        named = site
    else:
        days = pd.to_datetime(lines["day"] - 719163, unit="D").dt.strftime("%m-%d")
        named = days + " " + site + " " + item
    return named.where((lines["kind"] == ROW) & (lines["points"] > 0), "")


def gains(ledger: Ledger, dropped: np.ndarray) -> np.ndarray:
    """Say what each unit's score gains without some losses: caps, tables and adjustments anew.

    Takes:   dropped - bool per line of the ledger
    Returns: points per unit of the ledger
    """
    lines, units = ledger.lines, ledger.units
    tree = np.zeros(len(units))
    for number, rules in enumerate(ledger.rules):
        own = ((lines["stretch"] == number) & (lines["kind"] == ROW)).to_numpy()
        part = lines[own]
        tree += exact_bins(
            part["place"].to_numpy(), regained(part, dropped[own], rules), len(units)
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
    named = labels(lines, kind).where(inside, "")
    own = lines[named != ""].assign(name=named)
    sums = own.groupby("name", sort=False).agg(
        loss=("points", "sum"),
        city=("city", "sum"),
        count=("item", "size"),
        sites=("site", "nunique"),
    )
    sums = sums.assign(**{name: rounded(sums[name]) for name in ("loss", "city")})
    sums = sums.sort_values(["city", "loss"], ascending=False, kind="stable")
    kept = [*sums.index[:_CANDIDATES], *(one for one in chosen if one in sums.index[_CANDIDATES:])]
    found = sums.loc[kept].reset_index()
    gained = np.array([gains(ledger, (named == name).to_numpy()) for name in found["name"]])
    gained = gained.reshape(len(found), len(ledger.units))
    weights = ledger.units["weight"].to_numpy()
    found = found.assign(gain=exact_sum(gained), city_gain=exact_product(gained, weights))
    return found.assign(
        per_problem=found["gain"] / found["count"], per_site=found["gain"] / found["sites"]
    )


def _adjusted(ledger: Ledger) -> np.ndarray:
    """Give what each unit's score was adjusted by."""
    own = ledger.lines[ledger.lines["kind"] == ADJUSTED]
    return exact_bins(own["place"].to_numpy(), -own["points"].to_numpy(), len(ledger.units))
