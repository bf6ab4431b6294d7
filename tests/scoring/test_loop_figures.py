"""The published figures of cities, from lines of problems as the definitions take them."""

import numpy as np
import pandas as pd
import pytest

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.scoring.loop.figures import FIGURES, add_flags, figures
from wenming_metrics.scoring.tree.states import OPEN

PERIOD, AS_OF = 1000, 1031
"""A month of thirty days, and the day after it."""


def lines(count, **facts):
    """So many problems, handed out on the first day and due on the tenth, unless told otherwise."""
    usual = {"state": "整改中", "handed": PERIOD, "due": PERIOD + 10, "closed": OPEN}
    usual |= {"reported": 0, "answered": 0}
    usual |= {
        "held": 0,
        "relapsed": 0,
        "way": "",
        "looked": "",
        "returns": 0,
        "moved": PERIOD,
        "runs": True,
    }
    usual |= {"is_late": False, "is_exempt": False, "is_relapsed": False, "was_closed": False}
    return pd.DataFrame([{**usual, **facts}] * count)


def done(count, day=PERIOD + 5, **facts):
    late = day > facts.get("due", PERIOD + 10)
    return lines(
        count,
        state="待核查",
        reported=day,
        answered=day,
        closed=day,
        is_late=late,
        was_closed=True,
        **facts,
    )


def counted(*frames, as_of=AS_OF, stalled_before=PERIOD - 5):
    together = add_flags(pd.concat(frames, ignore_index=True), as_of, stalled_before, PERIOD)
    overdue = together["fell_due"] & (together["closed"] >= OPEN) & (together["state"] == "整改中")
    together = together.assign(is_overdue=overdue, is_late=together["is_late"] | overdue)
    return figures(together).set_index("code")


def share(counts, code):
    line = counts.loc[code]
    percent = float(half_up(100 * line["rate"], 2))
    return int(line["numerator"]), int(line["denominator"]), percent


def test_taishan():
    assert share(counted(done(963), lines(69)), "claim_rate") == (963, 1032, 93.31)


def test_chuxiong():
    assert share(counted(done(28), lines(29)), "claim_rate") == (28, 57, 49.12)


def test_nantong():
    """12,062 accepted and 744 carried over fell due; 345 are overdue, by unit; the rest were put right."""
    overdue = [12, 234, 58, 30, 1, 6, 4]
    in_time, late = 11_822, 12_461 - 11_822
    before = {"handed": PERIOD - 9}
    counts = counted(
        done(744 - 345, **before),
        done(in_time - (744 - 345)),
        done(late, day=PERIOD + 20),
        *(lines(count, **before) for count in overdue),
        lines(500, due=AS_OF + 5),  # not due yet: in no base
    )
    assert share(counts, "due_rate") == (12_461, 12_806, 97.31)
    assert share(counts, "kept")[:2] == (in_time, 12_806)
    assert share(counts, "kept")[2] == 92.32
    assert counts.loc["overdue", "numerator"] == sum(overdue) == 345
    assert counts.loc["carried", "numerator"] == 744


def test_who_answered_that_it_is_under_way_has_answered():
    counts = counted(done(28), lines(15, reported=PERIOD + 3), lines(6), lines(9, handed=0))
    assert share(counts, "answer_rate") == (43, 49, 87.76)
    assert share(counts, "claim_rate") == (28, 49, 57.14)


def test_dongfang():
    counts = counted(done(1218), lines(5, state="长期整改"))
    assert counts.loc["found", "numerator"] == 1223
    assert share(counts, "claim_rate") == (1218, 1218, 100.0)
    assert counts.loc["long_term", "numerator"] == 5
    assert counts.loc["overdue", "numerator"] == 0


def test_zhangzi():
    counts = counted(lines(38, looked="整改到位"), lines(16, looked="未整改"), lines(100))
    assert share(counts, "looked") == (38, 54, 70.37)
    assert counts.loc["relapse", "numerator"] == 0


def test_shijingshan():
    """132 problems in five classes are 132, whatever became of them."""
    classes = [13, 80, 34, 2, 3]
    counts = counted(*(lines(count) for count in classes))
    assert counts.loc["found", "numerator"] == 132


@pytest.mark.parametrize(
    ("unhappy", "of_hotline", "of_units", "printed"),
    [(8, 87, 99, 9), (6, 70, 77, 9), (5, 66, 68, 8), (3, 63, 68, 5), (5, 39, 41, 13)],
)
def test_a_base_is_part_of_a_figure(unhappy, of_hotline, of_units, printed):
    """宁国's printed rates come out on the hotline's own base alone."""
    assert round(100 * unhappy / of_hotline) == printed
    assert round(100 * unhappy / of_units) != printed or of_units - of_hotline < 3


def test_undated_problems_are_counted_first_and_stand_in_no_share_of_time():
    counts = counted(done(1), lines(2, due=0))
    assert FIGURES[0].code == "undated"
    assert counts.loc["undated", "numerator"] == 2
    assert share(counts, "kept")[:2] == (1, 1)
    assert share(counts, "claim_rate")[:2] == (1, 3)


def test_what_was_answered_in_time_and_waits_to_be_seen_is_in_no_base():
    waits = lines(3, state="待核查", answered=PERIOD + 2)
    assert share(counted(done(1), waits), "kept")[:2] == (1, 1)


def test_an_appeal_that_was_heard_counts_as_in_time_and_stays_late():
    late = done(2, day=PERIOD + 20)
    exempt = done(1, day=PERIOD + 20, is_exempt=True)
    assert share(counted(late, exempt), "kept")[:2] == (1, 3)


def test_suspended_and_long_term_are_taken_out_of_one_base_and_told_in_the_other():
    settled = lines(
        6, state="已销号", answered=PERIOD + 1, closed=PERIOD + 2, way="现场", was_closed=True
    )
    counts = counted(
        settled, lines(2, state="挂账"), lines(2, state="长期整改"), lines(1, state="不属实")
    )
    assert share(counts, "close_rate")[:2] == (6, 6)
    assert share(counts, "close_rate_all")[:2] == (6, 10)
    assert share(counts, "on_site")[:2] == (6, 6)
    assert counts.loc["untrue", "numerator"] == 1


def test_without_a_base_there_is_no_rate():
    counts = counted(lines(2, handed=0, due=0, state="待交办"))
    assert counts["rate"].isna().all()
    assert np.isnan(counts.loc["kept", "rate"])


def test_found_again_by_an_inspection_is_not_looked_back_at():
    again = done(3, is_relapsed=True)
    counts = counted(
        again, done(5, held=PERIOD + 20), done(1, is_relapsed=True, relapsed=PERIOD + 20)
    )
    assert share(counts, "relapse") == (4, 9, 44.44)
    assert share(counts, "relapse_seen") == (1, 6, 16.67)
    assert np.isnan(counted(again).loc["relapse_seen", "rate"])
