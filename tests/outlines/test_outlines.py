"""Outlines of the map: what is read, what is refused and in which words, what the map shows."""

import json
import re
from datetime import date

import numpy as np
import pytest

from tests.builders import xlsx
from tests.offices import CHECK_HEADERS, checklist, copy_office, ingest, make_office, workbook
from tests.pages.test_pages import texts, visit
from wenming_metrics.__main__ import FAILED, HELD, OK, main
from wenming_metrics.access.viewer import AccessError, Viewer, bind
from wenming_metrics.charts.city_map import city_map_chart, ring_centre
from wenming_metrics.decisions.outlines import drop_outlines, keep_outlines, look_at_outlines
from wenming_metrics.demo.city import build_city
from wenming_metrics.demo.outlines import SYSTEM, write_outlines
from wenming_metrics.domain.periods import window
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing import signing
from wenming_metrics.queries.city_map import city_map, with_scores
from wenming_metrics.queries.ranking.ranking import ranking
from wenming_metrics.reading.outlines import read as outline_reader
from wenming_metrics.reading.outlines.read import read_shapes
from wenming_metrics.reading.outlines.shapes import (
    contains,
    crosses_itself,
    distance,
    in_metres,
)
from wenming_metrics.store.database import revision

pytestmark = pytest.mark.only("sqlite")
DEGREES, PLANE = "CGCS2000 经纬度", "平面坐标（东、北，米）"
WEEK = window("week", date(2026, 11, 18))
SQUARE = [[0, 0], [0.01, 0], [0.01, 0.01], [0, 0.01], [0, 0]]
"""Degrees: about a kilometre."""
WIDE = [[0, 0], [900, 0], [900, 900], [0, 900], [0, 0]]


def make(folder):
    office = make_office(
        folder,
        [["A", "环境", 10, "*"]],
        [{"code": "A", "weight": 100}],
        streets=[("甲街道", "主城区"), ("乙街道", "主城区"), ("丙街道", "主城区")],
        sites=[["一号", "小区", "甲街道"], ["二号", "小区", "乙街道"], ["二号", "小区", "甲街道"]],
    )
    rows = [
        ["2026-11-18", "市督查组", street, "小区", site, "环境", result, lost]
        for street, site, result, lost in (
            ("甲街道", "一号", "不合格", 4),
            ("乙街道", "二号", "合格", None),
        )
    ]
    ingest(office, checklist(rows), "一.xlsx")
    return office


@pytest.fixture
def office(tmp_path):
    return copy_office(tmp_path, "a city to be drawn", make)


def moved(ring, east, north):
    return [[x + 106 + east, y + 36 + north] for x, y in ring]


def area(name, east=0.0, north=0.0, ring=SQUARE):
    geometry = {"type": "Polygon", "coordinates": [moved(ring, east, north)]}
    return {"type": "Feature", "properties": {"名称": name}, "geometry": geometry}


def spot(name, east, north, **facts):
    geometry = {"type": "Point", "coordinates": [106 + east, 36 + north]}
    return {"type": "Feature", "properties": {"名称": name, **facts}, "geometry": geometry}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def looked(office, *features, system=DEGREES):
    return look_at_outlines(office, collection(*features), "轮廓.geojson", system)


def told(file):
    return [(problem.code, problem.found) for problem in file.problems]


THREE = [area("甲街道"), area("乙街道", 0.01), area("丙街道", 0.02)]


def test_squares_side_by_side_are_taken_without_a_word(office):
    file = looked(
        office, *THREE, spot("一号", 0.005, 0.005), spot("二号", 0.015, 0.002, 所属街道="乙街道")
    )
    assert told(file) == []
    assert file.sentence == "单位轮廓 3 个，点位 2 个。"


@pytest.mark.parametrize(
    ("feature", "fault"),
    [
        (area("没有街道"), ("轮廓-10", "没有街道")),
        (
            area("甲街道", ring=[[0, 0], [0.01, 0.01], [0.01, 0], [0, 0.01], [0, 0]]),
            ("轮廓-09", "甲街道"),
        ),
        (area("甲街道", ring=[[0, 0], [0.01, 0], [0, 0]]), ("轮廓-08", "甲街道")),
        (area(""), ("轮廓-04", "")),
        (area("甲街道", 0.005), ("轮廓-12", "乙街道")),
        (area("丙街道", 0.05), ("轮廓-11", "丙街道")),
        (spot("一号", 0.5, 0.5), ("轮廓-13", "一号")),
        (spot("二号", 0.005, 0.005), ("轮廓-10", "二号")),  # which of two
        (
            {"type": "Feature", "geometry": {"type": "LineString", "coordinates": []}},
            ("轮廓-03", "LineString"),
        ),
        ({"geometry": {"type": "Polygon", "coordinates": [[["x", 1]]]}}, ("轮廓-03", "Polygon")),
        (None, ("轮廓-03", "没有图形")),
    ],
)
def test_a_faulty_shape_is_named_and_the_others_are_taken(office, feature, fault):
    file = looked(office, *THREE[1:], feature)
    assert fault in told(file)
    assert not file.is_refused


def test_a_street_without_an_outline_is_named(office):
    assert told(looked(office, *THREE[:2])) == [("轮廓-14", "丙街道")]


def test_coordinates_the_wrong_way_round_are_refused_and_told_so(office):
    turned = area("甲街道")
    turned["geometry"]["coordinates"] = [[pair[::-1] for pair in moved(SQUARE, 0, 0)]]
    file = looked(office, turned, THREE[1])
    assert (told(file), file.is_refused) == ([("轮廓-06", "甲街道")], True)
    assert "东和北可能写反了" in file.problems[0].text
    with pytest.raises(IntakeError, match="没有可用的轮廓"):
        keep_outlines(office, file, "甲")


def test_coordinates_of_another_system_are_refused(office):
    file = looked(office, *THREE, system=PLANE)
    assert told(file) == [("轮廓-16", "甲街道")]
    assert file.is_refused
    assert "（106、36）像经纬度，不像平面坐标" in file.problems[0].text
    assert "宽不到 0.03 米" in file.problems[0].text
    own = [area(name, n * 900, ring=WIDE) for n, name in enumerate(("甲街道", "乙街道", "丙街道"))]
    assert told(looked(office, *own, system=PLANE)) == []  # metres from a city's own origin
    far = area("甲街道")
    far["geometry"]["coordinates"] = [[[500_000 + x, 4_000_000 + y] for x, y in SQUARE]]
    assert told(looked(office, far)) == [("轮廓-07", "甲街道")]
    far["geometry"]["coordinates"] = [[[4_000_000 + x, 500_000 + y] for x, y in SQUARE]]
    assert told(looked(office, far, system=PLANE)) == [("轮廓-06", "甲街道")]
    with pytest.raises(IntakeError, match="没有“北京54”这种坐标系"):
        looked(office, system="北京54")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "文件里没有内容"),
        (b"{", "不是完整的 GeoJSON"),
        (b"[1,2]", "不是完整的 GeoJSON"),
        (b'{"features": 3}', "不是完整的 GeoJSON"),
        (b'{"features": []}', "一个图形也没有"),
        (b"{" * 100_000, "不是完整的 GeoJSON"),
        (b"[" * 100_000, "不是完整的 GeoJSON"),
        (b"\xff\xfe\x00", "文件"),
        (b"\x00\x01\x02\x03", "不是 GeoJSON，也不是表格"),
        ("没有什么轮廓".encode(), "文件里是一段文字"),
        (b"a,b\n1,2\n", "没有名称、经度、纬度三列"),
        ("名称,经度,纬度\n,,\n".encode(), "表头下面一行也没有"),
    ],
)
def test_what_is_no_map_is_refused_and_told_why(office, content, reason):
    file = look_at_outlines(office, content, "x", DEGREES)
    assert file.is_refused
    assert {problem.code for problem in file.problems} == {"轮廓-02"}
    assert reason in file.problems[0].text
    assert not re.search("[a-z]_[a-z]|empty|plain|crashed", file.problems[0].text)


def test_one_fault_of_all_shapes_is_told_once(office):
    names = [f"{n}号街道" for n in range(1, 44)]
    far = looked(office, *[area(name, 100) for name in names])
    assert [p.code for p in far.problems] == ["轮廓-07"] * 43
    [(severity, sentence)] = far.told
    assert severity == "退回"
    assert "有 43 个图形是同一个问题（“1号街道”、“2号街道”、“3号街道”等）" in sentence
    assert "“1号街道”的坐标（206、36）不像CGCS2000 经纬度" in sentence
    nameless = looked(office, *[area("") for _ in range(9)])
    assert "有 9 个图形是同一个问题（第 1 行、第 2 行、第 3 行等）" in nameless.told[0][1]
    some = looked(office, THREE[0], *[area(name, 0.1) for name in names])
    assert len([text for _, text in some.told if "轮廓-10" in text]) == 43, "each has another name"


def test_files_that_are_too_large_are_refused(office, monkeypatch):
    monkeypatch.setattr(outline_reader, "LARGEST", 1 << 20)
    assert [p.code for p in read_shapes(b"{" + b" " * (1 << 20))[1]] == ["轮廓-01"]
    many = [[106 + n * 1e-7, 36.0] for n in range(400_010)]
    ring = {"type": "Polygon", "coordinates": [many]}
    content = json.dumps({"features": [{"properties": {"名称": "甲"}, "geometry": ring}]}).encode()
    monkeypatch.setattr(outline_reader, "LARGEST", len(content))
    assert [(p.code, p.found) for p in read_shapes(content)[1]] == [("轮廓-02", "点超过 400000 个")]


def test_a_table_of_points_is_read_as_well(office):
    rows = [["甲街道", "", *pair] for pair in moved(SQUARE, 0, 0)]
    rows += [
        ["乙街道", part, *pair]
        for part, east in ((1, 0.01), (2, 0.05))
        for pair in moved(SQUARE, east, 0)
    ]
    rows.insert(2, ["", "", None, None])
    rows.append(["丙街道", "", "东", 36])
    table = xlsx({"轮廓": [["市域轮廓"], ["单位名称", "部分", "经度", "纬度"], *rows]})
    file = look_at_outlines(office, table, "轮廓.xlsx", DEGREES)
    assert told(file) == [("轮廓-05", "丙街道"), ("轮廓-14", "丙街道")]
    assert [(shape.name, len(shape.rings)) for shape in file.shapes] == [
        ("甲街道", 1),
        ("乙街道", 2),
    ]
    csv = "点位名称,所属街道,经度,纬度\n二号,乙街道,106.015,36.002\n".encode()
    file = look_at_outlines(office, csv, "点位.csv", DEGREES)
    assert [(shape.kind, shape.name, shape.street) for shape in file.shapes] == [
        ("site", "二号", "乙街道")
    ]


def test_units_and_sites_come_in_two_files_of_one_system(office):
    keep_outlines(office, looked(office, *THREE), "甲")
    sites = looked(office, spot("一号", 0.005, 0.005))
    assert keep_outlines(office, sites, "甲") == 4
    other = looked(office, spot("一号", 0.005, 0.005), system="WGS84 经纬度")
    assert told(other) == [("轮廓-15", "")]
    with pytest.raises(IntakeError, match="原来存的是CGCS2000 经纬度"):
        keep_outlines(office, other, "甲")
    assert keep_outlines(office, looked(office, *THREE[:2]), "甲") == 3


def test_the_same_file_once_more_changes_nothing(office):
    keep_outlines(office, looked(office, *THREE), "甲")
    before = revision(office.store)
    assert keep_outlines(office, looked(office, *THREE), "乙") == 3
    assert revision(office.store) == before


def drawn(office):
    return with_scores(city_map(office, WEEK, "street"), ranking(office, WEEK, "street"), 100)


def test_the_map_shows_the_figures_of_the_list(office):
    assert city_map(office, WEEK, "street") is None
    keep_outlines(office, looked(office, *THREE, spot("一号", 0.005, 0.005)), "甲")
    shown = drawn(office)
    lines = shown.units.set_index("unit_name")
    assert lines["score"].to_dict() == {
        "甲街道": 60.0,
        "乙街道": 100.0,
        "丙街道": pytest.approx(np.nan, nan_ok=True),
    }
    assert lines["lost"].to_dict()["甲街道"] == 40.0
    assert lines["held"].tolist() == [1, 0, 0]
    ring = lines.at["甲街道", "rings"][0]
    assert np.ptp(ring[:, 1]) == pytest.approx(1113.2, rel=1e-6)
    assert np.ptp(ring[:, 0]) == pytest.approx(1113.2 * np.cos(np.radians(36.005)), rel=1e-4)
    drop_outlines(office, "甲")
    assert city_map(office, WEEK, "street") is None


def test_sites_show_their_own_figures_and_the_darkest_is_drawn_last(office):
    points = [spot("一号", 0.005, 0.005), spot("二号", 0.015, 0.002, 所属街道="乙街道")]
    points += [spot("二号", 0.002, 0.002, 所属街道="甲街道")]
    keep_outlines(office, looked(office, *THREE, *points), "甲")
    shown = drawn(office)
    sites = shown.sites.set_index(["site_name", "unit_name"])
    # One item of 10 points each: 4 of them lost at 一号, none at 二号 of 乙; 二号 of 甲 was not looked at.
    counted = sites[["checks", "lost", "held", "relapsed", "returning"]]
    assert counted.loc[("一号", "甲街道")].tolist() == [1, 4, 1, 0, 0]
    assert counted.loc[("二号", "乙街道")].tolist() == [1, 0, 0, 0, 0]
    assert counted.loc[("二号", "甲街道")].tolist() == [0, 0, 0, 0, 0]
    assert sites["score"].to_dict() == {
        ("一号", "甲街道"): 60.0,
        ("二号", "乙街道"): 100.0,
        ("二号", "甲街道"): pytest.approx(np.nan, nan_ok=True),
    }
    figure = city_map_chart(
        *(shown.units, shown.sites, "score", lambda line: line.get("site_name", "")),
        is_dark_high=False,
        by_site=True,
    )
    spots = figure.data[-1]
    assert list(spots.text) == ["二号", "二号", "一号"]
    assert list(spots.marker.color) == ["#f1f2f4", "rgb(232,239,246)", "rgb(31,78,121)"]
    assert {trace.fillcolor for trace in figure.data[:-1]} == {"#f1f2f4"}


def test_problems_in_communities_count_for_their_street(office):
    header = ["单位编号", "单位名称", "单位类别", "上级单位", "分组", "别名"]
    communities = [
        [f"C{n}", name, "社区", street, "", ""]
        for n, (name, street) in enumerate(
            [("红星社区", "甲街道"), ("长江社区", "丙街道"), ("东风社区", "丙街道")]
        )
    ]
    ingest(office, workbook({"单位名册": [header, *communities]}), "社区.xlsx")
    rows = [
        [
            "2026-11-18",
            "市督查组",
            street,
            community,
            "小区",
            f"{community}{n}",
            "环境",
            "不合格",
            1,
        ]
        for street, community, count in (
            ("甲街道", "红星社区", 2),
            ("丙街道", "长江社区", 3),
            ("丙街道", "东风社区", 1),
        )
        for n in range(count)
    ]
    columns = [*CHECK_HEADERS[:3], "社区", *CHECK_HEADERS[3:]]
    ingest(office, workbook({"督查表": [columns, *rows]}), "二.xlsx")
    keep_outlines(office, looked(office, *THREE), "甲")
    lines = drawn(office).units.set_index("unit_name")
    assert lines["held"].to_dict() == {"甲街道": 3, "乙街道": 0, "丙街道": 4}


def test_only_the_units_of_the_list_are_drawn_with_the_scores_that_stand_there(office):
    points = [spot("一号", 0.005, 0.005), spot("二号", 0.015, 0.002, 所属街道="乙街道")]
    keep_outlines(office, looked(office, *THREE, *points), "甲")
    listed = ranking(office, WEEK, "street")
    listed = listed[listed["unit_name"] == "乙街道"].assign(score=87.5)
    shown = with_scores(city_map(office, WEEK, "street"), listed, 100)
    assert shown.units[["unit_name", "score", "lost"]].values.tolist() == [["乙街道", 87.5, 12.5]]
    assert shown.sites["site_name"].tolist() == ["二号"]


def test_the_drawing_asks_nobody_for_a_map(office):
    keep_outlines(office, looked(office, *THREE, spot("一号", 0.005, 0.005)), "甲")
    shown = drawn(office)
    sites = shown.sites.assign(returning=2)
    figure = city_map_chart(
        shown.units, sites, "lost", lambda line: line["unit_name"], is_dark_high=True
    )
    kinds = {trace.type for trace in figure.data}
    assert kinds == {"scatter"}, "no geographic trace: those fetch outlines or tiles"
    assert not {"geo", "map", "mapbox"} & set(figure.to_dict()["layout"])
    shades = {trace.name: trace.fillcolor for trace in figure.data if trace.fill == "toself"}
    assert shades == {"甲街道": "rgb(31,78,121)", "乙街道": "rgb(232,239,246)", "丙街道": "#f1f2f4"}
    texts_drawn = [note.text for note in figure.layout.annotations]
    assert texts_drawn == ["示意图，不作为划界依据", "甲", "乙", "丙"], "above the sites"
    assert figure.layout.yaxis.scaleanchor == "x"


def test_the_pages_take_outlines_in_and_show_the_map(office, tmp_path, monkeypatch):
    monkeypatch.setenv("WENMING_STORE", office.store.engine.url.database)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    assert "示意图" not in texts(visit("ranking"))
    app = visit("upload")
    app.text_input(key="who").input("甲")
    sent = ("轮廓.geojson", collection(*THREE), "application/json")
    app.file_uploader(key="outlines-file").set_value(sent).run()
    assert "单位轮廓 3 个，点位 0 个。" in texts(app)
    app.button(key="outlines-keep").click().run()
    assert not app.exception
    assert "CGCS2000 经纬度，3 个图形，甲存入" in texts(app)
    assert "已存入，地图上共 3 个图形。" in texts(app)
    app = visit("ranking")
    assert "示意图，不作为划界依据" in texts(app)
    assert "得分越低（60 到 100）" in texts(app)
    assert "未整改、反弹和反复点位是实时数据" in texts(app)
    issue = signing.draft(office, WEEK.start, "甲")
    signing.sign(office, issue.key, "乙", "演字1号")
    row = ["2026-11-18", "市督查组", "甲街道", "小区", "二号", "环境", "不合格", 10]
    ingest(office, checklist([row]), "二.xlsx")
    app = visit("ranking", period="周", date="2026-11-18")
    assert "得分越低（60 到 100）" in texts(app)
    assert "得分、失分是签发的名单上的，未整改、反弹和反复点位是实时数据" in texts(app)
    app.toggle[0].set_value(True).run()
    assert "得分越低（30 到 100）" in texts(app)


def test_bad_outlines_are_told_on_the_page_and_a_unit_without_one_on_the_map(
    office, tmp_path, monkeypatch
):
    monkeypatch.setenv("WENMING_STORE", office.store.engine.url.database)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(outline_reader, "LARGEST", 1 << 20)
    turned = area("甲街道")
    turned["geometry"]["coordinates"] = [[pair[::-1] for pair in moved(SQUARE, 0, 0)]]
    app = visit("upload")
    app.text_input(key="who").input("甲")
    for content, said, is_refused in (
        (collection(area("甲街道", 0.005), *THREE[1:]), "和“乙街道”的轮廓互相压住了", False),
        (collection(*THREE, spot("一号", 0.5, 0.5)), "点位“一号”在所有轮廓之外", False),
        (collection(turned, *THREE[1:]), "东和北可能写反了", True),
        (b"{" + b" " * (1 << 20), "文件太大，轮廓文件最多 1 MB", True),
        (collection(*THREE[:2]), "这些单位没有轮廓：丙街道", False),
    ):
        app.file_uploader(key="outlines-file").set_value(("轮廓.geojson", content, "")).run()
        assert not app.exception
        assert said in texts(app)
        assert app.button(key="outlines-keep").disabled == is_refused, said
    app.button(key="outlines-keep").click().run()
    assert "没有轮廓、图上不画的：丙街道。" in texts(visit("ranking"))


def test_who_may_not_take_in_may_not_draw(office):
    reader = bind(office, Viewer("ling", "领导甲", "领导", acts=frozenset()))
    with pytest.raises(AccessError, match="没有“入库”的权限"):
        keep_outlines(reader, looked(office, *THREE), "甲")
    with pytest.raises(IntakeError, match="请先填写经办人"):
        keep_outlines(office, looked(office, *THREE), " ")


def test_geometry_against_shapes_known_by_heart():
    square = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])
    points = np.array([[5.0, 5], [15, 5], [-1, 5], [5, 13]])
    assert contains(square, points).tolist() == [True, False, False, False]
    assert distance(square, points).tolist() == [5, 5, 1, 3]
    assert not crosses_itself(square)
    assert crosses_itself(np.array([[0.0, 0], [10, 10], [10, 0], [0, 10]]))
    assert ring_centre(square) == (5, 5)
    assert in_metres([(3.0, 4.0)], PLANE, (1, 1)).tolist() == [[2, 3]]


def test_the_made_up_city_has_a_map_without_a_fault(tmp_path):
    city = build_city()
    content = write_outlines(tmp_path, city).read_bytes()
    shapes, faults = read_shapes(content)
    streets = city.units.loc[city.units["unit_kind"] == "街道", "unit_name"]
    assert faults == []
    outlines = {
        s.name: in_metres(s.rings[0], SYSTEM, (106.1, 36.1)) for s in shapes if s.kind == "unit"
    }
    assert set(outlines) == set(streets)
    assert not any(map(crosses_itself, outlines.values()))
    spots = [s for s in shapes if s.kind == "site"]
    assert len(spots) == city.sites["street"].isin(streets).sum()
    inside = [
        contains(outlines[s.street], in_metres(s.rings[0], SYSTEM, (106.1, 36.1)))[0] for s in spots
    ]
    assert np.mean(inside) > 0.99


def test_on_the_command_line(office, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("WENMING_STORE", office.store.engine.url.database)
    monkeypatch.setenv("WENMING_DATA", str(tmp_path / "data"))
    path = tmp_path / "轮廓.geojson"
    path.write_bytes(collection(*THREE))

    def run(*words):
        code = main(["outlines", str(path), "--system", DEGREES, *words])
        out, err = capsys.readouterr()
        return code, out + err

    code, said = run()
    assert (code, "只检查，没有存入" in said) == (OK, True)
    assert city_map(office, WEEK, "street") is None
    code, said = run("--who", "甲")
    assert (code, "单位轮廓 3 个，点位 0 个。已存入。" in said) == (OK, True)
    path.write_bytes(collection(*THREE[:1]))
    code, said = run()
    assert (code, "这些单位没有轮廓：乙街道、丙街道。" in said) == (HELD, True)
    path.write_bytes(b"{}")
    code, said = run("--json")
    assert (code, json.loads(said)["shapes"]) == (FAILED, 0)
