"""Published tables come in as they are: English headers, pointed at columns once, nothing reshaped.

Public record; see SOURCE.md of each folder. The registers come from the tables themselves, as do
the catalogue's items and point types. Every row must be stored with the very figures that are
printed; what is held is what the table itself leaves open.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import xlsxwriter

from tests.builders import xlsx
from tests.offices import ingest, make_office
from wenming_metrics.decisions import mappings
from wenming_metrics.domain.numbers import POINT_SCALE
from wenming_metrics.domain.periods import window
from wenming_metrics.intake import commit
from wenming_metrics.intake.transaction import Preview
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.composite import composite
from wenming_metrics.queries.scores.records import records
from wenming_metrics.rules.composite import profiles_of
from wenming_metrics.rules.model import Board
from wenming_metrics.store.batches import live_on
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.store.rows import read_rows as rows_on

FOLDER = Path(__file__).resolve().parent
WHO = "测试"
Row = dict[str, str]


def table(place: str) -> list[Row]:
    """Read a table of the reference data, every cell as it is printed."""
    with (FOLDER / place).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def beside(rows: list[Row], others: list[Row], key: Iterable[str]) -> list[Row]:
    """Put the columns of a second table beside the first: published in one, kept in two here."""
    names = tuple(key)
    found = {tuple(row[name] for name in names): row for row in others}
    return [row | found[tuple(row[name] for name in names)] for row in rows]


def cell(text: str) -> object:
    """Give what a spreadsheet holds of a printed cell: a number, a day, a text, nothing."""
    with suppress(ValueError):
        return float(text)
    for form in ("%Y-%m-%d", "%m/%d/%Y"):
        with suppress(ValueError):
            return datetime.strptime(text, form)
    return text or None


def workbook(sheets: Mapping[str, Sequence[Row]]) -> bytes:
    """Write tables with their own headers by another library than the one that reads them."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, list(rows[0]))
        for at, row in enumerate(rows, 1):
            sheet.write_row(at, 0, [cell(text) for text in row.values()])
    book.close()
    return target.getvalue()


def office_of(folder: Path, units: Iterable[str], kind: str = "部门", **catalogue) -> Office:
    """Open an office whose register is made of the names in a table."""
    items = catalogue.pop("items", [["A", "A项", 100, "*"]])
    leaves = [{"code": item[0], "weight": 100} for item in items]
    extra = f"weights_sum = {100 * len(items)}"
    office = make_office(folder, items, leaves, extra=extra, **catalogue)
    header = ["单位编号", "单位名称", "单位类别", "上级单位", "分组"]
    above = "" if kind == "部门" else "全部"
    lines = [["D1", "全部", "区", "", ""]] if above else []
    lines += [
        [f"U{n}", name, kind, above, "主城区" if above else ""] for n, name in enumerate(units)
    ]
    ingest(office, xlsx({"单位名册": [header, *lines]}), "名册.xlsx")
    return office


def point_at(office: Office, content: bytes, said: Mapping[str, Mapping[str, str]]) -> Preview:
    """Read a file, say of each unknown sheet its kind and columns, read it again.

    Takes: said - sheet -> "kind" and header -> name of the column, "" where it is not read
    """
    found = commit.inspect(office, content, "published.xlsx")
    assert found.reading.is_rejected
    for sheet, columns in said.items():
        (form,) = {one.fingerprint for one in found.reading.unmapped if one.sheet == sheet}
        for header, name in columns.items():
            if header == "kind":
                mappings.remember_kind(office, form, name, WHO)
            else:
                mappings.remember_header(office, form, header, name, WHO)
    return commit.inspect(office, content, "published.xlsx")


def held(preview: Preview) -> Counter:
    """Count the held rows by what holds them."""
    return Counter(preview.reading.held["codes"])


def parts_of(line: Mapping) -> dict[str, Decimal]:
    """Give the components of a record by name, exactly."""
    return {part["name"]: Decimal(part["printed"]) for part in line["parts"]}


def printed(row: Row, names: Iterable[str]) -> dict[str, Decimal]:
    """Give the cells of some columns that are not blank, exactly."""
    return {name: Decimal(row[name]) for name in names if row[name]}


def test_university_rankings(tmp_path):
    key = ("year", "unit_id")
    rows = beside(table("the_wur/inputs.csv"), table("the_wur/expected.csv"), key)
    office = office_of(tmp_path, dict.fromkeys(row["unit_id"] for row in rows))
    said = {
        **{"kind": "external", "year": "period", "unit_id": "subject", "country": "group"},
        **{"total_score": "total", "world_rank": "printed_rank"},
    }
    preview = point_at(office, workbook({"THE": rows}), {"THE": said})
    assert (preview.reading.counts.good, held(preview)) == (925, Counter())
    commit.commit(office, preview, WHO)
    found = records(office, "external")
    components = ("teaching", "international", "research", "citations", "income")
    assert len(found) == len(rows) == 925
    for line, row in zip(found.to_dict("records"), rows, strict=True):
        assert (line["unit_name"], line["group"]) == (row["unit_id"], row["country"])
        assert line["period"] == f"{row['year']}年"
        assert Decimal(line["total"]) == Decimal(row["total_score"])
        assert line["printed_rank"] == row["world_rank"]
        assert parts_of(line) == printed(row, components)


def test_places_of_published_totals(tmp_path):
    """The totals of 2011 alone give all two hundred printed places, shared ones included."""
    key = ("year", "unit_id")
    rows = beside(table("the_wur/inputs.csv"), table("the_wur/expected.csv"), key)
    rows = [row for row in rows if row["year"] == "2011"]
    office = office_of(tmp_path, [row["unit_id"] for row in rows])
    said = {
        **{"kind": "external", "year": "period", "unit_id": "subject", "country": "group"},
        **{"total_score": "total", "world_rank": "printed_rank"},
    }
    commit.commit(office, point_at(office, workbook({"THE": rows}), {"THE": said}), WHO)
    board = Board("department", "大学", "responsible", True, ())
    office = replace(office, rules=replace(office.rules, boards=(board,)))
    profile = {
        **{"id": "THE", "title": "THE", "source": "THE", "effective_from": date(2011, 1, 1)},
        **{"period": "year", "board": "department", "decimals": 1},
        "component": [{"name": "总分", "from": "external:*", "weight": 100}],
    }
    found = composite(
        office, *profiles_of({"profile": [profile]}), window("year", date(2011, 6, 1))
    )
    places = found.units.set_index("unit_name")["rank"].to_dict()
    assert places == {row["unit_id"]: int(row["world_rank"]) for row in rows}
    assert len(places) == 200


def test_university_rankings_as_a_matrix_of_figures(tmp_path):
    key = ("year", "unit_id")
    rows = beside(table("the_wur/inputs.csv"), table("the_wur/expected.csv"), key)
    office = office_of(tmp_path, dict.fromkeys(row["unit_id"] for row in rows))
    said = {"kind": "metric", "year": "period", "unit_id": "subject", "country": "remark"}
    preview = point_at(office, workbook({"THE": rows}), {"THE": said})
    assert (preview.reading.counts.good, held(preview)) == (925, Counter())
    commit.commit(office, preview, WHO)
    columns = [name for name in rows[0] if name not in said]
    assert len(columns) == 7
    found = records(office, "metric")
    told = zip(
        *(found[name] for name in ("period", "unit_name", "remark", "indicator")),
        found["value"].map(Decimal),
        strict=True,
    )
    assert list(told) == [
        (f"{row['year']}年", row["unit_id"], row["country"], name, Decimal(row[name]))
        for row in rows
        for name in columns
        if row[name]
    ]


def test_an_index_of_countries(tmp_path):
    rows = beside(table("sdg_africa/inputs.csv"), table("sdg_africa/expected.csv"), ["id"])
    office = office_of(tmp_path, [row["country"] for row in rows])
    said = {
        **{"kind": "external", "id": "", "country": "subject", "AfDB_region": "group"},
        **{"index_score": "total", "rank": "printed_rank"},
    }
    preview = point_at(office, workbook({"SDG Index 2019": rows}), {"SDG Index 2019": said})
    assert (preview.reading.counts.good, held(preview)) == (54, Counter())
    commit.commit(office, preview, WHO)
    goals = [f"Goal {n} Score" for n in range(1, 18)]
    found = records(office, "external")
    for line, row in zip(found.to_dict("records"), rows, strict=True):
        assert (line["unit_name"], line["group"]) == (row["country"], row["AfDB_region"])
        assert (line["period"], line["total"]) == ("2019年", row["index_score"])
        assert line["state"] == ("" if row["rank"] else "未测")
        assert line["printed_rank"] == row["rank"]
        assert parts_of(line) == printed(row, goals)


def test_ratings_of_premises(tmp_path):
    rows = beside(table("norwich/inputs.csv"), table("norwich/expected.csv"), ["FHRSID"])
    office = office_of(tmp_path, [row["FHRSID"] for row in rows])
    said = {
        **{"kind": "external", "FHRSID": "subject", "BusinessType": "group"},
        **{"RatingDate": "period", "RatingValue": "total", "Status": "remark"},
        **{"PostcodeDistrict": "", "InspectionYear": ""},
    }
    preview = point_at(office, workbook({"FHRS": rows}), {"FHRS": said})
    # Not rated yet, or exempt: the table has neither a day nor a rating of them.
    assert (preview.reading.counts.good, held(preview)) == (
        1355,
        Counter({("记录-04", "上测-01"): 208}),
    )
    commit.commit(office, preview, WHO)
    rated = [row for row in rows if row["RatingDate"]]
    scores = ("Score_Hygiene", "Score_Structural", "Score_ConfidenceInManagement")
    found = records(office, "external")
    for line, row in zip(found.to_dict("records"), rated, strict=True):
        year, month, _ = map(int, row["RatingDate"].split("-"))
        assert (line["unit_name"], line["group"]) == (row["FHRSID"], row["BusinessType"])
        assert (line["period"], line["total"]) == (f"{year}年{month}月", row["RatingValue"])
        assert (line["remark"], parts_of(line)) == (row["Status"], printed(row, scores))
    assert sum(not line for line in found["parts"]) == 36  # rated, but its scores are not published


INSPECTED = {
    **{"SERIAL NUMBER": "visit_no", "ACTIVITY DATE": "day", "FACILITY ID": "site"},
    **{"FACILITY CITY": "street", "FACILITY ZIP": "", "PE DESCRIPTION": "point_type"},
    **{"SERVICE DESCRIPTION": "remark"},
}
FOUND = {
    **{"SERIAL NUMBER": "visit_no", "VIOLATION CODE": "item_code"},
    **{"VIOLATION DESCRIPTION": "description", "POINTS": "deduction"},
}


def test_inspections_and_what_they_found(tmp_path):
    """Both tables as they are published: a violation names its inspection by number alone."""
    inspections, violations = table("la_county/inspections.csv"), table("la_county/violations.csv")
    by_number = {row["SERIAL NUMBER"]: row for row in inspections}
    codes = sorted({row["VIOLATION CODE"] for row in violations})
    types = tuple(dict.fromkeys(row["PE DESCRIPTION"] for row in inspections))
    cities = list(dict.fromkeys(row["FACILITY CITY"] for row in inspections))
    items = [[code, f"{code}项", 100, "*"] for code in codes]
    office = office_of(tmp_path, cities, "街道", items=items, types=types)
    content = workbook({"inspections": inspections, "violations": violations})
    said = {
        "inspections": {"kind": "visits", **INSPECTED},
        "violations": {"kind": "findings", **FOUND},
    }
    preview = point_at(office, content, said)
    assert (preview.reading.counts.good, held(preview)) == (400 + 2007, Counter())
    commit.commit(office, preview, WHO)
    days = sorted({cell(row["ACTIVITY DATE"]).date() for row in inspections})
    ordinals = [day.toordinal() for day in days]
    with reading(office.store) as connection:
        found = rows_on(connection, ordinals, live_on(connection, ordinals))
        units = read_register(connection).units["name"]
    visits, faults = found[found["sheet"] == 0], found[found["sheet"] == 1]
    assert (visits.groupby("source_row")["item"].count() == len(codes)).all()
    assert visits["visit"].nunique() == visits["source_row"].nunique() == 400
    told = faults.sort_values("source_row")
    names = ("day", "unit", "point_type", "item", "lost")
    stored = zip(*(told[name].tolist() for name in names), strict=True)
    at = [by_number[row["SERIAL NUMBER"]] for row in violations]
    assert [(date.fromordinal(day), units[unit], *rest) for day, unit, *rest in stored] == [
        (
            cell(place["ACTIVITY DATE"]).date(),
            place["FACILITY CITY"],
            types.index(place["PE DESCRIPTION"]),
            codes.index(row["VIOLATION CODE"]),
            int(Decimal(row["POINTS"]) * POINT_SCALE),
        )
        for place, row in zip(at, violations, strict=True)
    ]
    assert scores_by_number(inspections, visits, faults) == {
        row["SERIAL NUMBER"]: Decimal(row["SCORE"]) for row in table("la_county/expected.csv")
    }


def scores_by_number(
    inspections: list[Row], visits: pd.DataFrame, faults: pd.DataFrame
) -> dict[str, Decimal]:
    """Give the score of each inspection from what is stored: 100 less what its visit lost."""
    lost = faults.groupby("visit")["lost"].sum()
    visit = visits.drop_duplicates("source_row").set_index("source_row")["visit"]
    return {
        row["SERIAL NUMBER"]: 100 - Decimal(int(lost.get(visit[at], 0))) / POINT_SCALE
        for at, row in enumerate(inspections, 2)
    }
