"""The columns of questions of one table: an answer per row and question, faults located and held."""

from __future__ import annotations

import re
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
    unknown_word,
)
from wenming_metrics.reading.tables.table import Table, column, report, report_each, report_sheet
from wenming_metrics.reading.tables.values import spell, word
from wenming_metrics.rules.survey.answers import BLANK, NOT_ASKED
from wenming_metrics.rules.survey.model import COUNT, SCALE, Question, Survey

_SIMILAR, _SHOWN = 55, 3
_BY_SCORE = re.compile("按(?:分数|分值|得分)")
"""What a tool writes into the name of a file whose answers are points, not places of options."""


@dataclass(frozen=True, eq=False)
class QuestionAnswers:
    """Answers per question of the survey, as in `rules.survey.answers`; codes of those that were asked."""

    answers: Mapping[str, np.ndarray]
    asked_codes: frozenset[str]


def read_questions(table: Table, survey: Survey) -> QuestionAnswers:
    """Read all columns of questions of a table; tell of every cell that is no answer."""
    columns: dict[str, list[tuple[str, str]]] = {}
    for name in table.columns:
        if name.startswith(MARK):
            question, option = parts_of(name)
            columns.setdefault(question, []).append((option, name))
    answers: dict[str, np.ndarray] = {}
    for question in (question for question in survey.questions if question.kind != COUNT):
        option_columns = columns.get(question.code, [])
        question_column = next((name for option, name in option_columns if not option), "")
        if question_column:
            answers[question.code] = _by_question(table, question, question_column)
        elif option_columns:
            answers[question.code] = _by_option(table, question, option_columns)
        else:
            answers[question.code] = np.full(table.n_rows, NOT_ASKED, np.int64)
    return QuestionAnswers(answers, frozenset(columns))


def _by_question(table: Table, question: Question, name: str) -> np.ndarray:
    """Read the column of a question."""
    answer_column, choice = column(table, name), choice_of(question)
    read = np.array([answer(choice, value) for value in answer_column.values], np.int64)
    by_number = (read >= BY_NUMBER).any()
    read = np.where(read >= BY_NUMBER, read - BY_NUMBER, read)
    row_answers = read[answer_column.codes]
    if by_number and _BY_SCORE.search(f"{table.header.filename}{table.sheet.name}"):
        if not any(problem.code == "问卷-15" for problem in table.problems):
            report_sheet(table, "问卷-15", name, question=question.title)
    elif by_number:
        _report_by_number(table, question, name)
    if read.min(initial=0) < NOT_ASKED:
        _report(table, question, name, row_answers)
    return np.where(row_answers < NOT_ASKED, BLANK, row_answers)


def _by_option(
    table: Table, question: Question, option_columns: list[tuple[str, str]]
) -> np.ndarray:
    """Read a multiple answer that has a column for each option."""
    choice = choice_of(question)
    codes = [option.code for option in question.options]
    mask = np.zeros(table.n_rows, np.int64)
    is_answered, unasked = (np.zeros(table.n_rows, bool) for _ in range(2))
    for option, name in option_columns:
        index, option_column = codes.index(option), column(table, name)
        read = np.array(
            [is_chosen(choice, index, value) for value in option_column.values], np.int64
        )
        row_choices = read[option_column.codes]
        if (read == UNKNOWN).any():
            _report(table, question, name, row_choices)
        mask |= (row_choices == 1).astype(np.int64) << index
        is_answered |= row_choices >= 0
        unasked |= row_choices == NOT_ASKED
    nothing = np.where(unasked & ~is_answered, NOT_ASKED, BLANK)
    return np.where(mask > 0, mask, nothing)


def _report(table: Table, question: Question, name: str, row_answers: np.ndarray) -> None:
    """Hold the rows whose cell is no answer to the question."""
    wording = {"question": question.title}
    if question.kind == SCALE:
        span = {"low": question.low, "high": question.high}
    else:
        span = {"low": 1, "high": len(question.options)}
    report(table, row_answers == BEYOND, "问卷-07", name, **wording, **span)
    report(table, row_answers == SEVERAL, "问卷-06", name, **wording)
    rows = np.flatnonzero(row_answers == UNKNOWN)
    if not len(rows):
        return
    answer_column = column(table, name)
    codes = answer_column.codes[rows].tolist()
    hints = {code: _hint(question, word(answer_column.values[code])) for code in set(codes)}
    details = {code: {**wording, "hint": hint} for code, hint in hints.items()}
    if question.options and not parts_of(name)[1]:
        # Which option it is may be asked, and of several answers in a cell only what is not known.
        choice = choice_of(question)
        for code in details:
            unknown = unknown_word(choice, spell(answer_column.values[code]))
            details[code] |= {"asked": question.code, "part": unknown}
    report_each(table, rows, "问卷-08", name, [details[code] for code in codes])


def _hint(question: Question, written: str) -> str:
    """Say which option is nearest, or which answers there are."""
    if question.kind == SCALE:
        return f"这一题打 {question.low} 到 {question.high} 分。"
    titles = {word(option.title): option.title for option in question.options}
    best = process.extractOne(written, titles.keys(), score_cutoff=_SIMILAR) if written else None
    if best:
        return f"最接近的是“{titles[best[0]]}”。"
    first_titles = "、".join(list(titles.values())[:_SHOWN])
    return f"选项有{first_titles}{'等' if len(titles) > _SHOWN else ''}。"


def _report_by_number(table: Table, question: Question, name: str) -> None:
    option_list = "、".join(
        f"{n} {option.title}" for n, option in enumerate(question.options, start=1)
    )
    answer_column = column(table, name)
    letters = any(spell(value)[:1].isalpha() for value in answer_column.values if value is not None)
    if letters:
        option_list = "、".join(
            f"{chr(64 + n)} {o.title}" for n, o in enumerate(question.options, 1)
        )
    report_sheet(table, "问卷-13", name, question=question.title, options=option_list)
