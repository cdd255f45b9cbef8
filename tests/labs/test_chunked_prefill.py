"""chunked-prefill: the books catch each broken rule, the engine's chunks are exact, the judge reads the ratios."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders import manifest
from graders.loading import load_trusted, siblings_importable
from graders.manifest import DEFAULT_LABS

pytest.importorskip("torch")

import torch

from graders.greedy import GreedyReference
from graders.tinygpt import GPTConfig, draw_weights

FOLDER = DEFAULT_LABS / "chunked-prefill"

with siblings_importable(FOLDER):
    policy = load_trusted(FOLDER / "policy.py", "policy")
    audit = load_trusted(FOLDER / "audit.py", "audit")
    findings = load_trusted(FOLDER / "findings.py", "findings")
    judge = load_trusted(FOLDER / "judge.py", "chunked_prefill_judge")
engine = load_trusted(FOLDER / "engine.py", "chunked_prefill_engine")

Plan = list[tuple[int, int]]


def served(scheduler: Any, trace: Any) -> Any:
    """The books on a learner's scheduler after it has served ``trace``."""
    books = audit.Audit(trace)

    def step(arrivals: Sequence[Any], finished: Sequence[int]) -> Plan:
        for request in finished:
            scheduler.finish(request)
        for each in arrivals:
            scheduler.add(each.id, each.prompt)
        return list(scheduler.step())

    policy.simulate(trace, step, books.apply)
    books.end()
    return books


def scheduler_of(file: str, trace: Any) -> Any:
    return load_trusted(FOLDER / file, "chunked_prefill_solution").Scheduler(trace.budget, trace.max_running)


def loads(seed: int) -> list[Any]:
    rng = np.random.default_rng(seed)
    return [policy.random_trace(rng, number) for number in range(4)] + [policy.starving_trace(rng)]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32))
def test_the_reference_keeps_every_rule_and_finishes_everybody(seed: int) -> None:
    for trace in loads(seed):
        books = served(scheduler_of("reference.py", trace), trace)
        assert books.broken == {}
        assert books.finished == len(trace.requests)


RULE_MUTANTS = [m for m in manifest.find("chunked-prefill").mutants if m.fails in audit.RULES]


@pytest.mark.parametrize("mutant", RULE_MUTANTS, ids=lambda mutant: mutant.name)
@pytest.mark.parametrize("seed", range(3))
def test_each_mutant_breaks_its_rule_whatever_is_drawn(mutant: manifest.Mutant, seed: int) -> None:
    assert any(mutant.fails in served(scheduler_of(mutant.file, trace), trace).broken for trace in loads(seed))


def test_who_never_frees_a_slot_does_not_finish() -> None:
    trace = loads(1)[0]
    books = served(scheduler_of("mutants/never_frees.py", trace), trace)
    assert books.finished < len(trace.requests)


def test_round_robin_over_the_running_prompts_keeps_every_rule() -> None:
    for seed in range(5):
        for trace in loads(seed):
            assert served(RoundRobin(trace.budget, trace.max_running), trace).broken == {}


class RoundRobin:
    """Shares what the decodes leave of the budget evenly among the running prompts."""

    def __init__(self, budget: int, max_running: int) -> None:
        self.budget, self.max_running = budget, max_running
        self.left: dict[int, int] = {}
        self.waiting: list[tuple[int, int]] = []

    def add(self, request: int, prompt: int) -> None:
        self.waiting.append((request, prompt))

    def finish(self, request: int) -> None:
        del self.left[request]

    def step(self) -> Plan:
        while self.waiting and len(self.left) < self.max_running:
            request, prompt = self.waiting.pop(0)
            self.left[request] = prompt
        plan = {request: 1 for request, left in self.left.items() if not left}
        room = self.budget - len(plan)
        while room and any(self.left.values()):
            for request, left in self.left.items():
                if left and room:
                    plan[request] = plan.get(request, 0) + 1
                    self.left[request] -= 1
                    room -= 1
        return list(plan.items())


@given(st.integers(1, 60), st.integers(1, 30), st.integers(1, 12))
def test_a_lone_prompt_takes_the_steps_of_the_formula(prompt: int, budget: int, output: int) -> None:
    trace = policy.Trace("one", budget, 1, (policy.Request(0, 0, prompt, output),))
    steps = policy.schedule_of(trace)
    assert len(steps) == -(-prompt // budget) + output - 1
    assert policy.first_token_steps(trace, steps) == {0: -(-prompt // budget) - 1}


@pytest.mark.parametrize(
    ("plan", "rule"),
    [
        ([(0, 11)], "plan-valid"),
        ([(0, 0)], "plan-valid"),
        ([(0, 2), (0, 2)], "plan-valid"),
        ([(9, 1)], "plan-valid"),
        ([(0, 9)], "token-budget"),
        ([(0, 4)], "work-conserving"),
        ([], "work-conserving"),
        ([(0, 4), (1, 4)], None),
    ],
)
def test_one_plan_breaks_one_rule(plan: Plan, rule: str | None) -> None:
    requests = (policy.Request(0, 0, 10, 2), policy.Request(1, 0, 10, 2))
    books = audit.Audit(policy.Trace("two", 8, 2, requests))
    books.apply(0, plan, [])
    assert list(books.broken) == ([rule] if rule else [])


def test_a_decode_that_is_left_out_is_noticed() -> None:
    books = audit.Audit(policy.Trace("two", 8, 2, (policy.Request(0, 0, 3, 4), policy.Request(1, 0, 30, 2))))
    books.apply(0, [(0, 3), (1, 5)], [])
    books.apply(1, [(1, 8)], [])
    assert "decode-first" in books.broken


def test_chunks_of_any_size_give_the_tokens_of_whole_prompts() -> None:
    config = GPTConfig(layers=2, heads=2, head_dim=8, vocab=31, context=64)
    rng = np.random.default_rng(5)
    weights = draw_weights(config, rng)
    lengths = [23, 1, 9]
    prompts = rng.integers(0, config.vocab, size=sum(lengths)).tolist()
    requests = tuple(policy.Request(i, i, length, 4) for i, length in enumerate(lengths))
    reference = GreedyReference(config, weights)
    right = [reference.tokens(prompts[sum(lengths[:i]) :][:length], 4) for i, length in enumerate(lengths)]
    for budget in (4, 7, 40):
        machine = engine.Engine(config.as_dict(), torch.from_numpy(weights))
        machine.open(list(prompts), lengths)
        found: list[list[int]] = [[] for _ in lengths]
        with torch.no_grad():
            for plan in policy.schedule_of(policy.Trace("three", budget, 3, requests)):
                for request, token in machine.step(plan):
                    found[request].append(token)
        assert found == right, budget


def good_samples() -> dict[str, Any]:
    """Samples of a run that passes: chunks halve the longest wait and cost 2 % of the throughput."""
    wobble = [1 + i / 1000 for i in range(8)]

    def scaled(value: float) -> list[float]:
        return [value * each for each in wobble]

    return {
        "audits": [{"name": "x", "requests": 3, "finished": 3, "steps": 9, "budget": 8, "largest": 8, "broken": {}}],
        "chosen": 100,
        "max_running": 8,
        "tokens": {"judged": 8, "wrong": 0, "examples": []},
        "seconds": {name: scaled(1.0) for name in ("chunked", "uncut", "control")},
        "max_gap_s": {"chunked": scaled(0.01), "uncut": scaled(0.02), "control": scaled(0.02)},
        "tokens_per_s": {"chunked": scaled(98.0), "uncut": scaled(100.0), "control": scaled(100.0)},
        "longest_ttft_s": {name: scaled(0.03) for name in ("chunked", "uncut", "control")},
        "step_ends_s": {"chunked": [0.1, 0.2], "uncut": [0.1, 0.3], "control": [0.1, 0.3]},
        "scheduling": {"involuntary": 0, "own_s": 1.0, "core_busy_s": 1.0, "core_total_s": 2.0},
        "decision_s": 1e-5,
        "orders": [["uncut", "chunked", "control"]] * 8,
        "sweep": [{"budget": 24, "max_gap_s": 0.002, "tokens_per_s": 80.0}],
    }


def test_a_good_run_passes_with_its_plots() -> None:
    outcome = judge.judge(good_samples())
    assert all(check.passed for check in outcome.checks)
    assert len(outcome.plots) == 2
    assert outcome.metrics["max_itl_ratio"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda s: s["max_gap_s"].update(chunked=[0.019] * 8), "max-itl"),
        (lambda s: s["tokens_per_s"].update(chunked=[70.0] * 8), "throughput"),
        (lambda s: s["audits"][0].update(finished=2), "all-finish"),
        (lambda s: s["audits"][0].update(broken={"decode-first": "step 3"}), "decode-first"),
        (lambda s: s["tokens"].update(wrong=1), "tokens-equal"),
        (lambda s: s.update(chosen=8), "budget-usable"),
        (lambda s: s.pop("seconds"), "timed"),
    ],
)
def test_each_finding_fails_its_check_alone(change: Callable[[dict[str, Any]], Any], check: str) -> None:
    samples = good_samples()
    change(samples)
    assert [each.id for each in judge.judge(samples).checks if not each.passed] == [check]


def test_samples_that_stop_after_the_rules_are_judged() -> None:
    samples = {"audits": good_samples()["audits"]}
    samples["audits"][0]["broken"] = {"token-budget": "step 1: 9 tokens, the budget is 8"}
    assert [each.id for each in judge.judge(samples).checks if not each.passed] == ["token-budget"]


def test_the_reference_chooses_a_budget_between_the_extremes() -> None:
    solution = load_trusted(FOLDER / "reference.py", "chunked_prefill_solution")
    profile = {size: 0.3e-3 + size * 3e-5 for size in (16, 32, 64, 128, 256, 512, 700)}
    assert solution.token_budget(profile, 8) == 128 + 8


def test_every_mutant_fails_another_check() -> None:
    mutants = manifest.find("chunked-prefill").mutants
    assert len({mutant.fails for mutant in mutants}) == len(mutants) >= 3
