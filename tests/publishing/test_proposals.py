"""建议名单: on which signed issues a proposal rests, by which clause, and that one week proposes nothing."""

import json
from datetime import timedelta

import pytest

from tests.publishing.city import MONDAY, open_city, put, row
from wenming_metrics.__main__ import FAILED, OK, main
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.issues import find_issue
from wenming_metrics.publishing.proposals import FIT, ONCE_SIGNED, decide_measure, proposals

MEASURES = """
[lists]
[[lists.group]]
front = 1
back = 1
[[lists.measure]]
title = "通报表扬"
end = "front"
clause = "第十八条"
[[lists.measure]]
title = "约谈"
issues = 3
clause = "第二十条"
"""
WEEKS = [MONDAY + timedelta(7 * week) for week in range(5)]


def check(street, lost, week, sites=4):
    return [row(street, lost, week, f"{street}{site}号点") for site in range(sites)]


def sign(office, week, number):
    issue = signing.draft(office, week, "张三")
    return signing.sign(office, issue.key, "王五", f"演字{number}号")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("proposals")


@pytest.fixture(scope="module")
def office(folder):
    """Open a city where 乙 leads by ten points week after week."""
    made = open_city(folder, MEASURES)
    weeks = (WEEKS[0], WEEKS[1], WEEKS[2], WEEKS[4])
    lines = [
        line
        for week in weeks
        for street, lost in (("甲街道", 2), ("乙街道", 1))
        for line in check(street, lost, week)
    ]
    put(made, "五周", *lines)
    return made


@pytest.fixture(scope="module")
def proposed(office):
    """Give what is proposed after one week, of the draft of the third, after it, after a gap."""
    lines = {"one week": proposals(office, sign(office, WEEKS[0], 10).key)}
    sign(office, WEEKS[1], 11)
    draft = signing.draft(office, WEEKS[2], "张三")
    lines["draft"] = proposals(office, draft.key)
    third = signing.sign(office, draft.key, "王五", "演字12号")
    lines["three weeks"] = proposals(office, third.key)
    lines["gap"] = proposals(office, sign(office, WEEKS[4], 14).key)
    return lines


def said(lines):
    return {
        (line.measure, line.unit_name): (line.running, line.issues, line.sample, line.verdict)
        for line in lines.itertuples()
    }


def test_one_week_alone_proposes_nothing(proposed):
    assert said(proposed["one week"]) == {
        ("通报表扬", "乙街道"): (
            *(1, "第10期（演字10号）", "够"),
            "暂不建议：连续1期，要连续2期，不能只凭一周的名次",
        ),
        ("约谈", "甲街道"): (
            *(1, "第10期（演字10号）", "够"),
            "暂不建议：连续1期，要连续3期，不能只凭一周的名次",
        ),
    }


def test_a_proposal_names_clause_document_and_the_signed_issues_it_rests_on(office, proposed):
    assert set(proposed["draft"]["verdict"]) == {ONCE_SIGNED}
    assert proposed["draft"]["issues"].str.startswith("第12期（未签发）、第11期（演字11号）").all()
    lines = proposed["three weeks"]
    assert said(lines) == {
        ("通报表扬", "乙街道"): (3, "第12期（演字12号）、第11期（演字11号）", "够", FIT),
        ("约谈", "甲街道"): (
            *(3, "第12期（演字12号）、第11期（演字11号）、第10期（演字10号）", "够", FIT),
        ),
    }
    assert lines["clause"].tolist() == ["第十八条", "第二十条"]
    assert set(lines["source"]) == {office.rules.source}


def test_an_issue_that_is_missing_ends_the_run(proposed):
    assert proposed["gap"]["running"].tolist() == [1, 1]


def test_a_short_sample_proposes_nothing(tmp_path):
    office = open_city(tmp_path, MEASURES + "[sampling]\nsites = 4\n")
    lines = [
        line
        for week in WEEKS[:2]
        for street, lost, sites in (("甲街道", 2, 2), ("乙街道", 1, 3))
        for line in check(street, lost, week, sites)
    ]
    put(office, "两周", *lines)
    sign(office, WEEKS[0], 10)
    second = sign(office, WEEKS[1], 11)
    found = said(proposals(office, second.key))
    assert found["通报表扬", "乙街道"][2:] == (
        "第11期点位数未达到抽样要求；第10期点位数未达到抽样要求",
        "暂不建议：样本不足",
    )
    assert found["约谈", "甲街道"][2].startswith("第11期点位不足、点位数未达到抽样要求；")


def test_what_was_decided_is_typed_in_by_a_person(office, proposed):
    issue, draft = find_issue(office, "10"), signing.draft(office, WEEKS[3], "张三")
    with pytest.raises(IntakeError, match="没有签发，不能登记决定"):
        decide_measure(office, draft.key, "甲街道", "约谈", "约谈主要负责人", "", "李四")
    for arguments, why in (
        (("甲街道", "约谈", " ", "", "李四"), "请写明怎样决定和经办人"),
        (("甲街道", "记过", "记过", "", "李四"), "没有“记过”这一种，可以写：通报表扬、约谈"),
        (("丙街道", "约谈", "约谈", "", "李四"), "名单里没有“丙街道”"),
    ):
        with pytest.raises(IntakeError, match=why):
            decide_measure(office, issue.key, *arguments)
    decide_measure(office, issue.key, "甲街道", "约谈", "暂缓", "", "李四")
    decide_measure(office, issue.key, "甲街道", "约谈", "约谈主要负责人", "演字11号", "李四")
    decided = proposals(office, issue.key).set_index("unit_name")["decided"]
    assert decided.to_dict() == {"乙街道": "", "甲街道": "约谈主要负责人（演字11号，李四）"}


def test_on_the_terminal(office, proposed, folder, monkeypatch, capsys):
    monkeypatch.setenv("WENMING_DATA", str(folder / "data"))
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    assert main(["issue", "propose", "11"]) == OK
    told = capsys.readouterr().out
    assert "建议名单只供参考，怎样决定由人登记" in told
    assert "第二十条" in told
    what = ["--unit", "甲街道", "--measure", "约谈", "--who", "李四"]
    assert main(["issue", "decide", "11", *what]) == FAILED
    assert "请写明怎样决定和经办人" in capsys.readouterr().err
    assert main(["issue", "decide", "11", *what, "--reason", "约谈主要负责人"]) == OK
    assert capsys.readouterr().out == "甲街道约谈的决定已登记。\n"
    # A decision of a unit that nothing is proposed for stands below the proposals.
    what[1] = "乙街道"
    assert main(["issue", "decide", "11", *what, "--reason", "另行研究"]) == OK
    capsys.readouterr()
    assert main(["issue", "propose", "11"]) == OK
    assert "另行研究" in capsys.readouterr().out
    assert main(["issue", "propose", "11", "--json"]) == OK
    told = json.loads(capsys.readouterr().out)["decisions"]
    decided = [(line["unit_name"], line["measure"], line["decision"]) for line in told]
    assert decided[-2:] == [("甲街道", "约谈", "约谈主要负责人"), ("乙街道", "约谈", "另行研究")]
