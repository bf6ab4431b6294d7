"""A register over the one in force: nobody stands twice without being asked, nothing is lost with a parent.

All sheets are decoded once, and read one by one as files of their own.
"""

from dataclasses import replace
from functools import lru_cache

from tests.builders import empty_register, xlsx
from tests.uploads.own_words.corpus import TODAY
from wenming_metrics.demo.city import demo_catalogue
from wenming_metrics.domain.registers import Register, build_units
from wenming_metrics.reading.model.grid import Workbook
from wenming_metrics.reading.model.reading import Context, Reading
from wenming_metrics.reading.model.sender_answers import SenderAnswers
from wenming_metrics.reading.read import read_workbook
from wenming_metrics.reading.sandbox.process import decode

HEADER = ["单位编号", "单位名称", "单位类别", "上级单位", "别名", "常住人口", "停用日期"]


def unit(name: str, kind: str, parent: str = "", aliases: str = "", people=None, end=None) -> list:
    return [None, name, kind, parent, aliases, people, end]


DISTRICT, WEST = unit("东区", "区"), unit("西区", "区")
RIVER = [unit("河口街道", "街道", "东区"), unit("三号社区", "社区", "河口街道")]
OTHER = [unit("柳园街道", "街道", "东区"), unit("四号社区", "社区", "柳园街道")]
BELOW = ("一号社区", "二号社区")


def street(name: str, parent: str = "东区", **more) -> list[list]:
    """Give a street and the two communities below it."""
    return [unit(name, "街道", parent, **more), *(unit(each, "社区", name) for each in BELOW)]


SHEETS = {
    "old": [DISTRICT, WEST, *street("江门街道"), *RIVER, *OTHER],
    "same": [DISTRICT, WEST, *street("江门街道"), *RIVER, *OTHER],
    "children": [DISTRICT, WEST, *street("新城街道"), *RIVER, *OTHER],
    "alias": [DISTRICT, WEST, unit("新城街道", "街道", "东区", "江门街道"), *RIVER, *OTHER],
    "alike": [DISTRICT, WEST, unit("江门口街道", "街道", "东区"), *RIVER, *OTHER],
    "moved": [DISTRICT, WEST, *street("江门街道", "西区"), *RIVER, *OTHER],
    "split": [
        *(DISTRICT, WEST, unit("江门街道", "街道", "东区"), unit("一号社区", "社区", "江门街道")),
        *(unit("北门街道", "街道", "东区"), unit("二号社区", "社区", "北门街道"), *RIVER, *OTHER),
    ],
    "merged": [DISTRICT, WEST, *street("大江街道"), unit("三号社区", "社区", "大江街道"), *OTHER],
    "one_street": [unit("五号社区", "社区", "柳园街道")],
    "people": [DISTRICT, WEST, *street("港口街道", people="很多"), *RIVER, *OTHER],
    "no_kind": [DISTRICT, unit("港口街道", "片区", "东区"), unit("六号社区", "社区", "港口街道")],
    "unneeded": [DISTRICT, unit("港口街道", "街道", "东区", people="很多")],
}


@lru_cache(maxsize=1)
def sheets() -> dict[str, Workbook]:
    decoded = decode(xlsx({name: [HEADER, *rows] for name, rows in SHEETS.items()}))
    return {
        sheet.name: Workbook((replace(sheet, name="单位名册", index=0),))
        for sheet in decoded.sheets
    }


def read_register(name: str, register: Register, **said) -> Reading:
    context = Context(register, demo_catalogue(), TODAY, SenderAnswers(**said))
    return read_workbook(sheets()[name], "单位名册.xlsx", "", context)


@lru_cache(maxsize=1)
def in_force() -> Register:
    return build_units(empty_register(), read_register("old", empty_register()).units)


def asked(reading: Reading) -> list[tuple[int, str, str]]:
    return [
        (problem.row, problem.details["name"], problem.details["why"])
        for problem in reading.problems
        if problem.code == "名册-15"
    ]


def changes(reading: Reading) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    told: dict[str, list] = {}
    for change in reading.unit_changes:
        told.setdefault(change.change, []).append((change.name, change.origins))
    return told


def names_of(register: Register, kind: str) -> list[str]:
    return register.units.query("kind == @kind")["name"].tolist()


def test_the_same_register_changes_nothing_and_asks_nothing():
    reading = read_register("same", in_force())
    assert (reading.unit_changes, reading.counts.held) == ((), 0)
    assert not {"名册-15", "名册-19"} & {problem.code for problem in reading.problems}


def test_a_street_with_the_same_communities_is_asked_about_and_they_wait_with_it():
    reading = read_register("children", in_force())
    assert asked(reading) == [(4, "江门街道（东区）", "下属单位有2个相同")]
    waiting = [problem for problem in reading.problems if problem.code == "名册-16"]
    assert [(problem.row, problem.details["first"]) for problem in waiting] == [(5, 4), (6, 4)]
    assert changes(reading)["待确认"] == [("新城街道", ("江门街道（东区）",))]
    built = build_units(in_force(), reading.units)
    assert names_of(built, "street") == ["江门街道", "河口街道", "柳园街道"]


def test_one_answer_renames_it_and_its_communities_stay_the_ones_they_are():
    said = (("新城街道", "江门街道"),)
    reading = read_register("children", in_force(), same_units=said)
    assert reading.counts.held == 0
    assert "名册-18" in {problem.code for problem in reading.problems}
    assert changes(reading) == {"改名": [("新城街道", ("江门街道（东区）",))]}
    built = build_units(in_force(), reading.units)
    assert names_of(built, "street") == ["新城街道", "河口街道", "柳园街道"]
    assert built.units["unit"].tolist() == in_force().units["unit"].tolist()
    assert built.units.query("name == '新城街道'")["aliases"].item() == ["江门街道"]
    assert len(names_of(built, "community")) == 4


def test_a_new_one_by_a_persons_word_stands_beside_the_old_one():
    reading = read_register("children", in_force(), same_units=(("新城街道", ""),))
    built = build_units(in_force(), reading.units)
    assert names_of(built, "street") == ["江门街道", "河口街道", "柳园街道", "新城街道"]


def test_an_answer_that_names_no_unit_leaves_the_question_open():
    assert asked(read_register("children", in_force(), same_units=(("新城街道", "没有街道"),)))


def test_aliases_like_names_and_another_parent_are_asked_about():
    assert asked(read_register("alias", in_force())) == [(4, "江门街道（东区）", "别名相同")]
    assert asked(read_register("alike", in_force())) == [(4, "江门街道（东区）", "名称相近")]
    moved = read_register("moved", in_force())
    assert asked(moved) == [(4, "江门街道（东区）", "同名，只是上级不同")]
    said = (("江门街道", "江门街道"),)
    settled = read_register("moved", in_force(), same_units=said)
    assert changes(settled) == {"上级变动": [("江门街道（西区）", ("江门街道（东区）",))]}
    built = build_units(in_force(), settled.units)
    parent = built.units.query("name == '江门街道'")["parent"].item()
    assert built.units["name"][parent] == "西区"


def test_what_is_parted_and_what_is_put_together_is_told():
    parted = changes(read_register("split", in_force()))
    assert parted["拆分"] == [("江门街道、北门街道", ("江门街道（东区）",))]
    assert parted["待确认"] == [("二号社区", ("二号社区（江门街道）",))]
    together = changes(read_register("merged", in_force()))
    assert together["合并"] == [("大江街道", ("江门街道（东区）", "河口街道（东区）"))]
    assert together["待确认"] == [("大江街道", ("江门街道（东区）", "河口街道（东区）"))]


def test_a_file_with_one_streets_communities_misses_nobody_elses():
    reading = read_register("one_street", in_force())
    assert changes(reading) == {
        "新增": [("五号社区", ())],
        "未列入": [("四号社区（柳园街道）", ())],
    }
    (note,) = [problem for problem in reading.problems if problem.code == "名册-19"]
    assert "新增1个（五号社区），未列入1个（四号社区（柳园街道））" in note.text


def test_a_parent_held_for_another_fault_does_not_hold_its_children():
    reading = read_register("people", empty_register())
    codes = {problem.code: problem.row for problem in reading.problems if problem.row == 4}
    assert codes == {"名册-06": 4, "名册-17": 4}
    assert reading.counts.held == 1  # the street's own row waits to be put right
    built = build_units(empty_register(), reading.units)
    streets = built.units.query("kind == 'street'")
    assert streets["name"].tolist() == ["港口街道", "河口街道", "柳园街道"]
    assert streets["population"].isna().all()
    assert len(names_of(built, "community")) == 4


def test_a_row_that_nobody_needs_is_held_whole_and_a_parent_that_is_none_is_told():
    assert "港口街道" not in set(read_register("unneeded", empty_register()).units["name"])
    reading = read_register("no_kind", empty_register())
    held = {problem.row: problem.code for problem in reading.problems if problem.row}
    assert held == {3: "名册-01", 4: "名册-03"}
