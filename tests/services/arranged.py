"""A shelf with cards in every state, for tests that search it."""

from __future__ import annotations

import random

from studyctl.container import Container
from studyctl.domain.cards import Memory, Phase, Rating
from studyctl.storage.repositories.memory import Subject, save_memory
from studyctl.storage.tables import LabCardRow
from tests.helpers import FakeClock, House, card_toml, write

OWN_DECK = """
    schema = 1
    deck = "own_100%"
    title = "Own"

    [[card]]
    id = "mine-kv"
    front = "What does a `block table` map?"
    back = "Logical blocks to physical ones.\\nLike a page table."
    source = "a paper"
    topics = ["kv-cache", "paging"]

    [[card]]
    id = "mine-gap"
    kind = "cloze"
    text = "A {{decode}} step reads all {{weights}}."
    source = "Größen und Maße"
    topics = ["KV-Cache-Misses"]

    [[card]]
    id = "mine-number"
    kind = "numeric"
    front = "ÜBER how many tokens runs a block, in 100% of cases?"
    answer = 16
    unit = "tokens"
    source = "a paper"
    near = ["mine-kv"]
"""


def arranged(house: House) -> Container:
    """The small bundle's cards and an own deck, with memory in every state."""
    write(house.paths.cards / "own.toml", OWN_DECK + _more())
    container = house.open()
    container.context.shelf.sync()
    draw = random.Random(4)
    cards = [f"one-{n:02}" for n in range(1, 16)] + [f"mine-{n:02}" for n in range(20)]
    clock = house.clock
    assert isinstance(clock, FakeClock)
    today = container.context.moment(container.context.settings()).day
    now = container.context.now_ms()
    with container.context.database.write("review", "arrange") as transaction:
        for number, card in enumerate(cards):
            save_memory(transaction, Subject.CARD, card, _memory(draw, number, today, now))
        near = Memory(Phase.REVIEW, stability=9.0, difficulty=5.0, due_day=today, last_day=today - 9, reps=3)
        save_memory(transaction, Subject.CARD, "mine-number", near)
        for slug, card, stale in (("redis-toy", "two-01", None), ("first-toy", "one-02", "a-record")):
            row = {"card_id": card, "slug": slug, "figure": "ratio", "device": "cpu", "record": "r", "at": 0}
            transaction.put(LabCardRow, {**row, "low": 1.0, "high": 2.0, "stale": stale})
    container.cards.flag("one-03", "wrong unit")
    container.cards.flag("mine-kv")
    for card, rating in (
        ("two-01", Rating.AGAIN),
        ("two-02", Rating.GOOD),
        ("mine-gap.1", Rating.EASY),
        ("mine-kv", Rating.GOOD),
    ):
        container.review.answer(card, rating)
    container.review.answer("two-03", Rating.GOOD)
    container.undo.undo("review")
    return container


def _more() -> str:
    cards = "".join(card_toml(f"mine-{n:02}", "p90/1", f"Number {n}?") for n in range(20))
    return cards.replace("\n", "\n    ")


def _memory(draw: random.Random, number: int, today: int, now: int) -> Memory:
    phase = list(Phase)[number % 4]
    if phase is Phase.NEW:
        return Memory(suspended=number % 8 == 0)
    ago, lapses = draw.randrange(0, 60), draw.choice((0, 0, 1, 4, 9))
    stepping = phase is not Phase.REVIEW
    due = today - draw.randrange(0, 2) if stepping else today + draw.randrange(-5, 30)
    return Memory(
        phase,
        stability=draw.uniform(0.5, 90),
        difficulty=draw.uniform(1, 10),
        step=1 if stepping else 0,
        due_day=due,
        due_at=now + draw.randrange(-600_000, 600_000) if stepping else None,
        last_day=today - ago,
        reps=draw.randrange(1, 20),
        lapses=lapses,
        suspended=draw.random() < 0.2,
        leech=lapses >= 8,
    )
