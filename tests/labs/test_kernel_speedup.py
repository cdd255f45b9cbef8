"""kernel-speedup: the float64 truth, the drawn inputs, the reference's kernel and the judge."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.loading import load_trusted, siblings_importable

np = pytest.importorskip("numpy")
torch = pytest.importorskip("torch")

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "kernel-speedup"
ROWS, COLUMNS = 2800, 4000


def load(name: str) -> ModuleType:
    with siblings_importable(FOLDER):
        return load_trusted(FOLDER / f"{name}.py", f"kernel_speedup_{name.replace('/', '_')}")


TRUTH, CASES, JUDGE, REFERENCE = (load(name) for name in ("truth", "cases", "judge", "reference"))


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_the_bytes_are_36_and_12_for_each_element(rows: int, columns: int) -> None:
    assert TRUTH.traffic(rows, columns) == (36 * rows * columns + 8 * columns, 12 * rows * columns + 8 * columns)
    assert REFERENCE.traffic(rows, columns) == TRUTH.traffic(rows, columns)


def test_the_truth_by_hand() -> None:
    x, residual = (np.array(values, dtype=np.float32) for values in ([[1, 2], [3, -4]], [[0, 1], [2, 3]]))
    scale, bias = np.array([2, -1], dtype=np.float32), np.array([-3, 5], dtype=np.float32)
    right, slack = TRUTH.expected(x, scale, bias, residual)
    assert right.tolist() == [[0, 4], [5, 12]]
    assert slack[0, 1] == pytest.approx(4 * 2.0**-24 * (2 + 5 + 1))


@pytest.mark.parametrize("order", ["scale first", "residual first"])
def test_float32_in_any_order_stays_within_the_budget_and_half_precision_does_not(order: str) -> None:
    for case in CASES.small(np.random.default_rng(5)):
        added = (case.bias, case.residual) if order == "scale first" else (case.residual, case.bias)
        values = (case.x, case.scale, case.bias, case.residual)
        out = np.maximum(case.x * case.scale + added[0] + added[1], np.float32(0))
        assert TRUTH.verify(case.words, out, *values).worst <= 1, case.words
        if case.group == "random-shapes" and case.x.size > 100 and out.max() < 65504:
            rough = out.astype(np.float16).astype(np.float32)
            assert TRUTH.verify(case.words, rough, *values).worst > 1


def test_one_wrong_or_missing_element_of_many_is_found() -> None:
    rng = np.random.default_rng(2)
    x, residual = (rng.standard_normal((100, 37), dtype=np.float32) for _ in range(2))
    scale, bias = (rng.standard_normal(37, dtype=np.float32) for _ in range(2))
    out = np.maximum(x * scale + bias + residual, np.float32(0))
    for value in (np.float32("nan"), np.float32(-1)):
        spoilt = out.copy()
        spoilt[71, 5] = value
        found = TRUTH.verify("spoilt", spoilt, x, scale, bias, residual)
        assert not found.worst <= 1
        assert found.where == (71, 5)


def test_special_cases_hold_the_largest_values_and_stay_finite() -> None:
    special = [case for case in CASES.small(np.random.default_rng(3)) if case.group == "special-values"]
    for case in special:
        right, _ = TRUTH.expected(case.x, case.scale, case.bias, case.residual)
        assert np.isfinite(right.astype(np.float32)).all()
        assert right.max() > 1.7e38  # twice this is infinite
    assert any((np.abs(case.x[case.x != 0]) < 1.1e-38).any() for case in special)


def test_large_inputs_are_new_in_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CASES, "LARGE_ELEMENTS", 40_000)
    large = CASES.Large(np.random.default_rng(1))
    x, residual, scales = large.x.copy(), large.residual.copy(), large.scales.copy()
    large.refresh()
    for old, new in ((x, large.x), (residual, large.residual), (scales, large.scales)):
        assert (old != new).mean() > 0.99
    calls = large.calls(24)
    assert len({(scale, bias) for scale, bias, _ in calls}) == 24
    assert [out for _, _, out in calls] == list(range(24))


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
def test_the_reference_is_right_on_every_small_case(tmp_path: Path) -> None:
    kernel = REFERENCE.build(str(tmp_path), "cpu")
    for case in CASES.small(np.random.default_rng(4)):
        values = (case.x, case.scale, case.bias, case.residual)
        out = torch.full(case.x.shape, float("nan"))
        kernel(*(torch.from_numpy(each) for each in values), out)
        assert TRUTH.verify(case.words, out.numpy(), *values).worst <= 1, case.words


def samples(eager_ms: float, own_ms: float, **changes: Any) -> dict[str, Any]:
    """Nine rounds without any noise to speak of; the ceiling is 50 GB/s."""
    wiggle = [1 + 0.002 * (i % 3) for i in range(9)]
    seconds = {"baseline": eager_ms, "control": eager_ms, "solution": own_ms, "copy": 2.0}
    ceilings = {"machine_id": "x", "device": "cpu", "bandwidth": {"134217728": 50e9}, "flops": {"float32": 1e11},
                "round_trip_s": 1e-5}  # fmt: skip
    right = {"case": "large", "worst": 0.5, "where": [0, 0], "got": 1.0, "right": 1.0}
    return {
        "build_s": 0.1, "profile": "quick", "device": "cpu", "shape": [ROWS, COLUMNS], "ceilings": ceilings,
        "outputs": [{"group": group, **right} for group in ("random-shapes", "tails", "special-values")],
        "changed": [{"case": "2x3", "inputs": []}], "traffic": [[[1, 1], [44, 20], [44, 20]]],
        "seconds": {name: [ms * 1e-3 * w for w in wiggle] for name, ms in seconds.items()},
        "scheduling": {"involuntary": 0, "own_s": 1.0, "core_busy_s": 1.0, "core_total_s": 2.0},
        "orders": [], "calls": [1] * 9, "timed": [right], "late": 0, **changes,
    }  # fmt: skip


def states(found: dict[str, Any]) -> dict[str, str]:
    return {check.id: check.state for check in JUDGE.judge(found).checks}


@pytest.mark.parametrize(
    ("own_ms", "speedup", "floor"),
    [
        (3.6, "passed", "passed"),
        (9.0, "failed", "passed"),
        (6.4, "failed", "passed"),  # in place without fusion
        (0.5, "passed", "impossible"),
    ],
)
def test_speedup_and_floor(own_ms: float, speedup: str, floor: str) -> None:
    found = states(samples(9.0, own_ms))
    assert (found["speedup"], found["floor"]) == (speedup, floor)


def test_a_faster_copy_than_the_stored_ceiling_lowers_the_floor() -> None:
    found = samples(9.0, 1.9)  # 71 GB/s where 50 were measured once
    assert states(found)["floor"] == "impossible"
    found["seconds"]["copy"] = [8 * ROWS * COLUMNS / 70e9] * 9
    assert states(found)["floor"] == "passed"


def test_a_late_or_wrong_output_is_not_timed() -> None:
    wrong = {"case": "large", "worst": 1e30, "where": [3, 4], "got": None, "right": 1.0}
    for changes in ({"late": 1}, {"timed": [wrong]}):
        found = states(samples(9.0, 3.0, **changes))
        assert found["timed-outputs"] == "failed"
        assert "speedup" not in found


def test_the_judge_lists_what_there_is() -> None:
    assert JUDGE.judge({}).checks == []
    early = {key: value for key, value in samples(9, 3).items() if key in ("build_s", "outputs", "changed", "traffic")}
    early["changed"] = [{"case": "2x3", "inputs": ["residual"]}]
    early["traffic"] = [[[2, 3], [0, 0], [240, 96]]]
    outcome = JUDGE.judge(early)
    assert [check.id for check in outcome.checks if not check.passed] == ["inputs-unchanged", "traffic"]
    assert "residual changed" in outcome.checks[3].message
    assert outcome.plots
