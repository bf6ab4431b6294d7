"""交办单 of each unit as a document with its pictures, 整改反馈 as a workbook to fill in, all in one zip."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

from wenming_metrics.export.package import settle
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.export.templates import filled_form
from wenming_metrics.export.word.blocks import (
    ANNEX,
    HEADING,
    NOTE,
    Block,
    Grid,
    Paragraph,
    Pictures,
    body,
)
from wenming_metrics.publishing.bulletin.phrases import long_day, numeral
from wenming_metrics.publishing.bulletin.unit_sheets import pack
from wenming_metrics.publishing.check_sheets import file_name
from wenming_metrics.publishing.dispatch.office_paper import OfficePaper
from wenming_metrics.publishing.dispatch.orders import Dispatch, read_dispatch
from wenming_metrics.queries.files.pictures import row_pictures
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.orders import ASSISTING
from wenming_metrics.reading.sandbox.photo import prepare_photo
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.vocabulary import columns, titles

_MOST_PICTURES = 60
"""So many pictures stand in one document; the rest are in the original files."""
_HEADS = (
    "number=problem_number",
    "site_name",
    "item_name",
    "description",
    "places",
    "due=deadline",
)
_WIDTHS = (24, 24, 24, 44, 10, 20)
_SUMMARY = columns(
    *("unit_name", "role=hand_out_role", "number=problem_number", "site_name", "item_name"),
    *("description", "places", "due=due_written"),
    due="整改时限",
)
RECEIPT = (("签收单位（盖章）", ""), ("签收人", ""), ("签收时间", "　　　　年　　月　　日"))


def dispatch_papers(office: Office, document_no: str) -> tuple[str, bytes]:
    """Make all papers of what was handed out under a 文号 or 批次; gives the name of the zip and its bytes.

    For each unit a 交办单 (Word) and a 整改反馈 to fill in (Excel), nothing of another unit in it but who
    leads a joint problem; for the office a list of all. The same bytes for the same state of the store.
    """
    handed_out = read_dispatch(office, document_no)
    files: dict[str, bytes] = {"交办汇总.xlsx": settle(_summary(handed_out))}
    with reading(office.store) as connection:
        paper, register = OfficePaper(connection), read_register(connection)
    for unit, lines in handed_out.lines.groupby("unit_name", sort=False):
        folder = file_name(str(unit))
        files[f"{folder}/{folder}_交办单.docx"] = _paper(
            office, handed_out, paper, str(unit), lines
        )
        form = filled_form("rectification", _form(str(unit), lines), register, office.catalogue)
        files[f"{folder}/{folder}_整改反馈.xlsx"] = settle(form)
    files["转发文字.txt"] = _text(handed_out).encode("utf-8-sig")
    return f"{document_no}交办单.zip", pack(files)


def _paper(
    office: Office,
    handed_out: Dispatch,
    paper: OfficePaper,
    unit: str,
    lines: pd.DataFrame,
) -> bytes:
    title = f"关于交办督查发现问题的通知\n（{unit}）"
    last = date.fromordinal(int(lines["day"].max()))
    paragraphs = [
        *_opening(handed_out, unit, lines),
        _grid(lines),
    ]
    receipt = [Paragraph(HEADING, "回执"), Grid("", ("项目", "填写"), RECEIPT, (40, 60))]
    annexes = [*receipt, *photo_blocks(office, lines, "附件：整改前照片")]
    return paper.fill(
        "文明城市创建交办单", title, handed_out.document_no, last, paragraphs, annexes
    )


def _opening(handed_out: Dispatch, unit: str, lines: pd.DataFrame) -> Iterator[Block]:
    helping = int((lines["role"] == ASSISTING).sum())
    shared = f"（其中协办{helping}条）" if helping else ""
    n_places = int(lines["places"].sum())
    yield body(f"{unit}：")
    yield body(
        f"现将督查发现的问题{len(lines)}条、{n_places}处{shared}交办你单位。请{until(lines)}整改到位，"
        "并用所附的整改反馈表填写整改措施、完成时间，附整改后照片，报市创建办。"
    )
    for number, text in enumerate(handed_out.requirement.splitlines(), 1):
        if text.strip():
            yield body(f"（{numeral(number)}）{text.strip()}")
    if handed_out.chief:
        yield body(f"签发人：{handed_out.chief}")


def until(lines: pd.DataFrame) -> str:
    """Word the limit of problems: one day where all have the same, else where it stands.

    Takes: lines - due (date, None: there is none)
    """
    days = sorted({day for day in lines["due"] if day})
    if not days:
        return "尽快"
    if len(days) == 1 and lines["due"].notna().all():
        return f"于{long_day(days[0])}前"
    span = f"最早{long_day(days[0])}，最迟{long_day(days[-1])}" if len(days) > 1 else "有的没有时限"
    return f"按表中各条的整改时限（{span}）"


def _grid(lines: pd.DataFrame) -> Grid:
    rows = tuple(
        (
            str(line.number),
            str(line.site_name),
            str(line.item_name),
            _what(line),
            str(line.places),
            long_day(line.due).partition("年")[2] if line.due else "—",
        )
        for line in lines.itertuples()
    )
    return Grid("", tuple(titles(*_HEADS).values()), rows, _WIDTHS, frozenset([1, 2, 3]))


def _what(line: tuple) -> str:
    """Word the problem; of a joint one also who leads."""
    text = " ".join(str(line.description or "").split()) or str(line.item_name)
    return f"{text}（协办，主办单位：{line.lead_name}）" if line.role == ASSISTING else text


def photo_blocks(office: Office, lines: pd.DataFrame, title: str) -> list[Block]:
    """Set the pictures of problems in, written anew: nothing of place or time stays in them.

    Takes: lines - batch, sheet (its name), source_row, number, site_name; title - of the annex
    """
    drawn, unread, left_out = [], 0, 0
    for line in lines[lines["source_row"] > 0].itertuples():
        for picture in row_pictures(office, int(line.batch), str(line.sheet), int(line.source_row)):
            if len(drawn) == _MOST_PICTURES:
                left_out += 1
                continue
            photo = prepare_photo(picture.content) if picture.content else None
            if photo is None:
                unread += 1
                continue
            drawn.append(
                (photo.content, photo.width, photo.height, f"{line.number} {line.site_name}")
            )
    notes = [f"另有{left_out}张照片未列入。"] if left_out else []
    notes += [f"有{unread}张照片打不开，未列入。"] if unread else []
    if not drawn and not notes:
        return []
    pictures = [Pictures(tuple(drawn))] if drawn else []
    return [
        Paragraph(ANNEX, title),
        *pictures,
        *(Paragraph(NOTE, text) for text in notes),
    ]


def _form(unit: str, lines: pd.DataFrame) -> pd.DataFrame:
    """Lay problems out as the form 整改反馈: what is known is filled in, the rest is the unit's."""
    return pd.DataFrame(
        {
            "problem_no": lines["number"],
            "subject": unit,
            "site": lines["site_name"],
            "description": [_what(line) for line in lines.itertuples()],
            **dict.fromkeys(("measure", "rectified", "finished", "photo_after", "remark"), ""),
        }
    )


def _summary(handed_out: Dispatch) -> bytes:
    lines = handed_out.lines.assign(due=[_iso(day) for day in handed_out.lines["due"]])
    title = f"{handed_out.document_no} 交办汇总"
    return write_book(ExportSheet("交办汇总", title, lines, _SUMMARY, [_basis(handed_out)]))


def _basis(handed_out: Dispatch) -> str:
    lines = handed_out.lines
    first, last = (date.fromordinal(int(day)) for day in (lines["day"].min(), lines["day"].max()))
    span = long_day(first) if first == last else f"{long_day(first)}至{long_day(last)}"
    return f"{span}交办，{lines['unit_name'].nunique()}个单位、{lines['number'].nunique()}条问题。"


def _text(handed_out: Dispatch) -> str:
    """Write what is pasted into a chat group: who has how many, until when; no description, no contact."""
    counts = handed_out.lines.groupby("unit_name", sort=False)["number"].nunique()
    counts_by_unit = [f"{unit}：{count}条" for unit, count in counts.items()]
    opening = (
        f"{handed_out.document_no}：{_basis(handed_out)}请{until(handed_out.lines)}整改到位并反馈。"
    )
    return "\n".join([opening, *counts_by_unit])


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
