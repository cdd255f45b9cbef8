"""The launch lab's programs, error bound and judge, without a worker."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.loading import load_trusted, siblings_importable
from tests.graders.conftest import ROOT

np = pytest.importorskip("numpy")
FOLDER = ROOT / "labs" / "launch-overhead"


def load(name: str) -> ModuleType:
    with siblings_importable(FOLDER):
        return load_trusted(FOLDER / f"{name}.py", f"launch_overhead_{name}")


program, judging = load("program"), load("judge")
seeds = st.integers(0, 2**32)
FEW = settings(max_examples=30)


def in_float32(steps: list[tuple[str, float]], x: Any) -> Any:
    value = x
    for name, constant in steps:
        c = np.float32(constant)
        if name == "add":
            value = value + c
        elif name == "mul":
            value = value * c
        elif name == "abs":
            value = np.abs(value)
        else:
            value = np.maximum(value, c) if name == "max" else np.minimum(value, c)
    assert value.dtype == np.float32
    return value


@FEW
@given(seeds, st.sampled_from([1, 5, 33, 64]))
def test_float32_stays_within_the_running_bound(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    steps = program.draw_program(rng, count)
    x = (1.4 * rng.standard_normal(2000)).astype("float32")
    right, budget = program.run_program(steps, x)
    assert (np.abs(in_float32(steps, x) - right) <= budget).all()


@FEW
@given(seeds)
def test_the_bound_is_tight_enough_to_see_a_missing_operation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps = program.draw_program(rng, 64)
    x = rng.standard_normal(2000).astype("float32")
    right, budget = program.run_program(steps, x)
    last = max(i for i, (name, _) in enumerate(steps) if name in {"add", "mul"})
    without, _ = program.run_program([*steps[:last], *steps[last + 1 :]], x)
    assert (np.abs(without - right) > budget).mean() > 0.5


@FEW
@given(seeds, st.sampled_from([5, 8, 16, 32, 64]))
def test_a_program_has_every_operation_and_does_not_end_in_a_constant(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    steps = program.draw_program(rng, count)
    assert len(steps) == count
    assert {name for name, _ in steps} == set(program.NAMES)
    assert all(c == float(np.float32(c)) for _, c in steps)
    value, _ = program.run_program(steps, rng.standard_normal(4000))
    assert 0.05 < value.std() < 50
    assert len(np.unique(value)) > 400


@FEW
@given(seeds)
def test_swapping_min_and_max_shows_at_five_operations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    steps = program.draw_program(rng, 5)
    swap = {"min": "max", "max": "min"}
    x = rng.standard_normal(27)
    right, budget = program.run_program(steps, x)
    swapped, _ = program.run_program([(swap.get(name, name), c) for name, c in steps], x)
    assert (np.abs(swapped - right) > budget).any()


def samples(captured_us: float = 1.0, slope_us: float = 0.01, large: float = 4.0) -> dict[str, Any]:
    """A run: 2.5 us for each eager operation; a replay takes ``captured_us`` and ``slope_us`` for each operation."""
    right = [{"case": "all", "worst": 0.1, "where": [0], "got": 1.0, "right": 1.0}]
    seconds: dict[str, float] = {"control": 160e-6, "eager large": 200e-6, "captured large": 200e-6 / large}
    for count in judging.OPERATIONS:
        seconds[f"eager {count}"] = 2.5e-6 * count
        seconds[f"captured {count}"] = 1e-6 * (captured_us + slope_us * count)
    return {
        "first": right,
        "later": right,
        "touched": [],
        "calls": 20,
        "capture_s": {"64 x 512": 1e-3},
        "break_even": [["break_even(100, 30, 10)", 6, 6]],
        "seconds": {arm: [value * (1 + i * 1e-3) for i in range(25)] for arm, value in seconds.items()},
        "scheduling": {"involuntary": 0, "own_s": 1.0, "core_busy_s": 1.0, "core_total_s": 1.0},
        "ceilings": {
            "machine_id": "0",
            "device": "cpu",
            "bandwidth": {"32768": 5e11, "2097152": 2e11},
            "flops": {"float32": 1.3e11},
            "round_trip_s": 1e-5,
        },
    }


@pytest.fixture
def judge() -> Iterator[Any]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "judge.py", "launch_overhead_judge").judge


def states(outcome: Any) -> dict[str, str]:
    return {check.id: check.state for check in outcome.checks if check.state != "passed"}


def test_a_good_run_passes_and_draws_both_lines(judge: Any) -> None:
    outcome = judge(samples())
    assert states(outcome) == {}
    eager, captured = outcome.plots[0].series
    assert eager.y[-1] == pytest.approx(160, rel=0.05)
    assert captured.y[-1] == pytest.approx(1.64, rel=0.05)
    assert outcome.metrics["eager_us_per_operation"] == pytest.approx(2.5, rel=0.05)
    assert outcome.metrics["break_even_runs"] == 7  # 1000 us over 158 us saved by each run


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"slope_us": 2.5}, {"small-batch", "shrinks", "per-operation-cost"}),
        ({"captured_us": 30.0, "slope_us": 0.4, "large": 1.5}, {"small-batch", "per-operation-cost"}),
        ({"large": 0.2}, {"large-batch"}),
        ({"captured_us": 20.0, "large": 7.5}, {"shrinks"}),
    ],
)
def test_slow_replays_fail_the_check_they_deserve(judge: Any, changed: dict[str, float], expected: set[str]) -> None:
    assert states(judge(samples(**changed))) == dict.fromkeys(expected, "failed")


def test_a_replay_that_cannot_have_moved_its_bytes_is_impossible(judge: Any) -> None:
    assert states(judge(samples(large=1000.0))).get("floor") == "impossible"


def test_eager_times_that_make_no_line_are_seen(judge: Any) -> None:
    bent = samples()
    bent["seconds"]["eager 8"] = [1.0] * 25
    assert states(judge(bent))["eager-linear"] == "failed"


def test_a_changed_input_and_a_wrong_break_even_end_the_judgement(judge: Any) -> None:
    bad = samples()
    bad["touched"] = ["5 operations on 3 elements"]
    bad["break_even"].append(["break_even(100, 20, 20)", 0, -1])
    outcome = judge(bad)
    assert states(outcome) == {"inputs-untouched": "failed", "break-even": "failed"}
    assert not outcome.plots


def test_samples_that_stop_early_are_judged(judge: Any) -> None:
    assert set(states(judge({}))) == {"outputs", "replays", "inputs-untouched", "break-even"}
