"""What readers ask for first is made by the server itself: at its start, and after every change.

On Monday morning files come in while leaders look. Whoever looks first after a commit would wait for
the week's ranking; the server makes it before, once for all. It also brings in early what the
first figure of a kind needs, and gives back memory for all runs together.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count

import pyarrow as pa

from wenming_metrics.domain.periods import Window, window
from wenming_metrics.publishing.corrections import corrections_of
from wenming_metrics.publishing.issues import issues, signed_for
from wenming_metrics.queries.office import days_known
from wenming_metrics.queries.survey.rates import overview_rates, rates
from wenming_metrics.queries.survey.waves import waves
from wenming_metrics.rules.calendar import calendar_of, is_usual, slot_at
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.store.failures import StoreError
from wenming_metrics.ui.frame import cache, signed_view
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.frame.identity import as_program
from wenming_metrics.ui.losses.scope import book_of
from wenming_metrics.ui.overview.view import city_view
from wenming_metrics.ui.ranking.view import summary_of

_PAUSE, _WAITS = 1.0, (0.9, 15.0)
"""Seconds between two looks whether something was changed; without a change until what pages open with is made
ready, and until the rest is: while files come in one after the other, few ask for that."""
_GIVES_BACK, _COLLECTS = 5.0, 12
"""Seconds between two times that memory is given back, and each so many-th time the collector looks for it too."""
_M_ARENA_MAX, _HEAPS = -8, 2
"""The setting of the C library, as its header numbers it, and so many heaps: one thread runs at a time."""
_KINDS = ("week", "day", "month")
"""Windows that are made ready, the one that pages open on first."""
_THREAD = "ready"
_WARNS = "streamlit.runtime.scriptrunner_utils.script_run_context"
logger = logging.getLogger(__name__)


def keep_ready() -> None:
    """Begin to make ready, beside the pages, for as long as the server runs."""
    # Streamlit warns of every question that no page asks, and sets the level of its loggers itself.
    logging.getLogger(_WARNS).addFilter(lambda _: threading.current_thread().name != _THREAD)
    _keep_heaps_few()
    threading.Thread(target=_follow_as_program, name=_THREAD, daemon=True).start()
    threading.Thread(target=_keep_memory_low, name="memory", daemon=True).start()


def _keep_heaps_few() -> None:
    """Let the threads of all runs share their heaps: else each keeps what it once needed."""
    _tell_c_library("mallopt", _M_ARENA_MAX, _HEAPS)


def _tell_c_library(function: str, *arguments: int) -> None:
    """Call a function that only the C libraries of most Linux systems have; elsewhere nothing is done."""
    call = getattr(ctypes.CDLL(None), function, None) if sys.platform == "linux" else None
    if call is not None:
        call(*arguments)


def _follow_as_program() -> None:
    with as_program():
        _follow()


def _follow() -> None:
    """Make ready at once, then whenever the store has been quiet for a while: of many commits, after the last."""
    present, quiet_since, stage = None, -math.inf, 0
    while True:
        try:
            version = cache.version()
            if version != present:
                quiet_since = -math.inf if present is None else time.monotonic()
                present, stage = version, 0
            is_quiet = stage < len(_WAITS) and time.monotonic() - quiet_since >= _WAITS[stage]
            if is_quiet and make_ready(opening_only=stage == 0):
                stage += 1
        except (StoreError, RuleSetError) as error:
            logger.info("没有预先计算：%s", error)  # the pages say what is to be done
            time.sleep(10 * _PAUSE)
        except Exception:
            logger.exception("预先计算没有完成")
            stage = len(_WAITS)
        time.sleep(_PAUSE)


def _keep_memory_low() -> None:
    for number in count(1):
        time.sleep(_GIVES_BACK)
        give_back_memory(collects=number % _COLLECTS == 0)


def give_back_memory(*, collects: bool = True) -> None:
    """Give the system what nothing uses any more.

    What many had worked out at once after a commit stays with the C library, a third of all that the server has,
    until that is told: it takes hundredths of a second, while others work. Of the sessions that have ended some is
    only found by the collector, which goes through all that the server keeps while everybody waits: after every
    run, as Streamlit would, that took a fifth of the time of fifty readers.
    """
    if collects:
        gc.collect()
    pa.default_memory_pool().release_unused()
    _tell_c_library("malloc_trim", 0)


def make_ready(*, opening_only: bool = False) -> bool:
    """Ask what the pages of the newest week, day and month ask; says whether all of it was asked.

    It ends when something is changed meanwhile: then other answers are needed.

    Takes: opening_only - of the window that pages open on
    """
    begun = cache.version()
    for make in _questions(opening_only=opening_only):
        make()
        if cache.version() != begun:
            return False
    return True


def _questions(*, opening_only: bool) -> Iterator[Callable[[], object]]:
    days = ask(days_known, wait=False)
    if not days:
        return
    office = cache.office()
    first = office.rules.boards[0]
    windows = [window(kind, days[-1]) for kind in _KINDS]
    calendar = calendar_of(office.rules.issues)
    if not is_usual(calendar):
        windows.insert(1, slot_at(calendar, days[-1]).window)
    opening = signed_view.opening_window(office.rules, days)
    windows = list(dict.fromkeys([opening, *map(signed_view.present_part, windows)]))
    windows = windows[:1] if opening_only else windows
    for newest in windows:
        selection = _shown(newest, "")  # of the page that the site opens with
        yield lambda selection=selection: _ask(city_view, selection)
        for board in office.rules.boards:
            if board.ranked:
                selection = _shown(newest, board.kind)
                yield lambda selection=selection: _ask(summary_of, selection)
    yield lambda: ask(overview_rates, days[-1], wait=False)
    yield lambda: book_of(_shown(windows[0], first.kind))
    for wave in ask(waves, wait=False)[:1]:
        yield lambda newest_wave=wave: ask(rates, newest_wave, wait=False)


def _ask(question: Callable, selection: Selection) -> object:
    return ask(question, selection, shared=True, wait=False)


def _shown(newest: Window, board: str) -> Selection:
    """Give what a page shows of a window: the signed lists where there are any."""
    issue = signed_for(ask(issues, shared=True, wait=False), newest)
    if issue is None:
        return Selection(newest, board)
    ask(corrections_of, issue.key, True, shared=True, wait=False)
    return Selection(issue.window, board, signed=issue.key)
