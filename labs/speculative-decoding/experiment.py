"""Runs in the referee: formulas, synthetic rounds, sampled rounds and whole generations, none of them timed."""

from __future__ import annotations

from typing import Any

import numpy as np
import sampling
import synthetic
from judge import judge
from live import CALL_SECONDS, Bench
from sampling import SampledCell

from graders.checks import compare
from graders.context import Context
from graders.outcome import Samples
from graders.process import Worker

ALPHAS, GUESSES = (0.5, 0.7, 0.8, 0.9), (1, 2, 4, 8)
GREEDY_ROUNDS = 8_000  # six standard errors of the worst cell (alpha 0.5, k 8) are 4.8 % of its mean
SAMPLED_ROUNDS = 10_000
PHASES = ("formulas", "greedy rounds", "sampled rounds", "generation")


def run(context: Context) -> Samples:
    """Measure one solution, and stop after the first phase that shows a mistake."""
    (worker,) = context.start_workers({"solution": None})
    samples: Samples = {"profile": context.profile, "device": context.device}
    steps = (_formulas, _greedy, _sampled, _live)
    for i, (name, step) in enumerate(zip(PHASES, steps, strict=True)):
        context.phase(name, i + 1, len(PHASES))
        samples |= step(context, worker)
        if any(not check.passed for check in judge(samples).checks):
            break
    return samples


def _formulas(context: Context, worker: Worker) -> Samples:
    rng = context.rng
    cases = [(0.0, 1), (0.0, 5), (1.0, 1), (1.0, 7), (0.8, 4)]
    cases += [(float(rng.uniform(0.05, 0.98)), int(rng.integers(1, 12))) for _ in range(15)]
    out = worker.arena.place("float64", (len(cases),))
    worker.arena.poison(out)
    timeout = context.within(CALL_SECONDS)
    worker.call("expected_tokens", timeout=timeout, cases=[list(case) for case in cases], out=out.describe())
    got = worker.arena.view(out).copy()
    right = np.array([synthetic.expected(alpha, k) for alpha, k in cases])
    names = [f"alpha = {alpha:.3g}, k = {k}" for alpha, k in cases]
    formula = [
        compare(name, got[i : i + 1], right[i : i + 1], relative=1e-9, absolute=0) for i, name in enumerate(names)
    ]
    pairs = [each for cell in sampling.draw_cells(rng) for each in _rows(cell)]
    sizes = sorted(int(n) for n in rng.integers(2, 400, size=4))
    pairs += [(f"{n} tokens", rng.dirichlet(np.full(n, 0.3)), rng.dirichlet(np.full(n, 0.3))) for n in sizes]
    found = [_residual(context, worker, case, p, q) for case, p, q in pairs]
    return {"formula": [each.as_dict() for each in formula], "residual": found}


def _rows(cell: SampledCell) -> list[tuple[str, Any, Any]]:
    return [(f"place {i} of {cell.name}", cell.p[i], cell.q[i]) for i in range(cell.k)]


def _residual(context: Context, worker: Worker, case: str, p: Any, q: Any) -> dict[str, Any]:
    mark = worker.arena.mark()
    slots = {"p": worker.arena.store(p), "q": worker.arena.store(q), "out": worker.arena.place("float64", p.shape)}
    worker.arena.poison(slots["out"])
    described = {name: slot.describe() for name, slot in slots.items()}
    worker.call("residual", timeout=context.within(CALL_SECONDS), **described)
    out = worker.arena.view(slots["out"]).copy()
    worker.arena.reset(mark)
    excess = np.maximum(p - q, 0.0)
    right = excess / excess.sum() if excess.any() else p
    return compare(case, out, right, relative=1e-9, absolute=1e-15).as_dict()


def _rounds(context: Context, worker: Worker, op: str, arrays: dict[str, Any], **fields: Any) -> tuple[Any, Any]:
    """Send one cell of rounds; returns the tokens (n, k + 1), poisoned where nothing was written, and their counts."""
    arena, mark = worker.arena, worker.arena.mark()
    n, k = arrays["drafted"].shape
    slots = {name: arena.store(values) for name, values in arrays.items()}
    slots |= {"out": arena.place("int64", (n, k + 1)), "lengths": arena.place("int64", (n,))}
    for name in ("out", "lengths"):
        arena.poison(slots[name])
    described = {name: slot.describe() for name, slot in slots.items()}
    worker.call(op, timeout=context.within(CALL_SECONDS), **described, **fields)
    tokens, lengths = arena.view(slots["out"]).copy(), arena.view(slots["lengths"]).copy()
    arena.reset(mark)
    return tokens, lengths


def _greedy(context: Context, worker: Worker) -> Samples:
    cells: list[dict[str, Any]] = []
    for k in GUESSES:
        for alpha in ALPHAS:
            cell = synthetic.draw_cell(alpha, k, GREEDY_ROUNDS if context.quick else 4 * GREEDY_ROUNDS, context.rng)
            arrays = {"drafted": cell.drafted, "logits": cell.logits}
            tokens, lengths = _rounds(context, worker, "greedy_rounds", arrays)
            wrong = synthetic.wrong_rounds(cell, tokens, lengths)
            first = int(wrong.argmax())
            example = synthetic.describe(cell, first, tokens, int(lengths[first])) if wrong.any() else ""
            context.point(f"tokens per pass, k = {k}", alpha, float(lengths.mean()))
            told = {"rounds": len(lengths), "tokens": int(lengths.sum()), "wrong": int(wrong.sum()), "example": example}
            cells.append({"alpha": alpha, "k": k, **told})
            context.progress(len(cells), len(GUESSES) * len(ALPHAS), "acceptance and number of guesses")
            if wrong.any():
                return {"greedy": cells}
    return {"greedy": cells}


def _sampled(context: Context, worker: Worker) -> Samples:
    cells: list[dict[str, Any]] = []
    for cell in sampling.draw_cells(context.rng):
        n = SAMPLED_ROUNDS if context.quick else 4 * SAMPLED_ROUNDS
        drafted = sampling.draw_guesses(cell, n, context.rng)
        arrays, seed = {"drafted": drafted, "q": cell.q, "p": cell.p}, int(context.rng.integers(1 << 60))
        tokens, lengths = _rounds(context, worker, "sampled_rounds", arrays, seed=seed)
        vocab = cell.p.shape[1]
        wrong = sampling.wrong_form(drafted, tokens, lengths, vocab)
        told: dict[str, Any] = {"cell": cell.name, "rounds": n, "wrong": int(wrong.sum())}
        if wrong.any():
            i = int(wrong.argmax())
            seen = tokens[i, : max(0, int(lengths[i]))].tolist()
            return {"sampled": [*cells, told | {"example": f"{cell.name}: guesses {drafted[i].tolist()}, got {seen}"}]}
        counts = sampling.count_places(tokens, lengths, vocab)
        decisions = sampling.count_decisions(drafted, tokens, lengths, vocab)
        cells.append(told | decisions | {"p": cell.p.tolist(), "q": cell.q.tolist(), "counts": counts})
    return {"sampled": cells}


def _live(context: Context, worker: Worker) -> Samples:
    bench, rng = Bench(context, worker), context.rng
    guesses = [4, int(rng.integers(1, 4)), int(rng.integers(5, 9))]
    runs = []
    for k in guesses if context.quick else 4 * guesses:
        runs.append(bench.generate(k))
        context.progress(len(runs), len(guesses), "generations")
        if runs[-1].wrong_draft or runs[-1].wrong_output:
            break
    return {"live": [each.as_dict() for each in runs]}
