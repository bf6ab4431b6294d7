"""From a signed list to the Word document, as a person gets it."""

import io
from datetime import date

import pytest
from docx import Document
from playwright.sync_api import Page

from tests.browser.pages import SLOW, button, sees, settled, shoot, visit_first
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.issues import issues
from wenming_metrics.queries.office import days_known

pytestmark = [pytest.mark.browser, pytest.mark.timeout(SLOW)]
MOST_CLICKS = 3


def signed(office) -> None:
    """Sign the latest issue of the samples, unless another test did."""
    if not any(issue.was_signed for issue in issues(office)):
        last: date = days_known(office)[-1]
        issue = signing.draft(office, last, "张三", until_now=True)
        signing.sign(office, issue.key, "王五", "演创办〔2026〕1号")


def test_a_signed_list_is_a_word_document_in_three_clicks(site, page: Page):
    signed(site.office)
    (issue, *_) = [issue for issue in issues(site.office) if issue.was_signed]
    clicks = []
    visit_first(page, site.address, "issued")
    sees(page, issue.document)
    settled(page)
    shoot(page, "bulletin-signed")
    with page.expect_download() as download:
        clicks.append("下载通报（Word）")
        button(page, "下载通报（Word）").click()
    document = Document(io.BytesIO(download.value.path().read_bytes()))
    assert any(issue.document in paragraph.text for paragraph in document.paragraphs)
    assert len(clicks) <= MOST_CLICKS
