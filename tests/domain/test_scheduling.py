"""Scheduling: FSRS-6 as the reference package computes it, and Anki's rules around it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import fsrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studyctl.domain.cards import Memory, Phase, Rating
from studyctl.domain.scheduling import (
    STABILITY_MAX,
    STABILITY_MIN,
    Moment,
    Scheduled,
    Scheduler,
    draw_of,
    fuzz_bounds,
    fuzzed,
)

DAY = 739_000
NOON = Moment(1_700_000_000_000, DAY)
RATINGS = st.sampled_from(Rating)
REVIEWED = st.builds(
    Memory,
    phase=st.just(Phase.REVIEW),
    stability=st.floats(STABILITY_MIN, STABILITY_MAX),
    difficulty=st.floats(1, 10),
    last_day=st.integers(DAY - 20_000, DAY),
    due_day=st.just(DAY),
    reps=st.integers(0, 200),
    lapses=st.integers(0, 30),
)


def at(day: int) -> Moment:
    """Noon of a study day, counted from the first one."""
    return Moment(NOON.millis + day * 86_400_000, DAY + day)


# --- the memory model -----------------------------------------------------------------------------------------------


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(1, 400), RATINGS), min_size=1, max_size=25))
def test_stability_and_difficulty_are_those_of_the_fsrs_package(history: list[tuple[int, Rating]]) -> None:
    oracle = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    theirs = fsrs.Card(card_id=1)
    ours = Memory()
    scheduler = Scheduler()
    day = 0
    for gap, rating in history:
        day += gap
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        theirs, _log = oracle.review_card(theirs, fsrs.Rating(int(rating)), moment)
        ours = replace(scheduler.answer("card", ours, rating, at(day)).memory, phase=Phase.REVIEW)
        assert ours.stability == pytest.approx(min(theirs.stability, STABILITY_MAX), rel=1e-3)
        assert ours.difficulty == pytest.approx(theirs.difficulty, rel=1e-3)
        shown = oracle.get_card_retrievability(theirs, moment + timedelta(days=30))
        assert scheduler.retrievability(ours, DAY + day + 30) == pytest.approx(shown, rel=1e-3)
        if theirs.stability > STABILITY_MAX:
            break


@given(st.integers(1, 36_500), st.integers(0, 10_000))
def test_after_as_many_days_as_its_stability_a_card_is_known_with_90_percent(stability: int, day: int) -> None:
    memory = Memory(Phase.REVIEW, stability=float(stability), difficulty=5.0, last_day=day)
    assert Scheduler().retrievability(memory, day + stability) == pytest.approx(0.9)


@given(st.floats(0.1, 3650), st.integers(0, 3650))
def test_a_memory_only_fades(stability: float, elapsed: int) -> None:
    memory = Memory(Phase.REVIEW, stability=stability, difficulty=5.0, last_day=DAY)
    scheduler = Scheduler()
    now, later = (scheduler.retrievability(memory, DAY + days) for days in (elapsed, elapsed + 1))
    assert 0 < later < now <= 1
    assert scheduler.retrievability(memory, DAY - 5) == 1


def test_a_card_that_was_never_seen_is_not_known() -> None:
    assert Scheduler().retrievability(Memory(), DAY) == 0


@given(REVIEWED, RATINGS)
@example(Memory(Phase.REVIEW, stability=STABILITY_MAX, difficulty=1.0, last_day=DAY - 20_000), Rating.EASY)
@example(Memory(Phase.REVIEW, stability=STABILITY_MIN, difficulty=10.0, last_day=DAY), Rating.AGAIN)
def test_stability_and_difficulty_stay_in_their_ranges(memory: Memory, rating: Rating) -> None:
    after = Scheduler().answer("card", memory, rating, NOON).memory
    assert after.stability is not None
    assert after.difficulty is not None
    assert STABILITY_MIN <= after.stability <= STABILITY_MAX
    assert 1 <= after.difficulty <= 10


def test_a_lower_desired_retention_waits_longer() -> None:
    memory = Memory(Phase.REVIEW, stability=100.0, difficulty=5.0, last_day=DAY - 100)
    relaxed, strict = (Scheduler(wanted).answer("card", memory, Rating.GOOD, NOON) for wanted in (0.8, 0.95))
    assert relaxed.interval_days > 2 * strict.interval_days


# --- learning steps -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "step", "rating", "next_phase", "next_step", "minutes"),
    [
        # Steps 1m 10m. Hard on the first step is the mean of both: 330 s in Anki's own table (rslib, steps.rs).
        (Phase.NEW, 0, Rating.AGAIN, Phase.LEARNING, 0, 1),
        (Phase.NEW, 0, Rating.HARD, Phase.LEARNING, 0, 5.5),
        (Phase.NEW, 0, Rating.GOOD, Phase.LEARNING, 1, 10),
        (Phase.LEARNING, 0, Rating.AGAIN, Phase.LEARNING, 0, 1),
        (Phase.LEARNING, 0, Rating.HARD, Phase.LEARNING, 0, 5.5),
        (Phase.LEARNING, 0, Rating.GOOD, Phase.LEARNING, 1, 10),
        (Phase.LEARNING, 1, Rating.AGAIN, Phase.LEARNING, 0, 1),
        (Phase.LEARNING, 1, Rating.HARD, Phase.LEARNING, 1, 10),
        # One relearning step of 10m. Hard is half again as long.
        (Phase.REVIEW, 0, Rating.AGAIN, Phase.RELEARNING, 0, 10),
        (Phase.RELEARNING, 0, Rating.AGAIN, Phase.RELEARNING, 0, 10),
        (Phase.RELEARNING, 0, Rating.HARD, Phase.RELEARNING, 0, 15),
    ],
)
def test_steps_inside_the_day_are_ankis(
    phase: Phase, step: int, rating: Rating, next_phase: Phase, next_step: int, minutes: float
) -> None:
    known = {} if phase is Phase.NEW else {"stability": 3.0, "difficulty": 5.0, "last_day": DAY}
    after = Scheduler().answer("card", Memory(phase, step=step, **known), rating, NOON)
    assert (after.memory.phase, after.memory.step) == (next_phase, next_step)
    assert after.delay_minutes == minutes
    assert after.interval_days == 0
    assert after.memory.due_at == NOON.millis + minutes * 60_000
    assert after.memory.due_day == DAY


@pytest.mark.parametrize(
    ("phase", "step", "rating"),
    [
        (Phase.NEW, 0, Rating.EASY),
        (Phase.LEARNING, 0, Rating.EASY),
        (Phase.LEARNING, 1, Rating.GOOD),
        (Phase.LEARNING, 1, Rating.EASY),
        (Phase.RELEARNING, 0, Rating.GOOD),
        (Phase.RELEARNING, 0, Rating.EASY),
    ],
)
def test_the_last_step_and_easy_lead_to_a_date(phase: Phase, step: int, rating: Rating) -> None:
    known = {} if phase is Phase.NEW else {"stability": 3.0, "difficulty": 5.0, "last_day": DAY}
    after = Scheduler().answer("card", Memory(phase, step=step, due_at=1, **known), rating, NOON)
    assert after.memory.phase is Phase.REVIEW
    assert after.delay_minutes is None
    assert after.interval_days >= 1
    assert after.memory.due_day == DAY + after.interval_days
    assert after.memory.due_at is None


@pytest.mark.parametrize("phase", [Phase.LEARNING, Phase.RELEARNING])
def test_easy_waits_longer_than_the_good_that_ends_the_steps(phase: Phase) -> None:
    memory = Memory(phase, step=1, stability=3.0, difficulty=5.0, last_day=DAY, reps=2)
    for key in "abcdefghij":
        shown = Scheduler().preview(key, memory, NOON)
        assert shown[Rating.GOOD].interval_days < shown[Rating.EASY].interval_days
    forgotten = replace(memory, stability=0.01, difficulty=9.0)
    shown = Scheduler().preview("card", forgotten, NOON)
    assert (shown[Rating.GOOD].interval_days, shown[Rating.EASY].interval_days) == (1, 2)


@pytest.mark.parametrize(
    ("memory", "rating", "label"),
    [
        (Memory(), Rating.AGAIN, "1m"),
        (Memory(), Rating.HARD, "6m"),
        (Memory(), Rating.GOOD, "10m"),
        (Memory(Phase.RELEARNING, stability=3.0, difficulty=5.0, last_day=DAY), Rating.HARD, "15m"),
        (Memory(Phase.REVIEW, stability=0.01, difficulty=9.0, last_day=DAY), Rating.HARD, "1d"),
    ],
)
def test_rating_buttons_show_what_they_lead_to(memory: Memory, rating: Rating, label: str) -> None:
    assert Scheduler().preview("card", memory, NOON)[rating].label == label


@pytest.mark.parametrize(
    ("interval", "label"), [(29, "29d"), (30, "1.0mo"), (91, "3.0mo"), (364, "12.0mo"), (365, "1.0y"), (913, "2.5y")]
)
def test_long_intervals_are_shown_in_months_and_years(interval: int, label: str) -> None:
    assert Scheduled(Memory(), interval, None).label == label


# --- intervals and fuzz ---------------------------------------------------------------------------------------------


@given(REVIEWED, st.text(max_size=8), st.sampled_from([1, 2, 30, 36_500]))
@example(Memory(Phase.REVIEW, stability=0.01, difficulty=9.0, last_day=DAY), "short", 36_500)
@example(Memory(Phase.REVIEW, stability=2.0, difficulty=9.9, last_day=DAY - 1), "close", 36_500)
def test_in_review_hard_waits_no_longer_than_good_and_good_no_longer_than_easy(
    memory: Memory, key: str, maximum: int
) -> None:
    shown = Scheduler(maximum_interval=maximum).preview(key, memory, NOON)
    hard, good, easy = (shown[rating].interval_days for rating in (Rating.HARD, Rating.GOOD, Rating.EASY))
    assert 1 <= hard <= good <= easy <= maximum
    assert hard < good < easy or easy == maximum


@given(REVIEWED, st.text(max_size=8), RATINGS)
def test_asking_twice_gives_the_same_answer(memory: Memory, key: str, rating: Rating) -> None:
    first, second = (Scheduler().answer(key, memory, rating, NOON) for _ in range(2))
    assert first == second
    assert first == Scheduler().preview(key, memory, NOON)[rating]


@given(st.floats(0, 40_000), st.text(max_size=12), st.integers(0, 500), st.integers(1, 36_500))
def test_fuzz_stays_inside_its_bounds(interval: float, key: str, reps: int, maximum: int) -> None:
    low, high = fuzz_bounds(interval, maximum)
    assert low <= high
    drawn = fuzzed(interval, draw_of(key, reps), 1, maximum)
    assert drawn == fuzzed(interval, draw_of(key, reps), 1, maximum)
    assert 1 <= drawn <= maximum
    assert min(low, maximum) <= drawn <= max(1, high)


@pytest.mark.parametrize(
    ("interval", "bounds"),
    [
        (1.0, (1, 1)),
        (2.4, (2, 2)),
        (2.5, (2, 4)),
        (5.0, (4, 6)),
        (7.0, (5, 9)),
        (20.0, (17, 23)),
        (100.0, (93, 107)),
    ],
)
def test_the_width_of_the_fuzz_follows_ankis_ranges(interval: float, bounds: tuple[int, int]) -> None:
    assert fuzz_bounds(interval, 36_500) == bounds


def test_fuzz_uses_its_whole_range_over_many_cards() -> None:
    low, high = fuzz_bounds(20.0, 36_500)
    assert {fuzzed(20.0, draw_of(f"card-{n}", 3), 1, 36_500) for n in range(500)} == set(range(low, high + 1))
    assert len({fuzzed(100.0, draw_of("card", reps), 1, 36_500) for reps in range(50)}) > 5


# --- leeches --------------------------------------------------------------------------------------------------------


def test_a_card_becomes_a_leech_at_eight_lapses_and_again_every_four() -> None:
    put_aside = []
    for lapses in range(25):
        memory = Memory(Phase.REVIEW, stability=5.0, difficulty=9.0, last_day=DAY - 5, lapses=lapses)
        after = Scheduler().answer("card", memory, Rating.AGAIN, NOON).memory
        assert after.lapses == lapses + 1
        assert after.leech is after.suspended
        if after.suspended:
            put_aside.append(after.lapses)
    assert put_aside == [8, 12, 16, 20, 24]


def test_only_again_in_review_counts_as_a_lapse() -> None:
    review = Memory(Phase.REVIEW, stability=5.0, difficulty=9.0, last_day=DAY - 5, lapses=7)
    for rating in (Rating.HARD, Rating.GOOD, Rating.EASY):
        assert Scheduler().answer("card", review, rating, NOON).memory.lapses == 7
    for phase in (Phase.LEARNING, Phase.RELEARNING):
        after = Scheduler().answer("card", replace(review, phase=phase), Rating.AGAIN, NOON).memory
        assert (after.lapses, after.leech) == (7, False)


def test_a_leech_that_was_taken_back_stays_tagged_without_being_put_aside() -> None:
    memory = Memory(Phase.REVIEW, stability=5.0, difficulty=9.0, last_day=DAY - 5, lapses=8, leech=True)
    after = Scheduler().answer("card", memory, Rating.AGAIN, NOON).memory
    assert (after.lapses, after.leech, after.suspended) == (9, True, False)
