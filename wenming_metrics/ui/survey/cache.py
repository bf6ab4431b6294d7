"""Answers of the page 两率一度 kept in memory, keyed as in `ui.frame.cache`."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores import originals
from wenming_metrics.queries.survey import quota as survey_quota
from wenming_metrics.queries.survey import rates as survey_rates
from wenming_metrics.queries.survey import rows as survey_rows
from wenming_metrics.queries.survey import score as survey_score
from wenming_metrics.queries.survey import tables, trend
from wenming_metrics.queries.survey.rates import Rates
from wenming_metrics.queries.survey.score import Scores
from wenming_metrics.ui.frame.cache import ask


def waves() -> tuple[Window, ...]:
    """List the waves, the latest first; see `queries.survey.waves.waves`."""
    return ask(survey_rates.waves)


def rates(wave: Window) -> Rates:
    """Make the figures of a wave; see `queries.survey.rates.rates`."""
    return ask(survey_rates.rates, wave)


def rates_without_flagged(wave: Window) -> Rates:
    """Make the figures of a wave without all that looks doubtful; see `queries.survey.rates.rates`."""
    return ask(_without_flagged, wave)


def _without_flagged(office: Office, wave: Window) -> Rates:
    return survey_rates.rates(office, wave, without_flagged=True)


def by_question(wave: Window, unit: int | None = None) -> pd.DataFrame:
    """Count the answers to every question; see `queries.survey.tables.by_question`."""
    return ask(tables.by_question, wave, unit)


def by_people(wave: Window, rate: str, question: str) -> pd.DataFrame:
    """Split a rate by groups of people; see `queries.survey.tables.by_people`."""
    return ask(tables.by_people, wave, rate, question)


def cross(wave: Window, rate: str, question: str) -> pd.DataFrame:
    """Split a rate by units and groups of people; see `queries.survey.tables.cross`."""
    return ask(tables.cross, wave, rate, question)


def course(rate: str, unit: int | None = None) -> pd.DataFrame:
    """Follow a rate from wave to wave; see `queries.survey.trend.course`."""
    return ask(trend.course, rate, unit)


def score(wave: Window) -> Scores | None:
    """Make the score of a survey; see `queries.survey.score.score`."""
    return ask(survey_score.score, wave)


def answer_rows(wave: Window, unit: int, question: str, option: str) -> pd.DataFrame:
    """List the questionnaires that gave an answer; see `queries.survey.rows.answer_rows`."""
    return ask(survey_rows.answer_rows, wave, unit, question, option)


def row_cells(batch: int, sheet: str, row: int) -> dict[str, str]:
    """Give a row as it was sent; see `queries.scores.originals.row_cells`."""
    return ask(originals.row_cells, int(batch), str(sheet), int(row))


def flagged(wave: Window) -> pd.DataFrame:
    """List what looks doubtful; see `queries.survey.rows.flagged`."""
    return ask(survey_rows.flagged, wave)


def printed(wave: Window) -> pd.DataFrame:
    """List what others printed; see `queries.survey.rows.printed`."""
    return ask(survey_rows.printed, wave)


def quota_board(wave: Window, points: float) -> pd.DataFrame:
    """List what was planned and done; see `queries.survey.quota.quota_board`."""
    return ask(survey_quota.quota_board, wave, points)
