"""The published figures of cities (loop.md 3), from rows that are uploaded, as of the day that was stated."""

import io
from datetime import date

import pandas as pd
import pytest
from docx import Document

from tests.builders import xlsx
from tests.decisions.test_problem_moves import HEADERS
from tests.intake.test_problem_moves import HEADERS as MOVED
from tests.offices import ingest, make_office
from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.periods import custom
from wenming_metrics.publishing.bulletin.document import make_bulletin
from wenming_metrics.publishing.bulletin.layout import Layout, save_layout
from wenming_metrics.publishing.bulletin.material import issue_of_window
from wenming_metrics.publishing.bulletin.recheck import recheck
from wenming_metrics.queries.problems.channels import count_ways, reported, way_of
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.scoring.tree.states import OPEN
from wenming_metrics.store.database import reading

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


def find(office, *batches, source="市督查组"):
    """Upload a list of problems. Takes: batches - (first number, unit of each, found, due)"""
    rows = []
    for first, units, found, due in batches:
        for nth, unit in enumerate(units, first):
            where = [f"{unit}街道", "小区", f"{source}{nth % 40}号", "环境", "堆物", f"{unit}街道"]
            rows.append([found, source, *where, None, f"N{nth:05}", due.isoformat()])
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


NINGGUO = {
    "通州": (99, 84, 3, 0, 10, 1, 1, 98, 94, 8, "9.20%"),
    "崇川": (77, 70, 0, 0, 7, 0, 0, 77, 77, 6, "8.57%"),
    "港闸": (68, 64, 2, 0, 1, 1, 0, 68, 65, 5, "7.58%"),
    "开发区": (68, 62, 1, 2, 1, 1, 1, 65, 63, 3, "4.76%"),
    "公安": (41, 39, 0, 1, 1, 0, 0, 40, 40, 5, "12.82%"),
}
"""宁国 2022-04: sent; hotline and portal, each in time, late, open; closed, in time; unhappy, its share.

Sent, unhappy and the hotline's own base (in time and late) are the published ones, and so are the shares
(9, 9, 8, 5, 13); how the cases lie beyond that was chosen, where what is open stands in no base."""


def test_ningguo_twelve_columns_by_hotline_and_portal(office):
    found, due = date(2026, 11, 2), date(2026, 11, 13)
    in_time, late = date(2026, 11, 10), date(2026, 11, 16)
    batches = {"12345热线": [], "网站": []}
    first, answers, unhappy, happy = 1, [], [], []
    for unit, (_, *ends, _, _, count, _) in NINGGUO.items():
        for source, (kept, missed, left) in (("12345热线", ends[:3]), ("网站", ends[3:])):
            batches[source].append((first, [unit] * (kept + missed + left), found, due))
            answers += [(n, unit, in_time) for n in range(first, first + kept)]
            answers += [(n, unit, late) for n in range(first + kept, first + kept + missed)]
            if source == "网站":
                unhappy.append(first)  # stands in no base of the hotline
            else:
                unhappy += range(first, first + count)
                happy.append(first + count)
            first += kept + missed + left
    batches["随手拍"] = [(first, ["电信"] * 2, found, due)]
    batches["市督查组"] = [(first + 2, ["电信"] * 4, found, due)]
    for source, lists in batches.items():
        find(office, *lists, source=source)
    answer(office, answers)
    move(office, [*unhappy, *happy], "回访", date(2026, 11, 18), "不满意")
    move(office, happy, "回访", date(2026, 11, 19), "满意")
    counts = reported(office, problem_view(office, 30, date(2026, 11, 20)))
    lines = counts.units.set_index("unit_name")
    for unit, (sent, *ends, closed, kept, count, share_unhappy) in NINGGUO.items():
        assert lines.loc[f"{unit}街道"].tolist() == [
            *(sent, *ends, f"{100 * closed / sent:.2f}%", f"{100 * kept / sent:.2f}%"),
            *(count, share_unhappy),
        ]
    printed = [round(float(lines.at[f"{unit}街道", "unhappy_rate"][:-1])) for unit in NINGGUO]
    assert printed == [9, 9, 8, 5, 13]
    assert lines.loc["合计"].tolist() == [353, 319, 6, 3, 20, 3, 2, "98.58%", "96.03%", 27, "8.31%"]
    assert "不在本表：来源看不出是热线还是网站的 2 条（随手拍）。" in counts.remarks

    with reading(office.store) as connection:
        issue = issue_of_window(connection, office, custom(found, date(2026, 11, 20)))
    assert "hotline" not in Layout().sections, "not every city is told of 12345"
    save_layout(office.store, Layout(sections=("summary", "hotline")))
    paper = make_bulletin(office, issue)
    tables = Document(io.BytesIO(paper.content)).tables
    (rows,) = (table.rows for table in tables if table.cell(0, 1).text == "交办")
    assert [[cell.text for cell in row.cells] for row in rows][1:] == [
        [str(unit), *map(str, line)] for unit, line in lines.iterrows()
    ]
    assert recheck(office, paper.content, "通报.docx").is_same


@pytest.mark.parametrize(
    ("source", "way"),
    [
        ("12345", "hotline"),
        ("１２３４５", "hotline"),
        ("市民热线", "hotline"),
        ("12345网站", "portal"),
        ("微信小程序", "portal"),
        ("人民网", "portal"),
        ("政务服务APP", "portal"),
        ("群众", ""),
        ("国家电网", ""),
        ("国家电网热线", ""),
        ("网格员热线转办", ""),
        ("网格", ""),
    ],
)
def test_the_way_in_is_what_the_row_says(source, way):
    assert way_of(source) == way


def test_what_was_reopened_after_a_call_back_stands_above_and_below_no_line():
    """Of four calls three are open again: the one that is closed is the base, and is not content."""
    closed = [20, OPEN, OPEN, OPEN]
    lines = pd.DataFrame({"number": list("ABCD"), "unit_name": "甲", "closed": closed})
    lines = lines.assign(way="hotline", is_late=False, is_exempt=False)
    counts = count_ways(lines, set("ABCD"))
    assert counts[["sent", "hotline_open", "unhappy"]].values.tolist() == [[4, 3, 1]] * 2
    assert set(counts["unhappy_rate"]) == {"100.00%"}
    assert set(count_ways(lines, set("BCD"))["unhappy_rate"]) == {"0.00%"}
