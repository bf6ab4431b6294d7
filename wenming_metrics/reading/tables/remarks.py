"""Remarks in brackets: which leave the word or the number before them as it is, and which speak against it.

A remark behind a good result is harmless only in a known form; behind points it is free text, and only
words that tell of other points count.
"""

from __future__ import annotations

import re

_BETWEEN = re.compile(r"[,;。、!]")
_NOTHING = (
    "(?:现场|目前|本次|暂时?|均|都|经查|检查)*"
    "(?:(?:未|没有?|暂?无|不)(?:再|有)?(?:发现|见|存在|查到)?(?:任何|明显|其[他它]|相关|突出)*"
    "(?:问题|异常|隐患|扣分)"
    "|无|没有|不存在|未发现|未见|不扣|免扣分|(?:无需|不需要?|不用)整改|[0零](?:处|个)(?:问题)?)"
)
"""That nothing was found, or nothing was taken off."""
_WELL = (
    "(?:整体|总体|现场|环境|地面|均|都|全部|很|较)*"
    "(?:好|良好|优秀?|整洁|干净|规范|完好|齐全|到位|正常|有序|达标|合格|符合|通过)"
)
_LOOKED = (
    r"(?:本次|现场|随机|实地|共|已)*(?:抽查|检查|查看|走访|测评|督查|抽|查|看)(?:了|共)*\d+"
    r"[处个户家间座条份人次栋层块段辆名](?:点位|商户|店铺?|摊位|楼栋|单元|样本)?"
)
_POINTER = (
    r"(?:详?见|附|有|现场)*(?:照片|图片|附件|附图|图|备注|视频)\d*|现场(?:查看)?|实地|随机抽查"
    r"|已?(?:核实|复核|复查)|[东西南北正后](?:门|侧|区|段|口)|\d+(?:号|#)(?:楼|门|点位?)?"
    r"|[上下]午|白天|夜间|晚上|[早晚]高峰|周末|\d+月\d+日"
)
"""Where to look, and where or when it was looked at."""
_NOTHING_CLAUSE = re.compile(_NOTHING)
_HARMLESS_CLAUSE = re.compile(f"{_NOTHING}|(?:{_LOOKED})?{_WELL}|{_LOOKED}|{_POINTER}")
_PRICED = re.compile(
    r"扣|减(?!速|震)|免(?!费)|失分|得分|加分|\d分(?!钟)|[一二两三四五半]分(?!之|钟)|^[-+]?[\d.]+$"
)
"""That speaks of points, which a word has none of."""
_FAULTY = re.compile(
    r"问题|垃圾|烟头|破损|堆放|占道|[乱脏差]|不达标|不合格|部分|个别|少数|[\d一二两三多]处"
    r"|(?<![未没])(?<!没有)发现|(?<![未没无所])有(?![雨雪事会])"
)
_OTHER_POINTS = re.compile(
    r"每(?![日天周月年晚])|每.?\d|各(?![类楼种单路段层])|/处|[x×*]\d|\d[x×*]|(?<!公)共(?![享用同])|合计|累计"
    r"|\d分(?!钟)|^[-+]?[\d.]+$|[不免未无原再应少多已]予?扣|扣除?[\d一二两三四五半]|^[加减免]$|[加减]\d|处\d|封顶|上限|最多|[加翻]倍|平均|加分|减分"
    r"|[一减折]半|减免|免除|豁免|免罚|撤[销回]|取消扣|作废|不[计算]|返还|申诉|(?:原|应|实|改)[为是计记]?\d"
)
"""That the points are others than the number before: what each place costs, the most, none at all."""
_FULL_MARK = re.compile(r"满分:?\d+(?:\.\d+)?分?")


def is_harmless_when_good(remark: str) -> bool:
    """Say whether a (normalised) remark behind a good result leaves it good.

    >>> [is_harmless_when_good(text) for text in ("未见问题,见照片", "有垃圾", "-0.5")]
    [True, False, False]
    """
    clauses = [clause for clause in _BETWEEN.split(remark) if clause.strip("-/")]
    return all(_HARMLESS_CLAUSE.fullmatch(clause) for clause in clauses)


def is_harmless_when_bad(remark: str) -> bool:
    """Say whether a (normalised) remark behind a bad result tells neither points nor that nothing was found.

    >>> [is_harmless_when_bad(text) for text in ("2处", "扣0.5分", "无问题")]
    [True, False, False]
    """
    return not _PRICED.search(remark) and not _NOTHING_CLAUSE.fullmatch(remark)


def is_harmless_when_not_seen(remark: str) -> bool:
    """Say whether a (normalised) remark behind 不涉及, 未查, 未开门 tells neither points nor faults.

    >>> [is_harmless_when_not_seen(text) for text in ("装修", "门口有垃圾2处")]
    [True, False]
    """
    return not _PRICED.search(remark) and not _FAULTY.search(remark)


def tells_other_points(remark: str) -> bool:
    """Say whether a (normalised) remark behind points tells others than the number before it.

    >>> [tells_other_points(text) for text in ("每处", "原扣0.5", "各类广告破损", "满分2分")]
    [True, True, False, False]
    """
    return bool(_OTHER_POINTS.search(_FULL_MARK.sub("", remark)))
