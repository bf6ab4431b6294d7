"""测评复盘: what a test found, beside our own inspections of the same items and sites before."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register, read_sites_met
from wenming_metrics.store.tallies import read_days
from wenming_metrics.vocabulary import SOURCE_CODES, TEST_SOURCES

SAW, PASSED_OVER, NOT_LOOKED_AT = "督查也查出", "督查查过没有查出", "督查没有查"
"""What our own inspections had said of it."""
TESTS = ("third_party", *TEST_SOURCES)
"""Sources that are tests, of a third party, the nation, the province."""
TEST_BACK = 60
"""So many days before a test our own looks count."""
_OWN = ("city", "district", "bureau")
_KEY = ["site", "item"]


def review_test(
    office: Office, window: Window, back: int = TEST_BACK, source: str = TESTS[0]
) -> pd.DataFrame:
    """Hold what a test found in a window against our inspections of the days before and within.

    Takes:   back - so many days before the window count as before; source - of TESTS
    Returns: one line per site and item that it found, those that we passed over first: site_name,
             street_name, item_name, found_on (date, the first), ours (SAW, PASSED_OVER, NOT_LOOKED_AT), looked_on
             (date of our last look up to then, None = none), lost (points it took)
    """
    days = range(window.days.start - back, window.days.stop)
    with reading(office.store) as connection:
        looks = looks_of(
            *(read_days(connection, days, frame_name) for frame_name in ("visits", "grain"))
        )
        register, sites = read_register(connection), read_sites_met(connection).set_index("site")
    third = looks[(looks["source"] == SOURCE_CODES.index(source)) & (looks["failed"] > 0)]
    third = third[third["day"] >= window.days.start]
    found = third.groupby(_KEY, as_index=False).agg(found_on=("day", "min"), lost=("lost", "sum"))
    ours = looks[looks["source"].isin([SOURCE_CODES.index(code) for code in _OWN])]
    ours = ours.merge(found[[*_KEY, "found_on"]], on=_KEY)
    ours = ours[ours["day"] <= ours["found_on"]]
    earlier_looks = ours.groupby(_KEY).agg(failed=("failed", "max"), looked_on=("day", "max"))
    lines = found.join(earlier_looks, on=_KEY)
    verdict = np.select(
        [lines["failed"].isna(), lines["failed"] > 0], [NOT_LOOKED_AT, SAW], PASSED_OVER
    )
    streets = register.units["name"]
    described = lines.assign(
        ours=verdict,
        lost=lines["lost"] / 10_000,
        site_name=lines["site"].map(sites["name"]),
        street_name=lines["site"].map(sites["street"]).map(streets),
        item_name=office.catalogue.item_names[lines["item"].to_numpy(np.int64)],
        found_on=[date.fromordinal(int(day)) for day in lines["found_on"]],
        looked_on=[
            None if np.isnan(day) else date.fromordinal(int(day)) for day in lines["looked_on"]
        ],
    )
    order = described["ours"].map({PASSED_OVER: 0, NOT_LOOKED_AT: 1, SAW: 2})
    names = ["site_name", "street_name", "item_name", "found_on", "ours", "looked_on", "lost"]
    return described.iloc[np.argsort(order, kind="stable")][names].reset_index(drop=True)


def looks_of(visits: dict[int, pd.DataFrame], grain: dict[int, pd.DataFrame]) -> pd.DataFrame:
    """Lay out every look: day, source, site, item, failed, lost."""
    frames = [pd.DataFrame(0, [], ["day", "source", "site", "item", "failed", "lost"])]
    for day, of_day in visits.items():
        check_lines = grain[day]
        at_visit = of_day.iloc[check_lines["visit"].to_numpy()].reset_index(drop=True)
        check_lines = check_lines[["item", "failed", "lost"]].reset_index(drop=True)
        frames.append(
            pd.concat([at_visit[["source", "site"]], check_lines], axis=1).assign(day=day)
        )
    return pd.concat(frames, ignore_index=True)
