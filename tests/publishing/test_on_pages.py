"""Issues whose days are not those of a week: chosen on the pages as 期."""

from datetime import date

import pytest

from tests.offices import copy_office
from tests.pages.test_pages import button, sound, texts, visit
from tests.publishing.city import MONDAY, open_city, put, row, scores
from wenming_metrics.domain.periods import Window
from wenming_metrics.export.package import DOCX
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing import issues, signing
from wenming_metrics.publishing.bulletin.document import make_bulletin
from wenming_metrics.publishing.bulletin.layout import layout_in_force
from wenming_metrics.publishing.issues import nearest_day
from wenming_metrics.publishing.snapshot import frozen

SATURDAY = "[issues]\nname = '督查周报'\nfirst_weekday = 6\n"


@pytest.fixture
def office(tmp_path, monkeypatch):
    def make(folder):
        made = open_city(folder, SATURDAY)
        put(made, "周一", row("甲街道", 2), row("乙街道", 1, date(2025, 3, 1)))
        return made

    made = copy_office(tmp_path, "city of Saturdays", make)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    return made


def test_an_issue_is_a_period_that_can_be_chosen(office):
    app = visit("ranking", period="期", date="2025-03-03")
    assert "时段：第10期（3月1日—7日）" in texts(app)
    assert "未签发" in texts(app)
    issue = signing.draft(office, MONDAY, "张三")
    assert "督查周报第10期（3月1日—7日）草稿" in texts(visit(city_period="期")).replace("\\", "")
    signed = signing.sign(office, issue.key, "王五", "演字10号")
    assert scores(frozen(office, signed.key).lists.boards["street"]) == {"甲街道": 80, "乙街道": 90}
    said = texts(visit("ranking", period="期", date="2025-03-03")).replace("\\", "")
    assert "督查周报第10期（3月1日—7日） :blue[已签发]" in said
    assert "演字10号" in said
    # Monday to Sunday is another window: that one nobody signed.
    assert "未签发" in texts(visit("ranking", period="周", date="2025-03-03"))


def test_the_chosen_issue_stays_open_after_every_act(office):
    """The list is drawn anew after each act, and the one on top is another."""
    put(office, "后一周", row("甲街道", 3, date(2025, 3, 10)))
    slots = [slot for slot, _ in issues.slots_with_issues(office)]
    chosen = next(s for s in slots if s.window.start <= MONDAY <= s.window.end)
    assert chosen != slots[0]
    app = visit("bulletins", issue=f"{chosen.year}-{chosen.number}")
    app.text_input(key="who").set_value("张三").run()
    for label, state in (("建草稿", "草稿"), ("出核对稿", "核对中")):
        button(app, label).click().run()
        (title,) = [line.value for line in sound(app).markdown if line.value.startswith("#####")]
        assert chosen.window.title in title.replace("\\", "")
        assert f":gray[{state}]" in title
    assert [issue.window for issue in issues.issues(office)] == [chosen.window]


def test_days_without_rows_are_not_drafted_but_the_nearest_that_have_some_are_offered(office):
    app = visit("bulletins")
    app.session_state["issue-other"] = True
    app.text_input(key="who").set_value("张三").run()
    app.date_input(key="other-first").set_value(date(2025, 3, 9)).run()
    said = "2025年3月9日没有督查数据，最近有数据的是2025年3月3日，不能建草稿。"
    assert said in texts(app).replace("\\", "")
    assert button(app, "建这份草稿").disabled
    with pytest.raises(IntakeError, match=said):
        signing.draft(office, date(2025, 3, 9), "张三", kind="day")
    app.button(key="other-near").click().run()
    assert said not in texts(app).replace("\\", "")
    button(app, "建这份草稿").click().run()
    assert "日通报第62期（3月3日）已建草稿" in texts(sound(app)).replace("\\", "")


@pytest.mark.parametrize(
    ("first", "last", "nearest"),
    [
        (date(2025, 3, 2), date(2025, 3, 2), date(2025, 3, 1)),
        (date(2025, 3, 4), date(2025, 4, 4), date(2025, 3, 3)),
        (date(2024, 3, 1), date(2024, 3, 9), date(2025, 3, 1)),
        (date(2025, 3, 2), date(2025, 3, 3), None),
    ],
)
def test_of_days_with_rows_the_nearest_is_offered_and_of_two_the_earlier(first, last, nearest):
    days = [date(2025, 3, 1), date(2025, 3, 3)]
    assert nearest_day(Window("custom", first, last), days) == nearest


def test_without_any_rows_no_day_is_offered():
    assert nearest_day(Window("day", MONDAY, MONDAY), []) is None


def test_the_texts_of_a_bulletin_are_edited_where_it_is_downloaded(office):
    issue = signing.draft(office, MONDAY, "张三")
    app = visit("bulletins")
    assert "下载的是征求意见稿" in texts(app)
    app.session_state["bulletin-layout"] = True
    app.text_input(key="who").set_value("张三").run()
    key = f"{issue.key}-{layout_in_force(office).digest}"
    app.text_area(key=f"bulletin-demands-{key}").set_value("3月1日前整改到位。\n举一反三。")
    app.multiselect(key=f"bulletin-sections-{key}").set_value(["ranking", "demands"])
    button(app, "保存通报的设置").click().run()
    assert "通报的设置已保存" in texts(sound(app))
    layout = layout_in_force(office)
    assert (layout.sections, layout.demands[:4]) == (("ranking", "demands"), "3月1日")
    app = visit("bulletins", date="2025-03-03")
    assert "下载通报（Word）" in [element.proto.label for element in app.get("download_button")]


def test_proposals_stand_on_the_page_and_decisions_are_typed_in(office):
    issue = signing.draft(office, MONDAY, "张三")
    app = visit("bulletins")
    assert "没有可以建议的；只凭一周的名次、点位不足的，不建议。" in texts(app)
    assert app.multiselect(key=f"names-front-{issue.key}").value == []
    signing.sign(office, issue.key, "王五", "演字10号")
    app = visit("bulletins")
    app.text_input(key="who").set_value("李四").run()
    app.session_state["proposals"] = True
    app.run()
    app.text_input(key=f"decide-{issue.key}").set_value("暂缓").run()
    button(app, "登记决定").click().run()
    assert "的决定已登记。" in texts(sound(app))
    assert "登记的决定，没有建议过的单位也在内" in texts(app)
    tables = [table.value for table in app.dataframe if "decision" in table.value]
    assert tables[-1]["decision"].tolist() == ["暂缓"]


def test_a_file_is_checked_below_the_verdict_on_an_issue(office):
    issue = signing.draft(office, MONDAY, "张三")
    signed = signing.sign(office, issue.key, "王五", "演字10号")
    made = make_bulletin(office, signed)
    app = visit("recheck")
    assert f"{signed.title} 演字10号：**一致**" in texts(app).replace("\\", "")
    app.file_uploader(key="verify-file").set_value([(made.name, made.content, DOCX)])
    said = texts(sound(app.run())).replace("\\", "")
    assert f"{made.name}与{signed.title}：**一致**" in said


def test_the_foot_below_signed_figures_is_signed_as_well(office):
    issue = signing.draft(office, MONDAY, "张三")
    signing.sign(office, issue.key, "王五", "演字10号")
    put(office, "补", row("乙街道", 3, site="二号点"))
    for page in ("losses", "portrait"):
        query = {"period": "期", "date": "2025-03-03", "unit": "甲街道"}
        prefixed = {
            f"{prefix}{name}": given
            for prefix in ("lost_", "unit_")
            for name, given in query.items()
        }
        said = texts(sound(visit(page, **prefixed)))
        assert "已签发" in said, page
        assert "检查 2 项次" in said, page
