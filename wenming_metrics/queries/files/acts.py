"""What people did to the store, newest first: nothing in it is ever taken away."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import Column, Connection, select

from wenming_metrics.queries.files.choices import (
    VISITS_TITLE,
    column_title,
    name_titles,
    scope_title,
)
from wenming_metrics.queries.files.corrections import BACK, WAITS, corrections_in
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import FILE_CHOICE, KIND_CHOICE, LIKE_CHOICE
from wenming_metrics.reading.model.sender_answers import BARE_CHOICE, BARE_TITLES, VISITS_CHOICE
from wenming_metrics.reading.records.kinds import CHOSEN_TITLES
from wenming_metrics.reading.survey.wordings import question_of, spell_option
from wenming_metrics.rules.entries import KIND_WORDS
from wenming_metrics.store import held, schema
from wenming_metrics.store.corrections import REFUSED, TAKEN
from wenming_metrics.store.database import reading
from wenming_metrics.store.drafts import read_events
from wenming_metrics.store.frames import read_frame

_COLUMNS = ["at", "who", "act", "what", "reason"]


def acts(office: Office) -> pd.DataFrame:
    """List every act: at, who, act, what, reason.

    Acts are 入库, 撤回, 恢复; 记住, 不再记; 已更正, 已替换, 不再处理; 填写更正, 更正入库, 退回更正; of issues those of `store.issues`,
    提出复核, 复核维持 (改扣, 剔除), 不等 (a held row), where late files count, and which
    findings are one problem; 问卷不计, 问卷恢复计入; of rules those of `store.drafts`, and 加上 or
    修改 an item or a point type of the office's own.
    """
    with reading(office.store) as connection:
        frames = [
            _batches(connection),
            _headers(connection, office),
            _names(connection, office),
            _held(connection),
            _replaced(connection),
            _corrections(connection),
            _issues(connection),
            _waivers(connection),
            _remarks(connection),
            _rulings(connection),
            _late(connection),
            _same(connection),
            _rules(connection),
            _answers(connection),
            _own_entries(connection),
        ]
    history = pd.concat(frames, ignore_index=True)
    return history.sort_values("at", ascending=False, kind="stable", ignore_index=True)


def _batches(connection: Connection) -> pd.DataFrame:
    event, batch = schema.batch_event, schema.batch
    query = select(
        event.c.at, event.c.who, event.c.act, event.c.reason, batch.c.batch, batch.c.name
    )
    joined = query.join(batch, batch.c.batch == event.c.batch).order_by(event.c.event.desc())
    events = read_frame(connection, joined)
    what = [f"第 {row.batch} 批 {row.name}" for row in events.itertuples()]
    return events.assign(what=what)[_COLUMNS]


def _headers(connection: Connection, office: Office) -> pd.DataFrame:
    choices = read_frame(connection, select(schema.header_choice))
    choices = choices[~choices["header"].isin([LIKE_CHOICE, FILE_CHOICE])]
    what = [_spell_header(office, choice) for choice in choices.itertuples()]
    return _choice_acts(choices.assign(what=what))


def _spell_header(office: Office, choice: tuple) -> str:
    header, name = choice.header, choice.name
    if question := question_of(choice.fingerprint):
        title, answer = spell_option(office.rules.survey, question, name)
        return f"“{title}”的回答“{header}” = {answer}"
    if header == KIND_CHOICE:
        return f"表格 = {CHOSEN_TITLES.get(name, name)}"
    if header == BARE_CHOICE:
        return f"只写数字的格子 = {BARE_TITLES[name]}"
    if header == VISITS_CHOICE:
        return f"{VISITS_TITLE} = {scope_title(name)}"
    return f"表头“{header}” = {column_title(office, name)}"


def _names(connection: Connection, office: Office) -> pd.DataFrame:
    choices, titles = (
        read_frame(connection, select(schema.name_choice)),
        name_titles(connection, office),
    )
    what = [
        f"“{choice.written}” = {titles[choice.kind].get(int(choice.target), '（已不在名册里）')}"
        for choice in choices.itertuples()
    ]
    return _choice_acts(choices.assign(what=what))


def _choice_acts(choices: pd.DataFrame) -> pd.DataFrame:
    """Tell of what was remembered, and of what was forgotten later."""
    remembered = choices.assign(act="记住", reason="")
    gone = choices[choices["forgotten_at"] != ""]
    gone = gone.assign(at=gone["forgotten_at"], act="不再记", reason="", who="")
    return pd.concat([remembered, gone])[_COLUMNS]


def _held(connection: Connection) -> pd.DataFrame:
    table, sheet = schema.held_end, schema.sheet
    query = select(table, sheet.c.name).join(
        sheet, (sheet.c.batch == table.c.batch) & (sheet.c.sheet == table.c.sheet)
    )
    return _ended(read_frame(connection, query))


def _replaced(connection: Connection) -> pd.DataFrame:
    """Tell of held rows whose whole file is replaced now: when the file that does it came."""
    rows, sheet, batch = held.replaced(connection), schema.sheet, schema.batch
    numbers = [int(number) for number in {*rows["batch"], *rows["by_batch"]}]
    names = select(sheet.c.batch, sheet.c.sheet, sheet.c.name).where(sheet.c.batch.in_(numbers))
    came = select(batch.c.batch.label("by_batch"), batch.c.at, batch.c.who)
    came = came.where(batch.c.batch.in_(numbers))
    held_rows = rows.merge(read_frame(connection, names), on=["batch", "sheet"])
    held_rows = held_rows.merge(read_frame(connection, came), on="by_batch")
    return _ended(held_rows.assign(act=held.REPLACED, reason=""))


def _corrections(connection: Connection) -> pd.DataFrame:
    """Tell of cells put right on the page: when they were written, and what became of them."""
    cells = corrections_in(connection)
    what = [
        f"更正 {cell.correction}：第 {cell.batch} 批“{cell.sheet}”第 {cell.source_row} 行"
        + (f"“{cell.header}”由“{cell.old}”改为“{cell.new}”" if cell.header else "按现在的名册重读")
        for cell in cells.itertuples()
    ]
    cells = cells.assign(what=what)
    ended = cells[cells["state"] != WAITS]
    act = np.where(ended["state"] == BACK, REFUSED, TAKEN)
    renamed = {"ended_by": "who", "ended_at": "at", "end_reason": "reason"}
    ended = ended.drop(columns=["who", "at", "reason"]).rename(columns=renamed)
    return pd.concat([cells.assign(act="填写更正"), ended.assign(act=act)])[_COLUMNS]


def _rules(connection: Connection) -> pd.DataFrame:
    """Tell of drafts of rules, and of what was published with which document."""
    events = read_events(connection)
    what = [
        f"第 {event.draft} 号草案，测评办法 {event.rules}"
        + (f"，{event.document}" if event.document else "")
        for event in events.itertuples()
    ]
    return events.assign(what=what, reason="")[_COLUMNS]


def _own_entries(connection: Connection) -> pd.DataFrame:
    """Tell of items and point types of the office's own."""
    table = schema.catalogue_entry
    query = select(table).where(table.c.own == 1).order_by(table.c.entry)
    entries = read_frame(connection, query)
    again = entries.duplicated(["kind", "number"])
    what = [
        f"本单位{KIND_WORDS[entry.kind]}“{entry.name}”（{entry.code}）"
        for entry in entries.itertuples()
    ]
    act = again.map({True: "修改", False: "加上"})
    return entries.assign(act=act, what=what, reason="")[_COLUMNS]


def _ended(held_rows: pd.DataFrame) -> pd.DataFrame:
    """Tell of held rows that wait no longer."""
    what = [
        f"第 {row.batch} 批“{row.name}”第 {row.source_row} 行"
        + ("" if pd.isna(row.by_batch) else f"，由第 {int(row.by_batch)} 批")
        for row in held_rows.itertuples()
    ]
    return held_rows.assign(what=what)[_COLUMNS]


def _issues(connection: Connection) -> pd.DataFrame:
    event, issue = schema.issue_event, schema.issue
    query = select(
        *(event.c[name] for name in ("at", "who", "act", "reason", "document")),
        *(issue.c[name] for name in ("name", "year", "number")),
    ).join(issue, issue.c.issue == event.c.issue)
    events = read_frame(connection, query.order_by(event.c.event.desc()))
    what = [
        f"{row.year}年{row.name}第{row.number}期{f' {row.document}' if row.document else ''}"
        for row in events.itertuples()
    ]
    return events.assign(what=what)[_COLUMNS]


def _with_files(connection: Connection, order: Column, file: str = "batch") -> pd.DataFrame:
    """Read the table of a column, its last line first, with the names of files (NaN: of none).

    Takes: file - the table's column that holds the number of the file
    """
    table, batch = order.table, schema.batch
    query = select(table, batch.c.name).join(batch, batch.c.batch == table.c[file], isouter=True)
    return read_frame(connection, query.order_by(order.desc()))


def _waivers(connection: Connection) -> pd.DataFrame:
    waivers = _with_files(connection, schema.waiver.c.at)
    what = [
        f"第 {waiver.batch} 批 {waiver.name} 第 {waiver.source_row} 行"
        for waiver in waivers.itertuples()
    ]
    return waivers.assign(act="不等", what=what)[_COLUMNS]


def _remarks(connection: Connection) -> pd.DataFrame:
    table = schema.remark
    remarks = read_frame(connection, select(table).order_by(table.c.remark.desc()))
    what = [f"复核意见 {remark.remark}" for remark in remarks.itertuples()]
    return remarks.assign(act="提出复核", what=what, reason=remarks["asks"])[_COLUMNS]


def _rulings(connection: Connection) -> pd.DataFrame:
    rulings = _with_files(connection, schema.ruling.c.ruling)
    what = [
        f"复核意见 {ruling.remark}"
        + (f"，第 {ruling.batch} 批 {ruling.name} 的一行" if ruling.batch >= 0 else "")
        for ruling in rulings.itertuples()
    ]
    reasons = [f"{ruling.reason}（{ruling.approver}批准）" for ruling in rulings.itertuples()]
    return rulings.assign(act="复核" + rulings["act"].astype(str), what=what, reason=reasons)[
        _COLUMNS
    ]


def _answers(connection: Connection) -> pd.DataFrame:
    choices = _with_files(connection, schema.answer_choice.c.choice)
    act = ["问卷恢复计入" if choice.counts else "问卷不计" for choice in choices.itertuples()]
    what = [f"第 {choice.batch} 批 {choice.name} 的一份问卷" for choice in choices.itertuples()]
    return choices.assign(act=act, what=what)[_COLUMNS]


def _late(connection: Connection) -> pd.DataFrame:
    choices = _with_files(connection, schema.late_choice.c.choice)
    act = ["迟到计入本期" if choice.own else "迟到计入下一期" for choice in choices.itertuples()]
    what = [f"第 {choice.batch} 批 {choice.name}" for choice in choices.itertuples()]
    return choices.assign(act=act, what=what)[_COLUMNS]


def _same(connection: Connection) -> pd.DataFrame:
    """Tell what was said of two findings of a site."""
    choices = _with_files(connection, schema.same_problem.c.choice, "other_batch")
    act = ["是同一问题" if choice.same else "不是同一问题" for choice in choices.itertuples()]
    what = [
        f"第 {choice.batch} 批和第 {choice.other_batch} 批 {choice.name} 里的两条问题"
        for choice in choices.itertuples()
    ]
    return choices.assign(act=act, what=what, reason="")[_COLUMNS]
