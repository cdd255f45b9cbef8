"""A chosen deadline: its stages, its minutes, the retention that counts, and the user's pace."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.answer_pace import FASTEST, SLOWEST, Timed, model_seconds, pace
from studyctl.domain.cards import Phase, Rating
from studyctl.domain.deadline import Learnt, chosen, first_sight, ranking
from studyctl.domain.deadline_choice import LEAST_SHARE, DeadlineChoice, Stage, chosen_deadline, countdown, retention_on
from studyctl.domain.deadline_days import LOAD_RATIO, TAIL_DAYS
from studyctl.domain.forgetting import Forgetting, Trace
from studyctl.errors import UsageError

TODAY = date(2026, 11, 2)
MODEL = Forgetting()
CHOICE = chosen_deadline(TODAY + timedelta(60), 20, TODAY)


@pytest.mark.parametrize(
    ("ahead", "minutes", "message"),
    [(0, 20, "not in the future"), (-3, 20, "not in the future"), (731, 20, "too far")]
    + [(30, minutes, "cannot be planned") for minutes in (0, -1, 961, float("nan"))],
)
def test_a_deadline_that_makes_no_sense_is_refused(ahead: int, minutes: float, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        chosen_deadline(TODAY + timedelta(ahead), minutes, TODAY)
    assert caught.value.hint


def test_the_stages_follow_one_another_and_the_build_retention_counts_while_building() -> None:
    today, last_pass = TODAY.toordinal(), CHOICE.rules().pass_start
    stages = [CHOICE.stage(day) for day in (today, last_pass - 1, last_pass, today + 59, today + 60, today + 90)]
    assert stages == [Stage.BUILD] * 2 + [Stage.LAST_PASS] * 2 + [Stage.OVER] * 2
    assert retention_on(CHOICE, 0.9, last_pass - 1) == CHOICE.build_retention
    assert retention_on(CHOICE, 0.9, last_pass) == retention_on(None, 0.9, today) == 0.9


def test_the_countdown_is_words() -> None:
    assert [countdown(days) for days in (9, 1, 0, -1)] == [
        "deadline in 9 days",
        "deadline tomorrow",
        "deadline today",
        "deadline passed",
    ]


@given(
    days=st.integers(8, 200),
    spent=st.lists(st.floats(0, 1), min_size=200, max_size=200),
    minutes=st.floats(1, 120),
    share=st.floats(0.1, 1.0),
    own=st.floats(FASTEST, SLOWEST),
)
def test_no_day_takes_more_than_its_minutes_and_the_last_week_stays_even(
    days: int, spent: list[float], minutes: float, share: float, own: float
) -> None:
    choice = DeadlineChoice(TODAY + timedelta(days), minutes, TODAY, days * minutes * share)
    rules = choice.rules(own)
    even = rules.total_seconds / days
    done: list[float] = []
    for number in range(days):
        day = rules.start + number
        allowed = rules.allowance(day, done)
        assert choice.rules_from(day, done, own).allowance(0, ()) == pytest.approx(allowed)
        assert allowed <= minutes * 60 * (1 + 1e-9)
        if day >= rules.pass_start:
            assert allowed >= LEAST_SHARE * even * (1 - 1e-9)
        done.append(allowed if day >= rules.pass_start else spent[number] * allowed)
    passing = days - (rules.pass_start - rules.start)
    assert sum(done) <= max(rules.total_seconds, sum(done[:-passing]) + LEAST_SHARE * even * passing) * (1 + 1e-9)
    if days > TAIL_DAYS * LOAD_RATIO:
        assert sum(done[-TAIL_DAYS:]) / TAIL_DAYS <= max(LOAD_RATIO * sum(done) / days, LEAST_SHARE * even) + 1e-6


CARDS = st.lists(st.tuples(st.floats(0.1, 500), st.floats(1, 10), st.integers(0, 20)), min_size=0, max_size=30)


@given(CARDS, st.floats(0, 600))
def test_the_pass_is_the_same_each_time_keeps_its_seconds_and_asks_nothing_of_today(
    cards: list[tuple[float, float, int]], seconds: float
) -> None:
    day, when = 20, 27
    seen = [Learnt(f"{n:02}", Trace(s, d), last) for n, (s, d, last) in enumerate(cards)]
    ranked = ranking(MODEL, seen, day, when)
    assert ranked == ranking(MODEL, reversed(seen), day, when)
    taken = chosen(ranked, seconds)
    assert sum(each.seconds for each in taken) <= seconds
    assert all(each.gain > 0 for each in taken)
    assert not {each.key for each in ranked} & {card.key for card in seen if card.last_day == day}
    left = ranking(MODEL, [card for card in seen if card.key not in {each.key for each in taken[:1]}], day, when)
    assert left == ranked[1:] if taken else left == ranked


def test_a_first_sight_is_worth_more_than_it_was_and_less_the_earlier_it_came() -> None:
    early, late = first_sight(MODEL, 0, 30), first_sight(MODEL, 29, 30)
    assert 0 < early.gain < late.gain < 1
    assert early.seconds == late.seconds > 20


def test_the_pace_is_that_of_the_same_answers_and_one_where_there_are_too_few() -> None:
    seconds = model_seconds(Phase.REVIEW, Rating.GOOD)
    assert pace([Timed(Phase.REVIEW, Rating.GOOD, 99, 99 * 2000 * seconds)]) == 1.0
    assert pace([Timed(Phase.REVIEW, Rating.GOOD, 100, 100 * 2000 * seconds)]) == pytest.approx(2.0)
    assert pace([Timed(Phase.NEW, Rating.AGAIN, 100, 100.0)]) == FASTEST
    assert pace([Timed(Phase.NEW, Rating.AGAIN, 100, 1e9)]) == SLOWEST
