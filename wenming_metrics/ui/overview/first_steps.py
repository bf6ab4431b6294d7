"""第一次使用: the way from an empty store to the first ranking, with forms and what is missing yet."""

from __future__ import annotations

from functools import partial

import streamlit as st

from wenming_metrics.queries.files.forms import form_file, forms
from wenming_metrics.queries.first_steps import RULES, UPLOAD, FirstStep, first_steps
from wenming_metrics.queries.office import Office
from wenming_metrics.revising.books import book_of, files_of_version
from wenming_metrics.runtime import settings
from wenming_metrics.ui.frame import navigation, page, words
from wenming_metrics.ui.frame.cache import ask

_PAGES = {UPLOAD: "去“数据上传”", RULES: "去“测评体系”"}


def draw(office: Office, on_page: str = "") -> None:
    """Draw the steps while the store holds no inspection; afterwards nothing.

    Takes: on_page - the page that it is drawn on: only the next step that is done there; "": all
    """
    steps = ask(first_steps)
    if steps[-1].is_done:
        return
    following = next(
        n for n, step in enumerate(steps) if not step.is_done and on_page in ("", step.page)
    )
    with st.container(key="first-steps", border=True):
        st.subheader("第一次使用：" + (f"第 {following + 1} 步" if on_page else "五步看到排名"))
        for number, step in enumerate(steps):
            if not on_page or number == following:
                _draw_step(office, number, step, on_page, is_next=number == following)
        if on_page:
            navigation.link("pages/overview.py", label="看全部五步")


def stop_without_inspections(office: Office, days: list) -> None:
    """While the store holds no inspection, draw the steps and end the page."""
    if not days:
        page.say("还没有督查数据")
        draw(office)
        page.fine_print(office)
        st.stop()


def _draw_step(
    office: Office, number: int, step: FirstStep, on_page: str, *, is_next: bool
) -> None:
    mark = "✓" if step.is_done else f"{number + 1}"
    st.markdown(f"**{mark}　{step.title}**　{words.plain(step.state)}")
    if step.missing:
        page.note(words.plain(step.missing))
    if step.is_done and not step.missing:
        return
    titles = forms()
    with st.container(horizontal=True, vertical_alignment="center", key=f"first-step-{number}"):
        for kind in step.forms:
            page.offer(
                f"下载空白{titles[kind]}",
                partial(form_file, office, kind),
                f"{titles[kind]}_模板",
                f"first-{kind}",
            )
        if step.page == RULES:
            files = files_of_version(settings.load().data, office.rules.id)
            make = partial(book_of, files, office.catalogue)
            page.offer("下载现行办法，改成本市的", make, office.rules.short, "first-rules")
        if step.page in _PAGES and step.page != on_page:
            label = _PAGES[step.page] + ("，从这一步开始" if is_next else "")
            navigation.link(f"pages/{step.page}.py", label=label)
