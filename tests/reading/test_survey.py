"""Questionnaires: one and the same answers from every disguise, nothing lost, nothing guessed."""

import io
import tomllib
import zipfile
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tests import questionnaires
from tests.builders import context, read_sheets, register, xlsx
from tests.questionnaires import HEADERS, SAID, in_letters, in_numbers, in_text, rows, survey
from wenming_metrics.queries.files.choices import nearest_columns
from wenming_metrics.reading.model.reading import SURVEY, NameChoice, Reading, RememberedChoices
from wenming_metrics.reading.read import read as read_file
from wenming_metrics.reading.survey.questions import bare
from wenming_metrics.rules.survey.answers import BLANK, NOT_ASKED
from wenming_metrics.rules.survey.load import survey_of
from wenming_metrics.scoring.survey import fraud_flags

CODES = ["age", "aware", "channel", "joined", "overall", "clean", "traffic"]
NAMED = {"提交答卷时间": "_submission_time", "序号": "_id", "1、您居住的街道": "place/街道"}


def read(headers, lines, sheet="2026年三季度", **changes) -> Reading:
    return read_sheets({sheet: [list(headers), *lines]}, **{"survey": survey(), **changes})


def answers_of(found: Reading) -> pd.DataFrame:
    return found.answers.frame[["day", "unit", "cluster", *CODES]].reset_index(drop=True)


def expected() -> pd.DataFrame:
    """Write the answers by hand: options by their place, several as bits."""
    columns = {
        "age": [0, 1, 2, 2],
        "aware": [0, 0, 2, 1],
        "channel": [0b101, 0b010, NOT_ASKED, 0b1011],
        "joined": [0, 1, BLANK, 0],
        "overall": [0, 1, 3, 4],
        "clean": [5, 4, 3, 1],
        "traffic": [4, 4, BLANK, 2],
    }
    return pd.DataFrame(columns)


def one_column_each(*, kobo: bool) -> tuple[list[str], list[list[object]]]:
    """Write the multiple answer with a column for each of its options."""
    at = HEADERS.index("5、您从哪些渠道了解?[多选题]")
    options = survey().question("channel").options
    heads = [f"q5/{one.code}" if kobo else f"5、您从哪些渠道了解?:{one.title}" for one in options]
    lines = []
    for line, said in zip(rows(in_text), SAID, strict=True):
        chosen = said[4]
        marks = ["(跳过)" if chosen is None else int(one.code in chosen) for one in options]
        lines.append([*line[:at], *marks, *line[at + 1 :]])
    return [*HEADERS[:at], *heads, *HEADERS[at + 1 :]], lines


@pytest.mark.parametrize("words", [in_text, in_numbers, in_letters])
def test_options_as_text_numbers_or_letters_are_the_same_answers(words):
    found = read(HEADERS, rows(words))
    assert found.outcome == "共 4 行，4 行可入库。"
    pd.testing.assert_frame_equal(answers_of(found)[CODES], expected(), check_dtype=False)
    assert found.kind == SURVEY
    assert found.answers.wave == "2026年第三季度"


def test_a_column_for_each_option_is_the_same_answer():
    headers, lines = one_column_each(kobo=False)
    found = read(headers, lines)
    pd.testing.assert_frame_equal(answers_of(found)[CODES], expected(), check_dtype=False)


def test_a_kobo_export_is_the_same_answers():
    named = questionnaires.SURVEY.replace('headers = ["您从', 'headers = ["q5", "您从')
    headers, lines = one_column_each(kobo=True)
    headers = [NAMED.get(one, one) for one in headers]
    coded = [[*line] for line in lines]
    at = headers.index("4、您是否知道我市正在创建全国文明城市?(必填)")
    headers[at] = "know_group/aware"
    for line, said in zip(coded, SAID, strict=True):
        line[1] = line[1].replace("/", "-").replace(" ", "T0") + ".000+08:00"
        line[at] = said[3]
    found = read(headers, coded, survey=survey_of(tomllib.loads(named)))
    pd.testing.assert_frame_equal(answers_of(found)[CODES], expected(), check_dtype=False)


def test_separators_are_all_the_same_and_other_words_are_left_off():
    def cell(code, answer):
        text = in_text(code, answer)
        return text.replace("┋", "、") if code == "channel" else text

    plain = answers_of(read(HEADERS, rows(cell)))
    lines = rows(in_text)
    lines[3][8] = "电视;微信公众号;其他〖邻居说的〗"
    lines[0][8] = "tv board"
    other = answers_of(read(HEADERS, lines))
    pd.testing.assert_frame_equal(plain, other)


def test_units_and_places_are_those_of_the_register():
    found = answers_of(read(HEADERS, rows(in_text)))
    names = register().units["name"]
    assert [names[unit] for unit in found["unit"]] == [
        "东风社区",
        "东风社区",
        "河西街道",
        "桥头社区",
    ]
    assert found["cluster"].tolist()[:2] == [int(found["unit"][0]) + 1] * 2
    assert found["cluster"][2] == 0
    assert found["day"].tolist() == [date(2026, 9, 10 + n).toordinal() for n in (1, 2, 3, 4)]


def test_a_place_that_is_not_registered_is_a_cluster_of_its_street():
    lines = rows(in_text)
    lines[0][5] = lines[1][5] = "新村社区"
    lines[2][5] = "新村社区"
    found = read(HEADERS, lines)
    frame = answers_of(found)
    assert frame["cluster"][0] == frame["cluster"][1] != frame["cluster"][2]
    assert frame["cluster"].min() > 0
    assert [one.code for one in found.problems].count("问卷-10") == 1


def test_the_wave_is_that_of_most_days_and_late_answers_belong_to_it():
    lines = rows(in_text)
    lines[3][1] = "2026/10/15 9:31:05"
    found = read(HEADERS, lines, "数据")
    assert found.answers.wave == "2026年第三季度"
    assert len(found.answers.frame) == 4
    lines[3][1] = "2026/10/25 9:31:05"
    found = read(HEADERS, lines, "数据")
    assert found.held["codes"].tolist() == [("问卷-04",)]


def test_what_is_looked_at_is_flagged_and_no_address_is_kept():
    lines = [line for line in rows(in_text, [SAID[0]] * 7)]
    for n, line in enumerate(lines):
        line[1], line[3] = f"2026/9/{10 + n} 10:00:00", f"198.51.100.{n}"
    lines[1][1], lines[1][3] = "2026/9/10 10:09:00", "198.51.100.0(外省)"
    lines[2][2] = "12秒"
    found = read(HEADERS, lines)
    assert found.answers.frame["flags"].tolist() == [
        *[fraud_flags.DOUBLE | fraud_flags.ADDRESS] * 2,
        fraud_flags.FAST,
        *[0] * 4,
    ]
    assert b"198.51.100" not in b"".join(block.packed for _, block in found.blocks)
    assert not any("198.51" in str(one) for one in found.answers.frame.to_numpy().ravel())


def test_an_interviewer_with_only_the_best_answers_is_flagged():
    best = ("城东街道", "东风社区", "a26", "know", ("tv",), "yes", "very", 5, 5)
    lines = rows(in_text, [best] * 40)
    for n, line in enumerate(lines):
        line[1], line[3] = f"2026/9/{1 + n % 28} {8 + n // 28}:00:00", None
        line.append("甲" if n < 20 else "乙")
    lines[30][12] = "2"
    flags = read([*HEADERS, "访问员"], lines).answers.frame["flags"]
    assert (flags[:20] == fraud_flags.INTERVIEWER).all()
    assert (flags[20:] == 0).all()


def test_four_equal_scores_in_a_row_are_a_straight_line():
    table = {f"q{n}": np.array([3, 3, -1]) for n in range(4)}
    table["q4"] = np.array([3, 4, 3])
    text = questionnaires.SURVEY.split("[[question]]")[0]
    for code in table:
        text += f'[[question]]\ncode="{code}"\ntitle="{code}"\nkind="scale"\nlow=1\nhigh=5\nheaders=[]\n'
    nothing = np.full(3, -1)
    told = {"address": nothing, "moment": nothing, "took": nothing, "interviewer": nothing}
    found = fraud_flags.find_flags(survey_of(tomllib.loads(text)), table, **told)
    assert found.tolist() == [fraud_flags.STRAIGHT, 0, 0]


def test_a_questionnaire_is_known_again_by_its_number_and_moment():
    first = read(HEADERS, rows(in_text)).answers.frame
    lines = rows(in_text)
    lines[1][10] = "不满意"
    second = read(HEADERS, lines).answers.frame
    assert (first["key"] > 0).all()
    assert first["key"].tolist() == second["key"].tolist()
    assert first["key"].nunique() == 4
    without = read(HEADERS[4:], [line[4:] for line in lines]).answers.frame
    assert (without["key"] < 0).all()


def test_what_a_person_says_a_column_is_is_read():
    headers = [*HEADERS]
    headers[10] = "总的说来怎么样"
    asked = read(headers, rows(in_text))
    assert [one.header for one in asked.unmapped] == ["总的说来怎么样"]
    assert asked.answers.frame["overall"].tolist() == [NOT_ASKED] * 4
    said = {asked.unmapped[0].fingerprint: {"总的说来怎么样": "q:overall"}}
    found = read(headers, rows(in_text), choices=RememberedChoices(headers=said))
    pd.testing.assert_frame_equal(answers_of(found)[CODES], expected(), check_dtype=False)


def test_what_a_person_says_a_place_is_is_read():
    lines = rows(in_text)
    lines[0][4], lines[0][5] = "其他〖老城东那边〗", ""
    unknown = read(HEADERS, lines)
    assert unknown.held["codes"].tolist() == [("单位-01",)]
    names = register().units["name"].tolist()
    said = NameChoice("unit", "其他〖老城东那边〗", names.index("城东街道"))
    found = read(HEADERS, lines, choices=RememberedChoices(names=(said,)))
    assert found.answers.frame["unit"][0] == names.index("城东街道")


def test_columns_that_may_be_named_are_facts_and_questions():
    offered = nearest_columns(SURVEY, "7、您对创建工作的满意程度怎么样", survey())
    assert next(iter(offered)) == "q:overall"
    assert offered["q:channel:tv"] == "了解渠道：电视"
    assert {"submitted", "street"} < set(offered)


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("4、您是否知道?", "您是否知道"),
        ("Q4. 您是否知道(必填)", "您是否知道"),
        ("*4.您是否知道[单选题]*", "您是否知道"),
        ("8、(1)环境卫生", "环境卫生"),
        ("第3题:年龄", "年龄"),
        ("您的年龄(18-25岁)", "您的年龄(18-25岁)"),
        ("12345来电", "12345来电"),
    ],
)
def test_numbering_is_no_part_of_a_question(header, plain):
    assert bare(header) == plain


_CELLS = ("知道", "不知道", "", "(空)", "(跳过)", "听说", "1", "9", "知道┋不知道", "C")


@given(
    st.lists(
        st.tuples(st.sampled_from(["城东街道", "", "某地"]), st.sampled_from(_CELLS)), max_size=40
    )
)
@settings(max_examples=5)
def test_every_row_is_stored_or_held(said):
    lines = []
    for street, aware in [("城东街道", "知道"), *said]:
        line = rows(in_text)[0]
        line[4], line[5], line[7] = street, "", aware
        lines.append(line)
    found = read(HEADERS, lines)
    assert len(found.answers.frame) + len(found.held) == len(lines)
    kept = found.answers.frame.set_index("source_row")["aware"]
    for at, line in enumerate(lines, start=2):
        good = line[4] == "城东街道" and line[7] not in ("听说", "9", "知道┋不知道")
        assert (at in kept.index) == good
        if good and line[7] == "不知道":
            assert kept[at] == 1


def test_cells_are_emptied_however_a_program_writes_them():
    plain = xlsx({"2026年三季度": [list(HEADERS), *rows(in_text)]})
    odd = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(odd, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<c r=", b"<c  r="))
    kept = [
        read_file(data, "问卷.xlsx", context(survey=survey())).stored_copy
        for data in (plain, odd.getvalue())
    ]
    books = [list(load_workbook(io.BytesIO(data)).active.values) for data in kept]
    assert books[0] == books[1]
    assert [line[3] for line in books[0]] == ["来自IP", None, None, None, None]
    assert [line[4] for line in books[0][1:]] == [said[0] for said in SAID]
