"""Questionnaires and counted tables with faults; each row of theirs is held and located."""

from __future__ import annotations

from dataclasses import replace

from tests.builders import read_sheets
from tests.questionnaires import HEADERS, SAID, in_letters, in_text, rows, survey
from tests.uploads.case import case
from wenming_metrics.reading.model.reading import Reading

_SHEET = "2026年三季度"
_AGAIN = 12
_COUNTED = [
    ["2026年三季度问卷汇总"],
    ["街道", "回收份数", "知道", "不知道", "非常满意", "满意", "不满意"],
]


def _changed(*changes: tuple[int, object], more: int = 0) -> list[list[object]]:
    """Give rows of which each has one cell that is not right. Takes: (column, cell) per row"""
    lines = rows(in_text, [SAID[0]] * (len(changes) + more))
    for line, (column, cell) in zip(lines, changes, strict=False):
        line[column] = cell
    for n, line in enumerate(lines):
        line[3] = f"198.51.100.{n}"
    return lines


def _read(lines: list[list[object]], sheet: str = _SHEET, headers: tuple = HEADERS) -> Reading:
    return read_sheets({sheet: [list(headers), *lines]}, survey=survey())


@case
def answers_that_are_none() -> Reading:
    """Unknown options, two answers to a single choice, numbers that no answer has."""
    changes = [
        (7, "听说过"),
        (7, "知道┋不知道"),
        (10, "9"),
        (11, "6"),
        (11, "还行"),
        (8, "电视┋报纸"),
    ]
    return _read(_changed(*changes, (6, "25-36岁"), (10, "拒答"), more=1))


@case
def questionnaires_of_nowhere() -> Reading:
    """Units that are missing or not known, and communities that are not registered."""
    changes = [(4, ""), (4, "(空)"), (4, "其他〖城冬街道那边〗"), (5, "新村社区"), (5, "桥头社区")]
    lines = _changed(*changes, more=1)
    for line in lines[:2]:
        line[5] = ""
    return _read(lines)


@case
def waves_mixed() -> Reading:
    """Days of another wave, days that are none, and rows that say another wave themselves."""
    changes = [(1, "2026/6/1 9:00:00"), (1, "2026/10/21 9:00:00"), (1, "月底"), (1, "2027/1/1")]
    lines = [[*line, "三季度"] for line in _changed(*changes, more=_AGAIN)]
    lines[-1][-1] = "二季度"
    return _read(lines, headers=(*HEADERS, "季度"))


@case
def answers_as_letters_and_weights() -> Reading:
    """Letters without words are read by their place, which is told; weights must be above 0."""
    lines = rows(in_letters)
    lines = [[*line, weight] for line, weight in zip(lines, (1.5, "", 0, "一半"), strict=True)]
    return _read(lines, headers=(*HEADERS, "权重"))


@case
def questionnaires_to_be_looked_at() -> Reading:
    """Doubles and haste; a question of a figure is not there."""
    lines = [line[:9] + line[10:] for line in _changed((2, "9秒"), more=3)]
    for n, line in enumerate(lines[2:]):
        line[1], line[3] = f"2026/9/20 10:0{n}:00", "192.0.2.99"
    return _read(lines, headers=HEADERS[:9] + HEADERS[10:])


@case
def answers_that_come_late() -> Reading:
    """No title says the wave; one was handed in after its end, which is told."""
    return _read(_changed((1, "2026/10/9 9:00:00"), more=3), "数据")


@case
def a_wave_that_is_not_said() -> Reading:
    """No moment, and no title that says it."""
    return _read([line[4:] for line in _changed(more=2)], "Sheet1", HEADERS[4:])


@case
def questionnaires_without_definitions() -> Reading:
    """The rules do not say what is asked."""
    return read_sheets({_SHEET: [list(HEADERS), *_changed(more=2)]})


@case
def a_counted_table() -> Reading:
    """Options that do not add up to what is printed, cells that are no counts, a total."""
    lines = [
        ["城东街道", 30, 25, 5, 20, 9, 1],
        ["河西街道", 30, 25, 4, 20, "九", 1],
        ["云山镇", 31, 25, 5, 20, 10, 1],
        ["成东街道", 10, 9, 1, 5, 4, 1],
        ["城东街道", 30, 25, 5, 20, 9, 1],
        ["合计", 101, 84, 15, 65, 23, 4],
    ]
    whole = [["南门街道", 30, 25, 5, 20, 9, 1], ["合计", 30, 25, 5, 20, 9, 1]]
    dated = [[*_COUNTED[1], "调查日期"], ["河西街道", 30, 25, 5, 20, 9, 1, "2026-05-04"]]
    sheets = {"汇总": [*_COUNTED, *lines], "单列": [*_COUNTED, *whole], "上次": dated}
    return read_sheets(sheets, survey=survey())


@case
def a_counted_table_without_a_wave() -> Reading:
    """Neither a title nor a day."""
    rules = replace(survey(), wave="month")
    return read_sheets({"汇总": [_COUNTED[1], ["城东街道", 30, 25, 5, 20, 9, 1]]}, survey=rules)
