"""What drawing a page again costs beside a bare page, and how many answers a commit cools."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from itertools import product
from pathlib import Path
from unittest import mock

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.context import ContextProxy
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from tests.benchmarks.commits import commits
from tests.benchmarks.losses import BARE, WAYS, draw, store_of
from tests.benchmarks.stores import END, open_at
from tests.benchmarks.suite import (
    Line,
    Setup,
    benchmark,
    let_go,
    medians,
    own_copy,
    ratio,
    say,
    take_turns,
)
from wenming_metrics.domain.periods import previous, window
from wenming_metrics.queries.memory import Memory, follow, recall
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.runtime.settings import ROOT

_PAGES = {
    **{"总览": "overview", "排名": "ranking", "单位画像": "portrait", "失分分析": "losses"},
    **{"两率一度": "survey", "趋势": "trends", "问题整改": "rectification"},
}
_LIMITS = {"趋势": None, "问题整改": None}
"""Pages without a bound; all others are within twice the bare page."""
_ANSWERS = {
    "上月同期": ("overview", {"city_period": "月"}),
    "谁降得最多": ("ranking", {"period": "周"}),
    "谁末位，为什么": ("portrait", {"unit_who": "桃溪街道"}),
    "逾期多少，在谁那里": ("rectification", {"fix_term": "逾期"}),
    "上期通报说了什么": ("bulletins", {}),
    "本月失分最多的指标和街道": ("losses", {"lost_period": "月"}),
    "这个街道为什么降": ("losses", {"lost_tab": "变动原因", "lost_unit": "桃溪街道"}),
    "哪些点位反复，有照片": ("losses", {"lost_tab": "反复问题", "lost_site": "竹溪路"}),
    "改好这些能挽回多少": ("losses", {"lost_tab": "优先整改事项"}),
    "几个街道并排": ("trends", {"trend_view": "并排比较"}),
    "下周去哪里看": ("progress", {"work_theme": "督查安排"}),
}
"""What a leader or an analyst asks beyond a page as it opens -> the page that answers, and its address there."""
_MOST_OF_AN_ANSWER = 3.0
_PATIENCE = 300


@benchmark("pages")
def pages(setup: Setup) -> Iterator[Line]:
    """Draw pages of the demo again whose answers are known, and a bare page of one table and two charts.

    Pages as they open, and the views that answer what leaders and analysts ask.
    """
    bare = AppTest.from_string(BARE.format(**bare_settings()), default_timeout=_PATIENCE)
    shown = open_at(_demo(setup))
    views = {title: (name, {}) for title, name in _PAGES.items()} | _ANSWERS
    with store_of(shown), _as_a_server():
        drawn = {"bare": bare}
        for title, (name, address) in views.items():
            drawn[title] = AppTest.from_file(str(ROOT / "app.py"), default_timeout=_PATIENCE)
            drawn[title].run()
            drawn[title].switch_page(f"pages/{name}.py")
            for key, value in address.items():
                drawn[title].query_params[key] = value
        ways = {title: partial(draw, page) for title, page in drawn.items()}
        for way in ways.values():
            way()
        times = take_turns(ways, max(setup.runs, 7), time.process_time)
        sent = {title: _sent(page) for title, page in drawn.items()}
    seconds = medians(times)
    for title, (name, _) in views.items():
        is_answer = title in _ANSWERS
        yield Line(
            f"{'answers' if is_answer else 'pages'}-{name}",
            f"{title} drawn again / a bare page of one table and two charts, seconds of the processor",
            ratio(times, title, "bare"),
            _MOST_OF_AN_ANSWER if is_answer else _LIMITS.get(title, 2.0),
            seconds={"page": seconds[title], "bare": seconds["bare"]},
            runs=max(setup.runs, 7),
            figures={"kB sent": sent[title] / 1000, "kB sent, bare": sent["bare"] / 1000},
        )
    office = own_copy(setup, setup.days[0])
    yield _warm(setup, office)
    let_go(office)


def _demo(setup: Setup) -> Path:
    """Give a copy of a store of the demo, which is made once and kept."""
    kept, place = setup.stores / "demo.db", setup.new_path()
    if not kept.exists():
        say("making the demo")
        setup.stores.mkdir(parents=True, exist_ok=True)
        made = kept.with_suffix(".part")
        told = {**os.environ, "WENMING_STORE": str(made)}
        command = [sys.executable, "-m", "wenming_metrics", "demo"]
        subprocess.run(command, cwd=ROOT, env=told, check=True, stdout=subprocess.DEVNULL)
        made.rename(kept)
    with closing(sqlite3.connect(kept)) as full, closing(sqlite3.connect(place)) as copy:
        full.backup(copy)
    return place


@contextmanager
def _as_a_server() -> Iterator[None]:
    """Run pages as the server does: compiled once, and without a navigation of Streamlit's own."""
    compiled, begin = ScriptCache(), PagesManager.__init__

    def begin_without_folder(*arguments: object, **settings: object) -> None:
        begin(*arguments, **settings)
        PagesManager.uses_pages_directory = False  # AppTest forgets it before every run

    with (
        mock.patch.object(app_test, "ScriptCache", return_value=compiled),
        mock.patch.object(local_script_runner, "ScriptCache", return_value=compiled),
        mock.patch.object(PagesManager, "__init__", begin_without_folder),
        # AppTest makes a browser's cookies of mocks, which costs more than reading them.
        mock.patch.object(ContextProxy, "cookies", {}),
    ):
        yield


def _sent(page: AppTest) -> int:
    """Draw a page again and count the bytes of the messages that a browser is sent."""
    sizes = []
    enqueue = ForwardMsgQueue.enqueue

    def count(queue: ForwardMsgQueue, message: ForwardMsg) -> None:
        sizes.append(message.ByteSize())
        enqueue(queue, message)

    with mock.patch.object(ForwardMsgQueue, "enqueue", count):
        draw(page)
    return sum(sizes)


def bare_settings() -> dict[str, object]:
    """Fill in what the bare page leaves open: charts made by hand, a table of 43 lines."""
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
