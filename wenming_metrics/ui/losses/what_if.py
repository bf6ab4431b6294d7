"""先改什么: what to put right first, and what it would give back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from wenming_metrics.domain.numbers import exact_product, half_up
from wenming_metrics.queries.losses import what_if
from wenming_metrics.queries.losses.what_if import KINDS
from wenming_metrics.ui.frame import page, tables
from wenming_metrics.ui.losses import cache, sentences
from wenming_metrics.ui.losses.scope import CITY, Book, Scope

_TICKED, _KIND = "fix", "fix_by"
_number, _text = st.column_config.NumberColumn, st.column_config.TextColumn


def draw(book: Book, scope: Scope) -> None:
    """Draw what is worth putting right in a scope, let some be ticked, say what they give back."""
    title = st.segmented_control(
        "按什么列",
        list(KINDS.values()),
        default=KINDS["class"],
        required=True,
        key=_KIND,
        bind="query-params",
    )
    kind = next(one for one, name in KINDS.items() if name == title)
    lines = book.lines(scope)
    known = _known(lines, kind)
    if not known:
        page.note("这里没有可以整改的失分记录。")
        return
    chosen = st.multiselect(
        "打算改好的",
        known,
        key=f"{_TICKED}_{kind}",
        bind="query-params",
        placeholder="点表里的行,或在这里选",
    )
    inside = book.ledger.lines.index.isin(lines.index)
    _say_gain(book, scope, inside, kind, chosen)
    key = f"{book.key}-{scope.key}"
    found = cache.kept(
        ("candidates", book.at, scope, kind, tuple(chosen)),
        lambda: what_if.candidates(book.ledger, inside, kind, chosen),
    )
    _draw_table(found, scope, kind, f"fix-{kind}-{key}-{len(chosen)}")


def _known(lines: pd.DataFrame, kind: str) -> list[str]:
    named = what_if.labels(lines, kind)
    sums = lines["city"].where(lines["city"] > 0, lines["points"]).groupby(named).sum()
    return [name for name in sums.sort_values(ascending=False, kind="stable").index if name]


def _say_gain(book: Book, scope: Scope, inside: np.ndarray, kind: str, chosen: list[str]) -> None:
    if not chosen:
        page.note("选上打算改好的,看能得回多少分。")
        return
    ledger = book.ledger
    named = what_if.labels(ledger.lines, kind)
    dropped = named.isin(chosen).to_numpy() & inside
    lost = float(ledger.lines.loc[dropped, scope.value].sum())
    before, exact = _score(book, scope)
    gained = what_if.gains(ledger, dropped)
    gain = float(exact_product(gained, _weights(book, scope)))
    after = float(half_up(exact + gain, 2))
    with st.container(key="gain"):
        told = sentences.gained(scope.unit or CITY, len(chosen), before, after, gain, lost)
        st.markdown(told)


def _weights(book: Book, scope: Scope) -> np.ndarray:
    """Say what each unit weighs in the score of a scope: in the city's, or in its own alone."""
    units = book.ledger.units
    if scope.unit:
        return (units["name"] == scope.unit).to_numpy(float)
    return units["weight"].to_numpy()


def _score(book: Book, scope: Scope) -> tuple[float | None, float]:
    """Give the score of a scope: as published (None: not scored), and exact."""
    units = book.ledger.units
    exact = float(exact_product(np.nan_to_num(units["total"]), _weights(book, scope)))
    if not scope.unit:
        return book.ledger.city_score, exact
    score = units.loc[units["name"] == scope.unit, "score"].iloc[0]
    return (None if pd.isna(score) else float(score)), exact


def _draw_table(found: pd.DataFrame, scope: Scope, kind: str, key: str) -> None:
    city = not scope.unit
    page.note(
        f"失分最多的 {len(found)} 个。“改好得回”是只改这一项时重新算出的分,扣完为止和档次都算在内;"
        "几项一起改,以上面的数为准,不是各行相加。"
        + ("全市得分里得回的,是各单位得回的分乘上份额。" if city else "")
    )
    columns = {
        "name": _text(KINDS[kind], width=220),
        "lost_here": _number("现在失分", format="%.4f" if city else "%.2f", width=84),
        "gained": _number("改好得回", format="%.4f" if city else "%.2f", width=84),
        "count": _number("问题", format="localized", width=60),
        "per_problem": _number("每个问题", format="%.3f", width=80, help="单位得分,平均每个问题"),
        "sites": _number("点位", format="localized", width=60),
        "per_site": _number("每个点位", format="%.3f", width=80, help="单位得分,平均每个点位"),
    }
    told = found.assign(
        lost_here=half_up(found["city"], 4) if city else half_up(found["loss"], 2),
        gained=half_up(found["city_gain"], 4) if city else half_up(found["gain"], 2),
    )
    names = found["name"].tolist()
    tables.pick(
        told,
        columns,
        key,
        20,
        on_select=lambda: _tick(key, kind, names),
    )


def _tick(key: str, kind: str, names: list[str]) -> None:
    """Add the picked line to what is ticked."""
    rows = st.session_state[key]["selection"]["rows"]
    ticked = f"{_TICKED}_{kind}"
    chosen = list(st.session_state.get(ticked) or [])
    added = [names[row] for row in rows if row < len(names) and names[row] not in chosen]
    st.session_state[ticked] = [*chosen, *added]
