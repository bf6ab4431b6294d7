"""A round of 问题整改 in a real browser: hand out, five units answer in their own ways, check, close, look again."""

import io
import zipfile
from datetime import date

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser.conftest import serve
from tests.browser.pages import (
    SLOW,
    button,
    drop,
    every_width,
    fits,
    pick_row,
    sees,
    settled,
    shoot,
    sign,
    visit,
)
from tests.builders import xlsx
from tests.decisions.test_problem_moves import HEADERS
from tests.offices import ingest, make_office
from wenming_metrics.domain.periods import today
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.reading.sandbox.documents import read_text

pytestmark = [pytest.mark.browser, pytest.mark.timeout(SLOW)]
UNITS = ("甲街道", "乙街道", "丙街道", "丁街道", "戊街道")
DOCUMENT = "创建办交办〔2026〕7号"


@pytest.fixture
def handing(tmp_path):
    """A dashboard of an office with five problems that wait for 交办, one of each street."""
    office = make_office(
        tmp_path,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100, "mode": "deduct", "full_mark": 100, "settlement": "window"}],
        streets=[(unit, "主城区") for unit in UNITS],
    )
    rows = [
        [
            date(2026, 11, 9),
            "市督查组",
            unit,
            "小区",
            f"{unit}大院",
            "环境",
            "堆物",
            unit,
            None,
            None,
            None,
        ]
        for unit in UNITS
    ]
    data = xlsx({"问题清单": [["督查问题清单"], HEADERS, *rows]})
    ingest(office, data, "清单.xlsx", answers=SenderAnswers(confirm_visits=True))
    with serve(tmp_path / "store.db", tmp_path / "data") as site:
        yield site


def states(office):
    return problem_view(office, 60).lines.set_index("site_name")["state"].to_dict()


def filled(content, way):
    """Fill a form in as a unit does: as asked for, with a column of its own, without or with other numbers."""
    book = load_workbook(io.BytesIO(content))
    form = book["整改反馈"]
    headings = {cell.value: cell.column for cell in form[2]}
    form.cell(3, headings["整改情况"], "正在整改" if way == 4 else "已整改")
    form.cell(3, headings["整改措施"], "已清理")
    if way != 4:
        form.cell(3, headings["完成时间"], today().isoformat())
    if way == 1:
        form.insert_cols(1)
        form.cell(2, 1, "班组")
        form.cell(3, 1, "一组")
    if way in (2, 3):
        form.cell(3, headings["问题编号"]).value = None if way == 2 else "1"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def papers(download):
    with zipfile.ZipFile(download.path()) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def do(page, address, state, act, count, who):
    """Tick the problems in a state and make one move of them."""
    visit(page, f"{address}/problems?fix_state={state}")
    sign(page, who)
    for row in range(count):
        pick_row(page, "fix-list", row)
        sees(page, f"办理勾选的 {row + 1} 条" if row else "办理勾选的 1 条")
    settled(page)
    box = page.get_by_label("办理事项").first
    box.click()
    box.fill(act)
    page.get_by_role("option", name=act, exact=True).first.click()
    sees(page, f"{act}（{count} 条）")
    settled(page)
    button(page, f"{act}（{count} 条）").click()
    sees(page, f"已办{act}：{count} 条。")


def test_a_round_of_putting_right(handing, page):
    visit(page, f"{handing.address}/problems")
    sign(page, "甲")
    settled(page)  # signing draws more parts: which field is the last is known only then
    page.get_by_label("文号或批次").last.fill(DOCUMENT)
    page.get_by_label("文号或批次").last.press("Enter")
    expect(button(page, "交办（5 条）")).to_be_enabled()
    button(page, "交办（5 条）").click()
    sees(page, "已交办 5 条")
    settled(page)
    with page.expect_download() as told:
        button(page, "下载交办单和反馈表").click()
    files = papers(told.value)
    for unit in UNITS:
        text = read_text(files[f"{unit}/{unit}_交办单.docx"]).lines
        assert any(f"{unit}大院" in cell for line in text for cell in line.cells)
        assert not any(
            f"{other}大院" in cell
            for other in set(UNITS) - {unit}
            for line in text
            for cell in line.cells
        )

    visit(page, f"{handing.address}/files")
    sign(page, "甲")
    returned = {
        f"{unit}反馈.xlsx": filled(files[f"{unit}/{unit}_整改反馈.xlsx"], way)
        for way, unit in enumerate(UNITS)
    }
    drop(page, returned, "共 5 个文件，5 个可以入库")
    button(page, "全部入库（5 个文件）").click()
    sees(page, "已入库")

    visit(page, f"{handing.address}/problems")
    sign(page, "甲")
    page.get_by_text("对不上号的反馈").click()
    sees(page, "2 条没有写编号，或者编号不认识。其中 2 条有相近的问题")
    for row in range(2):
        pick_row(page, "matches", row)
        sees(page, f"确认这 {row + 1} 条")
    settled(page)
    shoot(page, "answers-matched")
    button(page, "确认这 2 条").click()
    sees(page, "已确认 2 条反馈。")

    do(page, handing.address, "待核查", "核查通过", 4, "乙")
    do(page, handing.address, "待销号", "销号", 4, "丙")
    assert sorted(states(handing.office).values())[:4] == ["已销号"] * 4
    page.get_by_text("销号后回头看", exact=True).click()
    sees(page, "抽取名单")
    settled(page)
    button(page, "抽取名单").click()
    sees(page, "已抽取 4 条")
    visit(page, f"{handing.address}/problems")
    for width in every_width(page):
        shoot(page, f"rectification-{width}")
        fits(page)
