"""Units side by side: a difference inside the error is none, one beyond it is one."""

import numpy as np
import pandas as pd
import pytest

from wenming_metrics.ui.trends.side_by_side import difference


def units(**scores: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(scores, orient="index", columns=["score", "score_error"])


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        # 2.1 errors of the difference: √(3² + 4²) · 2.1 = 10.5.
        (
            units(甲=(80.0, 3.0), 乙=(90.6, 4.0)),
            "**乙**90.60分最高，**甲**80.00分最低，相差10.60分，大于误差。",
        ),
        (
            units(甲=(80.0, 3.0), 乙=(90.4, 4.0)),
            "**乙**90.40分最高，**甲**80.00分最低，相差10.40分，在误差以内，无明显差别。",
        ),
        (
            units(甲=(80.0, np.nan), 乙=(95.0, 1.0), 丙=(np.nan, np.nan)),
            "**乙**95.00分最高，**甲**80.00分最低，相差15.00分；丙没有得分。",
        ),
        (units(甲=(80.0, 1.0), 乙=(80.0, 1.0)), "**甲**与**乙**得分相同（80.00分）。"),
        (units(甲=(80.0, 1.0), 乙=(np.nan, np.nan)), "有得分的不足2个，不作比较；乙没有得分。"),
    ],
)
def test_what_is_said_of_the_difference(lines, told):
    assert difference(lines) == told
