"""What the sender of a file may say of it: which visits there were, what counts once or again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import pandas as pd
import streamlit as st

from wenming_metrics.domain.registers import Register, ancestors
from wenming_metrics.intake import stored_already
from wenming_metrics.intake.commit import Preview
from wenming_metrics.queries.office import Office, days_known
from wenming_metrics.reading.model.reading import BASIS_FINDING
from wenming_metrics.reading.model.sender_answers import (
    COUNT_ALL,
    COUNT_ONCE,
    Looked,
    SenderAnswers,
)
from wenming_metrics.ui.frame import cards, page
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.uploads import register_changes

_VISITS = {"到访-02", "到访-03", "到访-10", "到访-11", "到访-14"}
"""Problems that ask for, or follow from, the user's word of what was looked at."""
_SEVERAL = {"问题-01", "问题-02", "问题-03"}
_REPEATED = {"重复-03", "重复-04", "重复-05"}
_EQUAL = {"是同一条记录，计一次": COUNT_ONCE, "是不同的记录，都要计": COUNT_ALL}
_MOST_DAYS = 10
_KEPT = {"persist_state": "page"}
"""An answer holds while the card of another file is open."""


def answers_of(key: str, register: Register) -> SenderAnswers:
    """Give what has been said of a file. Takes: key - of the file on the page"""
    state = st.session_state
    confirmed = bool(state.get(f"confirm_visits-{key}", False))
    scope = tuple(state.get(f"scope-{key}") or ()) if confirmed else ()
    looked = tuple(_looked(key, register)) if confirmed else ()
    is_split = bool(state.get(f"split-{key}", False))
    equal_rows = _EQUAL.get(state.get(f"equal_rows-{key}"), "")
    same_units = register_changes.same_units(key)
    facts = {"equal_rows": equal_rows, "same_units": same_units}
    facts["remember_visits"] = confirmed and bool(state.get(f"remember_visits-{key}", False))
    return SenderAnswers(confirmed, scope, looked, is_split, **facts)


def _looked(key: str, register: Register) -> Iterable[Looked]:
    site_names, start = _site_titles(register), f"looked-{key}-"
    for name in sorted(map(str, st.session_state)):
        if name.startswith(start):
            day = int(name.removeprefix(start))
            chosen = st.session_state[name] or ()
            yield from (Looked(day, *site_names[site]) for site in chosen if site in site_names)


@lru_cache(maxsize=2)
def _site_titles(register: Register) -> dict[str, tuple[str, str]]:
    """Give the registered sites as people choose them: 「人民路(河西街道)」 -> street, site."""
    names = dict(zip(register.units["unit"], register.units["name"], strict=True))
    registered = zip(register.sites["street"], register.sites["name"], strict=True)
    return {f"{site}（{names[street]}）": (names[street], site) for street, site in registered}


def draw(office: Office, preview: Preview, key: str, register: Register) -> None:
    """Draw the questions that a file gives rise to."""
    register_changes.draw(preview.reading, key)
    codes = {problem.code for problem in preview.problems}
    if codes & _VISITS:
        label = "问题涉及的点位都查了全部测评项"
        confirmed = st.checkbox(label, key=f"confirm_visits-{key}", **_KEPT)
        if confirmed and not preview.reading.is_rejected:
            _draw_visits(office, preview, key, register)
    if codes & _SEVERAL:
        st.checkbox(
            "一格写了几个问题的分成几条",
            key=f"split-{key}",
            help="处数按各条写明的数分开，扣分按处数分摊，编号后面加 -1、-2；不勾选则按一条计",
            **_KEPT,
        )
    if codes & _REPEATED:
        label = "几张工作表里完全相同的行"
        st.radio(label, list(_EQUAL), index=None, key=f"equal_rows-{key}", **_KEPT)
    if codes & {stored_already.REPEATED, stored_already.COUNTED_AGAIN}:
        st.checkbox("相同的行也要计", key=f"count_again-{key}", **_KEPT)
    if len(preview.reading.checks) and set(preview.days) & set(ask(days_known)):
        st.checkbox(
            "替换先前同一天、同一街道、同一来源的记录",
            key=f"replaces-{key}",
            help="先前的记录不删除，撤回这一批就恢复；不勾选则两份都计",
            **_KEPT,
        )


def _draw_visits(office: Office, preview: Preview, key: str, register: Register) -> None:
    """Ask what those visits looked at, and which visits found nothing."""
    findings = preview.reading.checks
    findings = findings[findings["basis"] == BASIS_FINDING]
    with st.expander("查过哪些类别、哪些点位"):
        page.note("表里有问题的点位：")
        cards.sentences(_sites_by_day(findings, preview, register))
        categories = list(dict.fromkeys(office.catalogue.items["category"]))
        label = "只查了这些类别的测评项（不选就是全部）"
        st.multiselect(label, categories, key=f"scope-{key}", **_KEPT)
        label = "以后同样表头的清单都这样计"
        st.checkbox(label, key=f"remember_visits-{key}", **_KEPT)
        days = _days(findings["day"].unique().tolist())
        if not days:
            page.note(f"超过 {_MOST_DAYS} 天，没有问题的点位请用“检查点位”表一并上传。")
        options = list(_site_titles(register))
        for day in days:
            label_of_day = f"{date.fromordinal(day):%m-%d} 还查了、没有发现问题的点位"
            st.multiselect(label_of_day, options, key=f"looked-{key}-{day}", **_KEPT)


def _days(days: list[int]) -> list[int]:
    """Give the days that may be asked about: all from the first to the last, if they are few."""
    span = list(range(min(days), max(days) + 1)) if days else []
    return next((some for some in (span, sorted(days)) if len(some) <= _MOST_DAYS), [])


def _sites_by_day(findings: pd.DataFrame, preview: Preview, register: Register) -> list[str]:
    """Write out where problems were found, a day and street each."""
    names = dict(zip(preview.reading.sites["site"], preview.reading.sites["name"], strict=True))
    units, streets = register.units["name"], ancestors(register, "street")
    lines = findings.drop_duplicates(["day", "site"]).sort_values(["day", "unit"])
    by_day: dict[tuple[int, str], list[str]] = {}
    for line in lines.itertuples():
        street = streets[line.unit] if streets[line.unit] >= 0 else line.unit
        by_day.setdefault((line.day, units[street]), []).append(names[line.site])
    return [
        f"{date.fromordinal(day):%m-%d} {street}：{'、'.join(sites)}"
        for (day, street), sites in by_day.items()
    ]
