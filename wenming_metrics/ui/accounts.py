"""账号: the people, the table of rights, the log; drawn for administrators, who see no figures."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.access.rights import SHEET, Rights, csv_of, pages_of, rights_of, table_of
from wenming_metrics.access.viewer import MANAGE, UNIT
from wenming_metrics.export.access_books import log_book, rights_book
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.choices import unit_numbers
from wenming_metrics.queries.viewers import account_facts, log_facts, shipped_rights
from wenming_metrics.revising.books import sheets_of
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.store.accounts import (
    Account,
    add_account,
    change_account,
    save_rights,
    set_password,
)
from wenming_metrics.store.database import Store
from wenming_metrics.ui.frame import cards, page, tables, words
from wenming_metrics.ui.frame.act_button import button, tell_done
from wenming_metrics.ui.frame.cache import ask

PEOPLE, RIGHTS, LOG = "账号", "权限表", "日志"
_PEOPLE = tables.configs(
    *("login", "name=person", "role=account_role", "unit_name=bound_unit", "state=account_state"),
    *("signed_in", "at=changed_at"),
)
_LOG = tables.configs("at", "login", "who", "act", "subject=act_on")
_SHOWN = 500


def choose() -> str:
    """Draw the choice of what is looked at."""
    with page.row("controls"):
        return page.switch("看什么", [PEOPLE, RIGHTS, LOG], "access")


def draw_people(office: Office) -> None:
    """Draw the accounts; a click on one opens what can be done with it."""
    accounts, rights = account_facts(office)
    lines = pd.DataFrame(accounts)
    page.say(_spell_presence(lines))
    tell_done()
    spelled = lines.assign(at=lines["at"].str[:16].str.replace("T", " "))
    picked = tables.pick(spelled, _PEOPLE, f"accounts-{len(lines)}", 12)
    units = ask(unit_numbers)
    if picked is not None:
        _draw_change(office, lines.iloc[picked], rights, units)
    with st.expander("建立账号", expanded=len(lines) < 2):
        _draw_new(office, rights, units)


def _spell_presence(lines: pd.DataFrame) -> str:
    """Say how many accounts there are and who is in, wherever they signed in; two places are one person."""
    return f"共 {len(lines)} 个账号，{(lines['signed_in'] > 0).sum()} 人已登录。"


def _draw_new(office: Office, rights: Rights, units: dict[str, int]) -> None:
    with page.row("account-new"):
        login = st.text_input("账号名", key="account-login", max_chars=20, width=170)
        name = st.text_input("姓名", key="account-name", max_chars=20, width=170)
        role = st.selectbox(
            "角色", list(rights), index=None, placeholder="请选择", key="account-role", width=170
        )
        unit = _ask_unit(rights, role, units, "account-unit")
    with page.row("account-password"):
        password = _ask_password("account-new-password")
        button(
            "建立账号",
            "account-add",
            lambda: add_account(
                office.store,
                Account(0, login, name, role, unit),
                password,
                rights,
                office.viewer.name,
            ),
            lambda account: (
                f"已建立账号“{account.login}”，请把密码当面告诉本人，由本人登录后修改。"
            ),
            disabled=not (login and name and role and password),
            lacking="请先填好各项",
            right=MANAGE,
            type="primary",
        )


def _ask_unit(rights: Rights, role: str | None, units: dict[str, int], key: str) -> int:
    if not role or rights[role].scope != UNIT:
        return -1
    name = st.selectbox(
        "绑定的单位", list(units), index=None, placeholder="请选择", key=key, width=220
    )
    return units.get(name, -1)


def _ask_password(key: str) -> str:
    return st.text_input(
        "密码", type="password", key=key, max_chars=200, width=260, help="至少 10 个字符"
    )


def _draw_change(office: Office, line: pd.Series, rights: Rights, units: dict[str, int]) -> None:
    login, who = str(line["login"]), office.viewer.name
    store: Store = office.store
    with st.container(border=True, key="unit-panel"):
        st.markdown(f"**{words.plain(line['name'])}（{words.plain(login)}）**")
        with page.row("account-change"):
            roles = list(rights)
            index = roles.index(line["role"]) if line["role"] in roles else None
            role = st.selectbox("改为角色", roles, index=index, key=f"role-{login}", width=170)
            unit = _ask_unit(rights, role, units, f"unit-{login}")
            button(
                "保存角色",
                f"save-role-{login}",
                lambda: change_account(store, login, rights, who, role=role, unit=unit),
                lambda _: f"“{login}”已改为{role}，原来的登录已失效。",
                disabled=not role,
                right=MANAGE,
            )
        with page.row("account-reset"):
            password = _ask_password(f"password-{login}")
            button(
                "重设密码",
                f"reset-{login}",
                lambda: set_password(store, login, password, who),
                lambda _: f"“{login}”的密码已重设，原来的登录已失效。",
                disabled=not password,
                lacking="请先填写密码",
                right=MANAGE,
            )
            is_off = bool(line["disabled"])
            button(
                "恢复账号" if is_off else "停用账号",
                f"disable-{login}",
                lambda: change_account(store, login, rights, who, disabled=not is_off),
                lambda _: f"账号“{login}”已{'恢复' if is_off else '停用'}。",
                disabled=False,
                right=MANAGE,
            )


def draw_rights(office: Office) -> None:
    """Draw the table of rights in force; as a workbook it is changed."""
    _, rights = account_facts(office)
    pages = pages_of(shipped_rights())
    page.say("每个角色能打开的页面、能做的操作、能看的数据范围，下载后在表里改，再传上来。")
    tell_done()
    table = table_of(rights, pages)
    st.dataframe(pd.DataFrame(table[1:], columns=table[0]), hide_index=True, height=520)
    page.offer("下载权限表", lambda: rights_book(table), "权限表", "rights-file")
    upload = st.file_uploader("传上改好的权限表", "xlsx", key="rights-upload")
    if upload is None:
        return
    try:
        sheets = sheets_of(upload.getvalue())
    except RuleSetError as error:
        cards.sentences(map(str, error.faults))
        return
    rows = sheets.get(SHEET) or next(iter(sheets.values()), [])
    new_rights, faults = rights_of(rows, pages)
    if faults:
        cards.sentences([fault.text for fault in faults])
        return
    button(
        "启用这份权限表",
        "rights-save",
        lambda: save_rights(
            office.store, csv_of(table_of(new_rights, pages)), new_rights, office.viewer.name
        ),
        lambda _: "权限表已启用，所有人要重新登录。",
        disabled=new_rights == rights,
        lacking="和现行的一样",
        right=MANAGE,
        type="primary",
    )


def draw_log(office: Office) -> None:
    """Draw the log, the latest first, and whether it is whole."""
    lines, broken, seal = log_facts(office)
    page.say(
        f"共 {len(lines):,} 条，前后衔接完整。"
        if not broken
        else f"日志被动过：{'；'.join(broken[:5])}。请停止使用，用备份核对。"
    )
    tables.show(lines.head(_SHOWN).assign(at=lines["at"].str[:19].str.replace("T", " ")), _LOG, 16)
    page.note(f"最后一条的校验码 {seal[:16] or '（没有）'}；抄在纸上，以后可以证明日志没有重做。")
    page.offer("下载日志", lambda: log_book(lines, seal), "日志", "log-file")
