"""Signing in and out: what the browser holds is random, what is stored is its digest.

Wrong passwords make the next try wait, longer each time; a try while it waits is not looked at. A session
ends at its hour, by signing out, by any change of its account, and when the clock says it has not begun.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from wenming_metrics.access.passwords import LONGEST as LONGEST_PASSWORD
from wenming_metrics.access.passwords import is_password
from wenming_metrics.access.viewer import AccessError
from wenming_metrics.domain.periods import now
from wenming_metrics.store import schema
from wenming_metrics.store.access_log import add_line
from wenming_metrics.store.accounts import LONGEST_NAME, Account, as_account, normal_login
from wenming_metrics.store.database import Store, reading, writing_aside

HOURS = 12
"""A session ends so long after signing in: a working day, with what comes before and after it."""
FREE_TRIES = 4
"""So many wrong passwords may follow one another before the next try has to wait."""
_FIRST_WAIT, _LONGEST_WAIT = 30, 3600
"""Seconds; each further wrong password doubles the wait."""
_CLOCK_SLACK = timedelta(minutes=2)
"""Clocks of two servers may differ by so much."""
_WRONG = "账号或密码不对。"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SignIn:
    """What came of signing in: token - for the browser, "" = refused; refusal - why, in Chinese"""

    token: str = ""
    refusal: str = ""


def digest_of(token: str) -> str:
    """Give what is stored of what a browser holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(store: Store, login: str, password: str) -> SignIn:
    """Try a login and a password; every refusal is logged.

    A login that nobody has takes as long and is told the same as a wrong password.
    """
    if len(login) > 10 * LONGEST_NAME or len(password) > LONGEST_PASSWORD:
        return SignIn(refusal=_WRONG)
    line = _known(store, normal_login(login))
    if line and (wait := _wait(line)):
        return SignIn(
            refusal=f"密码连续输错 {line['failures']} 次，请等 {wait} 再试，或请管理员重设密码。"
        )
    is_right = is_password(password, line["password"] if line else "")
    if line is None:
        _log.warning("没有这个账号：%r", login[:LONGEST_NAME])
        return SignIn(refusal=_WRONG)
    return _begin(store, line) if is_right else _count_failure(store, line)


def _known(store: Store, login: str) -> RowMapping | None:
    with reading(store) as connection:
        table = schema.account
        return connection.execute(select(table).where(table.c.login == login)).mappings().first()


def _wait(line: RowMapping) -> str:
    """Say how long an account has to wait; "" = not at all. A clock that was set back does not shorten it."""
    if line["failures"] <= FREE_TRIES:
        return ""
    seconds = min(_FIRST_WAIT * 2 ** min(line["failures"] - FREE_TRIES - 1, 20), _LONGEST_WAIT)
    until = datetime.fromisoformat(line["failed_at"]) + timedelta(seconds=seconds)
    remaining = (until - now()).total_seconds()
    if remaining <= 0:
        return ""
    return f"{remaining / 60:.0f} 分钟" if remaining > 90 else f"{remaining:.0f} 秒"


def _count_failure(store: Store, line: RowMapping) -> SignIn:
    table = schema.account
    with writing_aside(store) as connection:
        mine = table.c.account == line["account"]
        columns = {"failures": table.c.failures + 1, "failed_at": now().isoformat()}
        connection.execute(update(table).where(mine).values(columns))
        count = connection.execute(select(table.c.failures).where(mine)).scalar_one()
        add_line(connection, "登录被拒", line["login"], "", f"密码不对，连续第 {count} 次")
    return SignIn(refusal=_WRONG)


def _begin(store: Store, line: RowMapping) -> SignIn:
    table, session = schema.account, schema.session
    token, moment = secrets.token_urlsafe(32), now()
    with writing_aside(store) as connection:
        if line["disabled"]:
            add_line(connection, "登录被拒", line["login"], line["name"], "账号已停用")
            return SignIn(refusal="这个账号已停用，请找管理员。")
        mine = table.c.account == line["account"]
        still = connection.execute(select(table.c.password, table.c.disabled).where(mine)).first()
        if still != (line["password"], 0):  # changed while the password was looked at
            return SignIn(refusal=_WRONG)
        connection.execute(update(table).where(mine).values(failures=0, failed_at=""))
        connection.execute(delete(session).where(session.c.expires <= moment.isoformat()))
        facts = {"account": line["account"], "begun": moment.isoformat()}
        expires = (moment + timedelta(hours=HOURS)).isoformat()
        connection.execute(
            insert(session), {"digest": digest_of(token), "expires": expires, **facts}
        )
        add_line(connection, "登录", line["login"], line["name"])
    return SignIn(token)


def account_of_session(connection: Connection, digest: str) -> Account | None:
    """Give who is signed in; None: nobody, not yet, or no longer."""
    table, session = schema.account, schema.session
    query = select(table, session.c.begun, session.c.expires).join_from(
        session, table, table.c.account == session.c.account
    )
    line = connection.execute(query.where(session.c.digest == digest)).mappings().first()
    if line is None or line["disabled"]:
        return None
    moment = now()
    has_begun = datetime.fromisoformat(line["begun"]) <= moment + _CLOCK_SLACK
    is_over = datetime.fromisoformat(line["expires"]) <= moment
    return as_account(line) if has_begun and not is_over else None


def sign_out(store: Store, token: str) -> None:
    """End a session; where there is none, nothing happens."""
    session = schema.session
    with reading(store) as connection:
        account = account_of_session(connection, digest_of(token))
    with writing_aside(store) as connection:
        connection.execute(delete(session).where(session.c.digest == digest_of(token)))
        if account is not None:
            add_line(connection, "退出", account.login, account.name)


def check_own_password(store: Store, login: str, password: str) -> None:
    """Ask for the present password before it is changed. Raises AccessError."""
    line = _known(store, login)
    if line is None or _wait(line) or not is_password(password, line["password"]):
        if line is not None and not _wait(line):
            _count_failure(store, line)
        raise AccessError("原密码不对，没有改动。")
