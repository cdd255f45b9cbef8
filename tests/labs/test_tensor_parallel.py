"""tensor-parallel: the float64 block and its error bound, the reference's split, and the judge on altered samples."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from graders import manifest
from graders.loading import load_trusted, siblings_importable
from tests.graders.conftest import ROOT

np = pytest.importorskip("numpy")
switch = pytest.importorskip("graders.switch")

FOLDER = ROOT / "labs" / "tensor-parallel"
model = load_trusted(FOLDER / "model.py", "tensor_parallel_model_under_test")
reference = load_trusted(FOLDER / "reference.py", "tensor_parallel_reference_under_test")


class Group:
    """All ranks in this process, one thread each; collectives meet at a barrier."""

    def __init__(self, size: int) -> None:
        self.size, self.entered = size, [None] * size
        self.barrier = threading.Barrier(size, timeout=5)
        self.calls: list[str] = []

    def run(self, function: Any) -> list[Any]:
        answers: list[Any] = [None] * self.size

        def rank(r: int) -> None:
            answers[r] = function(Member(self, r))

        threads = [threading.Thread(target=rank, args=(r,), daemon=True) for r in range(self.size)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        return answers


class Member:
    def __init__(self, group: Group, rank: int) -> None:
        self.group, self.rank, self.size = group, rank, group.size

    def all_reduce(self, array: Any) -> Any:
        return self._meet("all_reduce", array, 0)

    def reduce_scatter(self, array: Any, axis: int = 0) -> Any:
        return self._meet("reduce_scatter", array, axis)

    def all_gather(self, array: Any, axis: int = 0) -> Any:
        return self._meet("all_gather", array, axis)

    def _meet(self, kind: str, array: Any, axis: int) -> Any:
        self.group.entered[self.rank] = array
        if self.group.barrier.wait() == 0:
            self.group.calls.append(kind)
        self.group.barrier.wait()
        result = switch.carry_out(kind, axis, list(self.group.entered))[self.rank]
        self.group.barrier.wait()
        return result


def held(shape: Any, weights: dict[str, Any], rank: int) -> dict[str, Any]:
    """The part of each weight that the reference gives to ``rank``."""
    parts = {}
    for name, cut in reference.shard(shape.weights, rank, shape.n).items():
        parts[name] = weights[name] if cut is None else np.take(weights[name], range(cut[1], cut[2]), axis=cut[0])
    return parts


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_split_block_is_the_whole_block_within_the_error_bound(n: int) -> None:
    rng = np.random.default_rng(n)
    shape = model.Shape(n, 3 * n, 24 * n, 2 * n, 12 * n)
    weights = model.draw_weights(shape, rng)
    x = rng.standard_normal((shape.tokens, shape.d)).astype(np.float32)
    parts = [held(shape, weights, rank) for rank in range(n)]
    for function, right in (
        (
            lambda comm: reference.attention(comm, parts[comm.rank], x, shape.heads),
            model.attention(weights, x, shape.heads),
        ),
        (lambda comm: reference.mlp(comm, parts[comm.rank], x), model.mlp(weights, x)),
    ):
        group = Group(n)
        for answer in group.run(function):
            assert (np.abs(answer - right.value) <= right.error).all()
        assert group.calls == ["all_reduce"]
    tokens = np.split(x, n)
    group = Group(n)
    joined = np.concatenate(group.run(lambda c: reference.mlp_sequence_parallel(c, parts[c.rank], tokens[c.rank])))
    assert (np.abs(joined - model.mlp(weights, x).value) <= model.mlp(weights, x).error).all()
    assert group.calls == ["all_gather", "reduce_scatter"]


def test_the_error_bound_refuses_half_precision() -> None:
    rng = np.random.default_rng(5)
    shape = model.Shape(2, 16, 64, 4, 256)
    weights = model.draw_weights(shape, rng)
    x = rng.standard_normal((16, 64)).astype(np.float32)
    for right in (model.mlp(weights, x), model.attention(weights, x, 4)):
        allowed = right.at_most(1e-4).error
        assert (np.abs(right.value.astype(np.float32) - right.value) <= allowed).all()
        assert (np.abs(right.value.astype(np.float16) - right.value) > allowed).any()
        assert (allowed <= right.error).all()


def test_attention_is_causal() -> None:
    rng = np.random.default_rng(6)
    shape = model.Shape(2, 6, 8, 2, 8)
    weights = model.draw_weights(shape, rng)
    x = rng.standard_normal((6, 8)).astype(np.float32)
    before = model.attention(weights, x, 2).value
    x[4] += 1
    after = model.attention(weights, x, 2).value
    assert np.array_equal(before[:4], after[:4])
    assert not np.allclose(before[4], after[4])


def test_the_worked_number_of_bytes() -> None:
    assert reference.bytes_per_forward(32, 8, 4096, 8, 2) == pytest.approx(7.34e6, rel=1e-3)


@pytest.fixture
def judge() -> Iterator[ModuleType]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "judge.py", "tensor_parallel_judge_under_test")


def sample(function: str) -> dict[str, Any]:
    shape = {"n": 2, "tokens": 4, "d": 8, "heads": 2, "f": 8}
    activation = 4 * 4 * 8
    kinds = {"mlp_sequence_parallel": [("all_gather", activation // 2), ("reduce_scatter", activation)]}
    repeated = 4 if function == "block" else 1
    entered = kinds.get(function, [("all_reduce", activation)] * repeated)
    return {
        "function": function,
        "case": f"{function}, tiny",
        "what": "",
        **shape,
        "layers": 2 if function == "block" else 1,
        "collectives": [{"kind": kind, "nbytes": nbytes} for kind, nbytes in entered],
        "ring_bytes": float(activation * repeated),
        "seconds": 0.001,
        "comparison": {"case": function, "worst": 0.5, "where": [0], "got": 1.0, "right": 1.0},
    }


def samples() -> dict[str, Any]:
    right = {"case": "f", "worst": 0.0, "where": [0], "got": 1.0, "right": 1.0}
    functions = ("attention", "mlp", "mlp_sequence_parallel")
    return {
        "shards": [{"case": "rank 0", "n": 2, "held": 768, "whole": 1536}],
        "biases": [sample(function) for function in functions],
        "runs": [sample(function) for function in (*functions, "block")],
        "formula": [right],
        "deadlock": None,
    }


def failed(judge: ModuleType, altered: dict[str, Any]) -> set[str]:
    outcome = judge.judge(json.loads(json.dumps(altered)))
    assert outcome.plots
    return {check.id for check in outcome.checks if not check.passed}


def test_right_samples_pass_every_check_that_a_mutant_names(judge: ModuleType) -> None:
    assert failed(judge, samples()) == set()
    assert {m.fails for m in manifest.load(FOLDER).mutants} <= {c.id for c in judge.judge(samples()).checks}


@pytest.mark.parametrize(
    ("path", "value", "check"),
    [
        (("shards", 0, "held"), 1024, {"weight-bytes"}),
        (("biases", 1, "comparison", "worst"), 2.0, {"bias-once"}),
        (("runs", 0, "comparison", "worst"), 2.0, {"attention-output"}),
        (("runs", 1, "comparison", "worst"), 2.0, {"mlp-output"}),
        (("runs", 2, "comparison", "worst"), 2.0, {"sequence-output"}),
        (("runs", 3, "comparison", "worst"), 2.0, {"block-output"}),
        (("runs", 1, "collectives", 0, "nbytes"), 64, {"payload-bytes"}),
        (("runs", 1, "collectives", 0, "kind"), "all_gather", {"one-all-reduce"}),
        (("runs", 2, "collectives", 0, "kind"), "all_reduce", {"sequence-collectives"}),
        (("runs", 2, "ring_bytes"), 192.0, {"sequence-bytes"}),
        (("formula", 0, "worst"), 2.0, {"bytes-formula"}),
        (("deadlock",), "deadlock: rank 0 waits in all_reduce", {"no-deadlock"}),
    ],
)
def test_one_altered_number_fails_its_check(judge: ModuleType, path: tuple, value: Any, check: set[str]) -> None:
    altered = copy.deepcopy(samples())
    place: Any = altered
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert failed(judge, altered) == check


def test_samples_that_stop_early_are_judged_as_far_as_they_go(judge: ModuleType) -> None:
    empty = {"shards": [], "biases": [], "runs": [], "formula": [], "deadlock": "deadlock: rank 0 waits in all_reduce"}
    assert [(c.id, c.passed) for c in judge.judge(empty).checks] == [("no-deadlock", False)]
