"""The questionnaire as a workbook that an office fills in: questions, options, figures, in plain words.

Codes are given by the program. They stand in grey beside what they belong to, so that a question or an
option that is worded anew stays the one that stored answers speak of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from wenming_metrics.rules.faults import Fault
from wenming_metrics.rules.survey.model import SCALE, SHARE, SINGLE, VALID, VALUES
from wenming_metrics.rules.survey.settings_table import SURVEY
from wenming_metrics.rules.survey.wording import CITY_WORDS, KIND_WORDS, STATE_WORDS, WAVE_WORDS
from wenming_metrics.rules.workbook.convert import Heading, value_of
from wenming_metrics.rules.workbook.pages import VALUE, Page
from wenming_metrics.rules.workbook.workbook import SheetFault, WorkbookError, read_table
from wenming_metrics.vocabulary import normalise

_GIVEN = "代号（系统用，新增的空着）"
_BASE_WORDS = {"out": "不计", "in": "计入分母"}
_HEAD_WORDS = {"wave": WAVE_WORDS, "city": CITY_WORDS}
_YES = "是"
ASKED, FIGURES, HEAD = "题目和选项", "指标", "约定"
SHEETS: dict[str, tuple[str, tuple[Heading, ...]]] = {
    ASKED: (
        "一行一个选项，题目只在它的第一行写，下面空着的接着上一题。打分题写最低分、最高分，不写选项。几种写法用分号隔开。",
        (
            Heading("title", "题目", 34),
            Heading("kind", "题型", 8, KIND_WORDS),
            Heading("headers", "表头的其他写法", 36),
            Heading("people", "分人群", 8, {"true": _YES}),
            Heading("low", "最低分", 8),
            Heading("high", "最高分", 8),
            Heading("option", "选项", 22),
            Heading("aliases", "选项的其他写法", 30),
            Heading("state", "算作", 10, STATE_WORDS),
            Heading("code", f"题目{_GIVEN}", 16),
            Heading("option_code", f"选项{_GIVEN}", 16),
        ),
    ),
    FIGURES: (
        "一行一项指标。比例：写哪些选项算分子，分母空着是全部有效回答。折算：写每个选项折合多少（0 到 1），如 满意=1；一般=0.6。几个选项用分号隔开。",
        (
            Heading("title", "名称", 20),
            Heading("question", "题目", 34),
            Heading("numerator", "分子是哪些选项", 30),
            Heading("base", "分母只算哪些选项", 30),
            Heading("values", "选项折算", 34),
            Heading("unknown", "不了解", 10, _BASE_WORDS),
            Heading("blank", "空白", 10, _BASE_WORDS),
            Heading("target", "目标（%）", 10),
            Heading("code", f"指标{_GIVEN}", 16),
        ),
    ),
    HEAD: (
        "改“值”一列，空着的按缺省。问卷得分、人口构成在办法的“两率一度”一张里改，这里不动。",
        (
            Heading("setting", "设置", 22),
            Heading("value", VALUE, 40),
            Heading("", "含义", 50),
        ),
    ),
}
_NEEDED = {ASKED: ("title", "option"), FIGURES: ("title", "question"), HEAD: ("setting", "value")}
_SEPARATORS = re.compile(r"[;；|\n]")
_HEAD_SETTINGS = {
    s.title: s for s in SURVEY.settings if "[]" not in s.path and "score" not in s.path
}


def survey_pages(survey: Mapping) -> list[Page]:
    """Lay the definitions of a survey out as pages. Takes: survey - as survey.toml, {}: none yet"""
    rows = {ASKED: _asked_rows(survey), FIGURES: _figure_rows(survey), HEAD: []}
    for title, setting in _HEAD_SETTINGS.items():
        value = _at(survey, setting.path)
        word = _HEAD_WORDS.get(setting.path, {}).get(str(value), value)
        rows[HEAD].append([title, word, setting.meaning or None])
    return [Page(title, hint, heads, rows[title]) for title, (hint, heads) in SHEETS.items()]


def _asked_rows(survey: Mapping) -> list[list]:
    rows = []
    for question in survey.get("question", ()):
        texts = {
            "title": question["title"],
            "kind": KIND_WORDS[question.get("kind", SINGLE)],
            "headers": "；".join(question.get("headers", ())),
            "people": _YES if question.get("people") else None,
            "low": question.get("low"),
            "high": question.get("high"),
            "code": question["code"],
        }
        for option in question.get("option", ()) or ({},):
            texts |= {
                "option": option.get("title"),
                "aliases": "；".join(option.get("aliases", ())) or None,
                "state": STATE_WORDS[option.get("state", VALID)] if option else None,
                "option_code": option.get("code"),
            }
            rows.append([texts.get(heading.name) for heading in SHEETS[ASKED][1]])
            texts = {}
    return rows


def _figure_rows(survey: Mapping) -> list[list]:
    questions = {question["code"]: question for question in survey.get("question", ())}
    rows = []
    for rate in survey.get("rate", ()):
        question = questions[rate["question"]]
        titles = {option["code"]: option["title"] for option in question.get("option", ())}
        worth = rate.get("values", {}).items()
        texts = {
            "title": rate["title"],
            "question": question["title"],
            "values": "；".join(f"{titles.get(code, code)}={value:g}" for code, value in worth),
            "unknown": _BASE_WORDS[rate.get("unknown", "out")],
            "blank": _BASE_WORDS[rate.get("blank", "out")],
            "target": rate.get("target"),
            "code": rate["code"],
        }
        for name in ("numerator", "base"):
            texts[name] = "；".join(titles.get(code, code) for code in rate.get(name, ()))
        rows.append([texts[heading.name] or None for heading in SHEETS[FIGURES][1]])
    return rows


def _at(survey: Mapping, path: str) -> object:
    for step in path.split("."):
        survey = survey.get(step) if isinstance(survey, Mapping) else None
    return survey


@dataclass(frozen=True)
class _Filled:
    """What is read of a workbook so far: questions, faults, and where each path stands."""

    former: Mapping
    questions: list[dict] = field(default_factory=list)
    refusals: list[SheetFault] = field(default_factory=list)
    rows: dict[str, tuple[str, int]] = field(default_factory=dict)

    def refuse(self, sheet: str, row: int, column: str, complaint: str) -> None:
        column_title = next(heading.title for heading in SHEETS[sheet][1] if heading.name == column)
        self.refusals.append(SheetFault(sheet, row, column_title, complaint))


def filled_in_survey(
    sheets: Mapping[str, Sequence[Sequence[str]]], former: Mapping
) -> tuple[dict, Callable[[Fault], SheetFault]]:
    """Make the definitions of a survey from a filled-in workbook.

    Takes:   sheets - title -> rows of texts from Excel's row 1 on; former - definitions so far
    Returns: the new definitions, as survey.toml; what says of a fault in them where it stands
    Raises WorkbookError with everything that cannot be read, by sheet, row and column.
    """
    filled = _Filled(former)
    lacking = [title for title in (ASKED, FIGURES) if title not in sheets]
    filled.refusals.extend(SheetFault(title, None, "", "缺少这张工作表。") for title in lacking)
    sheet_lines = {
        title: read_table(title, heads, _NEEDED[title], sheets, filled.refusals).lines
        for title, (_, heads) in SHEETS.items()
    }
    settings = _read_head(filled, sheet_lines[HEAD])
    _read_questions(filled, sheet_lines[ASKED])
    rates = _read_figures(filled, sheet_lines[FIGURES])
    if filled.refusals:
        raise WorkbookError(
            sorted(filled.refusals, key=lambda fault: (fault.sheet, fault.row or 0))
        )
    untouched = {name: former[name] for name in ("score", "margin") if name in former}
    survey = {**settings, "question": filled.questions, "rate": rates, **untouched}

    def locate(fault: Fault) -> SheetFault:
        path = fault.column
        while path and path not in filled.rows:
            path = re.sub(r"[.\[][^.\[]*$", "", path) if re.search(r"[.\[]", path) else ""
        sheet, row = filled.rows.get(path, ("整个文件", None))
        return SheetFault(sheet, row, "", fault.message)

    return survey, locate


def _read_head(filled: _Filled, lines: Iterable[tuple[int, Mapping[str, str]]]) -> dict:
    """Read the plain settings; without the sheet they stay as they were."""
    facts: dict = {k: v for k, v in filled.former.items() if not isinstance(v, list)}
    facts.pop("score", None)
    thresholds = dict(facts.pop("limits", {}))
    for row, line in lines:
        setting, text = _HEAD_SETTINGS.get(line["setting"]), line["value"]
        if setting is None:
            filled.refuse(HEAD, row, "setting", f"没有“{line['setting']}”这项设置。名称请不要改。")
            continue
        section, _, name = setting.path.rpartition(".")
        section_facts = thresholds if section else facts
        section_facts.pop(name, None)
        filled.rows[setting.path] = (HEAD, row)
        codes = {word: code for code, word in _HEAD_WORDS.get(setting.path, {}).items()}
        try:
            if text:
                section_facts[name] = codes.get(text) or value_of(text, setting)
        except ValueError as error:
            filled.refuse(HEAD, row, "value", str(error))
    defaults = {"id": "survey", "title": "问卷调查", "source": "本单位"}
    return {**defaults, **facts, **({"limits": thresholds} if thresholds else {})}


def _read_questions(filled: _Filled, lines: Iterable[tuple[int, Mapping[str, str]]]) -> None:
    formers = {question["code"]: question for question in filled.former.get("question", ())}
    titles = {normalise(question["title"]): code for code, question in formers.items()}
    codes = set(formers) | {line.get("code", "") for _, line in lines}
    question: dict = {}
    for row, line in lines:
        if line["title"] and line["title"] != question.get("title"):
            code = line.get("code") or titles.get(normalise(line["title"])) or _free("q", codes)
            question = {"code": code, "title": line["title"]}
            question |= _question_facts(filled, row, line)
            filled.questions.append(question)
            filled.rows[f"question[{len(filled.questions)}]"] = (ASKED, row)
        if not question:
            filled.refuse(ASKED, row, "title", "第一行要写题目。")
            return
        if line["option"]:
            former = formers.get(question["code"], {}).get("option", ())
            question.setdefault("option", []).append(_option(filled, row, line, question, former))
            path = f"question[{len(filled.questions)}].option[{len(question['option'])}]"
            filled.rows[path] = (ASKED, row)


def _question_facts(filled: _Filled, row: int, line: Mapping[str, str]) -> dict:
    facts: dict = {"kind": _code(filled, ASKED, row, "kind", line, KIND_WORDS, SINGLE)}
    if headers := _split(line.get("headers", "")):
        facts["headers"] = headers
    if line.get("people") in (_YES, "true"):
        facts["people"] = True
    for name in ("low", "high"):
        text = line.get(name, "")
        if text and not re.fullmatch(r"\d+", text):
            filled.refuse(ASKED, row, name, f"“{text}”应为整数。")
        elif text:
            facts[name] = int(text)
    return facts


def _option(
    filled: _Filled, row: int, line: Mapping[str, str], question: dict, former: Sequence[Mapping]
) -> dict:
    """Read one option; its code is that of the former option of the same words, or a free one."""
    titles = {normalise(option["title"]): option["code"] for option in former}
    codes = {option["code"] for option in (*former, *question.get("option", ()))}
    code = line.get("option_code") or titles.get(normalise(line["option"])) or _free("o", codes)
    option: dict = {"code": code, "title": line["option"]}
    if aliases := _split(line.get("aliases", "")):
        option["aliases"] = aliases
    state = _code(filled, ASKED, row, "state", line, STATE_WORDS, VALID)
    return option if state == VALID else {**option, "state": state}


def _read_figures(filled: _Filled, lines: Sequence[tuple[int, Mapping[str, str]]]) -> list[dict]:
    titles = {normalise(rate["title"]): rate["code"] for rate in filled.former.get("rate", ())}
    codes = set(titles.values()) | {line.get("code", "") for _, line in lines}
    questions = {normalise(question["title"]): question for question in filled.questions}
    rates: list[dict] = []
    for row, line in lines:
        question = questions.get(normalise(line["question"]))
        if question is None:
            complaint = f"没有“{line['question']}”这一题，请照“{ASKED}”里的写。"
            filled.refuse(FIGURES, row, "question", complaint)
            continue
        code = line.get("code") or titles.get(normalise(line["title"])) or _free("r", codes)
        rate: dict = {"code": code, "title": line["title"], "question": question["code"]}
        options = _option_codes(question)
        for name in ("numerator", "base"):
            if words := _split(line.get(name, "")):
                rate[name] = [_option_of(filled, row, name, word, options) for word in words]
        rate["method"] = VALUES if line.get("values") else SHARE
        if line.get("values"):
            rate["values"] = _worth(filled, row, line["values"], options)
        for name in ("unknown", "blank"):
            rate[name] = _code(filled, FIGURES, row, name, line, _BASE_WORDS, "out")
        if line.get("target"):
            try:
                rate["target"] = float(line["target"].removesuffix("%"))
            except ValueError:
                filled.refuse(FIGURES, row, "target", f"“{line['target']}”应为数。")
        rates.append(rate)
        filled.rows[f"rate[{len(rates)}]"] = (FIGURES, row)
    return rates


def _option_codes(question: Mapping) -> dict[str, str]:
    """Map the words of a question's options, or the steps of its scale, to codes."""
    codes = {
        normalise(word): option["code"]
        for option in question.get("option", ())
        for word in (*option.get("aliases", ()), option["title"])
    }
    steps = range(question.get("low", 0), question.get("high", 0) + 1)
    return codes | ({str(n): str(n) for n in steps} if question.get("kind") == SCALE else {})


def _option_of(
    filled: _Filled, row: int, column: str, word: str, options: Mapping[str, str]
) -> str:
    code = options.get(normalise(word), "")
    if not code:
        filled.refuse(FIGURES, row, column, f"“{word}”不是这一题的选项。")
    return code


def _worth(filled: _Filled, row: int, text: str, options: Mapping[str, str]) -> dict[str, float]:
    values = {}
    for entry in _split(text):
        word, _, number = (text.strip() for text in re.sub("＝", "=", entry).rpartition("="))
        if not re.fullmatch(r"\d+(?:\.\d+)?", number):
            complaint = f"“{entry}”应写成 选项=折合多少，如 满意=1。"
            filled.refuse(FIGURES, row, "values", complaint)
        elif code := _option_of(filled, row, "values", word, options):
            values[code] = float(number)
    return values


def _code(
    filled: _Filled,
    sheet: str,
    row: int,
    column: str,
    line: Mapping[str, str],
    words: Mapping[str, str],
    default: str,
) -> str:
    """Turn a word that may be chosen into its code."""
    text = line.get(column, "")
    codes = {word: code for code, word in words.items()} | {code: code for code in words}
    if text and text not in codes:
        filled.refuse(sheet, row, column, f"“{text}”不认识，应为{'、'.join(words.values())}。")
    return codes.get(text, default)


def _split(text: str) -> list[str]:
    return [text.strip() for text in _SEPARATORS.split(text) if text.strip()]


def _free(stem: str, codes: set[str]) -> str:
    """Give a code that nothing has had, and take it."""
    code = next(name for n in range(1, 10_000) if (name := f"{stem}{n}") not in codes)
    codes.add(code)
    return code
