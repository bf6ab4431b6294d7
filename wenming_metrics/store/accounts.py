"""Accounts: who there is, what each is bound to, and the table of rights that holds.

Every change is an act of an administrator or of the terminal, and a line of the log. The last
administrator who can sign in stays one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, Select, delete, insert, select, update
from sqlalchemy.engine import RowMapping

from wenming_metrics.access.passwords import hashed, weakness
from wenming_metrics.access.rights import ADMINISTRATOR, Rights
from wenming_metrics.access.viewer import MANAGE, UNIT, AccessError, permitted
from wenming_metrics.store import schema
from wenming_metrics.store.access_log import add_line
from wenming_metrics.store.database import Store, reading, stamp, writing_aside
from wenming_metrics.store.frames import next_number
from wenming_metrics.store.guesses import forget_guesses

LONGEST_NAME = 20
_LOGIN = re.compile(r"[0-9A-Za-z_.\-一-鿿]{2,20}")


@dataclass(frozen=True)
class Account:
    """One account. unit - number of the unit that it is bound to, -1: none; at - when it was last changed"""

    number: int
    login: str
    name: str
    role: str
    unit: int = -1
    disabled: bool = False
    failures: int = field(default=0, compare=False)
    failed_at: str = field(default="", compare=False)
    at: str = field(default="", compare=False)


def as_account(line: RowMapping) -> Account:
    """Make the record of a line of the table; without its password."""
    names = ("login", "name", "role", "unit", "failures", "failed_at", "at")
    return Account(line["account"], disabled=bool(line["disabled"]), **{n: line[n] for n in names})


def read_accounts(connection: Connection) -> list[Account]:
    """List all accounts, in the order in which they were made."""
    table = schema.account
    return [
        as_account(line)
        for line in connection.execute(select(table).order_by(table.c.account)).mappings()
    ]


def normal_login(text: str) -> str:
    """Give a login as it is stored: full-width letters are those that are typed without an input method."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def vouched_login(text: str) -> str:
    """Give the login that others vouch for: but for capitals letter by letter theirs.

    Elsewhere other signs, blanks and endings make another person, who must not become one of ours.
    """
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


@permitted(MANAGE, None)
def add_account(store: Store, account: Account, password: str, rights: Rights, who: str) -> Account:
    """Add an account. Raises AccessError for a name that is taken, a weak password, an unknown role."""
    account = replace(account, login=normal_login(account.login), name=account.name.strip())
    _check_words(account)
    _check_role(account, rights)
    if fault := weakness(password, account.login, account.name):
        raise AccessError(fault)
    password_hash = hashed(password)
    table = schema.account
    with writing_aside(store) as connection:
        for column, text in ((table.c.login, account.login), (table.c.name, account.name)):
            if connection.execute(select(table.c.account).where(column == text)).first():
                raise AccessError(f"“{text}”已有账号，没有重复建立。")
        number = next_number(connection, table.c.account)
        facts = {name: getattr(account, name) for name in ("login", "name", "role", "unit")}
        line = {**facts, "account": number, "password": password_hash, "who": who, "at": stamp()}
        connection.execute(insert(table), line)
        add_line(
            connection, "建立账号", who, who, f"{account.login}（{account.name}，{account.role}）"
        )
    return replace(account, number=number)


def _check_words(account: Account) -> None:
    if not _LOGIN.fullmatch(account.login):
        raise AccessError(
            f"账号名“{account.login[:LONGEST_NAME]}”不能用：2 至 20 个字，只能用汉字、字母、数字和 _ . - 。"
        )
    if not 0 < len(account.name) <= LONGEST_NAME or not account.name.isprintable():
        raise AccessError(f"姓名应有 1 至 {LONGEST_NAME} 个字。")


def _check_role(account: Account, rights: Rights) -> None:
    if account.role not in rights:
        raise AccessError(f"没有“{account.role}”这个角色，可选：{'、'.join(rights)}。")
    if rights[account.role].scope == UNIT and account.unit < 0:
        raise AccessError(f"“{account.role}”的账号要绑定名册里的一个单位。")


@permitted(MANAGE, None)
def change_account(store: Store, login: str, rights: Rights, who: str, **facts: object) -> None:
    """Change name, role, unit or disabled of an account; its sessions end.

    Raises AccessError for an unknown account or role, for whoever changes their own rights, and where no
    administrator would be left.
    """
    table = schema.account
    with writing_aside(store) as connection:
        present = account_of(connection, login)
        changed = replace(present, **facts)
        if changed == present:
            return
        if who == present.name and (changed.role, changed.disabled) != (
            present.role,
            present.disabled,
        ):
            raise AccessError("不能改自己的角色，也不能停用自己，请另一位管理员来改。")
        _check_role(changed, rights)
        columns = {name: int(v) if isinstance(v, bool) else v for name, v in facts.items()}
        connection.execute(
            update(table)
            .where(table.c.account == present.number)
            .values(**columns, at=stamp(), who=who)
        )
        _keep_an_administrator(connection)
        end_sessions(connection, present.number)
        add_line(
            connection, "改动账号", who, who, f"{present.login}：{_differences(present, changed)}"
        )


def _differences(present: Account, changed: Account) -> str:
    titles = {"name": "姓名", "role": "角色", "unit": "单位", "disabled": "停用"}
    return "，".join(
        f"{title}由{getattr(present, name)}改为{getattr(changed, name)}"
        for name, title in titles.items()
        if getattr(present, name) != getattr(changed, name)
    )


def _keep_an_administrator(connection: Connection) -> None:
    table = schema.account
    able = (table.c.role == ADMINISTRATOR) & (table.c.disabled == 0)
    if connection.execute(select(table.c.account).where(able)).first() is None:
        raise AccessError("这是最后一个管理员账号，不能停用，也不能改成别的角色。")


@permitted(MANAGE, None)
def set_password(store: Store, login: str, password: str, who: str) -> None:
    """Give an account another password; its sessions end, and it is no longer locked. Raises AccessError."""
    table = schema.account
    with reading(store) as connection:
        present = account_of(connection, login)
    if fault := weakness(password, present.login, present.name):
        raise AccessError(fault)
    password_hash = hashed(password)
    facts = {"password": password_hash, "failures": 0, "failed_at": "", "at": stamp(), "who": who}
    with writing_aside(store) as connection:
        present = account_of(connection, login)
        connection.execute(update(table).where(table.c.account == present.number).values(**facts))
        end_sessions(connection, present.number)
        forget_guesses(connection, present.login)
        add_line(connection, "重设密码", who, who, present.login)


def account_of(connection: Connection, login: str) -> Account:
    """Give an account by its login. Raises AccessError where there is none."""
    table, normal = schema.account, normal_login(login)
    line = connection.execute(select(table).where(table.c.login == normal)).mappings().first()
    if line is None:
        raise AccessError(f"没有账号“{normal[:LONGEST_NAME]}”。")
    return as_account(line)


def end_sessions(connection: Connection, account: int) -> None:
    """End every session of an account."""
    table = schema.session
    connection.execute(delete(table).where(table.c.account == account))


def stored_rights(connection: Connection) -> str:
    """Give the table of rights that was brought in last, as CSV; "" = the shipped one holds."""
    return connection.execute(last_rights()).scalar() or ""


def last_rights() -> Select:
    """Ask for the content of the table of rights that was brought in last."""
    table = schema.rights_version
    return select(table.c.content).order_by(table.c.version.desc()).limit(1)


@permitted(MANAGE, None)
def save_rights(store: Store, content: str, rights: Rights, who: str) -> None:
    """Let a table of rights hold; everybody signs in anew. Raises AccessError where accounts have a role that it does not know."""
    table = schema.rights_version
    with writing_aside(store) as connection:
        accounts = read_accounts(connection)
        orphans = sorted({account.role for account in accounts} - set(rights))
        if orphans:
            raise AccessError(
                f"还有账号是“{'、'.join(orphans)}”，新的权限表里没有这些角色，没有改动。"
            )
        for account in accounts:
            _check_role(account, rights)
        number = next_number(connection, table.c.version)
        line = {"version": number, "who": who, "at": stamp(), "content": content}
        connection.execute(insert(table), line)
        connection.execute(delete(schema.session))  # nobody goes on with the rights of before
        add_line(connection, "改动权限表", who, who, f"第 {number} 版")
