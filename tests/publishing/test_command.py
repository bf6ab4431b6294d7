"""Issues on the command line: the same services as the pages."""

import json

import openpyxl
import pytest

from tests.publishing.city import MONDAY, open_city, put, row
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.intake import commit

pytestmark = pytest.mark.store


@pytest.fixture
def office(tmp_path, monkeypatch):
    made = open_city(tmp_path)
    put(made, "周一", row("甲街道", 2), row("乙街道", 1))
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    return made


def run(capsys, *arguments) -> tuple[int, str]:
    code = main(["issue", *(str(argument) for argument in arguments)])
    said = capsys.readouterr()
    return code, said.out + said.err


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
    assert openpyxl.load_workbook(out).sheetnames == ["街道排名", "街道名单"]
    assert run(capsys, "verify", "2025-10") == (OK, "周通报第10期(3月3日—9日) 演字10号:一致。\n")
    commit.withdraw(office, 2, "李四", "发错了表")
    code, said = run(capsys, "verify", "10")
    assert code == OK
    assert "更正(签发以后有变动的)(2 个单位)" in said
    listed = json.loads(run(capsys, "list", "--json")[1])["issues"]
    assert [(one["window"], one["is_signed"]) for one in listed] == [("第10期(3月3日—9日)", True)]
    assert run(capsys, "withdraw", "10", "--who", "王五", "--reason", "文号写错")[0] == OK
    assert "已作废" in run(capsys, "list")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["draft"], "请用 --date 写明哪一天所在的一期。"),
        (["sign"], "请写明哪一期"),
        (["verify", "99"], "没有找到“99”"),
        (["verify", "一期"], "没有找到“一期”"),
    ],
)
def test_what_is_missing_is_said(office, capsys, arguments, said):
    code, told = run(capsys, *arguments)
    assert code == FAILED
    assert said in told
