"""A page, an export and the terminal say the same of the same thing, for three windows and every board."""

import json
import re
from datetime import timedelta

import openpyxl
import pytest

from tests.builders import xlsx
from tests.offices import copy_office, ingest
from tests.pages.test_pages import show_the_nearest_view, texts, visit
from tests.publishing.bulletin_city import HEADERS, open_bulletin_city, signed_city
from tests.publishing.city import MONDAY, NEXT
from wenming_metrics.__main__ import OK, main
from wenming_metrics.publishing import issues
from wenming_metrics.reading.model.sender_answers import SenderAnswers

WINDOWS = {
    "日": ("--date", str(NEXT)),
    "周": ("--week", str(NEXT)),
    "月": ("--month", "2025-03"),
}


def unsigned_city(folder):
    return copy_office(folder, "unsigned bulletin city", open_bulletin_city)


@pytest.fixture
def office(request, tmp_path, monkeypatch):
    made = request.param(tmp_path)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WENMING_STORE", made.store.url)
    return made


def run(capsys, *words) -> str:
    capsys.readouterr()
    assert main([str(word) for word in words]) == OK
    return capsys.readouterr().out


def exported(capsys, tmp_path, *words) -> list[dict]:
    """Read the first sheet of an export as lines by the titles of its columns."""
    place = tmp_path / "out.xlsx"
    run(capsys, "export", *words, "--out", place)
    lines = list(openpyxl.load_workbook(place).worksheets[0].iter_rows(min_row=2, values_only=True))
    body = (
        lines[1 : lines.index((None,) * len(lines[0]))]
        if (None,) * len(lines[0]) in lines
        else lines[1:]
    )
    return [dict(zip(lines[0], line, strict=True)) for line in body]


def on_page(app, column) -> dict[str, dict]:
    """Give the lines of the table of a page that has a column, by unit."""
    frames = [table.value for table in app.dataframe if column in table.value.columns]
    return {line["unit_name"]: line for line in frames[0].to_dict("records")}


def shown(figure) -> str:
    return "" if figure is None or figure != figure else f"{figure:.2f}"


@pytest.mark.parametrize("office", [unsigned_city], indirect=True)
@pytest.mark.parametrize("period", WINDOWS)
def test_scores_ranks_changes_the_city_and_sites_that_come_back(office, capsys, tmp_path, period):
    words = WINDOWS[period]
    told = json.loads(run(capsys, "ranking", *words, "--json"))["units"]
    terminal = {line["unit_name"]: line for line in told if line["rank"] is not None}
    assert len(terminal) >= 2
    sheet = {line["单位"]: line for line in exported(capsys, tmp_path, *words)}
    app = visit("ranking", period=period, date=str(NEXT))
    page = on_page(app, "place")
    for name, line in terminal.items():
        ranks = {line["rank"], sheet[name]["名次"], int(page[name]["place"].split()[-1])}
        assert len(ranks) == 1, (name, ranks)
        scores = {shown(line["score"]), shown(sheet[name]["得分"]), shown(page[name]["score"])}
        assert len(scores) == 1, (name, scores)
        change, printed = line["score_change"], page[name]["change"]
        assert shown(change) == shown(sheet[name]["较上期"])
        assert printed == (
            ""
            if change is None
            else f"{'▲' if change > 0 else '▼'}{abs(change):.2f}"
            if round(change, 2)
            else "持平"
        )
    assert set(page) - {name for name in page if name.endswith("平均")} == set(terminal)
    city = re.search(r"全市得分 (\S+?)[(（]", run(capsys, "ranking", *words))[1]
    overview = texts(visit(city_period=period, city_date=str(NEXT)))
    assert city in overview, (city, overview[:400])
    count = json.loads(run(capsys, "repeats", *words, "--json"))["total"]["returning"]
    losses = texts(visit("losses", lost_period=period, lost_date=str(NEXT), lost_tab="反复问题"))
    assert f"反复点位 **{count:,} 个**" in losses or (count == 0 and "反复点位 **" not in losses)
    if period != "日":  # of a day, places and problems stand there
        assert ("本期无反复点位" in overview) == (count == 0)
        assert not count or f"反复点位（{count:,}个）" in overview


@pytest.mark.parametrize("office", [unsigned_city], indirect=True)
@pytest.mark.parametrize("period", WINDOWS)
def test_what_departments_answer_for_and_kept_in_time(office, capsys, tmp_path, period):
    words = (*WINDOWS[period], "--board", "department")
    told = json.loads(run(capsys, "ranking", *words, "--json"))["units"]
    sheet = {line["单位"]: line for line in exported(capsys, tmp_path, *words)}
    page = on_page(visit("ranking", board="部门", period=period, date=str(NEXT)), "kept")
    terminal = run(capsys, "ranking", *words)
    for line in told:
        name = line["unit_name"]
        if not line["failed"]:
            continue
        kept = {page[name]["kept"], sheet[name]["按期整改率"]}
        assert len(kept) == 1
        assert kept.pop() in terminal
        counts = ("failed", "places")
        assert [page[name][count] for count in counts] == [line[count] for count in counts]
        assert [sheet[name]["问题项"], sheet[name]["问题处数"]] == [line[c] for c in counts]


@pytest.mark.parametrize("office", [signed_city], indirect=True)
def test_corrections_are_the_same_wherever_they_stand(office, capsys):
    # What replaces rows of a signed week counts in its own issue: 丙街道 lost 5 of 10, not 1.
    on = MONDAY + timedelta(7)
    row = [on, "市督查组", "丙街道", "小区", "和平小区", "环境卫生", "", 1, 5, "", None, ""]
    data = xlsx({"问题清单": [["督查问题清单"], HEADERS, row]})
    ingest(office, data, "重报.xlsx", answers=SenderAnswers(confirm_visits=True), replaces=True)
    issue = next(one for one in issues.issues(office) if one.window.start == on)
    told = json.loads(run_any(capsys, "issue", "verify", "2025-11", "--json"))["corrections"]
    terminal = {line["unit_name"] for line in told}
    assert terminal
    pages = {
        "ranking": visit("ranking", period="周", date=str(on)),
        "bulletins": visit("bulletins"),
        "recheck": visit("recheck", **{"verify-hash": issue.short_hash}),
    }
    for name, app in pages.items():
        frames = [
            table.value
            for table in app.dataframe
            if {"reason", "unit_name"} <= set(table.value.columns)
        ]
        assert set(frames[0]["unit_name"]) == terminal, name
        assert {line["reason"] for line in told} == set(frames[0]["reason"]), name


def run_any(capsys, *words) -> str:
    capsys.readouterr()
    main([str(word) for word in words])
    return capsys.readouterr().out


@pytest.mark.parametrize("office", [signed_city], indirect=True)
def test_live_figures_of_a_signed_week_are_told_from_the_signed_ones(office, capsys, tmp_path):
    note = "已签发（创建办〔2025〕11号），名单以签发的为准"
    assert note in run(capsys, "ranking", *WINDOWS["周"])
    assert note not in run(capsys, "ranking", *WINDOWS["日"])
    place = tmp_path / "out.xlsx"
    run(capsys, "export", *WINDOWS["周"], "--out", place)
    cells = [c for line in openpyxl.load_workbook(place).worksheets[0].values for c in line if c]
    assert any(note in str(cell) for cell in cells)


@pytest.mark.parametrize("office", [signed_city], indirect=True)
def test_addresses_of_signed_issues_show_the_nearest_view(office, request):
    every = request.config.getoption("explore")
    for page in ("bulletins", "recheck", "rectification", "overview") if every else ("bulletins",):
        show_the_nearest_view(page, [{}], every=every)
