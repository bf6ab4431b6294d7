"""Whole sheets in everyday words: what is clear counts, what could mean two things is held where it stands."""

from tests.builders import CHECKLIST, FINDINGS, check_row, read_sheets
from tests.uploads.case import finding
from wenming_metrics.vocabulary import RESULTS


def held(reading):
    return [(problem.code, problem.row, problem.found) for problem in reading.problems]


def test_ticked_boxes_of_a_checklist():
    written = ["☑符合 □不符合", "□符合 ☑不符合", "未发现问题", "基本符合", "□符合 □不符合"]
    rows = [
        check_row(检查结果=result, 点位名称=f"{n}号", 扣分=None)
        for n, result in enumerate(written, 1)
    ]
    reading = read_sheets({"检查表": [[*CHECKLIST], *rows]})
    results = [RESULTS[number] for number in reading.checks["result"]]
    assert results == ["符合", "不符合", "符合"]
    assert [line[1:] for line in held(reading) if line[1] in (5, 6)] == [
        *((5, "基本符合"), (6, "□符合 □不符合"))
    ]
    assert reading.counts.held == 2


def test_points_and_days_of_a_list_of_problems():
    rows = [
        finding(督查日期="2026年11月16号", 扣分="扣半分"),
        finding(督查日期="二〇二六年十一月十六日", 扣分="一分"),
        finding(督查日期="十六日", 扣分="扣0.5"),
        finding(扣分="每处扣0.5分"),
    ]
    reading = read_sheets({"问题清单": [[*FINDINGS], *rows]}, confirm_visits=True)
    problems = reading.checks[reading.checks["basis"] == 2]
    assert problems["lost"].tolist() == [5000, 10000]
    assert problems["day"].nunique() == 1
    assert [line[1:] for line in held(reading) if line[1]] == [*((4, "十六日"), (5, "每处扣0.5分"))]
