"""Small nasty cells: what is stored is what their sender sees, or the row waits, or a word is said of it.

What each should be is written beside it by hand; a row that waits has None.
"""

import io
from datetime import date
from zipfile import ZipFile

import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Color, Font, PatternFill

from tests.builders import CHECKLIST, check_row, context, read_sheets, xlsx
from tests.reading import hostile
from tests.reading.test_shown_numbers import FORMATS
from wenming_metrics.reading.read import read
from wenming_metrics.reading.sandbox.process import decode

LOSSES = {
    # as written: points (1e-4) that are stored
    **{"３": 30_000, "扣 1 分": 10_000, "1\xa0": 10_000, "\u200b1": 10_000, "三分": 30_000},
    **{"半分": 5_000, "1.000": 10_000, ".5": 5_000, "1(2处)": 10_000, "2（①号点）": 20_000},
    **dict.fromkeys(("1 2", "1\n2", "1\r\n0.5", "1. 5", "0.5、1", "1+0.5", "0.5×2", "1~2"), None),
    **dict.fromkeys(("5²", "1①", "½", "Ⅲ", "1½", "0,5", "1，5", "1·5", "1.", "5E-1"), None),
    **dict.fromkeys(
        ("50%", "5‰", "8折", "0.5分/处", "1分5", "半", "贰分", "1-", "+1", "ー1"), None
    ),
    **dict.fromkeys(("无", "未扣", "扣完", "待定", "N/A", True, date(2026, 1, 5)), None),
}
PLACES = {
    **{"3 处": 3, "２": 2, "2.0": 2, "共3处": 3, "3处（已整改1处）": 3, "0": 0},
    **dict.fromkeys(("1 2", "2\n3", "2²", "1①", "3、4", "3+1", "3-5处", "约3", "多处", "-1"), None),
    **dict.fromkeys(("1.5", "3处/次", "3处2个", "1,000"), None),
}


def failed(number, **changes):
    return check_row(点位名称=f"市场{number}", 检查结果="不符合", **changes)


def kept(reading, name):
    checks = reading.checks
    return dict(zip(checks["source_row"].tolist(), checks[name].tolist(), strict=True))


def test_points_lost_are_those_that_are_seen_or_the_row_waits():
    lines = [failed(n, 扣分=written) for n, written in enumerate(LOSSES)]
    reading = read_sheets({"检查表": [CHECKLIST, *lines]})
    lost = kept(reading, "lost")
    found = {written: lost.get(row) for row, written in enumerate(LOSSES, 2)}
    assert found == LOSSES
    assert reading.counts.held == sum(points is None for points in LOSSES.values())


def test_places_are_those_that_are_seen_or_the_row_waits():
    lines = [[*failed(n, 扣分=1), written] for n, written in enumerate(PLACES)]
    reading = read_sheets({"检查表": [[*CHECKLIST, "处数"], *lines]})
    places = kept(reading, "places")
    assert {written: places.get(row) for row, written in enumerate(PLACES, 2)} == PLACES


def told(table, name):
    """Give what is kept of each row, by what the column before the last one has."""
    records = read_sheets({"表": table}).records
    facts = {
        row - 3: said for row, said in zip(records["source_row"], records["told"], strict=True)
    }
    return {line[-1]: facts.get(n) and facts[n].get(name, "") for n, line in enumerate(table[2:])}


def campaign(*values, header="进展"):
    rows = [[f"任务{n}", "城管局", value] for n, value in enumerate(values)]
    return [["2026年专项行动任务表"], ["任务", "责任单位", header], *rows]


PROGRESS = {
    **dict.fromkeys(("已完成", "全部完成", "按期完成", "提前完成", "已办结", "完成100%"), "已完成"),
    **dict.fromkeys(("10月20日前已完成", "已于10月前完成", "超额完成120%", "100%"), "已完成"),
    **dict.fromkeys(("预计月底完成", "计划12月完成", "月底前完成", "待完成", "力争完成"), "进行中"),
    **dict.fromkeys(
        ("基本完成", "完成一半", "完成八成", "完成3/4", "完成50%", "部分完成"), "进行中"
    ),
    **dict.fromkeys(("没有完成", "无法完成", "难以完成", "不能按期完成", "未按时完成"), "进行中"),
    **dict.fromkeys(("已完成5个，剩余3个", "完成率50%", "完成（50%）", "完成90%以上"), "进行中"),
    **dict.fromkeys(("完成情况良好", "完成时限12月"), ""),
    **dict.fromkeys(("未启动", "0%"), "未开始"),
}


def test_a_task_is_done_when_that_is_what_is_written():
    assert told(campaign(*PROGRESS), "state") == PROGRESS


def test_how_much_is_done_is_one_share_or_none():
    shares = {"80％": "80", "完成（50%）": "50", "-5%": "", "50-60%": "", "120%": "", 0.5: "50"}
    assert told(campaign(*shares), "share") == shares
    # Beside 50 nobody knows whether 1 is all or a hundredth; the header may say it.
    numbers = {50: "50", 1: "1", 100: "100"}
    assert told(campaign(*numbers), "share") == dict.fromkeys(numbers, "")
    assert told(campaign(*numbers, header="进展(%)"), "share") == numbers


ANSWERS = {
    **dict.fromkeys(("已整改", "整改到位", "已整改，待复查", "提前整改完成"), "反馈已整改"),
    **dict.fromkeys(("已将垃圾清运完成", "已按要求在11月5日前完成整改"), "反馈已整改"),
    **dict.fromkeys(
        ("已整改（部分）", "即将完成", "将于11月30日整改完成", "11月底前完成"), "整改中"
    ),
    **dict.fromkeys(("整改不到位", "不能整改", "没有完成", "尚未完成"), "未整改"),
    **dict.fromkeys(("基本整改", "承诺整改", "1"), None),
}


def test_a_problem_is_put_right_when_that_is_what_is_written():
    rows = [[f"WT{n:03}", "城管局", answer] for n, answer in enumerate(ANSWERS)]
    assert told([["整改反馈"], ["问题编号", "责任单位", "整改情况"], *rows], "state") == ANSWERS


@pytest.mark.parametrize(
    ("title", "header", "cell", "scale"),
    [
        ("2026年9月量化指标", "数值", "95‰", "‰"),
        ("2026年9月量化指标", "数值（%）", 95.3, "%"),
        ("2026年9月量化指标", "数值（万）", 95.3, "万"),
        ("2026年9月量化指标（单位：万元）", "数值", 95.3, "万元"),
        ("2026年9月量化指标", "数值", 95.3, ""),
    ],
)
def test_what_a_number_counts_is_kept_wherever_it_is_written(title, header, cell, scale):
    assert told([[title], ["单位", "指标", header], ["城东街道", "开放率", cell]], "scale") == {
        cell: scale
    }


def test_people_are_counted_in_what_the_header_says_and_no_city_has_a_milliard():
    def people(header, *cells):
        rows = [[f"第{n}街道", "街道", "东湖区", cell] for n, cell in enumerate(cells)]
        units = read_sheets({"表": [["单位名称", "单位类别", "上级单位", header], *rows]}).units
        return units["population"].tolist()

    assert people("常住人口（千人）", 6, "8.2") == [6_000, 8_200]
    assert people("常住人口(万人)", "8.2", 82_000, "8.2万") == [82_000, 82_000]
    assert people("常住人口", "12 000", "12,000") == [12_000]


def test_one_total_over_two_units_is_no_total_of_either():
    table = [["2026年10月第三方测评得分"], ["名次", "街道", "总得分"], [1, "城东街道", 95]]
    table += [[2, "河西街道", None], [3, "云山镇", 90]]
    reading = read_sheets({"表": table}, lambda book: book.active.merge_cells("C3:C4"))
    assert reading.records["source_row"].tolist() == [5]
    assert [p.code for p in reading.problems if p.severity == "待核"] == ["合并-02"] * 2


@pytest.mark.parametrize(
    "behind",
    [
        *("‰", "%", "每处0.5", "0.5分/处", "0.1分", "百分制", "正数为加分", "乘10", "×权重"),
        *("加权后", "10倍", "累计", "上期", "建议", "按处", "元"),
    ],
)
def test_what_stands_behind_a_header_of_points_is_asked_about(behind):
    header = [*CHECKLIST[:-1], f"扣分（{behind}）"]
    reading = read_sheets({"检查表": [header, failed(1, 扣分=1)]})
    assert (reading.is_rejected, [p.code for p in reading.problems]) == (True, ["表头-10"])
    for said in ("分", "必填", "满分5分", "0.5-2"):
        header[-1] = f"扣分（{said}）"
        assert kept(read_sheets({"检查表": [header, failed(1, 扣分=1)]}), "lost") == {2: 10_000}


def test_points_kept_of_an_item_tell_what_it_lost():
    header = [*CHECKLIST[:-1], "得分"]
    rows = [failed(1, 扣分=4.5), check_row(检查结果="符合", 扣分=5), failed(2, 扣分=6), failed(3)]
    reading = read_sheets({"检查表": [header, *rows, check_row(检查结果="符合", 扣分=4)]})
    assert kept(reading, "lost") == {2: 5_000, 3: 0, 5: 50_000}  # of 5; nothing written: all of it
    held = {(p.row, p.code) for p in reading.problems if p.severity == "待核"}
    assert held == {(4, "结果-06"), (6, "结果-02")}
    assert next(p.text for p in reading.problems if p.code == "得分-04") == (
        "“检查表”“得分”：这张表没有扣分，按满分减去这一列的得分计扣分，共 4 行。"
        "这一列是每一项的得分的，不用处理；是整个点位得分的，请删去这一列，写明扣分再上传。[得分-04]"
    )


def codes_of(reading):
    return [(p.code, p.row) for p in reading.problems if not p.code.startswith("点位")]


def crossed_out(book):
    sheet = book.active
    sheet["C3"].font = sheet["I4"].font = Font(strike=True)
    sheet["I5"] = CellRichText(TextBlock(InlineFont(strike=True), "0.5"), "1")
    sheet["I6"].font = Font(color="FFFFFFFF")
    sheet["Z7"].font = Font(strike=True)
    for place, text in {"I2": "此条作废", "F7": "照片见附件"}.items():
        sheet[place].comment = Comment(text, "某人")


def written_by_xlsxwriter(lines):
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet, struck = book.add_worksheet("检查表"), book.add_format({"font_strikeout": True})
    for row, line in enumerate(lines):
        sheet.write_row(row, 0, ["" if cell is None else cell for cell in line])
    street = str(lines[2][2])
    sheet.write(2, 2, street, struck)
    sheet.write(3, 8, 1, struck)
    sheet.write_rich_string(4, 8, struck, "0.5", "1")
    sheet.write(5, 8, 1, book.add_format({"font_color": "white"}))
    sheet.write_comment(1, 8, "此条作废")
    sheet.write_comment(6, 5, "照片见附件")
    book.close()
    return file.getvalue()


@pytest.mark.parametrize("is_openpyxl", [True, False])
def test_what_is_crossed_out_or_white_waits_and_notes_are_told(is_openpyxl):
    lines = [CHECKLIST, *(failed(n, 督查日期="2026-11-16", 扣分=1) for n in range(6))]
    data = xlsx({"检查表": lines}, crossed_out) if is_openpyxl else written_by_xlsxwriter(lines)
    reading = read(data, "测试.xlsx", context())
    held = [("格式-03", 3), ("格式-03", 4), ("格式-03", 5), ("格式-02", 6)]
    assert sorted(codes_of(reading)) == sorted([*held, ("隐藏-04", None)])
    assert kept(reading, "lost") == {2: 10_000, 7: 10_000}
    notes = next(p.text for p in reading.problems if p.code == "隐藏-04")
    assert notes.startswith("“检查表”：有 2 格带批注（I2、F7），批注没有读。")


def test_ink_nobody_sees_and_raised_digits_wait_and_raised_words_do_not():
    def change(book):
        sheet = book.active
        sheet["I2"].font = Font(color=Color(indexed=9))
        sheet["I3"].font, sheet["I3"].fill = (
            Font(color="FFFF0000"),
            PatternFill("solid", "FFFF0000"),
        )
        sheet["I4"].font, sheet["I4"].fill = (
            Font(color="FFFFFFFF"),
            PatternFill("solid", "FF0000FF"),
        )
        mark = TextBlock(InlineFont(vertAlign="superscript"), "1")
        sheet["I5"] = CellRichText("0.5", mark)  # 0.5 and the mark of a footnote
        sheet["F6"] = CellRichText("广场20m", TextBlock(InlineFont(vertAlign="superscript"), "2"))

    lines = [CHECKLIST, *(failed(n, 督查日期="2026-11-16", 扣分=1) for n in range(5))]
    reading = read_sheets({"检查表": lines}, change)
    assert codes_of(reading) == [("格式-02", 2), ("格式-02", 3), ("格式-03", 5)]
    assert kept(reading, "lost") == {4: 10_000, 6: 10_000}


INKS = {
    "on white without opacity": ("FFFFFFFF", "00FFFFFF", "格式-02"),
    "on the white of the theme": ("FFFFFFFF", Color(theme=0), "格式-02"),
    "the theme's white on its number": (Color(theme=0), Color(indexed=9), "格式-02"),
    "the lightest grey": (Color(theme=0, tint=-0.0499893185216834), None, "格式-02"),
    "nearly white": ("FFF8F8F8", None, "格式-02"),
    "nothing said on black": (None, "FF000000", "格式-02"),
    "nearly the fill": ("FF4F81BD", Color(theme=4), "格式-02"),
    "black made white": (Color(theme=1, tint=0.99), None, "格式-02"),
    "a grey that is seen": (Color(theme=0, tint=-0.25), None, ""),
    "white on dark": (Color(theme=0), Color(theme=4), ""),
    "black on white": (Color(theme=1), Color(theme=0), ""),
}


def test_ink_is_unseen_by_what_it_looks_like_and_not_by_how_it_is_named():
    def change(book):
        for row, (ink, ground, _) in enumerate(INKS.values(), 2):
            cell = book.active.cell(row, CHECKLIST.index("扣分") + 1)
            cell.font = Font(color=ink)
            if ground is not None:
                cell.fill = PatternFill("solid", ground)

    lines = [CHECKLIST, *(failed(n, 督查日期="2026-11-16", 扣分=1) for n in range(len(INKS)))]
    expected = [(code, row) for row, (_, _, code) in enumerate(INKS.values(), 2) if code]
    assert codes_of(read_sheets({"检查表": lines}, change)) == expected


def test_a_result_in_ink_nobody_sees_waits_and_a_blank_in_it_does_not():
    def change(book):
        for place in ("H2", "D3"):
            book.active[place].font = Font(color=Color(theme=0, tint=-0.02))

    lines = [CHECKLIST, failed(0, 扣分=1), failed(1, 扣分=1, 社区=" ")]
    assert codes_of(read_sheets({"检查表": lines}, change)) == [("格式-03", 2)]


RUNS = {
    "I2": ("扣0.5", "superscript", "1"),
    "I3": ("-0.5", "superscript", "1"),
    "A4": ("2026-11-1", "superscript", "2"),
    "A5": ("2026年11月1", "subscript", "2"),
    "A6": ("2026-11-1", "FFFFFFFF", "2"),
    "A10": ("2026-11-1", "superscript", "\uff12"),
    "I11": ("1", "superscript", ".5"),
    "H7": ("不", "FFFFFFFF", "符合"),
    "F8": ("广场20m", "superscript", "2"),
    "F9": ("广场", "FFFF0000", "20处"),
}


def test_digits_raised_beside_others_wait_wherever_they_are_read():
    def change(book):
        for place, (plain, look, text) in RUNS.items():
            odd = {"color" if look.startswith("FF") else "vertAlign": look}
            book.active[place] = CellRichText(plain, TextBlock(InlineFont(**odd), text))

    lines = [CHECKLIST, *(failed(n, 督查日期="2026-11-16", 扣分=1) for n in range(len(RUNS)))]
    reading = read_sheets({"检查表": lines}, change)
    held = [(p.code, p.row) for p in reading.problems if p.severity == "待核"]
    assert [line for line in held if line[0] == "格式-03"] == [
        ("格式-03", n) for n in (2, 3, 4, 5, 6, 7, 10, 11)
    ]
    assert list(kept(reading, "lost")) == [8, 9]


@pytest.mark.parametrize("sign", ["²", "①"])
def test_a_day_and_a_raised_sign_are_no_other_day(sign):
    lines = [CHECKLIST, failed(1, 督查日期=f"2026-11-1{sign}", 扣分=1)]
    reading = read_sheets({"检查表": [*lines, failed(2, 扣分=1)]})
    assert list(kept(reading, "lost")) == [3]


def test_a_column_of_signs_that_are_nearly_digits_is_read():
    """Whole columns of ² or ③: Python calls them digits, and reads no number in them."""
    lines = [CHECKLIST, *(failed(n, 扣分=sign) for n, sign in enumerate("²③๒"))]
    reading = read_sheets({"检查表": lines})
    held = [(p.code, p.row) for p in reading.problems if p.severity == "待核"]
    assert (held, kept(reading, "lost")) == ([("数值-01", 2), ("数值-01", 3)], {4: 20_000})


def test_a_day_of_another_weekday_waits():
    days = ["2026年11月16日（星期三）", "2026-11-17 周二"]
    lines = [CHECKLIST, *(failed(n, 督查日期=day, 扣分=1) for n, day in enumerate(days))]
    reading = read_sheets({"检查表": lines})
    assert [p.text for p in reading.problems if p.code == "日期-09"] == [
        "“检查表”第 2 行“督查日期”（A2）：“2026年11月16日（星期三）”的日期和星期对不上。"
        "请核对是哪一天，日期和星期改成一致的，或者只写日期。[日期-09]"
    ]
    assert list(kept(reading, "lost")) == [3]


def test_a_legacy_workbook_crossed_out_in_white_and_without_zeros():
    """Saved by LibreOffice: C3 and I4 crossed out, I5 white, I6 a 0 in a sheet that shows none."""
    with ZipFile(FORMATS / "kinds.zip") as files:
        reading = read(files.read("looks.xls"), "测试.xls", context())
    held = [("格式-03", 3), ("格式-03", 4), ("格式-02", 5), ("格式-02", 6)]
    assert (codes_of(reading), kept(reading, "lost")) == (held, {2: 10_000, 7: 10_000})


def test_a_note_of_a_marked_workbook_is_none_of_its_senders():
    lines = [CHECKLIST, failed(1, 扣分=1)]

    def change(book):
        book.active["I2"].comment = Comment("【核对】\n请核对", "核对")

    assert codes_of(read_sheets({"检查表": lines}, change)) == []


def test_a_zero_that_a_sheet_is_set_to_hide_waits_unless_the_check_passed():
    def change(book):
        book.active.sheet_view.showZeros = False

    lines = [failed(1, 扣分=0), check_row(扣分=0), failed(2, 扣分=0.5)]
    reading = read_sheets({"检查表": [CHECKLIST, *lines]}, change)
    assert (codes_of(reading), kept(reading, "lost")) == ([("格式-02", 2)], {3: 0, 4: 5_000})
    table = [["2026年10月第三方测评得分"], ["街道", "总得分"], ["城东街道", 95], ["河西街道", 0]]
    assert read_sheets({"表": table}, change).records["source_row"].tolist() == [3]


def test_rows_without_height_are_hidden():
    cells = "".join(f'<c r="{x}1" t="inlineStr"><is><t>街道</t></is></c>' for x in "AB")
    rows = f'<row r="1">{cells}</row><row r="2" ht="0" customHeight="1">{cells.replace("1", "2")}</row>'
    head = '<cols><col min="2" max="2" width="0" customWidth="1"/></cols>'
    facts = decode(hostile.xlsx({"表": hostile.sheet(rows, head)})).sheets[0].facts
    assert (facts.hidden_rows, facts.hidden_columns) == (((2, 2),), ((1, 1),))


def test_every_one_of_many_rows_that_are_crossed_out_is_known():
    text = "<is><r><rPr><strike/></rPr><t>1</t></r></is>"
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr">{text}</c></row>' for n in range(1, 2_102)
    )
    facts = decode(hostile.xlsx({"表": hostile.sheet(rows)})).sheets[0].facts
    assert facts.struck == tuple((n, 0) for n in range(1, 2_102))


def test_cells_under_no_header_are_told_and_hold_a_row_of_text():
    lines = [CHECKLIST, [*failed(1, 扣分=0), 5], failed(2, 扣分=1)]
    reading = read_sheets({"检查表": lines})
    assert codes_of(reading) == [("表头-12", None)]
    assert "有 1 行在没有列名的列里填了内容（如 J2），没有读。" in reading.problems[0].text
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in line) for line in lines)
    reading = read(text.encode(), "测试.csv", context())
    assert (codes_of(reading), kept(reading, "lost")) == ([("表头-13", 2)], {3: 10_000})


def test_rows_that_a_remark_takes_back_are_told():
    header = [*CHECKLIST, "备注", "是否撤销"]
    remarks = [
        ("作废", "否"),
        ("申诉成功，不扣分", ""),
        ("已整改", ""),
        ("", "是"),
        ("取消了占道", ""),
    ]
    rows = [[*failed(n, 扣分=1), *said] for n, said in enumerate(remarks)]
    reading = read_sheets({"检查表": [header, *rows]})
    (note,) = [p.text for p in reading.problems if p.code == "行-07"]
    assert note.startswith("“检查表”：有 3 行写着“作废”这样的话（第 2、3、5 行），照样读取了。")
