"""Acts ask for their right where they are carried out; what nobody thought of is refused."""

import ast
import importlib
import inspect
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.decisions.test_problem_moves import DAY, make, move, row_of, unit
from tests.offices import copy_office
from tests.problems_view import problem_book
from wenming_metrics.access.viewer import EVERYBODY, AccessError, Viewer, bind
from wenming_metrics.decisions.dated_notes import add_remark_on
from wenming_metrics.decisions.problem_moves import add_problem, make_moves, order_now
from wenming_metrics.intake.commit import IntakeError, withdraw
from wenming_metrics.publishing.published import published_issues, published_lists
from wenming_metrics.publishing.signing import draft, sign
from wenming_metrics.queries.files.batches import batches
from wenming_metrics.queries.problems.choices import unit_numbers
from wenming_metrics.queries.problems.lists import problem_story, problem_view
from wenming_metrics.queries.viewers import shipped_rights, units_below, viewer_of
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.store import schema
from wenming_metrics.store.accounts import Account, add_account
from wenming_metrics.store.database import reading, writing
from wenming_metrics.store.registers import read_register
from wenming_metrics.ui.frame import page

ROOMS = ("decisions", "publishing", "intake", "revising")
ASKS_BY_ITSELF = {"make_several", "_rehearsing", "_turn", "ingest_many"}
"""Writers that ask for each move, take back what they write, or are reached through an act alone."""
RIGHTS = shipped_rights()


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An office that these tests do not change, but for its moves of problems."""
    return copy_office(tmp_path_factory.mktemp("acts"), "problem moves", make)


def viewer(role, name="甲", **more):
    given_rights = RIGHTS[role]
    facts = {"pages": given_rights.pages, "acts": given_rights.acts}
    return Viewer("login", name, role, secrets=given_rights.secrets, **facts, **more)


def writers():
    """Every function of the rooms of acts that opens a transaction to write."""
    for room in ROOMS:
        for path in sorted((ROOT / "wenming_metrics" / room).rglob("*.py")):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.FunctionDef) and _writes(node):
                    yield path.relative_to(ROOT), node


def _writes(node):
    calls = (call.func for call in ast.walk(node) if isinstance(call, ast.Call))
    return any(
        getattr(name, "id", "") in ("writing", "write_note", "writing_aside") for name in calls
    )


def is_permitted(node):
    return any(
        getattr(d.func, "id", "") == "permitted"
        for d in node.decorator_list
        if isinstance(d, ast.Call)
    )


def test_every_writer_asks_for_a_right():
    loose = [
        f"{path} {node.name}"
        for path, node in writers()
        if not is_permitted(node) and node.name not in ASKS_BY_ITSELF
    ]
    assert not loose
    assert len(list(writers())) > 25


def test_every_act_is_refused_to_who_has_no_right_before_anything_else():
    refused = 0
    nobody = bind(_Nothing(), Viewer("login", "甲", "领导", acts=frozenset()))
    for path, node in writers():
        if is_permitted(node):
            module = importlib.import_module(".".join(Path(path).with_suffix("").parts))
            function = getattr(module, node.name)
            names = [
                p.name
                for p in inspect.signature(function).parameters.values()
                if p.default is p.empty
            ]
            values = {name: nobody if name in ("office", "store") else None for name in names}
            with pytest.raises(AccessError, match="没有“.+”的权限，没有改动"):
                function(**values)
            refused += 1
    assert refused > 20


@dataclass(frozen=True)
class _Bound:
    viewer: Viewer = EVERYBODY


@dataclass(frozen=True)
class _Nothing:
    """An office that holds nothing: an act that reads before it asks fails at it."""

    viewer: Viewer = EVERYBODY
    store: _Bound = _Bound()


def test_a_store_of_somebody_is_written_by_acts_alone(office):
    bound = bind(office, viewer("创建办经办"))
    with pytest.raises(AccessError), writing(bound.store):
        pytest.fail("opened")
    with pytest.raises(AccessError, match="没有“撤回”的权限"):
        withdraw(bind(office, viewer("领导")), 1, "甲", "试")


@pytest.mark.parametrize("question", [batches, lambda office: problem_book(office, [DAY])])
def test_what_does_not_know_of_scopes_is_refused_to_who_sees_some_units(office, question):
    with pytest.raises(AccessError, match="没有开放"):
        question(bind(office, viewer("责任单位", units=frozenset({1}))))


def test_who_did_it_is_who_signed_in_whatever_is_typed(office):
    bound = bind(office, viewer("创建办经办", "经办人甲"))
    number = add_problem(bound, "领导批示", "整治", "冒名者")
    with reading(office.store) as connection:
        table = schema.problem
        line = connection.execute(select(table).where(table.c.number == number)).mappings().one()
    assert line["who"] == "经办人甲"


@pytest.mark.parametrize(
    ("role", "act", "is_theirs"),
    [
        ("创建办经办", "销号", False),
        ("审核", "销号", False),
        ("签发", "核查通过", False),
        ("责任单位", "核查通过", False),
        ("责任单位", "交办", False),
        ("督查员", "反馈", False),
        ("领导", "反馈", False),
        ("管理员", "交办", False),
        ("签发", "销号", True),
        ("审核", "核查通过", True),
        ("责任单位", "反馈", True),
    ],
)
def test_moves_ask_for_the_right_of_their_party(office, role, act, is_theirs):
    bound = bind(office, viewer(role, units=None))
    # 流转-01: there is no such problem, which is asked after the right
    expected = (IntakeError, "流转-01") if is_theirs else (AccessError, "没有“")
    with pytest.raises(expected[0], match=expected[1]):
        make_moves(bound, ["没有这个编号"], order_now(act, "甲"))


def seen(office):
    lines = problem_view(office, 400).lines
    return set(zip(lines["batch"], lines["seq"], strict=True))


def of_unit(office, name, role="责任单位"):
    with reading(office.store) as connection:
        units = units_below(read_register(connection), unit(office, name))
    return bind(office, viewer(role, units=units))


def test_a_unit_sees_the_problems_in_which_it_has_a_part(office):
    every = seen(office)
    assert len(every) >= 5
    assert seen(of_unit(office, "甲街道")) >= {
        row_of(office, site)[1:] for site in "一号 四号".split()
    }
    assert seen(of_unit(office, "乙街道")) == set()
    of_bureau = {row_of(office, site)[1:] for site in "一号 二号 三号 五号".split()}
    assert seen(of_unit(office, "城管局")) == of_bureau
    assert seen(of_unit(office, "演示区", "区创建办")) >= of_bureau
    assert seen(bind(office, viewer("督查员", "别人", own="别人"))) == set()
    assert seen(bind(office, viewer("督查员", "测试", own="测试"))) >= of_bureau


def test_its_figures_are_of_its_problems_alone(office):
    view = problem_view(of_unit(office, "乙街道"), 400)
    assert view.figures["numerator"].sum() == 0
    assert view.by_unit.empty


def test_no_request_of_a_unit_shows_a_problem_of_another(office):
    theirs = {"城管局": {"一号", "二号", "三号", "五号"}, "乙街道": set()}
    rows = {site: row_of(office, site) for site in ("一号", "四号")}
    for name, sites in theirs.items():
        bound = of_unit(office, name)
        for site, row in rows.items():
            assert (problem_story(bound, *row) is not None) == (site in sites)
            if site not in sites:
                with pytest.raises(IntakeError, match="流转-01"):
                    make_moves(bound, [row], order_now("反馈", "甲"))


def test_a_unit_answers_for_itself_alone(office):
    """一号 lies in 甲街道, which sees it; 城管局 has it."""
    bound, row = of_unit(office, "甲街道"), row_of(office, "一号")
    with pytest.raises(IntakeError, match="流转-08"):
        make_moves(bound, [row], order_now("反馈", "甲"))
    with pytest.raises(IntakeError, match="流转-08"):
        make_moves(bound, [row], order_now("协办反馈", "甲"))
    with pytest.raises(AccessError, match="只能替本单位办理"):
        make_moves(bound, [row], order_now("反馈", "甲", unit=unit(office, "城管局")))


def test_remarks_on_days_are_acts(office):
    with pytest.raises(AccessError, match="没有“拟稿”的权限"):
        add_remark_on(bind(office, viewer("督查员")), date(2026, 11, 9), "施工", "甲")


def test_a_page_asks_itself_whether_it_is_theirs(monkeypatch):
    monkeypatch.setattr(page.st, "set_page_config", lambda *_, **__: None)
    monkeypatch.setattr(page, "draw_still", lambda *_: None)
    monkeypatch.setattr(page, "_require_router", lambda: None)
    monkeypatch.setattr(page.navigation, "draw", lambda title: None)
    bound = bind(_Nothing(), viewer("责任单位"))
    monkeypatch.setattr(page.cache, "office", lambda: bound)
    assert page.open_page("问题整改") is bound
    with pytest.raises(AccessError, match="没有这一页"):
        page.open_page("总览")


def test_names_of_units_are_no_secret(office):
    assert unit_numbers(of_unit(office, "乙街道")) == unit_numbers(office)


def test_nothing_that_is_not_signed_is_published(office):
    issue = draft(office, date(2026, 11, 9), "拟稿人", until_now=True)
    bound = of_unit(office, "乙街道")
    assert published_issues(bound) == []
    with pytest.raises(AccessError, match="没有签发"):
        published_lists(bound, issue.key)
    with pytest.raises(IntakeError, match="拟稿人不能签发"):
        sign(bind(office, viewer("签发", "拟稿人")), issue.key, "别人", "文〔2026〕1号")


def test_an_account_of_a_unit_that_is_no_more_is_told_so(office):
    with pytest.raises(AccessError, match="已撤销或合并"):
        viewer_of(office.store, Account(1, "jie", "街甲", "责任单位", 99), RIGHTS)
    with pytest.raises(AccessError, match="没有“站长”这个角色"):
        viewer_of(office.store, Account(1, "jie", "街甲", "站长"), RIGHTS)


def test_acts_are_lines_of_the_log_once_there_are_accounts(tmp_path):
    office = copy_office(tmp_path, "problem moves", make)
    move(office, ["P1"], "进展", 1)
    with reading(office.store) as connection:
        assert not connection.execute(select(schema.access_log)).all()
    add_account(office.store, Account(0, "guan", "管甲", "管理员"), "Wen-ming 2026", RIGHTS, "终端")
    bound = bind(office, viewer("责任单位", "街甲", units=frozenset({unit(office, "城管局")})))
    move(bound, ["P1"], "进展", 2)
    with reading(office.store) as connection:
        line = connection.execute(select(schema.access_log)).mappings().all()[-1]
    assert (line["login"], line["who"], line["act"], line["subject"]) == (
        "login",
        "街甲",
        "问题进展",
        "1 条",
    )
