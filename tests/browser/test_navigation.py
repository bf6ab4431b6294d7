"""Links there and back: the view that was left, under its address, with one entry of the history a page."""

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import SLOW, main, open_group, opened, sees, settled, visit, words

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
    page.wait_for_url(re.compile(rf"/{path}(\?|$)"))
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


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def by_bar(page: Page, group: str, title: str):
    def press():
        open_group(page, group).get_by_text(title, exact=True).click()

    return press


@pytest.mark.timeout(SLOW)
@pytest.mark.parametrize("width", ["pc", "phone"])
def test_every_way_leads_back_to_the_view_before(shown, chromium, width):
    with opened(chromium, width) as page:
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
        page.wait_for_function("location.search.includes('lost_unit')", polling=100)
        chosen = re.search(r"lost_unit=([^&]+)", unquote(page.url))[1]
        sees(page, f"{chosen}“")
        led_to = there_and_back(page, by_bar(page, "结果查看", "单位画像"), "unit")
        assert f"unit_who={chosen}" in led_to
        there_and_back(page, main(page).get_by_role("link", name="打开单位画像").click, "unit")
        page.mouse.wheel(0, 1500)
        expect(name).to_be_in_viewport()
        with opened(chromium, width) as second:
            visit(second, led_to)
            sees(second, chosen)
            assert unquote(second.url) == led_to
