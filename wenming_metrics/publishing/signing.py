"""What people do with an issue: draft it, waive held rows, place late files, sign it, withdraw it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.domain.periods import today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.issues import (
    CHECKING,
    DRAFT,
    SIGNED,
    WITHDRAWN,
    Issue,
    calendar,
    cut_of,
    get_issue,
    late_files,
    list_issues,
)
from wenming_metrics.publishing.lists import Lists, make_lists
from wenming_metrics.publishing.remarks import undecided
from wenming_metrics.publishing.snapshot import digest_of, freeze, packed, signed_before
from wenming_metrics.queries.files.held import waiting_rows
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cut, arrivals, late_arrivals
from wenming_metrics.rules.calendar import Slot, slot_at
from wenming_metrics.store import issues as store
from wenming_metrics.store import schema
from wenming_metrics.store.batches import batch_facts
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading, stamp, writing
from wenming_metrics.store.held import waiting

_log = logging.getLogger(__name__)
_ROW = ["batch", "sheet", "source_row"]
_OF_SURVEYS = ("survey", "counts", "quota")
"""Kinds of files that no figure of an issue is made of."""


def draft(office: Office, on: date, who: str, *, until_now: bool = False) -> Issue:
    """Draft the issue that a day lies in.

    It closes when the calendar says so; where nothing of its days had come by then, or with
    `until_now`, at this moment. One that was signed and withdrawn closes when it did before.

    Raises IntakeError for days to come, and where the issue is drafted or signed already.
    """
    slot, who = slot_at(calendar(office), on), _named(who, "建草稿的人")
    if slot.window.start > today():
        raise IntakeError(f"{slot.window.title}还没有开始,不能建草稿。")
    with writing(office.store) as connection:
        same = [one for one in list_issues(connection) if _is_at(one, slot)]
        for one in same:
            if one.state != WITHDRAWN:
                raise IntakeError(f"{one.title}已有{one.state},不用再建。")
        cutoff = _cutoff(connection, slot, same, until_now=until_now)
        facts = {"year": slot.year, "number": slot.number, "name": calendar(office).name}
        days = {"first_day": slot.window.days.start, "last_day": slot.window.days.stop - 1}
        told = {**facts, **days, "kind": slot.window.kind, "cutoff": cutoff, "who": who}
        found = get_issue(connection, store.add_issue(connection, told))
    _log.info("建草稿 %s 截止 %s 经办 %r", found.title, cutoff, who)
    return found


def _is_at(one: Issue, slot: Slot) -> bool:
    return (one.window.start, one.window.end) == (slot.window.start, slot.window.end)


def _cutoff(
    connection: Connection, slot: Slot, earlier: Sequence[Issue], *, until_now: bool
) -> str:
    if until_now:
        return stamp()
    before = [one.cutoff for one in earlier if one.was_signed]
    if before:
        return before[0]
    files = arrivals(connection, list(slot.window.days), Cut())
    in_time = (files["arrived"] <= slot.cutoff).any()
    return slot.cutoff if in_time or stamp() < slot.cutoff else stamp()


def draft_lists(office: Office, issue: Issue) -> Lists:
    """Make the lists of an issue as they are now: what would be signed."""
    with reading(office.store) as connection:
        cut = cut_of(connection, issue)
        return make_lists(connection, office, issue.window, cut, signed_before(connection, issue))


def cut_for(office: Office, issue: Issue) -> Cut:
    """Say which files count in an issue now; see `issues.cut_of`."""
    with reading(office.store) as connection:
        return cut_of(connection, issue)


def late_for(office: Office, issue: Issue) -> pd.DataFrame:
    """List the files that came for an issue's days after it had closed; see `issues.late_files`."""
    with reading(office.store) as connection:
        return late_files(connection, issue)


def held_for(office: Office, issue: Issue) -> pd.DataFrame:
    """List the held rows that an issue waits for, or is signed without.

    Returns: the columns of `queries.files.held.waiting_rows`, and waived (the reason, "" without)
    """
    rows = waiting_rows(office)
    with reading(office.store) as connection:
        found = _held(connection, issue)
        names = read_sheets(connection, found["batch"].unique()).set_index(["batch", "sheet"])
    at = pd.MultiIndex.from_frame(found[["batch", "sheet"]])
    found = found.assign(sheet=names["name"].reindex(at).to_numpy())
    return rows.merge(found[[*_ROW, "waived"]], on=_ROW)


def _held(connection: Connection, issue: Issue) -> pd.DataFrame:
    """List held rows of files that count in an issue: batch, sheet, source_row, waived.

    What day a held row is of is not always known: those of a file without any good row count
    where the file came in the issue's days or before it closed. No issue waits for questionnaires.
    """
    rows = waiting(connection)
    days, batch = schema.batch_day, schema.batch
    dated = set(connection.execute(select(days.c.batch).distinct()).scalars())
    cut = cut_of(connection, issue)
    files, late = arrivals(connection, list(issue.window.days), cut), late_arrivals(connection, cut)
    wanted = {*files.loc[files["counts"], "batch"], *late.loc[late["late"], "batch"]}
    came = select(batch.c.batch).where(
        batch.c.at >= issue.window.start.isoformat(),
        batch.c.at <= issue.cutoff,
        batch.c.kind.not_in(_OF_SURVEYS),
    )
    wanted |= set(connection.execute(came).scalars()) - dated
    rows = rows[rows["batch"].isin(wanted)].drop(columns="codes")
    waived = store.read_waivers(connection, issue.key)[[*_ROW, "reason"]]
    found = rows.merge(waived.rename(columns={"reason": "waived"}), on=_ROW, how="left")
    return found.assign(waived=found["waived"].fillna(""))


def waive(
    office: Office, key: int, rows: Sequence[tuple[int, str, int]], who: str, reason: str
) -> None:
    """Say of held rows that an issue is signed without them; they stay held.

    Takes: rows - (batch, name of the sheet, Excel's row number)
    Raises IntakeError for a row that the issue does not wait for, and without a reason.
    """
    who, reason = _named(who, "经办人"), _named(reason, "不等这些行的原因")
    with writing(office.store) as connection:
        issue = _open(connection, key)
        found = _held(connection, issue)
        found = found[found["waived"] == ""]
        sheets = read_sheets(connection, found["batch"].unique())
        names = {(one.batch, one.sheet): one.name for one in sheets.itertuples()}
        there = [
            (int(one.batch), names[one.batch, one.sheet], int(one.source_row))
            for one in found.itertuples()
        ]
        for row in rows:
            if row not in there:
                raise IntakeError(f"批次 {row[0]} 的「{row[1]}」第 {row[2]} 行不在等着的行里。")
        wanted = [row in set(rows) for row in there]
        store.add_waivers(connection, key, found[wanted], who, reason)
    _log.info("不等 %s %s 行 经办 %r 原因 %r", issue.title, len(rows), who, reason)


def place_late(office: Office, batch: int, who: str, reason: str, *, own: bool) -> None:
    """Say in which issue the late rows of a file count: that of their days (own), or the next.

    Raises IntakeError for an unknown file and without a reason.
    """
    who, reason = _named(who, "经办人"), _named(reason, "原因")
    with writing(office.store) as connection:
        if batch_facts(connection, batch) is None:
            raise IntakeError(f"没有批次 {batch}。")
        store.add_late_choice(connection, batch, own=own, who=who, reason=reason)
    _log.info(
        "迟到 批次 %s 计入%s 经办 %r 原因 %r", batch, "本期" if own else "下一期", who, reason
    )


def sign(office: Office, key: int, who: str, document: str) -> Issue:
    """Sign an issue: its lists are kept as they are at this moment.

    Raises IntakeError before it has closed, while rows of its days are held that nobody waived,
    while remarks wait for a decision, and where there is nothing to sign.
    """
    who, document = _named(who, "签发人"), _named(document, "文号")
    with writing(office.store) as connection:
        issue = _open(connection, key)
        _stop_unless_ready(connection, issue)
        at = stamp()
        cut = cut_of(connection, issue, at)
        lists = make_lists(connection, office, issue.window, cut, signed_before(connection, issue))
        if not lists.rows:
            raise IntakeError(f"{issue.title}没有督查数据,不能签发。")
        facts = _facts(office, lists, {"document": document, "signed_at": at, "signed_by": who})
        content = freeze(issue, facts, cut, lists)
        told = {"known_at": at, "rules": lists.rules[-1], "hash": digest_of(content)}
        store.save_content(connection, key, told, packed(content))
        store.add_event(connection, key, store.SIGNED, who, document=document)
        found = get_issue(connection, key)
    _log.info("签发 %s 文号 %r 经办 %r 校验码 %s", found.title, document, who, found.short_hash)
    return found


def _stop_unless_ready(connection: Connection, issue: Issue) -> None:
    if stamp() < issue.cutoff:
        moment = issue.cutoff[:16].replace("T", " ")
        raise IntakeError(f"{issue.title}要到 {moment} 才截止,到时再签发。")
    held = _held(connection, issue)
    waiting_for = int((held["waived"] == "").sum())
    if waiting_for:
        said = f"还有 {waiting_for} 行暂不计,等着改正。请先改好,或者写明不等这些行的原因,再签发。"
        raise IntakeError(said)
    open_remarks = undecided(connection, issue)
    if open_remarks:
        raise IntakeError(f"还有 {open_remarks} 条复核意见没有决定,决定之后再签发。")


def _facts(office: Office, lists: Lists, told: dict[str, object]) -> dict[str, object]:
    by_digest = {one.digest: one for one in (*office.rule_sets, office.rules)}
    versions = [by_digest[digest] for digest in lists.rules]
    names = [f"{one.title}(版本 {one.version},{one.source})" for one in versions]
    boards = {one.kind: one.title for one in office.rules.boards}
    return {**told, "known_at": told["signed_at"], "rules": names, "boards": boards}


def withdraw(office: Office, key: int, who: str, reason: str) -> Issue:
    """Withdraw an issue (作废): what was signed stays on record. Raises IntakeError."""
    who, reason = _named(who, "经办人"), _named(reason, "作废的原因")
    with writing(office.store) as connection:
        issue = get_issue(connection, key)
        if issue.state == WITHDRAWN:
            raise IntakeError(f"{issue.title}已经作废,不用再作废。")
        store.add_event(connection, key, store.WITHDRAWN, who, reason)
        found = get_issue(connection, key)
    _log.info("作废 %s 经办 %r 原因 %r", found.title, who, reason)
    return found


def _open(connection: Connection, key: int) -> Issue:
    """Give an issue that is not signed yet. Raises IntakeError."""
    issue = get_issue(connection, key)
    if issue.state not in (DRAFT, CHECKING):
        again = "要改请先作废,再重新建草稿。" if issue.state == SIGNED else "请重新建草稿。"
        raise IntakeError(f"{issue.title}{issue.state}。{again}")
    return issue


def _named(text: str, what: str) -> str:
    """Give a text that a person must write. Raises IntakeError for a blank one."""
    if not text.strip():
        raise IntakeError(f"请写明{what}。")
    return text.strip()
