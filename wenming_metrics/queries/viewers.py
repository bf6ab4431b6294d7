"""Who asks, from what their browser holds: account, role, rights of the role, units they are bound to."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from time import monotonic

import pandas as pd
from sqlalchemy import Connection, func, select

from wenming_metrics.access.rights import Rights, pages_of, parse_rights
from wenming_metrics.access.viewer import (
    MANAGE,
    NOTHING,
    PERSON,
    UNIT,
    AccessError,
    Viewer,
    knows_scope,
)
from wenming_metrics.domain.periods import today
from wenming_metrics.domain.registers import Register, alive_units
from wenming_metrics.queries.office import Office
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.store import schema
from wenming_metrics.store.access_log import (
    broken_lines,
    has_accounts,
    last_digest,
    read_log,
)
from wenming_metrics.store.accounts import Account, read_accounts, stored_rights
from wenming_metrics.store.changes import commits
from wenming_metrics.store.database import Store, glancing, reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.sessions import digest_of, signed_in

_SHIPPED = ROOT / "data" / "access" / "rights.csv"
_AT_ONCE, _MOST = 1.0, 20_000
"""Seconds within which a run begins that a message starts, and so many sessions are remembered."""


@dataclass(frozen=True)
class _Look:
    """Whose a session was, with the rights as stored, when this process had changed a store so often."""

    account: Account | None
    rights: str
    changes: int
    begun: float


_looks: OrderedDict[tuple[str, str], _Look] = OrderedDict()
"""By address of the store and session: the last look, for the run of the message that was let in by it."""
_lock = Lock()


def needs_sign_in(store: Store) -> bool:
    """Say whether there are accounts: then nobody sees anything without one."""
    with glancing(store) as connection:
        return has_accounts(connection)


def look_up_account(store: Store, session: str) -> Account | None:
    """Ask whose a session is, for a message that wants to come in; None: nobody's, or no longer.

    The run that the message starts rests on the same. Takes: session - digest of its token
    """
    return _look_up(store, session).account


def viewer_of_token(store: Store, token: str) -> Viewer | None:
    """Give who holds a token of a session; None: nobody, or no longer.

    Raises AccessError where the account's unit is no more, or the rights cannot be used.
    """
    if not token:
        return None
    session = digest_of(token)
    look = _looks.get((store.url, session))
    if look is None or look.changes != commits() or monotonic() - look.begun > _AT_ONCE:
        look = _look_up(store, session)
    if look.account is None:
        return None
    return viewer_of(store, look.account, _parsed(look.rights) or shipped_rights())


def _look_up(store: Store, session: str) -> _Look:
    # Of before the question: what is changed meanwhile is asked about again.
    begun, changes = monotonic(), commits()
    with glancing(store) as connection:
        look = _Look(*signed_in(connection, session), changes, begun)
    with _lock:
        _looks.pop((store.url, session), None)
        if look.account is not None:
            _looks[store.url, session] = look
        while len(_looks) > _MOST:
            _looks.popitem(last=False)
    return look


def rights_in_force(connection: Connection) -> Rights:
    """Read the table of rights that holds: the one brought in last, else the shipped one."""
    return _parsed(stored_rights(connection)) or shipped_rights()


@lru_cache(maxsize=1)
def shipped_rights() -> Rights:
    """Read the table of rights that the software comes with; its pages are all there are."""
    return parse_rights(_SHIPPED.read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def _parsed(content: str) -> Rights:
    return parse_rights(content, pages_of(shipped_rights())) if content else {}


def viewer_of(store: Store, account: Account, rights: Rights) -> Viewer:
    """Give an account as one who asks. Raises AccessError where its unit or its role is no more."""
    if account.role not in rights:
        raise AccessError(f"权限表里没有“{account.role}”这个角色，请找管理员。")
    granted = rights[account.role]
    units = None
    if granted.scope == UNIT:
        with reading(store) as connection:
            units = units_below(read_register(connection), account.unit)
    return Viewer(
        account.login,
        account.name,
        account.role,
        granted.pages,
        granted.acts,
        granted.secrets,
        frozenset() if granted.scope == NOTHING else units,
        account.name if granted.scope == PERSON else "",
    )


def units_below(register: Register, unit: int) -> frozenset[int]:
    """Give a unit with all that is below it. Raises AccessError where it is no more."""
    units = register.units
    if (
        unit not in units.index
        or unit not in alive_units(register, str(units.at[unit, "kind"]), today().toordinal()).index
    ):
        name = units.at[unit, "name"] if unit in units.index else "没有了"
        raise AccessError(f"账号绑定的单位（{name}）已撤销或合并，请找管理员改绑。")
    family, parents = {unit}, units["parent"].to_dict()
    while children := {child for child, parent in parents.items() if parent in family} - family:
        family |= children
    return frozenset(map(int, family))


@knows_scope
def account_facts(office: Office) -> tuple[list[dict[str, object]], Rights]:
    """List the accounts for an administrator, and give the rights. Raises AccessError for others.

    Returns: login, name, role, unit, unit_name, state (in words), signed_in (sessions), disabled, at
    """
    office.viewer.require(MANAGE)
    session = schema.session
    with reading(office.store) as connection:
        names = read_register(connection).units["name"].to_dict()
        accounts, rights = read_accounts(connection), rights_in_force(connection)
        per_account = select(session.c.account, func.count()).group_by(session.c.account)
        sessions = dict(connection.execute(per_account).all())
    lines = [
        {
            **{
                name: getattr(account, name)
                for name in ("login", "name", "role", "unit", "disabled", "at")
            },
            "unit_name": names.get(account.unit, ""),
            "state": state_of_account(account),
            "signed_in": sessions.get(account.number, 0),
        }
        for account in accounts
    ]
    return lines, rights


def state_of_account(account: Account) -> str:
    """Say how an account stands."""
    if account.disabled:
        return "停用"
    return f"在用，密码连续输错 {account.failures} 次" if account.failures else "在用"


@knows_scope
def log_facts(office: Office) -> tuple[pd.DataFrame, list[str], str]:
    """Give the log, the latest first, where it is broken, and its last digest. Raises AccessError."""
    office.viewer.require(MANAGE)
    with reading(office.store) as connection:
        return read_log(connection), list(broken_lines(connection)), last_digest(connection)
