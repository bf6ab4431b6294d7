"""Every setting of `rules.toml` in the office's words: title, meaning, kind of value, choices.

What is not listed here, such as a setting that came later, is still written and read: as a path
and a value in the notation of TOML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from wenming_metrics.domain.periods import KINDS
from wenming_metrics.rules.model import SETTLED
from wenming_metrics.rules.paths import flatten
from wenming_metrics.vocabulary import ROLES, SOURCES, UNIT_KINDS

MODE_WORDS = {
    **{"rate": "得分率", "deduct": "扣完为止", "grade": "分档"},
    **{"all_or_nothing": "一项不合格不得分", "threshold": "达标分档", "value": "数值折算"},
}
AVERAGE_WORDS = {"pooled": "合并计算", "visit": "按次平均"}
SETTLEMENT_WORDS = {
    **{"visit": "每次检查", "day": "每天", "week": "每周", "month": "每月"},
    "window": "整个时段",
}
MISSING_WORDS = {
    "renormalise_local": "由同级分担",
    "renormalise_global": "由全部已查指标分担",
    **{"peer_mean": "取同组平均", "full": "按满分", "zero": "按零分"},
}
_ISSUES = {kind: word for kind, word in KINDS.items() if kind != "custom"}
_YES = {"true": "是", "false": "否"}


@dataclass(frozen=True)
class Convention:
    """One setting: where it stands in `rules.toml`, what it is called and means, what it may be.

    path - with `[]` for each table of a list and `*` for a name that the office chooses
    kind - text, number, date, flag, choice, list (of texts) or choices (a list of choices)
    words - code -> word of the office, for choices; blank - what holds where nothing is written
    """

    path: str
    title: str
    meaning: str
    kind: str = "text"
    words: Mapping[str, str] = field(default_factory=dict)
    blank: str = ""


def _choice(
    path: str, title: str, meaning: str, words: Mapping[str, str], blank: str
) -> Convention:
    return Convention(path, title, meaning, "choice", words, words.get(blank, blank))


def _flag(path: str, title: str, meaning: str) -> Convention:
    return Convention(path, title, meaning, "flag", _YES, "否")


def _number(path: str, title: str, meaning: str, blank: str = "") -> Convention:
    return Convention(path, title, meaning, "number", blank=blank)


_ROOT = (
    _choice(
        "root.mode",
        "总分的计分方式",
        "总分不按权重平均、自己结算时才写",
        {mode: MODE_WORDS[mode] for mode in SETTLED},
        "",
    ),
    _choice("root.settlement", "总分的结算周期", "总分自己结算时要写", SETTLEMENT_WORDS, ""),
    _number("root.full_mark", "总分结算的满分", "总分扣完为止时要写"),
    Convention("root.table", "总分的分档表", "总分分档时要写,见工作表「分档表」"),
)
CONVENTIONS = (
    Convention("id", "编号", "各套办法不重复,只用字母、数字和连字符;发布时再定也可以"),
    Convention("title", "全称", "印在通报和导出的文件里"),
    Convention("short", "简称", "页面上位置窄时用", blank="同全称"),
    Convention("version", "版本", "内容有改动就另立一版"),
    Convention("source", "依据", "哪一份文件;发布时填文号"),
    Convention("effective_from", "施行日期", "从这一天的督查起用本办法", "date"),
    Convention("effective_to", "停用日期", "不写即用到下一版施行", "date", blank="一直有效"),
    Convention("series", "系列", "同一系列的各版先后相接;另一种用途的办法另写一个名字"),
    _number("full_mark", "总分的满分", "总分以多少分为满分", "100"),
    _number("decimals", "小数位", "公布的分数保留几位小数,四舍五入,只在最后取一次", "2"),
    _number("target", "目标分", "图上的参考线,不影响得分", "不画"),
    _choice("week_starts", "一周的第一天", "一周从星期几算起", {"monday": "周一"}, "monday"),
    _number("weights_sum", "同级权重合计", "同一上级下各指标权重之和", "100"),
    *_ROOT,
    _choice(
        "missing.rule", "缺项", "适用而没有查到的指标怎样算", MISSING_WORDS, "renormalise_local"
    ),
    _number("missing.flag", "缺项提示", "靠缺项得来的权重超过多少就标出来,0 到 1", "0.30"),
    *(
        _number(f"coverage.{kind}", f"覆盖率下限({name})", "低于它暂不评分、不排名,0 到 1", "0")
        for kind, name in KINDS.items()
    ),
    _choice(
        "ranking.by",
        "排名依据",
        "按取整后的分,还是未取整的分",
        {"published": "公布的分", "exact": "未取整的分"},
        "published",
    ),
    _choice(
        "ranking.ties",
        "同分",
        "同分同名次,后面的名次空出来还是不空",
        {"competition": "空出(1、1、3)", "dense": "不空(1、1、2)"},
        "competition",
    ),
    Convention(
        "ranking.order",
        "同分时的先后",
        "先看什么、再看什么,分出先后;空着就并列",
        "choices",
        {"failed": "问题少的在前", "coverage": "查得多的在前", "exact": "未取整的分高的在前"},
        "并列",
    ),
    _choice(
        "city.weight",
        "全市得分",
        "各单位在全市得分里的分量",
        {"equal": "各单位相同", "population": "按人口", "checks": "按检查项次"},
        "equal",
    ),
    Convention(
        "sources.counted", "计分的来源", "其余来源照样交办,不计分", "choices", SOURCES, "全部"
    ),
    _choice("board[].kind", "榜单:单位类别", "这张榜列哪一类单位", UNIT_KINDS, ""),
    Convention("board[].title", "榜单:名称", "页面和通报上的叫法"),
    _choice("board[].role", "榜单:按什么归集", "问题记到属地,还是责任单位", ROLES, ""),
    _flag("board[].ranked", "榜单:是否排名", "否:只列出问题多少"),
    Convention("board[].groups", "榜单:分组", "各组各排各的,按这个先后", "list", blank="不分组"),
    _choice(
        "deductions.first",
        "扣分以什么为准",
        "表里写了扣分、扣分标准里也有时",
        {"row": "表里写的", "table": "扣分标准"},
        "row",
    ),
    _choice(
        "deductions.per",
        "扣分按什么计",
        "一条问题有几处时",
        {"places": "每处", "row": "每条"},
        "places",
    ),
    _choice(
        "deductions.combine",
        "几种状态并存",
        "同一问题既未及时整改又重复等",
        {"highest": "取最高的", "sum": "相加"},
        "highest",
    ),
    _choice(
        "deductions.booked",
        "逾期、重复记在哪天",
        "记在到期或再次发现之日,还是当初发现之日",
        {"due": "到期或再次发现之日", "found": "当初发现之日"},
        "due",
    ),
    _number("deductions.relapse_days", "反弹的天数", "销号后多少天内又发现算反弹", "30"),
    _number("deductions.running", "连续通报的期数", "连续几期都有算连续通报", "2"),
    _number(
        "adjustments.bonus_cap",
        "加分上限",
        "加分最多加多少分;加减分各项都不写,加减分表不计",
        "不限",
    ),
    _number("adjustments.penalty_cap", "扣减上限", "另行扣减最多多少分", "不限"),
    _flag("adjustments.above_full", "可超满分", "加分后能不能超过满分"),
    _flag("adjustments.veto", "一票否决", "是否使用"),
    _number("adjustments.difficulty.*", "难度系数", "这一组的得分乘以多少", "1"),
    Convention("lists.front", "靠前名单的叫法", "如 红榜", blank="排名靠前"),
    Convention("lists.back", "靠后名单的叫法", "如 黑榜", blank="排名靠后"),
    _number("lists.line", "分数线", "低于它的都进靠后名单", "不设"),
    _number("lists.cap", "名单上限", "同分拉长名单时最多几个", "不限"),
    _choice(
        "lists.absent",
        "连续期数遇到未督查",
        "数连续几期在名单上时,没有名次的一期",
        {"skip": "不算也不断", "break": "就此中断"},
        "skip",
    ),
    Convention("lists.group[].group", "名单:哪一组", "* 表示每一组"),
    _number("lists.group[].front", "名单:靠前几个", "列出前几名", "0"),
    _number("lists.group[].back", "名单:靠后几个", "列出后几名", "0"),
    _choice(
        "windows.long",
        "较长的时段",
        "月、季、年怎样由各期得来",
        {"pooled": "合并计算", "mean_of_issues": "各期平均"},
        "pooled",
    ),
    Convention("issues.name", "通报的叫法", "如 周通报"),
    _choice("issues.kind", "通报的周期", "多久一期", {**_ISSUES, "span": "固定天数"}, ""),
    _number("issues.first_weekday", "每周从星期几起", "1 是周一,7 是周日"),
    _number("issues.first_day", "每月从几号起", "如 26:上月26日到本月25日"),
    _number("issues.days", "几天一期", "周期是固定天数时"),
    Convention("issues.begins", "第一期的第一天", "周期是固定天数时", "date"),
    _number("issues.cutoff_days", "截止:期满后几天", "之后到的表算迟到"),
    Convention("issues.cutoff_time", "截止:几点", "如 12:00"),
    _choice(
        "reading.blank_deduction",
        "扣分栏空白",
        "表里扣分没有填时",
        {"by_kind": "检查表算未查,问题清单扣满分", "zero": "不扣分"},
        "by_kind",
    ),
    _number("reading.blank_full_mark", "分值栏空白", "表里分值没有填时按几分", "按测评项目录"),
)


def convention_of(path: str) -> Convention | None:
    """Find the convention of a setting by its path, such as `board[2].kind`."""
    return _BY_SHAPE.get(_shape(path)) or _BY_SHAPE.get(_shape(path.rpartition(".")[0] + ".*"))


def _shape(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)


_BY_SHAPE = {one.path: one for one in CONVENTIONS}
_KINDS = {
    **{"text": str, "choice": str, "date": date, "flag": bool},
    **{"list": list, "choices": list},
}
_SAID = {
    **{"text": "文字", "choice": "文字", "date": "日期", "flag": " true 或 false"},
    **{"list": "列表", "choices": "列表", "number": "数"},
}


_SECTIONS = {one.path.split(".")[0] for one in CONVENTIONS if "." in one.path} - {"board"}


def type_faults(settings: Mapping) -> Iterator[tuple[str, str]]:
    """Say which known settings hold a value of another kind: path, what is wrong."""
    for name in sorted(_SECTIONS & settings.keys()):
        if not isinstance(settings[name], Mapping):
            yield name, f"{name} 应为一节 [{name}]。"
    lists = settings.get("lists", {})
    group = lists.get("group", []) if isinstance(lists, Mapping) else []
    for name, value in (("board", settings.get("board", [])), ("lists.group", group)):
        if not (isinstance(value, list) and all(isinstance(one, Mapping) for one in value)):
            yield name, f"{name} 应为几节 [[{name}]]。"
    for path, value in flatten(settings):
        known = convention_of(path)
        if known is None:
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        right = number if known.kind == "number" else isinstance(value, _KINDS[known.kind])
        if not right:
            yield path, f"{path} 应为{_SAID[known.kind]}。"
