"""What readers ask for first is asked by the server under the very same key."""

import gc
import os
import weakref
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from tests.offices import checklist, copy_office, ingest
from tests.publishing.bulletin_city import signed_city
from tests.store.test_split import open_office, rows
from wenming_metrics.domain.periods import window
from wenming_metrics.publishing.issues import issues
from wenming_metrics.queries.memory import Memory
from wenming_metrics.queries.office import days_known
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.ui import ready
from wenming_metrics.ui.frame import cache, signed_view
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.frame.filters import Selection
from wenming_metrics.ui.overview.view import city_view
from wenming_metrics.ui.ranking.view import summary_of


@pytest.fixture
def office(tmp_path, monkeypatch):
    def make(place):
        made = open_office(place)
        ingest(made, checklist(rows(count=60)), "一.xlsx")
        return made

    shown = replace(copy_office(tmp_path, "ready", make), recall=cache._recall)
    monkeypatch.setattr(cache, "office", lambda: shown)
    monkeypatch.setattr(cache, "_MEMORY", Memory())
    return shown


def test_the_newest_week_is_known_before_a_page_asks(office):
    assert ready.make_ready()
    newest = window("week", ask(days_known)[-1])
    known = cache._MEMORY.rooms[""]
    asked = len(known)
    ask(city_view, Selection(newest), shared=True)
    ask(summary_of, Selection(newest, "street"), shared=True)
    assert len(known) == asked


def test_what_leads_to_signed_lists_is_known_before_a_page_asks(office, monkeypatch, tmp_path):
    signed = replace(signed_city(tmp_path), recall=cache._recall)
    monkeypatch.setattr(cache, "office", lambda: signed)
    issue = next(one for one in issues(signed) if one.was_signed)
    assert ready._shown(issue.window, "street").signed == issue.key
    known = set(cache._MEMORY.rooms[""])
    assert signed_view.choose(Selection(issue.window, "street")).signed == issue.key
    later = set(cache._MEMORY.rooms[""]) - known
    assert [key for key in later if "frozen" not in key] == []  # that one comes with the lists


def test_after_a_change_only_what_it_touches_is_made_ready_again(office):
    assert ready.make_ready()
    before, newest = dict(cache._MEMORY.rooms[""]), window("month", ask(days_known)[-1])
    assert ready.make_ready()
    assert dict(cache._MEMORY.rooms[""]) == before
    more = [
        [
            rows()[0][0].replace(month=11, day=3),
            "市督查组",
            "乙街道",
            "小区",
            "1号点",
            "环境",
            "符合",
            0,
        ]
    ]
    ingest(office, checklist(more), "又.xlsx")
    # A question that no page asks, right after the change.
    shared, alone = (ranking(asked, newest) for asked in (office, replace(office, recall=None)))
    pd.testing.assert_frame_equal(shared, alone, check_exact=True)
    assert ready.make_ready()
    after = cache._MEMORY.rooms[""]
    changed = {
        key for key in before if key in after and after[key].content is not before[key].content
    }
    assert any("city_view" in key for key in changed)


def test_a_fault_at_the_very_first_look_does_not_end_the_looking(monkeypatch):
    faults = iter([ValueError("broken"), SystemExit()])

    def fail():
        raise next(faults)

    monkeypatch.setattr(cache, "version", fail)
    monkeypatch.setattr(ready, "_PAUSE", 0)
    with pytest.raises(SystemExit):
        ready._follow()


def test_memory_that_nothing_uses_goes_back_to_the_system():
    blocks = [bytes([number % 256]) * 1_000 for number in range(200_000)]
    blocks = blocks[-1:]  # the end of the heap is in use: nothing goes back by itself
    before = resident()
    ready.give_back_memory()
    assert len(blocks) == 1
    assert before - resident() > 100_000_000


def test_what_only_the_collector_finds_goes_with_it():
    class Session:
        pass

    ended = Session()
    ended.itself = ended
    trace = weakref.ref(ended)
    gc.disable()
    try:
        del ended
        assert trace()
        ready.give_back_memory()
        assert not trace()
    finally:
        gc.enable()


def resident() -> int:
    """Give how much memory this process has, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
