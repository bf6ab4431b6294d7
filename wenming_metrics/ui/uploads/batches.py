"""What has been stored: all batches, newest first, and what can be done with one."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from wenming_metrics.intake import commit
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.queries.files.acts import acts
from wenming_metrics.queries.files.batches import (
    KINDS,
    Original,
    batch_problems,
    batches,
    marked_original,
    original_file,
)
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.reading import REGISTER_KINDS
from wenming_metrics.ui.frame import cache, page, problem_list, tables, words
from wenming_metrics.ui.frame.act_button import do, tell_done
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.vocabulary import file_name

_SAID = "batch_said"
_WITHDRAWN = "已撤回"


def draw(office: Office, who: str) -> None:
    """Draw the list of batches; a click on one opens what can be done with it."""
    st.subheader("入库记录")
    tell_done(_SAID)
    stored = ask(batches)
    if stored.empty:
        page.note("还没有入库的文件。")
        return
    page.note("最新的在最前。点一行，可以撤回、恢复、看提示、下载原文件。")
    key = f"batches-{cache.version().revision}"
    ids = stored["batch"].astype(str).tolist()
    picked = tables.pick(_lines(stored), tables.BATCHES, key, 10, param="batch", ids=ids)
    if picked is not None:
        _draw_batch(office, stored.iloc[picked], who)


def draw_acts() -> None:
    """Draw what people did, newest first."""
    acts_done = ask(acts)
    if acts_done.empty:
        return
    with st.expander(f"变动记录（{len(acts_done):,} 条，只增不减）"):
        tables.show(
            acts_done.assign(at=[moment(acted_at) for acted_at in acts_done["at"]]), tables.ACTS, 12
        )


def _lines(stored: pd.DataFrame) -> pd.DataFrame:
    return stored.assign(
        at=[moment(stored_at) for stored_at in stored["at"]],
        span=[_span(line) for line in stored.itertuples()],
        state=[_state(line) for line in stored.itertuples()],
    )


def _state(line: tuple) -> str:
    state = line.replaced or line.state
    if line.state == _WITHDRAWN:
        state = f"{line.state}（{moment(line.act_at)[5:]}）"
    return f"{state}，不得对外公布" if line.restricted else state


def _span(line: tuple) -> str:
    if line.first_day is None or pd.isna(line.first_day):
        return ""
    first = f"{line.first_day:%Y-%m-%d}"
    return first if line.first_day == line.last_day else f"{first} 至 {line.last_day:%m-%d}"


def _draw_batch(office: Office, batch: pd.Series, who: str) -> None:
    number = int(batch["batch"])
    with st.container(border=True, key="batch-panel"):
        st.markdown(f"##### 第 {number} 批：{words.plain(batch['name'])}")
        if batch["restricted"]:
            page.note("文件里写明不得对外公布：只供内部使用。")
        original = original_file(office, number)
        is_register = batch["kind"] in {KINDS[kind] for kind in REGISTER_KINDS}
        if is_register:
            page.note("名册正在使用，不能撤回；要改请上传新的名册。")
        with page.row():
            if not is_register:
                _draw_turn(office, batch, who)
            _draw_original(original, number)
        marked = None if original.content is None else partial(marked_original, office, number)
        problems = ask(batch_problems, number)
        problem_list.draw(problems, original.name, f"batch-{number}", marked)


def _draw_original(original: Original, number: int) -> None:
    if original.content is None:
        page.note(
            f"原文件已按保留期限在 {moment(original.dropped_at)} 清除，不能下载；"
            "每一行的原始单元格仍在，得分不受影响。"
        )
        return
    page.download(
        "下载原文件",
        lambda: original.content,
        file_name(original.name),
        "application/octet-stream",
        f"original-{number}",
    )


def _draw_turn(office: Office, batch: pd.Series, who: str) -> None:
    number = int(batch["batch"])
    turned = batch["state"] == _WITHDRAWN
    act, turn = ("恢复", commit.reinstate) if turned else ("撤回", commit.withdraw)
    key = f"reason-{number}-{act}"
    st.text_input("原因", key=key, placeholder=f"为什么{act}", width=320)
    st.button(
        f"{act}这一批",
        key=f"turn-{number}-{act}",
        disabled=not who,
        help=None if who else "请先在上面填写经办人",
        on_click=do,
        args=(
            # What is typed when the button is pressed, not when it was drawn.
            lambda: turn(office, number, who, st.session_state.get(key) or ""),
            lambda _: f"第 {number} 批已{act}，得分和名次已经按现在的数据重新计算。",
            _SAID,
        ),
    )
