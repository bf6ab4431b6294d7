"""指标数据: the latest value of each metric and unit against its target, and against the period before."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.domain.periods import calendar_or_custom
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.latest import SOURCE, latest
from wenming_metrics.queries.scores.dated_facts import measured

BELOW, MET, NO_TARGET = "低于目标", "达到目标", "没有目标"
_COUNTS = ["numerator", "denominator"]
_FACTS = ["day", "first", "value", *_COUNTS, "target", "remark"]
_KEY = ["indicator", "scale", "span"]
_OF = [*_KEY, "unit"]


def metrics(office: Office) -> pd.DataFrame:
    """List the latest value of every metric of every unit, of each kind of period by itself: a year's figure
    hides no month's. Metrics of different names, or in different units of measure, never share a line:
    two things are called 活跃度.

    Returns: indicator, scale (as written, % where the value is a share of counts), unit, unit_name,
             period, printed (as printed; where only counts are told, their share), figure (float; of counts where they are told),
             numerator, denominator (text, "" = none), target (float, NaN = none), gap (figure - target),
             standing (BELOW, MET, NO_TARGET; a target is taken as the least that is asked), before (figure
             of the period of the same kind before, NaN = none), change, value, written_scale, written_target,
             remark (texts as read), SOURCE, span (kind of its period, of `periods.KINDS`). The latest is what
             ends last
    """
    measures = latest(office, "metric", ["indicator", "scale", "period"], _FACTS)
    spelled = [measured(line) for line in measures.to_dict("records")]
    targets = pd.to_numeric(measures["target"].replace("", np.nan)).astype(float)
    is_share = (measures["value"] == "") & (measures["scale"] == "")
    measures = measures.assign(
        printed=[
            text if line.value else f"{amount:.2f}{line.scale or '%'}（{text}）"
            for line, (text, amount) in zip(measures.itertuples(), spelled, strict=True)
        ],
        figure=[amount for _, amount in spelled],
        scale=measures["scale"].where(~is_share, "%"),
        **{f"written_{name}": measures[name] for name in ("scale", "target")},
        target=targets,
        **_spans(measures),
    )
    order = {"end": True, "begin": False}
    measures = measures.sort_values([*order], ascending=[*order.values()], kind="stable")
    measures["before"] = measures.groupby(_OF)["figure"].shift()
    newest = measures.drop_duplicates(_OF, keep="last")
    gap = newest["figure"] - newest["target"]
    standing = np.select([gap.isna(), gap >= 0], [NO_TARGET, MET], BELOW)
    newest = newest.assign(gap=gap, standing=standing, change=newest["figure"] - newest["before"])
    return newest.sort_values([*_KEY, "figure"], kind="stable", ignore_index=True)[
        [
            *("indicator", "scale", "unit", "unit_name", "period", "printed", "figure"),
            *("numerator", "denominator", "target", "gap", "standing", "before", "change"),
            *("value", "written_scale", "written_target", "remark", *SOURCE, "span"),
        ]
    ]


def metric_form(measures: pd.DataFrame) -> pd.DataFrame:
    """Lay metrics out as the form 量化指标 that units fill in for the next period and send back."""
    form = measures.drop(columns=["scale", "target"]).rename(
        columns={"unit_name": "subject", "written_scale": "scale", "written_target": "target"}
    )
    return form[["subject", "indicator", "period", "value", "scale", *_COUNTS, "target", "remark"]]


def _spans(measures: pd.DataFrame) -> dict[str, list]:
    """Give the kind of each period, and its last day and first day as ordinals."""
    periods = [
        calendar_or_custom(date.fromisoformat(first), last)
        for first, last in zip(measures["first"], measures["day"], strict=True)
    ]
    return {
        "span": [period.kind for period in periods],
        "end": [period.days[-1] for period in periods],
        "begin": [period.days[0] for period in periods],
    }


def metric_summary(measures: pd.DataFrame) -> pd.DataFrame:
    """Sum metrics up, those that most units fall short of first: how many units tell each, how many fall short, the lowest and the highest.

    Each kind of period is summed up by itself, so that no unit counts twice.

    Returns: indicator, scale, span, units, with_target, below, lowest, highest, pooled (percent of all counts
             together, NaN where units tell none), numerator, denominator (floats)
    """
    lines = []
    for key, units in measures.groupby(_KEY, sort=False):
        with_counts = units[(units["numerator"] != "") & (units["denominator"] != "")]
        numerator, denominator = (
            with_counts[name].astype(float).sum() for name in ("numerator", "denominator")
        )
        pooled = (
            100 * numerator / denominator
            if denominator and len(with_counts) == len(units)
            else np.nan
        )
        n_below = int((units["standing"] == BELOW).sum())
        with_target = int((units["standing"] != NO_TARGET).sum())
        amounts = units["figure"]
        line = (*key, len(units), with_target, n_below, amounts.min(), amounts.max())
        lines.append((*line, pooled, numerator, denominator))
    names = [*_KEY, "units", "with_target", "below", "lowest", "highest"]
    summed = pd.DataFrame(lines, columns=[*names, "pooled", "numerator", "denominator"])
    return summed.sort_values("below", ascending=False, kind="stable", ignore_index=True)
