"""The workbook of a period: native charts, bars in cells, ready to print, numbers that are numbers."""

import io
import zipfile

import pytest
from openpyxl import load_workbook

from tests.publishing.bulletin_city import signed_city
from wenming_metrics.publishing.issues import issues
from wenming_metrics.publishing.signed_workbook import period_file
from wenming_metrics.publishing.snapshot import frozen


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return signed_city(tmp_path_factory.mktemp("workbook"))


@pytest.fixture(scope="module")
def content(office):
    name, content = period_file(office, issues(office)[0])
    assert name == "周通报第11期（3月10日—16日）.xlsx"
    assert period_file(office, issues(office)[0])[1] == content
    return content


@pytest.fixture(scope="module")
def book(content):
    return load_workbook(io.BytesIO(content))


def test_the_sheets_are_ready_to_print_and_their_numbers_are_numbers(book):
    names = [
        "街道排名",
        "街道排名图",
        "街道名单",
        "部门清单",
        "失分",
        "失分图",
        "失分指标",
        "整改",
        "整改图",
    ]
    assert [name for name in book.sheetnames if name in names] == sorted(
        names, key=book.sheetnames.index
    )
    assert set(names) <= set(book.sheetnames)
    for page in book:
        assert int(page.page_setup.paperSize) == 9
        assert page.page_setup.fitToWidth == 1
        if not page.title.endswith("图"):
            assert (page.freeze_panes, page.print_title_rows) == ("A3", "$1:$2")
    states = {
        row[0].value: [cell.value for cell in row[1:8]] for row in book["整改"].iter_rows(3, 8)
    }
    # 甲街道: 3 found, all to be put right, 1 answered; 2 fell due, 1 of them in time.
    assert states["甲街道"] == [3, 3, 1, pytest.approx(1 / 3), 2, 1, 0.5]
    losses = {row[0].value: row[1].value for row in book["失分"].iter_rows(3, 4)}
    assert losses == {"公共环境": pytest.approx(7.2), "公共秩序": pytest.approx(6.0)}


def test_every_score_is_that_of_the_snapshot(office, book):
    board = frozen(office, issues(office)[0].key).lists.boards["street"]
    heads = [cell.value for cell in book["街道排名"][2]]
    unit, score = heads.index("单位"), heads.index("得分")
    shown = {
        row[unit].value: row[score].value for row in book["街道排名"].iter_rows(3, 2 + len(board))
    }
    assert {name: value for name, value in shown.items() if value is not None} == {
        line.unit_name: pytest.approx(line.score)
        for line in board.itertuples()
        if line.score == line.score
    }


def test_charts_and_bars_are_native_and_start_at_zero(content, book):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        texts = [archive.read(name).decode() for name in charts]
    assert len(charts) == 3
    assert all('<c:min val="0"' in text or '<min val="0"' in text for text in texts)
    for name in ("街道排名", "失分", "整改"):
        (ranges,) = book[name].conditional_formatting
        (rule,) = ranges.rules
        assert rule.type == "dataBar"
        assert (rule.dataBar.cfvo[0].type, rule.dataBar.cfvo[0].val) == ("num", 0)
