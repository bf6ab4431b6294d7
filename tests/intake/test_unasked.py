"""What a unit sends back is held against the lists that ask it: a corrected name is asked, never guessed."""

import pytest

from tests.builders import xlsx
from tests.offices import ingest, make_office, register_units
from wenming_metrics.intake import commit

MATERIALS = ["材料要求", "责任单位", "报送时间", "状态"]
TASKS = ["专项行动", "任务", "责任单位", "截止日期", "进展"]
DUTIES = ["测评标准", "任务", "牵头市领导", "责任单位", "进展"]
NAMES = ("河西", "城东", "龙潭", "南湖")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unasked")
    made = make_office(folder, [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}])
    register_units(made, [(f"{name}街道", "主城区") for name in NAMES])
    asked = ("河西街道", "城东街道", "龙潭街道")
    for what in ("免费开放说明报告", "公益广告实景图片"):
        ingest(
            made, sheet("台账材料进度", MATERIALS, *([what, u, "", "未报"] for u in asked)), what
        )
    tasks = (["文明交通", "路口劝导", unit, "2026-12-01", "未启动"] for unit in asked)
    ingest(made, sheet("专项行动任务", TASKS, *tasks), "任务.xlsx")
    duties = (["路面整洁", "", "甲某", unit, ""] for unit in asked)
    ingest(made, sheet("责任分解表", DUTIES, *duties), "分解.xlsx")
    return made


def sheet(title, head, *rows):
    return xlsx({"表": [[title], head, *rows]})


def handed(what, unit, day="2026-11-02", state="待审"):
    return [what, unit, day, state]


def told(office, content):
    preview = commit.inspect(office, content, "报来的.xlsx")
    return [(p.code, p.row) for p in preview.problems], len(preview.reading.records)


REPORT, PICTURE = "免费开放说明报告", "公益广告实景图片"


@pytest.mark.parametrize(
    ("title", "head", "rows", "problems", "n_good"),
    [
        # Of a unit that owes neither: it was never asked.
        ("台账材料进度", MATERIALS, [handed(REPORT, "南湖街道")], [("记录-06", 3)], 0),
        # A unit corrected the name in one of its lines.
        (
            "台账材料进度",
            MATERIALS,
            [handed(REPORT, "河西街道"), handed(PICTURE, "南湖街道")],
            [("记录-06", 4)],
            1,
        ),
        # A wording retyped, beside one that is left as it was.
        (
            "台账材料进度",
            MATERIALS,
            [handed(REPORT, "河西街道"), handed("公益广告的实景图", "河西街道")],
            [("记录-07", 4)],
            1,
        ),
        # The office sends its list again, with one more unit that has handed in already.
        (
            "台账材料进度",
            MATERIALS,
            [
                *([REPORT, f"{name}街道", "", "未报"] for name in NAMES[:3]),
                handed(REPORT, "南湖街道", state="通过"),
            ],
            [],
            4,
        ),
        # Nothing like what is asked as a whole, though its narrowest is a little.
        (
            "专项行动任务",
            TASKS,
            [["爱国卫生", "路段劝导", "河西街道", "2026-12-01", "80%"]],
            [],
            1,
        ),
        # The office asks one more unit, by a line that tells of nothing done.
        ("台账材料进度", MATERIALS, [handed(REPORT, "南湖街道", "", "未报")], [], 1),
        # A list of another ledger, of several units, some of which have handed in.
        (
            "台账材料进度",
            MATERIALS,
            [handed("年度总结", unit) for unit in ("南湖街道", "河西街道")],
            [],
            2,
        ),
        (
            "专项行动任务",
            TASKS,
            [["文明交通", "路口劝导", "南湖街道", "2026-12-01", "80%"]],
            [("记录-06", 3)],
            0,
        ),
        (
            "责任分解表",
            DUTIES,
            [["路面整洁", "", "甲某", "南湖街道", "正常推进"]],
            [("记录-06", 3)],
            0,
        ),
    ],
)
def test_what_no_list_asks_of_a_unit_is_held(office, title, head, rows, problems, n_good):
    codes, n_records = told(office, sheet(title, head, *rows))
    assert [line for line in codes if line[0].startswith("记录")] == problems
    assert n_records == n_good


def test_the_complaint_names_who_was_asked(office):
    content = sheet("台账材料进度", MATERIALS, handed(REPORT, "南湖街道"))
    (problem,) = [
        p for p in commit.inspect(office, content, "一.xlsx").problems if p.code == "记录-06"
    ]
    assert (problem.found, problem.details["unit"]) == (REPORT, "南湖街道")
    assert set(problem.details["units"].split("、")) == {"河西街道", "城东街道", "龙潭街道"}


@pytest.mark.parametrize("campaign", ["文明交通行动", "爱国卫生"])
def test_the_complaint_names_the_whole_of_what_is_alike(office, campaign):
    row = [campaign, "路口劝导", "河西街道", "2026-12-01", "80%"]
    preview = commit.inspect(office, sheet("专项行动任务", TASKS, row), "一.xlsx")
    (problem,) = [p for p in preview.problems if p.code == "记录-07"]
    assert (problem.found, problem.details["near"]) == (
        f"{campaign}·路口劝导",
        "文明交通·路口劝导",
    )
