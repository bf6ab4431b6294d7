"""失分分析 in a real browser: down by clicks, top and bottom agree, a colleague sees the same."""

import random
import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import SLOW, opened, pick_row, sees, settled, shoot, visit, words
from wenming_metrics.domain.periods import window
from wenming_metrics.queries.losses.ledger import ledger
from wenming_metrics.queries.office import days_known
from wenming_metrics.queries.scores.details import PATH_MARK
from wenming_metrics.ui.losses.scope import Book, Scope

pytestmark = [pytest.mark.browser, pytest.mark.timeout(SLOW)]
TOTAL = re.compile(r"失 (\d+\.\d\d) 分")
BOTTOM = re.compile(r"下面各行失分相加正好是上面的 (\d+\.\d\d) 分")


def total(page) -> float:
    """The figure on top."""
    return float(TOTAL.search(words(page)).group(1))


def bottom(page) -> float:
    """What the listed rows say they add up to."""
    return float(BOTTOM.search(words(page)).group(1))


def click_block(page, begin: str, text: str) -> None:
    """Click the block of a figure that bears a text."""
    settled(page)
    figure = page.locator(f'[class*="st-key-{begin}"]').first
    # Forced, for the block below the text takes the click.
    figure.get_by_text(text, exact=True).first.click(force=True)


def ways_on(page, book: Book, unit: str) -> dict[tuple[str, ...], str]:
    """The branches whose figure can be read off the tree on the page: path -> what is written."""
    written = re.findall(r"^\S+ \d+\.\d\d$", words(page), re.MULTILINE)
    labels, waiting = {}, [Scope(unit)]
    while waiting:
        scope = waiting.pop(0)
        for name, points in book.below(scope).items():
            path, label = (*scope.path, name), f"{name} {points:.2f}"
            if written.count(label) == 1 and label not in labels.values():
                labels[path] = label
            if len(path) < 3:
                waiting.append(Scope(unit, path))
    return labels


def address(shown, unit: str, path: tuple[str, ...] = ()) -> str:
    query = {"lost_unit": unit, "lost_node": PATH_MARK.join(path)}
    return f"{shown.address}/lost?{urlencode({k: v for k, v in query.items() if v})}"


def crumbs(page) -> Locator:
    return page.locator('[class*="st-key-crumbs"]')


def ends(page) -> str:
    """Read the last step of the way to where the page stands."""
    return crumbs(page).inner_text().split("›")[-1].strip()


def stands_on(page, path: tuple[str, ...]) -> None:
    """Expect a page that has gone down to a branch, with all that is drawn below its name."""
    expect(crumbs(page)).to_have_text(re.compile(rf"›\s*{re.escape(path[-1])}$"))
    settled(page)


def test_ten_ways_down_agree_and_the_address_shows_the_same(shown, page, visitors):
    losses = ledger(shown.office, window("week", days_known(shown.office)[-1]))
    book, chance, walked = Book(losses, lambda: None), random.Random(20261120), 0
    names = losses.units.dropna(subset=["score"])["name"].tolist()
    with opened(visitors, "pc") as other:
        for unit, wanted in zip(["", *chance.sample(names, 2)], (4, 3, 3), strict=True):
            visit(page, address(shown, unit))
            assert total(page) == bottom(page) == book.shown_points(Scope(unit))
            ways = ways_on(page, book, unit)
            paths = chance.sample(sorted(ways), wanted)
            points = {path: float(ways[path].rsplit(" ", 1)[1]) for path in paths}
            click_block(page, "tree-", ways[paths[0]])
            stands_on(page, paths[0])
            assert total(page) == bottom(page) == points[paths[0]]
            visit(other, page.url)
            assert total(other) == bottom(other) == points[paths[0]]
            assert crumbs(other).inner_text() == crumbs(page).inner_text()
            for path in paths[1:]:
                visit(other, address(shown, unit, path))
                assert total(other) == bottom(other) == points[path]
                assert ends(other) == path[-1]
            walked += len(paths)
    assert walked == 10
    pick_row(page, "lost-rows", 0)
    sees(page, "这一行的算法")
    shoot(page, "losses-down")
