"""是否达标, 是否存在问题: what passed is never a loss, whichever way a sheet asks."""

import pytest

from tests.builders import CHECKLIST, FINDINGS, VISITS, check_row, read_sheets
from tests.uploads.case import finding, visit
from wenming_metrics.reading.model.reading import RememberedChoices
from wenming_metrics.reading.recognise.headers import fingerprint

ITEMS = ("地面无积水垃圾", "公厕干净无异味", "摊位整洁无出店经营", "公益广告完好")


def codes(reading):
    return [problem.code for problem in reading.problems]


def asked(title, words, *, description=True, deduction=None):
    """A sheet as an office makes it: one row per item, words only where something is wrong."""
    header = [name if name != "检查结果" else title for name in CHECKLIST if name != "扣分"]
    header += ["问题描述"] * description + ["扣分"] * (deduction is not None)
    at, lines = CHECKLIST.index("检查结果"), []
    for item, (word, failed) in zip(ITEMS, words, strict=False):
        row = check_row(测评项=item)[:-1]
        row[at] = word
        row += ["有垃圾" if failed else None] * description
        lines.append([*row, *([1 if failed else 0] if deduction is not None else [])])
    return read_sheets({"检查表": [header, *lines]}, confirm_visits=True)


@pytest.mark.parametrize(
    ("title", "bad", "good"),
    [
        ("是否达标", "否", "是"),
        ("是否合格", "不合格", "合格"),
        ("是否符合", "否", "是"),
        ("是否达标(是/否)", "N", "Y"),
        ("是否到位", "×", "√"),
        ("是否存在问题", "是", "否"),
        ("是否存在问题(是/否)", "是", "否"),
        ("有无问题", "有", "无"),
        ("是否存在问题", "☑是 □否", "□是 ☑否"),
        ("是否达标", "□是 ☑否", "☑是 □否"),
        ("是否扣分", "Y", "N"),
        ("是否有问题", True, False),
    ],
)
@pytest.mark.parametrize("deduction", [None, True])
def test_rows_fail_and_pass_as_the_column_asks(title, bad, good, deduction):
    words = [(bad, True), (good, False), (good, False), (bad, True)]
    reading = asked(title, words, deduction=deduction)
    assert reading.checks["result"].tolist() == [1, 0, 0, 1]
    lost = [10_000] * 4 if deduction else [50_000, 0, 0, 40_000]
    assert reading.checks["lost"].tolist() == [lost[0], 0, 0, lost[3]]
    assert (codes(reading), [sheet.kind for sheet in reading.sheets]) == ([], ["checklist"])


@pytest.mark.parametrize("mark", ["√", "×"])
def test_a_mark_under_a_question_for_problems_waits(mark):
    reading = asked("是否存在问题", [(mark, False), ("否", False)])
    assert (codes(reading), reading.counts.held) == (["结果-01"], 1)
    assert reading.checks["result"].tolist() == [0]


@pytest.mark.parametrize("title", ["有无公益广告", "是否存在占道"])
def test_what_is_there_may_be_right_or_wrong_so_it_waits(title):
    header = [name if name != "检查结果" else title for name in CHECKLIST]
    line = check_row(检查结果="有")
    good = check_row(检查结果="符合", 测评项="公益广告完好")
    reading = read_sheets({"检查表": [[*header[:-1], "扣分"], line, good]}, kinds=(("检查表", "checklist"),),
                          choices=_said(header, title))  # fmt: skip
    assert (codes(reading), reading.checks["result"].tolist()) == (["结果-01"], [0])


def _said(header, title):
    return RememberedChoices({fingerprint(header): {title: "result"}})


def test_not_looked_at_is_what_it_is_under_either_question():
    for title in ("是否达标", "是否存在问题"):
        reading = asked(title, [("不涉及", False), ("未查", False), (None, False)])
        assert reading.checks["result"].tolist() == [2, 3, 3]


def test_a_contradiction_of_answer_and_points_waits():
    reading = asked("是否存在问题", [("否", True), ("是", True)], deduction=True)
    assert codes(reading) == ["结果-02"]


def test_beside_a_result_the_question_is_not_read():
    header = [*CHECKLIST, "是否达标"]
    reading = read_sheets({"检查表": [header, [*check_row(检查结果="×", 扣分=1), "是"]]})
    assert (codes(reading), reading.checks["result"].tolist()) == (["表头-08"], [1])


def test_tables_of_metrics_that_say_whether_they_reach_their_target_stay_metrics():
    table = [["单位", "指标", "期间", "数值", "目标值", "是否达标"]]
    table += [["城东街道", "开放率", "2026年9月", 96, 95, "是"]]
    assert read_sheets({"指标": table}).kind == "metric"


@pytest.mark.parametrize("title", ["是否美观", "有无垃圾"])
def test_a_question_that_nobody_knows_is_asked_about(title):
    words = [("是", True), ("否", False)] if "是" in title else [("有", True), ("无", False)]
    reading = asked(title, words)
    assert reading.is_rejected
    assert {"表头-10", "表头-11"} & set(codes(reading))
    assert len(reading.checks) == 0


@pytest.mark.parametrize("title", ["是否有积水", "有无乱堆乱放", "是否整理"])
@pytest.mark.parametrize("words", [("是", "否"), ("√", "√"), ("有", "有")])
def test_a_question_of_either_meaning_that_a_person_called_the_result_is_asked(title, words):
    header = [name if name != "检查结果" else title for name in CHECKLIST if name != "扣分"]
    lines = [check_row(测评项=item)[:-1] for item in ITEMS[:2]]
    for line, word in zip(lines, words, strict=True):
        line[CHECKLIST.index("检查结果")] = word
    reading = read_sheets({"检查表": [header, *lines]}, columns=((title, "result"),))
    assert reading.is_rejected or reading.counts.held == 2


def listed(*changes, title=None, cells=()):
    header = [*FINDINGS, *([title] if title else [])]
    lines = [[*finding(**one), *([cell] if title else [])] for one, cell in zip(
        changes, cells or [None] * len(changes), strict=True)]  # fmt: skip
    return read_sheets({"问题清单": [header, *lines], "检查点位": [VISITS, visit()]})


def test_a_question_that_parts_the_rows_of_a_list_is_asked_about():
    reading = listed({}, {"测评项": "公益广告完好"}, title="是否美观", cells=["是", "否"])
    assert (reading.is_rejected, "表头-11" in codes(reading)) == (True, True)


@pytest.mark.parametrize("title", ["是否整改", "是否重复", "是否属实", "是否已交办"])
def test_what_a_list_of_problems_asks_besides_parts_nothing(title):
    reading = listed({}, {"测评项": "公益广告完好"}, title=title, cells=["是", "否"])
    assert not reading.is_rejected
    assert int((reading.checks["result"] == 1).sum()) == 2


@pytest.mark.parametrize(
    "words", ["无", "没有问题", "未发现问题", "否", "/", "—", "正常", "符合要求", "√"]
)
@pytest.mark.parametrize("points", [None, 0, 1])
def test_a_row_that_tells_of_no_problem_waits(words, points):
    reading = listed({"问题描述": words, "扣分": points}, {"测评项": "公益广告完好"})
    assert (codes(reading), reading.counts.held) == (["问题-04"], 1)
    assert int((reading.checks["result"] == 1).sum()) == 1


@pytest.mark.parametrize(("points", "held"), [(None, 1), (0, 1), (1, 0)])
def test_a_row_without_words_is_a_problem_only_with_its_points(points, held):
    reading = listed({"问题描述": None, "扣分": points}, {"测评项": "公益广告完好"})
    assert codes(reading) == ["问题-05"] * held
    assert int((reading.checks["result"] == 1).sum()) == 2 - held


@pytest.mark.parametrize("words", ["无障碍设施损坏", "没有垃圾桶", "正常使用的消防通道被占", "无"])
def test_problems_that_begin_alike_are_problems(words):
    reading = listed({"问题描述": words})
    assert reading.counts.held == int(words == "无")
