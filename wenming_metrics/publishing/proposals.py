"""建议名单: which named units 通报表扬, 通报批评 or 约谈 may be proposed for, on what grounds; what people decided.

A list of front and back says where a unit stands; a proposal says since when, by which clause, on which
signed issues, and whether their samples suffice. It is never made on one week alone, and it decides
nothing: what was decided is typed in by a person, also where nothing was proposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cache, partial

import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.access.viewer import permitted
from wenming_metrics.domain.privacy import mask
from wenming_metrics.intake.commit import IntakeError
from wenming_metrics.publishing.issues import WITHDRAWN, Issue, get_issue
from wenming_metrics.publishing.lists import IssueLists
from wenming_metrics.publishing.signing import draft_lists
from wenming_metrics.publishing.snapshot import issues_before, read_frozen
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.ranking.sampling import MISSED, sampling
from wenming_metrics.queries.scores.rule_spans import rules_on
from wenming_metrics.rules.model import Measure, RuleSet
from wenming_metrics.scoring.ranking.bands import FEW_SITES
from wenming_metrics.scoring.ranking.shortlists import running
from wenming_metrics.store.database import reading, stamp
from wenming_metrics.store.notes import change_note, read_note
from wenming_metrics.vocabulary import titles

FIT, ONCE_SIGNED = "可以建议", "签发后可以建议"
COLUMNS = tuple(
    "board measure end group unit unit_name rank score running issues clause source sample verdict decided".split()
)
PROPOSED = (
    *("measure=proposed_measure", "unit_name", "verdict=verdict_on_proposal", "group"),
    *("rank", "score", "running=times_running", "issues=rests_on_issues"),
    *("sample=sample_verdict", "clause=rules_clause", "source=rules_source", "decided=decided_on"),
)
"""The columns of the list, as `vocabulary.columns` takes them."""
PROPOSALS_NOTE = "建议名单只供参考，怎样决定由人登记。"
DECIDED = (
    "measure=proposed_measure",
    "unit_name",
    "decision=decided_on",
    "document=document_no",
    "who",
    "at",
)
"""The columns of `decisions`, as `vocabulary.columns` takes them."""
DECISIONS = ("measure", "unit_name", "decision", "document", "who", "at")
_WEEK = 7
"""Days that issues must span by more than this together: one week proposes nothing."""
_ENOUGH = "够"
_ASKED = titles("sites_met", "types_met", "revisited_met")


def proposals(office: Office, key: int) -> pd.DataFrame:
    """List what may be proposed of the units that an issue names in front and at the back.

    A draft is measured as it would be signed now.

    Returns: COLUMNS, one line per measure and named unit, those fit first: end (FRONT or BACK),
             running (signed issues up to this one in which it was named at that end without a gap),
             issues (those it rests on, with their documents), clause ("" = the rules write none), source (of the rules), sample
             (_ENOUGH, or what is short and in which issue), verdict (FIT, of a draft ONCE_SIGNED, or
             why not yet), decided (what a person typed in, "" = nothing)
    """
    with reading(office.store) as connection:
        issue = get_issue(connection, key)
        signed = read_frozen(connection, issue).lists if issue.was_signed else None
    figures = signed or draft_lists(office, issue)
    with reading(office.store) as connection:
        lines = propose(connection, office, issue, figures)
    decided = decisions(office, issue)
    spelled = {
        (
            line.measure,
            line.unit_name,
        ): f"{line.decision}（{line.document or '无文号'}，{line.who}）"
        for line in decided.itertuples()
    }
    keys = zip(lines["measure"], lines["unit_name"], strict=True)
    return lines.assign(decided=[spelled.get(key, "") for key in keys])


def propose(
    connection: Connection, office: Office, issue: Issue, figures: IssueLists
) -> pd.DataFrame:
    """Make the lines of `proposals` but for what was decided. Takes: figures - of the issue"""
    rules = rules_on(office, issue.window.end)
    chain = [(issue, figures), *_run_before(connection, issue)]
    lines = [line for kind in figures.shortlists for line in _of_board(office, kind, chain, rules)]
    frame = pd.DataFrame(lines, columns=list(COLUMNS[:-1]))
    return frame.sort_values("verdict", key=lambda verdict: ~is_fit(verdict), kind="stable")


def is_fit(verdict: pd.Series) -> pd.Series:
    """Say which verdicts of `proposals` have nothing in the way."""
    return verdict.isin((FIT, ONCE_SIGNED))


def fit_names(lines: pd.DataFrame, end: str) -> list[str]:
    """List the units of one end, FRONT or BACK, that any measure may be proposed for."""
    is_there = (lines["end"] == end) & is_fit(lines["verdict"])
    return list(dict.fromkeys(lines.loc[is_there, "unit_name"]))


def _run_before(connection: Connection, issue: Issue) -> Iterator[tuple[Issue, IssueLists]]:
    """Give the signed issues right before one, the latest first, until one is missing."""
    first = issue.window.start
    for past in issues_before(connection, issue):
        if past.window.end + timedelta(days=1) != first:
            return
        yield past, read_frozen(connection, past).lists
        first = past.window.start


def _of_board(
    office: Office,
    kind: str,
    chain: Sequence[tuple[Issue, IssueLists]],
    rules: RuleSet,
) -> Iterator[dict[str, object]]:
    with_shortlist = [(issue, figures) for issue, figures in chain if kind in figures.shortlists]
    stood = [_ends(figures.boards[kind], figures.shortlists[kind]) for _, figures in with_shortlist]
    runs = running(stood, rules.lists.absent)
    shortlist = with_shortlist[0][1].shortlists[kind]
    listed_units = shortlist[shortlist["left_out"] == 0]
    by_rules = cache(partial(_missed_by_rules, office, kind))
    for measure in rules.lists.measures:
        for line in listed_units[listed_units["side"] == measure.end].itertuples():
            count = runs.get(line.unit, 0)
            run = [
                signed
                for signed, ends in zip(with_shortlist, stood, strict=True)
                if ends.get(line.unit) == measure.end
            ]
            rests_on = list(_rests_on(run[:count], measure))
            sample = _sample(kind, line.unit, rests_on, by_rules if _asks(rules) else None)
            names = ("group", "unit", "unit_name", "rank", "score")
            facts = {name: getattr(line, name) for name in names}
            issues = [issue for issue, _ in rests_on]
            yield {
                "board": kind,
                "measure": measure.title,
                "end": measure.end,
                **facts,
                "running": count,
                "issues": "、".join(map(_spell, issues)),
                "clause": measure.clause,
                "source": rules.source,
                "sample": sample,
                "verdict": _verdict(measure, issues, sample),
            }


def _rests_on(
    run: Sequence[tuple[Issue, IssueLists]], measure: Measure
) -> Iterator[tuple[Issue, IssueLists]]:
    """Give as many issues of a run, the latest first, as a measure asks for and a week is less than."""
    count = days = 0
    for issue, figures in run:
        if count >= measure.issues and days > _WEEK:
            return
        count, days = count + 1, days + len(issue.window.days)
        yield issue, figures


def _ends(board: pd.DataFrame, shortlist: pd.DataFrame) -> dict[int, str]:
    """Say of each unit with a place at which end it was named, "" for neither, as it was signed."""
    placed = dict.fromkeys(board.loc[board["rank"].notna(), "unit"].tolist(), "")
    listed_units = shortlist[shortlist["left_out"] == 0]
    return placed | dict(
        zip(listed_units["unit"].tolist(), listed_units["side"].tolist(), strict=True)
    )


def _spell(issue: Issue) -> str:
    return f"第{issue.number}期（{issue.document or '未签发'}）"


def _asks(rules: RuleSet) -> bool:
    """Say whether the rules ask anything of a sample."""
    return bool(rules.sampling.sites or rules.sampling.types or rules.sampling.revisits)


def _sample(
    kind: str,
    unit: int,
    rests_on: Sequence[tuple[Issue, IssueLists]],
    by_rules: Callable[[Issue], Mapping[int, list[str]]] | None,
) -> str:
    """Say what is short in the samples of a unit, issue by issue; _ENOUGH where nothing is."""
    short = []
    for issue, figures in rests_on:
        faults = _faults_signed(figures, kind, unit)
        faults += by_rules(issue).get(unit, []) if by_rules else []
        if faults:
            short.append(f"第{issue.number}期{'、'.join(faults)}")
    return "；".join(short) or _ENOUGH


def _faults_signed(figures: IssueLists, kind: str, unit: int) -> list[str]:
    """Say what the list of an issue itself holds against a unit's place."""
    board, shortlist = figures.boards[kind], figures.shortlists[kind]
    standing = board.loc[board["unit"] == unit, "standing"] if "standing" in board else ()
    faults = [FEW_SITES] if FEW_SITES in list(standing) else []
    remarks = "，".join(shortlist.loc[shortlist["unit"] == unit, "remark"]).split("，")
    return faults + [remark for remark in remarks if remark.endswith("无明显差别")]


def _missed_by_rules(office: Office, kind: str, issue: Issue) -> dict[int, list[str]]:
    """Say which sampling rules units miss in an issue's days, as the rows stand now."""
    lines = sampling(office, issue.window, kind)
    return {
        line["unit"]: [
            f"{title}未达到抽样要求" for name, title in _ASKED.items() if line.get(name) == MISSED
        ]
        for line in lines.to_dict("records")
    }


def _verdict(measure: Measure, issues: Sequence[Issue], sample: str) -> str:
    """Say whether a measure may be proposed; else all that is in the way."""
    reasons = []
    if len(issues) < measure.issues:
        reasons.append(f"连续{len(issues)}期，要连续{measure.issues}期")
    if sum(len(issue.window.days) for issue in issues) <= _WEEK:
        reasons.append("不能只凭一周的名次")
    if sample != _ENOUGH:
        reasons.append("样本不足")
    if reasons:
        return f"暂不建议：{'，'.join(reasons)}"
    return FIT if all(issue.was_signed for issue in issues) else ONCE_SIGNED


@permitted("拟稿", "{unit_name} {measure}")
def decide_measure(
    office: Office,
    key: int,
    unit_name: str,
    measure: str,
    decision: str,
    document: str,
    who: str,
) -> None:
    """Keep what was decided of a unit after an issue was signed; the last word of a pair holds.

    Takes:  key - of the issue; measure - one of the rules; decision - in words; document - "" for none
    Raises IntakeError where text or name is missing, for a unit or measure that is none, and for an
    issue that is not signed.
    """
    decision, who = mask(decision.strip()), who.strip()
    if not decision or not who:
        raise IntakeError("请写明怎样决定和经办人。")
    with reading(office.store) as connection:
        issue = get_issue(connection, key)
        if not issue.was_signed or issue.state == WITHDRAWN:
            raise IntakeError(f"{issue.title}没有签发，不能登记决定。")
        boards = read_frozen(connection, issue).lists.boards
    measures = [possible.title for possible in rules_on(office, issue.window.end).lists.measures]
    if measure not in measures:
        raise IntakeError(f"没有“{measure}”这一种，可以写：{'、'.join(measures)}。")
    if not any((frame["unit_name"] == unit_name).any() for frame in boards.values()):
        raise IntakeError(f"{issue.title}的名单里没有“{unit_name}”。")
    facts = (measure, unit_name, decision, document.strip(), who, stamp())
    line = dict(zip(DECISIONS, facts, strict=True))

    def add(stored: Mapping[str, Sequence]) -> dict[str, list]:
        return {"lines": [*stored.get("lines", ()), line]}

    change_note(office.store, _note_of(issue), add)


def decisions(office: Office, issue: Issue) -> pd.DataFrame:
    """List all that was decided after an issue, oldest first: DECISIONS."""
    with reading(office.store) as connection:
        stored = read_note(connection, _note_of(issue)) or {}
    return pd.DataFrame(stored.get("lines", []), columns=list(DECISIONS), dtype=object)


def _note_of(issue: Issue) -> str:
    return f"issue-measures-{issue.key}"
