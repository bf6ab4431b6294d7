"""Headers of questionnaires and of counted tables: which question, or which option, a column holds.

Such columns are named `q:question`, or `q:question:option` where each option has its own. Headers
are compared without their numbering and without what tools add: 「4、…?」 「Q4.」 「[单选题]」 「(必填)」.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from wenming_metrics.rules.survey.model import COUNT, MULTIPLE, SCALE, Question, Survey
from wenming_metrics.vocabulary import headers, normalise

MARK = "q:"
_TAGS = re.compile(
    r"[\[(【](?:必填|必答|选填|选答|可多选|最多|至多|限选|[单多]选|不定项|矩阵|量表|填空|打分|评分|下拉|排序)"
    r"[^\])】]*[\])】]|^\*|\*$"
)
_NUMBERING = re.compile(
    r"^(?:第?\d+题[.、:_-]?|\d+(?:[-.]\d+)*[.、:)_]|q\d+(?:[._]\d+)*(?:[.、:)_]|(?=[^\w]))|\(\d+\)"
    r"|[一二三四五六七八九十]+[、.]|\d+(?=\())+"
)
_ENDS = "?:。.!;、,/_-"
_BESIDE = re.compile(
    r"意见|建议|^来源$|^总分$|^(?:__?|meta/|formhub/)|^(?:自由)?备注$|答题状态|^得分$|^data_quality"
)
"""What tools and authors put beside the questions; it stays in the cells as they came."""
_PLACE = re.compile(
    r"^(?:您|受访者)?(?:现在|目前|平时)?(?:所?居住|所在|所属|常住)?(?:的|在哪个?)?"
    r"(街道|乡镇|镇街|街道\(镇\)|街道\(乡镇\)|社区|社区\(村\)|村居|小区|区|县区|区县)(?:是)?$"
)
_PLACES = {
    "社区": "community",
    "社区(村)": "community",
    "村居": "community",
    "小区": "answer_place",
}
_PLACES |= dict.fromkeys(("区", "县区", "区县"), "district")
_SPLITS = ":/-_."
FACTS = (
    *("answer_serial", "answer_id", "submitted", "answer_start", "answer_end", "duration"),
    *("district", "street", "community", "answer_place", "period", "interviewer"),
    *("answer_weight", "remark"),
)
"""What columns of questionnaires may hold beside answers."""
_TITLES = headers(FACTS)
_OWN = {"answer_start", "answer_end", "duration", "answer_id", "answer_serial", "interviewer"}
_UNITS = ("subject", "district", "street", "community")


@dataclass(frozen=True, eq=False)
class SurveyWords:
    """The words of a survey: bare header -> question, and per question bare option -> its code."""

    questions: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]]
    alone: Mapping[str, str]
    kinds: Mapping[str, str]


def name_of(question: str, option: str = "") -> str:
    """Name the column of a question, or of one of its options."""
    return f"{MARK}{question}:{option}" if option else MARK + question


def parts_of(name: str) -> tuple[str, str]:
    """Part the name of a column into question and option ("": the whole answer)."""
    question, _, option = name.removeprefix(MARK).partition(":")
    return question, option


def spell_name(survey: Survey | None, name: str) -> str:
    """Write what a column of a questionnaire holds; "" for a name that the survey has not."""
    question, option = parts_of(name)
    for survey_question in survey.questions if survey and name.startswith(MARK) else ():
        if survey_question.code == question:
            answers = {choice.code: choice.title for choice in survey_question.options}
            answers |= {str(point): f"{point}分" for point in _steps(survey_question)}
            if not option:
                return survey_question.title
            return f"{survey_question.title}：{answers[option]}" if option in answers else ""
    return ""


def column_names(survey: Survey | None, *, counted: bool = False) -> dict[str, str]:
    """List what columns may hold: name -> as people read it. Takes: counted - of counted tables"""
    titles = {}
    for question in survey.questions if survey else ():
        names = [] if counted else [name_of(question.code)]
        if counted or question.kind == MULTIPLE:
            names += [name_of(question.code, code) for code in _codes(question)]
        if counted or question.kind != COUNT:
            titles |= {name: spell_name(survey, name) or name for name in names}
    return titles


def is_beside(word: str) -> bool:
    """Say whether a (normalised) header is one that nobody misses: free text, a tool's own facts."""
    return bool(_BESIDE.search(word))


@lru_cache(maxsize=1 << 14)
def bare(text: str) -> str:
    """Take numbering and added words off a header.

    >>> bare("4、您是否知道?[单选题]"), bare("8、(1)环境卫生"), bare("Q7. 满意程度(必填)")
    ('您是否知道', '环境卫生', '满意程度')
    """
    word = _TAGS.sub("", normalise(text))
    return (_NUMBERING.sub("", word) or word).strip(_ENDS)


def survey_columns(
    texts: Sequence[str],
    groups: Sequence[str],
    survey: Survey | None,
    meanings: Mapping[str, str],
    *,
    is_chosen: bool = False,
) -> dict[str, list[int]]:
    """Give the columns of a row that may head questionnaires: name -> positions.

    Takes:   meanings - what people said of headers (normalised); is_chosen - that they are
             questionnaires is what a person said
    Returns: {} where the row does not speak of questionnaires
    """
    survey_words, positions = _survey_words(survey) if survey else None, {}
    for position, text in enumerate(texts):
        word = normalise(text)
        if word:
            name = (
                meanings[word]
                if word in meanings
                else _fact(word) or _of_survey(survey_words, text, groups, position)
            )
            if name:
                positions.setdefault(name, []).append(position)
    return positions if is_chosen or _is_survey(positions, survey_words) else {}


def counted_columns(
    texts: Sequence[str], groups: Sequence[str], survey: Survey | None, meanings: Mapping[str, str]
) -> dict[str, list[int]]:
    """Give the columns of options, and of figures, that a row of a counted table may head."""
    survey_words, positions = _survey_words(survey) if survey else None, {}
    for position, text in enumerate(texts):
        word = normalise(text)
        name = meanings.get(word) or (
            _of_counts(survey_words, text, groups, position) if survey_words and word else ""
        )
        if name.startswith(MARK):
            positions.setdefault(name, []).append(position)
    return positions


def has_units(names: Mapping[str, object]) -> bool:
    """Say whether columns found in a row name units."""
    return any(name in names for name in _UNITS)


def is_counted(names: frozenset[str], title: str) -> bool:
    """Say whether columns are those of a counted table: units, and two options or figures."""
    counted = [name for name in names if name.startswith(MARK)]
    return len(counted) >= 2 and has_units(dict.fromkeys(names))


def _is_survey(positions: Mapping[str, object], survey_words: SurveyWords | None) -> bool:
    """Say whether columns are those of questionnaires, not of scores that are named alike."""
    questions = {parts_of(name)[0] for name in positions if name.startswith(MARK)}
    if "submitted" in positions or "answer_end" in positions:
        return bool(questions or _OWN & set(positions))
    plain = [
        question for question in questions if survey_words and survey_words.kinds[question] != SCALE
    ]
    return len(questions) >= 2 and bool(plain)


def _fact(word: str) -> str:
    last = word.rpartition("/")[2]
    name = _TITLES.get(word) or _TITLES.get(bare(word)) or _TITLES.get(last)
    if name:
        return name
    match = _PLACE.match(bare(last))
    return _PLACES.get(match[1], "street") if match else ""


def _of_survey(
    survey_words: SurveyWords | None, text: str, groups: Sequence[str], position: int
) -> str:
    """Name the question of a column, or, of a multiple answer, the option."""
    if survey_words is None:
        return ""
    question = survey_words.questions.get(bare(text))
    if question:
        return "" if survey_words.kinds[question] == COUNT else name_of(question)
    for left, right in (
        *_splits(text),
        *([(groups[position], text)] if position < len(groups) else []),
    ):
        over = survey_words.questions.get(bare(left))
        if (
            over
            and survey_words.kinds[over] == MULTIPLE
            and bare(right) in survey_words.options[over]
        ):
            return name_of(over, survey_words.options[over][bare(right)])
        question = survey_words.questions.get(bare(right))
        if question and survey_words.kinds[question] != COUNT and not over:
            return name_of(question)
    return ""


def _of_counts(survey_words: SurveyWords, text: str, groups: Sequence[str], position: int) -> str:
    """Name the figure of a column, or the question and the option that it counts."""
    word = _unit_off(bare(text))
    for left, right in (
        *([(groups[position], text)] if position < len(groups) else []),
        *_splits(text),
    ):
        over, option = survey_words.questions.get(bare(left)), _unit_off(bare(right))
        if over and option in survey_words.options[over]:
            return name_of(over, survey_words.options[over][option])
    return survey_words.alone.get(word, "")


def _unit_off(word: str) -> str:
    return re.sub(r"\((?:份|人|人数|个|票|份数|人次)\)$|(?:份数|人数|票数)$", "", word) or word


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Part a header in two at every mark that may stand between question and option."""
    word = _TAGS.sub("", normalise(text))
    if match := re.fullmatch(r"(.+)[\[(【]([^\[\]()【】]+)[\])】]", word):
        yield match[1], match[2]
    for index, mark in enumerate(word):
        if mark in _SPLITS and 0 < index < len(word) - 1:
            yield (
                word[:index].rpartition("/")[2] if mark == "/" else word[:index],
                word[index + 1 :],
            )


@lru_cache(maxsize=8)
def _words_of(questions: tuple[Question, ...]) -> SurveyWords:
    words, options, kinds, met = {}, {}, {}, {}
    for question in questions:
        kinds[question.code] = question.kind
        for text in (question.code, question.title, *question.headers):
            words.setdefault(bare(text), question.code)
        option_codes = {normalise(o.code): o.code for o in question.options}
        option_codes |= {
            bare(text): o.code for o in question.options for text in (o.title, *o.aliases)
        }
        option_codes |= {bare(f"{point}分"): str(point) for point in _steps(question)}
        options[question.code] = option_codes
        for text, code in option_codes.items():
            met.setdefault(text, set()).add(name_of(question.code, code))
    alone = {text: names.pop() for text, names in met.items() if len(names) == 1}
    return SurveyWords(words, options, alone, kinds)


def _survey_words(survey: Survey) -> SurveyWords:
    return _words_of(survey.questions)


def _codes(question: Question) -> list[str]:
    return [*(option.code for option in question.options), *map(str, _steps(question))]


def _steps(question: Question) -> range:
    """Give the points that may be given, of a question that asks for points."""
    return range(question.low, question.high + 1) if question.kind == SCALE else range(0)
