"""sliding-window: the banded reference, its error budget, the memory bounds and the judge."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("torch")

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.loading import load_trusted, siblings_importable

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "sliding-window"


@pytest.fixture(scope="module")
def lab() -> Iterator[dict[str, ModuleType]]:
    with siblings_importable(FOLDER):
        yield {
            name: load_trusted(FOLDER / f"{name}.py", name) for name in ("attention", "memory", "judge", "reference")
        }


def masked(q: Any, k: Any, v: Any, window: int) -> Any:
    """The plain T x T formula."""
    places = np.arange(q.shape[-2])
    distance = places[:, None] - places[None, :]
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    weights = np.exp(np.where((distance >= 0) & (distance < window), scores, -np.inf))
    return weights / weights.sum(axis=-1, keepdims=True) @ v


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), tokens=st.integers(1, 300), window=st.integers(1, 320), first=st.integers(0, 40))
def test_the_banded_reference_is_the_masked_formula(
    lab: dict[str, ModuleType], seed: int, tokens: int, window: int, first: int
) -> None:
    q, k, v = np.random.default_rng(seed).standard_normal((3, 2, tokens, 5))
    first = min(first, tokens - 1)
    found = lab["attention"].windowed(q[:, first:], k, v, window, first)
    assert found == pytest.approx(masked(q, k, v, window)[:, first:], abs=1e-12)


@given(tokens=st.integers(1, 60), window=st.integers(1, 70))
def test_pairs_are_counted(lab: dict[str, ModuleType], tokens: int, window: int) -> None:
    assert lab["attention"].pairs(tokens, window) == sum(min(place + 1, window) for place in range(tokens))


def run_reference(reference: ModuleType, case: Any, inputs: Any) -> Any:
    q, k, v = (torch.from_numpy(each) for each in inputs)
    cache = reference.WindowCache(**case.sizes, dtype=q.dtype)
    out = torch.empty_like(q)
    for layer in range(case.layers):
        if case.prompt:
            first = [each[layer, :, :, : case.prompt] for each in (q, k, v)]
            out[layer, :, :, : case.prompt] = reference.prefill(cache, layer, *first, case.chunk)
        for at in range(case.prompt, case.tokens):
            one = [each[layer, :, :, at : at + 1] for each in (q, k, v)]
            out[layer, :, :, at : at + 1] = cache.attend(layer, *one)
    return out.numpy()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rounding_stays_within_the_budget_and_a_window_that_is_off_by_one_does_not(
    lab: dict[str, ModuleType], seed: int
) -> None:
    attention, rng = lab["attention"], np.random.default_rng(seed)
    for case in attention.draw_cases(rng):
        inputs = case.draw(rng)
        budget = attention.error_budget(*inputs)
        out = run_reference(lab["reference"], case, inputs)
        assert np.abs(out - attention.windowed(*inputs, case.window)).max() < 0.2 * budget, str(case)
        if case.tokens > case.window:
            wider = attention.windowed(*inputs, case.window + 1)
            assert np.abs(out - wider).max() > budget, str(case)


def test_cases_cover_whole_chunked_and_single_steps(lab: dict[str, ModuleType]) -> None:
    cases = lab["attention"].draw_cases(np.random.default_rng(0))
    assert sum(case.prompt == case.tokens <= case.chunk for case in cases) == 4
    assert sum(case.prompt == case.tokens > case.chunk for case in cases) == 4
    assert sum(case.prompt < case.tokens for case in cases) == 4
    assert {case.tokens > case.window for case in cases} == {True, False}


def test_the_kernel_tells_the_peak_of_a_process(lab: dict[str, ModuleType]) -> None:
    before = lab["memory"].resident(os.getpid())
    block = np.ones(8 << 20)  # 64 MiB
    held = lab["memory"].resident(os.getpid())
    del block
    after = lab["memory"].resident(os.getpid())
    assert held.now - before.now > 60 << 20
    assert after.now < held.now
    assert after.peak - before.now > 60 << 20


def test_the_peak_bound_lies_between_a_band_and_a_square(lab: dict[str, ModuleType]) -> None:
    memory = lab["memory"]
    most = memory.LENGTHS[-1]
    band = memory.CHUNK * (memory.WINDOW + memory.CHUNK) * 4
    assert 4 * band < memory.peak_bound(most) < most**2  # even a mask of single bytes is too much
    assert memory.peak_bound(most) < 2 * memory.peak_bound(memory.LENGTHS[0])


def timed(window: float, full: float, scale: float = 1.0) -> dict[str, Any]:
    lengths = (1024, 2048, 4096)
    seconds = {f"window {t}": [scale * 0.004 * (t / 1024) ** window] * 10 for t in lengths}
    seconds |= {f"full {t}": [0.005 * (t / 1024) ** full] * 10 for t in lengths}
    ceilings = {"machine_id": "x", "device": "cpu", "round_trip_s": 1e-5}
    ceilings |= {"bandwidth": {"1000": 1e10}, "flops": {"float32": 1e11}}
    samples = {"seconds": seconds | {"control": seconds["full 2048"]}, "ceilings": ceilings, "floor": [1000, 1e6]}
    return samples | {"comparisons": {}, "window": 256, "chunk": 256, "profile": "quick"}


@pytest.mark.parametrize(
    ("window", "full", "scale", "failed"),
    [
        (1.0, 1.8, 1.0, []),
        (1.9, 1.8, 1.0, ["window-slope", "faster-at-4k"]),
        (1.0, 1.2, 0.5, ["full-slope"]),
        (0.2, 1.8, 14.0, ["faster-at-4k"]),
    ],
)
def test_the_judge_of_times(
    lab: dict[str, ModuleType], window: float, full: float, scale: float, failed: list[str]
) -> None:
    outcome = lab["judge"].judge(timed(window, full, scale))
    assert [check.id for check in outcome.checks if not check.passed] == failed
    assert outcome.metrics["window_slope"] == pytest.approx(window)


def test_the_judge_of_memory(lab: dict[str, ModuleType]) -> None:
    def failed(growth: int, end: int) -> list[str]:
        peaks = [{"tokens": 2048, "growth": growth, "bound": 40 << 20}]
        stream = [[512, 300 << 20], [1024, 310 << 20], [1536, end]]
        samples = {"comparisons": {}, "peaks": peaks, "stream": stream}
        return [check.id for check in lab["judge"].judge(samples).checks if not check.passed]

    assert failed(5 << 20, 312 << 20) == []
    assert failed(64 << 20, 312 << 20) == ["peak-memory"]
    assert failed(-1, 400 << 20) == ["resident-memory"]


@pytest.mark.parametrize(
    ("nbytes", "full", "passed"), [(640, True, True), (641, True, False), (320, False, True), (641, False, False)]
)
def test_bytes_are_exact_once_the_window_is_full(
    lab: dict[str, ModuleType], nbytes: int, full: bool, passed: bool
) -> None:
    sizes = {"layers": 1, "heads": 2, "head_dim": 4, "tokens": 9, "window": 5, "dtype_bytes": 4, "batch": 1}
    row = {"case": "x", "bytes": nbytes, "right": 640, "full": full}
    samples = {"comparisons": {}, "sizes": [row], "formula": [{"sizes": sizes, "answer": 2 * 2 * 4 * 5 * 4}]}
    states = {check.id: check.passed for check in lab["judge"].judge(samples).checks}
    assert states == {"cache-bytes": passed, "bytes-formula": True}
