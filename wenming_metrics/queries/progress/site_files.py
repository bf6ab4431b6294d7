"""一点一档: how ready each site is for a test: its standards, its last looks, what is not put right yet."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.queries.progress.third_party import looks_of
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register, read_sites_met
from wenming_metrics.store.tallies import read_days
from wenming_metrics.vocabulary import SOURCE_CODES, VISITLESS

READY, NOT_READY, NOT_SEEN = "达标", "未达标", "没有查过"
BACK = 180
"""So many days up to the day are looked at."""


def site_files(office: Office, last_day: date) -> pd.DataFrame:
    """Say of each site whether it meets the standards: 达标验收 by what was last seen, for a person to confirm.

    达标: looked at within BACK days, nothing failed when it was last looked at, nothing found there is
    still open. What a source without visits reports counts as a problem, never as a look.

    Returns: site, site_name, street_name, type_name, looked_on (date, None), failed_now (items that failed
             when last looked at), open_problems, overdue, verdict (READY, NOT_READY, NOT_SEEN); by street,
             those not ready first
    """
    looks = _last_looks(office, last_day)
    with reading(office.store) as connection:
        register, sites = read_register(connection), read_sites_met(connection)
    problems = problem_view(office, BACK, last_day).lines
    problems = problems[problems["is_open"] & (problems["site"] >= 0) & (problems["batch"] > 0)]
    by_site = looks.groupby("site").agg(day=("day", "max"), failed_now=("failed", "sum"))
    open_by_site = problems.groupby("site").agg(
        open_problems=("seq", "size"), overdue=("is_overdue", "sum")
    )
    lines = sites.join(by_site, on="site").join(open_by_site, on="site")
    counts = ["failed_now", "open_problems", "overdue"]
    lines[counts] = lines[counts].fillna(0).astype(int)
    faulty = (lines["failed_now"] > 0) | (lines["open_problems"] > 0)
    verdict = np.select([faulty, lines["day"].isna()], [NOT_READY, NOT_SEEN], READY)
    described = lines.assign(
        verdict=verdict,
        looked_on=[None if np.isnan(day) else date.fromordinal(int(day)) for day in lines["day"]],
        site_name=lines["name"],
        street_name=lines["street"].map(register.units["name"]).fillna(""),
        type_name=office.catalogue.type_names[lines["point_type"].to_numpy(np.int64)],
    )
    order = described["verdict"].map({NOT_READY: 0, NOT_SEEN: 1, READY: 2})
    described = described.assign(order=order).sort_values(
        ["street", "order", "site_name"], kind="stable", ignore_index=True
    )
    names = ["site", "site_name", "street_name", "type_name", "looked_on"]
    return described[[*names, *counts, "verdict"]]


def _last_looks(office: Office, last_day: date) -> pd.DataFrame:
    """Give the last look at each item of each site: day, site, item, failed (0, 1)."""
    days = range(last_day.toordinal() - BACK, last_day.toordinal() + 1)
    with reading(office.store) as connection:
        frames = [read_days(connection, days, name) for name in ("visits", "grain")]
    looks = looks_of(*frames)
    visitless = [SOURCE_CODES.index(code) for code in VISITLESS]
    looks = looks[~looks["source"].isin(visitless)]
    looks = looks.groupby(["site", "item", "day"], as_index=False)["failed"].max()
    looks = looks.sort_values("day", kind="stable").drop_duplicates(["site", "item"], keep="last")
    return looks.assign(failed=(looks["failed"] > 0).astype(int))


def site_standards(office: Office, sites: pd.DataFrame, last_day: date) -> pd.DataFrame:
    """List what is asked of sites, with the last look at each.

    Takes:   sites - of `site_files`
    Returns: site, item_name, full_mark, looked_on (date, None), result (符合, 不符合, 没有查过)
    """
    looks = _last_looks(office, last_day).set_index(["site", "item"])
    catalogue, rows = office.catalogue, []
    types = {name: number for number, name in enumerate(catalogue.type_names)}
    for line in sites.itertuples():
        for item in np.flatnonzero(catalogue.applies[:, types[line.type_name]]).tolist():
            name, full_mark = catalogue.item_names[item], catalogue.items["full_mark"].iloc[item]
            last_look = looks.loc[(line.site, item)] if (line.site, item) in looks.index else None
            looked_on = None if last_look is None else date.fromordinal(int(last_look["day"]))
            result = NOT_SEEN if last_look is None else "不符合" if last_look["failed"] else "符合"
            rows.append((line.site, name, full_mark / 10_000, looked_on, result))
    return pd.DataFrame(rows, columns=["site", "item_name", "full_mark", "looked_on", "result"])
