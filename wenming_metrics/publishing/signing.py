"""What people do with an issue: draft it, waive held rows, place late files, sign it, withdraw it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

import pandas as pd
from sqlalchemy import Connection, select

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.periods import today
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.gathering import gather_all
from wenming_metrics.publishing.issues import (
    CHECKING,
    DRAFT,
    SIGNED,
    SPAN_NAMES,
    WITHDRAWN,
    Issue,
    cut_of,
    get_issue,
    late_files,
    list_issues,
    nearest_day,
    slot_for,
    without_rows,
)
from wenming_metrics.publishing.lists import IssueLists, make_lists
from wenming_metrics.publishing.remarks import undecided
from wenming_metrics.publishing.snapshot import digest_of, freeze, packed, signed_before
from wenming_metrics.queries.files.held import waiting_rows
from wenming_metrics.queries.files.held_effect import NO_EFFECT, what_of
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cutoff, arrivals, late_arrivals
from wenming_metrics.rules.calendar import Slot
from wenming_metrics.store import issues as store
from wenming_metrics.store import schema
from wenming_metrics.store.batches import batch_facts
from wenming_metrics.store.cells import read_sheets
from wenming_metrics.store.database import reading, stamp, writing
from wenming_metrics.store.held import waiting
from wenming_metrics.store.tallies import days_with_rows

_log = logging.getLogger(__name__)
_ROW = ["batch", "sheet", "source_row"]
_OF_SURVEYS = ("survey", "counts", "quota")
"""Kinds of files that no figure of an issue is made of."""


@permitted("拟稿", "{on} 所在的期")
def draft(
    office: Office,
    on: date,
    who: str,
    *,
    until_now: bool = False,
    kind: str = "",
    last: date | None = None,
) -> Issue:
    """Draft the issue that a day lies in. Takes: kind, last - see `issues.slot_for`

    It closes when the calendar says so; where nothing of its days had come by then, or with
    `until_now`, at this moment. One that was signed and withdrawn closes when it did before.

    Raises IntakeError for days to come, for days without rows where a kind is given, and where the
    issue is drafted or signed already.
    """
    who = _required_text(who, "建草稿的人")
    with writing(office.store) as connection:
        all_issues = list_issues(connection)
        name, slot = slot_for(office, all_issues, kind, on, last)
        if slot.window.start > today():
            raise IntakeError(f"{slot.window.title}还没有开始，不能建草稿。")
        if last and last > today():
            raise IntakeError(f"最后一天（{last}）还没有到，不能建草稿。")
        special = name if kind in SPAN_NAMES else ""
        position = (special, slot.window.start, slot.window.end)
        same = [candidate for candidate in all_issues if candidate.position == position]
        for drafted in same:
            if drafted.state != WITHDRAWN:
                raise IntakeError(f"{drafted.title}已有{drafted.state}，不用再建。")
        nearest = nearest_day(slot.window, map(date.fromordinal, days_with_rows(connection)))
        if kind and nearest:  # the office's own calendar may be drafted before its rows have come
            raise IntakeError(f"{without_rows(slot.window, nearest)}，不能建草稿。")
        cutoff = _cutoff(connection, slot, same, until_now=until_now)
        facts = {"year": slot.year, "number": slot.number, "name": name}
        days = {"first_day": slot.window.days.start, "last_day": slot.window.days.stop - 1}
        issue_facts = {**facts, **days, "kind": slot.window.kind, "cutoff": cutoff, "who": who}
        issue = get_issue(connection, store.add_issue(connection, issue_facts))
    _log.info("建草稿 %s 截止 %s 经办 %r", issue.title, cutoff, who)
    return issue


def _cutoff(
    connection: Connection, slot: Slot, earlier: Sequence[Issue], *, until_now: bool
) -> str:
    if until_now:
        return stamp()
    before = [issue.cutoff for issue in earlier if issue.was_signed]
    if before:
        return before[0]
    files = arrivals(connection, list(slot.window.days), Cutoff())
    in_time = (files["arrived"] <= slot.cutoff).any()
    return slot.cutoff if in_time or stamp() < slot.cutoff else stamp()


def draft_lists(office: Office, issue: Issue) -> IssueLists:
    """Make the lists of an issue as they are now: what would be signed."""
    if office.recall is None:
        return _draft_lists(office, issue)
    return office.recall(office, _draft_lists, issue)


def _draft_lists(office: Office, issue: Issue) -> IssueLists:
    with reading(office.store) as connection:
        cut = cut_of(connection, issue)
        return make_lists(connection, office, issue.window, cut, signed_before(connection, issue))


def cut_for(office: Office, issue: Issue) -> Cutoff:
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
        held_rows = _held(connection, office, issue)
        names = read_sheets(connection, held_rows["batch"].unique()).set_index(["batch", "sheet"])
    sheet_keys = pd.MultiIndex.from_frame(held_rows[["batch", "sheet"]])
    held_rows = held_rows.assign(sheet=names["name"].reindex(sheet_keys).to_numpy())
    return rows.merge(held_rows[[*_ROW, "waived"]], on=_ROW)


def _held(connection: Connection, office: Office, issue: Issue) -> pd.DataFrame:
    """List held rows that count in an issue, or would: batch, sheet, source_row, waived.

    A row whose day can be read is of the issue that the day lies in. Else those of a file with rows of
    the issue's days are, and those of a file without any good row that came in its days or before
    it closed. What cannot change a score is not waited for: `waived` says why.
    """
    rows = waiting(connection)
    days, batch = schema.batch_day, schema.batch
    dated = set(connection.execute(select(days.c.batch).distinct()).scalars())
    cut = cut_of(connection, issue)
    files, late = arrivals(connection, list(issue.window.days), cut), late_arrivals(connection, cut)
    wanted = {*files.loc[files["counts"], "batch"], *late.loc[late["late"], "batch"]}
    in_time = select(batch.c.batch).where(
        batch.c.at <= issue.cutoff, batch.c.kind.not_in(_OF_SURVEYS)
    )
    came = in_time.where(batch.c.at >= issue.window.start.isoformat())
    wanted |= set(connection.execute(came).scalars()) - dated
    held_facts = what_of(connection, office, rows, issue.window)
    by_own_day = (held_facts["day"] > 0) & (held_facts["cannot"] == "")
    in_time_batches = set(connection.execute(in_time).scalars())
    is_awaited = rows["batch"].isin(wanted) | (by_own_day & rows["batch"].isin(in_time_batches))
    rows = rows.drop(columns="codes").assign(cannot=held_facts["cannot"].to_numpy(object))[
        is_awaited
    ]
    waived = store.read_waivers(connection, issue.key)[[*_ROW, "reason"]]
    held_rows = rows.merge(waived.rename(columns={"reason": "waived"}), on=_ROW, how="left")
    held_rows = held_rows.assign(waived=held_rows["waived"].fillna(held_rows["cannot"]))
    return held_rows.drop(columns="cannot")


@permitted("拟稿", "第 {key} 号期不等待核的行")
def waive(
    office: Office, key: int, rows: Sequence[tuple[int, str, int]], who: str, reason: str
) -> None:
    """Say of held rows that an issue is signed without them; they stay held.

    Takes: rows - (batch, name of the sheet, Excel's row number)
    Raises IntakeError for a row that the issue does not wait for, and without a reason.
    """
    who, reason = _required_text(who, "经办人"), _required_text(reason, "不等这些行的原因")
    with writing(office.store) as connection:
        issue = _open(connection, key)
        held_rows = _held(connection, office, issue)
        held_rows = held_rows[held_rows["waived"] == ""]
        sheets = read_sheets(connection, held_rows["batch"].unique())
        names = {(sheet.batch, sheet.sheet): sheet.name for sheet in sheets.itertuples()}
        waiting_keys = [
            (int(line.batch), names[line.batch, line.sheet], int(line.source_row))
            for line in held_rows.itertuples()
        ]
        for row in rows:
            if row not in waiting_keys:
                raise IntakeError(f"批次 {row[0]} 的“{row[1]}”第 {row[2]} 行不在等着的行里。")
        wanted = [row in set(rows) for row in waiting_keys]
        store.add_waivers(connection, key, held_rows[wanted], who, reason)
    _log.info("不等 %s %s 行 经办 %r 原因 %r", issue.title, len(rows), who, reason)


def waive_all(office: Office, key: int, who: str, reason: str) -> int:
    """Say of every held row that an issue still waits for that it is signed without it; gives how many.

    Raises IntakeError as `waive`.
    """
    with reading(office.store) as connection:
        issue = get_issue(connection, key)
    rows = held_for(office, issue)
    rows = rows.loc[rows["waived"] == "", ["batch", "sheet", "source_row"]]
    if len(rows):
        waive(office, key, list(rows.itertuples(index=False, name=None)), who, reason)
    return len(rows)


@permitted("拟稿", "第 {batch} 批计入哪一期")
def place_late(office: Office, batch: int, who: str, reason: str, *, in_own_issue: bool) -> None:
    """Say in which issue the late rows of a file count: that of their days (in_own_issue), or the next.

    Raises IntakeError for an unknown file and without a reason.
    """
    who, reason = _required_text(who, "经办人"), _required_text(reason, "原因")
    with writing(office.store) as connection:
        if batch_facts(connection, batch) is None:
            raise IntakeError(f"没有批次 {batch}。")
        store.add_late_choice(connection, batch, in_own_issue=in_own_issue, who=who, reason=reason)
    _log.info(
        "迟到 批次 %s 计入%s 经办 %r 原因 %r",
        batch,
        "本期" if in_own_issue else "下一期",
        who,
        reason,
    )


@permitted("签发", "第 {key} 号期 {document}")
def sign(office: Office, key: int, who: str, document: str) -> Issue:
    """Sign an issue: its lists are kept as they are at this moment.

    Raises IntakeError before it has closed, while rows of its days are held that nobody waived,
    while remarks wait for a decision, and where there is nothing to sign.
    """
    who, document = _required_text(who, "签发人"), _required_text(document, "文号")
    with writing(office.store) as connection:
        issue = _open(connection, key)
        if office.viewer.name and office.viewer.name == issue.drafted_by:
            raise IntakeError("拟稿人不能签发自己拟的期次，请另一人签发。")
        _stop_unless_ready(connection, office, issue)
        signed_at = stamp()
        cut = cut_of(connection, issue, signed_at)
        lists = make_lists(connection, office, issue.window, cut, signed_before(connection, issue))
        if not lists.rows:
            raise IntakeError(f"{issue.title}没有督查数据，不能签发。")
        signature = {"document": document, "signed_at": signed_at, "signed_by": who}
        without = _signed_without(connection, office, issue)
        facts = list_facts(office, lists, signature | ({"held": without} if without else {}))
        bulletin = gather_all(connection, office, issue, cut, lists)
        content = freeze(issue, facts, cut, lists, bulletin)
        digest_facts = {"known_at": signed_at, "rules": lists.rules[-1], "hash": digest_of(content)}
        store.save_content(connection, key, digest_facts, packed(content))
        store.add_event(connection, key, store.SIGNED, who, document=document)
        signed_issue = get_issue(connection, key)
    _log.info(
        "签发 %s 文号 %r 经办 %r 校验码 %s",
        signed_issue.title,
        document,
        who,
        signed_issue.short_hash,
    )
    return signed_issue


def _signed_without(connection: Connection, office: Office, issue: Issue) -> str:
    """Say how many rows that could change a score an issue is signed without; "": none."""
    held_rows = _held(connection, office, issue)
    reasons = held_rows["waived"][~held_rows["waived"].str.startswith(NO_EFFECT)]
    if reasons.empty:
        return ""
    told_once = "；".join(dict.fromkeys(reasons.tolist()))
    return f"签发时另有{len(reasons)}条待核，没有计入得分。原因：{told_once}"


def _stop_unless_ready(connection: Connection, office: Office, issue: Issue) -> None:
    if stamp() < issue.cutoff:
        moment = issue.cutoff[:16].replace("T", " ")
        raise IntakeError(f"{issue.title}要到 {moment} 才截止，到时再签发。")
    held_rows = _held(connection, office, issue)
    waiting_for = int((held_rows["waived"] == "").sum())
    if waiting_for:
        message = (
            f"还有 {waiting_for} 行待核、暂不计分。请先改好，或者写明不等这些行的原因，再签发。"
        )
        raise IntakeError(message)
    open_remarks = undecided(connection, issue)
    if open_remarks:
        raise IntakeError(f"还有 {open_remarks} 条复核意见没有决定，决定之后再签发。")


def list_facts(
    office: Office, lists: IssueLists, signature: dict[str, object]
) -> dict[str, object]:
    """Say what lists are called and by which rules they are made, beside who signed them and when."""
    by_digest = {rule_set.digest: rule_set for rule_set in (*office.rule_sets, office.rules)}
    versions = [by_digest[digest] for digest in lists.rules]
    names = [
        f"{rule_set.title}（版本 {rule_set.version}，{rule_set.source}）" for rule_set in versions
    ]
    boards = {board.kind: board.title for board in office.rules.boards}
    return {
        **signature,
        "known_at": signature.get("signed_at", ""),
        "rules": names,
        "boards": boards,
    }


@permitted("作废", "第 {key} 号期")
def withdraw(office: Office, key: int, who: str, reason: str) -> Issue:
    """Withdraw an issue (作废): what was signed stays on record. Raises IntakeError."""
    who, reason = _required_text(who, "经办人"), _required_text(reason, "作废的原因")
    with writing(office.store) as connection:
        issue = get_issue(connection, key)
        if issue.state == WITHDRAWN:
            raise IntakeError(f"{issue.title}已经作废，不用再作废。")
        store.add_event(connection, key, store.WITHDRAWN, who, reason)
        withdrawn = get_issue(connection, key)
    _log.info("作废 %s 经办 %r 原因 %r", withdrawn.title, who, reason)
    return withdrawn


def _open(connection: Connection, key: int) -> Issue:
    """Give an issue that is not signed yet. Raises IntakeError."""
    issue = get_issue(connection, key)
    if issue.state not in (DRAFT, CHECKING):
        again = "要改请先作废，再重新建草稿。" if issue.state == SIGNED else "请重新建草稿。"
        raise IntakeError(f"{issue.title}{issue.state}。{again}")
    return issue


def _required_text(text: str, what: str) -> str:
    """Give a text that a person must write. Raises IntakeError for a blank one."""
    if not text.strip():
        raise IntakeError(f"请写明{what}。")
    return text.strip()
