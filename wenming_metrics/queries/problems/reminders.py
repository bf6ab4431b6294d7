"""Who has not signed for a problem, or not answered in time: 提示, 催办, 督办单, 提级督办, with a text to send.

Which of them is due is a setting: so many working days after the limit.
"""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.working_days import WorkingDays, is_working
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import ProblemView
from wenming_metrics.rules.loop import LoopRules
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

UNSIGNED = "未签收"
_LISTED = 10
"""So many problems are written into one text; the rest are counted."""


def reminders(office: Office, view: ProblemView) -> pd.DataFrame:
    """List who is to be reminded of what, the gravest first.

    Returns: level (UNSIGNED or a reminder of the rules), unit_name, problems (how many), most_late
             (days after the limit, 0), numbers (joined by 、), text (to be pasted)
    """
    rules = office.rules.loop
    with reading(office.store) as connection:
        calendar = read_register(connection).calendar
    lines = view.lines[view.lines["is_open"] & (view.lines["handed"] > 0)]
    as_of = view.as_of.toordinal()
    levels = [_level(line, rules, calendar, as_of) for line in lines.itertuples()]
    leveled = lines.assign(level=levels)
    leveled = leveled[leveled["level"] != ""]
    order = [UNSIGNED, *_by_days(rules)]
    rows = [
        {
            "level": level,
            "unit_name": unit,
            "problems": len(group),
            "most_late": int(max(0, -group["left"].min())) if group["left"].notna().any() else 0,
            "numbers": "、".join(number or "未编号" for number in group["number"]),
            "text": _text(str(level), str(unit), group, view),
        }
        for (level, unit), group in leveled.groupby(["level", "unit_name"], sort=False)
    ]
    frame = pd.DataFrame(
        rows, columns=["level", "unit_name", "problems", "most_late", "numbers", "text"]
    )
    in_order = frame.assign(rank=[-order.index(level) for level in frame["level"]])
    in_order = in_order.sort_values(
        ["rank", "most_late", "problems"], ascending=[True, False, False]
    )
    return in_order.drop(columns="rank").reset_index(drop=True)


def _by_days(rules: LoopRules) -> list[str]:
    return sorted(rules.reminders, key=lambda name: rules.reminders[name])


def _level(line: tuple, rules: LoopRules, calendar: WorkingDays, as_of: int) -> str:
    """Say which reminder a problem asks for, "" for none."""
    if line.is_overdue:
        late = working_days_between(calendar, int(line.due), as_of)
        due_levels = [name for name in _by_days(rules) if late >= rules.reminders[name]]
        if due_levels:
            return due_levels[-1]
    waited = working_days_between(calendar, int(line.since), as_of)
    return UNSIGNED if line.state == "待签收" and waited > rules.sign_days else ""


def working_days_between(calendar: WorkingDays, start: int, end: int) -> int:
    """Count the working days after one day up to another."""
    return sum(is_working(calendar, day) for day in range(start + 1, end + 1))


def _text(level: str, unit: str, problems: pd.DataFrame, view: ProblemView) -> str:
    """Write what is sent to a unit."""
    count, day_text = len(problems), f"{view.as_of.month}月{view.as_of.day}日"
    if level == UNSIGNED:
        opening = f"截至{day_text}，交办贵单位的 {count} 条问题还没有签收，请尽快签收办理："
    else:
        opening = (
            f"截至{day_text}，贵单位有 {count} 条问题超过整改时限还没有反馈，请抓紧整改并反馈："
        )
    numbered = [
        _line(number, line) for number, line in enumerate(problems.head(_LISTED).itertuples(), 1)
    ]
    left_out = [f"另有 {count - _LISTED} 条见清单。"] if count > _LISTED else []
    return "\n".join([f"【{level}】{unit}：", opening, *numbered, *left_out])


def _line(number: int, line: tuple) -> str:
    location = "，".join(filter(None, (line.site_name, str(line.item_name or ""))))
    due = (
        f"，应于{line.due_day.month}月{line.due_day.day}日前整改，{line.term}"
        if line.due_day
        else ""
    )
    return f"{number}. {line.number or '未编号'}：{location}{due}。"
