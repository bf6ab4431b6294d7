"""Waves of surveys: which there are, what was asked in one, and what came in of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window, custom, window
from wenming_metrics.domain.registers import Register, ancestors, successors
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.rule_spans import rules_on
from wenming_metrics.queries.scores.score_windows import board_units
from wenming_metrics.rules.survey.answers import NOT_ASKED, Answers
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.scoring.survey.rates import COUNTED
from wenming_metrics.store.database import reading
from wenming_metrics.store.records import read_records
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.surveys import read_answers, read_waves

NO_SURVEY = "评分办法里没有问卷的定义（survey.toml），两率一度算不出来。"


@dataclass(frozen=True, eq=False)
class WaveAnswers:
    """What came in of one wave.

    units   - of the list, alive at its end: unit, unit_name, group, group_order, population (NaN =
              not known), in the order of the register
    answers - all questionnaires, also those that a person took out
    row_of  - per unit number the row in `units` of the one it counts for, -1 for none
    unit_rows - per questionnaire the row of its unit in `units`, -1 for none
    counted - counts of counted tables: COUNTED, place as above
    """

    wave: Window
    survey: Survey
    ties: str
    units: pd.DataFrame
    answers: Answers
    row_of: np.ndarray
    unit_rows: np.ndarray
    counted: pd.DataFrame


def waves(office: Office) -> tuple[Window, ...]:
    """List the waves that questionnaires or counted tables are there of, the latest first."""
    with reading(office.store) as connection:
        return waves_from(connection, office)


def waves_from(connection: Connection, office: Office) -> tuple[Window, ...]:
    """List the waves, as `waves`."""
    wave_days = read_waves(connection)[["first_day", "last_day"]].drop_duplicates()
    spans = wave_days.sort_values(["last_day", "first_day"], ascending=False)
    wave_windows = (wave_of(office, *span) for span in spans.itertuples(index=False, name=None))
    return tuple(wave for wave in wave_windows if survey_of(office, wave))


def wave_of(office: Office, first_day: int, last_day: int) -> Window:
    """Give the window of a wave by its days; one beside the calendar is a window of its own."""
    first, last = date.fromordinal(int(first_day)), date.fromordinal(int(last_day))
    survey = survey_of(office, custom(first, last))
    wave = window(survey.wave, first) if survey else custom(first, last)
    return wave if (wave.start, wave.end) == (first, last) else custom(first, last)


def survey_of(office: Office, wave: Window) -> Survey | None:
    """Give the definitions of a wave: of the rules in force on its last day, else of those now."""
    return rules_on(office, wave.end).survey or office.rules.survey


def read_wave(office: Office, wave: Window) -> WaveAnswers:
    """Read what came in of a wave. Raises LookupError where nothing says what was asked."""
    with reading(office.store) as connection:
        return read_wave_from(connection, office, wave)


def read_wave_from(connection: Connection, office: Office, wave: Window) -> WaveAnswers:
    """Read what came in of a wave, as `read_wave`."""
    rules, survey = rules_on(office, wave.end), survey_of(office, wave)
    if survey is None:
        raise LookupError(NO_SURVEY)
    register, board = read_register(connection), rules.boards[0]
    units = board_units(register, board, wave.end).rename(columns={"name": "unit_name"})
    people = register.units["population"].reindex(units["unit"]).astype("Float64")
    units = units.assign(population=people.to_numpy(float, na_value=np.nan))
    first, last = wave.start.toordinal(), wave.end.toordinal()
    answers = read_answers(connection, first, last)
    row_of = _rows_of(register, board.kind, units, last)
    unit_rows = row_of[answers.frame["unit"].to_numpy(np.int64)]
    counted = _counted(connection, wave, row_of)
    counted = _beside(counted, answers, unit_rows)
    return WaveAnswers(wave, survey, rules.ties, units, answers, row_of, unit_rows, counted)


def _rows_of(register: Register, kind: str, units: pd.DataFrame, day: int) -> np.ndarray:
    """Give per unit number the row of the listed unit it counts for; the last one is for none."""
    row = {int(unit): index for index, unit in enumerate(units["unit"])}
    after = successors(register, day)
    above = ancestors(register, kind).tolist() if len(register.units) else []
    return np.array([*(row.get(after.get(unit, unit), -1) for unit in above), -1], np.int64)


def _counted(connection: Connection, wave: Window, row_of: np.ndarray) -> pd.DataFrame:
    """Read the counted tables of a wave: of each unit and question the table that came last."""
    records = read_records(connection, "counts")
    span = (wave.start.isoformat(), wave.end.isoformat())
    lines = {
        (unit, question): counts
        for unit, record in zip(records["unit"].tolist(), records["told"], strict=True)
        if (record["first"], record["last"]) == span
        for question, counts in record["counts"].items()
    }
    rows = [
        (row_of[unit], question, option, n)
        for (unit, question), counts in lines.items()
        for option, n in counts.items()
    ]
    counted = pd.DataFrame(rows, columns=COUNTED).astype({"place": "int64", "n": "int64"})
    return counted[counted["place"] >= 0].reset_index(drop=True)


def _beside(counted: pd.DataFrame, answers: Answers, unit_rows: np.ndarray) -> pd.DataFrame:
    """Keep what no questionnaires say: where both are there, the table is made of them."""
    if counted.empty:
        return counted
    remaining = np.ones(len(counted), bool)
    for question in counted["question"].unique():
        if question in answers.frame:
            was_asked = answers.frame[question].to_numpy(np.int64) != NOT_ASKED
            is_covered = counted["place"].isin(np.unique(unit_rows[was_asked])).to_numpy()
            remaining &= ~(is_covered & (counted["question"] == question).to_numpy())
    return counted[remaining].reset_index(drop=True)


def pick(wave_answers: WaveAnswers, chosen: np.ndarray) -> tuple[Answers, np.ndarray]:
    """Give some of the questionnaires with their places."""
    answers = wave_answers.answers
    frame = answers.frame[chosen].reset_index(drop=True)
    return Answers(frame, answers.options, answers.multiple), wave_answers.unit_rows[chosen]


def counting_answers(wave_answers: WaveAnswers, *, without_flagged: bool) -> np.ndarray:
    """Say which questionnaires count: what a person took out never does."""
    frame = wave_answers.answers.frame
    counting = frame["counts"].to_numpy(bool)
    return counting & (frame["flags"] == 0).to_numpy() if without_flagged else counting


def group_name(group: str) -> str:
    """Name a group as people read it."""
    return group or "未分组"


def groups_of(units: pd.DataFrame) -> Iterable[str]:
    """List the groups of a list of units in the order of the rules."""
    return units.sort_values("group_order", kind="stable")["group"].drop_duplicates().tolist()
