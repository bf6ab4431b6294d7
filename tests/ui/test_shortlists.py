"""Both ends of a group: nobody twice, ties whole."""

import pandas as pd
import pytest

from wenming_metrics.ui.shortlists import front_and_back


@pytest.mark.parametrize(
    ("ranks", "front", "back"),
    [
        ([], [], []),
        ([1], [1], []),
        ([1, 2], [1], [2]),
        ([1, 2, 3], [1, 2], [3]),
        ([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3], [6, 7, 8]),
        ([1, 2, 3, 3, 3, 6, 7, 8], [1, 2, 3, 3, 3], [6, 7, 8]),
        ([1, 1, 1, 1, 1], [1, 1, 1, 1, 1], []),
        ([1, 2, 3, 4, 5, 5, 5, 5], [1, 2, 3], [5, 5, 5, 5]),
    ],
)
def test_front_and_back(ranks, front, back):
    placed = pd.DataFrame({"rank": pd.array(ranks, "Int64")})
    found = front_and_back(placed)
    assert [end["rank"].tolist() for end in found] == [front, back]
