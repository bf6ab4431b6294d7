"""Changing the rules: a workbook edited, compared, tried with its clauses, published for good."""

import io
import shutil
from datetime import date, time, timedelta

import openpyxl
import pytest
from sqlalchemy import update

from tests.offices import checklist, ingest, make_office, register_units
from wenming_metrics.domain import periods
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.files.acts import acts
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.revising import drafts
from wenming_metrics.revising.books import book_of, files_of_version, read_book
from wenming_metrics.revising.clauses import apply, clauses_of, join
from wenming_metrics.revising.compare import compare
from wenming_metrics.revising.publish import Release, publish, versions
from wenming_metrics.revising.trying import try_draft
from wenming_metrics.rules.faults import RuleSetError
from wenming_metrics.rules.load import load_all, load_files, pack
from wenming_metrics.rules.workbook.parts import Parts, files_of, parts_of
from wenming_metrics.rules.workbook.workbook import WorkbookError
from wenming_metrics.runtime.settings import ROOT, Settings
from wenming_metrics.store import schema
from wenming_metrics.store.database import writing
from wenming_metrics.upkeep.checks import check_rules

ITEMS = [["A", "环境", 10, "*"], ["B", "秩序", 10, "*"], ["C", "其他", 10, "T1"]]
TREE = [{"code": "A", "name": "环境", "weight": 60}, {"code": "B", "name": "秩序", "weight": 40}]
DAYS = (date(2026, 11, 16), date(2026, 11, 18))
WEEK = periods.window("week", DAYS[0])


def rows(day):
    """甲 loses 2 of 10 on A, 乙 5 of 10 on B: 88 and 80 points under 60 : 40."""
    return [
        [day, "市督查组", street, "小区", f"{street}一号", item, "不符合" if lost else "符合", lost]
        for street, item, lost in (
            ("甲街道", "环境", 2),
            ("甲街道", "秩序", ""),
            ("乙街道", "环境", ""),
            ("乙街道", "秩序", 5),
        )
    ]


def make(folder):
    made = make_office(folder, ITEMS, TREE, mapping=[["A", "", "A"], ["B", "", "B"]])
    register_units(made, [("甲街道", "主城区"), ("乙街道", "主城区")])
    ingest(made, checklist([row for day in DAYS for row in rows(day)]), "表.xlsx")
    return made


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """An office that no test changes, and its folder of data."""
    folder = tmp_path_factory.mktemp("office")
    return make(folder), folder / "data"


@pytest.fixture
def office(tmp_path):
    return make(tmp_path)


def edited(office, data, **changes: dict) -> bytes:
    """Download the rules in force, change cells in Excel, and give the workbook.

    changes - sheet -> {(first cell or path of a row, heading): value}
    """
    book = openpyxl.load_workbook(
        io.BytesIO(book_of(files_of_version(data, "tiny"), office.catalogue))
    )
    for title, cells in changes.items():
        sheet = book[title]
        heads = {cell.value: cell.column for cell in sheet[3]}
        for (name, heading), value in cells.items():
            found = [
                r[0].row for r in sheet.iter_rows(min_row=4) if name in (r[0].value, r[-1].value)
            ]
            sheet.cell(found[0] if found else sheet.max_row + 1, heads[heading]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WEIGHTS = {("A", "权重"): 40, ("B", "权重"): 60}
WEIGHTS_AND_MODE = {
    **WEIGHTS,
    **{("B", "计分方式"): "扣完为止", ("B", "结算周期"): "整个时段", ("B", "满分"): 10},
}


def release(**told) -> Release:
    usual = {"who": "张三", "document": "某文〔2026〕9号", "rules_id": "tiny-2", "version": "2"}
    return Release(**{**usual, "first_day": periods.today() + timedelta(days=9), **told})


def keep(office, data, **changes) -> int:
    files, _ = read_book(edited(office, data, **changes), office.catalogue)
    return drafts.keep(office, files, "改.xlsx", "张三")


def test_what_changed_is_said_in_the_words_of_the_office(shared):
    office, data = shared
    book = edited(
        office,
        data,
        指标体系=WEIGHTS_AND_MODE,
        说明与约定={("missing.rule", "值"): "按零分", ("coverage.week", "值"): "30%"},
        测评项归属={("C", "指标编号"): "A"},
        扣分标准={("市督查组", "来源"): "市督查组"},
    )
    with pytest.raises(WorkbookError) as caught:  # a price without a state and points
        read_book(book, office.catalogue)
    assert {(f.sheet, f.row, f.column) for f in caught.value.faults} == {
        ("扣分标准", 4, "状态"),
        ("扣分标准", 4, "扣分"),
    }
    told = {"指标体系": WEIGHTS_AND_MODE, "测评项归属": {("C", "指标编号"): "A"}}
    told["说明与约定"] = {("missing.rule", "值"): "按零分", ("coverage.week", "值"): "30%"}
    files, _ = read_book(edited(office, data, **told), office.catalogue)
    found = compare(drafts.parts_in_force(office), parts_of(files), office.catalogue)
    lines = {(c.area, c.what, c.name, c.old, c.new) for c in found.itertuples()}
    assert lines == {
        ("说明与约定", "", "缺项", "", "按零分"),
        ("说明与约定", "", "覆盖率下限（周）", "", "0.3"),
        ("指标体系", "A 环境", "权重", "60", "40"),
        ("指标体系", "B 秩序", "权重", "40", "60"),
        ("指标体系", "B 秩序", "计分方式", "", "扣完为止"),
        ("指标体系", "B 秩序", "结算周期", "", "整个时段"),
        ("指标体系", "B 秩序", "满分", "", "10"),
        ("测评项归属", "C 其他", "归到", "不计分", "A 环境"),
    }


def test_cells_that_excel_turns_into_something_else_are_understood(shared):
    office, data = shared
    told = {
        ("effective_from", "值"): date(2027, 3, 1),
        ("issues.cutoff_time", "值"): time(12, 30),
        ("adjustments.veto", "值"): True,
        ("coverage.month", "值"): 0.5,
    }
    _, rules = read_book(edited(office, data, 说明与约定=told), office.catalogue)
    assert rules.effective_from == date(2027, 3, 1)
    assert rules.issues == {"cutoff_time": "12:30"}
    assert rules.adjustments.veto
    assert rules.coverage["month"] == 0.5


def test_a_file_that_is_no_workbook_is_refused(shared):
    with pytest.raises(WorkbookError, match="整个文件"):
        read_book(b"\x00\x01hello", shared[0].catalogue)


def test_the_trial_names_the_clause_that_moves_each_unit(shared):
    """环境 all or nothing: 甲 loses it whole, 40; 乙 stays at 80. Ties move nobody."""
    office, data = shared
    told = {("A", "计分方式"): "一项不合格不得分", ("A", "结算周期"): "整个时段"}
    ties = {("ranking.ties", "值"): "不空（1、1、2）"}
    files, _ = read_book(edited(office, data, 指标体系=told, 说明与约定=ties), office.catalogue)
    found = try_draft(office, files, WEEK)
    assert found.clauses["title"].tolist() == ["“环境”的计分方式", "同分"]
    assert found.clauses["most"].tolist() == [-48.0, 0.0]
    units = found.units.set_index("unit_name")
    assert units.loc["甲街道", ["score_before", "score_after", "by_clause"]].tolist() == [
        88,
        40,
        -48,
    ]
    assert units.loc["甲街道", ["rank_before", "rank_after", "rank_by_clause"]].tolist() == [
        1,
        2,
        2,
    ]
    assert units["clause"].to_dict() == {"甲街道": "“环境”的计分方式", "乙街道": ""}


def test_weight_and_way_of_scoring_of_one_indicator_are_one_clause(shared):
    """甲: 40 x 0 + 60 = 60; 乙: 40 + 60 x 0.5 = 70."""
    office, data = shared
    told = {**WEIGHTS, ("A", "计分方式"): "一项不合格不得分", ("A", "结算周期"): "整个时段"}
    files, _ = read_book(edited(office, data, 指标体系=told), office.catalogue)
    (clause,) = clauses_of(drafts.parts_in_force(office), parts_of(files))
    assert clause.title == "第一层的权重"
    found = try_draft(office, files, WEEK).units.set_index("unit_name")
    assert found["score_after"].to_dict() == {"乙街道": 70, "甲街道": 60}
    assert found["by_clause"].to_dict() == {"乙街道": -10, "甲街道": -28}


def test_an_indicator_split_in_two_takes_its_items_along(shared):
    """环境 becomes a branch of two: its children, its own way of scoring and its item go together."""
    office, data = shared
    old = drafts.parts_in_force(office)
    parts = parts_of(read_book(edited(office, data, 指标体系=WEIGHTS), office.catalogue)[0])
    top, other = (dict(line) for line in parts.indicators)
    halves = [
        {**top, "code": f"A{n}", "name": f"环境{n}", "parent": "A", "weight": "50"} for n in (1, 2)
    ]
    items = [
        {**line, "indicator": "A1"} if line["item"] == "A" else line
        for line in parts.lines["items.csv"]
    ]
    lines = {**parts.lines, "indicators.csv": [top, *halves, other], "items.csv": items}
    new = Parts(parts.settings, lines)
    clauses = clauses_of(old, new)
    assert [one.title for one in clauses] == ["第一层的权重", "“环境”下级的增减和权重"]
    assert clauses[1].items == {"A"}
    for one in clauses:
        load_files(files_of(apply(old, new, one))[0], office.catalogue)
    assert compare(apply(old, new, join(clauses, "全部")), new, office.catalogue).empty


def test_more_than_a_dozen_clauses_are_tried_together(shared, monkeypatch):
    office, data = shared
    monkeypatch.setattr("wenming_metrics.revising.trying._MOST", 2)
    told = {("missing.rule", "值"): "按零分", ("ranking.ties", "值"): "不空（1、1、2）"}
    files, _ = read_book(edited(office, data, 指标体系=WEIGHTS, 说明与约定=told), office.catalogue)
    found = try_draft(office, files, WEEK)
    assert found.clauses["title"].tolist() == ["第一层的权重", "其余改动（2 条）"]
    assert found.units["clause"].tolist() == ["第一层的权重"] * 2


def test_all_clauses_together_are_the_draft(shared):
    office, data = shared
    files, _ = read_book(
        edited(
            office,
            data,
            指标体系=WEIGHTS,
            测评项归属={("C", "指标编号"): "A"},
            说明与约定={("missing.rule", "值"): "按零分", ("adjustments.veto", "值"): "是"},
        ),
        office.catalogue,
    )
    old, new = drafts.parts_in_force(office), parts_of(files)
    clauses = clauses_of(old, new)
    assert [one.title for one in clauses] == [
        "第一层的权重",
        "缺项",
        "一票否决",
        "1 个测评项的归属",
    ]
    whole = apply(old, new, join(clauses, "全部"))
    left = compare(whole, new, office.catalogue)
    assert left.empty
    for one in clauses:
        assert not compare(old, apply(old, new, one), office.catalogue).empty


def test_publishing_leaves_earlier_days_and_files_alone(office, tmp_path):
    data = tmp_path / "data"
    before = ranking(office, periods.window("day", DAYS[0]))
    kept = {p.name: p.read_bytes() for p in (data / "rules" / "tiny").iterdir()}
    draft = keep(office, data, 指标体系=WEIGHTS)
    rules = publish(office, data, draft, release(first_day=date(2026, 11, 17), backdated=True))
    again = open_office(Settings(data, office.store.url, None))
    assert [one.id for one in again.rule_sets] == ["tiny", "tiny-2"]
    assert {p.name: p.read_bytes() for p in (data / "rules" / "tiny").iterdir()} == kept
    folder = data / "rules" / "tiny-2"
    assert load_files(
        {p.name: p.read_bytes() for p in folder.iterdir()}, office.catalogue
    ).digest == (rules.digest)
    assert "某文〔2026〕9号" in (folder / "README.md").read_text(encoding="utf-8")
    after = ranking(again, periods.window("day", DAYS[0]))
    assert after["score"].tolist() == before["score"].tolist() == [88.0, 80.0]
    later = ranking(again, periods.window("day", DAYS[1])).set_index("unit_name")["score"]
    assert later.to_dict() == {"甲街道": 92.0, "乙街道": 70.0}
    # a week over both versions, by days: 88 x 1/7 + 92 x 6/7, 80 x 1/7 + 70 x 6/7
    week = ranking(again, WEEK).set_index("unit_name")["score"]
    assert week.to_dict() == {"甲街道": 91.43, "乙街道": 71.43}
    listed = versions(again, load_all(data / "rules", office.catalogue))
    assert listed["id"].tolist() == ["tiny-2", "tiny"]
    assert listed["last_day"].tolist() == [None, date(2026, 11, 16)]
    assert listed["who"].tolist() == ["张三", ""]
    said = acts(again).iloc[0]
    assert (said["act"], said["who"]) == ("发布办法", "张三")
    assert "某文〔2026〕9号" in said["what"]


def test_nothing_is_half_published(office, tmp_path):
    data = tmp_path / "data"
    draft = keep(office, data, 指标体系=WEIGHTS)
    yesterday = periods.today() - timedelta(days=1)
    for told, said in (
        ({"who": " "}, "经办人"),
        ({"document": ""}, "文号"),
        ({"rules_id": "../x"}, "编号只用"),
        ({"rules_id": "tiny"}, "已有编号"),
        ({"version": "1"}, "版本“1”已由 tiny 用了"),
        ({"first_day": yesterday}, "早于今天"),
    ):
        with pytest.raises(IntakeError, match=said):
            publish(office, data, draft, release(**told))
    with pytest.raises(RuleSetError, match="施行日期与“tiny”重叠"):
        publish(office, data, draft, release(first_day=date(2020, 1, 1), backdated=True))
    assert [path.name for path in (data / "rules").iterdir()] == ["tiny"]
    assert [path.name for path in data.iterdir() if path.name.startswith(".")] == []
    assert drafts.open_drafts(office)["draft"].tolist() == [draft]
    drafts.drop(office, draft, "张三")
    assert drafts.open_drafts(office).empty
    with pytest.raises(IntakeError, match="已经发布或废弃"):
        publish(office, data, draft, release())


def test_a_folder_that_cannot_be_recorded_is_taken_away(office, tmp_path, monkeypatch):
    data = tmp_path / "data"
    draft = keep(office, data, 指标体系=WEIGHTS)

    def refuse(*_):
        raise OSError("no")

    monkeypatch.setattr("wenming_metrics.revising.publish.archive_rules", refuse)
    with pytest.raises(OSError, match="no"):
        publish(office, data, draft, release())
    assert [path.name for path in (data / "rules").iterdir()] == ["tiny"]
    assert drafts.open_drafts(office)["draft"].tolist() == [draft]


def test_kept_rules_and_drafts_are_verified(office, tmp_path):
    data = tmp_path / "data"
    publish(office, data, keep(office, data, 指标体系=WEIGHTS), release())
    (line,) = check_rules(office.store)
    assert (line.checked, line.wrong) == (3, 0)  # two versions and a draft
    with writing(office.store) as connection:
        connection.execute(update(schema.rule_draft).values(content=b"x"))
        old = schema.rules_archive.c.id == "tiny"
        connection.execute(update(schema.rules_archive).where(old).values(content=pack({})))
    (line,) = check_rules(office.store)
    assert (line.checked, line.wrong) == (3, 2)


def test_a_published_folder_that_was_edited_is_refused(office, tmp_path):
    data = tmp_path / "data"
    publish(office, data, keep(office, data, 指标体系=WEIGHTS), release())
    here = Settings(data, office.store.url, None)
    open_office(here)
    path = data / "rules" / "tiny-2" / "rules.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n# 小改\n", encoding="utf-8")
    with pytest.raises(RuleSetError, match="tiny-2：发布以后文件被改动过"):
        open_office(here)
    shutil.rmtree(path.parent)  # as on a new machine: what was published comes with the store
    assert [one.id for one in open_office(here).rule_sets] == ["tiny", "tiny-2"]
    assert (path.parent / "README.md").is_file()


def test_a_survey_is_changed_in_the_workbook_compared_and_published(tmp_path):
    told = (ROOT / "data" / "rules" / "demo-2026" / "survey.toml").read_text(encoding="utf-8")
    office = make_office(
        *(tmp_path, ITEMS, TREE),
        mapping=[["A", "", "A"], ["B", "", "B"]],
        files={"survey.toml": told},
    )
    data = tmp_path / "data"
    change = {"两率一度": {("rate[4].target", "值"): 92, ("city", "值"): "pooled"}}
    files, _ = read_book(edited(office, data, **change), office.catalogue)
    old, new = drafts.parts_in_force(office), parts_of(files)
    found = compare(old, new, office.catalogue)
    assert found[["area", "what", "name"]].values.tolist() == [
        ["两率一度", "问卷调查", "全市数怎样算"],
        ["两率一度", "满意度", "目标"],
    ]
    assert clauses_of(old, new) == []  # no score or place of inspections moves
    publish(office, data, keep(office, data, **change), release())
    was, now = (rules.survey for rules in load_all(data / "rules", office.catalogue))
    assert (was.city, was.rate("satisfaction").target) == ("population", 90)
    assert (now.city, now.rate("satisfaction").target) == ("pooled", 92)
    assert now.questions == was.questions
    assert now.score == was.score
