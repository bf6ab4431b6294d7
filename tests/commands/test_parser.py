"""What is mistyped is told in one Chinese sentence: which option, what was written, what may be."""

import re

import pytest

from wenming_metrics.commands.parser import parser

NUMBERS = [
    ("demo --days 0", "--days：应是 1 到 366 的整数，现在是“0”"),
    ("demo --days -3", "现在是“-3”"),
    ("withdraw 99999999999999999999999", "批次：应是 0 到 999999999 的整数"),
    ("dispatch 一 --limit -5", "--limit：应是 0 到 366 的整数，现在是“-5”"),
    ("recheck 整改复查 --out a.xlsx --seed -4", "--seed：应是 0 到"),
    ("recheck 整改复查 --out a.xlsx --closed-days 99999999", "1 到 3660"),
    ("plan draw --seed -1", "现在是“-1”"),
    ("plan draw --random 101", "--random：应是 0 到 100"),
    ("rules weights --days 0", "1 到 3660"),
    ("rules weights --days -5", "1 到 3660"),
    ("rules try a --days 99999999", "1 到 3660"),
    ("service systemd --port 99999", "1 到 65535"),
    ("service systemd --port 0", "1 到 65535"),
    ("survey --points nan", "--points：应是大于 0、不超过 100 的数，现在是“nan”"),
    ("survey --points 0", "现在是“0”"),
    ("survey --points inf", "现在是“inf”"),
    ("survey --points 五", "现在是“五”"),
    ("check a.xlsx --year 1", "--year：应是 2000 到 2099 的整数"),
]
DAYS = [
    *("ranking --date 0001-01-01", "ranking --date 9999-12-31", "ranking --month 9999-12"),
    *("ranking --week 9999-W52", "repeats --from 9999-01-01 --to 9999-12-31"),
    *("plan list --week 9999-12-31", "progress documents --date 0001-01-01"),
    *("progress review --date 9999-12-31", "issue draft --date 9999-12-31"),
    *(
        "issue draft --date 0001-01-01",
        "bulletin --date 9999-12-31",
        "bulletin --quarter 2100-01-01",
    ),
    *(
        "problems --as-of 昨天",
        "move 反馈 P1 --who 甲 --day 0001-01-01",
        "ranking --date 2026/11/20",
    ),
    *("problems --rejudge 2026-10-01 9999-10-31", "dispatch 一 --due 2026-02-30"),
    "recheck 整改复查 --out a.xlsx --from 0001-01-01",
]
WORDS = [
    ("ranking --nothing", "不认识“--nothing”"),
    ("plan", "还要写：什么"),
    ("", "还要写：命令"),
    ("rankin", "命令：不能写“rankin”，可以写：demo、serve、"),
    ("repeats --by 街道", "--by：不能写“街道”，可以写：unit、item、category"),
    ("ranking --date", "--date 后面要写一个值"),
    ("problems --rejudge 2026-10-01", "--rejudge 后面要写 2 个值"),
    ("correct 1 --sheet a --who 甲", "还要写：--row"),
    ("ranking --date 2026-11-20 --week 2026-W47", "--week 不能和 --date 一起用"),
    ("ranking --sampling=1", "--sampling 后面不写值，现在是“1”"),
    ("progress --o", "“--o”可以是 --overdue、--out，请写全"),
]


def told(capsys, typed: str) -> str:
    with pytest.raises(SystemExit, match="2"):
        parser().parse_args(typed.split())
    return capsys.readouterr().err


@pytest.mark.parametrize(("typed", "words"), [*NUMBERS, *WORDS])
def test_what_is_wrong_is_said_in_chinese(capsys, typed, words):
    said = told(capsys, typed)
    assert words in said
    assert not re.search(r"usage|error|invalid|argument|required|expected|choose|options", said)


@pytest.mark.parametrize("typed", DAYS)
def test_a_day_is_of_this_century_and_written_one_way(capsys, typed):
    assert "2000 年到 2099 年" in told(capsys, typed)


@pytest.mark.parametrize("text", ["abc", "2026/11/20", "2026-11-31", "9999-12-31", ""])
def test_what_is_no_moment_is_refused(capsys, text):
    with pytest.raises(SystemExit, match="2"):
        parser().parse_args(["problems", "--known-at", text])
    assert f"现在是“{text}”" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2026-11-20", "2026-11-20T00:00:00.000000+08:00"),
        ("2026-11-20T18:00:00", "2026-11-20T18:00:00.000000+08:00"),
        ("2026-11-20 18:00", "2026-11-20T18:00:00.000000+08:00"),
        ("2026-11-20T10:00:00+00:00", "2026-11-20T18:00:00.000000+08:00"),
    ],
)
def test_a_moment_is_spelled_as_the_store_spells_it(text, stored):
    assert parser().parse_args(["remind", "--known-at", text]).known_at == stored
    assert parser().parse_args(["remind"]).known_at is None


def test_help_has_chinese_heads():
    said = parser().format_help()
    assert said.startswith("用法：python -m wenming_metrics")
    assert not re.search("usage|options|positional|show this", said)
