"""What a file says that nobody has explained yet, asked one at a time; 「改为…」 for what was taken wrongly."""

from __future__ import annotations

from collections.abc import Callable

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
from wenming_metrics.reading.model.reading import Choices, Reading, Recognised, Unmapped
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


def draw(office: Office, found: Reading, key: str, who: str) -> None:
    """Ask for the first thing that is not known: kind of table, then columns, then names."""
    unknown = [one for one in found.unmapped if not one.kind]
    needed = found.is_rejected and found.unmapped
    bare = [one for one in found.bare if not one.said]
    if unknown:
        _ask_kind(office, unknown[0], key, who)
    elif needed:
        _ask_column(office, found.unmapped, key, who)
    elif bare:
        _ask_bare(office, bare[0], key, who)
    elif not _ask_name(office, found, key, who) and found.unmapped:
        left = sum(not one.is_read for one in found.unmapped)
        told = (
            f"有 {left} 列没有认出,没有读。要读,请点开指明"
            if left
            else "各列都读了。要指明哪一列是什么,请点开"
        )
        with st.expander(told):
            _ask_column(office, found.unmapped, key, who)


def asks_anew(found: Reading | None, before: Choices | None, now: Choices) -> bool:
    """Say whether a reading may be another one by what has been said, or taken back, since."""
    if found is None or before is None:
        return True
    if before == now:
        return False
    forms = {one.fingerprint for one in found.recognised}
    if any(before.headers.get(form) != now.headers.get(form) for form in forms):
        return True
    return bool(found.unmapped or found.bare) or any(one.code in _ASKED for one in found.problems)


def draw_remembered(office: Office, who: str) -> None:
    """List what is remembered; a click on one lets it be forgotten."""
    known = choices(office)
    if known.empty:
        return
    with st.expander(f"记住的表头和名称({len(known)} 条)"):
        page.note("读表时按这些理解。点一条,可以不再记它;已经入库的不变。")
        lines = known.assign(at=known["at"].map(moment))
        place = tables.pick(
            lines, tables.CHOICES, f"choices-{len(known)}-{known['choice'].max()}", 8
        )
        if place is not None:
            one = known.iloc[place]
            st.button(
                f"不再记“{words.plain(one['written'])}”",
                disabled=not who,
                on_click=mappings.forget_choice,
                args=(office, one["what"], int(one["choice"]), who),
            )


def draw_kinds(office: Office, found: Reading, key: str, who: str) -> None:
    """Offer to say of one table that it is of another kind; remembered by its headers."""
    forms = {one.fingerprint: one for one in found.recognised}
    if not any(one.kind or one.is_chosen for one in forms.values()):
        return  # nothing is known: the page asks what it is
    with st.popover("种类认得不对,改为…", key=f"kinds-{key}"):
        titles = {form: _told(one) for form, one in forms.items()}
        place = f"kind-of-{key}"
        form = st.selectbox("哪张表", list(titles), format_func=titles.get, key=f"{place}-table")
        others = [kind for kind in CHOSEN_TITLES if kind != forms[form].kind]
        said = st.selectbox(
            "改为",
            others,
            index=None,
            placeholder="请选择",
            format_func=CHOSEN_TITLES.get,
            key=f"{place}-{form}",
        )
        asked = (office, form, said or "")
        _draw_remember(
            f"{place}-set", said, who, mappings.remember_kind, *asked, label="记住这个种类"
        )
        page.note("以后表头相同的表都这样读;在「记住的表头和名称」里可以不再记它。")
        _say_who(who)


def _told(one: Recognised) -> str:
    kind = SHEET_TITLES.get(one.kind, "不读" if one.is_chosen else "没有认出")
    return f"{words.plain(one.sheet)}:{kind}{'(已改)' if one.is_chosen and one.kind else ''}"


def _ask_kind(office: Office, one: Unmapped, key: str, who: str) -> None:
    with st.container(key=f"ask-{key}", border=True):
        st.markdown(
            f"**「{words.plain(one.sheet)}」是哪种表?** 有一列叫“{words.plain(one.header)}”。"
        )
        titles = {_CHOOSE: "", **{title: name for name, title in SHEET_TITLES.items()}}
        with page.row():
            said = st.selectbox(
                "种类", list(titles), key=f"kind-{key}-{one.fingerprint}", width=280
            )
            kind, act = titles[said], mappings.remember_kind
            _draw_remember(f"kind-set-{key}", kind, who, act, office, one.fingerprint, kind)
        _say_who(who)


def _ask_bare(office: Office, one: Bare, key: str, who: str) -> None:
    with st.container(key=f"ask-{key}", border=True):
        st.markdown(f"**「{words.plain(one.sheet)}」里只写数字的格子({one.count:,} 个)是什么分?**")
        place = f"bare-{key}-{one.fingerprint}"
        titles = {title: name for name, title in BARE_TITLES.items()}
        with page.row():
            said = st.radio(
                "只写数字的格子是", list(titles), index=None, horizontal=True, key=place
            )
            name, act = titles.get(said, ""), mappings.remember_bare
            _draw_remember(f"set-{place}", said, who, act, office, one.fingerprint, name)
        _say_who(who)


def _ask_column(office: Office, columns: tuple[Unmapped, ...], key: str, who: str) -> None:
    one = columns[0]
    with st.container(key=f"ask-{key}", border=True):
        rest = f"(还有 {len(columns) - 1} 列)" if len(columns) > 1 else ""
        st.markdown(
            f"**「{words.plain(one.sheet)}」的“{words.plain(one.header)}”这一列是什么?**{rest}"
        )
        page.note("里面写着:" + words.joined((text[:30] for text in one.samples), "“{}”"))
        columns_ = nearest_columns(one.kind, one.header, office.rules.survey)
        titles = {title: name for name, title in columns_.items()}
        options = [*titles, NOT_READ]
        place = f"column-{key}-{one.fingerprint}-{one.position}"
        with page.row():
            offered = 0 if is_likely_column(one.header, titles[options[0]], options[0]) else None
            hint = {"index": offered, "placeholder": _CHOOSE}
            said = st.selectbox("这一列是", options, key=place, width=280, **hint)
            asked = (office, one.fingerprint, one.header, titles.get(said, ""))
            _draw_remember(f"set-{place}", said, who, mappings.remember_header, *asked)
        _say_who(who)


def _ask_name(office: Office, found: Reading, key: str, who: str) -> bool:
    """Ask what the first unknown name stands for; says whether there was one."""
    asked: dict[tuple[str, str], int] = {}
    for problem in found.problems:
        kind = _ASKED.get(problem.code)
        written = str(problem.details.get("part") or problem.found)
        if kind and written:
            asked[kind, written] = asked.get((kind, written), 0) + 1
    if not asked:
        return False
    (kind, written), count = next(iter(asked.items()))
    with st.container(key=f"ask-{key}", border=True):
        rest = f"(还有 {len(asked) - 1} 个名称)" if len(asked) > 1 else ""
        title = f"“{words.plain(written)}”是哪个{_WHAT[kind]}?"
        st.markdown(f"**{title}** 有 {count} 处这样写。{rest}")
        names = {title: number for number, title in nearest_names(office, kind, written).items()}
        with page.row():
            place = f"name-{key}-{kind}-{written}"
            first = next(iter(names), "")
            hint = {"index": 0 if is_likely(written, first) else None, "placeholder": _CHOOSE}
            said = st.selectbox("就是", list(names), key=place, width=320, **hint)
            asked = (office, kind, written, names.get(said, -1))
            _draw_remember(
                f"set-{place}", said, who, mappings.remember_name, *asked, label="记住这个写法"
            )
        _say_who(who)
    return True


def _draw_remember(
    key: str, choice: str | None, who: str, act: Callable, *asked: object, label: str = "记住"
) -> None:
    """Draw the button that remembers a choice. Takes: asked - what `act` takes before who acts"""
    ready = bool(who and choice)
    st.button(label, key=key, disabled=not ready, on_click=act, args=(*asked, who))


def _say_who(who: str) -> None:
    if not who:
        page.note("填好经办人,就可以记住。")
