"""The log of who did what: only added to, each line sealed with the one before it.

A digest is the SHA-256 of the line and of the digest before it, and the last one is kept apart: a line
that is changed, taken out or cut off at the end is noticed by `broken_lines`. Whoever can write the
whole file anew can make a new chain; the last digest printed on paper tells it. A backup that is put back
does not shorten it: `go_on_from`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

import pandas as pd
from sqlalchemy import Connection, delete, func, insert, select

from wenming_metrics.access.viewer import Deed
from wenming_metrics.domain.periods import now
from wenming_metrics.store import schema

RESTORED = "还原备份"
LOG_COLUMNS = ("line", "at", "login", "who", "act", "subject")
_LONGEST = 200
"""Characters of what a line speaks of."""


def add_line(connection: Connection, act: str, login: str, who: str, subject: str = "") -> None:
    """Add a line, as of now; under the write lock."""
    table, end = schema.access_log, schema.access_log_end
    last = connection.execute(select(end.c.line, end.c.digest)).first()
    number, previous = last or (0, "")
    facts = {
        **{"line": number + 1, "at": now().isoformat(timespec="microseconds"), "act": act},
        **{"login": _clipped(login), "who": _clipped(who), "subject": _clipped(subject)},
    }
    sealed = seal(facts, previous)
    connection.execute(insert(table), {**facts, "digest": sealed})
    connection.execute(delete(end))
    connection.execute(insert(end), {"line": number + 1, "digest": sealed})


def add_deed(connection: Connection, deed: Deed) -> None:
    """Add the line of an act, where there are accounts: without them a file is kept of each act alone."""
    if deed.subject is not None and has_accounts(connection):
        add_line(connection, deed.act, deed.viewer.account, deed.who, deed.subject)


def has_accounts(connection: Connection) -> bool:
    """Say whether anybody has to sign in."""
    return connection.execute(select(schema.account.c.account).limit(1)).first() is not None


def seal(facts: Mapping[str, object], previous: str) -> str:
    """Give the digest of a line. Takes: facts - LOG_COLUMNS; previous - digest of the line before it, "" = none"""
    text = json.dumps([facts[name] for name in LOG_COLUMNS], ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def read_log(connection: Connection) -> pd.DataFrame:
    """Read the log, the latest line first: LOG_COLUMNS."""
    table = schema.access_log
    query = select(*(table.c[name] for name in LOG_COLUMNS)).order_by(table.c.line.desc())
    return pd.DataFrame(connection.execute(query).all(), columns=list(LOG_COLUMNS))


def log_chain(connection: Connection) -> list[dict[str, object]]:
    """Read the log as it is sealed, the first line first: LOG_COLUMNS and digest."""
    table = schema.access_log
    return [
        dict(line) for line in connection.execute(select(table).order_by(table.c.line)).mappings()
    ]


def go_on_from(connection: Connection, chain: list[dict[str, object]], subject: str) -> None:
    """Go on with the log that a store had before a backup was put into it, and say so in a line of it.

    A log that does not begin as the backup's does is another store's, or was changed: then the backup's goes
    on, and its line names the end of the other one.

    Takes: chain - `log_chain` of before; subject - which backup
    """
    table, end = schema.access_log, schema.access_log_end
    number, digest = connection.execute(select(end.c.line, end.c.digest)).first() or (0, "")
    if not chain and not number and not has_accounts(connection):
        return
    if not chain:
        sentence = f"日志接着备份的第 {number} 行"
    elif not number or (number <= len(chain) and chain[number - 1]["digest"] == digest):
        connection.execute(delete(table))
        connection.execute(insert(table), chain)
        last = {name: chain[-1][name] for name in ("line", "digest")}
        connection.execute(delete(end))
        connection.execute(insert(end), last)
        sentence = f"数据和账号回到日志第 {number} 行时的样子，日志没有变短"
    else:
        sentence = f"日志接着备份的第 {number} 行；原来的日志 {len(chain)} 行接不上，末尾校验码 {chain[-1]['digest'][:16]}"
    add_line(connection, RESTORED, "", "终端", f"{sentence}；{subject}")


def count_restored(connection: Connection) -> int:
    """Count how often a backup was put back, as the log says."""
    table = schema.access_log
    query = select(func.count()).where(table.c.act == RESTORED)
    return connection.execute(query).scalar_one()


def last_digest(connection: Connection) -> str:
    """Give the digest of the last line, "" while there is none."""
    return connection.execute(select(schema.access_log_end.c.digest)).scalar() or ""


def broken_lines(connection: Connection) -> Iterator[str]:
    """Say where the chain is broken: lines that were changed, and where lines are missing."""
    table, end = schema.access_log, schema.access_log_end
    number, previous = 0, ""
    for line in connection.execute(select(table).order_by(table.c.line)).mappings():
        if line["line"] != number + 1:
            yield f"第 {number + 1} 行至第 {line['line'] - 1} 行不见了"
        elif line["digest"] != seal(line, previous):
            yield f"第 {line['line']} 行被改动过"
        number, previous = line["line"], line["digest"]
    last = connection.execute(select(end.c.line, end.c.digest)).first()
    if last is None and connection.execute(select(schema.account.c.account)).first():
        yield "有账号而没有操作日志"
    elif (last or (0, "")) != (number, previous):
        yield f"末尾应是第 {last[0] if last else 0} 行，实为第 {number} 行"


def count_logged(connection: Connection) -> int:
    """Count the lines of the log."""
    return connection.execute(select(schema.access_log_end.c.line)).scalar() or 0


def _clipped(text: str) -> str:
    """Keep the beginning: what a stranger types must not fill the store."""
    line = " ".join(text.replace("\0", "").split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
