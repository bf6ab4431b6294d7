"""What goes in comes out again: the same values in frames of the same types on every engine."""

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import exc, func, select

from tests.offices import new_store
from wenming_metrics.store import frames, schema
from wenming_metrics.store.database import StoreError, open_store, reading, writing
from wenming_metrics.store.frames import add_rows, read_frame

pytestmark = pytest.mark.store

LARGEST = 2**63 - 1
TEXTS = ["甲、乙", "tab\tline\nback\\slash", "\\N", "", "𠮷'\"%s?;--"]


@pytest.fixture
def store(tmp_path):
    return open_store(new_store(tmp_path))


def put_and_read(store, table, columns) -> pd.DataFrame:
    with writing(store) as connection:
        add_rows(connection, table, columns)
    with reading(store) as connection:
        return read_frame(connection, select(table).order_by(*table.primary_key))


def test_bytes(store):
    every = [bytes(range(256)), b"", b"PGCOPY\n\xff\r\n\0", None]
    told = {"sha256": ["a", "b", "c", "d"], "size": 1, "content": every}
    found = put_and_read(store, schema.original, told)
    assert list(found["content"]) == every
    assert {type(value) for value in found["content"][:3]} == {bytes}


def test_texts_and_gaps(store):
    told = {"batch": 1, "n": range(5), "found": TEXTS, "row": [1, None, 3, None, 5]}
    found = put_and_read(store, schema.batch_problem, {**told, "column": "列"})
    assert list(found["found"]) == TEXTS
    assert list(found["row"].fillna(0)) == [1, 0, 3, 0, 5]
    assert found["row"].dtype == "float64"
    assert set(found["column"]) == {"列"}
    assert set(found["header"]) == {""}


def test_whole_numbers_of_every_width(store):
    names = [column.name for column in schema.row.columns]
    told = {name: np.arange(3) for name in names}
    told["visit"] = np.array([-LARGEST - 1, 0, LARGEST])
    told["lost"] = pd.Series([1, 2, LARGEST], index=[7, 5, 3])
    found = put_and_read(store, schema.row, told)
    assert list(found) == names
    assert set(found.dtypes) == {np.dtype("int64")}
    assert list(found["visit"]) == [-LARGEST - 1, 0, LARGEST]
    assert list(found["lost"]) == [1, 2, LARGEST]


@pytest.mark.parametrize("at_once", [1, 2, 3, 5, 6])
def test_rows_taken_in_several_stretches_are_those_taken_in_one(store, monkeypatch, at_once):
    gaps = {"batch": 1, "n": range(5), "found": TEXTS, "row": [1, 2, 3, None, 5], "column": "列"}
    whole = {column.name: np.arange(5) for column in schema.row.columns}
    whole["visit"] = np.arange(-2, 3) * 2**61
    told = {schema.batch_problem: gaps, schema.row: whole}
    once = {table: put_and_read(store, table, columns) for table, columns in told.items()}
    monkeypatch.setattr(frames, "_AT_ONCE", at_once)
    with reading(store) as connection:
        for table, frame in once.items():
            again = read_frame(connection, select(table).order_by(*table.primary_key))
            pd.testing.assert_frame_equal(again, frame, check_exact=True)


def test_sums_are_whole_numbers(store):
    put_and_read(store, schema.row, {name.name: np.arange(4) for name in schema.row.columns})
    table = schema.row
    sums = select(table.c.source, func.sum(table.c.lost).label("lost")).group_by(table.c.source)
    nothing = select(func.sum(table.c.lost).label("lost")).where(table.c.day > 9)
    with reading(store) as connection:
        found = read_frame(connection, sums.order_by(table.c.source))
        assert list(found["lost"]) == [0, 1, 2, 3]
        assert found["lost"].dtype == "int64"
        assert read_frame(connection, nothing)["lost"].isna().all()
        assert read_frame(connection, select(table).where(table.c.day > 9)).dtypes.eq("int64").all()


def test_more_rows_than_are_handed_over_at_once(store):
    count = 45_001
    told = {"batch": 1, "sheet": 1, "source_row": np.arange(count), "codes": "一"}
    found = put_and_read(store, schema.held_row, told)
    assert list(found["source_row"]) == list(range(count))


def test_a_character_that_no_database_keeps_is_marked(store):
    found = put_and_read(store, schema.batch_problem, {"batch": [1], "n": 1, "found": ["一\0号"]})
    assert list(found["found"]) == ["一\ufffd号"]


def test_a_number_that_is_too_large_is_a_mistake_and_stores_nothing(store):
    told = {"site": [1, 2], "unit": 1, "street": 1, "point_type": 1}
    with pytest.raises((exc.DataError, OverflowError)) as caught, writing(store) as connection:
        add_rows(connection, schema.site, {**told, "site": [1, 2**63]})
    assert not isinstance(caught.value, StoreError)
    assert put_and_read(store, schema.site, told)["site"].tolist() == [1, 2]
