"""失分分析 in a real browser: down by clicks, top and bottom agree, a colleague sees the same."""

import random
import re
from urllib.parse import urlencode

from tests.browser.conftest import open_page, settle, shoot
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.losses.ledger import ledger
from wenming_metrics.queries.office import days_known
from wenming_metrics.queries.scores.details import PATH_MARK
from wenming_metrics.ui.losses.scope import Book, Scope

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


def ways_on(page, book: Book, unit: str) -> dict[tuple[str, ...], str]:
    """The branches whose figure can be read off the tree on the page: path -> what is written."""
    written = re.findall(r"^\S+ \d+\.\d\d$", said(page), re.MULTILINE)
    found, waiting = {}, [Scope(unit)]
    while waiting:
        scope = waiting.pop(0)
        for name, points in book.below(scope).items():
            path, label = (*scope.path, name), f"{name} {points:.2f}"
            if written.count(label) == 1 and label not in found.values():
                found[path] = label
            if len(path) < 3:
                waiting.append(Scope(unit, path))
    return found


def address(shown, unit: str, path: tuple[str, ...] = ()) -> str:
    told = {"lost_unit": unit, "lost_node": PATH_MARK.join(path)}
    return f"{shown.address}/lost?{urlencode({k: v for k, v in told.items() if v})}"


def crumbs(page) -> str:
    return page.inner_text('[class*="st-key-crumbs"]')


def test_ten_ways_down_agree_and_the_address_shows_the_same(shown, page, chromium):
    told = ledger(shown.office, window("week", days_known(shown.office)[-1]))
    book, chance, walked = Book(told, lambda: None), random.Random(20261120), 0
    names = told.units.dropna(subset=["score"])["name"].tolist()
    for other in open_page(chromium, "pc"):
        for unit, wanted in zip(["", *chance.sample(names, 2)], (4, 3, 3), strict=True):
            page.goto(address(shown, unit))
            settle(page)
            assert total(page) == bottom(page) == book.shown_points(Scope(unit))
            ways = ways_on(page, book, unit)
            paths = chance.sample(sorted(ways), wanted)
            points = {path: float(ways[path].rsplit(" ", 1)[1]) for path in paths}
            click_block(page, "tree-", ways[paths[0]])
            assert total(page) == bottom(page) == points[paths[0]]
            other.goto(page.url)
            settle(other)
            assert total(other) == bottom(other) == points[paths[0]]
            assert crumbs(other) == crumbs(page)
            for path in paths[1:]:
                other.goto(address(shown, unit, path))
                settle(other)
                assert total(other) == bottom(other) == points[path]
                assert crumbs(other).split("›")[-1].strip() == path[-1]
            walked += len(paths)
    assert walked == 10
    click_row(page, "lost-rows-", 0)
    assert "这一行的算法" in said(page)
    shoot(page, "losses-down")
