"""The columns of questions of one table: an answer per row and question, faults located and held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process

from wenming_metrics.reading.survey.questions import MARK, parts_of
from wenming_metrics.reading.survey.values import (
    BEYOND,
    BY_NUMBER,
    SEVERAL,
    UNKNOWN,
    answer,
    choice_of,
    is_chosen,
)
from wenming_metrics.reading.tables.table import Table, column, report, report_each, report_sheet
from wenming_metrics.reading.tables.values import spell, word
from wenming_metrics.rules.survey.answers import BLANK, NOT_ASKED
from wenming_metrics.rules.survey.model import COUNT, SCALE, Question, Survey

_SIMILAR, _SHOWN = 55, 3


@dataclass(frozen=True, eq=False)
class Told:
    """Answers per question of the survey, as in `rules.survey.answers`; codes of those that were asked."""

    answers: Mapping[str, np.ndarray]
    asked: frozenset[str]


def read_questions(table: Table, survey: Survey) -> Told:
    """Read all columns of questions of a table; tell of every cell that is no answer."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for name in table.columns:
        if name.startswith(MARK):
            question, option = parts_of(name)
            columns.setdefault(question, []).append((option, name))
    answers: dict[str, np.ndarray] = {}
    for question in (one for one in survey.questions if one.kind != COUNT):
        own = columns.get(question.code, [])
        whole = next((name for option, name in own if not option), "")
        if whole:
            answers[question.code] = _whole(table, question, whole)
        elif own:
            answers[question.code] = _by_option(table, question, own)
        else:
            answers[question.code] = np.full(table.n_rows, NOT_ASKED, np.int64)
    return Told(answers, frozenset(columns))


def _whole(table: Table, question: Question, name: str) -> np.ndarray:
    """Read the column of a question."""
    given, choice = column(table, name), choice_of(question)
    read = np.array([answer(choice, value) for value in given.values], np.int64)
    by_number = (read >= BY_NUMBER).any()
    read = np.where(read >= BY_NUMBER, read - BY_NUMBER, read)
    found = read[given.codes]
    if by_number:
        _report_by_number(table, question, name)
    if read.min(initial=0) < NOT_ASKED:
        _report(table, question, name, found)
    return np.where(found < NOT_ASKED, BLANK, found)


def _by_option(table: Table, question: Question, own: list[tuple[str, str]]) -> np.ndarray:
    """Read a multiple answer that has a column for each option."""
    choice = choice_of(question)
    codes = [option.code for option in question.options]
    mask = np.zeros(table.n_rows, np.int64)
    told, unasked = (np.zeros(table.n_rows, bool) for _ in range(2))
    for option, name in own:
        at, given = codes.index(option), column(table, name)
        read = np.array([is_chosen(choice, at, value) for value in given.values], np.int64)
        found = read[given.codes]
        if (read == UNKNOWN).any():
            _report(table, question, name, found)
        mask |= (found == 1).astype(np.int64) << at
        told |= found >= 0
        unasked |= found == NOT_ASKED
    nothing = np.where(unasked & ~told, NOT_ASKED, BLANK)
    return np.where(mask > 0, mask, nothing)


def _report(table: Table, question: Question, name: str, found: np.ndarray) -> None:
    """Hold the rows whose cell is no answer to the question."""
    said = {"question": question.title}
    if question.kind == SCALE:
        span = {"low": question.low, "high": question.high}
    else:
        span = {"low": 1, "high": len(question.options)}
    report(table, found == BEYOND, "问卷-07", name, **said, **span)
    report(table, found == SEVERAL, "问卷-06", name, **said)
    rows = np.flatnonzero(found == UNKNOWN)
    if not len(rows):
        return
    given = column(table, name)
    codes = given.codes[rows].tolist()
    hints = {code: _hint(question, word(given.values[code])) for code in set(codes)}
    details = {code: {**said, "hint": hint} for code, hint in hints.items()}
    report_each(table, rows, "问卷-08", name, [details[code] for code in codes])


def _hint(question: Question, written: str) -> str:
    """Say which option is nearest, or which answers there are."""
    if question.kind == SCALE:
        return f"这一题打 {question.low} 到 {question.high} 分。"
    titles = {word(option.title): option.title for option in question.options}
    best = process.extractOne(written, titles.keys(), score_cutoff=_SIMILAR) if written else None
    if best:
        return f"最接近的是“{titles[best[0]]}”。"
    shown = "、".join(list(titles.values())[:_SHOWN])
    return f"选项有{shown}{'等' if len(titles) > _SHOWN else ''}。"


def _report_by_number(table: Table, question: Question, name: str) -> None:
    shown = "、".join(f"{n} {one.title}" for n, one in enumerate(question.options, start=1))
    given = column(table, name)
    letters = any(spell(value)[:1].isalpha() for value in given.values if value is not None)
    if letters:
        shown = "、".join(f"{chr(64 + n)} {o.title}" for n, o in enumerate(question.options, 1))
    report_sheet(table, "问卷-13", name, question=question.title, options=shown)
