"""A checklist of the made-up city with one column per item: the full mark stands in the heading.

It says of its sites what the long form would say: what was lost, and what was not looked at. One row
below has a day that nobody can read, so that it waits until somebody puts it right.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from wenming_metrics.demo.city import demo_catalogue
from wenming_metrics.demo.findings import CAN_BE_SHUT
from wenming_metrics.demo.forms import Cell, as_words

SENDER = "督查一组"
_SITE_COLUMNS = (
    *(("督查日期", "day"), ("督查来源", "source"), ("督查编号", "visit_no"), ("区", "district")),
    *(("街道", "street"), ("社区", "community"), ("点位类型", "point_type"), ("点位名称", "site")),
)
_NOTE = "注:√ 符合,× 不符合,/ 不涉及,— 未查;扣一部分的写“扣几分”。"
_GOOD, _ABSENT, _UNSEEN = "√", "/", "—"


def of_wide(visits: pd.DataFrame) -> pd.Series:
    """Say which visits of one sender and day come in this form: those of its commonest point type."""
    kinds = visits["point_type"]
    open_kinds = kinds[~kinds.isin(CAN_BE_SHUT)]
    return kinds.eq(open_kinds.mode().iloc[0]) if len(open_kinds) else kinds.isna()


def write_wide(folder: Path, visits: pd.DataFrame, rows: pd.DataFrame, day: date) -> Path:
    """Write visits of one point type to one sheet.

    Takes: visits, rows - as `inspections.Inspections` has them, the rows of these visits only
    """
    catalogue, kind = demo_catalogue(), str(visits["point_type"].iloc[0])
    number = catalogue.point_types["name"].tolist().index(kind)
    items = catalogue.items[catalogue.applies[:, number]]
    marks = items["full_mark"] / 10_000
    book = Workbook(write_only=True)
    page = book.create_sheet("检查表")
    heads = [f"{name}({mark:g}分)" for name, mark in zip(items["name"], marks, strict=True)]
    for column in range(len(_SITE_COLUMNS) + len(heads) + 2):
        page.column_dimensions[get_column_letter(column + 1)].width = 14
    page.append([f"{kind}实地检查表({as_words(day)})"])
    page.append([*(heading for heading, _ in _SITE_COLUMNS), *heads, "扣分小计", "备注"])
    rows_by_visit = {key: visit_rows.set_index("item") for key, visit_rows in rows.groupby("visit")}
    for visit in visits.itertuples():
        visit_rows = rows_by_visit[visit.Index]
        cells = [_cell(visit_rows, item, mark) for item, mark in marks.items()]
        site_cells = [getattr(visit, field) for _, field in _SITE_COLUMNS]
        page.append(
            [as_words(day), *site_cells[1:], *cells, float(visit_rows["deduction"].sum()), None]
        )
    again = [getattr(visits.iloc[-1], field) for _, field in _SITE_COLUMNS]
    waits = [f"{day.month}月中旬", *again[1:], *[_GOOD] * len(heads), 0, "复查,日期待核"]
    page.append(waits)
    page.append([_NOTE])
    path = folder / f"{day.isoformat()}_{SENDER}_{kind}检查表.xlsx"
    book.save(path)
    return path


def _cell(rows: pd.DataFrame, item: int, mark: float) -> Cell:
    """Write what was seen of one item on one visit."""
    if item not in rows.index:
        return _UNSEEN
    row = rows.loc[item]
    if row["result"] != "不符合":
        return _GOOD if row["result"] == "符合" else _ABSENT
    return "×" if row["deduction"] == mark else f"扣{row['deduction']:g}分"
