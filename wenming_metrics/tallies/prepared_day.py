"""One day made ready to be stored: its tally packed, its sums by site and by board."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from wenming_metrics.scoring.tally.tally import site_sums
from wenming_metrics.scoring.tree.basis import DayTally, SumKey, Sums, sum_day
from wenming_metrics.store.tallies import pack

Tallies = Mapping[int, DayTally]
"""Tallies of days, as `scoring.tally.tally.tally_days` gives them."""


@dataclass(frozen=True)
class PreparedDay:
    """What is stored of a day with rows.

    frames - name -> packed frame of its tally; sites - `scoring.tally.tally.site_sums`
    sums  - key of a basis -> the sums of the day
    """

    frames: Mapping[str, bytes]
    sites: pd.DataFrame
    sums: Mapping[str, Sums]


def prepare_days(tallies: Tallies, bases: Sequence[SumKey]) -> dict[int, PreparedDay | None]:
    """Make days ready from their tallies; None where nothing lies on a day."""
    return {day: prepare_day(day, tally, bases) for day, tally in tallies.items()}


def prepare_day(day: int, tally: DayTally, bases: Iterable[SumKey]) -> PreparedDay | None:
    """Make a day ready from its tally; None when nothing lies on it."""
    if not any(len(frame) for frame in tally.values()):
        return None
    frames = {name: pack(frame) for name, frame in tally.items()}
    sums = {basis.key: sum_day(day, tally, basis) for basis in bases}
    return PreparedDay(frames, site_sums(tally["visits"]), sums)
