"""Commands about what came in beside inspections: empty forms, records, rows that wait."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from wenming_metrics.commands import FAILED, HELD, OK, command, this_office
from wenming_metrics.commands.printing import err, plain, print_json, print_lines, say, say_saved
from wenming_metrics.decisions import mappings
from wenming_metrics.decisions.cell_corrections import confirm, propose, refuse
from wenming_metrics.decisions.outlines import keep_outlines, look_at_outlines
from wenming_metrics.domain.privacy import mask
from wenming_metrics.intake import commit
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.queries.files.choices import nearest_names
from wenming_metrics.queries.files.corrections import corrected_cells
from wenming_metrics.queries.files.forms import form_file, forms
from wenming_metrics.queries.files.held import HeldCell, cells_of, waiting_rows
from wenming_metrics.queries.files.record_lists import record_file, record_list, record_titles
from wenming_metrics.queries.files.recounted import recounted_deadlines
from wenming_metrics.queries.first_steps import first_steps
from wenming_metrics.queries.scores.records import records
from wenming_metrics.reading.records.kinds import RECORD_TITLES
from wenming_metrics.reading.survey.wordings import option_form
from wenming_metrics.vocabulary import titles

_NAME_KINDS = {"单位": "unit", "测评项": "item", "点位类型": "point_type"}
_WAITING = titles(
    *("batch", "file", "sheet", "source_row", "street", "site", "item", "points=points_written"),
    *("sentences=held_reason", "who"),
)
_CORRECTIONS = titles(
    *("correction=correction_no", "batch", "file", "sheet", "source_row", "header"),
    *("old=cell_old", "new=cell_new", "who=corrected_by", "at=corrected_at"),
    *("ended_by=confirmed_by", "state=correction_state"),
)
_DEADLINES = titles("batch", "file", "sheet", "source_row", "due=due_stored", "due_now")


@command("remember")
def _remember(options: Namespace) -> int:
    office = this_office()
    kind = _NAME_KINDS[options.kind]
    questions = office.rules.survey.questions if office.rules.survey else ()
    if options.question:
        codes = [q.code for q in questions if options.question in (q.code, q.title, *q.headers)]
        if not codes:
            titles_known = "、".join(question.title for question in questions)
            raise commit.IntakeError(f"问卷里没有“{options.question}”这一题，有：{titles_known}。")
        kind = option_form(codes[0])
    names = nearest_names(office, kind, options.written)
    meant = [
        key for key, name in names.items() if options.meaning in (name, re.split("[(（]", name)[0])
    ]
    if len(meant) != 1:
        near = "、".join(f"“{name}”" for name in [*names.values()][:3])
        count_words = "没有" if not meant else "有几个"
        raise commit.IntakeError(f"{count_words}“{options.meaning}”，最接近的有{near}。")
    if options.question:
        mappings.remember_option(office, codes[0], options.written, meant[0], options.who)
    else:
        mappings.remember_name(office, kind, options.written, meant[0], options.who)
    text = f"已记住：“{options.written}”是{names[meant[0]]}。"
    say(text, as_json=options.json, written=options.written, meaning=names[meant[0]])
    return OK


@command("begin")
def _begin(options: Namespace) -> int:
    office = this_office()
    steps = first_steps(office)
    if options.forms:
        options.forms.mkdir(parents=True, exist_ok=True)
        for kind in (kind for step in steps for kind in step.forms):
            (options.forms / f"{forms()[kind]}_模板.xlsx").write_bytes(form_file(office, kind))
    if options.json:
        print_json({"steps": [asdict(step) for step in steps]})
        return OK
    for number, step in enumerate(steps, 1):
        say(f"{'✓' if step.is_done else number} {step.title}：{step.state}。{step.missing}")
    if options.forms:
        say(f"空白表格已存到 {options.forms}。")
    return OK


@command("form")
def _form(options: Namespace) -> int:
    if options.kind not in forms():
        raise commit.IntakeError(f"没有表格“{options.kind}”，可以用：{'、'.join(forms())}。")
    options.out.write_bytes(form_file(this_office(), options.kind))
    say_saved(options)
    return OK


@command("records")
def _records(options: Namespace) -> int:
    codes_by_title = {title.removesuffix("表"): code for code, title in RECORD_TITLES.items()}
    kind = codes_by_title.get(options.kind.removesuffix("表"), options.kind)
    if kind not in RECORD_TITLES:
        known_titles = "、".join(codes_by_title)
        raise commit.IntakeError(f"没有种类“{options.kind}”，可以用：{known_titles}。")
    office = this_office()
    if options.json:
        print_json({"kind": kind, "records": plain(_masked(records(office, kind)))})
        return OK
    lines = record_list(office, kind)
    if options.out:
        options.out.write_bytes(record_file(kind, lines))
        say(f"已存到 {options.out}")
        return OK
    filled = lines.loc[:, (lines != "").any()].drop(columns="batch")
    print_lines(
        f"{RECORD_TITLES[kind]}（{len(lines)} 条）", filled.rename(columns=record_titles(kind))
    )
    return OK


@command("deadlines")
def _deadlines(options: Namespace) -> int:
    lines = recounted_deadlines(this_office())[list(_DEADLINES)].drop_duplicates()
    if options.json:
        print_json({"deadlines": plain(lines)})
    elif lines.empty:
        say("已入库的整改时限，按现在登记的放假和调休重数都是同一天。")
    else:
        title = f"按现在登记的放假和调休，会是另一天的整改时限（{len(lines)} 条）"
        print_lines(title, lines, _DEADLINES)
    return OK


@command("waiting")
def _waiting(options: Namespace) -> int:
    rows = _masked(waiting_rows(this_office()))
    if options.json:
        print_json({"rows": plain(rows)})
    elif rows.empty:
        say("没有待核的行。")
    else:
        lines = rows[list(_WAITING)].rename(columns=_WAITING)
        print_lines(f"待核、暂不计分的行（{len(rows)} 行）", lines)
    return OK


@command("correct")
def _correct(options: Namespace) -> int:
    office = this_office()
    cells = cells_of(office, options.batch, options.sheet, options.row)
    texts = dict(_cell_text(assignment, cells) for assignment in options.set)
    row_key = (options.sheet, options.row)
    outcome = propose(office, options.batch, row_key, texts, options.who, options.reason)
    say(outcome.sentence, as_json=options.json, correction=outcome.correction, batch=outcome.batch)
    return OK


def _cell_text(assignment: str, cells: Sequence[HeldCell]) -> tuple[int, str]:
    """Find the column that 「列名=内容」 speaks of: its index, and the text."""
    header, equals, text = assignment.partition("=")
    positions = [cell.position for cell in cells if cell.header.strip() == header.strip()]
    if not equals or not positions:
        headers = "、".join(cell.header for cell in cells) or "（没有这一行）"
        raise commit.IntakeError(f"“{assignment}”要写成 列名=内容；能更正的列：{headers}。")
    return positions[0], text


@command("corrections")
def _corrections(options: Namespace) -> int:
    cells = _masked(corrected_cells(this_office()))
    if options.json:
        print_json({"corrections": plain(cells)})
    elif cells.empty:
        say("还没有更正。")
    else:
        cells = cells.assign(at=[moment(stamp) for stamp in cells["at"]])
        lines = cells[list(_CORRECTIONS)].rename(columns=_CORRECTIONS)
        print_lines(f"更正（{cells['correction'].nunique()} 条）", lines)
    return OK


@command("approve")
def _confirm(options: Namespace) -> int:
    outcome = confirm(this_office(), options.correction, options.who)
    say(outcome.sentence, as_json=options.json, correction=outcome.correction, batch=outcome.batch)
    return OK


@command("reject")
def _refuse(options: Namespace) -> int:
    refuse(this_office(), options.correction, options.who, options.reason)
    say(f"已退回更正 {options.correction}，这一行仍然待核。", as_json=options.json)
    return OK


def _masked(frame: pd.DataFrame) -> pd.DataFrame:
    """Put stars into numbers of persons wherever a text holds them."""
    texts = frame.select_dtypes(exclude="number").columns
    return frame.assign(
        **{
            name: [mask(text) if isinstance(text, str) else text for text in frame[name]]
            for name in texts
        }
    )


@command("outlines")
def _outlines(options: Namespace) -> int:
    office = this_office()
    file = look_at_outlines(office, options.file.read_bytes(), options.file.name, options.system)
    if not options.json:
        for severity, text in file.told:
            err.print(f"{severity} {text}", markup=False)
    if options.who:
        keep_outlines(office, file, options.who)
    stored = "已存入。" if options.who else "只检查，没有存入；要存入请写 --who。"
    outcome = file.sentence if file.is_refused else f"{file.sentence}{stored}"
    sentences = [problem.text for problem in file.problems]
    say(outcome, as_json=options.json, shapes=len(file.shapes), problems=sentences)
    return FAILED if file.is_refused else HELD if sentences else OK
