"""Problems on the command line: the list, a move that is made and one that is refused, who is reminded."""

import json

import pytest

from tests.decisions.test_problem_moves import make
from tests.offices import copy_office
from wenming_metrics.__main__ import FAILED, OK, main

pytestmark = pytest.mark.only("sqlite")


def test_list_move_and_remind(tmp_path, monkeypatch, capsys):
    office = copy_office(tmp_path, "problem moves", make)
    monkeypatch.setenv("WENMING_STORE", office.store.engine.url.database)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))

    def listed(*options):
        assert main(["problems", "--json", *options]) == OK
        return json.loads(capsys.readouterr().out)

    assert [line["number"] for line in listed("--term", "逾期")["problems"]] == ["P1", "P2"]
    assert [line["site_name"] for line in listed("--source", "群众")["problems"]] == ["五号"]
    assert listed("--source", "省测")["problems"] == []
    done = ["move", "反馈", "P1", "--who", "甲", "--day", "2026-11-11"]
    assert main(done) == OK
    assert capsys.readouterr().out == "已办反馈：P1。\n"
    assert [line["number"] for line in listed("--state", "待核查")["problems"]] == ["P1"]
    assert main(["move", "销号", "P1", "--who", "乙"]) == FAILED
    assert "现在是“待核查”，不能办“销号”" in capsys.readouterr().err
    figures = {line["code"]: line for line in listed("--as-of", "2026-11-13")["figures"]}
    assert (figures["kept"]["numerator"], figures["kept"]["denominator"]) == (1, 2)
    assert main(["remind", "--as-of", "2026-11-13"]) == OK
    assert "【提示】城管局：" in capsys.readouterr().out
    assert main(["register", "领导批示", "整治三号地块", "--who", "甲"]) == OK
    assert capsys.readouterr().out == "已登记，问题编号 2026000001。\n"
    assert main(["problems", "--rejudge", "2026-11-01", "2026-11-30"]) == OK
    assert "各单位的得分和名次都不会变。" in capsys.readouterr().out
