"""The simulated days and the files made of them."""

from datetime import date

import pytest
from python_calamine import load_workbook

from tests.benchmarks.big import HEADINGS, big_workbook
from tests.pages.test_pages import filled, stored  # noqa: F401
from wenming_metrics.demo import forms
from wenming_metrics.demo.city import build_city
from wenming_metrics.demo.inspections import last_days, simulate
from wenming_metrics.demo.workbooks import (
    find_or_make_workbooks,
    make_workbooks,
    write_samples,
)
from wenming_metrics.intake import commit
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.vocabulary import INPUT, headers, normalise

SAMPLES = ROOT / "data" / "samples"


@pytest.fixture(scope="module")
def found():
    return simulate()


def cells(path):
    with load_workbook(path) as book:
        return {name: book.get_sheet_by_name(name).to_python(False) for name in book.sheet_names}


def test_run_has_the_size_of_a_real_one(found):
    looked_at = found.rows[found.rows["result"].isin(["符合", "不符合"])]
    failed = looked_at[looked_at["result"] == "不符合"]
    daily = found.visits.groupby("day")
    assert found.visits["day"].min() == date(2026, 9, 22)
    assert found.visits["day"].max() == date(2026, 11, 20)
    assert 40 <= daily.size().mean() <= 46
    assert 7 <= daily["street"].nunique().mean() <= 9
    assert 13 <= len(found.rows) / len(found.visits) <= 17
    assert 0.10 <= len(failed) / len(looked_at) <= 0.15
    assert 8 <= failed["description"].str.len().median() <= 12


def test_every_street_is_visited_several_times_a_fortnight(found):
    fortnight = last_days(found, 14).visits
    outings = fortnight.groupby("street")["day"].nunique()
    assert len(outings) == 43
    assert outings.min() >= 2


def test_marks_lost_stay_within_the_full_mark(found):
    failed = found.rows["result"] == "不符合"
    assert (found.rows.loc[failed, "deduction"] > 0).all()
    assert (found.rows.loc[~failed, "deduction"] == 0).all()
    assert found.rows.loc[failed, "places"].between(1, 5).all()
    assert (found.rows.loc[failed, "responsible"] != "").all()


def test_names_in_the_rows_stand_in_the_registers(found):
    known = set(found.city.units["unit_name"])
    failed = found.rows[found.rows["result"] == "不符合"]
    assert set(failed["responsible"].str.split("、").explode()) <= known
    assert set(found.visits["street"]) <= known
    assert set(found.visits["community"]) <= known
    assert set(found.visits["district"]) <= known


def test_simulation_is_fixed_by_the_seed():
    again = [simulate(seed=3, days=5) for _ in range(2)]
    assert again[0].rows.equals(again[1].rows)
    assert again[0].visits.equals(again[1].visits)
    assert again[0].plan.equals(again[1].plan)


def test_committed_samples_are_what_the_generator_makes(tmp_path):
    made = write_samples(tmp_path)
    assert sorted(path.name for path in made) == sorted(p.name for p in SAMPLES.glob("*.xlsx"))
    assert sum(path.stat().st_size for path in SAMPLES.glob("*.xlsx")) < 600_000
    for path in made:
        assert cells(path) == cells(SAMPLES / path.name), path.name


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_workbooks(tmp_path_factory.mktemp("made"), seed=5, end=date(2026, 3, 10), days=2)


def test_files_come_in_the_order_of_upload(made):
    names = [path.name for path in made]
    assert names[:3] == ["单位名册.xlsx", "点位名册.xlsx", "督查计划_2026年第11周.xlsx"]
    asked = [name for name in names if "民意调查" in name]
    assert names[-len(asked) :] == asked
    sent, last = names[3 : -len(asked) - 1], names[-len(asked) - 1]
    daily = [name for name in sent if name[:4] == "2026"]
    assert daily == sorted(daily, key=lambda name: name[:10])
    assert all("整改反馈" in name for name in set(sent) - set(daily))  # as units call them
    assert {name[:10] for name in daily} == {"2026-03-09", "2026-03-10"}
    assert last == "2025年第四季度_第三方_测评结果.xlsx"


def test_findings_file_has_a_sheet_of_visits(made):
    sheets = cells(next(path for path in made if "第三方_问题清单" in path.name))
    assert list(sheets) == ["问题清单", "检查点位"]
    assert sheets["问题清单"][-2][0] == "合计"
    numbers = {row[2] for row in sheets["检查点位"][1:]}
    assert {row[0] for row in sheets["问题清单"][2:-2]} <= numbers


def test_big_workbook_has_exactly_the_rows_asked_for(tmp_path):
    rows = cells(big_workbook(tmp_path / "big.xlsx", 3_000))["督查记录"]
    assert tuple(rows[0]) == HEADINGS
    assert len(rows) == 3_001
    known = build_city()
    assert {row[3] for row in rows[1:]} <= set(known.units["unit_name"])
    assert {row[6] for row in rows[1:]} <= set(known.sites["site_name"])
    failed = [row for row in rows[1:] if row[9] == "不符合"]
    assert 0.15 <= len(failed) / 3_000 <= 0.21
    assert 20 <= sum(len(row[12]) for row in failed) / len(failed) <= 32
    assert all(row[13] for row in failed)


def test_big_workbook_uses_as_many_past_days_as_it_needs(tmp_path):
    path = big_workbook(tmp_path / "big.xlsx", 21_000, end=date(2026, 11, 20))
    days = {row[0] for row in cells(path)["督查记录"][1:]}
    assert days == {date(2026, 11, 19), date(2026, 11, 20)}


@pytest.mark.parametrize(
    "columns",
    [
        *(form.columns for form in (*forms.CHECKLISTS.values(), *forms.FINDINGS.values())),
        *(forms.VISITS, forms.PLAN, forms.UNITS, forms.SITES),
        tuple((heading, "") for heading in HEADINGS),
    ],
)
def test_every_heading_is_a_word_of_the_vocabulary(columns):
    known = headers(tuple(INPUT))
    other = {"sender": "team", "site_name": "site"}
    for heading, field in columns:
        column = known[normalise(heading)]
        if field and columns is not forms.PLAN:
            assert column == other.get(field, field), heading


def test_a_second_demo_sends_the_same_bytes(tmp_path):
    first = [path.read_bytes() for path in find_or_make_workbooks(tmp_path, days=1)]
    assert [path.read_bytes() for path in find_or_make_workbooks(tmp_path, days=1)] == first
    assert [path.name for path in find_or_make_workbooks(tmp_path, days=1)][:2] == [
        "单位名册.xlsx",
        "点位名册.xlsx",
    ]


def test_a_wide_checklist_says_what_the_long_form_would_say(found, filled):  # noqa: F811
    """Nothing of the figures depends on the form; one row waits."""
    (path,) = SAMPLES.glob("2026-11-18_督查一组_*检查表.xlsx")
    reading = commit.inspect(filled, path.read_bytes(), path.name).reading
    assert (reading.kind, reading.sheets[0].kind) == ("inspection", "wide")
    assert (reading.counts.held, reading.problems[0].code) == (1, "日期-01")
    day, kind = date(2026, 11, 18), path.stem.split("_")[2].removesuffix("检查表")
    seen = last_days(found, 3)
    own = seen.visits[(seen.visits["sender"] == "督查一组") & (seen.visits["day"] == day)]
    rows = seen.rows[seen.rows["visit"].isin(own.index[own["point_type"] == kind])]
    judged = rows[rows["result"].isin(["符合", "不符合"])]
    checks = reading.checks[reading.checks["result"] <= 1]
    assert len(checks) == len(judged) > 20
    assert (checks["result"] == 1).sum() == (judged["result"] == "不符合").sum() > 0
    lost = checks.groupby("item")["lost"].sum() / 10_000
    assert lost.to_dict() == judged.groupby("item")["deduction"].sum().to_dict()
    long = cells(SAMPLES / "2026-11-18_督查一组_督查记录.xlsx")["督查记录"]
    assert kind not in {row[7] for row in long[3:]}
