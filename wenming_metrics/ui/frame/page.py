"""The frame of every page: opening, empty state, foot, and the guard that keeps tracebacks away."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from pathlib import Path
from urllib.parse import quote, unquote

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

from wenming_metrics.access.viewer import EXPORT, AccessError
from wenming_metrics.charts.template import CONFIG
from wenming_metrics.domain.periods import Window, now
from wenming_metrics.export.tables import XLSX
from wenming_metrics.publishing.signed_workbook import moment
from wenming_metrics.queries.files.batches import batches
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.queries.ranking import overview
from wenming_metrics.queries.scores.rule_spans import versions_of
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.store.database import StoreError
from wenming_metrics.ui.frame import cache, navigation
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.identity import exported
from wenming_metrics.ui.frame.replay import draw_still
from wenming_metrics.vocabulary import file_name

_HERE = Path(__file__).resolve().parent
logger = logging.getLogger(__name__)
_ROUTED = "routed"
_WHO = "wenming_who"
"""A cookie of the browser's session: it is gone when the browser is closed."""
_LONGEST_NAME = 20
_HELD = "请选定"
"""By this the style sheet knows a control that cannot be emptied, though it began with nothing."""


def run(chosen: StreamlitPage) -> None:
    """Run the chosen page; whatever goes wrong is logged, and told in a few words."""
    st.session_state[_ROUTED] = True
    try:
        chosen.run()
    except StoreError as error:
        logger.exception("store failed under page %s", chosen.url_path)
        st.error(str(error))
    except AccessError as error:
        logger.warning("page %s: %s", chosen.url_path, error)
        st.error(str(error))
    except Exception:
        moment = now()
        logger.exception("page %s failed", chosen.url_path)
        st.error(
            f"页面未能显示，请刷新重试；仍不能显示的，请将出错时间告知管理员：{moment:%m月%d日 %H:%M:%S}。"
        )


def open_page(title: str) -> Office:
    """Open a page: guard, look, heading. Stops with a sentence when rules or store are unusable.

    Returns: the office that is shown. Raises AccessError where the page is not theirs.
    """
    _require_router()
    st.set_page_config(page_title=f"{title} · {navigation.PRODUCT}", page_icon="📊", layout="wide")
    draw_still(_draw_unseen, "unseen")
    navigation.draw(title)
    try:
        office = cache.office()
        office.viewer.require_page(title)
        return office
    except RuleSetError as error:
        logger.exception("rules cannot be used")
        faults = "\n".join(f"- {fault}" for fault in error.faults)
        st.error(f"测评办法的文件有错，改好之后刷新本页：\n{faults}")
    except StoreError as error:
        logger.exception("store cannot be opened")
        st.error(str(error))
    st.stop()


def _draw_unseen() -> None:
    """Draw the style sheet and the scripts that stand on every page."""
    style, *scripts = (
        (_HERE / name).read_text(encoding="utf-8")
        for name in ("look.css", "chinese.js", "history.js")
    )
    # In one piece: a style sheet alone would be drawn outside of where it stands.
    text = f"<style>{style}</style>" + "".join(f"<script>{script}</script>" for script in scripts)
    with st.container(key="unseen"):
        st.html(text, unsafe_allow_javascript=True)


def _require_router() -> None:
    """Send a session that reached a page file without app.py back to it.

    Until some session has run `st.navigation`, Streamlit serves the files of pages/ by itself.
    """
    if _ROUTED not in st.session_state:
        st.switch_page("app.py")


def inspected_days() -> list[date]:
    """List the days with inspections; without any, say what to do and end the page."""
    days = ask(days_known)
    stop_if_empty(days)
    return days


def stop_if_empty(days: Sequence) -> None:
    """Say what to do while the store holds no inspection; the rest of the page is not run."""
    if not days:
        stop(
            "还没有督查数据",
            "第一次使用，按“总览”里的五步做：单位名册、点位名册、测评办法、第一份督查表，就有排名。"
            "每一步都有空白表格，并写明还缺什么。",
            page="pages/overview.py",
            label="去“总览”",
        )


def stop(
    title: str,
    steps: str,
    *,
    page: str = "pages/upload.py",
    label: str = "前往数据上传",
    office: Office | None = None,
) -> None:
    """Draw what is missing and the ways on, and end the page.

    Takes: page, label - where the first step is done; office - whose rules stand at the foot
    """
    with st.container(key="empty", border=True, width=640):
        st.subheader(title)
        st.markdown(steps)
        with st.container(horizontal=True):
            navigation.link(page, label=label)
            navigation.link("pages/manual.py", label="查看使用说明")
    if office is not None:
        fine_print(office)
    st.stop()


def say(sentence: str) -> None:
    """Write the page's one sentence, the answer to its reader's first question."""
    with st.container(key="sentence"):
        st.markdown(sentence)


def tell(text: str, *, was_done: bool) -> None:
    """Tell what came of the reader's last act: done, or not done and why."""
    with st.container(key="told-done" if was_done else "told-not-done"):
        # With nothing after the full stop, the stars behind it would be shown as stars.
        st.markdown(text if was_done else f"**没有完成。** {text}")


def note(text: str) -> None:
    """Write a line of lesser weight: what a figure rests on."""
    st.caption(text)


def fold(title: str, key: str) -> DeltaGenerator:
    """Open a part of a page that a phone shows only when its line is tapped; elsewhere it always stands.

    Takes: title - what is in it, as the line says; key - of the part
    """
    folded = st.container(key=f"more-{key}")
    with folded:
        st.html(f"<label class='more'><input type='checkbox'>更多：{escape(title)}</label>")
    return folded


def unfolded(title: str, key: str) -> DeltaGenerator | None:
    """Open a folded part that is made when its line is first opened; None until then.

    From then on it is made in every run: what is typed there stays when it is folded again.
    """
    expander, opened = st.expander(title, key=key, on_change="rerun"), f"{key}-opened"
    if expander.open:
        st.session_state[opened] = True
    return expander if opened in st.session_state else None


def row(key: str | None = None) -> DeltaGenerator:
    """Open a row of controls that stand on one line."""
    return st.container(horizontal=True, vertical_alignment="bottom", key=key)


def ask_who(record: str, width: int = 320) -> str:
    """Say who acts: who is signed in; without accounts a name that is typed.

    A typed name is held from page to page, and by the browser until it is closed.

    Takes: record - where the name is kept
    """
    if cache.office().viewer.account:
        return cache.office().viewer.name
    cookie_name = unquote(st.context.cookies.get(_WHO, ""))
    who = st.text_input(
        "经办人",
        cookie_name[:_LONGEST_NAME],
        key="who",
        placeholder=f"您的姓名，会记在{record}里",
        max_chars=_LONGEST_NAME,
        persist_state="session",
        width=width,
    ).strip()
    if who != cookie_name:
        # Quoted, the name holds nothing that ends a script or a cookie.
        cookie = f"{_WHO}={quote(who, safe='')}; path=/; SameSite=Strict"
        st.html(f'<script>document.cookie = "{cookie}"</script>', unsafe_allow_javascript=True)
    return who


def switch(
    label: str,
    options: Sequence[str],
    key: str,
    default: str = "",
    *,
    is_dated: bool = False,
    **more: object,
) -> str:
    """Draw a choice of one of a few, held in the address.

    Takes: default - the first one, if ""; is_dated - that depends on the data, see `select`
    """
    usual = default or options[0]
    in_address = st.query_params.get(key)
    # Streamlit takes a blank in the address for "nothing is chosen", though a choice is required.
    is_blank = in_address == ""
    if is_blank:
        del st.query_params[key]
    bind = None if is_blank else "query-params"
    spell = more.get("format_func") or str
    if is_dated:
        if in_address and in_address not in map(spell, options):
            del st.query_params[key]
        hold(key, usual, spell(usual))
    first = None if is_dated else usual
    chosen = st.segmented_control(
        label, options, default=first, required=True, key=key, bind=bind, **more
    )
    navigation.remark(label, in_address, spell(chosen or usual))
    return chosen or usual


def select(
    label: str, options: Sequence[str], key: str, *, usual: str | None = None, **more: object
) -> str | None:
    """Draw a choice of one of many, held in the address.

    Takes: usual - what is chosen first where that depends on the data: it stands in the address from
           the beginning, for tomorrow it would be another one; None: the first option, always the same
    """
    in_address = st.query_params.get(key)
    if usual is not None:
        hold(key, usual, (more.get("format_func") or str)(usual))
        more |= {"index": None, "placeholder": _HELD}
    chosen = st.selectbox(label, options, key=key, bind="query-params", **more)
    chosen = usual if chosen is None else chosen
    spelled = (more.get("format_func") or str)(chosen) if chosen is not None else ""
    navigation.remark(label, in_address, spelled or more.get("placeholder", ""))
    return chosen


def hold(key: str, usual: object, spelled: str) -> None:
    """Let a control that is about to be drawn stand in the address also while it shows the usual.

    Streamlit takes what a control begins with out of the address; so such controls begin with nothing.
    """
    if key not in st.session_state and key not in st.query_params:
        st.query_params[key] = spelled
        st.session_state[key] = usual
    elif key in st.session_state and st.session_state[key] is None:
        st.session_state[key] = usual


def chart(figure: go.Figure, key: str) -> None:
    """Draw a figure."""
    st.plotly_chart(figure, theme=None, config=CONFIG, key=key)


def offer(
    label: str,
    make: Callable[[], bytes],
    name: str,
    key: str | None,
    description: str | None = None,
) -> None:
    """Offer a workbook, made when it is asked for. Takes: name - of the file, without its ending"""
    download(label, make, f"{file_name(name)}.xlsx", XLSX, key, description)


def download(
    label: str,
    make: Callable[[], bytes],
    name: str,
    mime: str,
    key: str | None,
    description: str | None = None,
) -> None:
    """Offer a file, made and logged when it is asked for; nothing where exports are not theirs."""
    store = cache.office().store
    if store.viewer.may(EXPORT):
        make = exported(store, make, name, mime)
        st.download_button(label, make, name, mime, on_click="ignore", key=key, help=description)


def foot(window: Window, checks: int | None = None) -> None:
    """Write under which rules, for which days and from how many checks the page's figures come.

    Takes: checks - None: those of the city
    """
    checks = ask(overview.city, window).checks if checks is None else checks
    st.caption(ask(foot_text, window, checks, shared=True, wait=False))


def foot_text(office: Office, window: Window, checks: int) -> str:
    """Spell what stands at the foot of a page."""
    last = ask(batches)["act_at"].max()
    return (
        f"测评办法：{_versions(office, window)} · 时段：{window.title} · 检查 {checks:,} 项次 · "
        f"数据到 {ask(days_known)[-1]:%Y-%m-%d} · 最近一次数据变动 {moment(last)}"
    )


def fine_print(office: Office) -> None:
    """Write under which rules the files are read; for pages that show no figures."""
    st.caption(f"测评办法：{_name(office.rules)}")


def _versions(office: Office, window: Window) -> str:
    """Name the rules of a window: one version, or each with its last day."""
    spans = versions_of(window, office)
    earlier = [f"{_name(rules)}至 {days.end:%m月%d日}" for rules, days in spans[:-1]]
    last = _name(spans[-1][0])
    return "、".join([*earlier, f"{last}其后"]) if earlier else last


def _name(rules: RuleSet) -> str:
    return f"{rules.short}（版本 {rules.version}）"
