"""A signed issue as a file: its lists as they were signed, with what they say of themselves."""

from __future__ import annotations

from wenming_metrics.export.tables import issued_workbook
from wenming_metrics.publishing.issues import WITHDRAWN, Issue
from wenming_metrics.publishing.snapshot import Frozen, read_frozen
from wenming_metrics.queries.office import Office
from wenming_metrics.store.database import reading


def signed_file(office: Office, issue: Issue) -> tuple[str, bytes]:
    """Make the workbook of a signed issue; gives its name and bytes."""
    with reading(office.store) as connection:
        frozen = read_frozen(connection, issue)
    titles, lists = frozen.facts["boards"], frozen.lists
    boards = {
        titles[kind]: (frame, lists.shortlists.get(kind)) for kind, frame in lists.boards.items()
    }
    return f"{issue.title}.xlsx", issued_workbook(boards, issue.title, signed_notes(frozen))


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
