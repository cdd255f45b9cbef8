"""A thousand acts of every kind on cards, taken back one by one: rows, own files and sums are as they were."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.domain.due_moves import Advance, Flatten, Postpone
from studyctl.errors import StudyError
from studyctl.services.card_export import CardExportService
from studyctl.services.card_import.service import CardImportService
from studyctl.services.reschedule import RescheduleService
from studyctl.storage.rebuild import compare
from studyctl.storage.undo import digest
from tests.helpers import FakeClock, House

ACTS = 1000
CARDS = [f"one-{n:02}" for n in range(1, 16)]
OWN = """
[[card]]
id = "own-{n}"
front = "What is number {n}?"
back = "Number {n}."
source = "nobody"
"""


def state(container: Container) -> tuple[str, dict[str, str]]:
    """Digest of all projections, and the texts of the user's own decks."""
    folder = container.context.paths.cards
    texts = {path.name: path.read_text() for path in sorted(folder.glob("*.toml"))} if folder.exists() else {}
    with container.context.database.read() as connection:
        return digest(connection), texts


class Learner:
    """Does something at random; each act may be refused."""

    def __init__(self, clock: FakeClock, files: list[Path], seed: int) -> None:
        self.draw = random.Random(seed)
        self.clock = clock
        self.files = files
        self.done: dict[str, int] = {}
        self.acts = [
            *[self.rate] * 12,
            self.suspend,
            self.resume,
            self.move,
            self.forget,
            self.flag,
            self.unflag,
            self.edit,
            self.add,
            self.bring_in,
            self.reschedule,
            self.change_settings,
            self.set_weights,
            self.shift,
            self.plan_break,
            self.cancel_break,
        ]

    def act(self, container: Container) -> bool:
        """One act; False where it was refused or nothing came of it."""
        chosen = self.draw.choice(self.acts)
        before = container.undo.last()
        try:
            chosen(container)
        except StudyError:
            return False
        if container.undo.last() == before:
            return False
        self.done[chosen.__name__] = self.done.get(chosen.__name__, 0) + 1
        return True

    def rate(self, container: Container) -> None:
        ids = container.review.queue().ids
        container.review.answer(self.draw.choice(ids or CARDS), self.draw.choice(list(Rating)), 900)

    def suspend(self, container: Container) -> None:
        container.cards.suspend(self.draw.sample(CARDS, 2))

    def resume(self, container: Container) -> None:
        container.cards.resume([self.draw.choice(CARDS)])

    def move(self, container: Container) -> None:
        container.cards.move([self.draw.choice(CARDS)], self.draw.randint(0, 9))

    def forget(self, container: Container) -> None:
        container.cards.forget([self.draw.choice(CARDS)])

    def flag(self, container: Container) -> None:
        container.cards.flag(self.draw.choice(CARDS), self.draw.choice(["", "which unit?"]))

    def unflag(self, container: Container) -> None:
        container.cards.unflag(self.draw.choice(CARDS))

    def edit(self, container: Container) -> None:
        draft = container.edits.begin(self.draw.choice([*CARDS, "own-1", "own-2"]))
        container.edits.store(draft, draft.text.rstrip() + f"\n# {self.draw.random()}\n")

    def add(self, container: Container) -> None:
        draft = container.adding.begin()
        container.adding.store(draft, OWN.format(n=self.draw.randint(1, 400)))

    def bring_in(self, container: Container) -> None:
        CardImportService(container.context).cards(self.draw.choice(self.files))

    def reschedule(self, container: Container) -> None:
        RescheduleService(container.context).reschedule()

    def change_settings(self, container: Container) -> None:
        container.settings.change("desired_retention", str(self.draw.choice([0.8, 0.85, 0.9, 0.95])))

    def set_weights(self, container: Container) -> None:
        container.settings.reset(self.draw.choice(["desired_retention", "fsrs_weights"]))

    def shift(self, container: Container) -> None:
        count = self.draw.randint(1, 5)
        container.breaks.do(self.draw.choice([Advance(cards=count), Postpone(cards=count), Flatten(days=14)]))

    def plan_break(self, container: Container) -> None:
        first = self.clock.now().date() + timedelta(days=self.draw.randint(1, 30))
        last = first + timedelta(days=self.draw.randint(0, 6))
        container.breaks.do(container.breaks.away(first.isoformat(), last.isoformat()))

    def cancel_break(self, container: Container) -> None:
        planned = container.breaks.breaks()
        if planned:
            container.breaks.cancel(self.draw.choice(planned).first.isoformat())


@pytest.fixture
def files(tmp_path: Path, bundle: Path) -> list[Path]:
    """Collections that another learner exported: with progress on cards of this bundle, and with cards of its own."""
    clock = FakeClock()
    house = House(tmp_path / "other", bundle, clock)
    container = house.open()
    written = []
    for n in range(3):
        draft = container.adding.begin(f"deck-{n}")
        container.adding.store(draft, OWN.format(n=900 + n))
        for card in container.review.queue().ids[:4]:
            container.review.answer(card, Rating.EASY)
        clock.next_day(3)
        written.append(tmp_path / f"cards-{n}.jsonl")
        CardExportService(container.context).write(written[-1])
    house.close()
    return written


def test_a_thousand_acts_of_every_kind_are_taken_back_across_restarts(
    house: House, clock: FakeClock, files: list[Path]
) -> None:
    learner = Learner(clock, files, seed=5)
    container = house.open()
    before = []
    while len(before) < ACTS:
        was = state(container)
        if learner.act(container):
            before.append(was)
            if len(before) % 200 == 0:
                container = house.reopened()
                assert differing(container) == {}
        else:
            assert state(container) == was
        clock.advance(minutes=learner.draw.choice((1, 1, 6, 11, 8 * 60, 24 * 60)))
    assert len(learner.done) == len(set(learner.acts)), f"an act never came about: {learner.done}"
    while before:
        container.undo.undo()
        assert state(container) == before.pop()
        if len(before) % 200 == 0:
            container = house.reopened()
            assert differing(container) == {}


def differing(container: Container) -> dict[str, int]:
    """Rows that are not what the logs say, by table."""
    container.review.queue()
    with container.context.database.read() as connection:
        return {each.table: each.differ for each in compare(connection) if each.differ}
