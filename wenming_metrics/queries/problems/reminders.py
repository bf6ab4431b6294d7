"""Who has not signed for a problem, or not answered in time: 提示, 催办, 督办单, 提级督办, with a text to send.

Which of them is due is a setting: so many working days after the limit. A unit that assists is reminded
of its own report.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from wenming_metrics.domain.working_days import count_working
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.choices import problem_key
from wenming_metrics.queries.problems.lists import ProblemView
from wenming_metrics.queries.problems.orders import ASSISTING
from wenming_metrics.rules.loop import LoopRules
from wenming_metrics.scoring.loop.course import CO_ANSWER, SETTLED
from wenming_metrics.scoring.loop.figures import UNTRUE
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.frames import read_frame
from wenming_metrics.store.problems import handed_out, read_events
from wenming_metrics.store.registers import read_register

UNSIGNED = "未签收"
_LISTED = 10
"""So many problems are written into one text; the rest are counted."""
_KEY = ["day", "batch", "seq", "number", "is_shared"]
"""What a problem is known by, see `choices.problem_key`."""
COLUMNS = ["level", "unit_name", "problems", "most_late", "sent", "numbers", "text", "unit", "keys"]


def reminders(office: Office, view: ProblemView) -> pd.DataFrame:
    """List who is to be reminded of what, the gravest first.

    Returns: level (UNSIGNED or a reminder of the rules), unit_name, problems (how many), most_late
             (days after the limit, 0), sent (文号 under which all of them were sent at this level, "" =
             not yet), numbers (joined by 、), text (to be pasted), unit (its number), keys (of the
             problems, as `choices.problem_key` gives them)
    """
    rules = office.rules.loop
    handed = view.lines[view.lines["handed"] > 0]
    # What the lead answered is open for those that have still to report.
    lines, joint = handed[handed["is_open"]], handed[~handed["state"].isin([SETTLED, UNTRUE])]
    with reading(office.store) as connection:
        register = read_register(connection)
        helping = _helping(connection, joint, register.units["name"])
        lines = pd.concat([lines.assign(assists=False), helping], ignore_index=True)
        levels = _levels(lines, rules, register.calendar, view.as_of.toordinal())
        lines = lines.assign(level=levels)[levels != ""]
        sent = _sent(connection, lines["number"])
    units = {name: unit for unit, name in register.units["name"].items()}
    order = [UNSIGNED, *by_days(rules)]
    rows = [
        (
            *(reminder, unit, len(group), int(max(0, np.nan_to_num(-group["left"].min())))),
            _sent_under(sent, str(reminder), group),
            "、".join(number or "未编号" for number in group["number"].tolist()),
            _text(str(reminder), str(unit), group, view.as_of),
            units.get(unit, -1),
            tuple(problem_key(line) for line in group[_KEY].itertuples()),
        )
        for (reminder, unit), group in lines.groupby(["level", "unit_name"], sort=False)
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    in_order = frame.assign(rank=[-order.index(reminder) for reminder in frame["level"]])
    in_order = in_order.sort_values(
        ["rank", "most_late", "problems"], ascending=[True, False, False]
    )
    return in_order.drop(columns="rank").reset_index(drop=True)


def by_days(rules: LoopRules) -> list[str]:
    """List the reminders of the rules, the first one first."""
    return sorted(rules.reminders, key=lambda name: rules.reminders[name])


def sent_reminders(office: Office) -> pd.DataFrame:
    """List the reminders that were sent, the newest first: document_no, level, unit, day (ordinal), who, problems, at."""
    table = schema.problem_event
    keys = (table.c.document_no, table.c.act.label("level"), table.c.unit, table.c.day, table.c.who)
    query = select(*keys, func.count().label("problems"), func.max(table.c.at).label("at"))
    query = query.where(table.c.act.in_(by_days(office.rules.loop)), table.c.batch == 0)
    with reading(office.store) as connection:
        lines = read_frame(connection, query.group_by(*keys))
        names = read_register(connection).units["name"]
    lines = lines.assign(unit_name=lines["unit"].map(names).fillna(""))
    return lines.sort_values(["at", "document_no"], ascending=False, ignore_index=True)


def _helping(connection: Connection, lines: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Give the problems again, under each 协办 unit that has not reported in the round."""
    numbers = lines["number"].tolist()
    handed = handed_out(connection, numbers, schema.hand_out.c.role == ASSISTING)
    answered = schema.problem_event.c.act == CO_ANSWER
    reports = read_events(connection, handed["number"].tolist(), "", answered)
    reports = reports.groupby(["number", "unit"])["event"].max()
    reported = [
        reports.get((line.number, line.unit), -1) > line.event
        for line in handed.itertuples(index=False)
    ]
    handed = handed[~np.array(reported, bool)]
    owing = lines.merge(handed[["number", "round", "unit"]], on=["number", "round"])
    return owing.assign(unit_name=owing["unit_y"].map(names), assists=True, state="整改中")


def _levels(lines: pd.DataFrame, rules: LoopRules, calendar: object, as_of: int) -> np.ndarray:
    """Say which reminder each problem asks for, "" for none."""
    levels = np.full(len(lines), "", object)
    ends = np.full(len(lines), as_of)
    due = lines["due"].to_numpy(np.int64)
    is_late = lines["is_overdue"].to_numpy(bool) | (
        lines["assists"].to_numpy(bool) & (due > 0) & (due < as_of)
    )
    waited = count_working(calendar, lines["since"].to_numpy(np.int64), ends)
    is_unsigned = (lines["state"] == "待签收").to_numpy() & (waited > rules.sign_days)
    levels[is_unsigned] = UNSIGNED
    late = count_working(calendar, np.where(is_late, due, as_of), ends)
    for name in by_days(rules):
        levels[is_late & (late >= rules.reminders[name])] = name
    return levels


def _sent(connection: Connection, numbers: pd.Series) -> Mapping[tuple[str, str], tuple[int, str]]:
    """Give what was sent last of each problem at each level: (number, level) -> day, 文号."""
    is_sent = schema.problem_event.c.document_no != ""
    events = read_events(connection, numbers.tolist(), "", is_sent)
    levels = [facts.get("level", "") for facts in events["details"]]
    sent = zip(events["day"], events["document_no"], strict=True)
    return dict(zip(zip(events["number"], levels, strict=True), sent, strict=True))


def _sent_under(
    sent: Mapping[tuple[str, str], tuple[int, str]], reminder: str, problems: pd.DataFrame
) -> str:
    """Say under which 文号 problems were sent since the limit that holds now; "" unless all were."""
    documents = []
    moments = zip(*(problems[name].tolist() for name in ("number", "handed", "due")), strict=True)
    for number, handed, due in moments:
        day, document = sent.get((number, reminder), (0, ""))
        since = handed if reminder == UNSIGNED else max(handed, due)
        documents.append(document if day >= since else "")
    return "、".join(dict.fromkeys(documents)) if all(documents) else ""


def _text(reminder: str, unit: str, problems: pd.DataFrame, as_of: date) -> str:
    """Write what is sent to a unit."""
    numbered = [
        _line(number, line) for number, line in enumerate(problems.head(_LISTED).itertuples(), 1)
    ]
    count = len(problems)
    left_out = [f"另有 {count - _LISTED} 条见清单。"] if count > _LISTED else []
    opening = opening_of(reminder, count, as_of)
    return "\n".join([f"【{reminder}】{unit}：", opening, *numbered, *left_out])


def opening_of(reminder: str, count: int, as_of: date) -> str:
    """Say what a unit is reminded of."""
    day_text = f"{as_of.month}月{as_of.day}日"
    if reminder == UNSIGNED:
        return f"截至{day_text}，交办贵单位的 {count} 条问题还没有签收，请尽快签收办理："
    return f"截至{day_text}，贵单位有 {count} 条问题超过整改时限还没有反馈，请抓紧整改并反馈："


def _line(number: int, line: tuple) -> str:
    location = "，".join(filter(None, (line.site_name, str(line.item_name or ""))))
    due = (
        f"，应于{line.due_day.month}月{line.due_day.day}日前整改，{_late_words(line)}"
        if line.due_day
        else ""
    )
    return f"{number}. {line.number or '未编号'}：{location}{due}。"


def _late_words(line: tuple) -> str:
    return "协办情况未报" if line.assists else line.term
