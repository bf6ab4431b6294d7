"""All versions of the rules: in force when, by whom published, what differs between two."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import today
from wenming_metrics.queries.office import Office
from wenming_metrics.revising.books import book_of, files_of_version
from wenming_metrics.revising.compare import compare
from wenming_metrics.revising.publish import versions
from wenming_metrics.rules.load import foreign_rules
from wenming_metrics.rules.model import RuleSet
from wenming_metrics.rules.workbook.parts import parts_of
from wenming_metrics.runtime import settings
from wenming_metrics.ui.frame import cache, page, tables, words

_VERSIONS = tables.configs(
    *("id=rules_id", "version", "state", "span=in_force_span", "title=rules_title"),
    *("source=origin", "leaves", "published", "digest"),
)
CHANGES = tables.configs("area", "what=spot", "name=changed", "old", "new")
"""Columns of what differs between two versions."""


def draw(office: Office, rules: RuleSet) -> None:
    """Draw the list of versions, the chosen one as a workbook, and a comparison of two."""
    rule_sets = cache.rule_sets()
    tables.show(_lines(versions(office, rule_sets), today()), _VERSIONS, 8)
    data = settings.load().data
    if foreign := foreign_rules(data / "rules", office.catalogue):
        page.note(
            f"还有 {len(foreign)} 套办法（{'、'.join(map(words.plain, foreign))}）用到另一份数据里的"
            "本单位测评项，在这份数据里不用。"
        )
    files = files_of_version(data, rules.id)
    page.offer(
        "下载这一版（Excel）",
        partial(book_of, files, office.catalogue),
        f"{rules.short} {rules.version}",
        None,
        "选在上面“哪一版”里的一版；改好后到“修改和发布”上传",
    )
    _draw_comparison(office, [rule_set.id for rule_set in rule_sets])


def _lines(version_list: pd.DataFrame, on: date) -> pd.DataFrame:
    ends = [
        f" 至 {last_day:%Y-%m-%d}" if last_day else " 起" for last_day in version_list["last_day"]
    ]
    return version_list.assign(
        state=[_state(line, on) for line in version_list.itertuples()],
        span=[
            f"{first_day:%Y-%m-%d}{end}"
            for first_day, end in zip(version_list["first_day"], ends, strict=True)
        ],
        published=[f"{line.who} {line.at[:10]}".strip() for line in version_list.itertuples()],
        digest=version_list["digest"].str[:12],
    )


def _state(line: tuple, on: date) -> str:
    if line.in_force:
        return "在用"
    if line.series:
        return f"另用：{line.series}"
    return "未施行" if line.first_day > on else "已停用"


def _draw_comparison(office: Office, ids: list[str]) -> None:
    st.subheader("两版比较")
    if len(ids) < 2:
        page.note("只有一版，没有可比的。")
        return
    with page.row():
        old = page.select("从", ids, "compare_old", usual=ids[-2], width=220)
        new = page.select("到", ids, "compare_new", usual=ids[-1], width=220)
    data = settings.load().data
    old_parts, two = (parts_of(files_of_version(data, name)) for name in (old, new))
    draw_changes(compare(old_parts, two, office.catalogue))


def draw_changes(differences: pd.DataFrame) -> None:
    """Draw what differs; columns of `revising.compare.compare`."""
    if differences.empty:
        page.note("内容没有差别。")
        return
    page.note(f"共 {len(differences)} 处不同。")
    tables.show(differences, CHANGES, 14)
