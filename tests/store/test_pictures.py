"""Pictures of a row are stored once, found again by the row, and copied with the store."""

import hashlib

import pandas as pd
import pytest
from sqlalchemy import func, select

from tests.offices import checklist, copy_store, ingest, make_office
from tests.reading.hostile import photographed, png
from tests.store.test_split import INDICATORS, ITEMS, STREETS, rows
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.pictures import RowPicture, row_pictures
from wenming_metrics.queries.scores.originals import as_text
from wenming_metrics.reading.model.reading import PICTURE_COLUMNS, empty
from wenming_metrics.store import schema
from wenming_metrics.store.database import open_store, reading, writing
from wenming_metrics.store.pictures import StoredPicture, read_pictures, save_pictures
from wenming_metrics.upkeep.copies import copied

pytestmark = pytest.mark.store

EMF = b"\x01\0\0\0l\0\0\0 EMF"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = make_office(tmp_path_factory.mktemp("图"), ITEMS, INDICATORS, streets=STREETS)
    one, two = rows(1, 20), rows(2, 20)
    pictures = {(3, 7): png(1), (3, 5): png(2), (4, 7): png(1), (5, 30): png(3), (6, 7): EMF}
    ingest(office, photographed(checklist(one), pictures), "一.xlsx", count_again=True)
    ingest(office, photographed(checklist(two), {(2, 7): png(1)}), "二.xlsx", count_again=True)
    return office


def test_rows_find_their_pictures(office):
    found = row_pictures(office, 2, "督查表", 3)
    assert found == [RowPicture("测评项", "png", png(2)), RowPicture("扣分", "png", png(1))]
    assert row_pictures(office, 2, "督查表", 5) == [RowPicture("图片", "png", png(3))]
    assert row_pictures(office, 2, "督查表", 6) == [RowPicture("扣分", "", None)]
    assert row_pictures(office, 2, "督查表", 7) == []
    assert row_pictures(office, 3, "督查表", 2) == [RowPicture("扣分", "png", png(1))]
    assert row_pictures(office, 3, "别的表", 2) == []


def test_the_same_bytes_are_stored_once(office):
    with reading(office.store) as connection:
        digests = connection.execute(select(schema.picture.c.digest)).scalars().all()
        places = connection.execute(select(func.count()).select_from(schema.picture_place))
        assert places.scalar_one() == 6
    assert sorted(digests) == sorted(hashlib.sha256(png(n)).hexdigest() for n in (1, 2, 3))


def test_notes_say_of_which_only_the_place_is_kept(office):
    data = photographed(checklist(rows(3, 20)), {(6, 7): EMF})
    preview = commit.inspect(office, data, "三.xlsx")
    assert [p.text for p in preview.problems if p.code == "图片-02"] == [
        "“督查表”：1 张图片的格式在网页上显示不了，只记位置（第 6 行）。"
        "原文件里仍有这些图片；要在网页上看，请改用 JPG 或 PNG 图片。[图片-02]"
    ]


def test_many_digests_and_none(office, tmp_path):
    store = open_store(copy_store(office.store, tmp_path / "copy"))
    contents = {f"{n:064}": ("png", png(n % 256)) for n in range(1_200)}
    columns = {"sheet": 0, "source_row": range(1_200), "position": 1, "n": 0}
    places = pd.DataFrame({**columns, "digest": list(contents)}).astype(PICTURE_COLUMNS)
    with writing(store) as connection:
        save_pictures(connection, 8, places, contents)
        save_pictures(connection, 9, places, contents)
        save_pictures(connection, 10, empty(PICTURE_COLUMNS), {})
        assert read_pictures(connection, 9, 0, 7) == [StoredPicture(1, "png", png(7))]
        count = connection.execute(select(func.count()).select_from(schema.picture)).scalar_one()
    assert count == 1_203
    store.engine.dispose()


def test_copies_of_a_store_take_pictures_along():
    assert {schema.picture, schema.picture_place} <= set(copied())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('=DISPIMG("ID_0A",1)', "（图片）"),
        ('=_xlfn.DISPIMG("ID_0A",1)', "（图片）"),
        ("见附件3", "见附件3"),
        ("说明:=DISPIMG(", "说明:=DISPIMG("),
    ],
)
def test_a_picture_in_a_cell_is_not_shown_as_a_formula(text, shown):
    assert as_text(text) == shown
