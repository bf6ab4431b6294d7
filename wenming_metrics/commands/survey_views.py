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
from wenming_metrics.vocabulary import titles

VIEWS = {
    **{"unit": "各单位", "question": "按题目", "people": "按人群", "cross": "单位和人群"},
    **{"flags": "疑似代填的问卷", "quota": "配额进度", "course": "历次"},
    **{"score": "问卷得分", "printed": "测评方自己印的数"},
}
_STATES = {**STATE_WORDS, HIDDEN: "不公布"}
_FIGURES = ("shown=percent", "low", "high", "n=answers", "remark")
_WHOLE_NUMBERS = {"place", "n", "n_eff", "base", "planned", "done", "gap", "more"}
_INTERVAL = "误差范围：95%置信水平，按随机抽样估算。"
_SECRET = "份数过少的不公布；为免倒算出来，有时连带一两个别的也不公布。"


@dataclass(frozen=True)
class View:
    """Tables by title, and sentences below them."""

    tables: Mapping[str, pd.DataFrame]
    sentences: tuple[str, ...] = ()


def view_of(office: Office, wave: Window, options: argparse.Namespace) -> View:
    """Make what is listed. Raises IntakeError where something is missing for it."""
    return _MAKERS[options.by](office, wave, options)


def _unit(office: Office, wave: Window, options: argparse.Namespace) -> View:
    wave_rates = rates(office, wave, without_flagged=options.without_flagged)
    if not wave_rates.definitions:
        return _score(office, wave, options)
    chosen = [rate for rate, _ in wave_rates.definitions if options.rate in (None, rate.code)]
    heads = titles("name=scope", *_FIGURES, "n_eff", "made")
    totals = wave_rates.totals
    tables = {}
    for rate in chosen:
        group_totals = totals[totals["rate"] == rate.code]
        tables[f"{rate.title} 全市和各组"] = _titled(group_totals, heads)
        units = wave_rates.units[wave_rates.units["rate"] == rate.code]
        order = {group: n for n, group in enumerate(group_totals["name"])}
        units = units.assign(order=[order[group_name(group)] for group in units["group"]])
        units = units.sort_values(["order", "place", "unit"], kind="stable")
        unit_titles = titles("group", "place", "unit_name", *_FIGURES)
        tables[f"{rate.title} 各单位"] = _titled(units, unit_titles)
    sentences = [sentence for rate, sentence in wave_rates.definitions if rate in chosen]
    return View(tables, (*sentences, _INTERVAL, _SECRET, *_left_out(wave_rates)))


def _left_out(wave_rates: Rates) -> list[str]:
    sentences = [f"疑似代填 {wave_rates.flagged} 份"] if wave_rates.flagged else []
    if wave_rates.flagged:
        sentences[0] += (
            "，这里已去掉。"
            if wave_rates.without_flagged
            else "，照常计入；去掉后的数可以另算一遍作比较。"
        )
    sentences += [f"经人认定不计的 {wave_rates.taken_out} 份。"] if wave_rates.taken_out else []
    sentences += (
        [f"不属于所列单位、没有计入的 {wave_rates.outside} 份。"] if wave_rates.outside else []
    )
    sentences += (
        [f"没有问卷的单位：{'、'.join(wave_rates.uncovered)}。"] if wave_rates.uncovered else []
    )
    return sentences


def _question(office: Office, wave: Window, options: argparse.Namespace) -> View:
    unit = _unit_number(office, wave, options.unit)
    answer_counts = by_question(office, wave, unit)
    shares = answer_counts.assign(
        share=half_up(answer_counts["share"], 1), remark=_remarks(answer_counts["hidden"])
    )
    lines = _headed(
        shares,
        titles(
            *("title=question", "option_title=option", "n=answers", "share=answer_share"),
            *("base", "remark"),
        ),
    )
    return View({options.unit or "全市": lines}, (_SECRET,))


def _people(office: Office, wave: Window, options: argparse.Namespace) -> View:
    people_rates = by_people(office, wave, *_two(options))
    lines = _titled(people_rates, titles("option_title=people", *_FIGURES))
    return View({"按人群": lines}, (_INTERVAL, _SECRET))


def _cross(office: Office, wave: Window, options: argparse.Namespace) -> View:
    cross_rates = cross(office, wave, *_two(options))
    heads = titles("group", "unit_name", "option_title=people", *_FIGURES)
    return View({"单位和人群": _titled(cross_rates, heads)}, (_INTERVAL, _SECRET))


def _two(options: argparse.Namespace) -> tuple[str, str]:
    if not (options.rate and options.question):
        raise commit.IntakeError("按人群看，请用 --rate 写明比率，用 --question 写明按哪一道题分。")
    return options.rate, options.question


def _flags(office: Office, wave: Window, options: argparse.Namespace) -> View:
    flagged_answers = flagged(office, wave)
    marked = flagged_answers.assign(
        counts=["计入" if counted else "不计" for counted in flagged_answers["counts"]]
    )
    heads = titles(
        *("batch", "seq=serial", "unit_name", "reasons=doubts", "file", "sheet", "source_row"),
        *("counts=counts_now", "decided=ruling"),
    )
    lines = _headed(marked, heads)
    sentence = "疑似问卷须人工核实；哪一份不计，由人看过原表再用 decide 认定。"
    return View({"疑似代填": lines}, (sentence,))


def _quota(office: Office, wave: Window, options: argparse.Namespace) -> View:
    quotas = quota_board(office, wave, options.points, every=True)
    heads = titles(
        *("group", "unit_name", "stratum=people", "planned=planned_answers", "done", "gap", "more"),
        more=f"要精确到±{options.points:g}点还需",
    )
    return View({"配额进度": _headed(quotas, heads)})


def _course(office: Office, wave: Window, options: argparse.Namespace) -> View:
    if not options.rate:
        raise commit.IntakeError("看历次，请用 --rate 写明哪一项比率。")
    past_waves = course(office, options.rate, _unit_number(office, wave, options.unit))
    titled = past_waves.assign(wave=[past_wave.title for past_wave in past_waves["wave"]])
    heads = titles("wave", *_FIGURES, "moved=wave_moved", wave="轮次", moved="与上一轮比")
    redefined = past_waves[past_waves["changed"] | (past_waves.index == 0)]
    sentences = [
        f"{past_wave.wave.title}起：{past_wave.definition}" for past_wave in redefined.itertuples()
    ]
    return View({options.unit or "全市": _titled(titled, heads)}, (*sentences, _INTERVAL))


def _score(office: Office, wave: Window, options: argparse.Namespace) -> View:
    survey_score = score(office, wave)
    if survey_score is None:
        raise commit.IntakeError("这一轮的办法里没有问卷得分。")
    units = survey_score.units.sort_values(["group", "place", "unit"], kind="stable")
    lines = pd.concat([pd.DataFrame([survey_score.city]), units], ignore_index=True)
    heads = titles("group", "place", "unit_name", "shown=score", "n=answers", "remark")
    table = _titled(lines, heads)
    return View({survey_score.title: table}, (survey_score.sentence, _SECRET))


def _printed(office: Office, wave: Window, options: argparse.Namespace) -> View:
    figures = printed(office, wave)
    heads = titles(
        *("test", "unit_name", "figure=figure_name", "told=figure_printed", "printed_rank"),
        *("file", "sheet", "source_row"),
        **{"test": "测评种类", "figure": "原表列名", "told": "原表的数"},
    )
    sentence = "按测评方报告照录，计算口径和误差未注明，份数少的也在内，不是本软件的名次。"
    return View({"测评方自己印的数": _headed(figures, heads)}, (sentence,))


def _unit_number(office: Office, wave: Window, name: str | None) -> int | None:
    if name is None:
        return None
    units = rates(office, wave).units
    matches = units.loc[units["unit_name"] == name, "unit"]
    if matches.empty:
        raise commit.IntakeError(f"这一轮没有单位“{name}”的问卷。")
    return int(matches.iloc[0])


def _titled(figures: pd.DataFrame, heads: Mapping[str, str]) -> pd.DataFrame:
    """Head figures; intervals with one decimal, states in words."""
    lines = figures.assign(remark=[_STATES[state] for state in figures["state"]])
    spans = {name: half_up(lines[name], 1) for name in ("low", "high") if name in lines}
    return _headed(lines.assign(**spans), heads)


def _headed(lines: pd.DataFrame, heads: Mapping[str, str]) -> pd.DataFrame:
    chosen = lines[[name for name in heads if name in lines]]
    counts = {name: _whole_numbers(chosen[name]) for name in chosen if name in _WHOLE_NUMBERS}
    return chosen.assign(**counts).rename(columns=dict(heads)).reset_index(drop=True)


def _whole_numbers(numbers: pd.Series) -> pd.Series:
    """Make counts whole numbers, None where there is none."""
    counts = [None if pd.isna(number) else int(number) for number in numbers]
    return pd.Series(counts, numbers.index, dtype=object)


def _remarks(hidden: pd.Series) -> list[str]:
    return [_STATES[HIDDEN] if is_hidden else "" for is_hidden in hidden]


_MAKERS: dict[str, Callable[[Office, Window, argparse.Namespace], View]] = {
    **{"unit": _unit, "question": _question, "people": _people, "cross": _cross},
    **{"flags": _flags, "quota": _quota, "course": _course, "score": _score},
    "printed": _printed,
}
