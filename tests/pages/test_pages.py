"""The pages as a session sees them: real files, a real store, no browser."""

import ast
import functools
import io
import re
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import update
from streamlit import config
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime import context
from streamlit.testing.v1 import AppTest, local_script_runner

from tests import postgres
from tests.offices import copy_store, new_store
from tests.reading.hostile import png
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import commit, rehearsal
from wenming_metrics.publishing import issues, signing
from wenming_metrics.queries.files import batches
from wenming_metrics.queries.office import days_known, open_office
from wenming_metrics.queries.ranking import overview
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import leaf_rows, problem_rows
from wenming_metrics.rules.settings_table import RULES
from wenming_metrics.runtime import settings
from wenming_metrics.store import schema
from wenming_metrics.store.database import open_store, writing
from wenming_metrics.store.pictures import save_pictures
from wenming_metrics.ui import manual
from wenming_metrics.ui.frame import cache
from wenming_metrics.ui.frame.words import plain
from wenming_metrics.upkeep.prune import prune

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples"
PAGES = {
    **{
        "overview": "总览",
        "ranking": "排名",
        "portrait": "单位画像",
        "losses": "失分分析",
        "appraisal": "综合考核",
        "rectification": "问题整改",
        "upload": "数据上传",
        "bulletins": "通报",
        "recheck": "核对",
    },
    **{"trends": "趋势", "survey": "两率一度", "framework": "测评体系", "manual": "使用说明"},
    "progress": "工作推进",
}
WITH_ACCOUNTS = {"accounts": "账号"}
"""Pages that there are once somebody has to sign in."""
REGISTERS = ("单位名册.xlsx", "点位名册.xlsx")
STORED = (*REGISTERS, "2026-11-18_督查二组_检查表.xlsx", "2026-11-20_督查一组_督查记录.xlsx")
FRESH = "2026-11-20_督查二组_检查表.xlsx"
WEEK = window("week", date(2026, 11, 20))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
drawn_alike = pytest.mark.only("sqlite")
"""What a page makes of figures and files, once it has them from whichever engine."""


def fill(names):
    office = open_office(settings.load())
    for name in names:
        preview = commit.inspect(office, (SAMPLES / name).read_bytes(), name)
        commit.commit(office, preview, "测试")
    return office


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The address of a store that holds two registers and two workbooks."""
    url = new_store(tmp_path_factory.mktemp("store"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WENMING_STORE", url)
        fill(STORED).store.engine.dispose()
    return url


@pytest.fixture
def empty(tmp_path, monkeypatch):
    monkeypatch.setenv("WENMING_STORE", new_store(tmp_path))


@pytest.fixture
def filled(monkeypatch, stored):
    """The office of a filled store that all tests share and none changes."""
    monkeypatch.setenv("WENMING_STORE", stored)
    return open_office(settings.load())


@pytest.fixture
def own(tmp_path, monkeypatch, stored):
    """The office of a filled store of the test's own."""
    monkeypatch.setenv("WENMING_STORE", copy_store(open_store(stored), tmp_path))
    return open_office(settings.load())


# Components among the installed packages are looked for once: each page would read them all anew.
manifest_scanner.scan_component_manifests = functools.cache(
    manifest_scanner.scan_component_manifests
)


def _await_end(runner, timeout, look=local_script_runner.require_widgets_deltas):
    """Look whether a page has run once it has: a thousand times a second would slow it."""
    runner._script_thread.join(timeout)
    look(runner, timeout)


local_script_runner.require_widgets_deltas = _await_end


@functools.cache
def registered() -> dict:
    """Learn once what the first visit to a server teaches: its pages by their addresses."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()._registered_pages


def visit(page="overview", **query):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    if page != "overview":
        app._registered_pages = registered()
        app.switch_page(f"pages/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    return sound(app.run())


def sound(app):
    assert not app.exception
    assert not app.error, [e.value for e in app.error]
    return app


def texts(app):
    parts = [*app.markdown, *app.caption, *app.subheader]
    return "\n".join([str(p.value) for p in parts] + [h.proto.body for h in app.get("html")])


@pytest.fixture(autouse=True)
def _serializable():
    """What the session keeps must be plain data; costs too much to check outside the tests."""
    name = "runner.enforceSerializableSessionState"
    config.set_option(name, True)
    yield
    config.set_option(name, False)


@pytest.mark.parametrize("page", ["overview", "ranking"])
def test_an_empty_store_says_what_to_do(empty, page):
    said = texts(visit(page))
    assert "还没有督查数据" in said
    assert "第一次使用" in said
    assert "单位名册" in said


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens(filled, page):
    assert "测评办法：" in texts(visit(page))


def test_overview_shows_the_figures_of_the_queries(filled):
    app = visit(city_period="周")
    told = city(filled, WEEK)
    said = texts(app)
    assert f"检查{told.checks:,}项次" in said
    assert f"{told.score:.2f}" in said
    of_day = texts(visit(city_period="日"))
    assert f"发现问题 **{city(filled, window('day', date(2026, 11, 20))).places:,} 处**" in of_day


@drawn_alike
def test_overview_opens_on_the_latest_whole_week_and_the_day_is_one_tap_away(filled):
    app = visit()
    assert app.date_input[0].value == days_known(filled)[-1]
    assert "时段：2026年11月16日—22日" in texts(app)
    app.segmented_control(key="city_period").set_value("day").run()
    assert "当日点位少，名次仅供参考。" in texts(sound(app))


@drawn_alike
def test_overview_of_a_day_without_data(filled):
    assert "没有督查数据" in texts(visit(city_period="日", city_date="2026-11-19"))


@drawn_alike
def test_ranking_of_a_day_without_data(filled):
    said = texts(visit("ranking", date="2026-11-19"))
    assert "本期没有可以排名的街道：43 个未督查。" in said
    assert "当日没有督查。" in said


def test_ranking_of_a_day_opens_with_its_places_and_problems(filled):
    app = visit("ranking")
    sites, findings, today_list, week_list = (table.value for table in app.dataframe[:4])
    assert len(sites) == city(filled, window("day", date(2026, 11, 20))).sites
    assert "description" in findings
    assert "place" in today_list
    assert len(week_list) > len(today_list)


@drawn_alike
def test_a_free_window_has_two_dates(filled):
    app = visit("ranking", period="自选", **{"from": "2026-11-18", "to": "2026-11-19"})
    assert [control.label for control in app.date_input] == ["开始日期", "结束日期"]
    assert "2026年11月18日—19日" in texts(app)


@drawn_alike
def test_a_phone_gets_the_ranking_as_cards_that_open_a_unit(filled):
    app = visit("ranking", period="周")
    table = next(frame.value for frame in app.dataframe if "place" in frame.value)
    placed = table[~table["unit_name"].str.endswith("平均")]
    html = next(block.proto.body for block in app.get("html") if "<details" in block.proto.body)
    assert html.count("class='ranked'") == len(placed)
    assert html.count("<details") == placed["group"].nunique()
    line = placed.iloc[0]
    assert f"<span>{line['unit_name']}</span><b>{line['score']:.2f}</b>" in html
    assert "href='unit?unit_period=" in html


@drawn_alike
def test_what_a_phone_folds_away_is_named_on_its_line(filled):
    labels = texts(visit("losses"))
    for part in ("全部指标", "单位和指标", "失分记录"):
        assert f"更多：{part}</label>" in labels


def test_ranking_lists_every_placed_unit_and_a_mean_per_group(filled):
    app = visit("ranking", period="周")
    lines = app.dataframe[0].value
    placed = ranking(filled, WEEK)["rank"].notna()
    groups = ranking(filled, WEEK).loc[placed, "group"].nunique()
    assert len(lines) == placed.sum() + groups
    assert "未督查" in texts(app)


@drawn_alike
def test_who_acts_is_known_after_the_page_is_loaded_again(filled, monkeypatch):
    cookies = context.StreamlitCookies({"wenming_who": "%E6%9F%90%E4%BA%BA"})
    monkeypatch.setattr(context.ContextProxy, "cookies", property(lambda _: cookies))
    assert visit("bulletins").text_input(key="who").value == "某人"
    assert visit("rectification").text_input(key="who").value == "某人"


@drawn_alike
def test_group_and_board_live_in_the_address(filled):
    app = visit("ranking", period="周", group="主城区")
    assert set(app.dataframe[0].value["group"]) == {"主城区"}
    said = texts(visit("ranking", period="周", board="部门"))
    assert "不排名" in said
    assert "按期整改率截至" in said


@drawn_alike
@pytest.mark.parametrize(
    ("page", "address", "told"),
    [
        (
            "ranking",
            {"period": "周", "board": "部门", "group": "主城区", "unit": "望江门街道"},
            ("分组“主城区”不在可选范围内，未作限定", "单位“望江门街道”不在可选范围内，未作限定"),
        ),
        ("trends", {"trend_board": "部门"}, ("榜单“部门”不在可选范围内，已显示“街道”",)),
        (
            "trends",
            {"trend_view": "并排比较", "trend_units": "没有街道"},
            ("单位“没有街道”不在可选范围内",),
        ),
    ],
)
def test_choices_of_another_board_and_unknown_units_are_told(filled, page, address, told):
    said = texts(visit(page, **address))
    assert [text for text in told if f"网址中的{text}" not in said] == []


@drawn_alike
def test_what_was_chosen_on_the_board_that_is_left_is_no_fault_of_the_address(filled):
    app = visit("ranking", period="周", group="主城区")
    app.segmented_control(key="board").set_value("department").run()
    assert "网址中的" not in texts(sound(app))


def first_unit(office):
    found = ranking(office, WEEK)
    return found[found["failed"] > 0].iloc[0]


def test_a_unit_opens_by_address_and_its_losses_add_up(filled):
    unit = first_unit(filled)
    app = visit("ranking", period="周", unit=unit["unit_name"])
    lost = round(100 - unit["score"], 2)
    assert f"正好是 {lost:.2f} 分" in texts(app)
    leaves, rows = app.dataframe[1].value, app.dataframe[2].value
    assert round(leaves["loss"].sum(), 2) == lost
    assert round(rows["loss"].sum(), 4) == lost
    assert {"file", "sheet", "source_row"} <= set(rows)


def test_a_click_on_a_leaf_shows_its_rows_and_their_original(filled):
    unit = first_unit(filled)
    app = visit("ranking", period="周", unit=unit["unit_name"])
    leaf = app.dataframe[1].value.iloc[0]
    picked = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.session_state[f"leaves-{unit['unit']}-street-{WEEK.key}"] = picked
    sound(app.run())
    rows = app.dataframe[2].value
    assert set(rows["leaf_name"]) == {leaf["name"]}
    assert round(rows["loss"].sum(), 4) == leaf["loss"]
    assert "<table class='cells'>" in texts(app)
    nodes = filled.rules.nodes
    (code,) = nodes.loc[nodes["name"] == leaf["name"], "code"]
    app.session_state[f"rows-{unit['unit']}-street-{WEEK.key}-{code}"] = picked
    assert "截至 " in texts(sound(app.run()))  # what became of the problem that is picked


def test_a_row_shows_its_pictures_beside_its_cells(own):
    rows = problem_rows(own, WEEK)
    row = rows[rows["file"] == STORED[3]].iloc[0]
    picture = pd.DataFrame(
        {"sheet": [0], "source_row": [row["source_row"]], "position": [0], "n": [0]}
    ).assign(digest="d")
    with writing(own.store) as connection:
        save_pictures(connection, int(row["batch"]), picture, {"d": ("png", png())})
    unit = row["unit_name"]
    app = visit("ranking", period="周", unit=unit)
    told = ranking(own, WEEK).set_index("unit_name").loc[unit, "unit"]
    found = leaf_rows(own, WEEK, told, None).reset_index(drop=True)
    at = found.index[(found["batch"] == row["batch"]) & (found["source_row"] == row["source_row"])]
    picked = {"selection": {"rows": [int(at[0])], "columns": [], "cells": []}}
    app.session_state[f"rows-{told}-street-{WEEK.key}-None"] = picked
    assert "<div class='photos'><figure><img src='data:image/png;base64," in texts(sound(app.run()))


@drawn_alike
def test_a_unit_that_is_not_in_the_list_opens_nothing(filled):
    app = visit("ranking", period="周", unit="没有这个街道")
    assert len(app.dataframe) == 1


STRANGE = (
    "垃圾",
    "9" * 400,
    "-1",
    "null",
    "[]",
    "2026-02-31",
    "0001-01-01",
    "<b>\u202e",
    "全部 ",
    "day",
)
"""What nobody can choose: garbage, huge, of another type, a day that is none or lies far away."""
VIEWS = {
    **{"ranking": [{}, {"period": "自选"}], "upload": [{}, {"record_kind": "整改反馈"}]},
    **{"trends": [{"trend_view": view} for view in ("走势", "得分变动原因")]},
    **{"losses": [{"lost_tab": tab} for tab in ("反复问题", "优先整改事项")]},
    "framework": [{"rules_part": part} for part in ("权重影响", "指标和权重", "得分怎样算出来")],
}
"""The views of a page that have parameters of their own."""
FREE = {"rules_search", "verify-hash", "manual_tab"}
"""Parameters that hold what a reader types, or only which part of the page is open."""


def parameters(app) -> list[str]:
    """List the parameters of the address that the controls of a page are bound to."""
    return sorted({getattr(node.proto, "query_param_key", "") for node in app.main} - {""})


@drawn_alike
@pytest.mark.parametrize("page", PAGES)
def test_blank_and_strange_addresses_show_the_nearest_view(filled, page, request):
    """Each value for one parameter of a page; every value for every one of every view by --explore."""
    show_the_nearest_view(page, VIEWS.get(page, [{}]), every=request.config.getoption("explore"))


def show_the_nearest_view(page, views, *, every):
    """Hold the views of a page against blank and strange addresses: what is shown is the usual view, and
    of what cannot be chosen it is said. Takes: every - all STRANGE values for all views, not one for the last
    """
    for view in views:
        usual = visit(page, **view)
        names = [name for name in parameters(usual) if name not in view]
        if names:
            blank = texts(visit(page, **dict.fromkeys(names, ""), **view))
            assert re.sub(r"网址中的.*。\n", "", blank) == texts(usual)
        if not every and view != views[-1]:
            continue
        for turn in range(len(STRANGE) if every else 1):
            strange = {name: STRANGE[(turn + at) % len(STRANGE)] for at, name in enumerate(names)}
            shown = texts(visit(page, **strange, **view))
            for name in set(names) - FREE if every or len(names) > 1 else ():
                assert "不在可选范围内" in shown, (name, strange)


@drawn_alike
def test_what_depends_on_the_data_stands_in_the_address_from_the_beginning(filled):
    """Else the address that is sent today would open another day, unit or version tomorrow."""
    days = days_known(filled)
    assert asked(visit("overview"), "city_date") == days[-1].isoformat()
    portrait = visit("portrait")
    assert asked(portrait, "unit_date") == days[-1].isoformat()
    assert asked(portrait, "unit_who") in set(ranking(filled, WEEK)["unit_name"])
    assert "unit_period" not in portrait.query_params  # that is the same every day
    assert asked(visit("framework"), "rules_version")
    assert asked(visit("ranking", period="自选"), "to") == days[-1].isoformat()


def asked(app, name) -> str:
    """Give a parameter of the address, as one value."""
    value = app.query_params[name]
    return value[0] if isinstance(value, list) else value


@drawn_alike
def test_a_picked_record_of_every_table_opens_by_its_address(filled):
    unit = first_unit(filled)
    with_loss = leaf_rows(filled, WEEK, unit["unit"], None)
    row = with_loss.iloc[-1]
    address = {"period": "周", "unit": unit["unit_name"], "row": f"{row['batch']}-{row['seq']}"}
    app = visit("ranking", **address)
    opened = [pane.label for pane in app.expander if pane.proto.expanded]
    assert any(f"第 {row['source_row']} 行" in label for label in opened), opened
    code = rules_nodes(filled)[-1]
    assert f"#### {plain(code)} " in texts(visit("framework", rules_node=code))
    for page, address in (
        ("ranking", {"period": "周", "unit": unit["unit_name"], "row": "9-9"}),
        ("framework", {"rules_node": "没有"}),
        ("rectification", {"fix_row": "9-9"}),
        ("upload", {"batch": "999"}),
    ):
        assert "网址中的记录" in texts(visit(page, **address)), page


def rules_nodes(office) -> list[str]:
    return [str(code) for code in office.rules.nodes["code"] if code]


@drawn_alike
def test_a_blank_address_leaves_the_usual_choice_marked(filled):
    app = visit("ranking", period="", board="", group="", date="")
    assert [(found.key, found.value) for found in app.get("button_group")] == [
        ("board", "street"),
        ("period", "day"),
    ]
    app.get("button_group")[1].set_value("week")
    assert [found.value for found in sound(app.run()).get("button_group")] == ["street", "week"]
    assert WEEK.title in texts(app)


def test_choices_of_a_few_are_drawn_in_one_place():
    """There a blank in the address is taken for the usual choice."""
    files = [*(ROOT / "wenming_metrics" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    drawn = {
        path.name
        for path in files
        for call in re.findall(
            r"st\.(?:segmented_control|pills)\((?:[^()]|\([^()]*\))*", path.read_text("utf-8")
        )
        if "bind=" in call
    }
    assert drawn == {"page.py"}


def drop(app, name, content=None):
    content = content or (SAMPLES / name).read_bytes()
    app.file_uploader[0].set_value([(name, content, XLSX)])
    return sound(app.run())


def button(app, label):
    return next(found for found in app.button if found.label == label)


def test_a_file_goes_all_the_way_in_and_out_again(own):
    app = visit("upload")
    drop(app, FRESH)
    assert "297 行可入库" in texts(app).replace("\\", "")
    assert button(app, "入库").disabled
    app.text_input(key="who").set_value("张三").run()
    before = city(own, WEEK)
    button(app, "入库").click().run()
    assert "已入库" in texts(sound(app))
    stored = batches.batches(own).iloc[0]
    assert (stored["name"], stored["who"]) == (FRESH, "张三")
    assert city(own, WEEK) != before
    pick_batch(app)
    button(app, "撤回这一批").click().run()
    assert "请写明为什么撤回" in texts(sound(app))
    assert city(own, WEEK) != before
    next(box for box in app.text_input if box.label == "原因").set_value("重复").run()
    button(app, "撤回这一批").click().run()
    assert city(own, WEEK) == before
    pick_batch(sound(app))
    button(app, "恢复这一批").click().run()
    assert city(own, WEEK) != before


def pick_batch(app):
    key = f"batches-{cache.version().revision}"
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    sound(app.run())


def test_a_file_that_was_dropped_is_told_instead_of_offered(own):
    with own.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE batch SET at = '2020-01-01'")
    assert prune(own.store, 30).files == len(STORED)
    app = visit("upload")
    pick_batch(app)
    assert "原文件已按保留期限在" in texts(app)
    assert "每一行的原始单元格仍在" in texts(app)
    assert "下载原文件" not in {found.label for found in app.get("download_button")}


def test_a_store_whose_figures_do_not_follow_from_its_rows_is_not_shown(own):
    with own.store.engine.begin() as connection:
        connection.execute(update(schema.day_tally).values(cells=b"no zip"))
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert "数据检查没有通过" in app.error[0].value
    assert "retally" in app.error[0].value
    assert not app.metric


def test_the_effect_is_shown_before_anything_is_stored(filled):
    app = drop(visit("upload"), FRESH)
    told = rehearsal.effect(filled, commit.inspect(filled, (SAMPLES / FRESH).read_bytes(), FRESH))
    assert f"有 {len(told)} 个单位的得分或名次变化" in texts(app)
    assert len(batches.batches(filled)) == len(STORED)


@drawn_alike
def test_a_file_that_is_no_workbook_is_returned_with_a_reason(filled):
    app = drop(visit("upload"), "说明.txt", b"not a workbook at all")
    assert any(found.label.startswith("退回 1 条") for found in app.expander)
    assert button(app, "入库").disabled


@drawn_alike
@pytest.mark.mistakes
def test_a_file_that_the_program_fails_at_is_told_and_the_others_are_offered(filled, monkeypatch):
    read = commit.read

    def failing_read(data, filename, *rest):
        return read(data, filename, *rest) if filename == FRESH else {}["和丰社"]

    monkeypatch.setattr(commit, "read", failing_read)
    app = visit("upload")
    fresh = (SAMPLES / FRESH).read_bytes()
    app.file_uploader[0].set_value([("坏.xlsx", fresh + b" ", XLSX), (FRESH, fresh, XLSX)])
    assert "共 2 个文件，1 个可以入库（297 行）" in texts(sound(app.run()))
    app.file_uploader[0].set_value([("坏.xlsx", fresh + b" ", XLSX)])
    assert re.search(r"错误编号 \d{4}-\d{6}-\w{4}", told_lines(sound(app.run())))
    monkeypatch.setattr(rehearsal, "effect", lambda *_: {}["甲"])
    assert "错误编号" in texts(drop(app, FRESH)).replace("\\", "")


def told_lines(app) -> str:
    """Give everything that tables and texts of a page say."""
    frames = [frame.value.astype(str).to_string() for frame in app.dataframe]
    return "\n".join([texts(app), *frames]).replace("\\", "")


@drawn_alike
def test_a_cancelled_file_is_gone(filled):
    app = drop(visit("upload"), FRESH)
    button(app, "取消").click().run()
    assert not [found for found in sound(app).button if found.label == "入库"]
    assert len(batches.batches(filled)) == len(STORED)


@drawn_alike
def test_a_file_is_read_once_however_often_the_page_is_drawn(filled, monkeypatch):
    calls = []
    read = commit.read_file
    counted = lambda *args, **kw: calls.append(1) or read(*args, **kw)  # noqa: E731
    monkeypatch.setattr(commit, "read_file", counted)
    app = drop(visit("upload"), FRESH)
    app.text_input(key="who").set_value("张三").run()
    app.run()
    assert len(calls) == 1


def test_problems_sent_twice_count_once_unless_a_person_says_so(own):
    """The stored file with one cell changed is another file with the same problems."""
    name = STORED[-1]
    book = openpyxl.load_workbook(SAMPLES / name)
    book.active.cell(1, 1).value = "补发"
    again = io.BytesIO()
    book.save(again)
    app = visit("upload")
    drop(app, "补发.xlsx", again.getvalue())
    before = city(own, WEEK)
    assert "只计一次" in texts(app)
    app.checkbox[0].check().run()
    assert "另外计算" in texts(sound(app))
    app.text_input(key="who").set_value("张三").run()
    app.checkbox[0].uncheck()  # the page has not run again when the button is pressed
    button(app, "入库").click().run()
    assert "刚改过的选择还没有按它重新核对" in texts(sound(app))
    assert city(own, WEEK) == before
    button(app, "入库").click().run()
    assert "已入库" in texts(sound(app))
    assert city(own, WEEK) == before


@pytest.fixture
def issued(own):
    """The week of the samples, signed."""
    issue = signing.draft(own, WEEK.start, "张三", until_now=True)
    return own, signing.sign(own, issue.key, "王五", "演字47号")


def _scores(table: pd.DataFrame) -> pd.Series:
    """Give the scores of a ranked list without those of the means."""
    return table.loc[~table["unit_name"].str.endswith("平均"), "score"]


@drawn_alike
def test_live_figures_are_marked_and_signed_ones_are_shown_as_signed(issued):
    office, issue = issued
    app = visit("ranking", period="周")
    assert f"校验码 {issue.short_hash}" in texts(app)
    assert "未签发" not in texts(app)
    assert "未签发" in texts(visit("ranking", period="月"))
    signed = ranking(office, WEEK)
    batch = int(batches.batches(office).iloc[0]["batch"])
    commit.withdraw(office, batch, "李四", "发错了表")
    app = visit("ranking", period="周", unit=first_unit(office)["unit_name"])
    assert "更正：签发以后" in [found.label for found in app.expander][0]
    shown = next(found.value for found in app.dataframe if "place" in found.value)
    assert sorted(_scores(shown)) == sorted(signed["score"].dropna())
    assert "各条失分相加正好是" in texts(app)
    app.toggle[0].set_value(True)
    assert "**未签发**；签发的名单以上面的文号为准" in texts(sound(app.run()))
    shown = next(found.value for found in app.dataframe if "place" in found.value)
    now = ranking(office, WEEK)["score"].dropna()
    assert sorted(_scores(shown)) == sorted(now)


def test_overview_shows_the_signed_city(issued):
    office, issue = issued
    told = city(office, WEEK)
    batch = int(batches.batches(office).iloc[0]["batch"])
    commit.withdraw(office, batch, "李四", "发错了表")
    said = texts(visit(city_period="周"))
    assert "演字47号" in said
    assert f"{told.score:.2f}" in said
    assert f"{city(office, WEEK).score:.2f}" not in said


@drawn_alike
def test_an_issue_is_drafted_objected_to_signed_and_verified(own):
    app = visit("bulletins")
    app.text_input(key="who").set_value("张三")
    app.checkbox[0].check().run()
    button(app, "建草稿").click().run()
    assert "已建草稿" in texts(sound(app))
    issue = app.session_state["who"] and issues.issues(own)[0]
    button(app, "出核对稿").click().run()
    assert "核对稿已经做好" in texts(sound(app))
    unit = first_unit(own)
    app.session_state["remark-new"] = True
    app.run()
    app.selectbox(key=f"remark-unit-{issue.key}").select(unit["unit_name"]).run()
    app.selectbox(key=f"remark-row-{issue.key}-{unit['unit']}").select_index(1)
    app.text_area[0].set_value("请看照片").run()
    button(app, "登记意见").click().run()
    assert "现在还不能签发：1 条复核意见没有决定。" in texts(sound(app))
    key = f"remarks-{issue.key}-{cache.version().revision}"
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    app.segmented_control[0].set_value("剔除")
    app.text_input(key="why-1").set_value("不是这个街道")
    app.text_input(key="approver-1").set_value("主任").run()
    button(app, "记下决定").click().run()
    assert "已决定：剔除" in texts(sound(app)).replace("\\", "")
    app.text_input(key=f"document-{issue.key}").set_value("演字47号").run()
    button(app, "签发这一期").click().run()
    assert "已签发，校验码" in texts(sound(app))
    signed = issues.issues(own)[0]
    found = visit("recheck", **{"verify-hash": signed.short_hash})
    assert "**一致**" in texts(found)
    app = visit("recheck", **{"verify-hash": "不是校验码"})
    assert "没有找到" in texts(app)


@drawn_alike
def test_a_failure_is_told_in_one_sentence(filled, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(overview, "city", fail)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    assert not app.exception
    assert "页面未能显示" in app.error[0].value
    assert "secret" not in app.error[0].value


@pytest.mark.parametrize("page", ["overview", "ranking", "upload"])
def test_a_store_that_fails_says_why_and_is_used_again_when_it_can_be(own, page):
    app = visit(page)
    with out_of_reach(own.store) as words:
        app.run()
        assert not app.exception
        assert words in app.error[0].value
        assert "Error" not in app.error[0].value
    app.run()
    assert "测评办法：" in texts(sound(app))


@contextmanager
def out_of_reach(store):
    """Let no program use a store for a while; gives what users are told meanwhile."""
    store.engine.dispose()
    if store.engine.dialect.name == "postgresql":
        postgres.cluster().stop()
        yield "连接不上数据库。请检查数据库是否已启动"
        postgres.cluster().start()
        return
    place = Path(store.engine.url.database)
    away = place.rename(place.with_name("away.db"))
    place.mkdir()
    yield "没有这个文件夹，或者没有读写的权限。"
    place.rmdir()
    away.rename(place)


def test_what_is_asked_of_a_busy_store_is_told_as_not_done(own, monkeypatch):
    url = own.store.url
    monkeypatch.setenv("WENMING_STORE", f"{url}{'&' if '?' in url else '?'}timeout=0.3")
    app = visit("upload")
    app.text_input(key="who").set_value("张三").run()
    drop(app, FRESH)
    with writing(own.store):
        button(app, "入库").click().run()
        said = texts(sound(app))
        assert "**没有完成。**" in said
        assert "另一个程序正占用着数据" in said
        assert "这次的改动没有保存" in said
    pick_batch(app)
    with writing(own.store):
        button(app, "撤回这一批").click().run()
        assert "另一个程序正占用着数据" in texts(sound(app))
    button(app, "入库").click().run()
    assert "已入库" in texts(sound(app))


@drawn_alike
def test_every_page_file_is_registered_under_another_address():
    text = (ROOT / "app.py").read_text(encoding="utf-8")
    found = re.findall(r'st\.Page\("pages/(\w+)\.py", title="(\w+)", url_path="(\w+)"', text)
    assert {stem: title for stem, title, _ in found} == PAGES | WITH_ACCOUNTS
    assert {path.stem for path in (ROOT / "pages").glob("*.py")} == set(PAGES | WITH_ACCOUNTS)
    assert all(stem != address for stem, _, address in found)


@drawn_alike
@pytest.mark.parametrize("page", PAGES)
def test_every_page_begins_with_its_guard(page):
    body = ast.parse((ROOT / "pages" / f"{page}.py").read_text(encoding="utf-8")).body
    first = next(node for node in body[1:] if not isinstance(node, ast.Import | ast.ImportFrom))
    assert ast.unparse(first) == f"office = page.open_page('{PAGES[page]}')"


def page_sources():
    files = [ROOT / "app.py", *(ROOT / "pages").glob("*.py")]
    files += (ROOT / "wenming_metrics" / "ui").rglob("*.py")
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


MANUAL = "\n".join(theme.text for theme in manual.themes())
HALF_WIDTH = str.maketrans("（），：；？", "(),:;?")
"""The manual may write a name with the brackets of the text around it."""


@drawn_alike
def test_everything_the_manual_names_exists():
    sources = page_sources().replace('f"{act}这一批"', '"撤回这一批" "恢复这一批"')
    sources = sources.translate(HALF_WIDTH)
    names = set(re.findall(r"【(.+?)】", MANUAL))
    assert len(names) > 100
    for name in names:
        found = f'"{name}"'.translate(HALF_WIDTH) in sources
        assert found, f"the manual names 【{name}】, no page has it"


@drawn_alike
def test_the_manual_names_every_page_and_control():
    drawn = r'(?:segmented_control|selectbox|text_input|st\.button|checkbox|subheader)\(\s*"(\w+)"'
    shown = {*PAGES.values(), *re.findall(drawn, page_sources())}
    for name in shown - {"还没有督查数据"}:
        assert f"【{name}】" in MANUAL, f"the manual does not name 【{name}】"


@drawn_alike
def test_every_theme_of_the_manual_is_shown(filled):
    files = sorted(path.name for path in (ROOT / "wenming_metrics" / "manual").glob("*.md"))
    assert [theme.file for theme in manual.themes()] == files
    app = visit("manual")
    for theme in manual.themes():
        app.segmented_control(key="theme").set_value(theme.title).run()
        shown = "\n".join(part.value for part in sound(app).markdown)
        shown = shown[shown.index(f"### {theme.title}\n") :]
        assert [line for line in theme.text.splitlines() if line.lstrip("#") not in shown] == []


@drawn_alike
def test_a_theme_of_the_manual_can_be_sent_as_an_address(filled):
    assert "### 得分计算" in texts(visit("manual", theme="得分计算"))


@drawn_alike
def test_the_manual_lists_every_setting_of_the_rules(filled):
    listed = visit("manual").table[-3].value
    assert set(listed.index) == {setting.path for setting in RULES.settings}
    assert "competition" in listed.loc["ranking.ties", "意思"]


@drawn_alike
def test_the_manual_lists_every_column_and_message(filled):
    app = visit("manual")
    columns, messages = (table.value for table in app.table[-2:])
    assert "督查日期" in columns.index
    assert "入库-03" in messages.index
