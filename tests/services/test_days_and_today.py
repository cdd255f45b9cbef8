"""Today, ticking, and closing a day."""

from __future__ import annotations

from pathlib import Path

import pytest

from studyctl.container import Container
from studyctl.domain.address import Address
from studyctl.domain.cards import Rating
from studyctl.domain.outcome import Area
from studyctl.domain.ticks import EvidenceKind, TickStatus
from studyctl.errors import ConflictError, NotFoundError, UsageError
from studyctl.services.days import OpenItems
from studyctl.services.plan import DayState, ItemView
from studyctl.services.today import ActionKind
from studyctl.storage.tables import SettingRow
from tests.helpers import FakeClock, House, last_act_id, verdict_document


def shown(container: Container, item_id: str, day: str | None = None) -> ItemView:
    """An item as its day (or another) shows it."""
    address = day or item_id.rsplit("/", 2)[0]
    view = container.plan.show(Address(*address.split("/")))
    (found,) = [each for section in view.sections for each in section.items if each.item.id == item_id]
    return found


def address_today(container: Container) -> str:
    """Today's day."""
    view = container.today.view().view
    assert view is not None
    return str(view.day.address)


def tick_everything(container: Container, *but: str) -> None:
    """Tick every item of today's day but these."""
    for item in container.days.preview().open_items:
        if item.id not in but:
            container.ticks.tick(item.id)


# --- today ----------------------------------------------------------------------------------------------------------


def test_today_is_the_first_day_that_is_not_closed_whatever_the_date(container: Container, clock: FakeClock) -> None:
    container.settings.first_start("2026-10-01")
    assert address_today(container) == "p90/1"
    clock.next_day(30)
    assert address_today(container) == "p90/1"
    container.days.close(OpenItems.DROP)
    assert address_today(container) == "p90/2"
    container.settings.use_track("p28")
    assert address_today(container) == "p28/1"


@pytest.mark.parametrize(
    ("hours", "days_later", "expected"), [("", 0, 0), ("", 2, 0), ("", 10, 4), ("10", 10, 10), ("2", 10, 2)]
)
def test_the_drift_compares_closed_days_with_the_hours_of_the_plan(
    container: Container, clock: FakeClock, hours: str, days_later: int, expected: int
) -> None:
    container.settings.first_start("", hours)
    clock.next_day(days_later)
    position = container.today.view().position
    assert (position.closed, position.length, position.expected) == (0, 90, expected)
    container.days.close(OpenItems.DROP)
    assert container.today.view().position.drift == 1 - expected


def test_before_the_first_start_nobody_is_behind(container: Container, clock: FakeClock) -> None:
    assert container.settings.is_first_start()
    clock.next_day(400)
    assert container.today.view().position.drift == 0
    container.settings.first_start()
    assert not container.settings.is_first_start()


def test_the_next_action_goes_from_blocks_over_the_lab_to_closing(container: Container) -> None:
    container.days.close(OpenItems.DROP)
    action = container.today.view().next_action
    assert (action.kind, action.target) == (ActionKind.ITEM, "p90/2/block/1")
    container.ticks.tick("p90/2/block/1")
    assert container.today.view().next_action.target == "p90/2/block/2"
    container.ticks.tick("p90/2/block/2")
    action = container.today.view().next_action
    assert (action.kind, action.target) == (ActionKind.LAB, "first-toy")
    pass_lab(container, "first-toy")
    assert container.today.view().next_action.target == "second-toy"
    pass_lab(container, "second-toy")
    assert container.today.view().next_action.target == "p90/2/objective/1"
    tick_everything(container)
    action = container.today.view().next_action
    assert (action.kind, action.target) == (ActionKind.CLOSE, "p90/2")
    sprint = container.sprints.start("draw").value
    action = container.today.view().next_action
    assert (action.kind, action.target, action.label) == (ActionKind.SPRINT, str(sprint.id), "draw")


def test_a_lab_that_was_tried_and_not_passed_comes_first(container: Container) -> None:
    container.days.close(OpenItems.DROP)
    pass_lab(container, "first-toy", "failed")
    assert container.today.view().next_action.target == "first-toy"


def test_when_every_day_is_closed_there_is_nothing_to_start(container: Container) -> None:
    for _ in range(4):
        container.days.close(OpenItems.DROP)
    today = container.today.view()
    assert today.view is None
    assert today.next_action.kind is ActionKind.NONE
    assert today.position.closed == 4
    with pytest.raises(ConflictError, match="Every day of this track is closed"):
        container.days.preview()
    with pytest.raises(ConflictError):
        container.days.close(OpenItems.CARRY)


def test_minutes_are_those_of_todays_sprints_so_far(container: Container, clock: FakeClock) -> None:
    container.sprints.start("first")
    clock.advance(minutes=4)
    assert container.today.view().minutes_today == 4
    container.sprints.stop()
    clock.advance(minutes=60)
    container.sprints.start("second")
    clock.advance(minutes=25)
    assert container.today.view().minutes_today == 14
    clock.next_day()
    assert container.today.view().minutes_today == 0


def test_work_before_four_in_the_morning_belongs_to_yesterday(container: Container, clock: FakeClock) -> None:
    clock.advance(hours=18.5)
    container.sprints.start("late")
    clock.advance(minutes=10)
    container.sprints.stop()
    assert container.today.view().minutes_today == 10
    clock.advance(hours=1)
    assert container.today.view().minutes_today == 0
    assert container.today.view().streak == 1


def test_a_streak_grows_day_by_day_and_breaks_after_a_day_without_anything(
    container: Container, clock: FakeClock
) -> None:
    lengths = [container.today.view().streak]
    for n in range(3):
        container.inbox.capture(f"day {n}")
        lengths.append(container.today.view().streak)
        clock.next_day()
    lengths.append(container.today.view().streak)
    clock.next_day()
    lengths.append(container.today.view().streak)
    assert lengths == [0, 1, 2, 3, 3, 0]


def test_a_streak_does_not_count_what_was_undone(container: Container) -> None:
    container.inbox.capture("by mistake")
    container.undo.undo()
    assert container.today.view().streak == 0


def test_today_says_what_else_waits(container: Container) -> None:
    container.inbox.capture("one")
    container.inbox.capture("two")
    today = container.today.view()
    assert (today.cards.new, today.interviews.new, today.inbox, today.sprint) == (10, 1, 2, None)


# --- ticks ----------------------------------------------------------------------------------------------------------


def test_a_tick_claims_and_an_untick_opens_again(container: Container) -> None:
    item = "p90/1/deliverable/1"
    outcome = container.ticks.tick(item)
    assert outcome.value.tick.status is TickStatus.CLAIMED
    assert outcome.changes == {Area.ITEMS}
    assert shown(container, item).tick.status is TickStatus.CLAIMED
    container.ticks.untick(item)
    assert shown(container, item).tick.status is TickStatus.OPEN


def test_toggling_twice_changes_nothing(container: Container) -> None:
    item = "p90/1/deliverable/1"
    assert container.ticks.toggle(item).value.tick.status is TickStatus.CLAIMED
    assert container.ticks.toggle(item).value.tick.status is TickStatus.OPEN
    assert not shown(container, item).tick.status.done


def test_a_file_proves_an_item(container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "report.md").write_text("done")
    monkeypatch.chdir(tmp_path)
    tick = container.ticks.tick("p90/1/deliverable/1", "report.md").value.tick
    assert tick.status is TickStatus.PROVED
    assert (tick.evidence_kind, tick.evidence) == (EvidenceKind.FILE, str(tmp_path / "report.md"))


def test_a_passed_record_proves_an_item_and_a_failed_one_nothing(container: Container) -> None:
    passed, failed = pass_lab(container, "redis-toy"), pass_lab(container, "redis-toy", "failed")
    tick = container.ticks.tick("p90/1/deliverable/1", passed).value.tick
    assert (tick.status, tick.evidence_kind, tick.evidence) == (TickStatus.PROVED, EvidenceKind.RECORD, passed)
    with pytest.raises(UsageError, match="came out as failed"):
        container.ticks.tick("p90/1/deliverable/1", failed)


def test_a_bare_tick_takes_no_proof_away(container: Container) -> None:
    record = pass_lab(container, "redis-toy")
    item = "p90/16/deliverable/1"
    before = last_act_id(container)
    assert container.ticks.tick(item).value.tick.status is TickStatus.PROVED
    assert shown(container, item).tick.evidence == record
    assert last_act_id(container) == before
    assert container.ticks.untick(item).value.tick.status is TickStatus.OPEN


@pytest.mark.parametrize(
    ("item", "evidence", "error", "words"),
    [
        ("p90/1/deliverable/9", "", NotFoundError, "no item"),
        ("p90/60/deliverable/1", "", NotFoundError, "no day 60"),
        ("p90/1", "", UsageError, "not an item id"),
        ("p90/1/example/1", "", UsageError, "read, not ticked"),
        ("p90/1/deliverable/1", "no-such-file", NotFoundError, "neither a lab record nor a file"),
    ],
)
def test_a_tick_that_makes_no_sense_is_refused_and_leaves_no_trace(
    container: Container, item: str, evidence: str, error: type[UsageError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        container.ticks.tick(item, evidence)
    assert caught.value.hint
    assert last_act_id(container) == 0


# --- closing --------------------------------------------------------------------------------------------------------


def test_closing_shows_first_what_is_open_and_what_comes_next(container: Container) -> None:
    tick_everything(container, "p90/1/block/2", "p90/1/question/1")
    closing = container.days.preview()
    assert str(closing.address) == "p90/1"
    assert str(closing.next) == "p90/2"
    assert {item.id for item in closing.open_items} == {"p90/1/block/2", "p90/1/question/1"}
    assert container.days.close(OpenItems.CARRY).value == closing


def test_carried_items_stand_on_the_next_day_and_count_for_their_own(container: Container, clock: FakeClock) -> None:
    item = "p90/1/block/2"
    tick_everything(container, item)
    container.days.close(OpenItems.CARRY)
    there = shown(container, item, "p90/2")
    assert there.carried_here
    assert not there.elsewhere
    assert shown(container, item).elsewhere
    own = container.plan.show(Address("p90", "1"))
    assert own.state is DayState.CLOSED
    assert (own.completion.done, own.completion.total) == (8, 9)
    assert container.plan.show(Address("p90", "2")).sections[0].heading == "Carried over"

    clock.next_day()
    container.ticks.tick(item)
    assert container.plan.show(Address("p90", "1")).completion.share == 1
    assert shown(container, item, "p90/2").tick.status is TickStatus.CLAIMED
    assert item not in {open_item.id for open_item in container.days.preview().open_items}
    container.ticks.untick(item)
    assert item in {open_item.id for open_item in container.days.preview().open_items}


def test_what_stays_open_is_carried_on_and_on(container: Container) -> None:
    item = "p90/1/block/2"
    tick_everything(container, item)
    container.days.close(OpenItems.CARRY)
    tick_everything(container, item)
    container.days.close(OpenItems.CARRY)
    assert [open_item.id for open_item in container.days.preview().open_items if open_item.address.label == "1"] == [
        item
    ]
    assert shown(container, item, "p90/3").carried_here
    assert "Carried over" not in {section.heading for section in container.plan.show(Address("p90", "2")).sections}


def test_dropped_items_count_no_more_and_are_carried_nowhere(container: Container) -> None:
    tick_everything(container, "p90/1/block/2")
    container.days.close(OpenItems.DROP)
    assert shown(container, "p90/1/block/2").tick.status is TickStatus.DROPPED
    completion = container.plan.show(Address("p90", "1")).completion
    assert (completion.done, completion.total) == (8, 8)
    assert "Carried over" not in {section.heading for section in container.plan.show(Address("p90", "2")).sections}


def test_the_last_day_cannot_carry_but_can_drop(container: Container) -> None:
    for _ in range(3):
        container.days.close(OpenItems.DROP)
    assert container.days.preview().next is None
    with pytest.raises(ConflictError, match="no next day"):
        container.days.close(OpenItems.CARRY)
    assert address_today(container) == "p90/16"
    tick_everything(container)
    container.days.close(OpenItems.CARRY)
    assert container.today.view().view is None


def test_closing_is_one_act_that_undo_takes_back_whole(house: House) -> None:
    container = house.open()
    container.days.close(OpenItems.CARRY)
    container = house.reopened()
    container.undo.undo()
    assert address_today(container) == "p90/1"
    assert len(container.days.preview().open_items) == 9
    assert container.plan.show(Address("p90", "1")).completion.done == 0


def test_closing_unlocks_the_cards_of_the_next_day(container: Container) -> None:
    for card in container.review.queue().ids:
        container.review.answer(card, Rating.EASY)
    assert container.review.queue().counts.new == 0
    assert {card[:3] for card in all_new(container)} == {"one"}
    container.days.close(OpenItems.DROP)
    assert {card[:3] for card in all_new(container)} == {"one", "two"}


def test_the_outline_and_the_tracks_count_what_is_closed(container: Container) -> None:
    container.days.close(OpenItems.DROP)
    track, lines = container.plan.outline("p90")
    assert track.length == 90
    assert [(line.address.label, line.state) for line in lines] == [
        ("1", DayState.CLOSED),
        ("2", DayState.TODAY),
        ("3", DayState.OPEN),
        ("16", DayState.OPEN),
    ]
    assert [(track.id, closed, days, active) for track, closed, days, active in container.plan.tracks()] == [
        ("p90", 1, 4, True),
        ("p28", 0, 3, False),
        ("s3", 0, 2, False),
        ("guide", 0, 2, False),
    ]
    with pytest.raises(NotFoundError):
        container.plan.outline("p99")


def pass_lab(container: Container, slug: str, verdict: str = "passed") -> str:
    """Store a run of a lab and return the record's id."""
    container.context.paths.workspace.mkdir(parents=True, exist_ok=True)
    lab = container.library.labs[slug]
    container.labs.start(lab)
    return container.labs.store(
        container.resolve.lab(slug), container.labs.request(lab), verdict_document(verdict)
    ).value.id


def all_new(container: Container) -> list[str]:
    """New cards that wait behind the daily limit, tomorrow's included."""
    with container.context.database.write("settings", "more cards") as transaction:
        transaction.put(SettingRow, {"name": "new_cards_per_day", "value": "100"})
    return list(container.review.queue().ids)
