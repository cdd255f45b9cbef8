"""ring-allreduce: the reference over an in-memory switch, the formulas, and the judge on altered samples."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from graders import manifest
from graders.loading import load_trusted, siblings_importable
from tests.graders.conftest import ROOT

np = pytest.importorskip("numpy")
switch = pytest.importorskip("graders.switch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

FOLDER = ROOT / "labs" / "ring-allreduce"
reference = load_trusted(FOLDER / "reference.py", "ring_reference_under_test")


class Local:
    """A communicator over a Switch in this process, one thread for each rank."""

    def __init__(self, rank: int, shared: Any, ready: threading.Condition, inbox: list[list[Any]]) -> None:
        self.rank, self.size = rank, shared.size
        self._switch, self._ready, self._inbox = shared, ready, inbox

    def send(self, target: int, array: Any) -> None:
        with self._ready:
            self._deliver(self._switch.send(self.rank, target, array.copy()))

    def recv(self, source: int) -> Any:
        with self._ready:
            self._deliver(self._switch.recv(self.rank, source))
            assert self._ready.wait_for(lambda: self._inbox[self.rank], timeout=5)
            return self._inbox[self.rank].pop()

    def _deliver(self, deliveries: list[Any]) -> None:
        for rank, array in deliveries:
            self._inbox[rank].append(array.copy())
        self._ready.notify_all()


def over_switch(function: Callable[..., Any], inputs: list[Any], link: Any) -> tuple[list[Any], Any]:
    """Run ``function`` on every rank and return the answers and the switch."""
    shared, ready = switch.Switch(len(inputs), link), threading.Condition()
    inbox: list[list[Any]] = [[] for _ in inputs]
    answers: list[Any] = [None] * len(inputs)

    def rank(r: int) -> None:
        answers[r] = function(Local(r, shared, ready, inbox), inputs[r])

    threads = [threading.Thread(target=rank, args=(r,), daemon=True) for r in range(len(inputs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return answers, shared


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 7), st.integers(1, 40))
def test_ring_and_tree_sum_and_cost_what_the_formulas_say(n: int, elements: int) -> None:
    rng = np.random.default_rng(elements)
    inputs = [rng.integers(-99, 99, elements).astype(np.float32) for _ in range(n)]
    for name in ("ring", "tree"):
        answers, shared = over_switch(getattr(reference, f"{name}_all_reduce"), inputs, switch.Link(3.0, 0.5))
        assert all((each == sum(inputs)).all() for each in answers)
        nbytes = 4 * -(-elements // n) * n if name == "ring" else 4 * elements
        bound = getattr(reference, f"{name}_seconds")(n, nbytes, 3.0, 0.5)
        assert shared.model_seconds <= bound * (1 + 1e-12)
        if elements % n == 0 and name == "ring":
            assert shared.model_seconds == pytest.approx(bound)
            assert sum(each.nbytes for each in shared.sent if each.source == 0) == 2 * (n - 1) * nbytes // n


def test_bus_bandwidth_of_the_worked_number() -> None:
    assert reference.bus_bandwidth(1e9, 0.01, 8) == pytest.approx(175e9)


@pytest.fixture
def judge() -> Iterator[ModuleType]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "judge.py", "ring_judge_under_test")


def sample(function: str, n: int, elements: int) -> dict[str, Any]:
    """A run as the experiment describes one that is right; n divides the length."""
    ring = function == "ring_all_reduce"
    case = f"{n} ranks, {elements} integers"
    chunk = 4 * elements // n
    return {
        "function": function,
        "case": case,
        "n": n,
        "elements": elements,
        "values": "integers",
        "link": [5e-6, 1e-10] if ring else [1.0, 0.0],
        "bytes": [2 * (n - 1) * chunk] * n,
        "messages": [2 * (n - 1)] * n if ring else [2 * (n - 1), *[0] * (n - 1)],
        "targets": [[(rank + 1) % n] for rank in range(n)],
        "unread": 0,
        "model_seconds": 2 * (n - 1) * (5e-6 + 1e-10 * chunk) if ring else 2.0 * (n - 1).bit_length(),
        "seconds": 0.001,
        "comparison": {"case": case, "worst": 0.0, "where": [0], "got": 1.0, "right": 1.0},
        "worst": 0.0,
        "same": True,
        "changed": [],
    }


def samples() -> dict[str, Any]:
    runs = [sample(f, n, 4 * n) for f in ("ring_all_reduce", "tree_all_reduce") for n in (2, 4, 5)]
    right = {"case": "f(2)", "worst": 0.0, "where": [0], "got": 1.0, "right": 1.0}
    formulas = [{"function": name, **right} for name in ("ring_seconds", "tree_seconds", "bus_bandwidth")]
    gloo = {"size": 2, "wrong": [], "total": 4, "seconds": 1.0, "nbytes": 8, "own_s": None, "library_s": None}
    return {
        "runs": runs,
        "sweep": [sample("ring_all_reduce", 4, 400)],
        "deadlock": None,
        "formulas": formulas,
        "gloo": gloo,
    }


def failed(judge: ModuleType, altered: dict[str, Any]) -> set[str]:
    outcome = judge.judge(json.loads(json.dumps(altered)))
    assert outcome.plots
    assert outcome.tables
    return {check.id for check in outcome.checks if not check.passed}


def test_right_samples_pass_every_check(judge: ModuleType) -> None:
    assert failed(judge, samples()) == set()
    mutants = {mutant.fails for mutant in manifest.load(FOLDER).mutants}
    assert mutants <= {check.id for check in judge.judge(samples()).checks}


@pytest.mark.parametrize(
    ("run", "key", "value", "check"),
    [
        (1, "targets", [[1], [3], [3], [0]], "ring-neighbours"),
        (1, "messages", [6, 6, 7, 6], "ring-messages"),
        (1, "bytes", [96, 96, 96, 100], "ring-bytes"),
        (1, "model_seconds", 4e-5, "ring-time"),
        (1, "same", False, "same-bits"),
        (1, "changed", [2], "input-unchanged"),
        (4, "messages", [8, 0, 0, 0], "tree-messages"),
        (4, "model_seconds", 6.0, "tree-depth"),
    ],
)
def test_one_altered_number_fails_its_check(judge: ModuleType, run: int, key: str, value: Any, check: str) -> None:
    altered = copy.deepcopy(samples())
    altered["runs"][run][key] = value
    assert failed(judge, altered) == {check}


def test_samples_that_stop_early_are_judged_as_far_as_they_go(judge: ModuleType) -> None:
    empty = {"runs": [], "sweep": [], "deadlock": "deadlock: rank 0 waits for 1", "formulas": [], "gloo": None}
    outcome = judge.judge(empty)
    assert [(check.id, check.passed) for check in outcome.checks] == [("no-deadlock", False)]
    first = {**empty, "runs": [sample("ring_all_reduce", 2, 4)]}
    assert failed(judge, first) == {"no-deadlock"}
