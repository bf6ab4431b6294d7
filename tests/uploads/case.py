"""Workbooks with faults, as offices really send them; what is said of each stands beside this file.

`<name>.problems.txt` holds the outcome and then every problem, word for word. After a change of
wording run `python -m tests.uploads.write` and read the difference before keeping it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from openpyxl import Workbook

from tests.builders import (
    CHECKLIST,
    FINDINGS,
    VISITS,
    read_sheets,
)
from wenming_metrics.reading.model.reading import Reading

FOLDER = Path(__file__).parent
CASES: dict[str, Callable[[], Reading]] = {}
_DAY = date(2026, 11, 16)


def case(make: Callable[[], Reading]) -> Callable[[], Reading]:
    """Name a case by its function."""
    CASES[make.__name__] = make
    return make


def told(reading: Reading) -> str:
    """Write a reading as the file beside the case: outcome, then all problems."""
    lines = [reading.outcome, *(f"{p.severity} {p.text}" for p in reading.problems)]
    return "\n".join(lines) + "\n"


def checklist(*rows: list[object], change: Callable[[Workbook], None] | None = None) -> Reading:
    """Read a checklist of some rows under a title."""
    title = ["演示市实地督查检查表"]
    return read_sheets({"检查表": [title, CHECKLIST, *rows]}, change)


def finding(**changes: object) -> list[object]:
    """One good row of a list of problems, with some cells changed."""
    usual = {
        **{"督查日期": _DAY, "来源": "市督查组", "街道": "河西街道", "点位类型": "主次干道"},
        **{"点位名称": "人民路", "测评项": "垃圾桶不满溢", "问题描述": "路口垃圾桶满溢"},
        **{"处数": "2处", "扣分": 1},
    }
    return [{**usual, **changes}[name] for name in FINDINGS]


def visit(**changes: object) -> list[object]:
    """One good row of a sheet of visits, with some cells changed."""
    usual = {
        **{"督查日期": _DAY, "来源": "市督查组", "街道": "河西街道", "点位类型": "主次干道"},
        **{"点位名称": "人民路", "检查范围": None},
    }
    return [{**usual, **changes}[name] for name in VISITS]
