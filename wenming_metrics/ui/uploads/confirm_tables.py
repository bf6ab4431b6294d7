"""What tables in somebody's own words are: filled in for every column, changed by a click, confirmed once.

Tables of one form, in however many files, are one block; one button confirms all blocks. What a
score depends on and is not sure stands first; the others are folded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from wenming_metrics.decisions import mappings
from wenming_metrics.queries.files.open_forms import (
    Form,
    forms_of,
    is_open,
    role_proposed,
    roles_offered,
    roles_to_keep,
)
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import ASKED, NO_TABLE, Reading
from wenming_metrics.reading.records.kinds import CHOSEN_TITLES, SHEET_TITLES
from wenming_metrics.ui.frame import page, words

_SURENESS = {"proposed": "已按最像的填好", ASKED: "有两种读法相近或缺列，请仔细看"}
_MOST_SOURCES, _LONGEST = 3, 14


def draw(office: Office, readings: Sequence[Reading], who: str) -> None:
    """Draw the one confirmation of all files that wait; nothing where no table is open."""
    forms = forms_of(readings)
    if not forms:
        return
    with st.container(border=True, key="confirm-tables"):
        st.markdown(f"**请核对一遍这 {len(forms)} 种表：各列是什么已经填好，不对的点一下改过来。**")
        for form in forms:
            _draw_form(office, form, "confirm")
        _draw_button(office, forms, "confirm", "确认并读入", who)


def draw_settled(office: Office, reading: Reading, key: str, who: str) -> None:
    """Offer to change what a table that needs no question was read as."""
    forms = forms_of([reading], are_open=False)
    if not forms:
        return
    unknown = reading.is_rejected and not any(form.table.kind for form in forms)
    label = "没有认出是哪种表，我来指明" if unknown else "看看读成了什么，改一改"
    # A switch, for what is folded is drawn as well, and an export may have a hundred columns.
    if not st.toggle(label, value=unknown, key=f"settled-{key}"):
        return
    with st.container(border=True):
        for form in forms:
            _draw_form(office, form, key)
        _draw_button(office, forms, key, "按改过的重新读入", who)


def _draw_form(office: Office, form: Form, key: str) -> None:
    table = form.table
    more = len(form.sources) - _MOST_SOURCES
    sources = words.joined(form.sources, most=_MOST_SOURCES) + (
        f"等 {len(form.sources)} 张" if more > 0 else ""
    )
    kinds = list(CHOSEN_TITLES)
    start = table.proposed or table.kind or NO_TABLE
    kind = st.selectbox(
        f"{sources} 看作",
        kinds,
        index=kinds.index(start),
        format_func=CHOSEN_TITLES.get,
        key=_kind_key(form, key),
        width=420,
    )
    if table.reason and kind == table.proposed:
        sureness = _SURENESS.get(table.certainty, "")
        if table.missing:
            sureness += f"；还没有认出：{'、'.join(table.missing)}"
        page.note(words.plain(f"看作{SHEET_TITLES[kind]}：{table.reason}。{sureness}"))
    if kind == NO_TABLE:
        return
    first = [index for index in range(len(table.columns)) if is_open(table, kind, index)]
    first.sort(key=lambda index: not table.columns[index].is_doubtful)
    folded = [index for index in range(len(table.columns)) if index not in first]
    with page.row():
        for index in first:
            _draw_column(office, form, kind, index, key)
    if folded:
        with st.expander(f"列名认得的 {len(folded)} 列"), page.row():
            for index in folded:
                _draw_column(office, form, kind, index, key)


def _draw_column(office: Office, form: Form, kind: str, index: int, key: str) -> None:
    column = form.table.columns[index]
    offered = roles_offered(kind, column.header, office.rules.survey)
    names = list(offered)
    proposed = role_proposed(form.table, kind, index)
    samples = "、".join(text[:_LONGEST] for text in column.samples) or "没有内容"
    hint = " 请看一看：得分要用它" if column.is_doubtful else ""
    st.selectbox(
        f"“{words.plain(column.header or '（没有列名）')}”：{words.plain(samples)}{hint}",
        names,
        index=names.index(proposed) if proposed in offered else 0,
        format_func=offered.get,
        key=_role_key(form, kind, index, key),
        disabled=not column.header,
        width=300,
    )


def _draw_button(office: Office, forms: Sequence[Form], key: str, label: str, who: str) -> None:
    call = (office, forms, key, who)
    st.button(
        label, key=f"read-{key}", type="primary", disabled=not who, on_click=_confirm, args=call
    )
    if not who:
        page.note("填好经办人，就可以确认。")
    else:
        page.note("以后表头相同的表都这样读，不再问；在“记住的表头和名称”里可以不再记它。")


def _confirm(office: Office, forms: Sequence[Form], key: str, who: str) -> None:
    """Remember every form as it is chosen now; it may be newer than the run that drew the button."""
    for form in forms:
        kind = st.session_state.get(_kind_key(form, key))
        if kind is None or not (form.table.is_open or _is_changed(form, kind, key)):
            continue
        roles = {} if kind == NO_TABLE else _roles_chosen(form, kind, key)
        mappings.remember_form(office, form, kind, roles_to_keep(roles), who)


def _roles_chosen(form: Form, kind: str, key: str) -> Mapping[str, str]:
    roles: dict[str, str] = {}
    for index, column in enumerate(form.table.columns):
        proposed = role_proposed(form.table, kind, index)
        role = st.session_state.get(_role_key(form, kind, index, key), proposed)
        roles[column.header] = roles.get(column.header) or role
    return roles


def _is_changed(form: Form, kind: str, key: str) -> bool:
    if kind == NO_TABLE or kind != form.table.kind:
        return kind != (form.table.kind or NO_TABLE)
    filled = {
        _role_key(form, kind, index, key): role_proposed(form.table, kind, index)
        for index in range(len(form.table.columns))
    }
    return any(st.session_state.get(name, role) != role for name, role in filled.items())


def _kind_key(form: Form, key: str) -> str:
    return f"form-{key}-{form.fingerprint}"


def _role_key(form: Form, kind: str, index: int, key: str) -> str:
    return f"role-{key}-{form.fingerprint}-{kind}-{index}"
