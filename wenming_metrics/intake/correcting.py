"""Held rows whose cells were put right: what the file would have said of them, as a small batch.

The file is read once as it stands and once with the new cells. What becomes good is stored beside
it; that nothing else of the file becomes another is a condition, for else rows that count would
count otherwise without a word.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.domain.periods import today
from wenming_metrics.domain.problems import HOLD
from wenming_metrics.intake.commit import IntakeContext, examine, intake_context
from wenming_metrics.intake.mistakes import IntakeError
from wenming_metrics.intake.transaction import Preview
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import Workbook
from wenming_metrics.reading.model.put_right import put_cells, row_block
from wenming_metrics.reading.model.reading import (
    CHECK_COLUMNS,
    FACT_COLUMNS,
    REGISTER_KINDS,
    Context,
    Counts,
    Reading,
)
from wenming_metrics.reading.model.sender_answers import (
    NOTHING_SAID,
    SenderAnswers,
    read_answers,
)
from wenming_metrics.reading.read import open_workbook, read_workbook
from wenming_metrics.store import corrections, held
from wenming_metrics.store.batches import batch_facts, original_bytes
from wenming_metrics.store.database import reading
from wenming_metrics.store.replacing import drop_covered

_ROW = ["sheet", "source_row"]
_BY_SEQ = ("roles", "findings", "pieces")
_OTHERS = "这样改会连带改动文件里已经计分的行。请下载标注好的原表，改好后整份上传，并选择“替换”。"
_NOTHING = "改后这一行没有可以计入的内容，请再核对。"
Place = tuple[int, int, int]
"""Index of a sheet, Excel's row, column index."""


@dataclass(frozen=True)
class Corrected:
    """What a correction would store.

    batch   - the file's; rows - which of its held rows are good then: batch, sheet, source_row, act
    preview - of the batch that the rows become
    """

    batch: int
    rows: pd.DataFrame
    preview: Preview


@dataclass(frozen=True)
class _File:
    """A stored file as corrections find it: its own line, bytes, held rows, corrections so far.

    earlier - cells put right earlier; family - its batch, and those of these corrections
    """

    facts: Mapping[str, object]
    content: bytes
    waiting: pd.DataFrame
    earlier: Mapping[Place, str]
    family: tuple[int, ...]
    answers: str


def correct(office: Office, batch: int, cells: Mapping[Place, str], slip: bytes) -> Corrected:
    """Read a stored file with some cells of its held rows put right.

    Takes: cells - the new texts, {}: the file is only read anew, against the registers of today;
           slip - what is kept as the bytes of the new batch: which cells were changed, by whom
    Raises IntakeError where a row is still not good, and where other rows would change.
    """
    against = intake_context(office)
    with reading(office.store) as connection:
        file = _stored_file(connection, batch)
    answers = read_answers(file.answers) if file.answers else NOTHING_SAID
    context = _context(office, against, answers)
    workbook = open_workbook(file.content, context)
    name, digest = str(file.facts["name"]), hashlib.sha256(slip).hexdigest()
    as_stored = read_workbook(put_cells(workbook, file.earlier), name, digest, context)
    _stop_if_read_otherwise(file, as_stored)
    corrected_cells = {**file.earlier, **cells}
    corrected = read_workbook(put_cells(workbook, corrected_cells), name, digest, context)
    _stop_if_still_wrong(corrected, {place[:2] for place in cells})
    rows = _good_now(file.waiting, corrected)
    if not _same_but_for(as_stored, corrected, _keys(rows)):
        raise IntakeError(_OTHERS)
    small = _only_rows(corrected, workbook, _keys(rows), corrected_cells)
    if {place[:2] for place in cells} - _said_of(small):
        raise IntakeError(_NOTHING)
    with reading(office.store) as connection:
        _stop_if_replaced(connection, batch, small)
    preview = examine(office, small, slip, against.register, beside=file.family)
    return Corrected(batch, rows, replace(preview, filename=_slip_name(name)))


def _stored_file(connection: Connection, batch: int) -> _File:
    facts = batch_facts(connection, batch)
    if facts is None or not facts["live"]:
        raise IntakeError(f"没有批次 {batch}，或者它已经撤回。")
    if facts["kind"] in REGISTER_KINDS:
        raise IntakeError("名册和节假日请改好后整份上传。")
    content, _ = original_bytes(connection, batch)
    if content is None:
        raise IntakeError("原文件已按保留期限清除，不能在页面上更正；请上传更正后的表格。")
    rows = held.waiting(connection)
    all_corrections = corrections.read_corrections(connection)
    live_corrections = all_corrections[
        (all_corrections["batch"] == batch) & all_corrections["counts"]
    ]
    earlier = {
        (int(line.sheet), int(line.source_row), int(cell[0])): cell[4]
        for line in live_corrections.itertuples()
        for cell in line.cells
    }
    answers = corrections.answers_kept(connection, batch)
    family = (batch, *sorted(set(live_corrections["by_batch"].tolist())))
    return _File(facts, content, rows[rows["batch"] == batch], earlier, family, answers)


def _context(office: Office, against: IntakeContext, answers: SenderAnswers) -> Context:
    hints = (answers, against.choices, office.rules.reading, office.rules.survey)
    return Context(against.register, office.catalogue, today(), *hints)


def _stop_if_read_otherwise(file: _File, as_stored: Reading) -> None:
    """Stop where the file is not read as it was: what was said of it then is not known now."""
    good_now = len(_good_now(file.waiting, as_stored))
    ended = int(file.facts["held"]) - len(file.waiting)
    good_before = as_stored.counts.good - good_now
    if (
        as_stored.is_rejected
        or not int(file.facts["good"]) <= good_before <= file.facts["good"] + ended
    ):
        raise IntakeError(
            "这份文件现在读出来和入库时不一样，不能在页面上更正。请下载标注好的原表，改好后整份上传。"
        )


def _stop_if_still_wrong(corrected: Reading, rows: set[tuple[int, int]]) -> None:
    """Stop where a row that was put right is held all the same; says by what."""
    if corrected.is_rejected:
        raise IntakeError("改后整份文件读不出来：" + corrected.problems[0].text)
    names = {sheet.index: sheet.name for sheet in corrected.sheets}
    wrong = sorted(rows & _keys(corrected.held))
    if wrong:
        located_rows = {(names[sheet], row) for sheet, row in wrong}
        sentences = [
            problem.text
            for problem in corrected.problems
            if problem.severity == HOLD and (problem.sheet, problem.row) in located_rows
        ]
        raise IntakeError("改后还有问题，没有保存。" + "".join(sentences))


def _good_now(waiting: pd.DataFrame, corrected: Reading) -> pd.DataFrame:
    """List the waiting rows that a reading does not hold: batch, sheet, source_row, act."""
    bad = _keys(corrected.held)
    good = [key not in bad for key in zip(waiting["sheet"], waiting["source_row"], strict=True)]
    return waiting.loc[good, held.KEYS].assign(act=held.CORRECTED).reset_index(drop=True)


def _keys(rows: pd.DataFrame) -> set[tuple[int, int]]:
    return set(zip(rows["sheet"].tolist(), rows["source_row"].tolist(), strict=True))


def _within(frame: pd.DataFrame, rows: set[tuple[int, int]]) -> pd.Series:
    keys = zip(frame["sheet"].tolist(), frame["source_row"].tolist(), strict=True)
    return pd.Series([key in rows for key in keys], frame.index, dtype=bool)


def _said(file_reading: Reading) -> dict[str, pd.DataFrame]:
    """Give the frames of a reading that tell their rows."""
    checks = file_reading.checks
    usual = {name: int(name == "given") for name in FACT_COLUMNS if name not in checks}
    frames = {"checks": checks.assign(**usual)[[*CHECK_COLUMNS, *FACT_COLUMNS]]}
    frames |= {"plan": file_reading.plan, "records": file_reading.records}
    if file_reading.answers is not None:
        frames["answers"] = file_reading.answers.frame
    return {name: frame for name, frame in frames.items() if len(frame)}


def _said_of(file_reading: Reading) -> set[tuple[int, int]]:
    return set().union(*(_keys(frame) for frame in _said(file_reading).values()))


def _same_but_for(as_stored: Reading, corrected: Reading, rows: set[tuple[int, int]]) -> bool:
    """Say whether two readings tell the same of all rows but some."""
    return _told_of_others(as_stored, rows) == _told_of_others(corrected, rows)


def _told_of_others(file_reading: Reading, rows: set[tuple[int, int]]) -> dict[str, list]:
    checks = file_reading.checks
    frames = _said(file_reading)
    for name in _BY_SEQ:
        frame = getattr(file_reading, name)
        if len(frame):
            frames[name] = frame.merge(checks[["seq", *_ROW]], on="seq")
    return {
        name: sorted(map(tuple, _others(frame, rows).to_numpy().tolist()))
        for name, frame in frames.items()
    }


def _others(frame: pd.DataFrame, rows: set[tuple[int, int]]) -> pd.DataFrame:
    return frame[~_within(frame, rows)].drop(columns="seq", errors="ignore").astype(str)


def _only_rows(
    corrected: Reading, workbook: Workbook, rows: set[tuple[int, int]], cells: Mapping[Place, str]
) -> Reading:
    """Keep of a reading what some rows say, and of the file their cells."""
    checks = corrected.checks[_within(corrected.checks, rows)]
    by_seq = {name: getattr(corrected, name) for name in _BY_SEQ}
    pictures = corrected.pictures[_within(corrected.pictures, rows)]
    answers = corrected.answers
    if answers is not None:
        answers = replace(answers, frame=answers.frame[_within(answers.frame, rows)])
    names = {sheet.index: sheet.name for sheet in corrected.sheets}
    located_rows = {(names[sheet], row) for sheet, row in rows}
    digests = set(pictures["digest"])
    return replace(
        corrected,
        checks=checks,
        **{name: frame[frame["seq"].isin(checks["seq"])] for name, frame in by_seq.items()},
        sites=corrected.sites[corrected.sites["site"].isin(checks["site"])],
        plan=corrected.plan[_within(corrected.plan, rows)],
        records=corrected.records[_within(corrected.records, rows)],
        answers=answers,
        held=corrected.held.head(0),
        problems=tuple(p for p in corrected.problems if (p.sheet, p.row) in located_rows),
        counts=Counts(len(rows), len(rows)),
        blocks=tuple(_blocks(corrected, rows, cells)),
        corrects="",
        personal=(),
        pictures=pictures,
        picture_bytes={
            key: kept for key, kept in corrected.picture_bytes.items() if key in digests
        },
    )


def _blocks(corrected: Reading, rows: set[tuple[int, int]], cells: Mapping[Place, str]) -> list:
    in_row: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    for (sheet, row, position), text in cells.items():
        in_row[sheet, row][position] = text
    return [
        (sheet, row_block(block, row, in_row[sheet, row]))
        for sheet, row in sorted(rows)
        for index, block in corrected.blocks
        if index == sheet and block.first_row <= row < block.first_row + block.n_rows
    ]


def _stop_if_replaced(connection: Connection, batch: int, small: Reading) -> None:
    """Stop where a later file has replaced what the rows speak of."""
    if len(small.checks) != len(drop_covered(connection, small.checks.assign(batch=batch))):
        raise IntakeError("这一天这个街道的数据已由后来的文件替换，请在后来的文件里更正。")


def _slip_name(name: str) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem or ending}_页面更正.xlsx"
