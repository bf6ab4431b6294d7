"""Every setting of `rules.toml`: title, meaning, kind of value, choices, range and default.

The checks, the defaults of the records, the workbook and its hints are all made from here. What is
not listed in a loose section is still written and read: as a path and a value in the notation of
TOML.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from math import inf

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.domain.periods import KINDS
from wenming_metrics.rules.setting import Setting, SettingsTable
from wenming_metrics.vocabulary import ROLES, SOURCE_CODES, SOURCES, UNIT_KINDS

SETTLED_WORDS = {"deduct": "扣完为止", "grade": "分档", "all_or_nothing": "一项不合格不得分"}
"""Modes that settle what was lost below a node period by period."""
STOCK_WORDS = {"threshold": "达标分档", "value": "数值折算"}
"""Modes of a leaf that is fed by a dated fact: a grade of a metric, a printed score ÷ full mark."""
MODE_WORDS = {"rate": "得分率", **SETTLED_WORDS, **STOCK_WORDS}
"""How a node makes its own rate; a node without a mode averages its children."""
AVERAGE_WORDS = {"pooled": "合并计算", "visit": "按次平均"}
"""Mode rate: all checks together, or the mean of the visits' rates."""
SETTLEMENT_WORDS = {
    **{"visit": "每次检查", "day": "每天", "week": "每周", "month": "每月"},
    "window": "整个时段",
}
"""Modes of SETTLED_WORDS: the period in which is settled what was lost."""
MISSING_WORDS = {
    "renormalise_local": "由同级分担",
    "renormalise_global": "由全部已查指标分担",
    **{"peer_mean": "取同组平均", "full": "按满分", "zero": "按零分"},
}
"""A leaf that applies but was not looked at: its weight goes to its siblings, or to all leaves
that were looked at; or it gets the mean of its group, full marks, or nothing."""
_ISSUES = {kind: word for kind, word in KINDS.items() if kind != "custom"}
FLAG_WORDS = {"true": "是", "false": "否"}
_SHARE, _POINTS, _COUNT, _POSITIVE = (0, 1), (0, 1e6), (0, inf), (1, inf)


def _choice(
    path: str, title: str, meaning: str, words: Mapping[str, str], default: str | None = None
) -> Setting:
    return Setting(path, title, meaning, "choice", words, default=default)


def _flag(path: str, title: str, meaning: str) -> Setting:
    return Setting(path, title, meaning, "flag", FLAG_WORDS, default=False)


def _number(
    path: str,
    title: str,
    meaning: str,
    span: tuple[float, float] | None = None,
    default: float | None = None,
    blank: str = "",
) -> Setting:
    return Setting(path, title, meaning, "number", span=span, default=default, blank=blank)


def _whole(
    path: str,
    title: str,
    meaning: str,
    span: tuple[float, float],
    default: int | None = None,
    blank: str = "",
) -> Setting:
    return Setting(path, title, meaning, "whole", span=span, default=default, blank=blank)


def _is_clock(text: str) -> bool:
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_mark(number: float) -> bool:
    return (to_points(str(number)) or 0) > 0


_ROOT = (
    Setting("root.mode", "总分的计分方式", "总分不按权重平均、自己结算时才写", words=SETTLED_WORDS),
    Setting("root.settlement", "总分的结算周期", "总分自己结算时要写", words=SETTLEMENT_WORDS),
    _number("root.full_mark", "总分结算的满分", "总分扣完为止时要写"),
    Setting("root.table", "总分的分档表", "总分分档时要写,见工作表「分档表」"),
)
"""How the whole is settled: their codes are checked with those of the tree."""
_SETTINGS = (
    Setting("id", "编号", "各套办法不重复,只用字母、数字和连字符;发布时再定也可以", needed=True),
    Setting("title", "全称", "印在通报和导出的文件里", needed=True),
    Setting("short", "简称", "页面上位置窄时用", blank="同全称"),
    Setting("version", "版本", "内容有改动就另立一版", needed=True),
    Setting("source", "依据", "哪一份文件;发布时填文号", needed=True),
    Setting("effective_from", "施行日期", "从这一天的督查起用本办法", "date", needed=True),
    Setting("effective_to", "停用日期", "不写即用到下一版施行", "date", blank="一直有效"),
    Setting("series", "系列", "同一系列的各版先后相接;另一种用途的办法另写一个名字", default=""),
    _number("full_mark", "总分的满分", "总分以多少分为满分", default=100),
    _number("decimals", "小数位", "公布的分数保留几位小数,四舍五入,只在最后取一次", default=2),
    _number("target", "目标分", "图上的参考线,不影响得分", blank="不画"),
    _choice("week_starts", "一周的第一天", "一周从星期几算起", {"monday": "周一"}, "monday"),
    _number("weights_sum", "同级权重合计", "同一上级下各指标权重之和", default=100),
    *_ROOT,
    _choice(
        "missing.rule", "缺项", "适用而没有查到的指标怎样算", MISSING_WORDS, "renormalise_local"
    ),
    _number("missing.flag", "缺项提示", "靠缺项得来的权重超过多少就标出来,0 到 1", _SHARE, 0.3),
    *(
        _number(
            f"coverage.{kind}", f"覆盖率下限({name})", "低于它暂不评分、不排名,0 到 1", _SHARE, 0.0
        )
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
    Setting(
        "ranking.order",
        "同分时的先后",
        "先看什么、再看什么,分出先后;空着就并列",
        "choices",
        {"failed": "问题少的在前", "coverage": "查得多的在前", "exact": "未取整的分高的在前"},
        default=(),
        blank="并列",
    ),
    _choice(
        "city.weight",
        "全市得分",
        "各单位在全市得分里的分量",
        {"equal": "各单位相同", "population": "按人口", "checks": "按检查项次"},
        "equal",
    ),
    Setting(
        *("sources.counted", "计分的来源", "其余来源照样交办,不计分", "choices", SOURCES),
        default=SOURCE_CODES,
        blank="全部",
    ),
    *(
        Setting(f"board[].{name}", f"榜单:{title}", meaning, kind, words, needed=True)
        for name, title, meaning, kind, words in (
            ("kind", "单位类别", "这张榜列哪一类单位", "choice", UNIT_KINDS),
            ("title", "名称", "页面和通报上的叫法", "text", {}),
            ("role", "按什么归集", "问题记到属地,还是责任单位", "choice", ROLES),
            ("ranked", "是否排名", "否:只列出问题多少", "flag", FLAG_WORDS),
        )
    ),
    Setting(
        *("board[].groups", "榜单:分组", "各组各排各的,按这个先后", "list"),
        default=(),
        blank="不分组",
    ),
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
    _whole("deductions.relapse_days", "反弹的天数", "销号后多少天内又发现算反弹", _POSITIVE, 30),
    _whole("deductions.running", "连续通报的期数", "连续几期都有算连续通报", _POSITIVE, 2),
    _number(
        "adjustments.bonus_cap",
        "加分上限",
        "加分最多加多少分;加减分各项都不写,加减分表不计",
        _POINTS,
        blank="不限",
    ),
    _number("adjustments.penalty_cap", "扣减上限", "另行扣减最多多少分", _POINTS, blank="不限"),
    _flag("adjustments.above_full", "可超满分", "加分后能不能超过满分"),
    _flag("adjustments.veto", "一票否决", "是否使用"),
    Setting(
        *("adjustments.difficulty", "难度系数", "这一组的得分乘以多少", "numbers"),
        span=(1e-9, 100),
        blank="1",
    ),
    Setting("lists.front", "靠前名单的叫法", "如 红榜", default="排名靠前"),
    Setting("lists.back", "靠后名单的叫法", "如 黑榜", default="排名靠后"),
    _number("lists.line", "分数线", "低于它的都进靠后名单", _POINTS, blank="不设"),
    _whole("lists.cap", "名单上限", "同分拉长名单时最多几个", _POSITIVE, blank="不限"),
    _choice(
        "lists.absent",
        "连续期数遇到未督查",
        "数连续几期在名单上时,没有名次的一期",
        {"skip": "不算也不断", "break": "就此中断"},
        "skip",
    ),
    Setting("lists.group[].group", "名单:哪一组", "* 表示每一组", default="*"),
    _whole("lists.group[].front", "名单:靠前几个", "列出前几名", _COUNT, 0),
    _whole("lists.group[].back", "名单:靠后几个", "列出后几名", _COUNT, 0),
    _choice(
        "windows.long",
        "较长的时段",
        "月、季、年怎样由各期得来",
        {"pooled": "合并计算", "mean_of_issues": "各期平均"},
        "pooled",
    ),
    Setting("issues.name", "通报的叫法", "如 周通报"),
    _choice("issues.kind", "通报的周期", "多久一期", {**_ISSUES, "span": "固定天数"}, "week"),
    _whole("issues.first_weekday", "每周从星期几起", "1 是周一,7 是周日", (1, 7), 1),
    _whole("issues.first_day", "每月从几号起", "如 26:上月26日到本月25日", (1, 28), 1),
    _whole("issues.days", "几天一期", "周期是固定天数时", (1, 366), 5),
    Setting(
        *("issues.begins", "第一期的第一天", "周期是固定天数时", "date"), default=date(2000, 1, 3)
    ),
    _whole("issues.cutoff_days", "截止:期满后几天", "之后到的表算迟到", (0, 60), 1),
    Setting(
        *("issues.cutoff_time", "截止:几点", "如 12:00"),
        check=(_is_clock, "应为钟点,如 12:00"),
        default="12:00",
    ),
    _choice(
        "reading.blank_deduction",
        "扣分栏空白",
        "表里扣分没有填时",
        {"by_kind": "检查表算未查,问题清单扣满分", "zero": "不扣分"},
        "by_kind",
    ),
    Setting(
        *("reading.blank_full_mark", "分值栏空白", "表里分值没有填时按几分", "number"),
        check=(_is_mark, "应为大于 0、最多四位小数的数"),
        blank="按测评项目录",
    ),
)
RULES = SettingsTable(
    _SETTINGS, frozenset({"root", "ranking", "city", "sources", "windows", "board[]"})
)
