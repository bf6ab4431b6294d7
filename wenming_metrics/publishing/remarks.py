"""复核: what units object to before (or after) an issue is signed, and what is decided of it.

A decision about a row changes the score from the moment it is made: the row does not count any
more, or loses other points, and its day is tallied anew. Nothing that was signed before changes;
the difference is shown as 更正.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.numbers import POINT_SCALE, to_points
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.issues import WITHDRAWN, Issue, get_issue
from wenming_metrics.queries.office import Office
from wenming_metrics.store import issues as store
from wenming_metrics.store import schema
from wenming_metrics.store.batches import batch_days
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading, writing
from wenming_metrics.store.days import among
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.rulings import KEEP, LOWER, REMOVE, add_ruling
from wenming_metrics.tallies.update import retally

_log = logging.getLogger(__name__)
ACTS = (KEEP, LOWER, REMOVE)
_COLUMNS = ["remark", "unit_name", "what", "asks", "who", "at", "act", "points", "reason"]
_COLUMNS += ["approver", "decided_by", "decided_at", "batch", "seq"]


@permitted("复核意见", "登记复核意见")
def add_remark(
    office: Office,
    key: int,
    unit: int,
    asks: str,
    who: str,
    *,
    row: tuple[int, int] | None = None,
    figure: str = "",
) -> int:
    """Record what a unit objects to; gives the number of the remark.

    Takes: unit - its number; asks - what it asks for, and why; who - typed name; row - (batch, seq)
           of a stored row, or figure - which figure, in words
    Raises IntakeError for an unknown row or unit, and where nothing is asked.
    """
    if not asks.strip() or not who.strip():
        raise IntakeError("请写明提出人和复核意见。")
    if row is None and not figure.strip():
        raise IntakeError("请指明对哪一行、或者哪个数有意见。")
    with writing(office.store) as connection:
        issue = get_issue(connection, key)
        if issue.state == WITHDRAWN:
            raise IntakeError(f"{issue.title}已经作废，不再收复核意见。")
        if unit not in read_register(connection).units.index:
            raise IntakeError("名册里没有这个单位。")
        batch, seq = row or (-1, -1)
        if row is not None:
            _stored_row(connection, batch, seq)
        keys = {"issue": key, "unit": unit, "batch": batch, "seq": seq}
        words = {"figure": figure.strip(), "asks": asks.strip(), "who": who.strip()}
        number = store.add_remark(connection, {**keys, **words})
    _log.info("复核意见 %s %s 单位 %s 经办 %r", number, issue.title, unit, who)
    return number


@permitted("复核意见", "决定复核意见")
def decide(
    office: Office,
    remark: int,
    act: str,
    reason: str,
    approver: str,
    who: str,
    points: str = "0",
) -> None:
    """Decide a remark: 维持, 改扣 (the row loses so many points) or 剔除 (the row does not count).

    Raises IntakeError for an unknown remark or act, without reason, approver or name, for a remark
    that names no row where anything but 维持 is decided, and for points above what the row loses.
    """
    if act not in ACTS:
        raise IntakeError(f"决定只能是{'、'.join(ACTS)}之一。")
    if not (reason.strip() and approver.strip() and who.strip()):
        raise IntakeError("请写明理由、批准人和经办人。")
    with writing(office.store) as connection:
        remark_row = _remark(connection, remark)
        facts = {"remark": remark, "act": act, "reason": reason.strip(), "who": who.strip()}
        ruling = {"day": 0, "batch": -1, "seq": -1, "points": 0, "approver": approver.strip()}
        if remark_row["batch"] >= 0:
            row = _stored_row(connection, remark_row["batch"], remark_row["seq"])
            ruling |= {name: row[name] for name in ("day", "batch", "seq")}
            ruling |= {"points": _points(points, row["lost"]) if act == LOWER else 0}
        elif act != KEEP:
            raise IntakeError(
                "这条意见没有指明原表的哪一行，只能维持；要改分，请另提一条并选好那一行。"
            )
        add_ruling(connection, {**facts, **ruling})
        if ruling["day"]:
            retally(connection, [ruling["day"]], office.rules)
    _log.info("复核决定 %s %s 批准 %r 经办 %r", remark, act, approver, who)


def _points(text: str, lost: int) -> int:
    points = to_points(text.strip() or "0")
    if points is None or not 0 <= points <= lost:
        most = f"{lost / POINT_SCALE:g}"
        raise IntakeError(f"改扣的分应在 0 到 {most} 之间（原来扣 {most} 分），现在是“{text}”。")
    return points


def _remark(connection: Connection, number: int) -> Mapping[str, int]:
    table = schema.remark
    row = connection.execute(select(table).where(table.c.remark == number)).mappings().first()
    if row is None:
        raise IntakeError(f"没有编号为 {number} 的复核意见。")
    return row


def _stored_row(connection: Connection, batch: int, seq: int) -> Mapping[str, int]:
    """Give day, batch, seq, lost and source_row of a stored row. Raises IntakeError."""
    table, days = schema.row, batch_days(connection, batch)
    query = select(*(table.c[name] for name in ("day", "batch", "seq", "lost", "source_row")))
    query = query.where(among(table.c.day, days), table.c.batch == batch, table.c.seq == seq)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise IntakeError(f"批次 {batch} 里没有这一行。")
    return row


def undecided(connection: Connection, issue: Issue) -> int:
    """Count the remarks on an issue that wait for a decision."""
    remarks = set(store.read_remarks(connection, issue.key)["remark"])
    return len(remarks - set(store.read_decisions(connection)["remark"]))


def remarks(office: Office, key: int) -> pd.DataFrame:
    """List the remarks on an issue, the latest first, each with its last decision.

    Returns: remark, unit_name, what (file, sheet and row, or the figure in words), asks, who, at,
             act ("" undecided), points (what the row loses after 改扣), reason, approver,
             decided_by, decided_at, batch, seq
    """
    with reading(office.store) as connection:
        remark_rows = store.read_remarks(connection, key)
        decided = store.read_decisions(connection).drop_duplicates("remark", keep="last")
        names = read_register(connection).units["name"]
        what = [_what(connection, line) for line in remark_rows.itertuples()]
    decided = decided[["remark", "act", "points", "reason", "approver", "who", "at"]]
    decided = decided.rename(columns={"who": "decided_by", "at": "decided_at"})
    lines = remark_rows.assign(what=what, unit_name=remark_rows["unit"].map(names))
    lines = lines.merge(decided, on="remark", how="left")
    texts = ("act", "reason", "approver", "decided_by", "decided_at")
    lines = lines.assign(**{name: lines[name].fillna("") for name in texts})
    lines = lines.assign(points=lines["points"].astype(float) / POINT_SCALE)
    return lines[_COLUMNS].iloc[::-1].reset_index(drop=True)


def _what(connection: Connection, line: tuple) -> str:
    if line.batch < 0:
        return line.figure
    table, days = schema.row, batch_days(connection, line.batch)
    query = select(table.c.sheet, table.c.source_row).where(
        among(table.c.day, days), table.c.batch == line.batch, table.c.seq == line.seq
    )
    sheet, source_row = connection.execute(query).one()
    sheets = read_sheets(connection, [line.batch]).set_index("sheet")
    return f"{sheets.at[sheet, 'file']}“{sheets.at[sheet, 'name']}”第 {source_row} 行"
