"""What questionnaires say, as a frame: what reading gives, the store keeps and figures are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from wenming_metrics.domain.periods import window
from wenming_metrics.rules.survey.model import WAVES

BLANK, NOT_ASKED = -1, -2
"""In every column of a question: it was asked and left blank; it was not asked."""
FACTS = {
    **{"seq": "int32", "day": "int32", "unit": "int32", "cluster": "int64", "weight": "float64"},
    **{"flags": "int32", "key": "int64", "sheet": "int16", "source_row": "int32"},
}
"""Columns of every frame of answers beside those of its questions, as reading gives them."""
NOT_QUESTIONS = {*FACTS, "batch", "counts"}
"""Names that a question cannot have: columns of every questionnaire."""


@dataclass(frozen=True, eq=False)
class Answers:
    """The questionnaires of one wave.

    frame    - one row per questionnaire: batch (where it is stored), seq, day (ordinal, 0: not
               said), unit (the most local territory registered), cluster (of the 社区 or 小区 where
               it was taken, 0: not said), weight, flags (bits of `scoring.survey.fraud_flags`), counts
               (False: a person took it out), key (the questionnaire itself, the same in every file
               that brings it; 0: only its answers say), sheet, source_row, and per question, under
               its code, the answer; BLANK, NOT_ASKED
    options  - code of a question -> codes of its options: a single answer is the place in them, a
               multiple answer a bit mask over them; questions that are not here hold numbers
    multiple - codes of the questions that hold bit masks
    first_day, last_day - the wave, ordinals
    """

    frame: pd.DataFrame
    options: Mapping[str, tuple[str, ...]]
    multiple: frozenset[str] = field(default_factory=frozenset)
    first_day: int = 0
    last_day: int = 0

    @property
    def questions(self) -> list[str]:
        """Codes of the questions that there is a column for."""
        return [name for name in self.frame if name not in NOT_QUESTIONS]

    @property
    def wave(self) -> str:
        """The wave in words: 「2026年第三季度」."""
        first, last = date.fromordinal(self.first_day), date.fromordinal(self.last_day)
        spans = (window(kind, first) for kind in WAVES)
        return next((span.title for span in spans if (span.start, span.end) == (first, last)), "")
