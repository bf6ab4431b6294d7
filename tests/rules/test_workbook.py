"""A rule set as a workbook: what goes out comes back the same; what is wrong is located."""

import csv
import io
from dataclasses import fields
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from wenming_metrics.rules.catalogue import load_catalogue
from wenming_metrics.rules.check import settings_faults
from wenming_metrics.rules.load import load_files, read_files
from wenming_metrics.rules.paths import flatten, parse, spell, unflatten
from wenming_metrics.rules.settings_table import RULES
from wenming_metrics.rules.workbook.convert import value_of
from wenming_metrics.rules.workbook.pages import SHEETS, pages_of
from wenming_metrics.rules.workbook.parts import Parts, files_of, parts_of
from wenming_metrics.rules.workbook.workbook import WorkbookError, rules_of
from wenming_metrics.runtime.settings import ROOT

HEAD = 3
"""Rows above the first line of a sheet."""


@lru_cache(maxsize=1)
def catalogue():
    return load_catalogue(ROOT / "data" / "catalogue")


@lru_cache(maxsize=1)
def demo() -> dict[str, bytes]:
    return read_files(ROOT / "data" / "rules" / "demo-2026")


def texts(parts: Parts) -> dict[str, list[list[str]]]:
    """The sheets of a rule set as they come out of Excel."""
    return {
        page.title: [
            [page.title],
            [page.hint],
            [heading.title for heading in page.headings],
            *([("" if cell is None else str(cell)) for cell in row] for row in page.rows),
        ]
        for page in pages_of(parts, catalogue())
    }


def assert_same(one, two) -> None:
    """Two rule sets agree in every field but the digest, which is of bytes."""
    for field in fields(one):
        was, now = getattr(one, field.name), getattr(two, field.name)
        if isinstance(was, pd.DataFrame):
            was, now = (f.drop(columns="line", errors="ignore") for f in (was, now))
            pd.testing.assert_frame_equal(was, now, obj=field.name)
        elif isinstance(was, np.ndarray):
            np.testing.assert_array_equal(was, now)
        elif field.name != "digest":
            assert was == now, field.name


def test_the_demo_set_comes_back_the_same():
    _, found = rules_of(texts(parts_of(demo())), catalogue())
    assert_same(load_files(demo(), catalogue()), found)


RICH = {
    "missing": {"rule": "peer_mean", "flag": 0.25},
    "deductions": {"first": "table", "combine": "sum", "relapse_days": 15},
    "adjustments": {"bonus_cap": 3, "veto": True, "difficulty": {"主城区": 1.15, "甲.乙": 0.9}},
    "lists": {"front": "红榜", "line": 85, "group": [{"group": "*", "front": 3, "back": 2}]},
    "windows": {"long": "mean_of_issues"},
    "issues": {"kind": "span", "days": 5, "begins": date(2026, 1, 1), "cutoff_time": "12:00"},
    "series": "试行",
}


@some.composite
def rule_sets(draw) -> Parts:
    """Random sound rules: two levels, some children that settle by a table, some prices."""
    base = parts_of(demo())
    chosen = draw(some.sets(some.sampled_from(sorted(RICH))))
    told = {**base.settings, **{name: RICH[name] for name in chosen}}
    blank = dict.fromkeys(base.indicators[0], "")
    lines = []
    for top in range(draw(some.integers(1, 3))):
        code = f"{top + 1}.10"  # a spreadsheet would like to make a number of it
        lines.append({**blank, "code": code, "name": f"第{top}类", "weight": "1"})
        for leaf in range(draw(some.integers(1, 3))):
            how = draw(some.sampled_from(["rate", "deduct", "grade"]))
            line = {"code": f"{code}.{leaf}", "parent": code, "name": f"=第{leaf}条", "weight": "1"}
            line |= {"mode": how, "responsible": draw(some.sampled_from(["", "甲|乙", "丙、丁"]))}
            if how != "rate":
                line["settlement"] = draw(some.sampled_from(["visit", "week", "window"]))
            line |= {"deduct": {"full_mark": "2.5"}, "grade": {"table": "等级"}}.get(how, {})
            lines.append({**blank, **line})
    leaves = [line["code"] for line in lines if line["parent"]]
    for group in ("", *(line["code"] for line in lines if not line["parent"])):
        own = [line for line in lines if line["parent"] == group]
        for line, weight in zip(own, shares(len(own)), strict=True):
            line["weight"] = weight
    codes = draw(some.lists(some.sampled_from(catalogue().items["code"].tolist()), unique=True))
    types = draw(some.sampled_from(["", "PT01|PT02", "PT05"]))
    items = [
        {"item": code, "point_types": types, "indicator": leaves[n % len(leaves)]}
        for n, code in enumerate(codes)
    ]
    tables = [{"table": "等级", "label": "A", "rate": "1", "min_rate": "0.9"}]
    tables.append({"table": "等级", "label": "D", "rate": "0.5"})
    prices = [{"source": "city", "state": "重复", "severity": "", "points": "0.25"}]
    files = {"indicators.csv": lines, "items.csv": items, "tables.csv": tables}
    return Parts(told, {**files, "deductions.csv": prices})


def shares(count: int) -> list[str]:
    """Weights that sum to 100."""
    return {1: ["100"], 2: ["33.3", "66.7"], 3: ["20", "30.5", "49.5"]}[count]


@settings(max_examples=12, deadline=None)
@given(rule_sets())
def test_random_rules_come_back_the_same(parts):
    files, _ = files_of(parts)
    again = parts_of(files)
    _, found = rules_of(texts(again), catalogue())
    assert_same(load_files(files, catalogue()), found)


VALUES = some.recursive(
    some.booleans() | some.integers(-(10**9), 10**9) | some.floats(allow_nan=False)
    | some.text(max_size=12) | some.dates(),
    lambda inner: some.lists(inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
TREES = some.dictionaries(
    some.text(min_size=1, max_size=6),
    VALUES | some.dictionaries(some.text(min_size=1, max_size=4), VALUES, max_size=3),
    max_size=4,
)


@settings(max_examples=30, deadline=None)
@given(TREES | some.fixed_dictionaries({"profile": some.lists(TREES, max_size=2)}))
def test_whatever_a_composite_file_says_survives_as_paths(told):
    assert unflatten((path, parse(spell(value))) for path, value in flatten(told)) == told


def at(sheets, sheet, code):
    """The row of a sheet whose first or last cell is a code."""
    rows = sheets[sheet]
    return next(n for n, row in enumerate(rows) if n >= HEAD and code in (row[0], row[-1]))


def test_every_fault_is_located_in_the_workbook():
    sheets = texts(parts_of(demo()))
    tree, heads = sheets["指标体系"], sheets["指标体系"][2]
    column = {title: n for n, title in enumerate(heads)}
    rows = {code: at(sheets, "指标体系", code) for code in ("A", "A1.1.1", "A1.1.2", "B1.1", "C1")}
    tree[rows["A"]][column["权重"]] = "25"
    tree[rows["A1.1.1"]][column["计分方式"]] = "看着给"
    tree[rows["A1.1.2"]][column["编号"]] = "A1.1.1"
    tree[rows["B1.1"]][column["上级编号"]] = "B1.1"
    tree[rows["C1"]][column["计分方式"]] = "分档"
    limit = at(sheets, "说明与约定", "coverage.week")
    sheets["说明与约定"][limit][1] = "一半"
    rule = at(sheets, "说明与约定", "missing.rule")
    sheets["说明与约定"][rule][1] = "随便"
    item = at(sheets, "测评项归属", "GH-002")
    sheets["测评项归属"][item][3] = "A1"
    with pytest.raises(WorkbookError) as caught:
        rules_of(sheets, catalogue())
    said = {str(fault) for fault in caught.value.faults}
    line = {code: row + 1 for code, row in rows.items()}
    assert {
        f"“指标体系”第 {line['A']} 行“权重”：最上一级权重之和是 105，应为 100。",
        f"“指标体系”第 {line['A1.1.2']} 行“编号”：编号“A1.1.1”重复。",
        f"“指标体系”第 {line['B1.1']} 行“上级编号”：指标“B1.1”的上级绕回了它自己。",
        f"“说明与约定”第 {limit + 1} 行“值”：“一半”应为数。",
        f"“测评项归属”第 {item + 1} 行“指标编号”：“A1”不是末级指标。",
    } <= said
    spoken = "\n".join(said)
    assert f"第 {line['A1.1.1']} 行“计分方式”：计分方式“看着给”不认识，应为 得分率、" in spoken
    assert f"第 {line['C1']} 行“分档表”：分档 要写 分档表" in spoken
    assert f"“说明与约定”第 {rule + 1} 行“值”：“缺项” 应为 由同级分担、" in spoken


def test_columns_may_be_moved_and_a_sheet_that_is_missing_is_named():
    sheets = texts(parts_of(demo()))
    sheets["指标体系"] = [[*row[::-1], "旁注"] for row in sheets["指标体系"]]
    _, found = rules_of(sheets, catalogue())
    assert_same(load_files(demo(), catalogue()), found)
    del sheets["测评项归属"]
    with pytest.raises(WorkbookError, match="“测评项归属”：缺少这张工作表。"):
        rules_of(sheets, catalogue())
    with pytest.raises(WorkbookError) as caught:
        rules_of({"Sheet1": [["你好"]]}, catalogue())
    assert len(caught.value.faults) >= 3


def test_faults_of_the_composite_page_are_located():
    parts = parts_of(demo())
    profile = {"id": "甲", "title": "甲", "source": "甲", "effective_from": date(2026, 1, 1)}
    profile |= {"period": "month", "component": [{"name": "督查", "from": "inspection"}]}
    sheets = texts(Parts(parts.settings, parts.lines, {"profile": [profile]}))
    rows = [row[0] for row in sheets["综合考核"]]
    sheets["综合考核"][rows.index("profile[1].period")][1] = "旬"
    with pytest.raises(WorkbookError) as caught:
        rules_of(sheets, catalogue())
    places = {(f.sheet, f.row) for f in caught.value.faults}
    assert ("综合考核", rows.index("profile[1].period") + 1) in places


def test_faults_of_the_survey_page_are_located():
    sheets = texts(parts_of(demo()))
    rows = [row[0] for row in sheets["两率一度"]]
    at = rows.index("rate[1].numerator")
    sheets["两率一度"][at][1] = '["know", "nope"]'
    place = rows.index("question[3].option[2].code")
    sheets["两率一度"][place][1] = "know"
    with pytest.raises(WorkbookError) as caught:
        rules_of(sheets, catalogue())
    places = {(f.sheet, f.row): f.message for f in caught.value.faults}
    assert places["两率一度", at + 1] == "“awareness”里的选项“nope”在题目里没有。"
    assert "写了两次" in places["两率一度", place + 1]


def test_every_setting_has_its_words_and_every_word_is_accepted():
    """Every code that the workbook offers makes sound rules, and every default is what it says."""
    base = parts_of(demo()).settings
    for setting in RULES.settings:
        assert setting.title
        assert setting.meaning
        if setting.default is not None:
            default = list(setting.default) if setting.kind == "choices" else setting.default
            if setting.kind != "list":
                assert list(setting.value_faults(setting.path, default)) == []
        if setting.kind not in ("choice", "choices") or "[]" in setting.path:
            continue
        for code in setting.words:
            rest = [(path, value) for path, value in flatten(base) if path != setting.path]
            value = [code] if setting.kind == "choices" else code
            assert settings_faults(unflatten([*rest, (setting.path, value)])) == [], code


def test_every_sheet_and_column_of_the_files_has_a_heading():
    for file, (_, _, headings) in SHEETS.items():
        if file.endswith(".csv"):
            content = files_of(parts_of(demo()))[0].get(file)
            if content:
                wanted = next(csv.reader(io.StringIO(content.decode())))
                assert set(wanted) == {h.name for h in headings if h.name}


@pytest.mark.parametrize("written", ["不空（1、1、2）", "不空\u00281、1、2\u0029"])
def test_words_of_workbooks_with_half_width_signs_are_read(written):
    assert value_of(written, RULES.find("ranking.ties")) == "dense"
