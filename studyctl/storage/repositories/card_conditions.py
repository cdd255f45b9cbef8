"""A search for cards as a condition of SQL over `FOUND`: every card with its memory, where it has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)

from studyctl.domain.card_query import All, AnyOf, Not, Query
from studyctl.domain.cards import CardAct, Phase
from studyctl.domain.query_terms import Compare, Field, Is, Named, Pattern, Rated, State, Words
from studyctl.storage.repositories.card_flags import FLAG
from studyctl.storage.repositories.card_measures import compared
from studyctl.storage.repositories.cards import CARD, FILE, TOPIC, card_text
from studyctl.storage.tables import LabCardRow, MemoryRow, ReviewLogRow, table_of

MEMORY, LOG, LAB = (table_of(row) for row in (MemoryRow, ReviewLogRow, LabCardRow))
FOUND = CARD.outerjoin(MEMORY, and_(MEMORY.c.subject == CARD.c.id, MEMORY.c.kind == literal_column("'card'")))
_ESCAPE = "\\"
_TEXTS = ("front", "back", "answer")

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class LabScope:
    """What makes a card one of a lab: a topic, a day, or that it was made from one of its records."""

    slug: str
    topics: tuple[str, ...]
    days: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What the terms of a query mean now.

    `day` is today's ordinal, `millis` the moment; `wait(r)` tells after how many stabilities recall has fallen to r.
    `days` and `labs` are by the values of the query's terms: addresses or, for a whole track, `track/`. `own` begins
    the paths of the user's own decks.
    """

    day: int
    millis: int
    wait: Callable[[float], float]
    own: str
    dialect: str = "sqlite"
    days: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labs: Mapping[str, LabScope] = field(default_factory=dict)
    buried: frozenset[str] = frozenset()


def condition_of(query: Query, facts: Facts) -> Condition:
    """The condition under which a row of `FOUND` is one of the cards asked for."""
    match query:
        case All(parts):
            return and_(true(), *(condition_of(part, facts) for part in parts))
        case AnyOf(parts):
            return or_(false(), *(condition_of(part, facts) for part in parts))
        case Not(part):
            return condition_of(part, facts).is_not(true())  # also where a card has no memory to compare
        case Words(pattern):
            return _words(pattern, facts)
        case Named(name, pattern):
            return _named(name, pattern, facts)
        case Is(state):
            return _state(state, facts)
        case Compare():
            return compared(query, facts.day, facts.wait)
        case Rated():
            return _rated(query, facts)


def _words(pattern: Pattern, facts: Facts) -> Condition:
    texts = [card_text(name, facts.dialect) for name in _TEXTS]
    shape = _like(pattern, around="%")
    if not all(piece.isascii() for piece in pattern.pieces):
        fold = func.casefold if facts.dialect == "sqlite" else func.lower
        return or_(*(fold(text).like(shape.casefold(), escape=_ESCAPE) for text in texts))
    found = or_(*(_alike(text, shape, facts) for text in texts))
    if any(character in piece for piece in pattern.pieces for character in '"\\\n\t'):
        return found
    return and_(_alike(CARD.c.document, shape, facts), found)  # the JSON as a whole is quicker to look at


def _named(name: Field, pattern: Pattern, facts: Facts) -> Condition:
    match name:
        case Field.TAG:
            return CARD.c.id.in_(select(TOPIC.c.card_id).where(_alike(TOPIC.c.topic, _like(pattern), facts)))
        case Field.DECK:
            return _deck(pattern, facts)
        case Field.DAY:
            return or_(*(_day(address) for address in facts.days[str(pattern)]))
        case Field.LAB:
            return _lab(facts.labs[str(pattern)])
        case Field.KIND:
            return CARD.c.kind == str(pattern).casefold()
        case Field.ID | Field.NOTE:
            column = CARD.c.id if name is Field.ID else CARD.c.note
            if len(pattern.pieces) == 1:
                return column == str(pattern).casefold()
            return column.like(_like(pattern).casefold(), escape=_ESCAPE)


def _deck(pattern: Pattern, facts: Facts) -> Condition:
    """A file of the bundle is one deck, so one card of it tells; one of the user's may hold cards of others."""
    text, own = card_text("deck", facts.dialect), _like(Pattern((facts.own, "")))
    first = select(text).where(CARD.c.path == FILE.c.path).limit(1).correlate(FILE).scalar_subquery()
    shape = _like(pattern)
    files = select(FILE.c.path).where(FILE.c.path.not_like(own, escape=_ESCAPE), _alike(first, shape, facts))
    mine = and_(CARD.c.path.like(own, escape=_ESCAPE), _alike(text, shape, facts))
    return or_(CARD.c.path.in_(files.correlate(None)), mine)


def _day(address: str) -> Condition:
    return CARD.c.day.like(f"{address}%") if address.endswith("/") else CARD.c.day == address


def _lab(lab: LabScope) -> Condition:
    return or_(
        CARD.c.day.in_(lab.days),
        CARD.c.id.in_(select(TOPIC.c.card_id).where(TOPIC.c.topic.in_(lab.topics))),
        CARD.c.id.in_(select(LAB.c.card_id).where(LAB.c.slug == lab.slug)),
    )


def _state(state: State, facts: Facts) -> Condition:
    phase = func.coalesce(MEMORY.c.phase, Phase.NEW.value)
    match state:
        case State.DUE:
            return _due(facts)
        case State.NEW:
            return phase == Phase.NEW.value
        case State.LEARN:
            return phase.in_((Phase.LEARNING.value, Phase.RELEARNING.value))
        case State.REVIEW:
            return phase == Phase.REVIEW.value
        case State.SUSPENDED:
            return func.coalesce(MEMORY.c.suspended, 0) == 1
        case State.BURIED:
            return and_(_due(facts), CARD.c.id.in_(sorted(facts.buried)))
        case State.LEECH:
            return func.coalesce(MEMORY.c.leech, 0) == 1
        case State.FLAGGED:
            return CARD.c.id.in_(select(FLAG.c.card_id))
        case State.STALE:
            return CARD.c.id.in_(select(LAB.c.card_id).where(LAB.c.stale.is_not(None)))
        case State.OWN:
            return CARD.c.path.like(_like(Pattern((facts.own, ""))), escape=_ESCAPE)


def _due(facts: Facts) -> Condition:
    """Two looks into the indexes of the queue, which hold only what is not suspended."""
    asked = (MEMORY.c.kind == literal_column("'card'"), MEMORY.c.suspended == literal_column("0"))
    reviews = select(MEMORY.c.subject).where(
        *asked, MEMORY.c.phase == literal_column("'review'"), MEMORY.c.due_day <= facts.day
    )
    now = or_(MEMORY.c.due_at <= facts.millis, MEMORY.c.due_day < facts.day)
    steps = select(MEMORY.c.subject).where(*asked, MEMORY.c.due_at.is_not(None), now)
    return or_(CARD.c.id.in_(reviews.correlate(None)), CARD.c.id.in_(steps.correlate(None)))


def _rated(term: Rated, facts: Facts) -> Condition:
    taken = LOG.alias("taken")
    answers = select(LOG.c.card_id).where(
        LOG.c.day > facts.day - term.days,
        LOG.c.act == CardAct.ANSWER.value,
        LOG.c.undoes.is_(None),
        ~select(taken.c.id).where(taken.c.undoes == LOG.c.id).correlate(LOG).exists(),
    )
    if term.rating is not None:
        answers = answers.where(LOG.c.rating == int(term.rating))
    return CARD.c.id.in_(answers.correlate(None))


def _alike(column: ColumnElement[Any], shape: str, facts: Facts) -> Condition:
    """Equal to a shape of LIKE, whatever the case of ASCII letters (on SQLite LIKE does so by itself)."""
    return column.like(shape, escape=_ESCAPE) if facts.dialect == "sqlite" else column.ilike(shape, escape=_ESCAPE)


def _like(pattern: Pattern, around: str = "") -> str:
    pieces = (
        piece.replace(_ESCAPE, _ESCAPE * 2).replace("%", f"{_ESCAPE}%").replace("_", f"{_ESCAPE}_")
        for piece in pattern.pieces
    )
    return f"{around}{'%'.join(pieces)}{around}"
