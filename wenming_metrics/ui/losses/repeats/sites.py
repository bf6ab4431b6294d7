"""The sites that keep coming back: a list, and of one site the days, the pictures and the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa
import streamlit as st

from wenming_metrics.queries.losses import repeats as questions
from wenming_metrics.queries.losses.repeat_sites import MOST, site_rows
from wenming_metrics.queries.losses.repeats import Repeats
from wenming_metrics.queries.scores.records import answers_to
from wenming_metrics.scoring.tree.states import LOOK_BACK
from wenming_metrics.ui.frame import cache, cards, drill, page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.losses.repeats import sentences
from wenming_metrics.ui.losses.scope import Book, Scope

_FINDINGS = 4
"""So many answers of what comes back are kept."""
_SHOWN = 8
"""So many sites are kept with their pictures."""
_STEPS = 8
"""So many problems of a site are shown side by side, the latest."""
_SITES = tables.configs(
    *("site_name", "unit_name", "days", "times", "open", "state=last_state", "last", "first"),
    *("items=items_named", "responsible"),
)
_ROWS = tables.configs(
    *("day", "item_name", "description", "state=recurrence", "closed=closed_on", "responsible"),
    *tables.SOURCE,
)


def repeats_of(book: Book, unit: str) -> Repeats:
    """Find what comes back in the window of a book; shared. Takes: unit - its sites alone, "": all"""
    return ask(
        questions.repeats, book.window, book.board, unit or None, shared=True, most=_FINDINGS
    )


@dataclass(frozen=True, eq=False)
class SiteBack:
    """One site: its problems, oldest first, as a table with its ids too; what was found and answered on which
    day, side by side with the pictures, as HTML.
    """

    rows: pd.DataFrame
    table: pa.Table
    ids: list[str]
    strip: str


def _site_back(book: Book, unit: str, keys: tuple[tuple[int, int], ...]) -> SiteBack:
    # By batch and seq: labels of a frame are others after a commit between the list and the site.
    problems = repeats_of(book, unit).problems
    is_wanted = pd.MultiIndex.from_frame(problems[["batch", "seq"]]).isin(keys)
    rows = site_rows(cache.office(), problems[is_wanted])
    steps = [step for _, row in rows.tail(_STEPS).iterrows() for step in _of_row(row)]
    strip = cards.strip(
        (f"{day:%Y-%m-%d} {heading}", text, cards.row_pictures(line))
        for day, heading, text, line in sorted(steps, key=lambda step: step[0])
    )
    return SiteBack(rows, tables.prepared(rows, _ROWS), tables.record_ids(rows), strip)


@dataclass(frozen=True, eq=False)
class SitesBack:
    """The sites that come back: of `queries.losses.repeat_sites.sites_back`, each with batch and seq of its problems
    (keys); as a table with its ids, in a sentence.
    """

    sites: pd.DataFrame
    keys: list[tuple[tuple[int, int], ...]]
    table: pa.Table
    ids: list[str]
    sentence: str


def prepared(sites: pd.DataFrame, problems: pd.DataFrame) -> SitesBack:
    """Make ready what is drawn. Takes: sites - of `queries.losses.repeat_sites.sites_back`, of some problems"""
    ids = sites["site"].astype(str).tolist()
    row_keys = zip(problems["batch"].tolist(), problems["seq"].tolist(), strict=True)
    keys = pd.Series(list(row_keys), problems.index, object)
    keys_of = [tuple(keys.loc[list(lines)]) for lines in sites["lines"]]
    return SitesBack(sites, keys_of, tables.prepared(sites, _SITES), ids, sentences.sites(sites))


def draw(book: Book, scope: Scope, returning: SitesBack) -> None:
    """Draw the sites that come back most, and one of them in full.

    Takes: returning - `prepared`, of what was read for the scope
    """
    key, sites = f"{book.key}-{scope.key}", returning.sites
    st.subheader("反复出现的点位")
    st.markdown(returning.sentence)
    if sites.empty:
        return
    page.note(
        f"连本期以前 {LOOK_BACK} 天一起看，本期也反复的，按查出的天数列前 {MOST} 个。"
        "点一个，看每次的照片和原表。"
    )
    address = {"param": "repeat_site", "ids": returning.ids}
    position = tables.pick(returning.table, _SITES, f"repeat-sites-{key}", 10, **address) or 0
    site, keys = sites.iloc[position], returning.keys[position]
    back = book.recall(_site_back, scope.unit, keys, most=_SHOWN, wait="正在查找原表的行……")
    rows = back.rows
    with st.container(border=True, key="repeat-site"):
        name = words.plain(f"{site['site_name']}（{site['unit_name']}）")
        st.markdown(f"**{name}** {words.plain(_site_words(site))}")
        st.html(back.strip)
        if len(rows) > _STEPS:
            page.note(f"上面是最近的 {_STEPS} 条，全部 {len(rows)} 条在下表。")
        row_key = f"repeat-rows-{site['site']}-{key}"
        picked = tables.pick(back.table, _ROWS, row_key, 8, param="repeat_row", ids=back.ids)
        drill.draw_original(rows, picked)


def _site_words(site: pd.Series) -> str:
    left = int(site["open"])
    state = "都已整改完" if not left else f"{left} 条还没有整改完"
    return f"{site['days']} 天查出 {site['times']} 条，{state}。"


def _of_row(row: pd.Series) -> Iterator[tuple[date, str, str, pd.Series]]:
    text = f"{row.item_name}：{row.description}" if row.description else row.item_name
    yield row.day, f"查出（{row.state}）", text, row
    if not row.number:
        return
    for _, answer in ask(answers_to, row.day, row.batch, row.seq).iterrows():
        yield answer.on, f"反馈：{answer.state}", answer.measure, answer
