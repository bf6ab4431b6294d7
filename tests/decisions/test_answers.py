"""Answers without a number: which problem is offered, what a person's word makes of it."""

import pytest

from tests.builders import xlsx
from tests.decisions.test_problem_moves import DAY, book, make, move, row_of, states, unit
from tests.offices import copy_office, ingest
from wenming_metrics.decisions.answers import accept_answers
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.problems.matches import unmatched_answers

HEADERS = ["问题编号", "单位", "点位", "存在问题", "整改措施", "整改情况", "完成时间"]
BACK = 60


@pytest.fixture
def office(tmp_path):
    return copy_office(tmp_path, "problem moves", make)


def send(office, *rows, name="反馈.xlsx"):
    return ingest(office, xlsx({"反馈": [["整改反馈"], HEADERS, *rows]}), name)


def test_an_answer_without_a_number_is_offered_the_problem_of_its_site(office):
    batch = send(
        office,
        ["", "城管局", "二号", "环境堆物", "已清走", "已整改", "2026-11-12"],
        ["X99", "城管局", "一号", "堆物", "已清走", "已整改", "2026-11-12"],
        ["P1", "城管局", "一号", "堆物", "已清走", "已整改", "2026-11-12"],
    )
    lines = unmatched_answers(office, BACK).set_index("site")
    # 一号 was answered by its number in the same file and is no longer open; 二号 is.
    assert lines.loc["二号", "number"] == "P2"
    assert lines.loc["二号", "likeness"] >= 90
    assert lines.loc["二号", ["state", "measure", "source_row"]].tolist() == [
        "反馈已整改",
        "已清走",
        3,
    ]
    assert lines.loc["一号", "written_no"] == "X99"
    assert states(office)[1] == "整改中"

    chosen = unmatched_answers(office, BACK).query("site == '二号'")
    assert accept_answers(office, chosen, "乙") == ["P2"]
    assert states(office)[1] in ("待核查", "已销号")
    assert "二号" not in set(unmatched_answers(office, BACK)["site"])
    # With its file the answer goes, and the problem stands where it stood.
    commit.withdraw(office, batch, "乙", "报错了")
    assert states(office)[1] == "整改中"


def test_without_any_answer_nothing_is_listed(office):
    assert unmatched_answers(office, BACK).empty


def test_nothing_is_offered_to_an_answer_that_is_like_none(office):
    send(office, ["", "乙街道", "人民公园", "喷泉停水", "已修好", "已整改", "2026-11-12"])
    (line,) = unmatched_answers(office, BACK).to_dict("records")
    assert (line["number"], line["likeness"]) == ("", 0)
    with pytest.raises(IntakeError, match="没有相近的问题"):
        accept_answers(office, unmatched_answers(office, BACK), "乙")


def test_two_answers_to_one_problem_are_not_taken_together(office):
    row = ["", "城管局", "二号", "环境堆物", "已清走", "已整改", "2026-11-12"]
    send(office, row, [*row[:4], "又清一次", *row[5:]])
    with pytest.raises(IntakeError, match="同一个问题"):
        accept_answers(office, unmatched_answers(office, BACK), "乙")
    assert states(office)[1] == "整改中"


def test_the_words_that_the_office_sent_out_are_compared(office):
    send(office, ["", "城管局", "二号", "堆物", "已清走", "已整改", "2026-11-11"])
    (line,) = unmatched_answers(office, BACK).to_dict("records")
    assert (line["number"], line["likeness"]) == ("P2", 100)


def test_a_confirmed_answer_counts_from_the_day_on_which_it_was_done(office):
    # Due on Thursday 12 November; confirmed when that is long over.
    send(office, ["", "城管局", "二号", "环境堆物", "已清走", "已整改", "2026-11-11"])
    accept_answers(office, unmatched_answers(office, BACK), "乙")
    lines = book(office).lines.set_index("number")
    assert lines.loc["P2", "answered"] == DAY + 2
    assert not lines.loc["P2", "is_late"]


def test_what_was_done_before_the_hand_out_answers_it(office):
    key = row_of(office, "三号")
    (number,) = move(office, [key], "交办", 7, unit=unit(office, "城管局"), due=DAY + 10)
    send(office, [number, "城管局", "三号", "堆物", "已清走", "已整改", "2026-11-11"])
    lines = book(office).lines.set_index("number")
    assert lines.loc[number, "state"] == "待核查"
    assert lines.loc[number, "answered"] == DAY + 7
    assert not lines.loc[number, "is_late"]


@pytest.mark.parametrize(
    ("unit", "codes"), [("乙街道", ["整改-10"]), ("城管局", []), ("甲街道", [])]
)
def test_an_answer_of_a_unit_that_has_nothing_to_do_with_it_is_told(office, unit, codes):
    row = ["P2", unit, "二号", "环境堆物", "已清走", "已整改", "2026-11-12"]
    content = xlsx({"反馈": [["整改反馈"], HEADERS, row]})
    preview = commit.inspect(office, content, "反馈.xlsx")
    told = [problem for problem in preview.reading.problems if problem.code == "整改-10"]
    assert [problem.code for problem in told] == codes
    if codes:
        assert "由甲街道、城管局负责" in told[0].text or "由城管局、甲街道负责" in told[0].text
        assert (told[0].row, told[0].found) == (3, "乙街道")


@pytest.mark.parametrize(("number", "is_known"), [("P2", True), ("P1-2", True), ("P9", False)])
def test_an_answer_whose_number_nobody_knows_is_told_when_it_comes(office, number, is_known):
    row = [number, "城管局", "二号", "环境堆物", "已清走", "已整改", "2026-11-12"]
    preview = commit.inspect(office, xlsx({"反馈": [["整改反馈"], HEADERS, row]}), "反馈.xlsx")
    told = [problem.text for problem in preview.reading.problems if problem.code == "整改-12"]
    assert (
        told == []
        if is_known
        else told
        == [
            "“反馈”第 3 行：没有找到问题编号“P9”，这条反馈暂时对不上任何问题，不计入整改率。请核对编号；"
            "交办清单还没有上传的，上传后自动对上；也可以入库后在“问题整改”的“对不上号的反馈”里确认。[整改-12]"
        ]
    )


def test_an_answer_to_one_of_a_split_cell_names_a_problem(office):
    """P1-2 is the second problem of the cell whose number is P1."""
    send(office, ["P1-2", "城管局", "一号", "堆物", "已清走", "已整改", "2026-11-12"])
    assert unmatched_answers(office, BACK).empty
