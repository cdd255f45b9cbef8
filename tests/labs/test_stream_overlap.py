"""The stream lab's device and judge, by closed forms and properties, without a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.loading import load_trusted, siblings_importable
from tests.graders.conftest import ROOT

np = pytest.importorskip("numpy")
FOLDER = ROOT / "labs" / "stream-overlap"
FEW = settings(max_examples=25)
durations = st.lists(st.integers(1, 50), min_size=3, max_size=3, unique=True)


def load(name: str) -> ModuleType:
    with siblings_importable(FOLDER):
        return load_trusted(FOLDER / f"{name}.py", f"stream_overlap_{name}")


engines, experiment, reference = load("engines"), load("experiment"), load("reference")


class Host:
    """Runs a learner's function on the engines in this process; every command takes ``cost`` of the host's time."""

    def __init__(self, seconds: list[float], chunks: int, buffers: int = 2, cost: float = 0.0) -> None:
        self.chunks, self.buffers, self.cost, self.now = chunks, buffers, cost, 0.0
        self.engines = engines.Engines(dict(zip(engines.STAGES, seconds, strict=True)))
        self.streams = self.events = 0

    def tick(self) -> float:
        self.now += self.cost
        return self.now

    def pin(self) -> None:
        self.engines.pinned = True

    def stream(self) -> Stream:
        self.streams += 1
        return Stream(self, self.streams)

    def synchronize(self) -> None:
        self.now = max(self.now, self.engines.end())


class Stream:
    def __init__(self, host: Host, number: int) -> None:
        self.host, self.number = host, number

    def issue(self, stage: str, buffer: int, chunk: int) -> None:
        operation = self.host.engines.issue(self.host.tick(), stage, self.number, buffer, chunk)
        if operation.blocked:
            self.host.now = operation.end

    def copy_in(self, chunk: int, buffer: int) -> None:
        self.issue("copy_in", buffer, chunk)

    def compute(self, buffer: int) -> None:
        self.issue("compute", buffer, 0)

    def copy_out(self, buffer: int, chunk: int) -> None:
        self.issue("copy_out", buffer, chunk)

    def record(self) -> int:
        self.host.events += 1
        self.host.engines.record(self.host.tick(), self.number, self.host.events)
        return self.host.events

    def wait(self, event: int) -> None:
        self.host.engines.wait(self.number, event)


def run(function: Callable[[Any], None], seconds: list[float], chunks: int, **options: Any) -> tuple[Host, Any]:
    host = Host(seconds, chunks, **options)
    function(host)
    return host, engines.replay(host.engines.done, chunks)


@FEW
@given(durations, st.integers(1, 12))
def test_one_buffer_takes_the_sum_of_all_stages(seconds: list[int], chunks: int) -> None:
    host, found = run(reference.serial, seconds, chunks)
    assert host.engines.end() == chunks * sum(seconds)
    assert found == engines.Found([], [])


@FEW
@given(durations, st.integers(1, 12), st.integers(1, 4))
def test_overlap_lies_between_its_longest_stage_and_the_sum(seconds: list[int], chunks: int, buffers: int) -> None:
    host, found = run(reference.overlapped, seconds, chunks, buffers=buffers)
    assert found == engines.Found([], [])
    rest = sum(seconds) - max(seconds)
    assert chunks * max(seconds) + rest <= host.engines.end() <= chunks * sum(seconds)
    assert host.engines.end() == engines.ideal_timeline(chunks, buffers, *seconds)[-1][-1]
    assert reference.ideal_timeline(chunks, buffers, *seconds) == engines.ideal_timeline(chunks, buffers, *seconds)


@FEW
@given(durations, st.integers(1, 4))
def test_the_bottleneck_sets_the_pace_of_a_long_run(seconds: list[int], buffers: int) -> None:
    rows = engines.ideal_timeline(400, buffers, *seconds)
    period = (rows[399][5] - rows[199][5]) / 200
    assert period == pytest.approx(max(max(seconds), sum(seconds) / buffers), rel=0.02)
    limit = engines.bottleneck(buffers, *seconds)
    assert (limit == "buffers") == (period > max(seconds) * 1.0001 or sum(seconds) / buffers > max(seconds))
    assert limit == reference.bottleneck(buffers, *seconds)


def with_events(host: Host) -> None:
    """A stream for each stage, and events that protect the buffers."""
    host.pin()
    first, second, third = host.stream(), host.stream(), host.stream()
    freed: list[int] = []
    for chunk in range(host.chunks):
        buffer = chunk % host.buffers
        if chunk >= host.buffers:
            first.wait(freed[chunk - host.buffers])
        first.copy_in(chunk, buffer)
        second.wait(first.record())
        second.compute(buffer)
        third.wait(second.record())
        third.copy_out(buffer, chunk)
        freed.append(third.record())
    host.synchronize()


@FEW
@given(durations, st.integers(1, 9), st.integers(1, 3))
def test_events_give_the_same_timeline_as_a_stream_for_each_buffer(
    seconds: list[int], chunks: int, buffers: int
) -> None:
    host, found = run(with_events, seconds, chunks, buffers=buffers)
    assert found == engines.Found([], [])
    assert host.engines.end() == engines.ideal_timeline(chunks, buffers, *seconds)[-1][-1]


def test_the_worked_number_of_the_readme() -> None:
    assert engines.ideal_timeline(9, 2, 3, 5, 1)[-1][-1] == 49


def mutant(name: str) -> ModuleType:
    return load_trusted(FOLDER / "mutants" / f"{name}.py", f"stream_overlap_mutant_{name}")


@FEW
@given(st.floats(0, 1e-4), st.sampled_from([3, 5]))
def test_an_unprotected_buffer_is_torn_at_few_chunks(cost: float, chunks: int) -> None:
    """Whatever the host's own time; a copy in that is slower than the rest together (the last of these) hides it."""
    torn = []
    for seconds in experiment.TINY_STAGES:
        _, found = run(mutant("no_wait_for_reuse").overlapped, seconds, chunks, cost=cost)
        torn.append(bool(found.conflicts and found.wrong))
    assert torn[:2] == [True, True]


@given(st.integers(0, 2**32))
def test_the_lab_draws_stages_for_which_two_buffers_suffice(seed: int) -> None:
    stages = experiment.draw_stages(np.random.default_rng(seed), 4e-3)
    assert max(stages.values()) == 4e-3
    assert set(stages) == set(engines.STAGES)
    assert sum(stages.values()) < 2 * max(stages.values())
    seconds = [stages[stage] for stage in engines.STAGES]
    ratio = engines.ideal_timeline(7, 2, *seconds)[-1][-1] / (7 * sum(seconds))
    assert ratio < 0.65
    assert engines.bottleneck(2, *seconds) != "buffers"


def test_pageable_copies_block_the_host_and_end_the_overlap() -> None:
    host, found = run(mutant("pageable").overlapped, [3, 5, 1], 9)
    assert host.engines.end() == 81
    assert sum(operation.blocked for operation in host.engines.done) == 18
    assert not found.wrong


def test_a_program_that_pretends_not_to_be_blocked_is_blocked_all_the_same() -> None:
    device = engines.Engines(dict(zip(engines.STAGES, (3.0, 5.0, 1.0), strict=True)))
    device.issue(0.0, "copy_in", 0, 0, 0)
    assert device.issue(0.1, "compute", 1, 1, 0).start == 3.0


@pytest.mark.parametrize(
    ("operations", "text"),
    [
        ([], "never copied out"),
        ([("copy_in", 0, 1), ("copy_out", 1, 2)], "computed 0 times"),
        ([("copy_in", 0, 1), ("compute", 1, 2), ("compute", 2, 3), ("copy_out", 3, 4)], "computed 2 times"),
        ([("copy_in", 0, 2), ("compute", 1, 3), ("copy_out", 3, 4)], "torn"),
    ],
)
def test_wrong_data_are_named(operations: list[tuple[str, float, float]], text: str) -> None:
    run = [engines.Operation(stage, 0, 0, start, end) for stage, start, end in operations]
    assert text in engines.replay(run, 1).wrong[0]


def test_an_event_holds_back_only_what_comes_later() -> None:
    device = engines.Engines(dict(zip(engines.STAGES, (3.0, 5.0, 1.0), strict=True)), pinned=True)
    device.wait(1, 7)  # never recorded
    device.issue(0.0, "copy_in", 0, 0, 0)
    device.record(0.1, 0, 7)
    assert device.issue(0.2, "compute", 1, 1, 0).start == 0.2
    device.wait(2, 7)
    assert device.end_of_stream(2) == device.end_of_event(7) == 3.0


def samples(overlapped: float = 0.6, serial: float = 1.0) -> dict[str, Any]:
    """A run whose times are these multiples of the sum of all stages."""
    stages = {"copy_in": 3e-3, "compute": 5e-3, "copy_out": 1e-3}
    chunks = [7, 9, 11, 7, 9, 11, 7, 9]
    return {
        "longest": 5e-3,
        "draws": [{"chunks": n, "stages": stages} for n in chunks],
        "buffers": 2,
        "asked": 24,
        "wrong_timelines": [],
        "wrong_bottlenecks": [],
        "faults": {"outputs": [], "hazards": [], "early": []},
        "runs": {"serial": 12, "overlapped": 12},
        "blocking": {"serial": 0, "overlapped": 0},
        "timelines": {"serial": [["copy_in", 0, 0, 0.0, 3e-3]], "overlapped": [["compute", 1, 1, 3e-3, 8e-3]]},
        "seconds": {
            name: [factor * 9e-3 * n * (1 + i * 1e-3) for i, n in enumerate(chunks)]
            for name, factor in {"overlapped": overlapped, "serial": serial, "baseline": 1.0, "control": 1.0}.items()
        },
        "scheduling": {"involuntary": 0, "own_s": 1.0, "core_busy_s": 1.0, "core_total_s": 1.0},
    }


@pytest.fixture
def judge() -> Iterator[Any]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "judge.py", "stream_overlap_judge").judge


def states(outcome: Any) -> dict[str, str]:
    return {check.id: check.state for check in outcome.checks if check.state != "passed"}


def test_a_good_run_passes_and_draws_its_timeline(judge: Any) -> None:
    outcome = judge(samples())
    assert states(outcome) == {}
    gantt = {series.name: series.y for series in outcome.plots[0].series}
    assert set(gantt["serial in"]) == {0, 1}
    assert set(gantt["overlap compute"]) == {0, 2}
    assert outcome.metrics["speedup"] == pytest.approx(1 / 0.6)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"overlapped": 0.95}, {"overlap": "failed"}),
        ({"serial": 0.6}, {"serial-sum": "failed"}),
        ({"overlapped": 0.3}, {"longest-stage": "impossible"}),
    ],
)
def test_times_are_judged(judge: Any, changed: dict[str, float], expected: dict[str, str]) -> None:
    assert states(judge(samples(**changed))) == expected


def test_faults_end_the_judgement_before_any_time(judge: Any) -> None:
    bad = samples()
    bad["faults"]["hazards"] = ["overlapped, 3 chunks: copy_in of chunk 2 began on buffer 0"]
    outcome = judge(bad)
    assert states(outcome) == {"hazards": "failed"}
    assert "buffer 0" in next(check.message for check in outcome.checks if check.id == "hazards")


def test_samples_that_stop_early_are_judged(judge: Any) -> None:
    assert set(states(judge({}))) >= {"outputs", "hazards", "synchronised", "timeline", "bottleneck"}
