"""The result of the last quarter's third-party test in the made-up city, as a contractor prints it.

A header of two rows, groups as bands, printed sums of rounded parts, two streets that were not drawn.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook

from wenming_metrics.demo.city import SEED, DemoCity
from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.periods import previous, window

_FIELD, _SURVEY = 0.85, 0.15
_MEANS = {"主城区": 88.0, "城乡结合部": 85.0, "其他街道": 83.0}
_NUMERALS = "一二三四五六"
_NOT_DRAWN = 2
_TOP = ("名次", "街道", "总得分", "实地考察(85%)", None, "问卷调查(15%)", None, None, "备注")
_BELOW = (None, None, None, "原始得分", "加权得分", "有效样本", "满意度(%)", "加权得分", None)
_MERGED = ("A1:I1", "A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:H2", "I2:I3")


def write_quarter(folder: Path, city: DemoCity, end: date) -> Path:
    """Write the test of the quarter before the one that holds a day."""
    of = previous(window("quarter", end))
    book = Workbook()
    page = book.active
    page.title = "街道得分"
    page.append([f"演示市{of.title}文明程度指数第三方测评各街道得分"])
    page.append(list(_TOP))
    page.append(list(_BELOW))
    for area in _MERGED:
        page.merge_cells(area)
    results = _results(city, np.random.default_rng([SEED, of.start.toordinal()]))
    for number, (group, streets) in enumerate(results.groupby("group", sort=False)):
        page.append([f"{_NUMERALS[number]}、{group}({len(streets)}个)"])
        for row in _rows(streets):
            page.append(row)
    page.append(["注:1.未抽中的街道本季度不参与排名。2.各项四舍五入后相加。"])
    path = folder / f"{of.title}_第三方_测评结果.xlsx"
    book.save(path)
    return path


def _results(city: DemoCity, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the printed figures of every street; NaN where it was not drawn."""
    streets = city.units[city.units["unit_kind"] == "街道"].reset_index(drop=True)
    field = half_up(rng.normal(streets["group"].map(_MEANS).to_numpy(float), 3.0), 2)
    field[rng.choice(len(streets), _NOT_DRAWN, replace=False)] = np.nan
    survey = half_up(rng.normal(91.0, 2.5, len(streets)).clip(80, 99), 2)
    weighted = half_up(_FIELD * field, 2), half_up(_SURVEY * survey, 2)
    figures = {"field": field, "survey": survey, "parts": weighted[0], "rest": weighted[1]}
    return streets[["unit_name", "group"]].assign(**figures, total=half_up(sum(weighted), 2))


def _rows(streets: pd.DataFrame) -> list[list[object]]:
    """Lay out one group, the best first, those not drawn last."""
    ranks = streets["total"].rank(ascending=False, method="min")
    rows = []
    for line in streets.assign(place=ranks).sort_values("place", kind="stable").itertuples():
        survey_cells = [30, line.survey, line.rest]
        if pd.isna(line.total):
            rows.append(
                ["—", line.unit_name, "—", "未抽中", None, *survey_cells, "本季度未抽取实地点位"]
            )
        else:
            seen = [int(line.place), line.unit_name, line.total, line.field, line.parts]
            rows.append([*seen, *survey_cells, None])
    return rows
