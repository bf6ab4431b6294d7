"""The page 问题整改 as a session sees it: figures, filters of the address, what is taken up by hand."""

import pytest

from tests.decisions.test_problem_moves import make
from tests.offices import copy_office
from tests.pages.test_pages import texts, visit

pytestmark = pytest.mark.only("sqlite")


@pytest.fixture
def office(tmp_path, monkeypatch):
    made = copy_office(tmp_path, "problem moves", make)
    monkeypatch.setenv("WENMING_STORE", made.store.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    return made


def test_the_page_tells_what_is_late_and_takes_up_an_instruction(office):
    app = visit("rectification", fix_term="逾期", fix_unit="没有这个单位")
    told = texts(app)
    assert "发现问题 5 条，已交办 2 条，其中还没有整改完的 2 条；逾期 2 条，在**城管局**" in told
    assert "共 2 条。" in told, "the term narrows the list, a unit that is not there does not"
    assert "整改完以责任单位反馈已整改为准" in told
    app.text_input(key="who").input("甲")
    app.text_input(key="fix-content").input("整治三号地块").run()
    app.button(key="fix-add").click().run()
    assert not app.exception
    assert "已登记，问题编号 2026000001。" in texts(app)


def test_the_overview_has_one_line_of_it(office):
    assert "近30天发现的：逾期 2 条（城管局 2 条）" in texts(visit())
