"""Asks the made-up city everything that adds fractions: `python -m tests.kernels.answers`.

Prints one line per question: its name, how many numbers answer it, and the digest of their bits.
To store new answers (when the rules, the samples or a method changed): add `> tests/kernels/answers.txt`.
Run as a process of its own, for a processor's kernels are chosen once per process.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from tests import forked
from wenming_metrics.domain import periods
from wenming_metrics.domain.periods import ZONE, window
from wenming_metrics.intake import commit
from wenming_metrics.publishing.bulletin.facts import gather
from wenming_metrics.publishing.issues import DRAFT, Issue
from wenming_metrics.publishing.lists import Signed, make_lists
from wenming_metrics.publishing.snapshot import digest_of, freeze
from wenming_metrics.queries.losses import ledger, what_if
from wenming_metrics.queries.office import Office, open_office
from wenming_metrics.queries.ranking import overview, ranking
from wenming_metrics.queries.ranking.composite import composite, known_profiles
from wenming_metrics.queries.scores import details
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.queries.survey.rates import rates, waves
from wenming_metrics.queries.survey.score import score
from wenming_metrics.queries.survey.tables import by_people, by_question, cross
from wenming_metrics.queries.trend.change import leaf_lines, score_change
from wenming_metrics.queries.trend.trend import course, indicators
from wenming_metrics.queries.unit import portrait
from wenming_metrics.reading.sandbox import process
from wenming_metrics.runtime.settings import ROOT, Settings, store_url
from wenming_metrics.scoring.trend.control_limits import control
from wenming_metrics.store.database import reading

FILES = (
    "单位名册.xlsx",
    "点位名册.xlsx",
    "2026-11-18_督查二组_检查表.xlsx",
    "2026-11-18_区创建办_问题清单.xlsx",
    "2026-11-20_督查一组_督查记录.xlsx",
    "2026年第三季度_第三方_测评结果.xlsx",
    "312345674_按文本_演示市2026年三季度民意调查_354_354.xlsx",
)
FRIDAY = date(2026, 11, 20)
WEEK, DAY, BEFORE = window("week", FRIDAY), window("day", FRIDAY), window("day", date(2026, 11, 18))


def fill(folder: Path) -> Office:
    """Take in files of the made-up city."""
    office = open_office(Settings(ROOT / "data", store_url(str(folder / "store.db")), None))
    for name in FILES:
        preview = commit.inspect(office, (ROOT / "data" / "samples" / name).read_bytes(), name)
        commit.commit(office, preview, "测试")
    return office


def answers(office: Office) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the answers, by question."""
    for over in (WEEK, DAY):
        yield f"ranking {over.kind}", ranking.ranking(office, over)
    yield "group means", ranking.group_means(ranking.ranking(office, WEEK))
    city = overview.city(office, WEEK)
    yield "city", pd.DataFrame({"score": [city.score], "failed": [city.failed]})
    yield "top losses", overview.top_losses(office, WEEK, 50)
    yield "categories", overview.category_shares(office, WEEK)
    followed = course(office, [WEEK], code=indicators(office)[0][0])
    yield "course", pd.DataFrame(followed.values)
    book = ledger.ledger(office, WEEK)
    yield "ledger", book.lines.sort_values(["place", "batch", "seq"], kind="stable")
    yield "ledger units", book.units.assign(city=book.city_full)
    every = np.ones(len(book.lines), bool)
    yield "what to put right", what_if.candidates(book, every, "class").head(3)
    unit = int(book.units.loc[book.units["score"].idxmin(), "unit"])
    yield "leaves", details.unit_leaves(office, WEEK, unit)
    yield "against the group", portrait.against_group(office, WEEK, "street", unit)
    change = score_change(office, BEFORE, DAY)
    yield "change", change.wholes
    yield "change by leaf", leaf_lines(change, 0)
    yield from surveyed(office)
    (profile,) = (one for one in known_profiles(office, ROOT / "data") if one.id == "demo-quarter")
    made = composite(office, profile, window("quarter", FRIDAY))
    yield "composite", made.units
    yield "composite parts", made.composed.component_lines


def surveyed(office: Office) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the answers of the questionnaires: weighted to the make-up of the people."""
    (wave,) = waves(office)
    made = rates(office, wave)
    yield "rates of units", made.units
    yield "rates of the city", made.totals
    yield "options", by_question(office, wave)
    parts = made.survey.margins[0].question
    for rate in ("satisfaction", made.survey.rates[0].code):
        yield f"by people {rate}", by_people(office, wave, rate, parts)
        yield f"cross {rate}", cross(office, wave, rate, parts)
    scored = score(office, wave)
    if scored is not None:
        yield "score of questionnaires", scored.units.assign(city=scored.city["score"])
    values = made.units["value"].dropna().to_numpy(float)
    usual = control(values)
    yield "usual range", pd.DataFrame({"mean": usual.mean, "low": usual.low, "high": usual.high})


def signed(office: Office) -> str:
    """Give the digest that an issue of the week would be signed under."""
    issue = Issue(1, 2026, 47, "周通报", WEEK, "2026-11-23T09:00:00", DRAFT, "", "测试")
    with reading(office.store) as connection:
        lists = make_lists(connection, office, WEEK, Cutoff(), Signed({}, {}))
        bulletin = gather(connection, office, WEEK, Cutoff())
    return digest_of(freeze(issue, {}, Cutoff(), lists, bulletin))


def spell(frame: pd.DataFrame) -> str:
    """Give the count of a frame's numbers and the digest of their bits; one NaN is like another."""
    numbers = [frame[name] for name in frame if pd.api.types.is_numeric_dtype(frame[name].dtype)]
    whole = np.array([one.astype("Float64").to_numpy(float, na_value=np.nan) for one in numbers])
    whole = np.where(np.isnan(whole), np.nan, whole + 0.0)
    return f"{whole.size} {hashlib.sha256(whole.astype('<f8').tobytes()).hexdigest()[:16]}"


def main() -> None:
    # What is late is judged as of today: the same day on every machine, long after the samples.
    periods.now = lambda: datetime(2027, 1, 4, 9, tzinfo=ZONE)
    process._start = forked.start
    with TemporaryDirectory() as folder:
        office = fill(Path(folder))
        for name, frame in answers(office):
            print(name, spell(frame))
        print("signed", signed(office))
        office.store.engine.dispose()


if __name__ == "__main__":
    main()
