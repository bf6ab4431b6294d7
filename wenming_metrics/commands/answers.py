"""What a person says on the command line of the files that are read: options of check and ingest."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import date

from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.reading.model.sender_answers import (
    Looked,
    SenderAnswers,
)
from wenming_metrics.reading.records.kinds import CHOSEN_TITLES
from wenming_metrics.vocabulary import INPUT

_BETWEEN = re.compile(r"[、,;\s\uff0c\uff1b]+")


def answers_of(options: Namespace) -> SenderAnswers:
    """Give what the options say. Raises IntakeError for a day, kind or column that is none."""
    looked = tuple(Looked(_day(day), street, site) for day, street, site in options.looked)
    scope = tuple(word for text in options.scope for word in _BETWEEN.split(text) if word)
    confirmed = options.confirm_visits or options.remember_visits or bool(looked or scope)
    kinds = tuple((sheet, _kind(title)) for sheet, title in options.kind)
    columns = tuple(map(_column, options.map))
    facts = (options.split, options.bare, kinds, columns, options.year, options.equal_rows)
    same_units = tuple(map(_same_unit, options.unit))
    return SenderAnswers(confirmed, scope, looked, *facts, same_units, options.remember_visits)


def _column(text: str) -> tuple[str, str]:
    """Part 「罚掉的分=扣分」 into a header and the name of a column, "" for one that is not read."""
    header, _, title = (side.strip() for side in text.rpartition("="))
    names = {column.title: name for name, column in INPUT.items()} | {"不读": ""}
    if not header or title not in {**names, **INPUT}:
        raise IntakeError(
            f"“{text}”要写成 表头=列名，列名如 扣分、街道、点位名称；不读的写 表头=不读。"
        )
    return header, names.get(title, title)


def _same_unit(text: str) -> tuple[str, str]:
    """Part 「新城街道=江门街道」 into a unit as written and the unit in force, "" for a new one."""
    unit_name, _, unit = (side.strip() for side in text.rpartition("="))
    if not unit_name or not unit:
        raise IntakeError(f"“{text}”要写成 名册里的写法=原单位，新设的单位写 名册里的写法=新设。")
    return unit_name, "" if unit == "新设" else unit


def _kind(title: str) -> str:
    for name, kind_title in CHOSEN_TITLES.items():
        if title in (name, kind_title):
            return name
    known_titles = "、".join(CHOSEN_TITLES.values())
    raise IntakeError(f"没有种类“{title}”，可以用：{known_titles}。")


def _day(text: str) -> int:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError as error:
        raise IntakeError(f"“{text}”不是日期，请写成 2026-11-15。") from error
