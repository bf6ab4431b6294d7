"""The made-up city's lists of problems have numbers and deadlines, and units answer them."""

import re
from collections import Counter

from python_calamine import load_workbook

from wenming_metrics.runtime.settings import ROOT

SAMPLES = ROOT / "data" / "samples"


def rows(name: str) -> list[list]:
    with load_workbook(SAMPLES / name) as book:
        return book.get_sheet_by_index(0).to_python(False)


def listed(name: str) -> dict[str, str]:
    head, *below = rows(name)[1:]
    at, due = head.index("问题编号"), head.index("整改时限")
    return {row[at]: row[due] for row in below if row[at]}


def test_every_problem_of_a_list_has_its_own_number_and_a_deadline():
    found = listed("2026-11-18_区创建办_问题清单.xlsx")
    assert len(found) == 30
    assert all(re.fullmatch(r"QC1118-\d{3}", number) for number in found)
    assert set(found.values()) == {"立行立改", "3个工作日"}


def test_most_problems_of_the_days_before_are_answered_by_their_numbers():
    given = listed("2026-11-18_区创建办_问题清单.xlsx") | listed("2026-11-19_第三方_问题清单.xlsx")
    answers = rows("2026-11-20_区创建办_整改反馈.xlsx")[3:]
    numbers = [row[1] for row in answers]
    assert set(numbers) < set(given)
    assert len(numbers) == len(set(numbers)) > len(given) * 0.8
    states = Counter(row[6] for row in answers)
    assert set(states) == {"已整改", "正在整改"}
    assert states["已整改"] > states["正在整改"]
