"""归档: the documents of a calendar_year as one folder with a list: signed 通报, hand-outs, reminders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import ZONE
from wenming_metrics.export.package import settle
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.document import make_bulletin
from wenming_metrics.publishing.bulletin.unit_sheets import pack
from wenming_metrics.publishing.check_sheets import file_name
from wenming_metrics.publishing.dispatch.orders import dispatches
from wenming_metrics.publishing.dispatch.papers import dispatch_papers
from wenming_metrics.publishing.dispatch.reminder_papers import reminder_papers
from wenming_metrics.publishing.issues import issues
from wenming_metrics.publishing.signed_workbook import period_file
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.reminders import sent_reminders
from wenming_metrics.vocabulary import columns

LISTED = "归档目录.xlsx"
_LIST = columns(
    *("number=archive_number", "path=archive_path", "kind=archive_kind", "document_no"),
    *("day=archive_day", "standing=archive_standing", "size=archive_size", "digest=archive_digest"),
)
_Entry = tuple[str, str, str, str, bytes]
"""Path within the folder, document number, day (ISO), what is to be known of it, bytes."""


def year_archive(office: Office, calendar_year: int) -> bytes:
    """Make a zip of what went out in a calendar_year, with a list of it; the same bytes for the same state.

    A withdrawn issue stays in it and says so. Raises IntakeError for a year in which nothing went out.
    """
    papers = tell_apart(
        [
            *_issues(office, calendar_year),
            *_hand_outs(office, calendar_year),
            *_reminders(office, calendar_year),
        ]
    )
    if not papers:
        raise IntakeError(f"{calendar_year}年没有签发、交办或催办过，没有可以归档的。")
    rows = [
        (n, path, path.split("/")[0], document_no, day, standing, len(content), _digest(content))
        for n, (path, document_no, day, standing, content) in enumerate(papers, 1)
    ]
    lines = pd.DataFrame(rows, columns=[column.name for column in _LIST])
    note = f"共 {len(papers)} 份文件。摘要是文件的 SHA-256，用来查对文件有没有改动。"
    sheet = ExportSheet("归档目录", f"{calendar_year}年归档目录", lines, _LIST, [note])
    files = {LISTED: settle(write_book(sheet))}
    return pack(files | {path: content for path, *_, content in papers})


def tell_apart(papers: Sequence[_Entry]) -> list[_Entry]:
    """Number papers whose names became one, so that none takes the place of another.

    Names that differ by capitals alone are one to many systems.
    """
    paths: dict[str, str] = {}
    for path, *_ in papers:
        stem, _, ending = path.rpartition(".")
        free, number = path, 1
        while free.casefold() in paths:
            number += 1
            free = f"{stem}_{number}.{ending}"
        paths[free.casefold()] = free
    return [(path, *facts) for path, (_, *facts) in zip(paths.values(), papers, strict=True)]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _issues(office: Office, calendar_year: int) -> Iterator[_Entry]:
    signed = [
        issue
        for issue in issues(office)
        if issue.was_signed and issue.signed_on.year == calendar_year
    ]
    for issue in sorted(signed, key=lambda issue: issue.signed_at):
        stem = f"通报/{issue.signed_on:%m%d}_{file_name(issue.title)}_{issue.short_hash}"
        day = issue.signed_on.isoformat()
        standing = f"已作废：{issue.reason}" if issue.reason else ""
        bulletin = make_bulletin(office, issue).content
        yield f"{stem}.docx", issue.document, day, standing, bulletin
        yield f"{stem}.xlsx", issue.document, day, standing, settle(period_file(office, issue)[1])


def _hand_outs(office: Office, calendar_year: int) -> Iterator[_Entry]:
    for line in _of_year(dispatches(office), calendar_year).itertuples():
        name, content = dispatch_papers(office, line.document_no)
        path = f"交办/{file_name(name.removesuffix('.zip'))}.zip"
        yield path, line.document_no, line.day, "各单位的交办单、反馈表和汇总", content


def _reminders(office: Office, calendar_year: int) -> Iterator[_Entry]:
    for line in _of_year(sent_reminders(office), calendar_year).itertuples():
        content = reminder_papers(office, [line.document_no])
        yield f"催办/{file_name(line.document_no)}.zip", line.document_no, line.day, "", content


def _of_year(lines: pd.DataFrame, calendar_year: int) -> pd.DataFrame:
    """Keep what was written in a year, the first first; gives it a day."""
    days = [datetime.fromisoformat(moment).astimezone(ZONE).date() for moment in lines["at"]]
    dated = lines.assign(day=[day.isoformat() for day in days])
    return dated[np.array([day.year == calendar_year for day in days], bool)].sort_values(
        ["day", "document_no"]
    )
