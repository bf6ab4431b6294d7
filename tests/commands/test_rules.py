"""`rules` on the command line: the way from a version to the next, and what is refused."""

import json

import openpyxl
import pytest

from tests.revising.test_revising import make
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.domain.periods import today


@pytest.fixture
def office(tmp_path, monkeypatch):
    made = make(tmp_path)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    return made


def run(capsys, *arguments) -> tuple[int, str]:
    code = main(["rules", *(str(argument) for argument in arguments)])
    said = capsys.readouterr()
    return code, said.out + said.err


def told(capsys, *arguments) -> dict:
    code, said = run(capsys, *arguments, "--json")
    assert code == OK, said
    return json.loads(said)


def test_from_one_version_to_the_next(office, tmp_path, capsys):
    book = tmp_path / "办法.xlsx"
    assert run(capsys, "export", "tiny", "--out", book)[0] == OK
    assert told(capsys, "compare", "tiny", book)["changes"] == []
    edited = openpyxl.load_workbook(book)
    for row in edited["指标体系"].iter_rows(min_row=4):
        row[3].value = {"A": 40, "B": 60}[row[0].value]
    edited.save(book)
    assert told(capsys, "check", book)["sound"]
    changes = told(capsys, "compare", "tiny", book)["changes"]
    assert [(c["what"], c["old"], c["new"]) for c in changes] == [
        ("A 环境", "60", "40"),
        ("B 秩序", "40", "60"),
    ]
    tried = told(capsys, "try", book, "--days", 3)
    assert [(c["title"], c["moved"]) for c in tried["clauses"]] == [("第一层的权重", 0)]
    assert {u["unit_name"]: u["score_after"] for u in tried["units"]} == {
        "甲街道": 92,
        "乙街道": 70,
    }
    draft = told(capsys, "import", book, "--who", "张三")["draft"]
    release = ["--document", "某文9号", "--from", today().isoformat(), "--who", "张三"]
    code, said = run(capsys, "publish", draft, *release)
    assert (code, "版本“1”已由 tiny 用了" in said) == (FAILED, True)
    assert told(capsys, "publish", draft, *release, "--version", "2")["rules"] == "tiny-2"
    listed = told(capsys, "list")["versions"]
    assert [(one["id"], one["in_force"], one["who"]) for one in listed] == [
        ("tiny-2", True, "张三"),
        ("tiny", False, ""),
    ]
    shown = told(capsys, "show")["indicators"]
    assert [(one["code"], one["share"]) for one in shown] == [("A", 0.4), ("B", 0.6)]
    for command in (["list"], ["show", "tiny"], ["compare", "tiny", "tiny-2"]):
        assert run(capsys, *command)[0] == OK


def test_faults_are_told_all_at_once_and_nothing_is_written(office, tmp_path, capsys):
    book = tmp_path / "办法.xlsx"
    run(capsys, "export", "tiny", "--out", book)
    edited = openpyxl.load_workbook(book)
    edited["指标体系"]["D4"].value = 70
    edited["指标体系"]["E5"].value = "看着给"
    edited.save(book)
    folder = tmp_path / "新办法"
    for command in (["check", book], ["import", book], ["import", book, "--out", folder]):
        code, said = run(capsys, *command)
        assert code == FAILED
        assert "“指标体系”第 4 行“权重”" in said
        assert "“指标体系”第 5 行“计分方式”" in said
    assert not folder.exists()
    code, said = run(capsys, "check", book, "--json")
    assert (code, len(json.loads(said)["faults"])) == (FAILED, 2)
    (tmp_path / "data" / "rules" / "tiny" / "items.csv").write_text(
        "item,point_types,indicator\nQ,,A\n", encoding="utf-8"
    )
    code, said = run(capsys, "check", tmp_path / "data" / "rules" / "tiny")
    assert (code, "items.csv 第 2 行 item 列" in said) == (FAILED, True)
