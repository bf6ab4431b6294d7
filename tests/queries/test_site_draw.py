"""督查安排: chances known before the draw, least numbers kept, no team sent to its own."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from tests.builders import register
from wenming_metrics.queries.progress.site_draw import (
    DrawTerms,
    InspectionTeam,
    draw_sites,
    share_out,
)
from wenming_metrics.scoring.draws import draw_by_chances, join_chances, share_chances

MONDAY = date(2026, 11, 30)


def sites(*streets, types=(0,), risk=1.0, problems=()):
    """Sites by street: so many in each; types in turn."""
    street = [number for number, count in enumerate(streets) for _ in range(count)]
    names = range(len(street))
    return pd.DataFrame(
        {
            **{"site": names, "site_name": [f"点位{n}" for n in names], "street": street},
            **{"street_name": [f"街道{n}" for n in street], "risk": risk},
            "point_type": [types[n % len(types)] for n in names],
            "last_problem": [100 if n in problems else 0 for n in names],
        }
    )


def test_chances_of_a_site_are_those_of_the_rule():
    lines = sites(4, risk=[1.0, 1.0, 1.0, 5.0], problems=(0, 1))
    terms = DrawTerms(4, of_unit=0, of_type=1, revisits=1, random_share=0.3)
    chance = pd.concat(
        draw_sites(lines, terms, 50, seed)[["site", "chance"]] for seed in range(1, 30)
    ).drop_duplicates()
    # Of 4: one by type (1/4 each), one of the two with problems (1/2 each), so two by unit:
    # 2 x (0.3/4 + 0.7 x 1/8) = 0.325 and 2 x (0.3/4 + 0.7 x 5/8) = 1.025, cut to 1; the 0.025 over
    # goes to the three others, who make 0.975 by 0.325 each: 1/3 each.
    revisited = 1 - (2 / 3) * (3 / 4) * (1 / 2)
    expected = {0: revisited, 1: revisited, 2: 1 - (2 / 3) * (3 / 4), 3: 1.0}
    assert chance["site"].is_unique
    assert dict(zip(chance["site"], chance["chance"], strict=True)) == pytest.approx(expected)


def test_sites_come_as_often_as_their_chance_says():
    lines = sites(6, 3, risk=[1, 2, 3, 4, 5, 6, 1, 1, 9.0], types=(0, 1, 2), problems=(1, 7))
    terms = DrawTerms(6, revisits=1)
    draws = [draw_sites(lines, terms, 50, seed) for seed in range(1, 201)]
    often = pd.concat(draws)["site"].value_counts() / len(draws)
    chance = pd.concat(draws).groupby("site")["chance"].first()
    assert often.sort_index().to_numpy() == pytest.approx(chance.to_numpy(), abs=0.09)


def test_every_unit_and_every_type_gets_its_least_number():
    lines = sites(30, 5, 2, types=(0, 1, 0, 0, 2), problems=())
    for seed in range(1, 20):
        drawn = draw_sites(lines, DrawTerms(12, of_unit=2, of_type=2), 50, seed)
        assert (drawn["street"].value_counts().reindex([0, 1, 2]) >= 2).all()
        assert (drawn["point_type"].value_counts().reindex([0, 1, 2]) >= 2).all()
        pd.testing.assert_frame_equal(
            drawn, draw_sites(lines, DrawTerms(12, of_unit=2, of_type=2), 50, seed)
        )


def test_at_least_so_much_of_the_chance_is_the_same_for_all():
    chances = share_chances(np.array([1e-9, 1.0, 1.0, 1.0, 1.0]), 2, 0.3)
    assert chances[0] == pytest.approx(2 * 0.3 / 5)
    assert chances.sum() == pytest.approx(2)
    assert draw_by_chances(chances, np.random.default_rng(1)).sum() == 2
    assert join_chances(np.array([0.5]), np.array([0.5]))[0] == 0.75


def test_no_team_is_sent_to_its_own_and_work_is_even():
    units = register().units
    streets = units.loc[units["kind"] == "street", "unit"].tolist()
    lines = pd.DataFrame(
        {"street": np.repeat(streets, 4), "site": range(4 * len(streets)), "chance": 0.5}
    )
    district = units.at[units.at[streets[0], "parent"], "name"]
    teams = [InspectionTeam("市组"), InspectionTeam("区组", (district,))]
    shared = share_out(lines, teams, register(), MONDAY)
    below = units.loc[units["parent"] == units.at[streets[0], "parent"], "unit"]
    assert set(shared.loc[shared["team"] == "区组", "street"]).isdisjoint(below)
    assert shared["day"].between(MONDAY, date(2026, 12, 4)).all()
    assert shared.groupby("street")["team"].nunique().max() == 1
    everyone = [InspectionTeam("市组", tuple(units.loc[streets, "name"]))]
    with pytest.raises(ValueError, match="没有可以去的督查组"):
        share_out(lines, everyone, register(), MONDAY)
    with pytest.raises(ValueError, match="不在单位名册里"):
        share_out(lines, [InspectionTeam("市组", ("某某办",))], register(), MONDAY)
