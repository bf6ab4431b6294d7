"""Problems as page, command and workbook list them: named, with their deadline in words, by unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from wenming_metrics.access.viewer import knows_scope
from wenming_metrics.domain.periods import today
from wenming_metrics.domain.registers import ancestors
from wenming_metrics.domain.working_hours import day_of
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.book import ProblemBook, read_book
from wenming_metrics.queries.problems.orders import LEAD
from wenming_metrics.queries.problems.visible import visible_part
from wenming_metrics.queries.scores.describe_rows import describe
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.queries.scores.records import locations_of
from wenming_metrics.queries.unit.open_problems import SOON
from wenming_metrics.scoring.loop.course import START, ProblemCourse
from wenming_metrics.scoring.loop.figures import figures, median_days
from wenming_metrics.scoring.tree.states import OPEN
from wenming_metrics.store.database import reading
from wenming_metrics.store.problems import handed_out
from wenming_metrics.store.registers import read_sites_met
from wenming_metrics.store.rows import read_rows
from wenming_metrics.vocabulary import LOOP_STATES, PARTIES, SOURCE_CODES, SOURCES

OVERDUE, NEAR, LATER, UNDATED, STALLED = "逾期", "临期", "未到期", "无期限", "长期无进展"
TERMS = (OVERDUE, NEAR, LATER, UNDATED, STALLED)
"""How a problem stands to its limit; 无期限 of what was handed out without one."""
_CARRIED = 366
"""So many days before a period what is still open is looked for."""
LIST_COLUMNS = (
    *("number", "state", "unit_name", "term", "due_day", "age", "site_name", "item_name"),
    *("found_on", "source_name", "returns"),
)
"""Columns of a list of problems, in the order in which they are shown."""


@dataclass(frozen=True, eq=False)
class ProblemView:
    """Problems of some days, as of a day.

    lines   - LIST_COLUMNS, and day, batch, seq, sheet, source_row, content, holder_name, is_open, is_overdue,
              is_stalled, is_undated, is_relapsed, left (days to the deadline, NaN without); the most
              urgent first
    figures - `scoring.loop.figures.figures`; by_unit - see `count_by_unit`
    median  - working days from hand-out to closure, and of how many; unlinked - answers of no problem
    """

    begin: date
    as_of: date
    lines: pd.DataFrame
    figures: pd.DataFrame
    by_unit: pd.DataFrame
    median: tuple[float, int]
    closes: str

    def rate_of(self, code: str) -> pd.Series:
        """Give one figure by its code."""
        return self.figures[self.figures["code"] == code].iloc[0]


@knows_scope
def problem_view(
    office: Office, back: int, as_of: date | None = None, known_at: str = ""
) -> ProblemView:
    """List the problems found in the days up to a day, and those carried over into them (上期结转).

    Only those that the viewer sees. Takes: back - so many days; as_of - None: today
    """
    last = as_of or today()
    begin = last - timedelta(days=back - 1)
    with reading(office.store) as connection:
        start = begin.toordinal()
        days = range(start - _CARRIED, last.toordinal() + 1)
        moment = Moment(last.toordinal(), known_at)
        book = read_book(connection, office.rules.loop, days, moment, period_start=start)
        book = visible_part(connection, book, office.viewer)
        sites = read_sites_met(connection).set_index("site")["name"]
    return view_of(office, book, sites, begin)


def present_view(office: Office, back: int) -> ProblemView:
    """Give `problem_view` as of today; where answers are remembered, one for all that rest on it.

    Nobody may change it. Takes: back - so many days
    """
    if office.recall is None:
        return problem_view(office, back)
    return office.recall(office, problem_view, back)


def view_of(office: Office, book: ProblemBook, sites: pd.Series, begin: date) -> ProblemView:
    """Name the problems of a book and count them."""
    as_of = book.moment.as_of
    lines = _named(office, book, sites)
    return ProblemView(
        begin=begin,
        as_of=date.fromordinal(as_of),
        lines=lines,
        figures=figures(book.lines),
        by_unit=count_by_unit(lines),
        median=median_days(book.lines, book.register.calendar),
        closes=book.rules.closes,
    )


def _named(office: Office, book: ProblemBook, sites: pd.Series) -> pd.DataFrame:
    """Put names and words to the lines of a book, the most urgent first."""
    lines, as_of = book.lines, book.moment.as_of
    names = book.register.units["name"].to_dict()
    streets = ancestors(book.register, "street")
    is_place = np.isin(book.register.units["kind"].to_numpy(object), ["community", "district"])
    # A community answers through its street.
    answering = [
        int(streets[unit]) if unit >= 0 and is_place[unit] and streets[unit] >= 0 else unit
        for unit in lines["named"].tolist()
    ]
    dated = (lines["due"] > 0) & (lines["closed"] >= OPEN)
    left_days = np.where(dated, lines["due"] - as_of, np.nan)
    is_open = (lines["closed"] >= OPEN) & (lines["state"] != "不属实")
    item_names = office.catalogue.items["name"]
    elsewhere = lines["batch"].to_numpy() == 0
    source_names = np.array([SOURCES[code] for code in SOURCE_CODES], object)
    described = lines.assign(
        unit_name=[names.get(unit, "") for unit in answering],
        is_shared=(lines["number"] != "") & lines["number"].duplicated(keep=False),
        site_name=lines["site"].map(sites).fillna("").to_numpy(object),
        item_name=np.where(
            elsewhere, lines["content"], item_names.reindex(lines["item"]).to_numpy()
        ),
        source_name=np.where(elsewhere, lines["origin"], source_names[lines["source"]]),
        found_on=[date.fromordinal(day) for day in lines["day"].tolist()],
        due_day=[date.fromordinal(day) if day else None for day in lines["due"].tolist()],
        age=np.where(is_open, as_of - lines["day"], pd.NA),
        left=left_days,
        is_open=is_open,
        term=[
            term_words(*facts)
            for facts in zip(
                lines["state"].tolist(),
                left_days.tolist(),
                is_open.tolist(),
                lines["is_late"].tolist(),
                lines["is_undated"].tolist(),
                strict=True,
            )
        ],
    ).astype({"age": "Int64"})
    order = described.assign(undated=~described["is_undated"], closed_last=~described["is_open"])
    order = order.sort_values(["closed_last", "undated", "left", "day"], kind="stable")
    return described.loc[order.index].reset_index(drop=True)


def term_words(state: str, days_left: float, is_open: bool, is_late: bool, is_undated: bool) -> str:
    """Say how a problem stands to its limit: 逾期3天, 今天到期, 还有2天, 无期限 ..."""
    if not is_open:
        return "" if state == "不属实" else "逾期完成" if is_late else "按期完成"
    if LOOP_STATES[state] == "paused":
        return state
    if is_undated:
        return UNDATED
    if np.isnan(days_left) or state == START:
        return "未交办"
    if LOOP_STATES[state] != "unit":
        return "已反馈（逾期）" if is_late else "已反馈"
    days = int(days_left)
    return f"逾期{-days}天" if days < 0 else f"还有{days}天" if days else "今天到期"


def with_term(lines: pd.DataFrame, term: str) -> pd.DataFrame:
    """Keep the problems that stand so to their limit. Takes: term - of TERMS, "": all"""
    near = lines["is_open"] & ~lines["is_overdue"] & (lines["left"] <= SOON)
    later = lines["is_open"] & (lines["left"] > SOON)
    masks = {
        OVERDUE: lines["is_overdue"],
        NEAR: near,
        LATER: later,
        UNDATED: lines["is_undated"],
        STALLED: lines["is_stalled"],
    }
    return lines[masks[term]] if term in masks else lines


def count_by_unit(lines: pd.DataFrame) -> pd.DataFrame:
    """Count who holds how many, how old, how late; those with most overdue first.

    Returns: unit_name, held (open problems handed out to it), overdue, most_late (days), oldest (days
             since it was found), undated, stalled, returned
    """
    handed = lines[lines["handed"] > 0]
    open_lines = handed[handed["is_open"]]
    late_days = np.where(open_lines["is_overdue"], -open_lines["left"], 0)
    in_hand = open_lines.assign(
        held=1,
        overdue=open_lines["is_overdue"].astype(int),
        most_late=late_days,
        oldest=open_lines["age"].astype("int64"),
        undated=open_lines["is_undated"].astype(int),
        stalled=open_lines["is_stalled"].astype(int),
        returned=(open_lines["returns"] > 0).astype(int),
    )
    how = {"held": "sum", "overdue": "sum", "most_late": "max", "oldest": "max"}
    how |= {"undated": "sum", "stalled": "sum", "returned": "sum"}
    units = in_hand.groupby("unit_name", as_index=False).agg(how)
    order = ["overdue", "most_late", "held"]
    units = units.sort_values(order, ascending=False, kind="stable", ignore_index=True)
    return units.astype({"most_late": "int64"})


@dataclass(frozen=True, eq=False)
class ProblemStory:
    """One problem opened: where it stands, what happened, whose time it was.

    steps - act, on (text), who, unit_name, note (what else is said), batch, file, sheet, source_row,
            ignored (whether the table of moves did not allow it), pictures (digests), doubt (why a person
            should look at them closely, "" = nothing)
    hours - party, minutes; row - its original row as `describe_rows.describe` gives it, None: from
            elsewhere; dispatched - unit_name, role, dispatch, has_reported of the round
    """

    course: ProblemCourse
    steps: pd.DataFrame
    hours: Mapping[str, int]
    row: pd.Series | None
    dispatched: pd.DataFrame
    acts: tuple[str, ...]


@knows_scope
def problem_story(office: Office, day: int, batch: int, seq: int) -> ProblemStory | None:
    """Tell the course of one problem; None where there is none that the viewer sees.

    Takes: day - ordinal on which it was found
    """
    with reading(office.store) as connection:
        book = read_book(connection, office.rules.loop, [day])
        book = visible_part(connection, book, office.viewer)
        mine = (book.lines["batch"] == batch) & (book.lines["seq"] == seq)
        if not mine.any():
            return None
        index = int(book.lines.index[mine][0])
        course, line = book.play(index), book.lines.loc[index]
        row = None
        if batch:
            rows = read_rows(connection, [day], np.array([batch]))
            rows = rows[rows["seq"] == seq].assign(loss=np.nan, leaf_name="")
            row = describe(connection, office, rows).iloc[0]
        sent = handed_out(connection, [line["number"]])
        steps = _steps(book, index, course)
        filed = steps[steps["batch"] > 0]
        spots = locations_of(connection, filed).to_dict("index") if len(filed) else {}
    names = book.register.units["name"]
    sent = sent[sent["round"] == course.round]
    allowed = tuple(act for act in book.rules.acts if book.rules.find(course.state, act))
    return ProblemStory(
        course=course,
        steps=steps.assign(
            **{
                name: [spots.get(step, {}).get(name, "") for step in steps.index]
                for name in ("file", "sheet")
            }
        ),
        hours=course.minutes(book.clock),
        row=row,
        dispatched=sent.assign(
            unit_name=sent["unit"].map(names),
            has_reported=[
                bool(course.answered) if role == LEAD else unit in course.co_answered
                for role, unit in zip(sent["role"], sent["unit"], strict=True)
            ],
        ),
        acts=tuple(act for act in allowed if act != "随表交办"),
    )


def _steps(book: ProblemBook, index: int, course: ProblemCourse) -> pd.DataFrame:
    """List what happened to a problem, in the order in which it happened."""
    names, ignored = book.register.units["name"].to_dict(), set(course.ignored)
    events = book.events[book.events["finding"] == index]
    events = events.sort_values(["day", "minute", "event"], kind="stable")
    rows = [
        {
            "act": event["act"],
            "on": _moment_text(event["day"], event["minute"]),
            "who": event["who"],
            "unit_name": names.get(event["unit"], ""),
            "note": _note(event),
            "ignored": event["event"] in ignored,
            "pictures": tuple(event["details"].get("pictures", ())),
            "doubt": _photo_doubt(event["details"], course.handed),
            **{name: event[name] for name in ("batch", "sheet", "source_row")},
        }
        for event in events.to_dict("records")
    ]
    names_of = ["act", "on", "who", "unit_name", "note", "ignored", "pictures", "doubt"]
    names_of += ["batch", "sheet", "source_row"]
    return pd.DataFrame(rows, columns=names_of)


def _photo_doubt(details: Mapping[str, object], handed: int) -> str:
    """Say why the photos of an answer may not show that it was done. Takes: handed - moment"""
    stored_before = details.get("photos_seen", len(details.get("pictures_seen", ())))
    taken, handed_on = int(details.get("taken", 0)), day_of(handed) if handed else 0
    doubts = [f"{stored_before} 张库里已经有"] if stored_before else []
    if 0 < taken < handed_on:
        doubts.append(f"拍摄于 {date.fromordinal(taken).isoformat()}，早于交办")
    return "；".join(doubts)


def _moment_text(day: int, minute: int) -> str:
    text = date.fromordinal(day).isoformat()
    return text if minute >= 24 * 60 else f"{text} {minute // 60:02}:{minute % 60:02}"


def _note(event: Mapping[str, object]) -> str:
    """Say what an event says besides its act, joined by ；."""
    details = event["details"]
    pieces = [
        f"限{date.fromordinal(event['due']).isoformat()}前" if event["due"] else "",
        f"至{date.fromordinal(event['until']).isoformat()}" if event["until"] else "",
        f"{event['way']}核查" if event["way"] else "",
        str(event["outcome"]),
        str(details.get("state", "")),
        str(details.get("measure", "")),
        f"原因：{event['reason']}" if event["reason"] else "",
        f"批准人：{event['approver']}" if event["approver"] else "",
        str(event["document_no"]),
    ]
    return "；".join(clause for clause in pieces if clause)


def hours_text(hours: Mapping[str, int]) -> str:
    """Say whose time it was, in working hours; parties without any are left out."""
    spelled = [
        f"{PARTIES[party]} {minutes / 60:.1f}" for party, minutes in hours.items() if minutes
    ]
    total = sum(hours.values()) / 60
    return f"{'、'.join(spelled)}，合计 {total:.1f} 小时" if spelled else "还不到一个工作小时"
