"""The map below the list; a city without outlines sees nothing of it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from wenming_metrics.charts.city_map import city_map_chart
from wenming_metrics.queries.city_map import BACK, CityMap, city_map, with_scores
from wenming_metrics.queries.office import Office
from wenming_metrics.ui.frame import cache, page, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.ranking.view import summarised

_MEASURES = {
    "得分": ("score", False),
    "失分": ("lost", True),
    "未整改": ("held", True),
    "反弹": ("relapsed", True),
    "反复点位": ("returning", True),
}
"""What colours the map -> column, and whether the highest is darkest."""
_GROUNDS = ["单位", "点位"]


def draw(selection: Selection) -> None:
    """Draw the map of the chosen window and group."""
    laid = ask(_map_of, selection, shared=True, most=4)
    if laid is None or laid.units.empty:
        return
    with page.fold("地图", "map"):
        st.subheader("示意图")
        with page.row():
            measure = page.switch("图上看什么", list(_MEASURES), "map")
            by_site = len(laid.sites) and page.switch("画到", _GROUNDS, "map_by") == _GROUNDS[1]
        cache.draw(_draw_sites if by_site else _draw_units, selection, measure)


def _draw_sites(office: Office, selection: Selection, measure: str) -> None:
    laid = ask(_map_of, selection, shared=True, most=4)
    column, is_dark_high = _MEASURES[measure]
    page.note(
        f"每点一个点位，颜色越深，{'得分越低' if column == 'score' else f'{measure}越多'}{_ends(laid.sites[column])}；"
        f"小灰点本期没有检查，没有得分。都是实时数据：得分是本期所查各项满分中得到的部分，按 {office.rules.full_mark:g} 分折算；"
        f"失分是所查各项扣的分；未整改、反弹是近 {BACK} 天发现的问题；反复点位是反复查出的问题数。"
        f"点位没有权重，不能加成单位的得分。{_without_outline(selection, laid)}{laid.system}，示意图，不作为划界依据。"
    )
    drawing = city_map_chart(
        laid.units, laid.sites, column, _spell_site, is_dark_high=is_dark_high, by_site=True
    )
    page.chart(drawing, f"map-sites-{measure}-{selection.group}-{selection.key}")


def _draw_units(_office: Office, selection: Selection, measure: str) -> None:
    laid = ask(_map_of, selection, shared=True, most=4)
    column, is_dark_high = _MEASURES[measure]
    origin = "得分、失分是签发的名单上的，未整改、反弹和" if selection.signed else "未整改、反弹和"
    page.note(
        f"颜色越深，{'得分越低' if column == 'score' else f'{measure}越多'}{_ends(laid.units[column])}；浅灰的没有得分。"
        f"菱形是反复点位，越大查出越多。{origin}反复点位是实时数据；未整改、反弹是近 {BACK} 天发现、属地在这里的问题。"
        f"{_without_outline(selection, laid)}{laid.system}，示意图，不作为划界依据。"
    )
    drawing = city_map_chart(laid.units, laid.sites, column, _spell, is_dark_high=is_dark_high)
    page.chart(drawing, f"map-{measure}-{selection.group}-{selection.key}")


def _map_of(office: Office, selection: Selection) -> CityMap | None:
    """Give the map of the list that the page shows: its units, and their scores as they stand there."""
    laid = ask(city_map, selection.window, selection.board, shared=True, most=4, wait=False)
    return laid and with_scores(laid, summarised(selection).units, office.rules.full_mark)


def _without_outline(selection: Selection, laid: CityMap) -> str:
    """Name the units of the list that the map cannot show."""
    unit_names = summarised(selection).units["unit_name"]
    missing = unit_names[~unit_names.isin(laid.units["unit_name"])]
    return f"没有轮廓、图上不画的：{words.joined(missing)}。" if len(missing) else ""


def _ends(values: pd.Series) -> str:
    """Say from where to where the colours go."""
    values = values.dropna()
    return f"（{values.min():g} 到 {values.max():g}）" if len(values) else ""


def _spell(line: pd.Series) -> str:
    score = (
        "没有得分"
        if pd.isna(line["score"])
        else f"{line['score']:.2f} 分，失 {line['lost']:.2f} 分"
    )
    return (
        f"{line['unit_name']}：{score}<br>未整改 {line['held']} 条，其中反弹 {line['relapsed']} 条，"
        f"反复点位 {line['returning']} 个"
    )


def _spell_site(line: pd.Series) -> str:
    looked_at = (
        f"查 {line['checks']:g} 项，得 {line['score']:.2f} 分，扣 {line['lost']:.2f} 分"
        if line["checks"]
        else "本期没有检查"
    )
    return (
        f"{line['site_name']}（{line['unit_name']}）：{looked_at}<br>"
        f"未整改 {line['held']} 条，其中反弹 {line['relapsed']} 条，反复查出 {line['returning']} 次"
    )
