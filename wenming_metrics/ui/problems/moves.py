"""The moves that are made of the problems that are ticked: act, person, reason and what else it asks for."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from wenming_metrics.access.viewer import PARTY_ACTS
from wenming_metrics.decisions.problem_moves import add_problem, make_moves, order_now
from wenming_metrics.domain.periods import today
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.choices import acts_from, problem_key, unit_numbers, usual_due
from wenming_metrics.rules.loop import NEEDS, Move
from wenming_metrics.ui.frame import page
from wenming_metrics.ui.frame.act_button import button
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.vocabulary import CHECK_WAYS, OTHER_SOURCES

_SEEN = ("反馈", "核查通过", "核查不通过", "回头看保持", "反弹", "整改复查", "协办反馈")
"""Acts that a picture may show."""
_UNTRUE = "认定不属实"


def draw(office: Office, ticked: pd.DataFrame, who: str) -> None:
    """Draw what can be done with the problems that are ticked."""
    allowed = acts_from(office, ticked["state"].unique())
    acts = {act: move for act, move in allowed.items() if office.viewer.may(PARTY_ACTS[move.by])}
    st.markdown(f"**办理勾选的 {len(ticked)} 条**")
    if allowed and not acts:
        page.note("这些问题现在的状态，没有要本账号办的。")
        return
    if not acts:
        page.note("勾选的问题状态不同，没有一步可以一起办。请先按状态筛选。")
        return
    with page.row("fix-moves"):
        act = st.selectbox("办理事项", list(acts), key="fix-act", width=170)
        day = st.date_input(
            *("办理日期", today()),
            max_value=today(),
            format="YYYY-MM-DD",
            key="fix-day",
            width=150,
        )
    if act == _UNTRUE and (ticked["batch"] > 0).any():
        page.note(
            "认定不属实的不再整改，扣分不因此改变；扣分要改的，在【通报】的【复核意见】里登记、决定。"
        )
    facts, missing = _ask_facts(office, acts[act], act)
    pictures = _ask_pictures(act)
    ordinal = (day or today()).toordinal()
    problems = [problem_key(line) for line in ticked.itertuples()]
    button(
        f"{act}（{len(ticked)} 条）",
        f"fix-do-{act}",
        lambda: make_moves(office, problems, order_now(act, who, ordinal, **facts), pictures),
        lambda numbers: f"已办{act}：{len(numbers)} 条。",
        disabled=not who or missing,
    )


def _ask_pictures(act: str) -> list[bytes]:
    if act not in _SEEN:
        return []
    uploads = st.file_uploader(
        "照片（可不传）",
        ["jpg", "jpeg", "png", "webp"],
        accept_multiple_files=True,
        key=f"fix-pictures-{act}",
        width=420,
    )
    return [upload.getvalue() for upload in uploads]


def _ask_facts(office: Office, move: Move, act: str) -> tuple[dict[str, object], bool]:
    """Ask for what a move needs; gives it, and whether something is missing."""
    facts: dict[str, object] = {}
    units = ask(unit_numbers)
    with page.row("fix-facts"):
        for need in move.needs:
            title, key = NEEDS[need], f"fix-{need}"
            if need == "unit":
                name = st.selectbox(
                    title, list(units), index=None, placeholder="请选择", key=key, width=220
                )
                facts["unit"] = units.get(name, -1)
            elif need in ("due", "until"):
                usual = usual_due(office) if need == "due" else today() + timedelta(days=90)
                facts[need] = _day(title, usual, key)
            elif need in ("way", "outcome"):
                options = CHECK_WAYS if need == "way" else office.rules.loop.outcomes(act)
                facts[need] = st.selectbox(title, options, key=f"{key}-{act}", width=150)
            else:
                text = st.text_input(title, key=key, max_chars=200, width=260)
                facts[need] = (text or "").strip()
        if act == "交办":
            helpers = st.multiselect(
                "协办单位", list(units), key="fix-assisting", placeholder="可不选", width=260
            )
            facts["assisting"] = tuple(units[name] for name in helpers)
            facts["document_no"] = st.text_input(
                "文号或批次", key="fix-document", width=200
            ).strip()
    missing = any(facts.get(need) in ("", 0, -1) for need in move.needs)
    return facts, missing


def _day(title: str, usual: date, key: str) -> int:
    picked_day = st.date_input(title, usual, format="YYYY-MM-DD", key=key, width=150)
    return picked_day.toordinal() if picked_day else 0


def draw_elsewhere(office: Office, who: str) -> None:
    """Draw where problems are taken up that no inspection found."""
    expander = page.unfolded("登记领导批示、会议定事项", "fix-elsewhere-part")
    if expander is None:
        return
    with expander:
        page.note("登记以后和督查发现的问题一样交办、核查、销号。")
        with page.row("fix-elsewhere"):
            source = st.selectbox("来源", OTHER_SOURCES, key="fix-source", width=170)
            content = st.text_input("内容", key="fix-content", max_chars=300, width=420).strip()
        button(
            "登记",
            "fix-add",
            lambda: add_problem(office, source, content, who),
            lambda number: f"已登记，问题编号 {number}。",
            disabled=not (content and who),
        )
