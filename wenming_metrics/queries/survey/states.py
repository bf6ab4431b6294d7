"""What is said of figures that rest on too few questionnaires, in whatever place they stand."""

from __future__ import annotations

from wenming_metrics.scoring.survey.rates import ALIKE, CAUTION, CAUTION_ALIKE, SMALL, WIDE

NOT_SHOWN, NOT_RANKED, FEW, TOO_WIDE = (
    "样本过少，不公布",
    "样本不足，仅供参考",
    "样本偏少",
    "误差范围太宽，不参与排名",
)
NOT_APART = "与同组各单位的差别在抽样误差以内，不排名次"
STATE_WORDS = {"": "", SMALL: NOT_RANKED, CAUTION: FEW, WIDE: TOO_WIDE, ALIKE: NOT_APART}
STATE_WORDS |= {CAUTION_ALIKE: f"{FEW}，{NOT_APART}"}
"""State of a figure -> its remark; of what is hidden the reason has to be known."""
