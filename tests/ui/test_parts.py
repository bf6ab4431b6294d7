"""Parts of pages: drawn once, sent again as they were, and anew after what they rest on has changed."""

from dataclasses import replace
from datetime import date
from threading import Event
from weakref import WeakKeyDictionary

import pytest
import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest

from tests.offices import checklist, copy_office, ingest
from tests.store.test_split import open_office, rows
from wenming_metrics.access.viewer import Viewer, bind
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.losses.ledger import ledger
from wenming_metrics.queries.memory import Memory
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.ui.frame import cache, replay
from wenming_metrics.ui.losses.scope import Book

_drawn: list[date] = []


def part(_office, on):
    """Draw how many checks there were in a month, in two columns."""
    _drawn.append(on)
    left, right = st.columns(2)
    right.caption("右边")
    with left:
        checks = cache.ask(city, window("month", on)).checks
        st.markdown(f"检查{checks}项")
        if checks > 1000:
            raise ValueError("broken")


def page(on):
    import streamlit as st

    from tests.ui.test_parts import part
    from wenming_metrics.ui.frame import cache

    st.subheader("上面")
    with st.container(key="inside"):
        cache.draw(part, on)
    st.caption("下面")


@pytest.fixture
def office(tmp_path, monkeypatch):
    def make(place):
        made = open_office(place)
        ingest(made, checklist(rows(count=60)), "一.xlsx")
        return made

    shown = replace(copy_office(tmp_path, "parts", make), recall=cache._recall)
    monkeypatch.setattr(cache, "office", lambda: shown)
    monkeypatch.setattr(cache, "_MEMORY", Memory())
    _drawn.clear()
    return shown


ON = date(2026, 10, 30)
COUNT = len({tuple(row[:6]) for row in rows(count=60) if row[0].month == ON.month})


def shown() -> list[str]:
    """Draw the page in a session of its own; gives what stands on it, in its order."""
    app = AppTest.from_function(page, args=(ON,)).run()
    assert not app.exception
    return [text.value for text in app.main if hasattr(text, "value")]


def more(day: date) -> bytes:
    unit = ["市督查组", "乙街道", "小区", "1号点", "环境", "符合", 0]
    return checklist([[rows()[0][0].replace(month=day.month, day=day.day), *unit]])


def test_a_part_is_drawn_once_for_all_sessions_and_stands_where_it_stood(office):
    first = shown()
    assert first == ["上面", f"检查{COUNT}项", "右边", "下面"]
    assert shown() == first
    assert shown() == first
    assert len(_drawn) == 1


def test_only_a_change_of_what_it_rests_on_draws_it_anew(office):
    shown()
    ingest(office, more(date(2026, 11, 3)), "下月.xlsx")
    assert f"检查{COUNT}项" in shown()
    assert len(_drawn) == 1
    ingest(office, more(date(2026, 10, 28)), "本月.xlsx")
    assert f"检查{COUNT + 1}项" in shown()
    assert len(_drawn) == 2


def test_fifty_who_may_see_the_same_are_shown_what_was_drawn_once(office, monkeypatch):
    rights = {"pages": frozenset({"总览", "排名"}), "acts": frozenset({"导出"})}
    leaders = [Viewer(f"lingdao{n}", f"领导{n}", "领导", **rights) for n in range(50)]
    for viewer in (*leaders, *leaders[:2], Viewer("fenxi", "分析员", "分析员", acts=frozenset())):
        monkeypatch.setattr(cache, "office", lambda viewer=viewer: bind(office, viewer))
        assert f"检查{COUNT}项" in shown()
    assert len(_drawn) == 2  # for the leaders, and for one with other rights


def test_a_part_that_fails_leaves_nothing_behind(office, monkeypatch):
    real = cache.ask
    monkeypatch.setattr(cache, "ask", lambda *asked: replace(real(*asked), checks=2000))
    app = AppTest.from_function(page, args=(ON,)).run()
    assert app.exception
    monkeypatch.setattr(cache, "ask", real)
    assert f"检查{COUNT}项" in shown()


def test_what_is_sent_again_is_what_was_sent(office, monkeypatch):
    sent: list[ForwardMsg] = []
    enqueue = ForwardMsgQueue.enqueue

    def listen(queue, message):
        if message.delta.WhichOneof("type") in ("new_element", "add_block"):  # no sign of waiting
            sent.append(message)
        enqueue(queue, message)

    monkeypatch.setattr(ForwardMsgQueue, "enqueue", listen)
    shown()
    drawn = len(sent)
    shown()
    assert len(_drawn) == 1
    assert drawn == 8  # above, below, what it stands in, a row of two columns, a text in each
    assert sent[drawn:] == sent[:drawn]


_told = Event()


def slow_part(_office):
    _told.clear()
    with st.spinner("在算"):
        assert _told.wait(60)  # until it is said
    st.markdown("慢")


def page_of_a_slow_part():
    from tests.ui.test_parts import slow_part
    from wenming_metrics.ui.frame import cache

    cache.draw(slow_part)


def test_that_something_is_calculated_is_not_sent_again(office, monkeypatch):
    waits: list[int] = []
    enqueue = ForwardMsgQueue.enqueue

    def listen(queue, message):
        enqueue(queue, message)
        if message.delta.WhichOneof("type") == "new_transient":
            waits.append(len(message.delta.new_transient.elements))
            _told.set()

    monkeypatch.setattr(ForwardMsgQueue, "enqueue", listen)
    monkeypatch.setattr("streamlit.elements.spinner.DELAY_SECS", 0)
    assert not AppTest.from_function(page_of_a_slow_part).run().exception
    assert waits
    assert waits[-1] == 0
    waits.clear()
    again = AppTest.from_function(page_of_a_slow_part).run()
    assert [text.value for text in again.markdown] == ["慢"]
    assert not waits


def page_of_still_parts(names):
    from functools import partial

    import streamlit as st

    from wenming_metrics.ui.frame.replay import draw_still

    place = st.empty()
    for name in names:
        draw_still(partial(st.caption, f"第{name}个"), "test", name)
    with place:  # as the links are, which are drawn again where they stood
        draw_still(partial(st.caption, "最先"), "test", "first")


def test_parts_that_rest_on_their_name_alone_are_kept_to_a_number(monkeypatch):
    monkeypatch.setattr(replay, "_PARTS", 2)
    kept = WeakKeyDictionary()
    monkeypatch.setattr(replay, "_still", kept)
    for names in ("甲乙", "甲乙", "乙丙"):
        app = AppTest.from_function(page_of_still_parts, args=(names,)).run()
        assert not app.exception
        assert [text.value for text in app.caption] == ["最先", *(f"第{name}个" for name in names)]
        assert [len(parts) for parts in kept.values()] == [2]


_books: list[Book] = []


def page_of_rows():
    from tests.ui import test_parts
    from wenming_metrics.ui.losses import rows
    from wenming_metrics.ui.losses.scope import Scope

    rows.draw(test_parts._books[0], Scope())


def test_rows_of_a_newer_ledger_are_worked_out_by_that_one(office, monkeypatch):
    """Somebody who looked later has had them listed; ours would give their numbers other lines."""
    month = window("month", ON)
    newer = Book(ledger(office, month), list, "month", month, "street")
    monkeypatch.setattr(Book, "recall", lambda _ours, make, *asked, **_how: make(newer, *asked))
    monkeypatch.setattr("tests.ui.test_parts._books", [replace(newer, ledger=None)])
    app = AppTest.from_function(page_of_rows).run()
    assert not app.exception
    assert "**第一行的算法**" in app.markdown[-1].value


def page_of_faulty_parts():
    import streamlit as st

    from wenming_metrics.ui.frame.replay import record

    outside = st.container()
    with st.container():
        record(lambda: st.button("按"))
        try:
            record(lambda: outside.caption("外面"))
        except ValueError as error:
            st.caption(str(error))


def test_a_part_draws_no_control_and_only_inside_of_itself():
    app = AppTest.from_function(page_of_faulty_parts).run()
    assert [text.value for text in app.caption] == ["a part is drawn outside of itself"]
    assert len(app.exception) == 1  # Streamlit's own, where the button would stand
