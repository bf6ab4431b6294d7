"""What people of the made-up city answer, quarter by quarter, and what is odd about some of it.

Support and satisfaction stand near the ceiling, as they do in real surveys; fewer know of the work,
and fewer still take part. Nobody who answers is a real person; addresses are those kept for examples.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

import numpy as np
import pandas as pd

from wenming_metrics.demo.city import DemoCity
from wenming_metrics.domain.periods import Window

SCALES = ("环境卫生", "交通秩序", "公共秩序", "公共设施", "窗口服务")
SEX = ("男", "女")
AGES = ("18-25岁", "26-35岁", "36-45岁", "46-55岁", "56-65岁", "66岁以上")
AWARE = ("知道", "听说过一些", "不太清楚", "不知道")
CHANNELS = ("电视", "微信公众号", "短视频", "社区宣传栏", "公益广告", "上门宣传", "其他")
JOINED = ("参与过", "没有参与过", "记不清")
SUPPORT = ("非常支持", "支持", "无所谓", "不支持", "说不清", "拒绝回答")
OVERALL = ("非常满意", "比较满意", "一般", "不太满意", "很不满意", "说不清", "拒绝回答")
BLANK, SKIPPED = "(空)", "(跳过)"
ON_SITE = "现场访问"
SHARED = "203.0.113.8"
"""The address that several questionnaires came from."""
INTERVIEWERS = tuple(f"FW{number:02d}" for number in range(1, 9))
EAGER = "FW09"
"""The one whose questionnaires hold nothing but the best answers."""
_AGE_SHARES = (0.12, 0.2, 0.2, 0.2, 0.16, 0.12)
_AWARE_BY_AGE = np.array([0.02, 0.05, 0.04, 0.0, -0.05, -0.12])
FEWEST, MOST = 20, 200
"""Asked in a street."""
_EVERYWHERE, _PEOPLE_PER_ANSWER = 16, 2600
"""Asked in a street however small, and one more for so many people."""
_BUSY = 3
"""Streets in which three times as many are asked."""
_SHARE_ON_SITE = 0.45
UNHAPPY_WAVE, _COMPLAINING = 3, 0.16
"""The wave, from 0, in which a street is less satisfied, and how many there then say so."""
_COMMENTS = ("希望多划停车位", "夜里施工有点吵", "楼道灯坏了几盏", "公园里再多几张长椅", "挺好的")
_QUICK, _DOUBLES, _STRAIGHT, _ONE_ADDRESS, _EAGER_ROWS = 12, 6, 14, 7, 24
_WRONG_STREETS = ("其他〖{}那边〗", "{}(新区)")


def sizes(city: DemoCity, rng: np.random.Generator) -> pd.Series:
    """Draw how many are asked in each street, 20 to 200. Returns: by name of the street"""
    streets = city.units[city.units["unit_kind"] == "街道"]
    share = streets["population"].to_numpy(float) / _PEOPLE_PER_ANSWER
    count = _EVERYWHERE + share * rng.uniform(0.6, 1.4, len(streets))
    count[rng.choice(len(streets), _BUSY, replace=False)] *= 3
    return pd.Series(count.astype(int).clip(FEWEST, MOST), streets["unit_name"].to_numpy())


def answer(city: DemoCity, counts: pd.Series, wave: Window, nth: int, seed: int) -> pd.DataFrame:
    """Let people answer.

    Takes:   counts - see `sizes`; nth - of the waves, from 0: more know of the work with each
    Returns: one row per questionnaire, by time: moment, seconds, source, address, street,
        community, sex, age, aware, channels (list), joined, support, overall, the SCALES (numbers),
        comment, interviewer; "" where nothing was written
    """
    rng = np.random.default_rng([seed, 11, wave.start.toordinal()])
    street = np.repeat(counts.index.to_numpy(object), counts.to_numpy())
    size = len(street)
    age = rng.choice(len(AGES), size, p=_AGE_SHARES)
    effect = dict(zip(counts.index, rng.normal(0, 0.05, len(counts)), strict=True))
    street_effect = np.array([effect[name] for name in street])
    aware = _aware(street_effect + _AWARE_BY_AGE[age] + 0.68 + 0.035 * nth, rng)
    rows = pd.DataFrame(
        {
            "moment": _moments(wave, size, rng),
            "seconds": rng.gamma(9, 18, size).astype(int) + 45,
            "street": street,
            "community": _communities(city, street, rng),
            "sex": rng.choice(SEX, size),
            "age": np.array(AGES, object)[age],
            "aware": aware,
            "channels": _channels(aware, rng),
            "joined": _joined(street_effect + 0.37 + 0.03 * nth, rng),
            "support": rng.choice(SUPPORT, size, p=(0.66, 0.31, 0.015, 0.004, 0.008, 0.003)),
            "overall": _overall(street_effect, rng),
            **_scales(street_effect, rng),
            "comment": np.where(rng.random(size) < 0.2, rng.choice(_COMMENTS, size), ""),
        }
    )
    if nth == UNHAPPY_WAVE:
        rows = _complain(rows, rng)
    rows = _sent(rows, rng)
    return _odd(rows, rng).sort_values("moment", kind="stable", ignore_index=True)


def blanked(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Leave some answers out: blank here and there; 渠道 is not asked of those who do not know."""
    left = rows.copy()
    for name, share in (("joined", 0.01), ("support", 0.01), ("overall", 0.006), ("age", 0.004)):
        left.loc[rng.random(len(left)) < share, name] = BLANK
    for name in SCALES:
        left[name] = left[name].astype(object).mask(rng.random(len(left)) < 0.015, BLANK)
    channel_texts = ["┋".join(several) for several in left["channels"]]
    left["channels"] = np.where(left["aware"] == "不知道", SKIPPED, channel_texts)
    left.loc[left["channels"] == "", "channels"] = BLANK
    return left


def double(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Let some send the same again from the same address, 35 seconds later."""
    alone = rows.index[(rows["source"] != ON_SITE) & (rows["address"] != SHARED)]
    again = rows.loc[rng.choice(alone, _DOUBLES, replace=False)].copy()
    again["moment"] = [moment + timedelta(seconds=35) for moment in again["moment"]]
    all_rows = pd.concat([rows, again], ignore_index=True)
    return all_rows.sort_values("moment", kind="stable", ignore_index=True)


def misspell(rows: pd.DataFrame) -> pd.DataFrame:
    """Let the first two name their street in a way that no register knows."""
    wrong = rows.copy()
    for index, pattern in enumerate(_WRONG_STREETS):
        name = str(wrong.loc[index, "street"])
        wrong.loc[index, "street"] = pattern.format(name.removesuffix("街道").removesuffix("镇"))
        wrong.loc[index, "community"] = BLANK
    return wrong


def _moments(wave: Window, size: int, rng: np.random.Generator) -> list[datetime]:
    """Draw when they answered: in the last four weeks of the wave, by day."""
    days = rng.integers(0, 28, size).tolist()
    seconds = rng.integers(8 * 3600, 21 * 3600, size).tolist()
    begin = datetime.combine(wave.end - timedelta(days=28), time())
    return [begin + timedelta(days=d, seconds=s) for d, s in zip(days, seconds, strict=True)]


def _communities(city: DemoCity, street: Sequence[str], rng: np.random.Generator) -> list[str]:
    units = city.units[city.units["unit_kind"] == "社区"]
    inside = units.groupby("parent")["unit_name"].agg(list).to_dict()
    draws = rng.random(len(street))
    return [inside[s][int(d * len(inside[s]))] for s, d in zip(street, draws, strict=True)]


def _aware(chance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    knows = rng.random(len(chance)) < chance.clip(0.4, 0.96)
    which = rng.random(len(chance))
    yes = np.where(which < 0.7, AWARE[0], AWARE[1])
    return np.where(knows, yes, np.where(which < 0.3, AWARE[2], AWARE[3])).astype(object)


def _channels(aware: np.ndarray, rng: np.random.Generator) -> list[list[str]]:
    ticked = rng.random((len(aware), len(CHANNELS))) < (0.3, 0.5, 0.35, 0.4, 0.25, 0.15, 0.04)
    return [
        [name for name, hit in zip(CHANNELS, ticks, strict=True) if hit]
        if awareness != AWARE[3]
        else []
        for ticks, awareness in zip(ticked.tolist(), aware, strict=True)
    ]


def _joined(chance: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    draw = rng.random(len(chance))
    none = np.where(draw > 0.97, JOINED[2], JOINED[1])
    return np.where(draw < chance.clip(0.1, 0.8), JOINED[0], none).astype(object)


def _overall(street_effect: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw satisfaction: about 96 of 100 with an opinion are very or fairly satisfied."""
    draw = rng.random(len(street_effect)) - street_effect * 0.2
    ends = (0.55, 0.93, 0.955, 0.966, 0.97, 0.995)
    return np.array(OVERALL, object)[np.searchsorted(ends, draw, side="right")]


def _complain(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Let one street, the second of those where many are asked, be clearly less satisfied."""
    street = rows["street"].value_counts().index[1]
    hit = (rows["street"] == street) & (rng.random(len(rows)) < _COMPLAINING)
    return rows.assign(overall=rows["overall"].mask(hit, rng.choice(OVERALL[2:4], len(rows))))


def _scales(street_effect: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    mood = rng.normal(0, 0.35, len(street_effect)) + street_effect
    means = (4.3, 3.9, 4.1, 4.0, 4.4)
    return {
        name: np.rint(mean + mood + rng.normal(0, 0.65, len(street_effect))).clip(1, 5).astype(int)
        for name, mean in zip(SCALES, means, strict=True)
    }


def _sent(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Say how each came in: on site through an interviewer, or from a phone with an address."""
    on_site = rng.random(len(rows)) < _SHARE_ON_SITE
    source = np.where(on_site, ON_SITE, np.where(rng.random(len(rows)) < 0.8, "微信", "链接"))
    ipv4_addresses = [f"192.0.2.{n}" for n in range(1, 255)] + [
        f"198.51.100.{n}" for n in range(1, 255)
    ]
    further = [f"2001:db8:{n >> 8:x}::{n & 255:x}" for n in range(256, 256 + len(rows))]
    address = np.array([*rng.permutation(ipv4_addresses), *further], object)[: len(rows)]
    return rows.assign(
        source=source,
        address=np.where(on_site, "", address),
        interviewer=np.where(on_site, rng.choice(INTERVIEWERS, len(rows)), ""),
    )


def _odd(rows: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Make some of them odd: hasty, straight lines, of one address, an interviewer's own."""
    odd = rows.copy()
    from_phone = rng.permutation(odd.index[odd["source"] != ON_SITE])
    quick, straight = from_phone[:_QUICK], from_phone[_QUICK : _QUICK + _STRAIGHT]
    rest = from_phone[_QUICK + _STRAIGHT :]
    odd.loc[quick, "seconds"] = 18
    odd.loc[straight, list(SCALES)] = 5
    odd.loc[rest[:_ONE_ADDRESS], "address"] = SHARED
    largest = odd["street"].value_counts().index[0]
    eager_rows = odd.index[(odd["street"] == largest) & (odd["source"] == ON_SITE)][:_EAGER_ROWS]
    odd.loc[eager_rows, "interviewer"] = EAGER
    best = [AWARE[0], JOINED[0], SUPPORT[0], OVERALL[0], *([5] * len(SCALES))]
    odd.loc[eager_rows, ["aware", "joined", "support", "overall", *SCALES]] = best
    return odd
