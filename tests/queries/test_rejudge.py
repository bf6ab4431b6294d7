"""All days of 2026 on which three Monday-to-Friday days end otherwise than by the notice, found by the command."""

import json
from datetime import date, timedelta

import chinese_calendar
import pytest

from tests.builders import xlsx
from tests.decisions.test_problem_moves import HEADERS
from tests.offices import ingest, make_office
from wenming_metrics.__main__ import OK, main
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.store import schema
from wenming_metrics.store.database import writing

pytestmark = pytest.mark.only("sqlite")

STARTS = [date(2026, 1, 1) + timedelta(days=n) for n in range(358)]


def third(day, is_working):
    """The third working day after a day."""
    left = 3
    while left:
        day += timedelta(days=1)
        left -= is_working(day)
    return day


def monday_to_friday(day):
    return third(day, lambda d: d.weekday() < 5)


def by_notice(day):
    return third(day, chinese_calendar.is_workday)


def test_fifty_four_starts_of_a_year(tmp_path, monkeypatch, capsys):
    early = [day for day in STARTS if monday_to_friday(day) < by_notice(day)]
    late = [day for day in STARTS if monday_to_friday(day) > by_notice(day)]
    assert (len(early), len(late)) == (38, 16)
    office = make_office(
        tmp_path,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100, "mode": "deduct", "full_mark": 100, "settlement": "window"}],
        streets=[("甲街道", "主城区"), ("乙街道", "主城区")],
        files={"deductions.csv": "source,state,severity,points\n,已发现,,0.1\n,未及时整改,,0.3\n"},
    )
    # Too early in 甲街道, answered on the right last day; too late in 乙街道, on the wrong one.
    rows, answers = [], []
    for street, days, rule in (("甲街道", early, by_notice), ("乙街道", late, monday_to_friday)):
        for nth, day in enumerate(days):
            number, site = f"{street}{nth}", f"{nth}号"
            facts = [day, "市督查组", street, "小区", site, "环境", "堆物", street, None]
            rows.append([*facts, number, "3个工作日"])
            answers.append([number, street, "已整改", rule(day).isoformat()])
    said = SenderAnswers(confirm_visits=True)
    ingest(
        office, xlsx({"问题清单": [["督查问题清单"], HEADERS, *rows]}), "全年.xlsx", answers=said
    )
    head = ["问题编号", "单位", "整改情况", "完成时间"]
    ingest(office, xlsx({"反馈": [["整改反馈"], head, *answers]}), "反馈.xlsx")
    with writing(office.store) as connection:
        table = schema.finding
        for row in rows:
            counted = table.update().where(table.c.number == row[9])
            connection.execute(counted.values(due=monday_to_friday(row[0]).toordinal()))
    monkeypatch.setenv("WENMING_STORE", office.store.engine.url.database)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    assert main(["problems", "--json", "--rejudge", "2026-01-01", "2026-11-30"]) == OK
    told = json.loads(capsys.readouterr().out)
    marks = {line["number"]: line["mark"] for line in told["lines"]}
    assert {number[:3]: mark for number, mark in marks.items()} == {
        **{"甲街道": "取消逾期", "乙街道": "新增逾期"}
    }
    assert len(marks) == 54
    # 100 - 38 x 0.3 = 88.6 and 100 - 16 x 0.1 = 98.4; rightly 100 - 38 x 0.1 and 100 - 16 x 0.3.
    ranks = {line.pop("unit_name"): line for line in told["ranks"]}
    assert {
        unit: (r["score"], r["rank"], r["score_now"], r["rank_now"]) for unit, r in ranks.items()
    } == {
        "甲街道": (88.6, 2, 96.2, 1),
        "乙街道": (98.4, 1, 95.2, 2),
    }
