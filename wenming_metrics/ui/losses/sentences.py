"""Sentences about lost points: true for whatever data, or left out. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import POINT_SCALE, half_up
from wenming_metrics.queries.losses.ledger import ADJUSTED, BY_VISIT, SILENT
from wenming_metrics.queries.scores.priced_nodes import NO_ROW
from wenming_metrics.scoring.losses.ledger import crossing
from wenming_metrics.ui.frame.words import bold, joined, plain

_EVEN, _LITTLE = 1.5, 0.34
"""Losses are called scattered where the largest has at most so many times its even share, and at most
so much of all."""
_LAST = 0.00005
"""Points that look the same with four decimals."""
_SAME = 0.005
"""Points that look the same with two decimals."""
_LEADING = 3
"""So many are named of what points were lost on."""


def opening(name: str, window_name: str, total: float, losses: pd.Series, added: float) -> str:
    """Say how much was lost and how few things make up most of it.

    Takes: name - whose points; window_name - the window; total - as shown; losses - what each standard
           lost, by its name; added - points that decisions gave back
    """
    who = f"{plain(name)}{plain(window_name)}"
    lost = losses[losses > 0].sort_values(ascending=False)
    if total < 0:
        return f"{who}加分多于失分，净加 **{-total:.2f}** 分。"
    if total == 0:
        return f"{who}没有失分。"
    back = f"（加分抵回 {added:.2f} 分）" if added >= _SAME else ""
    if lost.empty:
        return f"{who}失 **{total:.2f}** 分{back}。"
    if len(lost) == 1 and str(lost.index[0]) in name:
        return f"{who}失 **{total:.2f}** 分{back}。"
    if len(lost) == 1:
        return f"{who}失 **{total:.2f}** 分{back}，全在{bold(str(lost.index[0]))}这一项。"
    return f"{who}失 **{total:.2f}** 分{back}，失分{_concentrated(lost)}。"


def _concentrated(lost: pd.Series) -> str:
    """Name what most of the points were lost on. Takes: lost - points by name, most first, two or more"""
    most = lost.iloc[0] / lost.sum()
    leading = lost.head(_LEADING)
    if len(lost) > _LEADING:  # of equals none is named before the others
        leading = leading[leading > lost.iloc[_LEADING] + _SAME]
    if leading.empty:
        return f"分散在 {len(lost)} 项，最多的一项占 {most:.0%}"
    names = "、".join(bold(str(name)) for name in leading.index)
    if len(leading) == len(lost):
        return f"涉及{names}，最多的一项占 {most:.0%}"
    share = leading.sum() / lost.sum()
    all_of = "合计" if len(leading) > 1 else ""
    if share < 0.5:
        return f"较为分散，较多的是{names}（{all_of}占 {share:.0%}）"
    return f"主要集中在{names}（{all_of}占 {share:.0%}）"


def widest(blocks: pd.DataFrame) -> str:
    """Say which block of the first level is the largest."""
    first = blocks[blocks["level"] == 0].sort_values("loss", ascending=False, kind="stable")
    if first.empty:
        return "没有失分。"
    total, top = first["loss"].sum(), first.iloc[0]
    if len(first) == 1:
        return f"失分全在“{plain(top['name'])}”。"
    even = int((first["loss"] > top["loss"] - _SAME).sum())
    if even > 1:
        names = joined(first["name"], most=min(even, 3))
        rest = f"等 {even} 项" if even > 3 else ""
        return f"{names}{rest}失分一样多，各占 {top['loss'] / total:.0%}。"
    return (
        f"最大的一块是“{plain(top['name'])}”，占 {top['loss'] / total:.0%}。点击一块，查看其下级。"
    )


def few(losses: Sequence[float]) -> str:
    """Say whether few things make up 80 %, or many share it."""
    lost = np.sort(np.asarray(losses, float))[::-1]
    lost = lost[lost > 0]
    if not len(lost):
        return "没有失分。"
    if len(lost) == 1:
        return "失分只有这一项。"
    count = crossing(lost)
    share = lost[:count].sum() / lost.sum()
    most = lost[0] / lost.sum()
    if most * len(lost) <= _EVEN and most <= _LITTLE:
        return f"失分较为分散：{len(lost)} 项中，失分最多的 {count} 项合计才占八成，最多的一项占 {most:.0%}。"
    if count == len(lost):
        return f"{count} 项合起来才过八成（深色），最多的一项占 {most:.0%}。"
    rest = f"其余 {len(lost) - count} 项合计占 {1 - share:.0%}"
    if count == 1:
        return f"一项就占 {share:.0%}（深色），{rest}。"
    return f"前 {count} 项占 {share:.0%}（深色），{rest}；最多的一项占 {most:.0%}。"


def darkest(table: pd.DataFrame) -> str:
    """Say in which cell of a table most was lost."""
    values = table.stack()
    values = values[values > 0].sort_values(ascending=False, kind="stable")
    if values.empty:
        return "没有失分。"
    (row, column), most = values.index[0], values.iloc[0]
    even = int((values > most - _SAME).sum())
    if len(values) == 1:
        return f"失分只在“{plain(row)}”的“{plain(column)}”一格（{most:.2f} 分）。"
    if even > 1:
        return (
            f"失分最多的 {even} 格并列，各 {most:.2f} 分；其中有“{plain(row)}”的“{plain(column)}”。"
        )
    return f"颜色最深的是“{plain(row)}”的“{plain(column)}”，失 {most:.2f} 分。"


def uncounted(points: float) -> str:
    """Say what was taken in rows but not counted."""
    if points < 1e-6:
        return ""
    return f"另有行里写的扣分 {points:g} 分因扣完为止没有计入，不在上面的失分里。"


def arithmetic(line: pd.Series, of_line: float, weight: float | None, listed: float) -> str:
    """Work out what one row, or a loss without a row, took of the score.

    Takes: line - of the ledger; of_line - the row's share of its line; weight - what the unit weighs
           in the city's score, None where the unit's own points are shown; listed - the points as
           listed, which follow the rounding of the total
    """
    points = float(line["points"]) * of_line
    rest = _in_city(points, weight, listed)
    if line["kind"] == ADJUSTED:
        what = "加" if points < 0 else "减"
        return plain(f"{line['reason']}：{what} {abs(points):.4f} 分{rest}。")
    owner = f"“{line['owner_path']}”"
    if line["kind"] == SILENT:
        return plain(f"{owner}失 {points:.4f} 分，{line['reason']}{rest}。")
    factors = [f"{line['full']:g} × 权重 {line['weight']:.3%} × （1 − 得分率 {line['rate']:.2%}）"]
    factors += [f"天数占比 {line['share']:.2%}"] if line["share"] < 1 else []
    lost = f"{owner}本期失 {' × '.join(factors)} = {float(line['own']):.4f} 分{_multiple(line)}"
    row_share = f"{_share(line)} = {float(line['points']):.4f} 分"
    if of_line < 1:
        row_share += f"；这一次这一项有几行，本行占 {of_line:.2%}，计 {points:.4f} 分"
    return plain(f"{lost}；{row_share}{rest}。")


def _multiple(line: pd.Series) -> str:
    """Say that the weight of what was not looked at came to an indicator."""
    if pd.isna(line["multiple"]):
        return ""
    nominal = line["weight"] / line["multiple"]
    return f"（测评办法给它 {nominal:.3%}，没有查到的指标的权重分担过来，是 {line['multiple']:.1f} 倍）"


def _in_city(points: float, weight: float | None, listed: float) -> str:
    """Say what points are in the city's score, and why the list shows another last figure."""
    exact = points if weight is None else points * weight
    in_city = "" if weight is None else f"；全市得分里这个单位占 {weight:.2%}，计 {exact:.4f} 分"
    if abs(exact - listed) < _LAST:
        return in_city
    return f"{in_city}（总数取两位小数，各行随着微调，表里列 {listed:.4f} 分）"


def _share(line: pd.Series) -> str:
    """Say which part of what its indicator lost a check took."""
    lost, node_points = line["lost"] / POINT_SCALE, float(line["own"])
    deduction = f"按扣分表计 {lost:g} 分" if line["batch"] != NO_ROW else f"扣 {lost:g} 分"
    if line["mode"] == BY_VISIT:
        return (
            f"{deduction} ÷ 满分 {line['possible'] / POINT_SCALE:g} = {line['part']:.4f}，"
            f"占各次失分率合计 {line['whole']:.4f} 的 {line['part'] / line['whole']:.2%}，失 {node_points:.4f} × "
            f"{line['part'] / line['whole']:.2%}"
        )
    if pd.isna(line["part"]):
        share = line["points"] / node_points
        return (
            f"{deduction}；这一指标按档次计，所失按各条扣分分摊，失 {node_points:.4f} × {share:.2%}"
        )
    counted = f"{deduction}，扣完为止计 {line['part']:g} 分" if line["uncounted"] > 0 else deduction
    basis = "计入的扣分合计" if line["mode"] == "deduct" else "本期全部扣分"
    share = line["part"] / line["whole"]
    return f"{counted} ÷ {basis} {line['whole']:g} 分 = {share:.2%}，失 {node_points:.4f} × {share:.2%}"


def rounded_apart(before: float, after: float, gain: float, form: str = "（{}）") -> str:
    """Explain two scores, rounded each, that are not as far apart as what is given back."""
    agreed = abs(after - before - gain) < 0.005 - 1e-9
    return "" if agreed else form.format("得分是四舍五入以后的数")


def gained(
    name: str,
    count: int,
    before: float | None,
    after: float,
    gain: float,
    losses: float,
    decimals: int = 2,
) -> str:
    """Say what putting right what is chosen would give back.

    Takes: before, after - the score now (None: not scored) and then, as shown; gain - exact; losses -
           points that are lost on it; decimals - of the table beside it: what several give together must
           not read as less than what one gives
    """
    regained = float(half_up(gain, decimals))
    text = f"{plain(name)}把选中的 {count} 项都改好，可挽回 **{regained:.{decimals}f}** 分"
    if before is not None:
        text += f"：{before:.2f} → **{after:.2f}**{rounded_apart(before, after, regained)}"
    if losses - gain >= _SAME:
        text += (
            f"。这些项现在失 {losses:.2f} 分；可挽回的少一些，是因为扣完为止、分档或满分封顶："
            "改好以后，原来没有计入的扣分会计入"
        )
    return text + "。"
