"""What each line of a survey's definitions means, in the words of the office, for its workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping

HEAD_WORDS = {
    **{"id": "编号", "title": "名称", "source": "依据的文件", "place": "哪个地方的,本单位的不写"},
    **{"wave": "一轮多长:month、quarter、half、year", "grace_days": "截止后多少天内交来的还算"},
    **{"city": "全市数:pooled 合在一起,units 各单位平均,population 按常住人口加权"},
    **{"decimals": "百分数的小数位", "fast": "少于多少秒答完的提示核实"},
    **{"near": "多少分钟内同一地址、回答相同的提示核实"},
}
LIMIT_WORDS = {
    **{"hide": "少于多少份不公布", "flag": "少于多少份不排名", "caution": "少于多少份加注"},
    **{"max_width": "误差范围宽过多少个百分点不排名", "unknown_share": "不了解占百分之几要提示"},
}
QUESTION_WORDS = {
    **{"code": "代号,不要改", "title": "题目", "headers": "表里怎样写,不带题号"},
    **{"kind": "题型:single 单选、multiple 多选、scale 打分、count 计数"},
    **{"low": "最低几分", "high": "最高几分", "people": "true:按它分人群"},
}
OPTION_WORDS = {
    **{"code": "代号,不要改", "title": "选项", "aliases": "别的写法"},
    **{"state": "valid 有效回答、unknown 不了解、refused 拒答"},
}
RATE_WORDS = {
    **{"code": "代号", "title": "名称", "question": "用哪道题(代号)", "target": "目标(%)"},
    **{"method": "share 比例、values 折算值的平均", "numerator": "分子:哪些选项(代号)"},
    **{"base": "分母:哪些选项,不写是全部有效回答", "values": "这个选项折合多少,0 到 1"},
    **{"unknown": "不了解计不计入分母:in、out", "blank": "空白计不计入分母:in、out"},
}
MARGIN_WORDS = {
    **{"question": "用哪道题(代号)", "shares": "这一群人在常住人口里占多少"},
}
SCORE_WORDS = {
    **{"title": "名称", "full_mark": "满分", "bands": "从几分起得几分,从高到低"},
    **{"question": "用哪道题(代号)", "weight": "权重", "values": "这个选项折合多少,0 到 1"},
}
_PLACE = re.compile(
    r"(question|rate|margin|score\.part)\[(\d+)\](?:\.option\[(\d+)\])?\.(\w+)|(?:(limits|score)\.)?(\w+)"
)
_SECTIONS = {
    "question": ("题目", QUESTION_WORDS),
    "rate": ("指标", RATE_WORDS),
    "margin": ("人口构成", MARGIN_WORDS),
    "score.part": ("问卷得分里的题目", SCORE_WORDS),
}


def spell_path(told: Mapping, path: str) -> str:
    """Say what a setting means: `question[3].option[2].title` -> 「题目…的第 2 个选项:选项」.

    Takes: told - the definitions as read from TOML; a path that is not known gives ""
    """
    found = _PLACE.match(path)
    if not found:
        return ""
    section, number, option, name, plain, alone = found.groups()
    if not section:
        words = {"limits": LIMIT_WORDS, "score": SCORE_WORDS}.get(plain, HEAD_WORDS)
        return f"{'问卷得分:' if plain == 'score' else ''}{words.get(alone, '')}"
    title, words = _SECTIONS[section]
    named = f"{title}“{_name(told, section, int(number))}”"
    if option:
        return f"{named}的第 {option} 个选项:{OPTION_WORDS.get(name, '')}"
    return f"{named}:{words.get(name, '')}"


def _name(told: Mapping, section: str, number: int) -> str:
    """Give the title of a section; of a margin or a part of the score that of its question."""
    if section in ("question", "rate"):
        return str(told[section][number - 1].get("title", number))
    holder = told["margin"] if section == "margin" else told["score"]["part"]
    code = holder[number - 1].get("question", "")
    titles = {one.get("code"): one.get("title") for one in told.get("question", [])}
    return str(titles.get(code, code))
