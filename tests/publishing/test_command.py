"""Issues on the command line: the same services as the pages."""

import hashlib
import json
from datetime import timedelta
from zipfile import ZipFile

import openpyxl
import pytest
from docx import Document

from tests.offices import copy_office
from tests.publishing.city import MONDAY, open_city, put, put_with_a_held_row, row
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.domain.periods import today
from wenming_metrics.intake import commit
from wenming_metrics.publishing.year_archive import tell_apart

pytestmark = pytest.mark.store


@pytest.fixture
def office(tmp_path, monkeypatch):
    def make(folder):
        made = open_city(folder)
        put(made, "周一", row("甲街道", 2), row("乙街道", 1))
        return made

    made = copy_office(tmp_path, "city of a day", make)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    return made


def run(capsys, *arguments) -> tuple[int, str]:
    code = main(["issue", *(str(argument) for argument in arguments)])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_papers_of_one_name_are_numbered():
    facts = ("演字1号", "2026-11-20", "", b"")
    names = ["催办/甲_1.zip", "催办/甲_1.zip", "催办/甲_1_2.zip", "催办/甲_1.ZIP", "交办/甲_1.zip"]
    assert [paper[0] for paper in tell_apart([(name, *facts) for name in names])] == [
        *(
            "催办/甲_1.zip",
            "催办/甲_1_2.zip",
            "催办/甲_1_2_2.zip",
            "催办/甲_1_3.ZIP",
            "交办/甲_1.zip",
        )
    ]


def test_from_draft_to_withdrawal(office, tmp_path, capsys):
    assert run(capsys, "draft", "--date", MONDAY, "--who", "张三")[0] == OK
    code, said = run(capsys, "sign", "10", "--who", "王五")
    assert (code, said.strip()) == (FAILED, "请写明文号。")
    sheets = tmp_path / "核对稿.zip"
    assert run(capsys, "sheets", "10", "--who", "张三", "--out", sheets)[0] == OK
    assert sheets.read_bytes()[:2] == b"PK"
    told = json.loads(
        run(capsys, "sign", "10", "--who", "王五", "--document", "演字10号", "--json")[1]
    )
    assert (told["state"], told["year"], told["number"]) == ("已签发", 2025, 10)
    out = tmp_path / "名单.xlsx"
    assert run(capsys, "export", told["hash"][:10], "--out", out)[0] == OK
    assert openpyxl.load_workbook(out).sheetnames[:3] == ["街道排名", "街道排名图", "失分"]
    assert run(capsys, "verify", "2025-10") == (OK, "周通报第10期（3月3日—9日） 演字10号：一致。\n")
    commit.withdraw(office, 2, "李四", "发错了表")
    code, said = run(capsys, "verify", "10")
    assert code == OK
    assert "更正（签发以后有变动的）（2 个单位）" in said
    listed = json.loads(run(capsys, "list", "--json")[1])["issues"]
    assert [(one["window"], one["is_signed"]) for one in listed] == [("第10期（3月3日—9日）", True)]
    assert run(capsys, "withdraw", "10", "--who", "王五", "--reason", "文号写错")[0] == OK
    assert "已作废" in run(capsys, "list")[1]
    folder = tmp_path / "归档.zip"
    code, said = run(capsys, "archive", today().year, "--out", folder)
    assert code == OK, said
    with ZipFile(folder) as archive:
        listed_files = openpyxl.load_workbook(archive.open("归档目录.xlsx")).active
        rows = [[cell.value for cell in line] for line in listed_files.iter_rows()]
        papers = {row[1]: row for row in rows if str(row[1]).startswith("通报/")}
        assert {*papers, "归档目录.xlsx"} == set(archive.namelist())
        for path, line in papers.items():
            assert line[3] == "演字10号"
            assert line[5] == "已作废：文号写错"
            assert line[7] == hashlib.sha256(archive.read(path)).hexdigest()
    assert len(papers) == 2
    code, said = run(capsys, "archive", 2001, "--out", folder)
    assert code == FAILED
    assert "2001年没有签发、交办或催办过" in said


def test_a_number_is_enough_for_a_draft_and_waiting_rows_are_waived_with_a_reason(office, capsys):
    put_with_a_held_row(office, "周二", row("甲街道", 1, MONDAY + timedelta(1)))
    assert run(capsys, "draft", "2025-10", "--who", "张三")[0] == OK
    sign = ("sign", "10", "--who", "王五", "--document", "演字10号")
    assert "还有 1 行待核" in run(capsys, *sign)[1]
    waive = ("waive", "10", "--who", "张三")
    assert run(capsys, *waive) == (FAILED, "请写明不等这些行的原因。\n")
    told = run(capsys, *waive, "--reason", "街道已撤并")[1]
    assert told == "周通报第10期（3月3日—9日）不等 1 行待核的。\n"
    assert "没有要等的行" in run(capsys, *waive, "--reason", "街道已撤并")[1]
    assert run(capsys, *sign)[0] == OK


def test_a_bulletin_is_made_and_checked(office, tmp_path, capsys):
    def command(*arguments) -> tuple[int, str]:
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, (said.out + said.err).replace("\n", "")

    assert command("bulletin", "--week", MONDAY)[1] == "请用 --out 写明存到哪个文件。"
    out, shell = tmp_path / "通报.docx", tmp_path / "外壳.docx"
    assert command("bulletin", "--out", out)[1].startswith("请写明哪一期")
    assert command("bulletin", "--week", MONDAY, "--out", out) == (OK, f"通报已存到 {out}。")
    assert command("verify", out)[1].startswith("周通报第10期（3月3日—9日）：一致。")
    assert command("bulletin", "--save-shell", shell)[0] == OK
    document = Document(out)
    (table, *_) = document.tables
    table.rows[1].cells[2].paragraphs[0].runs[0].text = "99.00"
    document.save(out)
    code, said = command("verify", out, "--json")
    (line,) = json.loads(said)["differences"]
    assert (code, line["state"], line["expected"], line["actual"]) == (FAILED, "不一致", "90", "99")
    shell.write_bytes(shell.read_bytes()[:3_000])
    assert "外壳不是 Word 文档" in command("bulletin", "10", "--out", out, "--shell", shell)[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["draft"], "请写期号，或者用 --date 写明哪一天所在的一期。"),
        (["draft", "11"], "“11”这一期里没有督查数据。"),
        (["sign"], "请写明哪一期"),
        (["verify", "99"], "没有找到“99”"),
        (["verify", "一期"], "没有找到“一期”"),
    ],
)
def test_what_is_missing_is_said(office, capsys, arguments, said):
    code, told = run(capsys, *arguments)
    assert code == FAILED
    assert said in told
