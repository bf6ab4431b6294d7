"""The command line: same services, same figures, Chinese words, exit codes."""

import json
from datetime import date

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from tests.builders import xlsx
from tests.offices import checklist, make_office
from wenming_metrics.__main__ import FAILED, HELD, OK, main
from wenming_metrics.runtime.settings import ROOT

pytestmark = pytest.mark.store

ITEMS = [["A", "环境", 10, "*"], ["B", "秩序", 10, "*"]]
INDICATORS = [{"code": "A", "weight": 60}, {"code": "B", "weight": 40}]
DAY = date(2026, 11, 16)
GOOD = [
    [DAY, "市督查组", "甲街道", "小区", "一号", "环境", "不符合", 2],
    [DAY, "市督查组", "甲街道", "小区", "一号", "秩序", "符合", ""],
    [DAY, "市督查组", "乙街道", "小区", "二号", "环境", "符合", ""],
]


@pytest.fixture
def office(tmp_path, monkeypatch):
    made = make_office(
        tmp_path,
        ITEMS,
        INDICATORS,
        streets=[("甲街道", "主城区"), ("乙街道", "主城区"), ("丙镇", "其他")],
    )
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    (tmp_path / "好.xlsx").write_bytes(checklist(GOOD))
    bad = [*GOOD[:1], [DAY, "市督查组", "钱街道", "小区", "三号", "环境", "符合", ""]]
    (tmp_path / "有误.xlsx").write_bytes(checklist(bad))
    (tmp_path / "不是表.xlsx").write_bytes(b"hello")
    return made


def run(capsys, *arguments) -> tuple[int, str]:
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_check_stores_nothing(office, tmp_path, capsys):
    code, said = run(capsys, "check", tmp_path / "好.xlsx")
    assert (code, "共 3 行，3 行可入库" in said) == (OK, True)
    code, said = run(capsys, "batches", "--json")
    assert [batch["kind"] for batch in json.loads(said)] == ["单位名册"]


def test_ingest_ranks_and_the_figures_are_those_of_a_calculator(office, tmp_path, capsys):
    code, said = run(capsys, "ingest", tmp_path / "好.xlsx")
    assert code == OK
    assert "批次 2" in said
    code, said = run(capsys, "ranking", "--date", "2026-11-16", "--json")
    told = {unit["unit_name"]: unit for unit in json.loads(said)["units"]}
    # 甲: 60 x 8/10 + 40 x 1 = 88; 乙: only 环境 was looked at, all right: 100; 丙 not visited
    assert [(told[n]["rank"], told[n]["score"]) for n in ("乙街道", "甲街道")] == [
        (1, 100.0),
        (2, 88.0),
    ]
    assert told["丙镇"]["status"] == "未督查"
    code, said = run(capsys, "ranking", "--date", "2026-11-16", "--visits", "--json")
    found = [(line["site_name"], line["score"]) for line in json.loads(said)["visits"]]
    assert (code, found) == (OK, [("一号", 90.0), ("二号", 100.0)])  # 18 of 20 points, 10 of 10
    code, said = run(capsys, "ranking", "--date", "2026-11-16", "--visits")
    assert (code, "各次督查" in said, "一号" in said) == (OK, True, True)
    code, said = run(capsys, "ranking", "--week", "2026-W47")
    assert code == OK
    for word in ("全市得分 94.00", "88.00", "100.00", "本期未督查（1 个）：丙镇"):
        assert word in said


@pytest.mark.parametrize(
    "when", [["--month", "2026-11"], ["--from", "2026-11-10", "--to", "2026-11-20"], []]
)
def test_any_window(office, tmp_path, capsys, when):
    run(capsys, "ingest", tmp_path / "好.xlsx")
    code, said = run(capsys, "ranking", *when, "--group", "主城区", "--json")
    assert (code, len(json.loads(said)["units"])) == (OK, 2)


def test_a_file_with_a_fault_is_held_in_part_and_says_where(office, tmp_path, capsys):
    code, said = run(capsys, "ingest", tmp_path / "有误.xlsx")
    assert code == HELD
    assert "共 2 行，1 行可入库，1 条待核，暂不计分" in said
    assert "“督查表”第 3 行“街道”（C3）" in said
    assert "钱街道" in said


def test_a_file_that_is_no_workbook_is_returned(office, tmp_path, capsys):
    code, said = run(capsys, "ingest", tmp_path / "不是表.xlsx", tmp_path / "好.xlsx")
    assert code == FAILED
    assert "退回" in said
    assert "批次 2" in said  # the other file is stored all the same


def test_the_same_bytes_are_recognised(office, tmp_path, capsys):
    run(capsys, "ingest", tmp_path / "好.xlsx")
    code, said = run(capsys, "ingest", tmp_path / "好.xlsx")
    assert code == OK
    assert "[入库-01]" in said
    assert len(json.loads(run(capsys, "batches", "--json")[1])) == 2


def test_withdraw_and_reinstate(office, tmp_path, capsys):
    run(capsys, "ingest", tmp_path / "好.xlsx")
    before = run(capsys, "ranking", "--date", "2026-11-16", "--json")[1]
    code, said = run(capsys, "withdraw", 2, "--reason", " ")
    assert (code, "请写明为什么撤回" in said) == (FAILED, True)
    assert run(capsys, "withdraw", 2, "--reason", "重复")[0] == OK
    assert run(capsys, "ranking")[0] == FAILED  # no data left
    code, said = run(capsys, "withdraw", 2)
    assert (code, "已经撤回" in said) == (FAILED, True)
    assert run(capsys, "reinstate", 2)[0] == OK
    assert run(capsys, "ranking", "--date", "2026-11-16", "--json")[1] == before
    for number, word in ((1, "名册"), (99, "没有批次")):
        code, said = run(capsys, "withdraw", number)
        assert (code, word in said) == (FAILED, True)


def test_export(office, tmp_path, capsys):
    run(capsys, "ingest", tmp_path / "好.xlsx")
    place = tmp_path / "排名.xlsx"
    assert run(capsys, "export", "--week", "2026-11-16", "--out", place)[0] == OK
    cells = [
        cell
        for row in openpyxl.load_workbook(place).active.iter_rows(values_only=True)
        for cell in row
    ]
    assert {"甲街道", 88, "乙街道", 100} <= set(cells)


def test_mistyped_commands_and_missing_files(office, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["ranking", "--date", "yesterday"])
    code, said = run(capsys, "check", "没有这个文件.xlsx")
    assert (code, "打不开文件" in said) == (FAILED, True)
    code, said = run(capsys, "ranking", "--from", "2026-11-16")
    assert (code, "一起用" in said) == (FAILED, True)
    code, said = run(capsys, "ranking", "--date", "2026-11-16", "--board", "village")
    assert (code, "没有榜单“village”" in said, "street（街道）" in said) == (FAILED, True, True)


def test_a_file_that_is_missing_does_not_stop_the_others(office, tmp_path, capsys):
    code, said = run(capsys, "ingest", tmp_path / "没有.xlsx", tmp_path / "好.xlsx")
    assert (code, "打不开文件" in said, "批次 2" in said) == (FAILED, True, True)


def test_page_command_line_and_calculator_agree(office, tmp_path, capsys):
    run(capsys, "ingest", tmp_path / "好.xlsx")
    said = json.loads(run(capsys, "ranking", "--week", "2026-11-16", "--json")[1])
    told = {unit["unit_name"]: unit["score"] for unit in said["units"] if unit["score"] is not None}
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    app.switch_page("pages/ranking.py")
    app.query_params["period"] = "周"
    app.run()
    table = app.dataframe[0].value
    shown = (
        table[~table["unit_name"].str.endswith("平均")].set_index("unit_name")["score"].to_dict()
    )
    # 甲: 60 x 8/10 + 40 x 1; 乙: only 环境 was looked at, all of it right
    assert told == shown == {"甲街道": 88.0, "乙街道": 100.0}


def test_check_saves_the_marked_file_and_writes_over_nothing(office, tmp_path, capsys):
    folder = tmp_path / "退回"
    code, said = run(capsys, "check", tmp_path / "有误.xlsx", "--marked", folder)
    assert (code, "标注好的原表" in said) == (HELD, True)
    run(capsys, "check", tmp_path / "有误.xlsx", tmp_path / "不是表.xlsx", "--marked", folder)
    assert sorted(path.name for path in folder.iterdir()) == ["有误_核对(2).xlsx", "有误_核对.xlsx"]
    page = openpyxl.load_workbook(folder / "有误_核对.xlsx")["督查表"]
    assert "钱街道" in page["I3"].value
    code, said = run(capsys, "check", folder / "有误_核对.xlsx", "--json")
    assert json.loads(said)[0]["held"] == 1


def test_rows_that_wait_are_listed_and_a_form_is_saved(office, tmp_path, capsys):
    assert run(capsys, "ingest", tmp_path / "有误.xlsx")[0] == HELD
    code, said = run(capsys, "waiting", "--json")
    (row,) = json.loads(said)["rows"]
    assert (code, row["file"], row["source_row"]) == (OK, "有误.xlsx", 3)
    assert "钱街道" in run(capsys, "waiting")[1]
    place = tmp_path / "空表.xlsx"
    assert run(capsys, "form", "external", "--out", place)[0] == OK
    assert openpyxl.load_workbook(place).sheetnames[0] == "上级测评"
    code, said = run(capsys, "form", "nothing", "--out", place)
    assert (code, "没有表格" in said) == (FAILED, True)


def test_deadlines_that_other_working_days_would_move_are_listed(office, tmp_path, capsys):
    headers = ["日期", "来源", "街道", "点位类型", "点位名称", "测评项", "问题描述", "整改时限"]
    row = ["2026-11-16", "市督查组", "甲街道", "小区", "一号", "环境", "堆物", "3个工作日"]
    (tmp_path / "清单.xlsx").write_bytes(xlsx({"问题清单": [headers, row]}))
    assert run(capsys, "ingest", tmp_path / "清单.xlsx", "--confirm-visits")[0] == OK
    assert "都是同一天" in run(capsys, "deadlines")[1]
    stretch = [["开始日期", "安排", "节日"], ["2026-11-18", "放假", "当地节日"]]
    (tmp_path / "节假日.xlsx").write_bytes(xlsx({"节假日": stretch}))
    code, said = run(capsys, "ingest", tmp_path / "节假日.xlsx")
    assert (code, "1 条的期限要经过这次改动的日子" in said) == (OK, True)
    (line,) = json.loads(run(capsys, "deadlines", "--json")[1])["deadlines"]
    assert (line["due"], line["due_now"], line["source_row"]) == ("2026-11-19", "2026-11-20", 2)
    assert "2026-11-20" in run(capsys, "deadlines")[1]


def test_records_are_listed_without_numbers_of_persons(office, tmp_path, capsys):
    header = ["街道", "问题编号", "存在问题", "整改措施", "整改情况", "完成时间", "备注"]
    row = ["甲街道", "DC-001", "堆物", "已清理", "已整改", "2026-11-17", "来电13800138000"]
    book = openpyxl.Workbook()
    for line in (["甲街道整改反馈表"], header, row):
        book.active.append(line)
    book.save(tmp_path / "整改.xlsx")
    code, said = run(capsys, "ingest", tmp_path / "整改.xlsx")
    assert code == OK, said
    code, said = run(capsys, "records", "rectification", "--json")
    (told,) = json.loads(said)["records"]
    assert told["unit_name"] == "甲街道"
    assert "13800138000" not in said
    assert "138****8000" in said
    by_code = run(capsys, "records", "rectification")[1]
    assert "甲街道" in by_code
    assert run(capsys, "records", "整改反馈")[1] == by_code
    code, said = run(capsys, "records", "nothing")
    assert (code, "可以用：问卷计票、加减分、整改流转、整改反馈" in said) == (FAILED, True)
