"""Sprints and the inbox: the end is stored, thoughts are parked, triage waits."""

from __future__ import annotations

import pytest

from studyctl.container import Container
from studyctl.domain.outcome import Area
from studyctl.domain.sprint import SprintState, ThoughtState
from studyctl.errors import ConflictError, NotFoundError, UsageError
from studyctl.services.sprints import SprintStatus, Triage
from tests.helpers import FakeClock, House


def status(container: Container) -> SprintStatus:
    """The open sprint, which must be there."""
    found = container.sprints.status()
    assert found is not None
    return found


def test_a_sprint_has_ten_minutes_by_default_and_counts_down(container: Container, clock: FakeClock) -> None:
    outcome = container.sprints.start("draw the block table", item_id="p90/1/block/1")
    assert outcome.changes == {Area.SPRINT}
    assert status(container).remaining_ms == 600_000
    clock.advance(minutes=4)
    now = status(container)
    assert (now.state, now.remaining_ms, now.sprint.item_id) == (SprintState.RUNNING, 360_000, "p90/1/block/1")
    clock.advance(minutes=6)
    now = status(container)
    assert (now.state, now.remaining_ms) == (SprintState.OVER, 0)


def test_a_sprint_survives_every_restart_and_ends_when_it_was_to_end(house: House, clock: FakeClock) -> None:
    house.open().sprints.start("draw", minutes=30)
    clock.advance(minutes=10)
    now = status(house.reopened())
    assert (now.state, now.remaining_ms, now.sprint.target) == (SprintState.RUNNING, 20 * 60_000, "draw")
    clock.advance(hours=8)
    assert status(house.reopened()).state is SprintState.OVER


def test_interruptions_are_counted_per_sprint(container: Container, clock: FakeClock) -> None:
    container.inbox.capture("before")
    container.sprints.start("first")
    container.inbox.capture("one")
    assert container.inbox.capture("two").changes == {Area.INBOX, Area.SPRINT}
    assert status(container).sprint.interruptions == 2
    assert [thought.text for thought in status(container).thoughts] == ["one", "two"]
    clock.advance(minutes=10)
    container.inbox.capture("after the end")
    assert status(container).sprint.interruptions == 2
    container.sprints.go_on()
    assert status(container).sprint.interruptions == 0
    container.inbox.capture("three")
    assert status(container).sprint.interruptions == 1
    assert [thought.text for thought in container.inbox.thoughts()] == [
        "before",
        "one",
        "two",
        "after the end",
        "three",
    ]


def test_thoughts_are_triaged_at_the_end_and_never_in_between(container: Container, clock: FakeClock) -> None:
    container.sprints.start("draw")
    thought = container.inbox.capture("buy milk").value
    for _ in range(2):
        with pytest.raises(ConflictError, match="triaged at its end"):
            container.inbox.triage(thought.id, Triage.DONE)
        clock.advance(minutes=4)
    clock.advance(minutes=2)
    assert status(container).state is SprintState.OVER
    container.inbox.triage(thought.id, Triage.TODO)
    assert container.inbox.thoughts() == ()
    (kept,) = container.inbox.thoughts(ThoughtState.TODO)
    assert (kept.text, kept.sprint_id) == ("buy milk", status(container).sprint.id)


@pytest.mark.parametrize(
    ("choice", "state"),
    [(Triage.TODO, ThoughtState.TODO), (Triage.DONE, ThoughtState.DONE), (Triage.DROP, ThoughtState.DROPPED)],
)
def test_triage_decides_what_becomes_of_a_thought(
    container: Container, clock: FakeClock, choice: Triage, state: ThoughtState
) -> None:
    thought = container.inbox.capture("buy milk").value
    clock.advance(hours=1)
    decided = container.inbox.triage(thought.id, choice).value
    assert decided.state is state
    assert decided.triaged_at == thought.captured_at + 3_600_000
    assert container.inbox.thoughts(None) == (decided,)


def test_a_thought_that_is_not_there_cannot_be_triaged(container: Container) -> None:
    with pytest.raises(NotFoundError, match="no thought 7"):
        container.inbox.triage(7, Triage.DONE)


def test_a_second_sprint_is_refused_while_one_runs(container: Container, clock: FakeClock) -> None:
    container.sprints.start("first")
    clock.advance(minutes=9.9)
    with pytest.raises(ConflictError, match="'first'") as caught:
        container.sprints.start("second")
    assert "sprint stop" in caught.value.hint
    assert status(container).sprint.target == "first"


def test_a_new_sprint_ends_one_that_is_over_at_its_own_end(container: Container, clock: FakeClock) -> None:
    container.sprints.start("first")
    clock.advance(hours=3)
    container.sprints.start("second")
    assert status(container).sprint.target == "second"
    assert container.progress.view().sprint_minutes == 10


def test_at_the_end_stopping_and_going_on_are_both_open(container: Container, clock: FakeClock) -> None:
    container.sprints.start("draw", item_id="p90/1/block/1")
    with pytest.raises(ConflictError, match="still runs"):
        container.sprints.go_on()
    clock.advance(minutes=10)
    following = container.sprints.go_on(5).value
    assert (following.target, following.item_id) == ("draw", "p90/1/block/1")
    assert status(container).remaining_ms == 300_000
    clock.advance(minutes=5)
    assert container.sprints.stop().value.closed is SprintState.STOPPED
    assert container.sprints.status() is None


def test_an_early_stop_counts_what_was_worked(container: Container, clock: FakeClock) -> None:
    container.sprints.start("draw")
    clock.advance(minutes=3)
    assert container.sprints.stop().value.worked_ms == 180_000
    assert container.today.view().minutes_today == 3


def test_without_a_sprint_there_is_nothing_to_stop_or_continue(container: Container) -> None:
    assert container.sprints.status() is None
    for act in (container.sprints.stop, container.sprints.go_on):
        with pytest.raises(ConflictError, match="No sprint is running") as caught:
            act()
        assert "sprint start" in caught.value.hint


def test_bad_targets_minutes_and_thoughts_are_refused(container: Container) -> None:
    for act in (
        lambda: container.sprints.start("  "),
        lambda: container.sprints.start("draw", minutes=0),
        lambda: container.inbox.capture("\n"),
    ):
        with pytest.raises(UsageError):
            act()
    assert container.sprints.status() is None
    assert container.inbox.thoughts(None) == ()


def test_undoing_a_start_ends_the_sprint_as_if_it_had_never_been(container: Container) -> None:
    container.sprints.start("by mistake")
    container.undo.undo("sprint")
    assert container.sprints.status() is None
    assert container.progress.view().sprints == 0
