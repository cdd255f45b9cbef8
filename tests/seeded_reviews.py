"""A log of reviews as the scheduler would have made it, written in one act: log lines and the memory behind them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from studyctl.container import Container
from studyctl.domain.card_lines import former_days
from studyctl.domain.cards import CardAct, Memory, Phase, Rating, ReviewEntry
from studyctl.domain.forgetting import FIRST_SHARES, PASS_SHARES, Forgetting
from studyctl.domain.scheduling import Moment, Scheduler
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.storage.repositories.memory import Subject, save_memory
from studyctl.storage.repositories.review_log import log_many

DAY_MS = 86_400_000
HOURS = (7, 8, 12, 20, 21)


def seed_reviews(
    container: Container,
    cards: Sequence[str],
    days: int,
    seed: int = 1,
    weights: Sequence[float] = DEFAULT_WEIGHTS,
) -> list[ReviewEntry]:
    """Let a learner whose memory has `weights` study `cards` for so many days, the last of them yesterday."""
    context = container.context
    context.shelf.ensure()
    now = context.moment(context.settings())
    dice, truth, scheduler = random.Random(seed), Forgetting(weights), Scheduler()
    lines: list[ReviewEntry] = []
    memories: dict[str, Memory] = {}
    for card in cards:
        memory = Memory()
        day = dice.randrange(days)
        while day < days:
            moment = Moment(now.millis - (days - day) * DAY_MS + dice.randrange(3_600_000), now.day - days + day)
            hour = dice.choice(HOURS)
            memory = _session(card, memory, replace(moment, hour=hour), dice, truth, scheduler, lines)
            day = (memory.due_day or 0) - now.day + days + dice.choice((0, 0, 0, 1, 3))
        memories[card] = memory
    lines.sort(key=lambda entry: (entry.at, entry.card_id))
    with context.database.write("review", "seed reviews") as transaction:
        log_many(transaction, lines)
        for card, memory in memories.items():
            save_memory(transaction, Subject.CARD, card, memory)
    return lines


def _session(
    card: str,
    memory: Memory,
    moment: Moment,
    dice: random.Random,
    truth: Forgetting,
    scheduler: Scheduler,
    lines: list[ReviewEntry],
) -> Memory:
    """Answers of one day until the card has a date."""
    while True:
        rating = _rating(memory, moment.day, dice, truth)
        after = scheduler.answer(card, memory, rating, moment)
        lines.append(
            ReviewEntry(
                id=0,
                card_id=card,
                rating=rating,
                at=moment.millis,
                day=moment.day,
                phase=memory.phase,
                elapsed_days=0 if memory.last_day is None else moment.day - memory.last_day,
                stability=after.memory.stability,
                difficulty=after.memory.difficulty,
                interval_days=after.interval_days,
                duration_ms=dice.randrange(3_000, 15_000),
                act=CardAct.ANSWER,
                hour=moment.hour,
                former_days=former_days(memory),
            )
        )
        memory = after.memory
        if memory.phase is Phase.REVIEW or memory.suspended:
            return memory
        moment = replace(moment, millis=moment.millis + 600_000)


def _rating(memory: Memory, day: int, dice: random.Random, truth: Forgetting) -> Rating:
    if memory.phase is Phase.NEW:
        return dice.choices(list(Rating), FIRST_SHARES)[0]
    if memory.phase is not Phase.REVIEW or memory.stability is None or memory.last_day is None:
        return Rating.GOOD
    recalled = dice.random() < truth.recall(memory.stability, day - memory.last_day)
    return dice.choices(list(Rating)[1:], PASS_SHARES)[0] if recalled else Rating.AGAIN
