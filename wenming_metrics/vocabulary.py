"""Every column once: code name, Chinese name, aliases in workbooks, type, unit, meaning.

The readers find their columns by these titles and aliases, pages and exports take their headings
from here, the manual prints it. A word that stands here is used everywhere for the same thing.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
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
        _column(
            "lost_total",
            "扣分小计",
            "小数",
            "分",
            "一个点位各项扣分之和,用来核对",
            "扣分合计|小计扣分|合计扣分|失分小计",
        ),
        _column(
            "earned_total",
            "得分",
            "小数",
            "分",
            "原表写的得分,只用来核对,不作为得分",
            "点位得分|得分合计|实得分",
        ),
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
        _column(
            "successor",
            "并入单位",
            "单位",
            "",
            "停用后并入哪个单位,那个单位接着算它的检查",
            "合并到|合并后单位|撤并去向",
        ),
        _column(
            "subject",
            "单位",
            "单位",
            "",
            "这一行说的是哪个单位",
            "填报单位|反馈单位|上报单位|报送单位|被测单位|被评单位|测评对象|单位名称",
        ),
        _column(
            "problem_no",
            "问题编号",
            "文字",
            "",
            "交办清单上的编号",
            "编号|问题序号|清单编号|交办编号|交办单号|工单编号",
        ),
        _column(
            "deadline",
            "整改时限",
            "日期",
            "日",
            "应在哪一天前整改好,含当天;也可写 3个工作日、立行立改",
            "整改期限|限期整改时间|整改截止时间|整改截止日期|整改完成时限|限期",
        ),
        _column(
            "handed_out",
            "交办日期",
            "日期",
            "日",
            "哪一天交办的;整改时限写天数的,从这一天数起",
            "交办时间|下发日期|下发时间|派发日期|派发时间|派单时间",
        ),
        _column(
            "severity",
            "严重程度",
            "文字",
            "",
            "一般、较重或严重",
            "问题等级|问题级别|严重等级|问题程度|问题严重程度",
        ),
        _column(
            "problem_state",
            "问题状态",
            "文字",
            "",
            "已发现、未及时整改、重复、反弹或连续通报",
            "通报状态|问题现状",
        ),
        _column(
            "measure",
            "整改措施",
            "文字",
            "",
            "做了什么",
            "整改办法|整改方法|处理措施|采取措施|采取的措施",
        ),
        _column(
            "rectified",
            "整改情况",
            "文字",
            "",
            "已整改、整改中还是未整改",
            "整改状态|整改结果|整改进展|整改完成情况|整改落实情况|是否整改|是否完成整改|整改措施及结果|整改措施及情况",
        ),
        _column(
            "finished",
            "完成时间",
            "日期",
            "日",
            "整改完成的那一天,也可以写当日",
            "完成日期|整改完成时间|整改完成日期|整改时间|整改日期|办结时间|预计完成时间",
        ),
        _column(
            "photo_before",
            "整改前照片",
            "图片",
            "",
            "整改前的照片",
            "整改前|整改前图片|问题照片|现场照片",
        ),
        _column(
            "photo_after",
            "整改后照片",
            "图片",
            "",
            "整改后的照片",
            "整改后|整改后图片|整改照片|照片",
        ),
        _column(
            "chief",
            "责任领导",
            "文字",
            "",
            "负责的领导,催办用,不导出",
            "分管领导|牵头领导|包保领导",
        ),
        _column(
            "contact",
            "责任人",
            "文字",
            "",
            "经办人,催办用,不导出",
            "责任人及电话|整改责任人|联络员|联系人|填报人|经办人|责任人员",
        ),
        _column(
            "phone",
            "联系电话",
            "文字",
            "",
            "经办人的电话,催办用,不导出",
            "电话|联系方式|手机|手机号码|办公电话|联络员电话",
        ),
        _column("project", "测评项目", "文字", "", "测评体系里的大类", "项目|测评类别"),
        _column(
            "indicator",
            "指标",
            "文字",
            "",
            "指标的名称",
            "指标名称|测评指标|考核指标|量化指标|监测指标|二级指标|三级指标",
        ),
        _column("content", "测评内容", "文字", "", "指标下的测评内容", "考核内容|内容"),
        _column("standard", "测评标准", "文字", "", "测评标准的原文", "考核标准|标准|标准要求"),
        _column(
            "requirement",
            "材料要求",
            "文字",
            "",
            "要报的材料",
            "材料名称|申报材料|报送材料|材料清单|材料内容|所需材料|需提供材料",
        ),
        _column(
            "due",
            "截止日期",
            "日期",
            "日",
            "应在哪一天前完成,含当天",
            "应报时间|应报日期|报送时限|上报时限|完成时限|完成期限|截止时间|时限|时限要求",
        ),
        _column(
            "handed_in",
            "报送时间",
            "日期",
            "日",
            "哪一天报来的",
            "报送日期|上报时间|上报日期|提交时间|实报时间",
        ),
        _column(
            "review", "审核意见", "文字", "", "通过,或为什么退回", "审核结果|审核情况|退回意见"
        ),
        _column(
            "document_state",
            "状态",
            "文字",
            "",
            "通过、退回、待审、未报",
            "报送状态|材料状态|当前状态|审核状态|报送情况",
        ),
        _column(
            "period",
            "期间",
            "文字",
            "",
            "哪一年、哪一季或哪一月",
            "统计期|统计时段|统计期间|测评周期|测评期|周期|时期|年月|季度|月份",
        ),
        _column(
            "numerator", "分子", "小数", "", "达到要求的数", "完成数|实有数|达标数|合格数|活跃人数"
        ),
        _column("denominator", "分母", "小数", "", "应有的总数", "总数|应有数|基数|应完成数"),
        _column("value", "数值", "小数", "", "指标的值", "指标值|完成值|实际值|比率|完成率"),
        _column("scale", "计量单位", "文字", "", "数值的单位,如 %、人", "数值单位"),
        _column("target", "目标值", "小数", "", "要求达到的数", "目标|要求值|标准值|目标要求"),
        _column(
            "total",
            "总得分",
            "小数",
            "分",
            "原表写的总分,照原样保存",
            "总分|综合得分|测评得分|指数得分|测评成绩|总成绩|最终得分|综合指数|文明程度指数|得分",
        ),
        _column("printed_rank", "原表名次", "整数", "", "原表写的名次", "名次|排名|位次|排序"),
        _column(
            "printed_change",
            "原表升降",
            "小数",
            "分",
            "原表写的比上一期增减",
            "较上季度|较上期|较上次|较上月|较上年|较上年度|环比|升降|增减",
        ),
        _column(
            "test",
            "测评种类",
            "文字",
            "",
            "国测、省测、市季度测评或第三方",
            "测评类型|测评名称|测评级别",
        ),
        _column("campaign", "专项行动", "文字", "", "行动的名称", "行动名称|专项名称|专项整治"),
        _column(
            "task",
            "任务",
            "文字",
            "",
            "要做的一件事",
            "工作任务|任务名称|重点任务|主要任务|任务内容|整治任务|整治内容|工作内容",
        ),
        _column("phase", "阶段", "文字", "", "进行到哪一步", "工作阶段|推进阶段|实施阶段"),
        _column(
            "progress",
            "进展",
            "文字",
            "",
            "做到什么程度",
            "进度|工作进展|工作进度|完成进度|进展情况|推进情况|落实情况|完成情况",
        ),
        _column(
            "adjusted_on",
            "加减分日期",
            "日期",
            "日",
            "从哪一天起算,写认定或发文的那一天",
            "日期|认定日期|认定时间|发文日期|生效日期|时间|通报日期",
        ),
        _column(
            "adjustment_type",
            "加减分类型",
            "文字",
            "",
            "加分、减分或一票否决",
            "类型|加减类型|加减分类别|加扣分类型|奖惩类型|事项类型",
        ),
        _column(
            "adjusted_points",
            "加减分值",
            "小数",
            "分",
            "加或减几分,不用写正负号;一票否决可以不填",
            "分值|分数|加减分|加减分数|加扣分|加扣分值",
        ),
        _column(
            "reason",
            "事由",
            "文字",
            "",
            "为什么加、减",
            "加减分事由|加减分原因|原因|理由|加减分依据|事项",
        ),
        _column(
            "document_no",
            "文号",
            "文字",
            "",
            "依据的文件编号;一票否决必须填写",
            "文件号|文件编号|发文字号|依据文件|依据文号|依据",
        ),
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

SEVERITIES = ("", "一般", "较重", "严重")
"""How grave a problem is, in the order of their numbers in the store; 0: the row does not say."""
STATES = ("", "已发现", "未及时整改", "重复", "反弹", "连续通报")
"""What became of a problem, in the order of their numbers in the store; 0: the row does not say."""

ANSWERED = "反馈已整改"
"""What an answer says by which a problem is closed, until somebody has looked."""

ADJUSTMENTS = ("加分", "减分", "一票否决")
"""What a decision does to a score after the tree."""

OPTIONS_SHEET = "选项"
FORM_MARK = "wenming-template"
"""Name of the sheet of our own forms that holds what may be chosen, and the word its first cell
begins with: such a sheet is no part of the data."""
EXAMPLE = "示例,请改成真实内容"
"""Remark on the worked example of a form: while it stands there, the row is no data."""

_ODD = frozenset("—–－‐‑‒―−")
_DASHES = dict.fromkeys(map(ord, _ODD), "-")


@lru_cache(maxsize=1 << 15)  # the same few thousand names come with every workbook
def normalise(text: str) -> str:
    """Give the form in which names are compared: full-width to half, no spaces, one dash.

    >>> normalise("农贸（集贸） 市场　")
    '农贸(集贸)市场'
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return plain if _ODD.isdisjoint(plain) else plain.translate(_DASHES)


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


def on_time_note(day: date) -> str:
    """Say what 按期整改率 and 反复 mean, and as of which day."""
    return (
        f"按期整改率截至 {day.isoformat()}:期限已过的问题中,在期限内反馈已整改的占多少;"
        "未到期的另列,没有写期限的不算。反复:没整改好又被发现(重复),或整改后又出现(反弹)。"
    )


def column_frame() -> pd.DataFrame:
    """List all columns for the manual: name, title, type, unit, meaning, aliases."""
    rows = [
        (c.name, c.title, c.type, c.unit, c.meaning, "、".join(c.aliases))
        for c in (*INPUT.values(), *FIGURES.values())
    ]
    return pd.DataFrame(rows, columns=["name", "title", "type", "unit", "meaning", "aliases"])
