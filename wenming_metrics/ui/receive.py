"""Files just dropped: what each is, what it would change, what is wrong, and 入库 or 取消.

A file is read once per state of the store and kept in the session, never in a shared cache: it may
hold what others must not see.
"""

from __future__ import annotations

import hashlib
import logging

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from wenming_metrics import intake
from wenming_metrics.intake import IntakeError, Preview
from wenming_metrics.problems import problem_frame
from wenming_metrics.queries.history import KINDS
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.kinds import SHEET_TITLES
from wenming_metrics.store.database import StoreError
from wenming_metrics.ui import cached, page, problem_list, tables, words

logger = logging.getLogger(__name__)
_ROUND, _READ, _DONE = "drop_round", "files_read", "files_done"
_NO_VISITS, _CONFIRMED = "到访-02", "到访-03"
"""Problems that ask for, or follow from, the user's word that all items were looked at."""


def draw_drop_zone(office: Office, who: str) -> None:
    """Draw the drop zone and, below it, one card per file that waits for a decision."""
    number = st.session_state.setdefault(_ROUND, 0)
    files = st.file_uploader(
        "把名册、督查表或督查计划拖到这里(Excel 文件,可以一次放几个)",
        accept_multiple_files=True,
        key=f"drop-{number}",
    )
    read = st.session_state.setdefault(_READ, {})
    for gone in set(read) - {file.file_id for file in files}:
        del read[gone]
    waiting = [file for file in files if not read.get(file.file_id, {}).get("settled")]
    if files and not waiting:
        _start_over()
    _tell_done()
    ready = [file.file_id for file in waiting if _draw_file(office, file, who)]
    if len(ready) > 1:
        st.button(
            f"全部入库({len(ready)} 个文件)",
            type="primary",
            disabled=not who,
            on_click=lambda: [_commit(office, file_id, who) for file_id in ready],
        )


def _tell_done() -> None:
    """Say what has just been stored or refused, once."""
    for done, text in st.session_state.pop(_DONE, []):
        page.tell(text, done=done)


def _start_over() -> None:
    """Empty the drop zone once every file of it is settled."""
    st.session_state[_ROUND] += 1
    st.session_state[_READ] = {}
    st.rerun()


def _draw_file(office: Office, file: UploadedFile, who: str) -> bool:
    """Draw one file; returns whether it can be stored."""
    with st.container(border=True, key=f"file-{file.file_id}"):
        said = {
            name: bool(st.session_state.get(f"{name}-{file.file_id}", False))
            for name in ("confirm_visits", "count_again")
        }
        preview, effect = _read(office, file, said)
        st.markdown(f"##### {words.plain(file.name)}")
        st.markdown(_what(preview))
        st.markdown(f"**{words.plain(preview.reading.outcome)}**")
        _draw_effect(preview, effect)
        codes = {problem.code for problem in preview.problems}
        if codes & {_NO_VISITS, _CONFIRMED}:
            st.checkbox("问题涉及的点位都查了全部测评项", key=f"confirm_visits-{file.file_id}")
        if codes & {intake.REPEATED, intake.COUNTED_AGAIN}:
            st.checkbox("相同的行也要计", key=f"count_again-{file.file_id}")
        problem_list.draw(problem_frame(preview.problems), file.name, file.file_id)
        _draw_buttons(office, file, preview, who)
    return preview.can_commit


def _read(
    office: Office, file: UploadedFile, said: dict[str, bool]
) -> tuple[Preview, pd.DataFrame | None]:
    """Read a file and what it would change, anew only when the store or the answer changed."""
    kept = st.session_state[_READ].setdefault(file.file_id, {})
    data = file.getvalue()
    asked = (hashlib.sha256(data).hexdigest(), said, cached.version())
    if kept.get("asked") != asked:
        with st.spinner(f"正在读 {file.name}……"):
            preview = intake.inspect(office, data, file.name, **said)
            effect = intake.effect(office, preview) if preview.can_commit else None
        kept.update(asked=asked, preview=preview, effect=effect)
    return kept["preview"], kept["effect"]


def _what(preview: Preview) -> str:
    """Say what a file is: kind, sheets, days."""
    found = preview.reading
    parts = [KINDS.get(found.kind, "没有认出是哪种表")]
    known = [sheet for sheet in found.sheets if sheet.kind]
    if known:
        names = "、".join(
            f"「{words.plain(sheet.name)}」{SHEET_TITLES[sheet.kind]} {sheet.n_rows:,} 行"
            for sheet in known
        )
        parts.append(f"{len(known)} 张工作表:{names}")
    if preview.days:
        first, last = preview.days[0], preview.days[-1]
        parts.append(f"{first:%Y-%m-%d}" + (f" 至 {last:%Y-%m-%d}" if last != first else ""))
    return " · ".join(parts)


def _draw_effect(preview: Preview, effect: pd.DataFrame | None) -> None:
    if effect is None or preview.reading.checks.empty:
        return
    if effect.empty:
        page.note("入库后,这一周的得分和名次不变。")
        return
    st.markdown(f"入库后,{effect.attrs['window']} 有 {len(effect)} 个单位的得分或名次变化:")
    lines = effect.assign(
        scores=_arrows(effect["score_before"], effect["score_after"], "{:.2f}", "未督查"),
        ranks=_arrows(effect["rank_before"], effect["rank_after"], "{:d}", "无"),
    )
    tables.show(lines, tables.EFFECT, 8)


def _arrows(before: pd.Series, after: pd.Series, pattern: str, missing: str) -> list[str]:
    """Spell changes: 「87.20 → 86.95」, or the one value where nothing changes."""
    found = []
    for pair in zip(before, after, strict=True):
        old, new = (missing if pd.isna(value) else pattern.format(value) for value in pair)
        found.append(new if old == new else f"{old} → {new}")
    return found


def _draw_buttons(office: Office, file: UploadedFile, preview: Preview, who: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "入库",
            type="primary",
            key=f"commit-{file.file_id}",
            disabled=not (preview.can_commit and who),
            on_click=_commit,
            args=(office, file.file_id, who),
        )
        st.button("取消", key=f"cancel-{file.file_id}", on_click=_settle, args=(file.file_id,))
        if preview.can_commit and not who:
            page.note("填好经办人,就可以入库。")
        elif preview.can_commit and preview.reading.counts.held:
            page.note("只计合格的行;暂不计的行也会留存,改好后重新上传即可。")


def _commit(office: Office, file_id: str, who: str) -> None:
    preview = st.session_state[_READ][file_id]["preview"]
    done = st.session_state.setdefault(_DONE, [])
    try:
        batch = intake.commit(office, preview, who)
    except (IntakeError, StoreError) as error:
        logger.warning("%s", error, exc_info=error.__cause__)
        done.append((False, f"{preview.filename}:{error}"))
        return
    good = preview.reading.counts.good
    done.append((True, f"{preview.filename} 已入库:第 {batch} 批,{good:,} 行。"))
    _settle(file_id)


def _settle(file_id: str) -> None:
    st.session_state[_READ][file_id] = {"settled": True}
