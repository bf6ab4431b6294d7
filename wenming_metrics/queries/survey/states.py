"""What is said of figures that rest on too few questionnaires, in whatever place they stand."""

from __future__ import annotations

from wenming_metrics.scoring.survey.rates import CAUTION, SMALL, WIDE

NOT_SHOWN, NOT_RANKED, TOO_WIDE = (
    "样本过少，不公布",
    "样本不足，仅供参考",
    "误差范围太宽，不参与排名",
)
STATE_WORDS = {"": "", SMALL: NOT_RANKED, CAUTION: "样本偏少", WIDE: TOO_WIDE}
"""State of a figure -> its remark; of what is hidden the reason has to be known."""
