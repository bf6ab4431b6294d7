"""通报 as a file of Word: what was signed (or would be) in the office's shell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import Connection

from wenming_metrics.domain.periods import Window
from wenming_metrics.export.word.blocks import length
from wenming_metrics.export.word.document import fill
from wenming_metrics.export.word.shell import DATE_MARK, NUMBER_MARK, SIGNER_MARK, TITLE_MARK
from wenming_metrics.publishing.bulletin.deck import make_presentation
from wenming_metrics.publishing.bulletin.layout import Layout, current_layout, kind_of, shell_of
from wenming_metrics.publishing.bulletin.material import Material, material_of_issue
from wenming_metrics.publishing.bulletin.phrases import long_day
from wenming_metrics.publishing.bulletin.sections import make_content
from wenming_metrics.publishing.bulletin.unit_sheets import make_book, make_sheet, pack, units_of
from wenming_metrics.publishing.check_sheets import file_name
from wenming_metrics.publishing.issues import Issue
from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading

DIGEST, PERIOD, LAYOUT = "文明创建校验码", "文明创建期次", "文明创建版式"
UNIT = "文明创建单位"
"""Properties of the document by which it is checked when it comes back."""
_TITLE_LINE = 20
"""Signs of 2号 that stand on one line."""
_DAY = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")


@dataclass(frozen=True)
class Bulletin:
    """A 通报: name of its file, its bytes, what its makers should look at before it goes out, and how
    many signs its text has
    """

    name: str
    content: bytes
    warnings: tuple[str, ...]
    signs: int = 0


def make_bulletin(office: Office, issue: Issue) -> Bulletin:
    """Make the 通报 of an issue in the layout in force. Raises IntakeError without data."""
    with reading(office.store) as connection:
        material = material_of_issue(connection, office, issue)
        return build(connection, material, current_layout(connection, kind_of(issue)))


def make_slides(office: Office, issue: Issue) -> Bulletin:
    """Make the slides of an issue for a meeting. Raises IntakeError without data."""
    with reading(office.store) as connection:
        material = material_of_issue(connection, office, issue)
        return build_slides(material, current_layout(connection, kind_of(issue)))


def build_slides(material: Material, layout: Layout) -> Bulletin:
    """Make the slides that say what a material holds; the same bytes for the same input."""
    content = make_presentation(
        material, layout, title_of(material, layout), properties_of(material, layout)
    )
    return Bulletin(f"{material.issue.title}{standing_of(material)}.pptx", content, ())


def make_unit_sheets(office: Office, issue: Issue) -> Bulletin:
    """Make 一单位一单: a zip with a document for each unit. Raises IntakeError without data."""
    with reading(office.store) as connection:
        material = material_of_issue(connection, office, issue)
        layout, sheets = current_layout(connection, kind_of(issue)), {}
        for unit in units_of(material):
            sheet = build(connection, material, layout, unit)
            sheets[file_name(sheet.name)] = sheet.content
            sheets[file_name(sheet.name).removesuffix("docx") + "xlsx"] = make_book(material, unit)
    return Bulletin(f"{issue.title}一单位一单.zip", pack(sheets), ())


def build(connection: Connection, material: Material, layout: Layout, unit: str = "") -> Bulletin:
    """Make the 通报 that says what a material holds, in a layout; the same bytes for the same input.

    Takes: unit - name of the one whose sheet it is; "": the whole 通报
    """
    make = partial(make_sheet, unit=unit) if unit else make_content
    content, issue = make(material, layout), material.issue
    texts = {
        TITLE_MARK: _sheet_title(material, layout, unit) if unit else title_of(material, layout),
        NUMBER_MARK: issue.document or "（未签发）",
        SIGNER_MARK: layout.signer,
        DATE_MARK: long_day(issue.signed_on) if material.is_signed else "（未签发）",
    }
    properties = properties_of(material, layout) | ({UNIT: unit} if unit else {})
    shell = shell_of(connection, layout)
    file_content = fill(shell, texts, content.body, content.annexes, properties, content.marks)
    signs = length(content.body)
    warnings = [*old_days(material.window, layout), *_too_long(signs, layout)]
    name = f"{unit}{issue.title}{standing_of(material)}.docx"
    return Bulletin(name, file_content, tuple(warnings), signs)


def properties_of(material: Material, layout: Layout) -> dict[str, str]:
    """Give what a file carries unseen: by which figures and layout it is checked when it comes back."""
    return {DIGEST: material.digest, PERIOD: period_key(material.issue), LAYOUT: layout.digest}


def standing_of(material: Material) -> str:
    """Say in the name of a file that nobody signed it."""
    return "" if material.is_signed else "（征求意见稿）"


def _sheet_title(material: Material, layout: Layout, unit: str) -> str:
    return f"{unit}\n{material.window.title}{layout.subject}反馈单"


def period_key(issue: Issue) -> str:
    """Name the days that a document is of: kind, first and last day; what it is of beside a period."""
    return (
        f"{issue.window.kind} {issue.window.start} {issue.window.end} {issue.position[0]}".strip()
    )


def title_of(material: Material, layout: Layout) -> str:
    """Word the title of a 通报."""
    if material.window.kind == "day":
        return f"{layout.subject}日报（{material.window.title}）"
    days, matter = f"关于{material.window.title}", f"{layout.subject}情况的通报"
    # A title is broken where a word ends, not wherever the line is full.
    return f"{days}{matter}" if len(days + matter) <= _TITLE_LINE else f"{days}\n{matter}"


def old_days(window: Window, layout: Layout) -> Iterator[str]:
    """Find days in the free texts that lie before the period: left over from an earlier issue."""
    for typed_year, month, day in _DAY.findall(layout.words):
        try:
            typed_day = date(int(typed_year or window.end.year), int(month), int(day))
        except ValueError:
            yield f"自拟文字里的“{month}月{day}日”不是一个日期。"
            continue
        if typed_day < window.start:
            yield f"自拟文字里的日期{long_day(typed_day)}早于本期，可能是上一期留下的。"


def _too_long(signs: int, layout: Layout) -> list[str]:
    over = f"正文约{signs}字，超过{layout.longest}字，可以减少每个单位列出的问题或去掉几个部分。"
    return [over] if signs > layout.longest else []
