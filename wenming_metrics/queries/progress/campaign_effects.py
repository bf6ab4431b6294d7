"""What became of the items of an action before, during and after it, beside all other items. A difference
between the two is no proof that the action caused it, and is never said to be one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from wenming_metrics.queries.office import Office
from wenming_metrics.queries.problems.lists import problem_view
from wenming_metrics.queries.progress.campaigns import plans
from wenming_metrics.scoring.tally.tally import TERRITORY
from wenming_metrics.store.database import reading
from wenming_metrics.store.tallies import read_days
from wenming_metrics.vocabulary import normalise

BEFORE, DURING, AFTER = "行动前", "行动中", "行动后"
LINKED, OTHERS = "涉及的测评项", "其余测评项"
_COLUMNS = [
    "campaign",
    "span",
    "side",
    "first",
    "last",
    "checks",
    "failed",
    "lost_rate",
    "relapses",
]
_SUMS = ["checks", "failed", "lost", "possible"]
_CHANCE = 1.645
FEW = 30
"""With fewer checks than this on either side nothing is said of a change."""


def campaign_effects(office: Office, as_of: date) -> pd.DataFrame:
    """Count checks, findings and returns of the linked items of each action, and of all others.

    Before and after are as long as the action, at most up to `as_of`; an action without a first day, or
    that links neither items nor types that are known, is left out.

    Takes:   as_of - the last day that counts
    Returns: per action, span (BEFORE, DURING, AFTER) and side (LINKED, OTHERS): campaign, span, side, first,
             last (dates), checks, failed, lost_rate (percent of the possible points, NaN of nothing), relapses
    """
    spans_of = {}
    for plan in plans(office).itertuples():
        linked = _linked_cells(office, plan)
        if plan.first and linked.any():
            spans_of[plan.campaign] = (_spans(plan.first, plan.last, as_of), linked)
    days = [
        day
        for action_spans, _ in spans_of.values()
        for span in action_spans.values()
        for day in span
    ]
    if not days:
        return pd.DataFrame(columns=_COLUMNS)
    cells, problems = _read(office, range(min(days), max(days) + 1))
    rows = [
        (campaign, span, *line)
        for campaign, (action_spans, linked) in spans_of.items()
        for span, of_span in action_spans.items()
        for line in _count(_on(cells, of_span), _on(problems, of_span), of_span, linked)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _read(office: Office, days: range) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read what was looked at on some days, by item and point type, and the problems that came back."""
    with reading(office.store) as connection:
        tallies = read_days(connection, days, "cells")
    names = ["item", "point_type", *_SUMS]
    empty = pd.DataFrame(0, [], ["day", *names])
    cells = pd.concat(
        [
            of_day.loc[of_day["role"] == TERRITORY, names].assign(day=day)
            for day, of_day in tallies.items()
        ]
        or [empty]
    )
    problems = problem_view(office, len(days), date.fromordinal(days[-1])).lines
    return cells, problems[problems["is_relapsed"].astype(bool) & (problems["batch"] > 0)]


def _on(lines: pd.DataFrame, days: range) -> pd.DataFrame:
    return lines[lines["day"].between(days[0], days[-1])]


def _spans(first_day: str, last_day: str, as_of: date) -> dict[str, range]:
    """Give the days of each span up to a day, those that have any."""
    first = date.fromisoformat(first_day).toordinal()
    stop = as_of.toordinal() + 1
    last = date.fromisoformat(last_day).toordinal() if last_day else stop - 1
    length = last - first + 1
    action_spans = {
        BEFORE: range(first - length, min(first, stop)),
        DURING: range(first, min(last + 1, stop)),
        AFTER: range(last + 1, min(last + 1 + length, stop)),
    }
    return {span: days for span, days in action_spans.items() if len(days)}


def _linked_cells(office: Office, plan: tuple) -> np.ndarray:
    """Say which items at which point types an action is about: bool array (item, point type)."""
    catalogue = office.catalogue
    items, types = (
        {normalise(name) for name in text.split("、") if name}
        for text in (plan.linked_items, plan.linked_types)
    )
    rows = np.array([normalise(name) in items for name in catalogue.item_names], bool)
    columns = np.array([normalise(name) in types for name in catalogue.type_names], bool)
    if not rows.any() and not columns.any():
        return np.zeros_like(catalogue.applies)
    # What names only items is about them everywhere, what names only types about all items there.
    return np.outer(rows if rows.any() else ~rows, columns if columns.any() else ~columns)


def _count(
    cells: pd.DataFrame, problems: pd.DataFrame, days: range, linked: np.ndarray
) -> list[tuple]:
    """Count both sides of a span: side and the columns after it."""
    first, last = date.fromordinal(days[0]), date.fromordinal(days[-1])
    lines = []
    for label, chosen_cells in ((LINKED, linked), (OTHERS, ~linked)):
        sums = cells.loc[_is_in(chosen_cells, cells), _SUMS].sum()
        rate = 100 * sums["lost"] / sums["possible"] if sums["possible"] else np.nan
        relapses = int(_is_in(chosen_cells, problems).sum())
        lines.append((label, first, last, int(sums["checks"]), int(sums["failed"]), rate, relapses))
    return lines


def _is_in(chosen_cells: np.ndarray, lines: pd.DataFrame) -> np.ndarray:
    items, types = (lines[name].to_numpy(np.int64) for name in ("item", "point_type"))
    return chosen_cells[items, types] if len(lines) else np.zeros(0, bool)


def unknown_links(office: Office, plan: tuple) -> list[str]:
    """List the linked items and types of a plan that the catalogue does not know."""
    catalogue = office.catalogue
    names = {normalise(name) for name in (*catalogue.item_names, *catalogue.type_names)}
    linked = [*plan.linked_items.split("、"), *plan.linked_types.split("、")]
    return [name for name in linked if name and normalise(name) not in names]


def effect_sentence(of_action: pd.DataFrame) -> str:
    """Say in a line how the lost share of an action's items ground beside all others.

    Takes: of_action - lines of `campaign_effects` of one action
    """
    rates = of_action.set_index(["side", "span"])
    clauses = [
        text
        for start, end in ((BEFORE, DURING), (DURING, AFTER))
        if (text := _moved(rates, start, end))
    ]
    if not clauses:
        return f"各时段检查都少于 {FEW} 项次，不作比较。"
    return "；".join(clauses) + "。两者相差不等于行动的效果。"


def _moved(rates: pd.DataFrame, start: str, end: str) -> str:
    span_keys = {label: [(label, span) for span in (start, end)] for label in (LINKED, OTHERS)}
    if any(key not in rates.index for pair in span_keys.values() for key in pair):
        return ""
    if min(rates.loc[key, "checks"] for pair in span_keys.values() for key in pair) < FEW:
        return ""
    linked, others = (
        rates.loc[pair[1], "lost_rate"] - rates.loc[pair[0], "lost_rate"]
        for pair in span_keys.values()
    )
    return f"{end}比{start}，涉及的测评项扣分占比{_spell(linked)}，同期其余测评项{_spell(others)}"


def _spell(points: float) -> str:
    rounded = round(abs(points), 1)
    if not rounded:
        return "持平"
    return f"{'上升' if points > 0 else '下降'}{rounded:.1f}个百分点"


def lost_ground(effects: pd.DataFrame) -> list[str]:
    """Name the actions whose items fail more often after the end than during it, by more than chance and
    by more than all others do.

    Only where there are FEW checks at least on each side; chance as of simple random samples (one-sided
    5 %), which understates it where checks of a site hang together. Those that lost most ground first.
    """
    lost = {}
    for campaign, of_action in effects.groupby("campaign", sort=False):
        lines = of_action.set_index(["span", "side"])
        keys = [(span, label) for span in (DURING, AFTER) for label in (LINKED, OTHERS)]
        if not set(keys) <= set(lines.index) or lines.loc[keys, "checks"].min() < FEW:
            continue
        share = (lines["failed"] / lines["checks"])[keys]
        error = (share * (1 - share) / lines.loc[keys, "checks"]) ** 0.5
        worse, others = (share[AFTER, label] - share[DURING, label] for label in (LINKED, OTHERS))
        noise = _CHANCE * np.hypot(error[DURING, LINKED], error[AFTER, LINKED])
        if worse > max(noise, others):
            lost[campaign] = worse - others
    return sorted(lost, key=lost.__getitem__, reverse=True)
