"""Links there and back: the view that was left, under its address, with one entry of the history a page."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urljoin, urlsplit

import pytest
from playwright.sync_api import Error, Locator, Page, expect

from tests.browser.pages import (
    SLOW,
    main,
    open_group,
    opened,
    pick_row,
    sees,
    settled,
    visit,
    words,
)

BAR = {"结果查看": 4, "分析研判": 4, "工作办理": 5}
"""The groups of the bar, and how many pages are in each at least."""
WEEK = "2026年11月16日—22日"


def entry(page: Page) -> int:
    """Give the place in the history."""
    return page.evaluate("navigation.currentEntry.index")


def view(page: Page) -> tuple[str, str]:
    """Give what the reader has before him: the address and the words of the page below the bar."""
    settled(page)
    return unquote(page.url), words(page)


def there_and_back(page: Page, press, path: str) -> str:
    """Follow a link to a path and go back; gives the address that it led to."""
    before, place = view(page), entry(page)
    press()
    # a link may lead to another view of the same page: its path is there before it is followed
    is_there = re.compile(rf"/{path}(\?|$)")
    page.wait_for_url(lambda url: unquote(url) != before[0] and bool(is_there.search(url)))
    settled(page)
    led_to = view(page)
    assert entry(page) == place + 1, led_to[0]
    page.go_back()
    page.wait_for_url(lambda url: unquote(url) == before[0])
    expect(main(page)).to_have_text(re.compile(re.escape(before[1][:20])), use_inner_text=True)
    after = view(page)
    assert after[0] == before[0]
    assert squeezed(after[1]) == squeezed(before[1])
    assert entry(page) == place
    return led_to[0]


def opens_beside(page: Page, link: Locator) -> None:
    """Follow a link that opens a tab of its own: the view that was left stays as it was."""
    before, place = view(page), entry(page)
    with page.expect_popup() as found:
        link.click()
    found.value.close()
    assert (view(page), entry(page)) == (before, place)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def by_bar(page: Page, group: str, title: str):
    def press():
        open_group(page, group).get_by_text(title, exact=True).click()

    return press


pytestmark = pytest.mark.browser


@pytest.mark.timeout(SLOW)
@pytest.mark.parametrize("width", ["pc", "phone"])
def test_every_way_leads_back_to_the_view_before(shown, visitors, width):
    with opened(visitors, width) as page:
        visit(page, f"{shown.address}/?city_period=周")
        sees(page, WEEK)
        name = page.locator(".st-key-bar .page")
        expect(name).to_have_text("总览")
        expect(name).to_be_in_viewport()
        for group, least in BAR.items():
            links = open_group(page, group)
            found = [(link.inner_text(), link.get_attribute("href")) for link in links.all()]
            assert len(found) >= least
            page.keyboard.press("Escape")
            for title, address in found if width == "pc" else found[-1:]:
                path = re.search(r"(?:^|/)(\w*)(?:\?|$)", address)[1]
                if path:
                    there_and_back(page, by_bar(page, group, title), path)
        link = main(page).get_by_role("link", name=re.compile("查看失分明细")).first
        led_to = there_and_back(page, link.click, "lost")
        assert "lost_date=2026-11-22" in led_to
        visit(page, led_to)
        sees(page, f"{WEEK}失")
        assert unquote(page.url) == led_to
        unit = page.get_by_label("单位", exact=True).first
        unit.click()
        page.get_by_role("option").nth(1).click()
        page.wait_for_url(lambda url: "lost_unit=" in url)
        chosen = re.search(r"lost_unit=([^&]+)", unquote(page.url))[1]
        sees(page, f"{chosen}“")
        led_to = there_and_back(page, by_bar(page, "结果查看", "单位画像"), "unit")
        assert f"unit_who={chosen}" in led_to
        there_and_back(page, main(page).get_by_role("link", name="打开单位画像").click, "unit")
        page.mouse.wheel(0, 1500)
        expect(name).to_be_in_viewport()
        with opened(visitors, width) as second:
            visit(second, led_to)
            sees(second, chosen)
            assert unquote(second.url) == led_to


PICKED = {
    "rules?rules_part=指标和权重": ("tree", "rules_node"),
    "lost?lost_period=周": ("lost-rows", "lost_row"),
    "problems": ("fix-list", "fix_row"),
}
"""Views with a table of which a record is picked: key of the table, name of the record in the address."""


@pytest.mark.timeout(SLOW)
@pytest.mark.parametrize("view", PICKED)
def test_a_picked_record_comes_back_and_opens_in_a_second_browser(shown, visitors, view):
    key, held = PICKED[view]
    with opened(visitors, "pc") as page:
        visit(page, f"{shown.address}/{view}")
        pick_row(page, key, 1)
        page.wait_for_url(lambda url: f"{held}=" in url)
        settled(page)
        seen = view_of(page)
        led_to = there_and_back(page, by_bar(page, "工作办理", "核对"), "verify")
        assert held not in led_to
        with opened(visitors, "pc") as second:
            visit(second, page.url)
            assert view_of(second) == seen


def view_of(page: Page) -> tuple[str, str]:
    """Give address and words of a view, without where its blanks fall."""
    address, shown_words = view(page)
    return address, squeezed(shown_words)


UNIT = "望江门街道"
VIEWS = {
    "": ["", "?city_period=周"],
    "ranks": ["?period=周", "?period=周&board=部门", f"?period=周&unit={UNIT}"],
    "unit": ["?unit_period=周", "?unit_period=周&unit_board=部门"],
    "lost": [
        "?lost_period=周",
        "?lost_period=周&lost_tab=反复问题",
        f"?lost_period=周&lost_unit={UNIT}",
    ],
    "course": ["", "?trend_view=各单位"],
}
"""What of a page is walked beside what it opens on: views that have links of their own."""


def links_of(page: Page) -> list[str]:
    """List the links below the bar that lead to our own pages."""
    here = page.url
    shown = main(page).locator("a[href]:visible")
    hrefs = dict.fromkeys(link.get_attribute("href") for link in shown.all())
    within = [href for href in hrefs if not href.startswith(("#", "mailto:"))]
    return [
        href for href in within if urlsplit(urljoin(here, href)).netloc == urlsplit(here).netloc
    ]


def kind_of(address: str, href: str) -> tuple:
    """Say what a link is like: those of one kind differ in their values alone."""
    to = urlsplit(urljoin(address, href))
    return to.path, tuple(sorted(parse_qs(to.query)))


def walk(page: Page, address: str, every: bool) -> Iterator[tuple[str, str]]:
    """Follow the links of a page there and back; gives each with what was wrong, "" nothing.

    Takes: every - all of them, else one of each kind
    """
    visit(page, address)
    hrefs = links_of(page)
    if not every:
        hrefs = list({kind_of(address, href): href for href in reversed(hrefs)}.values())
    for href in hrefs:
        path = urlsplit(urljoin(page.url, href)).path.strip("/")
        link = main(page).locator(f'a[href="{href}"]:visible').first
        try:
            if link.get_attribute("target") == "_blank":
                opens_beside(page, link)
            else:
                there_and_back(page, link.click, path)
            yield href, ""
        except (AssertionError, Error) as wrong:
            yield href, str(wrong)[:300]
            visit(page, address)


def addresses_of(page: Page, address: str) -> list[str]:
    """List every page and the views of it that are walked."""
    visit(page, address)
    paths = []
    for group in BAR:
        hrefs = [link.get_attribute("href") for link in open_group(page, group).all()]
        paths += [urlsplit(urljoin(address, href)).path.strip("/") for href in hrefs]
        page.keyboard.press("Escape")
    return [f"{address}/{path}{view}" for path in paths for view in VIEWS.get(path, [""])]


def pytest_generate_tests(metafunc):
    if "walked_width" in metafunc.fixturenames:
        every = metafunc.config.getoption("explore")
        metafunc.parametrize("walked_width", ["pc", "phone"] if every else ["pc"])


@pytest.mark.timeout(4 * SLOW)
def test_every_link_of_every_page_leads_back(shown, visitors, walked_width, request):
    """Every link by --explore; in each run the page with the most of them, a link of each kind."""
    every = request.config.getoption("explore")
    with opened(visitors, walked_width) as page:
        most = [f"{shown.address}/unit?unit_period=周"]
        chosen = addresses_of(page, shown.address) if every else most
        walked = {address: dict(walk(page, address, every)) for address in chosen}
    for address, links in walked.items():
        wrong = sum(map(bool, links.values()))
        print(
            f"{walked_width} {unquote(urlsplit(address).path + urlsplit(address).query)}: {len(links)} {wrong}"
        )
    wrong = {
        (address, href): why
        for address, links in walked.items()
        for href, why in links.items()
        if why
    }
    assert wrong == {}
