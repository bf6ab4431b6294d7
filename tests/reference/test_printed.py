"""Published tables print what their own figures give: nothing is told of them, and of one figure that
is changed exactly that."""

from collections import defaultdict

import pandas as pd
import pytest

from tests.builders import empty_register, read_sheets
from tests.reference.test_by_mapping import Row, beside, cell, table
from wenming_metrics.domain.registers import FOREVER, Register, build_units
from wenming_metrics.reading.model.reading import Reading

CHECKED = ("核对-01", "核对-02", "核对-03", "上测-04", "行-02", "指标-06")
GOALS = [f"Goal {n} Score" for n in range(1, 18)]


def register_of(names) -> Register:
    """Make a register of departments with some names."""
    frame = pd.DataFrame({"name": list(dict.fromkeys(names))})
    codes = [f"B{n}" for n in range(len(frame))]
    texts = {"parent_name": "", "group": "", "successor_name": ""}
    return build_units(
        empty_register(),
        frame.assign(
            unit_code=codes,
            kind="department",
            aliases=[[] for _ in codes],
            population=pd.NA,
            valid_from=0,
            valid_to=FOREVER,
            **texts,
        ),
    )


def read_table(title: str, headers: dict[str, str], rows: list[Row], below=()) -> Reading:
    """Read columns of a table under Chinese headers. Takes: headers - of the table -> as written"""
    lines = [[cell(row[name]) for name in headers] for row in rows]
    (unit,) = [name for name, header in headers.items() if header == "单位"]
    sheet = [[title], [*headers.values(), "备注"], *lines, *below]
    return read_sheets({"表": sheet}, register=register_of(row[unit] for row in rows))


def told(reading: Reading) -> list[tuple]:
    return [
        (p.code, p.row, p.header, p.details.get("sum", p.details.get("rank")))
        for p in reading.problems
        if p.code in CHECKED
    ]


@pytest.fixture(scope="module")
def universities() -> list[Row]:
    key = ("year", "unit_id")
    return beside(table("the_wur/inputs.csv"), table("the_wur/expected.csv"), key)


UNIVERSITY = {"unit_id": "单位", "year": "期间", "total_score": "总得分", "world_rank": "名次"}


def test_ranks_of_universities_each_year_and_in_excerpts(universities):
    headers = UNIVERSITY | {name: name for name in ("teaching", "research", "citations", "income")}
    reading = read_table("第三方测评得分", headers, universities)
    assert len(reading.records) == 925
    assert told(reading) == []


def test_one_rank_of_universities_that_is_changed(universities):
    first = [row for row in universities if row["year"] == "2011"]
    last = [row for row in universities if row["year"] == "2015"]
    wrong = [dict(row) for row in (*first, *last)]
    assert (wrong[9]["world_rank"], wrong[230]["world_rank"]) == ("10", last[30]["world_rank"])
    wrong[9]["world_rank"], wrong[230]["world_rank"] = "19", "300"
    rows = [(code, row) for code, row, *_ in told(read_table("第三方测评得分", UNIVERSITY, wrong))]
    assert rows == [("核对-02", 12), ("核对-02", 233)]


@pytest.fixture(scope="module")
def countries() -> list[Row]:
    return beside(table("sdg_africa/inputs.csv"), table("sdg_africa/expected.csv"), ["id"])


COUNTRY = {
    **{"country": "单位", "AfDB_region": "分组", "index_score": "总得分", "rank": "名次"},
    **{name: name for name in GOALS},
}
REGIONS = {"Central": 45.7023488865805, "North": 62.2649740141768, "West": 52.6123559027308}
"""Published means of regions."""


def test_an_index_that_is_the_mean_of_its_goals(countries):
    assert told(read_table("2019年第三方测评得分", COUNTRY, countries)) == []
    wrong = [dict(row) for row in countries]
    wrong[3]["index_score"], wrong[5]["rank"] = "60.5", str(int(wrong[5]["rank"]) + 1)
    codes = {
        (code, row) for code, row, *_ in told(read_table("2019年第三方测评得分", COUNTRY, wrong))
    }
    assert {("核对-01", 6), ("核对-02", 8)} <= codes


@pytest.mark.parametrize("region", REGIONS)
def test_means_of_regions(countries, region):
    rows = [row for row in countries if row["AfDB_region"] == region]
    headers = {name: COUNTRY[name] for name in ("country", "index_score", *GOALS)}
    for mean, codes in ((REGIONS[region], []), (REGIONS[region] + 0.01, ["行-02"])):
        reading = read_table("2019年第三方测评得分", headers, rows, [["平均", mean]])
        assert [code for code, *_ in told(reading)] == codes


AREA = {
    **{"unit": "单位", "eligible": "应有人数", "returned": "回收", "valid": "有效"},
    **{"option_a": "甲", "option_b": "乙", "invalid": "无效", "participation_pct": "参与率(%)"},
    **{"option_a_pct": "甲占比(%)", "option_b_pct": "乙占比(%)", "invalid_pct": "无效率(%)"},
}


def test_percentages_of_counting_areas():
    rows = beside(
        table("counting_areas/inputs.csv"), table("counting_areas/expected.csv"), ["unit"]
    )
    sums = defaultdict(int)
    for row in rows:
        for name in list(AREA)[1:7]:
            sums[name] += int(row[name])
    # The official figures of the whole: 72.2, 48.1 and 51.9 per cent.
    whole = ["合计", *sums.values(), 72.2, 48.1, 51.9, None]
    reading = read_table("2016年6月量化指标", AREA, rows, [whole])
    assert (len(reading.records), told(reading)) == (382 * 10, [])
    wrong = [dict(row) for row in rows[:40]]
    wrong[7]["option_a_pct"] = str(round(float(wrong[7]["option_a_pct"]) + 0.9, 2))
    (found,) = told(read_table("2016年6月量化指标", AREA, wrong, [whole]))[:1]
    assert found[:3] == ("核对-01", 10, "甲占比(%)")
    assert found[3] == rows[7]["option_a_pct"]


PREMISES = """
Importers/Exporters,1,0,0.0
Farmers/growers,5,2,0.4
Distributors/Transporters,15,12,0.8
Manufacturers/packers,17,14,0.8235294117647058
Hotel/bed & breakfast/guest house,26,22,0.8461538461538461
Retailers - supermarkets/hypermarkets,53,46,0.8679245283018868
Hospitals/Childcare/Caring Premises,72,66,0.9166666666666666
Mobile caterer,77,51,0.6623376623376623
School/college/university,80,69,0.8625
Other catering premises,111,83,0.7477477477477478
Pub/bar/nightclub,158,130,0.8227848101265823
Takeaway/sandwich shop,200,146,0.73
Retailers - other,301,224,0.7441860465116279
Restaurant/Cafe/Canteen,447,353,0.7897091722595079
合计,1563,1218,0.7792706333973128
"""
"""Premises by type, those that comply and the rate, with the published row of totals (norwich/SOURCE.md)."""


@pytest.mark.parametrize(
    ("printed", "changed", "expected"),
    [
        ("", "", []),
        ("0.73\n", "0.37\n", [("核对-01", 14)]),
        ("1563", "1653", [("行-02", 17)]),
        ("0.7792", "0.7929", [("行-02", 17)]),
    ],
)
def test_compliance_with_its_row_of_totals(printed, changed, expected):
    lines = [line.split(",") for line in PREMISES.strip().replace(printed, changed).split("\n")]
    # Strokes, dashes and spaces part several units; a metric has twelve decimals at most.
    rows = [
        ["".join(filter(str.isalpha, name)), *(round(float(text), 12) for text in figures)]
        for name, *figures in lines
    ]
    sheet = [["2026年6月量化指标"], ["单位", "总数", "达标数", "达标率"], *rows]
    reading = read_sheets({"表": sheet}, register=register_of(row[0] for row in rows[:-1]))
    assert len(reading.records) == 14 * 3
    assert [(code, row) for code, row, *_ in told(reading)] == expected
