"""Before a store is migrated: the trial leaves it alone, the copy opens in the version it came from."""

import hashlib
import sqlite3
from pathlib import Path

import pytest

from tests.store.first_version import make_first_version
from wenming_metrics.runtime.settings import store_url
from wenming_metrics.store import migrate, schema
from wenming_metrics.store.database import StoreError
from wenming_metrics.store.engines import engine_of
from wenming_metrics.upkeep.upgrade import is_older, upgrade

pytestmark = pytest.mark.only("sqlite")


@pytest.fixture
def old(tmp_path):
    url = store_url(tmp_path / "store.db")
    make_first_version(url)
    engine_of(url).dispose()
    return url


def digest(url):
    return hashlib.sha256(Path(engine_of(url).url.database).read_bytes()).hexdigest()


def test_the_trial_changes_no_byte(old, tmp_path):
    before = digest(old)
    tried = upgrade(old, only_check=True)
    assert (tried.version, tried.goal, tried.saved) == (1, schema.VERSION, None)
    assert tried.rows > 0
    assert digest(old) == before
    assert [path.name for path in tmp_path.glob("before-*")] == []


def test_what_was_there_is_kept_as_it_was(old):
    assert is_older(old)
    rows = upgrade(old, only_check=True).rows
    done = upgrade(old)
    assert migrate.version_of(engine_of(old)) == schema.VERSION
    assert not is_older(old)
    assert migrate.version_of(engine_of(store_url(done.saved))) == 1
    kept = sqlite3.connect(done.saved)
    assert kept.execute("SELECT count(*) FROM row").fetchone() == (rows,)
    kept.close()
    assert not upgrade(old).is_due


def test_a_trial_that_fails_leaves_everything(old, tmp_path, monkeypatch):
    before = digest(old)
    monkeypatch.setattr(migrate, "_alembic", lambda *_: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(StoreError, match="试升级没有完成.*磁盘满了"):
        upgrade(old)
    assert digest(old) == before
    assert not list(tmp_path.glob("before-*"))


def test_there_has_to_be_something_to_upgrade(tmp_path):
    with pytest.raises(StoreError, match="还没有数据文件"):
        upgrade(store_url(tmp_path / "none.db"))
