"""Whether a table of problems tells what was done about them: an answer, and no list of problems.

A list of problems has a deadline, who is in charge and states that are mostly open as well. An answer
has a column that tells what was done, and it is filled: the day, the state of the repair, its picture,
or measures where no state says that they are still to come.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from wenming_metrics.reading.recognise.column_evidence import ColumnEvidence, title_points, weights
from wenming_metrics.vocabulary import normalise

_NAMED, _HINTED = 5.0, 3.0
"""Points of a header that names a role; of one that hints at it."""
_STILL_OPEN, _ASKED_FOR, _ANSWERED = -13.0, -6.5, 5.5
"""Points of problems that are mostly open; of measures that are asked for alone; of what was done."""
_NOT_TOLD, _TASKS = -13.0, -4.0
"""Points of a table that does not say what it answers; of one with tasks and no problems."""
_REPAIRED = re.compile("整改|治理|整治|修复|完成|销[号项]|闭环|改[没完好正]")
"""What was done about a problem, not how far a case is."""
_AFTER = re.compile("后|整改|治理|整治|修复|完成|销[号项]|处[置理]|验收|复查")
_ASKED = re.compile("意见|建议|要求|^拟|计划|下一步")
_STATE = re.compile("^是否|(状态|标[记识]|与否)$")
_FAULT = re.compile("问题|隐患|缺陷|整改|治理|交办|督[查办]|违[规章法]")


def is_case(texts: Sequence[str], titles: str) -> bool:
    """Say whether a table is of cases that come in, such as calls of citizens: they are problems
    whatever has become of them."""
    words = "\n".join((titles, *map(normalise, texts)))
    return title_points(weights()[1]["findings"].headers, words)[0] > 0


def done_columns(columns: Sequence[ColumnEvidence], of_cases: bool) -> int:
    """Count the columns that tell what was done about problems; measures only where no state says
    that they are still to come."""
    done = sum(_tells_done(column, of_cases) for column in columns)
    if done or any(_is_state(column) and _is_open(column) for column in columns):
        return done
    return sum(_tells_measures(column, of_cases) for column in columns)


def _tells_measures(column: ColumnEvidence, of_cases: bool) -> bool:
    text = normalise(column.text)
    is_told = column.has("sentence") >= 0.4 or column.has("acted") >= 0.5
    is_repair = bool(_REPAIRED.search(text)) or (is_told and not of_cases)
    is_asked = bool(_ASKED.search(text))
    return column.worded["measure"] >= _NAMED and _is_filled(column) and is_repair and not is_asked


def _is_filled(column: ColumnEvidence) -> bool:
    return column.forms["filled"] >= 0.5


def _tells_done(column: ColumnEvidence, of_cases: bool) -> bool:
    text = normalise(column.text)
    if not _is_filled(column) or (of_cases and not _REPAIRED.search(text)):
        return False
    worded = column.worded
    if worded["finished"] >= _NAMED:
        return column.has("date") >= 0.5 > column.has("future")
    if worded["photo_after"] >= _NAMED and _AFTER.search(text):
        return True
    is_answer = worded["rectified"] >= _NAMED and column.has("progress") < 0.5  # in its own words
    is_repair = bool(_REPAIRED.search(text)) or column.has("repair") >= 0.6
    return (is_answer or (is_repair and _is_state(column))) and not _is_open(column)


def _is_state(column: ColumnEvidence) -> bool:
    """Say whether a column tells how far the repair is, by its header or by its words alone."""
    if column.worded["rectified"] >= _NAMED:
        return True
    is_headed = _STATE.search(normalise(column.text)) or max(column.worded.values()) <= 0
    return bool(is_headed) and column.has("repair") >= 0.6


def _is_open(column: ColumnEvidence) -> bool:
    return column.has("open") > 0.5


def _tells_points(column: ColumnEvidence) -> bool:
    """Say whether a column has what was lost for each problem: a score is made of it."""
    return column.worded["deduction"] >= _NAMED and column.has("points") >= 0.5


def answer_points(columns: Sequence[ColumnEvidence], roles: Sequence[str], of_cases: bool) -> float:
    """Give what it says for answers to problems how the table tells that something was done."""
    is_done = bool(done_columns(columns, of_cases)) and not any(map(_tells_points, columns))
    is_open = any(_is_state(column) and _is_open(column) for column in columns)
    points = _ANSWERED if is_done else _STILL_OPEN if is_open else _ASKED_FOR
    problems = [columns[index] for index, name in enumerate(roles) if name == "description"]
    if not any(map(_is_filled, problems or columns)) or not (
        problems or any(_FAULT.search(c.text) for c in columns)
    ):
        points = _NOT_TOLD
    has_tasks = any(c.worded["task"] >= 6 and c.worded["description"] <= 0 for c in columns)
    return points + (_TASKS if has_tasks else 0.0)
