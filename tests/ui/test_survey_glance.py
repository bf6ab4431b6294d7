"""The three figures of 总览: in plain words, and nothing where too few were asked."""

from tests.polls import THIRD, definitions, people, poll_office, put
from wenming_metrics.queries.survey.rates import rates
from wenming_metrics.ui.overview.page import rate_cards

STREETS = [("甲街道", "主城区"), ("乙街道", "主城区")]


def cards_of(folder, *rows):
    made = poll_office(folder, STREETS, {"survey.toml": definitions()})
    put(made, THIRD, [one for part in rows for one in part])
    return [(one.label, one.value, one.lines) for one in rate_cards(rates(made, THIRD))]


def test_figures_with_target_and_base(tmp_path):
    """知晓率 aims at 90: 99 of 100 lies above it beyond chance; the others have no target."""
    many = people(99, "甲街道", knows="yes", rating="good"), people(1, "甲街道", knows="no")
    assert cards_of(tmp_path, *many) == [
        ("知晓率", "99.00%", ("达到目标 90（高 9.0 个百分点）", "有效问卷 100 份")),
        ("满意度", "100.00%", ("有效问卷 99 份",)),
        ("折算满意度", "100.00%", ("有效问卷 99 份",)),
    ]


def test_what_chance_explains_and_small_samples_are_said(tmp_path):
    rows = people(91, "甲街道", knows="yes", rating=""), people(9, "甲街道", knows="no", rating="")
    few = people(20, "甲街道", rating="good"), people(1, "甲街道", rating="bad")
    found = cards_of(tmp_path, *rows, *few)
    assert found[0] == ("知晓率", "91.00%", ("与目标 90 基本持平", "有效问卷 100 份"))
    assert found[1] == ("满意度", "95.24%", ("样本不足，仅供参考", "有效问卷 21 份"))


def test_three_questionnaires_show_nothing_but_that_there_are_three(tmp_path):
    found = cards_of(tmp_path, people(3, "甲街道", knows="yes", rating="good"))
    assert {value for _, value, _ in found} == {"—"}
    assert {lines for _, _, lines in found} == {("样本过少，不公布", "有效问卷 3 份")}
