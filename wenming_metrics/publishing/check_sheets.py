"""核对稿 goes out: per unit one workbook with its score, its lost points and their rows, in one zip."""

from __future__ import annotations

import io
from math import fsum
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import allocate
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.issues import CHECKING, DRAFT, Issue, cut_of, get_issue
from wenming_metrics.publishing.lists import make_lists
from wenming_metrics.publishing.snapshot import signed_before
from wenming_metrics.queries.files.corrections import corrections_counted
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.details import every_leaf, every_row
from wenming_metrics.queries.scores.rule_spans import names_of
from wenming_metrics.store import issues as store
from wenming_metrics.store.database import reading, writing
from wenming_metrics.vocabulary import columns

_ODD = str.maketrans({sign: "_" for sign in '\\/:*?"<>|'})
"""Signs that a name of a file cannot hold."""
_LEAVES = columns(
    *("name=leaf_name", "path", "rate", "checks", "failed", "multiple", "loss"), failed="问题项"
)
_CORRECTIONS = columns(
    *("file", "sheet", "source_row", "header", "old=cell_old", "new=cell_new"),
    *("who=corrected_by", "at=corrected_at", "ended_by=confirmed_by", "reason=correction_grounds"),
)
_ROWS = columns(
    *("day", "site_name", "point_type_name", "item_name", "description", "lost", "loss=row_loss"),
    *("file", "sheet", "source_row", "remark=review"),
)


def send(office: Office, key: int, who: str) -> tuple[str, bytes]:
    """Make the check sheets of an issue and note that they went out.

    Returns: name and bytes of a zip with one workbook per unit that was looked at
    Raises IntakeError for an issue that is signed or withdrawn, and without a name.
    """
    if not who.strip():
        raise IntakeError("请写明经办人。")
    with reading(office.store) as connection:
        issue = get_issue(connection, key)
    if issue.state not in (DRAFT, CHECKING):
        raise IntakeError(f"{issue.title}{issue.state}，不再出核对稿。")
    content = check_sheets(office, issue)
    with writing(office.store) as connection:
        store.add_event(connection, key, store.SENT, who.strip())
    return f"{issue.title}核对稿.zip", content


def check_sheets(office: Office, issue: Issue) -> bytes:
    """Make the zip of check sheets: every unit of the ranked boards that was looked at."""
    with reading(office.store) as connection:
        cut = cut_of(connection, issue)
        lists = make_lists(connection, office, issue.window, cut, signed_before(connection, issue))
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for kind in lists.shortlists:
            leaves = every_leaf(office, issue.window, kind, cut)
            rows = every_row(office, issue.window, kind, cut)
            with reading(office.store) as connection:
                cells = corrections_counted(connection, issue.window, kind)
            for line in lists.boards[kind].itertuples():
                if line.checks:
                    unit_frames = (
                        leaves[leaves["unit"] == line.unit],
                        rows[rows["unit"] == line.unit],
                        cells[cells["unit"] == line.unit],
                    )
                    name = file_name(f"{line.group}_{line.unit_name}")
                    workbook = _sheet(office, issue, line, *unit_frames)
                    archive.writestr(ZipInfo(f"{name}.xlsx"), workbook, ZIP_DEFLATED)
    return buffer.getvalue()


def file_name(text: str) -> str:
    """Give a text as the name of a file, without signs that no name can hold."""
    return text.translate(_ODD)


def _sheet(
    office: Office,
    issue: Issue,
    line: tuple,
    leaves: pd.DataFrame,
    rows: pd.DataFrame,
    cells: pd.DataFrame,
) -> bytes:
    leaves = leaves.assign(loss=_shown(leaves["loss"], 2))
    rows = rows.assign(loss=_shown(rows["loss"], 4))
    if pd.notna(line.score):
        standing = f"得分 {line.score:.2f}，{line.group}第 {line.rank} 名；"
    else:
        standing = f"{line.status}；"
    rules = "、".join(names_of(issue.window, office))
    standing += f"失分合计 {leaves['loss'].sum():.2f}。测评办法：{rules}。"
    notes = [
        standing,
        f"请逐行核对。有意见的，在“记录”表的复核意见一栏写明要求和理由，{_until(issue)}退回创建办。",
        "没有意见也请回复。失分：这一条让总分少了多少。",
    ]
    title = f"{line.unit_name} {issue.title}核对稿"
    sheets = [
        ExportSheet("失分", f"{title}：失分", leaves, _LEAVES, notes),
        ExportSheet("记录", f"{title}：失分的记录", rows.assign(remark=""), _ROWS, notes),
    ]
    if len(cells):
        cells = cells.assign(at=cells["at"].str[:16].str.replace("T", " "))
        sheets.append(
            ExportSheet("更正", f"{title}：入库后更正的格", cells, _CORRECTIONS, notes[:1])
        )
    return write_book(*sheets)


def _until(issue: Issue) -> str:
    return f"签发之前（{issue.cutoff[:10]}截止收表）"


def _shown(losses: pd.Series, decimals: int) -> np.ndarray:
    """Round lost points so that what is printed adds up to the printed total."""
    exact = losses.to_numpy(float)
    return allocate(exact, fsum(exact), decimals)
