"""反复问题 from real files, by hand: what came back, at which sites, and what a person put together."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.builders import xlsx
from tests.offices import checklist, copy_office, ingest, make_office
from tests.queries.test_findings import HEADERS, INDICATORS, ITEMS, STREETS, answer, problem
from tests.reading.hostile import photographed, png
from wenming_metrics.__main__ import main
from wenming_metrics.decisions.same_problem import say_same
from wenming_metrics.domain.periods import custom
from wenming_metrics.intake import commit
from wenming_metrics.queries.files.acts import acts
from wenming_metrics.queries.files.pictures import row_pictures
from wenming_metrics.queries.losses.repeat_sites import returning_sites, site_rows, sites_back
from wenming_metrics.queries.losses.repeats import part_of, repeats, responsible
from wenming_metrics.queries.losses.same_problem import decided, suggestions
from wenming_metrics.queries.memory import Memory
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.scoring.losses.repeats import count, total
from wenming_metrics.ui.frame import cache
from wenming_metrics.ui.losses.repeats import sites as repeat_sites

MONDAY = date(2026, 10, 12)
WINDOW = custom(MONDAY + timedelta(7), MONDAY + timedelta(27))
"""The second to fourth week; problems of the first bear on them."""
ROWS = [
    problem(0, "DC-1", "3个工作日"),
    problem(8, "DC-2"),  # 反弹: DC-1 was closed on the 2nd day
    problem(9, "DC-3", 测评项="秩序", 问题描述="三号楼下乱停车辆"),
    problem(15, "DC-4"),  # 重复: DC-2 is open; 连续通报: weeks 2 and 3
    problem(16, "DC-5", 问题描述="三号楼下乱停了车辆", 点位名称="二号"),
    problem(20, "DC-6", 点位名称="二号", 测评项="秩序", 问题描述="三号楼下乱停车辆"),
    problem(10, "DC-7", 街道="乙街道", 点位名称="四号"),
]
"""At 二号 one problem stands under two items: 三号|号楼|楼下|下乱|乱停|停车|车辆 and, with 停了|了车 for 停车,
one more: 2 x 6 / (7 + 8) = 0.8."""
OTHER = {"unit": "乙街道", "on": "2026.10.24", "name": "反馈乙.xlsx"}
"""How the other street answers."""


@pytest.fixture
def office(tmp_path):
    return copy_office(tmp_path, "反复问题", make_repeats)


def make_repeats(folder):
    made = make_office(folder, ITEMS, INDICATORS, streets=STREETS)
    rows = [[*row, "城管局" if row[9] in ("DC-2", "DC-5") else None] for row in ROWS]
    sheets = {"问题清单": [["督查问题清单"], [*HEADERS, "责任单位"], *rows]}
    data = photographed(xlsx(sheets), {(3, 6): png(1), (4, 6): png(2)})
    ingest(made, data, "清单.xlsx", answers=SenderAnswers(confirm_visits=True))
    answer(made, ["DC-1", "堆物", "已整改", "2026-10-14"])
    answer(made, ["DC-7", "堆物", "已整改", "2026-10-23"], **OTHER)
    return made


def keys(found):
    lines = found.problems[["number", "batch", "seq"]].itertuples(index=False)
    return {number: (batch, seq) for number, batch, seq in lines}


def marks(found, name):
    return sorted(found.current.loc[found.current[name], "number"])


def test_the_four_meanings_and_of_what_they_are_a_part(office):
    found = repeats(office, WINDOW)
    assert len(found.current) == 6  # DC-1 lies before
    assert marks(found, "relapsed") == ["DC-2"]
    assert marks(found, "again") == ["DC-4"]
    assert marks(found, "running") == ["DC-2", "DC-4"]
    # Visits count every item of the type: 环境 of 一号 failed on the 8th and 15th, passed on the 9th.
    assert marks(found, "returning") == ["DC-2", "DC-4"]
    told = total(found.current, found.closed)
    assert told[["found", "any", "closed", "rechecked", "reopened"]].tolist() == [6, 2, 2, 1, 1]
    assert told[["reopened_rate", "recheck_rate"]].tolist() == [50, 100]
    assert told[["sites", "returning"]].tolist() == [3, 1]
    units = count(found.current, found.closed, "unit_name").set_index("name")
    assert units.loc["甲街道", ["found", "any", "closed", "reopened"]].tolist() == [5, 2, 1, 1]
    assert units.loc["乙街道", ["found", "any", "closed", "reopened"]].tolist() == [1, 0, 1, 0]
    assert total(*_part(found, unit_name="乙街道"))["found"] == 1


def _part(found, **wanted):
    part = part_of(found, **wanted)
    return part.current, part.closed


def test_what_a_unit_is_told_of_its_sites_is_what_is_counted(office):
    """Two days with different problems (二号) make no 反复点位: there is one meaning of the word."""
    found = repeats(office, WINDOW)
    for unit, names in (("甲街道", ["一号"]), ("乙街道", [])):
        part = part_of(found, unit_name=unit)
        sites = returning_sites(office, WINDOW, "street", unit)
        assert sites["site_name"].tolist() == names
        assert len(sites) == total(part.current, part.closed)["returning"]
    (site,) = returning_sites(office, WINDOW, "street", "甲街道").to_dict("records")
    assert (site["items"], site["days"], site["times"]) == ("环境", 3, 3)


def test_a_site_opens_to_its_rows_and_their_pictures(office):
    found = repeats(office, WINDOW)
    sites = sites_back(office, found.problems)
    assert sites["site_name"].tolist() == ["一号"]
    line = sites.iloc[0]
    assert (line["days"], line["times"], line["open"], line["items"]) == (3, 3, 2, "环境")
    assert line["responsible"] == "城管局"
    named = responsible(office, found.current)
    numbers = found.current["number"]
    assert sorted(numbers[named == "城管局"]) == ["DC-2", "DC-5"]
    assert sorted(numbers[named == ""]) == ["DC-3", "DC-4", "DC-6", "DC-7"]
    assert (line["first"], line["last"], line["state"]) == (
        MONDAY,
        MONDAY + timedelta(15),
        "连续通报",
    )
    rows = site_rows(office, found.problems.loc[list(line["lines"])])
    assert rows["number"].tolist() == ["DC-1", "DC-2", "DC-4"]
    assert rows["source_row"].tolist() == [3, 4, 6]
    assert rows["closed"].tolist() == [MONDAY + timedelta(2), None, None]
    assert set(rows["file"]) == {"清单.xlsx"}
    shown = [
        row_pictures(office, row.batch, row.sheet, row.source_row) for row in rows.itertuples()
    ]
    assert [[one.content for one in of] for of in shown] == [[png(1)], [png(2)], []]


def test_a_site_opens_to_its_rows_though_a_file_came_meanwhile(office, monkeypatch):
    """Lines of a frame are counted anew with every file: the rows that were listed are told by their own numbers."""
    asks = replace(office, recall=cache._recall)
    monkeypatch.setattr(cache, "office", lambda: asks)
    monkeypatch.setattr(cache, "_MEMORY", Memory())
    found = repeats(office, WINDOW)
    listed = repeat_sites.prepared(sites_back(office, found.problems), found.problems)
    earlier = problem(5, "DC-8", 点位名称="二号", 测评项="秩序", 问题描述="乱停车辆")
    earlier_sheet = {"问题清单": [["督查问题清单"], HEADERS, earlier]}
    ingest(office, xlsx(earlier_sheet), "早.xlsx", answers=SenderAnswers(confirm_visits=True))
    later = repeats(office, WINDOW)
    labels = list(listed.sites["lines"][0])
    assert (
        later.problems.loc[labels, "number"].tolist()
        != found.problems.loc[labels, "number"].tolist()
    )
    monkeypatch.setattr(repeat_sites, "repeats_of", lambda *_: later)
    back = repeat_sites._site_back(None, "", listed.keys[0])
    assert back.rows["number"].tolist() == ["DC-1", "DC-2", "DC-4"]


def test_what_a_person_puts_together_counts_together_and_changes_no_score(office):
    before = ranking(office, WINDOW)
    (pair,) = suggestions(office, found := repeats(office, WINDOW)).itertuples()
    one, other = keys(found)["DC-5"], keys(found)["DC-6"]
    assert ((pair.batch, pair.seq), (pair.other_batch, pair.other_seq)) == (one, other)
    assert (pair.item_name, pair.other_item_name) == ("环境", "秩序")
    assert (pair.source_row, pair.other_source_row) == (7, 8)
    say_same(office, other, one, "李四", same=True)  # in either order
    found = repeats(office, WINDOW)
    assert marks(found, "again") == ["DC-4", "DC-6"]
    assert sites_back(office, found.problems)["site_name"].tolist() == ["一号", "二号"]
    assert suggestions(office, found).empty
    assert ranking(office, WINDOW).equals(before)
    say_same(office, one, other, "王五", same=False)
    found = repeats(office, WINDOW)
    assert marks(found, "again") == ["DC-4"]
    assert suggestions(office, found).empty  # a person has spoken
    (told,) = decided(office, found).itertuples()
    assert (told.same, told.who, told.other_text) == (False, "王五", "三号楼下乱停车辆")
    done = acts(office)
    done = done[done["act"].str.contains("同一问题")]
    assert list(zip(done["who"], done["act"], strict=True)) == [
        ("王五", "不是同一问题"),
        ("李四", "是同一问题"),
    ]


def test_a_unit_read_by_itself_is_the_same_as_that_part_of_all(tmp_path):
    made = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)
    there = {"街道": "乙街道", "点位名称": "五号"}
    # The wordings of DC-5 and DC-6 once more, in the other street.
    alike = [
        problem(16, "DC-8", 问题描述="三号楼下乱停了车辆", **there),
        problem(20, "DC-9", 测评项="秩序", 问题描述="三号楼下乱停车辆", **there),
    ]
    sheet = [["督查问题清单"], HEADERS, *ROWS, *alike]
    ingest(made, xlsx({"问题清单": sheet}), "清单.xlsx", answers=SenderAnswers(confirm_visits=True))
    answer(made, ["DC-1", "堆物", "已整改", "2026-10-14"])
    known = keys(repeats(made, WINDOW))
    say_same(made, known["DC-5"], known["DC-6"], "李四", same=False)
    # Nothing was answered in the other street, but something was.
    assert repeats(made, WINDOW, unit="乙街道").answers
    answer(made, ["DC-7", "堆物", "已整改", "2026-10-23"], **OTHER)
    whole = repeats(made, WINDOW)
    for unit in ("甲街道", "乙街道"):
        one = repeats(made, WINDOW, unit=unit)
        assert _told(made, one, unit) == _told(made, whole, unit)
        assert len(one.problems) < len(whole.problems) or unit == "甲街道"
    assert part_of(repeats(made, WINDOW, unit="丙街道"), unit_name="丙街道").current.empty


def _told(office, found, unit):
    part = part_of(found, unit_name=unit)
    sites = sites_back(office, part.problems).drop(columns="lines")
    alike = [make(office, found) for make in (suggestions, decided)]
    alike = [pairs[pairs["unit_name"] == unit] for pairs in alike]
    frames = [part.current, part.closed, sites, *alike]
    return [frame.astype(object).to_dict("records") for frame in frames]


def test_what_cannot_be_one_problem_is_refused(office):
    known = keys(repeats(office, WINDOW))
    for one, other, who, said in (
        ("DC-2", "DC-5", "李四", "不在同一个点位"),
        ("DC-2", "DC-2", "李四", "同一天"),
        ("DC-5", "DC-6", " ", "经办人"),
    ):
        with pytest.raises(commit.IntakeError, match=said):
            say_same(office, known[one], known[other], who, same=True)
    with pytest.raises(commit.IntakeError, match="没有这样一条问题"):
        say_same(office, known["DC-2"], (99, 1), "李四", same=True)


def test_a_window_without_problems(office):
    later = custom(MONDAY + timedelta(200), MONDAY + timedelta(210))
    found = repeats(office, later)
    assert found.current.empty
    assert sites_back(office, found.problems).empty
    assert suggestions(office, found).empty
    assert total(found.current, found.closed)["found"] == 0


def test_visits_that_found_nothing_wrong_are_looked_at(tmp_path):
    made = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)
    usual = ["市督查组", "甲街道", "小区", "一号", "环境"]
    results = [(0, "不符合"), (2, "符合"), (4, "符合"), (7, "不符合")]
    rows = [
        [MONDAY + timedelta(day), *usual, said, 2 if said == "不符合" else None]
        for day, said in results
    ]
    ingest(made, checklist(rows), "督查.xlsx")
    found = repeats(made, WINDOW)
    assert found.current["again"].tolist() == [True]
    assert found.current["returning"].tolist() == [False]  # once in the last three looks
    assert found.answers == 0


def test_the_command_gives_the_same_figures(office, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    days = ["--from", str(WINDOW.start), "--to", str(WINDOW.end), "--json"]
    assert main(["repeats", *days]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["total"]["found"], told["total"]["reopened"], told["answers"]) == (6, 1, 2)
    assert [line["name"] for line in told["lines"]] == ["甲街道", "乙街道"]
    assert main(["repeats", *days, "--sites", "--unit", "甲街道"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [line["site_name"] for line in told["lines"]] == ["一号"]
    assert main(["repeats", *days[:-1], "--alike"]) == 0
    assert "乱停车辆" in capsys.readouterr().out
