"""A clerk's Monday in a real browser: twelve files at once, two columns explained, one workbook
that goes back with marks, comes again corrected, is taken out and let in again."""

import io
from datetime import date

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.pages import (
    SLOW,
    button,
    drop,
    every_width,
    fits,
    lacks,
    pick_row,
    sees,
    settled,
    shoot,
    sign,
    visit,
)
from tests.browser.test_whole_way import items_of, place  # noqa: F401
from tests.builders import xlsx as workbook
from wenming_metrics.queries.files import batches
from wenming_metrics.queries.files.held import waiting_rows

pytestmark = [pytest.mark.browser, pytest.mark.timeout(SLOW)]
HEADERS = ["督查日期", "来源", "街道", "点位类型", "点位名称", "测评项", "检查结果", "扣分"]
FOREIGN = ["督查日期", "来源", "街道", "点位类型", "踏勘之处", "测评项", "现场所见", "扣分"]
"""The same table in an office's own words for the site and the result."""
DAY = date(2026, 11, 20)
FAULTY, OWN_WORDS = "十一_有误.xlsx", "十二_自己的列名.xlsx"


def lines(place, item: str, name: str) -> list:  # noqa: F811
    street, kind, _ = place
    return [DAY, "第三方", street, kind, name, item, "符合", None]


def book(header: list, *rows: list) -> bytes:
    return workbook({"督查表": [["督查记录"], header, *rows]})


def twelve(place, items: list[str]) -> dict[str, bytes]:  # noqa: F811
    good = [book(HEADERS, lines(place, items[0], f"新点位{n}号")) for n in range(10)]
    files = {f"{n:02}_督查表.xlsx": content for n, content in enumerate(good, start=1)}
    right, wrong = (lines(place, items[1], f"旧点位{n}号") for n in range(2))
    files[FAULTY] = book(HEADERS, right, [*wrong[:6], "说不清", None])
    files[OWN_WORDS] = book(FOREIGN, lines(place, items[2], "别处点位"))
    return files


def explain(page, header: str, title: str) -> None:
    """Choose what a column is, as a person does: open the list, type, take the first."""
    sees(page, f"“{header}”：")
    settled(page)
    box = page.get_by_label(f"“{header}”：").first
    box.click()
    box.fill(title)
    page.get_by_role("option", name=title, exact=True).first.click()
    settled(page)


def test_twelve_files_and_one_that_comes_back(site, page, place, tmp_path):  # noqa: F811
    before = len(batches.batches(site.office))
    visit(page, f"{site.address}/files")
    sign(page, "张三")
    files = twelve(place, items_of(site.office, place[1]))
    drop(page, files, "共 12 个文件，11 个可以入库（11 行，另有 1 条待核，暂不计分）")
    expect(button(page, "全部入库（11 个文件）")).to_be_enabled()
    for width in every_width(page):
        shoot(page, f"files-{width}")
        fits(page)

    sees(page, "请核对一遍这 1 种表")
    explain(page, "踏勘之处", "点位名称")
    shoot(page, "confirming-a-table")
    button(page, "确认并读入").click()
    sees(page, "共 12 个文件，12 个可以入库（12 行，另有 1 条待核，暂不计分）")
    button(page, "全部入库（12 个文件）").click()
    sees(page, f"{OWN_WORDS} 已入库")
    sees(page, "待核的行（1）")
    stored = batches.batches(site.office)
    assert len(stored) == before + 12
    assert len(waiting_rows(site.office)) == 1
    shoot(page, "rows-that-wait")

    number = int(stored.loc[stored["name"] == FAULTY, "batch"].iloc[0])
    pick_row(page, "batches", list(stored["batch"]).index(number))
    sees(page, f"第 {number} 批：{FAULTY}")
    with page.expect_download() as coming:
        button(page, "下载标注好的原表").click()
    marked = tmp_path / coming.value.suggested_filename
    coming.value.save_as(marked)
    assert marked.name == "十一_有误_核对.xlsx"

    open_book = openpyxl.load_workbook(marked)
    sheet = open_book["督查表"]
    assert sheet["G4"].comment is not None
    assert sheet.cell(2, 9).value == "核对意见"
    assert "说不清" in sheet.cell(4, 9).value
    sheet["G4"] = "符合"
    again = io.BytesIO()
    open_book.save(again)
    drop(page, {marked.name: again.getvalue()}, "共 2 行，2 行可入库")
    button(page, "入库").click()
    sees(page, f"{marked.name} 已入库")
    assert waiting_rows(site.office).empty
    lacks(page, "待核的行")

    newest = int(batches.batches(site.office)["batch"].iloc[0])
    pick_row(page, "batches", 0)
    sees(page, f"第 {newest} 批：{marked.name}")
    page.get_by_label("原因", exact=True).fill("改错了")
    button(page, "撤回这一批").click()
    sees(page, "批已撤回，得分和名次已经按现在的数据重新计算")
    assert len(waiting_rows(site.office)) == 1
    # The cell may be put right on the page as well, and is confirmed by somebody else.
    pick_row(page, "waiting", 0)
    page.get_by_label("检查结果（须复核）").fill("符合")
    page.get_by_label("更正依据").fill("核对原始检查单")
    button(page, "保存更正").click()
    sees(page, "须由另一人复核确认后才计入")
    sign(page, "李四")
    pick_row(page, "unconfirmed", 0)
    expect(button(page, "确认更正")).to_be_enabled()
    shoot(page, "a-correction-to-confirm")
    button(page, "确认更正").click()
    sees(page, "已更正并入库")
    assert waiting_rows(site.office).empty
    # The batch is still picked, in the address, though a newer one stands above it by now.
    sees(page, f"第 {newest} 批：{marked.name}")
    button(page, "恢复这一批").click()
    sees(page, "批已恢复，得分和名次已经按现在的数据重新计算")
    assert waiting_rows(site.office).empty
