"""The whole way in a real browser: three faults read, corrected, stored, and traced to the row."""

from datetime import date, timedelta

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.pages import (
    SLOW,
    button,
    drop,
    every_width,
    fits,
    opened,
    pick_row,
    put_aside,
    sees,
    shoot,
    sign,
    visit,
    visit_first,
)
from tests.builders import xlsx as workbook
from tests.offices import CHECK_HEADERS
from tests.reading import hostile
from wenming_metrics.domain import periods
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.scores.details import leaf_rows, unit_leaves
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.scoring.ranking.ranking import RANKED

pytestmark = [pytest.mark.browser, pytest.mark.timeout(SLOW)]
HEADERS = [*CHECK_HEADERS, "问题描述"]
DAY = date(2026, 11, 20)
WEEK = periods.window("week", DAY)


@pytest.fixture(scope="session")
def place(shown):
    """A registered site of a street that has a place this week: (street, type, site)."""
    found = ranking(shown.office, WEEK)
    ranked = set(found.loc[found["status"] == RANKED, "unit_name"])
    sheet = openpyxl.load_workbook(ROOT / "data" / "samples" / "点位名册.xlsx").active
    lines = list(sheet.iter_rows(values_only=True))
    head = next(line for line in lines if "点位名称" in line)
    at = [head.index(name) for name in ("所属街道", "点位类型", "点位名称")]
    places = (tuple(line[number] for number in at) for line in lines)
    return next(p for p in places if p[0] in ranked and p[1] == "小区")


def rows(site, items: list[str], *, faulty: bool) -> bytes:
    street, kind, name = site
    first = [DAY, "市督查组", street, kind, name]
    lines = [
        [*first, items[0], "不符合", 0.5, "楼道堆放旧家具"],
        [*first, items[1], "不符合", 99 if faulty else 1, "单元门前有烟头"],
        [*first[:2], "不知名街道" if faulty else street, kind, name, items[2], "符合", "", ""],
        [DAY + timedelta(days=4000) if faulty else DAY, *first[1:], items[3], "符合", "", ""],
    ]
    return workbook({"督查表": [["某街道督查记录"], HEADERS, *lines]})


def items_of(office, kind: str) -> list[str]:
    types = office.catalogue.point_types["name"].tolist()
    return office.catalogue.items["name"][office.catalogue.applies[:, types.index(kind)]].tolist()


def test_three_faults_corrected_and_traced(site, page, place):
    street, items = place[0], items_of(site.office, place[1])
    before = ranking(site.office, WEEK).set_index("unit_name").loc[street]
    visit_first(page, site.address, "upload")
    visit(page, f"{site.address}/files")
    sign(page, "张三")
    drop(
        page,
        {"有误.xlsx": rows(place, items, faulty=True)},
        "共 4 行，1 行可入库，3 条待核，暂不计分",
    )
    for located in (
        "“督查表”第 4 行“扣分”（H4）",
        "“督查表”第 5 行“街道”（C5）",
        "“督查表”第 6 行“督查日期”（A6）",
    ):
        sees(page, located)
    shoot(page, "three-faults")
    put_aside(page, "整张不入，改好再传")

    drop(page, {"已改.xlsx": rows(place, items, faulty=False)}, "共 4 行，4 行可入库")
    button(page, "入库").click()
    sees(page, "已改.xlsx 已入库")

    after = ranking(site.office, WEEK).set_index("unit_name").loc[street]
    assert after["checks"] == before["checks"] + 4
    assert after["score"] != before["score"]
    visit(page, f"{site.address}/ranks?period=周&date=2026-11-20&unit={street}")
    lost = 100 - after["score"]
    sees(page, f"得分 {after['score']:.2f}，失 {lost:.2f} 分")
    shoot(page, "unit-panel")

    # The same figures by the query, and the rows add up to the panel's total.
    unit = int(after["unit"])
    leaves = unit_leaves(site.office, WEEK, unit)
    assert leaves["loss"].sum() == pytest.approx(lost, abs=0.006)
    found = leaf_rows(site.office, WEEK, unit)
    mine = found[found["file"] == "已改.xlsx"]
    assert sorted(mine["source_row"]) == [3, 4]
    pick_row(page, "rows", list(found["file"]).index("已改.xlsx"))
    line = mine.iloc[0]
    traced = f"原表：已改.xlsx“督查表”第 {line['source_row']} 行"
    expect(page.get_by_text(traced)).to_be_visible()
    # The table of rows holds it too, out of sight: it must be read in the row as it was written.
    expect(page.get_by_text(line["description"]).filter(visible=True).first).to_be_visible()
    shoot(page, "down-to-the-row")


def hostile_files() -> dict[str, tuple[bytes, str]]:
    """Make them, with words of what is said of each: large, so not on import."""
    return {
        "空的.xlsx": (b"", "文件里没有内容"),
        "文字.xlsx": (b"\x01\x02 no workbook at all", "不是 Excel 工作簿"),
        "截断.xlsx": (workbook({"督查表": [HEADERS]})[:-300], "文件不完整"),
        "炸弹.xlsx": (hostile.understated(9_000_000), "文件解开后比上传时大得太多"),
        "两角.xlsx": (hostile.sparse(), "单元格太多"),
        "密码.xlsx": (hostile.ole({"EncryptedPackage": b"x" * 5000}), "打开密码"),
        "带宏.xlsm": (hostile.one_cell({"xl/vbaProject.bin": b"x"}), "带有宏"),
        "别的表.xlsx": (
            workbook({"菜单": [["菜名", "价格"], ["面条", 12]]}),
            "（菜名、价格），但列名一个也不认识",
        ),
        "便条.xlsx": (workbook({"便条": [["请各街道周五前报送"]]}), "没有找到表头"),
    }


def test_hostile_files_are_refused_and_the_server_lives(shown, page):
    visit(page, f"{shown.address}/files")
    for name, (content, words) in hostile_files().items():
        drop(page, {name: content}, words)
        put_aside(page, "取消")
    visit(page, f"{shown.address}/ranks")
    sees(page, "第一")
    assert shown.process.poll() is None


ADDRESSES = {
    "overview": "/",
    "overview-day": "/?city_period=日",
    "ranking-day": "/ranks?period=日",
    "ranking-week": "/ranks?period=周",
    "losses": "/lost",
    "departments": "/ranks?board=部门&period=周",
    "upload": "/files",
    "manual": "/guide",
}
ENGLISH = ("Browse files", "Drag and drop", "Choose an option", "Deploy", "Page not found")


def test_every_page_at_every_width_and_no_request_leaves_the_machine(shown, visitors):
    asked = []
    with opened(visitors, "pc") as page:
        page.on("request", lambda request: asked.append(request.url))
        for name, address in ADDRESSES.items():
            visit(page, shown.address + address)
            for width in every_width(page):
                view = f"{name}-{width}"
                sees(page, "测评办法：", view)
                shoot(page, view)
                body = page.locator("body")
                for foreign in ("Traceback", *ENGLISH):
                    expect(body, view).not_to_contain_text(foreign, use_inner_text=True)
                fits(page, view)
    away = [
        url
        for url in asked
        if not url.startswith((shown.address, "data:", "blob:", "ws://127.0.0.1"))
    ]
    assert not away
