"""失分分析 in a real browser: down by clicks, top and bottom agree, a colleague sees the same."""

import random
import re

from tests.browser.conftest import open_page, settle, shoot
from wenming_metrics.periods import window
from wenming_metrics.queries.ledger import ledger
from wenming_metrics.queries.office import days_known

HEAD = ROW = 36


def said(page) -> str:
    return page.inner_text('[data-testid="stMain"]')


def total(page) -> float:
    """The figure on top."""
    return float(re.search(r"失 (\d+\.\d\d) 分", said(page)).group(1))


def bottom(page) -> float:
    """What the listed rows say they add up to."""
    return float(re.search(r"下面各行失分相加正好是上面的 (\d+\.\d\d) 分", said(page)).group(1))


def click_row(page, begin: str, number: int) -> None:
    table = page.locator(f'[class*="st-key-{begin}"] [data-testid="stDataFrame"]').first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    page.mouse.click(box["x"] + 18, box["y"] + HEAD + ROW * number + ROW / 2)
    settle(page)


def click_block(page, begin: str, text: str) -> None:
    """Click the block of a figure that bears a text."""
    figure = page.locator(f'[class*="st-key-{begin}"]').first
    figure.scroll_into_view_if_needed()
    box = figure.get_by_text(text, exact=True).first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settle(page)


def test_ways_down_agree_and_the_address_shows_the_same(shown, page, chromium):
    told = ledger(shown.office, window("week", days_known(shown.office)[-1]))
    units = told.units.dropna(subset=["score"])
    chance = random.Random(20261120)
    clicked = 0
    for name in chance.sample(units["name"].tolist(), 2):
        page.goto(f"{shown.address}/lost?lost_unit={name}")
        settle(page)
        unit = units.set_index("name").loc[name]
        assert total(page) == bottom(page) == round(unit["full"] - unit["score"], 2)
        for _ in range(2):
            parts = re.findall(r"^(\S+) (\d+\.\d\d)$", said(page), re.MULTILINE)
            if not parts:  # the last level of the tree
                break
            before = page.url
            block, points = chance.choice(parts)
            click_block(page, "tree-", f"{block} {points}")
            assert page.url != before
            assert total(page) == bottom(page) == float(points)
            clicked += 1
    assert clicked >= 2
    click_row(page, "lost-rows-", 0)
    assert "这一行的算法" in said(page)
    shoot(page, "losses-down")
    for other in open_page(chromium, "pc"):
        other.goto(page.url)
        settle(other)
        assert total(other) == total(page)
        crumbs = '[class*="st-key-crumbs"]'
        assert other.inner_text(crumbs) == page.inner_text(crumbs)
