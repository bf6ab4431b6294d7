"""回头看: the problems that were looked at again in a window, as they were found and as they stand now."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.book import book_of
from wenming_metrics.queries.problems.lists import view_of
from wenming_metrics.queries.scores.originals import descriptions
from wenming_metrics.scoring.loop.course import HOLDS, LOOK, RELAPSE
from wenming_metrics.store import schema
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.registers import read_sites_met

REVIEWS = ["number", "unit_name", "site_name", "item_name", "description", "found", "looked_on"]
REVIEWS += ["act", "result", "way"]
_RESULTS = {HOLDS: "保持", RELAPSE: RELAPSE}
GOOD = ("整改到位", "保持")
"""Results of a problem that stands as it was said to."""


def reviewed_problems(
    connection: Connection, office: Office, window: Window, known_at: str = ""
) -> pd.DataFrame:
    """List the problems that somebody looked at again on the days of a window, each with the last look.

    Takes:   known_at - moment of what is known; "": now
    Returns: REVIEWS; found, looked_on - ISO days; act - 整改复查, 回头看保持 or 反弹; result - 整改到位,
             不彻底, 未整改 ..., 保持 or 反弹; by unit, site and number
    """
    event = schema.problem_event
    query = select(event.c.number, event.c.act, event.c.day, event.c.outcome, event.c.way).where(
        event.c.act.in_((LOOK, HOLDS, RELAPSE)),
        event.c.day.between(window.days.start, window.days.stop - 1),
    )
    if known_at:
        query = query.where(event.c.at <= known_at)
    looks = read_frame(connection, query.order_by(event.c.day, event.c.minute, event.c.event))
    looks = looks.drop_duplicates("number", keep="last")
    if looks.empty:
        return pd.DataFrame(columns=REVIEWS)
    book = book_of(connection, office.rules.loop, looks["number"])
    sites = read_sites_met(connection).set_index("site")["name"]
    lines = view_of(office, book, sites, date.fromordinal(book.begin)).lines
    lines = lines[~lines["is_shared"]].merge(looks, on="number", suffixes=("", "_look"))
    filed = lines["batch"] > 0
    lines["description"] = lines["content"].astype(object)
    lines.loc[filed, "description"] = descriptions(connection, lines[filed])
    lines = lines.assign(
        found=[date.fromordinal(int(day)).isoformat() for day in lines["day"]],
        looked_on=[date.fromordinal(int(day)).isoformat() for day in lines["day_look"]],
        result=[
            _RESULTS.get(act, outcome)
            for act, outcome in zip(lines["act"], lines["outcome"], strict=True)
        ],
        way=lines["way_look"],
    )
    order = ["unit_name", "site_name", "number"]
    return lines.sort_values(order, kind="stable", ignore_index=True)[REVIEWS].astype(object)
