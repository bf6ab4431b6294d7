"""问卷: one questionnaire in each row, with an answer, or several, in each further column.

Flags are found before personal data is left out; of addresses nothing is kept. What is no answer
holds its row: it is never counted as an answer that somebody gave.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.grid import GridColumn
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import amount_text
from wenming_metrics.reading.survey.answers import QuestionAnswers, read_questions
from wenming_metrics.reading.survey.respondents import (
    Wave,
    find_wave,
    report_days,
    report_misfits,
    settle_places,
)
from wenming_metrics.reading.survey.values import moment, seconds
from wenming_metrics.reading.tables.table import Table, column, report, report_sheet
from wenming_metrics.reading.tables.values import spell
from wenming_metrics.rules.survey.answers import FACTS, Answers
from wenming_metrics.rules.survey.model import COUNT, MULTIPLE, SCALE, Survey
from wenming_metrics.scoring.survey.fraud_flags import FLAGS, find_flags
from wenming_metrics.vocabulary import normalise

_ADDRESS = re.compile(r"^(?:来自)?ip(?:地址)?$")
_REGION = re.compile(r"\(.*")
_ODD = np.uint64(0x9E3779B97F4A7C15)
_DAY_SECONDS = 86_400


@dataclass(frozen=True, eq=False)
class SurveyTable:
    """One table: its answers, when each was given (column, day, second of all time), how long it
    took."""

    table: Table
    question_answers: QuestionAnswers
    when: str
    day: np.ndarray
    moment: np.ndarray
    took: np.ndarray


def read_survey(tables: Sequence[Table], names: Names, context: Context) -> Answers | None:
    """Read the questionnaires of a file.

    Returns: those that nothing holds; None where the file is returned, which is then told
    """
    survey = context.survey
    if survey is None:
        for table in tables:
            report_sheet(table, "问卷-01")
        return None
    if not any(table.n_rows for table in tables):
        return None
    survey_tables = [_read_table(table, survey) for table in tables]
    wave = find_wave(tables, [survey_table.day for survey_table in survey_tables], survey)
    if wave is None:
        report_sheet(tables[0], "问卷-02")
        return None
    last = wave.window.end.toordinal()
    if not wave.is_said and any((survey_table.day > last).any() for survey_table in survey_tables):
        report_sheet(tables[0], "问卷-03", wave=wave.window.title)
    frames = [
        _frame(survey_table, titled, wave, names, context)
        for survey_table, titled in zip(survey_tables, wave.titled, strict=True)
    ]
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    frame["seq"] = np.arange(len(frame), dtype=np.int32)
    _report_flags(tables, frame)
    _report_missing(tables[0], survey_tables, survey)
    questions = [question for question in survey.questions if question.kind != COUNT]
    options = {
        question.code: tuple(option.code for option in question.options)
        for question in questions
        if question.kind != SCALE
    }
    multiple = frozenset(question.code for question in questions if question.kind == MULTIPLE)
    span = (wave.window.start.toordinal(), wave.window.end.toordinal())
    return Answers(frame, options, multiple, *span)


def _read_table(table: Table, survey: Survey) -> SurveyTable:
    question_answers = read_questions(table, survey)
    when = next(
        (name for name in ("submitted", "answer_end") if name in table.columns), "submitted"
    )
    day, second = _moments(table, when)
    return SurveyTable(table, question_answers, when, day, second, _durations(table))


def _moments(table: Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Read a column of moments: day as `values.day`, second of all time (-1: not said)."""
    moment_column, year = column(table, name), table.header.titles.year
    day_and_second = [moment(value, year) for value in moment_column.values]
    row_moments = np.array(day_and_second, np.int64).reshape(-1, 2)[moment_column.codes]
    is_stated = (row_moments[:, 0] > 0) & (row_moments[:, 1] >= 0)
    return row_moments[:, 0], np.where(
        is_stated, row_moments[:, 0] * _DAY_SECONDS + row_moments[:, 1], -1
    )


def _durations(table: Table) -> np.ndarray:
    """Give how many seconds each took, -1 where it is not said."""
    if "duration" in table.columns:
        duration_column = column(table, "duration")
        return np.array([seconds(value) for value in duration_column.values], np.int64)[
            duration_column.codes
        ]
    start, end = (_moments(table, name)[1] for name in ("answer_start", "answer_end"))
    return np.where((start >= 0) & (end >= start), end - start, -1)


def _frame(
    survey_table: SurveyTable, titled: object, wave: Wave, names: Names, context: Context
) -> pd.DataFrame:
    """Say what is wrong with the rows of a table, and give those that nothing holds."""
    table, survey = survey_table.table, context.survey
    day = report_days(table, survey_table.day, survey_table.when, context.today)
    report_misfits(table, day, survey_table.when, wave, titled, survey)
    unit, cluster = settle_places(table, names, day, wave.window)
    flags = find_flags(
        survey,
        survey_table.question_answers.answers,
        address=_numbers(_address(table)),
        moment=survey_table.moment,
        took=survey_table.took,
        interviewer=_numbers(column(table, "interviewer")),
    )
    facts = {
        **{"seq": 0, "day": day, "unit": unit, "cluster": cluster},
        **{"weight": _weights(table), "flags": flags, "key": _keys(survey_table)},
        **{"sheet": table.sheet.index, "source_row": table.excel},
    }
    frame = pd.DataFrame(facts)[list(FACTS)].astype(FACTS)
    frame = pd.concat([frame, pd.DataFrame(survey_table.question_answers.answers)], axis=1)
    return frame[~table.held]


def _address(table: Table) -> GridColumn:
    """Give the column of addresses over the data rows, blank throughout where there is none."""
    texts = map(normalise, table.header.texts)
    position = next((position for position, text in enumerate(texts) if _ADDRESS.match(text)), None)
    if position is None:
        return GridColumn(np.zeros(table.n_rows, np.int32), (None,))
    sheet_column = table.sheet.columns[position]
    return GridColumn(sheet_column.codes[table.excel - table.sheet.first_row], sheet_column.values)


def _numbers(text_column: GridColumn) -> np.ndarray:
    """Number the texts of a column, -1 where nothing is written."""
    words = [_REGION.sub("", normalise(spell(value))) for value in text_column.values]
    number_by_word = {word: number for number, word in enumerate(dict.fromkeys(words))}
    return np.array([number_by_word[word] if word else -1 for word in words], np.int64)[
        text_column.codes
    ]


def _weights(table: Table) -> np.ndarray:
    """Read how many each counts for; hold what is no number above 0."""
    weight_column = column(table, "answer_weight")
    read = [amount_text(value) for value in weight_column.values]
    weights = np.array([1.0 if text == "" else float(text or 0) for text in read])[
        weight_column.codes
    ]
    report(table, weights <= 0, "问卷-12", "answer_weight")
    return weights


def _keys(survey_table: SurveyTable) -> np.ndarray:
    """Name each questionnaire so that it is known again in another file.

    Its own number, or the second in which it was handed in with its number in the file, is one
    questionnaire wherever it stands (above 0); else all that its row says (below 0).
    """
    table, has_id = survey_table.table, "answer_id" in survey_table.table.columns
    marks = [name for name in ("answer_id", "answer_serial") if name in table.columns]
    sure = (survey_table.moment >= 0) | (_written(column(table, "answer_id")) if has_id else False)
    key = _mixed(table, marks) ^ (survey_table.moment.astype(np.uint64) * _ODD)
    rest = _mixed(table, list(table.header.columns)) if not sure.all() else key
    id_keys, row_keys = ((values >> np.uint64(1)).astype(np.int64) | 1 for values in (key, rest))
    return np.where(sure, id_keys, -row_keys)


def _written(id_column: GridColumn) -> np.ndarray:
    return np.array([bool(spell(value)) for value in id_column.values], bool)[id_column.codes]


def _mixed(table: Table, names: Sequence[str]) -> np.ndarray:
    """Mix what the cells of some columns say into one number per row."""
    total = np.zeros(table.n_rows, np.uint64)
    for name in names:
        cell_column = column(table, name)
        words = np.array(
            [f"{name}\x1f{normalise(spell(value))}" for value in cell_column.values], object
        )
        total = total * _ODD + pd.util.hash_array(words, categorize=False)[cell_column.codes]
    return total


def _report_flags(tables: Sequence[Table], frame: pd.DataFrame) -> None:
    """Say how many are to be looked at, and why."""
    for table in tables:
        table_flags = frame.loc[frame["sheet"] == table.sheet.index, "flags"]
        counts = Counter({text: int((table_flags & bit > 0).sum()) for bit, text in FLAGS.items()})
        reasons = "、".join(f"{text} {count} 份" for text, count in counts.items() if count)
        if reasons:
            report_sheet(table, "问卷-09", count=int((table_flags > 0).sum()), reasons=reasons)


def _report_missing(table: Table, survey_tables: Sequence[SurveyTable], survey: Survey) -> None:
    """Say which questions that figures are made of stand in none of the tables."""
    asked_codes = {
        code for survey_table in survey_tables for code in survey_table.question_answers.asked_codes
    }
    wanted = dict.fromkeys(rate.question for rate in survey.rates)
    kinds = {question.code: question for question in survey.questions}
    missing = [code for code in wanted if code not in asked_codes and kinds[code].kind != COUNT]
    if missing:
        titles = "、".join(kinds[code].title for code in missing)
        report_sheet(table, "问卷-11", questions=titles)
