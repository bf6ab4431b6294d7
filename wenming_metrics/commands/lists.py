"""Commands about what came in beside inspections: empty forms, records, rows that wait."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from wenming_metrics.commands import FAILED, HELD, OK, Add
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
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.scores.records import records
from wenming_metrics.reading.outlines.shapes import SYSTEMS
from wenming_metrics.reading.records.kinds import RECORD_KINDS
from wenming_metrics.reading.survey.wordings import option_form
from wenming_metrics.runtime import settings
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


def add_commands(add: Add) -> None:
    """Add the commands of this theme."""
    form = add("form", _form, "存一张空白表格，发给填表的人")
    form.add_argument(
        "kind", metavar="表格", help="、".join(f"{k}（{t}）" for k, t in forms().items())
    )
    form.add_argument("--out", type=Path, required=True, help="存到哪个 .xlsx 文件")
    listed = add(
        "records",
        _records,
        "列出整改反馈、台账、责任分解、上级测评、量化指标、专项行动、加减分、问卷配额或节假日",
    )
    kinds = "、".join(f"{kind.name}（{kind.title}）" for kind in RECORD_KINDS)
    listed.add_argument("kind", metavar="种类", help=kinds)
    listed.add_argument("--out", type=Path, help="存成 .xlsx 文件，不含责任人和联系电话")
    remembered = add(
        "remember", _remember, "记住一个写法指什么：单位、测评项、点位类型，或问卷的选项"
    )
    remembered.add_argument("written", metavar="写法", help="文件里怎样写的")
    remembered.add_argument("meaning", metavar="名称", help="它是哪一个")
    remembered.add_argument(
        "--as", dest="kind", choices=tuple(_NAME_KINDS), default="单位", help="它是什么，缺省是单位"
    )
    remembered.add_argument("--question", default="", metavar="题目", help="它是哪一题的选项")
    remembered.add_argument("--who", default="命令行", help="经办人")
    first = add("begin", _begin, "第一次使用：从空的数据到第一次排名的五步，各步做了没有，还缺什么")
    first.add_argument(
        "--forms", type=Path, metavar="文件夹", help="把各步的空白表格存到这个文件夹"
    )
    add("deadlines", _deadlines, "按现在登记的放假和调休重数整改时限，列出会是另一天的")
    add("waiting", _waiting, "列出待核、暂不计分的行")
    _add_corrections(add)
    outline_command = add("outlines", _outlines, "地图的轮廓：检查、存入一份 GeoJSON 或表格")
    outline_command.add_argument("file", type=Path, metavar="轮廓文件")
    outline_command.add_argument(
        "--system", required=True, choices=list(SYSTEMS), metavar="坐标系", help="、".join(SYSTEMS)
    )
    outline_command.add_argument(
        "--who", default="", metavar="姓名", help="存入的经办人；不写只检查"
    )


def _add_corrections(add: Add) -> None:
    corrected = add("correct", _correct, "更正待核行的格；不写 --set 就按现在的名册重读这一行")
    corrected.add_argument("batch", type=int, metavar="批次")
    corrected.add_argument("--sheet", required=True, help="工作表")
    corrected.add_argument("--row", type=int, required=True, help="Excel 的行号")
    corrected.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="列名=内容",
        help="把这一列改成什么，可以写几次",
    )
    corrected.add_argument("--reason", default="", help="更正依据，改了内容的必须写")
    add("corrections", _corrections, "列出页面和命令行上的更正：改了什么，谁填写，谁复核")
    confirmed = add("approve", _confirm, "由另一人确认一条更正")
    refused = add("reject", _refuse, "退回一条更正")
    refused.add_argument("--reason", required=True, help="退回的原因")
    for command in (confirmed, refused):
        command.add_argument("correction", type=int, metavar="更正", help="corrections 列出的编号")
    for command in (corrected, confirmed, refused):
        command.add_argument("--who", required=True, help="经办人")


def _remember(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
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


def _begin(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
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


def _form(options: argparse.Namespace) -> int:
    if options.kind not in forms():
        raise commit.IntakeError(f"没有表格“{options.kind}”，可以用：{'、'.join(forms())}。")
    options.out.write_bytes(form_file(open_office(settings.load()), options.kind))
    say_saved(options)
    return OK


def _records(options: argparse.Namespace) -> int:
    kinds = {kind.name: kind.title for kind in RECORD_KINDS}
    if options.kind not in kinds:
        raise commit.IntakeError(f"没有种类“{options.kind}”，可以用：{'、'.join(kinds)}。")
    office = open_office(settings.load())
    if options.json:
        rows = _masked(records(office, options.kind))
        print_json({"kind": options.kind, "records": plain(rows)})
        return OK
    lines = record_list(office, options.kind)
    if options.out:
        options.out.write_bytes(record_file(options.kind, lines))
        say(f"已存到 {options.out}")
        return OK
    filled = lines.loc[:, (lines != "").any()].drop(columns="batch")
    print_lines(
        f"{kinds[options.kind]}（{len(lines)} 条）",
        filled.rename(columns=record_titles(options.kind)),
    )
    return OK


def _deadlines(options: argparse.Namespace) -> int:
    lines = recounted_deadlines(open_office(settings.load()))[list(_DEADLINES)].drop_duplicates()
    if options.json:
        print_json({"deadlines": plain(lines)})
    elif lines.empty:
        say("已入库的整改时限，按现在登记的放假和调休重数都是同一天。")
    else:
        title = f"按现在登记的放假和调休，会是另一天的整改时限（{len(lines)} 条）"
        print_lines(title, lines.rename(columns=_DEADLINES))
    return OK


def _waiting(options: argparse.Namespace) -> int:
    rows = _masked(waiting_rows(open_office(settings.load())))
    if options.json:
        print_json({"rows": plain(rows)})
    elif rows.empty:
        say("没有待核的行。")
    else:
        lines = rows[list(_WAITING)].rename(columns=_WAITING)
        print_lines(f"待核、暂不计分的行（{len(rows)} 行）", lines)
    return OK


def _correct(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
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


def _corrections(options: argparse.Namespace) -> int:
    cells = _masked(corrected_cells(open_office(settings.load())))
    if options.json:
        print_json({"corrections": plain(cells)})
    elif cells.empty:
        say("还没有更正。")
    else:
        cells = cells.assign(at=[moment(stamp) for stamp in cells["at"]])
        lines = cells[list(_CORRECTIONS)].rename(columns=_CORRECTIONS)
        print_lines(f"更正（{cells['correction'].nunique()} 条）", lines)
    return OK


def _confirm(options: argparse.Namespace) -> int:
    outcome = confirm(open_office(settings.load()), options.correction, options.who)
    say(outcome.sentence, as_json=options.json, correction=outcome.correction, batch=outcome.batch)
    return OK


def _refuse(options: argparse.Namespace) -> int:
    refuse(open_office(settings.load()), options.correction, options.who, options.reason)
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


def _outlines(options: argparse.Namespace) -> int:
    office = open_office(settings.load())
    file = look_at_outlines(office, options.file.read_bytes(), options.file.name, options.system)
    if not options.json:
        for problem in file.problems:
            err.print(f"{problem.severity} {problem.text}", markup=False)
    if options.who:
        keep_outlines(office, file, options.who)
    stored = "已存入。" if options.who else "只检查，没有存入；要存入请写 --who。"
    outcome = file.sentence if file.is_refused else f"{file.sentence}{stored}"
    told = [problem.text for problem in file.problems]
    say(outcome, as_json=options.json, shapes=len(file.shapes), problems=told)
    return FAILED if file.is_refused else HELD if told else OK
