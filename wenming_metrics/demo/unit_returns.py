"""Answers as units of the made-up city really send them, with photos that the software draws itself.

One lays its rows out anew, with a column of its own; one left the numbers out; one numbered anew; one
names a problem of another unit, and shows one old photo for two problems.
"""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.drawing.image import Image as SheetImage
from PIL import Image, ImageDraw

from wenming_metrics.demo.answers import MEASURES
from wenming_metrics.demo.forms import as_words
from wenming_metrics.domain.photo_facts import without_facts

_ROWS = 6
"""So many problems are answered in one of these files."""
_SIZE = (168, 112)
_TAKEN = 306
"""DateTime in EXIF."""
_HEADINGS = ("问题编号", "点位", "存在问题", "整改措施", "整改情况", "完成时间")
_PHOTOS = ("整改前照片", "整改后照片")


def choose_returns(
    problems: pd.DataFrame, untouched: pd.Series, end: date
) -> dict[str, pd.DataFrame]:
    """Choose the units that answer by themselves, and what: unit -> problems of the last days.

    Takes: problems - of `answers.hand_out`; untouched - whether nothing happened to each yet
    """
    recent = problems[untouched & (problems["day"] >= end - timedelta(days=12))]
    recent = recent[recent["day"] < end]
    units = recent["responsible"].str.split("、").str[0]
    busiest = (
        units.value_counts().sort_index().sort_values(ascending=False, kind="stable").index[:4]
    )
    return {unit: recent[units == unit].head(_ROWS) for unit in busiest}


def write_returns(directory: Path, returns: dict[str, pd.DataFrame], end: date) -> list[Path]:
    """Write the file of each of these units."""
    paths, numbers = [], {unit: list(rows["problem_no"]) for unit, rows in returns.items()}
    for way, (unit, problems) in enumerate(returns.items()):
        names = numbers[unit]
        if way == 1:
            names = [""] * len(names)
        elif way == 2:
            names = [str(serial) for serial in range(1, len(names) + 1)]
        elif way == 3:
            names = [*names[:-1], numbers[next(iter(numbers))][0]]
        paths.append(_write(directory, unit, problems.assign(problem_no=names), end, way))
    return paths


def _write(directory: Path, unit: str, problems: pd.DataFrame, end: date, way: int) -> Path:
    book = Workbook()
    page = book.active
    page.title = "整改反馈"
    extra = ("完成人",) if way == 0 else ()
    page.append([f"{unit}关于督查问题整改情况的反馈"])
    page.append([f"填报单位:{unit}    填报日期:{end.isoformat()}"])
    page.append([*extra, *_HEADINGS, *_PHOTOS])
    rows = problems.iloc[::-1] if way == 0 else problems
    for serial, problem in enumerate(rows.itertuples()):
        finished = min(end, problem.day + timedelta(days=2))
        cells = [problem.problem_no or None, problem.site, problem.description]
        cells += [MEASURES[serial % len(MEASURES)], "已整改", as_words(finished)]
        page.append([*(["班组自查"] * len(extra)), *cells])
        shade, row, column = 17 * way + serial, page.max_row, len(extra) + len(_HEADINGS) + 1
        after_photo = _photo(shade, finished, cleared=True)
        if (
            way == 3 and serial < 2
        ):  # two of the last unit: one photo for both, older than the problems
            after_photo = _photo(200, end - timedelta(days=40), cleared=True)
        for position, content in enumerate((_photo(shade, problem.day), after_photo)):
            picture = SheetImage(io.BytesIO(content))
            page.add_image(picture, page.cell(row, column + position).coordinate)
        page.row_dimensions[row].height = 88
    path = directory / f"{unit}整改反馈{end:%m.%d}(1).xlsx"
    book.save(path)
    return path


def _photo(shade: int, day: date, *, cleared: bool = False) -> bytes:
    """Draw a street with heaps on the ground, or without; it says when it was taken."""
    rng = np.random.default_rng([shade, day.toordinal(), cleared])
    wall = tuple(150 + int(channel) for channel in np.random.default_rng(shade).integers(0, 80, 3))
    picture = Image.new("RGB", _SIZE, wall)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 64, *_SIZE), fill=(118, 118, 112))
    pen.rectangle((16, 20, 52, 64), fill=(90, 70, 52))
    pen.line((0, 92, _SIZE[0], 92), fill=(230, 230, 220), width=3)
    for _ in range(0 if cleared else 14):
        x, y, size = (int(channel) for channel in rng.integers((60, 66, 4), (150, 96, 13)))
        colour = tuple(int(channel) for channel in rng.integers(20, 200, 3))
        pen.ellipse((x, y, x + size, y + size), fill=colour)
    pen.point((int(rng.integers(_SIZE[0])), 2), fill=(0, 0, 0))
    exif = Image.Exif()
    exif[_TAKEN] = f"{day:%Y:%m:%d} 10:00:00"
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=70, exif=exif)
    return without_facts(content.getvalue())
