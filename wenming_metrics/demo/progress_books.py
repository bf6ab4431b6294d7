"""The made-up city's lists beside inspections: 台账材料 in two rounds, 量化指标, plans
and tasks of 专项行动, 责任分解.

With faults as they come: a deadline in words, materials late or sent back, a unit without figures.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from wenming_metrics.demo.city import SEED, DemoCity, read_words
from wenming_metrics.demo.findings import demo_rules
from wenming_metrics.domain.periods import previous, window

_FORM_HEAD = (
    "测评项目",
    "测评指标",
    "材料要求",
    "牵头单位",
    "责任单位",
    "应报时间",
    "第一轮",
    None,
    "第二轮",
    None,
    "状态",
    "备注",
)
_FORM_BELOW = (None,) * 6 + ("报送时间", "审核意见", "报送时间", "审核意见", None, None)
_FORM_MERGED = [f"{letter}2:{letter}3" for letter in "ABCDEFKL"] + ["G2:H2", "I2:J2"]
_RETURNED = ("图片没有时间、地点，退回", "缺少文号，退回", "字数不足，退回修改")
_LATE_SHARE, _MISSING_SHARE, _BACK_SHARE = 0.15, 0.08, 0.2
_RATES = (("注册志愿者占常住人口比例", 8, 0.105, 0.02), ("注册志愿者活跃率", 50, 0.56, 0.06))
_VAGUE, _IN_WORDS = "-8", "11月中旬"
_ADVERTS = "公益广告完好率"


def write_progress(folder: Path, city: DemoCity, end: date) -> list[Path]:
    """Write the lists as they stand on a day."""
    rng = np.random.default_rng([SEED, end.toordinal(), 23])
    return [
        _write_documents(folder, city, end, rng),
        _write_metrics(folder, city, end, rng),
        _write_campaigns(folder, end, rng),
        _write_duties(folder, city, end),
    ]


def _write_documents(folder: Path, city: DemoCity, end: date, rng: np.random.Generator) -> Path:
    book, page = _open_book("进度", f"演示市{end.year}年网上申报材料责任分解及进度表", _FORM_HEAD)
    page.append(_FORM_BELOW)
    for area in _FORM_MERGED:
        page.merge_cells(area)
    streets = _streets(city)
    for line in read_words("documents.csv").fillna("").itertuples(index=False):
        due = end + timedelta(days=int(line.days))
        owing = streets if line.responsible == "各街道" else [line.responsible]
        for unit in owing:
            words = _IN_WORDS if line.days == _VAGUE else _written(due)
            rounds, state = _rounds(due, end, rng)
            page.append(
                [
                    line.project,
                    line.indicator,
                    line.requirement,
                    line.lead,
                    unit,
                    words,
                    *rounds,
                    state,
                    None,
                ]
            )
    return _save_book(book, folder / f"{end.isoformat()}_网上申报材料进度.xlsx")


def _rounds(due: date, end: date, rng: np.random.Generator) -> tuple[list[str | None], str]:
    """Draw what was handed in by a day and what was said of it, in at most two rounds."""
    handed = due + timedelta(days=int(rng.integers(-12, 1)))
    luck = rng.random()
    if luck < _LATE_SHARE:
        handed = due + timedelta(days=int(rng.integers(1, 9)))
    if luck > 1 - _MISSING_SHARE or handed > end:
        return [None] * 4, "未报"
    if rng.random() > _BACK_SHARE:
        return [_written(handed), "通过", None, None], "通过"
    reason, resent = str(rng.choice(_RETURNED)), handed + timedelta(days=int(rng.integers(2, 6)))
    if resent > end or rng.random() < _BACK_SHARE:
        return [_written(handed), reason, None, None], "退回"
    return [_written(handed), reason, _written(resent), None], "待审"


def _write_metrics(folder: Path, city: DemoCity, end: date, rng: np.random.Generator) -> Path:
    headings = ("单位", "指标", "期间", "分子", "分母", "目标值", "备注")
    book, page = _open_book("指标", "演示市量化指标完成情况表", headings)
    people = city.units.set_index("unit_name")["population"]
    for month in (previous(window("month", end), 2), previous(window("month", end))):
        for street in _streets(city)[:-1]:  # The last one sends nothing.
            population = int(people[street])
            whole_number = population
            for name, goal, mean, spread in _RATES:
                counted_people = int(whole_number * max(rng.normal(mean, spread), 0.01))
                page.append([street, name, month.title, counted_people, whole_number, goal, None])
                whole_number = counted_people  # The active ones are a share of the registered.
            adverts = int(rng.integers(30, 90))
            intact = int(rng.binomial(adverts, 0.94))
            page.append([street, _ADVERTS, month.title, intact, adverts, 95, None])
    return _save_book(book, folder / f"{end.isoformat()}_量化指标.xlsx")


def _write_campaigns(folder: Path, end: date, rng: np.random.Generator) -> Path:
    """Write the plans of the actions, four phases each, and their tasks: the first series ended three
    weeks ago, the second has begun two weeks ago."""
    headings = ("专项行动", "任务", "阶段", "牵头单位", "责任单位", "完成时限", "进展")
    book, page = _open_book("任务", "演示市专项行动任务清单", headings + _PLAN_HEAD)
    for action in read_words("actions.csv").fillna("").itertuples(index=False):
        facts = [f"演创〔{end.year}〕{action.series}号", action.leader, action.members]
        facts += [action.measure, action.standard, action.items, action.types]
        for phase, (first, last) in _PHASES[action.series].items():
            days = [_written(end + timedelta(days=day)) for day in (first, last)]
            page.append([action.campaign, None, phase, action.lead, *[None] * 3, *days, *facts])
    for line in read_words("campaigns.csv").itertuples(index=False):
        due = end + timedelta(days=int(line.days))
        progress = (
            "已完成"
            if rng.random() < (0.45 if int(line.days) < 0 else 0.2)
            else f"{int(rng.integers(2, 10)) * 10}%"
        )
        if int(line.days) > 40:
            progress = "未启动"
        facts = [line.campaign, line.task, line.phase, line.lead, line.responsible]
        page.append([*facts, _written(due), progress])
    return _save_book(book, folder / f"{end.isoformat()}_专项行动任务.xlsx")


_PLAN_HEAD = ("阶段开始", "阶段结束", "方案文号", "牵头市领导", "成员单位", "措施", "完成标准")
_PLAN_HEAD += ("涉及测评项", "涉及点位类型")
_PHASES = {
    "1": {
        **{"动员部署": (-44, -42), "排查摸底": (-41, -38), "集中整治": (-37, -25)},
        "总结巩固": (-24, -21),
    },
    "2": {
        **{"动员部署": (-14, -12), "排查摸底": (-11, -7), "集中整治": (-6, 40)},
        "总结巩固": (41, 75),
    },
}
"""Phases of both series: first and last day, counted from the day of the files."""


def _write_duties(folder: Path, city: DemoCity, end: date) -> Path:
    """Write who answers for what: indicators by the rules but the last two, each sixth site, each street."""
    headings = (
        "测评项目",
        "测评标准",
        "点位类型",
        "点位名称",
        "任务",
        "牵头市领导",
        "牵头单位",
        "责任单位",
    )
    headings += ("分管领导", "期间", "完成时限", "进展")
    book, page = _open_book("责任分解", f"演示市{end.year}年创建工作责任分解表", headings)
    nodes, period = demo_rules().nodes, f"{end.year}年"
    duty_nodes = nodes[nodes["is_leaf"] & (nodes["lead"] != "")].iloc[:-2]
    for leaf in duty_nodes.itertuples():
        top = nodes.at[_top(nodes, leaf.Index), "name"]
        lead, responsible = leaf.lead, "、".join(leaf.responsible)
        page.append(
            [top, leaf.name, *[None] * 4, lead, responsible, "分管副职", period, None, "正常"]
        )
    leaders = ("市委副书记", "常务副市长", "分管城建的副市长", "宣传部部长")
    for number, site_line in enumerate(city.sites.iloc[::6].itertuples()):
        facts = [None, None, None, site_line.site_name, "包保", leaders[number % len(leaders)]]
        page.append([*facts, None, site_line.street, None, period, None, "每周到点位一次"])
    for number, street in enumerate(_streets(city)[:-2]):
        leader = leaders[number % len(leaders)]
        page.append(
            [*[None] * 4, "挂钩联系", leader, None, street, "街道主任", period, None, "正常"]
        )
    for responsible, days in (("市城市管理局", -9), ("市公安局", 12)):
        due = _written(end + timedelta(days=days))
        page.append(
            [*[None] * 4, "报送年度创建责任清单", None, responsible] + [None] * 3 + [due, "50%"]
        )
    return _save_book(book, folder / f"{end.isoformat()}_责任分解.xlsx")


def _top(nodes: pd.DataFrame, node: int) -> int:
    """Find the indicator of the first level that an indicator stands below."""
    while nodes.at[node, "parent"] > 0:
        node = int(nodes.at[node, "parent"])
    return node


def _streets(city: DemoCity) -> list[str]:
    return city.units.loc[city.units["unit_kind"] == "街道", "unit_name"].tolist()


def _written(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _open_book(
    name: str, title: str, headings: tuple[str | None, ...]
) -> tuple[Workbook, Worksheet]:
    book = Workbook()
    page = book.active
    page.title = name
    page.append([title])
    page.append(headings)
    return book, page


def _save_book(book: Workbook, path: Path) -> Path:
    book.save(path)
    return path
