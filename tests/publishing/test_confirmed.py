"""Names and pictures go out only after a person has said so; what they carry is written anew."""

import hashlib
import io
from datetime import timedelta

import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select

from tests.offices import copy_office
from tests.publishing.city import MONDAY, open_city, put, row
from wenming_metrics.export.word.blocks import Paragraph, Pictures
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing import signing
from wenming_metrics.publishing.bulletin.confirmed import (
    CONFIRMED,
    LEFT_OUT,
    WAITING,
    candidates_of,
    confirm_names,
    confirmed_names,
    judge_picture,
    names_gone,
    names_noted,
    picture_of,
)
from wenming_metrics.publishing.bulletin.document import make_bulletin, make_unit_sheets
from wenming_metrics.publishing.bulletin.layout import Layout
from wenming_metrics.publishing.bulletin.material import material_of_issue
from wenming_metrics.publishing.bulletin.recheck import recheck
from wenming_metrics.publishing.bulletin.sections import make_content
from wenming_metrics.publishing.bulletin.self_check import check_before
from wenming_metrics.publishing.signed_workbook import period_file
from wenming_metrics.publishing.signing import draft_lists
from wenming_metrics.reading.sandbox.documents import read_text
from wenming_metrics.store import schema
from wenming_metrics.store.database import reading, writing
from wenming_metrics.store.pictures import save_pictures


def jpeg(size=(400, 300), color="green"):
    picture, content = Image.new("RGB", size, color), io.BytesIO()
    exif = picture.getexif()
    exif[0x0132] = "2025:03:03 09:00:00"
    picture.save(content, "JPEG", exif=exif)
    return content.getvalue()


PICTURES = [jpeg(), jpeg(color="red"), jpeg((2, 2)), b"\xff\xd8\xff" + b"x" * 9_000]


@pytest.fixture
def office(tmp_path):
    """Open a city whose first row bears four pictures: two sound ones, one of 2 pixels, one that is none."""
    return copy_office(tmp_path, "city of pictures", make)


def make(folder):
    office = open_city(folder)
    put(office, "周一", row("甲街道", 2), row("乙街道", 0), row("乙街道", 1, MONDAY + timedelta(1)))
    with writing(office.store) as connection:
        table = schema.row
        query = select(table.c.batch, table.c.sheet, table.c.source_row).where(table.c.lost > 0)
        place = connection.execute(query.order_by(table.c.day)).first()
        digests = [hashlib.sha256(content).hexdigest() for content in PICTURES]
        placements = pd.DataFrame(
            {"sheet": place.sheet, "source_row": place.source_row, "digest": digests}
        )
        placements = placements.assign(position=8, n=range(len(PICTURES)))
        contents = {
            digest: ("jpeg", content) for digest, content in zip(digests, PICTURES, strict=True)
        }
        save_pictures(connection, place.batch, placements, contents)
    return office


def content_of(office, issue):
    with reading(office.store) as connection:
        return make_content(material_of_issue(connection, office, issue), Layout())


def test_a_picture_goes_out_only_after_a_person_looked_at_it(office):
    issue = signing.draft(office, MONDAY, "张三")
    found = candidates_of(office, issue)
    assert [one.state for one in found] == [WAITING] * 4
    assert found[0].caption == "甲街道 一号点：“环境”一项"
    assert not [block for block in content_of(office, issue).annexes if isinstance(block, Pictures)]
    checks = check_before(office, issue).set_index("check_item")
    assert checks.loc["照片", "check_note"] == "打码已确认的0张放入通报，待确认的4张不放入"
    judge_picture(office, issue, found[0].digest, CONFIRMED, "李四")
    judge_picture(office, issue, found[1].digest, LEFT_OUT, "李四")
    for broken in found[2:]:
        assert picture_of(office, broken.digest) is None
        with pytest.raises(IntakeError, match="这张照片打不开，或者太小、太大"):
            judge_picture(office, issue, broken.digest, CONFIRMED, "李四")
    with pytest.raises(IntakeError, match="请写明经办人"):
        judge_picture(office, issue, found[0].digest, CONFIRMED, " ")
    with pytest.raises(IntakeError, match="照片只能写"):
        judge_picture(office, issue, found[0].digest, "再看看", "李四")
    signed = signing.sign(office, issue.key, "王五", "演字10号")
    (pictures,) = [one for one in content_of(office, signed).annexes if isinstance(one, Pictures)]
    ((content, width, height, text),) = pictures.pictures
    assert (width, height, text) == (400, 300, "甲街道 一号点：“环境”一项")
    assert not Image.open(io.BytesIO(content)).getexif()
    with pytest.raises(IntakeError, match="已经签发，名单和照片不能再改"):
        judge_picture(office, signed, found[1].digest, CONFIRMED, "李四")
    bulletin = make_bulletin(office, signed)
    assert bulletin == make_bulletin(office, signed)
    assert recheck(office, bulletin.content, bulletin.name).is_same
    assert make_unit_sheets(office, signed) == make_unit_sheets(office, signed)


def test_names_are_those_of_the_proposed_lists_that_a_person_confirmed(office):
    issue = signing.draft(office, MONDAY, "张三")
    lists = draft_lists(office, issue)
    said = [block.text for block in content_of(office, issue).body if isinstance(block, Paragraph)]
    assert any("建议名单" in text for text in said)
    assert names_noted(office, issue) == {}
    with pytest.raises(IntakeError, match="“甲街道”不在建议名单里"):
        confirm_names(office, issue, lists, ["甲街道"], [], "李四")
    confirm_names(office, issue, lists, ["乙街道"], [], "李四")
    assert names_noted(office, issue)["who"] == "李四"
    notes = check_before(office, issue).set_index("check_item")
    assert notes.loc["表扬和批评"].tolist() == [
        "请核对",
        "已确认1个单位，其中乙街道依据不足：只有一周、期数不够，或者样本不足",
    ]
    signed = signing.sign(office, issue.key, "王五", "演字10号")
    said = [block.text for block in content_of(office, signed).body if isinstance(block, Paragraph)]
    assert "对乙街道（1个）予以通报表扬。" in said
    assert not any("建议名单" in text or "通报批评" in text for text in said)
    named = sheet_of(office, signed, "街道名单")
    assert [line[1:4] for line in named[2:3]] == [("排名靠前", 1, "乙街道")]
    assert not any("甲街道" in line for line in named)


def test_what_is_signed_without_confirmed_names_names_nobody(office):
    draft = signing.draft(office, MONDAY, "张三")
    proposed = make_bulletin(office, draft).content
    assert any("建议名单（1个）" in line.cells[0] for line in read_text(proposed).lines)
    assert any("乙街道" in line for line in sheet_of(office, draft, "街道名单"))
    signed = signing.sign(office, draft.key, "王五", "演字10号")
    said = [block.text for block in content_of(office, signed).body if isinstance(block, Paragraph)]
    heading = said.index("三、表扬和批评")
    assert said[heading + 1] == "本期没有经确认通报表扬、通报批评的单位。"
    assert not any("建议名单" in text for text in said)
    assert sheet_of(office, signed, "街道名单") is None
    assert check_before(office, signed).set_index("check_item").loc["表扬和批评", "check_note"] == (
        "没有确认，签发的通报不列名"
    )


def test_a_signed_document_of_an_earlier_version_is_told_apart_from_a_changed_one(office):
    issue = signing.draft(office, MONDAY, "张三")
    signed = signing.sign(office, issue.key, "王五", "演字10号")
    document = Document(io.BytesIO(make_bulletin(office, signed).content))
    line = next(one for one in document.paragraphs if "没有经确认" in one.text)
    line.runs[0].text = "主城区排名靠前建议名单（1个）：乙街道（第1名，95.00分）。"
    buffer = io.BytesIO()
    document.save(buffer)
    result = recheck(office, buffer.getvalue(), "通报.docx")
    assert result.remarks == ("这份是以前的版本出的，列有没有确认的建议名单，请重新下载。",)


def sheet_of(office, issue, name):
    """Give the rows of one sheet of a period's workbook; None where there is none."""
    book = load_workbook(io.BytesIO(period_file(office, issue)[1]))
    return list(book[name].iter_rows(values_only=True)) if name in book.sheetnames else None


def test_names_that_are_no_longer_proposed_are_pointed_out(office):
    # 乙 has 95 and 甲 80, but with twenty sound places more 甲 has 99, until they are withdrawn.
    more = [row("甲街道", 0, MONDAY + timedelta(2), f"{n}号点") for n in range(20)]
    batch = put(office, "补", *more)
    issue = signing.draft(office, MONDAY, "张三")
    confirm_names(office, issue, draft_lists(office, issue), ["甲街道"], ["乙街道"], "李四")
    commit.withdraw(office, batch, "张三", "发错了表")
    now = draft_lists(office, issue)
    with reading(office.store) as connection:
        assert names_gone(connection, issue, now) == ["甲街道", "乙街道"]
        assert confirmed_names(connection, issue, now).empty
    notes = check_before(office, issue)
    assert "甲街道、乙街道已不在建议名单里，请重新确认" in set(notes["check_note"])


def test_the_document_is_checked_before_it_goes_out(office):
    issue = signing.draft(office, MONDAY, "张三")
    checks = check_before(office, issue).set_index("check_item")
    assert checks.loc["数字", "check_verdict"] == "通过"
    assert checks.loc["数字", "check_note"].endswith("个数字逐个对照，全部一致")
    assert checks.loc["版式", "check_note"] == "A4，页边距、字号、行距符合 GB/T 9704-2012"
    assert checks.loc["篇幅", "check_note"].endswith("字，没有超过5000字")
    assert checks.loc["表扬和批评", "check_note"] == "没有确认，签发的通报不列名"
