"""Schedules and answers as rows of Anki's tables, and back. Days count from the collection's first day."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from studyctl.domain.cards import Phase, Rating
from studyctl.domain.collection import CardState, LoggedReview, ReviewType

_TYPES = {Phase.NEW: 0, Phase.LEARNING: 1, Phase.REVIEW: 2, Phase.RELEARNING: 3}
_PHASES = {number: phase for phase, number in _TYPES.items()}
_QUEUE_SUSPENDED, _QUEUE_NEW, _QUEUE_LEARNING, _QUEUE_REVIEW, _QUEUE_DAY_LEARNING = -1, 0, 1, 2, 3
_EASE, _LEAST_EASE, _MOST_EASE = 2500, 1300, 10_000
_FIRST_STAMP = 1_000_000_000
_LAST_ORDINAL = 3_000_000
_DAY = 86_400
_EPOCH_DAY = 719_163
_MAX_INTERVAL = 36_500
_MAX_STABILITY = 36_500.0
_MAX_MILLIS = 9_000_000_000_000

Schedule = tuple[int, int, int, int, int, int, int, int, str]


def schedule_row(state: CardState, position: int, first_day: int) -> Schedule:
    """Columns type, queue, due, ivl, factor, reps, lapses, left and data of a card.

    `position` is the card's place among the new ones; `first_day` the ordinal that Anki's day 0 is.
    """
    stamped = state.due_ms is not None and state.phase is not Phase.REVIEW
    if state.phase is Phase.NEW:
        queue, due = _QUEUE_NEW, position
    elif stamped:
        queue, due = _QUEUE_LEARNING, (state.due_ms or 0) // 1000
    elif state.suspended and state.phase is not Phase.REVIEW and state.due_day is not None:
        queue, due = _QUEUE_SUSPENDED, _noon(state.due_day)
    else:
        queue = _QUEUE_REVIEW if state.phase is Phase.REVIEW else _QUEUE_DAY_LEARNING
        due = (first_day if state.due_day is None else state.due_day) - first_day
    return (
        _TYPES[state.phase],
        _QUEUE_SUSPENDED if state.suspended else queue,
        due,
        state.interval,
        _ease(state) if state.phase in (Phase.REVIEW, Phase.RELEARNING) else 0,
        state.reps,
        state.lapses,
        state.steps_left,
        _data(state),
    )


def _ease(state: CardState) -> int:
    return _EASE if state.ease is None else round(state.ease * 1000)


def _noon(day: int) -> int:
    """Epoch seconds of noon, UTC, on a day by its ordinal.

    Anki's import moves days to the day 0 of the collection that it imports into, but not those of suspended cards in
    learning; a moment needs no moving.
    """
    return (day - _EPOCH_DAY) * _DAY + _DAY // 2


def _data(state: CardState) -> str:
    """The FSRS state, rounded as Anki rounds it; `lrt` is the newest answer in epoch seconds."""
    values: dict[str, float | int] = {}
    for key, value, places in (
        ("s", state.stability, 4),
        ("d", state.difficulty, 3),
        ("dr", state.retention, 2),
        ("decay", state.decay, 3),
    ):
        if value is not None:
            values[key] = round(value, places)
    if state.last_ms is not None:
        values["lrt"] = state.last_ms // 1000
    return json.dumps(values) if values else ""


def state_of(row: Schedule, first_day: int, *, leech: bool) -> CardState:
    """The schedule in a card's columns, in the order of `schedule_row`. Numbers out of range are brought into it.

    Raises:
        ValueError: a type that no card has.
    """
    kind, queue, due, interval, factor, reps, lapses, left, data = row
    if kind not in _PHASES:
        raise ValueError(f"type {kind}")
    phase = _PHASES[kind]
    state = CardState(
        phase=phase,
        interval=min(max(interval, 0), _MAX_INTERVAL),
        reps=max(reps, 0),
        lapses=max(lapses, 0),
        suspended=queue == _QUEUE_SUSPENDED,
        leech=leech,
        steps_left=max(left, 0) % 1000,
    )
    if state.suspended and phase in (Phase.LEARNING, Phase.RELEARNING) and due == _noon(due // _DAY + _EPOCH_DAY):
        state = replace(state, due_day=min(max(due // _DAY + _EPOCH_DAY, 1), _LAST_ORDINAL))
    elif phase in (Phase.LEARNING, Phase.RELEARNING) and due >= _FIRST_STAMP:
        state = replace(state, due_ms=min(due * 1000, _MAX_MILLIS))
    elif phase is not Phase.NEW:
        state = replace(state, due_day=min(max(first_day + due, 1), _LAST_ORDINAL))
    state = _with_memory(state, data)
    if state.stability is None and _LEAST_EASE <= factor <= _MOST_EASE and factor != _EASE:
        return replace(state, ease=factor / 1000)
    return state


def _with_memory(state: CardState, data: str) -> CardState:
    try:
        values = json.loads(data) if data else {}
    except (ValueError, RecursionError):
        values = {}
    if not isinstance(values, dict):
        return state
    last = values.get("lrt")
    return replace(
        state,
        stability=_within(values.get("s"), 0.0001, _MAX_STABILITY),
        difficulty=_within(values.get("d"), 1.0, 10.0),
        retention=_within(values.get("dr"), 0.01, 1.0),
        decay=_within(values.get("decay"), 0.001, 2.0),
        last_ms=last * 1000 if isinstance(last, int) and 0 < last * 1000 <= _MAX_MILLIS else None,
    )


def _within(value: object, low: float, high: float) -> float | None:
    """The number brought into its range; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return float(min(max(value, low), high))


def review_row(review: LoggedReview, number: int) -> tuple[Any, ...]:
    """Columns ease, ivl, lastIvl, factor, time, type after the row's id (epoch milliseconds), card and usn."""
    ease = 0 if review.rating is None else int(review.rating)
    return (review.at, number, 0, ease, review.after, review.before, review.factor, review.took_ms, int(review.type))


def review_of(card_id: str, row: tuple[int, int, int, int, int, int, int]) -> LoggedReview:
    """The answer in columns id, ease, ivl, lastIvl, factor, time, type.

    Raises:
        ValueError: an answer or a type that Anki does not have.
    """
    at, ease, after, before, factor, took, kind = row
    if not 0 < at <= _MAX_MILLIS:
        raise ValueError(f"id {at}")
    return LoggedReview(
        card_id=card_id,
        at=at,
        rating=None if ease == 0 else Rating(ease),
        before=before,
        after=after,
        factor=max(factor, 0),
        took_ms=max(took, 0),
        type=ReviewType(kind),
    )
