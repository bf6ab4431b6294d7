"""What the page of lost points costs: its questions beside reading tallies, a rerun beside a bare page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pandas as pd
from streamlit.testing.v1 import AppTest

from tests.benchmarks.stores import A_DAY, END
from tests.benchmarks.suite import (
    Line,
    Setup,
    Times,
    benchmark,
    generated,
    medians,
    ratio,
    take_turns,
    url_of,
)
from wenming_metrics.domain.periods import Window, window
from wenming_metrics.queries.losses.ledger import ROW, Ledger, ledger
from wenming_metrics.queries.losses.ledger_rows import loss_rows, responsible_units
from wenming_metrics.queries.losses.repeats import repeats
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.store.database import reading
from wenming_metrics.store.tallies import read_days

_PARTS = ("cells", "visits", "grain")
_LISTED = 200
"""So many losses the page lists one by one."""
_ASKED = (("month", "unit", "月"), ("year", "city", "年"))
"""Window, of whom, and how the page names the window."""
_PATIENCE = 120
BARE = """
import pandas as pd
import plotly.{how} as plotly
import streamlit as st

@st.cache_data
def read():
    return pd.DataFrame({{f"列{{n}}": [f"第 {{row}} 行" if n % 2 else row for row in range({rows})]
                         for n in range(12)}})

lines = read()
st.dataframe(lines)
for key in ("甲", "乙"):
    st.plotly_chart({chart}, key=key)
"""
"""One table and two charts, as little as there can be: the same rows and columns as the page."""
WAYS = {
    "bare": ("express", 'plotly.bar(lines.head(60), x="列0", y="列2")'),
    "bare, figures by hand": (
        "graph_objects",
        'plotly.Figure(plotly.Bar(x=lines["列0"].head(60), y=lines["列2"].head(60)))',
    ),
}


@benchmark("losses")
def losses(setup: Setup) -> Iterator[Line]:
    """Ask what the page asks of one unit and month, of the city and a year; then draw it again."""
    office = generated(setup, setup.days[1])
    of = f"of {setup.days[1] * A_DAY / 1e6:.1f} million checks"
    for kind, whom, _ in _ASKED:
        yield _questions(setup, office, window(kind, END), whom, of)
    yield from _recurring(office, window("month", END), of, setup.runs)
    for kind, whom, period in _ASKED:
        yield _rerun(setup, office, f"{whom} and {kind}", period, whom, of)


def _questions(setup: Setup, office: Office, over: Window, whom: str, of: str) -> Line:
    unit = _first_unit(office, over) if whom == "unit" else ""
    told = ledger(office, over)

    def page() -> None:
        found = ledger(office, over)
        loss_rows(office, over, _shown(found, unit))
        city(office, over)

    ways: dict[str, Callable[[], object]] = {
        "page": page,
        "read": partial(_read, office, over, _PARTS),
        "read what the ledger reads": partial(_read, office, over, _PARTS[1:]),
        "responsible": lambda: responsible_units(office, over, told.lines),
    }
    times = take_turns(ways, setup.runs)
    return Line(
        f"losses-{over.kind}",
        f"questions of the page of lost points, {whom} and {over.kind} / one read of its tallies, {of}",
        ratio(times, "page", "read"),
        20.0,
        seconds=medians(times),
        runs=setup.runs,
        figures={
            "page / visits and grain only": ratio(times, "page", "read what the ledger reads"),
            "by responsible unit, which is asked when it is unfolded / read": ratio(
                times, "responsible", "read"
            ),
            "lines of the ledger": len(told.lines),
        },
    )


def _recurring(office: Office, over: Window, of: str, runs: int) -> Iterator[Line]:
    """Ask what comes back in a month, of one unit and of the city."""
    ways: dict[str, Callable[[], object]] = {
        "unit": partial(repeats, office, over, unit=_first_unit(office, over)),
        "city": partial(repeats, office, over),
        "read": partial(_read, office, over, _PARTS),
    }
    times = take_turns(ways, runs)
    for whom, limit in (("unit", 20.0), ("city", None)):
        yield Line(
            f"losses-repeats-{whom}",
            f"what comes back (反复问题), {whom} and {over.kind} / one read of its tallies, {of}",
            ratio(times, whom, "read"),
            limit,
            seconds=medians(times),
            runs=runs,
        )


def _shown(found: Ledger, unit: str) -> pd.DataFrame:
    """Give the lines of the ledger whose rows the page lists."""
    lines, value = found.lines, "points" if unit else "city"
    if unit:
        lines = lines[lines["unit_name"] == unit]
    first = lines.sort_values(value, ascending=False, kind="stable").head(_LISTED)
    return first[first["kind"] == ROW].sort_index()


def _first_unit(office: Office, over: Window) -> str:
    return str(ledger(office, over).units["name"].iloc[0])


def _read(office: Office, over: Window, parts: tuple[str, ...]) -> None:
    with reading(office.store) as connection:
        for part in parts:
            assert read_days(connection, over.days, part)


def _rerun(setup: Setup, office: Office, name: str, period: str, whom: str, of: str) -> Line:
    """Draw the page again with all answers known, as after a click that changes nothing."""
    told = {"lost_period": period, "lost_date": END.isoformat()}
    if whom == "unit":
        told["lost_unit"] = _first_unit(office, window("month", END))
    with store_of(office):
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_PATIENCE).run()
        page.switch_page("pages/losses.py")
        for key, value in told.items():
            page.query_params[key] = value
        ways = {"page": partial(draw, page)}
        for way, (how, chart) in WAYS.items():
            script = BARE.format(how=how, rows=_LISTED, chart=chart)
            ways[way] = partial(draw, AppTest.from_string(script, default_timeout=_PATIENCE))
        draw(page)
        times: Times = take_turns(ways, max(setup.runs, 5))
    return Line(
        f"losses-rerun-{name.replace(' and ', '-')}",
        f"rerun of the page of lost points on the server, {name} / a bare page of one table and two "
        f"charts (plotly express), {of}",
        ratio(times, "page", "bare"),
        3.0,
        seconds=medians(times),
        runs=max(setup.runs, 5),
        figures={"page / bare, figures by hand": ratio(times, "page", "bare, figures by hand")},
    )


def draw(page: AppTest) -> None:
    page.run()
    assert not page.exception, page.exception


@contextmanager
def store_of(office: Office) -> Iterator[None]:
    """Let the dashboard open the store of an office."""
    before = os.environ.get("WENMING_STORE")
    os.environ["WENMING_STORE"] = url_of(office)
    try:
        yield
    finally:
        if before is None:
            del os.environ["WENMING_STORE"]
        else:
            os.environ["WENMING_STORE"] = before
