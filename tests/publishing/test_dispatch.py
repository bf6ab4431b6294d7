"""交办 of all that waits: to each unit its own, once; papers that come back as answers."""

import io
import zipfile
from datetime import date

import pandas as pd
import pytest
from openpyxl import load_workbook
from PIL import Image

from tests.decisions.test_problem_moves import DAY, make, row_of, states, unit
from tests.offices import copy_office
from wenming_metrics.decisions.dispatch import (
    DispatchTerms,
    dispatch,
    dispatch_preview,
    problems_by_unit,
)
from wenming_metrics.decisions.problem_moves import make_moves, order_now
from wenming_metrics.decisions.reminders import send_reminders
from wenming_metrics.domain.periods import today
from wenming_metrics.export.word.blocks import BODY, Paragraph, Pictures
from wenming_metrics.export.word.document import fill
from wenming_metrics.export.word.shell import default_shell
from wenming_metrics.intake import commit
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.dispatch.orders import dispatches, read_dispatch
from wenming_metrics.publishing.dispatch.papers import dispatch_papers, until
from wenming_metrics.publishing.dispatch.reminder_papers import reminder_papers
from wenming_metrics.queries.problems.choices import unit_numbers
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.queries.problems.reminders import reminders, sent_reminders
from wenming_metrics.reading.sandbox.documents import read_text
from wenming_metrics.reading.sandbox.photo import prepare_photo

pytestmark = pytest.mark.store

DOCUMENT = "创建办交办〔2026〕3号"
TERMS = DispatchTerms(DOCUMENT, today(), "立行立改。\n举一反三。", "王五")


@pytest.fixture
def office(tmp_path):
    return copy_office(tmp_path, "problem moves", make)


def waiting(office):
    lines = problem_view(office, 60).lines
    return lines[lines["state"] == "待交办"]


def hand_out(office):
    grouped = problems_by_unit(waiting(office), unit_numbers(office))
    return dispatch(office, grouped, TERMS, "甲")


def members(office):
    name, content = dispatch_papers(office, DOCUMENT)
    assert name == f"{DOCUMENT}交办单.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {entry: archive.read(entry) for entry in archive.namelist()}


def test_each_unit_is_given_its_own(office):
    # 三号 names 城管局, 四号 names 甲街道; 一号 and 二号 came with numbers, 五号 waits for 核实.
    assert dict(dispatch_preview(waiting(office))[["unit_name", "problems"]].values) == {
        "城管局": 1,
        "甲街道": 1,
    }
    assert len(hand_out(office)) == 2
    assert states(office) == ["整改中", "整改中", "待签收", "待签收", "待核实"]
    listed = dispatches(office).iloc[0]
    assert listed[["document_no", "problems", "units"]].tolist() == [DOCUMENT, 2, 2]
    handed_out = read_dispatch(office, DOCUMENT)
    assert (handed_out.chief, handed_out.day) == ("王五", today())
    assert sorted(handed_out.lines["site_name"]) == ["三号", "四号"]


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ([date(2026, 11, 24)] * 2, "于2026年11月24日前"),
        (
            [date(2026, 11, 24), date(2026, 11, 23)],
            "按表中各条的整改时限（最早2026年11月23日，最迟2026年11月24日）",
        ),
        ([date(2026, 11, 24), None], "按表中各条的整改时限（有的没有时限）"),
        ([None], "尽快"),
    ],
)
def test_a_paper_names_no_day_that_its_table_does_not(due, words):
    assert until(pd.DataFrame({"due": pd.Series(due, dtype=object)})) == words


def test_handing_out_again_is_refused_and_sends_nothing(office):
    grouped = problems_by_unit(waiting(office), unit_numbers(office))
    first = dispatch(office, grouped, TERMS, "甲")
    with pytest.raises(IntakeError, match="本轮已经交办过"):
        dispatch(office, grouped, DispatchTerms("又一批", today()), "甲")
    assert dispatches(office)["document_no"].tolist() == [DOCUMENT]
    assert sorted(read_dispatch(office, DOCUMENT).lines["number"]) == sorted(first)


def test_a_number_of_a_hand_out_is_used_once(office):
    # Both would be printed on the same papers, with the limit and the requirement of one of them.
    by_unit = problems_by_unit(waiting(office), unit_numbers(office))
    (first, of_first), (second, of_second) = by_unit.items()
    dispatch(office, {first: of_first}, TERMS, "甲")
    with pytest.raises(IntakeError, match="已经交办过 1 条"):
        dispatch(office, {second: of_second}, TERMS, "甲")


def test_one_that_is_refused_keeps_all_back(office):
    lead = unit(office, "城管局")
    problems = {lead: [row_of(office, "三号")], unit(office, "甲街道"): [row_of(office, "五号")]}
    with pytest.raises(IntakeError, match="待核实"):
        dispatch(office, problems, TERMS, "甲")
    assert states(office)[2] == "待交办"
    assert dispatches(office).empty


def test_a_problem_of_nobody_is_told(office):
    nobody = waiting(office).assign(unit_name="")
    with pytest.raises(IntakeError, match="有 2 条问题没有写明责任单位"):
        problems_by_unit(nobody, unit_numbers(office))


def test_a_hand_out_needs_a_number_by_which_it_is_found(office):
    grouped = problems_by_unit(waiting(office), unit_numbers(office))
    with pytest.raises(IntakeError, match="文号或批次"):
        dispatch(office, grouped, DispatchTerms(" ", today()), "甲")
    with pytest.raises(IntakeError, match="没有文号或批次"):
        read_dispatch(office, "没有的")


def test_the_papers_hold_nothing_of_another_unit(office):
    hand_out(office)
    papers = members(office)
    assert sorted(papers) == [
        "交办汇总.xlsx",
        "城管局/城管局_交办单.docx",
        "城管局/城管局_整改反馈.xlsx",
        "甲街道/甲街道_交办单.docx",
        "甲街道/甲街道_整改反馈.xlsx",
        "转发文字.txt",
    ]
    lines = ["|".join(line.cells) for line in read_text(papers["城管局/城管局_交办单.docx"]).lines]
    said = "\n".join(lines)
    assert "现将督查发现的问题1条、1处交办你单位" in said
    assert "（一）立行立改。" in lines
    assert "（二）举一反三。" in lines
    assert any("|三号|环境|堆物|1|" in line for line in lines)
    assert "四号" not in said
    assert "甲街道" not in said
    assert papers == members(office)


def test_a_form_that_is_filled_in_comes_back_as_an_answer(office):
    hand_out(office)
    book = load_workbook(io.BytesIO(members(office)["城管局/城管局_整改反馈.xlsx"]))
    page = book["整改反馈"]
    headings = {cell.value: cell.column for cell in page[2]}
    page.cell(3, headings["整改情况"], "已整改")
    page.cell(3, headings["整改措施"], "已清理")
    page.cell(3, headings["完成时间"], today().isoformat())
    content = io.BytesIO()
    book.save(content)
    preview = commit.inspect(office, content.getvalue(), "城管局反馈.xlsx")
    assert preview.reading.kind == "rectification"
    assert preview.reading.counts.held == 0
    commit.commit(office, preview, "乙")
    assert states(office)[2] in ("待核查", "已销号")
    assert states(office)[3] == "待签收"


def jpeg(size=(3000, 2000)):
    picture, content = Image.new("RGB", size, "green"), io.BytesIO()
    exif = picture.getexif()
    exif[0x010F] = "相机"  # maker
    exif[0x0112] = 6  # lies on its side
    picture.save(content, "JPEG", exif=exif)
    return content.getvalue()


def test_a_picture_loses_what_it_tells_and_stands_upright():
    photo = prepare_photo(jpeg())
    assert (photo.width, photo.height) == (800, 1200)
    assert b"Exif" not in photo.content
    assert not Image.open(io.BytesIO(photo.content)).getexif()


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff no picture", b"<svg/>", b"PK\x03\x04"])
def test_what_is_no_picture_gives_none(content):
    assert prepare_photo(content) is None


def test_pictures_stand_in_a_document():
    photo = prepare_photo(jpeg((40, 30)))
    pictures = Pictures(((photo.content, photo.width, photo.height, "1 三号"),) * 3)
    content = fill(default_shell(), {}, [Paragraph(BODY, "正文")], [pictures], {})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert any(name.startswith("word/media/") for name in archive.namelist())
    assert "1 三号 / 1 三号" in [line.cells[0] for line in read_text(content).lines]


def test_the_day_of_the_limit_is_today_at_the_least(office):
    with pytest.raises(IntakeError):
        dispatch(
            office,
            problems_by_unit(waiting(office), unit_numbers(office)),
            DispatchTerms(DOCUMENT, date(2026, 1, 1)),
            "甲",
        )


def test_reminders_are_numbered_written_down_and_sent_once(office):
    as_of = date(2026, 11, 17)
    lines = reminders(office, problem_view(office, 30, as_of))
    # P1 and P2 of 城管局 fell due on the 12th, three working days before.
    assert lines[["level", "unit_name", "problems", "sent"]].values.tolist() == [
        ["催办", "城管局", 2, ""]
    ]
    documents = send_reminders(office, lines, "甲")
    year = today().year
    assert documents == [f"催办〔{year}〕1号"]
    again = reminders(office, problem_view(office, 30, as_of))
    assert again["sent"].tolist() == documents
    with pytest.raises(IntakeError, match="这些都已经发过"):
        send_reminders(office, again, "甲")
    sent = sent_reminders(office)
    assert sent[["document_no", "level", "unit_name", "problems", "who"]].values.tolist() == [
        [documents[0], "催办", "城管局", 2, "甲"]
    ]
    with zipfile.ZipFile(io.BytesIO(reminder_papers(office, documents))) as archive:
        papers = {name: archive.read(name) for name in archive.namelist()}
    assert list(papers) == [f"催办〔{year}〕1号_城管局.docx", "转发文字.txt"]
    text = "\n".join(" ".join(line.cells) for line in read_text(papers[list(papers)[0]]).lines)
    late = (today() - date(2026, 11, 12)).days
    for words in ("关于限期整改交办问题的催办", documents[0], "2 条问题超过整改时限", "P1 一号"):
        assert words in text
    assert f"11月12日（逾期{late}天）" in text
    assert "P2：二号，环境，应于11月12日前整改" in papers["转发文字.txt"].decode("utf-8-sig")
    # At the next level it is due again, under a number of its own.
    later = reminders(office, problem_view(office, 30, date(2026, 11, 30)))
    assert later[["level", "sent"]].values.tolist() == [["提级督办", ""]]
    with pytest.raises(IntakeError, match="没有文号是“催办〔1999〕1号”"):
        reminder_papers(office, ["催办〔1999〕1号"])


def test_who_assists_and_has_not_reported_is_reminded(office):
    lead, helping = unit(office, "城管局"), unit(office, "乙街道")
    order = order_now("交办", "甲", DAY, unit=lead, due=DAY + 1, assisting=(helping,))
    (number,) = make_moves(office, [row_of(office, "三号")], order)
    make_moves(office, [number], order_now("反馈", "甲", DAY + 1))
    lines = reminders(office, problem_view(office, 30, date(2026, 11, 11))).set_index("unit_name")
    assert lines.loc["乙街道", ["level", "numbers"]].tolist() == ["提示", number]
    assert "协办情况未报" in lines.loc["乙街道", "text"]
    make_moves(office, [number], order_now("协办反馈", "甲", DAY + 2, unit=helping))
    lines = reminders(office, problem_view(office, 30, date(2026, 11, 12)))
    assert "乙街道" not in lines["unit_name"].tolist()


def test_who_has_not_signed_is_sent_one_paper(office):
    lines = reminders(office, problem_view(office, 30, date(2026, 11, 17)))
    send_reminders(office, lines, "甲")
    # Not signed: sent once as well.
    make_moves(
        office,
        [row_of(office, "三号")],
        order_now("交办", "甲", DAY, unit=unit(office, "乙街道"), due=DAY + 90),
    )
    unsigned = reminders(office, problem_view(office, 30, today()))
    unsigned = unsigned[unsigned["level"] == "未签收"]
    assert send_reminders(office, unsigned, "甲") == [f"提示〔{today().year}〕1号"]
    again = reminders(office, problem_view(office, 30, today())).set_index("level")
    assert again.loc["未签收", "sent"] == f"提示〔{today().year}〕1号"
