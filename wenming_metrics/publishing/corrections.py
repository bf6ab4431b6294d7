"""更正 and 核对: a signed issue against what its days give now, and against what they gave then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from wenming_metrics.publishing.acts_since import LATER, acts_since, touched
from wenming_metrics.publishing.issues import Issue, get_issue
from wenming_metrics.publishing.lists import IssueLists, make_lists
from wenming_metrics.publishing.snapshot import Frozen, read_frozen
from wenming_metrics.queries.office import Office
from wenming_metrics.queries.scores.arrivals import Cutoff
from wenming_metrics.rules.model import STOCKS
from wenming_metrics.scoring.tree.adjusting import in_use
from wenming_metrics.store.database import reading
from wenming_metrics.vocabulary import titles

FIGURES = titles(
    *("score", "rank", "status=state", "sites", "visits", "checks", "failed", "places"),
    *("lost", "coverage", "place_low", "place_high"),
    failed="问题项",
    places="问题处数",
)
"""The figures of a list that a signed one is compared by."""
_COLUMNS = ["board", "unit", "unit_name", "score_signed", "score_now", "rank_signed", "rank_now"]
_COLUMNS += ["other", "reason"]
_LEAST = 1e-9
"""Figures that differ by less are equal: what lies below is noise of binary fractions."""


@dataclass(frozen=True, eq=False)
class Corrections:
    """What has become of a signed issue.

    units - one line per unit whose figures differ: board, unit, unit_name, score_signed, score_now,
            rank_signed, rank_now (<NA> without), other (further figures, in words), reason
    acts  - of `acts_since.acts_since`: what was done to its days since it was signed
    city  - its score as it was signed, and as it is now; None: none
    """

    issue: Issue
    units: pd.DataFrame
    acts: pd.DataFrame
    city: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, eq=False)
class Verdict:
    """Whether a signed issue still follows from the rows, as known when it was signed.

    units - figures that do not: as `Corrections.units`; why - reasons in words, where it does not
    """

    frozen: Frozen
    units: pd.DataFrame
    why: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Say 一致 (True) or 不一致."""
        return self.frozen.intact and self.units.empty and not self.why


def corrections(office: Office, issue: Issue, *, live: bool = False) -> Corrections:
    """List what of a signed issue is no longer so (更正), and what was done to its days since.

    Takes: live - compare with the live list of its days, late files and all; else with the issue's
           own files: in time for it or placed in it
    """
    with reading(office.store) as connection:
        return corrections_in(connection, office, issue, live=live)


def corrections_in(
    connection: Connection, office: Office, issue: Issue, *, live: bool = False
) -> Corrections:
    """Give `corrections` within a transaction."""
    frozen = read_frozen(connection, issue)
    # A version published later for days before counts for them: it corrects what was signed.
    issue_cut = Cutoff("", frozen.cut.cutoff, frozen.cut.since, frozen.cut.earlier)
    now = _lists(connection, office, issue, Cutoff() if live else issue_cut)
    acts = acts_since(connection, issue, frozen.cut.at, issue_cut, facts=_uses_facts(office))
    if not live:
        acts = acts[acts["effect"] != LATER].reset_index(drop=True)
    units = _differing(frozen.lists, now)
    reasons = {kind: touched(connection, acts, kind) for kind in frozen.lists.boards}
    general = _general(frozen, now, acts, live=live)
    unit_reasons = [_reason(line, reasons[line.board], general) for line in units.itertuples()]
    return Corrections(
        issue,
        units.assign(reason=unit_reasons)[_COLUMNS],
        acts.drop(columns="batch"),
        (frozen.lists.city.score, now.city.score),
    )


def corrections_of(office: Office, key: int, live: bool) -> Corrections:
    """Give `corrections` of an issue by its number in the store."""
    with reading(office.store) as connection:
        issue = get_issue(connection, key)
    return corrections(office, issue, live=live)


def verdict_of(office: Office, key: int) -> Verdict:
    """Give `verify_issue` of an issue by its number in the store."""
    with reading(office.store) as connection:
        issue = get_issue(connection, key)
    return verify_issue(office, issue)


def _lists(connection: Connection, office: Office, issue: Issue, cut: Cutoff) -> IssueLists:
    return make_lists(connection, office, issue.window, cut, None)


def _uses_facts(office: Office) -> bool:
    """Say whether anything but rows of inspections makes part of the score."""
    rules = office.rules
    return bool(rules.nodes["mode"].isin(STOCKS).any()) or in_use(rules.adjustments)


def _general(frozen: Frozen, now: IssueLists, acts: pd.DataFrame, *, live: bool) -> list[str]:
    """Say what may have changed any unit's figures."""
    causes = [f"{line.act} {line.what}" for line in acts[acts["batch"] < 0].itertuples()]
    if now.rules != frozen.lists.rules:
        causes.append("测评办法已换版")
    if live and frozen.cut.earlier and set(frozen.lists.batches) - set(now.batches):
        causes.append("签发的含以前各期迟到的表")
    return causes


def _reason(line: tuple, acts: Mapping[int, list[str]], general: list[str]) -> str:
    causes = [*acts.get(line.unit, []), *general]
    if causes:
        return "；".join(causes)
    same = _is_same(line.score_signed, line.score_now) and not line.other
    return "别的单位得分有变化" if same else "同组的数据有变化"


def _differing(signed: IssueLists, now: IssueLists) -> pd.DataFrame:
    """List the units whose figures differ, board by board; the columns of `Corrections.units`."""
    ranked_first = sorted(signed.boards, key=lambda kind: kind not in signed.shortlists)
    frames = [
        _compare(kind, signed.boards[kind], now.boards[kind])
        for kind in ranked_first
        if kind in now.boards
    ]
    lines = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=_COLUMNS)
    return lines.assign(reason="")[_COLUMNS]


def _compare(kind: str, signed: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in FIGURES if name in signed and name in now]
    keys = ["unit", "unit_name", *names]
    compared = signed[keys].merge(now[keys], on="unit", how="outer", suffixes=("_signed", "_now"))
    lines = []
    for line in compared.to_dict("records"):
        differ = [n for n in names if not _is_same(line[f"{n}_signed"], line[f"{n}_now"])]
        if differ:
            name = line["unit_name_signed"]
            facts = {"board": kind, "unit": int(line["unit"])}
            facts["unit_name"] = line["unit_name_now"] if pd.isna(name) else name
            facts |= {
                f"{n}{side}": _figure(line, n, side) for n in ("score", "rank") for side in _SIDES
            }
            lines.append({**facts, "other": _other_figures(line, differ)})
    differing = pd.DataFrame(lines, columns=_COLUMNS[:-1])
    ranks = {name: differing[name].astype("Int64") for name in ("rank_signed", "rank_now")}
    return differing.assign(**ranks)


_SIDES = ("_signed", "_now")


def _figure(line: Mapping[str, object], name: str, side: str) -> object:
    figure = line.get(f"{name}{side}")
    return None if figure is None or pd.isna(figure) else figure


def _is_same(first: object, second: object) -> bool:
    gone = [value is None or pd.isna(value) for value in (first, second)]
    if any(gone):
        return all(gone)
    if isinstance(first, str):
        return first == second
    return bool(np.abs(float(first) - float(second)) < _LEAST)


def _other_figures(line: Mapping[str, object], differ: Iterable[str]) -> str:
    """Say which further figures differ: 「检查项 52 → 54,扣分 3 → 3.5」."""
    texts = [
        f"{FIGURES[name]} {_plain(name, line[f'{name}_signed'])} → {_plain(name, line[f'{name}_now'])}"
        for name in differ
        if name not in ("score", "rank")
    ]
    return "，".join(texts)


def _plain(name: str, value: object) -> str:
    if value is None or pd.isna(value):
        return "无"
    if name == "coverage":
        return f"{value:.2%}"
    return value if isinstance(value, str) else f"{float(value):.10g}"


def verify_issue(office: Office, issue: Issue) -> Verdict:
    """Make a signed issue again, of what was known when it was signed, and compare every figure."""
    with reading(office.store) as connection:
        frozen = read_frozen(connection, issue)
        why = [] if frozen.intact else ["留存的名单被改动过：内容和校验码对不上。"]
        try:
            now = _lists(connection, office, issue, frozen.cut)
        except LookupError:
            return Verdict(frozen, _none(), (*why, "签发时用的测评办法没有存档，不能重算。"))
        acts = acts_since(connection, issue, frozen.cut.at, frozen.cut, facts=_uses_facts(office))
    units = _differing(frozen.lists, now)
    leaves = _differing_leaves(frozen.lists, now)
    if len(units) or leaves:
        newer = acts.loc[acts["batch"] < 0, "what"].tolist()
        if newer:
            why.append(f"签发之后更新过 {'、'.join(newer)}；名册、计划和数据表，重算按现在的。")
        else:
            why.append(
                "入库的行与签发时不同，可能是数据文件被改动过，请用 verify 命令核对全部数据。"
            )
        if leaves:
            why.append(f"指标得分率或失分不同的单位：{'、'.join(leaves[:10])}。")
    return Verdict(frozen, units, tuple(why))


def _none() -> pd.DataFrame:
    return pd.DataFrame(columns=_COLUMNS)


def _differing_leaves(signed: IssueLists, now: IssueLists) -> list[str]:
    """Name the units of which any leaf has another rate or loss."""
    # By number: a unit keeps the name it was signed by, whatever it is called since.
    keys, names = ["unit", "rules", "code"], set()
    for kind, frame in signed.leaves.items():
        compared = frame.merge(now.leaves[kind], on=keys, how="outer", suffixes=_SIDES)
        compared = compared.assign(
            unit_name=compared["unit_name_signed"].fillna(compared["unit_name_now"])
        )
        for name in ("rate", "loss"):
            gap = (compared[f"{name}_signed"] - compared[f"{name}_now"]).abs()
            names |= set(compared.loc[~(gap < _LEAST), "unit_name"])
    return sorted(names)
