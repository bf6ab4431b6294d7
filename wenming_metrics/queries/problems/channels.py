"""What people reported (12345), by the way it came in: who dealt with it in time, and who is not content.

The way is what the row's own 来源 says; nothing of it is stored beside the row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.access.viewer import knows_scope
from wenming_metrics.domain.numbers import half_up
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import ProblemView
from wenming_metrics.queries.problems.wording import closing
from wenming_metrics.queries.scores.moves import REPORTED
from wenming_metrics.queries.scores.originals import texts_of
from wenming_metrics.rules.loop import CALL_BACK
from wenming_metrics.scoring.loop.figures import UNTRUE
from wenming_metrics.scoring.tree.states import OPEN
from wenming_metrics.store.database import reading
from wenming_metrics.store.problems import read_events
from wenming_metrics.vocabulary import REPLIES, columns, normalise

HOTLINE, PORTAL = "hotline", "portal"
_WAYS = {
    PORTAL: re.compile(
        "网[站上民友络页办信]|(?<![电管路水热气])网$|门户|微信|app|小程序|留言|信箱|问政"
    ),
    HOTLINE: re.compile("12345|^(?!.*(?:网格|电网)).*(?:热线|电话|来电)"),
}
"""Asked one after the other: 12345网站 is a portal. A 网格 or 电网 is neither, whatever it calls."""
UNHAPPY = REPLIES[2]
_ENDS = ("in_time", "late", "open")
_COUNTS = ("sent", *(f"{way}_{end}" for way in (HOTLINE, PORTAL) for end in _ENDS), "unhappy")
TABLE = columns(
    *("unit_name=holder", "sent=reported_sent", "hotline_in_time", "hotline_late"),
    *("hotline_open", "portal_in_time", "portal_late", "portal_open"),
    *("closed_rate=reported_closed", "in_time_rate=reported_in_time", "unhappy"),
    "unhappy_rate",
)
WORDS = "办结率、按期办结率是占交办的；不满意率是最后一次回访不满意的占热线办结（按期、逾期）的，网站的不在内。"


@dataclass(frozen=True, eq=False)
class Reported:
    """What was reported in a period and handed out, counted by unit; the last line is the sum.

    units - unit_name, the counts of TABLE, and its rates as texts with two decimals ("—" without a base)
    remarks - what is not in it, and which words stand for which way
    """

    units: pd.DataFrame
    remarks: tuple[str, ...]


@knows_scope
def reported(office: Office, view: ProblemView, known_at: str = "") -> Reported:
    """Count what people reported in the days of a view, by unit and way; 上期结转 is not in it."""
    lines = view.lines
    lines = lines[(lines["source"] == REPORTED) & (lines["batch"] > 0) & ~lines["is_carried"]]
    with reading(office.store) as connection:
        sources = texts_of(connection, lines, ("source",))["source"].str.strip().tolist()
        events = read_events(connection, lines["number"], known_at)
    calls = events[(events["act"] == CALL_BACK) & (events["day"] <= view.as_of.toordinal())]
    calls = calls.sort_values(["day", "minute", "event"]).drop_duplicates("number", keep="last")
    unhappy = set(calls.loc[calls["outcome"] == UNHAPPY, "number"])
    lines = lines.assign(said=sources, way=[way_of(text) for text in sources])
    is_sent = (lines["handed"] > 0) & (lines["state"] != UNTRUE)
    counted = lines[is_sent & (lines["way"] != "")]
    return Reported(count_ways(counted, unhappy), tuple(_notes(view, lines, counted, is_sent)))


def way_of(text: str) -> str:
    """Say by which way something came in, by the words of its 来源; "" where they do not tell.

    >>> way_of("12345热线"), way_of("12345网站"), way_of("网格员热线转办")
    ('hotline', 'portal', '')
    """
    return next((way for way, words in _WAYS.items() if words.search(normalise(text))), "")


def count_ways(lines: pd.DataFrame, unhappy: set[str]) -> pd.DataFrame:
    """Count problems by unit and way. Not content counts of what is closed: reopened it stands in no base.

    Takes:   lines - number, unit_name, way, closed (ordinal or OPEN), is_late, is_exempt; unhappy - numbers
    Returns: as `Reported.units`
    """
    is_closed = (lines["closed"] < OPEN).to_numpy()
    is_late = (lines["is_late"] & ~lines["is_exempt"]).to_numpy(bool)
    end = np.select([is_closed & ~is_late, is_closed], _ENDS[:2], _ENDS[2])
    by_way = lines["way"].to_numpy(object) + "_" + end.astype(object)
    flags = {name: (by_way == name).astype(int) for name in _COUNTS[1:-1]}
    is_answered = is_closed & (lines["way"] == HOTLINE).to_numpy()
    flags |= {"sent": 1, "unhappy": (is_answered & lines["number"].isin(unhappy)).astype(int)}
    counts = lines.assign(**flags).groupby("unit_name", as_index=False)[list(_COUNTS)].sum()
    counts = counts.sort_values(["sent", "unit_name"], ascending=[False, True], ignore_index=True)
    if len(counts):
        counts.loc[len(counts)] = ["合计", *counts[list(_COUNTS)].sum()]
    in_time = counts["hotline_in_time"] + counts["portal_in_time"]
    closed = in_time + counts["hotline_late"] + counts["portal_late"]
    answered = counts["hotline_in_time"] + counts["hotline_late"]
    shares = {
        "closed_rate": (closed, counts["sent"]),
        "in_time_rate": (in_time, counts["sent"]),
        "unhappy_rate": (counts["unhappy"], answered),
    }
    texts = {
        name: [_percent(*counted) for counted in zip(*bases, strict=True)]
        for name, bases in shares.items()
    }
    return counts.assign(**texts)[[column.name for column in TABLE]]


def _percent(count: int, base: int) -> str:
    return f"{float(half_up(100 * count / base, 2)):.2f}%" if base else "—"


def _notes(
    view: ProblemView, lines: pd.DataFrame, counted: pd.DataFrame, is_sent: pd.Series
) -> list[str]:
    days = f"{view.begin.isoformat()} 至 {view.as_of.isoformat()} 发现的群众反映的问题"
    words = {way: sorted(set(counted.loc[counted["way"] == way, "said"])) for way in _WAYS}
    ways = [
        f"{title}：{'、'.join(words[way])}"
        for way, title in ((HOTLINE, "热线"), (PORTAL, "网站"))
        if words[way]
    ]
    untold = lines[is_sent & (lines["way"] == "")]
    names = "、".join(sorted({text or "没有写来源" for text in untold["said"]}))
    left_out = {
        f"来源看不出是热线还是网站的 {len(untold)} 条（{names}）": len(untold),
        f"还没有交办、不属实的 {int((~is_sent).sum())} 条": int((~is_sent).sum()),
    }
    outside = "，".join(text for text, count in left_out.items() if count)
    return [
        f"{days}。{'；'.join(ways)}{'。' if ways else ''}办结{closing(view)}，截至 {view.as_of.isoformat()}。{WORDS}",
        *([f"不在本表：{outside}。"] if outside else []),
    ]


def reported_file(counts: Reported, view: ProblemView) -> bytes:
    """Make the workbook of the table."""
    title = f"12345办理情况（截至 {view.as_of.isoformat()}）"
    return write_book(ExportSheet("12345办理情况", title, counts.units, TABLE, counts.remarks))
