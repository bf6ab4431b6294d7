"""What a person does on a page and sees there. Every look waits for what it expects, never for time.

Streamlit draws a page piece by piece and keeps the old pieces until a run of the script ends. So an
act is followed by looking for what this act brings; only then does `settled` say that the run which
brought it has ended.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect

from wenming_metrics.runtime.settings import ROOT

OUT = ROOT / "out"
"""Where screenshots go, for people to look at."""
WIDTHS = {"pc": (1440, 900), "phone": (390, 844), "wide": (1920, 1080)}
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


@contextmanager
def opened(chromium: Browser, width: str) -> Iterator[Page]:
    """Open an empty tab of a visitor of its own."""
    size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
    context = chromium.new_context(
        viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()


def settled(page: Page) -> None:
    """Wait until no script runs and all that it sent is drawn.

    After an act, look for what it brings first: until its run begins, the page is still settled.
    """
    page.wait_for_function(_SETTLED, polling=_PAUSE)


def visit(page: Page, address: str) -> None:
    """Open an address; whatever is there comes from this visit, so nothing needs to be looked for."""
    page.goto(address)
    settled(page)


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
