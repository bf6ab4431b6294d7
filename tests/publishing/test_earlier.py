"""更正 in the next issue, the triangle of what each issue said, and issues beside the calendar of the office."""

import math
from datetime import date, timedelta

import pytest

from tests.publishing.city import MONDAY, open_city, put, row
from wenming_metrics.export.word.blocks import Grid, Paragraph
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.bulletin.document import make_bulletin, title_of
from wenming_metrics.publishing.bulletin.earlier import names_of, triangle
from wenming_metrics.publishing.bulletin.layout import Layout, kind_of, layout_in_force, save_layout
from wenming_metrics.publishing.bulletin.material import issue_of_span, material_of_issue
from wenming_metrics.publishing.bulletin.recheck import recheck
from wenming_metrics.publishing.bulletin.sections import make_content
from wenming_metrics.publishing.issues import find_issue, issues, slots_with_issues
from wenming_metrics.publishing.steps import note_step, steps_of
from wenming_metrics.reading.sandbox.documents import read_text
from wenming_metrics.store.database import reading

WEEKS = [MONDAY + timedelta(7 * n) for n in range(3)]


def sign(office, day, **more):
    issue = signing.draft(office, day, "张三", until_now=True, **more)
    return signing.sign(office, issue.key, "王五", f"演字{issue.name}{issue.number}号")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Open a city: 甲 60 and 乙 90 in the first week, until one file of 甲 is withdrawn: then 甲 has 80."""
    office = open_city(tmp_path_factory.mktemp("earlier"))
    put(office, "周一", row("甲街道", 2), row("乙街道", 1))
    wrong = put(office, "周二", row("甲街道", 6, MONDAY + timedelta(1)))
    sign(office, WEEKS[0])
    put(office, "第二周", row("甲街道", 3, WEEKS[1]), row("乙街道", 0, WEEKS[1]))
    commit.withdraw(office, wrong, "李四", "发错了表")
    sign(office, WEEKS[1])
    put(office, "第三周", row("甲街道", 0, WEEKS[2]), row("乙街道", 0, WEEKS[2]))
    sign(office, WEEKS[2])
    return office


def content_of(office, issue, layout=None):
    with reading(office.store) as connection:
        material = material_of_issue(connection, office, issue)
    return make_content(material, layout or Layout(sections=("corrections",))).body


def texts(blocks):
    return [block.text for block in blocks if isinstance(block, Paragraph)]


def test_the_next_issue_tells_both_figures_and_the_reason_once(office):
    third, second, first = issues(office)
    blocks = content_of(office, second)
    # (60 + 90) / 2 was signed; (80 + 90) / 2 it is.
    said = "周通报第10期（3月3日—9日）（演字周通报10号），全市得分由75.00分更正为85.00分，更正1个单位的得分或名次。"
    assert said in texts(blocks)
    (grid,) = [block for block in blocks if isinstance(block, Grid)]
    (cells,) = grid.rows
    assert cells[:5] == ("甲街道", "60.00分", "80.00分", "第2名", "第2名")
    assert cells[5] == "撤回 第 3 批 周二.xlsx"
    assert "李四" not in cells[5]
    for issue in (first, third):
        assert not any("更正" in text for text in texts(content_of(office, issue)))


def test_the_triangle_says_what_each_issue_said_of_each_period(office):
    course = triangle(office, issues(office)[0]).set_index("title")
    rows = [[None if math.isnan(score) else score for score in line] for line in course.to_numpy()]
    assert rows == [[75, 85, 85], [None, 85, 85], [None, None, 100]]
    assert list(course.columns) == list(course.index)
    of_unit = triangle(office, issues(office)[0], "甲街道").set_index("title")
    assert of_unit.iloc[0].tolist() == [60, 80, 80]
    assert set(names_of(office, issues(office)[0])) == {"甲街道", "乙街道"}


def test_a_document_with_corrections_comes_back_as_it_was(office):
    bulletin = make_bulletin(office, issues(office)[1])
    assert recheck(office, bulletin.content, bulletin.name).is_same


def test_a_month_and_a_day_are_signed_beside_the_weeks(office):
    month = sign(office, MONDAY, kind="month")
    assert (month.title, month.state) == ("月通报第3期（3月1日—31日）", "已签发")
    # (2 + 3 + 0) of 30 lost: 83.33; (1 + 0 + 0) of 30: 96.67.
    assert "全市得分90.00分。" in texts(content_of(office, month, Layout(sections=("summary",))))
    assert find_issue(office, "月通报3").key == month.key
    assert find_issue(office, "10").name == "周通报"
    places = [issue for _, issue in slots_with_issues(office) if issue is not None]
    assert month.key in {issue.key for issue in places}
    # The weeks' own book goes on as if it were not there.
    assert triangle(office, issues(office)[-1]).shape == (1, 2)
    with pytest.raises(IntakeError, match="已有已签发"):
        signing.draft(office, MONDAY, "张三", kind="month")


def test_a_special_campaign_names_only_its_own_problems(tmp_path):
    office = open_city(tmp_path)
    put(office, "周一", row("甲街道", 2), row("乙街道", 1))
    with pytest.raises(IntakeError, match="最后一天不能早于第一天"):
        signing.draft(office, MONDAY, "张三", kind="special", last=MONDAY - timedelta(1))
    layout = layout_in_force(office, "special")
    for scope, count in (("环境", 2), ("小区", 2), ("停车秩序", 0)):
        save_layout(office.store, Layout(**{**vars(layout), "scope": scope}))
        issue = signing_draft(office)
        said = texts(content_of(office, issue, layout_in_force(office, kind_of(issue))))
        expected = f"本期记录问题{count}条、{count}处。" if count else "本期未发现问题。"
        assert expected in said
    signed = signing.sign(office, issue.key, "王五", "演专〔2025〕1号")
    assert signed.title == "专项督查通报第1期（3月3日—5日）"
    with reading(office.store) as connection:
        material = material_of_issue(connection, office, signed)
    assert title_of(material, layout) == "关于2025年3月3日—5日\n文明城市创建专项督查情况的通报"
    assert layout.longest == 4_000
    # A week's issue on the same days is another one.
    assert signing.draft(office, MONDAY, "张三").number == 10
    assert recheck(office, make_bulletin(office, signed).content, "通报.docx").is_same


def signing_draft(office):
    """Give the special issue, drafted once."""
    drafted = [issue for issue in issues(office) if issue.name == "专项督查通报"]
    last = MONDAY + timedelta(2)
    return (
        drafted[0] if drafted else signing.draft(office, MONDAY, "张三", kind="special", last=last)
    )


def test_a_span_of_no_book_is_checked_by_the_period_that_it_carries(office):
    with reading(office.store) as connection:
        issue = issue_of_span(connection, office, MONDAY, WEEKS[1], "special")
        plain = issue_of_span(connection, office, MONDAY, WEEKS[1], None)
    assert (issue.name, plain.name) == ("专项督查通报", "通报")
    for one in (issue, plain):
        bulletin = make_bulletin(office, one)
        assert recheck(office, bulletin.content, bulletin.name).is_same


def test_steps_are_noted_with_names_in_their_order(tmp_path):
    office = open_city(tmp_path)
    put(office, "周一", row("甲街道", 2))
    issue = signing.draft(office, MONDAY, "张三")
    for step, who, message in (
        ("核稿", "张三", "不能是同一个人"),
        ("印发", "赵六", "签发以后才能印发"),
        ("批示", "赵六", "没有“批示”这一步"),
        ("核稿", " ", "请写明核稿的人"),
    ):
        with pytest.raises(IntakeError, match=message):
            note_step(office, issue.key, step, who)
    note_step(office, issue.key, "核稿", "李四")
    note_step(office, issue.key, "会签", "城管局", "无意见")
    assert issues(office)[0].state == "草稿"
    signing.sign(office, issue.key, "王五", "演字10号")
    with pytest.raises(IntakeError, match="会签在签发以前"):
        note_step(office, issue.key, "会签", "住建局")
    note_step(office, issue.key, "印发", "赵六")
    assert issues(office)[0].state == "已签发"
    taken = steps_of(office, issue)
    assert taken[["step", "who"]].to_numpy().tolist() == [
        ["拟稿", "张三"],
        ["核稿", "李四"],
        ["会签", "城管局"],
        ["签发", "王五"],
        ["印发", "赵六"],
    ]
    assert taken["reason"].tolist()[2] == "无意见"


def test_what_an_office_writes_stands_where_the_standard_puts_it(office):
    layout = Layout(
        sections=("summary", "demands"),
        addressee="各街道、各部门",
        copies="市委办、市政府办",
        secrecy="内部",
        plan_no="督查2025-17",
        internal=True,
        additions=(("summary", "各单位要引以为戒。\n2025年1月9日已经提醒。"),),
    )
    save_layout(office.store, layout)
    bulletin = make_bulletin(office, issues(office)[-1])
    # Numbers of pages stand beside the body.
    lines = [line.cells[0] for line in read_text(bulletin.content).lines if not line.beside]
    assert lines[:2] == ["内部", "内部资料，注意保存"]
    order = [
        lines.index(text) for text in ("各街道、各部门：", "一、督查情况", "各单位要引以为戒。")
    ]
    assert order == sorted(order)
    assert "督查计划编号：督查2025-17。" in lines
    today = date.fromisoformat(issues(office)[-1].signed_at[:10])
    assert lines[-2] == "抄送：市委办、市政府办。"
    assert lines[-1].startswith(f"{layout.signer} {today.year}年")
    assert any("早于本期" in warning for warning in bulletin.warnings)
    assert recheck(office, bulletin.content, bulletin.name).is_same
    save_layout(office.store, Layout())
