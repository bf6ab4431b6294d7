"""Columns that some kinds have beside their roles: items, questions, options; and those nobody reads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wenming_metrics.reading.model import reading
from wenming_metrics.reading.recognise.answer_columns import answer_points, done_columns, is_case
from wenming_metrics.reading.recognise.column_evidence import ColumnEvidence, title_points, weights
from wenming_metrics.reading.recognise.families import wanted
from wenming_metrics.reading.recognise.value_forms import UNIT_FORMS
from wenming_metrics.reading.survey.questions import MARK, counted_columns, survey_columns
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.reading.tables.values import bare_item
from wenming_metrics.rules.survey.model import Survey
from wenming_metrics.vocabulary import normalise

ITEM_COLUMN = "item"
"""Role of a column that bears an item, in a sheet with one column per item."""
ACCEPTED, STRONG = 4.0, 6.0
"""Points from which a role is given to a column; from which it speaks for a kind in full."""
_QUESTION = re.compile(
    r"您|[??]|吗$|\[(单选|多选|填空|矩阵|量表|打分)|^q\d|^第.{1,3}题|^\d+[、.]\D|满意|是否|哪些|如何|程度|了解|知道|评价"
)
_OPTION = re.compile(
    r"满意|知晓|知道|了解|不清楚|参与|参加|同意|支持|经常|偶尔|从不|没有|一般|很好|较好|很差|较差|好|差|人数|票|选|是$|否$|^[a-e]$"
)
_HANDED_OUT = re.compile(r"^(发放|发出|下发)(?!.*收)")
"""Questionnaires that were given out; no option is called so."""
_MARKED = re.compile(r"\(\d+(\.\d+)?分\)$")
_IDLE = re.compile(
    r"^(序号|序|编号|no\.?|行号|#|id)$|照片|图片|签字|签名|盖章|天气|检查人|督查人|记录人|制表|审核人|填表|人员|附件|星期|时段|经度|纬度|坐标|组长|核对|积分|头像|^(来自)?ip"
)
_FACT = re.compile("^所[属在]|(数|量|面积|状态)$")  # what a thing has or is: nothing looked at
_OPINION = re.compile(
    "满意|知晓|知道|了解|不清楚|参与|同意|支持|经常|偶尔|从不|很好|很差|较好|较差"
)
_MANY = 5.0
"""Points of a kind with columns of its own beside the roles, such as items and questions."""
_OFF = re.compile("节日|节假|假日|假期|放假|调休")
"""Words without which a table of days is none of days off."""
_PLANNED = re.compile("计划|安排|拟|待")
_ASKING = re.compile(r"您|[??]|\[(单选|多选|填空|矩阵|量表)")
_OF_ANSWERS = {"submitted", "answer_start", "answer_end", "duration", "answer_id", "interviewer"}
"""What only questionnaires have: the way their questions are put, and facts of the answering."""
_LOOKED_BACK = {reading.CHECKLIST, reading.FINDINGS, reading.VISITS, "rectification"}
"""Kinds that tell of what has been: a day to come speaks against them."""
_NAMED_DAY = 5.0
"""Points of a header that names the day of a look to come."""
_OF_LOOKS = {"team", "source", "visit_no", "scope", "round"}
_FOUND = {"day", "site", "street", "community", "district", "responsible", "lead"} | {
    *("deduction", "deadline", "handed_out", "source")
}
"""Where, when or by whom something was found, or what becomes of it: else it may be of anything."""
_CAME_OUT = {"result", "deduction", "earned_total", "lost_total", "description"}
_PURSUED = {"task", "campaign", "due", "phase"}
"""What is pursued, or by when: else somebody in charge and a state may be of anything."""
_ABOUT = {
    "metric": {"indicator", "value", "numerator", "denominator", "target"},
    "campaign": {"progress", "due", "phase", "phase_from", "phase_to"},
    "external": {"total", "indicator"},
    "duty": set("leader chief contact lead assisting task content standard indicator".split()),
}
"""What a record is about; without it, and without a title, it is of something else."""
_HANDED_IN = {"responsible", "lead", "due", "handed_in", "document_state", "review", "standard"}
"""Who hands a document in, by when, and what became of it: else it is a list of things."""
_NOT_FILLED, _NOT_LISTED = -3.0, -4.0
"""How a check came out; a list of items without that is a standard, or a form nobody filled in."""
_OF_UNITS = {"external", "metric", "quota", "counts", "adjustment"}
_PEOPLE = re.compile(
    "^(员工|学员|学生|警员|干部|选手|职工|教师)?(姓名|名字)$|(学员|警员|人员|队员|员工)名称$|扣分学生"
)
"""Headers of persons: a list of them is none of units."""
_OTHERWISE = -8.0
"""Points of columns that tell another kind: problems in words, items that are whole chapters."""


@dataclass(frozen=True)
class TableFacts:
    """A table as every kind is held against it: its columns, its header, names of items (normalised),
    what questionnaires ask, and its titles with the names of sheet and file (normalised)."""

    columns: Sequence[ColumnEvidence]
    header: Header
    item_names: frozenset[str]
    survey: Survey | None
    titles: str


def fixed_roles(kind: str, table: TableFacts) -> dict[int, str]:
    """Give the columns that a kind has beside its roles: items, questions, options."""
    if kind == reading.WIDE:
        return {
            index: ITEM_COLUMN
            for index, column in enumerate(table.columns)
            if _is_item_column(column, table.item_names)
        }
    texts, groups = table.header.texts, table.header.groups
    if kind == reading.SURVEY:
        by_name = survey_columns(texts, groups, table.survey, {}, is_chosen=True)
        roles = {p: name for name, ps in by_name.items() for p in ps}
        return {
            index: roles.get(column.position, MARK if _is_question(column) else "")
            for index, column in enumerate(table.columns)
            if column.position in roles or _is_question(column)
        }
    if kind == reading.COUNTED:
        by_name = counted_columns(texts, groups, table.survey, {})
        roles = {p: name for name, ps in by_name.items() for p in ps}
        return {
            index: roles.get(column.position, MARK)
            for index, column in enumerate(table.columns)
            if column.position in roles or _is_option(column)
        }
    return {}


def _is_item_column(column: ColumnEvidence, item_names: frozenset[str]) -> bool:
    word = normalise(column.text)
    marked = bool(_MARKED.search(word)) and max(column.worded.values()) < STRONG
    if marked or word in item_names or bare_item(word) in item_names:
        return True
    is_graded = (
        column.has("result", "points", "minus") >= 0.6 and column.has("date", "serial") < 0.5
    )
    is_titled = max(column.worded[name] for name in wanted(reading.WIDE)) >= 3
    is_titled |= bool(_FACT.search(word))
    is_titled |= max(column.worded.values()) >= STRONG
    return is_graded and not is_titled and bool(word) and not _IDLE.search(word)


def _is_question(column: ColumnEvidence) -> bool:
    other = column.has("date", "phone", "street", "community", "district")
    return bool(_QUESTION.search(normalise(column.text))) and other < 0.5


def _is_option(column: ColumnEvidence) -> bool:
    number = column.has("count", "percent", "number")
    is_sum = column.worded["returned"] >= ACCEPTED or _HANDED_OUT.search(normalise(column.text))
    return bool(_OPTION.search(normalise(column.text))) and number >= 0.6 and not is_sum


def is_idle(text: str) -> bool:
    """Say whether a header is that of a column which nobody reads: serial numbers, signatures."""
    return bool(_IDLE.search(normalise(text)))


def special_points(
    kind: str, fixed: Mapping[int, str], table: TableFacts, roles: Sequence[str]
) -> float:
    """Give what columns beside the roles say for a kind that has such, or lacks them."""
    columns = table.columns
    if kind in (reading.WIDE, reading.COUNTED):
        texts = (table.titles, *(c.text for c in columns))
        is_graded = kind == reading.WIDE and _grades_rows(fixed, table, roles)
        is_asked = kind == reading.COUNTED and any(map(_OPINION.search, texts))
        is_ours = is_graded or is_asked or "returned" in roles
        return _beside(kind, fixed, columns) if is_ours else -20.0
    if kind == "holidays":
        texts = [table.titles, *(text for c in columns for text in (c.text, *c.samples))]
        return 0.0 if any(_OFF.search(text) for text in texts) else -20.0
    if kind == reading.SURVEY:
        asked = sum(name.startswith(MARK) for name in fixed.values())
        facts = [
            c
            for c, role in zip(columns, roles, strict=True)
            if role in _OF_ANSWERS or _ASKING.search(c.text)
        ]
        return (_MANY if facts else 0.0) + min(asked, 6) * 0.5 if asked >= 2 else -20.0
    by_role = {role: c for c, role in zip(columns, roles, strict=True)}
    dated = [by_role[role] for role in ("day", "planned_day") if role in by_role]
    future = max((c.has("future") for c in dated), default=0.0)
    is_of_looks = kind in (reading.VISITS, reading.PLAN) and _tells_looks(kind, table, roles)
    if kind == reading.PLAN:
        is_past = any(c.has("date") >= 0.5 and not _PLANNED.search(c.text) for c in dated)
        is_past = is_past and future < 0.2 and not _PLANNED.search(table.titles)
        points = 5.0 * future - (5.0 if is_past else 2.0)
        return points if is_of_looks else points + _OTHERWISE / 2
    if kind in _LOOKED_BACK and future > 0.5:
        return -5.0 * future
    if kind == reading.VISITS and not is_of_looks:
        return _OTHERWISE / 2
    if kind == reading.VISITS:
        if _CAME_OUT & set(by_role) == {"result"} and by_role["result"].has("clean") >= 0.5:
            return _MANY if "item" not in by_role else 0.0  # nothing found at a place as a whole
        unread = (c for c, role in zip(columns, roles, strict=True) if not role and _counts(c))
        figures = [c for c in unread if c.worded["places"] < ACCEPTED]  # not how much was found
        return _OTHERWISE / 2 if len(figures) > 1 else 0.0
    if kind == reading.FINDINGS:
        return _of_findings(table, by_role)
    if kind == reading.CHECKLIST:
        return _of_checks(columns, roles, by_role)
    return _of_records(kind, table, roles, by_role)


def tells_look(column: ColumnEvidence) -> bool:
    """Say whether a column is the day of a look, by more than the word for a day."""
    is_worded = column.worded["day"] >= STRONG or column.worded["planned_day"] >= _NAMED_DAY
    return is_worded and len(normalise(column.text)) > len("日期")


def _tells_looks(kind: str, table: TableFacts, roles: Sequence[str]) -> bool:
    """Say whether places and days are those of looks, by more than the word for a day."""
    return _is_titled(kind, table) or any(
        role in _OF_LOOKS or (role in ("day", "planned_day") and tells_look(c))
        for c, role in zip(table.columns, roles, strict=True)
    )


def _of_findings(table: TableFacts, by_role: Mapping[str, ColumnEvidence]) -> float:
    problems = by_role.get("description")
    if problems and problems.forms["filled"] < 0.5:
        return _OTHERWISE  # most rows tell of none
    if not (_FOUND & set(by_role) or _is_titled(reading.FINDINGS, table)):
        return _OTHERWISE / 2
    if problems and problems.worded["description"] < ACCEPTED and problems.has("problem") < 0.4:
        return _OTHERWISE / 2  # texts of anything
    is_whole = problems and problems.forms["filled"] >= 0.7 and not tells_clean(problems)
    if _all_failed(table.columns):
        return 4.5  # what its result column takes off: no look had another result
    is_answered = "deduction" not in by_role and bool(
        done_columns(table.columns, is_case(table.header.texts, table.titles))
    )
    return (0.0 if is_whole else -3.0) + (_OTHERWISE / 2 if is_answered else 0.0)


def _all_failed(columns: Sequence[ColumnEvidence]) -> bool:
    """Say whether a problem is told in each row and all results are the same: that of a problem."""
    return has_problems(columns) and any(
        c.worded["result"] >= ACCEPTED
        and c.has("result") >= 0.6
        and c.n_distinct == 1
        and c.n_filled > 2
        for c in columns
    )


def _of_checks(
    columns: Sequence[ColumnEvidence], roles: Sequence[str], by_role: Mapping[str, ColumnEvidence]
) -> float:
    if _all_failed(columns):
        return _OTHERWISE
    item = by_role.get("item")
    if item and item.has("category", "problem") >= 0.5 > item.has("item", "demand", "rule"):
        return _OTHERWISE
    came_out = _CAME_OUT & set(by_role) or has_outcome(columns, roles)
    is_listed = {"item", "item_code"} & set(by_role)  # what was looked at, one by one
    return (0.0 if came_out else _NOT_FILLED) + (0.0 if is_listed else _NOT_LISTED)


def _of_records(
    kind: str, table: TableFacts, roles: Sequence[str], by_role: Mapping[str, ColumnEvidence]
) -> float:
    columns = table.columns
    if kind in _ABOUT and not (_is_titled(kind, table) or _ABOUT[kind] & set(by_role)):
        return _OTHERWISE
    if kind == "rectification":
        return answer_points(columns, roles, is_case(table.header.texts, table.titles))
    if kind == reading.UNITS and any(
        c.worded["site"] >= ACCEPTED > c.worded["unit_name"] and c.has("unique") >= 1
        for c in columns
    ):
        return _OTHERWISE / 2  # it is places that are named, not units
    if kind in _OF_UNITS and lists_people(columns):
        return _OTHERWISE
    if kind in _OF_UNITS and any(
        c.worded["site"] >= ACCEPTED > c.worded["subject"] and c.has(*UNIT_FORMS, "short") >= 0.6
        for c in columns
    ):
        return _OTHERWISE / 2
    if kind in ("external", "metric") and any(c.has("item") >= 0.5 for c in columns):
        return _OTHERWISE  # what was looked at, one by one: a check, not a list of units
    if kind == "campaign" and (not _PURSUED & set(by_role) or has_problems(columns)):
        return _OTHERWISE / 2
    if kind == "document" and not (_HANDED_IN & set(roles) and "requirement" in roles):
        return _OTHERWISE / 2
    if kind in ("document", "campaign") and any(
        c.worded["earned_total"] >= STRONG for c in columns
    ):
        return _OTHERWISE  # points earned: of what was looked at
    if kind == reading.UNITS and set(by_role) <= {"", "unit_name"} and any(map(_counts, columns)):
        return _OTHERWISE / 2  # figures of units, which say nothing of what they are
    if kind == "metric" and any(
        c.worded["total"] >= STRONG and c.has("score") >= 0.6 for c in columns
    ):
        return _OTHERWISE  # a score, of which its figures are the parts
    return -1.0 if kind == "metric" and "indicator" not in roles else 0.0


def has_outcome(columns: Sequence[ColumnEvidence], roles: Sequence[str]) -> bool:
    """Say whether a column that has no role holds points or results, or words of what was seen that
    tell as well where nothing was."""
    return any(
        (not role and not is_idle(column.text) and column.has("points", "minus", "result") >= 0.6)
        or (role == "description" and tells_clean(column))
        for column, role in zip(columns, roles, strict=True)
    )


def tells_clean(column: ColumnEvidence) -> bool:
    """Say whether a column tells as well that nothing was found: each row is a check."""
    return column.has("clean") >= 0.15


def _beside(kind: str, fixed: Mapping[int, str], columns: Sequence[ColumnEvidence]) -> float:
    """Give what columns of items or options say for the kinds that have one for each."""
    beside = _MANY + min(len(fixed), 6) * 0.5 if len(fixed) >= 2 else -20.0
    if kind == reading.WIDE and any(c.has("item") >= 0.5 for c in columns):
        return -20.0  # items in a column of their own
    return beside + (_OTHERWISE if kind == reading.WIDE and has_problems(columns) else 0.0)


def _grades_rows(fixed: Mapping[int, str], table: TableFacts, roles: Sequence[str]) -> bool:
    """Say whether columns of items grade something that the rest of a row names: with results, with
    points taken off or summed up, or with figures below a title of checks."""
    is_named = any(
        index not in fixed and column.has("text") >= 0.6 > column.has("date")
        for index, column in enumerate(table.columns)
        if not is_idle(column.text)
    )
    is_graded = any(table.columns[index].has("result", "minus") >= 0.6 for index in fixed)
    is_graded |= bool({"lost_total", "earned_total"} & set(roles))
    return is_named and (is_graded or _is_titled(reading.WIDE, table))


def _is_titled(kind: str, table: TableFacts) -> bool:
    return title_points(weights()[1][kind].titles, table.titles)[0] > 0


def _counts(column: ColumnEvidence) -> bool:
    """Say whether a column holds figures that mean something."""
    return column.has("number") >= 0.6 > column.has("serial", "phone") and not is_idle(column.text)


def lists_people(columns: Sequence[ColumnEvidence]) -> bool:
    """Say whether each row of a table is a person."""
    return any(_PEOPLE.search(normalise(c.text)) for c in columns)


def has_problems(columns: Sequence[ColumnEvidence]) -> bool:
    """Say whether a column is headed as what was found and filled with it in most rows."""
    return any(
        c.worded["description"] >= STRONG
        and c.forms["filled"] >= 0.7
        and c.has("text") >= 0.7
        and c.has("problem", "sentence") >= 0.5
        for c in columns
    )
