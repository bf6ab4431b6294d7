"""Files in which made-up people's marks are planted in every place that a file has, for tests.

Each mark is planted once and differs from all others, so that a search for it tells which place leaks.
Identity numbers bear their check digit, worked out here by GB 11643-1999 and not by the code under test.
"""

import csv
import html
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

import xlsxwriter
from sqlalchemy import select

from tests.builders import FINDINGS
from tests.reading.hostile import ole, xls
from tests.uploads.case import finding
from wenming_metrics.store import schema
from wenming_metrics.store.database import Store, reading

HEADERS = (
    "您的姓名 称呼 家庭地址 TEL Phone mobile 证件号码 居民身份号码 ID号 来电号码 回访号码 业主 户主 当事人 车主 住址 微信 "
    "邮箱 群众电话 手机号 联系方式 身份证号 来电人 投诉人 举报人姓名 诉求人 反映人电话 受访者 申请人 求助人电话 信访人 报警人 "
    "市民姓名 群众姓名 微信昵称 QQ openid E-mail 护照号 银行卡号 现住址 户籍地址 出生日期 车牌号 房东 店主姓名 Mobile.No "
    "Tel. 居民电话 家长电话 怎么称呼"
).split()
"""Headers of people's own data; below each stands a name or number that has no form of its own."""
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎"


def identity(number: int, *, born: str = "19800101", region: str = "110101") -> str:
    """Make an identity number: the check digit is that which makes the weighted sum 1 modulo 11."""
    body = f"{region}{born}{number:03}"
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def mobile(number: int) -> str:
    """Make a mobile number that no one has been given."""
    return f"139{number:08}"


def _full_width(text: str) -> str:
    return text.translate({0x21 + n: 0xFF01 + n for n in range(94)})


def in_sentences() -> Iterator[tuple[str, str]]:
    """Give sentences with a mark in each, and the signs of it that must not stay together."""
    for number, born in enumerate(
        ("19491001", "19800229", "19991231", "20120531", "20190607", "20250101")
    ):
        mark = identity(
            number + 1, born=born, region=("110101", "370102", "440305", "653101")[number % 4]
        )
        yield f"当事人证号{mark}要求答复", mark
    for number in range(3):
        yield f"登记为{identity(40 + number).lower()}的居民", identity(40 + number).lower()
    yield (
        f"证件 {identity(50)[:6]} {identity(50)[6:14]} {identity(50)[14:]} 复印件",
        identity(50)[6:14],
    )
    yield "老证件 110101491001123 仍在用", "110101491001123"
    yield f"证号{_full_width(identity(51))}", _full_width(identity(51))
    spans = (
        "{0}", "+86{0}", "+86 {0}", "0086{0}", "86-{0}", "电话{0}。", "tel:{0}", "TEL{0}", "手机号：{0}，请回电",
        "（{0}）", "王女士{0}来电", "住户，{0}", "电话.{0}", "{0}/备用", "【{0}】", "联系:{0}转", "wx{0}", "打{0}找她",
        "回访{0}，表示满意", "责任人不明，来电人{0}",
    )  # fmt: skip
    for number, span in enumerate(spans, 100):
        yield span.format(mobile(number)), mobile(number)
    for number, form in enumerate(
        ("{}-{}-{}", "{} {} {}", "{}·{}·{}", "{}.{}.{}", "{}—{}—{}"), 130
    ):
        digits = mobile(number)
        written = form.format(digits[:3], digits[3:7], digits[7:])
        yield f"号码{written}打不通", written
    yield f"号码{_full_width(mobile(140))}", _full_width(mobile(140))
    yield f"号码{mobile(141)[:5]}\u200b{mobile(141)[5:]}", mobile(141)[5:]
    yield "号码一三九〇〇〇〇零一四二", "一三九〇〇〇〇零一四二"
    for mark in (
        "0531-88812301",
        "0531 88812302",
        "(0531)88812303",
        "053188812304",
        "010-65120305",
        "021-5512 0306",
        "0634-6220307",
    ):
        yield f"家里座机{mark}没人接", mark
    yield "回电88812308即可", "88812308"
    for mark in ("鲁A12301", "京AD12302", "沪A·B1203", "粤b12304", "苏E1205警"):
        yield f"车辆{mark}占道", mark
    for mark in ("some.one01@qq.example.com", "a_b02@163.example.cn", "X-Y03@mail.example.com"):
        yield f"材料发到{mark}，", mark
    for word, mark in (
        ("微信号：", "wei_xin_01"),
        ("加微信 ", "abcd12302"),
        ("VX:", "vx_user03"),
        ("", "wxid_ab04cd"),
        ("QQ:", "123450605"),
    ):
        yield f"{word}{mark} 联系", mark


def findings_with_headers() -> tuple[bytes, list[str]]:
    """A list of problems with a column for each header of people; gives it with all that stands below."""
    marks = [
        f"{surname}某{'甲乙丙丁戊'[n % 5]}{n}号人"
        for n, surname in enumerate(_SURNAMES[: len(HEADERS)])
    ]
    return book([[*FINDINGS, *HEADERS], [*finding(来源="12345"), *marks]]), marks


def findings_with_sentences() -> tuple[bytes, list[str]]:
    """A list of problems: every sentence is the description of one, or a remark."""
    rows = [[*FINDINGS, "备注"]]
    marks = []
    for number, (sentence, mark) in enumerate(in_sentences()):
        in_remark = number % 3 == 2
        row = finding(
            来源="12345", 问题描述="乱停放" if in_remark else sentence, 点位名称=f"第{number}号点"
        )
        rows.append([*row, sentence if in_remark else ""])
        marks.append(mark)
    return book(rows), marks


def findings_with_parts() -> tuple[bytes, list[str]]:
    """A list of problems with a mark in every other part of a workbook."""
    numbers = iter(range(500, 600))
    marks: list[str] = []

    def mark() -> str:
        marks.append(mobile(next(numbers)))
        return marks[-1]

    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"default_date_format": "yyyy-mm-dd", "use_future_functions": True}
    )
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet("问题")
    sheet.write(0, 0, f"督查问题清单 来电{mark()}")
    sheet.write(1, 0, f"督查日期：2026年11月16日 记录{mark()}")
    sheet.write_row(2, 0, [*FINDINGS, "现场情况", "数目"])
    for row in range(3, 6):
        sheet.write_row(row, 0, finding(来源="12345", 点位名称=f"第{row}号点"))
    sheet.write_string(3, 9, mark())
    sheet.write_number(4, 9, int(mark()))
    half = mark()
    sheet.write_rich_string(5, 9, "打", bold, half[:5], half[5:], bold, "找他")
    sheet.write_formula(3, 10, f'="来电"&"{mark()}"', None, "来电")
    sheet.write_formula(4, 10, '="x"', None, f"来电{mark()}")
    sheet.write(8, 0, f"注：有疑问请打{mark()}")
    sheet.write_comment(3, 2, f"投诉人{mark()}")
    sheet.set_header(f"&L来电{mark()}")
    sheet.set_footer(f"&C{mark()}")
    sheet.data_validation(
        20,
        0,
        30,
        0,
        {
            "validate": "list",
            "source": ["甲", mark()],
            "input_title": "请选",
            "input_message": f"问{mark()}",
        },
    )
    sheet.write_url(20, 5, f"http://call.example/{mark()}", string="打电话", tip=f"找{mark()}")
    marks.append("someone77@qq.example.com")
    sheet.write_url(21, 5, f"mailto:{marks[-1]}", string="写信")
    sheet.insert_textbox(10, 5, f"请打{mark()}")
    sheet.insert_image(
        10, 2, "点.png", {"image_data": io.BytesIO(_PIXEL), "description": f"{mark()}的照片"}
    )
    chart = book.add_chart({"type": "column"})
    chart.add_series({"name": f"{mark()}的来电", "values": "=问题!$H$4:$H$6"})
    chart.set_title({"name": f"来电{mark()}"})
    sheet.insert_chart(25, 2, chart)
    book.define_name("来电号码", f'="{mark()}"')
    hidden = book.add_worksheet("很隐蔽")
    hidden.very_hidden()
    hidden.write_column(0, 0, ["记事", f"来电{mark()}", "身份证", identity(77)])
    marks.append(identity(77))
    hidden.write_number(9, 3, int(mark()))
    filtered = book.add_worksheet("筛选")
    filtered.write_column(0, 0, ["来电", mark(), "无"])
    filtered.set_row(1, None, None, {"hidden": True})
    named = book.add_worksheet(f"{mark()}反映")
    named.write(0, 0, "空")
    text = {"title", "subject", "category", "keywords", "comments", "manager", "company", "status"}
    book.set_properties({name: f"{name} {mark()}" for name in sorted(text)})
    book.set_custom_property("经办", f"来电{mark()}")
    book.close()
    return file.getvalue(), marks


_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "0000000500013d0c0e9a0000000049454e44ae426082"
)


def findings_as_text() -> tuple[bytes, list[str]]:
    """The same as a table in plain text."""
    marks = [mobile(700), identity(70), "李某来电人"]
    table = io.StringIO()
    rows = [
        [*FINDINGS, "来电人"],
        [*finding(来源="12345", 问题描述=f"来电{marks[0]}，{marks[1]}"), marks[2]],
    ]
    csv.writer(table).writerows(rows)
    return table.getvalue().encode("gb18030"), marks


PROPERTIES = "\5SummaryInformation"
"""The stream of an old workbook that names its author and title."""


def old_workbooks() -> dict[str, tuple[bytes, str]]:
    """Old workbooks (.xls) with one mark each beside their cells, by where it is."""
    rows = [[*FINDINGS, "责任人电话"], [*finding(来源="12345"), mobile(999)]]
    cells = {
        (row, column): value if isinstance(value, str | float) else str(value)
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
        if value is not None
    }
    return {
        "author": (
            xls(cells, streams={PROPERTIES: f"作者{mobile(601)}".encode("gb18030")}),
            mobile(601),
        ),
        "title": (xls(cells, streams={PROPERTIES: mobile(602).encode("utf-16-le")}), mobile(602)),
        "footer": (xls(cells, footer=f"&C来电{mobile(603)}"), mobile(603)),
        "plate": (xls(cells, streams={"备注": "车辆鲁A60401占道".encode("utf-16-le")}), "鲁A60401"),
        "nothing": (xls(cells, footer="第&P页", streams={PROPERTIES: b"wmb"}), ""),
    }


def objects() -> dict[str, tuple[bytes, bool]]:
    """Objects as they lie in workbooks, by the name of their part, and whether they may stay."""
    half = mobile(611)
    text = f"<w:p><w:r><w:t>打{half[:5]}</w:t></w:r><w:r><w:t>{half[5:]}</w:t></w:r></w:p>"
    letter, sound = (
        zipped({"word/document.xml": text}),
        zipped({"word/document.xml": "<w:t>无</w:t>"}),
    )
    wide = f"来电{mobile(612)}".encode("utf-16-le")
    as_number = struct.pack("<d", float(mobile(613)))
    return {
        "xl/embeddings/Microsoft_Word_Document1.docx": (letter, False),
        "xl/embeddings/Microsoft_Word_Document2.docx": (sound, True),
        "xl/embeddings/oleObject1.bin": (ole({"Contents": wide}), False),
        "xl/embeddings/oleObject2.bin": (ole({"Package": letter.ljust(5_000, b"\0")}), False),
        "xl/embeddings/oleObject3.bin": (
            ole({"Workbook": b"\3\2\16\0" + b"\0" * 6 + as_number}),
            False,
        ),
        "xl/embeddings/oleObject4.bin": (ole({"Package": sound.ljust(5_000, b"\0")}), True),
        "xl/embeddings/oleObject5.bin": (ole({"EncryptedPackage": b"x"}), False),
        "xl/embeddings/oleObject6.bin": (
            ole({"CONTENTS": b"%PDF-1.7 " + bytes(range(256))}),
            False,
        ),
        "xl/embeddings/deep.docx": (zipped({"a.docx": zipped({"b.docx": letter})}), False),
        "xl/media/image7.emf": (b"\1\0\0\0" + wide, False),
        "xl/media/image8.emf": (b"\1\0\0\0" + bytes(range(256)) * 40, True),
    }


def zipped(entries: dict[str, bytes | str]) -> bytes:
    """Zip some entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def archive() -> tuple[bytes, list[str]]:
    """An archive with marks in the names of its files and folders."""
    marks = [mobile(800), mobile(801), "鲁A88802"]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for name in (f"{marks[0]}的投诉.xlsx", f"{marks[1]}/表.xlsx", f"{marks[2]}.xlsx"):
            zipped.writestr(name, book([[*FINDINGS], finding(来源="12345", 点位名称=name[-8:])]))
    return file.getvalue(), marks


def contacts() -> tuple[bytes, list[str]]:
    """A list of contacts beside a list of problems; gives numbers of offices, which stay."""
    marks = ["13800000901", "0531-88890902", "13800000903", "88890904", "监督电话：0531-88890905"]
    rows = [
        ["街道", "单位", "联络员", "手机", "办公电话"],
        ["城东街道", "街道办", f"某某{marks[2]}", marks[0], marks[1]],
    ]
    return book(
        [[*FINDINGS, "责任人电话"], [*finding(来源="12345", 问题描述=marks[4]), marks[3]]],
        {"通讯录": rows},
    ), marks


def book(rows: list[list], more: dict[str, list[list]] | None = None) -> bytes:
    """Write a workbook of texts, with a sheet of problems first."""
    file = io.BytesIO()
    written = xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"})
    for name, lines in {"问题": rows, **(more or {})}.items():
        sheet = written.add_worksheet(name)
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    written.close()
    return file.getvalue()


def stored_text(content: bytes) -> str:
    """Give bytes of a store as text: unpacked, where they are packed or a zip."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            pieces = [
                (name, html.unescape(parts.read(name).decode("utf-8", "replace")))
                for name in parts.namelist()
            ]
        return "\n".join(f"{name}\n{xml}\n{re.sub('<[^>]*>', '', xml)}" for name, xml in pieces)
    if content[:1] == b"\x78":
        content = zlib.decompress(content)
    return content.decode("utf-8", "replace")


def all_texts(store: Store) -> str:
    """Give all that a store holds, as text: every line of every table."""
    texts = []
    with reading(store) as connection:
        for table in schema.metadata.sorted_tables:
            for line in connection.execute(select(table)):
                texts += [
                    stored_text(cell) if isinstance(cell, bytes) else str(cell) for cell in line
                ]
    return "\n".join(texts)
