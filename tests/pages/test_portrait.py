"""单位画像 without a browser: a unit by address, one without data, a department, and the printed page."""

import re

import pytest

from tests.pages.test_pages import WEEK, _serializable, drawn_alike, stored, texts, visit
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.ranking.ranking import listing, ranking
from wenming_metrics.runtime import settings

__all__ = ["_serializable", "stored"]  # fixtures
pytestmark = drawn_alike


@pytest.fixture
def filled(monkeypatch, stored):
    monkeypatch.setenv("WENMING_STORE", stored)
    return open_office(settings.load())


def printed(app):
    return next(h.proto.body for h in app.get("html") if "class='printed'" in h.proto.body)


def test_a_unit_opens_by_address_adds_up_and_prints(filled):
    found = ranking(filled, WEEK)
    unit = found[found["failed"] > 3].iloc[0]
    app = visit("portrait", unit_who=unit["unit_name"])
    said, page = texts(app), printed(app)
    assert f"{unit['unit_name']}" in app.selectbox(key="unit_who").value
    assert f"**{unit['score']:.2f}** 分" in said
    assert f"第 **{unit['rank']}** 名" in said
    assert "（数据未签发）" in said
    total = f"{100 - unit['score']:.2f}"
    assert f"各行相加正好是 {total} 分" in said
    ledger = page.split("失分账")[1].split("</table>")[0]
    parts = [float(one) for one in re.findall(r"class='number'>([\d.]+)<", ledger)]
    assert round(sum(parts[:-1]), 2) == parts[-1] == float(total)
    assert "测评办法：" in page
    assert "截至" in page
    app.button(key="print-portrait").click().run()
    assert any("window.print()" in h.proto.body for h in app.get("html"))


def test_a_unit_without_inspection_has_no_place_and_still_a_page(filled):
    found = ranking(filled, WEEK)
    name = found.loc[found["checks"] == 0, "unit_name"].iloc[0]
    said = texts(visit("portrait", unit_who=name))
    assert f"{name}本周" in said or f"{name}2026" in said
    assert "没有督查，不评分，没有名次" in said
    assert "没有得分率，也没有失分账" in said
    assert "反复点位" in said


def test_a_department_is_listed_and_not_ranked(filled):
    first = listing(filled, WEEK).iloc[0]
    app = visit("portrait", unit_board="部门", unit_who=first["unit_name"])
    said = texts(app)
    assert f"负责的问题有 **{int(first['failed'])}** 项" in said
    assert "不排名" in said
    assert "失分账" not in said
    assert "哪几类问题" in printed(app)
