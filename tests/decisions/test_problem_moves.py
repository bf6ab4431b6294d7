"""Moves of problems on a real store: what is allowed, what is refused and why, what it does to figures."""

import io
import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from tests.builders import xlsx
from tests.offices import copy_office, ingest, make_office
from tests.problems_view import problem_book
from tests.reading.hostile import photographed, png
from wenming_metrics.decisions.problem_moves import add_problem, make_moves, order_now
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.bulletin.facts import gather
from wenming_metrics.publishing.bulletin.work_sections import is_late, problem_states
from wenming_metrics.queries.files.pictures import move_pictures
from wenming_metrics.queries.problems.lists import problem_story, problem_view, with_term
from wenming_metrics.queries.problems.rejudge import TAKEN_BACK, rejudge
from wenming_metrics.queries.problems.reminders import reminders
from wenming_metrics.queries.ranking.ranking import listing
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.scores.findings import Moment
from wenming_metrics.queries.unit.open_problems import unsolved
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.scoring.tree.states import OPEN
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading, writing

pytestmark = pytest.mark.store

MONDAY = date(2026, 11, 9)
DAY = MONDAY.toordinal()
BOARD = '[[board]]\nkind = "department"\ntitle = "部门"\nrole = "responsible"\nranked = false'
HEADERS = ["日期", "来源", "街道", "点位类型", "点位名称", "测评项", "问题描述", "责任单位", "扣分"]
HEADERS += ["编号", "整改时限"]
PRICES = "source,state,severity,points\n,已发现,,1\n,未及时整改,,3\n"


def line(site, number=None, due=None, source="市督查组", responsible="城管局"):
    return [MONDAY, source, "甲街道", "小区", site, "环境", "堆物", responsible, None, number, due]


def make_empty(folder):
    return make_office(
        folder,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100, "mode": "deduct", "full_mark": 100, "settlement": "window"}],
        extra=BOARD,
        streets=[("甲街道", "主城区"), ("乙街道", "主城区")],
        files={"deductions.csv": PRICES},
    )


def make(folder):
    office = make_empty(folder)
    rows = [
        line("一号", "P1", "3个工作日"),
        line("二号", "P2", "3个工作日"),
        line("三号"),
        line("四号", responsible="甲街道"),
        line("五号", source="群众"),
    ]
    return fill(office, rows)


def fill(office, rows):
    data = xlsx({"问题清单": [["督查问题清单"], HEADERS, *rows]})
    ingest(office, data, "清单.xlsx", answers=SenderAnswers(confirm_visits=True))
    return office


@pytest.fixture
def office(tmp_path):
    return copy_office(tmp_path, "problem moves", make)


def book(office, as_of=None, known_at=""):
    moment = Moment(DAY + as_of if as_of is not None else periods.today().toordinal(), known_at)
    return problem_book(office, range(DAY, DAY + 1), moment)


def row_of(office, site):
    lines = book(office).lines
    names = dict(zip("一号 二号 三号 四号 五号".split(), range(5), strict=True))
    seq = sorted(lines["source_row"])[names[site]]
    found = lines[lines["source_row"] == seq].iloc[0]
    return DAY, int(found["batch"]), int(found["seq"])


def states(office, **asked):
    lines = book(office, **asked).lines.sort_values("source_row")
    return lines["state"].tolist()


def move(office, numbers, act, day=0, who="甲", **facts):
    return make_moves(office, numbers, order_now(act, who, DAY + day, **facts))


def unit(office, name):
    names = book(office).register.units["name"]
    return int(names.index[names == name][0])


def code_of(caught):
    return re.search(r"\[(流转-\d+)\]", str(caught.value))[1]


def test_where_problems_begin(office):
    assert states(office) == ["整改中", "整改中", "待交办", "待交办", "待核实"]


def test_the_whole_way_of_one_without_a_number(office):
    (number,) = move(
        office, [row_of(office, "三号")], "交办", 1, unit=unit(office, "城管局"), due=DAY + 4
    )
    assert number == "2026000001"
    for act, day, facts in (
        ("签收", 1, {}),
        ("反馈", 3, {}),
        ("核查不通过", 4, {"reason": "不彻底", "due": DAY + 8}),
        ("反馈", 8, {}),
        ("核查通过", 9, {"way": "现场", "who": "乙"}),
        ("销号", 10, {"who": "丙"}),
    ):
        assert move(office, [number], act, day, **facts) == [number]
    told = problem_story(office, *row_of(office, "三号"))
    assert told.course.state == "已销号"
    assert told.steps["act"].tolist()[-1] == "销号"
    assert not told.steps["ignored"].any()
    assert told.dispatched["unit_name"].tolist() == ["城管局"]
    assert told.row["file"] == "清单.xlsx"
    # From Monday evening: a day for the hand-out, then by days of work, 8 hours each.
    assert {party: minutes / 480 for party, minutes in told.hours.items()} == {
        **{"office": 2, "unit": 4, "checker": 2, "paused": 0}
    }


def test_of_what_was_found_before_only_what_was_handed_out_is_carried_over(office, tmp_path):
    def carried(office):
        lines = problem_view(office, 5, MONDAY + timedelta(days=20)).lines
        return sorted(zip(lines["site_name"], lines["unit_name"], strict=True))

    assert carried(office) == [("一号", "城管局"), ("二号", "城管局")]
    without_numbers = fill(make_empty(tmp_path / "b"), [line("三号"), line("四号")])
    assert carried(without_numbers) == []
    lines = book(without_numbers).lines
    row = lines[lines["source_row"] == lines["source_row"].min()].iloc[0]
    key = (DAY, int(row["batch"]), int(row["seq"]))
    move(without_numbers, [key], "交办", 1, unit=unit(without_numbers, "甲街道"), due=DAY + 4)
    assert carried(without_numbers) == [("三号", "甲街道")]


def test_handing_out_twice_hands_out_once(office):
    lead = unit(office, "城管局")
    (number,) = move(office, [row_of(office, "三号")], "交办", 1, unit=lead, due=DAY + 4)
    with pytest.raises(IntakeError, match="本轮已经交办过") as caught:
        move(office, [row_of(office, "三号")], "交办", 1, unit=lead, due=DAY + 4)
    assert number in str(caught.value)
    assert "流转-12" in str(caught.value)
    with reading(office.store) as connection:
        sent = connection.execute(select(schema.hand_out.c.number)).scalars().all()
        events = connection.execute(select(schema.problem_event.c.event)).scalars().all()
    assert (sent, len(events)) == ([number], 1)


@pytest.mark.parametrize(
    ("acts", "act", "facts", "message", "code"),
    [
        ([], "核查通过", {"way": "现场"}, "现在是“整改中”，不能办“核查通过”", "流转-03"),
        ([], "交头接耳", {}, "不认识。可以写", "流转-15"),
        ([], "退回", {}, "还缺：原因", "流转-04"),
        ([], "反馈", {"who": ""}, "还缺：办理人", "流转-04"),
        ([], "反馈", {"day": -1}, "早于上一步（2026-11-09）", "流转-05"),
        (
            [("反馈", 2, {})],
            "核查通过",
            {"day": 3, "way": "电话"},
            "核查方式“电话”不认识",
            "流转-18",
        ),
        (
            [("反馈", 2, {}), ("核查通过", 3, {"way": "现场"})],
            "销号",
            {"day": 4},
            "是甲核查的",
            "流转-07",
        ),
        (
            [],
            "批准挂账",
            {"until": DAY + 400, "approver": "乙", "document_no": "1"},
            "挂账最长 366 天",
            "流转-10",
        ),
        ([], "延期申请", {"day": 9, "reason": "雨", "due": DAY + 12}, "申请时已经逾期", "流转-09"),
        (
            [("签收", 0, {}), ("退回", 1, {"reason": "否"})],
            "退回",
            {"day": 1, "reason": "否"},
            "待交办",
            "流转-03",
        ),
        ([], "改派", {"reason": "错", "due": DAY - 1, "unit": 1}, "早于办理日期", "流转-17"),
    ],
)
def test_what_is_not_allowed_says_why(office, acts, act, facts, message, code):
    for earlier, day, more in acts:
        if earlier == "签收":
            move(office, ["P1"], "改派", 0, unit=1, due=DAY + 3, reason="错")
        move(office, ["P1"], earlier, day, **more)
    before = states(office)
    with pytest.raises(IntakeError, match=message) as caught:
        move(office, ["P1"], act, **facts)
    assert code_of(caught) == code
    assert states(office) == before


def test_a_number_that_several_bear_names_none(office):
    row = line("六号", "P1", "3个工作日")
    data = xlsx({"问题清单": [["督查问题清单"], HEADERS, row]})
    ingest(office, data, "又一份.xlsx", answers=SenderAnswers(confirm_visits=True))
    with pytest.raises(IntakeError, match="有几条问题同用") as caught:
        move(office, ["P1"], "反馈", 1)
    assert code_of(caught) == "流转-02"


def test_a_second_return_goes_to_a_meeting(office):
    for _ in range(2):
        move(office, ["P1"], "改派", 0, unit=1, due=DAY + 3, reason="错")
        move(office, ["P1"], "签收", 0)
        with pytest.raises(IntakeError, match="已经退回过一次") if _ else nullcontext() as caught:
            move(office, ["P1"], "退回", 0, reason="非本单位职责")
    assert code_of(caught) == "流转-11"


def test_there_is_one_appeal(office):
    for act, day, facts in (
        ("反馈", 8, {}),
        ("核查通过", 9, {"way": "现场", "who": "乙"}),
        ("销号", 10, {"who": "丙"}),
        ("逾期申诉", 11, {"reason": "道路封闭"}),
    ):
        move(office, ["P1"], act, day, **facts)
    with pytest.raises(IntakeError, match="已经申诉过一次") as caught:
        move(office, ["P1"], "逾期申诉", 12, reason="道路封闭")
    assert code_of(caught) == "流转-13"


def test_one_that_is_wrong_keeps_all_from_being_made(office):
    with pytest.raises(IntakeError, match="没有找到问题编号“P9”"):
        move(office, ["P1", "P9", "P2"], "反馈", 1)
    assert states(office)[:2] == ["整改中", "整改中"]


def test_a_day_to_come_is_refused(office):
    late = periods.today().toordinal() - DAY + 1
    with pytest.raises(IntakeError, match="晚于今天"):
        move(office, ["P1"], "反馈", late)


def test_a_joint_problem_closes_when_all_have_reported(office):
    lead, helper = unit(office, "城管局"), unit(office, "乙街道")
    facts = {"unit": lead, "assisting": (helper,), "due": DAY + 4}
    (number,) = move(office, [row_of(office, "三号")], "交办", 1, **facts)
    move(office, [number], "反馈", 2)
    move(office, [number], "核查通过", 3, way="现场", who="乙")
    with pytest.raises(IntakeError, match="还有协办单位没有反馈：乙街道") as caught:
        move(office, [number], "销号", 4, who="丙")
    assert code_of(caught) == "流转-14"
    with reading(office.store) as connection:
        assert (
            connection.execute(select(schema.problem_event.c.act)).scalars().all()[-1] == "核查通过"
        )


def test_what_people_report_is_verified_first(office):
    reported = row_of(office, "五号")
    with pytest.raises(IntakeError, match="现在是“待核实”"):
        move(office, [reported], "交办", 1, unit=unit(office, "城管局"), due=DAY + 4)
    (number,) = move(office, [reported], "核实不属实", 1, reason="没有这回事")
    assert states(office)[4] == "不属实"
    assert number == "2026000001"


def test_an_instruction_is_followed_like_a_problem(office):
    number = add_problem(office, "领导批示", "整治三号地块", "甲", MONDAY)
    move(office, [number], "交办", 1, unit=unit(office, "城管局"), due=DAY + 4)
    view = problem_view(office, 60, date(2026, 11, 20))
    told = view.lines[view.lines["number"] == number].iloc[0]
    assert (told["state"], told["source_name"], told["item_name"]) == (
        "待签收",
        "领导批示",
        "整治三号地块",
    )
    assert with_term(view.lines, "逾期")["number"].tolist()[:1] == ["P1"]
    assert number in with_term(view.lines, "逾期")["number"].tolist()


def answer(office, *rows, name="反馈.xlsx"):
    title = ["填报单位:城管局  填报日期:2026.11.14"]
    return ingest(
        office, xlsx({"反馈": [title, ["问题编号", "整改情况", "完成时间"], *rows]}), name
    )


def test_answers_of_files_are_events_and_go_with_their_file(office):
    batch = answer(office, ["P1", "已整改", "2026-11-11"], ["P2", "整改中", ""])
    lines = book(office).lines.sort_values("source_row")
    assert lines["state"].tolist()[:2] == ["待核查", "整改中"]
    assert lines["closed"].tolist()[:2] == [DAY + 2, OPEN]
    commit.withdraw(office, batch, "甲", "错")
    assert states(office)[:2] == ["整改中", "整改中"]


def test_the_loop_and_the_scores_say_the_same(office):
    """Answers of files alone: closed and late as the log of problems has always judged them."""
    answer(office, ["P1", "已整改", "2026-11-11"], ["P2", "已整改", "2026-11-13"])
    answer(office, ["P1", "已整改", "2026-11-13"], name="更正.xlsx")
    week = periods.window("week", MONDAY)
    told = (
        listing(office, week, "department", Moment(DAY + 20)).set_index("unit_name").loc["城管局"]
    )
    view = problem_view(office, 30, date(2026, 11, 29))
    kept = view.rate_of("kept")
    assert (told["fell_due"], told["in_time"]) == (kept["denominator"], kept["numerator"]) == (2, 0)


def test_a_check_that_failed_opens_the_problem_for_the_scores_too(office):
    answer(office, ["P1", "已整改", "2026-11-11"])
    week = periods.window("week", MONDAY)

    def in_time(as_of):
        told = listing(office, week, "department", Moment(DAY + as_of))
        return told.set_index("unit_name").loc["城管局", ["fell_due", "in_time"]].tolist()

    assert in_time(5) == [2, 1]
    move(office, ["P1"], "核查不通过", 4, reason="不彻底", due=DAY + 8)
    assert in_time(6) == [1, 0], "its limit is later now"
    assert in_time(9) == [2, 0]


def test_where_a_check_closes_the_units_word_does_not(office):
    loop = replace(office.rules.loop, closes="check")
    rules = replace(office.rules, pricing=replace(office.rules.pricing, loop=loop))
    strict = replace(office, rules=rules, rule_sets=(rules,))
    answer(office, ["P1", "已整改", "2026-11-11"])
    closed = problem_book(strict, range(DAY, DAY + 1)).lines.set_index("number")["closed"]
    assert closed["P1"] == OPEN
    make_moves(strict, ["P1"], order_now("核查通过", "乙", DAY + 9, way="现场"))
    make_moves(strict, ["P1"], order_now("销号", "丙", DAY + 10))
    lines = problem_book(strict, range(DAY, DAY + 1)).lines.set_index("number")
    assert lines.loc["P1", ["closed", "is_late"]].tolist() == [DAY + 10, False]
    told = listing(strict, periods.window("week", MONDAY), "department", Moment(DAY + 20))
    told = told.set_index("unit_name").loc["城管局"]
    assert (told["fell_due"], told["in_time"]) == (2, 1), "checking is not the unit's time"


OTHERS_HAVE_IT = {
    "挂账": [("批准挂账", {"approver": "丙", "document_no": "1号", "until": DAY + 60})],
    "长期整改": [("列入长期整改", {"approver": "丙", "document_no": "1号", "until": DAY + 60})],
    "退回": [("退回", {"reason": "不是本单位职责"})],
    "不属实": [("认定不属实", {"reason": "看错了", "approver": "丙"})],
}


@pytest.mark.parametrize("acts", OTHERS_HAVE_IT.values(), ids=OTHERS_HAVE_IT)
def test_a_deadline_that_passes_while_others_have_the_problem_is_missed_nowhere(office, acts):
    """P1 is not its unit's to put right when its day passes, P2 is: one definition on all screens."""
    for act, facts in acts:
        move(office, ["P1"], act, 1, **facts)
    assert deadlines_told(office) == {"fell_due": 1, "in_time": 0, "late": 1, "aside": 1}


def test_what_waits_to_be_checked_is_missed_nowhere(office):
    loop = replace(office.rules.loop, closes="check")
    rules = replace(office.rules, pricing=replace(office.rules.pricing, loop=loop))
    strict = replace(office, rules=rules, rule_sets=(rules,))
    answer(office, ["P1", "已整改", "2026-11-11"])
    assert deadlines_told(strict) == {"fell_due": 1, "in_time": 0, "late": 1, "aside": 1}
    make_moves(strict, ["P1"], order_now("核查通过", "乙", DAY + 4, way="现场"))
    make_moves(strict, ["P1"], order_now("销号", "丙", DAY + 5))
    assert deadlines_told(strict) == {"fell_due": 2, "in_time": 1, "late": 1, "aside": 0}


def deadlines_told(office):
    """What ranking, 问题整改, 单位画像 and 通报 say of P1 and P2, each of its own; they must agree."""
    week, as_of = periods.window("week", MONDAY), date(2026, 11, 15)
    at = Moment(as_of.toordinal())
    listed = listing(office, week, "department", at).set_index("unit_name").loc["城管局"]
    kept = problem_view(office, 30, as_of).rate_of("kept")
    left = unsolved(office, week, "department", unit(office, "城管局"), as_of)
    with reading(office.store) as connection:
        facts = gather(connection, office, week, Cutoff())
    counts = problem_states(facts.problems, facts.as_of)
    told = {"fell_due": counts["fell_due"], "in_time": counts["in_time"]}
    assert listed[["fell_due", "in_time"]].to_dict() == told
    assert (kept["denominator"], kept["numerator"]) == tuple(told.values())
    late = facts.problems[is_late(facts.problems, facts.as_of)]
    assert len(late) == left.late == counts["fell_due"] - counts["in_time"]
    excused = [word for word in facts.problems["excuse"] if word]
    assert counts["to_do"] == counts["found"] - len(excused)
    assert counts["waiting"] + len(excused) == left.set_aside
    return {**told, "late": left.late, "aside": left.set_aside}


def test_figures_as_known_then_never_change(office):
    answer(office, ["P1", "已整改", "2026-11-11"])
    known_at = periods.now().isoformat(timespec="microseconds")
    then = problem_view(office, 30, date(2026, 11, 20), known_at)
    move(office, ["P1"], "核查不通过", 4, reason="不彻底", due=DAY + 8)
    answer(office, ["P2", "已整改", "2026-11-12"], name="又一份.xlsx")
    again = problem_view(office, 30, date(2026, 11, 20), known_at)
    assert again.figures.equals(then.figures)
    assert not problem_view(office, 30, date(2026, 11, 20)).figures.equals(then.figures)


def test_who_is_reminded_of_what(office):
    move(office, [row_of(office, "三号")], "交办", 1, unit=unit(office, "乙街道"), due=DAY + 60)
    view = problem_view(office, 30, date(2026, 11, 17))
    told = reminders(office, view).set_index("unit_name")
    # P1 and P2 fell due on Thursday 12: Friday, Monday and Tuesday are three working days.
    assert told["level"].to_dict() == {"城管局": "催办", "乙街道": "未签收"}
    assert "P1：一号，环境，应于11月12日前整改，逾期5天" in told.loc["城管局", "text"]
    assert problem_view(office, 30, date(2026, 11, 12)).by_unit["overdue"].sum() == 0


def test_who_is_reminded_has_not_moved(office):
    move(office, ["P1"], "催办", 6, document_no="催办〔2026〕1号")
    as_of = view_lines(office, date(2026, 11, 24))
    # Ten working days before the 24th is the 10th; P1 and P2 were found, and handed out, on the 9th.
    assert as_of.loc[["P1", "P2"], "is_stalled"].tolist() == [True, True]
    steps = problem_story(office, *row_of(office, "一号")).steps
    assert steps[["act", "note"]].values.tolist() == [["催办", "催办〔2026〕1号"]]


def view_lines(office, as_of):
    return problem_view(office, 30, as_of).lines.set_index("number")


def test_what_the_public_reported_is_answered_and_called_back_before_it_is_closed(office):
    key = row_of(office, "五号")
    (number,) = move(office, [key], "核实属实", 1)
    move(office, [number], "交办", 1, unit=unit(office, "城管局"), due=DAY + 4)
    move(office, [number], "反馈", 2)
    move(office, [number], "核查通过", 3, who="乙", way="现场")
    with pytest.raises(IntakeError, match="还没有答复、回访，不能销号") as caught:
        move(office, [number], "销号", 4, who="丙")
    assert code_of(caught) == "流转-20"
    move(office, [number], "答复", 4)
    with pytest.raises(IntakeError, match="可以写：满意、基本满意、不满意、联系不上"):
        move(office, [number], "回访", 4, outcome="整改到位")
    move(office, [number], "回访", 4, outcome="满意")
    move(office, [number], "销号", 4, who="丙")
    move(office, [number], "反弹", 10, who="乙", reason="又堆上了")
    move(office, [number], "交办", 10, unit=unit(office, "城管局"), due=DAY + 14)
    move(office, [number], "反馈", 11)
    move(office, [number], "核查通过", 12, who="乙", way="现场")
    with pytest.raises(IntakeError, match="还没有答复、回访"):  # a round of its own
        move(office, [number], "销号", 12, who="丙")


def test_a_unit_that_assists_answers_for_itself_alone(office):
    lead, assisting = unit(office, "城管局"), unit(office, "乙街道")
    facts = {"unit": lead, "assisting": (assisting,), "due": DAY + 4}
    (number,) = move(office, [row_of(office, "三号")], "交办", 1, **facts)

    def send(name, state, day):
        row = [number, name, state, f"2026-11-{day}"]
        header = ["问题编号", "单位", "整改情况", "完成时间"]
        data = xlsx({"反馈": [["整改反馈"], [*header, "整改措施"], [*row, "清"]]})
        ingest(office, data, f"{name}{day}.xlsx")
        return problem_story(office, *row_of(office, "三号"))

    story = send("乙街道", "已整改", 11)
    assert (story.course.state, story.course.answered) == ("待签收", 0)
    reported = story.dispatched.set_index("role")["has_reported"]
    assert reported.to_dict() == {"主办": False, "协办": True}
    story = send("城管局", "已整改", 12)
    assert story.course.state == "待核查"
    # What is still under way with who assists does not take the answer of who leads back.
    story = send("乙街道", "正在整改", 13)
    assert (story.course.state, story.steps["act"].tolist()[-1]) == ("待核查", "协办进展")


def test_a_photo_older_than_the_hand_out_or_sent_twice_is_marked(office):
    header = ["问题编号", "单位", "整改情况", "完成时间", "整改前照片", "整改后照片"]
    rows = [[number, "城管局", "已整改", "2026-11-11", None, None] for number in ("P1", "P2")]
    photos = {(3, 5): photo("2026:11:08 09:30:00"), (4, 4): png(3), (4, 5): png(5)}
    ingest(office, photographed(xlsx({"反馈": [["整改反馈"], header, *rows]}), photos), "一.xlsx")
    doubts = [
        problem_story(office, *row_of(office, s)).steps["doubt"].iloc[0] for s in ("一号", "二号")
    ]
    assert doubts == ["拍摄于 2026-11-08，早于交办", ""]
    # The picture 整改前 may be that of the list; the one after it may not have been sent before.
    photos = {(4, 4): png(3), (4, 5): png(5)}
    ingest(office, photographed(xlsx({"反馈": [["整改反馈"], header, *rows]}), photos), "二.xlsx")
    story = problem_story(office, *row_of(office, "二号"))
    assert story.steps["doubt"].tolist() == ["", "1 张库里已经有"]


def photo(moment):
    exif = Image.Exif()
    exif[306] = moment
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, "JPEG", exif=exif)
    return data.getvalue()


def test_a_past_week_judged_anew(tmp_path):
    """Found on 30 September, due in three working days, answered on 9 October.

    Monday to Friday ends on 5 October, inside the holiday; by the notice it is Saturday 10 October.
    """
    office = copy_office(tmp_path, "problem moves", make)
    found = date(2026, 9, 30)
    row = [found, *line("六号", "Q1", "3个工作日")[1:]]
    data = xlsx({"问题清单": [["督查问题清单"], HEADERS, row]})
    ingest(office, data, "九月.xlsx", answers=SenderAnswers(confirm_visits=True))
    answer(office, ["Q1", "已整改", "2026-10-09"])
    with writing(office.store) as connection:
        table = schema.finding
        monday_to_friday = table.update().where(table.c.number == "Q1")
        connection.execute(monday_to_friday.values(due=date(2026, 10, 5).toordinal()))
    told = rejudge(office, periods.window("month", found), "street")
    assert told.lines[["number", "due", "due_now", "mark"]].values.tolist() == [
        ["Q1", "2026-10-05", "2026-10-10", TAKEN_BACK]
    ]
    assert told.ranks.empty, "being late is booked on the day it fell due"
    october = rejudge(office, periods.custom(found, date(2026, 10, 31)), "street")
    assert october.ranks[["unit_name", "score", "score_now"]].values.tolist() == [
        ["甲街道", 97, 99]
    ]


def test_pictures_are_kept_with_the_move_and_one_seen_before_is_marked(office):
    make_moves(office, ["P1"], order_now("反馈", "甲", DAY + 1), [png(3, 3)])
    make_moves(office, ["P2"], order_now("反馈", "甲", DAY + 1), [png(3, 3), png(4, 4)])
    steps = problem_story(office, *row_of(office, "二号")).steps
    assert (len(steps["pictures"].iloc[0]), steps["doubt"].iloc[0]) == (2, "1 张库里已经有")
    assert len(move_pictures(office, steps["pictures"].iloc[0], "反馈")) == 2
    with pytest.raises(IntakeError, match="第 1 个文件不是图片"):
        make_moves(office, ["P1"], order_now("反馈", "甲", DAY + 2), [b"<html>"])


def test_the_book_reads_no_more_than_the_days_it_is_asked_for(office):
    assert len(problem_book(office, range(DAY - 9, DAY)).lines) == 0
    assert len(book(office, as_of=-1).lines) == 0
