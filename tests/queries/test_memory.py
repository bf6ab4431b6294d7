"""Answers are kept as long as they are true: no old figure after a commit, nothing made twice for nothing."""

import pickle
import random
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import update
from sqlalchemy.engine import make_url

from tests.offices import checklist, copy_office, ingest
from tests.store.test_split import open_office, rows
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.batches import batches
from wenming_metrics.queries.losses.repeat_sites import returning_sites
from wenming_metrics.queries.memory import Memory, follow, recall
from wenming_metrics.queries.office import days_known
from wenming_metrics.queries.ranking.overview import category_shares, city, top_losses
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import problem_rows
from wenming_metrics.store import schema
from wenming_metrics.store.database import open_store, writing
from wenming_metrics.store.notes import write_note

pytestmark = pytest.mark.store
OCTOBER, NOVEMBER = (window("month", date(2026, month, 1)) for month in (10, 11))
QUESTIONS = [
    *(
        (question, month)
        for question in (ranking, city, problem_rows)
        for month in (OCTOBER, NOVEMBER)
    ),
    *((returning_sites, month, "street") for month in (OCTOBER, NOVEMBER)),
    (days_known,),
    (batches,),
]


@pytest.fixture
def office(tmp_path):
    def make(place):
        office = open_office(place)
        for name, month in (("十月", 10), ("十一月", 11)):
            ingest(office, checklist([r for r in rows() if r[0].month == month]), f"{name}.xlsx")
        return office

    return copy_office(tmp_path, "two months", make)


def ask(memory, office, question, *arguments, calculated=()):
    """Ask as a page does: look for changes, then recall."""
    follow(memory, office.store)

    def make():
        if calculated != ():
            calculated.add((question.__name__, *(a.start.month for a in arguments[:1])))
        return question(office, *arguments)

    answer = recall(memory, repr((question.__name__, arguments)), make, capacity=100)
    return pickle.loads(answer.content)


def _other_spelling(url):
    """Spell an address otherwise: it is opened by an engine of its own, as by another program."""
    other = make_url(url).update_query_dict({"timeout": "20"})
    return other.render_as_string(hide_password=False)


def equal(shown, fresh):
    if isinstance(fresh, pd.DataFrame):
        pd.testing.assert_frame_equal(shown, fresh, check_exact=True)
        return True
    return shown == fresh


def test_a_commit_leaves_the_month_before_warm_and_makes_its_own_anew(office):
    memory = Memory()
    for question in QUESTIONS:
        ask(memory, office, *question)
    more = [[date(2026, 11, 2), "市督查组", "甲街道", "小区", "9号点", "环境", "不符合", 1]]
    ingest(office, checklist(more), "又一个.xlsx")
    calculated = {"begun"}
    for question in QUESTIONS:
        ask(memory, office, *question, calculated=calculated)
    assert {("ranking", 11), ("city", 11), ("problem_rows", 11), ("batches",)} <= calculated
    assert not {("ranking", 10), ("city", 10)} & calculated
    write_note(office.store, "verified", {"at": "now"})
    calculated = {"begun"}
    for question in QUESTIONS:
        ask(memory, office, *question, calculated=calculated)
    assert calculated == {"begun"}


def test_no_order_of_acts_and_questions_shows_an_old_figure(office):
    """Two programs: one that acts, by connections of its own, and two that read."""
    other = replace(office, store=open_store(_other_spelling(office.store.url)))
    assert other.store.engine is not office.store.engine
    memories, draw = [Memory(), Memory()], random.Random(11)
    live = {1 + number: True for number in range(len(batches(office)))}
    kinds = {number: name for number, name in batches(office)[["batch", "name"]].to_numpy()}
    turned = [number for number, name in kinds.items() if "月" in name]
    for turn in range(26):
        if draw.random() < 0.4:
            number = draw.choice(turned)
            if live[number]:
                commit.withdraw(other, number, "甲", "试")
            else:
                commit.reinstate(other, number, "甲")
            live[number] = not live[number]
        elif turn % 13 == 0:
            day, lost = date(2026, draw.choice([10, 11]), 3 + turn % 20), draw.choice([0, 1])
            more = [
                day,
                "市督查组",
                "乙街道",
                "小区",
                "7号点",
                "秩序",
                "不符合" if lost else "符合",
                lost,
            ]
            ingest(other, checklist([more]), f"{turn}.xlsx")
        question, *arguments = draw.choice(QUESTIONS)
        shown = ask(draw.choice(memories), office, question, *arguments)
        assert equal(shown, question(office, *arguments)), question


def test_what_fails_leaves_nothing_and_wakes_who_waits(office):
    memory, begun, go_on = Memory(), threading.Event(), threading.Event()
    follow(memory, office.store)
    shown = []

    def fail():
        begun.set()
        go_on.wait(10)
        raise KeyboardInterrupt

    def first():
        with pytest.raises(KeyboardInterrupt):
            recall(memory, "q", fail, capacity=9, shared=True)

    def second():
        shown.append(recall(memory, "q", lambda: "good", capacity=9, shared=True).content)

    threads = [threading.Thread(target=run) for run in (first, second)]
    threads[0].start()
    begun.wait(10)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert shown == ["good"]
    assert memory.turns == {}


def test_who_waited_takes_what_was_new_when_they_looked_and_who_looked_later_does_not(office):
    memory, begun, go_on = Memory(), threading.Event(), threading.Event()
    seen, made = follow(memory, office.store), []

    def count(name):
        made.append(name)
        days = len(days_known(office))
        begun.set()
        go_on.wait(10)
        return days

    def look(name, seen):
        return recall(memory, "q", lambda: count(name), capacity=9, shared=True, least=seen).content

    with ThreadPoolExecutor() as pool:
        first = pool.submit(look, "first", seen)
        begun.wait(10)
        waiting = [pool.submit(look, "waiting", seen) for _ in range(5)]
        commit.withdraw(office, int(batches(office)["batch"].max()), "甲", "试")
        later = follow(memory, office.store)
        go_on.set()
        before = first.result(10)
        assert [one.result(10) for one in waiting] == [before] * 5
    assert made == ["first"]
    assert look("later", later) == len(days_known(office)) < before
    assert made == ["first", "later"]
    assert look("who looked before all of them", seen) < before  # what is newer holds as well
    assert made == ["first", "later"]


def test_what_an_answer_is_made_of_is_as_new_as_the_answer(office):
    memory = Memory()
    seen = follow(memory, office.store)

    def below():
        made = recall(
            memory, "below", lambda: days_known(office), capacity=9, shared=True, least=seen
        )
        return made.content

    old = below()
    commit.withdraw(office, int(batches(office)["batch"].max()), "甲", "试")
    assert below() is old  # for who looked before
    later = follow(memory, office.store)
    # Made by one who looked before, but kept as what holds up to the last change.
    recall(memory, "above", lambda: len(below()), capacity=9, shared=True, least=seen)
    above = recall(memory, "above", lambda: -1, capacity=9, shared=True, least=later)
    assert above.content == len(days_known(office)) < len(old)


def test_an_answer_made_of_an_older_one_does_not_outlive_it(office):
    memory = Memory()
    follow(memory, office.store)
    below = recall(memory, "below", lambda: days_known(office), capacity=9, shared=True)
    commit.withdraw(office, int(batches(office)["batch"].max()), "甲", "试")
    follow(memory, office.store)
    made_of_old = recall(
        memory, "above", lambda: len(below.content), capacity=9, shared=True, rests_on=below
    )
    new = recall(memory, "below", lambda: days_known(office), capacity=9, shared=True)
    assert len(new.content) < made_of_old.content
    again = recall(memory, "above", lambda: len(new.content), capacity=9, shared=True, rests_on=new)
    assert again.content == len(new.content)


@pytest.mark.parametrize("came", [{"made_at": "another"}, {"seq": 0}], ids=["other", "older"])
def test_what_was_made_of_the_store_before_is_not_kept_for_the_one_that_came(office, came):
    """A backup, of another office or an older one, is put back while somebody waits for a figure."""
    memory = Memory()

    def put_back():
        with writing(office.store) as connection:
            connection.execute(update(schema.store).values(**came))
        follow(memory, office.store)
        return "before"

    def look(key, make, rests_on=None):
        answer = recall(memory, key, make, capacity=9, shared=True, rests_on=rests_on)
        return answer, answer.content

    follow(memory, office.store)
    below, _ = look("below", lambda: "below")
    assert look("q", put_back)[1] == "before"
    assert look("q", lambda: "after")[1] == "after"
    assert look("q", lambda: "again")[1] == "after"
    # A page that had begun before goes on with what it has, and leaves nothing of it.
    assert look("above", lambda: "before", rests_on=below)[1] == "before"
    below, _ = look("below", lambda: "below")
    assert look("above", lambda: "after", rests_on=below)[1] == "after"


def test_an_answer_made_of_several_readings_is_of_one_state(office):
    """Half of a list of before a commit and half of one of after it would not add up, or fail."""
    memory = Memory()
    seen, full = follow(memory, office.store), len(days_known(office))

    def below(answered):
        return recall(memory, "below", answered, capacity=9, shared=True, least=seen).content

    def look_with_others():
        follow(memory, office.store)
        return below(lambda: len(days_known(office)))

    def above():
        first = len(days_known(office))
        commit.withdraw(office, int(batches(office)["batch"].max()), "甲", "试")
        with ThreadPoolExecutor(1) as another:
            later = another.submit(look_with_others).result()
        return first, later, len(days_known(office)), below(lambda: len(days_known(office)))

    before, later, again, of_another = recall(
        memory, "above", above, capacity=9, shared=True
    ).content
    assert later < full
    assert (before, again, of_another) == (full, full, full)
    # And what was read meanwhile by who looked later is kept, not what is older.
    follow(memory, office.store)
    assert recall(memory, "below", lambda: -1, capacity=9, shared=True).content == later


@pytest.mark.only("sqlite")
def test_a_file_put_in_the_place_of_the_store_is_the_one_that_is_read(office, tmp_path):
    memory, path = Memory(), office.store.engine.url.database
    full = ask(memory, office, days_known)
    office.store.engine.dispose()
    shutil.copy(path, tmp_path / "copy.db")
    commit.withdraw(office, int(batches(office)["batch"].max()), "甲", "试")
    fewer = ask(memory, office, days_known)
    assert len(fewer) < len(full)
    for ending in ("-wal", "-shm"):
        (tmp_path / (path + ending)).unlink(missing_ok=True)
    (tmp_path / "copy.db").rename(path)
    assert ask(memory, office, days_known) == full


def test_windows_scored_with_a_course_are_those_scored_alone(office):
    """Windows that a page asks for in several ways are scored once, to the same last bit."""
    scored = []

    def remember(asked_of, question, *arguments):
        scored.append(arguments)
        return question(asked_of, *arguments)

    remembering = replace(office, recall=remember)
    for month in (
        OCTOBER,
        NOVEMBER,
        window("week", date(2026, 11, 2)),
        window("day", date(2026, 10, 30)),
    ):
        for question in (city, ranking, top_losses, category_shares):
            assert equal(question(remembering, month), question(office, month))
    assert {len(windows) for windows, _ in scored} == {12, 30}
