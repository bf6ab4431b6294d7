"""Questionnaires from upload to store: each counts once, whatever is sent again or withdrawn."""

from datetime import date

import pytest
from openpyxl import Workbook

from tests.builders import xlsx
from tests.offices import checklist, ingest, make_office
from tests.questionnaires import HEADERS, SURVEY, in_text, rows
from wenming_metrics.domain.periods import today
from wenming_metrics.intake import commit as intake_commit
from wenming_metrics.intake import rehearsal
from wenming_metrics.publishing import signing
from wenming_metrics.queries.files.batches import batches
from wenming_metrics.queries.files.held import waiting_rows
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.survey.answers import Answers
from wenming_metrics.store import surveys
from wenming_metrics.store.database import reading
from wenming_metrics.store.records import read_records
from wenming_metrics.upkeep.verify import verify

QUARTER = (date(2026, 7, 1).toordinal(), date(2026, 9, 30).toordinal())
STREETS = [("城东街道", "主城区"), ("河西街道", "主城区")]
NAME = "2026年三季度问卷.xlsx"


@pytest.fixture
def office(tmp_path) -> Office:
    leaf = {"code": "A", "weight": 100, "method": "field", "mode": "rate", "average": "pooled"}
    told = {"streets": STREETS, "files": {"survey.toml": SURVEY}}
    return make_office(tmp_path, [["A", "环境", 5, "*"]], [leaf], **told)


def book(lines, headers=HEADERS) -> bytes:
    return xlsx({"Sheet1": [list(headers), *lines]})


def stored(office: Office) -> Answers:
    with reading(office.store) as connection:
        return surveys.read_answers(connection, *QUARTER)


def commit(office: Office, lines, headers=HEADERS) -> tuple[int, list[str]]:
    preview = intake_commit.inspect(office, book(lines, headers), NAME)
    return intake_commit.commit(office, preview, "测试"), [one.code for one in preview.problems]


def test_a_later_export_and_a_correction_count_each_questionnaire_once(office):
    lines = rows(in_text)
    wrong = [*lines[1][:10], "还行", *lines[1][11:]]
    first, _ = commit(office, [lines[0], wrong, lines[2]])
    assert len(stored(office).frame) == 2
    lines[2][10] = "不满意"
    second, said = commit(office, lines)
    assert "问卷-14" in said
    found = stored(office)
    assert found.frame["batch"].tolist() == [second] * 4
    assert [found.options["overall"][at] for at in found.frame["overall"]] == [
        *("very", "fairly", "bad", "refused")
    ]
    intake_commit.withdraw(office, second, "测试", "发错了")
    assert stored(office).frame["batch"].tolist() == [first] * 2
    intake_commit.reinstate(office, second, "测试")
    assert len(stored(office).frame) == 4
    kinds = batches(office).set_index("batch")["kind"]
    assert kinds[second] == "问卷"
    report = verify(office)
    assert report.sound
    assert [(one.what, one.checked) for one in report.lines if one.what == "问卷"] == [("问卷", 6)]


def test_forms_without_moments_are_several_unless_nearly_all_comes_again(office):
    headers = HEADERS[4:]
    same = [line[4:] for line in rows(in_text)[:1] * 10]
    commit(office, same, headers)
    commit(office, [*same, *(line[4:] for line in rows(in_text)[2:3])], headers)
    assert len(stored(office).frame) == 11
    other = [line[4:] for line in rows(in_text)]
    commit(office, [other[0], *other[3:]], headers)
    assert len(stored(office).frame) == 13


def test_two_waves_stand_apart_and_scores_do_not_change(office):
    assert ingest(office, book(rows(in_text)), NAME)
    later = [[*line[:1], line[1].replace("/9/", "/12/"), *line[2:]] for line in rows(in_text)]
    preview = intake_commit.inspect(office, book(later), "2026年四季度.xlsx")
    assert rehearsal.effect(office, preview).empty
    assert len(stored(office).frame) == 4


def test_no_issue_waits_for_a_questionnaire(office):
    day = today()
    found = [day, "市督查组", "城东街道", "小区", "一号点", "环境", "不符合", 1]
    ingest(office, checklist([found]), "督查.xlsx")
    issue = signing.draft(office, day, "测试")
    line = rows(in_text)[0]
    commit(office, [[*line[:10], "还行", *line[11:]], rows(in_text)[1]])
    assert len(waiting_rows(office)) == 1
    assert signing.held_for(office, issue).empty


def _merge(book: Workbook) -> None:
    for area in ("A2:A3", "B2:C2", "D2:F2"):
        book.active.merge_cells(area)


def test_a_counted_table_is_a_record_per_unit(office):
    head = ["街道", "是否知道创建", None, "总体满意程度", None, None]
    below = [None, "知道", "不知道", "非常满意", "满意", "不满意"]
    lines = [
        ["城东街道", 25, 5, 20, 9, 1],
        ["河西街道", 18, 2, 12, 8, 0],
        ["合计", 43, 7, 32, 17, 1],
    ]
    title = ["2026年第三季度问卷汇总表"]
    data = xlsx({"汇总": [title, head, below, *lines]}, _merge)
    preview = intake_commit.inspect(office, data, "汇总.xlsx")
    assert preview.reading.kind == "counts"
    intake_commit.commit(office, preview, "测试")
    with reading(office.store) as connection:
        found = read_records(connection, "counts")
        waves = surveys.read_waves(connection)
    assert [one["counts"] for one in found["told"]] == [
        {"aware": {"know": k, "unaware": u}, "overall": {"very": v, "fairly": f, "bad": b}}
        for k, u, v, f, b in ((25, 5, 20, 9, 1), (18, 2, 12, 8, 0))
    ]
    assert waves[["first_day", "last_day", "rows"]].values.tolist() == [[*QUARTER, 2]]
