"""What an account of a unit asks for at random: pages, files, questions, acts; no row of another is in it.

What each unit may see is told by the rows that were typed into the workbook, not by the code under test: each
row bears a mark of its own, in the name of its site and in what was found there.
"""

import io
import random
import re
import zipfile
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from tests.builders import xlsx
from tests.decisions.test_problem_moves import BOARD, PRICES
from tests.offices import copy_office, ingest, make_office
from tests.problems_view import problem_book
from wenming_metrics.access.viewer import AccessError, Viewer, bind
from wenming_metrics.decisions.problem_moves import make_moves, order_now
from wenming_metrics.domain.periods import window
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.published import published_file, published_issues, published_lists
from wenming_metrics.publishing.signing import draft, sign
from wenming_metrics.queries.files import batches, held
from wenming_metrics.queries.files.pictures import move_pictures, row_pictures, story_pictures
from wenming_metrics.queries.losses.ledger import ledger
from wenming_metrics.queries.problems import lists
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.queries.viewers import shipped_rights, units_below
from wenming_metrics.reading.model.reading import SenderAnswers
from wenming_metrics.runtime.settings import ROOT
from wenming_metrics.store.database import reading
from wenming_metrics.store.registers import read_register
from wenming_metrics.ui.frame import cache, page

pytestmark = pytest.mark.only("sqlite")
STREETS = ["甲街道", "乙街道", "丙街道", "丁街道"]
MONDAY = date(2026, 11, 9)
HEADERS = [
    "日期",
    "来源",
    "街道",
    "点位类型",
    "点位名称",
    "测评项",
    "问题描述",
    "责任单位",
    "编号",
    "整改时限",
]
_APP = str(ROOT / "app.py")
MARK = re.compile(r"MK\d{4}")
REQUESTS = {"fixed": (2, 40), "explored": (120, 880)}
"""So many pages, and so many questions, files and acts."""


def typed():
    """The rows of the workbook: mark, street, responsible."""
    dice = random.Random(25)
    for number in range(48):
        street = dice.choice(STREETS)
        yield f"MK{number:04}", street, dice.choice([street, street, "城管局"])


def make(folder):
    office = make_office(
        folder,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100, "mode": "deduct", "full_mark": 100, "settlement": "window"}],
        extra=BOARD,
        streets=[(name, "主城区") for name in STREETS],
        files={"deductions.csv": PRICES},
    )
    rows = [
        [MONDAY + timedelta(number % 5), "市督查组", street, "小区", f"点{mark}", "环境"]
        + [f"堆物{mark}", responsible, f"P{mark}", "3个工作日"]
        for number, (mark, street, responsible) in enumerate(typed())
    ]
    data = xlsx({"问题清单": [["督查问题清单"], HEADERS, *rows]})
    ingest(office, data, "清单.xlsx", answers=SenderAnswers(confirm_visits=True))
    issue = draft(office, MONDAY, "拟稿人", until_now=True)
    sign(office, issue.key, "签发人", "文〔2026〕1号")
    return office


def theirs(name):
    return {mark for mark, *units in typed() if name in units or name == "演示区"}


class Somebody:
    """Asks an office at random; keeps whatever came back."""

    def __init__(self, office, name, role, dice):
        with reading(office.store) as connection:
            register = read_register(connection)
        number = int(register.units.index[register.units["name"] == name][0])
        rights = shipped_rights()[role]
        self.viewer = Viewer(
            *("jie", "街甲", role, rights.pages, rights.acts, rights.secrets),
            units=units_below(register, number),
        )
        self.office, self.dice = bind(office, self.viewer), dice
        self.every = problem_book(office, range(MONDAY.toordinal(), MONDAY.toordinal() + 7)).lines
        self.refused, self.pages = 0, None

    def a_row(self):
        line = self.every.iloc[self.dice.randrange(len(self.every))]
        return int(line["day"]), int(line["batch"]), int(line["seq"])

    def ask(self):
        """Give what one question, file or act answers; "" for a refusal."""
        office, dice, row = self.office, self.dice, self.a_row()
        week, number = window("week", MONDAY), f"PMK{dice.randrange(48):04}"
        asks = [
            lambda: lists.problem_story(office, *row),
            lambda: story_pictures(office, *row),
            lambda: lists.problem_view(office, dice.choice([1, 30, 90, 400])),
            lambda: lists.problem_view(office, dice.randrange(1, 400)),
            lambda: [
                published_lists(office, issue.key).boards for issue in published_issues(office)
            ],
            lambda: published_file(office, dice.randrange(3)),
            lambda: row_pictures(office, row[1], "问题清单", dice.randrange(2, 60)),
            lambda: move_pictures(office, (f"{dice.getrandbits(256):064x}",), "反馈"),
            lambda: problem_book(office, [row[0]]),
            lambda: batches.batches(office),
            lambda: held.waiting_rows(office),
            lambda: ranking(office, week),
            lambda: ledger(office, week),
            lambda: make_moves(office, [row], order_now(dice.choice(ACTS), "街甲", row[0] + 2)),
            lambda: make_moves(office, [number], order_now("进展", "街甲")),
        ]
        try:
            return spelled(dice.choice(asks)())
        except (AccessError, IntakeError) as error:
            self.refused += 1
            return str(error).replace(number, "what was asked for")

    def open_page(self, monkeypatch):
        """Open a page by an address with parameters of others; gives all that is sent, files as well."""
        made = []
        monkeypatch.setattr(cache, "viewer_of_run", lambda _: self.viewer)
        monkeypatch.setattr(page, "exported", lambda _, make, *__: made.append(make) or make)
        if not self.pages:
            self.pages = AppTest.from_file(_APP, default_timeout=60).run()._registered_pages
        app = AppTest.from_file(_APP, default_timeout=60)
        app._registered_pages = self.pages
        app.switch_page(
            f"pages/{self.dice.choice(['rectification', 'rectification', 'bulletins'])}.py"
        )
        row = self.a_row()
        words = [
            *STREETS,
            "城管局",
            "全部",
            "逾期",
            "近一年",
            "1",
            "-".join(map(str, row)),
            f"{row}",
        ]
        for name in (
            "fix_unit",
            "fix_state",
            "fix_term",
            "fix_days",
            "fix_row",
            "published",
            "unit",
        ):
            if self.dice.random() < 0.6:
                app.query_params[name] = self.dice.choice(words)
        app.run()
        protos = [element.proto for element in app.main if element.proto is not None]
        sent = [proto.SerializeToString() for proto in protos]
        return b"".join(sent).decode("utf-8", "replace") + "".join(spelled(make()) for make in made)


ACTS = ["反馈", "进展", "签收", "核查通过", "销号", "交办", "申请延期"]


def spelled(answer):
    """Spell whatever came back so that a mark in it is found: files unpacked, frames whole."""
    if isinstance(answer, bytes):
        with zipfile.ZipFile(io.BytesIO(answer)) as book:
            return "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    if hasattr(answer, "to_csv"):
        return answer.to_csv()
    if isinstance(answer, dict):
        return "".join(map(spelled, answer.values()))
    if isinstance(answer, list | tuple):
        return "".join(map(spelled, answer))
    if hasattr(answer, "__dataclass_fields__"):
        return "".join(spelled(getattr(answer, name)) for name in answer.__dataclass_fields__)
    return str(answer)


@pytest.fixture
def office(tmp_path, monkeypatch):
    made = copy_office(tmp_path, "marked rows", make)
    monkeypatch.setenv("WENMING_STORE", made.store.engine.url.database)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    return made


@pytest.mark.timeout(3_600)  # by --explore a thousand requests
@pytest.mark.parametrize(
    ("name", "role"),
    [("甲街道", "责任单位"), ("城管局", "责任单位"), ("乙街道", "区创建办")],
)
def test_no_request_shows_a_row_of_another(office, name, role, request, monkeypatch):
    explored = request.config.getoption("explore")
    pages, asks = REQUESTS["explored" if explored else "fixed"]
    somebody = Somebody(office, name, role, random.Random(0 if not explored else None))
    allowed, seen = theirs(name), set()
    answers = [somebody.open_page(monkeypatch) for _ in range(pages // 3 or 1)]
    answers += [somebody.ask() for _ in range(asks // 3)]
    for answer in answers:
        marks = set(MARK.findall(answer))
        assert marks <= allowed, marks - allowed
        seen |= marks
    assert somebody.refused > 3
    assert seen, "nothing of its own either: this proves nothing"
    if explored:
        assert seen == allowed
