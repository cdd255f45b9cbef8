"""Cards and answers as flat records of plain values, for the text formats."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from studyctl.domain.cards import CardKind, Phase, Rating
from studyctl.domain.collection import CardState, CollectionCard, LoggedReview, ReviewType
from studyctl.errors import DataError
from studyctl.storage.exchange.clean import Refuse, clean_name, clean_text, is_id, without_control
from studyctl.storage.exchange.limits import MAX_FIELD_BYTES

Record = Mapping[str, Any]
MAX_MILLIS = 9_000_000_000_000
_MAX_WHOLE = 2**31 - 1
_MAX_TAGS = 200
_WHOLES = {
    "due_ms": (0, MAX_MILLIS),
    "interval": (0, 36_500),
    "reps": (0, _MAX_WHOLE),
    "lapses": (0, _MAX_WHOLE),
    "steps_left": (0, 999),
    "last_ms": (0, MAX_MILLIS),
}
_REALS = {
    "stability": (0.0001, 36_500.0),
    "difficulty": (1.0, 10.0),
    "retention": (0.01, 1.0),
    "decay": (0.001, 2.0),
    "ease": (1.0, 10.0),
}
_FLAGS = ("suspended", "leech")
STATE_NAMES = tuple(field.name for field in fields(CardState))


def check_card(card: CollectionCard) -> None:
    """Refuse to write what could not be read again.

    Raises:
        DataError: an id with blanks at its ends or invisible characters, or a text beyond the limit.
    """
    if not is_id(card.id):
        raise DataError(f"{card.id[:60]!r} cannot be the id of a card.", "Use letters, digits, '-' and '.'.")
    for text in (card.front, card.back):
        if len(text) * 4 > MAX_FIELD_BYTES and len(text.encode("utf-8", "replace")) > MAX_FIELD_BYTES:
            raise DataError(f"The card {card.id} is longer than {MAX_FIELD_BYTES:,} bytes.", "Shorten it.")


def record_of(card: CollectionCard) -> dict[str, Any]:
    """A card without its schedule."""
    return {
        "id": card.id,
        "note": card.note_id,
        "deck": card.deck,
        "kind": card.kind.value,
        "front": card.front,
        "back": card.back,
        "tags": list(card.tags),
        "extra": dict(card.extra),
    }


def state_record(state: CardState) -> dict[str, Any]:
    """A schedule; `due_day` is a calendar date, the phase a word."""
    values = {name: getattr(state, name) for name in STATE_NAMES}
    values["phase"] = state.phase.value
    values["due_day"] = None if state.due_day is None else date.fromordinal(state.due_day).isoformat()
    return values


def review_record(review: LoggedReview) -> dict[str, Any]:
    """An answer; its type a word."""
    rating = None if review.rating is None else int(review.rating)
    return {
        "card": review.card_id,
        "at": review.at,
        "rating": rating,
        "before": review.before,
        "after": review.after,
        "factor": review.factor,
        "took_ms": review.took_ms,
        "type": review.type.name.lower(),
        "stability": review.stability,
        "difficulty": review.difficulty,
    }


def card_of(record: Record, refuse: Refuse, *, deck: str, fallback_id: Callable[[str, str], str]) -> CollectionCard:
    """The card in a record; `deck` and `fallback_id(deck, front)` are for records without.

    Raises:
        DataError: a value that is missing, of another kind or out of range.
    """
    front = _text(record, "front", refuse)
    back = _text(record, "back", refuse)
    if front is None or back is None:
        raise refuse("a card needs a front and a back.")
    deck = clean_name(_text(record, "deck", refuse) or deck, refuse, "deck")
    card_id = clean_name(_text(record, "id", refuse) or "", refuse, "id") or fallback_id(deck, front)
    if not is_id(card_id):
        raise refuse(f"{card_id[:60]!r} cannot be the id of a card.")
    kind = _text(record, "kind", refuse) or CardKind.QA.value
    if kind not in list(CardKind):
        raise refuse(f"unknown kind {kind[:40]!r}; known are {', '.join(CardKind)}.")
    tags, extra = record.get("tags") or [], record.get("extra") or {}
    if not isinstance(tags, list) or not isinstance(extra, dict) or len(tags) + len(extra) > _MAX_TAGS:
        raise refuse(f"tags are a list, extra is a table, both together at most {_MAX_TAGS} entries.")
    if not all(isinstance(text, str) for text in (*tags, *extra.values())):
        raise refuse("tags and extra hold texts only.")
    return CollectionCard(
        id=card_id,
        note_id=clean_name(_text(record, "note", refuse) or "", refuse, "note") or card_id,
        deck=deck,
        front=front,
        back=back,
        kind=CardKind(kind),
        tags=tuple(clean_name(tag, refuse, "tag") for tag in tags),
        extra=tuple(
            (clean_name(key, refuse, "extra"), clean_text(text, refuse, key[:40])) for key, text in extra.items()
        ),
    )


def state_of(record: Record, refuse: Refuse) -> CardState:
    """The schedule in a record.

    Raises:
        DataError: a value of another kind or out of range.
    """
    phase = record.get("phase")
    if phase not in list(Phase):
        raise refuse(f"unknown phase {str(phase)[:40]!r}; known are {', '.join(Phase)}.")
    values: dict[str, Any] = {"phase": Phase(phase), "due_day": _day(record.get("due_day"), refuse)}
    for name, (low, high) in _WHOLES.items():
        values[name] = whole_of(record, name, low, high, refuse)
    for name, (least, most) in _REALS.items():
        values[name] = _real(record, name, least, most, refuse)
    for name in _FLAGS:
        if record.get(name) not in (None, True, False):
            raise refuse(f"{name} is true or false.")
        values[name] = bool(record.get(name))
    return CardState(**{name: value for name, value in values.items() if value is not None})


def review_of(record: Record, refuse: Refuse) -> LoggedReview:
    """The answer in a record.

    Raises:
        DataError: a value that is missing, of another kind or out of range.
    """
    card = clean_name(_text(record, "card", refuse) or "", refuse, "card")
    at = whole_of(record, "at", 0, MAX_MILLIS, refuse)
    kind = str(record.get("type") or "review").upper()
    if not card or at is None or kind not in ReviewType.__members__:
        raise refuse("an answer needs card, at (epoch milliseconds) and a known type.")
    rating = whole_of(record, "rating", 1, 4, refuse)
    return LoggedReview(
        card_id=card,
        at=at,
        rating=None if rating is None else Rating(rating),
        before=whole_of(record, "before", -_MAX_WHOLE, _MAX_WHOLE, refuse) or 0,
        after=whole_of(record, "after", -_MAX_WHOLE, _MAX_WHOLE, refuse) or 0,
        factor=whole_of(record, "factor", 0, _MAX_WHOLE, refuse) or 0,
        took_ms=whole_of(record, "took_ms", 0, _MAX_WHOLE, refuse) or 0,
        type=ReviewType[kind],
        stability=_real(record, "stability", *_REALS["stability"], refuse),
        difficulty=_real(record, "difficulty", *_REALS["difficulty"], refuse),
    )


def whole_of(record: Record, name: str, low: int, high: int, refuse: Refuse) -> int | None:
    """A whole number in its range; None where it is not told.

    Raises:
        DataError: something else.
    """
    value = record.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise refuse(f"{name} is a whole number from {low} to {high}.")
    return value


def _real(record: Record, name: str, low: float, high: float, refuse: Refuse) -> float | None:
    value = record.get(name)
    if value is None:
        return None
    plain = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not plain or not low <= value <= high:
        raise refuse(f"{name} is a number from {low} to {high}.")
    return float(value)


def _day(value: object, refuse: Refuse) -> int | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value)).toordinal()
    except ValueError as error:
        raise refuse("due_day is a date such as 2026-11-21.") from error


def _text(record: Record, name: str, refuse: Refuse) -> str | None:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise refuse(f"{name} is a text.")
    return None if value is None else clean_text(value, refuse, without_control(name))
