"""The check of the whole store finds every kind of damage that it says it looks for."""

import zlib
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, update

from tests.offices import checklist, copy_store, ingest, make_office, workbook
from tests.reading.hostile import photographed, png
from tests.store.test_split import INDICATORS, ITEMS, STREETS, rows
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.store import schema
from wenming_metrics.store.database import open_store, reading
from wenming_metrics.store.notes import VERIFIED, read_notes
from wenming_metrics.store.tallies import pack
from wenming_metrics.upkeep.verify import verify

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    office = make_office(folder, ITEMS, INDICATORS, extra="", streets=STREETS)
    ingest(office, checklist(rows()), "一.xlsx")
    commit.withdraw(office, ingest(office, checklist(rows(2, 60)), "二.xlsx"), "测试", "发错了")
    ingest(office, findings(), "三.xlsx")
    return office


def findings() -> bytes:
    """Write problems that name a department."""
    head = ["督查日期", "来源", "街道", "点位类型", "点位名称"]
    place = ["2026-11-02", "第三方", "甲街道", "小区", "一号点"]
    problem = [*head, "测评项", "扣分", "问题描述", "责任部门", "问题编号"]
    sheets = {
        "问题清单": [problem, [*place, "环境", 2, "垃圾满溢", "城管局", "DC-1"]],
        "检查点位": [head, place],
    }
    return photographed(workbook(sheets), {(2, 7): png(1), (2, 8): png(2)})


@pytest.fixture
def office(model, tmp_path):
    store = open_store(copy_store(model.store, tmp_path / "copy"))
    yield Office(store, model.catalogue, model.rules)
    store.engine.dispose()


@contextmanager
def damaging(office):
    """Write behind the software's back."""
    with office.store.engine.begin() as connection:
        yield connection


def found(office) -> dict[str, tuple[str, ...]]:
    return {line.what: line.examples for line in verify(office).lines if line.wrong}


_MAY_BE_NONE = ("已按期清除的原文件", "已签发的名单", "问卷", "操作日志")


def test_a_sound_store_is_found_sound(office):
    report = verify(office)
    assert report.sound
    counts = {line.what: line.checked for line in report.lines}
    looked = {what: counts[what] for what in counts if what not in _MAY_BE_NONE}
    assert min(count for what, count in looked.items() if "计划" not in what) > 0
    assert (counts["图片"], counts["图片的位置"]) == (2, 2)
    assert (counts["批次的经过"], counts["原文件"], counts["责任单位的行"]) == (4, 4, 1)


def test_a_loss_above_the_full_mark_is_found(office):
    """The sums stop at the full mark: they are the same with it."""
    row = schema.row
    with damaging(office) as connection:
        full = select(row).where(row.c.result == 1, row.c.lost > 0).limit(1)
        line = connection.execute(full).mappings().one()
        key = [row.c[name] == line[name] for name in ("day", "unit", "item", "batch", "seq")]
        connection.execute(update(row).where(*key).values(lost=line["possible"]))
    commit.withdraw(office, line["batch"], "测试", "发错了")
    commit.reinstate(office, line["batch"], "测试")
    assert verify(office).sound
    with damaging(office) as connection:
        connection.execute(update(row).where(*key).values(lost=line["possible"] + 20_000))
    ((what, (told,)),) = found(office).items()
    assert what == "每行的扣分"
    assert f"批次 {line['batch']} 第 {line['seq']} 行扣 " in told


def test_processes_find_the_same(office):
    with damaging(office) as connection:
        connection.execute(update(schema.row).where(schema.row.c.seq == 3).values(lost=1))
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert verify(office, pool).lines == verify(office).lines


def test_what_was_found_is_remembered(office):
    verify(office)
    with damaging(office) as connection:
        assert read_notes(connection)[VERIFIED]["sound"] is True
        connection.execute(delete(schema.held_row))
        connection.execute(update(schema.batch).values(held=7))
    verify(office)
    with reading(office.store) as connection:
        note = read_notes(connection)[VERIFIED]
    assert note["sound"] is False
    assert [one["what"] for one in note["wrong"]] == ["待核行"]


def some_day(connection) -> int:
    return connection.execute(select(func.min(schema.day_tally.c.day))).scalar_one()


def change_row(connection):
    """One figure of one row that counts."""
    table = schema.row
    first = select(table).where(table.c.batch == 2, table.c.lost > 0).limit(1)
    line = connection.execute(first).one()
    key = (table.c.batch == 2) & (table.c.seq == line.seq)
    connection.execute(update(table).where(key).values(lost=line.lost + 1))


def lose_row(connection):
    connection.execute(delete(schema.row).where(schema.row.c.batch == 2, schema.row.c.seq == 5))


def change_tally(connection):
    table, day = schema.day_tally, some_day(connection)
    grain = {"visit": [0], "item": [0], "failed": [0], "lost": [0], "possible": [1]}
    connection.execute(update(table).where(table.c.day == day).values(grain=pack(grain)))


def lose_tally(connection):
    table = schema.day_tally
    connection.execute(delete(table).where(table.c.day == some_day(connection)))


def spoil_tally(connection):
    table = schema.day_tally
    connection.execute(
        update(table).where(table.c.day == some_day(connection)).values(visits=b"no zip")
    )


def extra_tally(connection):
    connection.execute(
        insert(schema.day_tally), {"day": 739_000, "cells": b"", "visits": b"", "grain": b""}
    )


def change_sites(connection):
    connection.execute(update(schema.month_sites).values(sites=zlib.compress(b"")))


def lose_sum(connection):
    table = schema.running_sum
    last = select(func.max(table.c.at)).where(table.c.span == 0).scalar_subquery()
    connection.execute(delete(table).where(table.c.at == last, table.c.span == 0))


def change_month_sum(connection):
    table = schema.running_sum
    connection.execute(update(table).where(table.c.span == 1).values(leaves=zlib.compress(b"")))


def change_year_sum(connection):
    table = schema.running_sum
    connection.execute(update(table).where(table.c.span == 2).values(settled=zlib.compress(b"")))


def extra_sum(connection):
    line = connection.execute(select(schema.running_sum).limit(1)).mappings().one()
    connection.execute(insert(schema.running_sum), {**line, "span": 1, "at": 739_930})


def change_original(connection):
    connection.execute(update(schema.original).values(content=b"another file"))


def spoil_block(connection):
    connection.execute(update(schema.block).values(payload=b"no zip"))


def change_good(connection):
    connection.execute(update(schema.batch).where(schema.batch.c.batch == 2).values(good=7))


def change_day_count(connection):
    table = schema.batch_day
    line = connection.execute(select(table).limit(1)).one()
    key = (table.c.batch == line.batch) & (table.c.day == line.day)
    connection.execute(update(table).where(key).values(good=line.good + 1))


def change_held(connection):
    connection.execute(update(schema.batch).where(schema.batch.c.batch == 2).values(held=1))


def lose_live(connection):
    connection.execute(update(schema.batch).where(schema.batch.c.batch == 3).values(live=1))


def lose_event(connection):
    connection.execute(delete(schema.batch_event).where(schema.batch_event.c.batch == 2))


def double_event(connection):
    last = connection.execute(select(func.max(schema.batch_event.c.event))).scalar_one()
    again = {"event": last + 1, "batch": 3, "act": "撤回", "at": "", "who": "", "reason": ""}
    connection.execute(insert(schema.batch_event), again)


def stray_unit(connection):
    connection.execute(update(schema.row_unit).values(seq=9999))


def lose_state(connection):
    table = schema.finding_state
    line = connection.execute(select(table).where(table.c.batch == 2).limit(1)).one()
    connection.execute(delete(table).where(table.c.batch == 2, table.c.seq == line.seq))


def stray_state(connection):
    line = connection.execute(select(schema.finding_state).limit(1)).mappings().one()
    connection.execute(insert(schema.finding_state), {**line, "seq": 9999})


def stray_day_of_state(connection):
    table = schema.finding_state
    connection.execute(update(table).where(table.c.batch == 2).values(happened_on=1))


def loose_state(connection):
    line = connection.execute(select(schema.finding_state).limit(1)).mappings().one()
    connection.execute(insert(schema.finding_state), {**line, "n": 5})


def stray_number(connection):
    told = {"batch": 2, "seq": 9999, "number": "DC-1", "due": 0}
    connection.execute(insert(schema.finding), told)


def spoil_sum(connection):
    connection.execute(update(schema.running_sum).values(leaves=b"no zip"))


def change_item(connection):
    """An item that no catalogue has."""
    connection.execute(update(schema.row).where(schema.row.c.batch == 2).values(item=9999))


def change_picture(connection):
    table = schema.picture
    first = select(func.min(table.c.digest)).scalar_subquery()
    connection.execute(update(table).where(table.c.digest == first).values(content=b"another"))


def lose_pictures(connection):
    connection.execute(delete(schema.picture))


def change_version(connection):
    connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")


@pytest.mark.parametrize(
    ("damage", "what", "said"),
    [
        (change_row, "每日汇总", "2026-"),
        (lose_row, "每批每日的督查行", "批次 2 在 2026-"),
        (change_tally, "每日汇总", "2026-10-29 的汇总（grain）"),
        (lose_tally, "每日汇总", "2026-10-29 的汇总（cells）"),
        (spoil_tally, "每日汇总", "2026-10-29 的汇总（visits）"),
        (extra_tally, "每日汇总", "的汇总"),
        (change_sites, "每月点位汇总", "2026-10 的点位汇总"),
        (lose_sum, "累计", "2026-11-03 的当日"),
        (change_month_sum, "累计", "2026-10-29 的本月累计"),
        (change_year_sum, "累计", "2026-10-31 的本年累计"),
        (extra_sum, "累计", "的本月累计"),
        (change_original, "原文件", "内容变了"),
        (spoil_block, "原始单元格", "批次 2 第 1 张表第 1 行起的原始单元格解不开"),
        (change_picture, "图片", "的图片内容变了"),
        (lose_pictures, "图片的位置", "批次 4 第 1 张表第 2 行的图片没有了"),
        (change_good, "批次的行数", "批次 2 记有 7 行，按日合计 240 行"),
        (change_day_count, "每批每日的督查行", "应有"),
        (change_held, "待核行", "批次 2 记有待核 1 行，实有 0 行"),
        (lose_live, "批次的经过", "批次 3 的经过是 入库、撤回，标记为已入库"),
        (lose_event, "批次的经过", "批次 2 的经过是 空的"),
        (double_event, "批次的经过", "入库、撤回、撤回"),
        (stray_unit, "责任单位的行", "第 9999 行不存在"),
        (lose_state, "问题的最初状态", "没有状态"),
        (stray_state, "问题的最初状态", "有状态而没有这个问题"),
        (stray_day_of_state, "问题状态", "没有来处"),
        (loose_state, "问题状态", "的第 5 个状态没有来处"),
        (stray_number, "编号和期限", "批次 2 第 9999 行没有这个问题"),
        (spoil_sum, "读取", "2026 年的内容读不懂"),
        (change_item, "读取", "2026-10 的内容读不懂"),
        (change_version, "版本", "0001"),
    ],
    ids=lambda one: getattr(one, "__name__", " "),
)
def test_damage_is_found_and_named(office, damage, what, said):
    with damaging(office) as connection:
        damage(connection)
    wrong = found(office)
    assert what in wrong, wrong
    assert any(said in example for example in wrong[what]), wrong[what]


@pytest.mark.only("sqlite")  # pages of a server are not at hand
def test_damaged_pages_are_found(office):
    place = Path(office.store.engine.url.database)
    with reading(office.store) as connection:
        size = connection.exec_driver_sql("PRAGMA page_size").scalar()
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'block'"
        root = connection.exec_driver_sql(query).scalar()
    office.store.engine.dispose()
    with place.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * 200)
    wrong = found(office)
    assert "数据文件的页" in wrong
    assert "读取" in wrong  # what lies on the page is told, and the other checks go on
