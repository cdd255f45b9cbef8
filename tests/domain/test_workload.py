"""The workload of a card follows the curve, and a set of cards is the sum of its cards."""

from __future__ import annotations

import pytest

from studyctl.domain.answer_pace import Timed, pace
from studyctl.domain.cards import Phase, Rating
from studyctl.domain.forgetting import Forgetting, Trace, pass_seconds
from studyctl.domain.workload import AnswerHabits, Held, workload

MODEL = Forgetting()
CARDS = [Held(f"card-{n}", Trace(1.0 + 5 * n, 1 + n % 9), n % 7) for n in range(120)]


def test_a_card_that_stays_known_costs_nothing_and_is_forgotten_along_the_curve() -> None:
    found = workload([Held("card", Trace(10_000.0, 5.0), 3)], MODEL, AnswerHabits(), 0.9, 36_500, days=365)
    assert found.minutes == 0
    assert found.remembered == pytest.approx(MODEL.recall(10_000.0, 368))


def test_a_set_of_cards_is_the_sum_of_its_cards() -> None:
    whole = workload(CARDS, MODEL, AnswerHabits(), 0.85, 36_500)
    parts = [workload([card], MODEL, AnswerHabits(), 0.85, 36_500) for card in CARDS]
    assert whole.minutes == pytest.approx(sum(part.minutes for part in parts))
    assert whole.remembered == pytest.approx(sum(part.remembered for part in parts))


def test_what_was_recalled_on_average_is_what_was_desired() -> None:
    """With a second for each lapse and none for the rest the minutes count lapses, and the other way round passes."""

    class Lapses(AnswerHabits):
        def passed_seconds(self, ease: int) -> float:
            return 0.0

        lapsed_seconds = 1.0  # type: ignore[assignment]

    class Passes(AnswerHabits):
        def passed_seconds(self, ease: int) -> float:
            return 1.0

        lapsed_seconds = 0.0  # type: ignore[assignment]

    cards = [Held(f"card-{n}", Trace(20.0 + n % 30, 5.0), 0) for n in range(600)]
    lapses = workload(cards, MODEL, Lapses(), 0.85, 36_500).minutes
    passes = workload(cards, MODEL, Passes(), 0.85, 36_500).minutes
    assert passes / (passes + lapses) == pytest.approx(0.85, abs=0.02)


def test_twice_as_slow_takes_twice_the_time() -> None:
    usual = workload(CARDS, MODEL, AnswerHabits(), 0.9, 36_500)
    slow = workload(CARDS, MODEL, AnswerHabits(pace=2.0), 0.9, 36_500)
    assert slow.minutes == pytest.approx(2 * usual.minutes)
    assert slow.remembered == usual.remembered


def test_a_maximum_interval_makes_work() -> None:
    free = workload(CARDS, MODEL, AnswerHabits(), 0.8, 36_500)
    bound = workload(CARDS, MODEL, AnswerHabits(), 0.8, 30)
    assert bound.minutes > free.minutes
    assert bound.remembered > free.remembered


def test_seconds_of_a_review_lie_between_pass_and_lapse() -> None:
    habits = AnswerHabits()
    assert habits.expected_seconds(1.0) == pytest.approx(pass_seconds())
    assert habits.expected_seconds(0.0) == habits.lapsed_seconds


def test_the_pace_of_few_answers_is_the_models() -> None:
    assert pace([Timed(Phase.REVIEW, Rating.GOOD, 99, 99 * 24_760)]) == 1.0
    assert pace([Timed(Phase.REVIEW, Rating.GOOD, 100, 100 * 24_760)]) == pytest.approx(2.0)
