"""Outlines of the map: looked at, then stored; the ones before stay in the store."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.privacy import mask
from wenming_metrics.domain.problems import Problem
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.outlines.checks import check_shapes, is_refused
from wenming_metrics.reading.outlines.read import read_shapes
from wenming_metrics.reading.outlines.shapes import SITE_SHAPE, SYSTEMS, UNIT_SHAPE, Shape
from wenming_metrics.store.database import reading, writing
from wenming_metrics.store.outlines import save_outlines, stored_outlines
from wenming_metrics.store.registers import read_register

_APART = 3
"""So many shapes with one fault are told one by one where no shape can be used; of more, so many are named."""


@dataclass(frozen=True)
class OutlineFile:
    """What a file of outlines holds: shapes that can be drawn, and all that is to be said of it."""

    name: str
    system: str
    shapes: tuple[Shape, ...]
    problems: tuple[Problem, ...]

    @property
    def is_refused(self) -> bool:
        """Whether nothing of it can be used."""
        return is_refused(self.problems) or not self.shapes

    def count(self, kind: str) -> int:
        """Count the shapes of a kind."""
        return sum(shape.kind == kind for shape in self.shapes)

    @property
    def told(self) -> list[tuple[str, str]]:
        """What is said to a reader: severity and sentence; one for a fault of many shapes of which none can be used."""
        told = []
        for code in dict.fromkeys(problem.code for problem in self.problems):
            alike = [problem for problem in self.problems if problem.code == code]
            if self.shapes or len(alike) <= _APART:
                told += [(problem.severity, problem.text) for problem in alike]
                continue
            first = [f"“{p.found}”" if p.found else p.location for p in alike[:_APART]]
            count = f"有 {len(alike)} 个图形是同一个问题（{'、'.join(first)}等），第一个是：{alike[0].text}"
            told.append((alike[0].severity, count))
        return told

    @property
    def sentence(self) -> str:
        """Say the outcome in one line."""
        if self.is_refused:
            return "没有可用的轮廓，没有存入。"
        unused = sum(problem.severity == "待核" for problem in self.problems)
        remark = f"，{unused} 个图形没有用" if unused else ""
        return f"单位轮廓 {self.count(UNIT_SHAPE)} 个，点位 {self.count(SITE_SHAPE)} 个{remark}。"


def look_at_outlines(office: Office, content: bytes, name: str, system: str) -> OutlineFile:
    """Read a file of outlines and check it. Raises IntakeError for a system that is not known."""
    if system not in SYSTEMS:
        raise IntakeError(f"没有“{system}”这种坐标系，可选：{'、'.join(SYSTEMS)}。")
    shapes, faults = read_shapes(content)
    with reading(office.store) as connection:
        register, present = read_register(connection), stored_outlines(connection)
    ranked_kind = office.rules.boards[0].kind
    sound, more = check_shapes(shapes, system, register, ranked_kind)
    faults = [*faults, *more]
    kinds = {shape.kind for shape in sound}
    if (
        present
        and present.system != system
        and {s["kind"] for s in present.shapes} - kinds
        and kinds
    ):
        faults.append(Problem("轮廓-15", details={"system": present.system}))
    return OutlineFile(mask(name), system, tuple(sound), tuple(faults))


@permitted("入库", "轮廓")
def keep_outlines(office: Office, file: OutlineFile, who: str) -> int:
    """Store the outlines of a file; those of the other kind (units, sites) stay. Returns: how many shapes there are now.

    Raises IntakeError where nothing of it can be used, or nobody says who they are.
    """
    if not who.strip():
        raise IntakeError("请先填写经办人。")
    if file.is_refused:
        raise IntakeError(f"{file.sentence}{''.join(text for _, text in file.told[:3])}")
    kinds = {shape.kind for shape in file.shapes}
    with reading(office.store) as connection:
        present = stored_outlines(connection)
    sent = json.loads(json.dumps([asdict(shape) for shape in file.shapes]))
    if present and present.system == file.system and list(present.shapes) == sent:
        return len(sent)  # the same file once more
    with writing(office.store) as connection:
        present = stored_outlines(connection)
        beside = [s for s in present.shapes if s["kind"] not in kinds] if present else []
        if beside and present.system != file.system:
            raise IntakeError(Problem("轮廓-15", details={"system": present.system}).text)
        shapes = beside + sent
        save_outlines(connection, file.name, file.system, who.strip(), shapes)
    return len(shapes)


@permitted("撤回", "轮廓")
def drop_outlines(office: Office, who: str) -> None:
    """Take the map away. Raises IntakeError where nobody says who they are."""
    if not who.strip():
        raise IntakeError("请先填写经办人。")
    with writing(office.store) as connection:
        save_outlines(connection, "", "", who.strip(), [])
