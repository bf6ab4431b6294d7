"""How an office wants its 通报: which sections in which order, its own texts, its shell.

Each layout and each shell is kept under its digest, so that a document that comes back is compared
with what was handed out, whatever the office has changed since.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

from docx.opc.exceptions import PackageNotFoundError
from sqlalchemy import Connection

from wenming_metrics.access.viewer import permitted
from wenming_metrics.export.word.document import fill
from wenming_metrics.export.word.shell import (
    ANNEX_MARK,
    BODY_MARK,
    MARKS,
    REQUIRED,
    default_shell,
)
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.issues import REVIEW, SPAN_NAMES, SPECIAL, Issue
from wenming_metrics.queries.office import Office
from wenming_metrics.reading.model.grid import Refusal
from wenming_metrics.reading.sandbox.documents import PDF, DocumentText, read_text
from wenming_metrics.reading.sandbox.process import SandboxLimits
from wenming_metrics.store.database import Store, reading
from wenming_metrics.store.notes import read_note, write_note

SECTIONS = {
    "summary": "督查情况",
    "ranking": "排名情况",
    "shortlists": "建议名单",
    "absent": "未评分单位",
    "losses": "主要失分",
    "problems": "存在问题",
    "repeats": "反复问题",
    "rectification": "整改情况",
    "hotline": "12345办理情况",
    "survey": "两率一度",
    "reviews": "回头看情况",
    "corrections": "更正",
    "demands": "工作要求",
    "annex": "附件",
}
"""Sections of a 通报 by name, in their usual order; the annex always stands last."""
USUAL_SECTIONS = tuple(name for name in SECTIONS if name != "hotline")
"""Those of an office that chose none: not every city is told of 12345."""
DEADLINE_MARK = "{{反馈期限}}"
"""In the demands: the day by which units answer."""
_DEMANDS = (
    "各责任单位要对照问题清单立行立改，举一反三，防止问题反弹。\n"
    f"各责任单位要于{DEADLINE_MARK}前将整改情况（含整改前后照片）反馈市创建办。\n"
    "到期未完成整改的，要书面说明原因和完成时限。"
)
_LIMITS = SandboxLimits(
    entries=500, xml_bytes=40 << 20, unpacked_bytes=80 << 20, cpu_seconds=20, wall_seconds=40
)
_MOST_BYTES = 10 << 20
_MARK = re.compile(r"\{\{[^{}]*\}\}")
_CURRENT = "bulletin"
REGULAR = "regular"
_FIRST = ("sections", "subject", "opening", "demands", "signer", "feedback_days", "per_unit")
_FIRST += ("shell", "shell_name")
"""Fields that layouts always had; later ones count in the digest only where they are used."""
_LONGEST, _LONGEST_SPECIAL = 5_000, 4_000
"""Signs of a document at most, by the rules of 2024 on lightening the load; less on special work."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Layout:
    """How an office wants its 通报.

    sections - names of SECTIONS, in order; subject - in the title; opening - before the first
    section, "" = none; demands - one a line; signer - 落款; feedback_days - days after the last day
    of the period to answer in; per_unit - problems named in the text for each unit, the remaining stand in the
    annex; shell - digest, "" = the software's own; shell_name - of its file; addressee (主送), copies
    (抄送), secrecy (密级), plan_no (督查计划编号) - "" = none; internal - 内部资料: no picture for chat
    groups; additions - (name of a section, the office's own words at its end) each; kind - REGULAR,
    SPECIAL or REVIEW; scope - of a special one: names of indicators, items or types of sites, joined
    by 、, "" = all
    """

    sections: tuple[str, ...] = USUAL_SECTIONS
    subject: str = "文明城市创建督查"
    opening: str = ""
    demands: str = _DEMANDS
    signer: str = "市创建全国文明城市工作领导小组办公室"
    feedback_days: int = 7
    per_unit: int = 2
    shell: str = ""
    shell_name: str = ""
    addressee: str = ""
    copies: str = ""
    secrecy: str = ""
    plan_no: str = ""
    internal: bool = False
    additions: tuple[tuple[str, str], ...] = ()
    kind: str = REGULAR
    scope: str = ""

    @property
    def longest(self) -> int:
        """Signs that its text may have at most."""
        return _LONGEST_SPECIAL if self.kind == SPECIAL else _LONGEST

    @property
    def words(self) -> str:
        """All that people wrote of it, to be looked through."""
        return "\n".join((self.opening, self.demands, *(text for _, text in self.additions)))

    @property
    def digest(self) -> str:
        """What a document says of the layout that it was made by."""
        usual = {field.name: field.default for field in fields(self)}
        added = {n: value for n, value in asdict(self).items() if n in _FIRST or value != usual[n]}
        text = json.dumps(added, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


_DEFAULTS = {
    REGULAR: Layout(),
    SPECIAL: Layout(
        sections=("problems", "rectification", "demands", "annex"),
        subject="文明城市创建专项督查",
        kind=SPECIAL,
    ),
    REVIEW: Layout(
        sections=("reviews", "demands"), subject="文明城市创建“回头看”督查", kind=REVIEW
    ),
}


def kind_of(issue: Issue) -> str:
    """Say by which layout an issue is made."""
    kinds = {name: kind for kind, name in SPAN_NAMES.items()}
    return kinds.get(issue.name, REGULAR)


def current_layout(connection: Connection, kind: str = REGULAR) -> Layout:
    """Give the layout in force of a kind; the software's own where the office has set none."""
    return _layout_of(read_note(connection, _current(kind))) or _DEFAULTS[kind]


def _current(kind: str) -> str:
    return _CURRENT if kind == REGULAR else f"{_CURRENT}-{kind}"


def layout_in_force(office: Office, kind: str = REGULAR) -> Layout:
    """Give `current_layout` of an office."""
    with reading(office.store) as connection:
        return current_layout(connection, kind)


def layout_by(connection: Connection, digest: str) -> Layout | None:
    """Give a layout that was in force at some time; None where it is not known."""
    for usual in _DEFAULTS.values():
        if digest == usual.digest:
            return usual
    return _layout_of(read_note(connection, f"{_CURRENT}-{digest}"))


def _layout_of(note: Mapping[str, object] | None) -> Layout | None:
    if note is None:
        return None
    names = {field.name for field in fields(Layout)}
    values = {name: value for name, value in note.items() if name in names}
    additions = tuple((name, text) for name, text in values.get("additions", ()))
    lists = {"sections": tuple(values["sections"]), "additions": additions}
    return Layout(**{**values, **lists})


@permitted("拟稿", "通报的设置")
def save_layout(store: Store, layout: Layout) -> None:
    """Put a layout into force, from the next document on. Raises IntakeError for one of no use."""
    unknown = [name for name in layout.sections if name not in SECTIONS]
    if unknown:
        raise IntakeError(f"没有“{'、'.join(unknown)}”这样的部分，可以选：{'、'.join(SECTIONS)}。")
    if not layout.sections:
        raise IntakeError("通报至少要有一个部分。")
    if not 0 <= layout.feedback_days <= 365 or not 0 <= layout.per_unit <= 100:
        raise IntakeError("反馈期限应在 0 到 365 天之间，每个单位列出的问题应在 0 到 100 条之间。")
    write_note(store, f"{_CURRENT}-{layout.digest}", asdict(layout))
    write_note(store, _current(layout.kind), asdict(layout))
    _log.info("通报版式 %s 外壳 %r", layout.digest, layout.shell_name or "默认")


@permitted("拟稿", "通报的外壳")
def with_shell(store: Store, layout: Layout, content: bytes, name: str) -> Layout:
    """Check a shell and keep it; gives the layout with it. Raises IntakeError."""
    check_shell(content)
    digest = hashlib.sha256(content).hexdigest()[:16]
    write_note(store, f"shell-{digest}", {"content": base64.b64encode(content).decode()})
    return replace(layout, shell=digest, shell_name=name)


def shell_of(connection: Connection, layout: Layout) -> bytes:
    """Give the shell of a layout; the software's own where it has none."""
    note = read_note(connection, f"shell-{layout.shell}") if layout.shell else None
    return default_shell() if note is None else base64.b64decode(note["content"])


def shell_in_force(office: Office, kind: str = REGULAR) -> bytes:
    """Give the shell that documents of a kind are made of now."""
    with reading(office.store) as connection:
        return shell_of(connection, current_layout(connection, kind))


def check_shell(content: bytes) -> None:
    """Say everything that keeps a document from being a shell. Raises IntakeError."""
    if content.startswith(PDF):
        raise IntakeError("外壳要用 Word 文档（.docx），不能用 PDF。")
    text = read_document(content, "外壳")
    faults = ["外壳里有宏，请另存为不带宏的 .docx"] if text.macros else []
    if text.outside:
        faults.append("外壳要从别处取内容（外部图片、模板），请把它们嵌入文档")
    within = _marks_in(text, beside=False)
    aside = _marks_in(text, beside=True)
    known = "、".join(MARKS)
    faults += [f"缺少标记 {mark}" for mark in REQUIRED if mark not in within]
    faults += [
        f"标记 {mark} 出现了 {within.count(mark)} 次，只能有一次"
        for mark in MARKS
        if within.count(mark) > 1
    ]
    faults += [f"标记 {mark} 在页眉、页脚或脚注里，请移到正文" for mark in MARKS if mark in aside]
    strange = dict.fromkeys(mark for mark in (*within, *aside) if mark not in MARKS)
    faults += [f"不认识标记 {mark}，可以用的有 {known}" for mark in strange]
    faults += _crowded(text)
    if faults:
        raise IntakeError(f"这个文件不能作通报的外壳：{'；'.join(faults)}。")
    try:
        fill(content, {}, [], [], {})
    except (PackageNotFoundError, KeyError, ValueError) as error:
        raise IntakeError("外壳的文件结构不完整，请用 Word 打开，另存为 .docx 再试。") from error


def _marks_in(text: DocumentText, *, beside: bool) -> list[str]:
    cells = (cell for line in text.lines if line.beside == beside for cell in line.cells)
    return [mark for cell in cells for mark in _MARK.findall(cell)]


def _crowded(text: DocumentText) -> list[str]:
    """List the markers that stand for whole paragraphs, but share theirs with other words."""
    faults = []
    for line in text.lines:
        for mark in (BODY_MARK, ANNEX_MARK):
            if any(mark in cell for cell in line.cells) and line.cells != (mark,):
                faults.append(f"标记 {mark} 要单独占一段，不能在表格里，也不能和别的字在一段")
    return faults


def read_document(content: bytes, what: str) -> DocumentText:
    """Read a document in the sandbox. Takes: what - how it is called. Raises IntakeError."""
    if len(content) > _MOST_BYTES:
        raise IntakeError(f"{what}超过 {_MOST_BYTES >> 20} MB，读不了。")
    answer = read_text(content, bounds=_LIMITS)
    if not isinstance(answer, Refusal):
        return answer
    if answer.code == "word_password":
        raise IntakeError(
            f"{what}加了密码，或者是旧的 .doc、.ppt 格式。请去掉密码，另存为 .docx、.pptx 或 PDF。"
        )
    if answer.code in ("not_word", "truncated", "unreadable"):
        raise IntakeError(f"{what}不是 Word 文档（.docx）、幻灯片（.pptx）或 PDF，或者文件不完整。")
    raise IntakeError(f"{what}太大或太复杂，读不了。请用 Word 打开另存一份再试。")
