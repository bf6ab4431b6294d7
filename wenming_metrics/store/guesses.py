"""Wrong passwords: how long whoever types them has to wait, by where they come from.

Counted are an address with a login, whether anybody has it or not, and an address with whatever it tries.
Nobody waits for what another address did: a stranger can guess, but locks out only themselves. The file
cannot be filled from outside: lines go after a day, the oldest before that where there are too many.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.engine import RowMapping

from wenming_metrics.domain.periods import now
from wenming_metrics.store import schema
from wenming_metrics.store.access_log import add_line
from wenming_metrics.store.database import Store, reading, writing_aside

FREE_TRIES, FREE_OF_ADDRESS = 4, 50
"""So many wrong passwords for a login, and from an address, may follow one another before the next try waits."""
_FIRST_WAIT, _LONGEST_WAIT, _LONGEST_OF_ADDRESS = 30, 3600, 60
"""Seconds; each further wrong password doubles the wait."""
_KEPT = timedelta(days=1)
_MOST = 5_000
_ANY = ""
"""Stands for all logins that an address tries."""


def wait_told(store: Store, address: str, login: str) -> str:
    """Say how long an address has to wait with a login, as a sentence; "" = not at all."""
    table = schema.guess
    theirs = select(table).where(table.c.address == address, table.c.login.in_((login, _ANY)))
    with reading(store) as connection:
        lines = connection.execute(theirs).mappings().all()
    seconds = max(map(_seconds_left, lines), default=0)
    if seconds <= 0:
        return ""
    remaining = f"{seconds / 60:.0f} 分钟" if seconds > 90 else f"{seconds:.0f} 秒"
    return f"密码连续输错，请等 {remaining} 再试，或请管理员重设密码。"


def _seconds_left(line: RowMapping) -> float:
    """Say for how long a line makes wait. A clock that was set back does not shorten it."""
    is_login = line["login"] != _ANY
    free, longest = (
        (FREE_TRIES, _LONGEST_WAIT) if is_login else (FREE_OF_ADDRESS, _LONGEST_OF_ADDRESS)
    )
    if line["failures"] <= free:
        return 0
    seconds = min(_FIRST_WAIT * 2 ** min(line["failures"] - free - 1, 20), longest)
    until = datetime.fromisoformat(line["failed_at"]) + timedelta(seconds=seconds)
    return (until - now()).total_seconds()


def count_guess(store: Store, address: str, login: str, account: RowMapping | None) -> None:
    """Count a wrong password; the same is written whether there is such an account (None: no) or not.

    What was typed as a login that nobody has may be a password: the log says only where it came from, once a day.
    """
    table = schema.account
    with writing_aside(store) as connection:
        _forget_old(connection)
        count = _add(connection, address, login)
        of_address = _add(connection, address, _ANY)
        if account:
            mine = table.c.account == account["account"]
            columns = {"failures": table.c.failures + 1, "failed_at": now().isoformat()}
            connection.execute(update(table).where(mine).values(columns))
            sentence = f"密码不对，{address or '本机'} 连续第 {count} 次"
            add_line(connection, "登录被拒", account["login"], "", sentence)
        elif of_address == 1:
            add_line(connection, "登录被拒", "", "", f"没有这个账号，来自 {address or '本机'}")


def _add(connection: Connection, address: str, login: str) -> int:
    table = schema.guess
    mine = (table.c.address == address) & (table.c.login == login)
    columns = {"failures": table.c.failures + 1, "failed_at": now().isoformat()}
    if not connection.execute(update(table).where(mine).values(columns)).rowcount:
        facts = {"address": address, "login": login, "failures": 1}
        connection.execute(insert(table), {**facts, "failed_at": columns["failed_at"]})
    return connection.execute(select(table.c.failures).where(mine)).scalar_one()


def _forget_old(connection: Connection) -> None:
    table = schema.guess
    connection.execute(delete(table).where(table.c.failed_at < (now() - _KEPT).isoformat()))
    if connection.execute(select(func.count()).select_from(table)).scalar_one() >= _MOST:
        halfway = select(table.c.failed_at).order_by(table.c.failed_at).offset(_MOST // 2).limit(1)
        limit = connection.execute(halfway).scalar_one()
        connection.execute(delete(table).where(table.c.failed_at < limit))


def forget_guesses(connection: Connection, login: str, address: str | None = None) -> None:
    """Let a login be tried at once again. Takes: address - from which, None: from all"""
    table = schema.guess
    theirs = table.c.login == login
    if address is not None:
        theirs &= table.c.address == address
    connection.execute(delete(table).where(theirs))
