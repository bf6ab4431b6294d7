"""The files of the made-up city's surveys: exports of questionnaires, a counted table, quotas."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from wenming_metrics.demo import survey
from wenming_metrics.demo.city import SEED, DemoCity
from wenming_metrics.demo.survey import AWARE, JOINED, OVERALL, SCALES, SUPPORT
from wenming_metrics.domain.periods import Window, previous, window

WAVES = 4
COUNTED = 1
"""Of the waves, from 0, the one of which only a counted table is left."""
_GROWTH = (0.8, 1.0, 0.9, 1.0)
"""How many are asked in each wave, as a share of the last."""
_QUARTERS = "一二三四"
_HEADINGS = (
    *("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"),
    *("1、您居住的街道", "2、您居住的社区:", "3、您的性别", "4、您的年龄"),
    *("5、您是否知道我市正在创建全国文明城市?", "6、您从哪些渠道了解?[多选题]"),
    *("7、近一年您是否参与过创建活动?", "8、您是否支持我市创建全国文明城市?"),
    "9、您对我市创建工作的满意程度",
    *(f"10、({number}){name}" for number, name in enumerate(SCALES, 1)),
    *("11、您的意见建议", "12、您的手机号(抽奖用)", "13、访问员编号", "总分"),
)
_TABLE = (
    ("是否知道创建", "aware", AWARE),
    ("是否参与过创建活动", "joined", JOINED),
    ("是否支持创建", "support", SUPPORT),
    ("总体满意度", "overall", OVERALL),
)


def write_surveys(
    folder: Path, city: DemoCity, end: date, *, seed: int = SEED, district: str = ""
) -> list[Path]:
    """Write the surveys of the four quarters before the one that holds a day, the earliest first.

    Takes: district - "": everything; else the last quarter's questionnaires of that district, the
           counted table and the quotas only
    """
    drawn = survey.sizes(city, np.random.default_rng([seed, 10]))
    waves = [previous(window("quarter", end))]
    while len(waves) < WAVES:
        waves.insert(0, previous(waves[0]))
    written = [_write_quotas(folder, drawn, waves[-1])]
    for nth, wave in enumerate(waves):
        counts = (drawn * _GROWTH[nth]).astype(int).clip(lower=survey.FEWEST)
        if nth == COUNTED:
            rows = survey.answer(city, counts, wave, nth, seed)
            written.append(_write_counts(folder, rows, wave))
        elif not district or nth == WAVES - 1:
            counts = counts[_inside(city, district, counts.index)] if district else counts
            rows = survey.answer(city, counts, wave, nth, seed)
            rng = np.random.default_rng([seed, 12, nth])
            rows = survey.double(survey.blanked(rows, rng), rng)
            rows = survey.misspell(rows) if nth == WAVES - 1 else rows
            written.append(_write_export(folder, rows, wave, nth))
    return written


def _inside(city: DemoCity, district: str, streets: pd.Index) -> np.ndarray:
    parents = city.units.set_index("unit_name")["parent"]
    return (parents.loc[streets] == district).to_numpy()


def _write_export(folder: Path, rows: pd.DataFrame, wave: Window, nth: int) -> Path:
    """Write one row per questionnaire, as a questionnaire tool exports them by text."""
    book = Workbook(write_only=True)
    page = book.create_sheet("Sheet1")
    page.append(list(_HEADINGS))
    for number, row in enumerate(rows.to_dict("records"), 1):
        page.append(_exported(number, row))
    quarter = f"{wave.start.year}年{_QUARTERS[wave.start.month // 3]}季度"
    name = f"{312345671 + nth}_按文本_演示市{quarter}民意调查_{len(rows)}_{len(rows)}.xlsx"
    book.save(folder / name)
    return folder / name


def _exported(number: int, row: dict) -> list[object]:
    submitted = row["moment"]
    moment = f"{submitted.year}/{submitted.month}/{submitted.day} {submitted.hour}:{submitted.minute:02d}:{submitted.second:02d}"
    address = f"{row['address']}(演示省-演示市)" if row["address"] else None
    detail = "直接访问" if row["source"] == "链接" else "N/A"
    answers = [row[name] for name in ("sex", "age", "aware", "channels", "joined", "support")]
    scales = [row[name] for name in SCALES]
    last = [row["comment"] or "无", None, row["interviewer"] or survey.SKIPPED, 0]
    return [
        *(number, moment, f"{row['seconds']}秒", row["source"], detail, address),
        *(row["street"], row["community"], *answers, row["overall"], *scales, *last),
    ]


def _write_counts(folder: Path, rows: pd.DataFrame, wave: Window) -> Path:
    """Write how many of each street chose what: questions over options, a total below."""
    book = Workbook()
    page = book.active
    page.title = "汇总表"
    page.append([f"演示市{wave.title}民意调查汇总表"])
    heads: list[str | None] = ["街道", "有效样本"]
    below: list[str | None] = [None, None]
    merged = ["A2:A3", "B2:B3"]
    for title, _, options in _TABLE:
        left, right = len(heads) + 1, len(heads) + len(options)
        merged.append(f"{get_column_letter(left)}2:{get_column_letter(right)}2")
        heads += [title, *([None] * (len(options) - 1))]
        below += options
    page.append(heads)
    page.append(below)
    for area in merged:
        page.merge_cells(area)
    lines = [
        [name, *_counted(street_rows)] for name, street_rows in rows.groupby("street", sort=False)
    ]
    lines.sort(key=lambda line: line[0])
    for line in [*lines, ["合计", *_counted(rows)]]:
        page.append(line)
    path = folder / f"{wave.title}_民意调查汇总表.xlsx"
    book.save(path)
    return path


def _counted(rows: pd.DataFrame) -> list[int]:
    counts = [len(rows)]
    for _, name, options in _TABLE:
        option_counts = rows[name].value_counts()
        counts += [int(option_counts.get(option, 0)) for option in options]
    return counts


def _write_quotas(folder: Path, counts: pd.Series, wave: Window) -> Path:
    """Write how many were to be asked in each street, and of men and women: a little more than were."""
    book = Workbook(write_only=True)
    page = book.create_sheet("配额")
    page.append([f"演示市{wave.title}民意调查配额"])
    page.append(["街道", "人群", "计划份数"])
    for name, count in counts.items():
        half = -(-int(count) // 10) * 5
        for group, planned in ((None, 2 * half), *((sex, half) for sex in survey.SEX)):
            page.append([name, group, planned])
    path = folder / f"{wave.title}_民意调查配额.xlsx"
    book.save(path)
    return path
