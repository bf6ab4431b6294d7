"""Cells put right on the page: as if the file had been right, with who wrote and who confirmed."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.intake.test_resubmission import (
    BAD,
    DAY,
    GOOD,
    SHEET,
    faulty,
    figures,
    make,
    take,
    waiting,
)
from tests.offices import checklist
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.commands import lists
from wenming_metrics.decisions import cell_corrections
from wenming_metrics.decisions.cell_corrections import confirm, effect_of, propose, refuse
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.files.acts import acts
from wenming_metrics.queries.files.corrections import corrected_cells as listed
from wenming_metrics.queries.files.held import cells_of, waiting_rows
from wenming_metrics.queries.scores.originals import row_cells
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading

pytestmark = pytest.mark.store

STREET, SITE, ITEM, POINTS = 2, 4, 5, 7


@pytest.fixture
def office(tmp_path):
    return make(tmp_path / "one")


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    """The figures of an office that got the file without a fault."""
    other = make(tmp_path_factory.mktemp("other"))
    take(other, checklist(GOOD))
    return figures(other)


def fix(office, batch, row, who="张三"):
    """Write into a row what it should have said."""
    position, _ = BAD[row]
    text = str(GOOD[row - 2][position])
    return propose(office, batch, (SHEET, row), {position: text}, who, "看过原始单")


def test_the_list_shows_what_the_rows_say(office):
    take(office, faulty())
    rows = waiting_rows(office).set_index("source_row")
    assert rows.loc[3, ["street", "site", "item", "points"]].tolist() == [
        "钱街道",
        "一号",
        "秩序",
        "",
    ]
    assert rows.loc[5, ["street", "item", "points"]].tolist() == ["乙街道", "不知道是什么", "1"]
    assert rows.loc[7, "points"] == "很多"


def test_rows_put_right_on_the_page_count_as_a_right_file(office, right):
    first = take(office, faulty())
    item = fix(office, first, 5)  # an item takes one person
    assert (item.batch, item.rows) == (first + 1, 1)
    assert waiting(office) == [(first, 3), (first, 7)]
    for row in (3, 7):  # units and points take two
        pending = fix(office, first, row)
        assert pending.batch == 0
        assert (first, row) in waiting(office)
        with pytest.raises(IntakeError, match="另一人复核"):
            confirm(office, pending.correction, " 张三 ")
        confirm(office, pending.correction, "李四")
    assert waiting(office) == []
    assert figures(office) == right
    lines = listed(office)
    assert lines[["source_row", "old", "new", "who", "ended_by", "state"]].values.tolist() == [
        [7, "很多", "2", "张三", "李四", "已入库"],
        [3, "钱街道", "甲街道", "张三", "李四", "已入库"],
        [5, "不知道是什么", "秩序", "张三", "张三", "已入库"],
    ]
    assert {"更正入库", "填写更正"} <= set(acts(office)["act"])
    # The file stays as it was sent; the row leads to the cells that count.
    assert row_cells(office, first, SHEET, 3)["街道"] == "钱街道"
    assert row_cells(office, first + 2, SHEET, 3)["街道"] == "甲街道"
    # Taken back with its batch, a correction counts no more and its row waits again.
    commit.withdraw(office, first + 2, "李四", "看错了")
    assert waiting(office) == [(first, 3)]
    commit.reinstate(office, first + 2, "李四")
    assert figures(office) == right


def test_a_row_like_another_of_its_file_counts_as_in_the_file(tmp_path):
    rows = [*GOOD, GOOD[0], GOOD[0]]  # the same fault three times: three rows of one file
    whole, parts = make(tmp_path / "whole"), make(tmp_path / "parts")
    take(whole, checklist(rows))
    take(parts, checklist([GOOD[0]]), "昨天的.xlsx")  # and once in another: one of the three
    first = take(parts, faulty({8: (ITEM, "不知道是什么"), 9: (ITEM, "不知道是什么")}, rows))
    for row in (8, 9):
        propose(parts, first, (SHEET, row), {ITEM: "环境"}, "张三", "原始单")
    assert figures(parts) == figures(whole)


def test_the_whole_goes_when_the_file_is_withdrawn(office):
    first = take(office, faulty())
    fix(office, first, 5)
    commit.withdraw(office, first, "张三", "发错了")
    with reading(office.store) as connection:
        live = connection.execute(select(schema.batch.c.live).where(schema.batch.c.batch >= first))
        assert list(live.scalars()) == [0, 0]
    commit.reinstate(office, first, "张三")
    assert (first, 5) in waiting(office)


def test_what_is_still_wrong_is_told_and_nothing_is_kept(office):
    first = take(office, faulty())
    with pytest.raises(IntakeError, match=r"第 7 行.*多少"):
        propose(office, first, (SHEET, 7), {POINTS: "多少"}, "张三")
    with pytest.raises(IntakeError, match="没有改动"):
        propose(office, first, (SHEET, 7), {}, "张三")
    with pytest.raises(IntakeError, match="不在待核的行里"):
        propose(office, first, (SHEET, 2), {POINTS: "1"}, "张三")
    with pytest.raises(IntakeError, match="经办人"):
        propose(office, first, (SHEET, 7), {POINTS: "2"}, " ")
    with pytest.raises(IntakeError, match="不能更正"):
        propose(office, first, (SHEET, 7), {40: "2"}, "张三")
    with pytest.raises(IntakeError):  # more than the full mark is no deduction of this item
        propose(office, first, (SHEET, 7), {POINTS: "1e9"}, "张三")
    assert listed(office).empty
    assert len(waiting(office)) == 3


def test_a_refused_correction_leaves_the_row_waiting(office):
    first = take(office, faulty())
    pending = fix(office, first, 7)
    with pytest.raises(IntakeError, match="等着复核"):
        fix(office, first, 7, "王五")
    with pytest.raises(IntakeError, match="原因"):
        refuse(office, pending.correction, "李四", " ")
    # 甲街道 loses 2 more of its 3 checks of item A: the week's score falls.
    changed = effect_of(office, pending.correction).set_index("unit_name")
    assert changed.loc["甲街道", "score_after"] < changed.loc["甲街道", "score_before"]
    refuse(office, pending.correction, "李四", "原始单上是1分")
    with pytest.raises(IntakeError, match="没有等着复核"):
        confirm(office, pending.correction, "李四")
    assert (first, 7) in waiting(office)
    assert listed(office)["state"].tolist() == ["已退回"]
    with pytest.raises(IntakeError, match="请写明更正依据"):
        propose(office, first, (SHEET, 7), {POINTS: "1"}, "张三", " ")
    again = propose(office, first, (SHEET, 7), {POINTS: "1"}, "张三", "原始单")
    assert confirm(office, again.correction, "李四").rows == 1


def test_a_row_right_by_a_later_register_is_read_anew(office):
    from tests.offices import register_units

    first = take(office, faulty({3: (STREET, "丁街道")}))
    with pytest.raises(IntakeError, match="没有改动"):
        propose(office, first, (SHEET, 3), {}, "张三")
    register_units(office, [("丁街道", "其他")])
    assert propose(office, first, (SHEET, 3), {}, "张三").rows == 1
    assert waiting(office) == []


def test_only_columns_that_are_read_can_be_changed(office):
    first = take(office, faulty())
    cells = cells_of(office, first, SHEET, 7)
    assert [cell.name for cell in cells][-2:] == ["result", "deduction"]
    weighty = [cell.header for cell in cells if cell_corrections.needs_second(cell.name)]
    assert weighty == ["街道", "检查结果", "扣分"]


def test_a_day_moved_out_of_a_replaced_slice_is_told(office):
    first = take(office, faulty({3: (ITEM, "不知道是什么")}))
    later = [[DAY, *row[1:]] for row in GOOD[:2]]
    preview = commit.inspect(office, checklist(later), "重报.xlsx", replaces=True)
    commit.commit(office, preview, "测试")
    with pytest.raises(IntakeError, match="后来的文件替换"):
        propose(office, first, (SHEET, 3), {ITEM: "秩序"}, "张三")
    moved = str(DAY + timedelta(days=1))
    with pytest.raises(IntakeError):  # the day lies in the future of the city, or is another's
        propose(office, first, (SHEET, 3), {0: moved[:4], ITEM: "秩序"}, "张三")


def test_the_terminal_lists_corrects_confirms_and_refuses(office, monkeypatch, capsys):
    first = take(office, faulty())
    monkeypatch.setattr(lists, "this_office", lambda: office)

    def run(*words) -> tuple[int, str]:
        return main([str(word) for word in words]), "".join(capsys.readouterr())

    row = ("correct", first, "--sheet", SHEET, "--row", 7, "--who", "张三")
    assert "请写明更正依据" in run(*row, "--set", "扣分=2")[1]
    row = (*row, "--reason", "原始单")
    assert "另一人复核" in run(*row, "--set", "扣分=2")[1]
    code, text = run("approve", 1, "--who", "张三")
    assert (code, "另一人复核" in text) == (FAILED, True)
    assert run("reject", 1, "--who", "李四", "--reason", "再核")[0] == OK
    assert "能更正的列" in run(*row, "--set", "罚=2")[1]
    assert run(*row, "--set", "扣分=1")[0] == OK
    assert run("approve", 2, "--who", "李四")[0] == OK
    code, text = run("corrections", "--json")
    assert [line["state"] for line in json.loads(text)["corrections"]] == ["已入库", "已退回"]
    assert "更正（2 条）" in run("corrections")[1]
