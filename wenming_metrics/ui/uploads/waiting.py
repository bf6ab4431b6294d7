"""待核的行: rows that wait for somebody to put them right here, or to say that nobody will."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from wenming_metrics.decisions import cell_corrections, held_rows
from wenming_metrics.decisions.cell_corrections import CorrectionOutcome, needs_second
from wenming_metrics.intake.mistakes import IntakeError
from wenming_metrics.queries.files.corrections import WAITS, corrected_cells
from wenming_metrics.queries.files.held import HeldCell, cells_of, waiting_rows
from wenming_metrics.queries.office import Office
from wenming_metrics.ui.frame import cache, page, tables, words
from wenming_metrics.ui.frame.act_button import do, tell_done
from wenming_metrics.ui.frame.cache import ask

_SAID = "waiting_said"
_IN_A_ROW = 4
_LONG = 40
"""Characters from which on a cell takes several lines."""


def draw(office: Office, who: str) -> None:
    """Draw the rows that wait; a click on one shows its cells and what can be done."""
    tell_done(_SAID)
    _draw_unconfirmed(office, who)
    rows = ask(waiting_rows)
    if rows.empty:
        return
    st.subheader(f"待核的行（{len(rows):,}）")
    page.note(
        "这些行已经留存，暂不计分。点一行，可以直接改正有问题的格；也可以在“入库记录”里下载标注好的原表，"
        "改好后整份再上传。改对的行会自动从这里消失。"
    )
    lines = rows.assign(said=rows["sentences"].str.split("\n").str[0])
    key = f"waiting-{cache.version().revision}"
    picked = tables.pick(lines, tables.WAITING, key, 10, param="waiting_row")
    if picked is not None:
        _draw_row(office, rows.iloc[picked], who)


def _draw_row(office: Office, row: pd.Series, who: str) -> None:
    number, row_key = int(row["batch"]), (str(row["sheet"]), int(row["source_row"]))
    key = f"{number}-{row_key[0]}-{row_key[1]}"
    with st.container(border=True, key="waiting-panel"):
        st.markdown(f"**{words.plain(words.origin(row))}**")
        for sentence in row["sentences"].split("\n"):
            st.markdown(words.plain(sentence))
        cells = ask(cells_of, number, *row_key)
        if cells:
            _draw_cells(office, number, row_key, cells, who, key)
        with page.row():
            reason = st.text_input("不再处理的原因", key=f"waiting-reason-{key}", width=320)
            st.button(
                "这一行不再处理",
                disabled=not (who and reason.strip()),
                help="填好经办人和原因才能点；这一行从此不再提醒，也不计分",
                on_click=do,
                args=(
                    partial(held_rows.discard_held, office, number, [row_key], who, reason),
                    lambda _: f"“{words.plain(row_key[0])}”第 {row_key[1]} 行不再处理。",
                    _SAID,
                ),
            )


def _draw_cells(
    office: Office,
    batch: int,
    row_key: tuple[str, int],
    cells: list[HeldCell],
    who: str,
    key: str,
) -> None:
    """Draw the cells of a row as a form; what is changed in it is written when it is sent."""
    # Enter in a cell is no word that all of it is right.
    with st.form(f"waiting-cells-{key}", border=False, enter_to_submit=False):
        wrong = [cell for cell in cells if cell.is_wrong]
        _draw_fields(wrong or cells, key)
        if wrong and len(wrong) < len(cells):
            with st.expander("这一行的其他格"):
                _draw_fields([cell for cell in cells if not cell.is_wrong], key)
        st.text_input("更正依据", key=f"waiting-why-{key}", placeholder="如：核对原始检查单")
        page.note(
            "改动写明“须复核”的格，要由另一人复核确认后才计入；其他的改好就计入。"
            "名册或别名补好以后，不改内容直接保存，就按现在的名册重读这一行。原文件照原样保存。"
        )
        st.form_submit_button(
            "保存更正",
            type="primary",
            disabled=not who,
            help=None if who else "请先在上面填写经办人",
            on_click=_save,
            args=(office, batch, row_key, cells, who, key),
        )


def _draw_fields(cells: list[HeldCell], key: str) -> None:
    for start in range(0, len(cells), _IN_A_ROW):
        in_row = cells[start : start + _IN_A_ROW]
        for column, cell in zip(st.columns(_IN_A_ROW), in_row, strict=False):
            label = f"{cell.header}（须复核）" if needs_second(cell.name) else cell.header
            field = column.text_area if _is_long(cell.text) else column.text_input
            field(words.plain(label), cell.text, key=_field(key, cell), max_chars=2000)


def _is_long(text: str) -> bool:
    return len(text) > _LONG or "\n" in text


def _field(key: str, cell: HeldCell) -> str:
    return f"waiting-cell-{key}-{cell.position}"


def _save(
    office: Office,
    batch: int,
    row_key: tuple[str, int],
    cells: list[HeldCell],
    who: str,
    key: str,
) -> None:
    texts = {cell.position: str(st.session_state[_field(key, cell)] or "") for cell in cells}
    reason = str(st.session_state[f"waiting-why-{key}"] or "")
    act = partial(cell_corrections.propose, office, batch, row_key, texts, who, reason)
    do(act, _say_outcome, _SAID)


def _say_outcome(outcome: CorrectionOutcome) -> str:
    return outcome.sentence


def _draw_unconfirmed(office: Office, who: str) -> None:
    """Draw the corrections that wait for a second person."""
    cells = ask(corrected_cells)
    cells = cells[cells["state"] == WAITS].reset_index(drop=True)
    if cells.empty:
        return
    st.subheader(f"待复核的更正（{cells['correction'].nunique():,}）")
    page.note(
        "改动了扣分、处数、结果或单位，要由填写人以外的另一人复核。点一行，看确认后得分怎样变化。"
    )
    lines = cells.assign(state="")
    key = f"unconfirmed-{cache.version().revision}"
    ids = (cells["correction"].astype(str) + "-" + cells["header"]).tolist()
    picked = tables.pick(lines, tables.UNCONFIRMED, key, 8, param="unconfirmed", ids=ids)
    if picked is not None:
        _draw_unconfirmed_line(office, cells.iloc[picked], who)


def _draw_unconfirmed_line(office: Office, cell: pd.Series, who: str) -> None:
    number = int(cell["correction"])
    with st.container(border=True, key="unconfirmed-panel"):
        st.markdown(f"**{words.plain(words.origin(cell))}**")
        if cell["reason"]:
            page.note(f"更正依据：{words.plain(str(cell['reason']))}")
        try:
            _draw_effect(ask(cell_corrections.effect_of, number))
        except IntakeError as error:
            page.note(words.plain(str(error)))
        own = bool(who) and who == cell["who"]
        hint = "填写人不能自己复核，请换一人" if own else None if who else "请先在上面填写经办人"
        with page.row():
            why = st.text_input("退回的原因", key=f"unconfirmed-why-{number}", width=320)
            st.button(
                "确认更正",
                type="primary",
                disabled=not who or own,
                help=hint,
                on_click=do,
                args=(partial(cell_corrections.confirm, office, number, who), _say_outcome, _SAID),
            )
            st.button(
                "退回",
                disabled=not (who and why.strip()),
                on_click=do,
                args=(
                    partial(cell_corrections.refuse, office, number, who, why),
                    lambda _: "已退回这条更正，这一行仍然待核。",
                    _SAID,
                ),
            )


def _draw_effect(changed: pd.DataFrame) -> None:
    if changed.empty:
        page.note("确认后，这一周的得分和名次不变。")
        return
    st.markdown(f"确认后，{changed.attrs['window']}有 {len(changed)} 个单位的得分或名次变化：")
    tables.show(words.effect_lines(changed), tables.EFFECT, 8)
