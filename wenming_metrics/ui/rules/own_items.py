"""本单位测评项: the office's own items and point types, added one by one or as a workbook."""

from __future__ import annotations

from functools import partial

import streamlit as st

from wenming_metrics.decisions.own_entries import add_own, retire_own
from wenming_metrics.queries.files.forms import own_form
from wenming_metrics.queries.office import Office
from wenming_metrics.revising.own_items import draft_with_own, own_lines, read_own_book, waiting
from wenming_metrics.rules.entries import ITEM, KIND_WORDS, POINT_TYPE, RETIRED, Entry
from wenming_metrics.rules.workbook.workbook import WorkbookError
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.ui.frame.act_button import WHO_FIRST, button, do, draft_button, tell_done
from wenming_metrics.ui.rules import questionnaire
from wenming_metrics.ui.rules.entry_form import ask_entry, is_filled
from wenming_metrics.ui.rules.faults import draw_faults

_LINES = tables.configs(
    *("kind=entry_kind", "code", "name=entry_name", "state=entry_state", "full_mark"),
    *("category=entry_category", "point_types", "indicator", "aliases", "who"),
)
_SAID, _ROUND = "own_items_said", "own_items_round"


def draw(office: Office) -> None:
    """Draw the list of own entries, the ways to add some, the step into the next version, and the
    questionnaire."""
    tell_done(_SAID)
    st.markdown(
        "随软件带的测评项和点位类型不够用的，在这里加上本单位自己的。"
        "**加上以后就能读表、入库；归入办法、发布新的一版以后才计分，以前的得分和已签发的各期都不变。**"
    )
    who = page.ask_who("变动记录")
    lines = own_lines(office)
    if lines.empty:
        page.note("还没有本单位自己的测评项和点位类型。")
    else:
        tables.show(lines, _LINES, 12)
    _draw_waiting(office, who)
    st.subheader("添加")
    _draw_one(office, who)
    _draw_book(office, who)
    _draw_retire(office, who)
    questionnaire.draw(office, who, _SAID)


def _draw_waiting(office: Office, who: str) -> None:
    """Offer the next version as a draft where entries wait for one."""
    entries = waiting(office)
    if not entries:
        return
    with st.container(border=True, key="own-waiting"):
        for title, some in (
            ("等着归入办法，暂不计分", [e for e in entries if e.indicator != RETIRED]),
            ("等着从办法里去掉，发布以前照旧计分", [e for e in entries if e.indicator == RETIRED]),
        ):
            names = words.joined([f"“{entry.name}”" for entry in some], most=5)
            count = f"等 {len(some)} 项" if len(some) > 5 else ""
            if some:
                st.markdown(f"**{title}**：{names}{count}")
        page.note("先存为草案，再到“修改和发布”里试算、发布，从施行日期起计分。")
        make = partial(draft_with_own, office, who)
        draft_button("存为下一版的草案", "own-draft", make, who, _SAID)


def _draw_one(office: Office, who: str) -> None:
    turn = st.session_state.setdefault(_ROUND, 0)
    with st.container(border=True, key="own-one"):
        kind = st.radio(
            "加什么",
            [ITEM, POINT_TYPE],
            format_func=KIND_WORDS.get,
            horizontal=True,
            key=f"own-kind-{turn}",
        )
        wish = ask_entry(office, kind, f"own-{kind}-{turn}")
        st.button(
            "加上",
            key=f"own-add-{turn}",
            disabled=not (who and is_filled(wish)),
            help="填好经办人和各项才能点",
            on_click=do,
            args=(partial(_add, office, [wish], who), tell_added, _SAID),
        )


def _draw_retire(office: Office, who: str) -> None:
    """Offer to let the next version of the rules leave out an own entry."""
    in_use = {
        entry.code: entry.name for entry in office.catalogue.own if entry.indicator != RETIRED
    }
    if not in_use:
        return
    with st.expander("停用"):
        page.note(
            "停用的从下一版办法起不再计分；表里写着的照样能读，以前的得分和已签发的各期都不变。"
            "测评项要恢复的，在 Excel 表里重新写上归入指标。"
        )
        code = st.selectbox(
            "停用哪一项",
            list(in_use),
            format_func=lambda code: f"{code} {in_use[code]}",
            index=None,
            placeholder="请选择",
            key="own-retire",
        )
        button(
            "停用这一项",
            "own-retire-act",
            partial(retire_own, office, code, who),
            _tell_retired,
            disabled=not (who and code),
            lacking="选好哪一项、填好经办人才能点",
            memory=_SAID,
        )


def _tell_retired(entry: Entry) -> str:
    return f"已停用“{entry.name}”。发布下一版办法以前照旧计分。"


def _draw_book(office: Office, who: str) -> None:
    turn = st.session_state.setdefault(_ROUND, 0)
    with st.expander("一次加许多项，或修改已有的：用 Excel 表"):
        page.note(
            "下载表格，填好再放回来。已有的也在表里，照着改就是修改；不能删除，不用的在“归入指标”写“停用”；编号和以前的名称一直有效。"
        )
        page.offer(
            "下载填写的表格", partial(own_form, office), "本单位测评项和点位类型", "own-form"
        )
        upload = st.file_uploader("把填好的表格放到这里", key=f"own-book-{turn}")
        if not upload:
            return
        try:
            wishes = read_own_book(office, upload.getvalue())
        except WorkbookError as error:
            draw_faults(error)
            return
        if not wishes:
            page.note("与现有的没有差别。")
            return
        names = words.joined([f"“{wish.name}”" for wish in wishes], most=5)
        st.markdown(f"**没有写错的地方**。要添加或修改 {len(wishes)} 项：{names}")
        button(
            "全部加上",
            "own-add-all",
            partial(_add, office, wishes, who),
            tell_added,
            disabled=not who,
            lacking=WHO_FIRST,
            memory=_SAID,
            type="primary",
        )


def _add(office: Office, wishes: list[Entry], who: str) -> list[Entry]:
    """Add entries and empty the fields."""
    entries = add_own(office, wishes, who)
    st.session_state[_ROUND] += 1
    return entries


def tell_added(entries: list[Entry]) -> str:
    """Say what was added."""
    first_entries = "、".join(f"{KIND_WORDS[e.kind]}“{e.name}”（{e.code}）" for e in entries[:5])
    count = f"等 {len(entries)} 项" if len(entries) > 5 else ""
    return f"已加上：{first_entries}{count}。归入办法、发布新的一版以后计分。"
