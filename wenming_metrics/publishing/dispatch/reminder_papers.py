"""提示, 催办, 督办单, 提级督办 as documents: what is late, for how long, and until when to answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd
from sqlalchemy import select

from wenming_metrics.export.word.blocks import HEADING, Grid, Paragraph, body
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.phrases import long_day
from wenming_metrics.publishing.bulletin.unit_sheets import pack
from wenming_metrics.publishing.check_sheets import file_name
from wenming_metrics.publishing.dispatch.office_paper import OfficePaper
from wenming_metrics.publishing.dispatch.orders import describe_problems
from wenming_metrics.publishing.dispatch.papers import RECEIPT
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.book import read_book
from wenming_metrics.queries.problems.reminders import UNSIGNED, opening_of
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.problems import locate_numbers, read_events
from wenming_metrics.vocabulary import titles

_HEADS = ("number=problem_number", "site_name", "item_name", "description", "due=deadline")
_WIDTHS = (24, 26, 26, 48, 24)


def reminder_papers(office: Office, documents: Iterable[str]) -> bytes:
    """Make the documents of reminders that were sent, and the texts to paste; a zip.

    The same bytes for the same state of the store. Raises IntakeError for an unknown 文号.
    """
    files: dict[str, bytes] = {}
    texts = []
    for document_no in documents:
        name, content, text = _paper(office, document_no)
        files[name] = content
        texts.append(text)
    files["转发文字.txt"] = "\n\n".join(texts).encode("utf-8-sig")
    return pack(files)


def _paper(office: Office, document_no: str) -> tuple[str, bytes, str]:
    table = schema.problem_event
    with reading(office.store) as connection:
        query = select(table.c.number).where(table.c.document_no == document_no)
        numbers = sorted(set(connection.scalars(query)))
        events = read_events(connection, numbers)
        events = events[events["document_no"] == document_no]
        if events.empty:
            raise IntakeError(f"没有文号是“{document_no}”的提示、催办或督办。")
        event = events.iloc[0]
        days, sites = locate_numbers(connection, numbers)
        moment = Moment(int(event["day"]))
        book = read_book(connection, office.rules.loop, days, moment, sites)
        lines = book.lines[book.lines["number"].isin(numbers)]
        described = describe_problems(connection, office, lines)
        paper = OfficePaper(connection)
    unit = str(book.register.units["name"].get(event["unit"], ""))
    day = date.fromordinal(int(event["day"]))
    grade = str(event["details"].get("level", event["act"]))
    heading = f"文明城市创建{event['act']}"
    title = f"关于{'签收' if grade == UNSIGNED else '限期整改'}交办问题的{event['act']}\n（{unit}）"
    paragraphs = [
        body(f"{unit}："),
        body(opening_of(grade, len(numbers), day)),
        _grid(described.merge(lines[["number", "due"]], on="number"), day),
        body("请于收到后1个工作日内书面反馈办理情况和未按时完成的原因。"),
    ]
    receipt = [Paragraph(HEADING, "回执"), Grid("", ("项目", "填写"), RECEIPT, (40, 60))]
    text = f"{document_no}\n{event['details'].get('text', '')}"
    name = f"{file_name(document_no)}_{file_name(unit)}.docx"
    return name, paper.fill(heading, title, document_no, day, paragraphs, receipt), text


def _grid(lines: pd.DataFrame, day: date) -> Grid:
    rows = tuple(
        (
            *(str(line.number), str(line.site_name), str(line.item_name)),
            " ".join(str(line.description or "").split()),
            _due_words(int(line.due), day),
        )
        for line in lines.sort_values(["due", "number"]).itertuples()
    )
    return Grid("", tuple(titles(*_HEADS).values()), rows, _WIDTHS, frozenset([1, 2, 3]))


def _due_words(due: int, day: date) -> str:
    if not due:
        return "—"
    late = day.toordinal() - due
    due_text = long_day(date.fromordinal(due)).partition("年")[2]
    return f"{due_text}（逾期{late}天）" if late > 0 else due_text
