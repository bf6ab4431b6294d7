"""What is hidden of tables cannot be worked out again: worked tables, and random ones by proof."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tests.recovering import recoverable
from wenming_metrics.scoring.survey.suppression import Hidden, suppress_list, suppress_tables

HIDE = 10
FEW = settings(max_examples=6, deadline=None)
SEEDS = st.integers(0, 10**6)


def table(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw a small table: questionnaires, and how many said yes."""
    chance = np.random.default_rng(seed)
    n = chance.poisson(chance.choice([6, 15, 30]), chance.integers(2, 5, 2))
    return n, chance.binomial(n, chance.choice([0.5, 0.9]))


def suppress(n: np.ndarray, hide: int) -> np.ndarray:
    """The cells of one table that are hidden, by the pattern alone."""
    return suppress_tables([n], hide)[0].cells


def gives_away(n: np.ndarray, found: Hidden, k: np.ndarray | None = None) -> bool:
    return recoverable(n, found.cells, k, found.rows, found.columns)


def test_a_large_table_hides_nothing():
    n = np.full((4, 3), HIDE)
    assert not suppress(n, HIDE).any()
    assert not recoverable(n, np.zeros((4, 3), bool))


def test_one_small_cell_takes_three_with_it():
    n = np.array([[5, 35, 40], [40, 30, 12], [20, 25, 30]])
    assert recoverable(n, n < HIDE), "hidden alone, it is the row's total less the rest"
    found = suppress(n, HIDE)
    assert found.tolist() == [[True, True, False], [False] * 3, [True, True, False]]
    assert not recoverable(n, found)


def test_what_few_said_together_stays_unseen():
    n = np.array([[3, 4, 40], [30, 30, 30], [25, 25, 25]])
    found = suppress(n, HIDE)
    assert found[0].all(), "the two together are seven people"
    hidden = (n * found).sum(axis=0)[found.any(axis=0)], (n * found).sum(axis=1)[found.any(axis=1)]
    assert min(map(min, hidden)) >= HIDE


def test_every_row_has_two_hidden_and_still_one_follows():
    # two rounds of four cells, tied by one cell that no round goes through
    n = np.full((4, 4), 50)
    mask = np.zeros((4, 4), bool)
    mask[:2, :2] = mask[2:, 2:] = True
    assert not recoverable(n, mask)
    mask[1, 2] = True
    assert (mask.sum(axis=0) > 1).all()
    assert (mask.sum(axis=1) > 1).all()
    assert recoverable(n, mask)
    small = np.where(mask, 9, 50)
    assert not recoverable(small, suppress(small, HIDE))


def test_cells_of_0_or_100_per_cent_give_themselves_away():
    n = np.array([[5, 6, 40], [5, 6, 40], [30, 30, 30]])
    k = np.array([[5, 6, 20], [4, 3, 20], [20, 20, 20]])
    pattern = suppress(n, HIDE)
    assert pattern.tolist() == [[True, True, False]] * 2 + [[False] * 3]
    assert not recoverable(n, pattern)
    assert recoverable(n, pattern, k), "11 of 11: both are 100 %"
    known = suppress_tables([n], HIDE, [k])[0]
    assert not gives_away(n, known, k)


def test_nobody_can_hide_the_parts_of_a_total_of_100_per_cent():
    n = np.array([[5, 30], [40, 50]])
    k = np.array([[5, 30], [30, 20]])
    found = suppress_tables([n], HIDE, [k], rows=[False, False])[0]
    assert found.cells.tolist() == [[True, False], [False, False]]


def test_where_cells_do_not_suffice_totals_are_hidden():
    n = np.array([[5, 50], [40, 0]])
    found = suppress_tables([n], HIDE)[0]
    assert found.cells[0, 0]
    assert not found.cells[1, 1], "there is nobody to hide"
    assert found.rows.any() | found.columns.any()
    assert not gives_away(n, found)


def test_one_small_unit_takes_a_second_with_it():
    assert suppress_list([5, 20, 30, 40], HIDE).tolist() == [True, True, False, False]
    assert not suppress_list([20, 30, 0], HIDE).any(), "nobody asked, nothing to hide"
    groups = suppress_list([5, 20, 30, 40, 12, 25], HIDE, list("aabbbb"))
    assert groups.tolist() == [True, True, False, False, False, False]
    alone = suppress_list([5, 30, 40, 12, 25], HIDE, list("abbbb"))
    assert alone[0]
    assert alone[1:].sum() >= 1, "a group of one small unit: its total is hidden, and one more"


def test_a_list_at_100_per_cent_needs_one_that_is_not():
    n, k = [5, 12, 30, 40], [5, 12, 20, 40]
    assert suppress_list(n, HIDE).tolist() == [True, True, False, False]
    assert suppress_list(n, HIDE, None, k).tolist() == [True, False, True, False]


def test_tables_of_other_totals_are_refused():
    with pytest.raises(ValueError, match="same totals"):
        suppress_tables([[[1, 2]], [[1, 3]]], HIDE)


@FEW
@given(SEEDS, st.booleans())
def test_nothing_of_a_random_table_can_be_worked_out(seed, known):
    n, k = table(seed)
    found = suppress_tables([n], HIDE, [k] if known else None)[0]
    small = (n > 0) & (n < HIDE)
    assert found.cells[small].all()
    assert not found.cells[n == 0].any()
    assert not gives_away(n, found, k if known else None)
    again = suppress_tables([n], HIDE, [k] if known else None)[0]
    assert (again.cells == found.cells).all(), "twice the same"


@FEW
@given(SEEDS)
def test_shown_totals_stay_shown_and_small_ones_hidden(seed):
    chance = np.random.default_rng(seed)
    n = chance.poisson(25, (4, 3))
    n[0] = chance.permutation([2, 3, 3])  # one unit of eight people
    rows = suppress_list(n.sum(axis=1), HIDE)
    found = suppress_tables([n], HIDE, rows=rows)[0]
    assert rows.sum() == 2
    assert (found.rows == rows).all()
    assert found.cells[0].all()
    assert not gives_away(n, found)


def follows_together(tables: list[np.ndarray], found: list[Hidden], ks: list[np.ndarray]) -> bool:
    """Say whether any hidden cell has one value only, with all tables and their totals at hand."""
    hidden = found[0].rows
    places = [(t, *map(int, at)) for t, one in enumerate(found) for at in np.argwhere(one.cells)]
    places += [(-1, int(u), 0) for u in np.flatnonzero(hidden)]
    sums, fixed = [], []
    for t, k in enumerate(ks):
        for u in range(len(k)):
            own = [(p[:2] == (t, u)) - (p[:2] == (-1, u)) * 1.0 for p in places]
            sums.append(own)
        sums += [
            [float(p[0] == t and p[2] == c) for p in places]
            for c in np.flatnonzero(~found[t].columns)
        ]
    sums.append([float(p[0] == -1) for p in places])
    truth = [ks[t][u, c] if t >= 0 else ks[0][u].sum() for t, u, c in places]
    most = [tables[t][u, c] if t >= 0 else tables[0][u].sum() for t, u, c in places]
    fixed = np.array(sums) @ truth
    for aim in np.eye(len(places)):
        ends = [
            linprog(way * aim, A_eq=sums, b_eq=fixed, bounds=[(0, n) for n in most]).fun
            for way in (1, -1)
        ]
        if -ends[1] - ends[0] < 1e-6:
            return True
    return False


@pytest.mark.parametrize("seed", range(2))
def test_tables_that_share_hidden_totals_give_nothing_away_together(seed):
    chance = np.random.default_rng(seed)
    people = np.array([8, 9, 30, 45, 60])
    sex, age = (
        np.array([chance.multinomial(n, p) for n in people]) for p in ([0.5, 0.5], [0.3, 0.4, 0.3])
    )
    yes = [chance.binomial(n, 0.6) for n in people]
    split = [
        np.array([chance.multivariate_hypergeometric(n, k) for n, k in zip(one, yes, strict=True)])
        for one in (sex, age)
    ]
    rows = suppress_list(people, HIDE)
    found = suppress_tables([sex, age], HIDE, split, rows)
    assert rows[:2].all()
    assert all((one.rows == rows).all() for one in found)
    assert not follows_together([sex, age], found, split)
