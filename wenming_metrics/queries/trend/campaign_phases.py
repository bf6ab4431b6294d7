"""When the phases of campaigns (专项行动) fell due: what stands beside a course of scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.privacy import mask
from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading
from wenming_metrics.store.records import read_records

_TASK = ["campaign", "phase", "task", "unit"]


@dataclass(frozen=True)
class PhaseEnd:
    """The day on which phases of campaigns fell due, and where it lies on an axis of windows.

    axis_position - 0 is the middle of the first window, 0.5 its end; names - 「行动·阶段」, at least one
    """

    day: date
    axis_position: float
    names: tuple[str, ...]


def phase_ends(office: Office, windows: Sequence[Window]) -> tuple[PhaseEnd, ...]:
    """List the days within some windows on which a phase of a campaign fell due.

    A phase ends with the latest deadline of its tasks, each as the file that came last says it; a
    campaign without phases is one phase. What has no deadline that is a day is left out. Files do
    not say when a phase began.

    Takes:   windows - in order of time
    Returns: in order of time
    """
    with reading(office.store) as connection:
        records = read_records(connection, "campaign")
    contents = pd.DataFrame(records["told"].tolist(), records.index).reindex(columns=_TASK[:-1])
    tasks = contents.fillna("").assign(
        unit=records["unit"], day=records["day"], batch=records["batch"]
    )
    last = tasks["batch"] == tasks.groupby(_TASK)["batch"].transform("max")
    ends = tasks[last].groupby(["campaign", "phase"], sort=False)["day"].max()
    names_by_day: dict[int, list[str]] = {}
    for (campaign, phase), day in ends[ends > 0].items():
        names_by_day.setdefault(int(day), []).append(_name(campaign, phase))
    days = [date.fromordinal(day) for day in sorted(names_by_day)]
    inside = [day for day in days if windows and windows[0].start <= day <= windows[-1].end]
    return tuple(
        PhaseEnd(day, axis_place(windows, day), tuple(names_by_day[day.toordinal()]))
        for day in inside
    )


def _name(campaign: str, phase: str) -> str:
    return mask("·".join(filter(None, (campaign, phase))) or "专项行动")


def axis_place(windows: Sequence[Window], day: date, *, at_start: bool = False) -> float:
    """Give the place of the end of a day; one that lies between windows stands between them.

    Takes: at_start - the beginning of the day is meant
    """
    number = max(number for number, axis_window in enumerate(windows) if axis_window.start <= day)
    passed = (day - windows[number].start).days + (not at_start)
    return number - 0.5 + min(1.0, passed / len(windows[number].days))
