"""公益广告: what each site has against what the office asks of its type per 100 m, whole and damaged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_CEILING, Decimal

import numpy as np
import pandas as pd

from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.latest import SOURCE, latest
from wenming_metrics.queries.progress.metrics import BELOW, MET, NO_TARGET
from wenming_metrics.reading.records.adverts import COUNTS, MEASURES
from wenming_metrics.vocabulary import normalise

_OF = ["site", "point_type"]
_FACTS = ["day", "first", *COUNTS, *MEASURES, "remark"]
_STRETCH = 100


def adverts(office: Office) -> pd.DataFrame:
    """List the latest count of every site, those that lack most first.

    What a row asks for itself goes before what was asked of its type by the end of its period. Needed is rounded up to a whole one.

    Returns: unit, unit_name, site, point_type, period, length (m, NaN: none is written), count, damaged,
             whole (count - damaged), required (per 100 m, NaN: nothing is asked), needed, missing (needed - whole, at
             least 0; 0 where it cannot be said), standing (MET, BELOW, NO_TARGET: nothing is asked, or no metres), the
             texts as read (COUNTS, MEASURES, remark), SOURCE
    """
    lines, asked_lines = _counted_and_asked(office)
    asked = {kind: of_kind for kind, of_kind in asked_lines.groupby("point_type")}
    required = [
        own or _asked_on(asked.get(kind), day)
        for own, kind, day in zip(
            lines["ad_required"], lines["point_type"], lines["day"], strict=True
        )
    ]
    lengths = lines["ad_length"]
    needed = np.array(list(map(_needed, lengths, required)), float)
    count, damaged = (lines[name].replace("", "0").astype(int) for name in COUNTS)
    whole = count - damaged
    missing = np.nan_to_num(np.maximum(needed - whole, 0)).astype(int)
    figures = lines.assign(
        **{"length": _floats(lines["ad_length"]), "required": _floats(required)},
        **{"count": count, "damaged": damaged, "whole": whole, "needed": needed},
        missing=missing,
        standing=np.select([np.isnan(needed), missing > 0], [NO_TARGET, BELOW], MET),
    )
    names = ["unit", "unit_name", *_OF, "period", "length", "count", "damaged", "whole", "required"]
    names += ["needed", "missing", "standing", *COUNTS, *MEASURES, "remark", *SOURCE]
    return figures.sort_values("missing", ascending=False, kind="stable", ignore_index=True)[names]


def _counted_and_asked(office: Office) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the newest count of each site, and what was ever asked of types, the last to hold at the end.

    A site is its unit and name: its type may be put right. What came last stands for what came before,
    unless its period was over before that of the other began: September put right says nothing of October.
    """
    lines = latest(office, "adverts", [*_OF, "period"], _FACTS)
    lines = lines.sort_values(["batch", "first", "day"], kind="stable")
    newest: dict[tuple[int, str], object] = {}
    for line in lines[lines["site"] != ""].itertuples():
        key = (line.unit, normalise(line.site))
        if key not in newest or line.day.isoformat() >= newest[key].first:
            newest[key] = line
    counts = lines.loc[[line.Index for line in newest.values()]]
    return counts, lines[lines["site"] == ""].sort_values(["first", "batch"], kind="stable")


def _asked_on(of_kind: pd.DataFrame | None, day: date) -> str:
    """Give what is asked of a type on a day, "" for nothing: the last to begin by then."""
    if of_kind is None:
        return ""
    return next(
        iter(of_kind.loc[of_kind["first"] <= day.isoformat(), "ad_required"].iloc[::-1]), ""
    )


def advert_sums(lines: pd.DataFrame, by: str) -> pd.DataFrame:
    """Sum adverts up by point_type or unit_name, those that lack most first.

    Takes:   lines - of `adverts`
    Returns: by, sites, asked (sites of which it can be said whether they have enough), below, count,
             damaged, whole, needed, missing, whole_rate (whole / count, percent), per_stretch (whole per 100 m
             of the sites whose metres are written); rates NaN of nothing
    """
    flags = lines.assign(
        sites=1,
        asked=lines["needed"].notna().astype(int),
        below=(lines["standing"] == BELOW).astype(int),
        needed=lines["needed"].fillna(0).astype(int),
        along=lines["whole"].where(lines["length"].notna(), 0),
    )
    names = ["sites", "asked", "below", "count", "damaged", "whole", "needed", "missing"]
    sums = flags.groupby(by, sort=False)[[*names, "along", "length"]].sum().reset_index()
    rates = sums.assign(
        whole_rate=100 * sums["whole"] / sums["count"].replace(0, np.nan),
        per_stretch=_STRETCH * sums["along"] / sums["length"].replace(0, np.nan),
    )
    return rates.sort_values("missing", ascending=False, kind="stable", ignore_index=True)[
        [by, *names, "whole_rate", "per_stretch"]
    ]


def advert_form(office: Office, lines: pd.DataFrame) -> pd.DataFrame:
    """Lay adverts out as the form 公益广告 that comes back, what is asked of each type at its end."""
    asks = _counted_and_asked(office)[1].drop_duplicates("point_type", keep="last")
    form = pd.concat([lines, asks], ignore_index=True)
    form = form.assign(subject=form["unit_name"])
    return form[["subject", *_OF, "period", "ad_length", *COUNTS, "ad_required", "remark"]]


def _needed(metres: str, of_stretch: str) -> float:
    if not (metres and of_stretch):
        return np.nan
    exact = Decimal(metres) * Decimal(of_stretch) / _STRETCH
    return float(exact.to_integral_value(ROUND_CEILING))


def _floats(texts: Sequence[str]) -> np.ndarray:
    return np.array([float(text) if text else np.nan for text in texts], float)
