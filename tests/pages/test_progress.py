"""工作推进 without a browser: what each theme says, and the row behind a line."""

import json
from zipfile import ZipFile

import pytest

from tests.builders import xlsx
from tests.decisions.test_inspection_plan import plan_office
from tests.offices import ingest, make_office, register_units
from tests.pages.test_pages import (
    _serializable,
    button,
    drawn_alike,
    show_the_nearest_view,
    sound,
    texts,
    visit,
)
from tests.publishing.city import open_city
from tests.queries.test_duties import duty_office
from tests.queries.test_progress import progress_office
from wenming_metrics.__main__ import main

__all__ = ["_serializable"]  # a fixture
pytestmark = drawn_alike


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    folder = tmp_path_factory.mktemp("progress")
    office = progress_office(folder)
    return {"WENMING_DATA": str(folder / "data"), "WENMING_STORE": str(office.store.engine.url)}


@pytest.fixture(autouse=True)
def _office(places, monkeypatch):
    for name, value in places.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("theme", "sentence"),
    [
        ("台账材料", "材料逾期"),
        ("指标数据", "**2项**指标有单位低于目标：注册率（1个单位）、综合活跃度（1个单位）。"),
        (
            "公益广告",
            "1个点位公益广告5处，完好3处；有要求的1个点位中**1个**不够，还缺1处：一小区。",
        ),
        ("专项行动", "3个专项行动中，**"),
        ("测评复盘", "没有第三方查出的问题"),
        ("一点一档", "还没有点位。"),
        ("基层减负", "不排名，不计入得分"),
        ("负面清单", "还没有写明负面清单的事项。"),
        ("先进候选", "列不出先进候选。"),
    ],
)
def test_each_theme_opens_with_its_sentence(theme, sentence):
    assert sentence in texts(visit("progress", work_theme=theme))


def test_every_theme_has_its_nearest_view(request):
    every = request.config.getoption("explore")
    themes = ("指标数据", "公益广告", "专项行动", "测评复盘", "基层减负", "台账材料")
    views = [{"work_theme": theme} for theme in (themes if every else themes[-1:])]
    show_the_nearest_view("progress", views, every=every)


def test_the_choice_of_unit_and_state_narrows_the_list():
    app = visit("progress", work_unit="城东街道")
    assert "2项。点一行" in texts(app)
    assert "测评办法" in texts(sound(app))


def test_the_look_through_the_negative_list_is_typed_in_and_stands_in_the_command(
    tmp_path, monkeypatch, capsys
):
    office = open_city(tmp_path)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", str(office.store.engine.url))
    told = ["negative", "--items", "弄虚作假", "--who", "张三", "--units", "甲街道"]
    told += ["--item", "弄虚作假", "--evidence", "督查通报", "--checker", "李四"]
    assert main(told) == 0
    assert "弄虚作假" in capsys.readouterr().out
    app = visit("progress", work_theme="负面清单")
    assert "负面清单1项：**已发生1项**：甲街道；未核查的单位1个" in texts(app)
    app.text_input(key="who").set_value("张三").run()
    app.multiselect(key="negative-units").set_value(["乙街道"])
    app.text_input(key="negative-evidence").set_value("自查报告")
    app.text_input(key="negative-checker").set_value("李四").run()
    button(app, "登记这些单位的结果").click().run()
    assert "未核查的单位0个，核查过未发生的1个" in texts(sound(app))
    assert main(["negative", "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)["lines"]
    assert [(line["unit_name"], line["result"]) for line in lines] == [
        ("甲街道", "已发生"),
        ("乙街道", "未发生"),
    ]


def test_each_ledger_is_counted_apart(tmp_path, monkeypatch, capsys):
    office = make_office(tmp_path, [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}])
    register_units(office, [("河西街道", "主城区")])
    head = ["测评项目", "材料要求", "责任单位", "截止日期", "报送时间", "状态"]
    # One report is asked for by two ledgers: handed in to the one it is still owed to the other.
    lines = [
        ["网上申报", "说明报告", "河西街道", "2025-10-31", "2025-10-30", "通过"],
        ["未成年人", "说明报告", "河西街道", "2025-10-31", "", "未报"],
    ]
    ingest(office, xlsx({"台账": [["台账材料进度"], head, *lines]}), "台账.xlsx")
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", str(office.store.engine.url))
    for ledger, counts in (("网上申报", (1, 1, 0)), ("未成年人", (1, 0, 1))):
        assert main(["progress", "rates", "--ledger", ledger, "--json"]) == 0
        city = json.loads(capsys.readouterr().out)["lines"][0]
        assert (city["owed"], city["handed"], city["overdue"]) == counts
    assert "**1项**材料逾期：河西街道1项。" in texts(visit("progress", work_ledger="未成年人"))
    assert "没有逾期未报的材料。" in texts(visit("progress", work_ledger="网上申报"))


def test_a_test_of_the_nation_is_chosen():
    app = visit("progress", work_theme="测评复盘", work_test="国测")
    assert "没有国测查出的问题。把失分清单的来源写成国测" in texts(app)


def test_the_command_gives_the_same_figures(capsys):
    assert main(["progress", "rates", "--date", "2026-11-20", "--json"]) == 0
    city = json.loads(capsys.readouterr().out)["lines"][0]
    assert (city["unit_name"], city["owed"], city["handed"], city["overdue"]) == ("全市", 5, 4, 1)
    assert main(["progress", "remind", "--date", "2026-11-20"]) == 0
    assert "逾期20天" in capsys.readouterr().out


def test_the_list_is_saved_as_a_workbook(tmp_path, capsys):
    path = tmp_path / "任务.xlsx"
    assert main(["progress", "tasks", "--overdue", "--out", str(path)]) == 0
    assert path.read_bytes()[:2] == b"PK"


def test_who_answers_is_said_and_what_nobody_has(tmp_path, monkeypatch, capsys):
    office = duty_office(tmp_path)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", str(office.store.engine.url))
    app = visit("progress", work_theme="责任分解")
    said = texts(app)
    assert "共4项责任，其中任务1项；1项任务逾期，**4项**五落实不全" in said
    assert "3条测评标准中1条、4个点位中2个没有人负责" in said
    app.toggle(key="duty_nobody").set_value(True).run()
    assert [len(table.value) for table in app.dataframe][1:3] == [1, 2]
    # The telephone of a contact is on no page and in no list of the command.
    assert not any("8000001" in table.value.to_string() for table in app.dataframe)
    capsys.readouterr()
    assert main(["progress", "sites", "--nobody", "--json"]) == 0
    nobody = json.loads(capsys.readouterr().out)["lines"]
    assert {line["site_name"] for line in nobody} == {"一小区", "二小区"}
    assert main(["progress", "duties"]) == main(["progress", "leaves"]) == 0
    assert "8000001" not in capsys.readouterr().out


def test_the_plan_of_a_week_keeps_its_sites_to_itself(tmp_path, monkeypatch):
    office = plan_office(tmp_path)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", str(office.store.engine.url))
    app = visit("progress", work_theme="督查安排")
    assert "还没有督查计划" in texts(app)
    app.session_state["plan-sampling"] = True
    assert "本期没有可以排名的单位。" in texts(app.run())
    draw = ["plan", "draw", "--size", "9", "--team", "市组", "--team", "河西组＝河西街道"]
    assert main([*draw, "--who", "张三", "--seed", "7"]) == 0
    app = visit("progress", work_theme="督查安排")
    assert "2个督查组" in texts(app)
    tables = [table.value for table in app.dataframe]
    assert tables[0]["planned"].sum() == 9
    assert not any("chance" in table for table in tables)
    app.toggle(key="plan_open").set_value(True).run()
    (listed,) = [table.value for table in app.dataframe if "chance" in table.value]
    assert len(listed) == 9
    assert main(["plan", "forms", "--out", str(tmp_path / "检查表.zip")]) == 0
    assert len(ZipFile(tmp_path / "检查表.zip").namelist()) == 2
    assert main(["plan", "status"]) == main(["plan", "list"]) == 0
    assert main(["plan", "forms", "--week", "2026-01-05", "--out", "无.zip"]) == 3
