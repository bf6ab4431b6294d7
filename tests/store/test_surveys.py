"""Questionnaires in the store: whole again, each once, and as a person decided."""

import numpy as np
import pandas as pd
import pytest

from tests.offices import new_store
from wenming_metrics.rules.survey.answers import BLANK, FACTS, NOT_ASKED, Answers
from wenming_metrics.store import batches, records, surveys
from wenming_metrics.store.database import Store, open_store, reading, writing

pytestmark = pytest.mark.store

FIRST, LAST = 739_000, 739_091


@pytest.fixture
def store(tmp_path) -> Store:
    return open_store(new_store(tmp_path))


def answers(key=(11, 12, 13), options=("yes", "no"), *, first=FIRST, last=LAST, **said) -> Answers:
    size = len(key)
    facts = {"seq": range(size), "day": first + 3, "unit": 2, "cluster": 2**60, "weight": 1.25}
    rest = {"flags": 5, "key": key, "sheet": 0, "source_row": range(2, size + 2)}
    frame = pd.DataFrame({**facts, **rest}).astype(FACTS)
    asked = {"knows": [0, 1, BLANK][:size], "heard": [1 | 4, BLANK, NOT_ASKED][:size]}
    heard = ("tv", "web", "board")
    told = {"knows": options, "heard": heard}
    return Answers(frame.assign(**{**asked, **said}), told, frozenset({"heard"}), first, last)


def put(store: Store, *parts: Answers) -> list[int]:
    """Store parts as batches of their own."""
    numbers = []
    with writing(store) as connection:
        for n, part in enumerate(parts):
            facts = {"sha256": f"{n}{id(part)}", "name": "问卷.xlsx", "kind": "survey", "who": "甲"}
            told = {**facts, "good": len(part.frame), "held": 0, "skipped": 0}
            numbers.append(batches.add_batch(connection, told, b""))
            surveys.save_answers(connection, numbers[-1], part)
    return numbers


def get(store: Store, live=None) -> Answers:
    with reading(store) as connection:
        return surveys.read_answers(connection, FIRST, LAST, live)


def test_what_is_stored_comes_back_whole(store):
    sent = answers()
    (batch,) = put(store, sent)
    found = get(store)
    told = sent.frame.assign(batch=batch, counts=True)
    pd.testing.assert_frame_equal(found.frame[[*told]], told, check_dtype=False)
    assert (found.options, found.multiple) == (sent.options, sent.multiple)
    assert found.questions == ["knows", "heard"]
    assert len(get(store, np.array([], np.int64)).frame) == 0


def test_a_questionnaire_in_two_files_counts_once_as_it_came_last(store):
    first, second = put(store, answers(), answers((12, 14), knows=[0, 0], heard=[1, 1]))
    found = get(store).frame
    assert sorted(found["key"]) == [11, 12, 13, 14]
    assert found.set_index("key")["batch"].to_dict() == {
        11: first,
        13: first,
        12: second,
        14: second,
    }
    assert found.set_index("key")["knows"][12] == 0
    with writing(store) as connection:
        batches.add_event(connection, second, batches.WITHDRAW, "甲")
    assert get(store).frame["knows"].tolist() == [0, 1, BLANK]


def test_what_was_flagged_of_an_earlier_copy_stays(store):
    flagged, again = answers(), answers()
    put(store, flagged, Answers(again.frame.assign(flags=8), *_rest(again)))
    assert get(store).frame["flags"].tolist() == [5 | 8] * 3


def _rest(one: Answers) -> tuple:
    return one.options, one.multiple, one.first_day, one.last_day


def test_two_equal_ones_of_a_file_are_two_and_the_same_two_again_are_no_more(store):
    none = (0, 0)
    put(store, answers(none, knows=[1, 1], heard=[1, 1]))
    assert len(get(store).frame) == 2
    # The same said by options in another order, and a third.
    put(store, answers((0, 0, 0), ("no", "yes"), knows=[0, 0, 0], heard=[1, 1, 1]))
    found = get(store)
    assert len(found.frame) == 3
    assert [found.options["knows"][one] for one in found.frame["knows"]] == ["no"] * 3


def test_options_of_two_versions_are_numbered_together(store):
    changed = answers((21,), ("no", "unsure", "yes"), knows=[1], heard=[2])
    changed = Answers(
        changed.frame.assign(new=4),
        {**changed.options, "heard": ("web", "app")},
        changed.multiple,
        FIRST,
        LAST,
    )
    put(store, answers(), changed)
    found = get(store)
    assert found.options == {
        "knows": ("yes", "no", "unsure"),
        "heard": ("tv", "web", "board", "app"),
    }
    assert found.frame["knows"].tolist() == [0, 1, BLANK, 2]
    assert found.frame["heard"].tolist() == [1 | 4, BLANK, NOT_ASKED, 8]
    assert found.frame["new"].tolist() == [NOT_ASKED] * 3 + [4]


def test_what_a_person_decided_holds_for_every_copy(store):
    first, second = put(store, answers(), answers())
    with writing(store) as connection:
        surveys.decide(connection, first, 1, False, "代填", "甲", "2026-10-08T09:00")
    assert get(store).frame["counts"].tolist() == [True, False, True]
    with writing(store) as connection:
        surveys.decide(connection, second, 1, True, "核实无误", "乙", "2026-10-08T10:00")
        told = surveys.decisions(connection)
    assert get(store).frame["counts"].all()
    assert told[["batch", "seq", "counts", "who"]].values.tolist() == [
        [first, 1, 0, "甲"],
        [second, 1, 1, "乙"],
    ]


def test_waves_are_those_of_questionnaires_and_of_counted_tables(store):
    told = {"first": "2026-10-01", "last": "2026-12-31", "counts": {}}
    first, last = (pd.Timestamp(told[name]).toordinal() for name in ("first", "last"))
    one, two = put(store, answers(), answers(first=first, last=last))
    rows = pd.DataFrame({"kind": "counts", "day": [last] * 2, "unit": [1, 2], "sheet": 0})
    rows = rows.assign(source_row=[3, 4], told=[told, told])
    with writing(store) as connection:
        records.save_records(connection, one, rows)
        found = surveys.read_waves(connection)
    assert found.values.tolist() == [
        [FIRST, LAST, one, 3],
        [first, last, one, 2],
        [first, last, two, 3],
    ]
