"""Signing in and out: what the browser holds is random, what is stored is its digest.

Wrong passwords make the next try from the same address wait, longer each time; a try while it waits is not
looked at (see `guesses`). A session ends at its hour, by signing out, by any change of its account, and when
the clock says it has not begun.
"""

from __future__ import annotations

import hashlib
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
from wenming_metrics.store.accounts import (
    LONGEST_NAME,
    Account,
    as_account,
    last_rights,
    normal_login,
    vouched_login,
)
from wenming_metrics.store.database import Store, reading, writing_aside
from wenming_metrics.store.guesses import count_guess, forget_guesses, wait_told

HOURS = 12
"""A session ends so long after signing in: a working day, with what comes before and after it."""
_CLOCK_SLACK = timedelta(minutes=2)
"""Clocks of two servers may differ by so much."""
_WRONG = "账号或密码不对。"


@dataclass(frozen=True)
class SignIn:
    """What came of signing in: token - for the browser, "" = refused; refusal - why, in Chinese"""

    token: str = ""
    refusal: str = ""


def digest_of(token: str) -> str:
    """Give what is stored of what a browser holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(store: Store, login: str, password: str, address: str = "") -> SignIn:
    """Try a login and a password; every refusal is logged.

    A login that nobody has takes as long, waits as long and is told the same as a wrong password.

    Takes: address - where the try comes from
    """
    if len(login) > 10 * LONGEST_NAME or len(password) > LONGEST_PASSWORD:
        return SignIn(refusal=_WRONG)
    login = normal_login(login)
    if refusal := wait_told(store, address, login):
        return SignIn(refusal=refusal)
    line = _known(store, login)
    is_right = is_password(password, line["password"] if line else "")
    if line and is_right:
        return _begin(store, line, address)
    count_guess(store, address, login, line)
    return SignIn(refusal=_WRONG)


def sign_in_named(store: Store, login: str, voucher: str, address: str = "") -> SignIn:
    """Begin a session for a login that others vouch for; whoever has no account here is refused, and logged.

    Takes: voucher - who vouches, as the log tells it
    """
    login = vouched_login(login)
    if line := _known(store, login):
        return _begin(store, line, address, voucher)
    login = login[:LONGEST_NAME]
    with writing_aside(store) as connection:
        add_line(connection, "登录被拒", login, "", f"{voucher}给出的账号还没有建立")
    return SignIn(refusal=f"账号“{login}”还没有建立，请找管理员。")


def _known(store: Store, login: str) -> RowMapping | None:
    with reading(store) as connection:
        table = schema.account
        return connection.execute(select(table).where(table.c.login == login)).mappings().first()


def _begin(store: Store, line: RowMapping, address: str, voucher: str = "") -> SignIn:
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
        forget_guesses(connection, line["login"], address)
        connection.execute(delete(session).where(session.c.expires <= moment.isoformat()))
        facts = {"account": line["account"], "begun": moment.isoformat()}
        expires = (moment + timedelta(hours=HOURS)).isoformat()
        connection.execute(
            insert(session), {"digest": digest_of(token), "expires": expires, **facts}
        )
        add_line(connection, "登录", line["login"], line["name"], voucher)
    return SignIn(token)


def account_of_session(connection: Connection, digest: str) -> Account | None:
    """Give who is signed in; None: nobody, not yet, or no longer."""
    return signed_in(connection, digest)[0]


def signed_in(connection: Connection, digest: str) -> tuple[Account | None, str]:
    """Give an account as `account_of_session`, and the rights as `stored_rights`: in one question, for every message
    of every page asks it."""
    table, session = schema.account, schema.session
    facts = (session.c.begun, session.c.expires, last_rights().scalar_subquery().label("rights"))
    query = select(table, *facts).join_from(session, table, table.c.account == session.c.account)
    line = connection.execute(query.where(session.c.digest == digest)).mappings().first()
    if line is None or line["disabled"]:
        return None, ""
    moment = now()
    has_begun = datetime.fromisoformat(line["begun"]) <= moment + _CLOCK_SLACK
    is_over = datetime.fromisoformat(line["expires"]) <= moment
    return as_account(line) if has_begun and not is_over else None, line["rights"] or ""


def sign_out(store: Store, token: str) -> None:
    """End a session; where there is none, nothing happens."""
    session = schema.session
    with reading(store) as connection:
        account = account_of_session(connection, digest_of(token))
    with writing_aside(store) as connection:
        connection.execute(delete(session).where(session.c.digest == digest_of(token)))
        if account is not None:
            add_line(connection, "退出", account.login, account.name)


def check_own_password(store: Store, login: str, password: str, address: str = "") -> None:
    """Ask for the present password before it is changed. Raises AccessError."""
    line = _known(store, login)
    if line and not wait_told(store, address, login):
        if is_password(password, line["password"]):
            return
        count_guess(store, address, login, line)
    raise AccessError("原密码不对，没有改动。")
