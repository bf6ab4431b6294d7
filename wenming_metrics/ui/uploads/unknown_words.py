"""What a file says that nobody has explained yet, asked one at a time; 「改为…」 for what was taken wrongly."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from wenming_metrics.decisions import mappings
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.queries.files.choices import (
    NOT_READ,
    choices,
    is_likely,
    is_likely_column,
    nearest_columns,
    nearest_names,
)
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import Reading, Recognised, RememberedChoices, Unmapped
from wenming_metrics.reading.model.sender_answers import BARE_TITLES, Bare
from wenming_metrics.reading.records.kinds import CHOSEN_TITLES, SHEET_TITLES
from wenming_metrics.ui.frame import page, tables, words

_UNIT, _ITEM, _TYPE = "unit", "item", "point_type"
_ASKED = {
    **{"单位-01": _UNIT, "单位-02": _UNIT, "单位-06": _UNIT, "单位-08": _UNIT, "单位-10": _UNIT},
    **{"测评项-01": _ITEM, "表头-09": _ITEM, "点位-02": _TYPE},
}
"""Problems that a person can solve by saying what a name stands for."""
_WHAT = {_UNIT: "单位", _ITEM: "测评项", _TYPE: "点位类型"}
_CHOOSE = "请选择"


def draw(office: Office, reading: Reading, key: str, who: str) -> None:
    """Ask for the first thing that is not known: kind of table, then columns, then names."""
    unknown = [table for table in reading.unmapped if not table.kind]
    needed = reading.is_rejected and reading.unmapped
    bare = [unclear for unclear in reading.bare if not unclear.meaning]
    if unknown:
        _ask_kind(office, unknown[0], key, who)
    elif needed:
        _ask_column(office, reading.unmapped, key, who)
    elif bare:
        _ask_bare(office, bare[0], key, who)
    elif not _ask_name(office, reading, key, who) and reading.unmapped:
        left = sum(not column.is_read for column in reading.unmapped)
        label = (
            f"有 {left} 列没有认出,没有读。要读,请点开指明"
            if left
            else "各列都读了。要指明哪一列是什么,请点开"
        )
        with st.expander(label):
            _ask_column(office, reading.unmapped, key, who)


def asks_anew(
    reading: Reading | None, before: RememberedChoices | None, now: RememberedChoices
) -> bool:
    """Say whether a reading may be another one by what has been said, or taken back, since."""
    if reading is None or before is None:
        return True
    if before == now:
        return False
    forms = {table.fingerprint for table in reading.recognised}
    if any(before.headers.get(form) != now.headers.get(form) for form in forms):
        return True
    return bool(reading.unmapped or reading.bare) or any(
        problem.code in _ASKED for problem in reading.problems
    )


def draw_remembered(office: Office, who: str) -> None:
    """List what is remembered; a click on one lets it be forgotten."""
    remembered = choices(office)
    if remembered.empty:
        return
    with st.expander(f"记住的表头和名称({len(remembered)} 条)"):
        page.note("读表时按这些理解。点一条,可以不再记它;已经入库的不变。")
        lines = remembered.assign(at=remembered["at"].map(moment))
        picked = tables.pick(
            lines, tables.CHOICES, f"choices-{len(remembered)}-{remembered['choice'].max()}", 8
        )
        if picked is not None:
            choice = remembered.iloc[picked]
            st.button(
                f"不再记“{words.plain(choice['written'])}”",
                disabled=not who,
                on_click=mappings.forget_choice,
                args=(office, choice["what"], int(choice["choice"]), who),
            )


def draw_kinds(office: Office, reading: Reading, key: str, who: str) -> None:
    """Offer to say of one table that it is of another kind; remembered by its headers."""
    forms = {table.fingerprint: table for table in reading.recognised}
    if not any(table.kind or table.is_chosen for table in forms.values()):
        return  # nothing is known: the page asks what it is
    with st.popover("种类认得不对,改为…", key=f"kinds-{key}"):
        titles = {form: _table_title(table) for form, table in forms.items()}
        widget_key = f"kind-of-{key}"
        form = st.selectbox(
            "哪张表", list(titles), format_func=titles.get, key=f"{widget_key}-table"
        )
        other_kinds = [kind for kind in CHOSEN_TITLES if kind != forms[form].kind]
        st.selectbox(
            "改为",
            other_kinds,
            index=None,
            placeholder="请选择",
            format_func=CHOSEN_TITLES.get,
            key=f"{widget_key}-{form}",
        )
        _draw_remember(
            f"{widget_key}-{form}",
            {kind: kind for kind in other_kinds},
            who,
            mappings.remember_kind,
            *(office, form),
            label="记住这个种类",
        )
        page.note("以后表头相同的表都这样读;在「记住的表头和名称」里可以不再记它。")
        _say_who(who)


def _table_title(table: Recognised) -> str:
    kind = SHEET_TITLES.get(table.kind, "不读" if table.is_chosen else "没有认出")
    return f"{words.plain(table.sheet)}:{kind}{'(已改)' if table.is_chosen and table.kind else ''}"


def _ask_kind(office: Office, table: Unmapped, key: str, who: str) -> None:
    with st.container(key=f"ask-{key}", border=True):
        st.markdown(
            f"**「{words.plain(table.sheet)}」是哪种表?** 有一列叫“{words.plain(table.header)}”。"
        )
        titles = {title: name for name, title in SHEET_TITLES.items()}
        widget_key = f"kind-{key}-{table.fingerprint}"
        with page.row():
            st.selectbox("种类", [_CHOOSE, *titles], key=widget_key, width=280)
            act = mappings.remember_kind
            _draw_remember(widget_key, titles, who, act, office, table.fingerprint)
        _say_who(who)


def _ask_bare(office: Office, unclear: Bare, key: str, who: str) -> None:
    with st.container(key=f"ask-{key}", border=True):
        st.markdown(
            f"**「{words.plain(unclear.sheet)}」里只写数字的格子({unclear.count:,} 个)是什么分?**"
        )
        widget_key = f"bare-{key}-{unclear.fingerprint}"
        titles = {title: name for name, title in BARE_TITLES.items()}
        with page.row():
            st.radio("只写数字的格子是", list(titles), index=None, horizontal=True, key=widget_key)
            act = mappings.remember_bare
            _draw_remember(widget_key, titles, who, act, office, unclear.fingerprint)
        _say_who(who)


def _ask_column(office: Office, columns: tuple[Unmapped, ...], key: str, who: str) -> None:
    column = columns[0]
    with st.container(key=f"ask-{key}", border=True):
        rest = f"(还有 {len(columns) - 1} 列)" if len(columns) > 1 else ""
        st.markdown(
            f"**「{words.plain(column.sheet)}」的“{words.plain(column.header)}”这一列是什么?**{rest}"
        )
        page.note("里面写着:" + words.joined((text[:30] for text in column.samples), "“{}”"))
        nearest = nearest_columns(column.kind, column.header, office.rules.survey)
        titles = {title: name for name, title in nearest.items()} | {NOT_READ: ""}
        likeliest = next(iter(titles))
        widget_key = f"column-{key}-{column.fingerprint}-{column.position}"
        with page.row():
            is_offered = is_likely_column(column.header, titles[likeliest], likeliest)
            hint = {"index": 0 if is_offered else None, "placeholder": _CHOOSE}
            st.selectbox("这一列是", list(titles), key=widget_key, width=280, **hint)
            act, table_column = mappings.remember_header, (column.fingerprint, column.header)
            _draw_remember(widget_key, titles, who, act, office, *table_column)
        _say_who(who)


def _ask_name(office: Office, reading: Reading, key: str, who: str) -> bool:
    """Ask what the first unknown name stands for; says whether there was one."""
    unknown: dict[tuple[str, str], int] = {}
    for problem in reading.problems:
        kind = _ASKED.get(problem.code)
        written = str(problem.details.get("part") or problem.found)
        if kind and written:
            unknown[kind, written] = unknown.get((kind, written), 0) + 1
    if not unknown:
        return False
    (kind, written), count = next(iter(unknown.items()))
    with st.container(key=f"ask-{key}", border=True):
        rest = f"(还有 {len(unknown) - 1} 个名称)" if len(unknown) > 1 else ""
        title = f"“{words.plain(written)}”是哪个{_WHAT[kind]}?"
        st.markdown(f"**{title}** 有 {count} 处这样写。{rest}")
        names = {title: number for number, title in nearest_names(office, kind, written).items()}
        with page.row():
            widget_key = f"name-{key}-{kind}-{written}"
            first = next(iter(names), "")
            hint = {"index": 0 if is_likely(written, first) else None, "placeholder": _CHOOSE}
            st.selectbox("就是", list(names), key=widget_key, width=320, **hint)
            act, label = mappings.remember_name, "记住这个写法"
            _draw_remember(widget_key, names, who, act, *(office, kind, written), label=label)
        _say_who(who)
    return True


def _draw_remember(
    widget_key: str,
    meanings: Mapping[str, object],
    who: str,
    act: Callable,
    *arguments: object,
    label: str = "记住",
) -> None:
    """Draw the button that remembers what is chosen in a widget.

    Takes: meanings - choice -> what `act` takes for it; arguments - what `act` takes before it
    """
    ready = bool(who) and st.session_state.get(widget_key) in meanings
    call = (widget_key, meanings, act, arguments, who)
    st.button(label, key=f"set-{widget_key}", disabled=not ready, on_click=_remember, args=call)


def _remember(
    widget_key: str,
    meanings: Mapping[str, object],
    act: Callable,
    arguments: tuple[object, ...],
    who: str,
) -> None:
    # What is chosen now: it may be newer than the run that drew the button.
    choice = st.session_state.get(widget_key)
    if choice in meanings:
        act(*arguments, meanings[choice], who)


def _say_who(who: str) -> None:
    if not who:
        page.note("填好经办人,就可以记住。")
