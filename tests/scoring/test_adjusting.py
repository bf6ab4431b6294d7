"""加减分 as ledger lines: figures by hand, lines that add up, a veto that is a status."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import xlsx
from tests.offices import ingest, make_office, register_units
from wenming_metrics.domain.numbers import to_points
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.scores.adjustments import ledger as ledger_of
from wenming_metrics.rules.model import Adjustments
from wenming_metrics.scoring.tree.adjusting import LEDGER, adjust, settle, vetoed
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

GROUPS = np.array(["一类街道", "二类街道"], object)


def decisions(*lines):
    rows = [
        (column, column, day, kind, to_points(points), "事由", document, "表.xlsx", "表", row)
        for row, (column, day, kind, points, document) in enumerate(lines, 3)
    ]
    return pd.DataFrame(rows, columns=list(LEDGER))


def settled(scores, told, *lines, full=100.0):
    return settle(np.array(scores, float), GROUPS, decisions(*lines), told, full)


def test_bonus_and_penalty_are_capped_earlier_decisions_first():
    told = Adjustments(bonus_cap=2, penalty_cap=1)
    final, lines = settled(
        [90, 80],
        told,
        (0, 3, "加分", 1.5, ""),
        (0, 2, "加分", 1, ""),
        (1, 2, "减分", 0.6, ""),
        (1, 3, "减分", 0.6, ""),
    )
    assert final.tolist() == [92, 79]  # 90+2, 80-1
    assert lines["counted"].tolist() == pytest.approx([1, 1, -0.6, -0.4], abs=1e-12)
    assert lines["remark"].tolist() == ["", "超过上限的部分不计", "", "超过上限的部分不计"]
    assert lines["written"].tolist() == [10_000, 15_000, 6_000, 6_000]


def test_difficulty_comes_before_bonus():
    # 85×1.15+1 = 98.75; the first group has coefficient 1 and no line
    told = Adjustments(difficulty={"一类街道": 1.0, "二类街道": 1.15})
    final, lines = settled([85, 85], told, (1, 2, "加分", 1, ""))
    assert final == pytest.approx([85, 98.75], abs=1e-9)
    assert lines["kind"].tolist() == ["加分", "难度系数"]
    assert lines["reason"].tolist()[1] == "二类街道 × 1.15"


@pytest.mark.parametrize(
    ("told", "line", "final", "limit"),
    [
        (Adjustments(bonus_cap=5), (0, 2, "加分", 3, ""), 100, -1),
        (Adjustments(bonus_cap=5, above_full=True), (0, 2, "加分", 3, ""), 101, None),
        (Adjustments(penalty_cap=200), (0, 2, "减分", 150, ""), 0, 52),
    ],
)
def test_full_mark_and_zero_are_limits_with_a_line(told, line, final, limit):
    found, lines = settled([98, np.nan], told, line)
    assert found[0] == final
    own = lines[lines["kind"] == "满分与零分为限"]["counted"].tolist()
    assert own == ([] if limit is None else [limit])


def test_a_unit_without_score_stays_without():
    final, lines = settled([np.nan, 80], Adjustments(bonus_cap=5), (0, 2, "加分", 3, ""))
    assert np.isnan(final[0])
    assert lines["remark"].tolist() == ["本期没有得分，不加减"]
    assert lines["counted"].tolist() == [0]


@pytest.mark.parametrize("used", [True, False])
def test_a_veto_is_a_status_with_its_document(used):
    told = Adjustments(bonus_cap=5, veto=used)
    final, lines = settled([90, 80], told, (1, 2, "一票否决", 0, "演文明办〔2026〕9号"))
    assert final.tolist() == [90, 80]
    assert vetoed(lines) == ({1: "演文明办〔2026〕9号"} if used else {})


def test_rules_that_say_nothing_change_nothing():
    scores = np.array([90.0, 80.0])
    found, lines = settle(scores, GROUPS, decisions((0, 2, "加分", 1, "")), Adjustments(), 100)
    assert found is scores
    assert lines.empty


_POINTS = st.integers(1, 90_000).map(lambda n: n / 10_000)
_LINES = st.lists(
    st.tuples(st.integers(0, 1), st.integers(1, 9), st.sampled_from(["加分", "减分"]), _POINTS).map(
        lambda line: (*line, "")
    ),
    max_size=8,
)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(0, 100), min_size=2, max_size=2), _LINES, st.sampled_from([None, 0, 2.5, 9])
)
def test_lines_add_up_whatever_the_order(scores, lines, cap):
    told = Adjustments(bonus_cap=cap, penalty_cap=3, difficulty={"二类街道": 1.15})
    final, found = settled(scores, told, *lines)
    sums = found.groupby("column")["counted"].sum().reindex([0, 1], fill_value=0).to_numpy()
    assert np.asarray(scores) + sums == pytest.approx(final, abs=1e-9)
    assert ((final >= 0) & (final <= 100)).all()
    same, _ = settled(scores, told, *lines[::-1])
    assert same == pytest.approx(final, abs=1e-9)


def test_decisions_come_from_a_workbook_by_window(tmp_path):
    office = make_office(tmp_path, [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}])
    register_units(office, [("甲街道", "主城区"), ("乙街道", "主城区")])
    header = ["单位", "加减分日期", "加减分类型", "加减分值", "事由", "文号"]
    rows = [
        ["乙街道", "2026-11-10", "加分", 1, "市级表彰", ""],
        ["乙街道", "2026-11-17", "减分", 0.5, "迟报材料", ""],
        ["城管局", "2026-11-17", "减分", 2, "不在此榜", ""],
    ]
    ingest(office, xlsx({"加减分": [["加减分表"], header, *rows]}), "加减分.xlsx")
    weeks = [window("week", date(2026, 11, day)) for day in (10, 17)]
    rules = replace(office.rules, adjustments=Adjustments(bonus_cap=5))
    with reading(office.store) as connection:
        units = read_register(connection).units
        streets = units[units["kind"] == "street"]
        found = ledger_of(connection, weeks, streets, rules)
        assert ledger_of(connection, weeks, streets, office.rules).empty
    assert found["column"].tolist() == [1, 3]
    assert found[["file", "sheet", "source_row"]].values.tolist() == [
        ["加减分.xlsx", "加减分", 3],
        ["加减分.xlsx", "加减分", 4],
    ]
    final, _ = adjust(np.full(4, 90.0), np.full(4, "主城区", object), found, rules)
    assert final.tolist() == [90, 91, 90, 89.5]
