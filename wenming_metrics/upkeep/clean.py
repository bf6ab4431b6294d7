"""Take personal data out of what was stored before it was looked for as it is today.

The copies of files, the cells for drill-through and every text are cleaned; rows, tallies and what is
signed are not touched, so every figure stays. A file is cleaned in one transaction with its cells: when it
is stopped, what is cleaned is whole, and another run does the rest. At the end the store is written anew,
so that nothing is left in pages that are free.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Connection, Table, Text, delete, insert, select, update

from wenming_metrics.domain.periods import today
from wenming_metrics.domain.privacy import has_hint, mask, mask_name
from wenming_metrics.queries.files.choices import read_choices
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import Block, Refusal
from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.personal.columns import CONTACT_NAMES, uses_of_columns
from wenming_metrics.reading.personal.copies import CleanCopy, clean_copy
from wenming_metrics.reading.personal.masking import mask_block
from wenming_metrics.store import schema
from wenming_metrics.store.database import Store, reading, writing
from wenming_metrics.store.failures import StoreError, as_store_errors
from wenming_metrics.store.notes import CLEANED, read_note
from wenming_metrics.store.registers import read_register
from wenming_metrics.upkeep.clean_pictures import clean_pictures
from wenming_metrics.upkeep.copies import in_words

_log = logging.getLogger(__name__)
_SEALED = {"account", "session", "access_log", "access_log_end", "rights_version"}
"""Tables that nothing of a file comes into; a line of the log that is changed breaks its chain."""
_NOT_WORDS = frozenset(
    "sha256 digest hash code kind act at made_at dropped_at cutoff known_at who approver type "
    "fingerprint number document rules basis board state happened_on codes version".split()
)
"""Columns of texts that the software writes itself, that identify, or that name who worked."""
_JSON = frozenset({"details", "headers", "told", "value"})


@dataclass(frozen=True)
class Cleaned:
    """What was cleaned: files whose copy is another one now, pictures, blocks of cells, texts, files of logs.

    unread - batches whose file cannot be opened any more: it is as it was; signed - names of the signed
             issues that hold such data: a word changed would break their check code
    """

    files: int
    pictures: int
    blocks: int
    texts: int
    logs: int
    unread: tuple[int, ...]
    signed: tuple[str, ...]
    seconds: float


def clean(office: Office, logs: Path | None = None) -> Cleaned:
    """Clean a store. Takes: logs - the folder of the logs, which are cleaned too

    Raises StoreError when another program keeps the file from being written anew; what was cleaned stays so
    """
    begun = time.perf_counter()
    files, blocks, unread = 0, 0, []
    with reading(office.store) as connection:
        context = _context(connection, office)
        digests = connection.execute(select(schema.original.c.sha256)).scalars().all()
    for digest in digests:
        copy = _copy_of(office.store, digest, context)
        with writing(office.store) as connection:
            batches = _batches_of(connection, digest)
            unread += batches if isinstance(copy, Refusal) else []
            found = copy if isinstance(copy, CleanCopy) else None
            blocks += sum(_clean_blocks(connection, batch, found) for batch in batches)
            if found and found.content is not None:
                files += _replace(connection, digest, found.content)
    pictures = clean_pictures(office.store)
    with writing(office.store) as connection:
        texts = sum(
            _clean_texts(connection, table)
            for table in schema.metadata.sorted_tables
            if table.name not in _SEALED
        )
        signed = tuple(_signed(connection))
    log_files = _clean_logs(logs) if logs else 0
    facts = (files, pictures, blocks, texts, log_files, tuple(sorted(unread)), signed)
    _log.info(
        "清除个人信息 文件 %s 照片 %s 单元格块 %s 文字 %s 日志 %s 打不开的批次 %s 已签发 %s", *facts
    )
    _write_anew(office.store)
    return Cleaned(*facts, time.perf_counter() - begun)


def _context(connection: Connection, office: Office) -> Context:
    rules = office.rules
    return Context(
        read_register(connection),
        office.catalogue,
        today(),
        choices=read_choices(connection),
        rules=rules.reading,
        survey=rules.survey,
    )


def _copy_of(store: Store, digest: str, context: Context) -> CleanCopy | Refusal | None:
    """Clean a file, outside of any transaction; None: it was dropped."""
    with reading(store) as connection:
        original, batch = schema.original, schema.batch
        query = select(original.c.content).where(original.c.sha256 == digest)
        content = connection.execute(query).scalar()
        name = connection.execute(select(batch.c.name).where(batch.c.sha256 == digest)).scalar()
    return None if content is None else clean_copy(content, mask_name(name or ""), context)


def _batches_of(connection: Connection, digest: str) -> list[int]:
    batch = schema.batch
    query = select(batch.c.batch).where(batch.c.sha256 == digest)
    return list(connection.execute(query).scalars())


def _replace(connection: Connection, digest: str, content: bytes) -> int:
    """Keep a cleaned copy in place of a file; gives 1, or 0 where it is the same file."""
    batch, original = schema.batch, schema.original
    new_digest = hashlib.sha256(content).hexdigest()
    if new_digest == digest:
        return 0
    connection.execute(delete(original).where(original.c.sha256 == digest))
    twin = select(original.c.sha256).where(original.c.sha256 == new_digest)
    if connection.execute(twin).first() is None:
        columns = {"sha256": new_digest, "size": len(content), "content": content}
        connection.execute(insert(original), columns)
    moved = update(batch).where(batch.c.sha256 == digest)
    connection.execute(moved.values(sha256=new_digest))
    _note(connection, digest, new_digest)
    return 1


def _clean_blocks(connection: Connection, batch: int, copy: CleanCopy | None) -> int:
    """Clean the cells of a batch; without its file, by the headers that were stored."""
    block, sheet = schema.block, schema.sheet
    count = 0
    query = select(sheet.c.sheet, sheet.c.kind, sheet.c.headers).where(sheet.c.batch == batch)
    for number, kind, headers in connection.execute(query).all():
        columns = {int(position): (text, name) for position, text, name, *_ in json.loads(headers)}
        uses, emptied = uses_of_columns(columns, kind)
        if copy:
            uses = {**uses, **copy.masked.uses.get(number, {})}
            emptied |= {position for index, position in copy.emptied if index == number}
        emptied = {position for position in emptied if not columns.get(position, ("", ""))[1]}
        mine = (block.c.batch == batch) & (block.c.sheet == number)
        query = select(block.c.first_row, block.c.rows, block.c.payload).where(mine)
        for first_row, rows, payload in connection.execute(query).all():
            packed = mask_block(Block(first_row, rows, payload), uses, emptied).packed
            if zlib.decompress(packed) != zlib.decompress(payload):
                changed = update(block).where(mine, block.c.first_row == first_row)
                connection.execute(changed.values(payload=packed))
                count += 1
    return count


def _clean_texts(connection: Connection, table: Table) -> int:
    """Clean the texts of a table; gives how many were changed."""
    columns = [column for column in table.columns if _is_words(column)]
    if not columns:
        return 0
    keys, count = list(table.primary_key.columns), 0
    lines = connection.execute(select(*keys, *columns)).all()
    for line in lines:
        key, texts = line[: len(keys)], line[len(keys) :]
        changed = {
            column.name: text
            for column, old in zip(columns, texts, strict=True)
            if old and has_hint(old) and (text := _clean_text(column.name, old)) != old
        }
        if changed:
            mine = [column == value for column, value in zip(keys, key, strict=True)]
            connection.execute(update(table).where(*mine).values(changed))
            count += len(changed)
    return count


def _is_words(column: Column) -> bool:
    return (
        isinstance(column.type, Text)
        and not column.primary_key
        and column.name not in _NOT_WORDS
        and not column.name.endswith("_at")
    )


def _clean_text(name: str, text: str) -> str:
    if name in ("name", "sheet"):
        return mask_name(text)
    if name not in _JSON:
        return mask(text)
    try:
        return json.dumps(_clean_json(json.loads(text)), ensure_ascii=False)
    except ValueError:
        return mask(text)


def _clean_json(value: object, name: str = "") -> object:
    """Clean the texts of what JSON holds; contacts of units and numbers of documents stay."""
    if isinstance(value, str):
        if name.endswith(("_no", "_code", "number")):
            return value
        return mask(value, at_work=name in CONTACT_NAMES)
    if isinstance(value, list):
        return [_clean_json(element, name) for element in value]
    if isinstance(value, dict):
        return {key: _clean_json(element, str(key)) for key, element in value.items()}
    return value


def _note(connection: Connection, digest: str, new_digest: str) -> None:
    """Note which digest a file had: workbooks that were given back bear the old one."""
    earlier = (read_note(connection, CLEANED) or {}).get("digests", {})
    moved = {old: new_digest if now == digest else now for old, now in earlier.items()}
    content = json.dumps({"digests": {**moved, digest: new_digest}})
    connection.execute(delete(schema.note).where(schema.note.c.name == CLEANED))
    connection.execute(insert(schema.note), {"name": CLEANED, "value": content})


def _signed(connection: Connection) -> Iterator[str]:
    """Name the signed issues whose words hold personal data."""
    content, issues = schema.issue_content, schema.issue
    query = select(issues.c.name, content.c.content).join(
        content, content.c.issue == issues.c.issue
    )
    for name, payload in connection.execute(query.order_by(issues.c.issue)):
        document = json.loads(zlib.decompress(payload), parse_float=str)
        if _clean_json(document) != document:
            yield str(name)


def _clean_logs(folder: Path) -> int:
    count = 0
    for path in sorted(folder.glob("*.log")):
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
        lines = [mask(line) for line in text.split("\n")]
        if "\n".join(lines) != text:
            path.write_text("\n".join(lines), encoding="utf-8", errors="surrogateescape")
            count += 1
    return count


def _write_anew(store: Store) -> None:
    """Write the pages of the store anew: what was there is in none of them, and in no log beside."""
    if store.engine.dialect.name != "sqlite":
        alone = store.engine.execution_options(isolation_level="AUTOCOMMIT")
        with as_store_errors(store.url), alone.connect() as connection:
            connection.exec_driver_sql("VACUUM FULL")
        return
    path = Path(store.engine.url.database)
    with in_words("重写数据文件", path), store.engine.connect() as connection:
        # The driver's own: a transaction is begun for everything else.
        driver = connection.connection.driver_connection
        driver.execute("VACUUM")
        busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreError(
            "个人信息已经清除，但另一个程序正在使用数据，旧的内容还留在数据文件旁边的日志里。"
            "请关闭网页和其他命令，再运行一次。"
        )
