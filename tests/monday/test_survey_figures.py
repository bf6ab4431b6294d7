"""Figures of Monday's questionnaires, once the row of 龙潭 is put right: 3 are 3, and no rate."""

from dataclasses import replace

import numpy as np
import pytest

from tests.builders import xlsx
from tests.monday import files
from tests.offices import ingest, make_office
from tests.questionnaires import SURVEY
from wenming_metrics.intake import commit
from wenming_metrics.queries.survey.rates import figures_of, rates
from wenming_metrics.queries.survey.waves import read_wave, waves

_UNITS = [
    ["单位编号", "单位名称", "单位类别", "上级单位", "分组", "别名"],
    ["D1", "东湖区", "区", "", "", ""],
    *(
        [f"S{n}", f"{name}街道", "街道", "东湖区", "主城区", name]
        for n, name in enumerate(("城东", "河西", "龙潭"))
    ),
]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    told = {"files": {"survey.toml": SURVEY.replace("hide = 2", "hide = 10")}}
    leaf = {"code": "A", "weight": 100}
    made = make_office(tmp_path_factory.mktemp("monday"), [["A", "环境", 5, "*"]], [leaf], **told)
    ingest(made, xlsx({"单位名册": _UNITS}), "名册.xlsx")
    content = files.survey_book("其他〖龙潭那边〗", "龙潭街道")
    preview = commit.inspect(made, content, files.SURVEY_NAME)
    assert preview.reading.counts.held == 0, [one.text for one in preview.problems]
    commit.commit(made, preview, "测试")
    return made


def test_of_three_nothing_is_shown_but_that_they_are_three(office):
    (wave,) = waves(office)
    assert wave.title == "2026年第三季度"
    found = rates(office, wave)
    city = found.totals[found.totals["level"] == "city"].set_index("rate")
    assert city["value"].isna().all()
    assert city["n"].to_dict() == {"awareness": 3, "participation": 2, "satisfaction": 2}
    assert set(found.units["state"]) == {"hidden"}
    assert found.units[["k", "value", "low", "high"]].isna().all(axis=None)
    assert found.flagged == 2


def test_what_would_be_shown_of_many(office):
    """知晓率 2 of 3, for 不太清楚 does not know; 参与率 2 of 2, or of 3 where blanks count; 满意度 2 of
    2 and one 说不清 apart."""
    taken = read_wave(office, *waves(office))
    limits = replace(taken.survey.limits, hide=1)
    counted = [
        replace(one, blank="in") for one in taken.survey.rates if one.code == "participation"
    ]
    survey = replace(taken.survey, limits=limits, rates=(*taken.survey.rates, *counted))
    totals = figures_of(replace(taken, survey=survey)).totals
    city = totals[totals["level"] == "city"]
    assert city["n"].tolist() == [3, 2, 2, 3]
    assert city["value"].to_numpy() == pytest.approx(np.array([200 / 3, 100, 100, 200 / 3]))
    assert city["unknown"].tolist() == [1, 0, 1, 0]
