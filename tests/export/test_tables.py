"""Workbooks people print: text stays text, headings are Chinese, the page is set up."""

from datetime import date
from io import BytesIO

import openpyxl
import pandas as pd

from wenming_metrics.export.tables import listing_workbook, problem_workbook, ranking_workbook


def opened(content):
    return openpyxl.load_workbook(BytesIO(content)).active


def ranked():
    names = ["group", "rank", "rank_change", "is_new", "unit_name", "score", "score_change"]
    names += ["sites", "checks", "failed", "places", "coverage", "tied", "status"]
    lines = [
        ("城区", 1, 2, False, "=1+1街道", 95.5, 0.25, 6, 100, 3, 5, 0.8, False, "已排名"),
        ("城区", None, None, False, "乙街道", None, None, 0, 0, 0, 0, 0.0, False, "未督查"),
    ]
    frame = pd.DataFrame(lines, columns=names)
    return frame.astype({"rank": "Int64", "rank_change": "Int64"})


def named():
    line = {"group": "城区", "title": "红榜", "rank": 1, "unit_name": "=1+1街道", "score": 95.5}
    return pd.DataFrame([line | {"running": 2, "remark": "连续 2 期"}])


def test_ranking_workbook_names_both_ends_on_a_second_sheet():
    book = openpyxl.load_workbook(
        BytesIO(ranking_workbook(ranked(), "本周排名", ["测评办法：算例"], named()))
    )
    assert book.sheetnames == ["排名", "排名图", "名单"]
    lines = [[cell.value for cell in row] for row in book["名单"].iter_rows(max_row=3)]
    assert lines[0][0] == "红榜"
    assert lines[1] == ["分组", "名单", "名次", "单位", "得分", "连续期数", "说明"]
    assert lines[2] == ["城区", "红榜", 1, "=1+1街道", 95.5, 2, "连续 2 期"]
    assert book["名单"]["D3"].data_type == "s"


def test_ranking_workbook():
    sheet = opened(ranking_workbook(ranked(), "本周排名", ["测评办法：算例"], named()))
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=1, max_row=4)]
    assert lines[0][0] == "本周排名"
    assert lines[1][:5] == ["分组", "名次", "升降", "单位", "得分"]
    assert lines[2][:5] == ["城区", 1, "↑2", "=1+1街道", 95.5]
    assert lines[3][1] is None
    assert lines[3][-1] == "未督查"
    assert sheet["D3"].data_type == "s"
    assert sheet.freeze_panes == "A3"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
    assert sheet["A6"].value == "测评办法：算例"


def test_listing_workbook_gives_the_change():
    listed = pd.DataFrame(
        {
            **{"unit_name": ["甲局", "乙局"], "failed": [5, 1], "failed_before": [8, 0]},
            **{"places": [9, 1], "lost": [4.5, 1.0], "fell_due": [4, 0], "in_time": [3, 0]},
            **{"not_due": [1, 0], "recurred": [2, 0], "as_of": [date(2026, 11, 20)] * 2},
        }
    )
    sheet = opened(listing_workbook(listed, "清单", ["时段：本周"]))
    assert [cell.value for cell in sheet[3]] == [
        "甲局",
        5,
        -3,
        9,
        4.5,
        "75.0%（3/4，基数小）",
        1,
        2,
    ]
    assert sheet["F4"].value == "—"  # without deadlines it is neither 0 nor all
    assert sheet["A6"].value == "时段：本周"
    assert sheet["A7"].value.startswith("按期整改率截至 2026-11-20")


def test_problem_workbook_takes_any_text():
    problem = ("退回", "行-01", "表\x07", 3, "F", "扣分", "=cmd()", "第 3 行")
    names = ["severity", "code", "sheet", "row", "column", "header", "found", "text"]
    frame = pd.DataFrame([problem], columns=names).astype({"row": "Int64"})
    sheet = opened(problem_workbook(frame, "提示"))
    assert [cell.value for cell in sheet[3]][:3] == ["退回", "表", 3]
    assert sheet["F3"].data_type == "s"
