"""两率一度 without a browser: what it says, what its address holds, and how a questionnaire is taken out."""

from dataclasses import replace

import pytest

from tests.offices import copy_store, new_store
from tests.pages.test_pages import (
    REGISTERS,
    SAMPLES,
    _serializable,
    drawn_alike,
    fill,
    parameters,
    show_the_nearest_view,
    sound,
    texts,
    visit,
)
from tests.polls import THIRD, definitions, people, poll_office, put
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.survey.rates import rates, waves
from wenming_metrics.queries.survey.rows import flagged
from wenming_metrics.runtime import settings
from wenming_metrics.store.database import open_store
from wenming_metrics.ui.frame import cache

__all__ = ["_serializable"]  # a fixture
pytestmark = drawn_alike
(WAVE,) = (path.name for path in SAMPLES.glob("*_按文本_*三季度*.xlsx"))


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """The address of a store with registers and the questionnaires of one wave."""
    url = new_store(tmp_path_factory.mktemp("asked"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WENMING_STORE", url)
        fill((REGISTERS[0], WAVE)).store.engine.dispose()
    return url


@pytest.fixture
def office(asked, monkeypatch):
    monkeypatch.setenv("WENMING_STORE", asked)
    return open_office(settings.load())


def told(expander) -> str:
    return expander.label.replace("\\", "")


def figure(office, rate="satisfaction"):
    found = rates(office, waves(office)[0]).totals
    return found[(found["rate"] == rate) & (found["level"] == "city")].iloc[0]


def test_the_page_opens_with_a_sentence_and_its_figures(office):
    app = visit("survey")
    total, said = figure(office), texts(app)
    assert f"2026年第三季度，全市满意度 **{total['shown']:.2f}%**（误差范围 " in said
    assert f"有效 {total['n']:,} 份）" in said
    cards = " ".join(one.proto.body for one in app.get("html"))
    for rate in ("知晓率", "参与率", "支持率", "满意度"):
        assert rate in cards
    assert "= 回答“知道”“听说过一些”的 ÷ 全部有效回答" in cards
    assert not any(word in said + cards for word in ("漏斗", "显著性"))
    table = app.dataframe[0].value
    shown = table[table["remark"] == ""]
    assert shown["margin"].str.contains("–").all()
    assert (table.loc[table["remark"].str.contains("样本不足"), "place"] == "").all()


def test_the_address_holds_rate_group_view_and_unit(office):
    units = rates(office, waves(office)[0]).units
    unit = units[units["state"] != "hidden"].iloc[0]
    app = visit(
        "survey", opinion="知晓率", opinion_group=unit["group"], opinion_unit=unit["unit_name"]
    )
    assert f"{unit['group']}知晓率 **" in texts(app)
    assert f"{unit['unit_name']} · 2026年第三季度" in [one.value for one in app.subheader]
    rows = app.dataframe[1].value
    assert set(rows["unit_name"]) == {unit["unit_name"]}
    assert {"file", "sheet", "source_row"} <= set(rows.columns)
    assert any(told(one).startswith(f"原表：{WAVE}") for one in app.expander)


def test_a_blank_or_strange_address_shows_the_usual_figures(office):
    usual = visit("survey")
    names = [name for name in parameters(usual) if name.startswith("opinion")]
    assert {"opinion", "opinion_view"} <= set(names)
    for strange in (
        {**dict.fromkeys(names, "")},
        {"wave": "-1", **dict.fromkeys(names, "9" * 400)},
    ):
        said = texts(visit("survey", **strange)).splitlines()
        remarks = [line for line in said if line.startswith("网址中的")]
        assert remarks
        assert [line for line in said if line not in remarks] == texts(usual).splitlines()


@pytest.mark.parametrize("view", ["各单位", "按题目", "按人群", "各期", "配额进度"])
def test_every_view_has_its_nearest_one(office, view, request):
    every = request.config.getoption("explore")
    if every or view == "按人群":
        show_the_nearest_view("survey", [{"opinion_view": view}], every=every)


def test_every_view_says_what_it_shows(office):
    app = visit("survey", opinion_view="按题目")
    assert "分别列出，不混在一起" in texts(app)
    for view, said in (
        ("按人群", "全市按性别看，最高的是"),
        ("各期", "只有这一期，还看不出走势"),
        ("配额进度", "这一期没有配额"),
    ):
        app.segmented_control(key="opinion_view").set_value(view).run()
        assert said in texts(sound(app))


def test_a_questionnaire_is_taken_out_by_a_person_and_put_back(asked, tmp_path, monkeypatch):
    monkeypatch.setenv("WENMING_STORE", copy_store(open_store(asked), tmp_path))
    office = open_office(settings.load())
    wave, before = waves(office)[0], figure(office, "awareness")["n"]
    first = flagged(office, wave).iloc[0]
    app = visit("survey", opinion_view="疑似代填", opinion="知晓率")
    listed = app.dataframe[1].value
    assert (listed["counted"] == "计入").all()
    app.session_state[f"doubts-{wave.key}-{len(listed)}"] = {
        "selection": {"rows": [0], "columns": [], "cells": []}
    }
    app.run()
    assert any(f"第 {first['source_row']} 行" in told(one) for one in app.expander)
    (take,) = (one for one in app.button if one.label == "这一份不计")
    assert take.disabled
    app.text_input(key="who").set_value("甲")
    (why,) = (one for one in app.text_input if one.label == "原因")
    why.set_value("同一台手机连填").run()
    next(one for one in app.button if one.label == "这一份不计").click().run()
    assert "这一份已不计，数已重算" in texts(app)
    assert figure(office, "awareness")["n"] == before - 1
    done = flagged(office, wave).set_index(["batch", "seq"]).loc[(first["batch"], first["seq"])]
    assert not done["counts"]
    assert "甲" in done["decided"]
    assert "同一台手机连填" in done["decided"]


def test_without_questionnaires_the_page_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("WENMING_STORE", new_store(tmp_path))
    app = visit("survey")
    assert [one.value for one in app.subheader] == ["还没有问卷"]
    shown = cache.office()
    none = replace(shown, rules=replace(shown.rules, survey=None), rule_sets=())
    monkeypatch.setattr(cache, "office", lambda: none)
    assert [one.value for one in app.run().subheader] == ["测评办法里还没有问卷"]


def test_rules_with_a_score_alone_show_the_score(tmp_path, monkeypatch):
    text = definitions()
    text = text[: text.index("[[rate]]")] + text[text.index("[score]") :]
    made = poll_office(tmp_path, [("甲街道", ""), ("乙街道", "")], {"survey.toml": text})
    put(made, THIRD, people(40, "甲街道", knows="yes", rating="fair"))  # 0.4 x 1 + 0.6 x 0.6
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    assert rates(made, THIRD).definitions == ()
    app = visit("survey")
    assert "全市问卷得分 **76.00 分**" in texts(app)
    assert app.dataframe[0].value["shown"].tolist() == [76.0]
