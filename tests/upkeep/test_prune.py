"""Files are dropped when they were kept long enough; what they hold stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.offices import checklist, copy_office, ingest
from tests.store.test_split import MONTH, filled_office, rows
from tests.upkeep.test_backup import wrong
from wenming_metrics.domain.periods import now
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.batches import original_file
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import problem_rows
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading, revision
from wenming_metrics.upkeep.prune import prune

pytestmark = pytest.mark.store


@pytest.fixture
def office(tmp_path):
    def make(place):
        made = filled_office(place)
        ingest(made, checklist(rows(2, 60)), "二.xlsx")
        return made

    return copy_office(tmp_path, "two files", make)


def age(office, batch: int, days: int) -> None:
    """Let a batch have come so many days ago."""
    at = (now() - timedelta(days=days)).isoformat(timespec="microseconds")
    with office.store.engine.begin() as connection:
        table = schema.batch
        connection.execute(update(table).where(table.c.batch == batch).values(at=at))


def originals(office) -> dict[int, bytes | None]:
    query = select(schema.batch.c.batch, schema.original.c.content).join(
        schema.original, schema.original.c.sha256 == schema.batch.c.sha256
    )
    with reading(office.store) as connection:
        return dict(connection.execute(query).all())


def test_only_old_files_go_and_figures_stay(office):
    age(office, 2, 31)
    age(office, 3, 29)
    before = ranking(office, MONTH).to_dict("records"), len(problem_rows(office, MONTH))
    content = originals(office)
    done = prune(office.store, 30)
    assert (done.files, done.size) == (1, len(content[2]))
    assert originals(office) == {**content, 2: None}
    after = ranking(office, MONTH).to_dict("records"), len(problem_rows(office, MONTH))
    assert after == before
    assert wrong(office) == []


def test_the_history_says_when_a_file_was_dropped(office):
    age(office, 2, 31)
    prune(office.store, 30)
    found = original_file(office, 2)
    assert (found.name, found.content) == ("一.xlsx", None)
    assert found.dropped_at[:10] == now().date().isoformat()
    kept = original_file(office, 3)
    assert (kept.dropped_at, kept.content[:2]) == ("", b"PK")
    assert original_file(office, 99) is None


def test_a_file_that_a_newer_batch_came_from_too_is_kept(office):
    content = original_file(office, 2).content
    commit.withdraw(office, 2, "测试", "发错了")
    assert ingest(office, content, "又是一.xlsx") == 4
    age(office, 2, 31)
    assert prune(office.store, 30).files == 0


def test_a_dropped_file_that_comes_again_is_kept_again(office):
    content = original_file(office, 2).content
    age(office, 2, 31)
    prune(office.store, 30)
    commit.withdraw(office, 2, "测试", "发错了")
    ingest(office, content, "又是一.xlsx")
    assert original_file(office, 2).content == content
    assert original_file(office, 2).dropped_at == ""
    assert wrong(office) == []


def test_nothing_to_drop_changes_nothing(office):
    before = revision(office.store)
    assert prune(office.store, 30).files == 0
    assert revision(office.store) == before
    age(office, 2, 31)
    prune(office.store, 30)
    after = revision(office.store)
    assert prune(office.store, 30).files == 0
    assert revision(office.store) == after
