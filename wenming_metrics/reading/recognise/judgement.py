"""How sure a table is: read as it is, proposed whole, or asked; and the sentence that says why.

Sure: known titles, or a form that a person confirmed, for all that a score depends on, and no other
kind near. All else is filled in and confirmed once. A wrong value without a word is the worst there
is: a column of numbers or results that nobody reads is asked about before rows are stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wenming_metrics.reading.model import reading
from wenming_metrics.reading.model.grid import SheetGrid
from wenming_metrics.reading.model.reading import (
    ASKED,
    COMPONENT,
    PROPOSED,
    SURE,
    Recognised,
    SeenColumn,
)
from wenming_metrics.reading.recognise.column_evidence import ColumnEvidence, weights
from wenming_metrics.reading.recognise.families import FAMILY, REQUIRED
from wenming_metrics.reading.recognise.headers import Words, guess_header
from wenming_metrics.reading.recognise.proposal import KindFit, Proposal, propose
from wenming_metrics.reading.recognise.special_columns import (
    ACCEPTED,
    ITEM_COLUMN,
    is_idle,
    lists_people,
)
from wenming_metrics.reading.records.kinds import SHEET_TITLES
from wenming_metrics.reading.survey.questions import MARK
from wenming_metrics.reading.tables.header import Header
from wenming_metrics.vocabulary import INPUT, normalise

_CLOSE = 1.5
"""A margin between two kinds that is none."""
_POSSIBLE = 2.0
"""Points from which a column that is not read may be what a table lacks."""
_PLACES = ("district", "street", "community")
_CRITICAL = {
    reading.CHECKLIST: ("result", "deduction", "full_mark"),
    reading.FINDINGS: ("deduction", "places"),
    reading.WIDE: ("item",),
    # Read as visits that found nothing, or as a register, a table of problems would be full marks.
    **dict.fromkeys((reading.VISITS, reading.SITES), ("result", "deduction", "description")),
    reading.SURVEY: (*_PLACES, "submitted"),
}
"""Roles that a score depends on besides who, where and when: unread, they change it."""
_PURPOSE = {
    "campaign": ("progress", "due"),
    "document": ("document_state", "review", "handed_in", "due"),
    "rectification": ("description", "responsible", "deadline", "finished", "measure"),
}
"""What records are kept for: no score depends on it, a list without it says nothing."""
_WHERE = ("day", "district", "street", "community", "site", "item", "result", "deduction", "places")
_REGISTERS = (reading.SITES, reading.UNITS)
_EVENTS = ("day", "result", "deduction", "description", "earned_total", "lost_total")
_COUNTED = ("result", "deduction", "places")
_SHOWN = 3
_ONLY_A_SCORE = re.compile("(最终|最后|总|综合|实际?|.{1,3}后的?)?(分数|得分|成绩|评分|总分)")
"""Headers that say nothing but that it is a score, the last of several."""


def judge(sheet: SheetGrid, header: Header | None, words: Words) -> Recognised | None:
    """Say what a table is taken for and how sure that is.

    Takes:   header - as known titles and what people said give it; None: there is none
    Returns: None where the sheet has nothing like a header at all
    """
    kind = header.kind if header else ""
    is_lacking = bool(header and header.missing and not header.joins)
    is_settled = bool(header and (header.is_chosen or (kind and not is_lacking)))
    likely = header if is_settled else guess_header(sheet, words) or header
    if header and likely and likely.texts == header.texts:
        likely = header  # which knows whether it is a form of its own
    if likely is None:
        return None
    proposal = propose(sheet, likely, words.items, words.lexicon, words.survey)
    fit, doubts = proposal.best, set()
    if is_settled and not kind:
        return _recognised(sheet, likely, proposal, kind, SURE)  # a person said that it is no table
    if kind == reading.SURVEY and not (header.is_chosen or _asks(proposal)):
        is_settled = False  # the day of an answer may be the day of anything
    if is_settled:
        doubts = _doubts(header, proposal)
        if kind == reading.SURVEY and words.survey:
            doubts |= _unasked(header, proposal)
        is_other = not header.is_chosen and (
            proposal.is_beaten(kind) or (kind in _REGISTERS and _tells_events(header, proposal))
        )
        is_whole = not doubts and not is_lacking and not _loses(header, proposal)
        titled = proposal.fit(kind)
        # What is asked about anyway is proposed as what it is likeliest.
        is_near = is_whole or fit is None or fit.points - titled.points < _CLOSE
        if header.is_chosen or fit is None or (is_near and not is_other):
            fit = titled
        if fit.kind == kind and is_whole and not is_other:
            return _recognised(sheet, likely, proposal, kind, SURE)
    if fit is None:
        return _recognised(sheet, likely, proposal, kind if is_settled else "", "")
    unsure = _uncertain(fit, proposal)
    doubts |= {p for p in unsure if normalise(likely.texts[p]) not in likely.said}
    is_near = proposal.margin < _CLOSE or _is_findable(fit, proposal)
    certainty = ASKED if is_near or doubts else PROPOSED
    return _recognised(sheet, likely, proposal, kind, certainty, fit, doubts)


def _tells_events(header: Header, proposal: Proposal) -> bool:
    """Say whether a table with the titles of a register has columns that nobody reads of what was
    found, lost or earned: it is no register."""
    read = {position for ats in header.columns.values() for position in ats}
    return any(
        column.position not in read
        and normalise(column.text) not in header.said
        and any(
            column.points[name] >= ACCEPTED and column.worded[name] >= ACCEPTED for name in _EVENTS
        )
        for column in proposal.columns
    )


def _loses(header: Header, proposal: Proposal) -> bool:
    """Say whether a column in own words has what a record is there to tell, and nobody reads it."""
    lacking = {name for name in _PURPOSE.get(header.kind, ()) if name not in header.columns}
    roles = proposal.fit(header.kind).roles
    return any(
        role in lacking
        and column.worded.get(role, 0.0) >= ACCEPTED
        and normalise(column.text) not in header.said
        for column, role in zip(proposal.columns, roles, strict=True)
    )


def _doubts(header: Header, proposal: Proposal) -> set[int]:
    """List the columns that are not read, or read as what they do not look like, and would change
    a score."""
    read = {position: name for name, ats in header.columns.items() for position in ats}
    critical = _CRITICAL.get(header.kind, ())
    lacking = {name for name in critical if name not in header.columns}
    if set(_PLACES) & set(header.columns):
        lacking -= set(_PLACES)
    fit = proposal.fit(header.kind)
    is_of_units = any(set(group) & {"subject"} for group in REQUIRED[header.kind])
    required = {name for group in REQUIRED[header.kind] for name in group}
    is_of_places = "street" in required and "site" not in required
    sums = header.columns.get("total", ())
    words_of_sums = {normalise(header.texts[position]) for position in sums}
    if len(words_of_sums & header.said) == 1 or len(words_of_sums) < len(sums[:2]):
        sums = ()  # a person said which of them counts, or nobody could: they bear one header
    apart = {position for position in sums if not any(header.groups[position : position + 1])}
    doubts = apart if len(apart) > 1 else set()
    if is_of_units and lists_people(proposal.columns):
        people = header.columns.get("subject", ())
        doubts |= {p for p in people if normalise(header.texts[p]) not in header.said}
    for column, role in zip(proposal.columns, fit.roles, strict=True):
        word = normalise(column.text)
        if word in header.said:
            continue
        if column.position in read:
            if _looks_otherwise(column, read[column.position]):
                doubts.add(column.position)
        elif column.position in header.items or not word:
            continue
        elif role in lacking or (is_of_places and _names_sites(column)):
            doubts.add(column.position)
        elif header.kind in (reading.CHECKLIST, reading.FINDINGS) and _holds_points(
            column, lacking
        ):
            doubts.add(column.position)
        elif sums and _ONLY_A_SCORE.fullmatch(word):
            doubts.add(column.position)  # beside 测评得分: which of them counts is not ours to say
    return doubts


def _asks(proposal: Proposal) -> bool:
    """Say whether a column is headed by a question."""
    return any(role.startswith(MARK) for role in proposal.fit(reading.SURVEY).roles)


def _unasked(header: Header, proposal: Proposal) -> set[int]:
    """List the questions of a questionnaire of which not one is known: its answers would be none."""
    if any(name.startswith(MARK) for name in header.columns):
        return set()
    roles = proposal.fit(reading.SURVEY).roles
    return {
        column.position
        for column, role in zip(proposal.columns, roles, strict=True)
        if role.startswith(MARK) and normalise(column.text) not in header.said
    }


def _names_sites(column: ColumnEvidence) -> bool:
    """Say whether each row is of a site: what a kind of units keeps of it would be of no unit."""
    is_silent = max(column.worded.values()) <= 0 and not is_idle(column.text)
    if is_silent and column.has("site", "place") >= 0.6:
        return True  # below a header that says nothing, names of places say it
    return column.worded["site"] >= ACCEPTED and column.points["site"] >= ACCEPTED


def _looks_otherwise(column: ColumnEvidence, role: str) -> bool:
    """Say whether the values of a column with a known title are of another kind altogether."""
    needs = weights()[0][role].needs if role in weights()[0] else ()
    if role not in _WHERE or not needs or column.forms["filled"] < 0.3 or column.n_filled < 3:
        return False
    louder = [name for name in column.points if name != role and column.points[name] >= 8]
    return column.has(*needs) < 0.3 and bool(louder)


def _holds_points(column: ColumnEvidence, lacking: set[str]) -> bool:
    """Say whether a column that nobody reads may be what a score lacks."""
    if is_idle(column.text) or column.has("serial", "date", "phone", "code") >= 0.6:
        return False
    wordless = [name for name in lacking & set(_COUNTED) if column.worded[name] > -3]
    number = column.has("points", "minus") >= 0.6 and column.has("number", "points") >= 0.6
    return bool(wordless) and (number or ("result" in wordless and column.has("result") >= 0.6))


def _is_findable(fit: KindFit, proposal: Proposal) -> bool:
    """Say whether a column that is not read may be what a table still lacks.

    Where none may, nothing is to be chosen: what lacks is said beside the proposal.
    """
    lacking = {name for group in fit.absent for name in group}
    unread = [
        column
        for column, role in zip(proposal.columns, fit.roles, strict=True)
        if not role and column.forms["filled"] >= 0.3 and not is_idle(column.text)
    ]
    return any(
        column.points[name] >= _POSSIBLE and column.worded[name] > -3
        for column in unread
        for name in lacking
    ) or any(_holds_points(column, lacking) for column in unread)


def _uncertain(fit: KindFit, proposal: Proposal) -> set[int]:
    """List the columns with a role that a score depends on and that two columns could have, and those
    that nobody reads and that hold what a score may lack."""
    critical = {*_CRITICAL.get(fit.kind, ()), "day", "planned_day"}
    lacking = critical & set(_COUNTED) - set(fit.roles)
    is_scored = fit.kind in (reading.CHECKLIST, reading.FINDINGS)
    doubts = {
        column.position
        for column, role in zip(proposal.columns, fit.roles, strict=True)
        if is_scored and not role and _holds_points(column, lacking)
    }
    for column, role in zip(proposal.columns, fit.roles, strict=True):
        if role not in critical or (fit.kind == reading.WIDE and role == ITEM_COLUMN):
            continue  # each item has a column of its own
        least = max(column.points[role] - 1, ACCEPTED)
        rivals = [
            other
            for other, name in zip(proposal.columns, fit.roles, strict=True)
            if not name and other.points[role] >= least and not is_idle(other.text)
        ]
        if rivals or (fit.kind == reading.VISITS and role == "result"):
            doubts |= {column.position, *(rival.position for rival in rivals)}
    return doubts


def _recognised(
    sheet: SheetGrid,
    header: Header,
    proposal: Proposal,
    kind: str,
    certainty: str,
    fit: KindFit | None = None,
    doubts: Sequence[int] | set[int] = (),
) -> Recognised:
    read = {position: name for name, ats in header.columns.items() for position in ats}
    read |= dict.fromkeys(header.items, "item")
    roles = {candidate.kind: candidate.roles for candidate in proposal.fits}
    if kind and (certainty == SURE or not certainty):
        roles[kind] = tuple(read.get(column.position, "") for column in proposal.columns)
    fit = fit or (proposal.fit(kind) if kind else proposal.best)
    return Recognised(
        sheet.name,
        kind,
        header.fingerprint,
        header.is_chosen,
        certainty,
        fit.kind if fit else "",
        explain(fit, proposal) if fit else "",
        tuple(
            SeenColumn(column.position, column.text, column.samples, column.position in doubts)
            for column in proposal.columns
        ),
        roles,
        tuple("或".join(INPUT[name].title for name in group) for group in fit.absent)
        if fit
        else (),
        sheet.n_rows - header.first,
    )


def explain(fit: KindFit, proposal: Proposal) -> str:
    """Say in a line what speaks for a kind: 「标题“任务安排”,日期都在今天以后,没有检查结果」."""
    return "，".join((*_reasons(fit, proposal), *_rival(fit, proposal))) or "列最像"


def _rival(fit: KindFit, proposal: Proposal) -> Iterator[str]:
    """Name another kind that is as likely, for a person to choose between the two."""
    second = next(rival for rival in proposal.fits if rival.kind != fit.kind)
    if fit is proposal.best and proposal.margin < _CLOSE:
        yield f"也可能是{SHEET_TITLES[second.kind]}"


def _reasons(fit: KindFit, proposal: Proposal) -> Iterator[str]:
    if fit.title_word:
        yield f"标题有“{fit.title_word}”"
    by_weight = sorted(
        zip(proposal.columns, fit.roles, strict=True),
        key=lambda pair: -weights()[1][fit.kind].roles.get(pair[1], 0.0),
    )
    titled = [
        f"“{column.text}”作{INPUT[role].title}"
        for column, role in by_weight
        if role in INPUT and role != "remark"
    ]
    beside = sum(role in ("item", COMPONENT) or role.startswith(MARK) for role in fit.roles)
    if fit.kind == reading.WIDE and beside:
        titled = [f"{beside} 列测评项", *(text for text in titled if "作测评项" not in text)]
    elif beside > 1 and any(role.startswith(MARK) for role in fit.roles):
        titled = [f"{beside} 列题目或选项", *titled]
    yield from titled[:_SHOWN]
    dated = [
        c
        for c, role in zip(proposal.columns, fit.roles, strict=True)
        if role in ("day", "planned_day")
    ]
    if fit.kind == reading.PLAN and any(column.has("future") > 0.5 for column in dated):
        yield "日期在今天以后"
    if fit.kind in (reading.PLAN, reading.VISITS, reading.SITES):
        yield "没有检查结果"


def describe_nearest(table: Recognised | None) -> str:
    """Say what a table is nearest to, for one that is of no kind; "" where nothing is near."""
    if table is None or not table.proposed:
        return ""
    lacking = f"，但没有{'、'.join(table.missing)}" if table.missing else ""
    return f"最像的是{SHEET_TITLES[table.proposed]}：{table.reason}{lacking}。"


def same_family(first: str, second: str) -> bool:
    """Say whether two kinds read the same columns."""
    return FAMILY.get(first) == FAMILY.get(second)
