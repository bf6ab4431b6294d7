"""督查安排: what plans ask for in a week, the check forms of its teams, and what was carried out of it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import today, window
from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading
from wenming_metrics.store.notes import read_notes
from wenming_metrics.store.registers import plan_lines, read_register
from wenming_metrics.store.tallies import read_days

DRAWN = "inspection-plan-"
"""How the notes of draws are called: this, the Monday, the number of the batch."""
NOT_LOOKED = "未查"
"""What a check form says until an inspector writes a result: nothing is passed by being left blank."""


def week_title(week_start: date) -> str:
    """Name the round of a week."""
    calendar_week = week_start.isocalendar()
    return f"{calendar_week.year}年第{calendar_week.week}周抽取督查"


def planned_week(office: Office, week_start: date) -> pd.DataFrame:
    """List what plans ask for in a week: see `store.registers.plan_lines`."""
    first = window("week", week_start).start.toordinal()
    with reading(office.store) as connection:
        return plan_lines(connection, range(first, first + 7))


def week_lines(office: Office, week_start: date) -> pd.DataFrame:
    """Name what plans ask for in a week, with the chances of what was drawn here.

    Returns: site, day (date), team, street_name, type_name, site_name, chance (percent, NaN = not drawn here)
    """
    lines = planned_week(office, week_start)
    prefix = f"{DRAWN}{window('week', week_start).start.isoformat()}-"
    with reading(office.store) as connection:
        streets = read_register(connection).units["name"]
        notes = read_notes(connection)
    # A draw whose batch was withdrawn stays on record; the one that came last is in force.
    drawn = [note for name, note in notes.items() if name.startswith(prefix)]
    chances = max(drawn, key=lambda note: note["batch"])["chances"] if drawn else {}
    return pd.DataFrame(
        {
            **{"site": lines["site"], "day": [date.fromordinal(day) for day in lines["day"]]},
            **{"team": lines["team"], "street_name": lines["street"].map(streets)},
            "type_name": office.catalogue.type_names[lines["point_type"]],
            "site_name": lines["site_name"],
            "chance": [100 * chances.get(str(key), np.nan) for key in lines["site"]],
        }
    )


def check_forms(office: Office, week_start: date) -> dict[str, bytes]:
    """Make a check form for each team of a week's plan: every item that is scored at each site, 未查 until
    an inspector writes a result. Returns: name of the file -> bytes of an xlsx file; none without a plan
    """
    lines = planned_week(office, week_start)
    catalogue, leaf_of = office.catalogue, office.rules.leaf_of
    with reading(office.store) as connection:
        streets = read_register(connection).units["name"]
    files = {}
    for team, of_team in lines.groupby("team", sort=True):
        rows = []
        for line in of_team.sort_values(["day", "street", "site_name"]).itertuples():
            applies = catalogue.applies[:, line.point_type] & (leaf_of[:, line.point_type] >= 0)
            place = (streets[line.street], catalogue.type_names[line.point_type], line.site_name)
            rows += [
                (date.fromordinal(line.day).isoformat(), team, *place, name, NOT_LOOKED)
                for name in catalogue.item_names[np.flatnonzero(applies)]
            ]
        names = ["day", "team", "street", "point_type", "site", "item", "result"]
        empty_cells = dict.fromkeys(
            ("deduction", "places", "description", "responsible", "remark"), ""
        )
        form = pd.DataFrame(rows, columns=names).assign(**empty_cells)
        week = week_title(week_start)
        files[f"检查表_{week}_{team or '未分组'}_内部.xlsx"] = filled_file(
            office, "checklist", form
        )
    return files


def carried_out(office: Office, week_start: date) -> pd.DataFrame:
    """Hold a week's plan against the visits of its days, by team.

    Returns: team, planned (sites), visited (of them, on any day of the week up to today), due (planned
             up to today), missed (due and not visited)
    """
    lines = planned_week(office, week_start)
    first, current_day = window("week", week_start).start.toordinal(), today().toordinal()
    with reading(office.store) as connection:
        visits = read_days(connection, range(first, min(first + 7, current_day + 1)), "visits")
    visited_sites = {key for of_day in visits.values() for key in of_day["site"]}
    once = lines.drop_duplicates(["team", "site"])
    once = once.assign(visited=once["site"].isin(visited_sites), due=once["day"] <= current_day)
    once = once.assign(missed=once["due"] & ~once["visited"])
    sums = {name: (name, "sum") for name in ("visited", "due", "missed")}
    return once.groupby("team", as_index=False).agg(planned=("site", "size"), **sums)
