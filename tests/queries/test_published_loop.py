"""The published figures of cities (loop.md 3), from rows that are uploaded, as of the day that was stated."""

from datetime import date

import pytest

from tests.builders import xlsx
from tests.decisions.test_problem_moves import HEADERS
from tests.intake.test_problem_moves import HEADERS as MOVED
from tests.offices import ingest, make_office
from wenming_metrics.domain.numbers import half_up
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.reading.model.reading import SenderAnswers

pytestmark = pytest.mark.only("sqlite")

MANY = 5_000
UNITS = ["通州", "崇川", "港闸", "开发区", "公安", "交通", "电信"]
ANSWERED = ["问题编号", "单位", "整改情况", "完成时间"]
MOVED_MORE = [*MOVED, "暂缓至", "文号", "复查结果"]


@pytest.fixture
def office(tmp_path):
    return make_office(
        tmp_path,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100, "mode": "deduct", "full_mark": 100, "settlement": "window"}],
        streets=[(f"{name}街道", "主城区") for name in UNITS],
    )


def find(office, *batches):
    """Upload a list of problems. Takes: batches - (first number, unit of each, found, due)"""
    rows = []
    for first, units, found, due in batches:
        for nth, unit in enumerate(units, first):
            where = [f"{unit}街道", "小区", f"{nth % 40}号", "环境", "堆物", f"{unit}街道"]
            rows.append([found, "市督查组", *where, None, f"N{nth:05}", due.isoformat()])
    ending = "csv" if len(rows) > MANY else "xlsx"
    data = written(ending, "问题清单", HEADERS, rows)
    ingest(office, data, f"清单.{ending}", answers=SenderAnswers(confirm_visits=True))


def answer(office, lines):
    """Upload answers. Takes: lines - (number, unit, finished)"""
    rows = [[f"N{n:05}", f"{unit}街道", "已整改", day.isoformat()] for n, unit, day in lines]
    ending = "csv" if len(rows) > MANY else "xlsx"
    ingest(office, written(ending, "整改反馈", ANSWERED, rows), f"反馈.{ending}")


def move(office, numbers, act, day, outcome="", who="甲"):
    rows = [
        [
            f"N{n:05}",
            act,
            day.isoformat(),
            who,
            "",
            "",
            "见文件",
            "",
            "乙",
            "2027-01-31",
            "一号",
            outcome,
        ]
        for n in numbers
    ]
    ingest(office, xlsx({"流转": [["整改流转表"], MOVED_MORE, *rows]}), "流转.xlsx")


def written(ending, title, headings, rows):
    """A workbook; a text file of what is a city's whole month, which is made faster."""
    if ending == "xlsx":
        return xlsx({title: [[title], headings, *rows]})
    lines = [
        ",".join("" if cell is None else str(cell) for cell in row) for row in [headings, *rows]
    ]
    return "\n".join(lines).encode("utf-8-sig")


def share(view, code):
    line = view.rate_of(code)
    return line["numerator"], line["denominator"], float(half_up(100 * line["rate"], 2))


def test_taishan(office):
    found, due = date(2026, 11, 2), date(2026, 11, 13)
    find(office, (1, ["通州"] * 1032, found, due))
    answer(office, [(n, "通州", date(2026, 11, 10)) for n in range(1, 964)])
    view = problem_view(office, 30, date(2026, 11, 14))
    assert share(view, "claim_rate") == (963, 1032, 93.31)
    assert view.rate_of("overdue")["numerator"] == 1032 - 963


def test_chuxiong_and_changzi(office):
    """57 handed out, 28 put right by 10 October; of 54 looked at again 38 were put right."""
    find(office, (1, ["崇川"] * 57, date(2026, 9, 21), date(2026, 10, 9)))
    answer(office, [(n, "崇川", date(2026, 10, 8)) for n in range(1, 29)])
    answer(office, [(n, "崇川", date(2026, 10, 12)) for n in range(29, 40)])  # after the day stated
    view = problem_view(office, 30, date(2026, 10, 10))
    assert share(view, "claim_rate") == (28, 57, 49.12)
    assert view.rate_of("handed")["numerator"] == 57
    move(office, range(1, 39), "整改复查", date(2026, 10, 20), "整改到位")
    move(office, range(39, 55), "整改复查", date(2026, 10, 20), "未整改")
    view = problem_view(office, 60, date(2026, 10, 31))
    assert share(view, "looked") == (38, 54, 70.37)
    assert view.rate_of("relapse")["numerator"] == 0, "what is not put right has not come back"


def test_dongfang(office):
    find(office, (1, ["港闸"] * 1223, date(2026, 11, 2), date(2026, 11, 13)))
    answer(office, [(n, "港闸", date(2026, 11, 10)) for n in range(6, 1224)])
    move(office, range(1, 6), "列入长期整改", date(2026, 11, 10))
    view = problem_view(office, 30, date(2026, 11, 18))
    counts = {code: view.rate_of(code)["numerator"] for code in ("found", "long_term", "overdue")}
    assert counts == {"found": 1223, "long_term": 5, "overdue": 0}
    assert share(view, "claim_rate") == (1218, 1218, 100)


def test_nantong(office):
    """12,184 found, 122 of them not accepted; 744 carried over; 12,806 due, 12,461 put right, 345 overdue."""
    overdue = dict(zip(UNITS, [12, 234, 58, 30, 1, 6, 4], strict=True))
    before, found = date(2026, 9, 24), date(2026, 10, 10)
    due, late = date(2026, 10, 20), date(2026, 10, 28)
    carried = [unit for unit, count in overdue.items() for _ in range(count)] + ["通州"] * 399
    month = [UNITS[n % 7] for n in range(12_184)]
    find(office, (1, carried, before, due), (1001, month, found, due))
    answers = [(n, "通州", date(2026, 10, 9)) for n in range(346, 745)]
    accepted = list(enumerate(month, 1001))[: 12_184 - 122]
    answers += [(n, unit, date(2026, 10, 15)) for n, unit in accepted[:11_423]]
    answer(office, answers + [(n, unit, late) for n, unit in accepted[11_423:]])
    move(office, range(1001 + 12_062, 1001 + 12_184), "认定不属实", date(2026, 10, 12))
    view = problem_view(office, 31, date(2026, 10, 31))
    assert share(view, "due_rate") == (12_461, 12_806, 97.31)
    assert share(view, "kept") == (11_822, 12_806, 92.32)
    codes = ("found", "carried", "untrue", "overdue")
    assert [view.rate_of(code)["numerator"] for code in codes] == [12_184, 744, 122, 345]
    by_unit = view.by_unit.set_index("unit_name")["overdue"]
    assert by_unit.to_dict() == {f"{unit}街道": count for unit, count in overdue.items()}
