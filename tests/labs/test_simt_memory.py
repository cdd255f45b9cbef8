"""The SIMT machine against closed forms and brute force, and the rules and judge of simt-memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import gcd
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("numpy")

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.loading import load_trusted, siblings_importable
from graders.simt import LANES, Launch, MalformedProgramError, Program, Report, counting, execute, trace
from graders.simt.machine import Floats
from graders.simt.program import BARRIER, COLUMNS

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "simt-memory"
WARP = Launch((1, 1), (LANES, 1))
TWO_WARPS = Launch((1, 1), (2 * LANES, 1))


def launched(kernel: Callable[..., Any], launch: Launch, *arguments: Floats | int) -> Report:
    given_arguments = [each if isinstance(each, int) else None for each in arguments]
    memory = [each for each in arguments if not isinstance(each, int)]
    return execute(trace(kernel, launch, given_arguments), launch, memory)


def floats(length: int) -> Floats:
    return np.arange(1, length + 1, dtype=np.float32)


@pytest.fixture(scope="module")
def lab() -> Iterator[dict[str, ModuleType]]:
    with siblings_importable(FOLDER):
        names = ("cases", "exhibits", "report", "judge", "reference")
        yield {name: load_trusted(FOLDER / f"{name}.py", name) for name in names}


@pytest.mark.parametrize(("stride", "degree"), [(0, 1), (1, 1), (2, 2), (16, 16), (17, 1), (32, 32), (33, 1), (64, 32)])
def test_a_shared_read_takes_as_many_passes_as_its_stride_says(stride: int, degree: int) -> None:
    def kernel(t: Any, x: Any) -> None:
        words = t.shared(64 * LANES)
        for i in range(t.threadIdx.x, 64 * LANES, LANES):
            words[i] = 1.0
        t.syncthreads()
        x[t.threadIdx.x] = words[stride * t.threadIdx.x]

    report = launched(kernel, WARP, floats(LANES))
    assert report.degree == degree
    assert report.shared_passes == 64 + degree


@given(st.lists(st.integers(0, 500), min_size=LANES, max_size=LANES), st.lists(st.booleans(), min_size=32, max_size=32))
def test_passes_sectors_and_lines_agree_with_counting_by_hand(words: list[int], lanes: list[bool]) -> None:
    taken = [word for word, lane in zip(words, lanes, strict=True) if lane]
    banks: dict[int, set[int]] = {}
    for word in taken:
        banks.setdefault(word % 32, set()).add(word)
    row, active = np.array([words]), np.array([lanes])
    assert counting.bank_degrees(row, active)[0] == max((len(bank) for bank in banks.values()), default=0)
    assert counting.sectors(row, active)[0] == len({word // 8 for word in taken})
    assert counting.lines(row, active)[0] == len({word // 32 for word in taken})


@pytest.mark.parametrize(("stride", "sectors"), [(1, 4), (2, 8), (3, 12), (8, 32), (32, 32)])
def test_a_strided_load_touches_the_sectors_that_its_bytes_lie_in(stride: int, sectors: int) -> None:
    def kernel(t: Any, x: Any, out: Any) -> None:
        out[t.threadIdx.x] = x[stride * t.threadIdx.x]

    out = np.zeros(LANES, np.float32)
    report = launched(kernel, WARP, floats(LANES * stride), out)
    assert (report.load_sectors, report.store_sectors, report.load_requests) == (sectors, 4, 1)
    np.testing.assert_array_equal(out, floats(LANES * stride)[::stride])


@pytest.mark.parametrize(
    ("taken", "otherwise", "share"),
    [
        (lambda i: i % 2 == 0, True, 1 / 2),
        (lambda i: i % 32 == 0, False, 1 / 32),
        (lambda i: i < 32, True, 1.0),
        (lambda i: i < 48, True, 2 / 3),  # one warp whole, the other split: 128 lanes in 3 * 2 instructions
    ],
)
def test_both_sides_of_a_split_warp_are_issued(taken: Callable[[int], bool], otherwise: bool, share: float) -> None:
    def kernel(t: Any, x: Any) -> None:
        if taken(t.threadIdx.x):
            _ = x[t.threadIdx.x] + 1.0
        elif otherwise:
            _ = x[t.threadIdx.x] - 1.0

    assert launched(kernel, TWO_WARPS, floats(64)).active_share == pytest.approx(share)


def test_lanes_meet_again_behind_a_branch_and_after_loops_of_different_length() -> None:
    def kernel(t: Any, x: Any, out: Any) -> None:
        total = 0.0
        for i in range(t.threadIdx.x % 3):
            total = total + x[i]
        out[t.threadIdx.x] = total

    out = np.zeros(LANES, np.float32)
    report = launched(kernel, WARP, floats(4), out)
    np.testing.assert_array_equal(out, [(0, 1, 3)[i % 3] for i in range(LANES)])
    assert report.issued == 2 * 2 + 1  # two iterations of two instructions, one store by all lanes
    assert report.store_requests == 1


def test_thousands_of_threads_at_one_line_stay_together() -> None:
    """The interpreter specialises its bytecode while it runs, which must not look like another place."""

    def kernel(t: Any, a: Any, b: Any, c: Any, n: int) -> None:
        i = t.blockIdx.x * t.blockDim.x + t.threadIdx.x
        if i < n:
            c[i] = a[i] + b[i]

    n = 2048
    c = np.zeros(n, np.float32)
    report = launched(kernel, Launch((n // 256, 1), (256, 1)), floats(n), floats(n), c, n)
    np.testing.assert_array_equal(c, 2 * floats(n))
    assert (report.issued, report.active_share, report.sectors) == (4 * n // 32, 1.0, 3 * n * 4 // 32)


def test_memory_between_two_warps_needs_a_barrier() -> None:
    def exchange(t: Any, out: Any, wait: int) -> None:
        words = t.shared(64)
        words[t.threadIdx.x] = 2.0
        if wait:
            t.syncthreads()
        out[t.threadIdx.x] = words[63 - t.threadIdx.x]

    racing, ordered = (launched(exchange, TWO_WARPS, floats(64), wait) for wait in (0, 1))
    assert racing.races == 64
    assert "shared array" in racing.examples["races"]
    assert (ordered.races, ordered.barriers, ordered.unset_reads) == (0, 1, 0)


def test_no_barrier_orders_two_blocks() -> None:
    def kernel(t: Any, x: Any) -> None:
        x[t.threadIdx.x] = 1.0
        t.syncthreads()

    assert launched(kernel, Launch((2, 1), (LANES, 1)), floats(LANES)).races == LANES
    assert launched(kernel, WARP, floats(LANES)).races == 0


def test_two_threads_may_read_what_nobody_writes_and_one_may_write_what_it_read() -> None:
    def kernel(t: Any, x: Any, y: Any) -> None:
        y[t.threadIdx.x] = x[0] + y[t.threadIdx.x]

    assert launched(kernel, TWO_WARPS, floats(1), floats(64)).races == 0


@pytest.mark.parametrize("reached", [lambda i: i < 40, lambda i: i < 32, lambda i: i % 2 == 0])
def test_a_barrier_that_some_threads_miss_is_reported(reached: Callable[[int], bool]) -> None:
    def kernel(t: Any, x: Any) -> None:
        if reached(t.threadIdx.x):
            t.syncthreads()

    assert launched(kernel, TWO_WARPS, floats(1)).divergent_barriers > 0


def test_accesses_outside_are_counted_and_touch_nothing() -> None:
    def kernel(t: Any, x: Any) -> None:
        x[t.threadIdx.x - 1] = x[t.threadIdx.x]

    report = launched(kernel, WARP, floats(LANES - 1))
    assert report.out_of_bounds == 2  # one store at -1, one load at 31
    assert "load at index 31 of 31 elements by thread (31, 0)" in report.examples["out_of_bounds"]


def test_shared_words_that_nobody_wrote_are_seen() -> None:
    def kernel(t: Any, x: Any) -> None:
        x[t.threadIdx.x] = t.shared(LANES)[t.threadIdx.x]

    out = floats(LANES)
    assert launched(kernel, WARP, out).unset_reads == LANES
    assert np.isnan(out).all()


def test_a_kernel_never_learns_a_value_and_no_thread_another_threads_register() -> None:
    kept: list[Any] = []

    def branches(t: Any, x: Any) -> None:
        x[0] = 1.0 if x[0] > 0 else 0.0

    def indexes(t: Any, x: Any) -> None:
        x[x[0]] = 1.0

    def borrows(t: Any, x: Any) -> None:
        kept.append(x[0])
        x[t.threadIdx.x] = kept[0]

    for kernel, text in ((branches, "not known"), (indexes, "not known"), (borrows, "another thread")):
        with pytest.raises(TypeError, match=text):
            trace(kernel, WARP, [None])


def test_a_trace_that_lies_about_its_addresses_computes_something_else() -> None:
    def kernel(t: Any, x: Any, out: Any) -> None:
        out[t.threadIdx.x] = x[8 * t.threadIdx.x]

    program = trace(kernel, WARP, [None, None])
    program.index[0] = np.arange(LANES)  # as if the load were coalesced
    out = np.zeros(LANES, np.float32)
    assert execute(program, WARP, [floats(8 * LANES), out]).load_sectors == 4
    assert not np.array_equal(out, floats(8 * LANES)[::8])


def test_an_empty_kernel_is_a_program_too() -> None:
    assert launched(lambda t, x: None, TWO_WARPS, floats(1)).issued == 0


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_whatever_a_worker_sends_is_executed_or_refused(rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    packed = rng.integers(-3, 12, size=(rows, COLUMNS), dtype=np.int32)
    packed[:, 0] = np.sort(rng.integers(-1 if seed % 7 == 0 else 0, 2, size=rows))
    packed[:, 1] = rng.integers(0, BARRIER + 1 + (seed % 5 == 0), size=rows)
    packed[:, 2] = rng.integers(0, 2, size=rows)
    packed[:, 4 + LANES :] = rng.integers(-2, 2 if seed % 2 else 1, size=(rows, 2 * LANES))
    program = Program.unpack(packed, [8], np.ones(1, np.float32))
    try:
        report = execute(program, TWO_WARPS, [floats(8)])
    except MalformedProgramError:
        report = Report()
    assert report.issued <= rows


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40))
def test_packing_a_program_keeps_it(rows: int, cols: int) -> None:
    def kernel(t: Any, x: Any, y: Any) -> None:
        if t.threadIdx.x < cols:
            y[t.threadIdx.x] = 0.5 * x[t.threadIdx.x] / 3.0

    launch = Launch((1, 1), (rows, 1))
    program = trace(kernel, launch, [None, None])
    packed = np.zeros((64, COLUMNS), np.int32)
    count = program.pack(packed)
    again = Program.unpack(packed[:count], program.shared, program.constants)
    first, second = np.zeros(40, np.float32), np.zeros(40, np.float32)
    assert execute(program, launch, [floats(40), first]) == execute(again, launch, [floats(40), second])
    np.testing.assert_array_equal(first, second)
    assert np.count_nonzero(first) == min(rows, cols)


@given(st.integers(0, 5_000))
def test_the_references_rules_are_the_counts(stride: int) -> None:
    reference = load_trusted(FOLDER / "reference.py", "simt_memory_reference")
    words, everyone = np.arange(LANES)[None] * stride, np.ones((1, LANES), bool)
    assert reference.bank_conflict_degree(stride) == counting.bank_degrees(words, everyone)[0]
    assert reference.sectors_per_request(stride) == counting.sectors(words, everyone)[0]
    if stride:
        assert counting.bank_degrees(words, everyone)[0] == gcd(stride, 32)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=130), st.integers(1, 5), st.integers(0, 5))
def test_the_references_share_of_lanes_is_the_machines(
    lab: dict[str, ModuleType], taken: list[bool], then_length: int, else_length: int
) -> None:
    if not any(taken) and not else_length:
        return
    counted = lab["exhibits"].counted_share(taken, then_length, else_length)
    assert lab["reference"].active_lane_share(taken, then_length, else_length) == pytest.approx(counted)


def samples_of(lab: dict[str, ModuleType], seed: int) -> dict[str, Any]:
    launches = []
    for case in lab["cases"].cases(np.random.default_rng(seed)):
        report = launched(getattr(lab["reference"], case.kernel), case.launch, *case.arguments)
        launches.append(
            {
                "kernel": case.kernel,
                "shape": case.shape,
                "floats": case.arguments[-1] if case.kernel == "block_sum" else None,
                "least_sectors": case.least_sectors,
                "comparison": case.compare().as_dict(),
                "report": report.as_dict(),
            }
        )
    rules = ("bank_conflict_degree", "sectors_per_request")
    branches = [{"branch": "even threads", "predicted": 0.5, "counted": 0.5}]
    return {"launches": launches, **{name: [[1, 1, 1]] for name in rules}, "branches": branches}


def test_the_judge_passes_the_reference_and_names_what_is_wrong(lab: dict[str, ModuleType]) -> None:
    samples = samples_of(lab, 3)
    judge = lab["judge"].judge
    assert [check.id for check in judge(samples).checks if not check.passed] == []
    samples["launches"][-2]["report"]["load_sectors"] += 1
    samples["launches"][0]["report"]["degree"] = 2
    samples["bank_conflict_degree"].append([1, 2, 1])
    failed = [check.id for check in judge(samples).checks if not check.passed]
    assert failed == ["coalesced", "bank-conflicts", "degree-formula"]


def test_the_judge_copes_with_samples_that_stop_early(lab: dict[str, ModuleType]) -> None:
    assert not any(check.passed for check in lab["judge"].judge({}).checks)
