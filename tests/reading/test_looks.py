"""What looks alike is read alike: invisible signs, radicals of a PDF, whole numbers written 1.00."""

import unicodedata

import pytest

from tests.builders import CHECKLIST, check_row, read_sheets
from tests.questionnaires import HEADERS, in_numbers, rows, survey
from wenming_metrics.vocabulary import normalise, visible

UNSEEN = ["\u200b", "\u200d", "\u200e", "\u202a", "\u2060", "\ufeff", "\u00ad", "\ufe0f"]


def codes(reading):
    return [problem.code for problem in reading.problems]


@pytest.mark.parametrize("sign", UNSEEN)
def test_names_with_signs_that_nobody_sees_are_the_plain_names(sign):
    changes = {"街道": f"城东{sign}街道", "社区": f"{sign}东风社区", "点位类型": f"集贸市场{sign}"}
    row = check_row(
        **changes,
        点位名称=f"东风菜场{sign}",
        测评项=f"地面{sign}无积水垃圾",
        检查结果=f"符合{sign}",
    )
    header = [f"{name}{sign}" for name in CHECKLIST]
    reading = read_sheets({"检查表": [header, row]})
    assert (codes(reading), len(reading.checks)) == ([], 1)


def test_names_that_nobody_registered_are_kept_as_they_look():
    reading = read_sheets({"检查表": [CHECKLIST, check_row(点位名称="\u200b新\u200b市场\u202c")]})
    assert reading.sites["name"].tolist() == ["新市场"]
    (problem,) = reading.problems
    assert problem.found == "新市场"


def test_radicals_are_the_characters_they_look_like():
    assert normalise("\u2ed3堤街道 机动\u2ecb道\u2f46垃圾积\u2f54") == "长堤街道机动车道无垃圾积水"
    assert visible("\u2ee2路某\u2f29区") == "马路某小区"
    words = {"长": "LONG", "车": "CART", "门": "GATE", "马": "HORSE", "贝": "SHELL", "鱼": "FISH"}
    for sign in map(chr, range(0x2E80, 0x2EF4)):
        name = unicodedata.name(sign, "").removeprefix("CJK RADICAL C-SIMPLIFIED ")
        match = next((plain for plain, word in words.items() if word == name), None)
        assert match is None or normalise(sign) == match
    simplified = [
        s for s in map(chr, range(0x2E80, 0x2EF4)) if "C-SIMPLIFIED" in unicodedata.name(s, "")
    ]
    parts = "⻈⻐⻟⻠⺰"  # 讠钅饣纟 stand in no name alone
    assert [s for s in simplified if normalise(s) == s and s not in parts] == []


def test_whole_numbers_written_with_decimals_are_read_as_such():
    row = [*check_row(检查结果="不符合", 扣分="1.00"), "2.00"]
    reading = read_sheets({"检查表": [[*CHECKLIST, "处数"], row]})
    assert (codes(reading), reading.checks["places"].tolist()) == ([], [2])
    reading = read_sheets({"检查表": [[*CHECKLIST, "处数"], [*row[:-1], "2.50"]]})
    assert codes(reading) == ["数值-05"]
    register = [
        ["单位名称", "单位类别", "上级单位", "常住人口"],
        ["北门街道", "街道", "东湖区", "52000.00"],
    ]
    assert read_sheets({"名册": register}).units["population"].tolist() == [52000]


def people(title, *counts):
    header = ["单位名称", "单位类别", "上级单位", title]
    units = [[f"{n}号街道", "街道", "东湖区", count] for n, count in enumerate(counts)]
    return read_sheets({"名册": [header, *units]})


@pytest.mark.parametrize("title", ["常住人口(万人)", "常住(万人)", "人口(万)"])
def test_people_may_be_counted_in_ten_thousands(title):
    reading = people(title, 8.2, 6.0, "5.5万", "0.98")
    assert (codes(reading), reading.units["population"].tolist()) == (
        ["名册-19"],
        [82_000, 60_000, 55_000, 9_800],
    )


def test_beside_a_fraction_a_small_number_is_no_number_of_people():
    reading = people("常住人口", 8.2, 6.0, 52000)
    assert codes(reading) == ["名册-19", "名册-06", "名册-06"]
    assert reading.units["population"].tolist() == [52000]
    assert people("常住人口", 6.0, 800).units["population"].tolist() == [6, 800]


def test_numbers_of_options_written_with_decimals_are_read_as_such():
    plain = [list(row) for row in rows(in_numbers)]
    written = [
        [f"{v}.00" if str(v).isdigit() and at > 4 else v for at, v in enumerate(r)] for r in plain
    ]
    found = [
        read_sheets({"2026年三季度": [list(HEADERS), *lines]}, survey=survey())
        for lines in (plain, written)
    ]
    assert codes(found[0]) == codes(found[1])
    assert (
        found[0]
        .answers.frame.drop(columns="key")
        .equals(found[1].answers.frame.drop(columns="key"))
    )
    assert plain != written


def test_a_printed_rank_and_a_planned_number_written_with_decimals():
    table = [
        ["2026年10月第三方测评得分"],
        ["名次", "街道", "总得分"],
        ["1.00", "城东街道", "95.00"],
    ]
    assert read_sheets({"得分": table}).records["told"][0]["printed_rank"] == "1"
    quota = [["街道", "期间", "计划份数"], ["城东街道", "2026年第三季度", "80.00"]]
    assert read_sheets({"配额": quota}, survey=survey()).records["told"][0]["planned"] == 80


def test_the_nearest_name_may_be_one_that_is_written_with_its_street():
    table = [["2026年10月第三方测评得分"], ["单位", "总得分"], ["云山真", 95]]
    (problem,) = [p for p in read_sheets({"得分": table}).problems if p.code == "单位-06"]
    assert "最接近的是“云山" in problem.text
