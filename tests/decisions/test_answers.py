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
    ("changes", "code", "words"),
    [
        ({"单位": "乙街道"}, "整改-10", "负责，这一行的反馈单位是乙街道"),
        ({"单位": "甲街道"}, "", ""),
        ({"完成时间": "2026-11-08"}, "整改-13", "是 2026-11-09 发现的，完成时间“2026-11-08”"),
        ({"问题编号": "X99"}, "整改-12", "对不上库里的问题：没有这个编号"),
    ],
)
def test_what_contradicts_the_store_is_held_and_located(office, changes, code, words):
    usual = ["P2", "城管局", "二号", "环境堆物", "已清走", "已整改", "2026-11-12"]
    row = [changes.get(name, cell) for name, cell in zip(HEADERS, usual, strict=True)]
    good = ["P1", "城管局", "一号", "堆物", "已清走", "已整改", "2026-11-12"]
    content = xlsx({"反馈": [["整改反馈"], HEADERS, row, good]})
    preview = commit.inspect(office, content, "反馈.xlsx")
    problems = [(problem.code, problem.sheet, problem.row) for problem in preview.reading.problems]
    assert problems == ([(code, "反馈", 3)] if code else [])
    assert not code or words in preview.reading.problems[0].text
    is_held = code in ("整改-10", "整改-13")
    assert preview.reading.counts.held == is_held
    assert [contents["problem_no"] for contents in preview.reading.records["told"]] == (
        ["P1"] if is_held else [row[0], "P1"]
    )
    commit.commit(office, preview, "甲")
    # Nothing else waits for it; what is held or names no problem does nothing.
    assert states(office)[:2] == ["待核查", "整改中" if code else "待核查"]


def test_an_answer_that_takes_back_what_is_closed_is_held(office):
    done = ["P1", "城管局", "一号", "堆物", "已清走", "已整改", "2026-11-10"]
    send(office, done)
    move(office, ["P1"], "核查通过", 3, way="现场", who="乙")
    move(office, ["P1"], "销号", 3, who="丙")
    for answer, held in (("已整改", 0), ("正在整改", 1)):
        content = xlsx({"反馈": [["整改反馈"], HEADERS, [*done[:5], answer, None]]})
        reading = commit.inspect(office, content, "又报.xlsx").reading
        assert reading.counts.held == held
        assert [problem.code for problem in reading.problems] == ["整改-14"] * held


def test_an_answer_to_one_of_a_split_cell_names_a_problem(office):
    """P1-2 is the second problem of the cell whose number is P1."""
    send(office, ["P1-2", "城管局", "一号", "堆物", "已清走", "已整改", "2026-11-12"])
    assert unmatched_answers(office, BACK).empty
