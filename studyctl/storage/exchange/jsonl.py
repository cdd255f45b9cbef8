"""JSON Lines: a head, then one card or one answer a line. Nothing is rounded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from studyctl.domain.clock import DEFAULT_ROLLOVER_HOUR
from studyctl.domain.collection import Collection, CollectionCard, LoggedReview
from studyctl.storage.exchange import limits
from studyctl.storage.exchange.clean import Refuse, clean_name
from studyctl.storage.exchange.limits import refusal
from studyctl.storage.exchange.records import (
    MAX_MILLIS,
    card_of,
    check_card,
    record_of,
    review_of,
    review_record,
    state_of,
    state_record,
    whole_of,
)
from studyctl.storage.exchange.text_file import at_line, id_of, lines_of
from studyctl.storage.exchange.whole_file import whole_file

_HEAD = "studyctl_cards"
_VERSION = 1
_MAX_OFFSET = 24 * 60 - 1


def write_jsonl(path: Path, collection: Collection, *, schedule: bool = True) -> None:
    """Write cards, and with `schedule` their states and the log; whole or not at all.

    Raises:
        DataError: the place cannot be written, or a card that could not be read again.
    """
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for record in _records(collection, schedule=schedule):
            file.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")


def _records(collection: Collection, *, schedule: bool) -> Iterator[dict[str, Any]]:
    yield {
        _HEAD: _VERSION,
        "created_at": collection.created_at,
        "changed_at": collection.changed_at,
        "rollover_hour": collection.rollover_hour,
        "zone_offset": collection.zone_offset,
        "media": list(collection.media),
    }
    for card in collection.cards:
        check_card(card)
        record = record_of(card)
        if schedule and card.state is not None:
            record["state"] = state_record(card.state)
        yield {"card": record}
    if schedule:
        for review in collection.reviews:
            yield {"review": review_record(review)}


def read_jsonl(path: Path) -> Collection:
    """The collection in a file; a file of nothing but cards is one too.

    Raises:
        NotFoundError: no such file.
        DataError: a line that cannot be read; the message names file and line.
    """
    reader = _Reader(path)
    for number, line in enumerate(lines_of(path), start=1):
        if line.strip():
            reader.take(line, at_line(path, number))
    return reader.collection()


class _Reader:
    """Takes line after line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._head: dict[str, Any] = {}
        self._cards: dict[str, CollectionCard] = {}
        self._reviews: list[LoggedReview] = []

    def take(self, line: str, refuse: Refuse) -> None:
        """One line.

        Raises:
            DataError: neither head, card nor answer.
        """
        try:
            record = json.loads(line, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise refuse("it is not one line of JSON.") from error
        if not isinstance(record, dict):
            raise refuse("it is not a JSON object.")
        if isinstance(record.get("card"), dict):
            self._take_card(record["card"], refuse)
        elif isinstance(record.get("review"), dict):
            self._reviews.append(review_of(record["review"], refuse))
            if len(self._reviews) > limits.MAX_REVIEWS:
                raise refuse(f"more than {limits.MAX_REVIEWS:,} answers.")
        elif record.get(_HEAD) == _VERSION:
            self._head = _checked_head(record, refuse)
        else:
            raise refuse("it is neither a card, an answer, nor a head of version 1.")

    def collection(self) -> Collection:
        """What all lines say together.

        Raises:
            DataError: an answer to a card that is not there.
        """
        lost = next((review.card_id for review in self._reviews if review.card_id not in self._cards), None)
        if lost is not None:
            raise refusal(self._path, f"an answer names the card {lost!r}, which is not in it.", "Export it again.")
        return Collection(cards=tuple(self._cards.values()), reviews=tuple(self._reviews), **self._head)

    def _take_card(self, record: dict[str, Any], refuse: Refuse) -> None:
        card = card_of(record, refuse, deck=self._path.stem, fallback_id=id_of)
        state = record.get("state")
        if state is not None and not isinstance(state, dict):
            raise refuse("a state is a JSON object.")
        if card.id in self._cards:
            raise refuse(f"the card {card.id!r} is there twice.")
        if len(self._cards) >= limits.MAX_CARDS:
            raise refuse(f"more than {limits.MAX_CARDS:,} cards.")
        self._cards[card.id] = card if state is None else replace(card, state=state_of(state, refuse))


def _checked_head(record: dict[str, Any], refuse: Refuse) -> dict[str, Any]:
    rollover = whole_of(record, "rollover_hour", 0, 23, refuse)
    media = record.get("media") or []
    if not isinstance(media, list) or not all(isinstance(name, str) for name in media):
        raise refuse("media is a list of names.")
    return {
        "created_at": whole_of(record, "created_at", 0, MAX_MILLIS, refuse),
        "changed_at": whole_of(record, "changed_at", 0, MAX_MILLIS, refuse),
        "rollover_hour": DEFAULT_ROLLOVER_HOUR if rollover is None else rollover,
        "zone_offset": whole_of(record, "zone_offset", -_MAX_OFFSET, _MAX_OFFSET, refuse) or 0,
        "media": tuple(clean_name(name, refuse, "media") for name in media),
    }


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)
