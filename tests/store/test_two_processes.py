"""Several processes on one store: no update is lost, and a reader sees one state, never two."""

import time
from collections import Counter

import pytest
from sqlalchemy import select, update

from tests.offices import new_store
from tests.store.killing import STARTING
from wenming_metrics.store import schema
from wenming_metrics.store.database import StoreError, open_store, reading, revision, writing
from wenming_metrics.store.frames import add_rows, next_number

pytestmark = pytest.mark.store

EACH = 300
READS = 150
PAIR = (1, 2)
"""Two places that every writer sets to the same number in one transaction."""


@pytest.fixture
def url(tmp_path) -> str:
    place = new_store(tmp_path)
    store = open_store(place)
    with writing(store) as connection:
        told = {"site": list(PAIR), "unit": 0, "street": 0, "point_type": 0}
        add_rows(connection, schema.site, told)
    store.engine.dispose()
    return place


def add_one_often(url: str, times: int) -> None:
    """Read a number, add one to it in Python, write it back; note who did it as a row."""
    store, table = open_store(url), schema.site
    for _ in range(times):
        with writing(store) as connection:
            found = connection.execute(select(table.c.unit).where(table.c.site == PAIR[0])).scalar()
            number = next_number(connection, schema.batch_event.c.event)
            add_rows(connection, schema.batch_event, {"event": [number], "batch": found})
            for site in PAIR:
                connection.execute(update(table).where(table.c.site == site).values(unit=found + 1))


def read_pairs(url: str, told) -> None:
    """Read the two places one after the other, many times, each time in one reading."""
    store, table = open_store(url), schema.site
    pairs = []
    while len(pairs) < READS:
        with reading(store) as connection:
            queries = (select(table.c.unit).where(table.c.site == site) for site in PAIR)
            first = connection.execute(next(queries)).scalar_one()
            time.sleep(0.004)  # time for a writer to come in between
            pairs.append((first, connection.execute(next(queries)).scalar_one()))
    told.send(pairs)


def run_all(*work: tuple) -> None:
    """Run functions at once, each in a process of its own; all must end well."""
    running = [STARTING.Process(target=target, args=args, daemon=True) for target, args in work]
    for process in running:
        process.start()
    for process in running:
        process.join(240)
        assert process.exitcode == 0


def test_no_update_of_six_hundred_is_lost(url):
    run_all((add_one_often, (url, EACH)), (add_one_often, (url, EACH)))
    store = open_store(url)
    with reading(store) as connection:
        assert list(connection.execute(select(schema.site.c.unit)).scalars()) == [2 * EACH] * 2
        seen = connection.execute(select(schema.batch_event.c.batch)).scalars()
        assert sorted(seen) == list(range(2 * EACH))
    assert revision(store) == 1 + 2 * EACH


def test_a_reader_beside_two_writers_sees_one_state_at_a_time(url):
    hear, tell = STARTING.Pipe(duplex=False)
    writer = (add_one_often, (url, EACH))
    run_all(writer, writer, (read_pairs, (url, tell)))
    pairs = hear.recv()
    assert all(one == other for one, other in pairs)
    assert len(Counter(pairs)) > 5  # the reader did read while the others wrote


def open_new(url: str, start) -> None:
    """Open a store at the same moment as others."""
    start.wait(120)
    with writing(open_store(url)):
        pass


def test_processes_that_open_a_new_store_at_once(tmp_path):
    for number in range(5):
        url, start = new_store(tmp_path / str(number)), STARTING.Barrier(3)
        run_all(*[(open_new, (url, start))] * 3)
        assert revision(open_store(url)) == 3


def test_a_writer_that_is_kept_waiting_too_long_says_so(url):
    impatient = open_store(f"{url}{'&' if '?' in url else '?'}timeout=0.2")
    with (
        writing(open_store(url)) as connection,
        pytest.raises(StoreError, match="另一个程序正占用着数据.*没有保存"),
        writing(impatient),
    ):
        pass
    assert connection.closed
    with writing(impatient):
        pass
    assert revision(impatient) == 3
