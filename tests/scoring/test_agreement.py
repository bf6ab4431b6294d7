"""Whether two orders go together: beside pandas, and beside pairs whose correlation is known."""

import numpy as np
import pandas as pd
import pytest

from wenming_metrics.scoring.survey.agreement import (
    AGREES,
    OPPOSES,
    TOO_FEW,
    UNCLEAR,
    agreement,
)
from wenming_metrics.ui.survey.against_scores import opening, paired

NAN = float("nan")
ORDER = np.arange(12.0)


def test_the_correlation_is_that_of_ranks_and_units_without_both_are_left_out():
    rng = np.random.default_rng(1)
    first = rng.integers(0, 9, 30).astype(float)
    second = first + rng.normal(0, 3, 30)
    first[3], second[5] = NAN, NAN
    ranks = pd.DataFrame({"first": first, "second": second}).dropna().rank()
    compared = agreement(first, second)
    assert compared.n == 28
    assert compared.correlation == pytest.approx(np.corrcoef(ranks["first"], ranks["second"])[0, 1])
    assert compared.low < compared.correlation < compared.high


@pytest.mark.parametrize("truth", [0.0, 0.6])
def test_the_interval_holds_the_truth(truth):
    """Of two normal figures with correlation r that of the ranks is 6/π · arcsin(r/2)."""
    rng = np.random.default_rng(2)
    known = 6 / np.pi * np.arcsin(truth / 2)
    noise = rng.normal(size=(400, 2, 30))
    pairs = zip(noise[:, 0], truth * noise[:, 0] + np.sqrt(1 - truth**2) * noise[:, 1], strict=True)
    found = [agreement(*pair) for pair in pairs]
    held = np.mean([line.low <= known <= line.high for line in found])
    assert 0.92 <= held <= 0.98


@pytest.mark.parametrize(
    ("second", "verdict", "told"),
    [
        (ORDER, AGREES, "**多数一致**：督查得分高的单位，满意度多数也高（12个单位，等级相关 +1.00"),
        (-ORDER, OPPOSES, "**多数不一致**：督查得分高的单位，满意度多数反而低"),
        (ORDER % 2, UNCLEAR, "看不出满意度和督查得分一致还是不一致"),
        (ORDER * 0, TOO_FEW, "样本不足"),
        (np.where(ORDER < 9, ORDER, NAN), TOO_FEW, "只有9个"),
    ],
)
def test_what_is_said(second, verdict, told):
    compared = agreement(ORDER, second)
    assert compared.verdict == verdict
    assert told in opening(compared, "满意度")


def test_units_with_both_figures_are_put_side_by_side():
    lines = pd.DataFrame(
        [
            {"unit": number, "unit_name": name, "judged": judged, "value": value, "shown": value}
            | {"n": 40, "low": 1.0, "high": 99.0, "state": ""}
            for number, name, judged, value in [
                (1, "甲", True, 90.0),
                (2, "乙", False, 80.0),
                (3, "丙", True, 70.0),
            ]
        ]
    ).assign(unknown=0, refused=0, blank=0, not_asked=0)
    scores = pd.DataFrame({"unit": [1, 2, 3], "score": [88.5, 87.0, NAN]})
    both = paired(lines, scores, 2)
    assert both[["x", "y"]].to_numpy().tolist() == [[88.5, 90.0]]
    assert "甲" in both["hover"][0]
    assert both["hover"][0].endswith("督查得分 88.50")
