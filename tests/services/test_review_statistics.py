"""Statistics are sums over the log: whatever they say, a look at every line says as well."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from studyctl.container import Container
from studyctl.domain.cards import CardAct, Memory, Phase, Rating, ReviewEntry
from studyctl.domain.forgetting import Forgetting
from studyctl.domain.intervals import share
from studyctl.domain.settings import Settings
from studyctl.errors import ConflictError
from studyctl.services.review_statistics import CURVE, SPANS, ReviewStatistics
from studyctl.storage.aggregates import AGES
from studyctl.storage.rebuild import compare
from studyctl.storage.repositories.card_sums import DIFFICULTIES, RECALLS, STABILITIES
from studyctl.storage.repositories.memory import Subject, all_memory
from studyctl.storage.repositories.review_log import reviews
from studyctl.storage.repositories.settings import save_settings
from tests.helpers import FakeClock, House, write
from tests.seeded_reviews import seed_reviews

CARDS = [f"one-{n:02}" for n in range(1, 16)] + ["two-01", "two-02", "two-03"]


def log_of(container: Container) -> tuple[list[ReviewEntry], int]:
    """All answers that stand, and the present day."""
    with container.context.database.read() as connection:
        assert all(not each.differ for each in compare(connection))
        return reviews(connection), container.context.moment(container.context.settings()).day


def check_against_the_log(container: Container, view: ReviewStatistics) -> None:
    """Every sum of a view, counted again."""
    log, today = log_of(container)
    span = [entry for entry in log if entry.day > today - view.graphs.span]
    in_review = [entry for entry in span if entry.phase is Phase.REVIEW]
    assert {day.day: day.answers for day in view.graphs.days} == Counter(entry.day for entry in span)
    assert {day.day: day.answers for day in view.year} == Counter(e.day for e in log if e.day > today - 365)
    assert sum(day.ms for day in view.graphs.days) == sum(entry.duration_ms for entry in span)
    for phase in view.phases:
        of_phase = [entry for entry in span if entry.phase is phase.phase]
        assert phase.counts == tuple(sum(entry.rating is rating for entry in of_phase) for rating in Rating)
        assert phase.ms == sum(entry.duration_ms for entry in of_phase)
    assert sum(sum(phase.counts) for phase in view.phases) == len(span)
    hours = {hour: sum(counts) for hour, counts in view.graphs.review_hours.items() if sum(counts)}
    assert hours == Counter(entry.hour for entry in in_review)
    ages = {age: sum(counts) for age, counts in view.graphs.ages.items() if sum(counts)}
    assert ages == Counter(sum(entry.former_days >= bound for bound in AGES) for entry in in_review)
    for each in view.retention:
        recent = [e for e in log if e.day > today - each.days and e.phase is Phase.REVIEW]
        old = [e for e in recent if e.former_days >= 21]
        young = [e for e in recent if e.former_days < 21]
        for found, wanted in ((each.all, recent), (each.mature, old), (each.young, young)):
            assert found == share(sum(e.rating is not Rating.AGAIN for e in wanted), len(wanted))


def check_against_memory(container: Container, view: ReviewStatistics) -> None:
    """Every count of cards, counted again."""
    with container.context.database.read() as connection:
        memory = all_memory(connection, Subject.CARD)
    _, today = log_of(container)
    sums, model = view.cards, Forgetting()
    seen = [each for each in memory.values() if each.phase is not Phase.NEW]
    assert sums.total == sums.new + sums.learning + sums.young + sums.mature
    assert sums.total - sums.new == len(seen)
    assert sums.mature == sum(each.phase is Phase.REVIEW and (each.stability or 0) >= 21 for each in seen)
    assert sums.learning == sum(each.phase in (Phase.LEARNING, Phase.RELEARNING) for each in seen)
    assert sums.suspended == sum(each.suspended for each in memory.values())
    assert sums.leech == sum(each.leech for each in memory.values())

    def recall(each: Memory) -> float:
        return model.recall(each.stability or 0.0, today - (each.last_day or 0))

    for found, bounds, value in (
        (sums.stability, STABILITIES, lambda each: each.stability),
        (sums.difficulty, DIFFICULTIES, lambda each: each.difficulty),
        (sums.recall, RECALLS, recall),
    ):
        counts = Counter(sum(value(each) >= bound - 1e-9 for bound in bounds) for each in seen)
        assert found == tuple(counts[place] for place in range(len(bounds) + 1))
    waiting = [each for each in memory.values() if each.phase is Phase.REVIEW and not each.suspended]
    due = Counter(max(0, (each.due_day or 0) - today) for each in waiting)
    assert view.graphs.coming == {day: count for day, count in due.items() if day <= view.graphs.span}
    assert view.graphs.overdue == sum((each.due_day or 0) < today for each in waiting)


@pytest.mark.parametrize("span", [1, 30, 90, 365])
def test_all_sums_are_those_of_the_log_and_of_the_memory(container: Container, span: int) -> None:
    seed_reviews(container, CARDS, 300)
    view = container.statistics.view(span)
    check_against_the_log(container, view)
    check_against_memory(container, view)


@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["answer", "answer", "answer", "undo", "suspend", "resume", "forget", "move", "night"]),
            st.integers(0, len(CARDS) - 1),
            st.sampled_from(list(Rating)),
        ),
        min_size=5,
        max_size=40,
    )
)
@hypothesis_settings(max_examples=15)
def test_sums_hold_after_any_acts(tmp_path_factory: pytest.TempPathFactory, bundle: object, acts: list[object]) -> None:
    clock = FakeClock()
    house = House(tmp_path_factory.mktemp("learner"), bundle, clock)  # type: ignore[arg-type]
    container = house.open()
    try:
        for act, place, rating in acts:  # type: ignore[misc]
            do(container, clock, act, CARDS[place], rating)
        for span in (7, 365):
            view = container.statistics.view(span)
            check_against_the_log(container, view)
            check_against_memory(container, view)
    finally:
        house.close()


def do(container: Container, clock: FakeClock, act: str, card: str, rating: Rating) -> None:
    """One act; what does not fit the state is left out."""
    try:
        if act == "night":
            clock.next_day(3)
        elif act == "undo":
            container.undo.undo("review")
        elif act == "answer":
            container.review.answer(card, rating, 4_000)
            clock.advance(minutes=1)
        elif act == "move":
            container.cards.move([card], 2)
        else:
            getattr(container.cards, act)([card])
    except ConflictError:
        return


def test_topics_count_the_answers_to_their_cards_and_the_one_with_most_comes_first(house: House) -> None:
    topics = {"own-1": ("decode",), "own-2": ("decode", "kv-cache"), "own-3": ("decode",), "own-4": ()}
    lines = ["schema = 1", 'deck = "own"', 'title = "Own"']
    for card, names in topics.items():
        lines += ["", "[[card]]", f'id = "{card}"', 'front = "Why?"', 'back = "So."', 'source = "a book"']
        lines += [f"topics = {list(names)}"]
    write(house.paths.cards / "own.toml", "\n".join(lines))
    container = house.open()
    log = seed_reviews(container, list(topics), 60)
    found = container.statistics.view(90).topics
    assert [each.topic for each in found] == ["decode", "kv-cache"]
    for each in found:
        answers = [entry for entry in log if each.topic in topics[entry.card_id]]
        assert each.answers == share(sum(e.rating is not Rating.AGAIN for e in answers), len(answers))


def test_learning_steps_are_told_apart_from_reviews(container: Container, clock: FakeClock) -> None:
    container.review.answer("one-01", Rating.GOOD, 1_000)
    steps = container.statistics.view().steps
    assert (steps.now, steps.later) == (0, 1)
    clock.advance(minutes=11)
    steps = container.statistics.view().steps
    assert (steps.now, steps.later) == (1, 0)
    assert container.statistics.view().graphs.coming == {}


def test_an_empty_log_has_nothing_to_tell(container: Container) -> None:
    view = container.statistics.view()
    assert view.empty
    assert [each.days for each in view.retention] == list(SPANS)
    assert all(each.all.share is None for each in view.retention)
    workload = container.statistics.workload()
    assert (workload.cards, workload.points, workload.cheapest) == (0, (), None)


def test_more_retention_costs_more_time_and_keeps_more(container: Container) -> None:
    seed_reviews(container, CARDS, 200)
    told: list[tuple[int, int]] = []
    found = container.statistics.workload(lambda done, of: told.append((done, of)))
    assert [point.retention for point in found.points] == sorted({*CURVE, 0.9})
    assert found.points[-1].minutes > 2 * found.points[0].minutes
    assert all(after.remembered > before.remembered * 0.98 for before, after in pairwise(found.points))
    assert found.points[-1].remembered > found.points[0].remembered
    assert all(0 < point.remembered <= found.cards for point in found.points)
    assert found.cheapest == min(found.points, key=lambda point: point.minutes / point.remembered).retention
    assert told == [(n, len(found.points)) for n in range(len(found.points))]


def test_a_workload_is_kept_until_an_answer_or_a_choice_changes_it(container: Container, clock: FakeClock) -> None:
    seed_reviews(container, CARDS, 200)
    first = container.statistics.workload()
    assert container.statistics.workload() is first
    with container.context.database.write("settings", "arrange") as transaction:
        save_settings(transaction, Settings(desired_retention=0.8))
    second = container.statistics.workload()
    assert (first.current, second.current) == (0.9, 0.8)
    container.undo.undo("settings")
    assert container.statistics.workload() == first, "the same cards meet the same luck"
    clock.next_day()
    assert container.statistics.workload() != first


def test_suspended_cards_cost_nothing(container: Container) -> None:
    seed_reviews(container, CARDS, 200)
    before = container.statistics.workload().cards
    with container.context.database.read() as connection:
        memory = all_memory(connection, Subject.CARD)
    card = next(key for key, each in memory.items() if each.phase is Phase.REVIEW and not each.suspended)
    container.cards.suspend([card])
    assert container.statistics.workload().cards == before - 1


def test_the_pace_is_the_users_from_enough_answers_on(container: Container) -> None:
    assert not container.statistics.view().own_pace
    lines = seed_reviews(container, CARDS, 300)
    assert len(lines) > 100
    assert all(entry.act is CardAct.ANSWER for entry in lines)
    view = container.statistics.view()
    assert view.own_pace
    assert 5 < view.review_seconds < 16, "answers took 3 to 15 s"
