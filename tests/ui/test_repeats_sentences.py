"""What is said of problems that come back holds for data made to contradict it."""

import pandas as pd
import pytest

from wenming_metrics.scoring.losses.repeats import total
from wenming_metrics.ui.losses.repeats import sentences as repeats_sentences


def told(found, again=0, relapsed=0, running=0, together=0, sites=1, returning=0):
    """Totals of problems of which `together` are 重复 and 连续通报 at once."""
    size = found
    lines = pd.DataFrame({"site": [n % sites for n in range(size)]})
    lines["again"] = [n < again for n in range(size)]
    lines["relapsed"] = [again <= n < again + relapsed for n in range(size)]
    start = again + relapsed - together
    lines["running"] = [start <= n < start + running for n in range(size)]
    lines["returning"] = lines["site"] < returning
    return total(lines, pd.DataFrame({"rechecked": [], "reopened": []}))


def units(*lines):
    return pd.DataFrame(lines, columns=["name", "any"])


NONE = units()


@pytest.mark.parametrize(
    ("counted", "listed", "said"),
    [
        (told(0), NONE, "全市本周没有查出问题。"),
        (told(12), NONE, "全市本周查出问题 12 条，没有反复出现的。"),
        (
            told(12, sites=4, returning=1),
            NONE,
            "全市本周查出问题 12 条，没有重复、反弹和连续通报的；"
            "反复点位 **1 个**（查出问题的 4 个点位里的 25.0%）。",
        ),
        (
            told(1200, again=300),
            units(("甲", 200), ("乙", 100)),
            "全市本周查出问题 1,200 条，**300 条（25.0%）是反复出现的**：重复 300 条；"
            "最多的是**甲**（200 条）。",
        ),
        (
            told(8, again=2, relapsed=1, running=2, together=2),
            units(("甲", 3), ("乙", 0)),
            "全市本周查出问题 8 条，**3 条（37.5%）是反复出现的**：重复 2 条、反弹 1 条、连续通报 2 条"
            "（一条可以同时算几种）；都在**甲**。",
        ),
        (
            told(8, again=2, running=1),
            units(("甲", 1), ("乙", 1), ("丙", 1), ("丁", 1), ("戊", 0)),
            "全市本周查出问题 8 条，**3 条（37.5%）是反复出现的**：重复 2 条、连续通报 1 条；"
            "最多的是**甲**、**乙**、**丙**等 4 个（各 1 条）。",
        ),
        (
            told(8, again=2),
            units(("甲", 1), ("乙", 1)),
            "全市本周查出问题 8 条，**2 条（25.0%）是反复出现的**：重复 2 条；各单位一样多，各 1 条。",
        ),
        (
            told(8, again=2),
            units(("甲", 2)),
            "全市本周查出问题 8 条，**2 条（25.0%）是反复出现的**：重复 2 条。",
        ),
    ],
)
def test_the_opening(counted, listed, said):
    assert repeats_sentences.opening("全市", "本周", counted, listed) == said


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (NONE, "没有反复出现的问题。"),
        (units(("飞线", 0)), "没有反复出现的问题。"),
        (units(("飞线", 5), ("堆物", 0)), "反复出现的 5 条都在“飞线”。"),
        (units(("飞线", 3), ("堆物", 1)), "反复最多的测评项是“飞线”，3 条，占反复问题的 75.0%。"),
        (units(("飞线", 2), ("堆物", 2), ("脏", 1)), "反复最多的是“飞线”、“堆物”，各 2 条。"),
        (
            units(*((name, 2) for name in "甲乙丙丁")),
            "反复最多的是“甲”、“乙”、“丙”等 4 个测评项，各 2 条。",
        ),
    ],
)
def test_the_classes(listed, said):
    assert repeats_sentences.classes(listed, "测评项") == said


def test_the_sites():
    listed = pd.DataFrame({"site_name": ["一号", "二号"], "days": [4, 3]})
    assert repeats_sentences.sites(listed) == "最多的是“一号”，4 天查出反复的问题。"
    even = listed.assign(days=3)
    assert repeats_sentences.sites(even) == "最多的 2 个点位，都有 3 天查出反复的问题。"
    assert repeats_sentences.sites(listed[:0]).startswith("没有哪个点位")


def test_without_answers_nothing_is_said_of_relapses():
    assert "算不出反弹" in repeats_sentences.without_answers(0)
    assert repeats_sentences.without_answers(3) == ""
    assert repeats_sentences.percent(float("nan")) == "—"
