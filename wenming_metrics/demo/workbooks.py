"""The workbooks of the made-up city, as its teams and districts send them.

Nothing in them is faulty but one row that waits (see `wide`): title rows above the header, total
rows and notes below are there to be recognised and skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from wenming_metrics.demo import forms, loop, unit_returns, wide
from wenming_metrics.demo.answers import hand_out, write_answers
from wenming_metrics.demo.city import SEED, DemoCity, build_city
from wenming_metrics.demo.forms import Cell, DemoForm
from wenming_metrics.demo.inspections import DAYS, END, Inspections, last_days, simulate
from wenming_metrics.demo.progress_books import write_progress
from wenming_metrics.demo.quarter import write_quarter
from wenming_metrics.demo.survey_books import write_surveys

SAMPLE_DAYS = 3
UNNUMBERED = 7
"""The problems of so many last days that checklists say have no numbers yet: they wait for 交办."""
_NUMBERED = (("问题编号", "problem_no"), ("整改时限", "deadline"))
SURVEYED = "临溪区"
"""The district whose questionnaires are among the samples."""
_NOTE = "注:扣分为该项本次实际扣分,符合的项目不扣分;同一问题有几处的,在处数栏填写。"
_WIDTHS = {"description": 30, "item": 24, "site": 24, "aliases": 36, "responsible": 26, "title": 14}
_BOLD = Font(bold=True)
_TITLE = Font(bold=True, size=14)


def make_workbooks(
    folder: Path, *, seed: int = SEED, end: date = END, days: int = DAYS
) -> list[Path]:
    """Write every file of the made-up city and give them in the order in which to upload them."""
    inspections = simulate(build_city(seed), seed=seed, end=end, days=days)
    *written, quarter = _write_all(folder, inspections, is_lived=True)
    written += [*write_progress(folder, inspections.city, end), quarter]
    return written + write_surveys(folder, inspections.city, end, seed=seed)


def find_or_make_workbooks(folder: Path, *, days: int = DAYS) -> list[Path]:
    """Give the workbooks of a folder, made at the first call and found again at later ones.

    A second demo so sends the very same bytes, which the store recognises.
    """
    listed = folder / f"{days}.txt"
    if not listed.exists():
        paths = make_workbooks(folder, days=days)
        listed.write_text("\n".join(path.name for path in paths), encoding="utf-8")
    return [folder / name for name in listed.read_text(encoding="utf-8").splitlines()]


def write_samples(folder: Path) -> list[Path]:
    """Write the committed samples: registers, the week's plan, the last days, a part of a survey."""
    inspections = last_days(simulate(), SAMPLE_DAYS)
    return _write_all(folder, inspections) + write_surveys(
        folder, inspections.city, END, district=SURVEYED
    )


def write_registers(folder: Path, city: DemoCity) -> list[Path]:
    """Write 单位名册.xlsx and 点位名册.xlsx."""
    units = city.units.astype(object)
    units["population"] = [None if pd.isna(n) else int(n) for n in units["population"]]
    units[["valid_from", "valid_to"]] = None
    written = []
    for name, frame, columns in (
        ("单位名册", units, forms.UNITS),
        ("点位名册", city.sites.astype(object), forms.SITES),
    ):
        aliases = frame["aliases"].str.replace("|", "、")
        frame = frame.assign(aliases=aliases).replace({"": None})
        book = _book()
        _sheet(book, name, columns, _cells(frame, columns))
        written.append(_save(book, folder / f"{name}.xlsx"))
    return written


def write_plans(folder: Path, plan: pd.DataFrame) -> list[Path]:
    """Write one file per week of the plan (see plans.build_plan)."""
    written = []
    for week, rows in plan.groupby("round", sort=False):
        book = _book()
        name = str(week).removesuffix("督查")
        cells = _cells(rows.astype(object), forms.PLAN)
        _sheet(book, "督查计划", forms.PLAN, cells, above=[f"演示市{name}督查计划"])
        written.append(_save(book, folder / f"督查计划_{name}.xlsx"))
    return written


def write_days(folder: Path, inspections: Inspections, numbered_to: date | None) -> list[Path]:
    """Write what each sender sends for each day: checklists, or problems with the visits.

    On the first day one of them sends a part of its visits with one column per item. Up to a day the
    problems of checklists have numbers and deadlines, as those of lists always have.
    """
    rows = forms.full_rows(inspections)
    first, written = min(inspections.visits["day"]), []
    for day, visits in inspections.visits.groupby("day", sort=True):
        for number, sender in enumerate([*forms.CHECKLISTS, *forms.FINDINGS]):
            sender_visits = visits[visits["sender"] == sender]
            if sender_visits.empty:
                continue
            if sender == wide.SENDER and day == first:
                apart = sender_visits[wide.of_wide(sender_visits)]
                sender_visits = sender_visits.drop(apart.index)
                seen = inspections.rows[inspections.rows["visit"].isin(apart.index)]
                written.append(wide.write_wide(folder, apart, seen, day))
            rng = np.random.default_rng([day.toordinal(), number])
            seen = rows[rows["visit"].isin(sender_visits.index)]
            book = _book()
            if sender in forms.CHECKLISTS:
                form = forms.CHECKLISTS[sender]
                if numbered_to and day <= numbered_to:
                    form = replace(form, columns=(*form.columns, *_NUMBERED))
                    seen = _with_numbers(seen, sender)
                _rows_sheet(book, form, seen, inspections.city, rng, [_filled(sender, day)])
            else:
                form = forms.FINDINGS[sender]
                problems = hand_out(seen[seen["result"] == "不符合"], sender)
                _rows_sheet(book, form, problems, inspections.city, rng, [])
                visit_table = sender_visits.assign(
                    day=[form.day(d) for d in sender_visits["day"]]
                ).astype(object)
                cells = _cells(visit_table.replace({"": None}), forms.VISITS)
                _sheet(book, "检查点位", forms.VISITS, cells)
            written.append(_save(book, folder / f"{day.isoformat()}_{sender}_{form.sheet}.xlsx"))
    return written


def _write_all(folder: Path, inspections: Inspections, *, is_lived: bool = False) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    end = max(inspections.visits["day"])
    numbered_to = end - timedelta(days=UNNUMBERED) if is_lived else None
    write_loop_of = _write_lived if is_lived else _write_answers
    return [
        *write_registers(folder, inspections.city),
        *write_plans(folder, inspections.plan),
        *write_days(folder, inspections, numbered_to),
        *write_loop_of(folder, inspections),
        write_quarter(folder, inspections.city, end),
    ]


def _with_numbers(rows: pd.DataFrame, sender: str) -> pd.DataFrame:
    """Give the problems among the rows of a checklist their numbers and deadlines."""
    problems = hand_out(rows[rows["result"] == "不符合"], sender)
    facts = problems[["problem_no", "deadline"]].reindex(rows.index, fill_value="")
    return rows.assign(**{name: facts[name] for name in facts.columns})


def _write_lived(folder: Path, inspections: Inspections) -> list[Path]:
    """Write what became of every numbered problem: see `loop` and `unit_returns`."""
    rows, end = forms.full_rows(inspections), max(inspections.visits["day"])
    rows = rows[rows["result"] == "不符合"]
    first = min(rows["day"])
    visits = inspections.visits
    visits = visits[(visits["sender"] == wide.SENDER) & (visits["day"] == first)]
    is_wide = rows["visit"].isin(visits.index[wide.of_wide(visits)])
    recent = rows["day"] > end - timedelta(days=UNNUMBERED)
    rows = rows[~is_wide & ~(rows["sender"].isin(list(forms.CHECKLISTS)) & recent)]
    if rows.empty:  # a day or two: nothing was handed out yet
        return []
    by_sender = rows.groupby(["day", "sender"], sort=True)
    problems = pd.concat([hand_out(of_sender, sender) for (_, sender), of_sender in by_sender])
    steps = loop.courses(problems, end, SEED)
    untouched = pd.Series([not of_problem for of_problem in steps], problems.index)
    returns = unit_returns.choose_returns(problems, untouched, end)
    lived = loop.write_loop(folder, problems, steps, first, end)
    return lived + unit_returns.write_returns(folder, returns, end)


def _write_answers(folder: Path, inspections: Inspections) -> list[Path]:
    """Write what was answered on the last day to the lists of the days before, if there are any."""
    rows, last = forms.full_rows(inspections), max(inspections.visits["day"])
    wanted = rows["sender"].isin(list(forms.FINDINGS)) & (rows["result"] == "不符合")
    handed_out = rows[wanted & (rows["day"] < last)].groupby(["day", "sender"], sort=True)
    lists = [hand_out(problems, sender) for (_, sender), problems in handed_out]
    return [write_answers(folder, lists, last, SEED)] if lists else []


def _filled(sender: str, day: date) -> str:
    return f"填报:{sender}  日期:{forms.as_words(day)}"


def _rows_sheet(
    book: Workbook,
    form: DemoForm,
    rows: pd.DataFrame,
    city: DemoCity,
    rng: np.random.Generator,
    above: Sequence[str],
) -> None:
    """Add a sheet of rows with its title, a total of the marks lost and a note below."""
    dressed = forms.dress(rows, form, city, rng)
    fields = [field for _, field in form.columns]
    total: list[Cell] = [None] * len(fields)
    total[0] = "合计"
    total[fields.index("deduction")] = float(rows["deduction"].sum())
    below = [total, [_NOTE]] if len(rows) else [[_NOTE]]
    cells = _cells(dressed, form.columns)
    _sheet(book, form.sheet, form.columns, cells, above=[form.title, *above], below=below)


def _cells(frame: pd.DataFrame, columns: Sequence[tuple[str, str]]) -> Iterable[list[Cell]]:
    fields = [field for _, field in columns]
    return (list(row) for row in frame[fields].itertuples(index=False, name=None))


def _sheet(
    book: Workbook,
    name: str,
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[Cell]],
    *,
    above: Sequence[str] = (),
    below: Sequence[Sequence[Cell]] = (),
) -> None:
    sheet = book.create_sheet(name)
    for number, (_, field) in enumerate(columns, 1):
        width = _WIDTHS.get(field, _WIDTHS["title"])
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = f"A{len(above) + 2}"
    for text in above:
        sheet.append([_styled(sheet, text, _TITLE)])
    sheet.append([_styled(sheet, heading, _BOLD) for heading, _ in columns])
    for row in [*rows, *below]:
        sheet.append([_dated(sheet, cell) for cell in row])


def _styled(sheet: Worksheet, text: str, font: Font) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.font = font
    return cell


def _dated(sheet: Worksheet, value: Cell) -> Cell | WriteOnlyCell:
    if not isinstance(value, date):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = "yyyy-mm-dd"
    return cell


def _book() -> Workbook:
    return Workbook(write_only=True)


def _save(book: Workbook, path: Path) -> Path:
    book.save(path)
    return path
