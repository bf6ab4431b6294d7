"""A store that cannot be used says why, in Chinese, and leaves the file as it was."""

import sqlite3

import pytest

from wenming_metrics.runtime.settings import store_url
from wenming_metrics.store.database import StoreError, open_store

pytestmark = pytest.mark.store


def test_a_file_that_is_no_store_is_left_alone(tmp_path):
    place = tmp_path / "letter.db"
    place.write_bytes(b"dear office, " * 500)
    with pytest.raises(StoreError, match="不是本软件的数据文件"):
        open_store(store_url(place))
    assert place.read_bytes() == b"dear office, " * 500


def test_a_place_that_is_a_folder(tmp_path):
    with pytest.raises(StoreError, match="没有这个文件夹，或者没有读写的权限"):
        open_store(store_url(tmp_path))


def test_a_store_of_a_newer_version(tmp_path):
    place = tmp_path / "newer.db"
    open_store(store_url(place)).engine.dispose()
    with sqlite3.connect(place) as connection:
        connection.execute("UPDATE store SET version = 99")
    with pytest.raises(StoreError, match="请先升级软件"):
        open_store(store_url(place))
