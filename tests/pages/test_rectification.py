"""The page 问题整改 as a session sees it: figures, filters of the address, what is taken up by hand."""

import pytest

from tests.decisions.test_answers import send
from tests.decisions.test_problem_moves import DAY, make
from tests.offices import copy_office
from tests.pages.test_pages import texts, visit
from wenming_metrics.decisions import look_back
from wenming_metrics.decisions.look_back import LOOK_BACK, drawn_chances
from wenming_metrics.decisions.problem_moves import make_moves, order_now
from wenming_metrics.ui.problems import rechecks

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
    reported = texts(visit("rectification", fix_source="群众"))
    assert "以上是全市的数；问题清单、交办按所选的状态、单位、时限、来源列出。" in reported
    assert "共 1 条。" in reported
    app.session_state["fix-elsewhere-part"] = app.session_state["fix-channels"] = True
    app.text_input(key="who").input("甲").run()
    assert "不在本表：还没有交办、不属实的 1 条。" in texts(app), "what 12345 leaves out"
    app.text_input(key="fix-content").input("整治三号地块").run()
    app.button(key="fix-add").click().run()
    assert not app.exception
    assert "已登记，问题编号 2026000001。" in texts(app)


def test_the_overview_says_it_in_an_alert_and_in_its_sentence(office):
    app = visit()
    alerts = [link.proto.label for link in app.get("page_link")]
    late = next(label for label in alerts if "逾期2条" in label)
    assert late.startswith("**!** 逾期2条：城管局2条（最长")
    assert "；逾期未改2条，最长" in texts(app)


def test_a_page_that_is_drawn_again_reads_no_list_anew(office, monkeypatch):
    asked = []

    def counted(*given):
        asked.append(given)
        return look_back.recheck_list(*given)

    monkeypatch.setattr(rechecks, "recheck_list", counted)
    app = visit("rectification")
    first = texts(app)
    assert texts(app.run()) == first
    assert not app.exception
    assert len(asked) == 1


def test_a_list_to_look_again_is_drawn_on_the_page_and_reminders_are_sent(office):
    done = ["P1", "城管局", "一号", "堆物", "已清走", "已整改", "2026-11-10"]
    send(office, done)
    for act, who in (("核查通过", "乙"), ("销号", "丙")):
        make_moves(office, ["P1"], order_now(act, who, DAY + 2, way="现场"))
    app = visit("rectification")
    app.text_input(key="who").input("甲").run()
    app.button(key="fix-remind-send").click().run()
    assert not app.exception
    assert "已编号 1 份，在下面下载。" in texts(app)
    (kinds,) = (g for g in app.get("button_group") if g.key == "fix-look-kind")
    kinds.set_value(LOOK_BACK)
    app.run()
    app.button(key="fix-look-draw").click().run()
    assert not app.exception
    assert "已抽取 1 条，抽样号" in texts(app)
    assert list(drawn_chances(office)) == ["P1"]
    make_moves(office, ["P1"], order_now("反弹", "乙", DAY + 5, reason="又堆上了"))
    assert "回头看过 1 条，反弹 1 条" in texts(visit("rectification"))
