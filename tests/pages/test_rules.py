"""测评体系 without a browser: the tree, a score worked out, and the way from workbook to version."""

import io
import shutil
from datetime import timedelta

import openpyxl
import pytest

from tests.offices import copy_store
from tests.pages.test_pages import (
    ROOT,
    WEEK,
    XLSX,
    _serializable,
    drawn_alike,
    sound,
    stored,
    texts,
    visit,
)
from wenming_metrics.domain.periods import today
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.revising.books import book_of, files_of_version
from wenming_metrics.runtime import settings
from wenming_metrics.store.database import open_store

__all__ = ["_serializable", "stored"]  # fixtures
pytestmark = drawn_alike


@pytest.fixture
def own(tmp_path, monkeypatch, stored):
    """A filled office of the test's own, with rules that it may publish."""
    for name in ("catalogue", "rules"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    monkeypatch.setenv("WENMING_STORE", copy_store(open_store(stored), tmp_path))
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    return open_office(settings.load())


@pytest.fixture
def filled(monkeypatch, stored):
    monkeypatch.setenv("WENMING_STORE", stored)
    return open_office(settings.load())


def field(app, kind, label):
    return next(one for one in getattr(app, kind) if one.label == label)


def press(app, label):
    return sound(field(app, "button", label).click().run())


def edited(office, **weights) -> bytes:
    """The rules in force as a workbook with other weights."""
    data = settings.load().data
    book = openpyxl.load_workbook(
        io.BytesIO(book_of(files_of_version(data, "demo-2026"), office.catalogue))
    )
    for row in book["指标体系"].iter_rows(min_row=4):
        if row[0].value in weights:
            row[3].value = weights[row[0].value]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def drop(app, content):
    app.file_uploader[0].set_value([("改好的办法.xlsx", content, XLSX)])
    return sound(app.run())


def test_the_tree_is_searched_and_says_what_counts_for_nothing(filled):
    app = visit("framework")
    said = texts(app)
    assert "8 个一级指标，144 条末级指标" in said
    assert filled.rules.digest[:12] in said
    assert len(app.dataframe[0].value) == len(filled.rules.nodes) - 1
    assert "不计分的测评项（2 项）" in [one.label for one in app.expander][0]
    assert "**知晓率**：回答“知道”“听说过一些”的 ÷ 全部有效回答" in said
    assert "满意率 = 各份回答折算值的平均" in said
    assert "不是国家标准" in said
    sound(field(app, "text_input", "查找").set_value("井盖").run())
    names = [name.strip() for name in app.dataframe[0].value.iloc[:, 0]]
    assert names == ["公共设施", "市政设施", "道路设施", "井盖雨箅"]


def test_a_score_is_worked_out_to_the_figure_of_the_ranking(filled):
    ranked = ranking(filled, WEEK)
    line = ranked[ranked["rank"].notna()].iloc[-1]
    app = visit(
        "framework", rules_part="得分怎样算出来", step_period="周", step_unit=line["unit_name"]
    )
    said = texts(app)
    assert f"得分 **{line['score']:.2f}**" in said
    assert "与“排名”一致" in said
    shown = app.dataframe[0].value
    assert shown["points"].sum() == pytest.approx(line["score"], abs=0.005)


def test_a_faulty_workbook_stores_nothing_and_says_where(own):
    app = visit("framework", rules_part="修改和发布")
    app = drop(app, edited(own, A=25))
    said = texts(app)
    assert "有 1 处要改" in said
    assert "“指标体系”第 4 行“权重”：最上一级权重之和是 105，应为 100。" in said
    assert "没有草案。" in said


def test_from_a_workbook_to_a_published_version(own):
    app = visit("framework", rules_part="修改和发布")
    sound(field(app, "text_input", "经办人").set_value("张三").run())
    app = drop(app, edited(own, A=10, B=26))
    assert "没有写错的地方" in texts(app)
    assert app.dataframe[0].value["what"].tolist() == ["A 公共环境", "B 公共秩序"]
    app = press(app, "存为草案")
    assert "已存为第 1 号草案" in texts(app)
    field(app, "number_input", "试算最近几天").set_value(5)
    app = press(app, "试算")
    assert "个单位的名次会变" in texts(app)
    assert app.dataframe[-1].value["title"].tolist() == ["第一层的权重"]
    assert "各单位都没有名次" in texts(app)  # too little was looked at in these days
    first = today() + timedelta(days=30)
    for label, value in (("文号", "某文〔2027〕1号"), ("版本", "1.1")):
        sound(field(app, "text_input", label).set_value(value).run())
    sound(field(app, "date_input", "施行日期").set_value(first).run())
    app = press(app, "发布")
    assert "已发布 demo-2026-2" in texts(app).replace("\\", "")
    again = open_office(settings.load())
    assert [one.id for one in again.rule_sets] == ["demo-2026", "demo-2026-2"]
    assert again.rules.id == "demo-2026"
    app = visit("framework", rules_part="各版办法")
    lines = app.dataframe[0].value
    assert lines["state"].tolist() == ["未施行", "另用：试算", "在用"]
    assert lines["span"].tolist()[2] == f"2026-01-01 至 {first - timedelta(days=1):%Y-%m-%d}"
    changed = app.dataframe[1].value
    assert {"A 公共环境", "B 公共秩序"} <= set(changed["what"])
