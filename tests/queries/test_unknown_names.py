"""Unknown names of all files in one table: proposed where one is near, remembered in one go, also by workbook."""

from io import BytesIO

import openpyxl
import pytest

from tests.builders import xlsx
from tests.offices import CHECK_HEADERS, make_office
from wenming_metrics.__main__ import main
from wenming_metrics.decisions.name_answers import read_names_book, remember_names
from wenming_metrics.domain.problems import Problem
from wenming_metrics.intake import commit
from wenming_metrics.intake.mistakes import IntakeError
from wenming_metrics.queries.files import batches
from wenming_metrics.queries.files.unknown_names import names_file, titles_offered, unknown_names
from wenming_metrics.reading.model.reading import Reading
from wenming_metrics.ui.uploads.unknown_names import answers_of

ITEMS = [
    ["A1", "地面无积水", 1, "*"],
    ["A2", "墙面无小广告", 1, "*"],
    ["A3", "墙面无大广告", 1, "*"],
]
LEAVES = [
    {"code": code, "weight": weight} for (code, *_), weight in zip(ITEMS, (50, 25, 25), strict=True)
]
STREETS = [("城东街道", "主城区"), ("河西街道", "主城区")]


@pytest.fixture
def office(tmp_path):
    return make_office(tmp_path, ITEMS, LEAVES, streets=STREETS)


def told(filename: str, *problems: tuple[str, int, str]) -> Reading:
    located = [Problem(code, "表", row, "C", "列", found) for code, row, found in problems]
    return Reading(filename, "", problems=tuple(located))


READINGS = [
    told(
        "一.xlsx",
        ("单位-01", 3, "城东街办"),
        ("测评项-01", 3, "地面没有积水"),
        ("单位-01", 4, "城东街办"),
    ),
    told(
        "二.xlsx",
        ("单位-01", 9, "远方"),
        ("测评项-01", 9, "墙面无广告"),
        ("单位-01", 10, "城东街办"),
    ),
]
"""「墙面无广告」 is as near to 无小广告 as to 无大广告: nobody but a person can say which."""


def test_each_name_stands_once_with_what_it_may_be(office):
    names = unknown_names(office, READINGS)
    assert names[["kind", "written", "means", "count"]].values.tolist() == [
        ["unit", "城东街办", "城东街道（街道）", 3],
        ["unit", "远方", "", 1],
        ["item", "地面没有积水", "地面无积水", 1],
        ["item", "墙面无广告", "", 1],
    ]
    assert names["first"][0] == "一.xlsx“表”第 3 行“列”（C3）"


def test_units_are_not_asked_about_before_there_is_a_register(tmp_path):
    bare = make_office(tmp_path, ITEMS, LEAVES)
    assert set(unknown_names(bare, READINGS)["kind"]) == {"item"}
    assert unknown_names(bare, []).empty


def test_what_a_person_makes_of_the_table_goes_before_what_was_filled_in(office):
    names = unknown_names(office, READINGS).query("kind == 'unit'").reset_index(drop=True)
    titles = titles_offered(office)["unit"]
    east, west = titles["城东街道（街道）"], titles["河西街道（街道）"]
    assert answers_of("unit", names, {}, titles) == [("unit", "城东街办", east)]
    changed = {0: {"means": "河西街道（街道）"}, 1: {"means": "城东街道（街道）"}}
    said = [("unit", "城东街办", west), ("unit", "远方", east)]
    assert answers_of("unit", names, changed, titles) == said
    assert answers_of("unit", names, {0: {"means": None}}, titles) == []


def filled(office, **means: str) -> bytes:
    """Fill in the workbook of names as a colleague would."""
    book = openpyxl.load_workbook(BytesIO(names_file(office, unknown_names(office, READINGS))))
    sheet = book["名称"]
    for row in range(3, 7):
        name = sheet.cell(row, 2).value
        sheet.cell(row, 3).value = means.get(name, sheet.cell(row, 3).value)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_the_workbook_comes_back_filled_in_and_is_remembered(office):
    answers = read_names_book(office, filled(office, 远方="河西街道", 墙面无广告="墙面无小广告"))
    titles = titles_offered(office)
    assert answers == [
        ("unit", "城东街办", titles["unit"]["城东街道（街道）"]),
        ("unit", "远方", titles["unit"]["河西街道（街道）"]),
        ("item", "地面没有积水", titles["item"]["地面无积水"]),
        ("item", "墙面无广告", titles["item"]["墙面无小广告"]),
    ]
    assert remember_names(office, answers, "张三") == 4
    row = ["2026-11-19", "市督查组", "远方", "小区", "一号楼", "墙面无广告", "符合", None]
    reading = commit.inspect(office, xlsx({"检查表": [CHECK_HEADERS, row]}), "表.xlsx").reading
    assert (reading.counts.good, unknown_names(office, [reading]).empty) == (1, True)


def test_a_name_that_is_not_offered_is_told_with_its_row_and_nothing_is_remembered(office):
    with pytest.raises(IntakeError, match="第4行“没有街道”不在可选的名称里"):
        read_names_book(office, filled(office, 远方="没有街道"))
    with pytest.raises(IntakeError, match="不是填好的名称表"):
        read_names_book(office, xlsx({"表": [["甲", "乙"], [1, 2]]}))


def test_names_are_asked_and_answered_on_the_command_line(office, tmp_path, monkeypatch, capsys):
    url = office.store.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("WENMING_STORE", url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    path, names = tmp_path / "检查表.xlsx", tmp_path / "名称.xlsx"
    row = ["2026-11-19", "市督查组", "城东街办", "小区", "一号楼", "地面没有积水", "符合", None]
    path.write_bytes(xlsx({"检查表": [CHECK_HEADERS, row]}))
    main(["check", str(path), "--ask-names", str(names), "--workers", "1"])
    assert "不认识的名称有2个" in "".join(capsys.readouterr())
    assert main(["ingest", str(path), "--names", str(names), "--workers", "1"]) == 0
    assert batches.batches(office).iloc[0][["good", "held"]].tolist() == [1, 0]
