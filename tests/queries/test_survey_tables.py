"""Tables of a wave, down to the rows; nothing that is hidden follows from all of them together."""

from datetime import date

import numpy as np
import pytest

from tests.polls import THIRD, definitions, people, poll_office, put, put_records, unit_of
from tests.queries.test_composite import profile_of
from tests.queries.test_surveys import STREETS, third
from tests.recovering import recoverable
from wenming_metrics.decisions.questionnaires import decide_answer
from wenming_metrics.domain.periods import window
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.files.acts import acts
from wenming_metrics.queries.ranking.composite import composite, composite_lines, unit_sources
from wenming_metrics.queries.survey.quota import quota_board
from wenming_metrics.queries.survey.rates import overview_rates, rates
from wenming_metrics.queries.survey.rows import answer_rows, flagged, printed
from wenming_metrics.queries.survey.tables import by_people, by_question, cross
from wenming_metrics.rules.composite import composite_faults
from wenming_metrics.scoring.survey.rates import BLANKS


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = poll_office(tmp_path_factory.mktemp("polls"), STREETS, {"survey.toml": definitions()})
    put(made, THIRD, third())
    return made


def test_every_option_with_its_base(office):
    found = by_question(office, THIRD).set_index(["question", "option"])
    heard = found.loc["heard"]  # 60 tv, 20 both, 10 left blank, 70 not asked
    assert heard["n"].to_dict() == {"tv": 80, "web": 20, BLANKS: 10, "#not_asked": 70}
    assert heard.loc["web", ["base", "share", "state"]].tolist() == [80, 25, "valid"]
    rating = found.loc["rating"]
    assert rating.loc["good", ["n", "base"]].tolist() == [114, 159]
    assert rating.loc["good", "share"] == pytest.approx(100 * 114 / 159)
    assert rating.loc["unsure", "state"] == "unknown"
    own = by_question(office, THIRD, unit_of(office, "丁街道"))
    assert own["n"].sum() == 0


def test_groups_of_people_add_up_to_the_city(tmp_path):
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    rows = [
        *people(60, "甲街道", knows="yes", age="young"),
        *people(20, "甲街道", knows="no", age="old"),
        *people(20, "乙街道", knows="yes", age="old"),
        *people(20, "乙街道", knows="no", age="young"),
    ]
    put(made, THIRD, rows)
    found = by_people(made, THIRD, "aware", "age").set_index("option_title")
    assert found[["k", "n", "value"]].to_dict("index") == {
        "青年": {"k": 60, "n": 80, "value": 75},
        "老年": {"k": 20, "n": 40, "value": 50},
    }
    city = rates(made, THIRD).totals.query("level == 'city' and rate == 'aware'")
    assert city[["value", "n"]].values.tolist() == [[pytest.approx(100 * 80 / 120), 120]]


def hidden_city():
    """Six streets by two ages; some cells have a few people only."""
    counts = {"甲街道": (3, 40), "乙街道": (30, 35), "丙街道": (25, 4), "丁街道": (36, 33)}
    for unit, (young, old) in counts.items():
        for age, size in (("young", young), ("old", old)):
            yes = size * 2 // 3
            yield from people(yes, unit, knows="yes", rating="good", age=age)
            yield from people(size - yes, unit, knows="no", rating="bad", age=age)


def test_nothing_hidden_follows_from_units_people_and_their_cells(tmp_path):
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    put(made, THIRD, list(hidden_city()))
    rate = "content"
    table = cross(made, THIRD, rate, "age")
    cells = table.pivot(index="unit", columns="option", values="n")
    mask = table.pivot(index="unit", columns="option", values="hidden").to_numpy(bool)
    assert mask[(cells < 10).to_numpy()].all()
    assert not mask.all()
    yes = np.array([[n * 2 // 3 for n in row] for row in cells.to_numpy(int).tolist()])
    units = rates(made, THIRD).units.query("rate == @rate").set_index("unit")
    rows = units.loc[cells.index, "state"].eq("hidden").to_numpy()
    groups = by_people(made, THIRD, rate, "age").set_index("option")
    columns = groups.loc[cells.columns, "hidden"].to_numpy(bool)
    assert not recoverable(cells.to_numpy(int), mask, yes, rows, columns)
    shown = table.loc[table["hidden"], ["k", "value", "shown", "low", "high"]]
    assert shown.isna().all(axis=None)


def known_sums(office, rate: str, people: list[tuple[str, str, str]]) -> tuple[list, list]:
    """Write what is told and what is hidden of a rate, in all tables, as sums over kinds of people.

    Takes: people - (unit, age, sex) of which there are any
    """
    found = rates(office, THIRD)
    own = np.array(people)
    told, hidden = [np.ones(len(own))], []  # the city
    for one in found.units.query("rate == @rate").itertuples():
        (hidden if one.state == "hidden" else told).append(own[:, 0] == one.unit_name)
    group_of = dict(zip(found.units["unit_name"], found.units["group"], strict=True))
    groups = np.array([group_of[unit] for unit in own[:, 0]])
    for one in found.totals.query("rate == @rate and level == 'group'").itertuples():
        if one.value == one.value:
            told.append(groups == one.name)
    for at, question in ((1, "age"), (2, "sex")):
        for one in by_people(office, THIRD, rate, question).itertuples():
            (hidden if one.hidden else told).append(own[:, at] == one.option)
        for one in cross(office, THIRD, rate, question).itertuples():
            cell = (own[:, 0] == one.unit_name) & (own[:, at] == one.option)
            if cell.any():
                (hidden if one.hidden else told).append(cell)
    return told, hidden


def test_all_tables_together_give_nothing_away(tmp_path):
    """By linear algebra over all that is told of units, groups, ages, sexes and their cells."""
    rng = np.random.default_rng(3)
    streets = [(f"{n}号街道", "主城区" if n < 5 else "其他") for n in range(9)]
    made = poll_office(tmp_path, streets, {"survey.toml": definitions()})
    rows = []
    for unit, _ in streets:
        for age in ("young", "old", ""):
            for sex in ("male", "female", ""):
                size = int(rng.integers(0, 16 if age and sex else 2))
                size = min(size, 1) if unit == "3号街道" else size
                yes = int(rng.binomial(size, 0.8))
                rows += people(yes, unit, knows="yes", age=age, sex=sex)
                rows += people(size - yes, unit, knows="no", age=age, sex=sex)
    put(made, THIRD, rows)
    told, hidden = known_sums(
        made, "aware", sorted({(r["unit"], r["age"], r["sex"]) for r in rows})
    )
    assert len(hidden) > 5
    system = np.array(told, float)
    rank = np.linalg.matrix_rank(system)
    for one in hidden:
        assert np.linalg.matrix_rank(np.vstack([system, one])) == rank + 1


def test_a_hidden_unit_has_no_options_and_no_rows(tmp_path):
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    small = people(4, "丙街道", knows="yes", rating="good")
    put(made, THIRD, [*people(40, "丁街道", knows="no", rating="bad"), *small])
    unit = unit_of(made, "丙街道")
    own = by_question(made, THIRD, unit)
    asked = own[own["question"] == "knows"]
    assert asked[["n", "share", "base"]].isna().all(axis=None)
    assert asked["hidden"].all()
    assert answer_rows(made, THIRD, unit, "knows", "yes").empty
    assert answer_rows(made, THIRD, None, "knows", "yes").empty
    profile = profile_of(("survey:aware", 100, {}), missing="exclude")
    found = composite(made, profile, THIRD).sources
    assert sorted(found["told"]) == [
        "4 份，样本过少，不公布",
        "40 份，为免倒算出别的单位，一并不公布",
    ]
    assert found["value"].isna().all()


def test_down_to_file_and_row(office):
    found = answer_rows(office, THIRD, unit_of(office, "甲街道"), "rating", "bad")
    assert len(found) == 10
    assert found["source_row"].tolist() == list(range(82, 92))
    assert found["counts"].all()
    assert len(answer_rows(office, THIRD, None, "heard", "web")) == 20


def test_only_a_person_takes_out_what_looks_doubtful_and_it_is_logged(tmp_path):
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    batch = put(made, THIRD, third())
    (one,) = flagged(made, THIRD).to_dict("records")
    assert (one["unit_name"], one["reasons"], one["counts"]) == ("丙街道", "答得太快", True)
    before = rates(made, THIRD)
    for seq, who, reason in ((0, "甲", "不像"), (one["seq"], "", "不像"), (one["seq"], "甲", " ")):
        with pytest.raises(IntakeError):
            decide_answer(made, batch, seq, False, reason, who)
    decide_answer(made, batch, one["seq"], False, "18 秒答完", "甲")
    after = rates(made, THIRD)
    counts = [
        r.units.query("unit_name == '丙街道' and rate == 'content'")["n"].item()
        for r in (before, after)
    ]
    assert counts == [19, 18]
    assert (after.taken_out, after.flagged) == (1, 0)
    (said,) = flagged(made, THIRD)["decided"]
    assert "甲" in said
    assert "不计：18 秒答完" in said
    decide_answer(made, batch, one["seq"], True, "核实过,是本人", "乙")
    logged = acts(made).query("act.str.startswith('问卷')")
    assert set(zip(logged["act"], logged["who"], strict=True)) == {
        ("问卷不计", "甲"),
        ("问卷恢复计入", "乙"),
    }
    assert rates(made, THIRD).taken_out == 0


def test_planned_done_and_how_many_more(office, tmp_path):
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    put(made, THIRD, third())
    last, span = THIRD.end.toordinal(), {"first": "2026-07-01", "last": "2026-09-30"}
    whole = {**span, "question": "", "people": ""}
    part = {**span, "question": "age", "people": "young", "planned": 50}
    lines = [
        ("甲街道", last, {**whole, "planned": 80}),
        ("乙街道", last, {**whole, "planned": 60}),
        ("乙街道", last, part),
        ("丁街道", last, {**whole, "planned": 30}),
    ]
    put_records(made, "quota", lines)
    board = quota_board(made, THIRD).set_index(["unit_name", "stratum"])
    told = board[["planned", "done", "gap"]].to_dict("index")
    assert told["甲街道", ""] == {"planned": 80, "done": 100, "gap": 0}
    assert told["乙街道", ""] == {"planned": 60, "done": 40, "gap": 20}
    assert told["乙街道", "青年"] == {"planned": 50, "done": 36, "gap": 14}
    assert board.loc[("丁街道", ""), "more"].item() == 385  # +-5 points at one half, nobody asked
    assert quota_board(office, THIRD).empty


def test_what_a_contractor_printed_is_given_as_it_is(office, tmp_path):
    made = poll_office(tmp_path, STREETS, {"survey.toml": definitions()})
    parts = [
        {"group": "", "share": "", "name": "满意度(%)", "full": "", "weight": "", "printed": p}
        for p in ("91.67", "95.00")
    ]
    told = {
        "first": "2026-07-01",
        "period": "2026年第三季度",
        "test": "第三方",
        "total": "",
        "state": "",
    }
    lines = [
        (unit, THIRD.end.toordinal(), {**told, "parts": [part], "printed_rank": rank})
        for unit, part, rank in zip(("甲街道", "乙街道"), parts, ("1", ""), strict=True)
    ]
    put_records(made, "external", lines)
    found = printed(made, THIRD)
    assert found[["unit_name", "rate", "told", "printed_rank"]].values.tolist() == [
        ["甲街道", "content", "91.67", "1"],
        ["乙街道", "content", "95.00", ""],
    ]


def test_the_composite_takes_a_rate_and_lacks_small_samples(office):
    """甲: 0.5 x 88.888… of 满意度 and 0.5 x 83.555… of 问卷得分; 丙 has 20 only: missing, and said."""
    profile = profile_of(("survey:content", 50, {}), ("survey", 50, {}), missing="exclude")
    found = composite(office, profile, window("quarter", date(2026, 11, 1)))
    units = found.units.set_index("unit_name")
    exact = 0.5 * 800 / 9 + 0.5 * 100 * (0.4 * 80 / 90 + 0.6 * 72 / 90)
    assert units.at["甲街道", "exact"] == pytest.approx(exact, abs=1e-9)
    assert np.isnan(units.at["丙街道", "score"])
    lines = composite_lines(found).set_index("unit_name")
    assert lines.at["丙街道", "missing"] == "survey:content：缺；survey：缺"
    sources = unit_sources(found, int(units.at["丙街道", "unit"]))
    assert sources["told"].tolist() == ["19 份，样本不足，不作依据"] * 2
    own = unit_sources(found, int(units.at["甲街道", "unit"])).iloc[0]
    assert (own["told"], own["of"], own["file"]) == (
        *("88.89%（90 份）", "2026年第三季度"),
        "问卷.xlsx",
    )


@pytest.mark.parametrize("wrong", ["survey:a:b", "surveys", "document:x"])
def test_a_component_that_is_named_wrongly_is_said(wrong):
    told = {"name": "问卷", "from": wrong, "weight": 100}
    profile = {"id": "a", "title": "a", "source": "a", "effective_from": date(2026, 1, 1)}
    faults = composite_faults({"profile": [{**profile, "period": "year", "component": [told]}]}, {})
    assert any("survey:指标代号" in one.message for one in faults)


def test_the_city_at_a_glance(office):
    assert overview_rates(office, date(2026, 6, 30)) is None
    found = overview_rates(office, date(2026, 11, 20))
    assert found.wave == THIRD
