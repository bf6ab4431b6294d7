"""The figures of a survey as a workbook: what may not be shown is not written either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.export.tables import ExportSheet, Field, write_book

_FIGURES = (
    Field("title", "比率", 10),
    Field("shown", "数值(%)", 10, "0.00##"),
    Field("low", "误差范围低端(%)", 14, "0.0"),
    Field("high", "误差范围高端(%)", 14, "0.0"),
    Field("n", "有效问卷", 10, "#,##0"),
)
_APART = (
    Field("unknown", "不了解", 9, "#,##0"),
    Field("refused", "拒答", 8, "#,##0"),
    Field("blank", "空白", 8, "#,##0"),
    Field("not_asked", "没有问到", 10, "#,##0"),
)
_UNITS = (
    Field("group", "分组", 13),
    Field("place", "名次", 7, "0"),
    Field("unit_name", "单位", 18),
    *_FIGURES,
    *_APART,
    Field("flagged", "疑似代填", 10, "#,##0"),
    Field("against", "与全市比", 18),
    Field("remark", "说明", 26),
)
_TOTALS = (
    Field("name", "范围", 14),
    *_FIGURES,
    Field("n_eff", "相当于独立问卷", 15, "#,##0"),
    *_APART,
    Field("covered", "有问卷的单位", 13, "0"),
    Field("of", "单位总数", 10, "0"),
    Field("made", "怎样合成", 40),
)
_ANSWERS = (
    Field("title", "题目", 34),
    Field("option_title", "选项", 22),
    Field("n", "份数", 9, "#,##0"),
    Field("share", "占回答的(%)", 12, "0.0"),
    Field("base", "回答份数", 10, "#,##0"),
    Field("said", "说明", 20),
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
