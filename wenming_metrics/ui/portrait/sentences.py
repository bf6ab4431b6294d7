"""What is said of one unit: true for the figures shown, whatever they are. Pure functions."""

from __future__ import annotations

import pandas as pd

from wenming_metrics.domain.numbers import half_up, share_text
from wenming_metrics.queries.unit.open_problems import SOON, Unsolved
from wenming_metrics.queries.unit.portrait import SEEN, UNSEEN
from wenming_metrics.scoring.losses.repeats import FAILS, LOOKS
from wenming_metrics.scoring.ranking.ranking import FEW_SEEN, RANKED, THIN, VETOED
from wenming_metrics.scoring.tree.states import LOOK_BACK
from wenming_metrics.ui.frame.words import joined, most, plain, signed
from wenming_metrics.ui.losses.sentences import rounded_apart

RETURNING = (
    f"同一测评项最近 {LOOKS} 次查看（{LOOK_BACK} 天内）至少 {FAILS} 次不合格，本期也查出过的点位。"
)
"""What 反复点位 are, as on the page of what comes back."""
_SAME = 0.05
"""Percentage points that look the same with one decimal."""
_SHOWN_PLACES = 2
_UP_DOWN = {"▲": "上升", "▼": "下降"}
NOT_SEEN = "本期没有查过这个单位：没有得分率，也没有失分账。"


def standing(line: pd.Series, name: str, window_name: str, ranked: int, compared: str) -> str:
    """Say where a unit stands, with what score, and how that moved.

    Takes: line - of `queries.ranking.ranking.ranking`; window_name - the window; ranked - units of its group with
           a place; compared - what the window before is called
    """
    who = f"{plain(name)}{plain(window_name)}"
    if line["status"] == VETOED:
        sentence = f"{who}得 **{line['score']:.2f}** 分，一票否决（{plain(line['document_no'])}），不排名。"
        return sentence
    if line["status"] == FEW_SEEN:
        return f"{who}得 **{line['score']:.2f}** 分，同组当日督查的单位太少，不排名次。"
    if line["status"] == THIN:
        return f"{who}检查项不足，暂不评分，没有名次。"
    if line["status"] != RANKED:
        return f"{who}没有督查，不评分，没有名次。"
    group = f"{plain(line['group'])} " if line["group"] else ""
    together = "并列" if line["tied"] else ""
    sentence = f"{who}得 **{line['score']:.2f}** 分，{group}{ranked} 个参加排名的单位中{together}第 **{line['rank']}** 名"
    return f"{sentence}，{_moved(line, compared)}。"


def _moved(line: pd.Series, compared: str) -> str:
    """Say how place and score moved since the window before."""
    if pd.isna(line["rank_change"]):
        return f"{compared}没有名次"
    clear = line.get("clear_change", True)
    if pd.isna(clear) or not clear:
        return f"与{compared}相比，变化不大于误差（得分{signed(line['score_change'])}）"
    step = int(line["rank_change"])
    if step:
        rank_words = f"名次比{compared}{'上升' if step > 0 else '下降'} {abs(step)} 位"
    else:
        rank_words = f"名次与{compared}持平"
    score = signed(line["score_change"])
    points = "得分持平" if score == "持平" else f"得分{_UP_DOWN[score[0]]} {score[1:]} 分"
    return f"{rank_words}，{points}"


def costs(losses: pd.DataFrame, total: float) -> str:
    """Say what cost most: one standard, or several that cost the same.

    Takes: losses - path, loss (as shown), the largest first; total - as shown
    """
    lost = losses[losses["loss"] > 0]
    if lost.empty:
        return "没有失分。"
    most = lost["loss"].iloc[0]
    names = [path[-1] for path in lost.loc[lost["loss"] == most, "path"]]
    total_lost = float(lost["loss"].sum())
    share = (
        ""
        if total != half_up(total_lost, 2)
        else f"，占 {half_up(100 * most / total_lost, 0):.0f}%"
    )
    if len(names) == 1:
        return f"失分最多的是“{plain(names[0])}”（{most:.2f} 分{share}）。"
    rest = f"等 {len(names)} 项" if len(names) > 2 else ""
    standards = joined(names, "“{}”", 2)
    return f"失分最多的是{standards}{rest}，各 {most:.2f} 分。"


def fix(fixing: pd.DataFrame, together: tuple[float | None, float], score: float, most: int) -> str:
    """Say what to put right first, and what that gives back.

    Takes: fixing - name, count, gain, those that give back most first; together - score with the
           first `most` put right (None: none), and points given back; score - now
    """
    if fixing.empty:
        return "没有整改以后可挽回失分的问题。"
    first = fixing.head(most)
    names = joined(first["name"], "“{}”")
    count = int(first["count"].sum())
    after, gain = together
    back = f"可挽回 **{gain:.2f}** 分"
    if after is not None:
        apart = rounded_apart(score, after, gain, "，{}")
        back += f"（{score:.2f} → **{after:.2f}**{apart}）"
    every = "都" if len(first) > 1 or count > 1 else ""
    return f"优先整改{names}，共 {count} 条问题，{every}整改到位{back}。"


def course(over_time: pd.DataFrame, unit: str) -> str:
    """Say how places went over a row of windows.

    Takes: over_time - `portrait.ranks_over_time`; unit - how windows are counted (周, 个月, 天)
    """
    scored = over_time[over_time["score"].notna()]
    if scored.empty:
        return f"近 {len(over_time)} {unit}都没有得分。"
    beginning = f"近 {len(over_time)} {unit}："
    missing = len(over_time) - len(scored)
    ranks = scored["rank"].dropna().astype(int)
    clauses = [f"有 {missing} {unit}没有得分，图上空着"] if missing else []
    if len(ranks) > 1:
        best, worst = int(ranks.min()), int(ranks.max())
        last = "一直是" if best == worst else f"最好第 {best} 名，最差"
        clauses.insert(0, f"{last}第 {worst} 名")
    scores = scored["score"].to_numpy(float)
    if len(scores) > 1:
        low, high = scores.min(), scores.max()
        clauses.append(
            f"得分都是 {low:.2f}" if low == high else f"得分在 {low:.2f} 到 {high:.2f} 之间"
        )
    return (
        f"{beginning}{'，'.join(clauses)}。"
        if clauses
        else f"{beginning}只有一期有得分，暂看不出升降。"
    )


def against(lines: pd.DataFrame, group: str) -> str:
    """Say on which top indicators a unit is ahead of its group's mean, and on which behind.

    Takes: lines - `portrait.against_group`
    """
    top = lines[(lines["level"] == 1) & (lines["state"] == SEEN) & (lines["units"] > 1)]
    if top.empty:
        return "同组没有别的单位可比。"
    gap = half_up(top["rate"].to_numpy(float), 1) - half_up(top["middle"].to_numpy(float), 1)
    above, below = (int((sign * gap > _SAME).sum()) for sign in (1, -1))
    even = len(top) - above - below
    counted = [f"{above} 项高于平均"] if above else []
    counted += [f"{below} 项低于平均"] if below else []
    counted += [f"{even} 项相同"] if even else []
    beginning = (
        f"与{plain(group) or '各单位'}有得分的单位比，{len(top)} 类指标里 {'，'.join(counted)}"
    )
    if below:
        names, count = most(top["name"], -half_up(gap, 1), form=lambda name: f"“{plain(name)}”")
        apiece = "各" if count > 1 else ""
        return f"{beginning}；差得最多的是{names}，{apiece}低 {-gap.min():.1f} 个百分点。"
    return f"{beginning}。"


def unseen(lines: pd.DataFrame) -> str:
    """Say which standards were not looked at, though there was something to look at."""
    due = lines[lines["own"]]
    missing = due[due["state"] == UNSEEN]
    if missing.empty:
        return "应查的标准都查到了。"
    names = joined(missing["name"], most=_SHOWN_PLACES)
    rest = "等" if len(missing) > _SHOWN_PLACES else ""
    return f"应查而没有查到的标准 {len(missing)} 条（{names}{rest}），不算 0 分，也不算满分。"


def ledger(losses: pd.DataFrame, total: float, listed: int) -> str:
    """Say what the lines add up to, and what the first ones make of it."""
    if losses.empty:
        return "没有失分。"
    lost = losses[losses["loss"] > 0]
    total_lost = float(half_up(lost["loss"].sum(), 2))
    beginning = f"{len(losses)} 条标准，各行相加正好是 {total:.2f} 分"
    if len(losses) <= listed or total_lost != total or not total_lost:
        return f"{beginning}。"
    share = lost["loss"].head(listed).sum() / total_lost
    return f"{beginning}；前 {listed} 条占 {half_up(100 * share, 0):.0f}%。"


def problems(unsolved: Unsolved) -> str:
    """Say how many open problems have a deadline, by how near it is."""
    on = f"截至 {unsolved.as_of.isoformat()}"
    apart = f"另有 {unsolved.undated} 条没有写期限，不在此列。" if unsolved.undated else ""
    if unsolved.set_aside:
        apart += f"期限已过的另有 {unsolved.set_aside} 条等待核查或改派，或已挂账、列入长期整改、认定不属实，不算逾期。"
    if not unsolved.dated:
        return f"{on}，没有带期限、未整改的问题。{apart}"
    counts = [f"已逾期 {unsolved.late} 条"] if unsolved.late else []
    counts += [f"{SOON} 天内到期 {unsolved.near} 条"] if unsolved.near else []
    counts += [f"期限更晚的 {unsolved.later} 条"] if unsolved.later else []
    return f"{on}，{unsolved.dated} 条还没有整改完（含共同负责的）：{'，'.join(counts)}。{apart}"


def urgency(left: float) -> tuple[str, str]:
    """Name how near a deadline is: mark of 三色 (red, yellow, green) and words."""
    days = int(left)
    if days < 0:
        return "red", f"逾期 {-days} 天"
    if days == 0:
        return "yellow", "今天到期"
    return ("yellow" if days <= SOON else "green"), f"还有 {days} 天"


def deadlines(rates: pd.Series) -> str:
    """Say how a unit kept the deadlines of the problems of a window.

    Takes: rates - of `queries.scores.deadline_rates.on_time`
    """
    on = f"截至 {rates['as_of'].isoformat()}"
    due, in_time = int(rates["fell_due"]), int(rates["in_time"])
    clauses = []
    if due:
        clauses.append(f"按期整改率 {share_text(in_time, due)}")
    if rates["not_due"]:
        clauses.append(f"未到期 {int(rates['not_due'])} 条")
    if rates["recurred"]:
        clauses.append(f"重复和反弹 {int(rates['recurred'])} 条")
    return f"{on}，{'，'.join(clauses)}。" if clauses else ""


def listed(line: pd.Series, name: str, window_name: str, compared: str) -> str:
    """Say how many problems name a unit that is not ranked, and how that moved.

    Takes: line - of `queries.ranking.ranking.listing`
    """
    who = f"{plain(name)}{plain(window_name)}"
    now, before = int(line["failed"]), int(line["failed_before"])
    if not now:
        return f"{who}没有由其负责的问题（{compared} {before} 项）。本榜不排名。"
    step = now - before
    moved = "一样多" if not step else f"{'多' if step > 0 else '少'} {abs(step)} 项"
    return f"{who}负责的问题有 **{now}** 项，和{compared}比{moved}。本榜按责任列出，不排名。"


def counted(over_time: pd.DataFrame, unit: str) -> str:
    """Say how many problems named a unit over a row of windows."""
    failed = over_time["failed"].astype(int)
    if not failed.any():
        return f"近 {len(failed)} {unit}都没有由其负责的问题。"
    low, high = failed.min(), failed.max()
    if len(failed) == 1 or low == high:
        return f"近 {len(failed)} {unit}：每{unit.removeprefix('个')} {high} 项。"
    return f"近 {len(failed)} {unit}：最少 {low} 项，最多 {high} 项，合计 {failed.sum()} 项。"


def kinds(by_kind: pd.DataFrame) -> str:
    """Say which kind of problem is most frequent. Takes: by_kind - name, count, most frequent first"""
    if by_kind.empty:
        return "本期没有问题。"
    total, most = int(by_kind["count"].sum()), int(by_kind["count"].iloc[0])
    names = by_kind.loc[by_kind["count"] == most, "name"].tolist()
    if len(names) > 1:
        return f"{total} 条记录，分在 {len(by_kind)} 类；最多的 {len(names)} 类各 {most} 条。"
    if len(by_kind) == 1:
        return f"{total} 条记录，都是“{plain(names[0])}”。"
    return f"{total} 条记录，分在 {len(by_kind)} 类；最多的是“{plain(names[0])}”，{most} 条。"


def ordered(lines: pd.DataFrame) -> pd.DataFrame:
    """Order standards by how far they lie from the group's mean in points of the score: worst first.

    Takes:   lines - `portrait.against_group`
    Returns: those that were looked at and can be compared
    """
    comparable = lines[lines["own"] & (lines["state"] == SEEN) & (lines["units"] > 1)]
    return comparable.sort_values("gap", kind="stable", ignore_index=True)


def extremes(lines: pd.DataFrame, most: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the standards on which a unit is most behind its group, and most ahead."""
    comparable = ordered(lines)
    points = half_up(comparable["gap"].to_numpy(float), 2)
    behind, ahead = comparable[points < 0].head(most), comparable[points > 0][::-1].head(most)
    return behind.reset_index(drop=True), ahead.reset_index(drop=True)


def place_in(line: tuple) -> str:
    """Say which place a rate has among those of the group: 「第 3/18」."""
    return f"第 {line.better + 1}/{line.units}"
