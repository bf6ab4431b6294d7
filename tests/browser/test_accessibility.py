"""Every page as those meet it who hear it, or see little: axe finds nothing serious.

In each run the pages a leader and a clerk open first; every page by --explore.
"""

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from tests.browser.pages import visit

pytestmark = pytest.mark.browser
FIRST = ("home", "files")
MORE = (
    *("ranks", "unit", "issued", "lost", "course", "opinions", "composite", "problems", "work"),
    *("rules", "verify", "guide"),
)
AXE = AXE_FILE_PATH.read_text("utf-8")
STREAMLITS_OWN = {
    # A canvas table keeps a hidden copy for those who hear it; its own buttons and the file field bear no names of ours.
    *("scrollable-region-focusable", "nested-interactive", "aria-allowed-attr"),
}
"""Rules that a widget of Streamlit itself breaks, whatever stands in it."""
RUN = "() => axe.run(document, {resultTypes: ['violations']}).then((told) => told.violations)"


def pytest_generate_tests(metafunc):
    every = metafunc.config.getoption("explore")
    metafunc.parametrize("address", FIRST + MORE if every else FIRST)


def test_a_page_has_no_serious_fault(shown, page, address):
    visit(page, f"{shown.address}/{'' if address == 'home' else address}")
    page.evaluate(AXE)
    serious = [
        (fault["id"], fault["impact"], [node["html"][:160] for node in fault["nodes"]][:3])
        for fault in page.evaluate(RUN)
        if fault["impact"] in ("serious", "critical") and fault["id"] not in STREAMLITS_OWN
    ]
    assert serious == []
