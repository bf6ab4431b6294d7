"""Names that speak of several units: which units they stand for, and which say nothing."""

from datetime import date

import pytest

from tests.builders import catalogue, register
from wenming_metrics.domain.registers import Register
from wenming_metrics.reading.resolve.collective import collective_units, expand_units, is_collective
from wenming_metrics.reading.resolve.names import build_names

DAY = date(2026, 11, 16).toordinal()


def told(units):
    return [register().units["name"][unit] for unit in units]


def names():
    return build_names(register(), catalogue())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("各街道", ["城东街道", "河西街道", "云山镇", "南门街道"]),
        ("全市各街道（镇）", ["城东街道", "河西街道", "云山镇", "南门街道"]),
        ("各街道、镇", ["城东街道", "河西街道", "云山镇", "南门街道"]),
        ("各街道(城东除外)", ["河西街道", "云山镇", "南门街道"]),
        ("各街道（城东、云山镇除外）", ["河西街道", "南门街道"]),
        ("各街道(不含城东)", ["河西街道", "云山镇", "南门街道"]),
        ("除城东、河西街道外各街道", ["云山镇", "南门街道"]),
        ("各镇", ["云山镇"]),
        ("东湖区各街道", ["城东街道", "河西街道"]),
        ("城东街道各社区", ["东风社区", "花园社区"]),
        ("各社区(南门社区除外)", ["东风社区", "花园社区", "桥头社区", "花园社区", "云山社区"]),
        ("全体部门", ["城管局", "公安局", "住建局"]),
        ("市直各部门", ["城管局", "公安局", "住建局"]),
        ("各区", ["东湖区", "南岭区"]),
    ],
)
def test_a_collective_name_is_the_units_of_the_register(written, expected):
    assert is_collective(written)
    units, fault = collective_units(names(), DAY, written)
    assert (told(units), fault) == (expected, None)
    assert expand_units(names(), DAY, written, "responsible") == (units, None)


@pytest.mark.parametrize("written", ["各单位", "相关部门", "有关单位", "各责任单位", "全体人员"])
def test_what_no_register_tells_is_a_problem(written):
    assert is_collective(written)
    units, fault = collective_units(names(), DAY, written)
    assert (units, fault.code, fault.details) == ((), "统称-01", {"part": written})


def test_an_unknown_exception_is_a_problem():
    units, fault = collective_units(names(), DAY, "各街道(龙坛除外)")
    assert (units, fault.code) == ((), "单位-06")


def test_only_the_kinds_that_may_be_meant():
    assert collective_units(names(), DAY, "各部门", ["street"])[1].code == "统称-01"
    assert told(collective_units(names(), DAY, "各镇", ["street"])[0]) == ["云山镇"]


def test_only_units_that_exist_on_the_day():
    units = register().units.copy()
    units.loc[units["name"] == "南门街道", "valid_to"] = DAY - 1
    known = build_names(Register(units, register().sites), catalogue())
    assert told(collective_units(known, DAY, "各街道(城东除外)")[0]) == ["河西街道", "云山镇"]
    assert len(collective_units(known, DAY - 1, "各街道")[0]) == 4


def test_a_cell_may_mix_single_and_collective_names():
    units, fault = expand_units(
        names(), DAY, "城管局、各街道(城东、云山镇除外);公安局", "responsible"
    )
    assert (told(units), fault) == (["城管局", "河西街道", "南门街道", "公安局"], None)
    assert expand_units(names(), DAY, "城管局、各街道、城管局", "responsible")[0][0] == 10 + 2
    assert expand_units(names(), DAY, "城管局/相关单位", "responsible")[1].code == "统称-01"
    assert expand_units(names(), DAY, "—", "responsible") == ((), None)


def test_a_single_name_is_not_collective():
    assert not is_collective("城东街道")
    assert not is_collective("交警二大队")
