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

from wenming_metrics.reading.model.grid import Column
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import decimal_text
from wenming_metrics.reading.survey.answers import Told, read_questions
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
class Taken:
    """One table: its answers, when each was given (column, day, second of all time), how long it
    took."""

    table: Table
    told: Told
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
    taken = [_take(table, survey) for table in tables]
    wave = find_wave(tables, [one.day for one in taken], survey)
    if wave is None:
        report_sheet(tables[0], "问卷-02")
        return None
    last = wave.window.end.toordinal()
    if not wave.is_said and any((one.day > last).any() for one in taken):
        report_sheet(tables[0], "问卷-03", wave=wave.window.title)
    frames = [
        _frame(one, titled, wave, names, context)
        for one, titled in zip(taken, wave.titled, strict=True)
    ]
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    frame["seq"] = np.arange(len(frame), dtype=np.int32)
    _report_flags(tables, frame)
    _report_missing(tables[0], taken, survey)
    asked = [one for one in survey.questions if one.kind != COUNT]
    options = {
        one.code: tuple(option.code for option in one.options) for one in asked if one.kind != SCALE
    }
    multiple = frozenset(one.code for one in asked if one.kind == MULTIPLE)
    span = (wave.window.start.toordinal(), wave.window.end.toordinal())
    return Answers(frame, options, multiple, *span)


def _take(table: Table, survey: Survey) -> Taken:
    told = read_questions(table, survey)
    when = next((one for one in ("submitted", "answer_end") if one in table.columns), "submitted")
    day, second = _moments(table, when)
    return Taken(table, told, when, day, second, _durations(table))


def _moments(table: Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Read a column of moments: day as `values.day`, second of all time (-1: not said)."""
    given, year = column(table, name), table.header.titles.year
    both = [moment(value, year) for value in given.values]
    found = np.array(both, np.int64).reshape(-1, 2)[given.codes]
    known = (found[:, 0] > 0) & (found[:, 1] >= 0)
    return found[:, 0], np.where(known, found[:, 0] * _DAY_SECONDS + found[:, 1], -1)


def _durations(table: Table) -> np.ndarray:
    """Give how many seconds each took, -1 where it is not said."""
    if "duration" in table.columns:
        given = column(table, "duration")
        return np.array([seconds(value) for value in given.values], np.int64)[given.codes]
    start, end = (_moments(table, name)[1] for name in ("answer_start", "answer_end"))
    return np.where((start >= 0) & (end >= start), end - start, -1)


def _frame(one: Taken, titled: object, wave: Wave, names: Names, context: Context) -> pd.DataFrame:
    """Say what is wrong with the rows of a table, and give those that nothing holds."""
    table, survey = one.table, context.survey
    day = report_days(table, one.day, one.when, context.today)
    report_misfits(table, day, one.when, wave, titled, survey)
    unit, cluster = settle_places(table, names, day, wave.window)
    flags = find_flags(
        survey,
        one.told.answers,
        address=_numbers(_address(table)),
        moment=one.moment,
        took=one.took,
        interviewer=_numbers(column(table, "interviewer")),
    )
    facts = {
        **{"seq": 0, "day": day, "unit": unit, "cluster": cluster},
        **{"weight": _weights(table), "flags": flags, "key": _keys(one)},
        **{"sheet": table.sheet.index, "source_row": table.excel},
    }
    frame = pd.DataFrame(facts)[list(FACTS)].astype(FACTS)
    frame = pd.concat([frame, pd.DataFrame(one.told.answers)], axis=1)
    return frame[~table.held]


def _address(table: Table) -> Column:
    """Give the column of addresses over the data rows, blank throughout where there is none."""
    texts = map(normalise, table.header.texts)
    at = next((at for at, text in enumerate(texts) if _ADDRESS.match(text)), None)
    if at is None:
        return Column(np.zeros(table.n_rows, np.int32), (None,))
    whole = table.sheet.columns[at]
    return Column(whole.codes[table.excel - table.sheet.first_row], whole.values)


def _numbers(given: Column) -> np.ndarray:
    """Number the texts of a column, -1 where nothing is written."""
    words = [_REGION.sub("", normalise(spell(value))) for value in given.values]
    known = {word: at for at, word in enumerate(dict.fromkeys(words))}
    return np.array([known[word] if word else -1 for word in words], np.int64)[given.codes]


def _weights(table: Table) -> np.ndarray:
    """Read how many each counts for; hold what is no number above 0."""
    given = column(table, "answer_weight")
    read = [decimal_text(value) for value in given.values]
    found = np.array([1.0 if text == "" else float(text or 0) for text in read])[given.codes]
    report(table, found <= 0, "问卷-12", "answer_weight")
    return found


def _keys(one: Taken) -> np.ndarray:
    """Name each questionnaire so that it is known again in another file.

    Its own number, or the second in which it was handed in with its number in the file, is one
    questionnaire wherever it stands (above 0); else all that its row says (below 0).
    """
    table, has_id = one.table, "answer_id" in one.table.columns
    marks = [name for name in ("answer_id", "answer_serial") if name in table.columns]
    sure = (one.moment >= 0) | (_written(column(table, "answer_id")) if has_id else False)
    key = _mixed(table, marks) ^ (one.moment.astype(np.uint64) * _ODD)
    rest = _mixed(table, list(table.header.columns)) if not sure.all() else key
    own, other = ((values >> np.uint64(1)).astype(np.int64) | 1 for values in (key, rest))
    return np.where(sure, own, -other)


def _written(given: Column) -> np.ndarray:
    return np.array([bool(spell(value)) for value in given.values], bool)[given.codes]


def _mixed(table: Table, names: Sequence[str]) -> np.ndarray:
    """Mix what the cells of some columns say into one number per row."""
    total = np.zeros(table.n_rows, np.uint64)
    for name in names:
        given = column(table, name)
        words = np.array([f"{name}\x1f{normalise(spell(value))}" for value in given.values], object)
        total = total * _ODD + pd.util.hash_array(words, categorize=False)[given.codes]
    return total


def _report_flags(tables: Sequence[Table], frame: pd.DataFrame) -> None:
    """Say how many are to be looked at, and why."""
    for table in tables:
        own = frame.loc[frame["sheet"] == table.sheet.index, "flags"]
        counts = Counter({text: int((own & bit > 0).sum()) for bit, text in FLAGS.items()})
        reasons = "、".join(f"{text} {count} 份" for text, count in counts.items() if count)
        if reasons:
            report_sheet(table, "问卷-09", count=int((own > 0).sum()), reasons=reasons)


def _report_missing(table: Table, taken: Sequence[Taken], survey: Survey) -> None:
    """Say which questions that figures are made of stand in none of the tables."""
    asked = {code for one in taken for code in one.told.asked}
    wanted = dict.fromkeys(rate.question for rate in survey.rates)
    kinds = {one.code: one for one in survey.questions}
    missing = [code for code in wanted if code not in asked and kinds[code].kind != COUNT]
    if missing:
        titles = "、".join(kinds[code].title for code in missing)
        report_sheet(table, "问卷-11", questions=titles)
