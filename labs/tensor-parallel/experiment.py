"""Runs in the referee: cuts the weights as the learner says, runs each half over the wire, counts the collectives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from model import MATRICES, UNIT, Array, Bounded, Shape, Weights, attention, block, draw_weights, mlp

from graders.checks import compare
from graders.context import Context
from graders.errors import SolutionError
from graders.outcome import Samples
from graders.switch import COLLECTIVES
from graders.wire import DeadlockError, Wire, WireRun

RANKS = 4
CALL_SECONDS = 10.0
LARGEST_ERROR = 1e-4  # of the largest output, where the bound for any order of sums is wider than that
BIAS_UNITS = 4  # roundings, for those who add an n-th of the bias on each rank
TINY = 1e-30
REPEATS = {"quick": 3, "full": 20}
FUNCTIONS = ("attention", "mlp", "mlp_sequence_parallel")


@dataclass
class Bench:
    """The ranks, and all that was found."""

    context: Context
    wire: Wire
    samples: Samples

    def wrong(self, function: str) -> bool:
        """Whether a run of ``function`` had a wrong output."""
        runs = self.samples["runs"] + self.samples["biases"]
        return any(run["comparison"]["worst"] > 1 for run in runs if run["function"] == function)


def run(context: Context) -> Samples:
    """Measure one solution; skips what rests on a function that was wrong. SubmissionError may pass through."""
    context.phase("start ranks", 1, 3)
    wire = Wire(context.start_workers({f"rank{i}": None for i in range(RANKS)}))
    samples: Samples = {"shards": [], "biases": [], "runs": [], "formula": [], "deadlock": None}
    bench = Bench(context, wire, samples)
    shapes = draw_shapes(context.rng, REPEATS[context.profile])
    try:
        context.phase("halves", 2, 3)
        _halves(bench, shapes)
        context.phase("blocks", 3, 3)
        _blocks(bench, shapes)
    except DeadlockError as error:
        samples["deadlock"] = str(error)
        return samples
    samples["formula"] = _formula(bench)
    return samples


def draw_shapes(rng: np.random.Generator, repeats: int) -> list[Shape]:
    """A tiny case first; then 2, 3 and 4 ranks, sizes at random but multiples of the ranks."""
    shapes = [Shape(2, 4, 8, 2, 8)]
    for n in (2, 3, 4) * repeats:
        heads = n * int(rng.integers(1, 4))
        d = heads * int(rng.integers(3, 13))
        shapes.append(Shape(n, n * int(rng.integers(2, 13)), d, heads, n * int(rng.integers(5, 60))))
    return shapes


def _halves(bench: Bench, shapes: list[Shape]) -> None:
    rng = bench.context.rng
    for done, shape in enumerate(shapes):
        cuts = _ask_for_shards(bench, shape)
        for function in FUNCTIONS:
            if bench.wrong(function):
                continue
            # Without matrices nothing but the output's bias is left.
            bias_only = draw_weights(shape, rng, matrices=0.0)
            x = rng.standard_normal((shape.tokens, shape.d)).astype(np.float32)
            found, _ = _run(bench, function, shape, cuts, [bias_only], x, "matrices of zeros")
            bench.samples["biases"].append(found)
            scale = 10.0 ** rng.uniform(-1.5, 0)
            x = (scale * rng.standard_normal((shape.tokens, shape.d))).astype(np.float32)
            found, _ = _run(bench, function, shape, cuts, [draw_weights(shape, rng)], x, f"inputs of order {scale:.2g}")
            bench.samples["runs"].append(found)
        bench.context.progress(done + 1, len(shapes), str(shape))


def _blocks(bench: Bench, shapes: list[Shape]) -> None:
    """Two layers in one run, as a model would call them."""
    if bench.wrong("attention") or bench.wrong("mlp"):
        return
    rng = bench.context.rng
    for shape in shapes[:7]:
        cuts = _ask_for_shards(bench, shape, note=False)
        layers = [draw_weights(shape, rng) for _ in range(2)]
        x = rng.standard_normal((shape.tokens, shape.d)).astype(np.float32)
        found, done = _run(bench, "block", shape, cuts, layers, x, "two layers")
        bench.samples["runs"].append(found)
        bench.context.point("bytes on the wire", shape.n, sum(each.ring_bytes(shape.n) for each in done.collectives))


def _ask_for_shards(bench: Bench, shape: Shape, *, note: bool = True) -> list[dict[str, tuple[slice, ...]]]:
    """What each rank holds of each weight, as the learner cut it; the matrices' bytes go into the samples."""
    shapes = {name: list(size) for name, size in shape.weights.items()}
    found = []
    for rank in range(shape.n):
        timeout = bench.context.within(CALL_SECONDS)
        reply = bench.wire.workers[rank].call("shard", timeout=timeout, shapes=shapes, rank=rank, size=shape.n)
        cuts = reply.body.get("cuts")
        if not isinstance(cuts, dict) or set(cuts) != set(shapes):
            raise SolutionError("shard did not give an entry for each weight")
        parts = {name: _slices(name, size, cuts[name]) for name, size in shape.weights.items()}
        if note:
            held = sum(4 * int(np.prod([s.stop - s.start for s in parts[name]])) for name in MATRICES)
            case = f"{shape}, rank {rank}"
            bench.samples["shards"].append({"case": case, "n": shape.n, "held": held, "whole": shape.matrix_bytes})
        found.append(parts)
    return found


def _slices(name: str, size: tuple[int, ...], cut: object) -> tuple[slice, ...]:
    whole = tuple(slice(0, length) for length in size)
    if cut is None:
        return whole
    if not isinstance(cut, list) or len(cut) != 3 or not all(type(number) is int for number in cut):
        raise SolutionError(f"shard gives {name!r} as (axis, start, stop) or None")
    axis, start, stop = cut
    if not 0 <= axis < len(size) or not 0 <= start <= stop <= size[axis]:
        raise SolutionError(f"shard gives {name!r} as ({axis}, {start}, {stop}), its shape is {list(size)}")
    return (*whole[:axis], slice(start, stop), *whole[axis + 1 :])


def _run(
    bench: Bench,
    function: str,
    shape: Shape,
    cuts: list[dict[str, tuple[slice, ...]]],
    layers: list[Weights],
    x: Array,
    what: str,
) -> tuple[dict[str, Any], WireRun]:
    """One call on every rank with fresh inputs; the first rank whose output is wrong is the one that is told."""
    right = _reference(function, layers, x, shape.heads)
    parts = np.split(x, shape.n) if function == "mlp_sequence_parallel" else [x] * shape.n
    requests, places = [], []
    for worker, cut, part in zip(bench.wire.workers, cuts, parts, strict=False):
        mark = worker.arena.mark()
        described = [{name: worker.arena.store(w[name][cut[name]]).describe() for name in w} for w in layers]
        slot_x, out = worker.arena.store(part), worker.arena.place("float32", part.shape)
        worker.arena.poison(out)
        request = {"function": function, "heads": shape.heads, "layers": described}
        requests.append({**request, "x": slot_x.describe(), "out": out.describe()})
        places.append((worker, mark, out))
    timeout = bench.context.within(CALL_SECONDS)
    done = bench.wire.run("half", requests, timeout=timeout, allowed=COLLECTIVES)
    got = []
    for worker, mark, out in places:
        got.append(worker.arena.view(out).copy())
        worker.arena.reset(mark)
    if function == "mlp_sequence_parallel":
        got = [np.concatenate(got)]
    compared = [
        compare(f"{function}, {shape}, {what}, rank {rank}", each, right.value, relative=0.0, absolute=right.error)
        for rank, each in enumerate(got)
    ]
    return {
        "function": function,
        "case": f"{function}, {shape}",
        "what": what,
        **vars(shape),
        "layers": len(layers),
        "collectives": [{"kind": each.kind, "nbytes": each.nbytes} for each in done.collectives],
        "ring_bytes": sum(each.ring_bytes(shape.n) for each in done.collectives),
        "seconds": done.seconds,
        "comparison": max(compared, key=lambda each: each.worst).as_dict(),
    }, done


def _reference(function: str, layers: list[Weights], x: Array, heads: int) -> Bounded:
    """The right output and what is allowed beside it."""
    if function == "block":
        value = block(layers, x, heads)
        return Bounded(value, np.full_like(value, LARGEST_ERROR * float(np.abs(value).max())))
    found = attention(layers[0], x, heads) if function == "attention" else mlp(layers[0], x)
    if not any(layers[0][name].any() for name in MATRICES):
        return Bounded(found.value, BIAS_UNITS * UNIT * np.abs(found.value) + TINY)
    return found.at_most(LARGEST_ERROR)


def _formula(bench: Bench) -> list[dict[str, Any]]:
    rng = bench.context.rng
    sizes = (2, 4, 8, *(int(n) for n in rng.integers(3, 100, 5)))
    cases = [
        [
            int(rng.integers(1, 97)),
            int(rng.integers(1, 9000)),
            64 * int(rng.integers(1, 200)),
            n,
            int(rng.choice([1, 2, 4])),
        ]
        for n in sizes
    ]
    reply = bench.wire.workers[0].call("formula", timeout=bench.context.within(CALL_SECONDS), cases=cases)
    values = reply.body.get("values")
    if not isinstance(values, list) or len(values) != len(cases) or not all(isinstance(v, float) for v in values):
        raise SolutionError("the answer holds no number for each case of bytes_per_forward")
    found = []
    for case, value in zip(cases, values, strict=True):
        layers, tokens, width, size, itemsize = case
        right = layers * 4 * (size - 1) / size * tokens * width * itemsize
        shown = f"bytes_per_forward({', '.join(map(str, case))})"
        found.append(compare(shown, np.array([value]), np.array([right]), relative=1e-9, absolute=0.0).as_dict())
    return found
