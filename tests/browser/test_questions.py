"""Ten questions of a leader and ten of an analyst, answered from 总览 in at most two and four clicks.

In each run some of them, each way of clicking once; all by --explore.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.pages import SLOW, main, open_group, opened, sees, settled, visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(SLOW)]
Click = Callable[[Page], None]
HOME = "/?city_period=周"


def group(title: str) -> Click:
    """Open a group of the bar."""
    return lambda page: open_group(page, title)


def choose(title: str) -> Click:
    """Follow a link of the group that is open."""

    def click(page: Page) -> None:
        links = page.get_by_test_id("stPopoverBody").get_by_role("link", name=title, exact=True)
        leave(page, links.first.click)

    return click


def follow(text: str) -> Click:
    """Follow a link in the page."""

    def click(page: Page) -> None:
        link = main(page).get_by_role("link", name=re.compile(text)).first
        leave(page, lambda: link.click(position={"x": 8, "y": 8}))

    return click


def leave(page: Page, press: Callable[[], None]) -> None:
    here = page.url
    press()
    page.wait_for_url(lambda url: url.split("?")[0] != here.split("?")[0])
    settled(page)


def switch(name: str) -> Click:
    """Choose one of a few beside each other."""

    def click(page: Page) -> None:
        main(page).get_by_test_id("stButtonGroup").get_by_text(name, exact=True).first.click()

    return click


def unfold(title: str) -> Click:
    return lambda page: main(page).locator("summary").filter(has_text=title).first.click()


LEADER = {
    "我们怎样，是好了还是波动": ([], r"全市\d+\.\d\d分，上周没有得分，不作比较"),
    "谁降得最多": ([group("结果查看"), choose("排名")], "望江门街道.*95.73.*未督查"),
    "谁末位，为什么": ([follow("^7 桃溪街道")], "桃溪街道.*失分最多的是"),
    "逾期多少，在谁那里": ([], r"逾期未改21条，最长13天，市消防救援局最多"),
    "上期通报说了什么，变了没有": (
        [group("结果查看"), choose("通报")],
        r"第47期（11月16日—22日）\s*未拟稿",
    ),
    "哪些点位老是反复": ([], "本期无反复点位"),
    "群众怎么说": ([], r"两率一度.*满意度\d+\.\d\d%"),
    "该表扬谁": ([], r"主城区.*靠前\s*1\s*望江门街道"),
    "达到目标没有": ([], r"距目标90差2\.08"),
    "今天要定什么": ([follow("逾期21条")], r"共 21 条"),
}
ANALYST = {
    "本月失分最多的三项和街道": (
        [follow("公共秩序失.*查看失分明细"), switch("月"), switch("单位")],
        "哪些单位失分最多",
    ),
    "这个街道为什么降": (
        [follow("^7 桃溪街道"), follow("失分明细"), switch("变动原因")],
        "桃溪街道.*没有得分|桃溪街道.*较上",
    ),
    "哪些点位反复，有照片": (
        [group("分析研判"), choose("失分分析"), switch("反复问题")],
        "反复出现的点位",
    ),
    "哪个部门的问题最多，晚几天": ([follow("逾期21条")], r"在.*市消防救援局|最多：市消防救援局"),
    "上月同期": ([switch("月")], r"2026年11月.*全市\d+\.\d\d分"),
    "两个街道并排": (
        [group("分析研判"), choose("趋势"), switch("并排比较")],
        r"望江门街道95\.73分最高，桃溪街道71\.39分最低，相差24\.34分，大于误差",
    ),
    "改好这些能挽回多少": (
        [group("分析研判"), choose("失分分析"), switch("优先整改事项")],
        "看能挽回多少分",
    ),
    "群众评价和督查对得上吗": (
        [group("分析研判"), choose("两率一度")],
        "群众评价和督查得分：对得上吗.*只有0个.*样本不足",
    ),
    "谁扣得严": (
        [group("分析研判"), choose("失分分析"), switch("变动原因"), unfold("谁扣得严")],
        "样本不足|大于误差|看不出谁扣得严",
    ),
    "下周去哪里看": (
        [group("工作办理"), choose("工作推进"), switch("督查安排")],
        r"2026年第\d+周.*还没有督查计划",
    ),
}
IN_EACH_RUN = {"谁末位，为什么", "两个街道并排", "谁扣得严"}


def worked(server: int) -> float:
    """Give the seconds that processors have worked for a server and the children that it has outlived."""
    of_process = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, of_process[11:15])) / os.sysconf("SC_CLK_TCK")


def test_no_question_takes_more_clicks_than_it_may():
    assert len(LEADER) == len(ANALYST) == 10
    assert all(len(clicks) <= 2 for clicks, _ in LEADER.values())
    assert all(len(clicks) <= 4 for clicks, _ in ANALYST.values())


def test_questions_are_answered_where_the_clicks_lead(shown, visitors, request):
    every = request.config.getoption("explore")
    with opened(visitors, "pc") as page:
        at_home = False
        for question, (clicks, answer) in (LEADER | ANALYST).items():
            if not every and question not in IN_EACH_RUN:
                continue
            if not at_home:
                visit(page, shown.address + HOME)
            before = worked(shown.process.pid)
            for click in clicks:
                click(page)
            at_home = not clicks
            sees(page, re.compile(answer, re.DOTALL), question)
            settled(page)
            seconds = worked(shown.process.pid) - before
            print(f"{question}: {len(clicks)} clicks, {seconds:.2f} s of the server")
