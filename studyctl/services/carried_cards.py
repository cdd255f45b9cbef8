"""The cards of the decks as they travel between programs: under which deck, and with what beside front and back."""

from __future__ import annotations

from collections.abc import Iterator

from studyctl.content.cards import OWN_DAY, TOLERANCE
from studyctl.content.decks import OWN
from studyctl.domain.cards import Card, CardKind
from studyctl.domain.collection import CardState, CollectionCard
from studyctl.storage.repositories.cards import PlacedCard

DECK_ROOT = "studyctl"
OWN_DECKS = f"{DECK_ROOT}::own"


def deck_name(placed: PlacedCard) -> str:
    """`studyctl::p90::16` for a card of the bundle, `studyctl::own::NAME` for one of the user's decks."""
    if is_own(placed):
        return f"{OWN_DECKS}::{placed.card.deck}"
    return f"{DECK_ROOT}::{placed.card.day.track}::{placed.card.day.label}"


def is_own(placed: PlacedCard) -> bool:
    """True for a card of the user's own decks."""
    return placed.path.startswith(f"{OWN}/")


def carried_card(placed: PlacedCard, text: str, state: CardState | None) -> CollectionCard:
    """The card with its schedule; `text` is that of a cloze note with all its gaps, empty where it need not travel."""
    card = placed.card
    return CollectionCard(
        id=card.id,
        note_id=card.note,
        deck=deck_name(placed),
        front=card.front,
        back=card.back,
        kind=card.kind,
        tags=card.topics,
        extra=tuple((name, value) for name, value in _extra(card, text) if value),
        state=state,
    )


def _extra(card: Card, text: str) -> Iterator[tuple[str, str]]:
    yield "source", card.source
    yield "day", "" if card.day == OWN_DAY else str(card.day)
    yield "text", text
    yield "answer", card.answer
    yield "unit", card.unit
    yield "tolerance", "" if card.kind is not CardKind.NUMERIC or card.tolerance == TOLERANCE else repr(card.tolerance)
    yield "near", " ".join(card.near)
