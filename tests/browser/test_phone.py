"""What a phone shows: no page is long before the line that unfolds the rest, none is wider than the phone.

In each run one view of the longest page; every page and view by --explore.
"""

import pytest

from tests.browser.pages import SLOW, WIDTHS, opened, visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(SLOW)]
LONGEST = 2_500
"""Pixels before the first line that unfolds."""
VIEWS = (
    *("lost?lost_period=周&lost_tab=变动原因", "lost?lost_period=周", "lost?lost_tab=反复问题"),
    *(
        "lost?lost_tab=优先整改事项",
        "?city_period=周",
        "?city_period=日",
        "ranks?period=周",
        "ranks",
    ),
    *(
        "ranks?period=周&board=部门",
        "ranks?period=周&unit=望江门街道",
        "unit",
        "unit?unit_board=部门",
    ),
    *("issued", "course", "course?trend_view=得分变动原因", "course?trend_view=并排比较"),
    *("course?trend_view=日历", "course?trend_view=各单位", "opinions", "composite", "problems"),
    *("files", "rules", "verify", "guide", "guide?theme=得分计算", "guide?manual_tab=提示一览"),
    *(
        f"work?work_theme={theme}"
        for theme in "台账材料 指标数据 公益广告 专项行动 责任分解 督查安排 一点一档 测评复盘 负面清单 先进候选 基层减负".split()
    ),
)
MEASURED = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  const [fold] = [...document.querySelectorAll("label.more")].filter((line) => line.checkVisibility());
  const length = fold ? fold.getBoundingClientRect().top + main.scrollTop : main.scrollHeight;
  return [Math.round(length), main.scrollWidth];
}"""


def test_no_page_is_long_before_the_rest_is_folded(shown, visitors, request):
    views = VIEWS if request.config.getoption("explore") else VIEWS[:1]
    measured = {}
    with opened(visitors, "phone") as page:
        for view in views:
            visit(page, f"{shown.address}/{view}")
            measured[view] = page.evaluate(MEASURED)
            print(view, *measured[view])
    width = WIDTHS["phone"]["width"]
    assert {
        view: (length, across)
        for view, (length, across) in measured.items()
        if length > LONGEST or across > width
    } == {}
