"""Problems, events and hand-outs in the store: an older store gets its answers as events, by index only."""

import pytest
from sqlalchemy import delete, select, update

from tests.decisions.test_problem_moves import answer, make
from tests.offices import copy_office
from wenming_metrics.store import migrate, schema
from wenming_metrics.store.database import open_store, reading, writing
from wenming_metrics.store.problems import number_problems, read_events

pytestmark = pytest.mark.store


def events_of(store):
    with reading(store) as connection:
        return read_events(connection, ["P1", "P2"])


def test_an_older_store_gets_its_answers_as_events(tmp_path):
    office = copy_office(tmp_path, "problem moves", make)
    answer(office, ["P1", "整改中", "当日"], ["P2", "不属实", ""])
    answer(office, ["P1", "已整改", "2026-11-11"])
    fresh = events_of(office.store)
    assert sorted(fresh["act"]) == ["反馈", "申请不属实", "进展"]
    with writing(office.store) as connection:
        later = (schema.correction, schema.correction_end)
        later += (schema.sender_answers, schema.catalogue_entry)
        later += (schema.account, schema.session, schema.access_log, schema.access_log_end)
        later += (schema.rights_version, schema.guess, schema.outline_version)
        for table in (schema.problem, schema.problem_event, schema.hand_out, *later):
            table.drop(connection)
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0007'")
        connection.execute(update(schema.store).values(version=7))
    office.store.engine.dispose()
    url = office.store.engine.url.render_as_string(hide_password=False)
    assert migrate.version_of(office.store.engine) == 7
    again = events_of(open_store(url))
    columns = ["number", "act", "unit", "day", "minute", "details", "batch", "sheet", "source_row"]
    assert again[columns].to_dict("records") == fresh[columns].to_dict("records")


def test_numbers_go_on_after_those_that_files_use(tmp_path):
    office = copy_office(tmp_path, "problem moves", make)
    with writing(office.store) as connection:
        finding = schema.finding
        connection.execute(
            update(finding).where(finding.c.number == "P1").values(number="2026000041")
        )
        day = 739_931  # in 2026
        first, second = ({"day": day, "batch": 2, "seq": seq} for seq in (3, 4))
        assert number_problems(connection, [first, second], "甲") == ["2026000042", "2026000043"]
        assert number_problems(connection, [second], "甲") == ["2026000043"]
        connection.execute(delete(schema.problem))


@pytest.mark.only("sqlite")
def test_events_are_found_by_index_however_many_there_are(tmp_path):
    office = copy_office(tmp_path, "problem moves", make)
    with reading(office.store) as connection:
        table = schema.problem_event
        for query in (
            select(table).where(table.c.number.in_(["P1"])),
            select(schema.problem).where(schema.problem.c.batch == 2, schema.problem.c.seq == 3),
            select(schema.hand_out).where(schema.hand_out.c.number.in_(["P1"])),
            select(schema.finding).where(schema.finding.c.number.in_(["P1"])),
        ):
            text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
            assert all("SEARCH" in step[-1] for step in plan), plan
