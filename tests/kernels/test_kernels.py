"""The made-up city has the same answers, bit for bit, under every kernel that adds.

OpenBLAS adds in the order of the kernel it chooses for a processor, or that OPENBLAS_CORETYPE names;
numpy has code for several processors too, which NPY_DISABLE_CPU_FEATURES takes away.
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

import wenming_metrics
from wenming_metrics.runtime.settings import ROOT

pytestmark = pytest.mark.only("sqlite")
STORED = Path(__file__).with_name("answers.txt")
PLAIN = " ".join(name for name in __cpu_dispatch__ if __cpu_features__[name])
"""All that this processor has beyond what every processor has."""
KERNELS = {
    "Prescott": {"NPY_DISABLE_CPU_FEATURES": PLAIN, "OPENBLAS_NUM_THREADS": "1"},
    "Haswell": {"OPENBLAS_NUM_THREADS": "2"},
}
WIDE = {"SkylakeX": {"OPENBLAS_NUM_THREADS": "2"}}
"""Ends with an illegal instruction where the processor lacks AVX-512."""
KERNELS |= WIDE if __cpu_features__.get("AVX512F") or __cpu_features__.get("X86_V4") else {}
BY_PROCESSOR = {"dot", "vdot", "inner", "matmul", "einsum", "tensordot", "average", "linalg"}
WHOLE_NUMBERS = {
    "coverage.py": "counts of leaves in integers",
    "suppression.py": "counts of questionnaires",
    "similarity.py": "counts of signs",
    "numbers.py": "pieces of numbers whose products and sums are exact",
}
"""Files that may write `@`, and what they multiply."""


def run(program: list[str], kernel: str) -> str:
    env = {**os.environ, **KERNELS[kernel], "OPENBLAS_CORETYPE": kernel}
    done = subprocess.run(
        [sys.executable, *program], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("kernel", KERNELS)
def test_answers_are_those_of_every_machine(kernel):
    answers = run(["-m", "tests.kernels.answers"], kernel)
    assert answers.splitlines() == STORED.read_text("utf-8").splitlines()


def test_the_kernels_differ_where_order_counts():
    """What the other tests rest on: a plain matrix product is not the same under both."""
    if __cpu_features__.get("X86_V2") is None:
        pytest.skip("no x86 processor: its kernels are not here")
    program = (
        "import numpy as np; x = np.arange(1, 400) / 7.1; print(float(x @ (1 / x**0.5)).hex())"
    )
    assert len({run(["-c", program], kernel) for kernel in ("Prescott", "Haswell")}) == 2


def test_fractions_are_never_added_by_a_matrix_product():
    package = Path(wenming_metrics.__file__).parent
    offenders = []
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)
            called = isinstance(node, ast.Attribute) and node.attr in BY_PROCESSOR
            called = called and isinstance(node.value, ast.Name) and node.value.id == "np"
            if called or (product and path.name not in WHOLE_NUMBERS):
                offenders.append(f"{path.relative_to(package)}:{node.lineno}")
    assert not offenders, f"use rounding.exact_product: {offenders}"


def test_the_city_of_equal_questionnaires_is_exact():
    """60 of 80: as sixty eightieths added up it is 0.7500000000000001 in some order."""
    from wenming_metrics.scoring.survey.design_based import estimate

    rng = np.random.default_rng(5)
    value = np.repeat([1.0, 0.0], [60, 20])
    place = np.repeat([0, 1], [60, 20])
    for how in ("pooled", "population"):
        for order in (np.arange(80), np.arange(80)[::-1], rng.permutation(80)):
            city = estimate(
                value[order],
                np.ones(80, bool),
                place[order],
                population={0: 30_000, 1: 10_000},
                how=how,
            )
            assert city.value == 0.75
