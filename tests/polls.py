"""Small offices with surveys: definitions as a real file, questionnaires put right into the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from tests.offices import make_office
from wenming_metrics.domain.periods import Window, window
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.survey.answers import BLANK, FACTS, NOT_ASKED, Answers
from wenming_metrics.store import batches, records, surveys
from wenming_metrics.store.database import reading, writing
from wenming_metrics.store.registers import read_register

SURVEY = """
id = "tiny"
title = "小调查"
source = "算例"
city = "{city}"
[limits]
hide = {hide}
flag = 30
caution = 50
[[question]]
code = "age"
title = "年龄"
people = true
option = [{{ code = "young", title = "青年" }}, {{ code = "old", title = "老年" }}]
[[question]]
code = "sex"
title = "性别"
people = true
option = [{{ code = "male", title = "男" }}, {{ code = "female", title = "女" }}]
[[question]]
code = "knows"
title = "知晓"
option = [
    {{ code = "yes", title = "知道" }},
    {{ code = "no", title = "不知道" }},
    {{ code = "unsure", title = "不太清楚", state = "unknown" }},
]
[[question]]
code = "rating"
title = "评价"
option = [
    {{ code = "good", title = "满意" }},
    {{ code = "fair", title = "基本满意" }},
    {{ code = "bad", title = "不满意" }},
    {{ code = "unsure", title = "说不清", state = "unknown" }},
    {{ code = "refused", title = "拒答", state = "refused" }},
]
[[question]]
code = "heard"
title = "渠道"
kind = "multiple"
option = [{{ code = "tv", title = "电视" }}, {{ code = "web", title = "网络" }}]
[[rate]]
code = "aware"
title = "知晓率"
question = "knows"
numerator = ["yes"]
unknown = "in"
target = 90
[[rate]]
code = "content"
title = "满意度"
question = "rating"
numerator = {top}
[[rate]]
code = "graded"
title = "折算满意度"
question = "rating"
method = "values"
values = {{ good = 1.0, fair = 0.75, bad = 0.0 }}
[score]
title = "问卷得分"
full_mark = 100
[[score.part]]
question = "knows"
weight = 40
values = {{ yes = 1.0, no = 0.0 }}
[[score.part]]
question = "rating"
weight = 60
values = {{ good = 1.0, fair = 0.6, bad = 0.0 }}
"""
OPTIONS = {
    "age": ("young", "old"),
    "sex": ("male", "female"),
    "knows": ("yes", "no", "unsure"),
    "rating": ("good", "fair", "bad", "unsure", "refused"),
    "heard": ("tv", "web"),
}
THIRD, FOURTH = (window("quarter", date(2026, month, 1)) for month in (7, 10))
STATES = {"": BLANK, "-": NOT_ASKED}


def definitions(city: str = "pooled", hide: int = 10, top: Sequence[str] = ("good", "fair")) -> str:
    """Give the definitions of the small survey."""
    return SURVEY.format(city=city, hide=hide, top=str(list(top)).replace("'", '"'))


def poll_office(
    folder, streets: Sequence[tuple[str, str]], files: Mapping[str, str], **rest
) -> Office:
    """Open an office with streets (name, group), whose rules have a survey."""
    items, indicators = [["A", "环境", 10, "*"]], [{"code": "A", "weight": 100}]
    return make_office(folder, items, indicators, streets=streets, files=files, **rest)


def unit_of(office: Office, name: str) -> int:
    """Give the number of a unit."""
    with reading(office.store) as connection:
        units = read_register(connection).units
    return int(units.loc[units["name"] == name, "unit"].iloc[0])


def people(count: int, unit: str, **said: str) -> list[dict]:
    """Make questionnaires of a street with the same answers; what is not said was not asked."""
    return [{"unit": unit, **said}] * count


def put(office: Office, wave: Window, rows: Sequence[dict], name: str = "问卷.xlsx") -> int:
    """Store questionnaires: unit (name), flags, weight, cluster, and answers as codes of options
    ("": blank, "-": not asked; several joined by +). Returns: the batch"""
    made = pd.DataFrame(rows)
    size = len(made)
    usual = {"flags": 0, "weight": 1.0, "cluster": 0}
    numbers = {name: unit_of(office, name) for name in made["unit"].unique()}
    frame = pd.DataFrame(
        {
            **{"seq": range(size), "day": wave.start.toordinal() + 3, "sheet": 0},
            **{"unit": made["unit"].map(numbers), "key": range(1, size + 1)},
            **{
                name: made.get(name, pd.Series(value, range(size))) for name, value in usual.items()
            },
            "source_row": np.arange(2, size + 2),
        }
    ).fillna(usual)
    for question, codes in OPTIONS.items():
        told = made[question].fillna("-") if question in made else ["-"] * size
        frame[question] = [_code(one, codes, question) for one in told]
    facts = {"sha256": f"{office.store.url}{name}{wave.key}", "name": name, "kind": "survey"}
    facts |= {"who": "甲", "good": size, "held": 0, "skipped": 0}
    first, last = wave.start.toordinal(), wave.end.toordinal()
    answers = Answers(frame.astype(FACTS), OPTIONS, frozenset({"heard"}), first, last)
    with writing(office.store) as connection:
        batch = batches.add_batch(connection, facts, b"")
        surveys.save_answers(connection, batch, answers)
    return batch


def _code(told: str, codes: Sequence[str], question: str) -> int:
    if told in STATES:
        return STATES[told]
    places = [codes.index(one) for one in told.split("+")]
    return sum(1 << at for at in places) if question == "heard" else places[0]


def put_records(office: Office, kind: str, lines: Sequence[tuple[str, int, dict]]) -> int:
    """Store records of a kind: (unit, day, told). Returns: the batch"""
    frame = pd.DataFrame(
        [(unit_of(office, unit), day, told) for unit, day, told in lines],
        columns=["unit", "day", "told"],
    ).assign(kind=kind, sheet=0, source_row=range(2, len(lines) + 2))
    facts = {"sha256": f"{kind}{lines}"[:60], "name": f"{kind}.xlsx", "kind": kind, "who": "甲"}
    with writing(office.store) as connection:
        told = {**facts, "good": len(lines), "held": 0, "skipped": 0}
        batch = batches.add_batch(connection, told, b"")
        records.save_records(connection, batch, frame)
    return batch
