"""gemm-tiling: loads by closed form, sums bit by bit, and what the judge says about altered samples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("numpy")

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.loading import load_trusted, siblings_importable
from graders.simt import Launch, Report, execute, trace

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "gemm-tiling"
SIZES = st.integers(1, 19)


@pytest.fixture(scope="module")
def lab() -> Iterator[dict[str, ModuleType]]:
    with siblings_importable(FOLDER):
        names = ("kernels", "precision", "facts", "report", "judge", "reference")
        yield {name: load_trusted(FOLDER / f"{name}.py", name) for name in names}


def multiplied(reference: ModuleType, m: int, n: int, k: int, tile: int) -> tuple[Report, float]:
    """Report of one launch and its largest error."""
    side = 16 if tile == 1 else tile
    kernel = reference.gemm_naive if tile == 1 else reference.gemm_tiled
    launch = Launch((-(-n // side), -(-m // side)), (side, side))
    rng = np.random.default_rng(m * 10_000 + n * 100 + k)
    a, b = rng.random(m * k, dtype=np.float32), rng.random(k * n, dtype=np.float32)
    c = np.full(m * n, np.nan, np.float32)
    report = execute(trace(kernel, launch, [None, None, None, m, n, k]), launch, [a, b, c])
    return report, float(np.abs(c.reshape(m, n) - a.reshape(m, k).astype(float) @ b.reshape(k, n)).max())


@settings(max_examples=12, deadline=None)
@given(SIZES, SIZES, SIZES, st.sampled_from([1, 8, 16]))
def test_the_formula_is_what_the_reference_loads(lab: dict[str, ModuleType], m: int, n: int, k: int, tile: int) -> None:
    report, error = multiplied(lab["reference"], m, n, k, tile)
    assert report.loads == lab["kernels"].loads(m, n, k, tile) == lab["reference"].global_loads(m, n, k, tile)
    assert error < 1e-4
    hazards = (report.races, report.out_of_bounds, report.divergent_barriers, report.unset_reads)
    assert hazards == (0, 0, 0, 0)


def test_a_tile_divides_the_loads_by_its_side(lab: dict[str, ModuleType]) -> None:
    loads = {tile: multiplied(lab["reference"], 16, 16, 16, tile)[0].loads for tile in (1, 8, 16)}
    assert loads == {1: 2 * 16**3, 8: 2 * 16**3 // 8, 16: 2 * 16**3 // 16}


def test_half_precision_stops_counting_at_2048(lab: dict[str, ModuleType]) -> None:
    ones = np.ones((1, 4096), np.float32)
    for function in (lab["precision"].rank_one_sum, lambda a, b, dtype: lab["reference"].accumulate(a, b, dtype)):
        assert function(ones, ones.T, "float16")[0, 0] == 2048
        assert function(ones, ones.T, "float32")[0, 0] == 4096


@settings(max_examples=20, deadline=None)
@given(SIZES, SIZES, SIZES, st.sampled_from(["float16", "float32"]), st.integers(0, 2**32 - 1))
def test_the_references_sums_are_the_same_to_the_last_bit(
    lab: dict[str, ModuleType], m: int, n: int, k: int, dtype: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.random((m, k), dtype=np.float32), rng.random((k, n), dtype=np.float32)
    own, reference = lab["precision"].rank_one_sum(a, b, dtype), lab["reference"].accumulate(a, b, np.dtype(dtype).type)
    assert own.dtype == reference.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(own, reference)


def launch_sample(tile: int, loads: int) -> dict[str, Any]:
    report = Report(loads=loads, load_sectors=loads // 8, degree=int(tile > 1))
    return {
        "kernel": "gemm_tiled" if tile > 1 else "gemm_naive",
        "shape": "16",
        "tile": tile,
        "whole": True,
        "flops": 2 * 16**3,
        "loads": 2 * 16**3 // tile,
        "comparison": {"case": "16", "worst": 0.1, "where": [0], "got": 1.0, "right": 1.0},
        "report": report.as_dict(),
    }


def samples(speed: float) -> dict[str, Any]:
    sums = [
        {
            "case": dtype,
            "dtype": dtype,
            "inputs": "values in [0, 1)",
            "elements": 4,
            "wrong": 0,
            "example": "",
            "error": e,
        }
        for dtype, e in (("float16", 1e-3), ("float32", 1e-7))
    ]
    naive = [0.040, 0.041, 0.042, 0.041, 0.040]
    return {
        "launches": [launch_sample(1, 2 * 16**3), launch_sample(16, 2 * 16**3 // 16)],
        "loads": [[[64, 64, 64, 16], 32768, 32768]],
        "sums": sums,
        "c_outputs": [{"case": "n = 1", "worst": 0.1, "where": [0, 0], "got": 1.0, "right": 1.0}],
        "size": 400,
        "seconds": {
            "solution": [value / speed for value in naive],
            "baseline": naive,
            "control": naive,
            "naive 160": [value * 0.4**3 for value in naive],
            "naive 256": [value * 0.64**3 for value in naive],
        },
        "scheduling": {},
        "ceilings": {
            "machine_id": "0",
            "device": "cpu",
            "bandwidth": {"1000000": 1e10},
            "flops": {"float32": 1e11},
            "round_trip_s": 1e-4,
        },
    }


def failed(lab: dict[str, ModuleType], found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(check.id, check.state) for check in lab["judge"].judge(found).checks if not check.passed]


def test_the_judge_passes_ten_times_and_reads_the_cubic_exponent(lab: dict[str, ModuleType]) -> None:
    outcome = lab["judge"].judge(samples(10.0))
    assert failed(lab, samples(10.0)) == []
    assert outcome.metrics["naive_exponent"] == pytest.approx(3.0)
    assert outcome.metrics["naive_over_blocked"] == pytest.approx(10.0)


def test_a_correct_but_slow_solution_fails_only_the_speed(lab: dict[str, ModuleType]) -> None:
    assert failed(lab, samples(1.0)) == [("blocked-speed", "failed")]


def test_a_product_faster_than_the_machine_is_impossible(lab: dict[str, ModuleType]) -> None:
    assert ("floor", "impossible") in failed(lab, samples(1000.0))


def test_one_load_too_many_is_seen(lab: dict[str, ModuleType]) -> None:
    found = samples(10.0)
    found["launches"][1]["report"]["loads"] += 1
    assert failed(lab, found) == [("tiled-loads", "failed")]


def test_the_judge_copes_with_samples_that_stop_early(lab: dict[str, ModuleType]) -> None:
    whole = samples(10.0)
    for keys in ([], ["launches"], ["launches", "loads"], ["launches", "loads", "sums", "c_outputs"]):
        assert lab["judge"].judge({key: whole[key] for key in keys}).checks
