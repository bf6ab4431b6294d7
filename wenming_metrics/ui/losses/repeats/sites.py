"""The sites that keep coming back: a list, and of one site the days, the pictures and the rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pandas as pd
import streamlit as st

from wenming_metrics.queries.files.pictures import RowPicture
from wenming_metrics.queries.losses.repeat_sites import MOST
from wenming_metrics.scoring.tree.states import LOOK_BACK
from wenming_metrics.ui.frame import cache as frame_cache
from wenming_metrics.ui.frame import cards, drill, page, tables, words
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.losses.repeats import cache, sentences

_STEPS = 8
"""So many problems of a site are shown side by side, the latest."""
_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn
_SITES = {
    "site_name": _text("点位", width=150),
    "unit_name": _text("单位", width=100),
    "days": _number("查出天数", width=72),
    "times": _number("问题", width=56, help="这些天里查出的反复的问题,条"),
    "open": _number("未整改", width=64, help="还没有反馈已整改的,条"),
    "state": _text("最近一次", width=88, help="最近查出的那一条算什么"),
    "last": st.column_config.DateColumn("最近", format="MM-DD", width=64),
    "first": st.column_config.DateColumn("最早", format="MM-DD", width=64),
    "items": _text("测评项", width=260),
    "responsible": _text("责任单位", width=200),
}
_ROWS = {
    "day": tables.ROWS["day"],
    "item_name": _text("测评项", width=150),
    "description": tables.ROWS["description"],
    "state": _text("算什么", width=84),
    "closed": st.column_config.DateColumn("已整改", format="MM-DD", width=68),
    **{name: tables.ROWS[name] for name in ("responsible", "file", "sheet", "source_row")},
}


def draw(sites: pd.DataFrame, selection: Selection, unit: str | None, key: str) -> None:
    """Draw the sites that come back most, and one of them in full.

    Takes: sites - of `queries.losses.repeat_sites.sites_back`, of what was read for a unit, None: all
    """
    st.subheader("反复出现的点位")
    st.markdown(sentences.sites(sites))
    if sites.empty:
        return
    page.note(
        f"连本期以前 {LOOK_BACK} 天一起看,本期也反复的,按查出的天数列前 {MOST} 个。"
        "点一个,看每次的照片和原表。"
    )
    place = tables.pick(sites, _SITES, f"repeat-sites-{key}", 10) or 0
    site = sites.iloc[place]
    rows = cache.site_rows(selection.window, selection.board, site["lines"], unit)
    with st.container(border=True, key="repeat-site"):
        name = words.plain(f"{site['site_name']}({site['unit_name']})")
        st.markdown(f"**{name}** {words.plain(_said(site))}")
        cards.strip(_steps(rows))
        if len(rows) > _STEPS:
            page.note(f"上面是最近的 {_STEPS} 条,全部 {len(rows)} 条在下表。")
        picked = tables.pick(rows, _ROWS, f"repeat-rows-{site['site']}-{key}", 8)
        drill.draw_original(rows, picked)


def _said(site: pd.Series) -> str:
    left = int(site["open"])
    state = "都已反馈整改" if not left else f"{left} 条还没有反馈已整改"
    return f"{site['days']} 天查出 {site['times']} 条,{state}。"


def _steps(rows: pd.DataFrame) -> list[tuple[str, str, Sequence[RowPicture]]]:
    """List what was found and what was answered, by day, each with its pictures."""
    steps = [step for row in rows.tail(_STEPS).itertuples() for step in _of_row(row)]
    steps = sorted(steps, key=lambda step: step[0])
    return [(f"{day:%Y-%m-%d} {heading}", told, found) for day, heading, told, found in steps]


def _of_row(row: tuple) -> Iterator[tuple[date, str, str, Sequence[RowPicture]]]:
    told = f"{row.item_name}:{row.description}" if row.description else row.item_name
    own = frame_cache.row_pictures(int(row.batch), str(row.sheet), int(row.source_row))
    yield row.day, f"查出({row.state})", told, own
    if not row.number:
        return
    for one in frame_cache.answers_to(row.day, int(row.batch), int(row.seq)).itertuples():
        after = frame_cache.row_pictures(one.batch, one.sheet, one.source_row)
        yield one.on, f"反馈:{one.state}", one.measure, after
