"""Large checklist files for benchmarks, with the parts and shared strings that Excel writes.

openpyxl would write every text into its cell; Excel writes each text once and refers to it, which
reads at another speed, so the few parts are written here.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count, cycle, islice
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from wenming_metrics.demo import findings
from wenming_metrics.demo.city import SEED, build_city, demo_catalogue
from wenming_metrics.demo.inspections import END

HEADINGS = (
    *("督查日期", "来源", "督查编号", "街道", "社区", "点位类型", "点位名称"),
    *("测评项编号", "测评项", "检查结果", "扣分", "处数", "问题描述", "责任单位"),
)
FAILING = 0.18
_MOST_A_DAY = 20_000
_TAILS = ("请尽快安排人员处理", "上周督查时已经指出", "影响周边居民出行", "已告知现场负责人整改")
_BLOCK = 5_000
_EPOCH = date(1899, 12, 30)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def big_workbook(path: Path, rows: int, seed: int = SEED, end: date = END) -> Path:
    """Write a valid checklist of exactly so many data rows, over as many past days as it needs.

    Takes:   path - of the new .xlsx; rows - data rows below the header, up to 1,048,575;
             seed; end - the last day in the file
    Returns: path. Units and sites are those of build_city(seed), 14 columns (HEADINGS), about
             18 % of the rows 不符合 with a text of some 25 characters of its own.
    """
    return write_checklist(path, big_rows(rows, seed, end))


def write_checklist(path: Path, frame: pd.DataFrame) -> Path:
    """Write the rows of a big workbook as they are. Takes: frame - as `big_rows` gives it."""
    rows, strings = len(frame), dict[str, int]()
    with ZipFile(path, "w", ZIP_DEFLATED, compresslevel=6) as book:
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(_open_sheet(rows).encode())
            sheet.write(_row(1, HEADINGS, strings).encode())
            cells = frame.itertuples(index=False, name=None)
            for first in range(2, rows + 2, _BLOCK):
                block = islice(cells, _BLOCK)
                lines = [_row(number, row, strings) for number, row in enumerate(block, first)]
                sheet.write("".join(lines).encode())
            sheet.write(b"</sheetData></worksheet>")
        book.writestr("xl/sharedStrings.xml", _shared(strings))
        for name, text in _small_parts().items():
            book.writestr(name, _HEAD + text)
    return path


def big_rows(rows: int, seed: int = SEED, end: date = END) -> pd.DataFrame:
    """Make the rows of a big workbook, columns HEADINGS, cells as they are written."""
    rng = np.random.default_rng([seed, 5])
    visits = _visits(rows, seed, end)
    catalogue = demo_catalogue()
    kinds = {name: number for number, name in enumerate(catalogue.point_types["name"])}
    kind = visits["点位类型"].map(kinds).to_numpy()
    visit, item = np.nonzero(catalogue.applies.T[kind])
    visit, item = visit[:rows], item[:rows]
    frame = visits.iloc[visit].reset_index(drop=True)
    failed = rng.random(rows) < FAILING
    marks = catalogue.items["full_mark"].to_numpy()[item] / 10_000
    frame["测评项编号"] = catalogue.items["code"].to_numpy()[item]
    frame["测评项"] = catalogue.items["name"].to_numpy()[item]
    frame["检查结果"] = np.where(failed, "不符合", "符合")
    frame["扣分"] = np.where(failed, np.where(rng.random(rows) < 0.5, marks, marks / 2), 0.0)
    frame["处数"] = np.where(failed, rng.integers(1, 6, rows).astype(object), None)
    frame["问题描述"] = _texts(frame, item, failed, rng)
    frame["责任单位"] = np.where(failed, _offices(item, kind[visit], frame["街道"]), None)
    filled = frame[list(HEADINGS)].astype(object)
    return filled.where(filled.notna(), None)


def _visits(rows: int, seed: int, end: date) -> pd.DataFrame:
    """Visit all sites once a day, on so many consecutive days that the rows are reached."""
    catalogue = demo_catalogue()
    items = dict(zip(catalogue.point_types["name"], catalogue.applies.sum(axis=0), strict=True))
    sites = build_city(seed).sites
    size = sites["point_type"].map(items).to_numpy()
    sites = sites[size.cumsum() <= _MOST_A_DAY]
    days = -(-rows // int(size[: len(sites)].sum()))
    visits = pd.concat([sites] * days, ignore_index=True)
    ago = days - 1 - np.arange(len(visits)) // len(sites)
    number = np.arange(len(visits)) % len(sites) + 1
    when = [end - timedelta(days=int(n)) for n in ago]
    words = dict(
        zip(("street", "community", "point_type", "site_name"), HEADINGS[3:7], strict=True)
    )
    code = [f"A{day:%Y%m%d}-{n:04d}" for day, n in zip(when, number, strict=True)]
    stamp = {
        "督查日期": [(day - _EPOCH).days for day in when],
        "来源": "市督查组",
        "督查编号": code,
    }
    return visits.rename(columns=words).assign(**stamp)


def _texts(
    frame: pd.DataFrame, item: np.ndarray, failed: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    phrases, _ = findings.phrase_lists()
    choice = rng.integers(0, 1_000, len(item))
    tails, distance, texts = cycle(_TAILS), count(1), np.full(len(item), None, dtype=object)
    places = frame["点位名称"].to_numpy()
    for row in np.flatnonzero(failed):
        words = phrases[item[row]]
        said = words[choice[row] % len(words)]
        texts[row] = f"{places[row]}第{next(distance) % 997}处{said},{next(tails)}"
    return texts


def _offices(item: np.ndarray, kind: np.ndarray, streets: pd.Series) -> np.ndarray:
    rules = findings.demo_rules()
    duty = rules.nodes["responsible"].map(lambda names: (names or [findings.EVERY_STREET])[0])
    named = duty.to_numpy(dtype=object)[rules.leaf_of[item, kind]]
    every = (named == findings.EVERY_STREET) | (rules.leaf_of[item, kind] < 0)
    return np.where(every, streets.to_numpy(dtype=object), named)


def _row(number: int, values: tuple, strings: dict[str, int]) -> str:
    """Write one row; texts go to the shared strings, the first column of the data is a date."""
    cells = []
    for letter, value in zip(_LETTERS, values, strict=True):
        if value is None:
            continue
        if isinstance(value, str):
            place = strings.setdefault(value, len(strings))
            cells.append(f'<c r="{letter}{number}" t="s"><v>{place}</v></c>')
        else:
            style = ' s="1"' if letter == "A" else ""
            cells.append(f'<c r="{letter}{number}"{style}><v>{value:g}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


_LETTERS = [get_column_letter(number) for number in range(1, len(HEADINGS) + 1)]


def _open_sheet(rows: int) -> str:
    last = f"{_LETTERS[-1]}{rows + 1}"
    return f'{_HEAD}<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/><sheetData>'


def _shared(strings: dict[str, int]) -> str:
    items = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    return f'{_HEAD}<sst xmlns="{_MAIN}" uniqueCount="{len(strings)}">{items}</sst>'


def _small_parts() -> dict[str, str]:
    parts = {"xl/workbook": "sheet.main", "xl/worksheets/sheet1": "worksheet"}
    parts |= {"xl/styles": "styles", "xl/sharedStrings": "sharedStrings"}
    types = "".join(
        f'<Override PartName="/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for part, kind in parts.items()
    )
    inside = ("worksheets/sheet1.xml", "worksheet"), ("styles.xml", "styles")
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": _relations(("xl/workbook.xml", "officeDocument")),
        "xl/_rels/workbook.xml.rels": _relations(*inside, ("sharedStrings.xml", "sharedStrings")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="督查记录" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs><cellStyles count="1">'
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    }


def _relations(*targets: tuple[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
