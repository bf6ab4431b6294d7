"""The made-up city's surveys: realistic figures, a few oddities, and nothing of a real person."""

import re
from datetime import date

import numpy as np
import pytest
from python_calamine import load_workbook

from wenming_metrics.demo import survey
from wenming_metrics.demo.city import build_city
from wenming_metrics.demo.survey_books import write_surveys
from wenming_metrics.domain.periods import window

END = date(2026, 11, 20)
WAVE = window("quarter", date(2026, 9, 1))


@pytest.fixture(scope="module")
def city():
    return build_city()


@pytest.fixture(scope="module")
def counts(city):
    return survey.sizes(city, np.random.default_rng(1))


@pytest.fixture(scope="module")
def rows(city, counts):
    return survey.answer(city, counts, WAVE, 3, seed=5)


def share(rows, name, top, out=()):
    own = rows.loc[~rows[name].isin(out), name]
    return own.isin(top).mean()


def test_every_street_is_asked_and_figures_are_realistic(rows, counts):
    assert len(counts) == 43
    assert counts.between(20, 200).all()
    assert 1_200 <= counts.sum() <= 2_200
    assert 0.66 <= share(rows, "aware", survey.AWARE[:2]) <= 0.86
    assert 0.35 <= share(rows, "joined", survey.JOINED[:1], survey.JOINED[2:]) <= 0.6
    assert 0.95 <= share(rows, "support", survey.SUPPORT[:2], survey.SUPPORT[4:]) <= 0.995
    assert 0.93 <= share(rows, "overall", survey.OVERALL[:2], survey.OVERALL[5:]) <= 0.99


def test_more_know_of_the_work_with_each_wave(city, counts):
    told = [survey.answer(city, counts, WAVE, nth, seed=5) for nth in (0, 3)]
    first, last = (share(rows, "aware", survey.AWARE[:2]) for rows in told)
    assert last - first > 0.04


def test_one_street_is_clearly_less_satisfied_in_the_last_wave(rows, counts):
    street = rows["street"].value_counts().index[1]
    own, others = rows[rows["street"] == street], rows[rows["street"] != street]
    told = [
        share(part, "overall", survey.OVERALL[:2], survey.OVERALL[5:]) for part in (own, others)
    ]
    assert len(own) > 80
    assert told[0] < 0.9 < 0.94 < told[1]


def test_some_send_the_same_twice(rows):
    both = survey.double(rows, np.random.default_rng(1))
    again = both[both.duplicated(["address", "overall", "comment"]) & (both["address"] != "")]
    pairs = both[both["address"].isin(again["address"]) & (both["address"] != survey.SHARED)]
    gaps = pairs.groupby("address")["moment"].agg(lambda own: own.max() - own.min())
    assert len(both) == len(rows) + 6
    assert set(gaps.dt.total_seconds()) == {35.0}
    assert len(gaps) == 6


def test_some_answers_are_odd(rows, counts):
    assert (rows["seconds"] == 18).sum() >= 12
    assert (rows["address"] == survey.SHARED).sum() >= 7
    own = rows[rows["interviewer"] == survey.EAGER]
    assert len(own) >= 20
    assert set(own["overall"]) == {"非常满意"}
    assert (own[list(survey.SCALES)] == 5).all(axis=None)
    assert len(rows) == counts.sum()
    assert rows["moment"].is_monotonic_increasing
    assert rows["moment"].min().date() >= WAVE.start
    assert rows["moment"].max().date() <= WAVE.end


def test_a_seed_gives_the_same_answers(city, counts, rows):
    assert survey.answer(city, counts, WAVE, 3, seed=5).equals(rows)


def test_the_files_name_nobody(city, tmp_path):
    written = write_surveys(tmp_path, city, END, district="临溪区")
    assert [path.name.split("_")[-1] for path in written[:2]] == [
        "民意调查配额.xlsx",
        "民意调查汇总表.xlsx",
    ]
    with load_workbook(written[-1]) as book:
        head, *lines = book.get_sheet_by_index(0).to_python(False)
    column = {text: [line[at] for line in lines] for at, text in enumerate(head)}
    assert set(column["12、您的手机号(抽奖用)"]) == {""}
    kept = re.compile(r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+|2001:db8:[0-9a-f:]+")
    said = [text.partition("(")[0] for text in column["来自IP"] if text]
    assert said
    assert all(kept.fullmatch(text) for text in said)
    assert {"(空)", "(跳过)"} <= {cell for line in lines for cell in line}
    assert any("┋" in text for text in column["6、您从哪些渠道了解?[多选题]"])
    assert set(column["总分"]) == {0}
    assert sum(path.stat().st_size for path in written) < 100_000


def test_the_counted_table_adds_up(city, tmp_path):
    path = write_surveys(tmp_path, city, END, district="临溪区")[1]
    with load_workbook(path) as book:
        title, _, options, *lines = book.get_sheet_by_index(0).to_python(False)
    assert title[0] == "演示市2026年第一季度民意调查汇总表"
    assert len(options) == 2 + 4 + 3 + 6 + 7
    *own, total = lines
    assert len(own) == 43
    for line in lines:
        parts = np.split(np.array(line[2:], int), np.cumsum([4, 3, 6]))
        assert {int(part.sum()) for part in parts} == {int(line[1])}
    assert np.array([line[1:] for line in own]).sum(axis=0).tolist() == list(total[1:])
