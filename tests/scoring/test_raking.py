"""Weights that bring a sample to the known make-up of the people."""

import numpy as np
import pytest

from wenming_metrics.scoring.survey.raking import rake, worth

# schools by type (E, H, M) and whether a target was met, of R's example data apiclus1, and the
# numbers of the population; the weights are those of R's survey::rake with epsilon = 1e-10
SCHOOLS = {(0, 0): 12, (0, 1): 132, (1, 0): 3, (1, 1): 11, (2, 0): 8, (2, 1): 17}
TYPES, MET = [4421, 755, 1018], [1072, 5122]
WEIGHTS = {
    **{(0, 0): 39.8392362469, (1, 0): 67.1255292413, (2, 0): 49.0690721641},
    **{(0, 1): 29.8706754926, (1, 1): 50.3294011162, (2, 1): 36.7910248644},
}


def schools() -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(np.array(list(SCHOOLS)), list(SCHOOLS.values()), axis=0).T


def shares(weight: np.ndarray, code: np.ndarray, groups: int) -> np.ndarray:
    known = np.bincount(code[code >= 0], weight[code >= 0], minlength=groups)
    return known / known.sum()


def test_as_the_second_implementation():
    kind, met = schools()
    found = rake(np.full(183, 6194 / 183), [kind, met], [TYPES, MET])
    assert found.converged
    assert found.n_eff == pytest.approx(174.0112, abs=5e-5)
    expected = [WEIGHTS[one] for one in zip(kind, met, strict=True)]
    assert found.weight == pytest.approx(expected, rel=1e-7)
    assert found.off < 1e-9


def test_one_margin_is_post_stratification():
    code = np.repeat([0, 1], [30, 10])
    found = rake(np.ones(40), [code], [[0.5, 0.5]])
    assert found.weight == pytest.approx(np.repeat([20 / 30, 2], [30, 10]))
    assert found.n_eff == pytest.approx(40**2 / (30 * (2 / 3) ** 2 + 10 * 4))


def test_weights_stay_inside_their_bounds_and_the_shares_still_hold():
    chance = np.random.default_rng(5)
    sex, age = chance.integers(0, 2, 300), chance.choice(4, 300, p=[0.02, 0.18, 0.4, 0.4])
    # 6 in 300 would have to weigh 4 times as much by age alone
    found = rake(np.ones(300), [sex, age], [[0.5, 0.5], [0.04, 0.2, 0.4, 0.36]])
    assert found.converged
    hard = rake(np.ones(300), [sex, age], [[0.5, 0.5], [0.3, 0.2, 0.3, 0.2]])
    for one in (found, hard):
        assert one.weight.sum() == pytest.approx(300)
        assert one.weight.min() >= 0.3 - 1e-7
        assert one.weight.max() <= 3 + 1e-7
    assert shares(found.weight, age, 4) == pytest.approx([0.04, 0.2, 0.4, 0.36], abs=1e-7)
    assert not hard.converged, "what cannot be is said"
    assert hard.off > 0.1


def test_those_who_do_not_say_keep_their_weight():
    code = np.array([0] * 30 + [1] * 10 + [-1] * 10)
    found = rake(np.ones(50), [code], [[0.5, 0.5]])
    assert found.weight[40:] == pytest.approx(np.ones(10))
    assert shares(found.weight, code, 2) == pytest.approx([0.5, 0.5])


def test_groups_without_questionnaires_leave_their_share_to_the_others():
    found = rake(np.ones(20), [np.repeat([0, 2], 10)], [[0.2, 0.5, 0.3]])
    assert shares(found.weight, np.repeat([0, 2], 10), 3) == pytest.approx([0.4, 0, 0.6])
    assert found.converged


def test_nothing_to_do_and_nothing_that_can_be_done():
    same = rake(np.ones(20), [np.repeat([0, 1], 10)], [[1, 1]])
    assert same.weight == pytest.approx(np.ones(20))
    assert same.n_eff == pytest.approx(20)
    assert rake([], [], []).n_eff == 0
    assert worth([2, 2, 2]) == 3
    for weight, target in (([1, 0], [1, 1]), ([1, 1], [np.nan, 1]), ([1, 1], [-1, 2])):
        with pytest.raises(ValueError, match="weights must be"):
            rake(weight, [[0, 1]], [target])
