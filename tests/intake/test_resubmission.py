"""Corrected files: held rows are recognised, good rows count once, withdrawing takes it all back."""

import io
import random
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from sqlalchemy import update

from tests.builders import xlsx as written
from tests.offices import CHECK_HEADERS, checklist, make_office
from wenming_metrics.decisions import held_rows
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.intake.resubmission import tell_corrected
from wenming_metrics.queries.files.batches import DROPPED, UNKNOWN, marked_original
from wenming_metrics.queries.files.held import waiting_rows
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.records import records
from wenming_metrics.reading.feedback.marked_workbook import MOST_PROBLEMS, NOTHING, TOO_MANY
from wenming_metrics.store import schema
from wenming_metrics.store.batches import all_days
from wenming_metrics.store.database import reading, writing
from wenming_metrics.store.registers import read_plan
from wenming_metrics.store.replacing import slices_of
from wenming_metrics.store.tallies import read_days
from wenming_metrics.tallies.update import tally_rows

ITEMS = [["A", "环境", 10, "*"], ["B", "秩序", 10, "*"]]
INDICATORS = [{"code": "A", "weight": 60}, {"code": "B", "weight": 40}]
DAY = date(2026, 11, 16)
STREETS = [("甲街道", "主城区"), ("乙街道", "主城区"), ("丙镇", "其他")]
SHEET = "督查表"
GOOD = [
    [DAY, "市督查组", "甲街道", "小区", "一号", "环境", "不符合", 2],
    [DAY, "市督查组", "甲街道", "小区", "一号", "秩序", "符合", ""],
    [DAY, "市督查组", "乙街道", "小区", "二号", "环境", "不符合", 3],
    [DAY, "市督查组", "乙街道", "小区", "二号", "秩序", "不符合", 1],
    [DAY, "市督查组", "甲街道", "小区", "三号", "环境", "符合", ""],
    [DAY, "市督查组", "甲街道", "小区", "三号", "环境", "不符合", 2],
]
BAD = {3: (2, "钱街道"), 5: (5, "不知道是什么"), 7: (7, "很多")}
"""Excel's row -> (position, what is written there instead)."""


def make(folder):
    office = make_office(folder, ITEMS, INDICATORS, streets=STREETS)
    return office


def faulty(bad=BAD, rows=GOOD) -> bytes:
    lines = [list(row) for row in rows]
    for row, (at, text) in bad.items():
        lines[row - 2][at] = text
    return checklist(lines)


def take(office, data, name="日报.xlsx") -> int:
    preview = commit.inspect(office, data, name)
    assert preview.can_commit, [problem.text for problem in preview.problems]
    return commit.commit(office, preview, "测试")


def correct(marked: bytes, rows, right=GOOD) -> bytes:
    """Put some rows of a marked workbook right and save it, as a person does."""
    book = openpyxl.load_workbook(io.BytesIO(marked))
    for row in rows:
        for at, value in enumerate(right[row - 2], 1):
            book[SHEET].cell(row, at).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def given_back(office, batch) -> bytes:
    name, marked = marked_original(office, batch)
    assert name == "日报_核对.xlsx"
    return marked


def waiting(office) -> list[tuple[int, int]]:
    found = waiting_rows(office)
    return sorted(zip(found["batch"].tolist(), found["source_row"].tolist(), strict=True))


def figures(office) -> tuple:
    """Everything that is summed of the only day, and the ranking made of it."""
    ranked = ranking(office, window("day", DAY), "street")
    with reading(office.store) as connection:
        days = all_days(connection)
        fresh = tally_rows(connection, days)
        kept = {name: read_days(connection, days, name) for name in ("cells", "visits", "grain")}
    for name, by_day in kept.items():
        for day, frame in by_day.items():
            assert frame.equals(fresh[day][name].astype(frame.dtypes.to_dict())), (day, name)
    told = ranked[["unit_name", "rank", "score", "checks", "failed", "sites", "places"]]
    return told.fillna(-1).to_dict("records"), {
        (day, name): frame.to_dict("records")
        for name, d in kept.items()
        for day, frame in d.items()
    }


@pytest.fixture
def office(tmp_path):
    return make(tmp_path / "one")


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    """The figures of an office that got the file without a fault."""
    other = make(tmp_path_factory.mktemp("other"))
    take(other, checklist(GOOD))
    return figures(other)


def test_a_corrected_workbook_counts_as_a_correct_one_alone(office, right):
    first = take(office, faulty())
    assert waiting(office) == [(first, 3), (first, 5), (first, 7)]
    data = correct(given_back(office, first), BAD)
    told = [commit.inspect(office, one, "日报.xlsx").reading for one in (data, checklist(GOOD))]
    assert told[0].problems == told[1].problems
    assert told[0].counts == told[1].counts
    second = take(office, data)
    assert waiting(office) == []
    assert figures(office) == right
    commit.withdraw(office, second, "测试", "发错了")
    assert waiting(office) == [(first, 3), (first, 5), (first, 7)]
    commit.reinstate(office, second, "测试")
    assert waiting(office) == []
    assert figures(office) == right


@pytest.mark.parametrize("rounds", [[{3}, {5, 7}], [{7}, {3}, {5}], [{5, 3}, {7}]])
def test_rows_may_be_corrected_in_several_rounds(office, right, rounds):
    last, left = take(office, faulty()), set(BAD)
    batches = [last]
    for rows in rounds:
        last = take(office, correct(given_back(office, last), rows))
        batches.append(last)
        left -= rows
        assert waiting(office) == sorted((last, row) for row in left)
    assert figures(office) == right
    # A round in the middle may go: what it brought came again later.
    commit.withdraw(office, batches[1], "测试", "发错了")
    assert waiting(office) == []
    assert figures(office) == right
    commit.withdraw(office, batches[-1], "测试", "发错了")
    assert {row for _, row in waiting(office)} >= rounds[-1]


def test_two_corrections_of_the_same_marked_workbook(office, right):
    first = take(office, faulty())
    marked = given_back(office, first)
    second = take(office, correct(marked, {3}))
    assert waiting(office) == [(second, 5), (second, 7)]
    take(office, correct(marked, BAD))
    assert waiting(office) == []
    assert figures(office) == right


def test_without_the_mark_of_the_file_nothing_is_ended(office, right):
    first = take(office, faulty())
    take(office, checklist(GOOD))
    assert waiting(office) == [(first, 3), (first, 5), (first, 7)]
    assert figures(office) == right


def test_a_row_that_moved_is_not_taken_for_a_corrected_one(office):
    first = take(office, faulty({3: (2, "钱街道")}))
    book = openpyxl.load_workbook(io.BytesIO(given_back(office, first)))
    book[SHEET].delete_rows(3)
    out = io.BytesIO()
    book.save(out)
    take(office, out.getvalue())
    assert waiting(office) == [(first, 3)]


def test_the_preview_tells_what_is_corrected_and_what_counts_twice(office):
    first = take(office, faulty({3: (2, "钱街道")}))
    told = _said_of(office, correct(given_back(office, first), [3]))
    assert [(one.code, one.details["count"]) for one in told] == [("入库-07", 1)]
    assert "1 行这次改好了，0 行还要再改" in told[0].text
    changed = [list(row) for row in GOOD]
    changed[2][7] = 1
    told = _said_of(office, correct(given_back(office, first), [3, 4], changed))
    assert [one.code for one in told] == ["入库-07", "入库-11"]
    assert "请选“替换先前同一天、同一街道、同一来源的记录”" in told[1].text
    assert "第 4 行" in told[1].text


def _said_of(office, data):
    found = commit.inspect(office, data, "日报_核对.xlsx").reading
    slices = slices_of(commit.intake_context(office).register, found.checks)
    with reading(office.store) as connection:
        return list(tell_corrected(connection, found, slices))


def test_a_person_may_end_rows_with_a_reason(office):
    first = take(office, faulty())
    found = waiting_rows(office)
    assert list(found["file"].unique()) == ["日报.xlsx"]
    assert list(found["sheet"].unique()) == [SHEET]
    assert "钱街道" in found["sentences"].iloc[0]
    with pytest.raises(IntakeError, match="原因"):
        held_rows.discard_held(office, first, [(SHEET, 3)], "测试", " ")
    held_rows.discard_held(office, first, [(SHEET, 3), (SHEET, 5)], "测试", "重复登记")
    assert waiting(office) == [(first, 7)]
    with pytest.raises(IntakeError, match="不在待处理"):
        held_rows.discard_held(office, first, [(SHEET, 3)], "测试", "再来一次")
    take(office, correct(given_back(office, first), BAD))
    assert waiting(office) == []


def test_a_withdrawn_file_waits_for_nothing(office):
    first = take(office, faulty())
    commit.withdraw(office, first, "测试", "发错了")
    assert waiting(office) == []
    assert waiting_rows(office).empty


def test_a_corrected_plan_asks_for_each_line_once(office):
    head = ["计划日期", "街道", "点位类型", "点位名称"]
    rows = [[DAY, "甲街道", "小区", "一号"], [DAY, "乙街道", "小区", "二号"]]
    bad = [rows[0], [DAY, "钱街道", "小区", "二号"]]
    first = take(office, written({SHEET: [head, *bad]}))
    take(office, correct(given_back(office, first), [3], rows))
    assert waiting(office) == []
    with reading(office.store) as connection:
        plan = read_plan(connection, [DAY.toordinal()])
    assert plan["lines"].tolist() == [1, 1]


def test_a_file_may_be_marked_before_it_is_stored(office):
    preview = commit.inspect(office, faulty(), "日报.xlsx")
    name, marked = held_rows.marked_file(preview)
    assert name == "日报_核对.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(marked))
    assert book[SHEET]["I1"].value == "核对意见"
    held = [row for row in range(2, 8) if "待核：" in book[SHEET][f"I{row}"].value]
    assert held == list(BAD)
    assert book["核对结果"]["A1"].value == preview.reading.outcome
    assert held_rows.marked_file(replace(preview, problems=())) == NOTHING
    many = preview.problems * (MOST_PROBLEMS // len(preview.problems) + 1)
    assert held_rows.marked_file(replace(preview, problems=many)) == TOO_MANY
    unreadable = commit.inspect(office, b"PK broken", "坏.xlsx")
    assert "不能直接在原表上标注" in held_rows.marked_file(unreadable)


def test_an_original_that_is_no_longer_kept_is_not_marked(office):
    first = take(office, faulty())
    with writing(office.store) as connection:
        gone = update(schema.original).values(content=None, dropped_at="2026-11-20T00:00:00")
        connection.execute(gone)
    assert marked_original(office, first) == DROPPED
    assert marked_original(office, 99) == UNKNOWN


VISITS = ["督查日期", "来源", "街道", "点位类型", "点位名称", "检查范围"]
FINDINGS = [*CHECK_HEADERS[:6], "问题描述", "处数", "扣分"]
WIDE = [*CHECK_HEADERS[:5], "环境(10分)", "秩序(10分)"]
FORMS = ("checklist", "findings", "wide")


def table(form: str, chance: random.Random) -> tuple[list[str], list[list], dict[str, list[list]]]:
    """Rows of one form of inspection, and the sheet of visits beside it."""
    places = [("甲街道", "一号"), ("甲街道", "三号"), ("乙街道", "二号"), ("丙镇", "四号")]
    start = {place: [DAY, "市督查组", place[0], "小区", place[1]] for place in places}
    if form == "wide":
        cells = ["√", "×", "扣2分", "/", ""]
        return WIDE, [[*start[p], chance.choice(cells), chance.choice(cells)] for p in places], {}
    rows = []
    for _ in range(chance.randint(4, 9)):
        head, item = start[chance.choice(places)], chance.choice(["环境", "秩序"])
        lost = chance.choice([1, 2, 3])
        if form == "checklist":
            failed = chance.random() < 0.5
            rows.append([*head, item, *(("不符合", lost) if failed else ("符合", ""))])
        else:
            rows.append([*head, item, "有垃圾", chance.choice([1, 2]), lost])
    if form == "checklist":
        return CHECK_HEADERS, rows, {}
    visits = {"检查点位": [VISITS, *([*start[place], ""] for place in places)]}
    return FINDINGS, rows, visits


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.only("sqlite"))])
@pytest.mark.parametrize("form", FORMS)
def test_whatever_is_sent_and_taken_back_the_figures_are_those_of_what_counts(tmp_path, form, seed):
    chance = random.Random(f"{form}{seed}")
    head, rows, beside = table(form, chance)
    bad = chance.sample(range(2, len(rows) + 2), k=min(3, len(rows)))
    broken = {row: chance.choice([(0, "13月8日"), (2, "钱街道"), (1, "某人")]) for row in bad}
    sent = [list(row) for row in rows]
    for row, (at, text) in broken.items():
        sent[row - 2][at] = text
    office, other = make(tmp_path / "one"), make(tmp_path / "other")
    take(other, written({SHEET: [head, *rows], **beside}))
    first = take(office, written({SHEET: [head, *sent], **beside}))
    begun = figures(office)
    batches, left = [first], set(bad)
    assert waiting(office) == sorted((first, row) for row in left)
    while left:
        now = set(chance.sample(sorted(left), k=chance.randint(1, len(left))))
        batches.append(take(office, correct(given_back(office, batches[-1]), now, rows)))
        left -= now
        assert waiting(office) == sorted((batches[-1], row) for row in left)
    assert figures(office) == figures(other)
    for batch in chance.sample(batches, k=len(batches)):
        commit.withdraw(office, batch, "测试", "发错了")
        figures(office)
    assert waiting(office) == []
    for batch in chance.sample(batches, k=len(batches)):
        commit.reinstate(office, batch, "测试")
    assert waiting(office) == []
    assert figures(office) == figures(other)
    for batch in batches[1:]:
        commit.withdraw(office, batch, "测试", "发错了")
    assert figures(office) == begun
    assert waiting(office) == sorted((first, row) for row in bad)


def test_records_that_come_again_are_told_once(office):
    title = ["填报单位:甲街道  填报日期:2026.11.18"]
    head = ("问题编号", "存在问题", "整改情况", "完成时间")
    line = ["DC-1", "乱停放", "已整改", "2026-11-17"]
    take(office, written({"反馈": [title, head, line]}))
    take(office, written({"反馈": [title, head, line, ["DC-2", *line[1:]], ["DC-2", *line[1:]]]}))
    listed = records(office, "rectification")
    assert listed["problem_no"].tolist() == ["DC-1", "DC-2", "DC-2"]


def test_a_returned_file_tells_its_fault_at_the_heading(office):
    preview = commit.inspect(
        office, written({SHEET: [["标题"], CHECK_HEADERS[1:], GOOD[0][1:]]}), "缺列.xlsx"
    )
    assert preview.reading.is_rejected
    page = openpyxl.load_workbook(io.BytesIO(held_rows.marked_file(preview)[1]))[SHEET]
    assert page["H2"].value == "核对意见"
    assert "督查日期" in page["H2"].comment.text
