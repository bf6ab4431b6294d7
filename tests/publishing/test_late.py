"""Files that come after an issue has closed: where their rows count."""

import pytest

from tests.publishing.city import MONDAY, NEXT, open_city, put, row, scores
from wenming_metrics.intake import commit
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.corrections import corrections


@pytest.fixture
def office(tmp_path):
    return open_city(tmp_path)


def listed(office, issue):
    return scores(signing.draft_lists(office, issue).boards["street"])


def test_a_late_file_counts_in_the_next_issue(office):
    put(office, "按时", row("甲街道", 2))
    first = signing.draft(office, MONDAY, "张三")
    put(office, "迟到", row("甲街道", 6, site="二号点"))
    put(office, "下周", row("甲街道", 0, NEXT))
    second = signing.draft(office, NEXT, "张三")
    # 甲街道: 8 of 10 in its own week; then 10 + 4 of 20.
    assert listed(office, first)["甲街道"] == 80
    assert listed(office, second)["甲街道"] == 70
    assert (second.number, second.window.number) == (11, 11)


def test_a_person_may_count_it_in_the_issue_of_its_days(office):
    put(office, "按时", row("甲街道", 2))
    first = signing.draft(office, MONDAY, "张三")
    late = put(office, "迟到", row("甲街道", 6, site="二号点"))
    put(office, "下周", row("甲街道", 0, NEXT))
    second = signing.draft(office, NEXT, "张三")
    files = signing.late_for(office, first)
    assert files[["batch", "own"]].to_dict("records") == [{"batch": late, "own": False}]
    signing.place_late(office, late, "张三", "系统故障，不是街道的责任", in_own_issue=True)
    # 8 + 4 of 20; the next week has its own 10 of 10.
    assert listed(office, first)["甲街道"] == 60
    assert listed(office, second)["甲街道"] == 100
    signing.place_late(office, late, "张三", "还是下一期", in_own_issue=False)
    assert listed(office, second)["甲街道"] == 70


def test_a_late_file_counts_once_where_three_issues_follow(office):
    put(office, "按时", row("甲街道", 2))
    signing.draft(office, MONDAY, "张三")
    put(office, "迟到", row("甲街道", 6, site="二号点"))
    put(office, "下周", row("甲街道", 0, NEXT))
    second = signing.draft(office, NEXT, "张三")
    after = NEXT + (NEXT - MONDAY)
    put(office, "再下周", row("甲街道", 5, after))
    third = signing.draft(office, after, "张三")
    assert listed(office, second)["甲街道"] == 70
    assert listed(office, third)["甲街道"] == 50


def test_what_replaces_earlier_rows_belongs_to_the_issue_of_its_days(office):
    put(office, "按时", row("甲街道", 2))
    first = signing.draft(office, MONDAY, "张三")
    put(office, "重报", row("甲街道", 4), replaces=True)
    put(office, "下周", row("甲街道", 0, NEXT))
    second = signing.draft(office, NEXT, "张三")
    assert listed(office, first)["甲街道"] == 60
    assert listed(office, second)["甲街道"] == 100


def test_a_late_copy_of_a_stored_problem_counts_nowhere(office):
    put(office, "按时", row("甲街道", 2))
    first = signing.draft(office, MONDAY, "张三")
    put(office, "又发一次", row("甲街道", 2), row("乙街道", 1))
    put(office, "下周", row("甲街道", 0, NEXT))
    second = signing.draft(office, NEXT, "张三")
    assert listed(office, first) == {"甲街道": 80, "乙街道": None}
    assert listed(office, second) == {"甲街道": 100, "乙街道": 90}


def test_days_before_the_first_issue_are_late_for_none(office):
    put(office, "下周", row("甲街道", 0, NEXT))
    issue = signing.draft(office, NEXT, "张三")
    signing.withdraw(office, issue.key, "张三", "重建")
    put(office, "补录上周", row("甲街道", 6))
    again = signing.draft(office, NEXT, "张三", until_now=True)
    assert listed(office, again)["甲街道"] == 100


def test_a_withdrawn_late_file_is_gone_from_the_next_issue(office):
    put(office, "按时", row("甲街道", 2))
    signing.draft(office, MONDAY, "张三")
    late = put(office, "迟到", row("甲街道", 6, site="二号点"))
    put(office, "下周", row("甲街道", 0, NEXT))
    second = signing.draft(office, NEXT, "张三")
    signed = signing.sign(office, second.key, "王五", "演字11号")
    commit.withdraw(office, late, "李四", "不是我区的点位")
    found = corrections(office, signed)
    told = found.units[["unit_name", "score_signed", "score_now"]].to_dict("records")
    assert told == [{"unit_name": "甲街道", "score_signed": 70, "score_now": 100}]
    assert "撤回" in found.units["reason"][0]
    assert "迟到.xlsx" in found.units["reason"][0]
