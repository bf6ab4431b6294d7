"""`survey` and `decide` on the command line: the same figures, and what is hidden in no file."""

import json

import openpyxl
import pytest

from tests.polls import THIRD, definitions, people, poll_office, put, put_records
from tests.queries.test_surveys import STREETS, third
from wenming_metrics.__main__ import FAILED, OK, main


@pytest.fixture
def office(tmp_path, monkeypatch):
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    return made


def run(capsys, *arguments) -> tuple[int, str]:
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def told(capsys, *arguments) -> dict:
    code, said = run(capsys, *arguments, "--json")
    assert code == OK, said
    return json.loads(said)


def test_figures_of_the_latest_wave_with_definition_base_and_margin(office, capsys):
    assert run(capsys, "survey")[0] == FAILED  # nothing has come in
    put(office, THIRD, third())
    code, said = run(capsys, "survey", "--rate", "aware")
    assert code == OK
    for words in (
        "2026年第三季度",
        "知晓率",
        "159 份",
        "95%置信水平",
        "84.28",
        "样本不足，仅供参考",
    ):
        assert words in said
    found = told(capsys, "survey", "--rate", "aware")["知晓率 各单位"]
    own = {one["单位"]: (one["名次"], one["数值（%）"], one["份数"]) for one in found}
    assert own == {"甲街道": (None, 80, 100), "乙街道": (None, 90, 40), "丙街道": (None, 94.74, 19)}
    code, said = run(capsys, "survey", "--wave", "2025年第一季度")
    assert (code, "有：2026年第三季度" in said) == (FAILED, True)
    assert told(capsys, "survey", "--rate", "知晓率")["知晓率 各单位"] == found
    code, said = run(capsys, "survey", "--rate", "nothing")
    assert (code, "知晓率（aware）" in said) == (FAILED, True)


def test_what_is_hidden_stands_in_no_file(office, tmp_path, capsys):
    put(office, THIRD, [*third(), *people(4, "丁街道", knows="yes", rating="good", age="old")])
    book = tmp_path / "两率一度.xlsx"
    assert run(capsys, "survey", "--out", book)[0] == OK
    for sheet in openpyxl.load_workbook(book):
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        own = [row for row in rows if "丁街道" in row or "丙街道" in row]
        assert all(row[3] is row[4] is row[5] is None for row in own), sheet.title
    found = told(capsys, "survey", "--by", "cross", "--rate", "aware", "--question", "age")
    own = [one for one in found["单位和人群"] if one["单位"] == "丁街道"]
    assert [one["数值（%）"] for one in own] == [None] * len(own)


def test_a_doubtful_questionnaire_is_taken_out_by_a_person(office, capsys):
    batch = put(office, THIRD, third())
    (one,) = told(capsys, "survey", "--by", "flags")["疑似代填"]
    who = ("--who", "甲", "--reason", "18 秒答完")
    assert run(capsys, "decide", batch, 0, *who)[0] == FAILED  # nothing speaks against it
    assert run(capsys, "decide", batch, one["序号"], *who)[0] == OK
    assert told(capsys, "survey", "--by", "flags")["疑似代填"][0]["现在"] == "不计"
    assert run(capsys, "decide", batch, one["序号"], "--keep", *who)[0] == OK
    said = told(capsys, "survey", "--rate", "content", "--without-flagged")
    assert said["满意度 各单位"][-1]["份数"] == 18


def test_the_other_lists(office, capsys):
    put(office, THIRD, third())
    quota = {"first": "2026-07-01", "last": "2026-09-30", "question": "", "people": ""}
    put_records(office, "quota", [("甲街道", THIRD.end.toordinal(), {**quota, "planned": 120})])
    board = told(capsys, "survey", "--by", "quota", "--points", "5")["配额进度"]
    assert (board[0]["计划份数"], board[0]["已完成"], board[0]["还差"]) == (120, 100, 20)
    line = told(capsys, "survey", "--by", "course", "--rate", "aware", "--unit", "甲街道")
    assert line["甲街道"][0]["数值（%）"] == 80
    assert told(capsys, "survey", "--by", "printed")["测评方自己印的数"] == []
    assert run(capsys, "survey", "--by", "course")[0] == FAILED
