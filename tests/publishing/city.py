"""A city of two streets and one item, whose scores can be worked out in the head."""

from datetime import date, timedelta
from pathlib import Path

from tests.builders import xlsx as workbook
from tests.offices import CHECK_HEADERS, checklist, ingest, make_office
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office

MONDAY = date(2025, 3, 3)
NEXT = MONDAY + timedelta(days=7)
STREETS = [("甲街道", "主城区"), ("乙街道", "主城区")]


def open_city(folder: Path, extra: str = "") -> Office:
    """Open an office: item A of 10 points; a street's score is what it earned of 100."""
    return make_office(
        folder,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
        streets=STREETS,
        extra=extra,
    )


def row(street: str, lost: float, day: date = MONDAY, site: str = "一号点") -> list:
    """One check of the item: how many of its ten points were lost."""
    result = "不符合" if lost else "符合"
    return [day, "市督查组", street, "小区", site, "环境", result, lost]


def put(office: Office, name: str, *rows: list, **choices: bool) -> int:
    """Upload a checklist; gives its batch."""
    return ingest(office, checklist(list(rows)), f"{name}.xlsx", **choices)


def put_with_a_held_row(office: Office, name: str, *rows: list) -> int:
    """Upload a checklist with one more row of a street that nobody knows."""
    held = row("没有这条街", 1)
    data = workbook({"督查表": [CHECK_HEADERS, *rows, held]})
    preview = commit.inspect(office, data, f"{name}.xlsx")
    assert preview.reading.counts.held == 1
    return commit.commit(office, preview, "测试")


def scores(frame) -> dict[str, float]:
    """Give score by name of the street, None without."""
    return {
        one.unit_name: None if one.score != one.score else one.score for one in frame.itertuples()
    }
