"""The figures of a survey as a workbook: what may not be shown is not written either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.vocabulary import columns

_FIGURES = ("title=rate_title", "shown=percent", "low", "high", "n")
_APART = ("unknown", "refused", "blank", "not_asked")
_UNITS = columns(
    *("group", "place", "unit_name", *_FIGURES, *_APART, "flagged", "against"),
    "remark=long_remark",
)
_TOTALS = columns("name=scope", *_FIGURES, "n_eff", *_APART, "covered", "of=units_in_all", "made")
_ANSWERS = columns(
    *("title=question", "option_title=option", "n=answers", "share=answer_share", "base"),
    "said=remark",
)


def survey_workbook(
    units: pd.DataFrame,
    totals: pd.DataFrame,
    answers: pd.DataFrame,
    titles: Mapping[str, str],
    title: str,
    notes: Sequence[str],
) -> bytes:
    """Make the workbook of a wave.

    Takes: units - as `queries.survey.rates.Rates.units`, and against (how they compare with the city),
           remark (what their state means); totals - as its totals; answers - as `queries.survey.tables.by_question`, and said; titles - of the
           rates, by code; title - first line of every sheet; notes - below every list
    """
    titled = [
        frame.assign(
            title=frame["rate"].map(titles),
            low=half_up(frame["low"], 1),
            high=half_up(frame["high"], 1),
        )
        for frame in (units, totals)
    ]
    city_totals = titled[1].assign(n_eff=np.floor(titled[1]["n_eff"]))
    shares = answers.assign(share=half_up(answers["share"], 1))
    return write_book(
        ExportSheet("各单位", title, titled[0], _UNITS, notes),
        ExportSheet("全市和各组", title, city_totals, _TOTALS, notes),
        ExportSheet("按题目", title, shares, _ANSWERS, notes),
    )
