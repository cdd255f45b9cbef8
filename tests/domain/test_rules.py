"""The small rules: interview scores, sprints, the calendar, streaks, settings, ticks, items."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studyctl.domain.address import Address
from studyctl.domain.calendar import drift_text, expected_done
from studyctl.domain.cards import Rating
from studyctl.domain.interview import KeyPoint, Question, calibration, rating_of
from studyctl.domain.plan import Day, Item, ItemKind
from studyctl.domain.settings import parse_hours, parse_start_date
from studyctl.domain.sprint import Sprint, SprintState, checked_minutes, checked_target, checked_thought
from studyctl.domain.ticks import Completion, TickStatus
from studyctl.errors import UsageError
from studyctl.services.today import streak

MINUTE = 60_000


# --- interview ------------------------------------------------------------------------------------------------------


def question(*weights: int) -> Question:
    """A question whose key points weigh so much."""
    points = tuple(KeyPoint(f"point {n}", weight) for n, weight in enumerate(weights))
    return Question("p90/1/question/1", Address("p90", "1"), "Why?", 5, points, "Because.", ("a book",))


def test_a_score_is_the_weighted_share_of_the_ticked_points() -> None:
    asked = question(2, 1, 1)
    assert asked.score(frozenset()) == 0
    assert asked.score(frozenset({0})) == 0.5
    assert asked.score(frozenset({1, 2})) == 0.5
    assert asked.score(frozenset({0, 1, 2})) == 1


@pytest.mark.parametrize(
    ("score", "rating"),
    [
        (0.0, Rating.AGAIN),
        (0.399, Rating.AGAIN),
        (0.4, Rating.HARD),
        (0.599, Rating.HARD),
        (0.6, Rating.GOOD),
        (0.849, Rating.GOOD),
        (0.85, Rating.EASY),
        (1.0, Rating.EASY),
    ],
)
def test_a_score_becomes_a_rating(score: float, rating: Rating) -> None:
    assert rating_of(score) is rating


def test_calibration_is_positive_for_the_overconfident() -> None:
    assert calibration(5, 0.25) == 0.75
    assert calibration(1, 0.25) == -0.25
    assert calibration(3, 0.5) == 0


# --- sprint ---------------------------------------------------------------------------------------------------------


@given(st.integers(-20 * MINUTE, 40 * MINUTE))
@example(10 * MINUTE - 1)
@example(10 * MINUTE)
def test_a_sprint_runs_until_its_end_and_is_over_from_then_on(now: int) -> None:
    sprint = Sprint(1, "draw", None, started_at=0, ends_at=10 * MINUTE)
    running = now < 10 * MINUTE
    assert sprint.state(now) is (SprintState.RUNNING if running else SprintState.OVER)
    assert sprint.remaining_ms(now) == (10 * MINUTE - now if running else 0)


@pytest.mark.parametrize("closed", [SprintState.STOPPED, SprintState.CONTINUED])
def test_a_choice_ends_a_sprint_for_good(closed: SprintState) -> None:
    sprint = Sprint(1, "draw", None, 0, 10 * MINUTE, closed=closed, closed_at=4 * MINUTE)
    assert sprint.state(5 * MINUTE) is closed
    assert sprint.worked_ms == 4 * MINUTE


def test_time_after_the_end_of_a_sprint_is_not_worked() -> None:
    assert Sprint(1, "draw", None, 0, 10 * MINUTE, SprintState.STOPPED, 90 * MINUTE).worked_ms == 10 * MINUTE
    assert Sprint(1, "draw", None, 0, 10 * MINUTE).worked_ms == 10 * MINUTE


@pytest.mark.parametrize("text", ["", "  \n\t", "x" * 201])
def test_a_sprint_needs_a_target_that_fits_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_target(text)
    assert caught.value.hint


def test_targets_and_thoughts_become_one_line() -> None:
    assert checked_target("  draw the\n block   table ") == "draw the block table"
    assert checked_thought("order\ta new\nSSD ") == "order a new SSD"


@pytest.mark.parametrize("text", ["", " \n", "x" * 2001])
def test_a_thought_is_neither_empty_nor_endless(text: str) -> None:
    with pytest.raises(UsageError):
        checked_thought(text)


@pytest.mark.parametrize("minutes", [-1, 0, 181])
def test_a_sprint_has_one_to_180_minutes(minutes: int) -> None:
    assert (checked_minutes(1), checked_minutes(180)) == (1, 180)
    with pytest.raises(UsageError, match="1 to 180"):
        checked_minutes(minutes)


# --- calendar and streak --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("elapsed", "hours", "plan_hours", "expected"),
    [
        (0, 4, 10, 0),
        (-3, 4, 10, 0),
        (2, 4, 10, 0),  # ten hours at four a day take two and a half days
        (3, 4, 10, 1),
        (5, 4, 10, 2),
        (10, 4, 10, 4),
        (10, 10, 10, 10),
        (10, 16, 10, 10),  # never more than one entry a day
        (10, 4, 0, 10),
        (1000, 4, 10, 90),
    ],
)
def test_the_calendar_expects_what_the_hours_allow(
    elapsed: int, hours: float, plan_hours: float, expected: int
) -> None:
    start = date(2026, 11, 2)
    today = date.fromordinal(start.toordinal() + elapsed)
    assert expected_done(start, today, hours, plan_hours, 90) == expected


@pytest.mark.parametrize(
    ("drift", "text"), [(0, "on pace"), (1, "1 day ahead"), (4, "4 days ahead"), (-1, "1 day behind")]
)
def test_drift_is_told_in_words(drift: int, text: str) -> None:
    assert drift_text(drift, "day") == text


@pytest.mark.parametrize(
    ("active", "length"),
    [
        (set(), 0),
        ({100}, 1),
        ({99}, 1),  # today may still come
        ({98}, 0),
        ({97, 98, 99}, 3),
        ({97, 98, 99, 100}, 4),
        ({97, 99, 100}, 2),
        ({100, 101}, 1),
    ],
)
def test_a_streak_is_days_in_a_row_until_today_or_yesterday(active: set[int], length: int) -> None:
    assert streak(active, 100) == length


# --- settings -------------------------------------------------------------------------------------------------------


def test_enter_takes_the_defaults_of_the_first_start() -> None:
    today = date(2026, 11, 2)
    assert parse_start_date("  ", today) == today
    assert parse_start_date(" 2026-12-24 ", today) == date(2026, 12, 24)
    assert parse_hours("") == 4
    assert parse_hours("2,5") == parse_hours(" 2.5 ") == 2.5
    assert parse_hours("16") == 16


@pytest.mark.parametrize("text", ["tomorrow", "24.12.2026", "2026-13-01", "2026-02-30"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_start_date(text, date(2026, 11, 2))
    assert "YYYY-MM-DD" in caught.value.hint


@pytest.mark.parametrize("text", ["four", "0", "-1", "16.5", "nan", "inf"])
def test_hours_a_day_lie_above_0_and_up_to_16(text: str) -> None:
    with pytest.raises(UsageError):
        parse_hours(text)


# --- items and ticks ------------------------------------------------------------------------------------------------


def test_examples_and_later_lines_are_read_not_ticked() -> None:
    address = Address("p90", "1")
    items = tuple(Item(address, kind, 1, kind.value) for kind in ItemKind)
    day = Day(address, "Title", "Summary", items)
    assert {item.kind for item in items} - {item.kind for item in day.tickable} == {ItemKind.EXAMPLE, ItemKind.LINE}
    assert [item.id for item in day.of_kind(ItemKind.BLOCK)] == ["p90/1/block/1"]


def test_an_item_is_called_by_its_file_or_title_first() -> None:
    address = Address("p90", "1")
    assert Item(address, ItemKind.DELIVERABLE, 1, "a client", name="redis_client.py").label == (
        "redis_client.py: a client"
    )
    assert Item(address, ItemKind.EXAMPLE, 1, "", title="INFO").label == "INFO: "
    assert Item(address, ItemKind.POINT, 1, "a point").label == "a point"


def test_claimed_and_proved_count_as_done() -> None:
    assert [status for status in TickStatus if status.done] == [TickStatus.CLAIMED, TickStatus.PROVED]
    assert Completion(1, 4).share == 0.25
    assert Completion(0, 0).share == 0
