"""gil-and-processes: closed forms of the work, the counters, the meter's arithmetic and the judge."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from graders.loading import load_trusted, siblings_importable  # noqa: E402
from graders.placement import plan  # noqa: E402

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "gil-and-processes"
CALM = {"involuntary": 0, "own_s": 1.0, "core_busy_s": 1.0, "core_total_s": 2.0, "stolen_s": 0.0}


@pytest.fixture(scope="module")
def lab() -> Iterator[dict[str, ModuleType]]:
    with siblings_importable(FOLDER):
        names = ("work", "office", "meter", "visits", "judge", "driver", "reference")
        yield {name: load_trusted(FOLDER / f"{name}.py", name) for name in names}


@pytest.mark.parametrize("waits", [True, False])
def test_only_a_computation_tells_whether_work_waits(lab: dict[str, ModuleType], waits: bool) -> None:
    seed, steps, milliseconds = lab["work"].draw_either(np.random.default_rng(3), waits, 5, 1)
    found = lab["driver"].either([seed, steps, milliseconds])
    assert found == (milliseconds if waits else lab["work"].crunched(seed, steps))


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(1, 2**31 - 2), steps=st.integers(0, 500))
def test_the_closed_form_is_the_loop(lab: dict[str, ModuleType], seed: int, steps: int) -> None:
    assert lab["work"].crunched(seed, steps) == lab["driver"].crunch((seed, steps))


def test_referee_and_driver_hash_alike(lab: dict[str, ModuleType]) -> None:
    assert lab["work"].digested(77, 3) == lab["driver"].digest((77, 3))


@pytest.mark.parametrize("seed", range(5))
def test_most_of_the_work_lies_in_the_first_half(lab: dict[str, ModuleType], seed: int) -> None:
    items = lab["work"].draw_items(np.random.default_rng(seed), 1_000_000)
    amounts = [amount for _, amount in items]
    assert sum(amounts) == pytest.approx(1_000_000, rel=1e-3)
    assert sum(amounts[:6]) == pytest.approx(900_000, rel=1e-3)


class Asker:
    """Stands for a worker: answers nothing until its threads have asked and been answered."""

    def __init__(self, office: object, n: int) -> None:
        self._sockets = list(office.theirs.values())  # type: ignore[attr-defined]
        self._n = n
        self._results: list[int] = []
        self._done = threading.Event()

    def post(self, op: str, *, items: list[int], **fields: object) -> None:
        threading.Thread(target=self._run, args=(items,), daemon=True).start()

    def receive(self, timeout: float) -> object:
        message = type("Message", (), {"body": {"results": self._results}})
        return message if self._done.wait(timeout) else None

    def _run(self, items: list[int]) -> None:
        results: dict[int, int] = {}
        gate = threading.Semaphore(self._n)

        def one(item: int) -> None:
            with gate:
                self._sockets[item].send(b"?")
                results[item] = int.from_bytes(self._sockets[item].recv(8), "little")

        threads = [threading.Thread(target=one, args=(item,)) for item in items]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        self._results[:] = [results[item] for item in items]
        self._done.set()


@pytest.mark.skipif(not hasattr(socket, "SO_PASSCRED"), reason="sockets name their sender on Linux only")
def test_the_counters_see_how_many_ask_at_once_and_who(lab: dict[str, ModuleType]) -> None:
    office = lab["office"].Office()
    try:
        visit = office.serve(Asker(office, 3), "threads", 3, 7, np.random.default_rng(0), 10.0)
    finally:
        office.close()
    assert visit.results == visit.answers
    assert max(map(len, visit.waves)) == 3
    assert {pid for wave in visit.waves for pid in wave} == {os.getpid()}
    assert set(visit.asked.values()) == {1}
    assert len(visit.asked) == 7


@pytest.mark.skipif(not plan().workers, reason="needs two cores and Linux")
def test_the_meter_counts_what_this_process_runs(lab: dict[str, ModuleType]) -> None:
    lab["meter"].require_counters()
    meter = lab["meter"].Meter(os.getpid())
    began = time.thread_time()
    while time.thread_time() - began < 0.05:
        pass
    meter.sample()
    assert meter.ran_s() >= 0.05
    assert lab["meter"].left_over(os.getpid(), len(lab["meter"].threads(os.getpid()))) == 0
    assert lab["meter"].left_over(os.getpid(), 0) >= 1


def visit(how: str, waves: list[list[int]], n: int = 2) -> dict[str, object]:
    count = sum(map(len, waves))
    asked = {str(i): 1 for i in range(count)}
    return {"how": how, "n": n, "count": count, "worker": 1, "waves": waves, "asked": asked,
            "answers": [5], "results": [5]}  # fmt: skip


@pytest.mark.parametrize(
    ("how", "waves", "right"),
    [
        ("threads", [[1, 1], [1, 1]], True),
        ("threads", [[1], [1]], False),
        ("threads", [[1, 1, 1]], False),
        ("threads", [[2, 3]], False),
        ("processes", [[2, 3], [3, 2]], True),
        ("processes", [[1, 1]], False),
        ("processes", [[1, 2], [2]], False),
        ("processes", [[2, 2]], False),
        ("processes", [], False),
    ],
)
def test_who_asked_at_once_decides(lab: dict[str, ModuleType], how: str, waves: list[list[int]], right: bool) -> None:
    assert lab["visits"].at_once(visit(how, waves)).passed == right


def samples(**arms: tuple[float, float, float]) -> dict[str, object]:
    told = {
        "threads-crunch": (0.20, 0.20, 0.0), "threads-digest": (0.11, 0.2, 0.01), "processes-crunch": (0.12, 0.2, 0.01),
        "serial": (0.2, 0.2, 0.0), "baseline": (0.12, 0.2, 0.01), "control": (0.12, 0.2, 0.01),
        "baseline-digest": (0.12, 0.2, 0.01),
    } | {name.replace("_", "-"): call for name, call in arms.items()}  # fmt: skip
    return {
        "gil": True,
        "left": [["run_threads", 0]],
        "results": [{"case": "a", "got": [1], "right": [1]}],
        "visits": [visit("threads", [[1, 1]]), visit("processes", [[2, 3]])],
        "errors": [{"case": "a", "got": "x", "right": "x"}],
        "choices": [{"case": "a", "answer": "threads", "right": "threads", "disturbed": False}],
        "rounds": {name: [list(call)] * 6 for name, call in told.items()},
        "orders": [[]] * 6, "wrong": [], "scheduling": CALM,
    }  # fmt: skip


def states(lab: dict[str, ModuleType], told: dict[str, object]) -> dict[str, str]:
    return {check.id: check.state for check in lab["judge"].judge(told).checks}


def test_the_judge_reads_cores_used_and_wanted(lab: dict[str, ModuleType]) -> None:
    assert set(states(lab, samples()).values()) == {"passed"}
    assert states(lab, samples(threads_crunch=(0.1, 0.2, 0.0)))["threads-python"] == "failed"
    assert states(lab, samples(threads_digest=(0.2, 0.2, 0.0)))["threads-c"] == "failed"
    assert states(lab, samples(processes_crunch=(0.19, 0.2, 0.0)))["processes-python"] == "failed"
    assert states(lab, samples(processes_crunch=(0.12, 0.34, 0.0)))["cpu-cost"] == "failed"
    assert states(lab, samples(threads_digest=(0.2, 0.38, 0.0)))["cpu-cost-c"] == "failed"


def test_others_on_both_cores_do_not_fail_the_judge(lab: dict[str, ModuleType]) -> None:
    """A quarter of two cores, the rest spent ready; threads that wait for the lock are at times ready as well."""
    busy = samples(threads_crunch=(0.8, 0.2, 0.9), threads_digest=(0.4, 0.2, 0.58), processes_crunch=(0.4, 0.2, 0.6))
    assert set(states(lab, busy).values()) == {"passed"}


def test_without_a_gil_threads_have_to_run_at_once(lab: dict[str, ModuleType]) -> None:
    assert states(lab, samples() | {"gil": False})["threads-python"] == "failed"
    assert states(lab, samples(threads_crunch=(0.11, 0.2, 0.0)) | {"gil": False})["threads-python"] == "passed"


def test_a_computation_that_was_held_up_decides_nothing(lab: dict[str, ModuleType]) -> None:
    wrong = {"case": "b", "answer": "threads", "right": "processes"}
    told = samples()
    assert states(lab, told | {"choices": [{**wrong, "disturbed": False}]})["choice"] == "failed"
    both = [{**wrong, "disturbed": True}, *told["choices"]]  # type: ignore[misc]
    assert states(lab, told | {"choices": both})["choice"] == "undecided"


@pytest.mark.parametrize("last", ["results", "visits", "errors", "choices"])
def test_the_judge_does_not_pass_samples_that_stop_early(lab: dict[str, ModuleType], last: str) -> None:
    keys = ["gil", "left", "results", "visits", "errors", "choices"]
    whole = samples()
    found = states(lab, {key: whole[key] for key in keys[: keys.index(last) + 1]})
    assert found["measured"] == "failed"
