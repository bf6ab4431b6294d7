"""One problem opened: finding, events, hours by party, pictures, original row."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from wenming_metrics.queries.files.pictures import RowPicture, story_pictures
from wenming_metrics.queries.problems.lists import ProblemStory, hours_text, problem_story
from wenming_metrics.ui.frame import cache, cards, page, tables, words
from wenming_metrics.ui.frame.cache import ask

_STEPS = tables.configs(
    "on=happened_on",
    "act=loop_act",
    "unit_name=holder",
    "who=handled_by",
    "note=loop_note",
    "counts=loop_counted",
)


def draw(line: pd.Series) -> None:
    """Draw the course of a problem. Takes: line - of `lists.ProblemView.lines`"""
    key = (int(line["day"]), int(line["batch"]), int(line["seq"]))
    story = ask(problem_story, *key)
    if story is None:
        page.note("这个问题已不在库里，可能刚刚撤回。请刷新再看。")
        return
    location = "、".join(filter(None, (line["site_name"], line["item_name"])))
    pictures = story_pictures(cache.office(), *key)  # too large to be kept
    st.subheader(f"{words.plain(line['number']) or '未编号'} · {words.plain(location)}")
    st.markdown(_standing(line, story))
    if story.row is not None and story.row["description"]:
        st.markdown(words.plain(str(story.row["description"])))
    _draw_steps(story, pictures)
    page.note(f"用时（工作小时）：{hours_text(story.hours)}。")
    if story.row is not None:
        row = story.row
        cards.pictures(pictures.get(-1, []))
        with st.expander(words.plain(f"原表：{words.origin(row)}")):
            cards.cells(row["cells"])


def _standing(line: pd.Series, story: ProblemStory) -> str:
    course = story.course
    pieces = [f"现在：**{line['state']}**", f"{line['found_on']:%Y-%m-%d} 发现"]
    if line["unit_name"]:
        pieces.append(f"在 {words.plain(line['unit_name'])}")
    if line["term"]:
        pieces.append(line["term"])
    if course.round > 1:
        pieces.append(f"第 {course.round} 轮")
    if course.returns:
        pieces.append(f"返工 {course.returns} 次")
    if course.looked:
        pieces.append(f"整改复查：{course.looked}")
    if course.is_exempt:
        pieces.append("逾期申诉已采纳，按期整改率不计逾期")
    for sent in story.dispatched.itertuples():
        document = f"（{words.plain(sent.dispatch)}）" if sent.dispatch else ""
        reported = "" if sent.role == "主办" else "，已反馈" if sent.has_reported else "，未反馈"
        pieces.append(f"{sent.role} {words.plain(sent.unit_name)}{document}{reported}")
    return "，".join(pieces)


def _draw_steps(story: ProblemStory, pictures: Mapping[int, list[RowPicture]]) -> None:
    if story.steps.empty:
        page.note("还没有办理记录。")
        return
    effects = story.steps["ignored"].map({True: "未生效", False: ""})
    tables.show(story.steps.assign(counts=effects), _STEPS, 10)
    if story.steps["ignored"].any():
        page.note("未生效：办理时的状态不允许这一步，或日期早于上一步；只留作记录。")
    for step in story.steps.itertuples():
        if step.Index in pictures:
            page.note(_caption(step))
            cards.pictures(pictures[step.Index])


def _caption(step: tuple) -> str:
    doubt = f"。请看是不是旧照片：{step.doubt}" if step.doubt else ""
    return f"{step.on} {step.act}附的照片{doubt}"
