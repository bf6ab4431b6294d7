"""What a person does on a page and sees there. Every look waits for what it expects, never for time.

Streamlit draws a page piece by piece and keeps the old pieces until a run of the script ends. So an
act is followed by looking for what this act brings; only then does `settled` say that the run which
brought it has ended.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from wenming_metrics.runtime.settings import ROOT

OUT = ROOT / "out"
"""Where screenshots go, for people to look at."""
WIDTHS = {
    "phone": {"width": 390, "height": 844},
    "wide": {"width": 1920, "height": 1080},
    "pc": {"width": 1440, "height": 900},
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PATIENCE = 90_000
"""Milliseconds after which an expectation fails: a busy machine is no fault of the page."""
SLOW = 1800
"""Seconds that a whole test may take on such a machine."""
_PAUSE = 100
"""Milliseconds between two looks: one with every frame would have the browser draw all the time."""
_HEAD = _ROW = 36

# `running` comes with the first message of a run, before any piece of it, and leaves after the last.
# Tables and charts are loaded and drawn later than that, a chart once more when its width is known.
_SETTLED = """() => {
  const shown = (name) => [...document.querySelectorAll(`[data-testid="${name}"]`)]
    .filter((piece) => piece.checkVisibility());
  const width = (piece) => piece.getBoundingClientRect().width;
  const drawn = (chart) => {
    const picture = chart.querySelector(".main-svg");
    return picture && Math.abs(width(picture) - width(chart)) <= 1;
  };
  const app = document.querySelector('[data-testid="stApp"]')?.dataset;
  return app?.testScriptState === "notRunning"
    && app.testConnectionState === "CONNECTED"
    && document.querySelector('[data-testid="stMain"] [data-testid="stElementContainer"]')
    && !shown("stStatusWidget").length
    && !shown("stSkeleton").length
    && !document.querySelector('[data-stale="true"]')
    && shown("stPlotlyChart").every(drawn)
    && shown("stDataFrame").every((table) => table.querySelector("canvas")?.clientWidth)
    && document.fonts.status === "loaded";
}"""

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Visitors:
    """People who know nothing of each other; what a page is made of they loaded long ago.

    away - those who have closed all their tabs
    """

    browser: Browser
    away: list[BrowserContext] = field(default_factory=list)


@contextmanager
def opened(visitors: Visitors, width: str) -> Iterator[Page]:
    """Open an empty tab of a visitor of its own, who brings no cookie and nothing else along."""
    visitor = visitors.away.pop() if visitors.away else _visitor(visitors.browser)
    page = visitor.new_page()
    page.set_viewport_size(WIDTHS[width])
    try:
        yield page
    finally:
        visitor.set_offline(False)
        if page.url.startswith("http"):
            page.evaluate("localStorage.clear()")
        for tab in visitor.pages:
            tab.close()
        visitor.clear_cookies()
        visitors.away.append(visitor)


def _visitor(browser: Browser) -> BrowserContext:
    """Bring a visitor: the loaded program is kept by each of them, and half of what a page costs."""
    visitor = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    visitor.set_default_timeout(PATIENCE)
    return visitor


def settled(page: Page) -> None:
    """Wait until no script runs and all that it sent is drawn.

    After an act, look for what it brings first: until its run begins, the page is still settled.
    """
    page.wait_for_function(_SETTLED, polling=_PAUSE)


def visit(page: Page, address: str) -> None:
    """Open an address; whatever is there comes from this visit, so nothing needs to be looked for."""
    page.goto(address)
    settled(page)


NO_PAGES = ("ranking", "upload")
"""Names of files of pages, at which no page is."""


def visit_first(page: Page, site: str, path: str) -> None:
    """Be the first who visits a server: any address shows the page in its frame.

    There Streamlit would run pages/<file>.py without app.py, and would say of a page's own
    address that there is no such page.
    """
    visit(page, f"{site}/{path}")
    dialog = page.get_by_role("dialog")
    if path in NO_PAGES:
        expect(dialog).to_contain_text("没有这一页")
        button(page, "关闭").click()
    expect(dialog).to_have_count(0)
    expect(open_group(page, "工作办理").filter(has_text="数据上传")).to_be_visible()
    page.keyboard.press("Escape")


def every_width(page: Page) -> Iterator[str]:
    """Show a page in each width, at last in that of a PC."""
    for width, size in WIDTHS.items():
        page.set_viewport_size(size)
        settled(page)
        yield width


def fits(page: Page, why: str | None = None) -> None:
    """Expect a page that is no wider than its screen: what is drawn anew may be for a moment."""
    width = page.viewport_size["width"]
    expect(page.locator("html"), why).to_have_js_property("scrollWidth", width)


def main(page: Page) -> Locator:
    return page.get_by_test_id("stMain")


def sees(page: Page, text: str | re.Pattern, why: str | None = None) -> None:
    """Expect a text, as it is read on the page."""
    expect(main(page), why).to_contain_text(text, use_inner_text=True)


def lacks(page: Page, text: str) -> None:
    """Expect a text to be gone; only after something that came with its going."""
    expect(main(page)).not_to_contain_text(text, use_inner_text=True)


def words(page: Page) -> str:
    """Read a page of which no script runs any more."""
    settled(page)
    return main(page).inner_text()


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True).first


def open_group(page: Page, group: str) -> Locator:
    """Open a group of the bar; gives the links in it."""
    button(page, group).click()
    links = page.get_by_test_id("stPopoverBody").get_by_role("link")
    expect(links.first).to_be_visible()
    return links


def sign(page: Page, name: str) -> None:
    """Fill in who works here; what hangs on it opens with it."""
    page.get_by_label("经办人").fill(name)
    page.get_by_label("经办人").press("Enter")


def drop(page: Page, files: dict[str, bytes], brings: str) -> None:
    """Drop files and wait for what the page says of them."""
    page.set_input_files(
        'input[type="file"]',
        [{"name": name, "mimeType": XLSX, "buffer": files[name]} for name in files],
    )
    sees(page, brings, ", ".join(files))


def put_aside(page: Page, label: str) -> None:
    """Press the button that settles the last open file; its card goes, and the drop zone is new."""
    cards = page.locator('[class*="st-key-file-"]')
    expect(cards).to_have_count(1)
    button(page, label).click()
    expect(cards).to_have_count(0)
    settled(page)


def pick_row(page: Page, key: str, number: int) -> None:
    """Tick one line of a table: tables are canvases, so by its place in the picture."""
    settled(page)
    table = page.locator(f'[class*="st-key-{key}-"] [data-testid="stDataFrame"]').first
    table.click(position={"x": 18, "y": _HEAD + _ROW * number + _ROW / 2})


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page for people to look at."""
    settled(page)
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / f"{name}.png", full_page=True)
