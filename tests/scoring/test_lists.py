"""Front and back lists: real rules as cases, ties whole, runs counted over missing periods."""

import pandas as pd
import pytest

from wenming_metrics.rules.model import Lists
from wenming_metrics.scoring.ranking.shortlists import BACK, FRONT, name_units, running, sides_of


def ranked(groups, ties="min"):
    """Rank units by score within groups: {group: {unit: score, None = no problems, no place}}."""
    rows = [
        (group, unit, score) for group, units in groups.items() for unit, score in units.items()
    ]
    frame = pd.DataFrame(rows, columns=["group", "unit_name", "score"])
    frame["score"] = frame["score"].astype(float)
    places = frame.groupby("group")["score"].rank(method=ties, ascending=False)
    shared = frame.groupby(["group", "score"])["score"].transform("size") > 1
    return frame.assign(unit=frame.index, rank=places.astype("Int64"), tied=shared)


def ends(frame, told):
    named = name_units(frame, told)
    found = {}
    for line in named.itertuples():
        text = line.unit_name or f"第{line.rank}名并列{line.left_out}个"
        found.setdefault((line.group, line.side), []).append(text)
    return found


JIANGMEN = Lists(
    front="红榜", back="黑榜", groups={"市直部门": (5, 3), "区": (1, 1), "镇街": (1, 0)}
)
RATES = {
    "市直部门": {
        **{"甲局": 100, "乙局": 100, "丙局": 98, "丁局": 97, "戊局": 95, "己局": 95},
        **{"庚局": 90, "辛局": 80, "壬局": 70, "癸局": 60, "没有问题的局": None},
    },
    "区": {"一区": 96, "二区": 96, "三区": 91, "四区": 88},
    "镇街": {"东镇": 99, "西镇": 98, "南街": 60},
}
"""整改率 of a week; a unit without problems has none and is not in the issue."""


def test_jiangmen_2018():
    """First 5 departments, first district, first town; last 3 departments, last district; ties all."""
    assert ends(ranked(RATES), JIANGMEN) == {
        ("市直部门", FRONT): ["甲局", "乙局", "丙局", "丁局", "戊局", "己局"],
        ("市直部门", BACK): ["辛局", "壬局", "癸局"],
        ("区", FRONT): ["一区", "二区"],
        ("区", BACK): ["四区"],
        ("镇街", FRONT): ["东镇"],
    }


def test_jiangmen_counts_weeks_running():
    """Once, twice running, three times running; a week not in the issue is skipped by setting."""
    sides = [{1: BACK, 2: BACK, 3: BACK}, {1: BACK, 2: ""}, {1: BACK, 2: BACK, 3: BACK, 4: FRONT}]
    assert running(sides[:1]) == {1: 1, 2: 1, 3: 1}
    assert running(sides[1::-1]) == {1: 2}
    assert running(sides[::-1]) == {1: 3, 2: 1, 3: 2, 4: 1}
    assert running(sides[::-1], "break") == {1: 3, 2: 1, 3: 1, 4: 1}
    assert running([]) == {}


@pytest.mark.parametrize(
    ("scores", "back"),
    [
        ({"甲": 92, "乙": 90, "丙": 86, "丁": 85}, None),
        ({"甲": 92, "乙": 84.99, "丙": 84, "丁": 80}, ["乙", "丙", "丁"]),
    ],
)
def test_a_line_of_85(scores, back):
    """台山: with nobody under the line the back list is empty; under it, everyone is named."""
    told = Lists(line=85, groups={"*": (1, 0)})
    found = ends(ranked({"镇街": scores}), told)
    assert found.get(("镇街", BACK)) == back
    assert found[("镇街", FRONT)] == ["甲"]


def test_who_is_under_the_line_is_never_in_front():
    told = Lists(line=85, groups={"*": (2, 1)})
    found = ends(ranked({"镇街": {"甲": 90, "乙": 80, "丙": 70}}), told)
    assert found == {("镇街", FRONT): ["甲"], ("镇街", BACK): ["乙", "丙"]}


@pytest.mark.parametrize(
    ("cap", "front", "back"),
    [
        (None, ["甲", "乙", "丙", "丁"], ["戊", "己", "庚"]),
        (4, ["甲", "乙", "丙", "丁"], ["戊", "己", "庚"]),
        (3, ["甲", "第2名并列3个"], ["戊", "己", "庚"]),
        (2, ["甲", "第2名并列3个"], ["第5名并列3个"]),
    ],
)
def test_a_tie_longer_than_the_cap_is_left_out_whole(cap, front, back):
    told = Lists(cap=cap, groups={"*": (2, 2)})
    scores = {"甲": 9, "乙": 8, "丙": 8, "丁": 8, "戊": 7, "己": 7, "庚": 7}
    found = ends(ranked({"街道": scores}), told)
    assert (found["街道", FRONT], found["街道", BACK]) == (front, back)


def test_the_cap_is_for_ties_only():
    told = Lists(cap=1, groups={"*": (2, 1)})
    found = ends(ranked({"街道": {"甲": 9, "乙": 8, "丙": 7}}), told)
    assert found == {("街道", FRONT): ["甲", "乙"], ("街道", BACK): ["丙"]}


@pytest.mark.parametrize(
    ("ranks", "front", "back"),
    [
        ([], [], []),
        ([1], [1], []),
        ([1, 2], [1], [2]),
        ([1, 2, 3], [1, 2], [3]),
        ([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3], [6, 7, 8]),
        ([1, 2, 3, 3, 3, 6, 7, 8], [1, 2, 3, 3, 3], [6, 7, 8]),
        ([1, 1, 1, 1, 1], [1, 1, 1, 1, 1], []),
        ([1, 2, 3, 4, 5, 5, 5, 5], [1, 2, 3], [5, 5, 5, 5]),
    ],
)
def test_without_a_rule_three_at_each_end_at_most_half_in_front(ranks, front, back):
    frame = pd.DataFrame({"rank": pd.array(ranks, "Int64"), "unit": range(len(ranks))})
    frame = frame.assign(group="街道", unit_name="某街道", score=90.0, tied=False)
    named = name_units(frame, Lists())
    found = [named.loc[named["side"] == side, "rank"].tolist() for side in (FRONT, BACK)]
    assert found == [front, back]


def test_units_without_place_are_on_no_list():
    told = Lists(groups={"*": (1, 1)})
    frame = ranked({"街道": {"甲": 9, "乙": None, "丙": 7}})
    assert sides_of(frame, told) == {0: FRONT, 2: BACK}
