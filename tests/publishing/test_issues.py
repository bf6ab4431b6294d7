"""The life of an issue: draft, check sheets, remarks and decisions, signature, corrections, 作废."""

import io
import json
import zipfile
import zlib

import openpyxl
import pytest
from sqlalchemy import update

from tests.builders import xlsx as workbook
from tests.offices import CHECK_HEADERS, copy_office, copy_store, register_units, write_rules
from tests.publishing.city import MONDAY, NEXT, open_city, put, put_with_a_held_row, row, scores
from wenming_metrics.decisions.cell_corrections import confirm, propose
from wenming_metrics.decisions.held_rows import discard_held
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing import issues, remarks, signing
from wenming_metrics.publishing.bulletin.document import make_bulletin
from wenming_metrics.publishing.bulletin.recheck import recheck
from wenming_metrics.publishing.check_sheets import send
from wenming_metrics.publishing.corrections import corrections, verify_issue
from wenming_metrics.publishing.signed_workbook import period_file, signed_notes
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.queries.files.acts import acts
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import leaf_rows, problem_rows
from wenming_metrics.queries.scores.findings import read_problems
from wenming_metrics.runtime.settings import Settings
from wenming_metrics.store import schema
from wenming_metrics.store.database import open_store, reading, writing
from wenming_metrics.upkeep.backup import backup
from wenming_metrics.upkeep.restore import restore
from wenming_metrics.upkeep.verify import verify


@pytest.fixture
def office(tmp_path):
    """甲街道 lost 2 and 6 of 20 (60), 乙街道 1 of 10 (90)."""

    def make(folder):
        made = open_city(folder)
        put(made, "周一", row("甲街道", 2), row("乙街道", 1))
        put(made, "周二", row("甲街道", 6, site="二号点"))
        return made

    return copy_office(tmp_path, "city of two days", make)


@pytest.fixture
def draft(office):
    return signing.draft(office, MONDAY, "张三")


def signed_scores(office, issue):
    return scores(frozen(office, issue.key).lists.boards["street"])


def unit_of(office, name):
    found = ranking(office, issues.issues(office)[0].window)
    return int(found.set_index("unit_name").at[name, "unit"])


def object_to(office, issue, name, lost):
    """Record a remark on the row of a street that lost so many points."""
    unit = unit_of(office, name)
    rows = leaf_rows(office, issue.window, unit)
    line = rows[rows["lost"] == lost].iloc[0]
    told = (int(line["batch"]), int(line["seq"]))
    return remarks.add_remark(office, issue.key, unit, "请复核", "街道", row=told)


def test_an_issue_goes_from_draft_to_signature(office, draft):
    assert (draft.year, draft.number, draft.state) == (2025, 10, issues.DRAFT)
    assert draft.title == "周通报第10期（3月3日—9日）"
    name, content = send(office, draft.key, "张三")
    assert name == "周通报第10期（3月3日—9日）核对稿.zip"
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == [
        "主城区_乙街道.xlsx",
        "主城区_甲街道.xlsx",
    ]
    assert issues.issues(office)[0].state == issues.CHECKING
    signed = signing.sign(office, draft.key, "王五", " 演字10号 ")
    assert (signed.state, signed.document, signed.signed_by) == (issues.SIGNED, "演字10号", "王五")
    assert signed_scores(office, signed) == {"乙街道": 90, "甲街道": 60}
    kept = frozen(office, signed.key)
    assert (kept.lists.rows, kept.intact) == (3, True)
    assert kept.lists.city.score == 75
    leaves = kept.lists.leaves["street"].set_index("unit_name")
    assert leaves["loss"].round(9).to_dict() == {"甲街道": 40, "乙街道": 10}
    done = acts(office)["act"].tolist()
    assert done[:3] == ["签发", "出核对稿", "建草稿"]


def test_a_check_sheet_says_score_losses_and_rows(office, draft):
    archive = zipfile.ZipFile(io.BytesIO(send(office, draft.key, "张三")[1]))
    book_ = openpyxl.load_workbook(io.BytesIO(archive.read("主城区_甲街道.xlsx")))
    text = [str(cell.value) for sheet in book_ for line in sheet for cell in line if cell.value]
    assert any("得分 60.00，主城区第 2 名；失分合计 40.00" in cell for cell in text)
    rows = [line for line in book_["记录"].iter_rows(min_row=3, values_only=True) if line[5]]
    assert sorted((line[5], line[6]) for line in rows) == [(2, 10), (6, 30)]
    assert [cell.value for cell in book_["记录"][2]][-1] == "复核意见"


@pytest.mark.parametrize(
    ("act", "points", "score"),
    # 6 of the 8 points that 甲街道 lost of 20 are in question.
    [("维持", "", 60), ("改扣", "1", 85), ("改扣", "0", 90), ("剔除", "", 80)],
)
def test_a_decision_changes_the_score_from_then_on(office, draft, act, points, score):
    number = object_to(office, draft, "甲街道", 6)
    with pytest.raises(IntakeError, match="还有 1 条复核意见没有决定"):
        signing.sign(office, draft.key, "王五", "演字10号")
    remarks.decide(office, number, act, "看过照片", "主任", "张三", points)
    assert scores(ranking(office, draft.window))["甲街道"] == score
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    assert signed_scores(office, signed)["甲街道"] == score
    assert verify(office).sound
    assert acts(office)["act"].tolist()[:3] == ["签发", f"复核{act}", "提出复核"]
    told = remarks.remarks(office, draft.key).iloc[0]
    assert (told["act"], told["approver"], told["unit_name"]) == (act, "主任", "甲街道")
    assert told["what"] == "周二.xlsx“督查表”第 2 行"


def test_a_decision_holds_when_more_files_come_and_when_it_is_made_again(office, draft):
    number = object_to(office, draft, "甲街道", 6)
    remarks.decide(office, number, "剔除", "不是本街道", "主任", "张三")
    put(office, "又来", row("甲街道", 0, site="三号点"))
    # 8 + 10 of 20.
    assert scores(ranking(office, draft.window))["甲街道"] == 90
    rows = leaf_rows(office, draft.window, unit_of(office, "甲街道"))
    assert rows["lost"].tolist() == [2]
    assert rows["loss"].tolist() == [pytest.approx(10)]
    remarks.decide(office, number, "维持", "再看还是要扣", "主任", "张三")
    # 8 + 4 + 10 of 30.
    assert scores(ranking(office, draft.window))["甲街道"] == pytest.approx(73.33)
    assert verify(office).sound


def test_a_copy_of_a_row_that_was_removed_does_not_count_in_its_place(office, draft):
    number = object_to(office, draft, "甲街道", 6)
    remarks.decide(office, number, "剔除", "不是本街道", "主任", "张三")
    put(office, "又发一次", row("甲街道", 6, site="二号点"), row("乙街道", 1, site="四号点"))
    assert scores(ranking(office, draft.window))["甲街道"] == 80


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"act": "改扣", "points": "7"}, "0 到 6 之间"),
        ({"act": "改扣", "points": "一"}, "0 到 6 之间"),
        ({"act": "删掉"}, "维持、改扣、剔除"),
        ({"reason": " "}, "理由、批准人和经办人"),
        ({"approver": ""}, "理由、批准人和经办人"),
        ({"remark": 99}, "没有编号为 99"),
    ],
)
def test_decisions_that_cannot_be(office, draft, told, said):
    number = object_to(office, draft, "甲街道", 6)
    usual = {"remark": number, "act": "剔除", "reason": "看过", "approver": "主任", "who": "张三"}
    with pytest.raises(IntakeError, match=said):
        remarks.decide(office, **{**usual, **told})
    assert scores(ranking(office, draft.window))["甲街道"] == 60


def test_a_remark_on_a_figure_can_only_be_kept(office, draft):
    unit = unit_of(office, "甲街道")
    number = remarks.add_remark(office, draft.key, unit, "算得不对", "街道", figure="得分")
    with pytest.raises(IntakeError, match="只能维持"):
        remarks.decide(office, number, "剔除", "看过", "主任", "张三")
    remarks.decide(office, number, "维持", "核对无误", "主任", "张三")
    assert signing.sign(office, draft.key, "王五", "演字10号").state == issues.SIGNED


def test_held_rows_block_the_signature_unless_each_is_waived(office):
    batch = put_with_a_held_row(office, "有一行不行", row("乙街道", 1, site="五号点"))
    issue = signing.draft(office, MONDAY, "张三")
    with pytest.raises(IntakeError, match="还有 1 行待核"):
        signing.sign(office, issue.key, "王五", "演字10号")
    line = signing.held_for(office, issue).iloc[0]
    place = (int(line["batch"]), line["sheet"], int(line["source_row"]))
    assert place[0] == batch
    with pytest.raises(IntakeError, match="原因"):
        signing.waive(office, issue.key, [place], "张三", " ")
    with pytest.raises(IntakeError, match="不在等着的行里"):
        signing.waive(office, issue.key, [(batch, "督查表", 99)], "张三", "街道已撤并")
    signing.waive(office, issue.key, [place], "张三", "街道已撤并")
    assert signing.sign(office, issue.key, "王五", "演字10号").state == issues.SIGNED
    assert signing.held_for(office, issue)["waived"].tolist() == ["街道已撤并"]
    done = acts(office)
    assert done.loc[done["act"] == "不等", "reason"].tolist() == ["街道已撤并"]


def put_held(office, name, good, day, item="没有这一项"):
    """Upload a good row of one day, and a row of some day that is held for its item."""
    held = [day, "市督查组", "乙街道", "小区", "七号点", item, "不符合", 1]
    data = workbook({"督查表": [CHECK_HEADERS, good, held]})
    preview = commit.inspect(office, data, f"{name}.xlsx")
    assert preview.reading.counts.held == 1
    return commit.commit(office, preview, "测试")


def test_held_rows_that_cannot_change_a_score_block_nothing(office):
    put_held(office, "别的一周", row("乙街道", 1, site="五号点"), NEXT)
    issue = signing.draft(office, MONDAY, "张三")
    assert signing.held_for(office, issue)["waived"].tolist() == ["不影响得分：日期不在本期"]
    signed = signing.sign(office, issue.key, "王五", "演字10号")
    assert "held" not in frozen(office, signed.key).facts
    # It is of the next week, wherever the other rows of its file lie: that issue waits for it.
    put(office, "下周", row("甲街道", 2, NEXT), row("乙街道", 1, NEXT))
    following = signing.draft(office, NEXT, "张三")
    with pytest.raises(IntakeError, match="还有 1 行待核"):
        signing.sign(office, following.key, "王五", "演字11号")


def test_what_an_issue_is_signed_without_stands_on_it(office):
    batch = put_with_a_held_row(office, "有一行不行", row("乙街道", 1, site="五号点"))
    issue = signing.draft(office, MONDAY, "张三")
    signing.waive(office, issue.key, [(batch, "督查表", 3)], "张三", "街道已撤并")
    signed = signing.sign(office, issue.key, "王五", "演字10号")
    sentence = "签发时另有1条待核，没有计入得分。原因：街道已撤并"
    assert sentence in signed_notes(frozen(office, signed.key))


def test_corrected_points_stand_in_the_check_sheet_with_both_names(office):
    good = row("乙街道", 1, site="五号点")
    held = [MONDAY, "市督查组", "乙街道", "小区", "七号点", "环境", "不符合", "很多"]
    data = workbook({"督查表": [CHECK_HEADERS, good, held]})
    batch = commit.commit(office, commit.inspect(office, data, "有一格不行.xlsx"), "测试")
    pending = propose(office, batch, ("督查表", 3), {7: "4"}, "张三", "检查单第3页")
    issue = signing.draft(office, MONDAY, "张三")
    assert signing.held_for(office, issue)["waived"].tolist() == [""]
    confirm(office, pending.correction, "李四")
    archive = zipfile.ZipFile(io.BytesIO(send(office, issue.key, "张三")[1]))
    books = {
        name: openpyxl.load_workbook(io.BytesIO(archive.read(name))) for name in archive.namelist()
    }
    assert "更正" not in books["主城区_甲街道.xlsx"].sheetnames
    line = [cell.value for cell in books["主城区_乙街道.xlsx"]["更正"][3]]
    assert line[:7] == ["有一格不行.xlsx", "督查表", 3, "扣分", "很多", "4", "张三"]
    assert line[8:10] == ["李四", "检查单第3页"]
    # 乙街道 lost 1, 1 and 4 of 30.
    assert scores(ranking(office, issue.window))["乙街道"] == 80
    assert verify(office).sound


def test_held_rows_that_are_dealt_with_block_nothing(office):
    batch = put_with_a_held_row(office, "有一行不行", row("乙街道", 1, site="五号点"))
    issue = signing.draft(office, MONDAY, "张三")
    line = signing.held_for(office, issue).iloc[0]
    discard_held(office, batch, [(line["sheet"], int(line["source_row"]))], "张三", "没有这条街")
    assert signing.sign(office, issue.key, "王五", "演字10号").state == issues.SIGNED


def test_what_cannot_be_drafted_or_signed_says_why(office, draft, monkeypatch):
    with pytest.raises(IntakeError, match="已有草稿"):
        signing.draft(office, MONDAY, "张三")
    with pytest.raises(IntakeError, match="建草稿的人"):
        signing.draft(office, NEXT, " ")
    for who, document in ((" ", "演字10号"), ("王五", "")):
        with pytest.raises(IntakeError, match="请写明"):
            signing.sign(office, draft.key, who, document)
    empty = signing.draft(office, NEXT, "张三", until_now=True)
    with pytest.raises(IntakeError, match="没有督查数据"):
        signing.sign(office, empty.key, "王五", "演字11号")
    monkeypatch.setattr(signing, "today", lambda: MONDAY)
    with pytest.raises(IntakeError, match="还没有开始"):
        signing.draft(office, NEXT + (NEXT - MONDAY), "张三")
    monkeypatch.setattr(signing, "stamp", lambda: "2025-03-10T11:59:59.000000+08:00")
    with pytest.raises(IntakeError, match="才截止"):
        signing.sign(office, draft.key, "王五", "演字10号")
    with pytest.raises(IntakeError, match="没有编号"):
        signing.sign(office, 77, "王五", "演字10号")


def test_an_issue_closes_when_the_calendar_says_where_files_came_in_time(office, monkeypatch):
    monkeypatch.setattr("wenming_metrics.store.frames.stamp", lambda: "2025-03-10T09:00:00+08:00")
    put(office, "按时", row("乙街道", 0, site="六号点"))
    monkeypatch.undo()
    put(office, "过后", row("乙街道", 9, site="七号点"))
    issue = signing.draft(office, MONDAY, "张三")
    assert issue.cutoff == "2025-03-10T12:00:00.000000+08:00"
    # Only what came in time: 10 of 10.
    assert scores(signing.draft_lists(office, issue).boards["street"])["乙街道"] == 100


def test_nothing_that_happens_later_changes_what_was_signed(office, draft):
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    before = period_file(office, signed)[1]
    batch = put(office, "迟到", row("甲街道", 10, site="九号点"))
    commit.withdraw(office, batch - 1, "李四", "发错了表")
    assert signed_scores(office, signed) == {"乙街道": 90, "甲街道": 60}
    kept = frozen(office, signed.key)
    assert kept.intact
    assert verify_issue(office, signed).same
    cells = [
        [cell.value for line in openpyxl.load_workbook(io.BytesIO(data)).active for cell in line]
        for data in (before, period_file(office, signed)[1])
    ]
    assert cells[0] == cells[1]


def test_a_unit_that_is_renamed_later_keeps_the_name_it_was_signed_by(office, draft, tmp_path):
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    data, document = period_file(office, signed)[1], make_bulletin(office, signed).content
    register_units(office, [("新甲街道", "主城区"), ("乙街道", "主城区")])
    again = open_office(Settings(tmp_path / "data", office.store.url, None))
    assert set(ranking(again, signed.window)["unit_name"]) == {"新甲街道", "乙街道"}
    verdict = verify_issue(again, signed)
    assert (verdict.same, verdict.why) == (True, ())
    assert corrections(again, signed).units.empty
    assert signed_scores(again, signed) == {"乙街道": 90, "甲街道": 60}
    assert recheck(again, data, "签发名单.xlsx").is_same
    assert recheck(again, document, "通报.docx").is_same


def test_corrections_tell_both_figures_and_the_reason(office, draft):
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    assert corrections(office, signed).units.empty
    number = object_to(office, signed, "甲街道", 6)
    remarks.decide(office, number, "改扣", "照片角度", "主任", "张三", "2")
    found = corrections(office, signed)
    (line,) = found.units.to_dict("records")
    # 8 + 8 of 20.
    assert (line["unit_name"], line["score_signed"], line["score_now"]) == ("甲街道", 60, 80)
    assert (line["rank_signed"], line["rank_now"]) == (2, 2)
    assert "复核改扣" in line["reason"]
    assert "周二.xlsx" in line["reason"]
    assert found.acts["effect"].tolist() == ["更正本期"]
    assert verify_issue(office, signed).same


def test_a_late_file_is_no_correction_but_the_live_list_tells_of_it(office, draft):
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    put(office, "迟到", row("乙街道", 9, site="九号点"))
    assert corrections(office, signed).units.empty
    live = corrections(office, signed, live=True)
    told = live.units.set_index("unit_name")
    # 9 + 1 of 20; 甲街道 moves up because of it.
    assert (told.at["乙街道", "score_signed"], told.at["乙街道", "score_now"]) == (90, 50)
    assert (told.at["甲街道", "rank_signed"], told.at["甲街道", "rank_now"]) == (2, 1)
    assert told.at["甲街道", "reason"] == "别的单位得分有变化"
    assert live.acts["effect"].tolist() == ["迟到，计入以后的一期"]


def test_a_signed_list_that_was_tampered_with_is_found(office, draft):
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    table = schema.issue_content
    with reading(office.store) as connection:
        content = connection.execute(table.select()).mappings().one()["content"]
    told = json.loads(zlib.decompress(content))
    told["boards"]["street"]["values"][5] = [99.0, 60.0]
    forged = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    with writing(office.store) as connection:
        connection.execute(update(table).values(content=zlib.compress(forged)))
    found = verify_issue(office, signed)
    assert not found.same
    assert "改动过" in found.why[0]
    assert [one.what for one in verify(office).lines if one.wrong] == ["已签发的名单"]


def test_rows_that_were_tampered_with_are_found(office, draft):
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    put(office, "迟到", row("甲街道", 1, site="九号点"))  # the day is tallied anew from its rows
    with writing(office.store) as connection:
        forged = update(schema.row).where(schema.row.c.lost == 60_000).values(lost=0)
        connection.execute(forged)
    found = verify_issue(office, signed)
    assert not found.same
    assert found.units["unit_name"].tolist() == ["甲街道"]
    assert "与签发时不同" in found.why[0]
    assert "甲街道" in found.why[1]


def test_withdrawn_is_kept_and_may_be_signed_again(office, draft):
    first = signing.sign(office, draft.key, "王五", "演字10号")
    with pytest.raises(IntakeError, match="作废的原因"):
        signing.withdraw(office, first.key, "王五", "")
    ended = signing.withdraw(office, first.key, "王五", "文号写错")
    assert (ended.state, ended.reason, ended.was_signed) == (issues.WITHDRAWN, "文号写错", True)
    assert issues.signed_for(issues.issues(office), first.window) is None
    again = signing.draft(office, MONDAY, "张三")
    assert again.cutoff == first.cutoff
    second = signing.sign(office, again.key, "王五", "演字11号")
    assert issues.find_issue(office, "2025-10").key == second.key
    assert issues.find_issue(office, first.short_hash).key == first.key
    assert signed_scores(office, first) == signed_scores(office, second)
    with pytest.raises(IntakeError, match="要改请先作废"):
        signing.sign(office, second.key, "王五", "演字12号")


def test_movement_is_measured_against_what_was_signed(office, draft):
    signing.sign(office, draft.key, "王五", "演字10号")
    commit.withdraw(office, 2, "李四", "发错了表")  # 甲街道 was 60 when it was signed
    put(office, "下周", row("甲街道", 1, NEXT), row("乙街道", 2, NEXT))
    issue = signing.draft(office, NEXT, "张三")
    lines = signing.draft_lists(office, issue).boards["street"].set_index("unit_name")
    assert lines["score_change"].to_dict() == {"甲街道": 30, "乙街道": -10}
    assert lines["rank_change"].to_dict() == {"甲街道": 1, "乙街道": -1}
    assert lines.at["甲街道", "trend"][-2:] == [60, 90]


def test_the_file_of_a_signed_issue_names_number_document_moment_and_hash(office, draft):
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    name, content = period_file(office, signed)
    assert name == "周通报第10期（3月3日—9日）.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(content))["街道排名"]
    text = "\n".join(str(cell.value) for line in sheet for cell in line if cell.value)
    for said in ("2025年周通报第10期", "演字10号", signed.signed_at[:10], signed.short_hash):
        assert said in text


def test_signed_issues_survive_backup_and_restore(office, draft, tmp_path):
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    made = backup(office.store, tmp_path)
    url = copy_store(office.store, tmp_path / "other")
    restore(url, office.rules, made.path, replace=True)
    other = Office(open_store(url), office.catalogue, office.rules, office.rule_sets)
    assert verify(other).sound
    assert verify_issue(other, issues.find_issue(other, signed.short_hash)).same


def test_a_removed_row_is_no_problem_of_anybody(office, draft):
    number = object_to(office, draft, "甲街道", 6)
    before = problem_rows(office, draft.window)["lost"].tolist()
    remarks.decide(office, number, "剔除", "不是本街道", "主任", "张三")
    with reading(office.store) as connection:
        found = read_problems(connection, draft.window.days)
    assert sorted(before) == [1, 2, 6]
    assert sorted(problem_rows(office, draft.window)["lost"]) == [1, 2]
    assert sorted(found["lost"]) == [10_000, 20_000]


def test_a_new_version_of_the_rules_changes_nothing_that_was_signed(office, draft, tmp_path):
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    strict = [{"code": "A", "weight": 100, "mode": "deduct", "settlement": "week", "full_mark": 10}]
    folder = tmp_path / "data" / "rules" / "tiny-2"
    write_rules(folder, strict, [["A", "", "A"]], version=2, effective_from="2025-01-01")
    office = open_office(Settings(tmp_path / "data", office.store.url, None))
    # Now 8 of 10 points are taken in the week, not of 20.
    assert scores(ranking(office, draft.window))["甲街道"] == 20
    assert signed_scores(office, signed) == {"乙街道": 90, "甲街道": 60}
    assert verify_issue(office, signed).same
    # 签发 and 核对 show the same 更正 as the ranking does.
    for live in (False, True):
        changed = corrections(office, signed, live=live).units.set_index("unit_name")
        assert changed.at["甲街道", "reason"] == "测评办法已换版"
        assert changed.at["甲街道", "score_now"] == 20
