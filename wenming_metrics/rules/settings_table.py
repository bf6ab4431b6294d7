"""Every setting of `rules.toml`: title, meaning, kind of value, choices, range and default.

The checks, the defaults of the records, the workbook and its hints are all made from here. What is
not listed in a loose section is still written and read: as a path and a value in the notation of
TOML.
"""

from __future__ import annotations

from datetime import date, datetime, time
from math import inf

from wenming_metrics.domain.numbers import to_points
from wenming_metrics.domain.periods import KINDS
from wenming_metrics.domain.working_hours import parse_hours
from wenming_metrics.rules.setting import Setting, SettingsTable, choice, flag, integer, number
from wenming_metrics.vocabulary import ROLES, SOURCE_CODES, SOURCES, TEST_SOURCES, UNIT_KINDS

SETTLED_WORDS = {
    **{"deduct": "扣完为止", "grade": "分档", "all_or_nothing": "一项不合格不得分"},
    "mean": "各次得分率的平均",
}
"""Modes that settle what was lost below a node period by period."""
STOCK_WORDS = {"threshold": "达标分档", "value": "数值折算"}
"""Modes of a leaf that is fed by a dated fact: a grade of a metric, a printed score ÷ full mark."""
MODE_WORDS = {"rate": "得分率", **SETTLED_WORDS, **STOCK_WORDS}
"""How a node makes its own rate; a node without a mode averages its children."""
AVERAGE_WORDS = {"pooled": "合并计算", "visit": "按次逐项平均"}
"""Mode rate: all checks together, or the mean over visits and items, each check alike; the mean of whole
visits is mode mean."""
SETTLEMENT_WORDS = {
    **{"visit": "每次检查", "day": "每天", "week": "每周", "month": "每月"},
    "window": "整个时段",
}
"""Modes of SETTLED_WORDS: the period in which is settled what was lost."""
MISSING_WORDS = {
    "renormalise_local": "由同级分担",
    "renormalise_global": "由全部已查指标分担",
    "whole": "按全部检查项的得分率计",
    **{"peer_mean": "取同组平均", "full": "按满分", "zero": "按零分"},
}
"""A leaf that applies but was not looked at: its weight goes to its siblings, or to all leaves
that were looked at; or it gets the mean of its group, full marks, or nothing."""
LIMITS_OVERDUE = {"提示": 1, "催办": 2, "督办单": 4, "提级督办": 6}
"""Reminders, each with the working days after the deadline from which it is due."""
_ISSUES = {kind: word for kind, word in KINDS.items() if kind != "custom"} | {"span": "固定天数"}
_SHARE, _POINTS, _COUNT, _POSITIVE = (0, 1), (0, 1e6), (0, inf), (1, inf)


def _is_clock(text: str) -> bool:
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_hours(text: str) -> bool:
    return parse_hours(text) is not None


def _is_month_day(text: str) -> bool:
    return month_day(text) is not None


def month_day(text: str) -> tuple[int, int] | None:
    """Read 「06-01」 as month and day; None where there is no such day."""
    try:
        read = datetime.strptime(f"2000-{text}", "%Y-%m-%d")
    except ValueError:
        return None
    return read.month, read.day


def _is_mark(number: float) -> bool:
    return (to_points(str(number)) or 0) > 0


_SETTINGS = (
    Setting("id", "编号", "各套办法不重复，只用字母、数字和连字符；发布时再定也可以", needed=True),
    Setting("title", "全称", "印在通报和导出的文件里", needed=True),
    Setting("short", "简称", "页面上位置窄时用", blank="同全称"),
    Setting("version", "版本", "内容有改动就另立一版", needed=True),
    Setting("source", "依据", "哪一份文件；发布时填文号", needed=True),
    Setting("effective_from", "施行日期", "从这一天的督查起用本办法", "date", needed=True),
    Setting("effective_to", "停用日期", "不写即用到下一版施行", "date", blank="一直有效"),
    Setting("series", "系列", "同一系列的各版先后相接；另一种用途的办法另写一个名字", default=""),
    number("full_mark", "总分的满分", "总分以多少分为满分", default=100),
    number("decimals", "小数位", "公布的分数保留几位小数，四舍五入，只在最后取一次", default=2),
    number("target", "目标分", "图上的参考线，不影响得分", blank="不画"),
    choice("week_starts", "一周的第一天", "一周从星期几算起", {"monday": "周一"}, default="monday"),
    number("weights_sum", "同级权重合计", "同一上级下各指标权重之和", default=100),
    Setting(
        *("weights_sums", "个别上级的权重合计", "某个上级下的权重另合计多少", "numbers"),
        span=(1e-9, 1e6),
        default={},
        blank="同上",
    ),
    # Of the root kinds alone are checked here: its codes are checked with the tree.
    Setting(
        *("root.mode", "总分的计分方式", "总分不按权重平均、自己结算时才写"),
        words={"rate": MODE_WORDS["rate"], **SETTLED_WORDS},
    ),
    Setting("root.settlement", "总分的结算周期", "总分自己结算时要写", words=SETTLEMENT_WORDS),
    number("root.full_mark", "总分结算的满分", "总分扣完为止时要写"),
    Setting("root.table", "总分的分档表", "总分分档时要写，见工作表“分档表”"),
    choice(
        "missing.rule",
        "缺项",
        "适用而没有查到的指标怎样算",
        MISSING_WORDS,
        default="renormalise_local",
    ),
    number(
        "missing.flag",
        "缺项提示",
        "靠缺项得来的权重超过多少就标出来，0 到 1",
        span=_SHARE,
        default=0.3,
    ),
    number(
        "missing.half_weight_checks",
        "分量减半的检查项数",
        "指标的分量 = 权重 × 检查项数 ÷（检查项数 + 本数）；0 表示查一项也按全部权重",
        span=(0, 1000),
        default=0,
    ),
    choice(
        "coverage.by",
        "覆盖率对照什么",
        "应查的指标由督查计划定，还是由名册里的点位定",
        {"plan": "督查计划", "register": "点位名册"},
        default="plan",
    ),
    *(
        number(
            f"coverage.{kind}",
            f"覆盖率下限（{name}）",
            "低于它暂不评分、不排名，0 到 1",
            span=_SHARE,
            default=0.0,
        )
        for kind, name in KINDS.items()
    ),
    choice(
        "ranking.by",
        "排名依据",
        "按取整后的分，还是未取整的分",
        {"published": "公布的分", "exact": "未取整的分"},
        default="published",
    ),
    choice(
        "ranking.ties",
        "同分",
        "同分同名次，后面的名次空出来还是不空",
        {"competition": "空出（1、1、3）", "dense": "不空（1、1、2）"},
        default="competition",
    ),
    number(
        "ranking.day_share",
        "日名次的督查面",
        "当日督查的单位占本组多少才排名次，0 到 1；0 表示不限",
        span=_SHARE,
        default=0,
    ),
    Setting(
        "ranking.order",
        "同分时的先后",
        "先看什么、再看什么，分出先后；空着就并列",
        "choices",
        {"failed": "问题少的在前", "coverage": "查得多的在前", "exact": "未取整的分高的在前"},
        default=(),
        blank="并列",
    ),
    Setting(
        *("visits.grades", "督查等次", "一次督查的得分到多少是哪一等", "numbers"),
        span=(0, 1e6),
        default={},
        blank="不分等次",
    ),
    choice(
        "city.weight",
        "全市得分",
        "各单位在全市得分里的分量",
        {"equal": "各单位相同", "population": "按人口", "checks": "按检查项次"},
        default="equal",
    ),
    Setting(
        *("sources.counted", "计分的来源", "其余来源照样交办，不计分", "choices", SOURCES),
        default=tuple(code for code in SOURCE_CODES if code not in TEST_SOURCES),
        blank="国测、省测以外的全部",
    ),
    choice("board[].kind", "榜单：单位类别", "这张榜列哪一类单位", UNIT_KINDS, needed=True),
    Setting("board[].title", "榜单：名称", "页面和通报上的叫法", needed=True),
    choice("board[].role", "榜单：按什么归集", "问题记到属地，还是责任单位", ROLES, needed=True),
    flag("board[].ranked", "榜单：是否排名", "否：只列出问题多少", needed=True),
    Setting(
        *("board[].groups", "榜单：分组", "各组各排各的，按这个先后", "list"),
        default=(),
        blank="不分组",
    ),
    choice(
        "deductions.first",
        "扣分以什么为准",
        "表里写了扣分、扣分标准里也有时",
        {"row": "表里写的", "table": "扣分标准"},
        default="row",
    ),
    choice(
        "deductions.per",
        "扣分按什么计",
        "一条问题有几处时",
        {"places": "每处", "row": "每条"},
        default="places",
    ),
    choice(
        "deductions.combine",
        "几种状态并存",
        "同一问题既未及时整改又重复等",
        {"highest": "取最高的", "sum": "相加"},
        default="highest",
    ),
    choice(
        "deductions.booked",
        "逾期、重复记在哪天",
        "记在到期或再次发现之日，还是当初发现之日",
        {"due": "到期或再次发现之日", "found": "当初发现之日"},
        default="due",
    ),
    integer(
        "deductions.relapse_days",
        "反弹的天数",
        "销号后多少天内又发现算反弹",
        span=_POSITIVE,
        default=30,
    ),
    integer(
        "deductions.running", "连续通报的期数", "连续几期都有算连续通报", span=_POSITIVE, default=2
    ),
    number(
        "adjustments.bonus_cap",
        "加分上限",
        "加分最多加多少分；加减分各项都不写，加减分表不计",
        span=_POINTS,
        blank="不限",
    ),
    number("adjustments.penalty_cap", "扣减上限", "另行扣减最多多少分", span=_POINTS, blank="不限"),
    flag("adjustments.above_full", "可超满分", "加分后能不能超过满分", default=False),
    flag("adjustments.veto", "一票否决", "是否使用", default=False),
    Setting(
        *("adjustments.difficulty", "难度系数", "这一组的得分乘以多少", "numbers"),
        span=(1e-9, 100),
        blank="1",
    ),
    Setting("lists.front", "靠前名单的叫法", "如 红榜", default="排名靠前"),
    Setting("lists.back", "靠后名单的叫法", "如 黑榜", default="排名靠后"),
    number("lists.line", "分数线", "低于它的都进靠后名单", span=_POINTS, blank="不设"),
    integer("lists.cap", "名单上限", "同分拉长名单时最多几个", span=_POSITIVE, blank="不限"),
    choice(
        "lists.absent",
        "连续期数遇到未督查",
        "数连续几期在名单上时，没有名次的一期",
        {"skip": "不算也不断", "break": "就此中断"},
        default="skip",
    ),
    Setting("lists.group[].group", "名单：哪一组", "* 表示每一组", default="*"),
    integer("lists.group[].front", "名单：靠前几个", "列出前几名", span=_COUNT, default=0),
    integer("lists.group[].back", "名单：靠后几个", "列出后几名", span=_COUNT, default=0),
    Setting("lists.measure[].title", "建议：叫法", "如 通报表扬、通报批评、约谈", "filled"),
    choice(
        *("lists.measure[].end", "建议：对哪份名单", "靠前名单还是靠后名单里的单位"),
        {"front": "靠前名单", "back": "靠后名单"},
        default="back",
    ),
    integer(
        *("lists.measure[].issues", "建议：连续几期", "连续几期签发的名单里都有才建议"),
        span=_POSITIVE,
        default=2,
    ),
    Setting(
        "lists.measure[].clause", "建议：依据的条款", "如 第二十条；随建议名单列出", default=""
    ),
    integer(
        "sampling.sites", "抽样：点位数", "一期里每个单位至少去几个点位", span=_COUNT, default=0
    ),
    integer(
        "sampling.types", "抽样：点位类型数", "一期里每个单位至少几种点位", span=_COUNT, default=0
    ),
    number(
        "sampling.revisits",
        "抽样：回头看的比例",
        "去过的点位里至少多少以前去过，0 到 1；不打招呼再去，去过的点位也不能松懈",
        span=_SHARE,
        default=0,
    ),
    choice(
        "windows.long",
        "较长的时段",
        "月、季、年怎样由各期得来",
        {"pooled": "合并计算", "mean_of_issues": "各期平均"},
        default="pooled",
    ),
    Setting("issues.name", "通报的叫法", "如 周通报"),
    choice("issues.kind", "通报的周期", "多久一期", _ISSUES, default="week"),
    integer("issues.first_weekday", "每周从星期几起", "1 是周一，7 是周日", span=(1, 7), default=1),
    integer(
        "issues.first_day", "每月从几号起", "如 26：上月26日到本月25日", span=(1, 28), default=1
    ),
    integer("issues.days", "几天一期", "周期是固定天数时", span=(1, 366), default=5),
    Setting(
        *("issues.begins", "第一期的第一天", "周期是固定天数时", "date"), default=date(2000, 1, 3)
    ),
    integer("issues.cutoff_days", "截止：期满后几天", "之后到的表算迟到", span=(0, 60), default=1),
    Setting(
        *("issues.cutoff_time", "截止：几点", "如 12:00"),
        check=(_is_clock, "应为钟点，如 12:00"),
        default="12:00",
    ),
    choice(
        "reading.blank_deduction",
        "扣分栏空白",
        "表里扣分没有填时",
        {"by_kind": "检查表算未查，问题清单扣满分", "zero": "不扣分"},
        default="by_kind",
    ),
    Setting(
        *("reading.blank_full_mark", "分值栏空白", "表里分值没有填时按几分", "number"),
        check=(_is_mark, "应为大于 0、最多四位小数的数"),
        blank="按测评项目录",
    ),
    choice(
        "loop.closes",
        "怎样算整改完",
        "以责任单位的反馈为准，还是核查、销号以后才算",
        {"answer": "单位反馈已整改", "check": "核查通过并销号"},
        default="answer",
    ),
    integer(
        "loop.limit_days", "整改时限", "交办时没有另写的，几个工作日", span=(1, 366), default=3
    ),
    integer("loop.sign_days", "签收时限", "几个工作日没有签收的列出来", span=_POSITIVE, default=1),
    integer(
        *("loop.stalled_days", "长期无进展", "几个工作日没有任何进展的列出来"),
        span=_POSITIVE,
        default=10,
    ),
    integer("loop.extensions", "延期次数", "一条问题最多延期几次", span=_COUNT, default=2),
    integer("loop.pause_days", "挂账时长", "挂账最长几天", span=_POSITIVE, default=366),
    Setting(
        *("loop.unpaused", "核查不停时限", "这些原因核查不通过的，核查的时间算责任单位的", "texts"),
        default=["缺图", "虚假整改"],
        blank="缺图、虚假整改",
    ),
    flag("loop.same_person", "核查人可以销号", "核查和销号可以是同一个人", default=False),
    flag(
        *("loop.call_back", "先答复回访再销号"),
        "群众反映的问题，答复、回访以后才能销号",
        default=True,
    ),
    Setting(
        *("loop.reminders", "催办", "超过整改时限几个工作日发", "numbers"),
        span=_COUNT,
        blank="、".join(f"{name} {days}" for name, days in LIMITS_OVERDUE.items()),
    ),
    Setting(
        *("loop.hours", "上班时间", "工作时按它数，如 8:00-12:00、14:00-18:00"),
        check=(_is_hours, "应为先后不重叠的钟点，如 8:00-12:00、14:00-18:00"),
        default="8:00-12:00、14:00-18:00",
    ),
    Setting(
        *("loop.summer_hours", "夏季上班时间", "夏季另有作息时写"),
        check=(_is_hours, "应为先后不重叠的钟点，如 8:00-12:00、15:00-18:00"),
        blank="同上班时间",
    ),
    *(
        Setting(
            *(f"loop.summer_{end}", f"夏季作息{word}", "月和日，如 06-01"),
            check=(_is_month_day, "应为月和日，如 06-01"),
            default=default,
        )
        for end, word, default in (("from", "开始", "06-01"), ("to", "结束", "09-30"))
    ),
)
RULES = SettingsTable(
    _SETTINGS, frozenset({"root", "ranking", "city", "sources", "windows", "board[]"})
)
