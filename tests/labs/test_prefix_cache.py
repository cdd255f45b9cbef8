"""prefix-cache: the referee's truth, the audit that finds each mistake, and the judge."""

from __future__ import annotations

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
from graders.tinygpt import GPTConfig, TinyGPT, draw_weights

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "prefix-cache"


@pytest.fixture(scope="module")
def lab() -> Iterator[dict[str, ModuleType]]:
    with siblings_importable(FOLDER):
        names = ("truth", "traffic", "audit", "judge", "reference", "ttft")
        yield {name: load_trusted(FOLDER / f"{name}.py", name) for name in names}


def answer(cache: Any, operation: Any) -> dict[str, Any]:
    if operation.name == "finish":
        cache.finish(operation.request)
        return {}
    blocks, reused = cache.admit(operation.request, list(operation.tokens), operation.extra) or (None, 0)
    return {"blocks": blocks, "reused": reused}


def broken_rules(lab: dict[str, ModuleType], solution: ModuleType, seed: int = 1, size: int = 3) -> set[str]:
    """Every rule that the scripts find broken."""
    found: set[str] = set()
    for script in lab["traffic"].scripts(size, np.random.default_rng(seed)):
        audit = lab["audit"].Audit(lab["truth"].Truth(script.num_blocks, size))
        cache = solution.PrefixCache(script.num_blocks, size)
        for operation in script.operations:
            audit.judge(operation, answer(cache, operation))
            if audit.broken:
                break
        found |= set(audit.broken)
    return found


def test_the_reference_breaks_no_rule(lab: dict[str, ModuleType]) -> None:
    assert broken_rules(lab, lab["reference"]) == set()


@pytest.mark.parametrize(
    ("mutant", "rule"),
    [
        ("ignores_parent", "no-false-hit"),
        ("ignores_extra_key", "extra-key"),
        ("reuses_last_token", "last-token"),
        ("start_before_end", "eviction-order"),
        ("evicts_own_prefix", "no-overlap"),
        ("takes_before_refusing", "refusal"),
        ("forgets_finished", "reused-tokens"),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_scripts_name_each_mistake_whatever_the_seed(
    lab: dict[str, ModuleType], mutant: str, rule: str, seed: int
) -> None:
    solution = load_trusted(FOLDER / "mutants" / f"{mutant}.py", f"mutant_{mutant}")
    assert rule in broken_rules(lab, solution, seed, size=2 + seed)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32), size=st.integers(1, 6), blocks=st.integers(4, 30), vocab=st.sampled_from([2, 3, 9999])
)
def test_traffic_keeps_the_truth_consistent_and_the_reference_right(
    lab: dict[str, ModuleType], seed: int, size: int, blocks: int, vocab: int
) -> None:
    truth = lab["truth"].Truth(blocks, size)
    traffic = lab["traffic"].Traffic(truth, vocab, np.random.default_rng(seed))
    audit = lab["audit"].Audit(lab["truth"].Truth(blocks, size))
    cache = lab["reference"].PrefixCache(blocks, size)
    for _ in range(120):
        operation = traffic.draw()
        expected = truth.apply(operation)
        audit.judge(operation, answer(cache, operation))
        assert audit.broken == {}
        assert len(truth.names) <= blocks
        named = {name for name in truth.names.values() if name}
        for extra, tokens in named:  # no block is cached without the ones before it
            assert len(tokens) == size or (extra, tokens[:-size]) in named
        if expected.chain is not None and operation.name == "admit":
            assert expected.reused * size < len(operation.tokens)
            assert len(expected.chain) == -(-len(operation.tokens) // size)


def test_truth_reuses_by_prefix_and_extra_key(lab: dict[str, ModuleType]) -> None:
    module = lab["truth"]
    truth = module.Truth(8, 2)
    truth.apply(module.Operation("admit", 1, (1, 2, 3, 4, 5)))
    assert truth.reusable((1, 2, 3, 4, 9), None) == 2
    assert truth.reusable((1, 2, 3, 4), None) == 1  # the last token has to be run
    assert truth.reusable((1, 2, 9, 4, 5), None) == 1
    assert truth.reusable((9, 9, 3, 4, 5), None) == 0
    assert truth.reusable((1, 2, 3, 4, 9), "") == 0


def test_eviction_takes_the_end_of_the_oldest_prompt_first(lab: dict[str, ModuleType]) -> None:
    module = lab["truth"]
    truth = module.Truth(4, 1)
    first = truth.apply(module.Operation("admit", 1, (1, 2))).chain
    second = truth.apply(module.Operation("admit", 2, (5, 6))).chain
    truth.apply(module.Operation("finish", 1))
    truth.apply(module.Operation("finish", 2))
    third = truth.apply(module.Operation("admit", 3, (7, 8, 9)))
    assert third.evicted == (first[1], first[0], second[1])
    assert truth.apply(module.Operation("admit", 4, (1, 2, 3))).chain is None


def test_the_exact_logits_do_not_depend_on_what_is_remembered(lab: dict[str, ModuleType]) -> None:
    config = GPTConfig(layers=2, heads=2, head_dim=4, vocab=20, context=40)
    weights = torch.from_numpy(draw_weights(config, np.random.default_rng(2))).to(torch.float64)
    model, exact = TinyGPT(config, weights), lab["ttft"].Exact(TinyGPT(config, weights))
    first = list(range(20))
    for prompt, remember in ((first, True), ([*first[:9], 1, 2, 3], False), (first, False), ([7, 7], False)):
        right = model.forward(torch.tensor([prompt]))[0, -1].numpy()
        assert exact.logits(prompt, remember=remember) == pytest.approx(right, abs=1e-12)


def test_floor_work_counts_only_the_suffix(lab: dict[str, ModuleType]) -> None:
    config = lab["ttft"].CONFIG
    _, whole = lab["ttft"].floor_work(10, 0)
    _, suffix = lab["ttft"].floor_work(10, 9)
    matrices = config.layers * 12 * config.width**2
    assert whole == 2 * matrices * 10 + 4 * config.width * config.layers * 55
    assert suffix == 2 * matrices + 4 * config.width * config.layers * 10


def timed_samples(hit: float) -> dict[str, Any]:
    shares = {"0.5": 256, "0.75": 384, "0.875": 448}
    seconds = {name: [hit * (1 - count / 512) + 0.001] * 12 for name, count in shares.items()}
    seconds |= {name: [0.030] * 12 for name in ("miss", "baseline", "control")}
    ceilings = {"machine_id": "x", "device": "cpu", "round_trip_s": 1e-5}
    ceilings |= {"bandwidth": {"1000": 1e10}, "flops": {"float32": 1e11}}
    model = {"layers": 4, "heads": 4, "head_dim": 32}
    served = {"served": 1, "wrong_logits": 0, "reuse": [["x", 0, 0]]}
    served["comparisons"] = [{"case": "x", "worst": 0.1, "where": [0], "got": 1.0, "right": 1.0}]
    plain = {"violations": {}, "operations": 10, "events": {"hits": 3}, "profile": "quick", "model": model}
    floors = {name: [1000, 1e6] for name in shares}
    return (
        plain | served | {"length": 512, "reused": shares, "seconds": seconds, "ceilings": ceilings, "floors": floors}
    )


def test_the_judge_passes_a_cache_that_saves_its_share(lab: dict[str, ModuleType]) -> None:
    outcome = lab["judge"].judge(timed_samples(0.030))
    assert [check.id for check in outcome.checks if not check.passed] == []
    assert outcome.metrics["ratio_50"] == pytest.approx(0.5 + 1 / 30)
    assert len(outcome.plots) == 1


def test_the_judge_fails_only_speed_when_everything_is_run_again(lab: dict[str, ModuleType]) -> None:
    samples = timed_samples(0.030)
    for arm in samples["reused"]:
        samples["seconds"][arm] = [0.030] * 12
    failed = [check for check in lab["judge"].judge(samples).checks if not check.passed]
    assert [check.id for check in failed] == ["ttft-75", "ttft-88"]
    assert all(check.timing for check in failed)


def test_the_judge_names_a_time_that_cannot_be(lab: dict[str, ModuleType]) -> None:
    samples = timed_samples(0.030)
    samples["floors"]["0.875"] = [1000, 1e12]
    assert {check.id: check.state for check in lab["judge"].judge(samples).checks}["floor"] == "impossible"


def test_the_judge_copes_with_a_run_that_stopped_early(lab: dict[str, ModuleType]) -> None:
    samples = {"violations": {"refusal": "text"}, "operations": 3, "events": {}, "profile": "quick"}
    failed = [check.id for check in lab["judge"].judge(samples).checks if not check.passed]
    assert failed == ["refusal"]
