"""通报 as a Word document: what it says, from which figures, in which shell, the same bytes twice."""

import io
import json
import zipfile
import zlib
from dataclasses import replace

import pytest
from docx import Document
from docx.oxml.ns import qn
from openpyxl import load_workbook

from tests.publishing.bulletin_city import LINES, LONG_NAME, REMARK, STREETS, signed_city
from tests.publishing.city import MONDAY, NEXT, open_city, put, row
from wenming_metrics.domain.periods import window
from wenming_metrics.export.word.blocks import BODY, Grid, Paragraph
from wenming_metrics.export.word.document import fill
from wenming_metrics.export.word.shell import default_shell
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.bulletin import work_sections
from wenming_metrics.publishing.bulletin.document import (
    make_bulletin,
    make_unit_sheets,
    old_days,
    title_of,
)
from wenming_metrics.publishing.bulletin.layout import (
    Layout,
    check_shell,
    layout_in_force,
    save_layout,
    with_shell,
)
from wenming_metrics.publishing.bulletin.material import issue_of_window, material_of_issue
from wenming_metrics.publishing.bulletin.recheck import recheck
from wenming_metrics.publishing.bulletin.sections import make_content
from wenming_metrics.publishing.issues import issues
from wenming_metrics.publishing.snapshot import frozen
from wenming_metrics.reading.sandbox.documents import read_text
from wenming_metrics.store.database import reading
from wenming_metrics.store.issues import read_content


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return signed_city(tmp_path_factory.mktemp("bulletin"))


@pytest.fixture(scope="module")
def issue(office):
    return issues(office)[0]


@pytest.fixture(scope="module")
def bulletin(office, issue):
    return make_bulletin(office, issue)


@pytest.fixture(scope="module")
def lines(bulletin):
    return ["|".join(line.cells) for line in read_text(bulletin.content).lines]


@pytest.fixture(scope="module")
def material(office, issue):
    with reading(office.store) as connection:
        return material_of_issue(connection, office, issue)


def test_every_section_says_what_was_worked_out_by_hand(lines):
    # 甲: 环境 6 of 20 lost, 秩序 1 of 20: 100 - 60 x 0.3 - 40 x 0.05 = 80; a week before 60 x 0.1: 94.
    for text in (
        "创建办〔2025〕11号",
        "关于2025年3月10日—16日\n文明城市创建督查情况的通报",
        "2025年3月10日—16日，共检查点位5个、到访6次，检查12项次，发现问题13处，涉及检查7项次。",
        "参加测评的街道共6个，有得分的5个，未评分的1个。",
        # (94 + 92 + 80 + 88 + 80) / 5 = 86.8; (94 + 82 + 92 + 96) / 4 = 91 before
        "全市得分86.80分，较上期下降4.20分。",
        "主城区：共3个单位参加排名，第1名丙街道（94.00分），末位甲街道（第3名，80.00分），首末相差14.00分。"
        "点位不足，名次升降不作比较。",
        "2|乙街道|92.00|+10.00||1|2|1|100.0%",
        f"1|{LONG_NAME}|88.00|—|新|1|2|1|100.0%",
        "本期未督查的1个：戊镇。",
        # 7.2 = (18 + 6 + 12) / 5; 7.2 / 13.2
        "全市失分13.20分，主要集中在公共环境（占54.55%）、公共秩序（占45.45%），合计占100.00%。",
        "（三）甲街道（问题3条、6处）",
        "其余1条见附件。",
        "本期记录问题7条、13处。",
        "1.解放市场“停车秩序”一项不符合要求（责任单位：城管局）。",
        # 环境 at the first on days 0, 7 and 8, answered once; 秩序 at the second on days 0 and 9
        "本期有2个点位反复出现问题（含以前查出的）。",
        "人民路小区|甲街道|环境卫生|3|3|2",
        "丁镇集市|丁镇|停车秩序|2|2|2",
        # Problems in the care of the department: numbers 2, 4, 5; of two that fell due none in time.
        "城管局|3|+1|6|8.00|0.00%（0/2）|1|1",
        "截至2025年3月16日，本期发现的7条问题中，反馈已整改2条，整改率28.57%（2/7）。",
        "甲街道|3|1|33.33%（1/3）|2|50.00%（1/2）",
        "（二）各责任单位要于2025年3月23日前将整改情况（含整改前后照片）反馈市创建办。",
    ):
        assert text in lines
    assert f"4|甲街道|人民路小区|环境卫生|{REMARK}|3||3月12日|3月11日已整改" in lines


def test_figures_of_the_tables_are_those_of_the_snapshot(office, issue, lines):
    kept = frozen(office, issue.key).lists
    for line in kept.boards["street"].itertuples():
        start = f"{line.rank}|{line.unit_name}|{line.score:.2f}|"
        count = f"|{line.sites}|{line.checks}|{line.failed}|{line.coverage:.1%}"
        matching = [text for text in lines if text.startswith(start) and text.endswith(count)]
        assert len(matching) == (0 if line.status == "未督查" else 1)
    for line in kept.losses.itertuples():
        start = f"{line.name}|{line.loss:.2f}|{line.share:.2%}|{line.failed}|{line.checks}|"
        assert sum(text.startswith(start) for text in lines) == 1


def test_the_same_issue_gives_the_same_bytes(office, issue, bulletin):
    assert make_bulletin(office, issue).content == bulletin.content
    archive = zipfile.ZipFile(io.BytesIO(bulletin.content))
    assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert archive.testzip() is None


def test_layout_is_that_of_the_standard(bulletin):
    document = Document(io.BytesIO(bulletin.content))
    section = document.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    sizes = (section.page_width, section.page_height, *margins)
    assert [round(size.mm) for size in sizes] == [210, 297, 37, 35, 28, 26]
    body = document.styles["通报正文"]
    assert body.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert (body.font.size.pt, body.paragraph_format.line_spacing.pt) == (16, 28.95)
    for table in document.tables:
        first = table.rows[0]._tr.trPr
        assert first.find(qn("w:tblHeader")) is not None
        assert all(line._tr.trPr.find(qn("w:cantSplit")) is not None for line in table.rows)


def test_a_draft_says_that_nobody_signed_it(tmp_path):
    office = open_city(tmp_path)
    put(office, "周一", row("甲街道", 2), row("乙街道", 1))
    bulletin = make_bulletin(office, signing.draft(office, MONDAY, "张三"))
    assert bulletin.name == "周通报第10期（3月3日—9日）（征求意见稿）.docx"
    texts = [line.cells[0] for line in read_text(bulletin.content).lines]
    assert texts.count("（未签发）") == 2
    assert "（征求意见稿，未签发，数据以签发的通报为准）" in texts
    # Nothing was before: no movement is claimed, no share of one indicator alone.
    assert "全市得分85.00分。" in texts
    assert not any("上升" in text or "下降" in text or "持平" in text for text in texts)


def test_a_day_is_told_by_the_same_sections(office):
    with reading(office.store) as connection:
        issue = issue_of_window(connection, office, window("day", NEXT))
        material = material_of_issue(connection, office, issue)
        empty = issue_of_window(connection, office, window("month", MONDAY.replace(month=1)))
        with pytest.raises(IntakeError, match="2025年1月没有督查数据"):
            material_of_issue(connection, office, empty)
    texts = [
        block.text
        for block in make_content(material, Layout()).body
        if isinstance(block, Paragraph)
    ]
    assert title_of(material, Layout()) == "文明城市创建督查日报（2025年3月10日）"
    assert "2025年3月10日，共检查点位3个、到访3次，检查6项次，发现问题9处，涉及检查4项次。" in texts
    assert "当日检查点位少，得分和名次仅供参考。" in texts


def test_sections_are_those_that_the_office_wants(material):
    layout = Layout(sections=("demands", "summary"), opening="各街道、各部门：", per_unit=1)
    texts = [block.text for block in make_content(material, layout).body]
    assert texts[:2] == ["各街道、各部门：", "一、工作要求"]
    assert "二、督查情况" in texts
    assert not any("附件：" in text for text in texts)


def test_an_annex_that_does_not_hold_all_is_not_pointed_to(material, monkeypatch):
    def said():
        blocks = make_content(material, Layout()).body
        return [block.text for block in blocks if getattr(block, "text", "").startswith("其余1条")]

    assert said() == ["其余1条见附件。"]
    monkeypatch.setattr(work_sections, "_MOST", 6)  # of seven problems
    assert said() == ["其余1条从略。"]


def test_an_issue_of_an_earlier_version_has_what_was_kept_of_it(office, issue, material):
    with reading(office.store) as connection:
        content = json.loads(zlib.decompress(read_content(connection, issue.key)["content"]))
    assert set(content["bulletin"]) >= {"problems", "sites", "survey", "as_of"}
    blocks = make_content(replace(material, facts=None), Layout()).body
    headings = [block.text for block in blocks if getattr(block, "kind", "") == "通报一级标题"]
    assert [heading.split("、")[1] for heading in headings] == [
        *("督查情况", "排名情况", "表扬和批评", "未评分单位", "主要失分", "工作要求")
    ]


def test_free_texts_of_another_time_are_pointed_out():
    layout = Layout(demands="请于2月30日前反馈。\n3月8日前完成。\n3月20日前复查。")
    warnings = list(old_days(window("week", NEXT), layout))
    assert warnings == [
        "自拟文字里的“2月30日”不是一个日期。",
        "自拟文字里的日期2025年3月8日早于本期，可能是上一期留下的。",
    ]


def test_texts_and_sections_are_kept_for_the_next_issue(tmp_path):
    office = open_city(tmp_path)
    assert layout_in_force(office) == Layout()
    save_layout(office.store, Layout(opening="各街道：", sections=("summary",)))
    assert layout_in_force(office).opening == "各街道："
    with pytest.raises(IntakeError, match="没有“结论”这样的部分"):
        save_layout(office.store, Layout(sections=("结论",)))


def test_control_characters_and_long_words_do_no_harm():
    text = "墙面\x0b破损\x00\ud800 <b>&" + "长" * 5_000
    blocks = [Paragraph(BODY, text), Grid("表", ("甲",), ((text,),), (1,))]
    content = fill(default_shell(), {"{{标题}}": text}, blocks, [], {"属性": "值"})
    lines = [line.cells[0] for line in read_text(content).lines]
    assert lines.count("墙面□破损□□ <b>&" + "长" * 5_000) == 3


def test_a_title_is_broken_where_it_says_so():
    content = fill(default_shell(), {"{{标题}}": "关于三月\n督查的通报"}, [], [], {"属性": "值"})
    assert "关于三月\n督查的通报" in [line.cells[0] for line in read_text(content).lines]


def shell(*texts, **changes):
    document = Document()
    for text in texts:
        document.add_paragraph(text)
    if "header" in changes:
        document.sections[0].header.paragraphs[0].text = changes["header"]
    if "split" in changes:
        for piece in changes["split"]:
            document.paragraphs[0].add_run(piece)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_part(data, name, content):
    buffer = io.BytesIO(data)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


GOOD = ("{{标题}}", "{{正文}}")


def without_part(data, name):
    source, buffer = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for entry in source.namelist():
            if entry != name:
                archive.writestr(entry, source.read(entry))
    return buffer.getvalue()


OUTSIDE = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" TargetMode="External" Target="http://example.com/a.dotx" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/>'
    "</Relationships>"
)


def swollen(name, size):
    """Give a shell with one more part that unpacks to so many bytes of nothing."""
    buffer = io.BytesIO(shell(*GOOD))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(size))
    return buffer.getvalue()


ENTITIES = (
    '<!DOCTYPE w [<!ENTITY a "啊啊啊啊啊啊啊啊"><!ENTITY b SYSTEM "file:///etc/hostname">]>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    "<w:body><w:p><w:r><w:t>{{标题}}&a;&b;</w:t></w:r></w:p></w:body></w:document>"
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (swollen("word/media/a.png", 90 << 20), "外壳太大或太复杂"),
        (swollen("word/a.xml", 41 << 20), "外壳太大或太复杂"),
        (
            with_part(
                without_part(shell(*GOOD), "word/document.xml"), "word/document.xml", ENTITIES
            ),
            "不是 Word 文档",
        ),
        (b"PK" + bytes(11 << 20), "外壳超过 10 MB"),
        (shell("{{标题}}"), "缺少标记 {{正文}}"),
        (shell("{{正文}}"), "缺少标记 {{标题}}"),
        (shell(*GOOD, "{{标题}}"), "标记 {{标题}} 出现了 2 次"),
        (shell(*GOOD, "{{文号}}", "{{文号}}"), "标记 {{文号}} 出现了 2 次"),
        (shell("{{标题}}", "以下：{{正文}}"), "标记 {{正文}} 要单独占一段"),
        (shell(*GOOD, "{{署名}}"), "不认识标记 {{署名}}"),
        (shell(*GOOD, header="{{文号}}"), "标记 {{文号}} 在页眉"),
        (with_part(shell(*GOOD), "word/vbaProject.bin", b"x"), "外壳里有宏"),
        (with_part(shell(*GOOD), "word/_rels/settings.xml.rels", OUTSIDE), "外壳要从别处取内容"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "加了密码"),
        (without_part(shell(*GOOD), "[Content_Types].xml"), "文件结构不完整"),
        (b"%PDF-1.7", "外壳要用 Word 文档"),
        (shell(*GOOD)[:4_000], "不是 Word 文档"),
    ],
)
def test_a_broken_shell_is_refused_by_the_name_of_its_fault(data, message):
    with pytest.raises(IntakeError, match=message.replace("{", "\\{")):
        check_shell(data)


def test_a_shell_of_the_office_is_filled_however_word_split_its_markers(tmp_path):
    office = open_city(tmp_path)
    put(office, "周一", row("甲街道", 2), row("乙街道", 1))
    own = shell("市创建办：", *GOOD, "{{日期}}", split=["文号{{", "文", "号}}。"])
    save_layout(office.store, with_shell(office.store, Layout(), own, "外壳.docx"))
    signed = signing.sign(office, signing.draft(office, MONDAY, "张三").key, "王五", "演字10号")
    texts = [line.cells[0] for line in read_text(make_bulletin(office, signed).content).lines]
    assert texts[:2] == [
        "市创建办：文号演字10号。",
        "关于2025年3月3日—9日\n文明城市创建督查情况的通报",
    ]
    assert texts[-1].startswith("数据依据：入库的2行。校验码：")


def text_of(content, name):
    """Read all cells of a workbook, or all lines of a document."""
    if name.endswith(".docx"):
        return "\n".join("|".join(line.cells) for line in read_text(content).lines)
    book = load_workbook(io.BytesIO(content))
    return "\n".join(f"{cell.value}" for page in book for cells in page for cell in cells)


def test_a_unit_gets_its_own_figures_and_nobody_elses(office, issue):
    sheets = make_unit_sheets(office, issue)
    assert sheets == make_unit_sheets(office, issue)
    archive = zipfile.ZipFile(io.BytesIO(sheets.content))
    names = [f"{name}周通报第11期（3月10日—16日）.docx" for name, _ in STREETS if name != "戊镇"]
    books = [name.replace(".docx", ".xlsx") for name in names]
    assert sorted(archive.namelist()) == sorted([*names, *books])
    sites = {site: street for _, street, site, *_ in LINES}
    for name in archive.namelist():
        unit = name.split("周通报")[0]
        text = text_of(archive.read(name), name)
        assert [street for street, _ in STREETS if street in text] == [unit]
        assert {sites[site] for site in sites if site in text} == {unit}
    lines = ["|".join(line.cells) for line in read_text(archive.read(names[0])).lines]
    for line in (
        "甲街道\n2025年3月10日—16日文明城市创建督查反馈单",
        "得分80.00分，较上期下降14.00分，在主城区3个单位中列第3名。",
        # The others of its group are told without their names.
        *("1|—|94.00", "2|—|92.00", "3|甲街道|80.00"),
        "公共环境|70.0%|18.00",
        "公共秩序|95.0%|2.00",
        "本期发现的问题3条，反馈已整改1条，整改率33.33%（1/3），期限已过的2条中按期整改1条。",
    ):
        assert line in lines
    # 4 and 2 points were lost at 环境卫生, the first of which was answered; 1 at 停车秩序, which is not due.
    first = lines.index("四、优先整改事项")
    assert lines[first + 1] == "1.人民路小区“环境卫生”一项不符合要求。已逾期。"
    assert lines[first + 2].startswith("2.人民路小区“停车秩序”一项")
    assert recheck(office, archive.read(names[0]), names[0]).is_same


def test_a_period_without_problems_says_so_and_no_more(tmp_path):
    office = open_city(tmp_path)
    put(office, "周一", row("甲街道", 0))
    signed = signing.sign(office, signing.draft(office, MONDAY, "张三").key, "王五", "演字10号")
    texts = [line.cells[0] for line in read_text(make_bulletin(office, signed).content).lines]
    headings = [text.split("、")[1] for text in texts if text[1:2] == "、"]
    assert headings == [
        *("督查情况", "排名情况", "表扬和批评", "未评分单位", "存在问题", "反复问题", "工作要求")
    ]
    assert {"本期未发现问题。", "本期无反复出现问题的点位。", "主城区：甲街道100.00分。"} <= set(
        texts
    )
    assert not any("附件" in text for text in texts)
