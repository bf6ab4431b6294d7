"""反复问题 without a browser: what is counted is told, and what a person says counts at once."""

import pytest

from tests.offices import copy_office
from tests.pages.test_pages import _serializable, drawn_alike, sound, texts, visit
from tests.queries.test_repeats import WINDOW, make_repeats
from wenming_metrics.queries.losses.repeats import repeats
from wenming_metrics.ui.losses.repeats.page import narrowed
from wenming_metrics.ui.losses.scope import Scope

__all__ = ["_serializable"]  # a fixture
pytestmark = drawn_alike


@pytest.fixture
def office(monkeypatch, tmp_path):
    made = copy_office(tmp_path, "反复问题", make_repeats)
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    return made


def table(app, column):
    return next(one.value for one in app.dataframe if column in one.value)


def test_what_comes_back_and_what_a_person_puts_together(office):
    days = {"lost_from": str(WINDOW.start), "lost_to": str(WINDOW.end), "lost_period": "自选"}
    app = visit("losses", lost_tab="反复问题", **days)
    said = texts(app)
    assert (
        "查出问题 6 条，**2 条（33.3%）是反复出现的**：重复 1 条、反弹 1 条、连续通报 2 条" in said
    )
    assert "反复点位 **1 个**（查出问题的 3 个点位里的 33.3%）；都在**甲街道**。" in said
    units = table(app, "reopened_rate").set_index("name")
    assert units.loc["合计", ["found", "again", "reopened_rate", "recheck_rate"]].tolist() == [
        *(6, 1, 50, 100)
    ]
    assert table(app, "times")["site_name"].tolist() == ["一号"]
    assert said.count("data:image/png;base64") >= 2  # both photos of the site, side by side
    assert (
        said.index("2026-10-12 查出")
        < said.index("2026-10-14 反馈")
        < said.index("2026-10-20 查出")
    )
    part = visit("losses", lost_tab="反复问题", lost_named="城管局", lost_item="环境", **days)
    assert "查出问题 2 条，**1 条（50.0%）是反复出现的**" in texts(part)
    app.text_input(key="who").set_value("李四").run()
    next(one for one in app.button if one.label == "是同一问题").click().run()
    said = texts(sound(app))
    assert "二号的两条问题已定" in said
    assert "**3 条（50.0%）是反复出现的**" in said
    assert table(app, "times")["site_name"].tolist() == ["一号", "二号"]


def test_the_page_narrows_by_unit_indicator_and_class(office):
    city = repeats(office, WINDOW)

    def numbers(*scope, **cuts):
        found = narrowed(city, None, Scope(*scope, cuts=tuple(cuts.items())))
        return sorted(found.current["number"]), len(found.closed)

    assert numbers() == (["DC-2", "DC-3", "DC-4", "DC-5", "DC-6", "DC-7"], 2)
    assert numbers("甲街道", ("A",)) == (["DC-2", "DC-4", "DC-5"], 1)
    assert numbers("", ("B",)) == (["DC-3", "DC-6"], 0)
    assert numbers(item_name="环境", source_name="没有这个来源") == ([], 0)
    assert (
        len(narrowed(city, None, Scope("乙街道")).problems) == 7
    )  # what was before still bears on it
