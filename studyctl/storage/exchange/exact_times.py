"""Anki keeps a card's newest answer to the second; the log has it to the millisecond."""

from __future__ import annotations

from dataclasses import replace

from studyctl.domain.collection import CollectionCard, LoggedReview


def with_exact_times(
    cards: tuple[CollectionCard, ...], reviews: tuple[LoggedReview, ...]
) -> tuple[CollectionCard, ...]:
    """Cards whose newest answer (`last_ms`) is the one in the log, where both name the same second or the card none."""
    newest: dict[str, int] = {}
    for review in reviews:
        if review.rating is not None:
            newest[review.card_id] = max(review.at, newest.get(review.card_id, 0))
    return tuple(_exact(card, newest.get(card.id)) for card in cards)


def _exact(card: CollectionCard, answered: int | None) -> CollectionCard:
    state = card.state
    if state is None or answered is None:
        return card
    if state.last_ms is not None and state.last_ms // 1000 != answered // 1000:
        return card
    return replace(card, state=replace(state, last_ms=answered))
