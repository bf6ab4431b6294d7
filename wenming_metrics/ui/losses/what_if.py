"""优先整改事项: what to put right first, and what it would give back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from wenming_metrics.domain.numbers import exact_product, half_up
from wenming_metrics.queries.losses import what_if
from wenming_metrics.queries.losses.what_if import KINDS
from wenming_metrics.ui.frame import navigation, page, tables
from wenming_metrics.ui.losses import sentences
from wenming_metrics.ui.losses.scope import CITY, Book, Scope

_TICKED, _KIND = "fix", "fix_by"


def draw(book: Book, scope: Scope) -> None:
    """Draw what is worth putting right in a scope, let some be ticked, say what they give back."""
    title = page.switch("按什么列", list(KINDS.values()), _KIND, KINDS["class"])
    kind = next(code for code, name in KINDS.items() if name == title)
    labels = book.recall(_labels_by_loss, scope, kind)
    if not labels:
        page.note("这里没有可以整改的失分记录。")
        return
    names_asked = st.query_params.get_all(f"{_TICKED}_{kind}")
    chosen = st.multiselect(
        "打算改好的",
        labels,
        key=f"{_TICKED}_{kind}",
        bind="query-params",
        placeholder="点表里的行，或在这里选",
    )
    if any(name not in labels for name in names_asked):
        navigation.remark("打算改好的", "、".join(names_asked), "、".join(chosen))
    _say_gain(book, scope, kind, chosen)
    key = f"fix-{kind}-{book.key}-{scope.key}-{len(chosen)}"
    _draw_table(book.recall(_candidates, scope, kind, chosen), scope, kind, key)


def _inside(book: Book, scope: Scope) -> np.ndarray:
    return book.ledger.lines.index.isin(book.lines(scope).index)


def _candidates(
    book: Book, scope: Scope, kind: str, chosen: list[str]
) -> tuple[pa.Table, dict, list[str]]:
    """List what is worth putting right: as a table, its columns, the names of its lines."""
    lines = what_if.candidates(book.ledger, _inside(book, scope), kind, chosen)
    city = not scope.unit
    gains = ("lost_here=city_lost_here", "gained=city_gained") if city else ("lost_here", "gained")
    columns = tables.configs(
        *("name=part", *gains, "count=failed", "per_problem", "sites", "per_site"),
        name=KINDS[kind],
    )
    spelled = lines.assign(
        lost_here=half_up(lines["city"], 4) if city else half_up(lines["loss"], 2),
        gained=half_up(lines["city_gain"], 4) if city else half_up(lines["gain"], 2),
    )
    return tables.prepared(spelled, columns), columns, lines["name"].tolist()


def _labels_by_loss(book: Book, scope: Scope, kind: str) -> list[str]:
    lines = book.lines(scope)
    labels = what_if.labels(lines, kind)
    sums = lines["city"].where(lines["city"] > 0, lines["points"]).groupby(labels).sum()
    return [name for name in sums.sort_values(ascending=False, kind="stable").index if name]


def _say_gain(book: Book, scope: Scope, kind: str, chosen: list[str]) -> None:
    if not chosen:
        page.note("选上打算改好的，看能挽回多少分。")
        return
    ledger = book.ledger
    labels = what_if.labels(ledger.lines, kind)
    dropped = labels.isin(chosen).to_numpy() & _inside(book, scope)
    lost = float(ledger.lines.loc[dropped, scope.value].sum())
    before, exact = _score(book, scope)
    gained = what_if.gains(ledger, dropped)
    gain = float(exact_product(gained, _weights(book, scope)))
    after = float(half_up(exact + gain, 2))
    with st.container(key="gain"):
        decimals = 2 if scope.unit else 4
        name = scope.unit or CITY
        sentence = sentences.gained(name, len(chosen), before, after, gain, lost, decimals)
        st.markdown(sentence)


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


def _draw_table(
    candidates: tuple[pa.Table, dict, list[str]], scope: Scope, kind: str, key: str
) -> None:
    table, columns, names = candidates
    page.note(
        f"失分最多的 {len(names)} 个。“改好可挽回”是只改这一项时重新算出的分，扣完为止和档次都算在内；"
        "几项一起改，以上面的数为准，不是各行相加。"
        + ("" if scope.unit else "全市得分里可挽回的，是各单位挽回的分乘上份额。")
    )
    tables.pick(table, columns, key, 20, lambda: _tick(key, kind, names))


def _tick(key: str, kind: str, names: list[str]) -> None:
    """Add the picked line to what is ticked."""
    rows = st.session_state[key]["selection"]["rows"]
    ticked = f"{_TICKED}_{kind}"
    chosen = list(st.session_state.get(ticked) or [])
    added = [names[row] for row in rows if row < len(names) and names[row] not in chosen]
    st.session_state[ticked] = [*chosen, *added]
