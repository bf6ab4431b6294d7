"""Files that want to harm, or that are only broken: the same ones every time, made by code.

Each is a name and its bytes. Structure, archives, texts and names, and a sound list that was cut or
changed at places drawn from a seed.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tests.offices import CHECK_HEADERS, checklist
from tests.reading import hostile, planted
from tests.store.test_split import rows

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def corpus() -> dict[str, bytes]:
    """All files by name; a file's place in it never changes what is in another."""
    files: dict[str, bytes] = {}
    for kind, make in (
        ("结构", _structures),
        ("部件", _parts),
        ("压缩", _archives),
        ("文本", _texts),
        ("内容", _contents),
        ("改动", _changed),
        ("截断", _cut),
    ):
        for number, (ending, content) in enumerate(make()):
            files[f"{kind}{number:02}.{ending}"] = content
    files |= dict(_names())
    return files


def sound(seed: int) -> bytes:
    """A list that can be stored, of rows of its own."""
    return checklist(rows(seed, 6))


def _row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _text(ref: str, text: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def _header(number: int = 1) -> str:
    return _row(
        number, *(_text(f"{chr(65 + n)}{number}", text) for n, text in enumerate(CHECK_HEADERS))
    )


_LINE = ("2026-11-01", "市督查组", "甲街道", "小区", "1号点", "环境", "不符合", "1")


def _line(number: int, **changes: str) -> str:
    cells = {chr(65 + n): text for n, text in enumerate(_LINE)} | changes
    return _row(number, *(_text(f"{letter}{number}", text) for letter, text in cells.items()))


def _structures() -> Iterator[tuple[str, bytes]]:
    table = _header() + _line(2)
    merges = (
        "A1:A1", "A2:H900000", "H9:A1", "A1:XFD1048576", "A0:B0", "ZZZZ1:A2", "A2:A3:A4", "", "B2:B2000000", "A5:H9",
    )  # fmt: skip
    for ref in merges:
        yield (
            "xlsx",
            hostile.xlsx(
                {
                    "表": hostile.sheet(
                        table, tail=f'<mergeCells><mergeCell ref="{ref}"/></mergeCells>'
                    )
                }
            ),
        )
    many = "".join(f'<mergeCell ref="A{n}:H{n}"/>' for n in range(2, 20_000))
    yield (
        "xlsx",
        hostile.xlsx({"表": hostile.sheet(table, tail=f"<mergeCells>{many}</mergeCells>")}),
    )
    for ref in ("A1", "A1:XFD1048576", "XFD1048576", "x", "A1:A0", "-1"):
        yield "xlsx", hostile.xlsx({"表": hostile.sheet(table, head=f'<dimension ref="{ref}"/>')})
    for ref in ("A0", "AAAA1", "A1048577", "1A", "", "A-1", "a2", "A99999999999", "$A$2"):
        yield (
            "xlsx",
            hostile.xlsx(
                {"表": hostile.sheet(_header() + f'<row r="2"><c r="{ref}"><v>1</v></c></row>')}
            ),
        )
    for number in ("0", "-1", "1048577", "99999999999", "x", "1", "1.5"):
        yield (
            "xlsx",
            hostile.xlsx(
                {"表": hostile.sheet(_header() + f'<row r="{number}"><c><v>1</v></c></row>')}
            ),
        )
    yield "xlsx", hostile.xlsx({"表": hostile.sheet(_line(9) + _header() + _line(2))})
    yield "xlsx", hostile.xlsx({"表": hostile.sheet(_header() + _line(2) * 3)})
    yield "xlsx", hostile.xlsx({"表": hostile.sheet("")})
    yield "xlsx", hostile.xlsx({"表": hostile.sheet("<row/>" * 50_000)})
    yield "xlsx", hostile.xlsx({f"表{n}": hostile.sheet(table) for n in range(150)})
    yield "xlsx", hostile.xlsx({})
    yield "xlsx", hostile.xlsx({"": hostile.sheet(table)})
    yield "xlsx", hostile.xlsx({"名" * 300: hostile.sheet(table)})
    yield "xlsx", hostile.xlsx({"&#x202E;表": hostile.sheet(table)})
    yield "xlsx", hostile.sparse()
    yield "xlsx", hostile.sparse("ZZ1048576")
    wide = "".join(
        _text(f"{a}{b}1".replace(" ", ""), "扣分")
        for a in " ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    )
    yield "xlsx", hostile.xlsx({"表": hostile.sheet(_row(1, wide) + _line(2))})
    yield "xlsx", hostile.xlsx({"表": hostile.sheet("".join(_header(n) for n in range(1, 400)))})
    yield "xlsx", hostile.xlsx({"表": hostile.sheet(_line(1, A="题") + _header(700) + _line(701))})
    hidden = '<cols><col min="1" max="16384" hidden="1"/></cols>'
    yield "xlsx", hostile.xlsx({"表": hostile.sheet(table, head=hidden)}, state="veryHidden")


def _parts() -> Iterator[tuple[str, bytes]]:
    table = {"表": hostile.sheet(_header() + _line(2))}
    extras = {
        "xl/sharedStrings.xml": (
            "<sst",
            f"<sst {_MAIN}/>",
            f"<sst {_MAIN}><si/></sst>",
            "<a>" * 50_000,
            "\0" * 100,
            "不是XML",
        ),
        "xl/styles.xml": (
            f'<styleSheet {_MAIN}><cellXfs count="-1"/></styleSheet>',
            "<styleSheet>",
            "x" * 1_000,
        ),
        "docProps/core.xml": ("<cp", "\ufeff", "<a>&lol;</a>"),
        "docProps/custom.xml": (
            "<Properties><property name='wenming-file'><x>" + "0" * 64 + "</x></property>",
        ),
        "xl/comments1.xml": (
            "<comments>" * 9_000,
            "<comments><text><t>139" + "0" * 100_000 + "</t></text></comments>",
        ),
        "xl/externalLinks/externalLink1.xml": ("<externalLink", "x"),
        "xl/vbaProject.bin": ("macro",),
        "customXml/item1.xml": (
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            "<![CDATA[" + "]" * 10_000,
        ),
        "xl/media/image1.png": ("no picture",),
        "../../escaped.xml": ("<a/>",),
        "xl/worksheets/sheet1.xml ": ("<a/>",),
    }
    for name, contents in extras.items():
        for content in contents:
            yield "xlsx", hostile.xlsx(table, {name: content})
    book = '<workbook xmlns:r="r"><sheets>{}</sheets></workbook>'
    for sheets in (
        "",
        '<sheet name="表" r:id="rId9"/>',
        '<sheet r:id="rId1"/>',
        '<sheet name="表" r:id="rId1"/>' * 500,
    ):
        yield "xlsx", hostile.xlsx(table, {"xl/workbook.xml": book.format(sheets)})
    for target in (
        "../../../etc/passwd",
        "http://x.invalid/a.xml",
        "",
        "worksheets/sheet1.xml" * 50,
        "/xl/workbook.xml",
    ):
        yield (
            "xlsx",
            hostile.xlsx(
                table,
                {"xl/_rels/workbook.xml.rels": hostile.relations({"rId1": target}, "worksheet")},
            ),
        )
    utf16 = f'<?xml version="1.0" encoding="UTF-16"?>{table["表"]}'.encode("utf-16")
    yield "xlsx", hostile.xlsx({"表": ""}, {"xl/worksheets/sheet1.xml": utf16})
    for cell in (
        '<c r="A2" t="s"><v>99999999</v></c>', '<c r="A2" t="s"><v>-1</v></c>', '<c r="A2" t="s"><v>x</v></c>', '<c r="A2" t="d"><v>昨天</v></c>',
        '<c r="A2"><v>1e999</v></c>', '<c r="A2"><v>NaN</v></c>', '<c r="A2"><v>-1e308</v></c>', '<c r="A2" t="b"><v>7</v></c>',
        '<c r="A2" t="e"><v>#WAS?</v></c>', '<c r="A2" t="?"><v>1</v></c>', '<c r="A2" s="4294967295"><v>1</v></c>', '<c r="A2"><f>A2</f></c>',
        '<c r="A2"><f t="shared" si="5"/></c>', '<c r="A2" t="inlineStr"/>', '<c r="A2" t="inlineStr"><is><t>&#xD800;</t></is></c>',
        '<c r="A2" t="inlineStr"><is><t>&#0;</t></is></c>', f'<c r="A2" t="inlineStr"><is><t>{"长" * 200_000}</t></is></c>', "<c><c><c/></c></c>",
    ):  # fmt: skip
        yield "xlsx", hostile.xlsx({"表": hostile.sheet(_header() + f'<row r="2">{cell}</row>')})


def _archives() -> Iterator[tuple[str, bytes]]:
    inner = sound(900)
    yield "zip", b""
    yield "zip", b"PK"
    yield "zip", b"PK\5\6" + bytes(18)
    yield "zip", hostile.zipped({})
    yield "zip", hostile.zipped({"../../x.xlsx": inner, "/etc/passwd.xlsx": inner})
    yield "zip", hostile.zipped({"a/" * 200 + "x.xlsx": inner})
    yield "zip", hostile.zipped({f"{n}.txt": b"x" for n in range(300)})
    yield "zip", hostile.zipped({"零.xlsx": b"\0" * (80 << 20)})
    yield (
        "zip",
        hostile.zipped({"里.zip": hostile.zipped({"里.zip": hostile.zipped({"表.xlsx": inner})})}),
    )
    yield "zip", hostile.zipped({" ": inner})
    yield "zip", hostile.zipped({"a\\b\\c.xlsx": inner, "a/b/c.xlsx": inner})
    yield "zip", hostile.zipped({"甲\u202ecsx.exe": inner, "=1+1.xlsx": inner, "\n.xlsx": inner})
    yield "zip", hostile.zipped({"__MACOSX/._表.xlsx": b"x", ".DS_Store": b"x"})
    yield "zip", _patched(hostile.zipped({"表.xlsx": inner}), b"PK\1\2", 8, struct.pack("<H", 1))
    yield "zip", _patched(hostile.zipped({"表.xlsx": inner}), b"PK\1\2", 10, struct.pack("<H", 99))
    yield "zip", _patched(hostile.zipped({"表.xlsx": inner}), b"PK\1\2", 16, b"\1\2\3\4")
    yield "zip", _patched(hostile.zipped({"表.xlsx": inner}), b"PK\1\2", 24, b"\xff\xff\xff\x7f")
    yield "zip", _patched(hostile.zipped({"表.xlsx": inner}), b"PK\1\2", 42, b"\xff\xff\xff\x7f")
    yield "zip", _patched(hostile.zipped({"表.xlsx": inner}), b"PK\5\6", 10, b"\xff\xff")
    yield "zip", b"MZ" + bytes(500) + hostile.zipped({"表.xlsx": inner})
    yield "zip", hostile.zipped({"表.xlsx": inner}) + b"\0" * 70_000
    yield "zip", _overlapping(inner)
    yield "xlsx", hostile.understated(8 << 20)
    yield "xlsx", hostile.zipped({"xl/workbook.xml": "<a/>"})
    yield "rar", b"Rar!\x1a\x07\x00" + bytes(100)
    yield "7z", b"7z\xbc\xaf'\x1c" + bytes(100)
    yield "gz", zlib.compress(b"x" * 1_000, wbits=31)


def _patched(content: bytes, mark: bytes, offset: int, new: bytes) -> bytes:
    at = content.index(mark) + offset
    return content[:at] + new + content[at + len(new) :]


def _overlapping(inner: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("0.xlsx", inner)
        entry = archive.infolist()[0]
        for number in range(1, 190):
            twin = zipfile.ZipInfo(f"{number}.xlsx")
            twin.header_offset, twin.CRC = entry.header_offset, entry.CRC
            twin.compress_size, twin.file_size = entry.compress_size, entry.file_size
            archive.filelist.append(twin)
    return file.getvalue()


def _texts() -> Iterator[tuple[str, bytes]]:
    head, line = ",".join(CHECK_HEADERS), ",".join(_LINE)
    good = f"{head}\n{line}\n"
    yield "csv", b""
    yield "csv", b"\n\n\n"
    yield "csv", good.encode("utf-16")
    yield "csv", good.encode("utf-32")
    yield "csv", good.encode("gb18030")[:-3] + b"\x81"
    yield "csv", b"\xef\xbb\xbf" * 3 + good.encode()
    yield "csv", good.encode().replace(b",", b"\0")
    yield "csv", good.replace("\n", "\r").encode()
    yield "csv", (head + '\n"' + line * 500).encode()
    yield "csv", (head + "\n" + '""' * 20_000).encode()
    yield "csv", ("," * 100_000).encode()
    yield "csv", (head + "\n" + line + "," * 5_000).encode()
    yield "csv", (good + "\n" * 200_000).encode()
    yield "csv", ("长" * 500_000).encode()
    yield "csv", good.replace(",", ";").encode("gb18030")
    yield "csv", good.replace("2026", "２０２６").replace("甲街道", "甲\u200b街\u202e道").encode()
    yield "csv", good.replace("甲街道", "=cmd|' /C calc'!A0").encode()
    yield "csv", good.replace("甲街道", "\x1b[2J\x07甲街道").encode()
    yield "xls", b"<html><table><tr><td>" + good.encode() + b"</table></html>"
    yield "xls", b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>'
    yield "xlsx", b"{\\rtf1 " + good.encode()
    yield "xlsx", b"%PDF-1.7\n" + good.encode()
    yield "xlsx", hostile.png()
    yield "json", b'[{"a":' * 20_000
    yield "xlsx", good.encode()
    for seed in range(8):
        yield "csv", random.Random(seed).randbytes(3_000)
    yield "xls", hostile.ole({"Workbook": b"\x09\x08" + bytes(50)})
    yield "xls", hostile.ole({"EncryptedPackage": b"x" * 5_000, "EncryptionInfo": b"x" * 5_000})
    yield "xls", hostile.ole({"WordDocument": bytes(5_000)})
    for seed in range(8):
        draw, book = (
            random.Random(100 + seed),
            bytearray(hostile.xls({(r, c): f"{r}{c}" for r in range(9) for c in range(8)})),
        )
        for _ in range(6):
            book[draw.randrange(len(book))] = draw.randrange(256)
        yield "xls", bytes(book)


def _contents() -> Iterator[tuple[str, bytes]]:
    changes = (
        {"C": "甲街道和丰社"}, {"C": "甲街道甲街道甲街道"}, {"C": "，、；"}, {"C": "各街道（除各街道外）"}, {"A": "9999-99-99"}, {"A": "2026年2月30日"},
        {"A": "明天"}, {"A": "1900-01-00"}, {"A": "0"}, {"H": "1e400"}, {"H": "-0"}, {"H": "扣扣扣1分1分"}, {"H": "一百亿"}, {"H": "٣"}, {"H": "½"},
        {"G": "是否"}, {"G": "√×√×"}, {"E": "\u202e点"}, {"E": "<script>alert(1)</script>"}, {"E": "点" * 30_000}, {"E": "{0.__class__}"},
        {"E": "%s%n%x"}, {"F": "环境" * 500}, {"D": "小区、小区、小区"}, {"B": "市督查组和市督查组"},
    )  # fmt: skip
    for change in changes:
        cells = {
            key: value.replace("&", "&amp;").replace("<", "&lt;") for key, value in change.items()
        }
        yield "xlsx", hostile.xlsx({"表": hostile.sheet(_header() + _line(2, **cells) + _line(3))})
    yield "xlsx", planted.findings_with_parts()[0]


def _changed() -> Iterator[tuple[str, bytes]]:
    base = sound(901)
    for seed in range(40):
        draw, content = random.Random(seed), bytearray(base)
        for _ in range(draw.choice((1, 1, 3, 20))):
            content[draw.randrange(len(content))] = draw.randrange(256)
        yield "xlsx", bytes(content)


def _cut() -> Iterator[tuple[str, bytes]]:
    base = sound(902)
    for part in range(1, 16):
        yield "xlsx", base[: len(base) * part // 16]


def _names() -> Iterator[tuple[str, bytes]]:
    names = (
        "-rf.xlsx", "--who=x.xlsx", " .xlsx", "….xlsx", "表.xlsx.exe.xlsx", "CON.xlsx", "a" * 240 + ".xlsx", "😀.xlsx", "\u202excs.xlsx", "表\n换行.xlsx",
        "表\x1b[31m红.xlsx", "'引'.xlsx", '"引".xlsx', "$(id).xlsx", "`id`.xlsx", "%00.xlsx", "；；.xlsx", "a|b.xlsx", "http：www.x.invalid.xlsx", "[red]x[bold].xlsx",
        "**粗**.xlsx", "\u0000".replace("\0", "零") + ".xlsx", "ﷺ.xlsx", "13912345678.xlsx", "x.XLSX", "*.xlsx", "?.xlsx", "甲.xlsx.csv",
    )  # fmt: skip
    for number, name in enumerate(names):
        yield name, sound(1000 + number)
