"""Deadline mode: gain at the date, allowances, and simulated learners who forget less for the same minutes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.cards import Rating
from studyctl.domain.deadline import Choice, Learnt, choice, chosen, ranking
from studyctl.domain.deadline_days import LOAD_RATIO, TAIL_DAYS, Deadline, plan
from studyctl.domain.forgetting import PASS_SHARES, Forgetting, Trace, answer_seconds, pass_seconds
from studyctl.domain.learners import Learner, Task, deadline_mode, drawn_weights, fixed_retention
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.errors import UsageError
from studyctl.services.simulate import BUILD_STEPS, CURVE, Experiment, build_retention, compare, estimate

MODEL = Forgetting()
SMALL = Experiment(120, 60, 10.0, 1, 20, 0.9, DEFAULT_WEIGHTS)


def test_recall_is_nine_tenths_at_the_stability_and_the_interval_inverts_it() -> None:
    assert MODEL.recall(12.5, 12.5) == pytest.approx(0.9)
    assert MODEL.recall(12.5, MODEL.interval(12.5, 0.8)) == pytest.approx(0.8)


def test_the_gain_is_the_expected_recall_at_the_date_less_what_is_left_without_a_review() -> None:
    card = Learnt("a", Trace(20.0, 5.0), last_day=10)
    found = choice(MODEL, card, day=30, date=35)
    again, *passed = MODEL.branches(card.trace, 20)
    recalled = sum(share * MODEL.recall(each.stability, 5) for share, each in zip(PASS_SHARES, passed, strict=True))
    assert found.gain == pytest.approx(0.9 * recalled + 0.1 * MODEL.recall(again.stability, 5) - MODEL.recall(20, 25))
    assert found.seconds == pytest.approx(0.9 * pass_seconds() + 0.1 * answer_seconds(Rating.AGAIN, first=False))


def test_the_ranking_puts_the_most_recall_for_a_second_first_and_leaves_out_what_was_seen_today() -> None:
    cards = [Learnt("firm", Trace(400.0, 3.0), 0), Learnt("weak", Trace(5.0, 3.0), 0), Learnt("today", Trace(1, 5), 20)]
    ranked = ranking(MODEL, cards, day=20, date=22)
    assert [each.key for each in ranked] == ["weak", "firm"]
    assert ranked[0].rate > ranked[1].rate > 0


def test_what_is_chosen_fits_in_the_time() -> None:
    choices = [Choice(str(n), 0.1, 10.0) for n in range(5)]
    assert [each.key for each in chosen(choices, 29.9)] == ["0", "1"]
    assert chosen(choices, 0.0) == []


@given(
    days=st.integers(8, 200),
    build=st.lists(st.floats(0, 1), min_size=200, max_size=200),
    day_seconds=st.floats(60, 7200),
    share=st.floats(0.2, 1.0),
)
def test_allowances_never_load_the_last_week_beyond_the_ratio(
    days: int, build: list[float], day_seconds: float, share: float
) -> None:
    deadline = Deadline(0, days, days * day_seconds * share, day_seconds)
    spent: list[float] = []
    for day in range(days):
        allowed = deadline.allowance(day, spent)
        assert 0 <= allowed <= day_seconds
        spent.append(allowed if day >= deadline.pass_start else allowed * build[day])
    assert sum(spent) <= deadline.total_seconds * (1 + 1e-9)
    if days * 1.0 > TAIL_DAYS * LOAD_RATIO and sum(spent):
        assert sum(spent[-TAIL_DAYS:]) / TAIL_DAYS <= LOAD_RATIO * sum(spent) / days + 1e-6


@pytest.mark.parametrize(
    ("date", "minutes", "cards", "message"),
    [(10, 20, 5, "not in the future"), (9, 20, 5, "not in the future"), (20, 0, 5, "no time"), (20, 20, 0, "no cards")],
)
def test_a_plan_without_days_minutes_or_cards_is_refused(date: int, minutes: int, cards: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        plan(10, date, minutes, cards)


def test_a_plan_of_one_day_is_all_last_pass() -> None:
    tomorrow = plan(10, 11, 20, 5)
    assert tomorrow.pass_start == tomorrow.tail_start == 10
    assert tomorrow.allowance(10, []) == 20 * 60


def test_deadline_mode_forgets_a_quarter_less_in_no_more_minutes_with_an_even_last_week() -> None:
    belief = Forgetting()
    task = Task(300, 90, 20 * 60)
    fewer = []
    for n in range(20):
        truth = Forgetting(drawn_weights(f"test {n}"))
        fixed = fixed_retention(Learner(task, f"test {n}", truth, belief), 0.9)
        rules = Deadline(0, 90, fixed.total_seconds, 20 * 60)
        ready = deadline_mode(Learner(task, f"test {n}", truth, belief), rules)
        assert ready.total_seconds <= fixed.total_seconds
        assert ready.tail_load <= LOAD_RATIO
        fewer.append(1 - ready.forgotten / fixed.forgotten)
    assert estimate(fewer).low >= 0.25


def test_a_comparison_repeats_itself_and_another_seed_has_other_learners() -> None:
    few = replace(SMALL, cards=30, days=30, learners=2)
    seen: list[tuple[int, int]] = []
    first = compare(few, lambda done, of: seen.append((done, of)))
    assert compare(few) == first
    assert compare(replace(few, seed=2)).fixed != first.fixed
    assert [done for done, _ in seen] == list(range(1, seen[0][1] + 1))
    assert [point.retention for point in first.curve] == list(CURVE)
    assert first.curve[0].minutes < first.curve[-1].minutes
    assert first.curve[0].remembered < first.curve[-1].remembered


def test_the_build_retention_is_below_the_fixed_one() -> None:
    found = build_retention(replace(SMALL, cards=60), MODEL)
    assert found in {round(0.9 - step, 3) for step in BUILD_STEPS}


def test_learners_are_drawn_around_the_defaults() -> None:
    assert drawn_weights("a", spread=0) == pytest.approx(DEFAULT_WEIGHTS)
    assert drawn_weights("a") == drawn_weights("a") != drawn_weights("b")


def test_the_interval_of_twenty_values_is_students() -> None:
    found = estimate([float(n) for n in range(20)])
    assert found.mean == 9.5
    assert found.high - found.mean == pytest.approx(2.093 * 5.916 / 20**0.5, rel=1e-3)
