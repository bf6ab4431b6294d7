"""The workbook of a survey: what may not be told stands in no cell of it."""

from io import BytesIO

from openpyxl import load_workbook

from tests.ui.survey_frames import CITY, NAN, totals
from wenming_metrics.export.surveys import survey_workbook


def test_the_workbook_holds_what_is_shown_and_nothing_of_what_is_hidden():
    units = CITY.assign(
        against="", remark=["", "", "", "", "样本不足，仅供参考", "样本过少，不公布"]
    )
    city = totals().assign(unknown=1, refused=0, blank=0, not_asked=0)
    line = {"title": "您满意吗", "option_title": "满意", "n": NAN, "share": NAN, "base": NAN}
    answers = units.head(1)[[]].assign(**line, said="样本过少，不公布")
    titles = {"satisfied": "满意度"}
    made = survey_workbook(units, city, answers, titles, "=两率一度", ["说明"])
    book = load_workbook(BytesIO(made))
    assert book.sheetnames == ["各单位", "全市和各组", "按题目"]
    rows = list(book["各单位"].iter_rows(values_only=True))
    assert rows[0][0] == "=两率一度"
    assert book["各单位"]["A1"].data_type == "s"
    by_name = {row[2]: row for row in rows[2:8]}
    assert by_name["甲街道"][3:8] == ("满意度", 97.5, 95.5, 99.5, 200)
    assert by_name["己街道"][3:8] == ("满意度", None, None, None, 6)
    assert by_name["己街道"][1] is None
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert 33.3 not in cells
