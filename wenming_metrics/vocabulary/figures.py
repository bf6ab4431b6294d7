"""Columns of the figures that the software makes."""

from __future__ import annotations

from wenming_metrics.vocabulary.column import Column, column

FIGURES: dict[str, Column] = dict(
    [
        column("unit", "单位", "整数", "", "单位在库里的序号"),
        column("rank", "名次", "整数", "", "同组内从高到低;同分并列,下一名跳过"),
        column("rank_change", "升降", "整数", "位", "比上一期升(正)降(负)几位"),
        column("score", "得分", "小数", "分", "满分 100,四舍五入到两位小数"),
        column("score_change", "较上期", "小数", "分", "公布得分比上一期增减"),
        column("trend", "近期走势", "小数列", "分", "到本期为止各期的得分"),
        column("sites", "点位", "整数", "个", "本期去过的点位,同一点位只数一次"),
        column("visits", "到访", "整数", "次", "本期到点位的次数"),
        column("checks", "检查项", "整数", "项", "看过并能判定的测评项次"),
        column("failed", "问题", "整数", "项", "失分的检查项"),
        column("lost", "扣分", "整数", "0.0001分", "检查项扣分合计"),
        column("possible", "应得分值", "整数", "0.0001分", "看过的测评项的满分合计"),
        column("rates", "各次得分率之和", "整数", "1e-9", "按次平均时用"),
        column("coverage", "覆盖", "比率", "", "已查指标权重 ÷ 应查指标权重"),
        column("weight", "实际权重", "比率", "", "未查指标的权重分给同级已查指标之后"),
        column("loss", "失分", "小数", "分", "在总分里失去的分数,各项之和等于满分减得分"),
        column("rate", "得分率", "比率", "", "0 到 1"),
        column("batch", "批次", "整数", "", "一次入库"),
        column("source_row", "原表行号", "整数", "", "Excel 里显示的行号"),
    ]
)
"""Columns of the figures that the software makes."""
