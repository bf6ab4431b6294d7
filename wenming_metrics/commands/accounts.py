"""Commands on accounts, for whoever stands at the server: they need no sign-in, and are logged."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import Namespace
from dataclasses import asdict

from wenming_metrics.access.viewer import AccessError
from wenming_metrics.commands import FAILED, OK, command
from wenming_metrics.commands.printing import err, out, print_json, say
from wenming_metrics.queries.viewers import rights_in_force
from wenming_metrics.runtime import settings
from wenming_metrics.store.accounts import (
    Account,
    add_account,
    change_account,
    read_accounts,
    set_password,
)
from wenming_metrics.store.database import Store, open_store, reading
from wenming_metrics.store.registers import read_register

_TERMINAL = "服务器终端"
"""Who did it, in the log: whoever can use the server's terminal."""


@command("accounts")
def _run(options: Namespace) -> int:
    store = open_store(settings.load().store_url)
    if options.act == "list":
        return _list(store, as_json=options.json)
    if not options.login:
        err.print("请写明账号。")
        return FAILED
    with reading(store) as connection:
        rights = rights_in_force(connection)
    if options.act == "add":
        account = Account(0, options.login, options.name, options.role, _unit(store, options.unit))
        account = add_account(store, account, _ask_password(), rights, _TERMINAL)
        say(
            f"已建立账号“{account.login}”（{account.name}，{account.role}）。", as_json=options.json
        )
    elif options.act == "reset":
        set_password(store, options.login, _ask_password(), _TERMINAL)
        say(f"“{options.login}”的密码已重设，已登录的都已退出。", as_json=options.json)
    else:
        is_off = options.act == "disable"
        change_account(store, options.login, rights, _TERMINAL, disabled=is_off)
        say(f"账号“{options.login}”已{'停用' if is_off else '恢复'}。", as_json=options.json)
    return OK


def _list(store: Store, *, as_json: bool) -> int:
    with reading(store) as connection:
        accounts = read_accounts(connection)
    if as_json:
        print_json([asdict(account) for account in accounts])
    elif not accounts:
        out.print("还没有账号：不用登录，只能在本机使用。")
    for account in accounts if not as_json else ():
        state = "，已停用" if account.disabled else ""
        out.print(f"{account.login}  {account.name}  {account.role}{state}")
    return OK


def _unit(store: Store, name: str) -> int:
    """Give the number of a unit of the register; -1 for none. Raises AccessError for an unknown name."""
    if not name:
        return -1
    with reading(store) as connection:
        units = read_register(connection).units
    numbers = units.index[(units["name"] == name) | (units["code"] == name)]
    if len(numbers) != 1:
        raise AccessError(
            f"名册里{'没有' if not len(numbers) else '不止一个'}“{name}”，请写单位名称或编号。"
        )
    return int(numbers[0])


def _ask_password() -> str:
    """Ask for a password twice on the terminal, or read it from the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip(os.linesep).rstrip("\n")
    password = getpass.getpass("密码：")
    if getpass.getpass("再输一次：") != password:
        raise AccessError("两次输入的密码不一样，没有改动。")
    return password
