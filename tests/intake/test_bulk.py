"""Back-fill: on any executor, and with a worker killed, the store holds what one by one gives."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from tests.builders import xlsx as workbook
from tests.offices import checklist, make_office, register_units
from tests.reading.hostile import zipped
from tests.store.test_split import INDICATORS, ITEMS, MONTH, STREETS, parts, rows
from tests.tasks import kill_one
from wenming_metrics.domain.periods import today
from wenming_metrics.intake import bulk, commit
from wenming_metrics.intake.bulk import BulkChoices, check_many, find_workbooks, ingest_many
from wenming_metrics.intake.prepare import PrepareTask, pack_context, read_ready
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.reading.model.reading import RememberedChoices as Said
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.rules.model import ReadingRules
from wenming_metrics.runtime.executors import open_executor
from wenming_metrics.scoring.tree.basis import bases_of
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register

pytestmark = pytest.mark.store

AGAIN = BulkChoices(count_again=True)
DAY = date(2026, 11, 3)
UNITS = ["单位编号", "单位名称", "单位类别", "上级单位", "分组"]
workers_only_read = pytest.mark.only("sqlite")
"""What workers do is to read files; the store is this process's, with or without them."""


def contents(office) -> dict[str, list[tuple]]:
    """Read all that is stored, bit for bit, but for moments and the count of transactions."""
    moments = {"at", "known_at", "made_at", "seq"}
    with reading(office.store) as connection:
        found = {}
        for table in schema.metadata.sorted_tables:
            if table is schema.change_log:
                continue
            kept = [
                column
                for column in table.columns
                if column.name not in moments or column.primary_key
            ]
            query = select(*kept).order_by(*table.primary_key.columns)
            found[table.name] = [tuple(map(_plain, line)) for line in connection.execute(query)]
        return found


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def check(street: str, site: str = "一号点") -> list:
    return [DAY, "市督查组", street, "小区", site, "环境", "不符合", 1]


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    """Write a folder as offices send it: checklists, a register in their midst, bad files."""
    folder = tmp_path_factory.mktemp("补录")
    pieces = parts(rows(count=120), 3)
    whole = {f"{n}_督查表.xlsx": checklist(piece) for n, piece in enumerate(pieces)}
    above, new = ["D1", "演示区", "区", "", ""], ["S9", "丁镇", "街道", "演示区", "其他"]
    known = [[f"S{n}", name, "街道", "演示区", group] for n, (name, group) in enumerate(STREETS)]
    whole |= {
        "0_单位名册.xlsx": workbook({"单位名册": [UNITS, above, *known]}),
        "1a_不是表格.xlsx": b"hello",
        "1b_再来一次.xlsx": whole["0_督查表.xlsx"],
        "2a_早了.xlsx": checklist([check("丁镇"), check("甲街道", "四号点")]),
        "2b_单位名册.xlsx": workbook({"单位名册": [UNITS, above, new]}),
        "2c_丁镇.xlsx": checklist([check("丁镇")]),
    }
    for name, content in whole.items():
        (folder / name).write_bytes(content)
    return find_workbooks([folder])


@pytest.fixture(scope="module")
def one_by_one(files, tmp_path_factory):
    """Take the files in as the page does: read, preview, commit."""
    office = make_office(tmp_path_factory.mktemp("逐个"), ITEMS, INDICATORS)
    told = []
    for path in files:
        preview = commit.inspect(office, path.read_bytes(), path.name, count_again=True)
        batch = commit.commit(office, preview, "测试") if preview.can_commit else None
        told.append((path.name, batch, places(preview)))
    return office, told


def told_of(outcomes) -> list[tuple]:
    return [(o.name, o.batch, places(o.preview)) for o in outcomes]


def places(preview: commit.Preview) -> list[tuple]:
    return [(p.code, p.sheet, p.row, p.column, p.found) for p in preview.problems]


def assert_same(office, told: list[tuple], expected) -> None:
    assert told == expected[1]
    assert contents(office) == contents(expected[0])
    pd.testing.assert_frame_equal(ranking(office, MONTH), ranking(expected[0], MONTH))


def test_a_folder_gives_its_workbooks_in_name_order(files, tmp_path):
    names = [path.name for path in files]
    assert names == sorted(names)
    assert len(names) == 9
    for name in ("~$一.xlsx", ".二.xlsx", "三.txt"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(commit.IntakeError, match="没有表格文件"):
        find_workbooks([tmp_path])
    (tmp_path / "一月").mkdir()
    (tmp_path / "一月" / "四.XLSX").write_bytes(b"")
    named = tmp_path / "三.txt"
    assert find_workbooks([named, tmp_path]) == [named, tmp_path / "一月" / "四.XLSX"]


def test_in_this_process(files, one_by_one, tmp_path):
    office = make_office(tmp_path, ITEMS, INDICATORS)
    told = told_of(ingest_many(office, files, "测试", AGAIN))
    assert_same(office, told, one_by_one)


@workers_only_read
def test_a_killed_worker_of_a_pool(files, one_by_one, tmp_path):
    office = make_office(tmp_path, ITEMS, INDICATORS)
    with open_executor(2, None) as executor:
        outcomes = ingest_many(office, files, "测试", AGAIN, executor)
        first = [next(outcomes) for _ in range(3)]
        kill_one(executor)
        told = told_of([*first, *outcomes])
    assert_same(office, told, one_by_one)


@workers_only_read
def test_a_killed_worker_of_a_cluster(files, one_by_one, tmp_path, dask_cluster):
    office = make_office(tmp_path, ITEMS, INDICATORS)
    with open_executor(None, dask_cluster.scheduler_address) as executor:
        outcomes = ingest_many(office, files, "测试", AGAIN, executor)
        first = [next(outcomes) for _ in range(3)]
        kill_one(executor)
        told = told_of([*first, *outcomes])
    assert_same(office, told, one_by_one)


def test_sums_that_a_worker_made_under_other_rules_are_not_stored(files, one_by_one, tmp_path):
    """What came ready for other boards is made anew: the figures are those of this office."""
    office = make_office(tmp_path, ITEMS, INDICATORS)
    other = replace(office, rules=replace(office.rules, digest="other"))
    told = []
    for path in files:
        with reading(office.store) as connection:
            register = read_register(connection)
        bases = bases_of(register, other.rules)
        packed = pack_context(register, office.catalogue, Said(), ReadingRules(), bases)
        content = path.read_bytes()
        ready = read_ready(PrepareTask(path.name, content, packed, today(), SenderAnswers(), True))
        again = {"count_again": True, "ready": ready}
        preview = commit.examine(office, ready.reading, content, register, **again)
        batch = commit.commit(office, preview, "测试") if preview.can_commit else None
        told.append((path.name, batch, places(preview)))
    assert_same(office, told, one_by_one)


def test_registers_that_someone_else_replaces_meanwhile(files, tmp_path, monkeypatch):
    """A file is read, then another process replaces the registers: it is read again."""
    office, done = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS), []
    plain = bulk.examine

    def slow(*rest, **named):
        found = plain(*rest, **named)
        if not done:
            done.append(register_units(office, [*STREETS, ("丁镇", "其他")]))
        return found

    monkeypatch.setattr(bulk, "examine", slow)
    late = [path for path in files if path.name[:2] == "2a"]
    (outcome,) = ingest_many(office, late, "测试", AGAIN)
    assert outcome.batch == done[0] + 1
    assert outcome.preview.reading.counts.held == 0


@pytest.fixture(scope="module")
def late(tmp_path_factory) -> Path:
    """Lay a folder as it is found on a disk: the registers last, some files in archives."""
    folder = tmp_path_factory.mktemp("一次放进来")
    above = ["D1", "演示区", "区", "", ""]
    known = [[f"S{n}", name, "街道", "演示区", group] for n, (name, group) in enumerate(STREETS)]
    one, two, three = parts(rows(count=90), 3)
    (folder / "2026-11-一.xlsx").write_bytes(checklist(one))
    (folder / "二.zip").write_bytes(
        zipped({"甲/二.xlsx": checklist(two), "说明.docx": "x", ".DS_Store": "x"})
    )
    (folder / "三.zip").write_bytes(zipped({"三.xlsx": checklist(three), "里.zip": zipped({})}))
    (folder / "四.zip").write_bytes(zipped({}))
    (folder / "单位名册.xlsx").write_bytes(workbook({"单位名册": [UNITS, above, *known]}))
    return folder


@pytest.mark.parametrize("workers", [None, pytest.param(2, marks=workers_only_read)])
def test_a_folder_goes_in_at_one_go_whatever_its_files_are_called(late, workers, tmp_path):
    office, files = make_office(tmp_path, ITEMS, INDICATORS), find_workbooks([late])
    with open_executor(workers, None) as executor:
        outcomes = list(ingest_many(office, files, "测试", AGAIN, executor))
    told = {outcome.name: outcome for outcome in outcomes}
    stored = [outcome.name for outcome in outcomes if outcome.batch]
    names = ["2026-11-一.xlsx", "三.zip › 三.xlsx", "二.zip › 二.xlsx"]
    assert stored == ["单位名册.xlsx", *names]
    assert [told[name].preview.reading.counts.good for name in names] == [30, 30, 30]
    assert told["二.zip"].left_out == (".DS_Store",)
    assert str(told["四.zip"].error).endswith("[文件-27]")
    (problem,) = told["三.zip › 里.zip"].preview.problems
    assert problem.code == "文件-20"
    assert told["二.zip › 说明.docx"].batch is None
    assert len(outcomes) == 8
    again = [outcome.batch for outcome in ingest_many(office, files, "测试", AGAIN, executor=None)]
    assert again == [None] * 8


def test_without_registers_each_file_is_told_once(late, tmp_path):
    office = make_office(tmp_path, ITEMS, INDICATORS)
    files = [path for path in find_workbooks([late]) if path.name != "单位名册.xlsx"]
    outcomes = list(ingest_many(office, files, "测试"))
    told = [outcome.name for outcome in outcomes if not outcome.preview or not outcome.batch]
    assert sorted(told) == sorted(
        ["三.zip › 里.zip", "二.zip › 说明.docx", "二.zip", "四.zip"]
        + ["2026-11-一.xlsx", "三.zip › 三.xlsx", "二.zip › 二.xlsx"]
    )
    last = outcomes[-1].preview
    assert "入库-03" in {problem.code for problem in last.problems}
    assert (last.reading.counts.rows, last.reading.outcome != "") == (30, True)


def test_checking_stores_nothing(files, tmp_path):
    office = make_office(tmp_path, ITEMS, INDICATORS)
    before = contents(office)
    outcomes = list(check_many(office, files[:3], AGAIN))
    assert [outcome.batch for outcome in outcomes] == [None] * 3
    assert contents(office) == before


def test_files_that_cannot_be_opened_or_are_stored_meanwhile(files, tmp_path, monkeypatch):
    office = make_office(tmp_path, ITEMS, INDICATORS)
    monkeypatch.setattr(
        bulk, "commit", lambda *_: (_ for _ in ()).throw(commit.IntakeError("刚刚"))
    )
    gone, told = ingest_many(office, [tmp_path / "没有.xlsx", files[0]], "测试")
    assert isinstance(gone.error, FileNotFoundError)
    assert str(told.error) == "刚刚"
