"""Sixty cards of the user's own, a day on which some were learnt, and a deadline."""

from __future__ import annotations

from datetime import timedelta

from studyctl.container import Container
from studyctl.domain.cards import Memory, Rating
from studyctl.domain.deadline import ranking
from studyctl.domain.deadline_choice import DeadlineChoice
from studyctl.domain.forgetting import Forgetting
from studyctl.storage.rebuild import compare
from studyctl.storage.repositories.learnt import learnt
from studyctl.storage.repositories.memory import Subject, all_memory
from tests.helpers import FakeClock, House, card_toml, write


def write_own_deck(house: House, cards: int = 60) -> House:
    """The house with a deck `own`, whose cards need no day to be reached."""
    text = "".join(card_toml(f"own-{n:02}", "x/x").replace('day = "x/x"\n', "") for n in range(cards))
    write(house.paths.cards / "own.toml", f'schema = 1\ndeck = "own"\ntitle = "Own"\n{text}')
    return house


def choose(container: Container, clock: FakeClock, days: int, minutes: float = 20.0, begun: int = 0) -> DeadlineChoice:
    """A deadline in so many days that was chosen `begun` days ago."""
    today = clock.now().date()
    start = today - timedelta(begun)
    chosen = DeadlineChoice(today + timedelta(days), minutes, start, (days + begun) * minutes)
    container.deadline.store(chosen)
    return chosen


def learn(container: Container, clock: FakeClock, cards: int) -> None:
    """Answer own cards Easy on one day; then the clock stands a day later."""
    container.settings.change("new_cards_per_day", "0")
    for n in range(cards):
        rating = Rating.EASY if n % 2 else Rating.GOOD
        container.review.answer(f"own-{n:02}", rating, 8000)
    clock.advance(minutes=11)
    for n in range(0, cards, 2):
        container.review.answer(f"own-{n:02}", Rating.GOOD, 8000)
    clock.next_day()


def wanted(container: Container, chosen: DeadlineChoice, day: int) -> list[str]:
    """The ranking by the rules alone."""
    with container.context.database.read() as connection:
        cards = [each.card for each in learnt(connection)]
    return [each.key for each in ranking(Forgetting(), cards, day, chosen.date.toordinal())]


def memories(container: Container) -> dict[str, Memory]:
    """Scheduling state of all cards."""
    with container.context.database.read() as connection:
        return all_memory(connection, Subject.CARD)


def clean(container: Container) -> bool:
    """True where everything follows from the log."""
    with container.context.database.read() as connection:
        return not any(each.differ for each in compare(connection))
