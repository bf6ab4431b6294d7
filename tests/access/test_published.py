"""What of a signed issue is for accounts that see the figures of no other unit."""

from io import BytesIO

import openpyxl
import pytest

from tests.publishing.bulletin_city import signed_city
from wenming_metrics.access.viewer import Viewer, bind
from wenming_metrics.publishing.issues import issues
from wenming_metrics.publishing.published import published_file


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return signed_city(tmp_path_factory.mktemp("published"))


def test_the_file_holds_ranks_and_of_other_boards_names_alone(office):
    key = issues(office)[0].key
    bound = bind(office, Viewer("jie", "街甲", "责任单位", units=frozenset({1}), acts=frozenset()))
    book = openpyxl.load_workbook(BytesIO(published_file(bound, key)))
    cells = {
        sheet.title: [[cell for cell in row if cell is not None] for row in sheet.values]
        for sheet in book
    }
    assert not [title for title in cells if title.endswith("名单")]
    assert any("得分" in row for row in cells["街道排名"])
    departments = [row for row in cells["部门"] if "城管局" in map(str, row)]
    assert departments == [["城管局"]]
