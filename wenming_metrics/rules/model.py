"""What a catalogue and a rule set are, as frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from wenming_metrics.rules.entries import Entry
from wenming_metrics.rules.loop import LoopRules
from wenming_metrics.rules.settings_table import RULES, SETTLED_WORDS, STOCK_WORDS
from wenming_metrics.rules.survey.model import Survey

_default = RULES.default
SETTLED = tuple(SETTLED_WORDS)
"""Modes that settle what was lost below a node period by period: 扣完为止, 分档, 一项不合格即不得分."""
STOCKS = tuple(STOCK_WORDS)
"""Modes of a leaf that is fed by a dated fact: 达标分档 of a metric, 数值 ÷ 满分 of a printed score."""
TABLE_LIMITS = ("min_rate", "max_lost", "max_single", "min_value")
TABLE_NUMBERS = ("rate", *TABLE_LIMITS, "target", "per", "loss")
TABLE_COLUMNS = ("table", "label", *TABLE_NUMBERS)
PRICE_COLUMNS = ("source", "state", "severity", "points")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What can be looked at. Entries are only ever added, and keep their numbers.

    Numbers leave a gap between shipped entries and the office's own: what is looked up by number is
    taken from the arrays below, never from the place of a line in a frame.

    items       - index `item` (number): code, name, category, full_mark (int64, 1e-4), aliases (list)
    point_types - index `point_type` (number): code, name, aliases (list)
    applies     - bool array (item, point_type), by number: whether an item is looked at there
    shipped, own - the entries that it is made of; published - ids of the rules that came from the
    store of these own entries: other rules that speak of own entries mean those of another store
    """

    items: pd.DataFrame
    point_types: pd.DataFrame
    applies: np.ndarray
    shipped: tuple[Entry, ...] = ()
    own: tuple[Entry, ...] = ()
    published: frozenset[str] = frozenset()

    @cached_property
    def item_names(self) -> np.ndarray:
        """Names by number of the item, "" where no item has the number."""
        return _by_number(self.items["name"], self.applies.shape[0], "", object)

    @cached_property
    def type_names(self) -> np.ndarray:
        """Names by number of the point type, "" where no type has the number."""
        return _by_number(self.point_types["name"], self.applies.shape[1], "", object)

    @cached_property
    def full_marks(self) -> np.ndarray:
        """Full marks (1e-4 points) by number of the item, 0 where no item has the number."""
        return _by_number(self.items["full_mark"], self.applies.shape[0], 0, np.int64)


def _by_number(column: pd.Series, size: int, filling: object, dtype: type) -> np.ndarray:
    array = np.full(size, filling, dtype)
    array[column.index] = column
    return array


@dataclass(frozen=True)
class Board:
    """One list of units (榜单): which kind, counted in which role, ranked or only listed."""

    kind: str
    title: str
    role: str
    ranked: bool
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Deductions:
    """How a table of deductions prices findings (`RuleSet.prices`).

    first - "row": what the row writes goes before the table's price, or "table"; per - "places"
    (每处) or "row" (每宗); combine - "highest" of several states, or "sum"; booked - late and
    repeated findings cost on the day they fall "due" or are found again, or on the day "found";
    relapse_days - 反弹 within so many days after closure; running - 连续通报 in so many periods;
    loop - how problems are followed, which decides when one is closed and late
    """

    first: str = _default("deductions.first")
    per: str = _default("deductions.per")
    combine: str = _default("deductions.combine")
    booked: str = _default("deductions.booked")
    relapse_days: int = _default("deductions.relapse_days")
    running: int = _default("deductions.running")
    loop: LoopRules = LoopRules({})


@dataclass(frozen=True)
class Adjustments:
    """What is added to and taken from a score after the tree: score = c x (F - lost) + B - P.

    bonus_cap, penalty_cap - points, None = no cap; above_full - whether a bonus may lift a score
    above the full mark; named - the rules have a section of adjustments, be it empty; veto - whether 一票否决 is in use; difficulty - group -> coefficient c
    """

    bonus_cap: float | None = None
    penalty_cap: float | None = None
    above_full: bool = _default("adjustments.above_full")
    veto: bool = _default("adjustments.veto")
    difficulty: Mapping[str, float] = field(default_factory=dict)
    declared: bool = False


@dataclass(frozen=True)
class Measure:
    """What may be proposed of a unit that is named (通报表扬, 通报批评, 约谈).

    end - "front" or "back"; issues - at how many signed issues running it must have been named there;
    clause - of the rules that says so, "" = not written
    """

    title: str
    end: str = _default("lists.measure[].end")
    issues: int = _default("lists.measure[].issues")
    clause: str = _default("lists.measure[].clause")


@dataclass(frozen=True)
class Lists:
    """Who is named in front and at the back (排名靠前、靠后, or 红黑榜).

    groups - group ("*": every group) -> how many in front, how many at the back; line - score
    under which a unit is named at the back whatever its place, None = none; cap - most units that
    a list may hold when a tie lengthens it, None = no cap; absent - a period in which a unit had no
    place is skipped when counting periods running ("skip"), or ends the run ("break"); measures -
    what may be proposed of those named
    """

    front: str = _default("lists.front")
    back: str = _default("lists.back")
    line: float | None = None
    cap: int | None = None
    absent: str = _default("lists.absent")
    groups: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    measures: tuple[Measure, ...] = (
        Measure("通报表扬", "front", 2),
        Measure("通报批评", "back", 2),
        Measure("约谈", "back", 3),
    )


@dataclass(frozen=True)
class Sampling:
    """What a sample of a unit in a window must hold (抽样要求); 0 = nothing is asked.

    sites - distinct ones; types - of sites; revisits - share of sites that were seen before
    """

    sites: int = _default("sampling.sites")
    types: int = _default("sampling.types")
    revisits: float = _default("sampling.revisits")


@dataclass(frozen=True)
class ReadingRules:
    """How blank cells are read.

    blank_deduction - "by_kind": 未查 in a checklist without results and the whole mark of a problem
                      that is listed; "zero": nothing lost in both. A row that says 不符合 loses its
                      whole mark all the same
    blank_full_mark - 1e-4 points that a blank cell of a column 分值 stands for; None: what the
                      catalogue says of the item
    """

    blank_deduction: str = _default("reading.blank_deduction")
    blank_full_mark: int | None = None


def _no_lines(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns, dtype=object)


@dataclass(frozen=True, eq=False)
class RuleSet:
    """One published version of the rules (测评办法).

    nodes    - index `node`, parents before children, node 0 = the whole (总分): code, name,
               parent (node, -1 for the root), weight (share among siblings, 0 to 1), level, mode,
               average, settlement, full_mark (1e-4, for deduct and value), method, lead,
               responsible, note, line, is_leaf, table, fact, missing ("" = as the rule set),
               pooled (all checks below it count together)
    leaf_of  - int64 array (item, point_type): the leaf's node, -1 = 不计分
    coverage - kind of window -> share of weight that must have been looked at to be scored
    half_weight_checks - k: a branch of n checks weighs with n / (n + k) of its weight; 0 = with all
    day_share - share of a group that a day must have looked at for it to have places
    visit_grades - grade of a visit -> the least score that has it
    coverage_by - against what coverage is taken: the "plan", or the "register" of sites
    missing  - one of MISSING_WORDS; missing_flag - share of weight filled in from which a unit is marked
    tables   - TABLE_COLUMNS, in order; numbers as float, NaN = no limit; `rate` 0 to 1
    prices   - source (number, -1 = any), state, severity ("" = any), points (int64, 1e-4)
    tie_order - what decides between equal scores, in order; () = nothing, they share
    city_weight - what a unit weighs in the city's score: "equal", its "population" or "checks"
    series   - rule sets of one series follow each other in time
    long_windows - a longer window is "pooled", or the "mean_of_issues" in it
    issues, composite - as written in rules.toml and composite.toml, {} without
    sampling - what the sample of a unit must hold
    reading  - how blank cells of workbooks are read
    survey   - what questionnaires ask and which figures are made of them; None = no survey
    """

    id: str
    title: str
    short: str
    version: str
    source: str
    effective_from: date
    effective_to: date | None
    digest: str
    full_mark: float
    decimals: int
    target: float | None
    nodes: pd.DataFrame
    leaf_of: np.ndarray
    coverage: dict[str, float]
    ranked_by: str
    ties: str
    sources: tuple[str, ...]
    boards: tuple[Board, ...]
    missing: str = _default("missing.rule")
    missing_flag: float = _default("missing.flag")
    half_weight_checks: float = _default("missing.half_weight_checks")
    day_share: float = _default("ranking.day_share")
    visit_grades: Mapping[str, float] = field(default_factory=dict)
    coverage_by: str = _default("coverage.by")
    tables: pd.DataFrame = field(default_factory=lambda: _no_lines(TABLE_COLUMNS))
    prices: pd.DataFrame = field(default_factory=lambda: _no_lines(PRICE_COLUMNS))
    pricing: Deductions = Deductions()
    adjustments: Adjustments = Adjustments()
    lists: Lists = Lists()
    long_windows: str = _default("windows.long")
    city_weight: str = _default("city.weight")
    tie_order: tuple[str, ...] = _default("ranking.order")
    series: str = _default("series")
    issues: Mapping[str, object] = field(default_factory=dict)
    composite: Mapping[str, object] = field(default_factory=dict)
    reading: ReadingRules = ReadingRules()
    sampling: Sampling = Sampling()
    survey: Survey | None = None

    @property
    def loop(self) -> LoopRules:
        """How problems are followed until 销号."""
        return self.pricing.loop

    @property
    def leaves(self) -> np.ndarray:
        """Node numbers of the leaves, in tree order."""
        return np.flatnonzero(self.nodes["is_leaf"].to_numpy())

    def limit(self, kind: str) -> float:
        """Give the share of weight that must have been looked at in a window of a kind."""
        return self.coverage.get(kind, self.coverage.get("custom", 0.0))

    def board(self, kind: str) -> Board:
        """Give the list of one kind of unit. Raises KeyError."""
        for board in self.boards:
            if board.kind == kind:
                return board
        raise KeyError(kind)
