"""An office's own items: scored from the next version on, and the same figures wherever they are restored."""

import csv
from datetime import date

import pytest

from tests.offices import checklist, ingest, make_office, new_store, write_csv
from wenming_metrics.decisions.own_entries import add_own, retire_own
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.files.acts import acts
from wenming_metrics.queries.office import open_office, read_rules
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.revising.own_items import draft_with_own, own_lines, waiting
from wenming_metrics.revising.publish import Release, publish
from wenming_metrics.rules.entries import ITEM, POINT_TYPE, Entry, settle
from wenming_metrics.rules.load import foreign_rules
from wenming_metrics.runtime.settings import Settings
from wenming_metrics.store.database import StoreError
from wenming_metrics.upkeep.backup import backup
from wenming_metrics.upkeep.restore import entries_of, restore
from wenming_metrics.upkeep.verify import verify

pytestmark = pytest.mark.store

BEFORE, AFTER = date(2026, 11, 10), date(2026, 11, 20)
ITEMS = [["A1", "路面干净", 1, "T1"], ["B1", "消防通道畅通", 5, "T2"]]
INDICATORS = [{"code": "A", "weight": 60}, {"code": "B", "weight": 40}]
MAPPING = [["A1", "T1", "A"], ["B1", "", "B"]]
BIKE = Entry(ITEM, -1, "", "单车入位", "秩序", 20_000, ("小区", "口袋公园"), ("共享单车停放",), "B")
POCKET = Entry(POINT_TYPE, -1, "", "口袋公园", "", 0, ("小区",))


def sheet(day: date, lost: int) -> bytes:
    """Two visits: of a 小区, and of a 口袋公园, a type of the office's own."""
    rows = [
        [day, "市督查组", "甲街道", "小区", "桂苑", "路面干净", "符合", 0],
        [day, "市督查组", "甲街道", "小区", "桂苑", "共享单车停放", "不符合", lost],
        [day, "市督查组", "甲街道", "口袋公园", "南园", "路面干净", "不符合", 1],
    ]
    return checklist(rows)


def score(office, day: date) -> float:
    (line,) = ranking(office, window("day", day)).to_dict("records")
    return line["score"]


def reopened(office, folder):
    return open_office(Settings(folder / "data", office.store.url, None))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("own")


@pytest.fixture(scope="module")
def office(folder):
    """Own entries, a file before they count, a version in which they do, a file after it."""
    made = make_office(folder, ITEMS, INDICATORS, mapping=MAPPING, streets=[("甲街道", "主城区")])
    add_own(made, [BIKE, POCKET], "张三")
    made = reopened(made, folder)
    ingest(made, sheet(BEFORE, 2), "一.xlsx")
    draft = draft_with_own(made, "张三")
    release = Release("张三", "文〔2026〕9号", date(2026, 11, 15), "tiny-2", "2", backdated=True)
    publish(made, folder / "data", draft, release)
    made = reopened(made, folder)
    ingest(made, sheet(AFTER, 1), "二.xlsx")
    return made


# By hand. Version 1: only A counts, and A1 only at a 小区: 1 of 1. Version 2: A is looked at in
# both places, 1 of 2; of B the bike loses 1 of 2: 60 x 0.5 + 40 x 0.5.
FIGURES = {BEFORE: 100.0, AFTER: 50.0}


def test_it_scores_from_the_next_version_and_not_before(office):
    assert {day: score(office, day) for day in FIGURES} == FIGURES
    assert waiting(office) == []
    states = dict(own_lines(office)[["name", "state"]].itertuples(index=False))
    assert states == {"单车入位": "自 2026-11-15 起计分（版本 2）", "口袋公园": "照办法计分"}
    told = acts(office)
    assert told.loc[told["act"] == "加上", "what"].tolist() == [
        "本单位测评项“单车入位”（BD-001）",
        "本单位点位类型“口袋公园”（BDL-001）",
    ]


def longer(data, *, numbers: list[int] = (0, 1, 2)) -> None:
    """Ship a catalogue with one more item and type, first in the files and named as the own ones."""
    write_csv(
        data / "catalogue" / "items.csv",
        ["number", "code", "name", "category", "full_mark", "point_types", "aliases"],
        [
            [numbers[2], "C1", "单车入位", "秩序", 7, "T3", ""],
            [numbers[0], "A1", "路面整洁", "环境", 1, "T1", "路面干净"],
            [numbers[1], "B1", "消防通道畅通", "消防", 5, "T2", ""],
        ],
    )
    write_csv(
        data / "catalogue" / "point_types.csv",
        ["number", "code", "name", "aliases"],
        [[2, "T3", "口袋公园", ""], [0, "T1", "小区", ""], [1, "T2", "市场", ""]],
    )


def elsewhere(place):
    """Another machine: the rules as they are shipped, a store of its own, nothing published."""
    other = make_office(place, ITEMS, INDICATORS, mapping=MAPPING)
    longer(place / "data")
    other.store.engine.dispose()
    return Settings(place / "data", new_store(place), None)


def test_the_same_figures_beside_a_longer_shipped_catalogue(office, tmp_path):
    made = backup(office.store, tmp_path / "copy.db")
    settings = elsewhere(tmp_path / "there")
    _, rules, _ = read_rules(settings, *entries_of(made.path))
    restore(settings.store_url, rules, made.path)
    there = open_office(settings)
    assert {day: score(there, day) for day in FIGURES} == FIGURES
    assert verify(there).sound
    # A name of the office's own still means what it meant; a new file is read as before.
    later = date(2026, 11, 23)
    ingest(there, sheet(later, 1), "三.xlsx")
    assert score(there, later) == 50.0


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([1, 0, 2], "0 号测评项在数据里是“A1 路面干净”，目录里是“B1 消防通道畅通”"),
        ([0, 3, 2], "1 号测评项在数据里是“B1 消防通道畅通”，目录里没有"),
    ],
)
def test_another_numbering_is_refused_in_words(office, tmp_path, numbers, words):
    made = backup(office.store, tmp_path / "copy.db")
    settings = elsewhere(tmp_path / "there")
    longer(settings.data, numbers=numbers)
    with pytest.raises(StoreError) as refused:
        read_rules(settings, *entries_of(made.path))
    assert words in str(refused.value)
    assert "没有打开，数据没有改动" in str(refused.value)


def test_shipped_numbers_stand_in_the_files_and_below_the_own_ones():
    for name, first in (("items", 2_000), ("point_types", 200)):
        with open(f"data/catalogue/{name}.csv", encoding="utf-8", newline="") as file:
            numbers = [int(line["number"]) for line in csv.DictReader(file)]
        assert sorted(numbers) == list(range(len(numbers)))
        assert len(numbers) < first


def test_rules_that_mean_the_items_of_another_store_are_left_out(office, folder, tmp_path):
    other = open_office(Settings(folder / "data", new_store(tmp_path), None))
    assert [rules.id for rules in other.rule_sets] == ["tiny"]
    add_own(other, [wish(name="别的一项", point_types=("小区",))], "李四")  # BD-001 there
    other = open_office(Settings(folder / "data", other.store.url, None))
    assert [rules.id for rules in other.rule_sets] == ["tiny"]
    assert foreign_rules(folder / "data" / "rules", other.catalogue) == ["tiny-2"]
    assert foreign_rules(folder / "data" / "rules", office.catalogue) == []


LEAVES = {"A": "环境", "B": "秩序", "C": "秩序"}
KNOWN = [
    Entry(POINT_TYPE, 0, "T1", "小区", own=False),
    Entry(ITEM, 0, "A1", "路面干净", "环境", 10_000, ("T1",), ("路面整洁",), own=False),
]


def wish(**facts) -> Entry:
    told = {"kind": ITEM, "number": -1, "code": "", "name": "新项", "full_mark": 10_000}
    return Entry(**{**told, "point_types": ("小区",), **facts})


@pytest.mark.parametrize(
    ("wished", "field", "words"),
    [
        (wish(name=""), "name", "没有填写"),
        (wish(name="路面整洁"), "name", "已经是测评项“A1 路面干净”的写法"),
        (wish(aliases=("ａ1",)), "aliases", "已经是测评项“A1 路面干净”的写法"),
        (wish(full_mark=0), "full_mark", "大于 0"),
        (wish(point_types=()), "point_types", "写“全部”"),
        (wish(point_types=("公园",)), "point_types", "“公园”不是现有的点位类型"),
        (wish(indicator="秩序"), "indicator", "不是现行办法的末级指标"),
        (wish(code="A1"), "code", "没有编号为“A1”的本单位测评项"),
        (wish(kind=POINT_TYPE, point_types=("全部",)), "point_types", "“全部”不是现有的点位类型"),
    ],
)
def test_what_cannot_be_added_is_told(wished, field, words):
    settled, faults = settle([wished], KNOWN, LEAVES)
    assert settled == []
    assert [(fault.position, fault.field) for fault in faults] == [(0, field)]
    assert words in faults[0].text


def test_a_change_keeps_number_and_former_name():
    (first,), _ = settle([wish(indicator="环境")], KNOWN, LEAVES)
    assert (first.number, first.code, first.indicator) == (2_000, "BD-001", "A")
    again = wish(code="BD-001", name="换了名称", full_mark=20_000)
    (changed,), faults = settle([again], [*KNOWN, first], LEAVES)
    assert (faults, changed.number, changed.aliases) == ([], 2_000, ("新项",))
    assert settle([changed], [*KNOWN, changed], LEAVES) == ([], [])


def test_what_another_person_added_meanwhile_is_seen(office, folder):
    stale = reopened(office, folder)
    kept = add_own(office, [wish(name="充电桩完好", point_types=("全部",))], "李四")
    assert [entry.number for entry in kept] == [2_001]
    with pytest.raises(commit.IntakeError, match="充电桩完好"):
        add_own(stale, [wish(name="充电桩完好", point_types=("全部",))], "王五")


def test_what_is_retired_counts_until_the_next_version_and_stays_where_it_counted(office, folder):
    with pytest.raises(IntakeError, match="没有编号为“BD-009”"):
        retire_own(office, "BD-009", "张三")
    retire_own(reopened(office, folder), "BD-001", "张三")
    retire_own(reopened(office, folder), "BDL-001", "张三")
    now = reopened(office, folder)
    with pytest.raises(IntakeError, match="还在用的"):
        retire_own(now, "BD-001", "张三")
    later = date(2026, 11, 27)
    ingest(now, sheet(later, 2), "四.xlsx")
    # By hand: of A 1 of 2 (the 口袋公园 lost its only one), of B the bike lost all 2 of 2.
    assert (score(now, later), score(now, AFTER)) == (30.0, 50.0)
    states = dict(own_lines(now)[["code", "state"]].itertuples(index=False))
    assert states["BD-001"] == states["BDL-001"] == "等着从办法里去掉，发布以前照旧计分"
    draft = draft_with_own(now, "张三")
    publish(
        now,
        folder / "data",
        draft,
        Release("张三", "文〔2026〕10号", date(2026, 11, 25), "tiny-3", "3", backdated=True),
    )
    now = reopened(now, folder)
    # Without both only the 小区 counts, whose one item of A was right; what was before stays.
    assert (score(now, later), score(now, AFTER), score(now, BEFORE)) == (100.0, 50.0, 100.0)
    assert set(own_lines(now)["state"]) == {"已停用"} | {
        state for code, state in states.items() if code not in ("BD-001", "BDL-001")
    }
    assert not [entry for entry in waiting(now) if entry.code in ("BD-001", "BDL-001")]
