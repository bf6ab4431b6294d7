"""A score worked out step by step (得分怎样算出来), with the figures that the ranking rests on."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from wenming_metrics.domain.periods import Window
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.ranking.score_steps import Steps, Working, working
from wenming_metrics.queries.scores.rule_spans import split_windows
from wenming_metrics.rules.model import SETTLED, STOCKS
from wenming_metrics.rules.settings_table import SETTLEMENT_WORDS
from wenming_metrics.scoring.ranking.ranking import RANKED, THIN
from wenming_metrics.ui.frame import filters, page, tables, words
from wenming_metrics.ui.frame.cache import ask

_COLUMNS = tables.configs(
    *("shown=indicator", "rate_shown=rate_exact", "made=rate_made"),
    *("effective_shown=effective", "points=total_points"),
)
Line = Mapping[str, object]


def draw(office: Office) -> None:
    """Draw the choice of period and unit, and the steps to its score."""
    days = page.inspected_days()
    board = next(ranked_board for ranked_board in office.rules.boards if ranked_board.ranked)
    with page.row("steps-controls"):
        window = filters.choose_steps(days).window
        ranked = ask(ranking, window, board.kind)
        looked = ranked[ranked["checks"] > 0]
        names = looked["unit_name"].tolist()
        name = page.select("单位", names, "step_unit", usual=next(iter(names), None), width=240)
    if name is None:
        page.note("这一时段没有督查。换一个日期看看。")
        return
    line = looked[looked["unit_name"] == name].iloc[0]
    version = _choose_version(office, window)
    steps = ask(working, window, int(line["unit"]), board.kind, version)
    st.markdown(conclusion(steps, window.title))
    if version:
        page.note("整段按这一版算，只供比较，不是公布的得分：公布的按各版施行的天数合起来。")
    for span in steps.version_steps:
        _draw_part(span, steps)
    _draw_end(steps, line)


def _choose_version(office: Office, window: Window) -> str:
    """Ask by which version to score where a window lies in several; "" = each day by its own."""
    several = [rules for rules, _ in split_windows([window], office)]
    if len(several) < 2:
        return ""
    titles = {
        rule_set.id: f"整段按{rule_set.short}（版本 {rule_set.version}）" for rule_set in several
    }
    titles = {"": "按各版的天数合起来", **titles}
    return page.select("按哪一版算", list(titles), "step_by", format_func=titles.get, width=360)


def conclusion(steps: Working, window_name: str) -> str:
    """Say the score first, and whether it is published."""
    name = words.plain(steps.unit_name)
    if pd.isna(steps.score):
        return f"**{name}** {window_name}：没有查到计分的指标，没有得分。"
    ends = "" if steps.status == RANKED else f"{steps.status}；" if steps.status != THIN else ""
    ends = "检查项不足，暂不评分；按已查的指标算是" if steps.status == THIN else f"{ends}得分"
    return f"**{name}** {window_name}：{ends} **{steps.score:.{steps.decimals}f}**。一步步算如下。"


def _draw_part(span: Steps, steps: Working) -> None:
    nodes = span.nodes
    with st.container(border=True, key=f"steps-{span.rules.digest[:8]}"):
        if len(steps.version_steps) > 1:
            days = len(span.window.days)
            st.markdown(
                f"**{span.window.title}（{days} 天，占 {span.share:.1%}）按"
                f"{words.plain(span.rules.short)}（版本 {words.plain(span.rules.version)}）**"
            )
        if pd.isna(span.score):
            page.note("这几天没有查到计分的指标。")
            return
        st.markdown(f"第一层：{words.plain(total_formula(span))}")
        tops = nodes[nodes["parent"] == 0]
        tables.show(_lines(nodes, tops), _COLUMNS, 12)
        seen = tops[tops["rate"].notna() & ~tops["is_leaf"]]
        if len(seen):
            lost = (seen["effective"] * (1 - seen["rate"])).to_numpy()
            names = seen["name"].tolist()
            worst, key = names[int(lost.argmax())], f"step_node_{span.rules.id}"
            title = page.select("往下看哪个指标", names, key, usual=worst, width=300)
            top = int(seen.loc[seen["name"] == title, "node"].iloc[0])
            tables.show(_lines(nodes, _below(nodes, top)), _COLUMNS, 20)


def total_formula(span: Steps) -> str:
    """Write the root out: 100 ×(20.00% × 0.9312 + …)= 87.6241."""
    root = span.nodes.iloc[0].to_dict()
    full = f"{span.rules.full_mark:g}"
    if root["mode"]:
        return f"{full} ×（{rate_formula(root, span.nodes)}）= {span.score:.4f}"
    tops = span.nodes[(span.nodes["parent"] == 0) & span.nodes["rate"].notna()]
    terms = [f"{top.effective:.2%} × {top.rate:.4f}" for top in tops.itertuples()]
    return f"{full} ×（{' + '.join(terms)}）= {span.score:.4f}"


def rate_formula(line: Line, nodes: pd.DataFrame) -> str:
    """Say of one node what its rate is made of."""
    mode = line["mode"]
    if line["filled"]:
        return "没有查到，按办法里的缺项规则补"
    if pd.isna(line["rate"]):
        return "没有查到，不计；权重由查到的指标分担"
    if mode in SETTLED:
        return _settled(line)
    if mode in STOCKS:
        reported = f"报送的数 {line['value']:g}"
        return f"{reported} ÷ 满分" if mode == "value" else f"{reported}，按达标分档折算"
    if not mode:
        return _branch(int(line["node"]), nodes)
    if line["average"] == "visit":
        return f"{int(line['checks'])} 次检查的得分率平均"
    earned = line["possible"] - line["lost"]
    return f"实得 {earned:g} ÷ 满分 {line['possible']:g}（{int(line['checks'])} 项，扣 {line['lost']:g}）"


def _settled(line: Line) -> str:
    periods, settlement = int(line["periods"]), SETTLEMENT_WORDS[str(line["settlement"])]
    if line["mode"] == "deduct":
        return (
            f"{settlement}结算，共 {periods} 期，扣 {line['taken']:g}："
            f"1 − {line['taken']:g} ÷（满分 {line['full']:g} × {periods}）"
        )
    return f"{settlement}结算，共 {periods} 期，各期得分率的平均"


def _branch(node: int, nodes: pd.DataFrame) -> str:
    below = nodes[(nodes["parent"] == node) & nodes["rate"].notna()]
    total_weight = below["effective"].sum()
    if not total_weight > 0:  # below a node that settles: shown, not weighed
        total_weight, shares = below["weight"].sum(), below["weight"]
    else:
        shares = below["effective"]
    terms = [
        f"{share / total_weight:.2%}×{rate:.4f}"
        for share, rate in zip(shares, below["rate"], strict=True)
    ]
    return " + ".join(terms)


def _below(nodes: pd.DataFrame, top: int) -> pd.DataFrame:
    """Give what is below a node, as a tree is written."""
    ordered, left = [], nodes.loc[nodes["parent"] == top, "node"].tolist()[::-1]
    while left:
        node = left.pop()
        ordered.append(node)
        left += nodes.loc[nodes["parent"] == node, "node"].tolist()[::-1]
    return nodes.set_index("node", drop=False).loc[ordered]


def _lines(nodes: pd.DataFrame, chosen_nodes: pd.DataFrame) -> pd.DataFrame:
    first = chosen_nodes["level"].min()
    names = [
        f"{chr(0x3000) * (node.level - first)}{node.name_}"
        for node in _named(chosen_nodes).itertuples()
    ]
    counted = ~chosen_nodes["inside"] & chosen_nodes["rate"].notna()
    return chosen_nodes.assign(
        shown=names,
        made=[rate_formula(line, nodes) for line in chosen_nodes.to_dict("records")],
        rate_shown=chosen_nodes["rate"],
        effective_shown=(chosen_nodes["effective"] * 100).where(counted),
        points=chosen_nodes["points"].where(counted),
    )


def _named(chosen_nodes: pd.DataFrame) -> pd.DataFrame:
    """Rename the column `name`, which a line of a frame cannot give by itself."""
    return chosen_nodes.rename(columns={"name": "name_"})


def _draw_end(steps: Working, line: pd.Series) -> None:
    """Add the parts up, round once, and hold the result against the ranking."""
    if pd.isna(steps.score):
        return
    sentences = []
    if len(steps.version_steps) > 1:
        terms = [
            f"{span.share:.2%} × {span.score:.4f}" for span in steps.version_steps if span.share > 0
        ]
        sentences.append(f"按天数合起来：{' + '.join(terms)}。")
    if abs(steps.added) > 1e-9:
        sentences.append(f"加分、扣减、系数等合计 {steps.added:+.4f}。")
    sentences.append(f"未取整 {steps.exact:.6f}，四舍五入保留 {steps.decimals} 位：")
    same = not pd.isna(line["score"]) and line["score"] == steps.score
    ends = "，与“排名”一致。" if same else "。"
    st.markdown(
        f"{words.plain(''.join(sentences))}**{steps.score:.{steps.decimals}f}**{words.plain(ends)}"
    )
    if (steps.version_steps[-1].nodes["inside"]).any():
        page.note("没有写“占总分”的行，由上级合并结算，得分率只供查看。")
