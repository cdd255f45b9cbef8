"""Simulated learners walk to the date on the real services, with a deadline and without, in the same time."""

from __future__ import annotations

import datetime
from pathlib import Path
from statistics import fmean

from studyctl.container import Container
from studyctl.domain.answer_pace import model_seconds
from studyctl.domain.cards import Phase, Rating
from studyctl.domain.clock import study_day
from studyctl.domain.deadline_choice import DeadlineChoice, Stage
from studyctl.domain.deadline_days import LOAD_RATIO, TAIL_DAYS
from studyctl.domain.forgetting import Forgetting
from studyctl.domain.learners import Learner, Task, drawn_weights
from studyctl.services.simulate import estimate
from studyctl.storage.rebuild import compare
from tests.helpers import FakeClock, House
from tests.services.own_deck import write_own_deck

CARDS, DAYS, LEARNERS = 48, 42, 4


class Walker:
    """A learner whose true memory follows weights of their own, at the real queue."""

    def __init__(self, container: Container, clock: FakeClock, name: str) -> None:
        self.container, self.clock = container, clock
        self.start = study_day(clock.now())
        truth = Forgetting(drawn_weights(name))
        self.mind = Learner(Task(CARDS, DAYS, 0.0), name, truth, Forgetting())
        self.seconds = [0.0] * DAYS

    def walk(self) -> None:
        """Work every day's queue until it is empty."""
        for _ in range(DAYS):
            self._work()
            self.clock.next_day()

    def _work(self) -> None:
        morning = self.clock.now()
        while True:
            queue = self.container.review.queue()
            for card in queue.ids:
                self._answer(card)
            if not queue.ids and not queue.counts.later:
                break
            self.clock.advance(minutes=10)
        self.clock.moment = morning

    def _answer(self, card_id: str) -> None:
        memory = self.container.review.prompt(card_id).memory
        card, day = int(card_id.split("-")[1]), study_day(self.clock.now()) - self.start
        rating = Rating.GOOD
        if memory.phase in (Phase.NEW, Phase.REVIEW):
            rating = self.mind.answer(card, day)
        seconds = model_seconds(memory.phase, rating)
        self.seconds[day] += seconds
        self.container.review.answer(card_id, rating, round(seconds * 1000))

    @property
    def tail_load(self) -> float:
        """Load of the last week as a multiple of the mean."""
        return sum(self.seconds[-TAIL_DAYS:]) / TAIL_DAYS / fmean(self.seconds)


def opened(tmp_path: Path, bundle: Path, name: str) -> tuple[House, Container, FakeClock]:
    """A fresh home with a deck of its own and nothing else to learn."""
    clock = FakeClock()
    house = House(tmp_path / name, bundle, clock)
    container = write_own_deck(house, CARDS).open()
    container.settings.change("new_cards_per_day", "3")
    container.settings.use_track("s3")
    return house, container, clock


def test_a_deadline_forgets_fewer_cards_than_fixed_retention_in_the_same_time(tmp_path: Path, bundle: Path) -> None:
    forgotten: list[tuple[float, float]] = []
    for n in range(LEARNERS):
        house, container, clock = opened(tmp_path, bundle, f"fixed-{n}")
        fixed = Walker(container, clock, f"walker {n}")
        fixed.walk()
        house.close()

        house, container, clock = opened(tmp_path, bundle, f"deadline-{n}")
        today = clock.now().date()
        total = sum(fixed.seconds) / 60
        chosen = DeadlineChoice(today + datetime.timedelta(DAYS), max(fixed.seconds) / 60, today, total, 0.85)
        container.deadline.store(chosen)
        ready = Walker(container, clock, f"walker {n}")
        ready.walk()
        assert chosen.stage(study_day(clock.now())) is Stage.OVER
        with container.context.database.read() as connection:
            assert not any(each.differ for each in compare(connection))
        house.close()

        assert sum(ready.seconds) <= 1.01 * sum(fixed.seconds)
        assert ready.tail_load <= LOAD_RATIO
        forgotten.append((fixed.mind.trial().forgotten, ready.mind.trial().forgotten))
    assert estimate([before - after for before, after in forgotten]).low > 0
    assert sum(after for _, after in forgotten) < 0.75 * sum(before for before, _ in forgotten)
