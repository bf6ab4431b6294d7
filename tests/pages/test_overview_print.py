"""总览 as files: one page, one long picture, with the figures that the page shows."""

import io
from dataclasses import replace

import pytest
from PIL import Image
from pypdf import PdfReader

from wenming_metrics.export.typeset import LEADER, PHONE, print_pdf, print_pictures
from wenming_metrics.ui.frame.cards import Card, LinkedPiece, linked_card
from wenming_metrics.ui.overview import printed as overview_print
from wenming_metrics.ui.overview.alerts import Alert
from wenming_metrics.ui.overview.printed import printed
from wenming_metrics.ui.overview.view import CityView, GroupEnds, PlacedUnit

pytestmark = pytest.mark.only("sqlite")


def view(groups=3, units=3):
    def figure(label, value, unit, *lines):
        return linked_card(Card(label, value, unit, lines), label, "pages/trends.py", label, {})

    ends = tuple(
        (
            side,
            title,
            tuple(
                PlacedUnit(f"街_{n}", str(n + 1), f"9{n}.25", f"↑{n + 1}", is_sure=False)
                for n in range(units)
            ),
            ("第 3 名并列 4 个，超过名单上限，未列名",) if side == "back" else (),
        )
        for side, title in (("front", "靠前"), ("back", "靠后"))
    )
    facts = ("公共环境", "3.21分（26.0%）")
    loss = LinkedPiece("", "loss-0", "pages/losses.py", "公共环境", {}, facts)
    return CityView(
        sentence="本周全市 **88.12** 分，比上周降 1.57 分，与上周基本持平。",
        alerts=(Alert("领导", "**!** 逾期7条：城管局2条", "pages/rectification.py", {}),),
        figures=(
            figure("全市得分", "88.12", "", "较上周▼1.57", "目标90"),
            figure("逾期", "7", "条"),
        ),
        of_day=(),
        groups=tuple(GroupEnds(f"第{n}组", 14, 12, ends) for n in range(groups)),
        losses=(loss,),
        sites=(),
        returning=0,
        survey=Alert("领导", "**两率一度** 三季度：知晓率78.07%", "pages/survey.py", {}),
        check_count=12_345,
    )


FOOT = "测评办法：演示 · 检查 12,345 项次"
SIGNED = "周通报第47期已签发 文〔2026〕47号 · 2026-11-23 · 校验码 0123456789"


def laid_out(shown, title, form):
    return printed(shown, title, SIGNED, FOOT, form)


def test_a_full_city_stays_on_one_page():
    full = view(groups=4)
    facts = ("竹溪小区", "荷风街道 · 非机动车入线停放、盲道连续不被占、无流动摊贩占道等4个")
    back = replace(full.losses[0], cells=(*facts, "3天查出10条问题"))
    sites = (back,) * 4
    full = replace(
        full, losses=full.losses * 5, sites=sites, alerts=full.alerts * 5, figures=full.figures * 2
    )
    reader = PdfReader(io.BytesIO(print_pdf(laid_out(full, "11月16日至22日", LEADER))))
    assert len(reader.pages) == 1


def test_one_page_says_what_the_page_says():
    reader = PdfReader(io.BytesIO(print_pdf(laid_out(view(), "11月16日至22日", LEADER))))
    assert len(reader.pages) == 1
    text = "".join(reader.pages[0].extract_text().split())
    for piece in (
        *(
            "总览",
            "11月16日至22日",
            "已签发文〔2026〕47号",
            "校验码0123456789",
            "逾期7条：城管局2条",
            "本周全市88.12分，比上周降1.57分",
        ),
        *(
            "全市得分",
            "较上周▼1.57；目标90",
            "7条",
            "第0组（12/14）",
            "街_2",
            "92.25",
            "↑3",
        ),
        *("第3名并列4个", "公共环境3.21分（26.0%）", "知晓率78.07%", "检查12,345项次"),
    ):
        assert "".join(piece.split()) in text, piece
    assert not set("*[]<>\\") & set(text)


def test_the_long_picture_is_one_and_as_wide_as_a_phone_reads():
    (picture,) = print_pictures(laid_out(view(), "11月16日至22日", PHONE), 144.0)
    with Image.open(io.BytesIO(picture)) as drawn:
        assert drawn.width == 840
        assert drawn.height > drawn.width


def test_a_day_gives_its_own_figures():
    of_day = view().__class__(
        **{
            **vars(view()),
            "of_day": (Card("督查点位", "38", "个", ("检查1,200项次",)),),
            "groups": (),
        }
    )
    text = "".join(
        PdfReader(io.BytesIO(print_pdf(laid_out(of_day, "11月20日", LEADER))))
        .pages[0]
        .extract_text()
        .split()
    )
    assert "督查点位38个检查1,200项次" in text
    assert "全市得分" not in text


@pytest.mark.parametrize(("installed", "notes"), [(True, 0), (False, 1)])
def test_files_that_cannot_be_made_are_explained_with_what_to_install(
    monkeypatch, installed, notes
):
    said = []
    monkeypatch.setattr(overview_print, "is_installed", lambda: installed)
    monkeypatch.setattr(overview_print.page, "note", said.append)
    overview_print.say_missing()
    assert len(said) == notes
    for text in said:
        assert "打印一页" in text
        assert "长图" in text
        assert 'pip install "typst' in text
