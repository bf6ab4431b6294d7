"""Printed totals against the scores that they are made of, those against theirs, and full marks.

What the header says (加权得分 under 实地考察(85%), full marks that add up to 100) must hold. Where it says
nothing, a way to add up counts that explains at least half of the rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from wenming_metrics.domain.numbers import exact_score, half_up
from wenming_metrics.reading.printed.figures import (
    Formula,
    PrintedColumn,
    agrees,
    cell_text,
    choose,
    figure_text,
    fits,
    read_column,
    report_cell,
    report_misprints,
    sum_of,
)
from wenming_metrics.reading.records.components import ScoreComponent, parse_heading
from wenming_metrics.reading.tables.table import Table

_EARLIER = re.compile("^(?:上|去|前)一?(?:期|季|月|年|次|半年|轮)")
_BESIDE = re.compile(r"样本|份数?$|人数|数量|个数|处数|名次|排名|满分|分值|权重|系数")
_SUBTOTAL = re.compile("^(?:原始)?(?:得分|总分|分数)$|小计|合计|指数$|成绩$")
_ADDED, _TAKEN = re.compile("^(?:附加分|加分|奖励)"), re.compile("^(?:扣分|减分|倒扣|惩罚)")
_WHOLE_MARK = 100
_ROWS = 2
"""Rows that a way to add up must explain where no header speaks of it: one may do so by chance."""
Columns = dict[int, PrintedColumn]


def report_scores(table: Table, components: Sequence[ScoreComponent], total_position: int) -> None:
    """Hold weighted scores, group scores, totals and full marks of a sheet against each other."""
    columns = {c.position: read_column(table, c.position) for c in components}
    total = read_column(table, total_position)
    sources = list(_sources(components, columns))
    for checked, formula in [*sources, *_group_scores(components, columns)]:
        report_misprints(table, columns[checked.position], [formula])
    formulas = _of_total(components, columns, total, table.header.texts[total_position])
    once = _weighted_once(components, sources)
    if formulas:
        report_misprints(table, total, [*formulas, *once])
    for formula in once:
        _report_rounded_once(table, total, formulas[0], formula)
    _report_full_marks(table, components, columns)


def report_long_scores(
    table: Table, total_position: int, keys: Sequence[tuple], is_total: Sequence[bool]
) -> None:
    """Hold the totals of a sheet with one row per indicator against its other rows, and these
    against their full marks.

    Takes: keys - what each data row belongs to (unit, period, test); is_total - rows of the whole
    """
    printed = read_column(table, total_position)
    marks = _long_marks(table, printed)
    lists: dict[tuple, list[int]] = {}
    total_rows: dict[tuple, int] = {}
    for row in np.flatnonzero(~table.held).tolist():
        if is_total[row]:
            total_rows[keys[row]] = row
        else:
            lists.setdefault(keys[row], []).append(row)
    rows = [row for key, row in total_rows.items() if key in lists]
    sums = np.array([printed.numbers[lists[keys[row]]].sum() for row in rows])
    slack = np.array([printed.slack[lists[keys[row]]].sum() for row in rows])
    fitting = agrees(printed.numbers[rows], printed.steps[rows], sums, slack)
    full = np.array([marks[lists[keys[row]]].sum() == _full_of(marks[row]) for row in rows], bool)
    usual = 2 * int(fitting.sum()) >= len(rows) and bool(fitting.any())
    wrong = ~fitting & ~np.isnan(sums) & ~np.isnan(printed.numbers[rows]) & (full | usual)
    for n in np.flatnonzero(wrong).tolist():
        excel = int(table.excel[rows[n]])
        words = {"formula": "各分项相加", "sum": figure_text(float(sums[n]), printed.decimals)}
        words["printed"] = cell_text(table, excel, total_position)
        report_cell(table, excel, total_position, "核对-01", words)
    for row in np.flatnonzero((printed.numbers > marks) & ~table.held).tolist():
        excel = int(table.excel[row])
        words = {"printed": cell_text(table, excel, total_position), "full": f"{marks[row]:g}"}
        report_cell(table, excel, total_position, "核对-03", words)


def _long_marks(table: Table, printed: PrintedColumn) -> np.ndarray:
    positions = table.header.columns.get("full_mark")
    nothing = np.full(len(printed.numbers), np.nan)
    return read_column(table, positions[0]).numbers if positions else nothing


def _full_of(full_mark: float) -> float:
    return _WHOLE_MARK if np.isnan(full_mark) else full_mark


def _sources(
    components: Sequence[ScoreComponent], columns: Columns
) -> Iterator[tuple[ScoreComponent, Formula]]:
    """Find of each weighted score the one it is made of: that which explains most rows, or the only
    one that may be."""
    for component in components:
        share = component.share or component.weight
        if not component.is_weighted or not share:
            continue
        mates = [
            mate
            for mate in components
            if mate.group == component.group and not mate.is_weighted and not _is_beside(mate)
        ]
        formulas = [
            Formula(f"{mate.name} × {share}%", ((columns[mate.position], float(share) / 100),))
            for mate in mates
        ]
        plain = [f for f, mate in zip(formulas, mates, strict=True) if not mate.full]
        likeliest = choose(columns[component.position], formulas)
        if likeliest or len(plain) == 1:
            yield component, likeliest or plain[0]


def _weighted_once(
    components: Sequence[ScoreComponent], sources: Sequence[tuple[ScoreComponent, Formula]]
) -> list[Formula]:
    """Make the total from raw scores, where each weighted score has one."""
    if not sources or len(sources) < sum(c.is_weighted for c in components):
        return []
    terms = tuple(term for _, formula in sources for term in formula.terms)
    return [Formula("各部分的原始得分乘权重相加", terms)]


def _is_beside(component: ScoreComponent) -> bool:
    return bool(_BESIDE.search(component.name) or _EARLIER.search(component.name))


def _group_scores(
    components: Sequence[ScoreComponent], columns: Columns
) -> Iterator[tuple[ScoreComponent, Formula]]:
    """Find the scores of groups (原始得分, 小计) and what they add up."""
    for group in dict.fromkeys(component.group for component in components if component.group):
        mates = [c for c in components if c.group == group and not c.is_weighted]
        subtotals_of_group = [c for c in mates if not c.full and _SUBTOTAL.search(c.name)]
        summands = [c for c in mates if c not in subtotals_of_group and not _is_beside(c)]
        if len(subtotals_of_group) != 1 or len(summands) < 2:
            continue
        (checked,) = subtotals_of_group
        formula = sum_of("各分项相加", [columns[c.position] for c in summands])
        if _full_sum(summands) == _WHOLE_MARK or choose(
            columns[checked.position], [formula], _ROWS
        ):
            yield checked, formula


def _full_sum(components: Sequence[ScoreComponent]) -> float:
    """Add up full marks; 0 where one is missing."""
    marks = [component.full for component in components]
    return sum(map(float, marks)) if marks and all(marks) else 0


def _of_total(
    components: Sequence[ScoreComponent], columns: Columns, total: PrintedColumn, header: str
) -> list[Formula]:
    """Say how the total comes about: as the header demands, or as most rows do."""
    plain = [c for c in components if not _is_beside(c)]
    extra = tuple(
        (columns[c.position], sign)
        for pattern, sign in ((_ADDED, 1.0), (_TAKEN, -1.0))
        for c in plain
        if pattern.search(c.name)
    )
    parts_of_total = [c for c in plain if not (_ADDED.search(c.name) or _TAKEN.search(c.name))]
    demanded = _demanded(parts_of_total, columns, header)
    demands = [_with(formula, extra) for formula in demanded] if extra else demanded
    fitting = choose(total, [*demands, *demanded])
    fitting = fitting or choose(total, _likely(parts_of_total, columns, extra), _ROWS)
    return [fitting] if fitting else demands[:1]


def _with(formula: Formula, extra: tuple[tuple[PrintedColumn, float], ...]) -> Formula:
    return Formula(f"{formula.words}并计加减分", (*formula.terms, *extra))


def _demanded(components: Sequence[ScoreComponent], columns: Columns, header: str) -> list[Formula]:
    """Give the way to add up that the headers speak of."""
    weighted = [c for c in components if c.is_weighted]
    if weighted:
        return [sum_of("各部分加权得分相加", [columns[c.position] for c in weighted])]
    shares = [c.weight or (c.share if _is_alone(c, components) else "") for c in components]
    if all(shares) and shares and round(sum(map(float, shares)), 6) == _WHOLE_MARK:
        terms = [
            (columns[c.position], float(share)) for c, share in zip(components, shares, strict=True)
        ]
        exceeds = any(bool((column.numbers > share).any()) for column, share in terms)
        if exceeds:
            return [Formula("各部分得分乘权重相加", tuple((c, s / 100) for c, s in terms))]
        return [sum_of("各部分得分相加", [column for column, _ in terms])]
    full_mark = float(parse_heading(header)[1] or _WHOLE_MARK)
    marked = [c for c in components if c.full]
    if len(marked) > 1 and _full_sum(marked) == full_mark:
        return [sum_of("各分项相加", [columns[c.position] for c in marked])]
    return []


def _is_alone(component: ScoreComponent, components: Sequence[ScoreComponent]) -> bool:
    return sum(c.group == component.group for c in components) == 1


def _likely(
    components: Sequence[ScoreComponent],
    columns: Columns,
    extra: tuple[tuple[PrintedColumn, float], ...],
) -> Iterator[Formula]:
    """Give ways to add up that nothing speaks of, and the rows may show."""
    summands = [columns[c.position] for c in components]
    if len(summands) < 2:
        return
    yield sum_of("各分项相加", summands)
    if extra:
        yield _with(sum_of("各分项相加", summands), extra)
    yield Formula("各分项的平均数", tuple((column, 1 / len(summands)) for column in summands))
    subtotals = [columns[c.position] for c in components if _SUBTOTAL.search(c.name)]
    if 1 < len(subtotals) < len(summands):
        yield sum_of("各部分得分相加", subtotals)


def _report_full_marks(
    table: Table, components: Sequence[ScoreComponent], columns: Columns
) -> None:
    """Tell of scores above the full mark that their header states."""
    excel = np.unique(table.excel)
    for component in components:
        if not component.full or component.is_weighted:
            continue
        numbers = columns[component.position].numbers
        for row in np.flatnonzero(numbers > float(component.full)).tolist():
            words = {
                "printed": cell_text(table, int(excel[row]), component.position),
                "full": component.full,
            }
            report_cell(table, int(excel[row]), component.position, "核对-03", words)


def _report_rounded_once(
    table: Table, total: PrintedColumn, formula: Formula, once: Formula
) -> None:
    """Say where a total that agrees would be another if weights were applied and rounded only once."""
    excel, (result, _) = np.unique(table.excel), once.results()
    exact = half_up(np.nan_to_num(result), total.decimals)
    agreed = fits(total, formula)[1] & ~np.isnan(result)
    differs = agreed & (exact_score(exact) != exact_score(total.numbers))
    differs &= ~np.isin(excel, table.excel[table.held])
    for row in np.flatnonzero(differs).tolist():
        printed = cell_text(table, int(excel[row]), total.position)
        words = {"printed": printed, "exact": f"{exact[row]:.{total.decimals}f}"}
        report_cell(table, int(excel[row]), total.position, "上测-04", words)
