"""Checks of what is stored against what it must follow from; each gives lines of a report.

A check reads in short transactions, so it runs while others read and write: what it compares
comes from one state of the store.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from zipfile import BadZipFile

from sqlalchemy import Connection, Select, and_, func, select

from wenming_metrics.reading.model.reading import CHECKLIST, INSPECTION, PLAN, SURVEY
from wenming_metrics.rules.load import digest_of, unpack
from wenming_metrics.store import schema
from wenming_metrics.store.access_log import broken_lines, count_logged, count_restored
from wenming_metrics.store.batches import COMMIT, REINSTATE, WITHDRAW
from wenming_metrics.store.database import Store, reading
from wenming_metrics.store.days import among
from wenming_metrics.store.failures import StoreError
from wenming_metrics.store.frames import count_lines
from wenming_metrics.store.issues import SIGNED
from wenming_metrics.store.surveys import unpack_answers
from wenming_metrics.upkeep.report import Line, line

_MANY = 100_000
"""Most lines that are counted as wrong one by one."""
_BLOCKS = 32
"""Blocks of cells that are in memory together."""


def check_file(store: Store) -> list[Line]:
    """Check version and pages of the store."""
    with reading(store) as connection:
        version = connection.execute(select(schema.store.c.version)).scalar_one()
        revisions = (
            connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all()
        )
        right = version == schema.VERSION and revisions == [f"{schema.VERSION:04}"]
    versions = line("版本", 1, [] if right else [f"版本 {version}，迁移记录 {revisions}"])
    return [versions, *_check_pages(store)]


def _check_pages(store: Store) -> list[Line]:
    """Check the pages of an SQLite file; a server checks its own."""
    if store.engine.dialect.name != "sqlite":
        return []
    try:
        with reading(store) as connection:
            messages = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    except StoreError as error:  # some damage ends the check itself
        return [line("数据文件的页", 1, [str(error)])]
    wrong = [" ".join(message.split()) for message in messages if message != "ok"]
    return [line("数据文件的页", pages, wrong)]


def check_batches(store: Store) -> list[Line]:
    """Check what batches say of themselves against their days, held rows and history."""
    with reading(store) as connection:
        return [_counts(connection), _held(connection), _history(connection)]


def _counts(connection: Connection) -> Line:
    """Check the rows of batches whose every good row is one stored row: checklists and plans."""
    batch, days, sheet = schema.batch, schema.batch_day, schema.sheet
    mixed_batches = select(sheet.c.batch).where(sheet.c.kind.not_in([CHECKLIST, PLAN]))
    query = (
        select(batch.c.batch, batch.c.good, func.coalesce(func.sum(days.c.good), 0))
        .join_from(batch, days, days.c.batch == batch.c.batch, isouter=True)
        .where(batch.c.kind.in_([INSPECTION, PLAN]), batch.c.batch.not_in(mixed_batches))
        .group_by(batch.c.batch, batch.c.good)
    )
    return _compare(connection, query, "批次的行数", "批次 {} 记有 {} 行，按日合计 {} 行")


def _held(connection: Connection) -> Line:
    batch, held_row = schema.batch, schema.held_row
    query = (
        select(batch.c.batch, batch.c.held, func.count(held_row.c.batch))
        .join_from(batch, held_row, held_row.c.batch == batch.c.batch, isouter=True)
        .group_by(batch.c.batch, batch.c.held)
    )
    return _compare(connection, query, "待核行", "批次 {} 记有待核 {} 行，实有 {} 行")


def _compare(connection: Connection, query: Select, title: str, sentence: str) -> Line:
    """Check of each batch what it says of itself against what there is: number, noted, counted."""
    counts = connection.execute(query).all()
    return line(title, len(counts), [sentence.format(*c) for c in counts if c[1] != c[2]])


def _history(connection: Connection) -> Line:
    """Check that batches were committed first, then withdrawn and reinstated in turn."""
    events, batch = schema.batch_event, schema.batch
    acts: dict[int, list[str]] = {}
    ordered = select(events.c.batch, events.c.act).order_by(events.c.event)
    for number, act in connection.execute(ordered):
        acts.setdefault(number, []).append(act)
    live = dict(connection.execute(select(batch.c.batch, batch.c.live)).all())
    wrong = [
        f"批次 {number} 的经过是 {'、'.join(acts.get(number, [])) or '空的'}，标记为{_live_text(live.get(number))}"
        for number in sorted(set(acts) | set(live))
        if not _in_turn(acts.get(number, []), live.get(number))
    ]
    return line("批次的经过", len(live), wrong)


def _in_turn(acts: list[str], live: int | None) -> bool:
    turns = [WITHDRAW if n % 2 == 0 else REINSTATE for n in range(len(acts) - 1)]
    return acts == [COMMIT, *turns] and live == int(acts[-1] != WITHDRAW)


def _live_text(live: int | None) -> str:
    return {None: "没有这一批", 0: "已撤回"}.get(live, "已入库")


def check_states(store: Store) -> list[Line]:
    """Check that states of findings lie on days of their batch and follow one another."""
    state, days = schema.finding_state, schema.batch_day
    before = state.alias("before")
    key = (state.c.batch, state.c.seq, state.c.n)
    day = and_(days.c.batch == state.c.batch, days.c.day == state.c.happened_on)
    previous = and_(
        before.c.batch == state.c.batch, before.c.seq == state.c.seq, before.c.n == state.c.n - 1
    )
    strays = select(*key).join(days, day, isouter=True).where(state.c.n == 0, days.c.day.is_(None))
    loose = select(*key).join(before, previous, isouter=True)
    loose = loose.where(state.c.n > 0, before.c.n.is_(None))
    with reading(store) as connection:
        count = count_lines(connection, state)
        orphans = [
            *connection.execute(strays.limit(_MANY)).all(),
            *connection.execute(loose.limit(_MANY)).all(),
        ]
        numbered = _numbered(connection)
    wrong = (f"批次 {batch} 第 {seq} 行的第 {n} 个状态没有来处" for batch, seq, n in orphans)
    return [line("问题状态", count, wrong), numbered]


def _numbered(connection: Connection) -> Line:
    """Check that every number and deadline belongs to a problem."""
    finding, state = schema.finding, schema.finding_state
    same = and_(state.c.batch == finding.c.batch, state.c.seq == finding.c.seq, state.c.n == 0)
    strays = select(finding.c.batch, finding.c.seq).join(state, same, isouter=True)
    strays = strays.where(state.c.batch.is_(None)).limit(_MANY)
    count = count_lines(connection, finding)
    orphans = connection.execute(strays).all()
    return line(
        "编号和期限", count, [f"批次 {batch} 第 {seq} 行没有这个问题" for batch, seq in orphans]
    )


def check_originals(store: Store, digests: list[str]) -> list[Line]:
    """Check the bytes of files as they were sent against the digests they are kept under."""
    wrong, dropped = [], 0
    for digest in digests:
        content = _content(store, digest)
        if content is None:
            dropped += 1
        elif hashlib.sha256(content).hexdigest() != digest:
            wrong.append(f"摘要为 {digest[:12]}… 的原文件内容变了")
    return [line("原文件", len(digests) - dropped, wrong), line("已按期清除的原文件", dropped)]


def _content(store: Store, digest: str) -> bytes | None:
    table = schema.original
    with reading(store) as connection:
        query = select(table.c.content).where(table.c.sha256 == digest)
        return connection.execute(query).scalar()


def check_pictures(store: Store, digests: list[str]) -> list[Line]:
    """Check the bytes of pictures against the digests they are kept under."""
    table, wrong = schema.picture, []
    for digest in digests:
        with reading(store) as connection:
            query = select(table.c.content).where(table.c.digest == digest)
            content = connection.execute(query).scalar_one()
        if hashlib.sha256(content).hexdigest() != digest:
            wrong.append(f"摘要为 {digest[:12]}… 的图片内容变了")
    return [line("图片", len(digests), wrong)]


def check_picture_places(store: Store) -> list[Line]:
    """Check that each picture that a row shows is there; of some only the place was kept."""
    position, picture = schema.picture_place, schema.picture
    key = (position.c.batch, position.c.sheet, position.c.source_row)
    lost = (
        select(*key)
        .join_from(position, picture, picture.c.digest == position.c.digest, isouter=True)
        .where(position.c.digest != "", picture.c.digest.is_(None))
        .order_by(*key)
    )
    with reading(store) as connection:
        count = count_lines(connection, position)
        missing = connection.execute(lost.limit(_MANY)).all()
    wrong = (f"批次 {batch} 第 {n + 1} 张表第 {row} 行的图片没有了" for batch, n, row in missing)
    return [line("图片的位置", count, wrong)]


def check_issues(store: Store) -> list[Line]:
    """Check what was signed against the hash that was printed with it, and that it is there."""
    content, event = schema.issue_content, schema.issue_event
    with reading(store) as connection:
        signed = select(event.c.issue).where(event.c.act == SIGNED)
        wanted = set(connection.execute(signed).scalars())
        contents = connection.execute(select(content)).mappings().all()
    wrong = [
        f"第 {key} 号通报已签发，名单没有了" for key in wanted - {row["issue"] for row in contents}
    ]
    for row in contents:
        try:
            same = hashlib.sha256(zlib.decompress(row["content"])).hexdigest() == row["hash"]
        except zlib.error:
            same = False
        wrong += [] if same else [f"第 {row['issue']} 号通报的名单和校验码对不上"]
    return [line("已签发的名单", len(wanted), wrong)]


def check_rules(store: Store) -> list[Line]:
    """Check archived rules against their digests, and that drafts of rules can be unpacked."""
    archive, draft = schema.rules_archive, schema.rule_draft
    with reading(store) as connection:
        archived = connection.execute(select(archive.c.digest, archive.c.content)).all()
        drafts = connection.execute(select(draft.c.draft, draft.c.content)).all()
    wrong = [
        f"摘要为 {digest[:12]}… 的办法内容变了"
        for digest, content in archived
        if _digest(content) != digest
    ]
    wrong += [f"第 {number} 号草案解不开" for number, content in drafts if not _digest(content)]
    return [line("办法的存档和草案", len(archived) + len(drafts), wrong)]


def _digest(content: bytes) -> str:
    """Give the digest of packed rules, "" when they cannot be unpacked."""
    try:
        return digest_of(unpack(content))
    except (BadZipFile, zlib.error):
        return ""


def check_answers(store: Store) -> list[Line]:
    """Check that questionnaires can be unpacked, and that none of a batch is missing."""
    table, batch = schema.answer_block, schema.batch
    wrong, unpacked, count = [], {}, 0
    with reading(store) as connection:
        noted = select(batch.c.batch, batch.c.good).where(batch.c.kind == SURVEY)
        good = dict(connection.execute(noted).all())
        blocks = connection.execute(select(table), execution_options={"yield_per": _BLOCKS})
        for block in blocks:
            count += block.rows
            try:
                size = len(unpack_answers(block.payload).frame)
            except (zlib.error, struct.error, ValueError, KeyError):
                size = -1
            unpacked[block.batch] = unpacked.get(block.batch, 0) + size
            if size != block.rows:
                wrong.append(f"批次 {block.batch} 第 {block.n + 1} 段问卷解不开或不完整")
    wrong += [
        f"批次 {key} 应有 {rows} 份问卷，实有 {unpacked.get(key, 0)} 份"
        for key, rows in good.items()
        if unpacked.get(key, 0) != rows
    ]
    return [line("问卷", count, wrong)]


def check_blocks(store: Store, batches: list[int]) -> list[Line]:
    """Check that the original cells of some batches can be unpacked."""
    table, wrong, count = schema.block, [], 0
    query = select(table).where(among(table.c.batch, batches))
    with reading(store) as connection:
        blocks = connection.execute(query, execution_options={"yield_per": _BLOCKS})
        for block in blocks:
            count += 1
            try:
                zlib.decompress(block.payload)
            except zlib.error:
                position = f"批次 {block.batch} 第 {block.sheet + 1} 张表第 {block.first_row} 行起"
                wrong.append(f"{position}的原始单元格解不开")
    return [line("原始单元格", count, wrong)]


def check_log(store: Store) -> list[Line]:
    """Check the log of who did what: no line changed, taken out or cut off; and tell how often data were put back."""
    with reading(store) as connection:
        logged = line("操作日志", count_logged(connection), list(broken_lines(connection)))
        times = count_restored(connection)
        return [logged, line("日志中的还原", times, [])] if times else [logged]
