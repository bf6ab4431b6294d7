"""What forms the values of a column have: days, names of the register, results, points, sentences.

Cheap and plain: a value is looked up or matched, never parsed for keeps. A value may have several
forms; `data/recognition.toml` says what each speaks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from math import isfinite

from wenming_metrics.domain.registers import alias_map
from wenming_metrics.reading.model.grid import CellError, Value
from wenming_metrics.reading.resolve.names import SOURCES, Names
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.everyday_words import points_in_figures
from wenming_metrics.reading.tables.values import bare_item
from wenming_metrics.vocabulary import normalise

_LONGEST_NUMBER = 18
"""Digits of a number that may count lines; Python refuses to read thousands."""
UNIT_FORMS = ("district", "street", "community", "department")
_WORDS = {
    "progress": "已整改 整改中 未整改 已完成 未完成 正在整改 整改完成 完成 已办结 办结 未办结 办理中 处理中"
    " 已处理 未处理 已销号 未销号 已解决 未解决 基本完成 推进中 进行中 已落实 部分整改 长期坚持 立行立改"
    " 已结案 未结案 已处置 处置中 已反馈 持续推进 未启动 已启动 按期完成 滞后 已回复 整改到位",
    "document_state": "通过 已上传 退回 上级退回 待审 未报 已报 已报送 未报送 已提交 未提交 齐全 不齐全 待补充 已上报 未上报"
    " 审核通过 待审核 合格 不合格 需补充 已交 未交 退回修改 已归档 缺项 部分提交 报送中",
    "severity": "一般 较重 严重 较轻 轻微 重大 特别严重 轻 中 重 紧急 较大",
    "state": "已发现 未及时整改 重复 反弹 连续通报 首次 新增 首次发现 重复出现 反复 新发现 重复问题",
    "unit_kind": "区 街道 社区 部门 二层单位 镇 乡 村 县 市直部门 区直部门 市直单位 区直单位 事业单位 国企"
    " 企业 大队 乡镇 镇街 职能部门 机关 局 委办局 直属单位",
    "adjustment": "加分 减分 一票否决 扣分 加 减 扣 奖 罚 奖励 处罚 表扬 否决 +  -",
    "scale": "% 人 个 处 件 次 家 户 份 辆 平方米 万人 人次 场 场次 条 块 亿元 万元 小时 % 百分比 分 项 ‰ 篇 台 名 座",
    "people": "男 女 男性 女性 不限 全部 青年 老年 中年 学生 居民 商户 市民",
    "group": "主城区 城乡结合部 其他 城区组 乡镇组 部门组 一类 二类 三类 第一组 第二组 第三组 a组 b组 c组 a类 b类"
    " c类 甲组 乙组 中心城区 城区 郊区 远郊 近郊 城关组 农村组 街道组 窗口组 一组 二组 三组 四组",
    "test": "国测 省测 市测 市季度测评 第三方 第三方测评 模拟测评 国家测评 省级测评 年度测评 季度测评 省检 国检",
    "request": "投诉 求助 咨询 建议 举报 表扬 感谢 事件 部件",
    "category": "全部 全部内容 公共环境 公共秩序 公共设施 氛围营造 文明氛围 市容环境 环境卫生 交通秩序 公益宣传",
}
_FORM_OF = {
    normalise(text): {f for f, w in _WORDS.items() if text in w.split()}
    for words in _WORDS.values()
    for text in words.split()
}
_RESULT_MORE = set(
    map(
        normalise,
        "达标 不达标 基本达标 良好 优秀 优 良 差 较差 中 a b c d 整洁 存在 不存在 有 无 做到 未做到 基本符合 部分符合 规范 不规范".split(),
    )
)
_YES_NO = {"是", "否", "有", "无"}
_BY_END = (
    ("community", re.compile(r".{1,8}(社区|村|居委会|村委会|居)$")),
    (
        "street",
        re.compile(
            r".{1,8}(街道|街道办|街道办事处|镇|乡|街办|镇政府|管委会|开发区|办事处)(辖区)?$"
        ),
    ),
    (
        "department",
        re.compile(
            r".{1,14}(局|委|委员会|办公室|中心|大队|支队|中队|公司|集团|文明办|妇联|总工会|团委|宣传部|组织部|政法委|管理处|交警|公安|城管|住建|创建办|教体|银行|医院|部)$"
        ),
    ),
    ("district", re.compile(r".{1,6}(区|县)$")),
)
_PLACE = re.compile(
    r"(路|街|巷|市场|小区|广场|公园|学校|小学|中学|医院|车站|超市|大厅|银行|花园|苑|商场|社区|村|号|口|桥|站|网点|店|厅|园|里|坊|城|大厦|段|交叉口|附近|门口|东侧|西侧|南侧|北侧|东门|西门|南门|北门|对面|旁)(\(.*\))?$"
)
_PROBLEM = re.compile(
    r"未|无|不|乱|脏|缺|破|损|差|污|积|堆|满溢|占道|垃圾|烟头|停放|杂物|飞线|小广告|堵|漏|陈旧|脱落|违|过期|裸露|黄土|油烟|噪|坏|杂草|散落|少"
)
_DEMAND = re.compile(
    r"^(?!.*(未|不|没有|欠|缺))(.*(整洁|洁净|清洁|完好|有序|规范|齐全|健全|清晰|清楚|达标|畅通|到位|醒目|及时)"
    r"|.*无.{0,4}(乱|积水|垃圾|烟头|烟蒂|吸烟|堆|杂物|破损|占|卫生死角|明显|小广告|出店|流动|违|污|损|缺失|异味|痰|倒|抛))"
)
"""What is asked for and not what was seen: that something is in order, that nothing bad is there."""
_CLEAN = re.compile(
    r"(无|没有|没|未(发现|见|查到)?)(任何|明显|发现)?(问题|异常|隐患)|一切正常|^(正常|良好|较好)$"
)
"""That nothing was found: of problems alone such a row would not be written."""
_RULE = re.compile(r"[扣减得加]\d+(\.\d+)?分|不得分|扣完为止|酌情(扣|赋|给)分")
"""How much a fault costs: how something is marked, not what was looked at."""
_ASKED = re.compile(r"是否|有无|有没有|能否|[吗?？]$")
"""What is to be answered by a look: a point of a checklist, nothing that was found."""
_REMARK = re.compile(r"\(.*\)$")
_TERM = re.compile(
    r"^\d+个?(工作日|小时|天|日)(内)?$|立行立改|立即|即知即改|长期|当天|当日|\d+月底|\d+日前|月底前|前完成|.*前$|全年|持续"
)
_PERIOD = re.compile(
    r"^(20\d\d年?)?-?(第?[一二三四1-4]季度?|q[1-4]|\d{1,2}月(份|上旬|中旬|下旬)?|[上下]半年|全年|20\d\d年?|年度|第[一二三四五六七八九十\d]+(期|次|轮|批|周))$|^20\d\d-?\d\d$|^20\d\d[.年]\d{1,2}月?$|^\d+月第.周$|^(本|上)(季度?|月|年|期)$",
    re.I,
)
_NUMBER = re.compile(r"^[+-]?\d{1,3}(,\d{3})*(\.\d+)?$|^[+-]?\d+(\.\d+)?$")
_POINTS_TEXT = re.compile(
    r"^(每处|各)?((扣|减|失|罚|加|-|\+)*\d+(\.\d+)?分|(扣|减|失|罚|加|-|\+)+\d+(\.\d+)?分?)(/处)?$"
    r"|^\d+(\.\d+)?(/处|\(.*[处分].*\))$|^不扣分?$"
)
_PERSON = re.compile(
    r"^[\u4e00-\u9fff](某某?|[\u4e00-\u9fff]{1,2})(\(.*\))?$|^[\u4e00-\u9fff]{1,2}(主任|书记|局长|科长|队长|副局长|镇长|站长|同志)$"
)
_CODE = re.compile(r"^(?=.*\d)[a-z一-龥]{0,6}[\[(〔]?[a-z0-9]+[\])〕]?[-_/.a-z0-9]*(号)?$")
_PHONE = re.compile(r"^(1\d{10}|0\d{2,3}-?\d{7,8}|\d{7,8})$|1\d{10}$")
_PICTURE = re.compile(
    r"\.(jpg|jpeg|png|heic|bmp)$|^(img|dsc|照片|图片|图|附图|见图|见附|p)[-_]?\d*|dispimg", re.I
)
_DOCUMENT_NO = re.compile(r"[〔\[(【]20\d\d[〕\])】]\d*号?|\d+号$|^《.*》|通报|文件|简报")
_SENTENCE = re.compile(r"[,。;、!]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_PROGRESS = re.compile(
    r"^(已|未|待|正在|拟|基本|部分|尚未|全部)?(整改|处理|处置|办理|办结|完成|解决|落实|销号|销项|闭环|关闭|复查|核查|结案|反馈|回复|答复|派遣|派单|受理|验收|审核|核实|启动|推进)(中|完成|完毕|到位|完|通过)?$"
)
_OPEN = re.compile(r"^(否|未|没|待|尚未|正在|拟|(部分|申请).*)|中$|超期|逾期")
"""That something is still to be done."""
_REPAIR = re.compile("整改|治理|整治|销[号项]|闭环|修复|改[好完正]")
_TEAM = re.compile(r".{0,8}组$")
_THRESHOLD = re.compile(r"^(≥|≤|>|<|不低于|不少于|不高于|大于|小于|达到|100|以上)|以上$")
_PHASE = re.compile(r"阶段|动员|部署|启动|实施|推进|总结|巩固|验收|自查|集中整治|提升")
_SECONDS = re.compile(r"^\d+(秒|s|分\d*秒?|分钟|:\d\d(:\d\d)?)$|^\d+分\d+秒$")
_AGES = re.compile(r"\d+(岁|周岁)|岁以[上下]|\d+-\d+岁")
_BETWEEN = re.compile(r"[、,;/\n]|和")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Names that values are looked up in: normalised name -> its forms; today's ordinal."""

    forms: Mapping[str, frozenset[str]]
    today: int


NO_LEXICON = Lexicon({}, 0)


def build_lexicon(names: Names, today: int) -> Lexicon:
    """Gather the names of registers and catalogue. Takes: today - ordinal of the day in the city"""
    forms: dict[str, set[str]] = {}

    def add(form: str, words: Iterator[str] | Mapping[str, object]) -> None:
        for word in words:
            forms.setdefault(word, set()).add(form)

    add("district", names.districts)
    add("street", names.streets)
    add("community", names.communities)
    add("department", alias_map(names.register, ["department", "section"]))
    add("site", (name for _, name in names.sites))
    add("point_type", names.point_types)
    add("item", names.items)
    add("item_code", names.item_codes)
    add("category", names.categories)
    return Lexicon({word: frozenset(all_forms) for word, all_forms in forms.items()}, today)


def names_units(texts: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether a row names units or sites of the register: it is data, no header."""
    forms = [lexicon.forms.get(normalise(text), frozenset()) for text in texts]
    return sum(bool(names & {*UNIT_FORMS, "site"}) for names in forms) >= 2


def forms_of(value: Value, lexicon: Lexicon) -> frozenset[str]:
    """Give the forms of one value; a blank has none."""
    if value is None or isinstance(value, CellError | time):
        return frozenset()
    if isinstance(value, bool):
        return frozenset({"result"})
    if isinstance(value, float):
        return frozenset(_forms_of_number(value, lexicon))
    text = normalise(value) if isinstance(value, str) else ""
    if isinstance(value, str) and not text:
        return frozenset()
    day = values.day(value)
    if not isinstance(value, str):
        return frozenset(_forms_of_day(value, day, lexicon))
    forms = set(_forms_of_text(text))
    if day > 0 or (day in (values.NO_YEAR, values.SPAN) and _is_short_day(text)):
        forms |= {"date"} | ({"future"} if _is_future(day, text, lexicon) else set())
        forms |= {"moment"} if ":" in text and not text.endswith("00:00") else set()
        forms -= {"number", "points", "count", "score", "percent", "text", "short", "code", "rank"}
    else:
        forms |= _forms_of_name(text, lexicon)
    return frozenset(forms)


def _is_short_day(text: str) -> bool:
    """Say whether a day without a year is written as a day, not as a number such as 3.5."""
    return not _NUMBER.match(text) or bool(re.match(r"^1[0-2]\.\d{1,2}$", text))


def _is_future(day: int, text: str, lexicon: Lexicon) -> bool:
    if day > 0:
        return day > lexicon.today
    if not lexicon.today:
        return False
    this_year = values.day(text, datetime.fromordinal(lexicon.today).year)
    return this_year > lexicon.today


def _forms_of_day(value: Value, day: int, lexicon: Lexicon) -> Iterator[str]:
    if day > 0:
        yield "date"
        if day > lexicon.today:
            yield "future"
        if isinstance(value, datetime) and (value.hour or value.minute or value.second):
            yield "moment"


def _forms_of_number(number: float, lexicon: Lexicon) -> Iterator[str]:
    yield "number"
    if not isfinite(number):
        return
    is_whole = number == int(number)
    if is_whole and 0 <= number:
        yield "count"
    if abs(number) <= 30:
        yield "points"
    if number < 0:
        yield "minus"
    if 40 <= number <= 130:
        yield "score"
    if 0 < number <= 1 and not is_whole:
        yield "percent"
    if is_whole and 1 <= number <= 100:
        yield "rank"
    if is_whole and 40_000 <= number < 60_000 or (10.0 < number < 13 and not is_whole):
        day = values.day(number, 2000)
        if day > 0:
            yield "date"
            if day > lexicon.today > 0 and number > 40_000:
                yield "future"
    if is_whole and 1e10 <= number < 2e10:
        yield "phone"


def _forms_of_text(text: str) -> Iterator[str]:
    """Give the forms that a (normalised) text has by its letters alone."""
    if _NUMBER.match(text):
        yield from _forms_of_number(float(text.replace(",", "")), NO_LEXICON)
    elif re.match(r"^\d+(\.\d+)?%$", text):
        yield from ("percent", "number")
    if _POINTS_TEXT.match(text) or points_in_figures(text) != text:
        yield from ("points", "minus") if text[0] in "-扣减失罚" else ("points",)
    if re.match(r"^(共)?\d+(处|个|起|件|份|人|户|次)$", text):
        yield from ("places", "count")
    for form, pattern in _TEXT_FORMS:
        if pattern.search(text):
            yield form
    if _DEMAND.search(text):
        yield "demand"
    elif _PROBLEM.search(text):
        yield "problem"
    is_long = len(text) >= 10 and len(_CHINESE.findall(text)) >= 6  # a long code says nothing
    if is_long or (_SENTENCE.search(text) and len(text) > 6):
        yield "sentence"
    if not _NUMBER.match(text):
        yield "text"
        if len(text) <= 8:
            yield "short"


_TEXT_FORMS = (
    *(("clean", _CLEAN), ("asked", _ASKED), ("rule", _RULE), ("term", _TERM)),
    *(("period", _PERIOD), ("code", _CODE), ("phone", _PHONE)),
    *(("picture", _PICTURE), ("document_no", _DOCUMENT_NO), ("team", _TEAM)),
    *(("acted", re.compile("^已|^经.*已")), ("progress", _PROGRESS)),
    *(("open", _OPEN), ("repair", _REPAIR)),
    *(("threshold", _THRESHOLD), ("phase", _PHASE), ("seconds", _SECONDS), ("people", _AGES)),
    *(
        ("rank", re.compile(r"^第?(\d+|[一二三四五六七八九十]+)名?$")),
        ("place", _PLACE),
    ),
)


def _forms_of_name(text: str, lexicon: Lexicon) -> set[str]:
    """Give the forms of a text that is, or ends like, a name or a word with a fixed meaning."""
    forms = set(_FORM_OF.get(text, ()))
    if text in SOURCES or re.search("督查组|第三方|群众|12345|热线|随手拍|暗访组|媒体", text):
        forms.add("source")
    if values.result(_REMARK.sub("", text)) >= 0 or text in _RESULT_MORE:
        forms |= {"result"} | ({"yesno"} if text in _YES_NO else set())
    registered = lexicon.forms.get(text) or lexicon.forms.get(bare_item(text))
    if registered:
        return forms | registered
    pieces = [piece for piece in _BETWEEN.split(text) if piece]
    if pieces and all("category" in _known_forms(piece, lexicon) for piece in pieces):
        forms.add("category")
    ends = {end for piece in pieces for end in _unit_ends(piece, lexicon)[:1]}
    if ends and all(_unit_ends(piece, lexicon) for piece in pieces):
        forms |= ends | ({"units"} if len(pieces) > 1 else set())
    if _PERSON.match(text) and not forms:
        forms.add("person")
    return forms


def _known_forms(piece: str, lexicon: Lexicon) -> set[str]:
    return _FORM_OF.get(piece, set()) | lexicon.forms.get(piece, frozenset())


def _unit_ends(piece: str, lexicon: Lexicon) -> list[str]:
    """Name the kinds of unit that a text may be, the likeliest first."""
    registered = [form for form in UNIT_FORMS if form in lexicon.forms.get(piece, ())]
    return registered or [form for form, end in _BY_END if end.match(piece)][:1]


def shares(column_values: Sequence[Value], lexicon: Lexicon) -> dict[str, float]:
    """Give the share of the filled cells that have each form, and what the column is as a whole.

    Takes:   column_values - its values row by row
    Returns: form -> 0 to 1; besides "filled" (of all rows), "distinct" and "unique" (different
             values), "repeated", "serial" (1, 2, 3 ... downwards)
    """
    filled = [value for value in column_values if values.spell(value)]
    if not filled:
        return {"filled": 0.0}
    forms = {value: forms_of(value, lexicon) for value in dict.fromkeys(filled)}
    counts: dict[str, float] = {}
    for value in filled:
        for form in forms[value]:
            counts[form] = counts.get(form, 0) + 1
    form_shares = {form: count / len(filled) for form, count in counts.items()}
    distinct = len(forms) / len(filled)
    form_shares |= {"filled": len(filled) / len(column_values), "distinct": distinct}
    form_shares |= {"unique": float(distinct == 1), "repeated": float(distinct < 0.7)}
    return form_shares | {"serial": float(_is_serial(filled))}


def _is_serial(filled: Sequence[Value]) -> bool:
    numbers = [values.spell(value) for value in filled]
    if not all(text.isdecimal() and len(text) <= _LONGEST_NUMBER for text in numbers):
        return False
    return len(numbers) > 1 and list(map(int, numbers)) == list(
        range(int(numbers[0]), int(numbers[0]) + len(numbers))
    )
