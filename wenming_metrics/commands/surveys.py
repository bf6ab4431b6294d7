"""Commands of 两率一度: survey (figures of a wave, down to quotas), decide (doubtful questionnaires)."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Mapping

import pandas as pd

from wenming_metrics.commands import OK, command, this_office
from wenming_metrics.commands.printing import out, plain, print_json, print_lines, say
from wenming_metrics.commands.survey_views import VIEWS, View, view_of
from wenming_metrics.decisions import questionnaires
from wenming_metrics.domain.periods import Window
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.held_effect import held_answers
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.waves import NO_SURVEY, survey_of, waves
from wenming_metrics.vocabulary import Column, normalise

LATEST = "latest"
_ONE = ("误差范围低端（%）", "误差范围高端（%）", "占回答的（%）")
"""Columns with one decimal."""
_UNFIT = re.compile(r"[\\/?*:\[\]]")
"""What the name of a sheet may not hold."""
_WIDE = {"怎样合成", "算法", "文件", "认定", "疑点", "说明", "题目"}


@command("survey")
def _survey(options: Namespace) -> int:
    office = this_office()
    wave = _wave(office, options.wave)
    survey = survey_of(office, wave)
    options.rate = _code_of(options.rate, {rate.code: rate.title for rate in survey.rates}, "比率")
    groups = {question.code: question.title for question in survey.questions if question.people}
    options.question = _code_of(options.question, groups, "分人群的题目")
    view = view_of(office, wave, options)
    if options.out:
        options.out.write_bytes(_workbook(view, wave))
    sentences = [*view.sentences, *filter(None, [held_answers(office, wave)])]
    if options.json:
        tables = {title: plain(lines) for title, lines in view.tables.items()}
        print_json({"wave": wave.title, "by": options.by, "said": sentences, **tables})
        return OK
    out.print(f"\n{wave.title} {VIEWS[options.by]}")
    for title, lines in view.tables.items():
        print_lines(title, _spelt(lines))
    for line in sentences:
        out.print(line)
    if options.out:
        say(f"已存到 {options.out}")
    return OK


def _wave(office: Office, title: str) -> Window:
    """Find a wave by its title, or the latest."""
    all_waves = waves(office)
    if not all_waves:
        has_rules = office.rules.survey or any(rule_set.survey for rule_set in office.rule_sets)
        raise commit.IntakeError("还没有问卷。请先用 ingest 入库。" if has_rules else NO_SURVEY)
    wave = (
        all_waves[0] if title == LATEST else next((w for w in all_waves if w.title == title), None)
    )
    if wave is None:
        titles = "、".join(wave.title for wave in all_waves)
        raise commit.IntakeError(f"没有“{title}”这一轮，有：{titles}。")
    return wave


def _code_of(choice: str | None, titles: Mapping[str, str], what: str) -> str | None:
    """Give the code of what was chosen by code or by title. Raises IntakeError for neither."""
    codes = {normalise(title): code for code, title in titles.items()}
    code = choice if choice in titles else codes.get(normalise(choice or ""))
    if choice is not None and code is None:
        known_titles = "、".join(f"{title}（{code}）" for code, title in titles.items())
        raise commit.IntakeError(f"没有{what}“{choice}”，有：{known_titles}。")
    return code


def _spelt(lines: pd.DataFrame) -> pd.DataFrame:
    """Spell figures with as many decimals as they have everywhere in their column."""
    texts = {}
    for name in lines:
        if pd.api.types.is_float_dtype(lines[name]):
            decimals = _decimals(name)
            texts[name] = [
                "" if pd.isna(figure) else f"{figure:.{decimals}f}" for figure in lines[name]
            ]
    return lines.assign(**texts)


def _decimals(name: str) -> int:
    """Give the decimals of a column of figures."""
    return 1 if name in _ONE else 2


def _workbook(view: View, wave: Window) -> bytes:
    """Write what is printed, a sheet for each table; numbers stay numbers."""
    sheets = []
    for title, lines in view.tables.items():
        columns = [
            Column(
                name,
                name,
                sheet_width=36 if name in _WIDE else 13,
                sheet_form=_format(name, lines[name]),
            )
            for name in lines
        ]
        sheets.append(
            ExportSheet(
                _UNFIT.sub(" ", title)[:31], f"{wave.title} {title}", lines, columns, view.sentences
            )
        )
    return write_book(*sheets)


def _format(name: str, column: pd.Series) -> str:
    """Give how Excel shows a column, as it is printed; "" for text."""
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind == "floating" and pd.api.types.is_float_dtype(column):
        return f"0.{'0' * _decimals(name)}"
    return "General" if kind in ("integer", "floating", "mixed-integer-float") else ""


@command("decide")
def _decide(options: Namespace) -> int:
    office = this_office()
    decision = (options.batch, options.number, options.keep, options.reason, options.who)
    questionnaires.decide_answer(office, *decision)
    text = "这一份恢复计入。" if options.keep else "这一份不再计入，各项比率已不含它。"
    say(text, as_json=options.json, batch=options.batch, number=options.number, counts=options.keep)
    return OK
