"""What a row of scored windows is, and how the versions that a window lies in are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from wenming_metrics.domain.numbers import exact_bins, exact_sum, quotient
from wenming_metrics.domain.periods import Window
from wenming_metrics.domain.registers import Register
from wenming_metrics.rules.model import Board, RuleSet
from wenming_metrics.scoring.losses.losses import node_losses
from wenming_metrics.scoring.tree.roll_up import Scores


@dataclass(frozen=True, eq=False)
class RuleSpan:
    """The days of a window that lie in one version of the rules.

    number - of the window; share - of the window's days; first - its first column in `scores`,
    `coverage` and `registered`, which hold all spans of the version
    """

    number: int
    window: Window
    share: float
    rules: RuleSet
    first: int
    scores: Scores
    coverage: np.ndarray
    registered: np.ndarray


@dataclass(frozen=True, eq=False)
class Standings:
    """Scores of all units of a board over a row of windows.

    units     - one line per unit, in the order of the register: unit, name, group, group_order
    windows   - oldest first
    column_of - unit number -> position in `units` of the unit it counts for, or -1
    total     - per column, the exact score; NaN = not looked at
    coverage  - per column, share of the applying weight that was looked at; NaN = nothing applies
    registered - per column, the same share, of the weight that applies by the register of sites
    spans     - of all windows, in their order
    shares    - (span, unit position): what the span weighs in the unit's score of its
                window; they add up to 1 where the unit has a score
    sites     - lines of SITE_KEYS and SITE_SUMS with window and column, of the last two windows
    ledger    - what was added and taken after the tree, see `scoring.tree.adjusting.settle`; `total`
                holds it; None where no rules speak of it
    vetoes    - column -> numbers of the documents of a 一票否决 in force
    """

    board: Board
    units: pd.DataFrame
    windows: tuple[Window, ...]
    register: Register
    column_of: np.ndarray
    total: np.ndarray
    coverage: np.ndarray
    registered: np.ndarray
    spans: tuple[RuleSpan, ...]
    shares: np.ndarray
    sites: pd.DataFrame
    ledger: pd.DataFrame | None = None
    vetoes: Mapping[int, str] = field(default_factory=dict)

    def window_columns(self, number: int) -> slice:
        """The columns of one window (-1: the last)."""
        first = (number % len(self.windows)) * len(self.units)
        return slice(first, first + len(self.units))

    def last(self, count: int) -> Standings:
        """Give the last windows alone, as if only they had been scored."""
        gone = len(self.windows) - count
        if not gone:
            return self
        start = gone * len(self.units)
        indexes = [index for index, span in enumerate(self.spans) if span.number >= gone]
        spans = [self.spans[index] for index in indexes]
        sites = self.sites[self.sites["window"] >= gone].reset_index(drop=True)
        ledger = self.ledger
        if ledger is not None:
            ledger = ledger[ledger["column"] >= start].reset_index(drop=True)
            ledger = ledger.assign(column=ledger["column"] - start)
        return replace(
            self,
            windows=self.windows[gone:],
            total=self.total[start:],
            coverage=self.coverage[start:],
            spans=tuple(replace(span, number=span.number - gone) for span in spans),
            shares=self.shares[indexes],
            sites=sites.assign(window=sites["window"] - gone, column=sites["column"] - start),
            ledger=ledger,
            vetoes={
                column - start: document
                for column, document in self.vetoes.items()
                if column >= start
            },
        )

    def spans_in(self, number: int = -1) -> list[tuple[RuleSpan, slice, np.ndarray]]:
        """Give the spans of one window: each with its columns and what it weighs per unit."""
        wanted, size = number % len(self.windows), len(self.units)
        return [
            (span, slice(span.first, span.first + size), self.shares[index])
            for index, span in enumerate(self.spans)
            if span.number == wanted
        ]

    def counted(self, name: str, number: int = -1) -> np.ndarray:
        """Sum one field of `LeafSums` over the tree, per unit, in one window."""
        return sum(
            getattr(span.scores.sums, name)[:, columns].sum(0)
            for span, columns, _ in self.spans_in(number)
        )

    def losses(self, number: int = -1) -> list[tuple[RuleSet, np.ndarray]]:
        """Give points lost per node and unit in one window, version by version.

        Together they sum to full mark - score of the unit before adjustments.
        """
        return [
            (span.rules, node_losses(span.scores, span.rules)[:, columns] * share)
            for span, columns, share in self.spans_in(number)
        ]

    def rules(self, number: int = -1) -> RuleSet:
        """Give the version in force at the end of one window: its decimals, places and limits."""
        return self.spans_in(number)[-1][0].rules

    def filled(self, number: int = -1) -> np.ndarray:
        """Give the points that each unit got for leaves that were not looked at (缺项)."""
        filled_points = np.zeros(len(self.units))
        for span, columns, share in self.spans_in(number):
            scores = span.scores
            if not scores.filled[:, columns].any():
                continue
            points = np.where(scores.filled, scores.weights * scores.rates, 0.0)[:, columns]
            filled_points += (
                np.nan_to_num(share) * span.rules.full_mark * exact_sum(np.nan_to_num(points), 0)
            )
        return filled_points

    def adjusted(self, number: int = -1) -> np.ndarray:
        """Give what each unit's score in one window was adjusted by: points, with their sign."""
        columns, size = self.window_columns(number), len(self.units)
        if self.ledger is None:
            return np.zeros(size)
        window_ledger = self.ledger[self.ledger["column"].between(columns.start, columns.stop - 1)]
        return exact_bins(
            window_ledger["column"].to_numpy(np.int64) - columns.start,
            window_ledger["counted"],
            size,
        )

    @property
    def scores(self) -> Scores:
        """Scores of the newest version; of all windows, where there is but one version."""
        return self.spans[-1].scores


def combine_spans(
    board: Board,
    units: pd.DataFrame,
    windows: Sequence[Window],
    register: Register,
    column_of: np.ndarray,
    spans: Sequence[RuleSpan],
    sites: pd.DataFrame,
) -> Standings:
    """Make windows of their spans: S = sum of share x S over the spans with a score."""
    ordered = sorted(spans, key=lambda span: (span.number, span.window.start))
    size = len(units)
    column_slices = [slice(span.first, span.first + size) for span in ordered]
    of_spans = [
        span.scores.scores[columns] for span, columns in zip(ordered, column_slices, strict=True)
    ]
    total, weight = _sum_by_days(ordered, of_spans, (len(windows), size))
    shares = [
        quotient(~np.isnan(span.scores.scores[columns]) * span.share, weight[span.number])
        for span, columns in zip(ordered, column_slices, strict=True)
    ]
    alone = len(ordered) == len(windows)
    if alone:  # every window in one version: its scores, to the last bit
        total = np.stack(
            [
                span.scores.scores[columns]
                for span, columns in zip(ordered, column_slices, strict=True)
            ]
        )
    else:
        total = quotient(total, weight)
    covers = [(span.coverage, span.registered) for span in ordered]
    coverage, registered = (
        _cover(
            ordered,
            [cover[columns] for cover, columns in zip(by, column_slices, strict=True)],
            total,
        )
        for by in zip(*covers, strict=True)
    )
    return Standings(
        board=board,
        units=units,
        windows=tuple(windows),
        register=register,
        column_of=column_of,
        total=total.reshape(-1),
        coverage=coverage.reshape(-1),
        registered=registered.reshape(-1),
        spans=tuple(ordered),
        shares=np.stack(shares) if shares else np.zeros((0, size)),
        sites=sites,
    )


def _sum_by_days(
    spans: Sequence[RuleSpan], figures: Sequence[np.ndarray], shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Sum the figures of spans by their days: sums and days of (window, unit); NaN counts for nothing."""
    sums, days = np.zeros(shape), np.zeros(shape)
    for span, figure in zip(spans, figures, strict=True):
        sums[span.number] += np.nan_to_num(figure) * span.share
        days[span.number] += ~np.isnan(figure) * span.share
    return sums, days


def _cover(
    spans: Sequence[RuleSpan], covers: Sequence[np.ndarray], total: np.ndarray
) -> np.ndarray:
    """Put the coverage of the spans of each window together by their days; as `total` (window, unit)."""
    if len(spans) == len(total):
        return np.stack(covers)
    return quotient(*_sum_by_days(spans, covers, np.shape(total)))
