"""Worked cases that an office person can read and check with a calculator.

Each case goes the whole way: rule files, register, real workbooks, store, ranking.
"""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from tests.builders import xlsx as workbook
from tests.offices import checklist, ingest, make_office
from wenming_metrics.domain import periods
from wenming_metrics.domain.numbers import half_up
from wenming_metrics.queries.losses.ledger import ledger
from wenming_metrics.queries.losses.ledger_rows import loss_rows
from wenming_metrics.queries.ranking.overview import city
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import leaf_rows, unit_leaves
from wenming_metrics.scoring.ranking.ranking import FEW_SEEN, RANKED, THIN, UNVISITED

FOLDER = Path(__file__).resolve().parent.parent / "cases"
CASES = [
    case
    for path in sorted(FOLDER.glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
]


@pytest.fixture
def office(case, tmp_path):
    made = make_office(
        tmp_path,
        case["items"],
        case["indicators"],
        mapping=case.get("mapping"),
        extra=case.get("extra", ""),
        types=tuple(case.get("types", ("小区", "市场"))),
        files={name: text.lstrip() for name, text in case.get("files", {}).items()},
        full_mark=case.get("full_mark", 100),
        later=case.get("later", ()),
        streets=case.get("streets", [["甲街道", "主城区"]]),
        sites=case.get("sites", []),
    )
    if "plan" in case:
        header = ["计划日期", "街道", "点位类型", "点位名称"]
        ingest(made, workbook({"督查计划": [header, *case["plan"]]}), "计划.xlsx")
    rows = [[day, "市督查组", *rest] for day, *rest in case["rows"]]
    ingest(made, checklist(rows), "督查表.xlsx")
    return made


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_worked_case(case, office):
    window = window_of(case)
    found = ranking(office, window).set_index("unit_name")
    scored = found[found["status"] == RANKED]
    assert scored["score"].to_dict() == case["expect"]
    assert scored["rank"].to_dict() == case.get("ranks", scored["rank"].to_dict())
    for status, names in ((UNVISITED, "unvisited"), (THIN, "thin")):
        if names in case:
            assert list(found.index[found["status"] == status]) == case[names]
    few = found[found["status"] == FEW_SEEN]
    assert few["score"].to_dict() == case.get("few", {})
    if "city" in case:
        assert city(office, window).score == case["city"]
    filled = {
        name: pytest.approx(points, abs=1e-9) for name, points in case.get("filled", {}).items()
    }
    assert {name: found.at[name, "filled"] for name in filled} == filled
    for name, share in case.get("coverage", {}).items():
        assert found.at[name, "coverage"] == pytest.approx(share, abs=1e-12)
    check_losses(office, window)


def window_of(case):
    """The week of the rows, or the days that the case names."""
    if "from" in case:
        return periods.custom(*map(date.fromisoformat, (case["from"], case["to"])))
    return periods.window(case.get("window", "week"), date(2026, 11, 16))


def check_losses(office, window):
    """Lost points add up: rows to leaf, leaves and what stands on no row to full mark - score.

    The ledger tells of all units; leaf by leaf the last one of the list is looked at.
    """
    found = ranking(office, window)
    check_ledger(office, window, found)
    for line in found[found["status"] == RANKED].tail(1).itertuples():
        leaves = unit_leaves(office, window, line.unit)
        exact = office.rules.full_mark - leaves["loss"].sum()
        assert float(half_up(exact, office.rules.decimals)) == line.score
        told = leaves[leaves["reason"] == ""]
        rows = leaf_rows(office, window, line.unit)
        assert rows["loss"].sum() == pytest.approx(told["loss"].sum(), abs=1e-9)
        by_leaf = rows.groupby("leaf_name")["loss"].sum()
        lost = told[told["loss"] > 0].groupby("name")["loss"].sum()
        assert by_leaf.to_dict() == pytest.approx(lost.to_dict(), abs=1e-9)
        assert (rows["source_row"] >= 2).all()
        assert (rows["file"] == "督查表.xlsx").all()


def check_ledger(office, window, ranked):
    """The lines of the ledger add up to what each unit lost, and to what the city lost."""
    told = ledger(office, window)
    lines, scored = told.lines, told.units[told.units["weight"] > 0]
    lost = lines.groupby("unit_name", observed=False)["points"].sum()
    score = ranked.set_index("unit_name")["score"]
    for unit in scored.itertuples():
        exact = unit.full - lost.get(unit.name, 0.0)
        assert exact == pytest.approx(unit.total, abs=1e-9)
        assert float(half_up(exact, office.rules.decimals)) == score[unit.name]
    if len(scored):
        whole = (scored["weight"] * (scored["full"] - scored["total"])).sum()
        assert lines["city"].sum() == pytest.approx(whole, abs=1e-9)
        assert told.city_score == city(office, window).score
    checks = lines[(lines["kind"] == "row") & (lines["points"] > 0)]
    if len(checks):
        rows = loss_rows(office, window, checks)
        behind = rows.groupby("line")["loss"].sum().reindex(checks.index)
        assert behind.to_numpy() == pytest.approx(checks["points"].to_numpy(), abs=1e-9)
