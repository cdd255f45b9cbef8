"""speculative-decoding: synthetic rounds, sampling bounds and the judge, against closed forms and known mistakes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("torch")

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.loading import load_trusted, siblings_importable

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "speculative-decoding"

Verify = Callable[[list[int], Any], list[int]]


@pytest.fixture(scope="module")
def lab() -> Iterator[dict[str, ModuleType]]:
    names = ("synthetic", "sampling", "judge", "live", "reference")
    with siblings_importable(FOLDER):
        yield {name: load_trusted(FOLDER / f"{name}.py", name) for name in names}


def greedy_cell(lab: dict[str, ModuleType], alpha: float, k: int, rounds: int, verify: Verify) -> dict[str, Any]:
    synthetic = lab["synthetic"]
    cell = synthetic.draw_cell(alpha, k, rounds, np.random.default_rng(3))
    answers = [verify(guesses.tolist(), logits) for guesses, logits in zip(cell.drafted, cell.logits, strict=True)]
    tokens = np.full((rounds, k + 1), -7)
    for i, answer in enumerate(answers):
        tokens[i, : len(answer)] = answer[: k + 1]
    lengths = np.array([len(answer) for answer in answers])
    wrong = synthetic.wrong_rounds(cell, tokens, lengths)
    told = {"rounds": rounds, "tokens": int(lengths.sum()), "wrong": int(wrong.sum()), "example": "x"}
    return {"alpha": alpha, "k": k, **told}


def test_the_worked_number_of_the_readme(lab: dict[str, ModuleType]) -> None:
    assert lab["synthetic"].expected(0.8, 4) == pytest.approx(3.3616)


@given(alpha=st.floats(0, 1), k=st.integers(1, 20))
def test_the_sum_is_the_closed_form(lab: dict[str, ModuleType], alpha: float, k: int) -> None:
    assert lab["reference"].expected_tokens(alpha, k) == pytest.approx(lab["synthetic"].expected(alpha, k))


def test_the_reference_yields_what_the_formula_says(lab: dict[str, ModuleType]) -> None:
    cell = greedy_cell(lab, 0.7, 3, 3000, lab["reference"].verify_greedy)
    assert cell["wrong"] == 0
    assert cell["tokens"] / cell["rounds"] == pytest.approx(lab["synthetic"].expected(0.7, 3), rel=0.06)


def test_a_yield_that_is_too_short_is_no_wrong_output_but_misses_the_formula(lab: dict[str, ModuleType]) -> None:
    cell = greedy_cell(lab, 0.8, 2, 2000, lambda guesses, logits: [int(logits[0].argmax())])
    found = {check.id: check.passed for check in lab["judge"].judge({"greedy": [cell]}).checks}
    assert found == {"greedy-output": True, "tokens-per-pass": False}


@pytest.mark.parametrize(
    "verify",
    [
        lambda guesses, logits: [],
        lambda guesses, logits: logits.argmax(axis=1).tolist(),
        lambda guesses, logits: [*logits.argmax(axis=1).tolist(), 0],
        lambda guesses, logits: guesses,
    ],
    ids=["nothing", "all rows", "too many", "the guesses"],
)
def test_a_wrong_answer_is_wrong_output(lab: dict[str, ModuleType], verify: Verify) -> None:
    cell = greedy_cell(lab, 0.5, 2, 200, verify)
    check = lab["judge"].judge({"greedy": [cell]}).checks[0]
    assert (check.id, check.state) == ("greedy-output", "failed")


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), vocab=st.integers(2, 30))
def test_the_residual_and_the_minimum_make_up_p(lab: dict[str, ModuleType], seed: int, vocab: int) -> None:
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(vocab)), rng.dirichlet(np.ones(vocab))
    share = lab["sampling"].accepted_share(p, q)
    rebuilt = np.minimum(p, q) + (1 - share) * lab["reference"].residual(p, q)
    assert rebuilt == pytest.approx(p)
    assert share == pytest.approx(1 - lab["sampling"].total_variation(p, q))


def test_the_residual_of_equals_is_p(lab: dict[str, ModuleType]) -> None:
    p = np.array([0.25, 0.75])
    assert lab["reference"].residual(p, p.copy()).tolist() == p.tolist()


def test_the_variation_bound_holds_and_is_not_idle(lab: dict[str, ModuleType]) -> None:
    sampling, rng = lab["sampling"], np.random.default_rng(5)
    p = rng.dirichlet(np.ones(6))
    distances = [sampling.total_variation(rng.multinomial(1000, p) / 1000, p) for _ in range(2000)]
    assert np.mean(np.array(distances) > sampling.variation_bound(1000, 6, 0.05)) <= 0.05
    assert max(distances) > 0.5 * sampling.variation_bound(1000, 6, 0.05)
    assert sampling.share_bound(1000, 0.05) == pytest.approx(math.sqrt(math.log(40) / 2000))


@pytest.mark.parametrize("seed", range(5))
def test_cells_tell_common_mistakes_from_chance(lab: dict[str, ModuleType], seed: int) -> None:
    sampling = lab["sampling"]
    for cell in sampling.draw_cells(np.random.default_rng(seed)):
        assert cell.q.sum(axis=1) == pytest.approx(1)
        assert cell.p.sum(axis=1) == pytest.approx(1)
    single = sampling.draw_cells(np.random.default_rng(seed))[0]
    p, q = single.p[0], single.q[0]
    from_p = np.minimum(p, q) + (1 - sampling.accepted_share(p, q)) * p
    assert sampling.total_variation(p, from_p) > 2 * sampling.variation_bound(10_000, 6, 1e-8)


def sampled_cell(lab: dict[str, ModuleType], draw: Callable[..., list[int]]) -> dict[str, Any]:
    sampling, rng = lab["sampling"], np.random.default_rng(11)
    cell = sampling.draw_cells(rng)[0]
    drafted = sampling.draw_guesses(cell, 4000, rng)
    tokens, lengths = np.full((4000, 2), -7), np.zeros(4000, dtype=int)
    for i, guesses in enumerate(drafted.tolist()):
        answer = draw(guesses, cell.q, cell.p, rng)
        tokens[i, : len(answer)], lengths[i] = answer, len(answer)
    wrong = sampling.wrong_form(drafted, tokens, lengths, 6)
    counts = sampling.count_places(tokens, lengths, 6)
    told = {"rounds": 4000, "wrong": int(wrong.sum()), "example": "x"}
    if not wrong.any():
        told |= sampling.count_decisions(drafted, tokens, lengths, 6)
    return {"cell": "k = 1", "p": cell.p.tolist(), "q": cell.q.tolist(), "counts": counts, **told}


def test_the_judge_of_samplers(lab: dict[str, ModuleType]) -> None:
    def matches(guesses: list[int], q: Any, p: Any, rng: np.random.Generator) -> list[int]:
        drawn = int(rng.choice(6, p=p[0]))
        return [drawn, int(rng.choice(6, p=p[1]))] if drawn == guesses[0] else [drawn]

    def trusts(guesses: list[int], q: Any, p: Any, rng: np.random.Generator) -> list[int]:
        return [guesses[0], int(rng.choice(6, p=p[1]))]

    def states(draw: Callable[..., list[int]]) -> list[str]:
        return [check.state for check in lab["judge"].judge({"sampled": [sampled_cell(lab, draw)]}).checks]

    assert states(lab["reference"].verify_sampled) == ["passed"] * 4
    assert states(matches) == ["passed", "passed", "failed", "passed"]
    assert states(trusts) == ["passed", "failed", "failed", "passed"]
    assert states(lambda guesses, q, p, rng: [9])[0] == "failed"


def test_the_draft_is_the_front_of_the_target(lab: dict[str, ModuleType]) -> None:
    live = lab["live"]
    config, weights = live.early_exit(live.TARGET, np.arange(live.TARGET.parameters, dtype=np.float32), 2)
    assert len(weights) == config.parameters
    ends = config.vocab * config.width
    assert weights[-ends:].tolist() == list(range(live.TARGET.parameters - ends, live.TARGET.parameters))


def test_the_judge_copes_with_an_empty_and_a_broken_run(lab: dict[str, ModuleType]) -> None:
    assert lab["judge"].judge({}).checks == []
    run = {"k": 4, "prompt": 9, "tokens": [], "passes": 0, "allowed": 0, "tried": 0, "accepted": 0}
    run |= {"wrong_draft": "guess 1", "wrong_output": None}
    samples = {"profile": "quick", "device": "cpu", "live": [run]}
    assert [check.id for check in lab["judge"].judge(samples).checks if not check.passed] == ["draft-tokens"]


def test_choices_that_are_dealt_out_scatter_less_than_chance(lab: dict[str, ModuleType]) -> None:
    sampling, rng = lab["sampling"], np.random.default_rng(5)
    p = rng.dirichlet(np.ones(8))
    spreads = [sampling.pearson(rng.multinomial(10_000, p), p)[0] for _ in range(2_000)]
    assert np.mean(spreads) == pytest.approx(7, rel=0.05)
    assert min(spreads) > 7 * sampling.least_spread(7, 1e-6)
    books: dict[Any, Any] = {}

    def due(key: Any, chances: Any) -> int:
        counts = books.setdefault(key, np.zeros(len(chances)))
        chosen = int((chances * (counts.sum() + 1) - counts).argmax())
        counts[chosen] += 1
        return chosen

    def deals(guesses: list[int], q: Any, p: Any, rng: np.random.Generator) -> list[int]:
        chance = min(1.0, p[0, guesses[0]] / q[0, guesses[0]])
        if due(guesses[0], np.array([chance, 1 - chance])):
            return [due("instead", lab["reference"].residual(p[0], q[0]))]
        return [guesses[0], due("behind", p[1])]

    cell = sampled_cell(lab, deals)
    spread, freedom = sampling.scatter(cell)
    assert spread / freedom < sampling.least_spread(freedom, 1e-6)
    found = lab["judge"].judge({"sampled": [cell]}).checks
    assert [check.id for check in found if not check.passed] == ["sampled-chance"]
