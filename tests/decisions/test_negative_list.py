"""负面清单: what happened is named, what nobody looked at is never taken for what did not happen."""

from datetime import date, timedelta

import pytest

from tests.builders import xlsx
from tests.offices import copy_office, ingest
from tests.publishing.city import open_city
from wenming_metrics.decisions.negative_list import note_negative_check, set_negative_items
from wenming_metrics.demo.month_check import check_month
from wenming_metrics.domain.periods import today, window
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.files.forms import filled_file
from wenming_metrics.queries.progress.negative_list import (
    CLEAR,
    HAPPENED,
    KIND,
    UNCHECKED,
    negative_checks,
    negative_form,
    negative_items,
)

MARCH, APRIL = (window("month", date(2025, month, 1)) for month in (3, 4))
ITEMS = ["发生有影响的安全事故", "干部因失职被问责"]


@pytest.fixture
def office(tmp_path):
    made = copy_office(tmp_path, "negative list", open_city)
    set_negative_items(made, [*ITEMS, " ", ITEMS[0]], "张三")
    return made


def note(office, units, item="", result=CLEAR, month=MARCH, **said):
    facts = {"evidence": "应急局复函", "checker": "李四", "who": "张三"} | said
    note_negative_check(office, month, units, item, result, **facts)


def standing(office, month=MARCH):
    lines = negative_checks(office, month)
    return [tuple(line) for line in lines[["unit_name", "result", "item"]].itertuples(index=False)]


def test_who_was_not_looked_at_is_not_clear(office):
    assert negative_items(office, MARCH) == ITEMS
    assert standing(office) == [("甲街道", UNCHECKED, ""), ("乙街道", UNCHECKED, "")]
    note(office, ["乙街道"])
    assert standing(office) == [("甲街道", UNCHECKED, ""), ("乙街道", CLEAR, "")]
    assert standing(office, APRIL)[1] == ("乙街道", UNCHECKED, "")
    line = negative_checks(office, MARCH).iloc[1]
    assert (line["evidence"], line["checker"], line["who"]) == ("应急局复函", "李四", "张三")


def test_what_happened_stands_first_until_it_is_corrected_by_name(office):
    note(office, ["甲街道", "乙街道"])
    note(office, ["乙街道"], ITEMS[0], HAPPENED)
    assert standing(office) == [("乙街道", HAPPENED, ITEMS[0]), ("甲街道", CLEAR, "")]
    with pytest.raises(IntakeError, match="乙街道2025年3月登记了已发生的事项，要改的请逐项登记"):
        note(office, ["甲街道", "乙街道"])
    note(office, ["乙街道"], ITEMS[0], CLEAR, evidence="核实为外地事故")
    assert sorted(standing(office)) == [("乙街道", CLEAR, ""), ("甲街道", CLEAR, "")]
    assert "核实为外地事故" in set(negative_checks(office, MARCH)["evidence"])


def test_a_thing_that_came_later_was_not_looked_at(office):
    month = window("month", today())
    for of_month in (MARCH, month):
        note(office, ["甲街道"], month=of_month)
        note(office, ["乙街道"], ITEMS[1], HAPPENED, month=of_month)
    set_negative_items(office, [ITEMS[0], "弄虚作假"], "张三")
    assert standing(office, month) == [
        ("乙街道", HAPPENED, ITEMS[1]),
        ("甲街道", UNCHECKED, "还有1项没有核查"),
        ("乙街道", UNCHECKED, "还有2项没有核查"),
    ]
    # months that were over keep the list they had
    assert negative_items(office, MARCH) == ITEMS
    assert ("甲街道", CLEAR, "") in standing(office)
    # what was taken off the list and had been registered may still be put right
    note(office, ["乙街道"], ITEMS[1], CLEAR, month=month)
    assert HAPPENED not in {result for _, result, _ in standing(office, month)}


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"units": []}, "请选单位"),
        ({"units": ["丙街道"]}, "名单里没有单位“丙街道”"),
        ({"evidence": " "}, "请写明核查的依据"),
        ({"checker": ""}, "请写明核查的依据"),
        ({"result": HAPPENED}, "全部事项只能登记“未发生”"),
        ({"item": "别的", "result": HAPPENED}, "请先写明负面清单的事项"),
        ({"month": window("month", today() + timedelta(40))}, "还没有到"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(office, said, message):
    with pytest.raises(IntakeError, match=message):
        note(office, **({"units": ["甲街道"]} | said))
    assert {result for _, result, _ in standing(office)} == {UNCHECKED}


def test_the_made_up_city_has_looked_through_the_month_before(tmp_path):
    office = copy_office(tmp_path, "negative list", open_city)
    for _ in range(2):
        check_month(office, date(2025, 4, 9))
        assert [line[:2] for line in standing(office)] == [
            ("甲街道", HAPPENED),
            ("乙街道", UNCHECKED),
        ]


def test_a_list_without_things_proves_nothing(tmp_path):
    office = copy_office(tmp_path, "negative list", open_city)
    with pytest.raises(IntakeError, match="还没有写明负面清单的事项"):
        note(office, ["甲街道"])
    with pytest.raises(IntakeError, match="请写明负面清单的事项（一行一项）和经办人"):
        set_negative_items(office, [" "], "张三")


HEAD = ["单位", "期间", "负面清单事项", "核查结果", "核查依据", "核查人"]


def sheet(*rows):
    return xlsx({"表": [["负面清单核查表"], HEAD, *rows]})


def test_a_sheet_that_is_filled_in_says_what_was_found(office):
    content = filled_file(office, KIND, negative_form(MARCH, negative_checks(office, MARCH)))
    went_out = commit.inspect(office, content, "核查表.xlsx").reading
    # Nobody filled anything in: it proves nothing.
    assert (went_out.kind, went_out.counts.good, went_out.counts.held) == (KIND, 0, 2)
    note(office, ["乙街道"], ITEMS[1], HAPPENED)
    grounds = ["应急局复函", "李四"]
    rows = [
        ["甲街道", "2025年3月", "全部事项", "未发生", *grounds],
        ["乙街道", "2025年3月", ITEMS[0], "已发生", *grounds],
        ["乙街道", "2025年3月", ITEMS[1], "未发生", *grounds],
    ]
    batch = ingest(office, sheet(*rows), "三月.xlsx")
    assert standing(office) == [("乙街道", HAPPENED, ITEMS[0]), ("甲街道", CLEAR, "")]
    content = filled_file(office, KIND, negative_form(MARCH, negative_checks(office, MARCH)))
    again = commit.inspect(office, content, "核查表.xlsx").reading.records["told"]
    findings = {(line["barred_item"], line["barred_result"]) for line in again}
    assert findings == {("", CLEAR), (ITEMS[0], HAPPENED)}
    commit.withdraw(office, batch, "张三", "填错了")
    assert standing(office)[0] == ("乙街道", HAPPENED, ITEMS[1])


def test_a_file_that_waits_is_looked_at_again_and_stays_as_it_was(office):
    """The page holds a waiting file against the store anew whenever anything is stored."""
    thing = "发生事故（含火灾），有影响"
    set_negative_items(office, [thing], "张三")
    month = window("month", today())
    content = sheet(["甲街道", month.title, thing, "已发生", "应急局复函", "李四"])
    against = commit.intake_context(office)
    read = commit.read_file(office, content, "本月.xlsx", against)
    for _ in range(2):
        preview = commit.examine(office, read, content, against.register)
        assert preview.reading.records["told"].iloc[0]["barred_item"] == thing


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({3: "不清楚"}, "负面-01"),
        ({3: "已发生"}, "负面-01"),
        ({2: ""}, "负面-06"),
        ({2: " ", 3: "已发生"}, "负面-06"),
        ({4: ""}, "负面-02"),
        ({1: "2025年第一季度"}, "负面-03"),
        ({2: "别的"}, "负面-04"),
        ({0: "演示区"}, "负面-05"),
        ({0: "丙街道"}, "单位-06"),
    ],
)
def test_what_is_not_sure_of_a_sheet_is_held(office, changes, code):
    row = ["甲街道", "2025年3月", "全部事项", "未发生", "应急局复函", "李四"]
    row = [changes.get(n, cell) for n, cell in enumerate(row)]
    reading = commit.inspect(office, sheet(row), "三月.xlsx").reading
    assert [(p.code, p.row) for p in reading.problems if p.row] == [(code, 3)]
    assert reading.records.empty


GROUNDS = ["应急局复函", "李四"]


def told(office, *tables):
    """Look at a file of some tables: what is held, by table and row, and how many lines are left."""
    sheets = {f"表{n}": [["负面清单核查表"], HEAD, *rows] for n, rows in enumerate(tables, 1)}
    preview = commit.inspect(office, xlsx(sheets), "三月.xlsx")
    held = [(p.code, p.sheet, p.row) for p in preview.problems if p.severity == "待核"]
    return sorted(held), len(preview.reading.records)


def row(unit, matter, result, month="2025年3月"):
    return [unit, month, matter, result, *GROUNDS]


def test_an_uploaded_look_covers_the_list_as_it_stood_then(office):
    month = window("month", today())
    ingest(office, sheet(row("甲街道", "全部事项", "未发生", month.title)), "本月.xlsx")
    assert ("甲街道", CLEAR, "") in standing(office, month)
    set_negative_items(office, [*ITEMS, "弄虚作假"], "张三")
    assert ("甲街道", UNCHECKED, "还有1项没有核查") in standing(office, month)
    again = xlsx({"再查": [HEAD, row("甲街道", "全部事项", "未发生", month.title)]})
    ingest(office, again, "本月2.xlsx")
    assert ("甲街道", CLEAR, "") in standing(office, month)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((ITEMS[0], "已发生"), (ITEMS[0], "未发生")),
        ((ITEMS[0], "未发生"), (ITEMS[0], "已发生")),
        (("全部事项", "未发生"), (ITEMS[0], "已发生")),
    ],
)
def test_lines_of_a_file_that_contradict_each_other_are_both_held(office, first, second):
    lines = [row("甲街道", *first), row("甲街道", *second)]
    other = row("乙街道", ITEMS[0], "未发生")
    both = [("负面-07", "表1", 3), ("负面-07", "表1", 4)]
    assert told(office, [*lines, other]) == (both, 1)
    apart = [("负面-07", "表1", 3), ("负面-07", "表2", 3)]
    assert told(office, [lines[0], other], lines[1:]) == (apart, 1)


def test_a_line_that_says_the_same_again_is_held_once_across_tables(office):
    line = row("甲街道", ITEMS[0], "未发生")
    tables = [[line], [row("乙街道", ITEMS[0], "未发生"), [*line[:4], "巡查记录", "王五"]]]
    assert told(office, *tables) == ([("记录-02", "表2", 4)], 2)


def test_nothing_happened_is_not_said_by_a_file_of_whom_something_is_registered(office):
    note(office, ["甲街道"], ITEMS[0], HAPPENED)
    clear = row("甲街道", "全部事项", "未发生")
    preview = commit.inspect(office, sheet(clear), "三月.xlsx")
    (problem,) = [p for p in preview.problems if p.code == "负面-08"]
    assert "甲街道2025年3月登记了已发生的事项（发生有影响的安全事故）" in problem.text
    assert "要改的请逐项登记" in problem.text
    assert told(office, [clear, row("甲街道", ITEMS[0], "未发生")]) == ([], 2)


def test_what_a_file_registered_is_not_typed_over_as_a_whole(office):
    ingest(office, sheet(row("甲街道", ITEMS[0], "已发生")), "三月.xlsx")
    with pytest.raises(IntakeError, match="要改的请逐项登记"):
        note(office, ["甲街道"])


def test_the_form_comes_back_when_a_thing_was_worded_anew(office):
    month = window("month", today())
    note(office, ["甲街道"], ITEMS[0], HAPPENED, month)
    set_negative_items(office, ["发生安全事故", ITEMS[1]], "张三")
    form = negative_form(month, negative_checks(office, month))
    reading = commit.inspect(office, filled_file(office, KIND, form), "核查表.xlsx").reading
    assert "负面-04" not in {problem.code for problem in reading.problems}
    (facts,) = reading.records["told"]
    assert (facts["barred_item"], facts["barred_result"]) == (ITEMS[0], HAPPENED)
