"""Bare numbers in columns of items: held until a person says whether they are lost or earned."""

from datetime import date

import pytest

from tests.builders import read_sheets
from wenming_metrics.reading.model.reading import RememberedChoices
from wenming_metrics.reading.model.sender_answers import BARE_CHOICE, EARNED, LOST

HEADER = ["督查日期", "街道", "点位类型", "点位名称", "地面无积水垃圾(5分)", "公益广告完好(4分)"]
PLACE = [date(2026, 11, 16), "城东街道", "集贸市场", "东风农贸(集贸)市场"]


def wide(*cells, **changes):
    return read_sheets({"检查表": [HEADER, [*PLACE, *cells]]}, **changes)


def codes(reading) -> list[str]:
    return [one.code for one in reading.problems if one.code not in ("来源-01",)]


def points(reading) -> list[tuple]:
    names = ("result", "lost", "possible")
    return list(zip(*(reading.checks[name].tolist() for name in names), strict=True))


def test_nobody_has_said_what_the_numbers_are():
    reading = wide(5, "3分")
    assert codes(reading) == ["结果-05", "结果-05"]
    (asked,) = reading.bare
    assert (asked.sheet, asked.count, asked.meaning) == ("检查表", 2, "")
    assert reading.counts.held == 1


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (LOST, [(1, 20_000, 50_000), (0, 0, 40_000)]),
        (EARNED, [(1, 30_000, 50_000), (1, 40_000, 40_000)]),
    ],
)
def test_an_answer_reads_the_sheet_without_a_note(said, expected):
    reading = wide(2, 0, bare=said)
    assert codes(reading) == []
    assert points(reading) == expected
    assert reading.bare[0].meaning == said


def test_the_answer_is_remembered_by_the_headers():
    form = wide(2, 0).bare[0].fingerprint
    choices = RememberedChoices({form: {BARE_CHOICE: EARNED}})
    assert points(wide(5, 3.5, choices=choices)) == [(0, 0, 50_000), (1, 5_000, 40_000)]
    assert points(wide(5, 3.5, choices=choices, bare=LOST))[0] == (1, 50_000, 50_000)


def test_more_than_the_full_mark_is_held():
    reading = wide(6, 4, bare=EARNED)
    (told,) = [one for one in reading.problems if one.code == "结果-06"]
    assert (told.row, told.column, told.found) == (2, "E", "6")
    assert "满分 5 分" in told.text
    assert codes(wide(6, 4, bare=LOST)) == ["数值-03"]


def test_signs_and_words_mean_what_they_mean_in_both():
    for said in (LOST, EARNED):
        reading = wide("-2", "√", bare=said)
        assert points(reading) == [(1, 20_000, 50_000), (0, 0, 40_000)]
        assert reading.bare == ()
    assert points(wide("扣0分", "/"))[0] == (0, 0, 50_000)
