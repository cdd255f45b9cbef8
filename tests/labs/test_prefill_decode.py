"""prefill-decode: the referee's count against an independent one, the reference against it, and the judge."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders import manifest
from graders.loading import load_trusted, siblings_importable
from graders.manifest import DEFAULT_LABS

pytest.importorskip("torch")

import torch

from graders.tinygpt import GPTConfig, TinyGPT

FOLDER = DEFAULT_LABS / "prefill-decode"
SMALL = GPTConfig(layers=2, heads=2, head_dim=8, vocab=19, context=40)

with siblings_importable(FOLDER):
    cost = load_trusted(FOLDER / "cost.py", "cost")
    findings = load_trusted(FOLDER / "findings.py", "findings")
    judge = load_trusted(FOLDER / "judge.py", "prefill_decode_judge")
reference = load_trusted(FOLDER / "reference.py", "prefill_decode_reference")

configs = st.builds(
    GPTConfig,
    layers=st.integers(1, 48),
    heads=st.integers(1, 64),
    head_dim=st.sampled_from([4, 32, 80, 128]),
    vocab=st.integers(10, 60_000),
    context=st.just(8192),
)


def matrix_products(config: GPTConfig, new: int, past: int) -> int:
    """FLOPs of one sequence, product by product and query by query."""
    w, total = config.width, 0
    for k, n in ((w, 3 * w), (w, w), (w, 4 * w), (4 * w, w)):
        total += 2 * new * k * n
    for query in range(new):
        seen = past + query + 1
        total += config.heads * (2 * config.head_dim * seen + 2 * seen * config.head_dim)
    return total * config.layers + 2 * w * config.vocab


@given(configs, st.integers(1, 50), st.integers(1, 8))
def test_flops_are_the_sum_of_all_matrix_products(config: GPTConfig, tokens: int, batch: int) -> None:
    sizes = config.as_dict()
    assert cost.prefill(sizes, tokens, batch, 4).flops == batch * matrix_products(config, tokens, 0)
    assert cost.decode(sizes, tokens, batch, 4).flops == batch * matrix_products(config, 1, tokens)


def test_bytes_are_those_of_the_worked_example() -> None:
    sizes = GPTConfig(layers=4, heads=6, head_dim=64).as_dict()
    prefill, decode = cost.prefill(sizes, 100, 1, 4), cost.decode(sizes, 100, 1, 4)
    weights = 4 * (12 * 384 * 384 * 4 + 384 * 256)
    assert prefill.nbytes == weights + 4 * 2 * 384 * 100 + 12_288 * 100
    assert decode.nbytes == weights + 4 * 2 * 384 + 12_288 * 101
    assert round(prefill.intensity) == 48
    assert round(decode.intensity, 2) == 0.50


@given(configs, st.integers(3, 4000), st.integers(1, 64))
def test_decode_has_fewer_flops_per_byte_than_prefill(config: GPTConfig, tokens: int, batch: int) -> None:
    sizes = config.as_dict()
    assert cost.decode(sizes, tokens, batch, 2).intensity < cost.prefill(sizes, tokens, batch, 2).intensity


@given(configs, st.integers(1, 4000), st.integers(1, 64), st.sampled_from([1, 2, 4]))
def test_the_reference_counts_as_the_referee(config: GPTConfig, tokens: int, batch: int, size: int) -> None:
    right = cost.prefill(config.as_dict(), tokens, batch, size)
    assert reference.prefill_cost(config, tokens, batch, size) == (right.flops, right.nbytes)
    right = cost.decode(config.as_dict(), tokens, batch, size)
    assert reference.decode_cost(config, tokens, batch, size) == (right.flops, right.nbytes)


@pytest.mark.parametrize("name", ["reference.py", "baseline.py"])
def test_both_phases_give_the_logits_of_the_whole_pass(name: str) -> None:
    module = load_trusted(FOLDER / name, "prefill_decode_phases")
    generator = torch.Generator().manual_seed(3)
    weights = torch.randn(SMALL.parameters, dtype=torch.float64, generator=generator) * 0.2
    model = TinyGPT(SMALL, weights)
    tokens = torch.randint(0, SMALL.vocab, (3, 9), generator=generator)
    logits, cache = module.prefill(model, tokens[:, :5])
    for at in range(5, 9):
        torch.testing.assert_close(logits, model.forward(tokens[:, :at])[:, -1])
        logits, cache = module.decode_step(model, tokens[:, at], cache)
    size = sum(t.numel() * t.element_size() for pair in cache for t in pair)
    assert size == cost.cache_bytes(SMALL.as_dict(), 9, 3, 8)


def good_samples() -> dict[str, Any]:
    """Samples of a run that passes: 8 rounds with a decode step of 1 ms and a prefill of 10 ms for 100 tokens."""
    case: dict[str, Any] = {"config": SMALL.as_dict(), "tokens": 30, "batch": 2, "dtype_bytes": 4}
    right = findings.expected(case)
    case |= {phase: [each.flops, each.nbytes] for phase, each in right.items()}
    work = {"nbytes": 1000, "peak_flops": 1e12, "peak_bandwidth": 1e11}
    bounds = [{**work, "flops": 5_000, "answer": "memory"}, {**work, "flops": 50_000, "answer": "compute"}]

    def arm(tokens: int, slow: float = 1.0) -> dict[str, list[float]]:
        steps = [slow * (1e-3 + i * 1e-6) for i in range(8)]
        decode = [step * (tokens - 1) for step in steps]
        return {
            "prefill": [1e-2] * 8,
            "step": steps,
            "mean_step": steps,
            "decode": decode,
            "total": [1e-2 + d for d in decode],
        }

    times = {f"solution {size}": arm(count) for size, count in findings.OUTPUT_LENGTHS.items()}
    return {
        "config": SMALL.as_dict(),
        "costs": [case],
        "bounds": bounds,
        "generations": {"judged": 3, "wrong": 0, "examples": []},
        "caches": {"seen": 3, "wrong": [], "largest": ["batch 1", 100, 100]},
        "times": times | {"baseline": arm(16), "control": arm(16)},
        "prompts": [100] * 8,
        "scheduling": {"involuntary": 0, "own_s": 1.0, "core_busy_s": 1.0, "core_total_s": 2.0},
        "ceilings": {
            "machine_id": "x",
            "device": "cpu",
            "bandwidth": {"1000": 1e11},
            "flops": {"float32": 1e12},
            "round_trip_s": 1e-4,
        },
    }


def failed(samples: dict[str, Any]) -> list[str]:
    return [check.id for check in judge.judge(samples).checks if not check.passed]


def test_a_good_run_passes_with_two_plots_and_a_table() -> None:
    outcome = judge.judge(good_samples())
    assert [check.id for check in outcome.checks if not check.passed] == []
    assert len(outcome.plots) == 2
    assert outcome.tables[0].rows[0][-1] == "compute"
    assert outcome.metrics["decode_over_prefill"] == pytest.approx(10, rel=0.01)


def test_each_time_is_compared_with_the_referees_own() -> None:
    slow = good_samples()
    slow["times"]["solution middle"]["step"] = [3e-3] * 8
    assert failed(slow) == ["decode-time"]
    slow = good_samples()
    slow["times"]["solution middle"]["prefill"] = [0.1] * 8
    assert failed(slow) == ["prefill-time", "decode-over-prefill"]


def test_a_step_that_no_memory_can_serve_is_impossible() -> None:
    samples = good_samples()
    samples["ceilings"]["bandwidth"] = {"1000": 1e6}
    assert {check.id: check.state for check in judge.judge(samples).checks}["decode-floor"] == "impossible"


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda s: s["generations"].update(wrong=1, examples=["x"]), "tokens"),
        (lambda s: s["caches"].update(wrong=[["case", 3, 4]]), "cache-growth"),
        (lambda s: s["costs"][0]["prefill"].__setitem__(0, 1), "prefill-flops"),
        (lambda s: s["costs"][0]["decode"].__setitem__(1, 1), "decode-bytes"),
        (lambda s: s["bounds"][0].update(answer="compute"), "bound"),
        (lambda s: s.update(prompts=[]), "timed"),
    ],
)
def test_a_wrong_fact_ends_the_judgement(change: Any, check: str) -> None:
    samples = good_samples()
    change(samples)
    outcome = judge.judge(samples)
    assert check in [each.id for each in outcome.checks if not each.passed]
    assert not any(each.timing for each in outcome.checks)


def test_every_mutant_fails_another_check() -> None:
    mutants = manifest.find("prefill-decode").mutants
    assert len({mutant.fails for mutant in mutants}) == len(mutants) >= 3


@pytest.fixture
def bench() -> Iterator[ModuleType]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "bench.py", "bench")


def test_a_missing_size_of_a_cache_is_a_wrong_one(bench: ModuleType) -> None:
    from graders.process import Message, Reply

    found = bench.Bench(None, SMALL, None, {})
    items = [Message({"tokens": [1]}, 0.1), Message({"tokens": [2]}, 0.2)]
    found._collect(Reply({"sizes": [cost.cache_bytes(SMALL.as_dict(), 3, 1, 4)]}, items, 0.0, 0.3), [[1, 2, 3]], 2)
    assert [row[1] == row[2] for row in found.growth] == [True, False]
    assert found.as_samples()["caches"]["wrong"][0][0].endswith("after 1 decode steps")
