"""The roofline lab's formulas, error budgets and judge, without a worker."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.loading import load_trusted, siblings_importable
from tests.graders.conftest import ROOT

np = pytest.importorskip("numpy")
FOLDER = ROOT / "labs" / "roofline"


def load(name: str) -> ModuleType:
    with siblings_importable(FOLDER):
        return load_trusted(FOLDER / f"{name}.py", f"roofline_{name}")


formulas, bench, judging = load("formulas"), load("bench"), load("judge")


def test_formulas_give_the_numbers_of_the_guide() -> None:
    assert formulas.decode_intensity(1, 2) == 1.0
    assert formulas.gemm_intensity(600, 600, 600, 2) == pytest.approx(200)
    assert formulas.ridge_point(989e12, 3.35e12) == pytest.approx(295, abs=1)
    assert formulas.attainable(1 / 12, 989e12, 3.35e12) == pytest.approx(0.28e12, rel=0.01)


@pytest.mark.parametrize(("index", "count"), [(range(32), 4), (range(1, 33), 5), (range(0, 256, 8), 32), ([7] * 32, 1)])
def test_sectors_of_a_warp_are_counted(index: Any, count: int) -> None:
    assert formulas.sectors(list(index), 4) == count


@given(st.lists(st.integers(0, 10_000), min_size=32, max_size=32), st.sampled_from([1, 2, 4, 8, 16]))
def test_sectors_do_not_depend_on_the_order_of_the_lanes(index: list[int], item: int) -> None:
    count = formulas.sectors(index, item)
    assert count == formulas.sectors(sorted(index), item)
    assert len({*index}) * item / 32 <= count <= 32


@given(st.integers(0, 2**32))
def test_intensities_are_asked_for_on_both_sides_of_the_ridge(seed: int) -> None:
    cases = formulas.FORMULAS["attainable"].cases(np.random.default_rng(seed))
    assert any(peak < bandwidth * ai for ai, peak, bandwidth in cases)
    assert any(peak > bandwidth * ai for ai, peak, bandwidth in cases)


@given(st.integers(0, 2**32), st.integers(0, 64))
def test_the_budget_lets_float32_horner_pass_and_a_changed_coefficient_fail(seed: int, degree: int) -> None:
    rng = np.random.default_rng(seed)
    coefficients = rng.standard_normal(degree + 1).astype("float32")
    x = rng.uniform(-1, 1, 100).astype("float32")
    right, budget = bench.horner(coefficients, x.astype("float64"))
    value = np.zeros(100, dtype="float32")
    for c in coefficients[::-1]:
        value = value * x + c
    assert (np.abs(value - right) <= budget).all()
    changed = coefficients.copy()
    changed[0] += 0.01
    assert (np.abs(bench.horner(changed, x.astype("float64"))[0] - right) > budget).all()


@given(st.integers(0, 2**32))
def test_arrays_are_past_the_cache_and_odd(seed: int) -> None:
    sizes = bench.choose_sizes("cpu", np.random.default_rng(seed))
    assert sizes.elements % 2 == 1
    assert 4 * sizes.source > 2 * 4 * sizes.elements * 0.99
    assert sizes.picked < sizes.elements
    assert bench.choose_sizes("cuda:0", np.random.default_rng(seed)).elements > 60_000_000


def samples(**changed: float) -> dict[str, Any]:
    """A run in which every kernel behaves; ``changed`` multiplies the seconds of an arm (spaces as underscores)."""
    n = 8_000_001
    seconds = {"copy": 1.3e-3, "saxpy": 2e-3, "gather sequential": 0.7e-3, "gather random": 7e-3}
    seconds |= {f"baseline {kernel}": value for kernel, value in seconds.items()} | {"baseline polynomial": 35e-3}
    seconds |= {f"control {kernel}": seconds[kernel] for kernel in ("copy", "gather random")}
    seconds |= {f"polynomial {d}": 2e-3 + d * 0.5e-3 for d in judging.DEGREES}
    for arm, factor in changed.items():
        seconds[arm.replace("_", " ")] *= factor
    right = [{"case": "all", "worst": 0.1, "where": [0], "got": 1.0, "right": 1.0}]
    return {
        "device": "cpu",
        "datasheet": None,
        "sizes": {"elements": n, "source": 2 * n, "picked": n // 4},
        "comparisons": dict.fromkeys(judging.KERNELS, right),
        "formulas": dict.fromkeys(formulas.FORMULAS, right),
        "seconds": {arm: [value * (1 + i * 1e-3) for i in range(8)] for arm, value in seconds.items()},
        "scheduling": {"involuntary": 0, "own_s": 1.0, "core_busy_s": 1.0, "core_total_s": 1.0},
        "ceilings": {
            "machine_id": "0",
            "device": "cpu",
            "bandwidth": {"1000": 2e11, "128000000": 5e10},
            "flops": {"float32": 1.3e11},
            "round_trip_s": 1e-5,
        },
    }


@pytest.fixture
def judge() -> Iterator[Any]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "judge.py", "roofline_judge").judge


def states(outcome: Any) -> dict[str, str]:
    return {check.id: check.state for check in outcome.checks if check.state != "passed"}


def test_a_good_run_passes_and_draws_the_roof(judge: Any) -> None:
    outcome = judge(samples())
    assert states(outcome) == {}
    roof, yours = outcome.plots[0].series
    assert max(roof.y) == pytest.approx(130)
    assert yours.x[0] == pytest.approx(1 / 6)
    assert outcome.metrics["ridge_flop_per_byte"] == pytest.approx(2.6)


@pytest.mark.parametrize(
    ("arm", "factor", "check"),
    [
        ("copy", 3.0, "copy-share"),
        ("saxpy", 8.0, "saxpy-share"),
        ("gather_random", 4.0, "gather-share"),
        ("gather_random", 0.1, "random-over-sequential"),
        ("polynomial_32", 3.0, "intensity-pays"),
    ],
)
def test_a_slow_kernel_fails_its_own_check_only(judge: Any, arm: str, factor: float, check: str) -> None:
    assert states(judge(samples(**{arm: factor}))) == {check: "failed"}


def test_a_copy_faster_than_the_memory_is_impossible(judge: Any) -> None:
    assert states(judge(samples(copy=0.01))) == {"roof-copy": "impossible"}


def test_the_datasheet_roof_is_drawn_when_the_gpu_is_known(judge: Any) -> None:
    known = samples()
    known["datasheet"] = {"name": "Tesla T4", "peak": 8.1e12, "bandwidth": 320e9, "source": "datasheet"}
    assert [series.name for series in judge(known).plots[0].series] == [
        "copy and matmul",
        "datasheet Tesla T4",
        "yours",
    ]


def test_samples_that_stop_early_are_judged(judge: Any) -> None:
    full = samples()
    del full["seconds"]
    full["comparisons"]["gather"] = [{"case": "one", "worst": 9.0, "where": [0], "got": None, "right": 2.0}]
    assert states(judge(full)) == {"gather": "failed"}
    assert set(states(judge({}))) == {*judging.KERNELS, *(f.check for f in formulas.FORMULAS.values())}
