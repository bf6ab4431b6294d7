"""The lived loop of the made-up city goes along allowed moves only, and its photos say when they were taken."""

import io
from datetime import date, timedelta

import pandas as pd
from openpyxl import load_workbook

from wenming_metrics.demo.city import demo_catalogue
from wenming_metrics.demo.loop import ANSWER, courses, in_files
from wenming_metrics.demo.unit_returns import choose_returns, write_returns
from wenming_metrics.domain.photo_facts import taken_on
from wenming_metrics.domain.working_days import announced
from wenming_metrics.domain.working_hours import DAY, OfficeHours, end_of, make_clock
from wenming_metrics.queries.scores.moves import follow_line
from wenming_metrics.rules.load import load_rules
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.scoring.loop.course import EVENT_COLUMNS

END = date(2026, 11, 20)
START = END - timedelta(days=59)
EMPTY = {name: "" if kind is object else 0 for name, kind in EVENT_COLUMNS.items()}


def problems():
    days = [START + timedelta(days=n % 59) for n in range(900)]
    return pd.DataFrame(
        {
            "problem_no": [f"P{n:03}" for n in range(900)],
            "day": days,
            "deadline": ["立行立改" if n % 3 == 0 else "3个工作日" for n in range(900)],
            "responsible": [f"部门{n % 5}、市公安局" for n in range(900)],
            "site": [f"{n % 30}号" for n in range(900)],
            "description": "堆物",
        }
    )


def event(step, number):
    act = step.act if step.act != ANSWER or step.state == "已整改" else "进展"
    unit = {"改派": 7, "交办": 7}.get(step.act, -1)
    due = step.facts.get("整改时限", "")
    due = date.fromisoformat(due).toordinal() if due else 0
    facts = {"event": number, "act": act, "unit": unit, "day": step.day, "due": due, "frozen": {}}
    return {**EMPTY, "minute": DAY, "due_minute": DAY, "batch": 1, **facts}


def test_every_course_is_one_that_the_table_of_moves_allows():
    rows = problems()
    rules = load_rules(ROOT / "data" / "rules" / "demo-2026", demo_catalogue()).loop
    clock = make_clock(announced(), OfficeHours(), START.toordinal(), END.toordinal() + 1)
    all_steps, acts = courses(rows, END, 5), set()
    for problem, steps in zip(rows.itertuples(), all_steps, strict=True):
        line = {"number": problem.problem_no, "day": problem.day.toordinal(), "named": 1}
        line |= {"due_by_row": problem.day.toordinal() + 5, "by_table": True, "start": "待交办"}
        events = [event(step, number) for number, step in enumerate(steps, 1)]
        course = follow_line(line, events, rules, clock, end_of(END.toordinal()))
        assert course.ignored == (), (steps, course)
        acts |= {step.act for step in steps}
    assert acts >= {
        "延期申请",
        "批准挂账",
        "列入长期整改",
        "退回",
        "改派",
        "核查不通过",
        "销号",
        "反弹",
    }
    assert acts >= {"回头看保持", "整改复查", "核查通过", ANSWER}
    for of_file in in_files(all_steps, START, END):
        answered = [step.number for step in of_file if step.act == ANSWER]
        assert len(answered) == len(set(answered)), "one file would contradict itself"


def test_units_send_photos_that_say_when_they_were_taken(tmp_path):
    rows = problems()
    paths = write_returns(tmp_path, choose_returns(rows, pd.Series(True, rows.index), END), END)
    assert len(paths) == 4
    sheets = [load_workbook(path).active for path in paths]
    titles = [[cell.value for cell in sheet[3]] for sheet in sheets]
    assert titles[0][0] == "完成人"
    assert {sheet.cell(4, 1).value for sheet in sheets[1:3]} == {None, "1"}
    photos = [[picture._data() for picture in sheet._images] for sheet in sheets]
    assert all(len(pictures) == 12 for pictures in photos)
    last = photos[3]
    assert last[1] == last[3], "one photo for two problems"
    assert taken_on(last[1]) == (END - timedelta(days=40)).toordinal()
    assert taken_on(photos[0][0]) in {day.toordinal() for day in rows["day"]}
    assert io.BytesIO(last[0]).read(3) == b"\xff\xd8\xff"
