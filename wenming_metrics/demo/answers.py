"""What became of the problems that were handed out in the made-up city: numbers, deadlines, answers.

Most are put right in time, some late, some are under way, and some nobody answered.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook

from wenming_metrics.demo.forms import Cell, as_words

_LETTERS = {"第三方": "SF", "区创建办": "QC", "督查一组": "DA", "督查二组": "DB"}
AT_ONCE, IN_DAYS, DAYS = "立行立改", "3个工作日", 3
_DONE, _LATE, _UNDER_WAY = 0.72, 0.12, 0.08
"""Share of problems that are answered as put right in time, late, as under way; others not at all."""
MEASURES = (
    "现场清理,安排专人巡查",
    "约谈责任人,已改好",
    "移交处置,办结后复看",
    "补齐设施,加装提示",
)
HEADINGS = ("序号", "问题编号", "责任单位", "点位", "存在问题", "整改措施", "整改情况", "完成时间")


def hand_out(problems: pd.DataFrame, sender: str) -> pd.DataFrame:
    """Give the problems of one list their numbers and deadlines.

    Takes:   problems - rows of one sender and day, with day and deduction
    Returns: the same with problem_no and deadline (as the list writes it)
    """
    days = [f"{_LETTERS[sender]}{day:%m%d}" for day in problems["day"]]
    numbers = [f"{day}-{nth:03}" for nth, day in enumerate(days, 1)]
    deadlines = np.where(problems["deduction"] < 1, AT_ONCE, IN_DAYS)
    return problems.assign(problem_no=numbers, deadline=deadlines)


def write_answers(folder: Path, lists: list[pd.DataFrame], on: date, seed: int) -> Path:
    """Write what units answered up to a day to lists of problems, as the office collects it.

    Takes: lists - of `hand_out`, with site, description and responsible
    """
    rng = np.random.default_rng([seed, 7, on.toordinal()])
    book = Workbook(write_only=True)
    page = book.create_sheet("整改反馈")
    page.append(["演示市督查问题整改情况反馈汇总表"])
    page.append([f"填报日期:{on.isoformat()}"])
    page.append(list(HEADINGS))
    rows = (row for problems in lists for row in _answers(problems, on, rng))
    for number, row in enumerate(rows, 1):
        page.append([number, *row])
    path = folder / f"{on.isoformat()}_区创建办_整改反馈.xlsx"
    book.save(path)
    return path


def _answers(problems: pd.DataFrame, on: date, rng: np.random.Generator) -> list[list[Cell]]:
    rows = []
    for problem in problems.itertuples():
        fate, measure = rng.random(), MEASURES[int(rng.integers(len(MEASURES)))]
        late = _DONE <= fate < _DONE + _LATE
        days = 0 if problem.deadline == AT_ONCE else int(rng.integers(DAYS))
        finished = problem.day + timedelta(days=days + (8 if late else 0))
        state, when = ("已整改", as_words(finished)) if finished <= on else ("正在整改", None)
        if fate >= _DONE + _LATE:
            state, when = "正在整改", None
        if fate < _DONE + _LATE + _UNDER_WAY:
            unit = problem.responsible.split("、")[0]
            problem_cells = [problem.problem_no, unit, problem.site, problem.description]
            rows.append([*problem_cells, measure, state, when])
    return rows
