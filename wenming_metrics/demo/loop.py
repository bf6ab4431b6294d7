"""The lived loop of the made-up city: what became of each numbered problem until the last day.

Most are put right in time, some late, some under way, delayed, sent back to another unit, refused by
who checks, found again after 销号. What happened in a fortnight goes into that fortnight's files: what
units answered (整改反馈), and what the office wrote down (整改流转表).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook

from wenming_metrics.demo.answers import AT_ONCE, DAYS, HEADINGS, MEASURES
from wenming_metrics.demo.forms import Cell, as_words
from wenming_metrics.domain.working_days import announced, working_day_after

FORTNIGHT = 15
ANSWER = "反馈"
_FATES = {
    **{"in time": 0.70, "late": 0.13, "under way": 0.035, "silent": 0.03, "extended": 0.045},
    **{"suspended": 0.015, "long term": 0.01, "sent back": 0.035},
}
"""What becomes of a problem, and of how large a share."""
_CHECKED, _REFUSED, _LOOKED, _BACK, _VISITED = 0.1, 0.12, 0.5, 0.15, 0.04
"""Share of answers that are checked, of checks that fail, of closed ones that are looked at again, of
those that came back, of all that 整改复查 goes back to."""
_REASONS = ("不彻底", "缺图", "虚假整改")
_CHECKERS, _APPROVER, _CLERK = ("核查员一", "核查员二"), "审批人", "经办人"
_OTHERS = ("市城市管理局", "市住房和城乡建设局", "市交通运输局")
_MOVES = ("问题编号", "办理事项", "办理日期", "办理人", "单位", "整改时限", "办理原因", "核查方式")
_MOVES += ("复查结果", "批准人", "暂缓至", "文号")


@dataclass(frozen=True)
class Step:
    """One thing that happened to a problem: an answer of its unit, or what the office wrote down.

    day - ordinal; facts - heading of the table of moves -> what it says; state - of an answer
    """

    number: str
    day: int
    act: str
    who: str = _CLERK
    facts: dict[str, Cell] = field(default_factory=dict)
    state: str = ""
    unit: str = ""


def courses(problems: pd.DataFrame, end: date, seed: int) -> list[list[Step]]:
    """Make up the course of every problem until a day.

    Takes: problems - of `answers.hand_out`, with day, responsible
    """
    rng = np.random.default_rng([seed, 11])
    names, shares = list(_FATES), np.array(list(_FATES.values()))
    fates = rng.choice(names, len(problems), p=shares / shares.sum())
    return [
        [entry for entry in _course(problem, str(fate), rng) if entry.day <= end.toordinal()]
        for problem, fate in zip(problems.itertuples(), fates, strict=True)
    ]


def due_of(problem: tuple) -> int:
    """Give the last day of a problem's limit, an ordinal."""
    limit = 0 if problem.deadline == AT_ONCE else DAYS
    return working_day_after(announced(), problem.day.toordinal(), limit)


def _course(problem: tuple, fate: str, rng: np.random.Generator) -> Iterator[Step]:
    number, found_on, due = problem.problem_no, problem.day.toordinal(), due_of(problem)
    unit = problem.responsible.split("、")[0]
    answered = found_on + int(rng.integers(due - found_on + 1))
    if fate == "late":
        answered = due + int(rng.integers(1, 10))
    if fate == "silent" or (due == found_on and fate in ("extended", "suspended", "sent back")):
        return
    if fate == "under way":
        yield Step(number, found_on + 1, ANSWER, state="正在整改", unit=unit)
        return
    if fate in ("suspended", "long term"):
        facts = {
            "文号": f"创建办纪要〔{problem.day.year}〕{found_on % 40 + 1}号",
            "批准人": _APPROVER,
        }
        act = "批准挂账" if fate == "suspended" else "列入长期整改"
        yield Step(number, found_on + 1, act, facts=facts | {"暂缓至": _iso(found_on + 150)})
        return
    if fate == "extended":
        facts = {"整改时限": _iso(due + (due - found_on)), "办理原因": "等待材料"}
        yield Step(number, found_on + 1, "延期申请", facts=facts)
        yield Step(number, found_on + 1, "批准延期", facts=facts | {"批准人": _APPROVER})
        answered = due + 1
    if fate == "sent back":
        receiver = next(name for name in _OTHERS if name != unit)
        yield Step(number, found_on + 1, "退回", facts={"办理原因": "不属本单位职责"})
        due, unit = working_day_after(announced(), found_on + 2, DAYS), receiver
        facts = {"单位": receiver, "整改时限": _iso(due), "办理原因": "按职责清单改派"}
        yield Step(number, found_on + 2, "改派", facts=facts)
        answered = due
    yield Step(number, answered, ANSWER, state="已整改", unit=unit)
    if rng.random() < _CHECKED:
        yield from _checks(number, answered, unit, rng)
    elif rng.random() < _VISITED:
        outcome = str(rng.choice(("整改到位", "不彻底", "虚假整改"), p=(0.8, 0.15, 0.05)))
        yield Step(number, answered + 7, "整改复查", _CHECKERS[0], {"复查结果": outcome})


def _checks(number: str, answered: int, unit: str, rng: np.random.Generator) -> Iterator[Step]:
    """Make up what those found who checked, approved and looked again."""
    checker, day = _CHECKERS[int(rng.integers(2))], answered + int(rng.integers(1, 4))
    way = {"核查方式": str(rng.choice(("现场", "图片", "视频"), p=(0.6, 0.35, 0.05)))}
    if rng.random() < _REFUSED:
        due = working_day_after(announced(), day, DAYS)
        facts = {"整改时限": _iso(due), "办理原因": str(rng.choice(_REASONS))}
        yield Step(number, day, "核查不通过", checker, facts)
        yield Step(number, due, ANSWER, state="已整改", unit=unit)
        day = due + 1
    yield Step(number, day, "核查通过", checker, way)
    yield Step(number, day + 1, "销号", _APPROVER)
    if rng.random() >= _LOOKED:
        return
    day += int(rng.integers(7, 15))
    if rng.random() >= _BACK:
        yield Step(number, day, "回头看保持", checker, way)
        return
    yield Step(number, day, "反弹", checker, {"办理原因": "回头看发现问题又出现"})
    facts = {"单位": unit, "整改时限": _iso(working_day_after(announced(), day, DAYS))}
    yield Step(number, day, "交办", facts=facts | {"文号": "回头看反弹交办"})


def _iso(day: int) -> str:
    return date.fromordinal(day).isoformat()


def in_files(all_steps: Sequence[list[Step]], start: date, end: date) -> list[list[Step]]:
    """Sort steps by the fortnight whose files say them.

    An answer that follows what the office wrote down comes with the next files, for in each fortnight
    the answers are taken in first; what would come after the last files has not come yet.
    """
    files: list[list[Step]] = [[] for _ in range((end - start).days // FORTNIGHT + 1)]
    for steps in all_steps:
        index, is_move = 0, False
        for entry in steps:
            is_answer = entry.act == ANSWER
            index = max(
                (entry.day - start.toordinal()) // FORTNIGHT, index + (is_answer and is_move)
            )
            if index >= len(files):
                break
            files[index].append(entry)
            is_move = not is_answer
    return files


def write_loop(
    directory: Path, problems: pd.DataFrame, steps: Sequence[list[Step]], start: date, end: date
) -> list[Path]:
    """Write the files of every fortnight, in the order in which to upload them."""
    by_number = problems.set_index("problem_no")
    paths: list[Path] = []
    for index, of_file in enumerate(in_files(steps, start, end)):
        filed = min(end, date.fromordinal(start.toordinal() + (index + 1) * FORTNIGHT - 1))
        answers = [entry for entry in of_file if entry.act == ANSWER]
        moves = sorted((s for s in of_file if s.act != ANSWER), key=lambda entry: entry.day)
        paths.append(_write_answers(directory, answers, by_number, filed))
        if moves:
            paths.append(_write_moves(directory, moves, filed))
    return paths


def _write_answers(
    directory: Path, answers: list[Step], by_number: pd.DataFrame, filed: date
) -> Path:
    rows: list[list[Cell]] = [
        ["演示市督查问题整改情况反馈汇总表"],
        [f"填报日期:{filed.isoformat()}"],
        list(HEADINGS),
    ]
    for serial, entry in enumerate(answers, 1):
        problem = by_number.loc[entry.number]
        finished = as_words(date.fromordinal(entry.day)) if entry.state == "已整改" else None
        cells = [serial, entry.number, entry.unit, problem["site"], problem["description"]]
        rows.append([*cells, MEASURES[entry.day % len(MEASURES)], entry.state, finished])
    return _save(directory / f"{filed.isoformat()}_整改反馈汇总.xlsx", "整改反馈", rows)


def _write_moves(directory: Path, moves: list[Step], filed: date) -> Path:
    rows: list[list[Cell]] = [["演示市整改流转表"], list(_MOVES)]
    for entry in moves:
        facts = [entry.facts.get(heading) for heading in _MOVES[4:]]
        rows.append([entry.number, entry.act, _iso(entry.day), entry.who, *facts])
    return _save(directory / f"{filed.isoformat()}_整改流转表.xlsx", "整改流转", rows)


def _save(path: Path, title: str, rows: list[list[Cell]]) -> Path:
    book = Workbook(write_only=True)
    page = book.create_sheet(title)
    for row in rows:
        page.append(row)
    book.save(path)
    return path
