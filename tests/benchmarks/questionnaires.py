"""Questionnaires: from bytes to committed, beside bare decoding of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import xlsxwriter

from tests.benchmarks.city import SEED
from tests.benchmarks.ingest import bare_rows, registered
from tests.benchmarks.stores import WHO
from tests.benchmarks.suite import Line, Setup, benchmark, let_go, medians, ratio, say, take_turns
from wenming_metrics.demo.city import build_city
from wenming_metrics.intake import commit
from wenming_metrics.queries.office import Office
from wenming_metrics.rules.survey.model import MULTIPLE, SCALE, Option, Question, Rate, Survey

COUNT, QUESTIONS = 100_000, 30
_BEGIN = datetime(2026, 7, 1, 8)
_NAME = "2026年第三季度问卷.xlsx"
_FACTS = ("序号", "提交答卷时间", "所用时间", "来源")


@benchmark("survey-ingest")
def survey_ingest(setup: Setup) -> Iterator[Line]:
    """Take in 100,000 questionnaires, with a column of addresses and without."""
    for has_address, limit in ((False, 3.0), (True, None)):
        content = workbook(setup, has_address=has_address).read_bytes()
        offices = registered(setup, setup.runs + 1)
        left = iter([replace(one, rules=replace(one.rules, survey=survey())) for one in offices])
        ways = {"bare": partial(bare_rows, content), "ours": partial(_whole, left, content)}
        times = take_turns(ways, setup.runs)
        let_go(*offices)
        kept = "with addresses, which are taken out of the file kept" if has_address else "plain"
        yield Line(
            f"survey-ingest{'-addresses' if has_address else ''}",
            f"{COUNT} x {QUESTIONS} {kept}: bytes to committed / bare python-calamine rows",
            ratio(times, "ours", "bare"),
            limit,
            seconds=medians(times),
            runs=setup.runs,
        )


def survey() -> Survey:
    """Make thirty questions: thirteen single choices, five multiple ones, twelve scales."""
    single = [_question(f"s{n}", f"第{n}项工作您怎么看", 5) for n in range(13)]
    several = [_question(f"m{n}", f"您做过哪些第{n}类事", 7, MULTIPLE) for n in range(5)]
    scales = [
        Question(f"c{n}", f"第{n}个方面", (f"第{n}个方面",), SCALE, low=1, high=5)
        for n in range(12)
    ]
    rate = Rate("good", "满意度", "s0", numerator=("o0", "o1"))
    asked = (*single, *several, *scales)
    return Survey("wide-survey", "三十题", "测量", asked, (rate,))


def _question(code: str, title: str, count: int, kind: str = "single") -> Question:
    options = tuple(Option(f"o{n}", f"{title}的回答{n}") for n in range(count))
    return Question(code, title, (title,), kind, options)


def workbook(setup: Setup, *, has_address: bool) -> Path:
    """Give an export by text of so many questionnaires, written at the first call."""
    path = setup.stores / f"survey-{COUNT}-{SEED}-{int(has_address)}.xlsx"
    if not path.exists():
        say(f"writing {COUNT} questionnaires")
        setup.stores.mkdir(parents=True, exist_ok=True)
        _write(path.with_suffix(".part"), has_address)
        path.with_suffix(".part").rename(path)
    return path


def _write(path: Path, has_address: bool) -> None:
    chance, asked = np.random.default_rng(SEED), survey().questions
    places = _places()
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("Sheet1")
        heads = [*_FACTS, *["来自IP"] * has_address, "1、您居住的街道", "2、您居住的社区"]
        heads += [f"{n}、{one.title}" for n, one in enumerate(asked, start=3)]
        sheet.write_row(0, 0, heads)
        columns = [_said(one, chance) for one in asked]
        took, at = chance.integers(40, 900, COUNT), chance.integers(0, len(places), COUNT)
        for row in range(COUNT):
            when = _BEGIN + timedelta(seconds=60 * row)
            facts = [row + 1, f"{when:%Y/%-m/%-d %-H:%M:%S}", f"{took[row]}秒", "微信"]
            facts += [f"198.18.{row // 250 % 250}.{row % 250}(演示省-演示市)"] * has_address
            sheet.write_row(row + 1, 0, [*facts, *places[at[row]], *(c[row] for c in columns)])


def _places() -> list[tuple[str, str]]:
    units = build_city(SEED).units
    named = units[units["unit_kind"] == "社区"]
    return list(zip(named["parent"], named["unit_name"], strict=True))


def _said(one: Question, chance: np.random.Generator) -> list[str]:
    if one.kind == SCALE:
        return chance.integers(one.low, one.high + 1, COUNT).astype(str).tolist()
    titles = [option.title for option in one.options]
    if one.kind != MULTIPLE:
        return [titles[at] for at in chance.integers(0, len(titles), COUNT).tolist()]
    told = [
        "┋".join(title for at, title in enumerate(titles) if mask >> at & 1)
        for mask in range(1 << len(titles))
    ]
    return [told[mask] for mask in chance.integers(1, len(told), COUNT).tolist()]


def _whole(left: Iterator[Office], content: bytes) -> None:
    office = next(left)
    preview = commit.inspect(office, content, _NAME)
    commit.commit(office, preview, WHO)
    assert preview.reading.counts.good == COUNT, preview.reading.outcome
