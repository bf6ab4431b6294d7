"""配额表: how many questionnaires of a wave are planned per unit, and of which group of people.

One row is one unit, or one group of people of it; the group is an answer to one of the questions by
which people are parted (年龄, 性别). A row without a group plans the unit as a whole.
"""

from __future__ import annotations

import re

import pandas as pd

from wenming_metrics.domain.periods import Window, window
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    PLACES,
    last_days,
    period_facts,
    report_again,
    require_unit,
    settle_periods,
    texts_of,
    whole_count,
)
from wenming_metrics.reading.tables.table import Table, column, report_rows
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import normalise

_OF_ROWS = {"site", "result", "deduction", "description"}
_ALL = re.compile(r"^(?:全体|全部|合计|不限|总体|居民|所有.*)?$")
_DAYS = {"month": 31, "quarter": 92, "half": 184, "year": 366}
Group = tuple[str, str]
"""Codes of a question and of an answer to it; ("", "") = everybody."""


def _is_kind(names: frozenset[str], title: str) -> bool:
    """A table of units with a number of questionnaires that are planned."""
    if names & _OF_ROWS or not names & {"subject", *PLACES}:
        return False
    return "planned_answers" in names


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the rows; one whose unit, wave, group or number is not sure is held."""
    waves = _settle_waves(table, settle_periods(table), context.survey)
    last = last_days(waves)
    unit = require_unit(table, names, last)
    groups, planned = _settle_groups(table, context.survey), _settle_numbers(table)
    period_texts = period_facts(waves)
    report_again(table, list(zip(unit.tolist(), period_texts["period"], groups, strict=True)))
    facts = {
        **{**period_texts, "last": [wave.end.isoformat() if wave else "" for wave in waves]},
        **{"question": [code for code, _ in groups], "people": [option for _, option in groups]},
        **{"people_group": texts_of(table, "people_group"), "planned": planned},
        "remark": texts_of(table, "remark"),
    }
    return make_records(table, "quota", last, unit, facts)


def _settle_waves(
    table: Table, periods: list[Window | None], survey: Survey | None
) -> list[Window | None]:
    """Give the wave of each row; hold rows whose period is longer than a wave."""
    kind = survey.wave if survey else "quarter"
    long = [
        row
        for row, period in enumerate(periods)
        if period and len(period.days) > _DAYS[kind] and not table.held[row]
    ]
    long_titles = [{"period": periods[row].title} for row in long]
    report_rows(table, long, "配额-03", "period", long_titles)
    return [window(kind, period.start) if period else None for period in periods]


def _settle_groups(table: Table, survey: Survey | None) -> list[Group]:
    """Find the group of people that each row names; hold rows whose group is not known."""
    groups_by_word: dict[str, Group] = {}
    titles: list[str] = []
    for question in survey.questions if survey else ():
        for option in question.options if question.people else ():
            titles.append(option.title)
            for word in (option.title, *option.aliases):
                groups_by_word.setdefault(normalise(word), (question.code, option.code))
    texts = texts_of(table, "people_group")
    groups = [
        ("", "") if _ALL.match(normalise(text)) else groups_by_word.get(normalise(text))
        for text in texts
    ]
    strange = [row for row, group in enumerate(groups) if group is None and not table.held[row]]
    choices = {"known": "、".join(titles) or "（评分办法里没有分人群的题目）"}
    report_rows(table, strange, "配额-02", "people_group", [choices] * len(strange))
    return [group or ("", "") for group in groups]


def _settle_numbers(table: Table) -> list[int]:
    """Read how many are planned; hold what is no whole number."""
    planned_column = column(table, "planned_answers")
    whole_numbers = [whole_count(value) for value in planned_column.values]
    whole_numbers = [-1 if number is None else number for number in whole_numbers]
    planned = [whole_numbers[code] for code in planned_column.codes.tolist()]
    unread = [row for row, number in enumerate(planned) if number < 0 and not table.held[row]]
    report_rows(table, unread, "配额-01", "planned_answers")
    return planned


QUOTA = RecordKind(
    name="quota",
    title="问卷配额表",
    columns=(
        *("subject", "district", "street", "community", "period", "people_group"),
        *("planned_answers", "remark"),
        *("site", "result", "deduction", "description"),
    ),
    required=(("subject", *PLACES), ("planned_answers",)),
    is_kind=_is_kind,
    read=_read,
)
