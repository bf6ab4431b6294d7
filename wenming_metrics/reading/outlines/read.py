"""Read outlines: GeoJSON, or a table (xlsx, csv) with a point a row, the points of a unit in their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from wenming_metrics.domain.problems import Problem, messages
from wenming_metrics.reading.model.grid import Refusal, cells
from wenming_metrics.reading.outlines.shapes import SITE_SHAPE, UNIT_SHAPE, Shape
from wenming_metrics.reading.recognise.sheets import refusal_problem
from wenming_metrics.reading.sandbox.process import SandboxLimits, decode, run

LARGEST = 20 << 20
"""Bytes of a file of outlines: a city's need far fewer."""
_LIMITS = SandboxLimits(cpu_seconds=20, wall_seconds=60, output_bytes=64 << 20)
_EAST = ("经度", "东坐标", "lon", "lng", "longitude", "东")
_NORTH = ("纬度", "北坐标", "lat", "latitude", "北")
_NAME = ("单位名称", "点位名称", "名称", "街道")
_PART, _STREET = ("部分", "序号"), ("所属街道", "所属单位")
_POINT_COLUMN = "点位名称"
_REASONS = {
    "not_outlines": "不是完整的 GeoJSON，或者里面没有 features",
    "too_many_points": "点超过 {limit} 个",
    "not_workbook": "不是 GeoJSON，也不是表格",
}
"""Refusal of a file -> why, where what is said of other files does not fit."""
_FIRST_ROWS = 5
"""The header stands in one of so many rows."""


def read_shapes(content: bytes) -> tuple[list[Shape], list[Problem]]:
    """Read the shapes of a file as they stand in it; what cannot be read is told, all at once."""
    if len(content) > LARGEST:
        return [], [Problem("轮廓-01", details={"limit": LARGEST >> 20})]
    is_json = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    return _of_features(content) if is_json else _of_table(content)


def _of_features(content: bytes) -> tuple[list[Shape], list[Problem]]:
    features = run("outline_child", content, lambda sent, _: _features(sent), limits=_LIMITS)
    if isinstance(features, Refusal):
        return [], [_unread(features)]
    if not features:
        return [], [Problem("轮廓-02", found="features 里一个图形也没有")]
    shapes, faults = [], []
    for number, feature in enumerate(features, 1):
        rings, name = feature["rings"], feature["name"]
        if feature["geometry"] not in ("Point", "Polygon", "MultiPolygon") or not rings:
            faults.append(Problem("轮廓-03", row=number, found=feature["geometry"] or "没有图形"))
        elif not name:
            faults.append(Problem("轮廓-04", row=number))
        else:
            kind = SITE_SHAPE if feature["geometry"] == "Point" else UNIT_SHAPE
            ring_points = tuple(tuple((x, y) for x, y in ring) for ring in rings)
            shapes.append(Shape(kind, name, number, ring_points, feature["street"]))
    return shapes, faults


def _unread(refusal: Refusal) -> Problem:
    """Word why a file was not decoded."""
    problem = refusal_problem(refusal)
    reason = _REASONS.get(refusal.code) or messages()[problem.code].text.rstrip("。")
    return Problem("轮廓-02", found=reason.format_map(problem.details))


def _features(sent: Iterator[tuple[dict, bytes]]) -> list[dict]:
    features = []
    for header, _ in sent:
        if header["type"] != "feature":
            return features
        features.append(header)
    return features


def _of_table(content: bytes) -> tuple[list[Shape], list[Problem]]:
    workbook = decode(content, limits=_LIMITS)
    if workbook.refusal:
        return [], [_unread(workbook.refusal)]
    shapes, faults, is_found = [], [], False
    for sheet in workbook.sheets:
        rows = list(zip(*map(cells, sheet.columns), strict=True))
        for index, row in enumerate(rows[:_FIRST_ROWS]):
            slots = _places([str(value or "").strip() for value in row])
            if slots:
                lines = list(enumerate(rows[index + 1 :], sheet.first_row + index + 1))
                table_shapes, table_faults = _of_lines(lines, slots, sheet.name)
                shapes, faults, is_found = shapes + table_shapes, faults + table_faults, True
                break
    if not (shapes or faults):
        lacking = "表头下面一行也没有" if is_found else "没有名称、经度、纬度三列"
        return [], [Problem("轮廓-02", found=lacking)]
    return shapes, faults


def _places(header: Sequence[str]) -> dict[str, int]:
    """Find the columns; {} where this row is no header."""
    titles_of = {"east": _EAST, "north": _NORTH, "name": _NAME, "part": _PART, "street": _STREET}
    lowered = [title.lower() for title in header]
    slots = {
        key: next(
            (lowered.index(title.lower()) for title in titles if title.lower() in lowered), -1
        )
        for key, titles in titles_of.items()
    }
    slots["is_site"] = int(_POINT_COLUMN in header)
    return slots if min(slots["east"], slots["north"], slots["name"]) >= 0 else {}


def _of_lines(
    lines: list[tuple[int, tuple]], slots: dict[str, int], sheet: str
) -> tuple[list[Shape], list[Problem]]:
    points, faults = [], []
    for row, values in lines:
        name = str(values[slots["name"]] or "").strip()
        position = [_number(values[slots[axis]]) for axis in ("east", "north")]
        if not name and position == [None, None]:
            continue
        if not name or None in position:
            faults.append(Problem("轮廓-05", sheet=sheet, row=row, found=name))
            continue
        stretch, street = (
            str(values[slots[key]] or "").strip() if slots[key] >= 0 else ""
            for key in ("part", "street")
        )
        points.append((name, stretch, street, row, tuple(position)))
    if slots["is_site"]:
        return [
            Shape(SITE_SHAPE, n, row, ((position,),), street)
            for n, _, street, row, position in points
        ], faults
    shapes = []
    for name, group in groupby(points, key=lambda point: point[0]):
        group_points = list(group)
        rings = [
            tuple(position for *_, position in ring)
            for _, ring in groupby(group_points, key=lambda point: point[1])
        ]
        shapes.append(Shape(UNIT_SHAPE, name, group_points[0][3], tuple(rings)))
    return shapes, faults


def _number(value: object) -> float | None:
    try:
        number = float(str(value).strip())
    except ValueError:
        return None
    return number if abs(number) < 1e9 else None
