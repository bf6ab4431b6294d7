"""Tables in other people's words: their kinds and columns are right, or asked; never wrong and sure.

What each table is was written down by the person who gathered it, before any of it was read.
"""

from dataclasses import replace

import pytest

from tests.builders import xlsx
from tests.uploads.own_words.corpus import TODAY, context, tables
from tests.uploads.own_words.score import describe, outcomes
from wenming_metrics.reading.model.reading import CONFIRM, SURE
from wenming_metrics.reading.model.sender_answers import SenderAnswers
from wenming_metrics.reading.read import read, read_workbook
from wenming_metrics.reading.recognise.column_evidence import weights
from wenming_metrics.reading.recognise.families import FAMILY
from wenming_metrics.vocabulary import INPUT

HALVES = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth", "thirteenth", "gathered"),
)
LEAST = {
    "first": 0.99,
    "second": 0.98,
    "third": 0.97,
    "fourth": 0.94,
    "fifth": 0.96,
    "sixth": 0.97,
    "seventh": 0.96,
    "eighth": 0.96,
    "ninth": 0.95,
    "tenth": 0.95,
    "eleventh": 0.94,
    "twelfth": 0.96,
    "thirteenth": 0.96,
    "gathered": 0.94,
}
"""Share of kinds and columns that must be right. The second half was written by somebody who had not
seen what the software accepts, and was scored once: kinds 91.2 %, columns 90.4 %. What it got wrong was
mended afterwards, so that it is no longer blind. The third part was written in the same way later on:
kinds 70.0 %, columns 96.6 %; it is no longer blind either. The fourth part, eleven of whose twenty tables are
forms of one place, exports of software and tables that are none, was scored once when it was written: kinds
65.0 %, columns 85.1 %, none wrong and sure. What it told was mended, so that it is not blind any more. The fifth part,
24 tables, was scored once: kinds 91.7 %, columns 92.3 %, one wrong and sure (scores of toilets taken for those of
streets); what it told was mended later. The sixth part, 32 tables, was labelled before it was read and scored once: kinds
84.4 %, columns 94.3 %, none wrong and sure, 0.06 questions a table; kinds of misses were mended afterwards. The seventh part, 44 tables, was scored once after the lists of problems had been told
from the answers to them by all parts together: kinds 84.1 %, columns 91.7 %, none wrong and sure, 0.14 questions a
table; what it told was mended. The eighth part, 33 tables, was scored once after that: kinds 84.8 %, columns 95.8 %, none
wrong and sure, 0.18 questions a table; three of its five misses were mended. The ninth part, 50 tables, was
labelled before headers were hidden from the others to see what is told by what surrounds them, and scored once: kinds
76.0 %, columns 94.5 %, none wrong and sure, 0.12 questions a table, just as the reading before would have done.
Seven lists of problems were relabelled as answers after that, by one rule for all parts: beside the problem stands what
was done, in cells that are filled; most of the misses had been on that line. What the ninth told was mended with it.
The tenth part, 60 tables, most of them headers of exports, was labelled by that rule before anything read it and scored
once: kinds 86.7 %, columns 93.0 %, 0.27 questions a table, and one was wrong and sure (分数 beside 测评得分): since then
another column that only says that it is a score is asked about. The eleventh part, 60 tables of notices, ledgers,
scoring annexes and forms, was scored once after that: kinds 81.7 %, columns 92.6 %, 0.13 questions a table, none wrong
and sure; four of its seven tables of other business were taken for ours. Since then a kind must have what it is about,
words of other business speak against all, and the last word of a header says what its column may be. The twelfth part,
50 tables, was scored once after that: kinds 92.0 %, columns 94.3 %, 0.20 questions a table, none wrong and sure; what it
told was mended. The thirteenth part, 50 tables, was scored once after that: kinds 86.0 %, columns 91.5 %, 0.20
questions a table, none wrong and sure; what it told was mended. Of the column
sets that were gathered a third is held out: no weight was set by it (kinds 93.1 %, columns 96.4 %; before the
eleventh 89.7 and 94.8), see `score --held-out`."""


@pytest.mark.parametrize("half", HALVES)
def test_kinds_and_columns_are_right_and_nothing_is_wrong_and_sure(half):
    found = outcomes(half)
    print("\n" + "\n".join([half, *describe(found)]))
    kinds = sum(outcome.kind == outcome.table.kind for outcome in found)
    columns = sum(len(outcome.columns) for outcome in found)
    wrong = sum(len(outcome.wrong) for outcome in found)
    assert not [outcome.table.name for outcome in found if outcome.is_wrong_and_sure]
    least = LEAST[half]
    assert kinds >= least * len(found)
    assert wrong <= (1 - least) * columns


def test_every_kind_has_weights_and_every_column_at_least_its_titles():
    roles, kinds, _ = weights()
    assert set(kinds) == set(FAMILY)
    assert set(roles) == set(INPUT)


def test_a_table_in_own_words_is_told_as_what_it_is_and_why():
    table = next(each for each in tables("first") if each.name == "supervision_summary_by_street")
    reading = read_workbook(table.workbook, table.file, "", context())
    (problem,) = [each for each in reading.problems if each.code == CONFIRM]
    assert "看作问题清单：标题有“督查情况”，“存在问题”作问题描述" in problem.text
    assert problem.code == "表头-10"
    assert "先核对各列" in reading.outcome
    assert reading.checks.empty


def test_what_is_no_inspection_is_never_told_what_an_inspection_needs():
    for table in tables("first"):
        if table.kind in ("findings", "checklist", "wide", "visits"):
            continue
        problems = read_workbook(table.workbook, table.file, "", context()).problems
        texts = [problem.text for problem in problems if problem.code.startswith("表头")]
        assert not any("这张检查" in text or "这张问题清单" in text for text in texts), texts


def test_what_a_sender_says_of_kind_and_columns_is_read():
    table = next(each for each in tables("first") if each.name == "supervision_itinerary")
    said = SenderAnswers(
        kinds=(("行程", "plan"),),
        columns=(("日期", "planned_day"), ("单位", "street"), ("查看地点", "site"))
        + (("地点类型", "point_type"),),
    )
    reading = read_workbook(table.workbook, table.file, "", replace(context(), answers=said))
    assert reading.kind == "plan"
    assert len(reading.plan) > 0


@pytest.mark.parametrize(
    ("title", "header", "row", "kind"),
    [
        (
            "加减分表",
            ["单位", "姓名", "加分", "事由", "文号", "日期"],
            ["柳浪街道", "张伟", 0.5, "获评省级好人", "文明办〔2026〕1号", TODAY],
            "adjustment",
        ),
        (
            "台账材料报送情况",
            ["序号", "材料名称", "报送单位", "姓名", "联系方式", "报送时限", "状态"],
            [1, "志愿服务材料", "柳浪街道", "张伟", "13800138000", TODAY, "已报"],
            "document",
        ),
        ("各街道10月得分", ["街道", "本季"], ["柳浪街道", 88.5], "external"),
        ("各街道10月情况", ["街道", "本季"], ["柳浪街道", 88.5], ""),
        (
            "志愿者名单",
            ["姓名", "单位", "电话", "时长"],
            ["张伟", "柳浪街道", "13800138000", 3],
            "",
        ),
    ],
)
def test_a_table_with_a_column_in_doubt_is_told_by_the_rest(title, header, row, kind):
    (table,) = read(xlsx({"表一": [[title], header, row, row]}), "表一.xlsx", context()).recognised
    assert (table.proposed if table.certainty else "") == kind


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        (
            {"整改期限": ["2026-12-05"] * 4, "整改状态": ["未整改", "待整改", "整改中", "已整改"]},
            "findings",
        ),
        ({"整改状态": ["已整改", "已整改", "整改中", "已整改"]}, "rectification"),
        ({"是否整改到位": ["否", "否", "否", "是"]}, "findings"),
        ({"整改完成日期": ["2026-11-20"] * 4}, "rectification"),
        ({"整改完成日期": [None, None, None, "2026-11-20"]}, "findings"),
        ({"整改措施": ["已更换面板"] * 4}, "rectification"),
        (
            {
                "拟采取的治理举措": ["更换面板"] * 4,
                "状态": ["待整改", "待整改", "待复查", "已闭环"],
            },
            "findings",
        ),
        ({"整改建议": ["更换面板"] * 4}, "findings"),
        ({"处理结果": ["已劝离，加强巡查"] * 4}, "rectification"),
        ({"处理结果": ["已劝离，加强巡查"] * 4, "工单编号": ["A1", "A2", "A3", "A4"]}, "findings"),
        ({"整改情况": ["已整改"] * 4, "扣分": [0.5, 1, 1, 0.5]}, "findings"),
    ],
)
def test_a_list_of_problems_is_an_answer_where_it_tells_what_was_done(more, kind):
    known = {
        "点位": ["枫林新村", "云溪路", "兰峰广场", "竹川路公厕"],
        "存在问题": ["楼道堆物", "路面破损积水", "果皮箱满溢", "墙面小广告未清理"],
        "整改单位": ["柳浪街道", "文笔街道", "听泉街道", "桂香街道"],
    }
    rows = list(zip(*(known | more).values(), strict=True))
    file = xlsx({"表一": [[*known, *more], *map(list, rows)]})
    (table,) = read(file, "表一.xlsx", context()).recognised
    assert table.proposed == kind


@pytest.mark.parametrize(
    "header",
    [
        ["姓名", "性别", "学历", "现任职务", "所属街道"],
        ["供应商名称", "报价", "得分", "排名"],
        ["材料名称", "规格", "单位", "预算数量", "预算单价"],
    ],
)
def test_people_and_purchases_are_tables_of_no_kind(header):
    rows = [[f"{text}{number}" for text in header] for number in range(4)]
    (table,) = read(xlsx({"表一": [header, *rows]}), "表一.xlsx", context()).recognised
    assert not table.certainty


def test_visits_with_a_column_of_points_in_own_words_are_not_read_as_clean_ones():
    """By its known titles it is a sheet of visits, on which nothing was found."""
    header = ["督查日期", "街道", "点位类型", "点位名称", "罚掉的分"]
    rows = [[TODAY, "柳浪街道", "主次干道", f"{n}号路", n / 2] for n in range(4)]
    reading = read(xlsx({"表一": [header, *rows]}), "表一.xlsx", context())
    assert CONFIRM in {problem.code for problem in reading.problems}
    assert reading.checks.empty


def _two_columns_below_one_title() -> bytes:
    header = ["序号", "督查日期", "点位名称", None, "测评项", "检查结果"]
    sites = [("柳浪街道", "松泉新村"), ("柳浪街道", "雪湾购物中心"), ("文笔街道", "云溪路")]
    rows = [[n, TODAY, *sites[n - 1], "消防通道占用", "不符合"] for n in (1, 2, 3)]
    return xlsx({"表一": [header, *rows]}, lambda book: book.active.merge_cells("C1:D1"))


def test_a_title_over_two_columns_is_no_title_of_the_first():
    """Its first column holds the streets: read as sites, they would be sites of no name."""
    reading = read(_two_columns_below_one_title(), "检查表.xlsx", context())
    (table,) = reading.recognised
    assert table.is_open
    named = {
        column.header: role
        for column, role in zip(table.columns, table.roles["checklist"], strict=True)
    }
    assert named["点位名称(第1列)"] == "street"
    assert named["点位名称(第2列)"] == "site"
    assert reading.checks.empty


def test_the_columns_below_one_title_are_read_as_a_sender_says():
    said = SenderAnswers(
        kinds=(("表一", "checklist"),),
        columns=(("点位名称(第1列)", "street"), ("点位名称(第2列)", "site")),
    )
    answered = replace(context(), answers=said)
    reading = read(_two_columns_below_one_title(), "检查表.xlsx", answered)
    streets = context().register.units.set_index("unit")["name"][reading.checks["unit"]]
    assert streets.tolist() == ["柳浪街道", "柳浪街道", "文笔街道"]
    assert reading.checks["site"].nunique() == 3


def test_a_table_of_days_and_points_is_no_register_of_its_sites():
    """By the titles that are known it is one: read so, all that was found would be lost."""
    header = ["序号", "暗访日期", "点位名称", "所属街道", "点位类别", "满分", "得分"]
    rows = [
        [1, "2026-11-12", "枫林新村", "柳浪街道", "小区", 50, 43.5],
        [2, "2026-11-12", "云溪路", "柳浪街道", "主次干道", 40, 36],
        [3, "2026-11-13", "兰峰农贸市场", "文笔街道", "农贸市场", 60, 45],
    ]
    reading = read(xlsx({"11月": [header, *rows]}), "11月份点位得分.xlsx", context())
    (table,) = reading.recognised
    assert (table.certainty, table.proposed) != (SURE, "sites")
    assert reading.registered_sites.empty


def test_a_number_beside_a_street_is_no_score():
    rows = [["柳浪街道", "香樟", 62.5], ["文笔街道", "银杏", 55]]
    reading = read(xlsx({"表一": [["街道", "树种", "胸径"], *rows]}), "表一.xlsx", context())
    assert reading.is_rejected
    assert not [each for each in reading.recognised if each.certainty]


def test_an_unknown_word_over_what_was_looked_at_is_told_by_the_results_beside_it():
    header = ["日期", "街道", "点位名称", "甲栏", "检查结果"]
    seen = ("消火栓前有通道", "门牌齐全", "台阶有扶手")
    rows = [[TODAY, "柳浪街道", "枫林新村", text, "符合"] for text in seen]
    (table,) = read(xlsx({"表一": [header, *rows]}), "表一.xlsx", context()).recognised
    assert table.proposed == "checklist"
    assert table.roles["checklist"][3] == "item"
