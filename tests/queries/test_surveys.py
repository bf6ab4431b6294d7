"""Figures of questionnaires against figures worked by hand; what is hidden stays hidden."""

from dataclasses import replace

import numpy as np
import pytest

from tests.polls import FOURTH, THIRD, definitions, people, poll_office, put, put_records, unit_of
from wenming_metrics.queries.survey.rates import rates, waves
from wenming_metrics.queries.survey.score import score
from wenming_metrics.queries.survey.trend import BROKEN, MOVED, STEADY, course

pytestmark = pytest.mark.store

STREETS = [("甲街道", "主城区"), ("乙街道", "主城区"), ("丙街道", "其他"), ("丁街道", "其他")]


def third() -> list[dict]:
    """甲 100: 80 know, 10 not, 10 unsure; 乙 40; 丙 20; 丁 none."""
    return [
        *people(60, "甲街道", knows="yes", rating="good", age="young", heard="tv"),
        *people(20, "甲街道", knows="yes", rating="fair", age="old", heard="tv+web"),
        *people(10, "甲街道", knows="no", rating="bad", age="old", heard=""),
        *people(10, "甲街道", knows="unsure", rating="unsure", age="young"),
        *people(36, "乙街道", knows="yes", rating="good", age="young"),
        *people(4, "乙街道", knows="no", rating="refused", age="old"),
        *people(18, "丙街道", knows="yes", rating="good", age="old"),
        *people(1, "丙街道", knows="no", rating="", age="old"),
        *people(1, "丙街道", knows="", rating="bad", age="", flags=8),
    ]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = poll_office(tmp_path_factory.mktemp("polls"), STREETS, {"survey.toml": definitions()})
    put(made, THIRD, third())
    return made


@pytest.fixture(scope="module")
def found(office):
    return rates(office, THIRD)


def line(found, unit, rate):
    (one,) = found.units.query("unit_name == @unit and rate == @rate").to_dict("records")
    return one


def total(found, rate, name="全市"):
    (one,) = found.totals.query("name == @name and rate == @rate").to_dict("records")
    return one


def test_bases_by_the_rules(found):
    """知晓率: 不太清楚 in the base; 满意度: 说不清, 拒答 and blanks out of it."""
    aware = line(found, "甲街道", "aware")
    assert (aware["k"], aware["n"], aware["value"], aware["unknown"]) == (80, 100, 80, 10)
    content = line(found, "甲街道", "content")
    assert (content["k"], content["n"], content["unknown"]) == (80, 90, 10)
    assert content["shown"] == 88.89  # 80 / 90 = 88.888…
    graded = line(found, "甲街道", "graded")  # (60 + 20 x 0.75) / 90
    assert graded["value"] == pytest.approx(75 / 0.9, abs=1e-12)
    assert [line(found, "乙街道", "content")[name] for name in ("n", "refused")] == [36, 4]
    lower = line(found, "丙街道", "content")
    assert [lower[name] for name in ("n", "blank", "flagged")] == [19, 1, 1]


def test_wilson_and_what_small_samples_may_say(found):
    """Wilson of 18 of 20 is 0.698966 to 0.972134 (a published vector); 20 is below 30."""
    aware = line(found, "丙街道", "aware")
    assert (aware["k"], aware["n"]) == (18, 19)
    assert (aware["state"], np.isnan(aware["place"])) == ("small", True)
    assert line(found, "乙街道", "aware")["state"] == "caution_alike"
    assert line(found, "甲街道", "aware")["state"] == "alike"
    # 80 of 100 and 36 of 40: chi square 2.01 with one degree of freedom, so they share no order.
    assert np.isnan([line(found, one, "aware")["place"] for one in ("乙街道", "甲街道")]).all()
    city = total(found, "aware")  # (80 + 36 + 18) / (100 + 40 + 19)
    assert city["value"] == pytest.approx(100 * 134 / 159, abs=1e-9)
    assert (city["n"], city["covered"], city["of"]) == (159, 3, 4)
    assert city["low"] < city["value"] < city["high"]
    assert found.uncovered == ("丁街道",)


def test_the_definition_is_said_with_its_base(found):
    (rate, said), *_ = found.definitions
    assert rate.title == "知晓率"
    assert said.endswith("159 份")
    assert "不太清楚" in said


def test_with_and_without_what_looks_doubtful(office, found):
    without = rates(office, THIRD, without_flagged=True)
    assert found.flagged == without.flagged == 1
    pair = [line(one, "丙街道", "content") for one in (found, without)]
    assert [one["n"] for one in pair] == [19, 18]
    assert [one["k"] for one in pair] == [18, 18]


@pytest.mark.parametrize(
    ("city", "value"),
    [
        ("pooled", 100 * 134 / 159),
        ("units", (80 + 90 + 100 * 18 / 19) / 3),
        ("population", (2 * 80 + 1 * 90 + 1 * 100 * 18 / 19) / 4),
    ],
)
def test_three_ways_to_make_the_city(office, city, value):
    """People: 甲 20,000, 乙 and 丙 10,000 each; by people a unit counts by who is in its base."""
    from wenming_metrics.queries.survey.rates import figures_of
    from wenming_metrics.queries.survey.waves import read_wave

    taken = read_wave(office, THIRD)
    survey = replace(taken.survey, city=city)
    people_of = taken.units.assign(population=[20_000.0, 10_000.0, 10_000.0, np.nan])
    changed = replace(taken, survey=survey, units=people_of)
    made = total(figures_of(changed, only="aware"), "aware")
    if city == "population":  # 丙: 19 of 20 are in the base, so it weighs 0.95
        value = (2 * 80 + 1 * 90 + 0.95 * 100 * 18 / 19) / 3.95
    assert made["value"] == pytest.approx(value, abs=1e-9)


def test_people_that_are_not_registered_are_said(office):
    from wenming_metrics.queries.survey.rates import figures_of
    from wenming_metrics.queries.survey.waves import read_wave

    taken = read_wave(office, THIRD)
    made = figures_of(replace(taken, survey=replace(taken.survey, city="population")))
    assert "常住人口没有登记" in total(made, "aware")["made"]
    assert total(made, "aware")["value"] == pytest.approx(100 * 134 / 159)


def test_the_score_weighs_questions(office):
    """甲: knows 80 of 90 (unsure is worth nothing said) x 0.4 + (60 + 12) / 90 x 0.6."""
    found = score(office, THIRD)
    own = found.units.set_index("unit_name").loc["甲街道"]
    assert own["score"] == pytest.approx(100 * (0.4 * 80 / 90 + 0.6 * 72 / 90), abs=1e-9)
    assert (own["n"], own["shown"]) == (90, 83.56)
    assert found.city["score"] == pytest.approx(100 * (0.4 * 134 / 149 + 0.6 * 126 / 145), abs=1e-9)


def test_twice_the_questionnaires_narrow_every_interval_and_order_does_not_matter(tmp_path, found):
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    put(made, THIRD, [one for row in third()[::-1] for one in (row, row)])
    twice = rates(made, THIRD)
    both = found.units.merge(twice.units, on=["unit", "rate"], suffixes=("", "_twice"))
    assert (both["value"] - both["value_twice"]).abs().max() < 1e-9
    widths = [both[f"high{one}"] - both[f"low{one}"] for one in ("", "_twice")]
    assert (widths[1] < widths[0]).all()
    cities = [one.totals[one.totals["level"] == "city"] for one in (found, twice)]
    spans = [(one["high"] - one["low"]).to_numpy() for one in cities]
    assert (spans[1] < spans[0]).all()


def test_weights_lower_what_questionnaires_are_worth(tmp_path):
    """Kish: (90 + 3 x 10)² / (90 + 9 x 10) = 14,400 / 180 = 80."""
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    rows = [*people(90, "甲街道", knows="yes"), *people(10, "甲街道", knows="no", weight=3.0)]
    put(made, THIRD, rows)
    one = line(rates(made, THIRD), "甲街道", "aware")
    assert (one["n"], one["n_eff"], one["value"]) == (100, pytest.approx(80), pytest.approx(75))


def test_one_hidden_unit_hides_another_in_every_figure(tmp_path):
    """丙 has 4: were it alone hidden, the group's total less 丁 would be it."""
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    rows = [
        *people(40, "甲街道", knows="yes", rating="good"),
        *people(10, "甲街道", knows="no", rating="bad"),
        *people(3, "丙街道", knows="yes", rating="good"),
        *people(1, "丙街道", knows="no", rating="bad"),
        *people(30, "丁街道", knows="yes", rating="good"),
        *people(5, "丁街道", knows="no", rating="bad"),
    ]
    put(made, THIRD, rows)
    found = rates(made, THIRD)
    hidden = found.units[found.units["state"] == "hidden"]
    assert set(hidden["unit_name"]) == {"丙街道", "丁街道"}
    secret = ["k", "value", "shown", "low", "high", "place", "unknown", "refused", "blank"]
    assert hidden[secret].isna().all(axis=None)
    assert set(hidden["n"]) == {4, 35}
    for rate in ("aware", "content", "graded"):
        assert not np.isnan(total(found, rate, "其他")["value"])  # 39 questionnaires
    scores = score(made, THIRD).units
    assert scores.loc[scores["shown"].isna(), "unit_name"].tolist() == ["丙街道", "丁街道"]


def test_a_group_that_is_too_small_has_no_total_and_follows_from_no_other(tmp_path):
    """其他 has 4 in all: its total, the city less 主城区, must not come out: no group is told."""
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    rows = [
        *people(40, "甲街道", knows="yes", rating="good"),
        *people(10, "甲街道", knows="no", rating="bad"),
        *people(25, "乙街道", knows="yes", rating="good"),
        *people(5, "乙街道", knows="no", rating="bad"),
        *people(3, "丙街道", knows="yes", rating="good"),
        *people(1, "丙街道", knows="no", rating="bad"),
    ]
    put(made, THIRD, rows)
    found = rates(made, THIRD)
    groups = found.totals[found.totals["level"] == "group"]
    assert groups["value"].isna().all()
    hidden = found.units[(found.units["state"] == "hidden") & (found.units["rate"] == "aware")]
    assert set(hidden["unit_name"]) == {"乙街道", "丙街道"}
    assert not np.isnan(total(found, "aware")["value"])


def test_a_trend_breaks_where_the_definition_does(tmp_path):
    later = {"effective_from": "2026-10-01", "files": {"survey.toml": definitions(top=["good"])}}
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()}, later=[later])
    put(made, THIRD, third())
    put(made, FOURTH, [*third(), *people(400, "甲街道", knows="no", rating="good")])
    assert waves(made) == (FOURTH, THIRD)
    content, aware = course(made, "content"), course(made, "aware")
    assert content["changed"].tolist() == [False, True]
    assert content["moved"].tolist() == ["", BROKEN]
    assert aware["changed"].tolist() == [False, False]
    assert aware["moved"].tolist() == ["", MOVED]
    steady = course(made, "aware", unit_of(made, "乙街道"))
    assert steady["moved"].tolist() == ["", STEADY]


def test_counted_tables_give_the_same_figures(tmp_path, found):
    """The same answers, counted by unit; where questionnaires are there, they count alone."""
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    span = {"first": THIRD.start.isoformat(), "last": THIRD.end.isoformat()}
    tables = {
        "甲街道": {"knows": {"yes": 80, "no": 10, "unsure": 10}},
        "乙街道": {"knows": {"yes": 36, "no": 4}},
        "丙街道": {"knows": {"yes": 18, "no": 1}},
    }
    last = THIRD.end.toordinal()
    put_records(made, "counts", [(u, last, {**span, "counts": t}) for u, t in tables.items()])
    counted = rates(made, THIRD)
    for unit in tables:
        one, other = (line(each, unit, "aware") for each in (counted, found))
        assert [one[name] for name in ("k", "n", "shown", "low", "high")] == [
            other[name] for name in ("k", "n", "shown", "low", "high")
        ]
    assert total(counted, "aware")["value"] == pytest.approx(total(found, "aware")["value"])
    put(made, THIRD, people(50, "乙街道", knows="no"))
    assert line(rates(made, THIRD), "乙街道", "aware")["n"] == 50


def test_the_city_is_weighted_to_the_make_up_of_the_people_and_units_are_not(tmp_path, found):
    """Young: 106 in the base, 96 know; old: 53, 38 know; as many young as old among the people."""
    margin = '[[margin]]\nquestion = "age"\nshares = {{ young = {}, old = {} }}\n'
    files = {"survey.toml": definitions() + margin.format(50, 50)}
    office = poll_office(tmp_path / "even", STREETS, files)
    put(office, THIRD, third())
    weighted = rates(office, THIRD)
    city = total(weighted, "aware")
    assert city["value"] == pytest.approx(50 * 96 / 106 + 50 * 38 / 53, abs=1e-6)
    assert city["value"] < total(found, "aware")["value"]
    assert city["n_eff"] < city["n"] == 159
    assert city["made"].endswith("再按常住人口的年龄构成加权")
    assert line(weighted, "甲街道", "aware")["value"] == 80

    files = {"survey.toml": definitions() + margin.format(1, 99)}
    office = poll_office(tmp_path / "skewed", STREETS, files)
    put(office, THIRD, third())
    city = total(rates(office, THIRD), "aware")
    assert "权数限在 0.3 到 3 倍，最多还差" in city["made"]
    assert 100 * 38 / 53 < city["value"] < total(weighted, "aware")["value"]
