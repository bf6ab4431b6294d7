"""整改反馈: what a unit answers to the problems it was given, one row per answer.

反馈已整改 is what the unit says; that somebody has seen it (核查) and that the problem is closed
(销号) come later and from others. An answer without a number answers nothing: 自查自改.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.reading.model.reading import Context
from wenming_metrics.reading.records.record_kind import RecordKind, make_records
from wenming_metrics.reading.resolve.names import Names
from wenming_metrics.reading.resolve.periods_and_units import (
    filed_day,
    iso,
    reporter_of_titles,
    settle_unit,
    texts_of,
    unit_of_titles,
)
from wenming_metrics.reading.resolve.shared_duty import contacts_of
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.table import Table, column, report, report_rows, report_sheet
from wenming_metrics.vocabulary import ANSWERED, leading_serial, normalise

DONE, UNDER_WAY, NOT_DONE, POSTPONED, REFUTED, OWN = (
    *(ANSWERED, "整改中", "未整改", "申请挂账", "反映不属实", "自查自改"),
)
"""What an answer says; 申请挂账 asks for a delay, and 反映不属实 for a look, of the office."""
SAME_DAY = "当日"
"""Finished on the day the problem was handed out (当日、立行立改)."""
NOT_YET = re.compile(
    r"(?:未|没有?|无法|难以|不能?)(?:能|曾|再)?(?:按[期时]|如期|全部|完全)?(?:整改|完成|解决|落实|到位)|尚未"
)
"""What is not so, though the word for done stands in it; of campaigns too."""
TO_COME = re.compile(
    r"预计|计划|拟|力争|争取|尽快|即将|(?<!已)将(?:[于在会]|完成)|待(?:整改|完成|解决)"
    r"|(?<![接招善对])待[^,;。]{0,8}(?:到位|批复|落实)|(?:到位|完成|批复)后(?!.{0,6}已).{0,4}(?:整改|实施|处理)"
    r"|^(?!.*(?:已|提前)).*前(?:全部)?(?:整改|完成)"
    r"|部分|[一大过]半|剩余?\d|[\d一二三四五六七八九]成|完成\d+/\d|(?<!100)(?<!100\.0)(?<=\d)%"
)
"""What is so in part, or is to be; of campaigns too."""
_ACTED = "已(?:全部|及时|立即|当场|安排人员)*(?:清运|清理|清除|清扫|拆除|修复|更换|劝离)"
_ACTED_ENDS = "(?:完毕?|好|干净|整洁|到位|完成|了)*(?:$|[,;。!(])"
_STATES = (
    (REFUTED, re.compile("不属实|无此问题|查无此")),
    (
        REFUTED,
        re.compile(
            rf"^(?!(?:现|均|都|全部)?(?:已(?:全部)?(?:整改|解决|处理)|{_ACTED})).*(?:不存在|未发现)"
        ),
    ),
    (
        NOT_DONE,
        re.compile(rf"{NOT_YET.pattern}|^否$|^未$|^(?:还|仍|暂)?(?:没有?|未)改"),
    ),
    (
        DONE,
        re.compile(
            r"^(?:现|均|都|全部)?已(?:全部)?(?:整改|完成|解决|办结|落实|处理)(?!.{0,4}(?:(?<!100)(?<=\d)%|一半)|.?部分)"
        ),
    ),
    (
        UNDER_WAY,
        re.compile(rf"正在|整改中|推进|进行中|办理中|处理中|列入|正改|{TO_COME.pattern}"),
    ),
    (
        DONE,
        re.compile(
            "已整改|整改完|完成|到位|已解决|办结|整改好|已落实|已处理|^整改$|^是$|^√$"
            rf"|改好|改完|改正|^已改$|^(?:\D{{2}}率)?100(?:\.0)?%$|{_ACTED}{_ACTED_ENDS}"
        ),
    ),
)
_ASIDE = re.compile(
    r"按照?[^,;。]{0,6}(?:要求|标准|规定)|部分(?=照片|图片)"
    r"|(?<![法能未])(?:防止?|杜绝|避免|无|未|没有?|不)(?:任何|问题|再次?|出现|发现|发生)*反弹(?:现象|情况|问题)?"
)
"""Words beside the answer: how it was done, and that it is to last."""
_OF_ELSE = re.compile(
    r"^(?:请|协调|督办)[^,;。已]*|(?:督促|要求|责令|责成|敦促|通知)[^,;。]*|整改(?:通知|方案|计划|建议)[^,;。]*"
    r"|(?:人员|责任|资金|经费|材料|设备|物资|队伍)(?:已|均|都|全部)*(?:到位|落实)"
    r"|完成(?:整改|项目|了)*(?:招标|招投标|立项|设计|方案|勘察|预算|审批|采购|申报|排查|上报)[^,;。]*"
)
"""Where the word for done is said of money, men, plans or of what another is told to do."""
_ALMOST = re.compile(
    r"^(?!.*已).*(?:下一步|逐步|陆续|下个?[月周]|年内|[月年]底|明年|后完成)|"
    r"基本|差不多|大致|反弹|复发|又(?:有|出现|发现|[坏乱脏被堆占])|不彻底|[?]|后被|被破坏|仍(?!将|持续|继续)|还[有剩差需没未]"
    r"|尚[有余需缺未]|剩余|剩下|[剩余差缺][\d一二两三几]|效果(?:不|差|一般)|明[日天]|遗留|余下|未(?:清|拆|修|换|改|恢复)|未发现(?:该|此|上述)"
    r"|(?<![清拆消排扫铲根剔删移祛])除[^,;。]{1,12}外|(?<![接招善对])待(?!验收|核|复|销号|检查|遇|客|业|命|办)"
    r"|(?:整改|完成|解决|处理|落实|清理)了?(\d+)/(?!\1(?!\d))\d|(\d+)处\D*共(?!\2处)\d|(\d+)处\D*已\D*(?!\3处)\d+处"
)
"""Said of what is done, it may be done or not: the unit is asked."""
_POSTPONED = re.compile("挂账|延期")
_NOT_OURS = re.compile(
    r"不属|不归|[非不]是?(?:我|本)|建议(?:转|移交|改派|交)|应由|属(?!我|本).{2,12}职责"
)
_SAME_DAY = re.compile(r"当[日天]|立行立改|立即整改|即知即改|立整立改")
_LATER = re.compile(r"预计|计划|拟|力争|\d{4}年|长期|待定")
_REPEATED = ("severity", "handed_out", "deadline")
"""What an answer repeats of the list it answers: stored as written, for the list itself counts."""
_NO_PHOTO = {"", "无", "没有", "未拍", "未提供", "-", "/", "暂无"}


def _is_kind(names: frozenset[str], title: str) -> bool:
    """An answer says what was done; a list of problems that has a column for it is none yet."""
    if not names & {"rectified", "measure"}:
        return False
    if names & {"source", "deduction", "result"} and not re.search("反馈|回复|整改情况", title):
        return False
    answer_columns = names & {"rectified", "measure", "problem_no", "finished", "photo_after"}
    return len(answer_columns) >= 2 or "整改" in title


def _read(table: Table, names: Names, context: Context) -> pd.DataFrame:
    """Read the answers of one unit, or of several told apart by a column."""
    filed = filed_day(table)
    numbers, answers = texts_of(table, "problem_no"), texts_of(table, "rectified")
    remarks = [" ".join(texts) for texts in zip(answers, texts_of(table, "remark"), strict=True)]
    states = [_state(*of) for of in zip(numbers, answers, remarks, strict=True)]
    finished, finished_days = _settle_finished(table, filed, states, context.today)
    days = np.where(filed > 0, filed, np.maximum(finished_days, 0))
    unit = _settle_units(table, names, days)
    for code, blank in (("整改-01", False), ("整改-09", True)):
        rows = [r for r, state in enumerate(states) if not state and blank is (not answers[r])]
        report_rows(table, rows, code, "rectified")
    disowned = _report_disowned(table, remarks)
    _report_contradictions(table, numbers, states)
    self_checked = np.array([state == OWN for state in states], bool)
    report(table, self_checked & ~table.held, "整改-05", "problem_no")
    facts = {
        **{"problem_no": [_number(text) for text in numbers], "state": states, "said": answers},
        **{"measure": texts_of(table, "measure"), "finished": finished},
        **{"filed": [iso(filed)] * table.n_rows, "not_ours": disowned},
        **{"photo_before": _photos(table, "photo_before")},
        **{"photo_after": _photos(table, "photo_after"), "site": texts_of(table, "site")},
        **{"description": texts_of(table, "description"), "remark": texts_of(table, "remark")},
        **{"contact": contacts_of(table)},
        **{name: texts_of(table, name) for name in _REPEATED},
    }
    return make_records(table, "rectification", days, unit, facts)


def _number(text: str) -> str:
    """Give a number as it is compared: without spaces, wide letters made narrow."""
    return "" if not text.strip("-—/无 ") else normalise(text).upper()


def _state(number: str, answer: str, remarks: str) -> str:
    """Put an answer into few words; "" where it does not say."""
    text = _ASIDE.sub("", normalise(answer))
    state = _first_state(text)
    if state == DONE and (_ALMOST.search(text) or _first_state(_OF_ELSE.sub("…", text)) != DONE):
        return ""
    if state and not _number(number):
        return OWN
    return _with_remarks(state, remarks)


def _first_state(text: str) -> str:
    return next((state for state, words in _STATES if words.search(text)), "")


def said_state(answer: str, remark: str) -> str:
    """Put into few words what an answer says, whether or not it bears a number; "" where it does not."""
    return _state("-1", answer, f"{answer} {remark}")


def _with_remarks(state: str, remarks: str) -> str:
    return POSTPONED if _POSTPONED.search(remarks) and state != DONE else state


def _settle_finished(
    table: Table, filed: int, states: Sequence[str], today: date
) -> tuple[list[str], np.ndarray]:
    """Read when it was done. Returns: per row a date, 当日 or the words as written; and ordinals"""
    finished_column, texts = column(table, "finished"), texts_of(table, "finished")
    year = table.header.titles.year
    value_days = [_day(value, year, filed) for value in finished_column.values]
    days = np.array(value_days, np.int64)[finished_column.codes]
    if (days == values.NO_YEAR).any():
        days = _after_hand_out(table, days, today)
    finished = [_finished(text, day) for text, day in zip(texts, days.tolist(), strict=True)]
    limit = f"这张表的填报日期（{iso(filed)}）" if filed else f"今天（{today.isoformat()}）"
    # Done on a day to come is not done: it would count by itself when the day is there.
    says_done = np.array([state in (DONE, OWN) for state in states], bool)
    to_come = says_done & (days > max(today.toordinal(), filed))
    report(table, to_come & ~table.held, "整改-11", "finished", today=today.isoformat())
    late = (days > (filed or today.toordinal())) & ~to_come
    report(table, late, "整改-02", "finished", limit=limit)
    looked = column(table, "day")
    seen = np.array([values.day(value, year) for value in looked.values], np.int64)[looked.codes]
    report(table, (days > 0) & (seen > days), "整改-03", "finished")
    clear = np.array([not text or bool(_LATER.search(text)) for text in finished], bool)
    same = np.array([text == SAME_DAY for text in finished], bool)
    report(table, (days < 0) & ~clear & ~same, "整改-04", "finished")
    return finished, days


def _day(value: values.Value, year: int | None, filed: int) -> int:
    """Read a day; one without a year lies in the year before where it else lay far ahead."""
    day = values.day(value, year)
    short = year is not None and values.day(value) == values.NO_YEAR
    return values.day(value, year - 1) if short and 0 < filed < day - 180 else day


def _after_hand_out(table: Table, days: np.ndarray, today: date) -> np.ndarray:
    """Give days without a year the one in which they follow the hand-out (or the check) of their row.

    Within a year of it there is one such day; where that is still to come the year stays open.
    """
    starts = np.zeros(table.n_rows, np.int64)
    for name in ("day", "handed_out"):
        of_name = column(table, name)
        stated = np.array([values.day(value) for value in of_name.values], np.int64)
        starts = np.maximum(starts, stated[of_name.codes])
    finished, days = column(table, "finished"), days.copy()
    for row in np.flatnonzero((days == values.NO_YEAR) & (starts > 0)).tolist():
        value, year = finished.values[finished.codes[row]], date.fromordinal(int(starts[row])).year
        candidates = (values.day(value, year), values.day(value, year + 1))
        day = next((day for day in candidates if day >= starts[row]), 0)
        days[row] = day if 0 < day <= today.toordinal() else values.NO_YEAR
    return days


def _finished(text: str, day: int) -> str:
    if day > 0:
        return iso(day)
    return SAME_DAY if _SAME_DAY.search(text) else text.strip("-—/")


def _settle_units(table: Table, names: Names, days: np.ndarray) -> np.ndarray:
    """Settle who answers: the row (who is responsible, else who leads), else 填报单位 in a title, else
    whom the list or a title names."""
    on = int(days.max(initial=0))
    titled = reporter_of_titles(table, names, on)
    if titled >= 0 and "subject" not in table.columns:
        return np.full(table.n_rows, titled, np.int64)
    row_units = settle_unit(table, names, days)
    if "lead" in table.columns and {"subject", "responsible"} & set(table.columns):
        leading = settle_unit(table, names, days, row_units >= 0, ("lead",))
        row_units = np.where(row_units < 0, leading, row_units)
    titled = titled if titled >= 0 else unit_of_titles(table, names, on)
    unit = np.where(row_units < 0, titled, row_units)
    if ((unit < 0) & ~table.held).any():
        report_sheet(table, "整改-08")
    return unit


def _report_disowned(table: Table, remarks: list[str]) -> list[int]:
    """Tell of answers that say the problem is another's: somebody has to decide."""
    answer_texts = [
        text + " " + measure
        for text, measure in zip(remarks, texts_of(table, "measure"), strict=True)
    ]
    disowned = [int(bool(_NOT_OURS.search(normalise(text)))) for text in answer_texts]
    rows = [row for row, is_disowned in enumerate(disowned) if is_disowned]
    name = "remark" if "remark" in table.columns else "rectified"
    report_rows(table, rows, "整改-06", name)
    return disowned


def _report_contradictions(table: Table, numbers: list[str], states: list[str]) -> None:
    """Hold different answers under one number, all of them: nobody here knows which is right.

    Problems of one split cell share its number; their answers begin with 1., 2. ...
    """
    words = texts_of(table, "description")
    of_number: dict[tuple[str, str], list[int]] = {}
    for row in np.flatnonzero(~table.held).tolist():
        if number := _number(numbers[row]):
            of_number.setdefault((number, leading_serial(words[row])), []).append(row)
    rows, contradictions = [], []
    for (number, _), answering in of_number.items():
        for row in answering:
            other = next((o for o in answering if states[o] != states[row]), None)
            if other is not None:
                facts = {"number": number, "other": int(table.excel[other])}
                rows.append(row)
                contradictions.append({**facts, "before": states[other], "now": states[row]})
    report_rows(table, rows, "整改-07", "problem_no", contradictions)


def _photos(table: Table, name: str) -> list[int | None]:
    """Say of each row whether a picture is given; None where the sheet has no such column."""
    if name not in table.columns:
        return [None] * table.n_rows
    return [int(normalise(text) not in _NO_PHOTO) for text in texts_of(table, name)]


RECTIFICATION = RecordKind(
    name="rectification",
    title="整改反馈",
    columns=(
        *("problem_no", "day", "source", "subject", "district", "street", "community"),
        *("lead", "responsible", "site", "description", "deduction", "result", "measure"),
        *(
            "rectified",
            "finished",
            "chief",
            "contact",
            "phone",
            "photo_before",
            "photo_after",
            "remark",
        ),
        *_REPEATED,
    ),
    required=(("problem_no", "site", "description"), ("rectified",)),
    is_kind=_is_kind,
    read=_read,
)
