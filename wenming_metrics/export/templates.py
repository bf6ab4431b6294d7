"""Blank forms of every kind of sheet: the headings that are read, lists to choose from, an example.

The headings come from the vocabulary and the names from the register in force, so that a form
which is filled in from its own lists reads without a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.domain.registers import FOREVER, Register
from wenming_metrics.domain.working_days import OFF, WORKED
from wenming_metrics.export.form_columns import FORMS, BlankForm
from wenming_metrics.export.survey_form import (
    answers_offered,
    example_answers,
    heading,
    questions_of_several,
    with_questions,
)
from wenming_metrics.export.tables import fit_a4
from wenming_metrics.reading.records.negative_list import ALL_MATTERS, CLEAR, HAPPENED
from wenming_metrics.rules.model import Catalogue
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import (
    ADJUSTMENTS,
    CHECK_WAYS,
    EXAMPLE,
    FORM_MARK,
    LOOKS,
    OPTIONS_SHEET,
    RESULTS,
    SOURCES,
    UNIT_KINDS,
)

VERSION = "1"
"""Grows when the headings of a form change."""
FIRST_ROW = 3
"""Row of the example, and of the first line to fill in."""
_ROWS = 500
_DAY = date(2026, 1, 5)
_DAYS = {
    *("day", "planned_day", "finished", "due", "handed_in", "valid_from", "valid_to"),
    *("adjusted_on", "submitted", "moved_on", "until_day", "phase_from", "phase_to", "formed_on"),
}
_TEXTS = {"problem_no", "unit_code", "phone", "answer_id"}
_LONG = {"description", "measure", "requirement", "task", "item", "site", "responsible", "remark"}
_WIDEST = 36
"""How wide a column grows with what stands in it, in letters; longer texts are wrapped."""
_FONT = "微软雅黑"
_HEAD = PatternFill("solid", fgColor="E8EDF3")
_LINE = Border(*[Side("thin", "C5CCD4")] * 4)
_GREY = "7B8794"


_SEVERAL = {"lead", "responsible", "assisting", "site"}
"""Columns whose list only offers: several names, or new ones, may be written."""


def templates() -> dict[str, str]:
    """List the forms: kind -> its Chinese title."""
    return {kind: form.title for kind, form in FORMS.items()}


def template_workbook(
    kind: str, register: Register, catalogue: Catalogue, survey: Survey | None = None
) -> bytes:
    """Make the form of a kind of sheet.

    Takes:   kind - a key of `templates()`; register, catalogue - whose names the lists offer;
             survey - whose questions forms of questionnaires ask
    Returns: bytes of an xlsx file: a title, the headings, one example; lists on a hidden sheet
    """
    book = Workbook()
    book.remove(book.active)
    choices = _choices(register, catalogue)
    example = {**_example(register, catalogue), **example_answers(survey)}
    names = (kind, *FORMS[kind].beside)
    forms = {name: with_questions(name, FORMS[name], survey) for name in names}
    used = {column for form in forms.values() for column in form.columns}
    offered = {name: several for name, several in answers_offered(survey).items() if name in used}
    choices |= {name: several for name, several in offered.items() if several}
    titles = {name: heading(name, survey) for name in (*used, *choices)}
    for name, form in forms.items():
        _write_form(book.create_sheet(form.title), form, _facts(name, example), titles)
    page = book.create_sheet(OPTIONS_SHEET)
    ranges = _write_choices(page, choices, f"{kind} {VERSION}", titles)
    for form in forms.values():
        _offer(book[form.title], form, ranges, _SEVERAL | questions_of_several(survey))
    book.custom_doc_props.append(StringProperty(name=FORM_MARK, value=f"{kind} {VERSION}"))
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def filled_form(kind: str, lines: pd.DataFrame, register: Register, catalogue: Catalogue) -> bytes:
    """Make the form of a kind with lines in it, for units to correct and send back.

    Takes:   lines - columns named as those of the form, or others of `vocabulary.INPUT`; dates as ISO
             texts; "" = blank
    Returns: bytes of an xlsx file: a title, the headings, the lines; lists on a hidden sheet
    """
    book = Workbook()
    book.remove(book.active)
    form = replace(FORMS[kind], columns=tuple(lines.columns))
    choices = {
        name: several
        for name, several in _choices(register, catalogue).items()
        if name in form.columns
    }
    titles = {name: heading(name, None) for name in form.columns}
    page = book.create_sheet(form.title)
    _write_head(page, form, form.title, titles)
    for number, line in enumerate(lines.itertuples(index=False), FIRST_ROW):
        for column, (name, text) in enumerate(zip(form.columns, line, strict=True), 1):
            _write(page, number, column, text or None, Font(_FONT, 10))
            page.cell(number, column).number_format = _format(name)
    for column in range(1, len(form.columns) + 1):
        dimension = page.column_dimensions[get_column_letter(column)]
        longest = max((len(str(text)) for text in lines.iloc[:, column - 1]), default=0)
        dimension.width = max(dimension.width, min(_WIDEST, 2 * longest + 2))
    ranges = _write_choices(book.create_sheet(OPTIONS_SHEET), choices, f"{kind} {VERSION}", titles)
    _offer(page, form, ranges, _SEVERAL)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _choices(register: Register, catalogue: Catalogue) -> dict[str, list[str]]:
    """Give what may be chosen in each column, by the column's name; units that exist today."""
    units = register.units[register.units["valid_to"] == FOREVER]
    by_kind = {kind: units.loc[units["kind"] == kind, "name"].tolist() for kind in UNIT_KINDS}
    doers = [name for kind in ("department", "section", "street") for name in by_kind[kind]]
    choices = {
        **{"street": by_kind["street"], "community": by_kind["community"]},
        **{"point_type": catalogue.point_types["name"].tolist()},
        **{"item": catalogue.items["name"].tolist(), "result": list(RESULTS)},
        **{"source": list(SOURCES.values()), "unit_kind": list(UNIT_KINDS.values())},
        **{"subject": doers, "lead": doers, "responsible": doers, "assisting": doers},
        **{"parent": units["name"].tolist(), "site": register.sites["name"].tolist()},
        **{"rectified": ["已整改", "整改中", "未整改"]},
        **{"check_way": list(CHECK_WAYS), "look_result": list(LOOKS)},
        **{"document_state": ["通过", "已上传", "退回", "上级退回", "待审", "未报", "不适用"]},
        "barred_result": [CLEAR, HAPPENED],
        **{"test": ["国测", "省测", "市季度测评", "第三方"]},
        **{"adjustment_type": list(ADJUSTMENTS), "arrangement": [OFF, WORKED]},
    }
    return {name: list(dict.fromkeys(several)) for name, several in choices.items() if several}


def _example(register: Register, catalogue: Catalogue) -> dict[str, object]:
    """Make up one row from names of the register: every column that some form has."""
    site_cells = _example_site(register, catalogue)
    types = catalogue.point_types["name"]
    type_number = types.index[types == site_cells["point_type"]][0]
    looked_at = np.flatnonzero(catalogue.applies[:, type_number])
    item = looked_at[0] if len(looked_at) else catalogue.items.index[0]
    full = int(catalogue.full_marks[item]) / POINT_SCALE
    units = register.units
    bureaus = units.loc[(units["kind"] == "department") & (units["valid_to"] == FOREVER), "name"]
    doer = bureaus.iloc[0] if len(bureaus) else site_cells["street"]
    return {
        **site_cells,
        **{name: _DAY for name in ("day", "planned_day", "finished", "due", "handed_in")},
        **{"source": "市督查组", "team": "一组", "item": str(catalogue.item_names[item])},
        **{"places": 1, "deduction": min(full, 1.0), "result": "不符合", "round": "第一轮"},
        **{"description": "地面有一处积水", "lead": doer, "responsible": site_cells["street"]},
        **{
            "problem_no": "DC0105-001",
            "subject": site_cells["street"],
            "measure": "已清扫并疏通排水口",
        },
        "deadline": "3个工作日",
        **{"linked_items": str(catalogue.item_names[item]), "assisting": doer},
        "linked_types": site_cells["point_type"],
        **{"move_act": "签收", "moved_on": _DAY, "handler": "经办人姓名"},
        **{"rectified": "已整改", "contact": "经办人姓名", "phone": "8000000"},
        **{"project": "公共文化", "indicator": "文化设施免费开放", "requirement": "说明报告1份"},
        **{"review": "通过", "document_state": "通过", "period": "2026年9月"},
        **{"test": "市季度测评", "total": 88.93, "printed_rank": 1, "printed_change": 1.24},
        **{"barred_item": ALL_MATTERS, "barred_result": CLEAR, "barred_evidence": "自查报告"},
        "barred_checker": "核查人姓名",
        **{"ad_length": 500, "ad_count": 6, "ad_damaged": 1, "ad_required": None},
        **{"value": 12.5, "scale": "%", "numerator": 250, "denominator": 2000, "target": 8},
        **{
            "campaign": "背街小巷整治",
            "task": "清理乱堆放",
            "phase": "集中整治",
            "progress": "50%",
            "done_standard": "无乱堆放",
            "action_measure": "分片包干",
            "phase_from": _DAY,
            "phase_to": _DAY,
        },
        **{"adjusted_on": _DAY, "adjustment_type": "加分", "adjusted_points": 0.5},
        **{"reason": "承办全市现场会", "document_no": None},
        **{"off_from": date(2026, 10, 1), "off_to": date(2026, 10, 7), "arrangement": OFF},
        **{"document_id": "CL-01", "formed_on": _DAY, "word_count": 480},
        **{"picture_size": 1.5, "secrecy_check": "已通过"},
        "holiday": "国庆节",
        **{"leader": "领导姓名", "method": "实地考察"},
        **{"submitted": _DAY, "answer_id": "1", "duration": "150秒", "remark": EXAMPLE},
    }


def _example_site(register: Register, catalogue: Catalogue) -> dict[str, object]:
    """Choose a registered site with the units above it, or make one up where there is none."""
    units, types = register.units, catalogue.point_types["name"]
    alive = units["valid_to"] == FOREVER
    for site in register.sites.itertuples(index=False):
        if alive[site.street] and alive[site.unit]:
            local = units.loc[site.unit]
            return {
                **_example_unit(register, int(site.street)),
                **{"community": local["name"] if local["kind"] == "community" else None},
                **{"point_type": types.loc[int(site.point_type)], "site": site.name},
            }
    streets = units.index[alive & (units["kind"] == "street")] if len(units) else []
    unit_cells = _example_unit(register, int(streets[0])) if len(streets) else _NO_UNIT
    return {**unit_cells, "community": None, "point_type": types.iloc[0], "site": "人民路"}


_NO_UNIT: dict[str, object] = {
    **{"street": "某某街道", "unit_code": None, "unit_name": "某某区", "unit_kind": "区"},
    **{"parent": None, "group": None, "unit_aliases": None, "population": None},
}


def _example_unit(register: Register, street: int) -> dict[str, object]:
    """Write a street as a register of units tells it."""
    unit, names = register.units.loc[street], register.units["name"]
    population = unit["population"]
    return {
        **{"street": unit["name"], "unit_code": unit["code"], "unit_name": unit["name"]},
        **{"unit_kind": UNIT_KINDS[unit["kind"]], "group": unit["group"] or None},
        **{"parent": names[unit["parent"]] if unit["parent"] >= 0 else None},
        **{"unit_aliases": "、".join(unit["aliases"]) or None},
        **{"population": None if pd.isna(population) else int(population)},
    }


def _facts(kind: str, example: Mapping[str, object]) -> dict[str, object]:
    """Fit the example to a form: aliases are those of the unit in a register of units only."""
    aliases = example["unit_aliases"] if kind == "units" else None
    return {**example, "aliases": aliases}


def _write_form(
    page: Worksheet, form: BlankForm, example: Mapping[str, object], titles: Mapping[str, str]
) -> None:
    title = f"{form.title}（第 {FIRST_ROW} 行是{EXAMPLE}；列名请不要改）"
    _write_head(page, form, title, titles)
    for column, name in enumerate(form.columns, 1):
        _write(page, FIRST_ROW, column, example.get(name), Font(_FONT, 10, color=_GREY))
        page.cell(FIRST_ROW, column).number_format = _format(name)


def _write_head(page: Worksheet, form: BlankForm, title: str, titles: Mapping[str, str]) -> None:
    """Write title and headings, and set the sheet up for the screen and for A4."""
    _write(page, 1, 1, title, Font(_FONT, 12, bold=True))
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(form.columns))
    page.row_dimensions[1].height = 28
    for column, name in enumerate(form.columns, 1):
        _write(page, 2, column, titles[name], Font(_FONT, 10, bold=True))
        page.cell(2, column).fill, page.cell(2, column).border = _HEAD, _LINE
        dimension = page.column_dimensions[get_column_letter(column)]
        dimension.width, dimension.number_format = 24 if name in _LONG else 13, _format(name)
    page.freeze_panes = page.cell(FIRST_ROW, 1)
    fit_a4(page)
    page.print_options.gridLines = True  # printed, it is filled in by hand


def _format(name: str) -> str:
    if name in _DAYS:
        return "yyyy-mm-dd"
    return "@" if name in _TEXTS else "General"


def _write(page: Worksheet, row: int, column: int, value: object, font: Font) -> None:
    cell = page.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"  # a name that begins with "=" stays a name
    cell.font, cell.alignment = font, Alignment(vertical="center", wrap_text=row > 1)


def _write_choices(
    page: Worksheet,
    choices: Mapping[str, Sequence[str]],
    mark: str,
    titles: Mapping[str, str],
) -> dict[str, str]:
    """Write what may be chosen, a column each. Returns: column name -> the range of its list."""
    page.sheet_state = "hidden"
    _write(page, 1, 1, f"{FORM_MARK} {mark}", Font(_FONT, 9))
    ranges = {}
    for column, (name, several) in enumerate(choices.items(), 1):
        letter = get_column_letter(column)
        _write(page, 2, column, titles[name], Font(_FONT, 9, bold=True))
        for row, text in enumerate(several, 3):
            _write(page, row, column, text, Font(_FONT, 9))
        ranges[name] = f"'{OPTIONS_SHEET}'!${letter}$3:${letter}${len(several) + 2}"
    return ranges


def _offer(page: Worksheet, form: BlankForm, ranges: Mapping[str, str], several: set[str]) -> None:
    """Let people choose from the lists; what is not listed is asked about, never refused."""
    for column, name in enumerate(form.columns, 1):
        if name not in ranges:
            continue
        offer = DataValidation(type="list", formula1=f"={ranges[name]}", allow_blank=True)
        offer.showErrorMessage, offer.errorStyle = name not in several, "warning"
        offer.errorTitle, offer.error = "不在列表里", "名册里没有这个写法，确定要这样写吗？"
        letter = get_column_letter(column)
        offer.add(f"{letter}{FIRST_ROW}:{letter}{FIRST_ROW + _ROWS - 1}")
        page.add_data_validation(offer)
