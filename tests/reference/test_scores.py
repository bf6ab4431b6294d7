"""Published scores come out of the engine: uploads as published, rule sets in the usual format.

Public record; see SOURCE.md of each folder. Nothing is computed here but what the rules say; the
figures to meet are the printed ones.
"""

from datetime import date
from pathlib import Path

import pytest

from tests.builders import xlsx
from tests.offices import checklist, ingest, make_office
from tests.reference.test_by_mapping import WHO, beside, point_at, table, workbook
from wenming_metrics.domain import periods
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.score_windows import score_windows
from wenming_metrics.store.database import reading

GOALS = [f"Goal {n} Score" for n in range(1, 18)]
UNIVERSITY = {
    "teaching": (30, 30),
    "international": (5, 7.5),
    "research": (30, 30),
    "citations": (32.5, 30),
    "income": (2.5, 2.5),
}
"""Component -> its weight in 2011, and from 2012 on."""
STARS = """\
table,label,rate,min_rate,max_lost,max_single,min_value,target,per,loss
星级,5,1,,15,5,,,,
星级,4,0.8,,20,10,,,,
星级,3,0.6,,30,10,,,,
星级,2,0.4,,40,15,,,,
星级,1,0.2,,50,20,,,,
星级,0,0,,,,,,,
"""


def of_facts(
    folder: Path, facts: dict[str, float], units: list[tuple[str, str]], **rules
) -> Office:
    """Open an office whose leaves are facts, full mark 100; facts - fact -> weight."""
    office = make_office(
        folder,
        [["A", "A项", 100, "*"]],
        leaves(facts),
        mapping=[],
        extra=rules.pop("extra", ""),
        **rules,
    )
    header = ["单位编号", "单位名称", "单位类别", "上级单位", "分组"]
    lines = [["D1", "全部", "区", "", ""]]
    lines += [[f"U{n}", name, "街道", "全部", group] for n, (name, group) in enumerate(units)]
    ingest(office, xlsx({"单位名册": [header, *lines]}), "名册.xlsx")
    return office


def leaves(facts: dict[str, float]) -> list[dict]:
    return [
        {"code": f"L{n}", "weight": weight, "mode": "value", "full_mark": 100, "fact": fact}
        for n, (fact, weight) in enumerate(facts.items(), 1)
    ]


def exact(office: Office, window: periods.Window) -> dict[str, float]:
    """Give the unrounded score of every unit in a window."""
    with reading(office.store) as connection:
        found = score_windows(connection, office, [window], office.rules.boards[0])
    return dict(zip(found.units["name"], found.total, strict=True))


def test_university_totals_under_weights_that_change(tmp_path):
    rows = beside(table("the_wur/inputs.csv"), table("the_wur/expected.csv"), ("year", "unit_id"))
    early, late = (
        {f"metric:{name}": weights[at] for name, weights in UNIVERSITY.items()} for at in (0, 1)
    )
    units = [(name, "主城区") for name in dict.fromkeys(row["unit_id"] for row in rows)]
    office = of_facts(
        tmp_path,
        early,
        units,
        extra="decimals = 1",
        effective_from="2011-01-01",
        later=[{"effective_from": "2012-01-01", "indicators": leaves(late)}],
    )
    said = {"kind": "metric", "year": "period", "unit_id": "subject", "country": "remark"}
    said |= {"total_score": "", "world_rank": ""}
    preview = point_at(office, workbook({"THE": rows}), {"THE": said})
    commit.commit(office, preview, WHO)
    missing = 0
    for year in range(2011, 2016):
        found = exact(office, periods.window("year", date(year, 1, 1)))
        own = [row for row in rows if row["year"] == str(year)]
        for row in own:
            assert found[row["unit_id"]] == pytest.approx(float(row["total_score"]), abs=0.1)
            missing += not all(row[name] for name in UNIVERSITY)
    assert (len(rows), missing) == (925, 64)


def test_an_index_of_equal_goals(tmp_path):
    rows = beside(table("sdg_africa/inputs.csv"), table("sdg_africa/expected.csv"), ["id"])
    units = [(row["country"], row["AfDB_region"]) for row in rows]
    weights = dict.fromkeys((f"external::{goal}" for goal in GOALS), 1)
    office = of_facts(tmp_path, weights, units, extra="weights_sum = 17")
    said = {
        **{"kind": "external", "id": "", "country": "subject", "AfDB_region": "group"},
        **{"index_score": "total", "rank": "printed_rank"},
    }
    preview = point_at(office, workbook({"SDG Index 2019": rows}), {"SDG Index 2019": said})
    commit.commit(office, preview, WHO)
    year = periods.window("year", date(2019, 1, 1))
    found, listed = exact(office, year), ranking(office, year).set_index("unit_name")
    scored = [row for row in rows if row["index_score"]]
    assert len(scored) == 52
    for row in scored:
        assert found[row["country"]] == pytest.approx(float(row["index_score"]), abs=1e-9)
    assert set(listed.index[listed["rank"].isna()]) == {"Libya", "Seychelles"}


def test_ratings_by_sum_and_by_the_largest_single_penalty(tmp_path):
    rows = beside(table("norwich/inputs.csv"), table("norwich/expected.csv"), ["FHRSID"])
    scores = ("Score_Hygiene", "Score_Structural", "Score_ConfidenceInManagement")
    rated = [row for row in rows if row["RatingDate"] and row[scores[0]]]
    office = make_office(
        tmp_path,
        [["H", "卫生", 25, "*"], ["S", "结构", 25, "*"], ["C", "管理", 30, "*"]],
        [{"code": code, "weight": 1} for code in "HSC"],
        types=("餐饮店",),
        extra='weights_sum = 3\n[root]\nmode = "grade"\nsettlement = "visit"\ntable = "星级"',
        files={"tables.csv": STARS},
    )
    header = ["单位编号", "单位名称", "单位类别", "上级单位", "分组"]
    lines = [["D1", "全部", "区", "", ""]]
    lines += [[f"U{n}", row["FHRSID"], "街道", "全部", ""] for n, row in enumerate(rated)]
    ingest(office, xlsx({"单位名册": [header, *lines]}), "名册.xlsx")
    # By month: a rating does not depend on its day, and a thousand days would only take long.
    checks = [
        [
            f"{row['RatingDate'][:7]}-01",
            "第三方",
            row["FHRSID"],
            "餐饮店",
            "店",
            item,
            "",
            float(row[name]),
        ]
        for row in rated
        for item, name in zip(("卫生", "结构", "管理"), scores, strict=True)
    ]
    for row in checks:
        row[6] = "不符合" if row[7] else "符合"
    ingest(office, checklist(checks), "ratings.xlsx")
    found = exact(office, periods.custom(date(2017, 1, 1), date(2026, 12, 31)))
    assert len(rated) == 1319
    assert {name: score / 20 for name, score in found.items()} == {
        row["FHRSID"]: pytest.approx(float(row["RatingValue"]), abs=1e-9) for row in rated
    }
