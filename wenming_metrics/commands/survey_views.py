"""What the command survey lists: tables headed as people read them, and what is said below them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from wenming_metrics.domain.numbers import half_up
from wenming_metrics.domain.periods import Window
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.survey.quota import quota_board
from wenming_metrics.queries.survey.rates import Rates, rates
from wenming_metrics.queries.survey.rows import flagged, printed
from wenming_metrics.queries.survey.score import score
from wenming_metrics.queries.survey.states import STATE_WORDS
from wenming_metrics.queries.survey.tables import by_people, by_question, cross
from wenming_metrics.queries.survey.trend import course
from wenming_metrics.queries.survey.waves import group_name
from wenming_metrics.scoring.survey.rates import HIDDEN

VIEWS = {
    **{"unit": "各单位", "question": "按题目", "people": "按人群", "cross": "单位和人群"},
    **{"flags": "疑似代填的问卷", "quota": "配额进度", "course": "历次"},
    **{"score": "问卷得分", "printed": "测评方自己印的数"},
}
_STATES = {**STATE_WORDS, HIDDEN: "不公布"}
_FIGURES = {
    **{"shown": "数值(%)", "low": "误差范围低端(%)", "high": "误差范围高端(%)", "n": "份数"},
    "remark": "说明",
}
_WHOLE = {"place", "n", "n_eff", "base", "planned", "done", "gap", "more"}
_INTERVAL = "误差范围:95%把握,按随机抽样估算。"
_SECRET = "份数过少的不公布;为免倒算出来,有时连带一两个别的也不公布。"


@dataclass(frozen=True)
class View:
    """Tables by title, and sentences below them."""

    tables: Mapping[str, pd.DataFrame]
    said: tuple[str, ...] = ()


def view_of(office: Office, wave: Window, given: argparse.Namespace) -> View:
    """Make what is listed. Raises IntakeError where something is missing for it."""
    return _MAKERS[given.by](office, wave, given)


def _unit(office: Office, wave: Window, given: argparse.Namespace) -> View:
    found = rates(office, wave, without_flagged=given.without_flagged)
    if not found.definitions:
        return _score(office, wave, given)
    chosen = [rate for rate, _ in found.definitions if given.rate in (None, rate.code)]
    titles = {"name": "范围", **_FIGURES, "n_eff": "相当于独立问卷", "made": "怎样合成"}
    totals = found.totals
    tables = {}
    for rate in chosen:
        own = totals[totals["rate"] == rate.code]
        tables[f"{rate.title} 全市和各组"] = _titled(own, titles)
        units = found.units[found.units["rate"] == rate.code]
        order = {group: n for n, group in enumerate(own["name"])}
        units = units.assign(order=[order[group_name(one)] for one in units["group"]])
        units = units.sort_values(["order", "place", "unit"], kind="stable")
        named = {"group": "分组", "place": "名次", "unit_name": "单位", **_FIGURES}
        tables[f"{rate.title} 各单位"] = _titled(units, named)
    said = [sentence for rate, sentence in found.definitions if rate in chosen]
    return View(tables, (*said, _INTERVAL, _SECRET, *_left_out(found)))


def _left_out(found: Rates) -> list[str]:
    told = [f"疑似代填 {found.flagged} 份"] if found.flagged else []
    if found.flagged:
        told[0] += (
            ",这里已去掉。" if found.without_flagged else ",照常计入;去掉后的数可以另算一遍作比较。"
        )
    told += [f"经人认定不计的 {found.taken_out} 份。"] if found.taken_out else []
    told += [f"不属于所列单位、没有计入的 {found.outside} 份。"] if found.outside else []
    told += [f"没有问卷的单位:{'、'.join(found.uncovered)}。"] if found.uncovered else []
    return told


def _question(office: Office, wave: Window, given: argparse.Namespace) -> View:
    unit = _unit_number(office, wave, given.unit)
    found = by_question(office, wave, unit)
    titles = {"title": "题目", "option_title": "选项", "n": "份数", "share": "占回答的(%)"}
    told = found.assign(share=half_up(found["share"], 1), remark=_remarks(found["hidden"]))
    lines = _headed(told, {**titles, "base": "回答份数", "remark": "说明"})
    return View({given.unit or "全市": lines}, (_SECRET,))


def _people(office: Office, wave: Window, given: argparse.Namespace) -> View:
    told = by_people(office, wave, *_two(given))
    lines = _titled(told, {"option_title": "人群", **_FIGURES})
    return View({"按人群": lines}, (_INTERVAL, _SECRET))


def _cross(office: Office, wave: Window, given: argparse.Namespace) -> View:
    told = cross(office, wave, *_two(given))
    titles = {"group": "分组", "unit_name": "单位", "option_title": "人群", **_FIGURES}
    return View({"单位和人群": _titled(told, titles)}, (_INTERVAL, _SECRET))


def _two(given: argparse.Namespace) -> tuple[str, str]:
    if not (given.rate and given.question):
        raise commit.IntakeError("按人群看,请用 --rate 写明比率,用 --question 写明按哪一道题分。")
    return given.rate, given.question


def _flags(office: Office, wave: Window, given: argparse.Namespace) -> View:
    found = flagged(office, wave)
    told = found.assign(counts=["计入" if one else "不计" for one in found["counts"]])
    titles = {"batch": "批次", "seq": "序号", "unit_name": "单位", "reasons": "疑点"}
    places = {"file": "文件", "sheet": "工作表", "source_row": "行号"}
    lines = _headed(told, {**titles, **places, "counts": "现在", "decided": "认定"})
    said = "疑似不等于就是;哪一份不计,由人看过原表再用 decide 认定。"
    return View({"疑似代填": lines}, (said,))


def _quota(office: Office, wave: Window, given: argparse.Namespace) -> View:
    found = quota_board(office, wave, given.points, every=True)
    titles = {"group": "分组", "unit_name": "单位", "stratum": "人群", "planned": "计划份数"}
    rest = {"done": "已完成", "gap": "还差", "more": f"要精确到±{given.points:g}点还需"}
    return View({"配额进度": _headed(found, {**titles, **rest})})


def _course(office: Office, wave: Window, given: argparse.Namespace) -> View:
    if not given.rate:
        raise commit.IntakeError("看历次,请用 --rate 写明哪一项比率。")
    found = course(office, given.rate, _unit_number(office, wave, given.unit))
    told = found.assign(wave=[one.title for one in found["wave"]])
    titles = {"wave": "轮次", **_FIGURES, "moved": "与上一轮比"}
    made = found[found["changed"] | (found.index == 0)]
    said = [f"{one.wave.title}起:{one.definition}" for one in made.itertuples()]
    return View({given.unit or "全市": _titled(told, titles)}, (*said, _INTERVAL))


def _score(office: Office, wave: Window, given: argparse.Namespace) -> View:
    found = score(office, wave)
    if found is None:
        raise commit.IntakeError("这一轮的办法里没有问卷得分。")
    units = found.units.sort_values(["group", "place", "unit"], kind="stable")
    lines = pd.concat([pd.DataFrame([found.city]), units], ignore_index=True)
    titles = {"group": "分组", "place": "名次", "unit_name": "单位", "shown": "得分", "n": "份数"}
    told = _titled(lines, {**titles, "remark": "说明"})
    return View({found.title: told}, (found.sentence, _SECRET))


def _printed(office: Office, wave: Window, given: argparse.Namespace) -> View:
    found = printed(office, wave)
    titles = {"test": "测评种类", "unit_name": "单位", "figure": "原表列名", "told": "原表的数"}
    rest = {"printed_rank": "原表名次", "file": "文件", "sheet": "工作表", "source_row": "行号"}
    said = "照测评方印的原样列出,怎样算的不知道,份数少的也在内,不是本软件的名次。"
    return View({"测评方自己印的数": _headed(found, {**titles, **rest})}, (said,))


def _unit_number(office: Office, wave: Window, name: str | None) -> int | None:
    if name is None:
        return None
    units = rates(office, wave).units
    found = units.loc[units["unit_name"] == name, "unit"]
    if found.empty:
        raise commit.IntakeError(f"这一轮没有单位“{name}”的问卷。")
    return int(found.iloc[0])


def _titled(found: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Head figures; intervals with one decimal, states in words."""
    told = found.assign(remark=[_STATES[state] for state in found["state"]])
    spans = {name: half_up(told[name], 1) for name in ("low", "high") if name in told}
    return _headed(told.assign(**spans), titles)


def _headed(found: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    kept = found[[name for name in titles if name in found]]
    whole = {name: _whole(kept[name]) for name in kept if name in _WHOLE}
    return kept.assign(**whole).rename(columns=dict(titles)).reset_index(drop=True)


def _whole(numbers: pd.Series) -> pd.Series:
    """Make counts whole numbers, None where there is none."""
    told = [None if pd.isna(one) else int(one) for one in numbers]
    return pd.Series(told, numbers.index, dtype=object)


def _remarks(hidden: pd.Series) -> list[str]:
    return [_STATES[HIDDEN] if one else "" for one in hidden]


_MAKERS: dict[str, Callable[[Office, Window, argparse.Namespace], View]] = {
    **{"unit": _unit, "question": _question, "people": _people, "cross": _cross},
    **{"flags": _flags, "quota": _quota, "course": _course, "score": _score},
    "printed": _printed,
}
