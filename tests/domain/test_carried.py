"""Memory and log survive the way into a file's terms and back; two logs are merged without counting twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.card_lines import act_line, former_days
from studyctl.domain.cards import CardAct, Memory, Phase, Rating, ReviewEntry
from studyctl.domain.carried_log import carried, complete, lines_of, since_reset
from studyctl.domain.carried_memory import memory_of, state_of
from studyctl.domain.clock import to_millis
from studyctl.domain.collection import Collection, LoggedReview, ReviewType
from studyctl.domain.forgetting import Forgetting
from studyctl.domain.merging import Progress, merge, unknown
from studyctl.domain.replay import replayed
from studyctl.domain.scheduling import Moment, Scheduler
from studyctl.domain.study_days import StudyDays, days_of
from tests.helpers import BERLIN

DAYS = StudyDays(BERLIN, 4)
START = datetime(2026, 3, 27, 9, tzinfo=BERLIN)  # two nights before the clocks change
STEP = st.tuples(
    st.sampled_from([*Rating, CardAct.SUSPEND, CardAct.RESUME, CardAct.MOVE, CardAct.FORGET]),
    st.integers(1, 40 * 24 * 60),  # minutes until then
)


def history(steps: list[tuple[Rating | CardAct, int]]) -> tuple[Memory, list[ReviewEntry]]:
    """What a card's memory and log become by these acts."""
    scheduler, memory, millis, log = Scheduler(), Memory(), to_millis(START), []
    for act, minutes in steps:
        millis += minutes * 60_000 + 123
        moment = DAYS.moment(millis)
        if isinstance(act, Rating):
            scheduled = scheduler.answer("card", memory, act, moment)
            entry = act_line(CardAct.ANSWER, "card", memory, moment)
            entry = replace(
                entry,
                rating=act,
                stability=scheduled.memory.stability,
                difficulty=scheduled.memory.difficulty,
                interval_days=scheduled.interval_days,
                duration_ms=minutes,
            )
        elif act is CardAct.MOVE and memory.phase is not Phase.REVIEW:
            continue
        else:
            entry = replace(act_line(act, "card", memory, moment), interval_days=minutes % 7)
        log.append(entry)
        memory = replayed(memory, entry)
    return memory, log


@given(steps=st.lists(STEP, max_size=12))
def test_memory_comes_back_from_its_state(steps: list[tuple[Rating | CardAct, int]]) -> None:
    memory, log = history(steps)
    last = max((entry.at for entry in log if entry.rating), default=None)
    state = state_of(memory, last, DAYS, 0.9, 0.15)
    assert memory_of(state, DAYS, Moment(0, 1)) == memory
    assert state.interval == former_days(memory)
    if memory.phase is not Phase.NEW:
        assert state.last_ms == last


@given(steps=st.lists(STEP, max_size=12))
def test_answers_come_back_from_the_log_as_they_were(steps: list[tuple[Rating | CardAct, int]]) -> None:
    _, log = history(steps)
    answers = [entry for entry in log if entry.rating]
    there = carried(log)
    back = [line for line in lines_of("card", there, DAYS, Forgetting()) if line.rating]
    assert back == answers
    untold = [replace(review, stability=None, difficulty=None) for review in there]
    computed = [line for line in lines_of("card", untold, DAYS, Forgetting()) if line.rating]
    for line, wanted in zip(computed, answers, strict=True):
        assert (line.stability, line.difficulty) == pytest.approx((wanted.stability, wanted.difficulty))
    assert len(since_reset(there)) == sum(1 for entry in log[_last_reset(log) :] if entry.rating)


def _last_reset(log: list[ReviewEntry]) -> int:
    return max((n for n, entry in enumerate(log) if entry.act is CardAct.FORGET), default=0)


@given(steps=st.lists(STEP, max_size=12), kept=st.sets(st.integers(0, 11)), shift=st.integers(0, 999))
def test_what_is_known_is_not_fresh_and_what_is_not_is(
    steps: list[tuple[Rating | CardAct, int]], kept: set[int], shift: int
) -> None:
    whole = carried(history(steps)[1])
    part = [review for n, review in enumerate(whole) if n in kept]
    moved = [replace(review, at=review.at + shift) for review in whole]
    assert unknown(part, whole) == ([], len(part) < len(whole))
    assert unknown(moved, whole) == ([], False)
    assert unknown(whole, part) == ([review for n, review in enumerate(whole) if n not in kept], False)


def answered(day: int, rating: Rating = Rating.GOOD) -> tuple[Memory, LoggedReview]:
    """A memory after one answer, and that answer."""
    at = DAYS.middle(day)
    review = LoggedReview("card", at, rating, after=5, type=ReviewType.LEARN)
    return Memory(Phase.REVIEW, 5.0, 5.0, due_day=day + 5, last_day=day, reps=1), review


def test_merging_takes_the_later_answer_and_both_logs() -> None:
    early, first = answered(740_000)
    late, second = answered(740_009)
    nothing = Progress(Memory())
    assert merge(nothing, nothing) is None
    assert merge(Progress(early, (first,)), nothing) is None
    taken = merge(nothing, Progress(early, (first,)))
    assert taken is not None
    assert (taken.memory, taken.fresh, taken.theirs, taken.diverged) == (early, (first,), True, False)
    newer = merge(Progress(early, (first,)), Progress(late, (first, second)))
    assert newer is not None
    assert (newer.memory, newer.fresh, newer.theirs, newer.diverged) == (late, (second,), True, False)
    assert merge(Progress(late, (first, second)), Progress(early, (first,))) is None
    older = merge(Progress(late, (second,)), Progress(early, (first,)))
    assert older is not None
    assert (older.memory, older.fresh, older.theirs, older.diverged) == (late, (first,), False, True)


def test_without_a_log_the_later_day_counts() -> None:
    early, first = answered(740_000)
    late, _ = answered(740_001)
    assert merge(Progress(early, (first,)), Progress(early)) is None
    assert merge(Progress(late), Progress(early)) is None
    newer = merge(Progress(early, (first,)), Progress(late))
    assert newer is not None
    assert (newer.memory, newer.fresh) == (late, ())
    suspended = merge(Progress(Memory()), Progress(Memory(suspended=True)))
    assert suspended is not None
    assert merge(Progress(Memory(suspended=True)), Progress(Memory())) is None


def test_many_cards_made_new_at_once_are_moved_apart_by_anki_and_known_again() -> None:
    _, first = answered(740_000)
    reset = LoggedReview("card", first.at + 1000, None, type=ReviewType.MANUAL)
    assert unknown([first, replace(reset, at=reset.at + 30_000)], [first, reset]) == ([], False)
    late = replace(first, at=first.at + 1000)
    assert unknown([first, late], [first]) == ([late], False)


def test_a_log_is_complete_from_the_first_sight_on() -> None:
    _, first = answered(740_000)
    assert complete([first])
    assert not complete([replace(first, type=ReviewType.REVIEW)])
    assert not complete([])


def test_days_are_those_of_the_file_s_zone() -> None:
    summer = to_millis(datetime(2026, 7, 1, 12, tzinfo=BERLIN))
    there = Collection(cards=(), created_at=summer, zone_offset=120, rollover_hour=2)
    assert days_of(there, DAYS) == StudyDays(BERLIN, 2)
    elsewhere = days_of(replace(there, zone_offset=60), DAYS)
    assert elsewhere.offset(summer) == 60
    assert days_of(replace(there, created_at=None), DAYS) == DAYS


@pytest.mark.parametrize("rollover", [0, 2, 4, 23])
def test_a_day_begins_and_has_a_middle_also_when_the_clocks_change(rollover: int) -> None:
    days = StudyDays(BERLIN, rollover)
    for date in (datetime(2026, 3, 28), datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2026, 12, 31)):
        day = date.toordinal()
        assert days.moment(days.begin(day)).day == day
        assert days.moment(days.middle(day)).day == day
        assert days.moment(days.begin(day) - 1).day == day - 1
