"""The samples of surveys the whole way: what is read and worked out is what counting by hand gives."""

from collections import Counter
from datetime import date

import pytest
from python_calamine import load_workbook

from tests.offices import new_store
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import open_office
from wenming_metrics.queries.survey.quota import quota_board
from wenming_metrics.queries.survey.rates import rates, waves
from wenming_metrics.runtime.settings import ROOT, Settings

SAMPLES = ROOT / "data" / "samples"
THIRD, FIRST = window("quarter", date(2026, 9, 1)), window("quarter", date(2026, 2, 1))
ANSWERS, COUNTS, QUOTA = (
    next(SAMPLES.glob(f"*{name}*.xlsx")) for name in ("按文本", "调查汇总表", "调查配额")
)
TOPS = {
    "awareness": ("5、您是否知道", {"知道", "听说过一些"}, {"不太清楚", "不知道"}),
    "participation": ("7、近一年", {"参与过"}, {"没有参与过"}),
    "support": ("8、您是否支持", {"非常支持", "支持"}, {"无所谓", "不支持"}),
    "satisfaction": ("9、您对我市", {"非常满意", "比较满意"}, {"一般", "不太满意", "很不满意"}),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    office = open_office(Settings(ROOT / "data", new_store(tmp_path_factory.mktemp("asked")), None))
    found = {}
    for path in (SAMPLES / "单位名册.xlsx", ANSWERS, COUNTS, QUOTA):
        preview = commit.inspect(office, path.read_bytes(), path.name)
        commit.commit(office, preview, "测试")
        found[path] = preview.reading
    return office, found


def rows(path, above):
    with load_workbook(path) as book:
        return book.get_sheet_by_index(0).to_python(False)[above:]


def test_two_rows_wait_and_what_is_odd_is_said(filled):
    reading = filled[1][ANSWERS]
    assert (reading.kind, reading.counts.held) == ("survey", 2)
    assert [one.code for one in reading.problems if one.code == "单位-01"] == ["单位-01"] * 2
    (odd,) = (one for one in reading.problems if one.code == "问卷-09")
    for said in ("相近 12 份", "答得太快 12 份", "全是最好回答 "):
        assert said in odd.details["reasons"]
    (private,) = (one for one in reading.problems if one.code == "隐私-01")
    for said in ("来自IP", "手机号", "来源详情"):
        assert said in private.details["columns"]


def test_rates_are_those_of_counting_the_file_by_hand(filled):
    office, _ = filled
    head, *lines = rows(ANSWERS, 0)
    at = {code: next(n for n, t in enumerate(head) if t.startswith(q)) for code, (q, *_) in
          TOPS.items()}  # fmt: skip
    street = head.index("1、您居住的街道")
    top, base = Counter(), Counter()
    for line in lines:
        for code, (_, yes, no) in TOPS.items():
            top[line[street], code] += line[at[code]] in yes
            base[line[street], code] += line[at[code]] in yes | no
    found = rates(office, THIRD).units
    assert len(found) > 20
    for line in found.itertuples():
        assert (line.k, line.n) == (
            top[line.unit_name, line.rate],
            base[line.unit_name, line.rate],
        )


def test_a_wave_of_counts_alone_gives_its_rates(filled):
    office, _ = filled
    assert waves(office) == (THIRD, FIRST)
    options, *lines = rows(COUNTS, 2)
    told = {line[0]: line for line in lines}
    overall = [n for n, text in enumerate(options) if text in TOPS["satisfaction"][1]]
    others = [n for n, text in enumerate(options) if text in TOPS["satisfaction"][2]]
    found = rates(office, FIRST).units
    own = found[found["rate"] == "satisfaction"].set_index("unit_name")
    assert len(own) == 43
    for name, line in own.iterrows():
        k = sum(told[name][n] for n in overall)
        assert (line["k"], line["n"]) == (k, k + sum(told[name][n] for n in others))


def test_the_board_says_what_is_still_to_be_asked(filled):
    office, _ = filled
    board = quota_board(office, THIRD)
    planned = {line[0]: line[2] for line in rows(QUOTA, 2) if line[1] == ""}
    whole = board[board["stratum"] == board["stratum"].iloc[0]].set_index("unit_name")
    assert planned
    assert all(whole.loc[name, "planned"] == number for name, number in planned.items())
