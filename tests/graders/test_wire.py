"""The switch between ranks: what it counts, when ranks are stuck, what its model clock says, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from graders.errors import SolutionError
from tests.graders.conftest import ROOT, referee

np = pytest.importorskip("numpy")
switch = pytest.importorskip("graders.switch")
wire = pytest.importorskip("graders.wire")

X = np.arange(6, dtype=np.float32)


def test_a_message_waits_until_it_is_asked_for_and_is_counted_once() -> None:
    one = switch.Switch(2)
    assert one.send(0, 1, X) == []
    assert one.unread == 1
    ((rank, array),) = one.recv(1, 0)
    assert rank == 1
    assert (array == X).all()
    assert (one.unread, one.sent) == (0, [switch.Sent(0, 1, 24)])


def test_a_waiting_rank_gets_the_message_when_it_is_sent() -> None:
    one = switch.Switch(3)
    assert one.recv(2, 0) == []
    assert one.send(1, 2, X) == []  # not the sender it waits for
    assert [rank for rank, _ in one.send(0, 2, X)] == [2]


def test_messages_of_one_sender_keep_their_order() -> None:
    one = switch.Switch(2)
    one.send(0, 1, X)
    one.send(0, 1, X + 1)
    assert one.recv(1, 0)[0][1][0] == 0
    assert one.recv(1, 0)[0][1][0] == 1


def test_ranks_that_wait_for_each_other_are_stuck_and_named() -> None:
    one = switch.Switch(3)
    one.recv(0, 2)
    one.recv(1, 0)
    assert one.stuck() is None  # rank 2 still computes
    one.finish(2)
    assert one.stuck() == "rank 0 waits for 2, rank 1 waits for 0, rank 2 has returned"


def test_nobody_is_stuck_when_all_have_returned() -> None:
    one = switch.Switch(2)
    one.finish(0)
    one.finish(1)
    assert one.stuck() is None


def test_both_directions_of_a_link_work_at_once() -> None:
    one = switch.Switch(2, switch.Link(1.0, 0.5))
    one.send(0, 1, X)
    one.send(1, 0, X)
    one.recv(0, 1)
    one.recv(1, 0)
    assert one.model_seconds == 1.0 + 0.5 * 24


def test_a_port_takes_one_message_at_a_time() -> None:
    for source_target in ([(1, 0), (2, 0), (3, 0)], [(0, 1), (0, 2), (0, 3)]):
        one = switch.Switch(4, switch.Link(1.0))
        for source, target in source_target:
            one.send(source, target, X)
        for source, target in source_target:
            one.recv(target, source)
        assert one.model_seconds == 3.0


def test_a_message_cannot_leave_before_what_its_sender_waited_for() -> None:
    one = switch.Switch(3, switch.Link(1.0))
    one.send(0, 1, X)
    one.recv(1, 0)
    one.send(1, 2, X)
    one.recv(2, 1)
    assert one.model_seconds == 2.0


@pytest.mark.parametrize(
    ("kind", "shape", "right"),
    [
        ("all_reduce", (4, 3), [np.full((4, 3), 3.0)] * 2),
        ("reduce_scatter", (4, 3), [np.full((2, 3), 3.0)] * 2),
        ("all_gather", (4, 3), [np.concatenate([np.full((4, 3), 1.0), np.full((4, 3), 2.0)])] * 2),
    ],
)
def test_collectives_return_what_each_rank_should_hold(kind: str, shape: tuple[int, ...], right: list) -> None:
    one = switch.Switch(2, allowed=switch.COLLECTIVES)
    assert one.collective(0, kind, 0, np.full(shape, 1.0, np.float32)) == []
    assert one.stuck() is None
    got = one.collective(1, kind, 0, np.full(shape, 2.0, np.float32))
    assert [rank for rank, _ in got] == [0, 1]
    for (_, array), expected in zip(got, right, strict=True):
        assert array.dtype == np.float32
        assert np.array_equal(array, expected)


def test_reduce_scatter_and_all_gather_cost_together_what_an_all_reduce_costs() -> None:
    whole = switch.Collective("all_reduce", "float32", (8,), 32)
    parts = (
        switch.Collective("reduce_scatter", "float32", (8,), 32),
        switch.Collective("all_gather", "float32", (2,), 8),
    )
    assert whole.ring_bytes(4) == sum(part.ring_bytes(4) for part in parts) == 48


def test_ranks_that_enter_different_collectives_are_told_so() -> None:
    one = switch.Switch(2, allowed=switch.COLLECTIVES)
    one.collective(0, "all_reduce", 0, X)
    with pytest.raises(SolutionError, match="rank 0 calls all_reduce of float32"):
        one.collective(1, "all_gather", 0, X)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda one: one.send(0, 0, X), "its peers"),
        (lambda one: one.send(0, 2, X), "its peers"),
        (lambda one: one.collective(0, "all_reduce", 0, X), "does not offer"),
        (lambda one: (one.finish(0), one.send(0, 1, X)), "after its function has returned"),
        (lambda one: (one.recv(0, 1), one.recv(0, 1)), "another of its threads"),
    ],
)
def test_misuse_is_an_error_with_a_sentence(call, sentence: str) -> None:
    with pytest.raises(SolutionError, match=sentence):
        call(switch.Switch(2))


def test_a_shape_carries_no_data_past_the_count() -> None:
    assert switch.valid_form("float32", [0, 123456]) == ("float32", (0,))
    assert switch.valid_form("float32", [2, 3]) == ("float32", (2, 3))
    for dtype, shape in (("object", [1]), ("float32", [1] * 5), ("float32", [-1]), ("float32", [True]), ("float32", 3)):
        with pytest.raises(SolutionError):
            switch.valid_form(dtype, shape)


def test_the_line_through_exact_points() -> None:
    intercept, slope, share = wire.fit_line([1, 2, 4], [5, 7, 11])
    assert (intercept, slope, share) == pytest.approx((3, 2, 1))


def test_a_message_after_the_function_returned_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    source = (ROOT / "labs" / "ring-allreduce" / "reference.py").read_text()
    late = "    __import__('threading').Timer(0.001, comm.send, (right, out)).start()\n    return out\n\n\ndef tree"
    assert "    return out\n\n\ndef tree" in source
    solution = tmp_path / "solution.py"
    solution.write_text(source.replace("    return out\n\n\ndef tree", late))
    run = referee("run", "ring-allreduce", "--solution", str(solution))
    assert run.verdict == "error"
    assert "run that was over" in run.last["reason"] or "after its function has returned" in run.last["reason"]
