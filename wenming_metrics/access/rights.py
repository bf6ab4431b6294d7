"""The table of rights: what each role sees and does, as data that an office may change."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from wenming_metrics.access.viewer import (
    ACTS,
    APART,
    MANAGE,
    SCOPES,
    SECRETS,
    WHOLE,
    AccessError,
)
from wenming_metrics.domain.problems import Problem

ADMINISTRATOR = "管理员"
PAGE, ACT, SCOPE, SECRET = "页面", "操作", "范围", "保密"
KINDS = (PAGE, ACT, SCOPE, SECRET)
YES = "是"
ROWS = "数据"
HEADER = ("类别", "事项")
SHEET = "权限表"
MANUAL, ACCOUNTS = "使用说明", "账号"
_SHOWN_BY = {"上级测评": ("综合考核", "数据上传"), "督查计划": ("数据上传",)}
"""Secret kinds -> the pages that show them."""
_MOST_FAULTS = 5
SCOPED_PAGES = {"问题整改", "通报", MANUAL}
"""Pages whose every question knows of scopes."""


@dataclass(frozen=True)
class RoleRights:
    """What one role sees and does. scope - of SCOPES"""

    pages: frozenset[str]
    acts: frozenset[str]
    secrets: frozenset[str]
    scope: str


Rights = dict[str, RoleRights]
"""Role -> what it sees and does, in the order of the table's columns."""


def parse_rights(text: str, pages: Collection[str] = ()) -> Rights:
    """Read a table that was checked when it was brought in, from the text of a CSV file.

    Takes: pages - titles of the pages there are, (): those that the table names
    Raises AccessError for a table with faults, such as that of a version with other pages.
    """
    lines = list(csv.reader(io.StringIO(text)))
    titles = [line[1].strip() for line in lines if line and line[0].strip() == PAGE]
    rights, faults = rights_of(lines, pages or titles)
    if faults:
        raise AccessError(
            "权限表不能用：" + "；".join(fault.text for fault in faults[:_MOST_FAULTS])
        )
    return rights


def pages_of(rights: Rights) -> list[str]:
    """List the pages that any role sees, in no order."""
    return sorted({page for role in rights.values() for page in role.pages})


def csv_of(lines: Sequence[Sequence[str]]) -> str:
    """Write a table as the text of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def rights_of(
    lines: Sequence[Sequence[str]], pages: Collection[str]
) -> tuple[Rights, list[Problem]]:
    """Read the table: a line per page, act, scope and secret kind; a column per role.

    Takes:   pages - titles of the pages there are
    Returns: the rights, and every fault of the table; with a fault there are no rights
    """
    rows = [[cell.strip() for cell in line] for line in lines]
    header_row = next((index for index, row in enumerate(rows) if tuple(row[:2]) == HEADER), 0)
    header = [cell for cell in rows[header_row]] if rows else []
    while header and not header[-1]:
        header.pop()
    roles, faults = header[2:], []
    if tuple(header[:2]) != HEADER or not roles or len(set(roles)) < len(roles) or "" in roles:
        return {}, [Problem("权限-01", SHEET, header_row + 1, "A", found="、".join(header[:3]))]
    cells: dict[tuple[str, str], list[str]] = {}
    allowed = {PAGE: pages, ACT: ACTS, SCOPE: (ROWS,), SECRET: SECRETS}
    for number, row in enumerate(rows[header_row + 1 :], header_row + 2):
        kind, subject, *marks = [*row, "", ""]
        if not kind and not subject:
            continue
        if kind not in KINDS or subject not in allowed[kind]:
            faults.append(Problem("权限-02", SHEET, number, "B", found=f"{kind} {subject}"))
        elif (kind, subject) in cells:
            faults.append(Problem("权限-03", SHEET, number, "B", found=subject))
        else:
            marks = [*marks, *[""] * len(roles)][: len(roles)]
            cells[kind, subject] = marks
            faults += _wrong_marks(number, kind, marks)
    missing = [
        subject for kind in KINDS for subject in allowed[kind] if (kind, subject) not in cells
    ]
    if missing:
        faults.append(Problem("权限-04", SHEET, 1, "B", found="、".join(missing)))
    if faults:
        return {}, faults
    rights = {role: _of_role(cells, index) for index, role in enumerate(roles)}
    for index, role in enumerate(roles):
        faults += [replace(fault, found=role) for fault in _odd(rights[role], role, letter(index))]
    return ({} if faults else rights), faults


def _wrong_marks(number: int, kind: str, marks: Sequence[str]) -> list[Problem]:
    permitted_marks = SCOPES if kind == SCOPE else ("", YES)
    wants = {"wants": "、".join(filter(None, permitted_marks))}
    return [
        Problem("权限-05", SHEET, number, letter(index), found=tick, details=wants)
        for index, tick in enumerate(marks)
        if tick not in permitted_marks
    ]


def letter(index: int) -> str:
    """Give Excel's letter of the column of a role. Takes: index - of the role, from 0"""
    return chr(ord("C") + index) if index < 24 else f"A{chr(ord('A') + index - 24)}"


def _of_role(cells: dict[tuple[str, str], list[str]], index: int) -> RoleRights:
    def ticked(section: str) -> frozenset[str]:
        return frozenset(
            subject
            for (kind, subject), marks in cells.items()
            if kind == section and marks[index] == YES
        )

    return RoleRights(ticked(PAGE), ticked(ACT), ticked(SECRET), cells[SCOPE, ROWS][index])


def _odd(granted: RoleRights, role: str, column: str) -> Iterator[Problem]:
    """Find what one role must not have together."""

    def fault(code: str, first: str = "", second: str = "") -> Problem:
        return Problem(code, SHEET, 1, column, details={"first": first, "second": second})

    for first, second in APART:
        if granted.acts.issuperset((first, second)):
            yield fault("权限-06", first, second)
    for secret, shown_by in _SHOWN_BY.items():
        open_pages = [page for page in shown_by if page in granted.pages]
        if secret not in granted.secrets and open_pages:
            yield fault("权限-07", secret, "、".join(open_pages))
    beyond = sorted(granted.pages - SCOPED_PAGES - {ACCOUNTS})
    if granted.scope != WHOLE and beyond:
        yield fault("权限-08", granted.scope, "、".join(beyond))
    manages = (MANAGE in granted.acts, ACCOUNTS in granted.pages)
    if manages != (role == ADMINISTRATOR,) * 2:
        yield fault("权限-09")


def table_of(rights: Rights, pages: Collection[str]) -> list[list[str]]:
    """Lay rights out as the table that `rights_of` reads, header first."""
    granted = rights.values()
    entries = [(PAGE, page, [page in role.pages for role in granted]) for page in pages]
    entries += [(ACT, name, [name in role.acts for role in granted]) for name in ACTS]
    secrets = [(SECRET, name, [name in role.secrets for role in granted]) for name in SECRETS]
    ticks = [
        [kind, name, *(YES if tick else "" for tick in marks)] for kind, name, marks in entries
    ]
    ticks.append([SCOPE, ROWS, *(role.scope for role in granted)])
    ticks += [
        [kind, name, *(YES if tick else "" for tick in marks)] for kind, name, marks in secrets
    ]
    return [[*HEADER, *rights], *ticks]
