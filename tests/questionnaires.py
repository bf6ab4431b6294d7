"""A small survey, and questionnaires as different tools write the same answers."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import lru_cache

from wenming_metrics.rules.survey.load import survey_of
from wenming_metrics.rules.survey.model import Survey

SURVEY = """
id = "tiny-survey"
title = "算例问卷"
source = "算例"
wave = "quarter"
[limits]
hide = 2
[[question]]
code = "age"
title = "年龄"
headers = ["您的年龄"]
people = true
option = [{ code = "a26", title = "26-35岁" }, { code = "a36", title = "36-45岁" }, { code = "a66", title = "66岁以上" }]
[[question]]
code = "aware"
title = "是否知道创建"
headers = ["您是否知道我市正在创建全国文明城市"]
option = [
    { code = "know", title = "知道" },
    { code = "unaware", title = "不知道" },
    { code = "unsure", title = "不太清楚", state = "unknown" },
]
[[question]]
code = "channel"
title = "了解渠道"
headers = ["您从哪些渠道了解"]
kind = "multiple"
option = [
    { code = "tv", title = "电视" },
    { code = "wechat", title = "微信公众号" },
    { code = "board", title = "社区宣传栏" },
    { code = "other", title = "其他" },
]
[[question]]
code = "joined"
title = "是否参与过"
headers = ["近一年您是否参与过创建活动"]
option = [{ code = "yes", title = "参与过" }, { code = "no", title = "没有参与过", aliases = ["没有"] }]
[[question]]
code = "overall"
title = "总体满意程度"
headers = ["您对我市创建工作的满意程度"]
option = [
    { code = "very", title = "非常满意" },
    { code = "fairly", title = "满意" },
    { code = "bad", title = "不满意" },
    { code = "unsure", title = "说不清", state = "unknown" },
    { code = "refused", title = "拒绝回答", aliases = ["拒答"], state = "refused" },
]
[[question]]
code = "clean"
title = "环境卫生"
headers = ["环境卫生"]
kind = "scale"
low = 1
high = 5
[[question]]
code = "traffic"
title = "交通秩序"
headers = ["交通秩序"]
kind = "scale"
low = 1
high = 5
[[rate]]
code = "awareness"
title = "知晓率"
question = "aware"
numerator = ["know"]
unknown = "in"
[[rate]]
code = "participation"
title = "参与率"
question = "joined"
numerator = ["yes"]
[[rate]]
code = "satisfaction"
title = "满意度"
question = "overall"
numerator = ["very", "fairly"]
"""
HEADERS = (
    *("序号", "提交答卷时间", "所用时间", "来自IP", "1、您居住的街道", "2、您居住的社区:"),
    *("3、您的年龄[单选题]", "4、您是否知道我市正在创建全国文明城市?(必填)"),
    *("5、您从哪些渠道了解?[多选题]", "6、近一年您是否参与过创建活动?"),
    *("7、您对我市创建工作的满意程度", "8、(1)环境卫生", "8、(2)交通秩序"),
)
"""Headers of an export by text."""
SAID = (
    ("城东街道", "东风社区", "a26", "know", ("tv", "board"), "yes", "very", 5, 4),
    ("城东街道", "东风社区", "a36", "know", ("wechat",), "no", "fairly", 4, 4),
    ("河西街道", "", "a66", "unsure", None, "", "unsure", 3, ""),
    ("河西街道", "桥头社区", "a66", "unaware", ("tv", "wechat", "other"), "yes", "refused", 1, 2),
)
"""Street, community, age, aware, channel (None: not asked), joined, overall, clean, traffic."""
_QUESTIONS = ("age", "aware", "channel", "joined", "overall", "clean", "traffic")
Row = list[object]


@lru_cache(maxsize=1)
def survey() -> Survey:
    """Seven questions, three figures."""
    return survey_of(tomllib.loads(SURVEY))


def rows(words: Callable[[str, object], object], said: Sequence[tuple] = SAID) -> list[Row]:
    """Write questionnaires. Takes: words - what stands in the cell of a question's answer"""
    found = []
    for n, (street, community, *answers) in enumerate(said, start=1):
        told = [words(code, one) for code, one in zip(_QUESTIONS, answers, strict=True)]
        facts = [n, f"2026/9/{10 + n} 9:31:0{n}", f"{100 + n}秒", f"192.0.2.{n}(演示省-演示市)"]
        found.append([*facts, street, community, *told])
    return found


def in_text(code: str, answer: object) -> object:
    """Write an answer by its words, several with ┋ between, as tools do that export by text."""
    if code in ("clean", "traffic"):
        return str(answer) if answer else "(空)"
    if answer is None:
        return "(跳过)"
    if answer == "":
        return "(空)"
    titles = {one.code: one.title for one in survey().question(code).options}
    if isinstance(answer, tuple):
        return "┋".join(titles[one] for one in answer)
    return titles[answer]


def in_numbers(code: str, answer: object) -> object:
    """Write an answer by the number of its option."""
    if code in ("clean", "traffic"):
        return float(answer) if answer else -2.0
    if answer is None or answer == "":
        return -3.0 if answer is None else -2.0
    places = {one.code: n for n, one in enumerate(survey().question(code).options, start=1)}
    if isinstance(answer, tuple):
        return "┋".join(str(places[one]) for one in answer)
    return float(places[answer])


def in_letters(code: str, answer: object) -> object:
    """Write an answer by the letter of its option; words behind it where there is one alone."""
    if code in ("clean", "traffic") or not answer:
        return in_text(code, answer)
    letters = {one.code: chr(65 + n) for n, one in enumerate(survey().question(code).options)}
    if isinstance(answer, tuple):
        return "".join(letters[one] for one in answer)
    return f"{letters[answer]}.{in_text(code, answer)}"
