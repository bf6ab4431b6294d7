"""Every row of a workbook is accounted for exactly once: stored, held, skipped and named, or blank.

Workbooks of all kinds are made of right rows, rows with faults in any cell, rows of totals, remarks,
repeated headers, rows that only number themselves, and blank ones, in any order.
"""

from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select

from tests.offices import CHECK_HEADERS, make_office, workbook
from tests.store.test_split import INDICATORS, ITEMS, STREETS
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading

DAY = date(2026, 11, 2)
SKIPPED = ("行-01", "行-02", "行-03", "行-04", "行-05", "行-06")
"""Notes that name a row which is no data."""
RIGHT = {
    "序号": 1,
    **{"督查日期": DAY, "日期": DAY, "来源": "市督查组", "街道": "甲街道", "点位类型": "小区"},
    **{"点位名称": "一号点", "测评项": "环境", "检查结果": "不符合", "扣分": 1, "处数": 2},
    **{"问题描述": "垃圾满溢", "责任单位": "城管局", "环境": 1, "秩序": "√", "广告": ""},
    **{"问题编号": "DC-1", "存在问题": "乱停放", "整改情况": "已整改", "完成时间": DAY},
    **{"填报单位": "甲街道", "备注": ""},
}
WRONG = {
    "序号": (None, "一"),
    "督查日期": (None, "2026-11-31", "昨天", date(2030, 1, 1), "2026.11.3"),
    "日期": (None, "某天", "11月2日"),
    "来源": (None, "火星", "第三方"),
    "街道": (None, "钱街道", "乙街道", "各街道"),
    "点位类型": (None, "码头", "市场"),
    "点位名称": (None, "  ", "二号点", "合计", 7),
    "测评项": (None, "不知道", "秩序", "广告"),
    "检查结果": (None, "大概", "符合", "不涉及", "√"),
    "扣分": (None, -1, "很多", 99, 0.00001, "/", 0, True),
    "处数": (None, "几处", 0, 3.5),
    "问题描述": (None, "1.垃圾;2.污水", "注:见附页"),
    "责任单位": (None, "钱局", "城管局、城管局", "甲街道"),
    "环境": (None, "未查", 99, "好", "#N/A"),
    "秩序": (None, 2, "×", -3),
    "广告": (None, 1, "/"),
    "问题编号": (None, "DC-2"),
    "存在问题": (None, "合计"),
    "整改情况": (None, "好像", "正在整改"),
    "完成时间": (None, "2027年6月", "昨天"),
    "填报单位": (None, "钱街道"),
    "备注": (None, "合计 3 分", "签字:"),
}
FINDINGS = [
    "督查日期",
    "来源",
    "街道",
    "点位类型",
    "点位名称",
    "测评项",
    "问题描述",
    "扣分",
    "责任单位",
]
VISITS = ["督查日期", "来源", "街道", "点位类型", "点位名称"]
WIDE = ["序号", "督查日期", "来源", "街道", "点位类型", "点位名称", "环境", "秩序", "广告", "扣分"]
FORMS = {
    "检查表": {"督查表": ["序号", *CHECK_HEADERS]},
    "一列一项": {"打分表": WIDE},
    "问题清单": {"问题清单": FINDINGS, "检查点位": VISITS},
    "督查计划": {"督查计划": ["日期", "街道", "点位类型", "点位名称"]},
    "整改反馈": {"整改反馈": ["填报单位", "问题编号", "存在问题", "整改情况", "完成时间", "备注"]},
    "检查表和反馈": {
        "督查表": ["序号", *CHECK_HEADERS],
        "整改反馈": ["填报单位", "问题编号", "存在问题", "整改情况", "完成时间", "备注"],
    },
}
_made: dict[str, Office] = {}


@st.composite
def lines(draw, header: list[str]) -> list[object]:
    """One row under a header: mostly right, else with faults, else no data at all."""
    kind = draw(st.sampled_from(("right",) * 3 + ("faults",) * 4 + ("none",) * 2))
    line = [RIGHT[name] for name in header]
    if kind == "right":
        return line
    if kind == "faults":
        for at in draw(st.lists(st.integers(0, len(header) - 1), min_size=1, max_size=4)):
            line[at] = draw(st.sampled_from(WRONG[header[at]]))
        return line
    blank = [None] * len(header)
    say = draw(
        st.sampled_from((None, " ", "合计", "总计:", "注:以上为当日督查", "填表人:甲", 5, "#"))
    )
    return draw(st.sampled_from((blank, [say, *blank[1:]], list(header), [*blank, 12])))


@st.composite
def books(draw) -> dict[str, list[list[object]]]:
    sheets = FORMS[draw(st.sampled_from(sorted(FORMS)))]
    made = {
        name: draw(st.lists(lines(header), min_size=1, max_size=9))
        for name, header in sheets.items()
    }
    return {name: [sheets[name], *rows] for name, rows in made.items()}


def office() -> Office:
    """Give one office for all workbooks."""
    if not _made:
        _made["one"] = make_office(Path(mkdtemp()), ITEMS, INDICATORS, streets=STREETS)
    return _made["one"]


def places(connection, table, batch: int) -> set[tuple[int, int]]:
    """List the rows of Excel that a table has of a batch: sheet, row; a plan knows of one sheet."""
    sheet = table.c.sheet if "sheet" in table.c else literal(0)
    query = select(sheet, table.c.source_row).where(table.c.batch == batch)
    return set(map(tuple, connection.execute(query)))


def is_blank(line: list[object]) -> bool:
    return all(value is None or not str(value).strip() for value in line)


@settings(
    max_examples=12 if settings().derandomize else 200,
    suppress_health_check=list(HealthCheck),
)
@given(sheets=books())
def test_every_row_is_accounted_for_once(sheets):
    data = workbook(sheets)
    preview = commit.inspect(office(), data, "日报.xlsx", count_again=True)
    found, counts = preview.reading, preview.reading.counts
    number = {name: at for at, name in enumerate(sheets)}
    skipped = [(number[p.sheet], p.row) for p in found.problems if p.code in SKIPPED]
    if found.is_rejected:
        assert (counts.rows, len(found.checks), len(found.records), len(found.held)) == (0,) * 4
        return
    assert counts.rows == counts.good + counts.held
    assert counts.skipped == len(skipped)
    held = list(zip(found.held["sheet"], found.held["source_row"], strict=True))
    frames = (found.checks, found.plan, found.records)
    kept = {pair for one in frames for pair in zip(one["sheet"], one["source_row"], strict=True)}
    blank = [
        (number[name], row)
        for name, (_, *rows) in sheets.items()
        for row, line in enumerate(rows, 2)
        if is_blank(line)
    ]
    whole = Counter(
        (number[name], row) for name, rows in sheets.items() for row in range(2, len(rows) + 1)
    )
    assert Counter([*kept, *held, *skipped, *blank]) == whole
    assert (len(kept), len(held)) == (counts.good, counts.held)
    if preview.can_commit:
        _check_stored(preview, kept, set(held))


def _check_stored(preview, kept: set, held: set) -> None:
    """Store it: what is read is what is there."""
    batch = commit.commit(office(), preview, "测试")
    with reading(office().store) as connection:
        tables = (schema.row, schema.plan_row, schema.record)
        stored = set().union(*(places(connection, table, batch) for table in tables))
        assert stored == kept
        assert places(connection, schema.held_row, batch) == held
    commit.withdraw(office(), batch, "测试", "发错了")  # the same workbook may come again
