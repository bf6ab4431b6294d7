"""A template, a marked workbook and a backup of version 0.5.0 are read as that version read them.

The files and the figures were written by it, see make_files_0_5; its store is opened by test_clean.
"""

import json
import lzma
from datetime import date
from pathlib import Path

import pytest

from tests.offices import copy_office, make_office, new_store
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.ranking import ranking
from wenming_metrics.runtime.settings import Settings
from wenming_metrics.upkeep.restore import restore

pytestmark = pytest.mark.store
FILES = Path(__file__).with_name("version_0_5")
THEN = json.loads((FILES / "read_then.json").read_text("utf-8"))


@pytest.fixture
def office(tmp_path):
    def make(place):
        return make_office(
            place,
            [["A", "垃圾桶不满溢", 5, "*"]],
            [{"code": "A", "weight": 100}],
            types=("主次干道",),
            streets=[("河西街道", "主城区"), ("城东街道", "主城区")],
        )

    return copy_office(tmp_path, "files of 0.5.0", make)


def ranks(office) -> list[dict]:
    ranked = ranking.ranking(office, periods.window("month", date(2026, 11, 1)), "street")
    names = ["unit_name", "rank", "score", "checks", "failed"]
    return json.loads(ranked[names].to_json(orient="records", force_ascii=False))


@pytest.mark.parametrize("name", list(THEN))
def test_a_workbook_is_read_as_then(office, name):
    preview = commit.inspect(office, (FILES / f"{name}.xlsx").read_bytes(), "表.xlsx")
    counts = preview.reading.counts
    commit.commit(office, preview, "某经办")
    read = {word: getattr(counts, word) for word in ("rows", "good", "held")}
    assert read | {"ranks": ranks(office)} == THEN[name]


def test_a_backup_comes_back_with_its_ranks(office, tmp_path):
    path = tmp_path / "backup.db"
    path.write_bytes(lzma.decompress((FILES / "backup.db.xz").read_bytes()))
    url = new_store(tmp_path / "restored")
    restored = restore(url, office.rules, path)
    again = open_office(Settings(tmp_path / "data", url, None))
    assert (restored.rows, ranks(again)) == (2, THEN["template"]["ranks"])
