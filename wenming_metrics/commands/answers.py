"""What a person says on the command line of the files that are read: options of check and ingest."""

from __future__ import annotations

import argparse
import re
from datetime import date

from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.reading.model.sender_answers import (
    COUNT_ALL,
    COUNT_ONCE,
    EARNED,
    LOST,
    Looked,
    SenderAnswers,
)
from wenming_metrics.reading.records.kinds import CHOSEN_TITLES
from wenming_metrics.vocabulary import INPUT

_BETWEEN = re.compile(r"[、,;\s\uff0c\uff1b]+")


def add_answers(command: argparse.ArgumentParser) -> None:
    """Add the options."""
    command.add_argument(
        "--confirm-visits",
        action="store_true",
        help="问题清单没有检查点位表时，确认各点位都按其类型的全部测评项查过",
    )
    command.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="类别",
        help="确认的到访只查了这些类别的测评项，如 公共环境、公共秩序；可以写几次，含 --confirm-visits",
    )
    command.add_argument(
        "--remember-visits",
        action="store_true",
        help="确认的到访，以后同样表头的清单都这样计（含 --confirm-visits），入库时记住",
    )
    command.add_argument(
        "--looked",
        action="append",
        nargs=3,
        default=[],
        metavar=("日期", "街道", "点位"),
        help="这一天还查了这个登记过的点位，没有发现问题；可以写几次，含 --confirm-visits",
    )
    command.add_argument(
        "--split",
        action="store_true",
        help="一格写了几个问题的分成几条，处数、扣分按各条写明的处数分开",
    )
    command.add_argument(
        "--equal-rows",
        choices=(COUNT_ONCE, COUNT_ALL),
        default="",
        help="几张工作表里完全相同的行：once 是同一条记录，计一次；count 是不同的记录，都要计",
    )
    command.add_argument(
        "--bare",
        choices=(LOST, EARNED),
        default="",
        help="一列一项的检查表里只写数字的格子：lost 是扣的分，earned 是得的分；入库时按表头记住",
    )
    command.add_argument(
        "--kind",
        action="append",
        nargs=2,
        default=[],
        metavar=("工作表", "种类"),
        help=f"这张工作表的种类认得不对，改为：{'、'.join(CHOSEN_TITLES.values())}；可以写几次，"
        "入库时按表头记住",
    )
    command.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="表头=列名",
        help="这个表头就是这一列，如 罚掉的分=扣分；“表头=不读”是不读这一列；可以写几次，入库时按表头记住",
    )
    command.add_argument(
        "--unit",
        action="append",
        default=[],
        metavar="名册里的写法=原单位",
        help="单位名册里的这个单位就是现在的哪个单位，如 新城街道=江门街道；“新城街道=新设”是新设的单位；"
        "可以写几次",
    )
    command.add_argument(
        "--year", type=int, metavar="年份", help="日期没写年份、标题里也没有的，按这一年读，如 2026"
    )


def answers_of(options: argparse.Namespace) -> SenderAnswers:
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
