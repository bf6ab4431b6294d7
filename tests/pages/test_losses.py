"""失分分析 without a browser: top and bottom agree, every click narrows, the address holds it all."""

import random
import re

import pytest

from tests.pages.test_pages import WEEK, _serializable, drawn_alike, stored, texts, visit
from wenming_metrics.queries.losses.ledger import ledger
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.runtime import settings

__all__ = ["_serializable", "stored"]  # fixtures
pytestmark = drawn_alike


@pytest.fixture
def filled(monkeypatch, stored):
    monkeypatch.setenv("WENMING_STORE", stored)
    return open_office(settings.load())


def table(app, column):
    return next(one.value for one in app.dataframe if column in one.value)


def test_the_city_loses_what_its_rows_lose(filled):
    app = visit("losses")
    told = ledger(filled, WEEK)
    total = round(told.city_full - told.city_score, 2)
    assert f"失 **{total:.2f}** 分" in texts(app)
    assert round(table(app, "shown")["shown"].sum(), 2) == total
    assert round(table(app, "source_row")["loss"].sum(), 4) == total


def test_a_unit_a_branch_and_a_cut_open_by_address(filled):
    found = ranking(filled, WEEK)
    unit = found[found["failed"] > 3].iloc[0]
    app = visit("losses", lost_unit=unit["unit_name"])
    total = round(100 - unit["score"], 2)
    assert f"失 **{total:.2f}** 分" in texts(app)
    parts = table(app, "shown")
    assert round(parts["shown"].sum(), 2) == total
    name, shown = parts["name"].iloc[0], parts["shown"].iloc[0]
    app = visit("losses", lost_unit=unit["unit_name"], lost_node=name)
    assert f"失 **{shown:.2f}** 分" in texts(app)
    assert round(table(app, "source_row")["loss"].sum(), 4) == shown
    assert [one.label for one in app.button] == ["全市", unit["unit_name"]]
    kinds = visit("losses", lost_unit=unit["unit_name"], lost_node=name, lost_by="点位类型")
    first = table(kinds, "shown").iloc[0]
    told = {"lost_unit": unit["unit_name"], "lost_node": name, "lost_type": first["name"]}
    app = visit("losses", **told)
    assert f"失 **{first['shown']:.2f}** 分" in texts(app)
    assert round(table(app, "source_row")["loss"].sum(), 4) == first["shown"]


def test_what_is_put_right_comes_back(filled):
    app = visit("losses", lost_tab="优先整改事项")
    lines = table(app, "gained")
    first, six = lines.iloc[0], lines.head(6)
    app = visit("losses", lost_tab="优先整改事项", fix_class=first["name"])
    assert f"把选中的 1 项都改好，可挽回 **{first['gained']:.4f}** 分" in texts(app)
    app.multiselect(key="fix_class").set_value(six["name"].tolist()).run()
    together = re.search(r"把选中的 6 项都改好，可挽回 \*\*([\d.]+)\*\* 分", texts(app))[1]
    # To as many decimals as each alone, so that together they never read as less than one of them.
    assert float(together) == round(float(together), 4) >= six["gained"].max()
    assert len(together.partition(".")[2]) == 4


def test_every_view_opens(filled):
    for by in random.Random(6).sample(["单位", "点位", "测评项", "问题类别", "来源"], 2):
        assert len(table(visit("losses", lost_by=by), "shown"))
    said = texts(visit("losses", lost_by="责任单位"))
    assert "每个单位都全数计" in said
    assert "条，没有反复出现的。" in texts(visit("losses", lost_tab="反复问题"))
    assert "比不出变动的原因" in texts(visit("losses", lost_tab="变动原因"))
    assert "暂不评分" in texts(visit("losses", lost_period="日", lost_date="2026-11-19"))
