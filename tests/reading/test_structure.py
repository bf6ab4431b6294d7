"""Whatever the structure of a sheet, the reader answers: merges anywhere, sizes that lie, joined names.

The grids are made as the child would send them, so that hundreds can be tried; the shapes are those
that spreadsheets allow and nobody draws on purpose.
"""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import CHECKLIST, check_row, context, read_sheets
from wenming_metrics.domain.problems import problem_frame
from wenming_metrics.reading.model.grid import (
    Area,
    CellError,
    GridColumn,
    SheetFacts,
    SheetGrid,
    Workbook,
)
from wenming_metrics.reading.model.reading import NameChoice, RememberedChoices
from wenming_metrics.reading.read import read_workbook

SEARCHED = 30 if settings().derandomize else 600
"""Grids that are tried: few that are always the same, or many at random."""
ROLES = (*CHECKLIST, "责任单位")
WORDS = {
    **{"日期": date(2026, 11, 16), "街道": "城东街道", "问题编号": "DC-1", "整改情况": "已整改"},
    **{"责任单位": "城管局", "测评项": "地面无积水垃圾", "指标": "志愿者", "期次": "2026年10月"},
    **{"区": "东湖区", "材料名称": "工作方案", "完成时间": date(2026, 11, 17), "得分": 90},
    **{
        "任务": "整治市场",
        "进度": "50%",
        "单位编号": "S9",
        "单位名称": "城西街道",
        "单位类别": "街道",
    },
    **{"数值": 12, "满意度": "满意", "性别": "女", "加减分": 1, "事由": "通报", "单位": "城东街道"},
    **{"样本量": 100, "点位名称": "人民路", "扣分": 1, "检查结果": "不符合", "上级单位": "东湖区"},
}
HEADERS = (
    ROLES,
    ("日期", "街道", "点位类型", "点位名称"),
    ("问题编号", "整改情况", "完成时间", "责任单位"),
    ("单位", "期次", "得分"),
    ("单位", "指标", "期次", "数值"),
    ("单位", "材料名称", "日期", "完成时间"),
    ("任务", "责任单位", "进度", "完成时间"),
    ("单位编号", "单位名称", "单位类别", "上级单位"),
    ("街道", "点位类型", "点位名称"),
    ("性别", "街道", "满意度"),
    ("街道", "样本量"),
    ("日期", "街道", "点位名称", "地面整洁", "停放有序", "扣分"),
    ("单位", "加减分", "事由", "日期"),
)
STRANGE = (
    *(
        "城东街道东丰社区",
        "城东街道、河西街道",
        "云山镇云上社区",
        "合计",
        "注:略",
        " ",
        "#",
        "各街道",
    ),
    *(
        0.0,
        -1.0,
        1e300,
        True,
        CellError("#REF!"),
        date(1900, 1, 1),
        "\u202e城东",
        "一\n二",
        "2026.11",
    ),
)
_USUAL = dict(zip(CHECKLIST, check_row(), strict=True)) | WORDS


@st.composite
def sheets(draw, index: int) -> SheetGrid:
    """One sheet: one or two tables with gaps between, merges and other facts anywhere."""
    rows: list[list[object]] = [[] for _ in range(draw(st.integers(0, 2)))]
    for header in draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=2)):
        rows.append(list(header))
        usual = [_USUAL.get(name) for name in header]
        for _ in range(draw(st.integers(0, 4))):
            changes = draw(st.dictionaries(st.integers(0, len(header)), st.sampled_from(STRANGE)))
            line = [*usual, None]
            for position, value in changes.items():
                line[position] = value
            rows.append(draw(st.sampled_from((line, line, [], list(header)))))
        rows += [[] for _ in range(draw(st.integers(0, 3)))]
    width = max(map(len, rows)) + draw(st.integers(0, 1))
    columns = [[*row, *[None] * (width - len(row))] for row in rows]
    numbers, positions = st.integers(1, len(rows) + 30), st.integers(0, width + 3)
    merged = draw(st.lists(st.tuples(numbers, positions, numbers, positions), max_size=4))
    spans = draw(st.lists(st.tuples(numbers, numbers), max_size=2))
    facts = SheetFacts(
        scanned=True,
        merged=tuple(
            Area(min(top, end), min(left, right), max(top, end), max(left, right))
            for top, left, end, right in merged
        ),
        merged_count=len(merged),
        hidden_rows=tuple((min(span), max(span)) for span in spans),
        hidden_columns=tuple((min(span), max(span)) for span in spans),
        unsaved_formulas=draw(st.sampled_from(((), ("A1",), ("C3", "ZZ999", "B2")))),
        unsaved_formula_count=draw(st.integers(0, 5)),
    )
    grid = tuple(_column(values) for values in zip(*columns, strict=True))
    return SheetGrid(
        f"表{index}", index, False, draw(st.integers(1, 4)), grid, len(rows), facts, ()
    )


def _column(values: tuple) -> GridColumn:
    distinct = list({(type(value), value): value for value in values}.values())
    order = {(type(value), value): code for code, value in enumerate(distinct)}
    codes = np.array([order[type(value), value] for value in values], np.int16)
    return GridColumn(codes, tuple(distinct))


@settings(max_examples=SEARCHED, suppress_health_check=list(HealthCheck))
@given(first=sheets(0), second=sheets(1))
def test_any_structure_is_answered(first, second):
    found = read_workbook(Workbook((first, second)), "表.xlsx", "0" * 64, context())
    assert found.counts.rows == found.counts.good + found.counts.held
    assert len(problem_frame(found.problems)) == len(found.problems)


@pytest.mark.parametrize("area", ["B20:B22", "B2:B90", "ZZ2:ZZ9", "A2:J2"])
def test_merged_cells_outside_of_the_rows_are_no_matter(area):
    rows = {"督查表": [CHECKLIST, check_row()]}
    assert read_sheets(rows, lambda book: book["督查表"].merge_cells(area)).counts.rows == 1


def test_a_header_merged_over_all_rows_is_told():
    rows = {"督查表": [CHECKLIST, check_row()]}
    found = read_sheets(rows, lambda book: book["督查表"].merge_cells("B1:B40"))
    assert found.problems


def test_the_nearest_name_may_be_street_and_community_joined():
    row = [*check_row(检查结果="不符合", 扣分=1), "河西街道桥头社"]
    (problem,) = read_sheets({"督查表": [ROLES, row]}).problems
    assert "最接近的是“河西街道桥头社区”" in problem.text


def test_the_nearest_name_may_be_one_that_people_gave_a_meaning():
    choices = replace(RememberedChoices(), names=(NameChoice("unit", "市容环卫总站", 12),))
    row = [*check_row(检查结果="不符合", 扣分=1), "市容环卫总占"]
    (problem,) = read_sheets({"督查表": [ROLES, row]}, choices=choices).problems
    assert "最接近的是“市容环卫总站”" in problem.text
