"""Lists of stored records: what people may see of them, narrowed on the page, as a workbook."""

import io

import openpyxl
import pytest

from tests.builders import xlsx
from tests.offices import copy_office, ingest, make_office
from tests.pages.test_pages import drawn_alike, sound, texts, visit
from wenming_metrics.__main__ import main
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.batches import batches
from wenming_metrics.queries.files.record_lists import (
    RESTRICTED,
    record_counts,
    record_file,
    record_list,
    record_titles,
)

ANSWERS = ("问题编号", "存在问题", "整改情况", "完成时间", "责任人及电话", "备注")
SCORES = ("名次", "街道", "总得分", "实地考察", "问卷调查")


def answers(unit, number, state, remark=""):
    title = [f"填报单位:{unit}  填报日期:2026.11.18"]
    row = [number, "-1+1乱停放", state, "2026-11-17", "李某 8000000", remark]
    return xlsx({"反馈": [title, ANSWERS, row]})


def scores(words=""):
    title = [f"2026年第三季度第三方测评各街道得分{words}"]
    rows = [[1, "甲街道", 90, 91, 84], [2, "乙街道", 80, 79, 86]]
    return xlsx({"得分": [title, SCORES, *rows]})


@pytest.fixture
def office(tmp_path):
    return copy_office(tmp_path, "record lists", make)


def make(folder):
    made = make_office(
        folder,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
        streets=[("甲街道", "主城区"), ("乙街道", "主城区")],
    )
    ingest(made, answers("甲街道", "DC-1", "已整改", "来电13800138000"), "甲.xlsx")
    ingest(made, answers("乙街道", "DC-2", "整改中"), "乙.xlsx")
    ingest(made, scores("(内部资料,不得对外公布)"), "测评.xlsx")
    return made


def test_records_are_listed_for_people(office):
    assert record_counts(office) == {"rectification": 2, "external": 2}
    lines = record_list(office, "rectification")
    assert sorted(lines["unit_name"]) == ["乙街道", "甲街道"]
    one = lines.set_index("unit_name").loc["甲街道"]
    assert (one["period"], one["problem_no"]) == ("2026年11月", "DC-1")
    assert (one["state"], one["finding"]) == ("反馈已整改", "未找到编号")
    assert (one["file"], one["sheet"], one["source_row"]) == ("甲.xlsx", "反馈", 3)
    assert one["remark"] == "来电138****8000"
    assert not lines.map(lambda cell: "8000000" in str(cell)).any(axis=None)
    tested = record_list(office, "external").set_index("unit_name").loc["甲街道"]
    assert (tested["total"], tested["parts"]) == ("90", "实地考察 91；问卷调查 84")
    assert (tested["period"], tested["restricted"]) == ("2026年第三季度", RESTRICTED)


def test_the_workbook_has_the_lines_as_text(office):
    page = openpyxl.load_workbook(
        io.BytesIO(record_file("rectification", record_list(office, "rectification")))
    ).active
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2, max_row=4)]
    titles = record_titles("rectification")
    assert rows[0] == list(titles.values())
    at = list(titles).index("description")
    cells = list(page.iter_cols(at + 1, at + 1, 3, 4))[0]
    assert [(cell.value, cell.data_type) for cell in cells] == [("-1+1乱停放", "s")] * 2
    assert not any("8000000" in str(cell) for row in rows for cell in row)


def test_what_is_withdrawn_is_not_listed_and_a_restricted_batch_is_marked(office):
    known = batches(office).set_index("name")
    assert known.index[known["restricted"]].tolist() == ["测评.xlsx"]
    number = int(known.loc["甲.xlsx", "batch"])
    commit.withdraw(office, number, "测试", "发错了")
    assert record_list(office, "rectification")["unit_name"].tolist() == ["乙街道"]


@drawn_alike
def test_the_page_narrows_the_list(office, monkeypatch, tmp_path):
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    app = visit("upload")
    app.selectbox(key="record_kind").set_value("整改反馈").run()
    assert "共 2 条" in texts(sound(app))
    app.selectbox(key="record_state").set_value("整改中").run()
    assert "共 1 条" in texts(sound(app))
    (listed,) = [one.value for one in app.dataframe if "finding" in one.value]
    assert listed["unit_name"].tolist() == ["乙街道"]
    app.selectbox(key="record_kind").set_value("上级测评").run()
    assert "其中 2 条不得对外公布" in texts(sound(app))


@drawn_alike
def test_the_command_line_saves_the_list(office, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    assert main(["records", "external", "--out", str(tmp_path / "单.xlsx")]) == 0
    assert openpyxl.load_workbook(tmp_path / "单.xlsx").active["A1"].value == "上级测评记录（2 条）"
