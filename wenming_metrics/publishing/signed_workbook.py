"""A period as a workbook: its lists, losses, problems and what became of them, with native charts."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.export.package import settle
from wenming_metrics.export.tables import SHORTLISTS, ExportSheet, issued_sheets, write_book
from wenming_metrics.publishing.bulletin.earlier import triangle_in
from wenming_metrics.publishing.bulletin.facts import BulletinFacts
from wenming_metrics.publishing.bulletin.material import Material, material_of_issue
from wenming_metrics.publishing.bulletin.work_sections import problem_states
from wenming_metrics.publishing.issues import WITHDRAWN, Issue
from wenming_metrics.publishing.snapshot import Frozen, read_frozen
from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading
from wenming_metrics.vocabulary import columns

_LOSSES = columns("name=indicator", "loss", "share=loss_share", "failed", "checks")
_SHARES = columns("name=loss_kind", "loss", "share=loss_share")
_STATES = columns(
    *("unit_name", "found=problems_found", "to_do=to_rectify", "closed=rectified_count"),
    "rate=rectified_rate",
    *("fell_due", "in_time=kept_count", "kept=kept_rate"),
)
_PROBLEMS = columns(
    *("unit_name", "site_name", "item_name", "description", "places", "responsible"),
    *("due=deadline", "closed=closed_on", "state"),
)
_CORRECTED = columns(
    *("title=issue", "unit_name", "score_said", "score_now=score_corrected", "rank_said"),
    *("rank_now=rank_corrected", "reason=since_reasons"),
)


def period_file(office: Office, issue: Issue) -> tuple[str, bytes]:
    """Make the workbook of an issue as it was signed, or would be. Raises IntakeError without data."""
    with reading(office.store) as connection:
        material = material_of_issue(connection, office, issue)
        notes = _notes(connection, material)
        course = triangle_in(connection, issue) if issue.was_signed else pd.DataFrame()
    lists = material.lists
    boards = {
        material.boards[kind]: (frame, material.named_of(kind))
        for kind, frame in lists.boards.items()
    }
    issue_sheets = issued_sheets(boards, issue.title, notes)
    sheets = [
        sheet for sheet in issue_sheets if sheet.columns is not SHORTLISTS or len(sheet.lines)
    ]
    sheets += _loss_sheets(material, notes)
    if material.facts is not None:
        sheets += _work_sheets(material.facts, issue.title, notes)
    if len(course) > 1:
        sheets.append(_triangle_sheet(course, notes))
    name = f"{issue.title}{'' if issue.was_signed else '（征求意见稿）'}.xlsx"
    return name, settle(write_book(*sheets))


def _notes(connection: Connection, material: Material) -> list[str]:
    if material.is_signed:
        return signed_notes(read_frozen(connection, material.issue))
    rules = f"测评办法：{'、'.join(material.rules)}"
    return ["征求意见稿，未签发，数据以签发的通报为准", rules]


def _loss_sheets(material: Material, notes: list[str]) -> list[ExportSheet]:
    """Make the sheets of losses: by class with a chart, and the indicators that cost most."""
    title, lists = material.issue.title, material.lists
    by_class = ExportSheet(
        "失分",
        f"{title} 各类失分",
        lists.shares,
        _SHARES,
        notes,
        bars=("loss",),
        chart=("name", "loss"),
    )
    main = ExportSheet(
        "失分指标", f"{title} 失分较多的指标", lists.losses, _LOSSES, notes, bars=("loss",)
    )
    return [by_class, main]


def _work_sheets(facts: BulletinFacts, title: str, notes: list[str]) -> list[ExportSheet]:
    as_of = [f"截至 {facts.as_of}", *notes]
    counts = [
        {"unit_name": name, **problem_states(lines, facts.as_of)}
        for name, lines in facts.problems.groupby("unit_name", sort=False)
    ]
    names = ["unit_name", "found", "to_do", "closed", "fell_due", "in_time"]
    states = pd.DataFrame(counts, columns=names)
    states = states.assign(
        rate=(states["closed"] / states["to_do"]).where(states["to_do"] > 0),
        kept=(states["in_time"] / states["fell_due"]).where(states["fell_due"] > 0),
    )
    by_unit = ExportSheet(
        "整改",
        f"{title} 整改情况",
        states,
        _STATES,
        as_of,
        bars=("rate",),
        chart=("unit_name", "found"),
    )
    problems = ExportSheet("问题清单", f"{title} 问题清单", facts.problems, _PROBLEMS, as_of)
    sheets = [by_unit, problems] if len(facts.problems) else []
    if len(facts.corrections):
        lines = facts.corrections
        sheets.append(ExportSheet("更正", f"{title} 对以前各期的更正", lines, _CORRECTED, notes))
    return sheets


def _triangle_sheet(course: pd.DataFrame, notes: list[str]) -> ExportSheet:
    """Lay out what each issue said of each period's score: a row for a period, a column for an issue."""
    headings = [name for name in course if name != "title"]
    renamed = {f"issue_{number}": heading for number, heading in enumerate(headings)}
    lines = course.rename(columns={heading: name for name, heading in renamed.items()})
    table_columns = columns(
        "title=issue_days", *(f"{name}=period_score" for name in renamed), **renamed
    )
    return ExportSheet(
        "各期公布的得分", "各期通报对各时段全市得分的公布", lines, table_columns, notes
    )


def signed_notes(frozen: Frozen) -> list[str]:
    """Say what a signed list says of itself, a line each."""
    issue, facts, lists = frozen.issue, frozen.facts, frozen.lists
    late = "，含以前各期截止以后到的" if frozen.cut.earlier else ""
    batches = "、".join(map(str, lists.batches[:30])) + ("……" if len(lists.batches) > 30 else "")
    notes = [
        f"{issue.year}年{issue.name}第{issue.number}期 · 文号：{issue.document}",
        f"签发：{issue.signed_by} {moment(issue.signed_at)} · 校验码：{issue.short_hash}",
        f"时段：{issue.window.title} · {moment(issue.cutoff)} 截止{late}",
        f"测评办法：{'、'.join(facts['rules'])}",
        f"依据入库的 {lists.rows:,} 行，批次 {batches}",
    ]
    notes += filter(None, [str(facts.get("held", ""))])
    if issue.state == WITHDRAWN:
        notes.insert(0, f"已作废（{moment(issue.ended_at)}）：{issue.reason}")
    return notes


def moment(timestamp: str) -> str:
    """Spell a stored moment to the minute: 2026-11-20 18:05."""
    return timestamp[:16].replace("T", " ")
