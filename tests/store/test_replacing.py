"""A file replaces a slice (day, street, source); withdrawing it uncovers what was below."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, select

from tests.offices import checklist, ingest, make_office, workbook
from tests.store.test_split import INDICATORS, ITEMS, MONTH, STREETS, open_office, rows, tallies
from wenming_metrics.__main__ import OK, main
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import bulk, commit, rehearsal
from wenming_metrics.queries.files import batches
from wenming_metrics.queries.files.acts import acts
from wenming_metrics.queries.files.held import waiting_rows
from wenming_metrics.queries.ranking.ranking import listing, ranking
from wenming_metrics.queries.ranking.trial import try_rules
from wenming_metrics.queries.scores.details import leaf_rows, named_rows, problem_rows
from wenming_metrics.runtime.executors import open_executor
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.upkeep.rebuild_tallies import retally_store
from wenming_metrics.upkeep.verify import verify

pytestmark = pytest.mark.store

DAY, NEXT = date(2026, 11, 2), date(2026, 11, 3)


def row(item="环境", lost=1, *, day=DAY, source="市督查组", street="甲街道", site="一号点") -> list:
    return [day, source, street, "小区", site, item, "不符合" if lost else "符合", lost]


FIRST = [
    row(lost=5),
    row("秩序", 2),
    row("环境", 1, street="乙街道"),
    row("环境", 2, source="第三方"),
    row("环境", 3, day=NEXT),
]


@pytest.fixture
def office(tmp_path):
    return open_office(tmp_path)


def lost(office) -> dict[tuple[str, str, date], float]:
    """Sum what the rows that count lost, by street, source and day; the ranking has the same."""
    found = problem_rows(office, MONTH)
    by_street = found.groupby("unit_name")["lost"].sum()
    ranked = ranking(office, MONTH).set_index("unit_name")["lost"]
    assert {**dict.fromkeys(ranked.index, 0.0), **by_street} == dict(ranked)
    return found.groupby(["unit_name", "source_name", "day"])["lost"].sum().to_dict()


def sound(office) -> bool:
    return [one for one in verify(office).lines if one.wrong] == []


def codes(preview) -> list[str]:
    return [one.code for one in preview.problems if one.code.startswith("入库")]


def test_a_slice_is_replaced_and_nothing_else(office):
    ingest(office, checklist(FIRST), "一.xlsx")
    others = {key: points for key, points in lost(office).items() if points != 7}
    ingest(office, checklist([row(lost=1)]), "二.xlsx", replaces=True)
    assert lost(office) == {("甲街道", "市督查组", DAY): 1, **others}
    assert len(others) == 3
    assert sound(office)


def test_withdrawing_uncovers_and_reinstating_covers_again(office):
    first = ingest(office, checklist(FIRST), "一.xlsx")
    before = tallies(office)
    second = ingest(office, checklist([row(lost=1)]), "二.xlsx", replaces=True)
    replaced = tallies(office)
    commit.withdraw(office, second, "测试", "发错了")
    assert tallies(office) == before
    commit.reinstate(office, second, "测试")
    assert tallies(office) == replaced
    assert replaced != before
    # What is covered may go and come: nothing of it is seen.
    kept = lost(office)[("甲街道", "市督查组", DAY)]
    commit.withdraw(office, first, "测试", "发错了")
    assert lost(office) == {("甲街道", "市督查组", DAY): kept}
    commit.reinstate(office, first, "测试")
    assert tallies(office) == replaced
    assert sound(office)


def test_what_comes_later_is_added(office):
    ingest(office, checklist([row(lost=5)]), "一.xlsx")
    ingest(office, checklist([row(lost=1)]), "二.xlsx", replaces=True)
    ingest(office, checklist([row("秩序", 2), row(lost=5)]), "三.xlsx")
    # 1 + 5 of one item on one visit: no more than its 5; the rows are both there.
    assert ranking(office, MONTH).set_index("unit_name").at["甲街道", "lost"] == 7
    assert problem_rows(office, MONTH)["lost"].tolist() == [1, 5, 2]


def test_the_latest_live_replacement_shows(office):
    sent = [
        ingest(office, checklist([row(lost=points)]), f"{points}.xlsx", replaces=points > 1)
        for points in (1, 2, 3, 4)
    ]
    shown = []
    for batch in reversed(sent):
        shown.append(lost(office)[("甲街道", "市督查组", DAY)])
        commit.withdraw(office, batch, "测试", "发错了")
    assert shown == [4, 3, 2, 1]
    assert lost(office) == {}
    for batch in (sent[0], sent[2], sent[1]):
        commit.reinstate(office, batch, "测试")
    assert lost(office) == {("甲街道", "市督查组", DAY): 3}
    assert sound(office)


def test_replacing_equals_never_having_sent_it(tmp_path):
    clean, office = open_office(tmp_path / "clean"), open_office(tmp_path / "both")
    ingest(office, checklist(rows(2, 200)), "错的.xlsx")
    for one in (clean, office):
        ingest(one, checklist(rows()), "对的.xlsx", replaces=one is office)
    # Every slice of the first file is one of the second: 6 days, 3 streets, 1 source.
    assert tallies(office) == tallies(clean)
    columns = ["day", "site_name", "item_name", "lost", "loss", "source_row"]
    for unit in ranking(clean, MONTH)["unit"]:
        one, other = (leaf_rows(at, MONTH, int(unit))[columns] for at in (clean, office))
        assert len(one) == len(other)
        assert one["loss"].sum() == pytest.approx(other["loss"].sum(), abs=1e-9)


def test_a_repeat_of_a_covered_row_counts(office):
    ingest(office, checklist([row(lost=2)]), "一.xlsx")
    ingest(office, checklist([row(lost=0)]), "二.xlsx", replaces=True)
    preview = commit.inspect(office, checklist([row(lost=2), row("秩序", 0)]), "三.xlsx")
    assert codes(preview) == []
    commit.commit(office, preview, "测试")
    assert lost(office) == {("甲街道", "市督查组", DAY): 2}


def test_a_row_counts_when_what_it_repeats_is_covered_afterwards(office):
    ingest(office, checklist([row(lost=2)]), "一.xlsx")
    second = ingest(office, checklist([row(lost=0)]), "二.xlsx", replaces=True)
    commit.withdraw(office, second, "测试", "发错了")
    preview = commit.inspect(office, checklist([row(lost=2), row("秩序", 0)]), "三.xlsx")
    assert codes(preview) == ["入库-05"]
    commit.commit(office, preview, "测试")
    assert lost(office) == {("甲街道", "市督查组", DAY): 2}
    commit.reinstate(office, second, "测试")
    assert lost(office) == {("甲街道", "市督查组", DAY): 2}


def test_what_is_said_before(office):
    ingest(office, checklist(FIRST), "一.xlsx")
    data = checklist([row(lost=1), row(lost=1, day=NEXT), row(lost=1, street="丙镇")])
    preview = commit.inspect(office, data, "二.xlsx", replaces=True)
    assert codes(preview) == ["入库-09"]
    told = preview.problems[0]
    assert dict(told.details) == {"count": 3, "days": 2, "streets": 1, "batches": "2"}
    assert "2 天、1 个街道，共 3 行" in told.text
    assert (told.severity, preview.can_commit) == ("提醒", True)
    changed = rehearsal.effect(office, preview).set_index("unit_name")
    commit.commit(office, preview, "测试")
    week = ranking(office, window("week", NEXT)).set_index("unit_name")
    assert changed.at["甲街道", "score_after"] == week.at["甲街道", "score"]


def test_before_storing_it_is_said_who_stays_without_a_score(tmp_path):
    indicators = [{"code": "A", "weight": 30}, {"code": "B", "weight": 70}]
    office = make_office(
        tmp_path,
        [["A", "环境", 10, "*"], ["B", "秩序", 10, "*"]],
        indicators,
        streets=[("甲街道", "主城区")],
        extra="[coverage]\nweek = 0.6",
    )
    both = [row(lost=1), row("秩序", 1)]
    thin = rehearsal.effect(office, commit.inspect(office, checklist(both[:1]), "一.xlsx"))
    assert (thin.empty, thin.attrs["unscored"]) == (True, ["甲街道"])  # 30 of 100 were looked at
    whole = commit.inspect(office, checklist(both), "二.xlsx")
    assert rehearsal.effect(office, whole).attrs["unscored"] == []
    commit.commit(office, whole, "测试")
    # What takes a score away changes it.
    replaced = commit.inspect(office, checklist(both[:1]), "三.xlsx", replaces=True)
    gone = rehearsal.effect(office, replaced).iloc[0]
    assert (gone["score_before"], gone["score_after"] == gone["score_after"]) == (90, False)


def test_a_corrected_file_that_replaces_leaves_nothing_behind(office):
    rows_ = [*FIRST, row("秩序", 1, street="丙镇")]
    first = checklist(rows_)
    batch = ingest(office, first, "一.xlsx")
    changed = [[*line[:-1], line[-1] + 0.5] if line[-1] < 4 else line for line in rows_[:-1]]
    reading_ = commit.inspect(office, checklist(changed), "二.xlsx").reading
    corrected = replace(reading_, corrects=hashlib.sha256(first).hexdigest())
    with reading(office.store) as connection:
        register = read_register(connection)
    said = {}
    for replaces in (False, True):
        told = {"replaces": replaces}
        preview = commit.examine(office, corrected, b"", register, **told)
        said[replaces] = {one.code: one.details for one in preview.problems}
    assert said[False]["入库-08"]["rows"] == "3、4、5、6、7"
    # The row of a street of which the new file has nothing goes on counting.
    assert said[True]["入库-08"] == {"batch": batch, "count": 1, "rows": "7"}


def test_there_may_be_nothing_to_replace(office):
    data = checklist([row(lost=1)])
    preview = commit.inspect(office, data, "一.xlsx", replaces=True)
    assert codes(preview) == ["入库-10"]
    commit.commit(office, preview, "测试")
    assert codes(commit.inspect(office, data, "一.xlsx", replaces=True)) == ["入库-01"]
    assert lost(office) == {("甲街道", "市督查组", DAY): 1}


def test_a_street_is_replaced_with_its_communities_as_they_were(tmp_path):
    office = make_office(tmp_path, ITEMS, INDICATORS, streets=STREETS)
    header = ["单位编号", "单位名称", "单位类别", "上级单位", "分组", "别名"]
    for number, street in enumerate(("甲街道", "乙街道"), 1):
        line = ["C1", "东风社区", "社区", street, "", ""]
        ingest(office, workbook({"单位名册": [header, line]}), f"名册{number}.xlsx")
        if number == 1:
            _send(office, [("东风社区", 5), ("", 2)])
            ingest(office, checklist([row(lost=1)]), "改好.xlsx", replaces=True)
            assert lost(office) == {("甲街道", "市督查组", DAY): 1}
    # The community has moved since: what was replaced stays replaced.
    assert lost(office) == {("甲街道", "市督查组", DAY): 1}
    assert sound(office)


def _send(office, lines) -> None:
    header = ["督查日期", "来源", "街道", "社区", "点位类型", "点位名称", "测评项", "检查结果"]
    made = [
        [DAY, "市督查组", "甲街道", community, "小区", "一号点", "环境", "不符合", points]
        for community, points in lines
    ]
    ingest(office, workbook({"督查表": [[*header, "扣分"], *made]}), "社区.xlsx")


def test_departments_and_trials_see_what_counts(tmp_path):
    extra = '[[board]]\nkind = "department"\ntitle = "部门"\nrole = "responsible"\nranked = false\n'
    office = make_office(tmp_path, ITEMS, INDICATORS, extra=extra, streets=STREETS)
    first = ingest(office, _named(4), "一.xlsx")
    second = ingest(office, _named(1), "二.xlsx", replaces=True)
    for batch, points in ((second, 1.0), (first, 4.0)):
        found = listing(office, MONTH)
        unit = int(found.loc[found["unit_name"] == "城管局", "unit"].iloc[0])
        assert named_rows(office, MONTH, unit, "department")["lost"].tolist() == [points]
        assert found.set_index("unit").at[unit, "lost"] == points
        tried = try_rules(office, office.rules, MONTH)
        assert tried.units["score_before"].equals(tried.units["score_after"])
        commit.withdraw(office, batch, "测试", "发错了")


def test_a_department_answers_for_rows_that_count(tmp_path):
    extra = '[[board]]\nkind = "department"\ntitle = "部门"\nrole = "responsible"\nranked = false\n'
    office = make_office(tmp_path, ITEMS, INDICATORS, extra=extra, streets=STREETS)
    ingest(office, checklist([row(lost=1)]), "一.xlsx")
    ingest(office, _named(1), "二.xlsx")  # the same row again, now with a department
    found = listing(office, MONTH).set_index("unit_name").loc["城管局"]
    assert len(named_rows(office, MONTH, int(found["unit"]), "department")) == found["failed"] == 0


def _named(points: float) -> bytes:
    header = ["督查日期", "来源", "街道", "点位类型", "点位名称", "测评项", "检查结果", "扣分"]
    line = [DAY, "市督查组", "甲街道", "小区", "一号点", "环境", "不符合", points, "城管局"]
    return workbook({"督查表": [[*header, "责任单位"], line]})


def test_back_fill_and_retally_give_the_same(tmp_path):
    one, many = open_office(tmp_path / "one"), open_office(tmp_path / "many")
    files = []
    for number in range(3):
        files.append(tmp_path / f"{number}.xlsx")
        files[-1].write_bytes(checklist(rows(number, 60)))
        ingest(one, files[-1].read_bytes(), files[-1].name, replaces=True)
    choices = bulk.BulkChoices(replaces=True)
    with open_executor(2, None) as executor:
        done = list(bulk.ingest_many(many, files, "测试", choices, executor))
    assert [outcome.batch for outcome in done] == [2, 3, 4]
    assert tallies(many) == tallies(one)
    assert len(list(retally_store(many))) == 2
    assert tallies(many) == tallies(one)
    assert sound(many)


def test_plans_are_not_replaced(office):
    header = ["日期", "街道", "点位类型", "点位名称"]
    plan = workbook({"督查计划": [header, [DAY, "甲街道", "小区", "一号点"]]})
    preview = commit.inspect(office, plan, "计划.xlsx", replaces=True)
    assert codes(preview) == []
    commit.commit(office, preview, "测试")
    with reading(office.store) as connection:
        assert connection.execute(select(schema.replacement)).all() == []


def test_a_new_day_asks_for_no_replacements(office):
    ingest(office, checklist([row(lost=1)]), "一.xlsx", replaces=True)
    preview, asked = commit.inspect(office, checklist([row(day=NEXT)]), "二.xlsx"), []

    def note(connection, cursor, statement, *_):
        asked.append(statement)

    event.listen(office.store.engine, "before_cursor_execute", note)
    try:
        commit.commit(office, preview, "测试")
    finally:
        event.remove(office.store.engine, "before_cursor_execute", note)
    assert asked
    assert not [one for one in asked if "replacement" in one]


def test_the_command_line(office, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    ingest(office, checklist(FIRST), "一.xlsx")
    (tmp_path / "二.xlsx").write_bytes(checklist([row(lost=1)]))
    arguments = ["--duplicates", "replace", str(tmp_path / "二.xlsx")]
    assert main(["check", *arguments]) == OK
    assert main(["ingest", *arguments]) == OK
    assert capsys.readouterr().out.count("替换先前入库的（第 2 批）") == 2
    assert lost(office)[("甲街道", "市督查组", DAY)] == 1


def held_too(rows) -> bytes:
    """A checklist whose last row waits: its street is not known."""
    return checklist([*rows, row(street="钱街道")])


def states(office) -> dict[int, str]:
    found = batches.batches(office)
    return {int(one.batch): one.replaced for one in found.itertuples() if one.replaced}


def waiting(office) -> set[int]:
    return set(waiting_rows(office)["batch"])


def store(office, data, **choices) -> int:
    return commit.commit(office, commit.inspect(office, data, "表.xlsx", **choices), "李四")


def test_held_rows_of_a_file_that_is_replaced_wait_no_more(office):
    first = store(office, held_too([row(lost=1), row("秩序", 2)]))
    assert waiting(office) == {first}
    second = store(office, checklist([row(lost=3)]), replaces=True)
    assert waiting(office) == set()
    assert states(office) == {first: f"已由第 {second} 批替换"}
    (done,) = acts(office).query("act == '已替换'").to_dict("records")
    assert done["what"] == f"第 {first} 批“督查表”第 4 行，由第 {second} 批"
    assert done["who"] == "李四"
    third = store(office, checklist([row(lost=4)]), replaces=True)
    assert states(office)[first] == f"已由第 {third} 批替换"
    commit.withdraw(office, second, "测试", "发错了")
    assert waiting(office) == set()  # the third still replaces it
    commit.withdraw(office, third, "测试", "发错了")
    assert waiting(office) == {first}
    assert states(office) == {}
    assert acts(office).query("act == '已替换'").empty
    commit.reinstate(office, second, "测试")
    assert waiting(office) == set()


@pytest.mark.parametrize(
    "left", [row("环境", 1, street="乙街道"), row(source="第三方"), row(day=NEXT)]
)
def test_what_is_replaced_in_part_waits_on(office, left):
    first = store(office, held_too([row(lost=1), left]))
    second = store(office, checklist([row(lost=3)]), replaces=True)
    assert states(office) == {first: f"部分已由第 {second} 批替换"}
    assert waiting(office) == {first}


def test_a_day_that_was_replaced_before_a_file_came_leaves_it_in_part(office):
    store(office, checklist([row(lost=1)]), replaces=True)
    second = store(office, held_too([row("秩序", 2), row(day=NEXT)]))
    third = store(office, checklist([row(lost=4, day=NEXT)]), replaces=True)
    assert states(office) == {second: f"部分已由第 {third} 批替换"}
    assert waiting(office) == {second}


def test_the_batches_that_replace_are_all_named(office, tmp_path, monkeypatch, capsys):
    first = store(office, checklist([row(lost=1), row(day=NEXT)]))
    second = store(office, checklist([row(lost=3)]), replaces=True)
    third = store(office, checklist([row(lost=4, day=NEXT)]), replaces=True)
    assert states(office) == {first: f"已由第 {second}、{third} 批替换"}
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", office.store.url)
    assert main(["batches", "--json"]) == OK
    assert f"已由第 {second}、{third} 批替换" in capsys.readouterr().out
