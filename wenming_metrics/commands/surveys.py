"""Commands of 两率一度: survey (figures of a wave, down to quotas), decide (doubtful questionnaires)."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pandas as pd

from wenming_metrics.commands import OK, Add
from wenming_metrics.commands.printing import out, plain, print_json, print_lines, say
from wenming_metrics.commands.survey_views import VIEWS, View, view_of
from wenming_metrics.decisions import questionnaires
from wenming_metrics.domain.periods import Window
from wenming_metrics.export.tables import Field, Sheet, write_book
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.queries.survey.quota import POINTS
from wenming_metrics.queries.survey.waves import NO_SURVEY, survey_of, waves
from wenming_metrics.runtime import settings

LATEST = "latest"
_ONE = ("误差范围低端(%)", "误差范围高端(%)", "占回答的(%)")
"""Columns with one decimal."""
_UNFIT = re.compile(r"[\\/?*:\[\]]")
"""What the name of a sheet may not hold."""
_WIDE = {"怎样合成", "算法", "文件", "认定", "疑点", "说明", "题目"}


def add_commands(add: Add) -> None:
    """Add the commands of this theme."""
    command = add("survey", _survey, "两率一度:一轮问卷的各项比率、误差范围和它们的依据")
    command.add_argument("--wave", default=LATEST, help="哪一轮,如 2026年第三季度;不写是最近一轮")
    titles = "、".join(f"{name}({title})" for name, title in VIEWS.items())
    command.add_argument("--by", choices=list(VIEWS), default="unit", help=f"怎样列:{titles}")
    command.add_argument("--rate", metavar="代号", help="只看一项比率,如 satisfaction")
    command.add_argument("--question", metavar="代号", help="按人群看时用哪一道题,如 age")
    command.add_argument("--unit", metavar="单位", help="按题目、历次看时只看一个单位")
    command.add_argument(
        "--without-flagged", action="store_true", help="把疑似代填的问卷都去掉再算,只供比较"
    )
    command.add_argument(
        "--points",
        type=float,
        default=POINTS,
        help=f"配额进度里还差多少份,按上下几个百分点算(默认 {POINTS:g})",
    )
    command.add_argument("--out", type=Path, help="存成 .xlsx 文件;不公布的数文件里也没有")
    decided = add("decide", _decide, "认定一份疑似代填的问卷不计(或恢复计入);原问卷照样保存")
    decided.add_argument("batch", type=int, metavar="批次", help="survey --by flags 列出的批次")
    decided.add_argument("number", type=int, metavar="序号", help="survey --by flags 列出的序号")
    decided.add_argument("--keep", action="store_true", help="恢复计入,不写是不计")
    decided.add_argument("--who", required=True, help="经办人")
    decided.add_argument("--reason", required=True, help="认定的理由")


def _survey(given: argparse.Namespace) -> int:
    office = open_office(settings.load())
    wave = _wave(office, given.wave)
    survey = survey_of(office, wave)
    _known(given.rate, [one.code for one in survey.rates], "比率")
    groups = [one.code for one in survey.questions if one.people]
    _known(given.question, groups, "分人群的题目")
    view = view_of(office, wave, given)
    if given.out:
        given.out.write_bytes(_workbook(view, wave))
    if given.json:
        tables = {title: plain(lines) for title, lines in view.tables.items()}
        print_json({"wave": wave.title, "by": given.by, "said": list(view.said), **tables})
        return OK
    out.print(f"\n{wave.title} {VIEWS[given.by]}", markup=False)
    for title, lines in view.tables.items():
        print_lines(title, _spelt(lines))
    for line in view.said:
        out.print(line, markup=False)
    if given.out:
        say(f"已存到 {given.out}")
    return OK


def _wave(office: Office, said: str) -> Window:
    """Find a wave by its title, or the latest."""
    known = waves(office)
    if not known:
        has_rules = office.rules.survey or any(one.survey for one in office.rule_sets)
        raise commit.IntakeError("还没有问卷。请先用 ingest 入库。" if has_rules else NO_SURVEY)
    found = known[0] if said == LATEST else next((w for w in known if w.title == said), None)
    if found is None:
        titles = "、".join(one.title for one in known)
        raise commit.IntakeError(f"没有“{said}”这一轮,有:{titles}。")
    return found


def _known(said: str | None, known: list[str], what: str) -> None:
    if said is not None and said not in known:
        raise commit.IntakeError(f"没有{what}“{said}”,有:{'、'.join(known)}。")


def _spelt(lines: pd.DataFrame) -> pd.DataFrame:
    """Spell figures with as many decimals as they have everywhere in their column."""
    found = {}
    for name in lines:
        if pd.api.types.is_float_dtype(lines[name]):
            places = _places(name)
            found[name] = ["" if pd.isna(one) else f"{one:.{places}f}" for one in lines[name]]
    return lines.assign(**found)


def _places(name: str) -> int:
    """Give the decimals of a column of figures."""
    return 1 if name in _ONE else 2


def _workbook(view: View, wave: Window) -> bytes:
    """Write what is printed, a sheet for each table; numbers stay numbers."""
    sheets = []
    for title, lines in view.tables.items():
        fields = [
            Field(name, name, 36 if name in _WIDE else 13, _format(name, lines[name]))
            for name in lines
        ]
        sheets.append(
            Sheet(_UNFIT.sub(" ", title)[:31], f"{wave.title} {title}", lines, fields, view.said)
        )
    return write_book(*sheets)


def _format(name: str, column: pd.Series) -> str:
    """Give how Excel shows a column, as it is printed; "" for text."""
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "floating" and pd.api.types.is_float_dtype(column):
        return f"0.{'0' * _places(name)}"
    return "General" if kind in ("integer", "floating", "mixed-integer-float") else ""


def _decide(given: argparse.Namespace) -> int:
    office = open_office(settings.load())
    told = (given.batch, given.number, given.keep, given.reason, given.who)
    questionnaires.decide_answer(office, *told)
    text = "这一份恢复计入。" if given.keep else "这一份不再计入,各项比率已不含它。"
    say(text, as_json=given.json, batch=given.batch, number=given.number, counts=given.keep)
    return OK
