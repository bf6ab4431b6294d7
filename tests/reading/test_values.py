"""Values as people write them, and what they are read as."""

from datetime import date, datetime, time

import pytest

from wenming_metrics.reading.model.grid import CellError
from wenming_metrics.reading.tables import values
from wenming_metrics.reading.tables.values import (
    BLANK,
    BROKEN,
    CUT_SHORT,
    NO_YEAR,
    OTHER_WEEKDAY,
    SPAN,
    STROKE,
    TOO_FINE,
    UNREADABLE,
)
from wenming_metrics.vocabulary import RESULTS

_THIRD = date(2026, 11, 3).toordinal()


@pytest.mark.parametrize(
    "written",
    [
        date(2026, 11, 3),
        datetime(2026, 11, 3, 9, 40),
        46329.0,
        46329.402777,
        20261103.0,
        "46329",
        "2026-11-03",
        "2026/11/3",
        "2026.11.3",
        "2026年11月3日",
        "2026年11月3号",
        "2026年11月3号上午",
        "二〇二六年十一月三日",
        "二零二六年十一月三号",
        "2026年十一月三日",
        "2026 年 11 月 3 日",
        "20261103",
        "\uff12\uff10\uff12\uff16\uff0f\uff11\uff11\uff0f\uff13",  # full-width
        "2026—11—03",
        "2026-11-03 09:40",
        "2026-11-3 9:40:00",
        "2026-11-03T09:40",
        "2026年11月3日上午9时",
        "2026-11-03(星期二)",
        "2026-11-03 周二 9:40",
        "2026年11月3日 周日常巡查",
        "2026年11月3日 周日志",
        "2026年11月3日 周一路段",
        "2026-11-3（周二）9:00-11:00",
        "2026-11-3 周二，上午9时—10时",
        "2026-11-3 周二上午、一组",
    ],
)
def test_day(written):
    assert values.day(written) == _THIRD


@pytest.mark.parametrize(
    "written",
    [
        "11月3号",
        "十一月三日",
        "十一月3号",
        "11月3号(周二)",
        "11.3",
        "11月3日",
        "11-03",
        "11.3上午9:40",
        "11/3 10:15",
        46329.0,
    ],
)
def test_day_of_the_year_in_the_title(written):
    assert values.day(written, 2026) == _THIRD
    assert values.day(11.13, 2026) == _THIRD + 10


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (None, BLANK),
        ("  ", BLANK),
        ("11.13", NO_YEAR),
        (11.13, NO_YEAR),
        (11.1, CUT_SHORT),
        ("11月中旬", UNREADABLE),
        ("2026-11-13—15日", SPAN),
        ("2026-02-30", UNREADABLE),
        ("2026年11月3日（星期三）", OTHER_WEEKDAY),
        ("2026-11-3 周日", OTHER_WEEKDAY),
        ("2026-11-3 周日上午", OTHER_WEEKDAY),
        ("2026-11-3周三9:40", OTHER_WEEKDAY),
        ("2026-11-3 周三夜间", OTHER_WEEKDAY),
        ("2026-11-3 周三检查", OTHER_WEEKDAY),
        ("2026-11-3 周三第一组", OTHER_WEEKDAY),
        ("2026-11-13—15日(周日)", SPAN),
        ("2026年11月18日(周三)-20日(周五)", SPAN),
        ("2026年11月18日（周三）、19日（周四）", SPAN),
        ("2026年11月18日（周三）—20", SPAN),
        ("2026年11月18日周三至周五", SPAN),
        ("2026年11月18日（周三、四）", SPAN),
        ("2026年11月18日上午至20日", SPAN),
        ("2026-11-1²", UNREADABLE),
        ("2026-11-1①", UNREADABLE),
        ("2026年11月1②日", UNREADABLE),
        ("下周", UNREADABLE),
        ("二十三日", UNREADABLE),  # of which month?
        ("23号", UNREADABLE),
        ("十三月三日", UNREADABLE),
        ("十一月23号", NO_YEAR),
        ("2026年11月13号至15号", SPAN),
        (2026.0, UNREADABLE),
        (float("inf"), UNREADABLE),
        (True, UNREADABLE),
        (time(9, 40), UNREADABLE),
        (CellError("#N/A"), BROKEN),
    ],
)
def test_no_day(written, told):
    assert values.day(written) == told


@pytest.mark.parametrize(
    ("written", "points"),
    [
        (0.5, 5000),
        (0.1 + 0.2, 3000),
        (-2.0, 20000),
        (0.0, 0),
        ("0.5", 5000),
        ("-0.5", 5000),
        ("\uff0d\uff10\uff0e\uff15", 5000),  # full-width
        ("扣0.5分", 5000),
        ("扣 1 分", 10000),
        *((words, 5000) for words in ("扣半分", "半分", "零点五分", "扣零点五分", "〇点五")),
        *((words, 10000) for words in ("扣一分", "一分", "扣1.0")),
        *((words, 20000) for words in ("扣两分", "扣二分", "-二分")),
        *((words, 15000) for words in ("一分半", "扣1分半", "一点五分")),
        *((words, 12500) for words in ("一点二五分", "扣一点二五")),
        *((words, 100000) for words in ("扣十分", "十分")),
        ("0.5分", 5000),
        (".5", 5000),
        ("-2(只有1处)", 20000),
        ("1,200", 12_000_000),
        ("不扣分", 0),
        ("0.1234", 1234),
        (0.12345, TOO_FINE),
        ("0.12345", TOO_FINE),
        ("若干", UNREADABLE),
        *(
            (words, UNREADABLE)
            for words in ("一", "半", "一半", "扣一半", "扣一至两分", "两三分", "扣1-2分")
        ),
        *((words, UNREADABLE) for words in ("每处扣0.5分", "扣0.5分/处", "各扣一分", "扣点")),
        *((words, UNREADABLE) for words in ("0.5(每处)", "1(0.5×2)", "0.5(封顶1分)")),
        *((words, UNREADABLE) for words in ("减半", "扣减半", "1（原扣0.5）", "0.5（共1.5）")),
        *(
            (f"2（{words}）", UNREADABLE)
            for words in "不扣 免扣 撤销 减半 加 各1 每次 ×2 减1 封顶 一处0.5".split()
        ),
        ("2分（加分）", UNREADABLE),
        *((f"0.5（{words}）", 5000) for words in ("各类广告破损", "每日保洁不到位", "公共区域")),
        *(("1（各楼道）", 10000), ("1（满分2分）", 10000), ("减半分", 5000)),
        ("+0.5", UNREADABLE),
        ("50%", UNREADABLE),
        ("1,2", UNREADABLE),
        ("1e5", UNREADABLE),
        (1e300, UNREADABLE),
        (float("nan"), UNREADABLE),
        (True, UNREADABLE),
        ("/", STROKE),
        ("—", STROKE),
        (None, BLANK),
        ("", BLANK),
        (CellError("#DIV/0!"), BROKEN),
    ],
)
def test_points(written, points):
    assert values.points(written) == points


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        (5.0, 50000),
        ("5分", 50000),
        ("5(每处扣0.5分)", 50000),
        ("/", BLANK),
        (None, BLANK),
        (0.0, UNREADABLE),
        (-1.0, UNREADABLE),
    ],
)
def test_mark(written, mark):
    assert values.mark(written) == mark


@pytest.mark.parametrize(
    ("written", "count"),
    [
        (3.0, 3),
        ("3处", 3),
        ("共3处", 3),
        ("\uff13处", 3),
        ("/", 0),
        (None, BLANK),
        (1.5, UNREADABLE),
        ("多处", UNREADABLE),
        ("9" * 5000, UNREADABLE),
    ],
)
def test_places(written, count):
    assert values.place_count(written) == count


@pytest.mark.parametrize(
    ("written", "count"),
    [(52000.0, 52000), ("1.2万", 12000), ("12,000人", 12000), ("/", BLANK), ("很多", UNREADABLE)],
)
def test_people(written, count):
    assert values.people(written) == count


@pytest.mark.parametrize(
    ("written", "result"),
    [
        *((word, "符合") for word in ("√", "✓", "✔", "符合", "达标", "合格", "是", " 符合 ", True)),
        *((word, "符合") for word in ("未发现问题", "没发现问题", "暂未发现问题", "未见问题")),
        *((word, "符合") for word in ("☑符合 □不符合", "☑ 符合  ☐ 不符合", "■符合□不符合")),
        *((word, "符合") for word in ("符合☑ 不符合□", "[√]是 [ ]否", "(√)符合 ( )不符合")),
        *((word, "符合") for word in ("符合(√)不符合( )", "☑符合")),
        *(
            (word, "不符合")
            for word in (
                "符合□不符合☑",
                "□符合 ☑不符合",
                "□符合 ☒不符合",
                "□是 √否",
                "○符合 ●不符合",
            )
        ),
        *((word, "不涉及") for word in ("□符合 □不符合 ☑不涉及",)),
        *((word, "不符合") for word in ("×", "✗", "x", "X", "不符合", "否", False, "不符合(2处)")),
        *((word, "不涉及") for word in ("/", "\uff0f", "不涉及", "不适用")),
        *((word, "符合") for word in ("符合(未发现问题)", "符合(√)", "达标(见照片)")),
        *((f"符合（{word}）", "符合") for word in "不扣分 抽查10处 未见问题 没问题 无扣分".split()),
        *((f"√（{word}）", "符合") for word in "无需整改 0处 未发现任何问题 无明显问题".split()),
        *(
            (word, "符合")
            for word in (
                "符合（不存在问题）",
                "符合（抽查10处均合格）",
                "√（未见问题，见照片）",
                "√（/）",
            )
        ),
        *((word, "未开门") for word in ("未开门（装修）",)),
        *((word, "不涉及") for word in ("不涉及（没有公厕）",)),
        *((word, "未查") for word in ("—", "——", "-", "未查", "未测评")),
        *((word, "未开门") for word in ("未开门", "暂停营业")),
    ],
)
def test_result(written, result):
    assert values.result(written) == RESULTS.index(result)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        *((None, BLANK), ("还行", UNREADABLE), (1.0, UNREADABLE), (CellError("#N/A"), BROKEN)),
        *((word, UNREADABLE) for word in ("基本符合", "部分符合", "基本达标", "☑基本符合 □不符合")),
        *((word, UNREADABLE) for word in ("□符合 □不符合", "☑符合 ☑不符合", "☑ □", "□符合")),
        *((word, UNREADABLE) for word in ("符合 不符合☑", "□符合☑", "[x]符合 [ ]不符合")),
        *((word, UNREADABLE) for word in ("是(有问题)", "符合(有2处垃圾)", "合格(限期整改)")),
        *((word, UNREADABLE) for word in ("不符合(无问题)", "达标(扣0.5分)")),
        *((f"√（{word}）", UNREADABLE) for word in "-0.5 -1 0.5 减1分 × 个别未达标".split()),
        *((f"符合（{word}）", UNREADABLE) for word in "否 差 有2个烟头 有垃圾 两处垃圾".split()),
        *((word, UNREADABLE) for word in ("是（不是）", "符合（有破损）", "达标（有不合格）")),
        *((f"×（{word}）", UNREADABLE) for word in ("0.5", "扣0.5分", "√", "不扣分")),
        *((word, UNREADABLE) for word in ("不符合（不扣分）", "不涉及（扣1分）")),
        *((word, UNREADABLE) for word in ("未查（发现垃圾）", "未开门（门口有垃圾2处）")),
    ],
)
def test_no_result(written, told):
    assert values.result(written) == told


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (None, ""),
        (12.0, "12"),
        (0.5, "0.5"),
        (0.1 + 0.2, "0.3"),
        (datetime(2026, 11, 3), "2026-11-03"),
        (datetime(2026, 11, 3, 9, 40), "2026-11-03 09:40"),
        (date(2026, 11, 3), "2026-11-03"),
        (True, "TRUE"),
        (" 两端空格 ", "两端空格"),
        (CellError("#N/A"), "#N/A"),
    ],
)
def test_cells_are_spelled_as_their_sender_sees_them(value, spelled):
    assert values.spell(value) == spelled
