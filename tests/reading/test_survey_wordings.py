"""An answer in other words is asked about; what it is said to mean holds from then on, and no more than that."""

import pytest

from tests.builders import context, xlsx
from tests.questionnaires import HEADERS, in_text, rows, survey
from wenming_metrics.reading.read import read
from wenming_metrics.reading.survey.wordings import option_form, with_wordings

AWARE, CHANNEL = (HEADERS.index(h) for h in HEADERS if "是否知道" in h or "渠道" in h)


def asked(rows_read, headers=None):
    data = xlsx({"2026年三季度": [list(HEADERS), *rows_read]})
    return read(data, "2026年三季度.xlsx", context(survey=with_wordings(survey(), headers or {})))


def worded(position: int, words: str) -> list[list]:
    lines = [list(line) for line in rows(in_text)]
    lines[0][position] = words
    return lines


@pytest.mark.parametrize(
    ("position", "words", "question", "part", "option", "answer"),
    [
        (AWARE, "晓得", "aware", "晓得", "know", 0),
        (CHANNEL, "电视┋抖音", "channel", "抖音", "other", 0b1001),
        (CHANNEL, "抖音", "channel", "抖音", "wechat", 0b0010),
    ],
)
def test_an_answer_in_other_words_is_asked_and_then_known(
    position, words, question, part, option, answer
):
    reading = asked(worded(position, words))
    (problem,) = [one for one in reading.problems if one.code == "问卷-08"]
    assert (problem.details["asked"], problem.details["part"]) == (question, part)
    assert reading.counts.held == 1
    known = asked(worded(position, words), {option_form(question): {part: option}})
    assert known.counts.held == 0
    assert known.answers.frame[question].iloc[0] == answer


def test_the_words_of_the_rules_go_before_what_was_said():
    said = {option_form("aware"): {"不知道": "know"}, option_form("gone"): {"不知道": "know"}}
    before, after = asked(rows(in_text)), asked(rows(in_text), said)
    assert before.answers.frame["aware"].tolist() == after.answers.frame["aware"].tolist()
