"""Cells of held rows put right on the page: who wrote what, who confirmed it, what became of it.

What a score hangs on directly (points, places, results, units) takes a second person. The file as it
was sent stays; a correction becomes a batch of its own, which can be withdrawn as any other.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.access.viewer import permitted
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.intake.correcting import Corrected, correct
from wenming_metrics.intake.mistakes import IntakeError, one_file
from wenming_metrics.intake.rehearsal import effect
from wenming_metrics.intake.transaction import store_file
from wenming_metrics.queries.files.corrections import lines_of
from wenming_metrics.queries.files.held import held_cells, sheet_number
from wenming_metrics.queries.office import Office
from wenming_metrics.store import corrections, held, registers
from wenming_metrics.store.corrections import REFUSED, TAKEN, Cell
from wenming_metrics.store.database import reading, stamp, writing
from wenming_metrics.vocabulary import INPUT, columns

_log = logging.getLogger(__name__)
_WEIGHTY_TYPES = {"小数", "整数", "单位"}
_WEIGHTY = {"result", "verdict"}
_SLIP = columns(
    *("file", "sheet", "source_row", "header", "old=cell_old", "new=cell_new"),
    *("who=corrected_by", "at=corrected_at", "ended_by=confirmed_by"),
)
_CHANGED_MEANWHILE = "刚才这一行或者名册有了变动，请重新打开再试。"
_MOST = 2_000
"""Characters that a cell may hold."""


@dataclass(frozen=True)
class CorrectionOutcome:
    """What became of a correction.

    correction - its number; batch - that it was stored as, 0: it waits for a second person
    rows - how many held rows count now, those that followed too
    """

    correction: int
    batch: int
    rows: int

    @property
    def sentence(self) -> str:
        """Say it in a sentence."""
        if not self.batch:
            return "已记下更正。改动了扣分、处数、结果或单位，须由另一人复核确认后才计入。"
        more = f"，另有 {self.rows - 1} 行随之可以计入" if self.rows > 1 else ""
        return f"已更正并入库（第 {self.batch} 批）{more}。需要时可以在“入库记录”撤回这一批。"


def needs_second(name: str) -> bool:
    """Say whether a change of a column takes a second person. Takes: name - "": that of an item"""
    return name not in INPUT or name in _WEIGHTY or INPUT[name].type in _WEIGHTY_TYPES


@permitted("更正数据", "第 {batch} 批 {row[0]} 第 {row[1]} 行")
def propose(
    office: Office,
    batch: int,
    row: tuple[str, int],
    texts: Mapping[int, str],
    who: str,
    grounds: str = "",
) -> CorrectionOutcome:
    """Write other texts into cells of a held row; it counts at once, or when it is confirmed.

    Takes: row - name of the sheet, Excel's row; texts - column index -> new text; {}: the row is
           only read anew, against the registers of today
           grounds - what shows that the new text is right: must be given where a text is changed
    Raises IntakeError where the row does not wait, waits for a confirmation, or is still not good.
    """
    who = _named(who)
    with reading(office.store) as connection:
        sheet = sheet_number(connection, batch, row[0])
        key = (batch, sheet, row[1])
        _stop_unless_open(connection, key, row)
        row_cells = held_cells(connection, batch, row[0], row[1])
    cells = [
        (cell.position, cell.header, cell.name, cell.text, text)
        for cell in row_cells
        if (text := texts.get(cell.position, cell.text).strip()[:_MOST]) != cell.text
    ]
    unknown = set(texts) - {cell.position for cell in row_cells}
    if unknown:
        raise IntakeError("这一列不能更正：只能更正表头认得出的列。")
    corrected = _read(office, key, cells, _slip(office, key, cells, who, who))
    if cells and not grounds.strip():
        raise IntakeError("请写明更正依据，如“核对原始检查单第3页”。没有改动内容的，不用写。")
    waits = any(needs_second(cell[2]) for cell in cells)
    with one_file(corrected.preview.filename), writing(office.store) as connection:
        _stop_unless_open(connection, key, row)
        number = corrections.add_correction(connection, key, cells, who, grounds.strip())
        stored_batch = 0 if waits else _take(connection, office, number, corrected, who)
    _log.info("更正 %s 批次 %s %s 行 %s 经办 %r", number, batch, row[0], row[1], who)
    return CorrectionOutcome(number, stored_batch, 0 if waits else len(corrected.rows))


@permitted("确认更正", "第 {correction} 号更正")
def confirm(office: Office, correction: int, who: str) -> CorrectionOutcome:
    """Confirm what another person wrote: from now on the row counts.

    Raises IntakeError for one's own correction, and where it cannot be stored_batch over any more.
    """
    who = _named(who)
    with reading(office.store) as connection:
        line = _waiting_line(connection, correction)
    if line["who"] == who:
        raise IntakeError("更正须由另一人复核，不能自己确认自己的更正。")
    key, cells = _key(line), line["cells"]
    corrected = _read(office, key, cells, _slip(office, key, cells, str(line["who"]), who))
    with one_file(corrected.preview.filename), writing(office.store) as connection:
        _waiting_line(connection, correction)
        stored_batch = _take(connection, office, correction, corrected, who)
    _log.info("更正 %s 确认 批次 %s 经办 %r", correction, stored_batch, who)
    return CorrectionOutcome(correction, stored_batch, len(corrected.rows))


@permitted("确认更正", "退回第 {correction} 号更正")
def refuse(office: Office, correction: int, who: str, grounds: str) -> None:
    """Refuse a correction that waits; the row waits on. Raises IntakeError without a reason."""
    who = _named(who)
    if not grounds.strip():
        raise IntakeError("请写明退回更正的原因。")
    with writing(office.store) as connection:
        _waiting_line(connection, correction)
        corrections.end_correction(connection, correction, REFUSED, who, grounds.strip(), None)
    _log.info("更正 %s 退回 经办 %r 原因 %r", correction, who, grounds)


def effect_of(office: Office, correction: int) -> pd.DataFrame:
    """Say what a correction that waits would change in the ranking; see `rehearsal.effect`."""
    with reading(office.store) as connection:
        line = _waiting_line(connection, correction)
    corrected = _read(office, _key(line), line["cells"], str(correction).encode())
    return effect(office, corrected.preview)


def _named(who: str) -> str:
    if not who.strip():
        raise IntakeError("请写明经办人。")
    return who.strip()


def _key(line: pd.Series) -> tuple[int, int, int]:
    return int(line["batch"]), int(line["sheet"]), int(line["source_row"])


def _stop_unless_open(
    connection: Connection, key: tuple[int, int, int], row: tuple[str, int]
) -> None:
    rows = held.waiting(connection)
    if key not in set(rows[held.KEYS].itertuples(index=False, name=None)):
        raise IntakeError(f"批次 {key[0]} 的“{row[0]}”第 {row[1]} 行不在待核的行里。")
    corrections_so_far = corrections.read_corrections(connection)
    pending = corrections_so_far[
        (corrections_so_far["act"] == "") & (corrections_so_far[held.KEYS] == list(key)).all(axis=1)
    ]
    if len(pending):
        raise IntakeError(f"这一行已有{pending['who'].iloc[0]}填写的更正，等着复核。")


def _waiting_line(connection: Connection, correction: int) -> pd.Series:
    corrections_so_far = corrections.read_corrections(connection)
    lines = corrections_so_far[
        (corrections_so_far["correction"] == correction) & (corrections_so_far["act"] == "")
    ]
    if lines.empty:
        raise IntakeError(f"没有等着复核的更正 {correction}。")
    return lines.iloc[0]


def _read(office: Office, key: tuple[int, int, int], cells: list[Cell], slip: bytes) -> Corrected:
    batch, sheet, row = key
    corrected = correct(office, batch, {(sheet, row, cell[0]): cell[4] for cell in cells}, slip)
    rows = corrected.rows
    if not ((rows["sheet"] == sheet) & (rows["source_row"] == row)).any():
        raise IntakeError("这一行没有改动，按现在的名册和办法读仍然有问题。")
    return corrected


def _take(
    connection: Connection,
    office: Office,
    correction: int,
    corrected: Corrected,
    who: str,
) -> int:
    """Store a correction as a batch; its rows wait no longer."""
    rows = held.waiting(connection)[held.KEYS].merge(corrected.rows, on=held.KEYS)
    same_register = registers.register_version(connection) == corrected.preview.register
    if len(rows) != len(corrected.rows) or not same_register or not corrected.preview.can_commit:
        raise IntakeError(_CHANGED_MEANWHILE)
    batch = store_file(connection, corrected.preview, office.rules, who)
    held.end_rows(connection, corrected.rows, batch, who)
    corrections.end_correction(connection, correction, TAKEN, who, "", batch)
    return batch


def _slip(
    office: Office, key: tuple[int, int, int], cells: list[Cell], who: str, confirmed_by: str
) -> bytes:
    """Write what was changed by whom as a workbook: the bytes that are kept of the new batch."""
    with reading(office.store) as connection:
        lines = lines_of(connection, key, cells)
    lines = lines.assign(who=who, at=stamp(), ended_by=confirmed_by)
    notes = [
        f"页面更正单，{datetime.fromisoformat(stamp()):%Y-%m-%d %H:%M:%S.%f}。原文件照原样保存，没有改动。"
    ]
    return write_book(ExportSheet("更正单", "页面更正单", lines, _SLIP, notes))
