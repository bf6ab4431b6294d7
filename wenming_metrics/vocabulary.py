"""Every column once: code name, Chinese name, aliases in workbooks, type, unit, meaning.

The readers find their columns by these titles and aliases, pages and exports take their headings
from here, the manual prints it. A word that stands here is used everywhere for the same thing.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd


@dataclass(frozen=True)
class Column:
    """One column: `name` in code, `title` on screens, `aliases` as senders write it."""

    name: str
    title: str
    type: str
    unit: str
    meaning: str
    aliases: tuple[str, ...] = ()


def _column(
    name: str, title: str, type: str, unit: str, meaning: str, aliases: str = ""
) -> tuple[str, Column]:
    split = tuple(alias for alias in aliases.split("|") if alias)
    return name, Column(name, title, type, unit, meaning, split)


INPUT: dict[str, Column] = dict(
    [
        _column(
            "day",
            "督查日期",
            "日期",
            "日",
            "现场查看的那一天",
            "检查日期|督查时间|检查时间|日期|测评日期|巡查日期",
        ),
        _column(
            "source",
            "来源",
            "文字",
            "",
            "谁查的:市、区、局督查组,第三方,群众",
            "督查来源|检查来源|问题来源|督查层级",
        ),
        _column("team", "督查组", "文字", "", "到现场的小组", "检查组|督导组|组别"),
        _column(
            "visit_no",
            "督查编号",
            "文字",
            "",
            "同一次到访的各行写同一个编号",
            "检查编号|到访编号|督查单号|检查单号",
        ),
        _column("district", "区", "单位", "", "所在的区", "区县|所属区|县区|辖区"),
        _column(
            "street",
            "街道",
            "单位",
            "",
            "属地街道或镇",
            "街道(镇)|镇街|所属街道|属地街道|街镇|街道名称|属地",
        ),
        _column(
            "community",
            "社区",
            "单位",
            "",
            "属地社区或村",
            "村居|所属社区|社区(村)|村(社区)|社区名称",
        ),
        _column(
            "point_type",
            "点位类型",
            "点位类型",
            "",
            "点位的类别,如集贸市场",
            "点位类别|点位性质|场所类型",
        ),
        _column(
            "site",
            "点位名称",
            "文字",
            "",
            "查看的具体地点",
            "点位|检查点位|点位名称及具体位置|检查地点|地点|场所名称",
        ),
        _column(
            "item_code",
            "测评项编号",
            "文字",
            "",
            "测评项目录里的编号",
            "项目编号|测评项代码|检查项编号|指标编号",
        ),
        _column(
            "item",
            "测评项",
            "测评项",
            "",
            "看的是什么",
            "检查项|检查内容|测评内容|测评标准|检查标准|测评指标|检查项目",
        ),
        _column(
            "result",
            "检查结果",
            "文字",
            "",
            "符合、不符合、不涉及、未查、未开门",
            "结果|是否符合|符合情况|检查情况",
        ),
        _column(
            "deduction", "扣分", "小数", "分", "这一行扣的分,不写减号", "失分|扣分值|扣减分|扣分数"
        ),
        _column("full_mark", "分值", "小数", "分", "这一项的满分", "满分|标准分|满分值"),
        _column("places", "处数", "整数", "处", "同一问题有几处", "问题处数|数量|问题数"),
        _column(
            "description",
            "问题描述",
            "文字",
            "",
            "看到了什么问题",
            "存在问题|问题|问题情况|具体问题|发现问题",
        ),
        _column("lead", "牵头单位", "单位", "", "牵头整改的单位", "牵头部门"),
        _column(
            "responsible",
            "责任单位",
            "单位",
            "",
            "负责整改的单位,可写几个",
            "责任部门|整改单位|责任主体",
        ),
        _column(
            "assisting", "配合单位", "单位", "", "配合整改的单位,可写几个", "配合部门|协同单位"
        ),
        _column(
            "scope",
            "检查范围",
            "文字",
            "",
            "这次到访看了哪些;不填为该点位类型的全部测评项",
            "督查范围|检查项目范围",
        ),
        _column("remark", "备注", "文字", "", "其他说明,不参与计算", "说明"),
        _column("planned_day", "计划日期", "日期", "日", "计划去看的那一天", "计划督查日期"),
        _column("round", "轮次", "文字", "", "督查轮次的名称", "期次|督查轮次"),
        _column("unit_code", "单位编号", "文字", "", "单位在名册里的固定编号", "编号|单位代码"),
        _column("unit_name", "单位名称", "文字", "", "单位的全称", "名称|单位全称"),
        _column(
            "unit_kind",
            "单位类别",
            "文字",
            "",
            "区、街道、社区、部门、二层单位",
            "类别|单位类型|单位性质",
        ),
        _column(
            "parent", "上级单位", "单位", "", "隶属的单位,最上一级不填", "隶属单位|主管单位|上级"
        ),
        _column("group", "分组", "文字", "", "在哪一组里排名", "组别|排名分组|类组"),
        _column("aliases", "别名", "文字", "", "别的写法,用顿号分开", "简称|曾用名|其他名称"),
        _column("population", "常住人口", "整数", "人", "常住人口数", "人口|常住人口数"),
        _column(
            "valid_from", "启用日期", "日期", "日", "从哪一天起用,不填为一直", "起用日期|生效日期"
        ),
        _column("valid_to", "停用日期", "日期", "日", "用到哪一天,不填为至今", "失效日期|撤销日期"),
    ]
)
"""Columns of the workbooks that people send."""

FIGURES: dict[str, Column] = dict(
    [
        _column("unit", "单位", "整数", "", "单位在库里的序号"),
        _column("rank", "名次", "整数", "", "同组内从高到低;同分并列,下一名跳过"),
        _column("rank_change", "升降", "整数", "位", "比上一期升(正)降(负)几位"),
        _column("score", "得分", "小数", "分", "满分 100,四舍五入到两位小数"),
        _column("score_change", "较上期", "小数", "分", "公布得分比上一期增减"),
        _column("trend", "近期走势", "小数列", "分", "到本期为止各期的得分"),
        _column("sites", "点位", "整数", "个", "本期去过的点位,同一点位只数一次"),
        _column("visits", "到访", "整数", "次", "本期到点位的次数"),
        _column("checks", "检查项", "整数", "项", "看过并能判定的测评项次"),
        _column("failed", "问题", "整数", "项", "失分的检查项"),
        _column("lost", "扣分", "整数", "0.0001分", "检查项扣分合计"),
        _column("possible", "应得分值", "整数", "0.0001分", "看过的测评项的满分合计"),
        _column("rates", "各次得分率之和", "整数", "1e-9", "按次平均时用"),
        _column("coverage", "覆盖", "比率", "", "已查指标权重 ÷ 应查指标权重"),
        _column("weight", "实际权重", "比率", "", "未查指标的权重分给同级已查指标之后"),
        _column("loss", "失分", "小数", "分", "在总分里失去的分数,各项之和等于满分减得分"),
        _column("rate", "得分率", "比率", "", "0 到 1"),
        _column("batch", "批次", "整数", "", "一次入库"),
        _column("source_row", "原表行号", "整数", "", "Excel 里显示的行号"),
    ]
)
"""Columns of the figures that the software makes."""

SOURCES = {
    "city": "市督查组",
    "district": "区督查组",
    "bureau": "局督查组",
    "third_party": "第三方",
    "public": "群众",
}
"""Who found it (来源), in the order of their numbers in the store."""
SOURCE_CODES = tuple(SOURCES)

ROLES = {"territory": "属地", "lead": "牵头", "responsible": "责任", "assisting": "配合"}
"""As what a row names a unit, in the order of their numbers in the store."""
ROLE_CODES = tuple(ROLES)

UNIT_KINDS = {
    "district": "区",
    "street": "街道",
    "community": "社区",
    "department": "部门",
    "section": "二层单位",
}
"""Kinds of unit; towns (镇) count as streets."""

RESULTS = ("符合", "不符合", "不涉及", "未查", "未开门")
"""States of one checked item, in the order of their numbers in the store."""

_DASHES = str.maketrans("—–－‐‑‒―−", "--------")


@lru_cache(maxsize=1 << 15)  # the same few thousand names come with every workbook
def normalise(text: str) -> str:
    """Give the form in which names are compared: full-width to half, no spaces, one dash.

    >>> normalise("农贸（集贸） 市场　")
    '农贸(集贸)市场'
    """
    return "".join(unicodedata.normalize("NFKC", text).split()).translate(_DASHES).casefold()


def title(name: str) -> str:
    """Give the Chinese title of a column."""
    column = FIGURES.get(name) or INPUT[name]
    return column.title


def headers(names: tuple[str, ...]) -> dict[str, str]:
    """Map every accepted header (normalised title or alias) to its column, for these columns."""
    found: dict[str, str] = {}
    for name in names:
        column = INPUT[name]
        for word in (column.title, *column.aliases):
            found.setdefault(normalise(word), name)
    return found


def movement(change: object, *, is_new: bool) -> str:
    """Spell a change of place: ↑3, ↓2, —, 新, or nothing.

    >>> movement(3, is_new=False), movement(0, is_new=False), movement(None, is_new=True)
    ('↑3', '—', '新')
    """
    if is_new:
        return "新"
    if pd.isna(change):
        return ""
    steps = int(change)
    return "—" if steps == 0 else f"{'↑' if steps > 0 else '↓'}{abs(steps)}"


def column_frame() -> pd.DataFrame:
    """List all columns for the manual: name, title, type, unit, meaning, aliases."""
    rows = [
        (c.name, c.title, c.type, c.unit, c.meaning, "、".join(c.aliases))
        for c in (*INPUT.values(), *FIGURES.values())
    ]
    return pd.DataFrame(rows, columns=["name", "title", "type", "unit", "meaning", "aliases"])
