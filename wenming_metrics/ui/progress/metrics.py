"""指标数据 on the page: each metric with who falls short, then unit by unit with its row."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.periods import KINDS
from wenming_metrics.export.tables import ExportSheet, write_book
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.progress.metrics import BELOW, metric_form, metric_summary, metrics
from wenming_metrics.ui.frame import page, tables, words
from wenming_metrics.ui.frame.cache import ask
from wenming_metrics.ui.progress.source_row import FormOffer, draw_lines
from wenming_metrics.vocabulary import columns

_COLUMNS = (
    *("indicator=metric", "unit_name", "printed=metric_printed", "period=metric_period"),
    *("target=metric_target", "gap=target_gap", "standing", "change=metric_change", *tables.SOURCE),
)
_LINES = tables.configs(*_COLUMNS)
_KEY = ["indicator", "scale", "span"]
_OFFER = FormOffer("下载这项指标（可填写后再上传）", "metric", "量化指标", "期间和数值")


def draw(office: Office) -> None:
    """Draw the latest value of every metric of every unit."""
    measures = ask(metrics, shared=True)
    if measures.empty:
        page.note("还没有指标数据。在“数据上传”里上传量化指标表；空白表也在那里下载。")
        return
    summary = ask(_summary)
    page.say(_sentence(summary))
    names = _names(summary)
    with page.row():
        selected = page.select("指标", names, "work_metric", usual=names[0], width=320)
    line = summary.iloc[names.index(selected)]
    lines = measures[(measures[_KEY] == line[_KEY]).all(axis=1)]
    page.note(_about(line))
    key = f"work-metrics-{selected}"
    draw_lines(office, lines, _LINES, key, _OFFER, metric_form)
    page.offer("下载指标数据", lambda: _book(measures), "指标数据", "file-work-metrics")


def _summary(office: Office) -> pd.DataFrame:
    return metric_summary(metrics(office))


def _names(summary: pd.DataFrame, *, scales: bool = True) -> list[str]:
    """Name each line of a summary, with the kind of its period where a metric is told for several."""
    is_several = summary.duplicated(_KEY[:2], keep=False)
    kinds = summary["span"].map(KINDS).where(is_several, "")
    marks = zip(summary["scale"] if scales else [""] * len(summary), kinds, strict=True)
    return [
        f"{name}（{'，'.join(filter(None, of_name))}）" if any(of_name) else name
        for name, of_name in zip(summary["indicator"], marks, strict=True)
    ]


def _sentence(summary: pd.DataFrame) -> str:
    short = summary[summary["below"] > 0]
    count = len(summary.drop_duplicates(_KEY[:2]))
    if short.empty:
        return (
            f"{count}项指标，写明目标的都达到了目标。"
            if summary["with_target"].any()
            else (f"{count}项指标，都没有写明目标值。")
        )
    names = dict(zip(summary.index, _names(summary, scales=False), strict=True))
    in_words = "、".join(
        f"{words.plain(names[line.Index])}（{line.below}个单位）"
        for line in short.head(3).itertuples()
    )
    metrics_short = len(short.drop_duplicates(_KEY[:2]))
    return f"**{metrics_short}项**指标有单位低于目标：{in_words}{'等' if len(short) > 3 else ''}。"


def _about(line: pd.Series) -> str:
    texts = [f"{line['units']}个单位报送，最低{line['lowest']:.2f}，最高{line['highest']:.2f}"]
    if not pd.isna(line["pooled"]):
        counts = f"{line['numerator']:,.0f}/{line['denominator']:,.0f}"
        texts.append(f"各单位分子、分母合计{counts}，为{line['pooled']:.2f}%")
    if line["with_target"]:
        texts.append(f"写明目标的{line['with_target']}个单位中，{line['below']}个{BELOW}")
    return "；".join(texts) + "。目标按不低于计。"


def _book(measures: pd.DataFrame) -> bytes:
    return write_book(ExportSheet("指标数据", "指标数据", measures, columns(*_COLUMNS)))
