"""What was answered, by day, hour and age of the card, and what comes; out of the sums over the logs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from studyctl.domain.cards import Phase
from studyctl.storage.aggregates import LOAD, MEMORY, STATS, TOPIC_STATS, relation
from studyctl.storage.repositories.memory import Subject

MATURE_AGE = 3  # place among `aggregates.AGES`: 21 days
_PHASES = (Phase.NEW, Phase.LEARNING, Phase.REVIEW, Phase.RELEARNING)


@dataclass(frozen=True)
class DaySum:
    """Answers of a study day: by phase before the answer, passed ones, and the time in ms."""

    day: int
    new: int
    learning: int
    review: int
    relearning: int
    passed: int
    ms: int

    @property
    def answers(self) -> int:
        """All of them."""
        return self.new + self.learning + self.review + self.relearning


@dataclass(frozen=True)
class RatingSum:
    """Answers by rating for cards of one phase and age (0-5, see `aggregates.AGES`) at one local hour."""

    hour: int
    phase: Phase
    age: int
    again: int
    hard: int
    good: int
    easy: int


@dataclass(frozen=True)
class PhaseSum:
    """Answers to cards of one phase by rating, and their time in ms."""

    phase: Phase
    again: int
    hard: int
    good: int
    easy: int
    ms: int

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Again, Hard, Good, Easy."""
        return self.again, self.hard, self.good, self.easy


@dataclass(frozen=True)
class RecallSum:
    """Answers of a study day to cards in review, and those that passed; `mature`: after 21 d and more."""

    day: int
    mature: bool
    answers: int
    passed: int


def by_day(connection: Connection, first: int, last: int) -> list[DaySum]:
    """Study days with answers, in order."""
    stats = relation(connection, STATS.name)
    answers = stats.c.again + stats.c.hard + stats.c.good + stats.c.easy
    phases = [func.sum(answers * case((stats.c.phase == phase.value, 1), else_=0)) for phase in _PHASES]
    passed = func.sum(stats.c.hard + stats.c.good + stats.c.easy)
    query = (
        select(stats.c.day, *phases, passed, func.sum(stats.c.ms))
        .where(stats.c.day.between(first, last))
        .group_by(stats.c.day)
        .order_by(stats.c.day)
    )
    return [DaySum(*map(int, row)) for row in connection.execute(query)]  # other databases sum to decimals


def by_rating(connection: Connection, first: int, last: int) -> list[RatingSum]:
    """Answers of some study days by local hour, phase and age."""
    stats = relation(connection, STATS.name)
    key = (stats.c.hour, stats.c.phase, stats.c.age)
    counts = [func.sum(stats.c[name]) for name in ("again", "hard", "good", "easy")]
    query = select(*key, *counts).where(stats.c.day.between(first, last)).group_by(*key)
    return [RatingSum(row[0], Phase(row[1]), *map(int, row[2:])) for row in connection.execute(query)]


def passed_reviews(connection: Connection, first: int, last: int) -> tuple[int, int]:
    """Passed and all answers of some study days to cards in review."""
    stats = relation(connection, STATS.name)
    passed = stats.c.hard + stats.c.good + stats.c.easy
    query = select(func.sum(passed), func.sum(passed + stats.c.again)).where(
        stats.c.day.between(first, last), stats.c.phase == Phase.REVIEW.value
    )
    row = connection.execute(query).one()
    return row[0] or 0, row[1] or 0


def count_answers(connection: Connection) -> int:
    """Answers that stand."""
    stats = relation(connection, STATS.name)
    total = func.sum(stats.c.again + stats.c.hard + stats.c.good + stats.c.easy)
    return connection.execute(select(total)).scalar_one() or 0


def count_seen(connection: Connection, stability: float = 0.0) -> int:
    """Cards that were answered, with a stability of at least so many days."""
    query = select(func.count()).where(MEMORY.c.kind == Subject.CARD.value, MEMORY.c.phase != Phase.NEW.value)
    if stability:
        query = query.where(MEMORY.c.stability >= stability)
    return connection.execute(query).scalar_one()


def by_topic(connection: Connection, first: int, last: int) -> dict[str, tuple[int, int]]:
    """Answers and passed ones of some study days by topic."""
    stats = relation(connection, TOPIC_STATS.name)
    query = select(stats.c.topic, func.sum(stats.c.answers), func.sum(stats.c.passed))
    query = query.where(stats.c.day.between(first, last)).group_by(stats.c.topic)
    return {topic: (int(answers), int(passed)) for topic, answers, passed in connection.execute(query)}


def forecast(connection: Connection, first: int, last: int) -> dict[int, int]:
    """Cards that come due on each study day; what is overdue stands on its own day."""
    load = relation(connection, LOAD.name)
    query = select(load.c.day, load.c.cards).where(load.c.day.between(first, last)).order_by(load.c.day)
    return {row.day: row.cards for row in connection.execute(query)}


def by_phase(connection: Connection, first: int, last: int) -> list[PhaseSum]:
    """Answers of some study days by phase before the answer."""
    stats = relation(connection, STATS.name)
    sums = [func.sum(stats.c[name]) for name in ("again", "hard", "good", "easy", "ms")]
    query = select(stats.c.phase, *sums).where(stats.c.day.between(first, last)).group_by(stats.c.phase)
    found = {row[0]: PhaseSum(Phase(row[0]), *map(int, row[1:])) for row in connection.execute(query)}
    return [found[phase] for phase in _PHASES if phase in found]


def recall_by_day(connection: Connection, first: int, last: int) -> list[RecallSum]:
    """Answers of some study days to cards in review, for each day by age."""
    stats = relation(connection, STATS.name)
    passed = stats.c.hard + stats.c.good + stats.c.easy
    key = (stats.c.day, stats.c.age)
    query = (
        select(*key, func.sum(passed + stats.c.again), func.sum(passed))
        .where(stats.c.day.between(first, last), stats.c.phase == Phase.REVIEW.value)
        .group_by(*key)
    )
    return [RecallSum(day, age >= MATURE_AGE, int(n), int(good)) for day, age, n, good in connection.execute(query)]
