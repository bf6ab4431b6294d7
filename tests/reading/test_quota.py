"""问卷配额表: units, groups of people and numbers; what is not sure is held."""

import tomllib

import pytest

from tests.builders import read_sheets
from tests.polls import definitions
from wenming_metrics.rules.survey.load import survey_of

HEADER = ("街道", "期间", "人群", "计划份数")
SURVEY = survey_of(tomllib.loads(definitions()))


def quotas(*rows, header=HEADER, title="问卷配额表"):
    return read_sheets({"配额": [[title], header, *rows]}, survey=SURVEY)


def test_a_quota_is_unit_wave_group_of_people_and_number():
    reading = quotas(
        ["城东街道", "2026年第三季度", "", 80], ["城东", "2026年三季度", "青年", "40份"]
    )
    assert (reading.kind, reading.counts.held) == ("quota", 0)
    told = reading.records["told"].tolist()
    names = ("first", "last", "question", "people", "planned")
    assert [[one[name] for name in names] for one in told] == [
        ["2026-07-01", "2026-09-30", "", "", 80],
        ["2026-07-01", "2026-09-30", "age", "young", 40],
    ]
    assert reading.records["unit"].tolist() == [2, 2]


def test_the_wave_may_stand_in_the_title():
    reading = quotas(
        ["城东街道", 80], header=("单位", "配额"), title="2026年三季度民意调查样本配额表"
    )
    (told,) = reading.records["told"]
    assert (told["last"], told["planned"]) == ("2026-09-30", 80)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["城东街道", "2026年第三季度", "", "若干"], "配额-01"),
        (["城东街道", "2026年第三季度", "少年", 10], "配额-02"),
        (["城东街道", "2026年", "", 10], "配额-03"),
        (["", "2026年第三季度", "", 10], "记录-03"),
    ],
)
def test_what_is_not_sure_is_held(row, code):
    reading = quotas(row)
    assert [problem.code for problem in reading.problems] == [code]
    assert (reading.counts.held, len(reading.records)) == (1, 0)
