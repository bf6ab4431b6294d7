"""Two blocks of one list side by side: every row of both is read, nothing else is parted."""

import zlib

import pytest

from tests.builders import CHECKLIST, check_row, read_sheets
from wenming_metrics.reading.model.grid import decode_block

TITLE = ["演示市2026年10月文明创建月考核排名"]
STREETS = ("城东街道", "河西街道", "云山镇", "南门街道")


def codes(reading):
    return [problem.code for problem in reading.problems]


def told(reading, name):
    return [record[name] for record in reading.records["told"]]


def ranking(*, gap=0, last=True):
    head = ["名次", "单位", "得分"]
    left, right = (
        [[1, STREETS[0], 95.1], [2, STREETS[1], 94]],
        [[3, STREETS[2], 91.2], [3, STREETS[3], 91.2]],
    )
    between = [None] * gap
    rows = [[*a, *between, *b] for a, b in zip(left, right, strict=True)]
    if not last:
        rows[1] = left[1]
    return [TITLE, [*head, *between, *head], *rows]


@pytest.mark.parametrize("gap", [0, 1, 2])
def test_both_blocks_are_read(gap):
    reading = read_sheets({"排名": ranking(gap=gap)})
    assert [code for code in codes(reading) if code != "上测-06"] == []
    assert told(reading, "total") == ["95.1", "94", "91.2", "91.2"]
    assert told(reading, "printed_rank") == ["1", "2", "3", "3"]
    assert told(reading, "period") == ["2026年10月"] * 4
    assert reading.records["source_row"].tolist() == [3, 4, 3, 4]
    assert (reading.counts.rows, reading.counts.good) == (4, 4)


def test_the_cells_are_kept_once_and_whole():
    reading = read_sheets({"排名": ranking()})
    ((_, block),) = reading.blocks
    columns = decode_block(zlib.decompress(block.packed))
    assert columns[4].values[columns[4].codes[2]] == STREETS[2]


def test_a_block_may_be_shorter_and_a_remark_stands_below_the_left_one():
    reading = read_sheets({"排名": [*ranking(last=False), ["注:得分含加分"]]})
    assert told(reading, "total") == ["95.1", "94", "91.2"]
    assert codes(reading).count("行-04") == 1


def test_rows_of_both_blocks_that_wait_are_one_row_of_the_sheet():
    table = ranking()
    table[2][1], table[2][4] = "城冬街道", "云山真"
    reading = read_sheets({"排名": table})
    assert reading.counts.held == 2
    assert reading.held[["sheet", "source_row"]].to_numpy().tolist() == [[0, 3]]
    letters = {problem.column for problem in reading.problems if problem.code == "单位-06"}
    assert letters == {"B", "E"}


def test_checklists_side_by_side():
    row = check_row(检查结果="×", 扣分=1)
    other = check_row(检查结果="√", 测评项="公益广告完好")
    reading = read_sheets({"检查表": [[*CHECKLIST, None, *CHECKLIST], [*row, None, *other]]})
    assert (codes(reading), sorted(reading.checks["result"].tolist())) == ([], [0, 1])


def test_titles_that_come_again_in_groups_of_one_table_are_one_table():
    table = [
        ["2026年10月第三方测评得分"],
        ["街道", "总得分", "实地考察", None, "问卷调查", None],
        [None, None, "原始得分", "加权得分", "原始得分", "加权得分"],
        ["城东街道", 93, 93, 65.1, 93, 27.9],
    ]
    reading = read_sheets({"得分": table})
    assert (len(reading.records), told(reading, "total")) == (1, ["93"])


def test_a_column_that_stands_twice_is_still_asked_about():
    table = [TITLE, ["名次", "单位", "名次", "得分"], [1, STREETS[0], 1, 95]]
    assert "表头-07" in codes(read_sheets({"排名": table}))
