"""What drawing a page again costs beside a bare page, and how many answers a commit cools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import product

from streamlit.testing.v1 import AppTest

from tests.benchmarks.commits import commits
from tests.benchmarks.losses import BARE, WAYS, draw, store_of
from tests.benchmarks.stores import END
from tests.benchmarks.suite import (
    Line,
    Setup,
    benchmark,
    let_go,
    medians,
    own_copy,
    ratio,
    take_turns,
)
from wenming_metrics.domain.periods import previous, window
from wenming_metrics.queries.memory import Memory, follow, recall
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.runtime.settings import ROOT

_PAGES = {"总览": "overview", "排名": "ranking", "单位画像": "portrait", "失分分析": "losses"}
_PATIENCE = 300


@benchmark("pages")
def pages(setup: Setup) -> Iterator[Line]:
    """Draw pages again whose answers are known, and a bare page of one table and two charts."""
    office = own_copy(setup, setup.days[0])
    bare = AppTest.from_string(BARE.format(**_bare_settings()), default_timeout=_PATIENCE)
    with store_of(office):
        drawn = {"bare": bare}
        for title, name in _PAGES.items():
            drawn[title] = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_PATIENCE)
            drawn[title].run()
            drawn[title].switch_page(f"pages/{name}.py")
        ways = {title: partial(draw, page) for title, page in drawn.items()}
        for way in ways.values():
            way()
        times = take_turns(ways, max(setup.runs, 7))
    seconds = medians(times)
    for title in _PAGES:
        yield Line(
            f"pages-{_PAGES[title]}",
            f"{title} drawn again / a bare page of one table and two charts",
            ratio(times, title, "bare"),
            2.0,
            seconds={"page": seconds[title], "bare": seconds["bare"]},
            runs=max(setup.runs, 7),
        )
    yield _warm(setup, office)
    let_go(office)


def _bare_settings() -> dict[str, object]:
    how, chart = WAYS["bare, figures by hand"]
    return {"how": how, "chart": chart, "rows": 43}


def _warm(setup: Setup, office: Office) -> Line:
    """Commit days after the last, and ask for the month before and for theirs once more."""
    memory, calculated = Memory(), Counter()
    commit_next = commits(office, [END + timedelta(days=n) for n in range(1, setup.runs + 1)])
    now = window("month", END + timedelta(days=1))
    windows = {"now": now, "before": previous(now)}

    def calculate(question: Callable, name: str) -> object:
        calculated[name] += 1
        return question(office, windows[name])

    def ask() -> None:
        follow(memory, office.store)
        for question, name in product((ranking, city), windows):
            make = partial(calculate, question, name)
            recall(memory, f"{question.__name__} {name}", make, capacity=9)

    ask()
    calculated.clear()
    for _ in range(setup.runs):
        commit_next()
        ask()
    return Line(
        "pages-warm",
        "questions made anew after commits of new days: of the month before / of their month",
        round(calculated["before"] / calculated["now"], 2),
        0.0,
        runs=setup.runs,
    )
