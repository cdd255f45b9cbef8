"""Two homes of studyctl with a history, and what has to be equal in their databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studyctl.container import Container
from studyctl.domain.cards import Card, Memory, Phase, Rating, ReviewEntry
from studyctl.services.card_export import CardExportService
from studyctl.services.card_import.service import CardImport, CardImportService
from studyctl.storage.rebuild import compare
from studyctl.storage.repositories.cards import all_cards
from studyctl.storage.repositories.memory import Subject, all_memory
from studyctl.storage.repositories.review_log import reviews
from studyctl.storage.repositories.settings import save_settings
from studyctl.storage.undo import digest
from tests.helpers import FakeClock, House, write

OWN_DECK = '''
    schema = 1
    deck = "mine"
    title = "mine"

    [[card]]
    id = "own-qa"
    front = 'What is a `"warp"`?'
    back = """
    32 threads:

    | a | b |
    |---|---|
    | 1 | 2 |
    """
    source = "me"
    topics = ["KV Cache", "gpu"]

    [[card]]
    id = "own-cloze"
    kind = "cloze"
    text = "The {{ridge}} is at {{295::FLOP/B}} [...] FLOP/B."
    back = "Peak over bandwidth."
    source = "me"

    [[card]]
    id = "own-type"
    kind = "type"
    front = "The command?"
    answer = "nvidia-smi -q"
    source = "me"
    near = ["own-qa"]

    [[card]]
    id = "own-numeric"
    kind = "numeric"
    day = "p90/16"
    front = "How many bytes?"
    answer = 1234567
    unit = "B"
    tolerance = 0.1
    back = "Counted."
    source = "me"

    [[card]]
    id = "own-code"
    kind = "code"
    front = "Write it."
    back = "```python\\nprint('a\\\\tb')\\n```"
    source = "me"
'''
FREE = 25  # new cards a day, so that all of the bundle come


def with_own_deck(house: House) -> Path:
    """Give the home a deck with a card of every kind."""
    return write(house.paths.cards / "mine.toml", OWN_DECK)


def play(container: Container, clock: FakeClock, days: int, seed: int) -> None:
    """So many days of answers, with suspensions, moves and cards made new again in between."""
    draw = random.Random(seed)
    settings = container.context.settings()
    with container.context.database.write("settings", "more new cards") as transaction:
        save_settings(transaction, replace(settings, new_cards_per_day=FREE))
    for _ in range(days):
        for _ in range(draw.randrange(12)):
            clock.advance(minutes=draw.randrange(1, 9), seconds=draw.randrange(60), milliseconds=draw.randrange(1000))
            ids = container.review.queue().ids
            if not ids:
                break
            card = draw.choice(ids[:5])
            rating = draw.choices(list(Rating), [3, 1, 5, 1])[0]
            container.review.answer(card, rating, draw.randrange(1, 60_000))
        clock.advance(seconds=1)
        _by_hand(container, draw)
        clock.next_day(draw.choice((1, 1, 2, 9)))


def _by_hand(container: Container, draw: random.Random) -> None:
    with container.context.database.read() as connection:
        memory = all_memory(connection, Subject.CARD)
    reviewed = sorted(card for card, each in memory.items() if each.phase is Phase.REVIEW and not each.suspended)
    started = sorted(card for card, each in memory.items() if each.phase is not Phase.NEW)
    if len(reviewed) > 3:
        container.cards.move([draw.choice(reviewed)], draw.randrange(6))
    if len(started) > 8 and draw.random() < 0.3:
        container.cards.forget([draw.choice(started)])
    if len(reviewed) > 5 and draw.random() < 0.2:
        container.cards.suspend([draw.choice(reviewed)])


@dataclass(frozen=True)
class State:
    """Cards, memory and standing answers of a home; ids of lines and what stands for the path are left out."""

    cards: dict[str, Card]
    memory: dict[str, Memory]
    log: list[ReviewEntry]


def state_of(container: Container) -> State:
    """What the database says now."""
    container.context.shelf.sync()
    with container.context.database.read() as connection:
        cards = {each.card.id: each.card for each in all_cards(connection)}
        log = [replace(entry, id=0) for entry in reviews(connection)]
        return State(cards, all_memory(connection, Subject.CARD), sorted(log, key=lambda e: (e.at, e.card_id)))


def digest_of(container: Container) -> str:
    """The digest by which undo is judged."""
    with container.context.database.read() as connection:
        return digest(connection)


def files_of(folder: Path) -> dict[str, str]:
    """Every file of the folder of own decks."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} if folder.exists() else {}


def exported(container: Container, path: Path, **options: Any) -> Path:
    """The cards of a home as a file."""
    return CardExportService(container.context).write(path, **options).path


def imported(container: Container, path: Path, **options: Any) -> CardImport:
    """What an import did."""
    return CardImportService(container.context).cards(path, **options).value


def rebuilt(container: Container) -> list[str]:
    """Tables that are not what the log says."""
    container.context.shelf.sync()
    with container.context.database.read() as connection:
        return [each.table for each in compare(connection) if each.differ]


@contextmanager
def undone_whole(container: Container, folder: Path) -> Iterator[None]:
    """Whatever is imported inside is taken back behind it, to the same digest, files and sums."""
    before, files, log = digest_of(container), files_of(folder), state_of(container).log
    yield
    assert rebuilt(container) == []
    container.undo.undo("review")
    assert (digest_of(container), files_of(folder)) == (before, files)
    assert state_of(container).log == log
    assert rebuilt(container) == []
