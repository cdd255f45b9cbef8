"""Which card here a card of a file is: by its id where it is known, else as a new card with an id that lasts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from studyctl.content.cloze import Gap, gaps_of
from studyctl.domain.cards import CardKind
from studyctl.domain.collection import CollectionCard
from studyctl.errors import UsageError

_NOTE = re.compile(r"[a-z0-9][a-z0-9\-]{1,39}")
_NUMBERED = re.compile(r"(?P<note>[a-z0-9][a-z0-9\-]{1,35})\.(?P<number>[1-9]\d{0,2})")
OTHER_TEXT = "its note is here with another text"
TWICE = "another card of the file has its id"


@dataclass(frozen=True)
class Cloze:
    """The text of a note with all its gaps."""

    note: str
    text: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Placed:
    """A card of the file and its id here; `gap` is the question that a cloze text asks for it."""

    card: CollectionCard
    id: str
    known: bool
    gap: Gap | None = None


@dataclass(frozen=True)
class NewNote:
    """A note that no deck has: one card, or a cloze text with its cards."""

    id: str
    card: CollectionCard
    cloze: Cloze | None = None
    siblings: tuple[str, ...] = ()


@dataclass
class Placement:
    """All cards of a file: those that are placed, notes to be made, and cards left out with the reason."""

    placed: list[Placed] = field(default_factory=list)
    notes: list[NewNote] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def place(cards: Iterable[CollectionCard], known: Callable[[Iterable[str]], set[str]]) -> Placement:
    """Find or make a place for every card; `known` names those of some ids that a deck here has."""
    groups: dict[str, list[CollectionCard]] = {}
    for card in cards:
        groups.setdefault(card.note_id, []).append(card)
    named = [(group, _cloze(group)) for group in groups.values()]
    asked = {name for group, cloze in named for card in group for name in _candidates(card, cloze)}
    placer = _Placer(known(asked | {f"{name}.1" for name in asked}))
    for group, cloze in named:
        placer.take(group, cloze)
    return placer.found


class _Placer:
    def __init__(self, known: set[str]) -> None:
        self._known = known
        self._given: set[str] = set()
        self.found = Placement()

    def take(self, group: Sequence[CollectionCard], cloze: Cloze | None) -> None:
        """Place the cards of one note."""
        ids = {card.id: next((i for i in _candidates(card, cloze) if i in self._known), None) for card in group}
        fresh = [card for card in group if ids[card.id] is None]
        for card in group:
            card_id = ids[card.id]
            if card_id is not None:
                self._give(card, card_id, known=True, gap=_gap(card, cloze))
        if fresh and cloze is not None and len(fresh) == len(group) and cloze.note not in self._given:
            self._new_cloze(fresh, cloze)
        else:
            self._new_plain(fresh, cloze)

    def _new_cloze(self, group: Sequence[CollectionCard], cloze: Cloze) -> None:
        if cloze.note in self._known or f"{cloze.note}.1" in self._known:
            self.found.skipped += [(card.id, OTHER_TEXT) for card in group]
            return
        self._given.add(cloze.note)
        self.found.notes.append(NewNote(cloze.note, group[0], cloze))
        for card in group:
            self._give(card, _cloze_id(card, cloze), known=False, gap=_gap(card, cloze))

    def _new_plain(self, group: Sequence[CollectionCard], cloze: Cloze | None) -> None:
        ids = {card.id: _plain_id(card.id) for card in group}
        for card in group:
            card_id = ids[card.id]
            if f"{card_id}.1" in self._known or (cloze is not None and f"{cloze.note}.1" in self._known):
                self.found.skipped.append((card.id, OTHER_TEXT))
            elif self._give(card, card_id, known=False):
                siblings = tuple(other for other in ids.values() if other != card_id)
                self.found.notes.append(NewNote(card_id, card, siblings=siblings))

    def _give(self, card: CollectionCard, card_id: str, *, known: bool, gap: Gap | None = None) -> bool:
        if card_id in self._given:
            self.found.skipped.append((card.id, TWICE))
            return False
        self._given.add(card_id)
        self.found.placed.append(Placed(card, card_id, known, gap))
        return True


def _candidates(card: CollectionCard, cloze: Cloze | None) -> Iterator[str]:
    """Ids under which the card may be here, the likeliest first.

    Anki numbers gaps as it likes, so that a number of its own may be another gap's here.
    """
    if "place" not in dict(card.extra):
        yield card.id
    if cloze is not None:
        yield _cloze_id(card, cloze)
    yield _plain_id(card.id)


def _cloze(group: Sequence[CollectionCard]) -> Cloze | None:
    """The text that all cards of a note share, where it has a gap for each of them."""
    texts = {dict(card.extra).get("text") or _written_by_hand(card) for card in group}
    text = texts.pop() if len(texts) == 1 else None
    if text is None or any(card.kind is not CardKind.CLOZE for card in group):
        return None
    try:
        gaps = gaps_of(text.strip())
    except UsageError:
        return None
    cloze = Cloze(_note_id(group[0].note_id), text.strip(), gaps)
    for card in group:
        answer, gap = dict(card.extra).get("answer"), _gap(card, cloze)
        if gap is None or answer not in (None, gap.answer):
            return None
    return cloze


def _written_by_hand(card: CollectionCard) -> str | None:
    return card.front if "{{" in card.front and not card.extra else None


def _number(card: CollectionCard) -> int:
    """Place of the card's gap in the text, from 1."""
    place = dict(card.extra).get("place", "")
    if place.isdecimal():
        return int(place)
    found = _NUMBERED.fullmatch(card.id)
    return int(found["number"]) if found else 1


def _gap(card: CollectionCard, cloze: Cloze | None) -> Gap | None:
    number = _number(card)
    return cloze.gaps[number - 1] if cloze is not None and 1 <= number <= len(cloze.gaps) else None


def _cloze_id(card: CollectionCard, cloze: Cloze) -> str:
    return f"{cloze.note}.{_number(card)}"


def _plain_id(card_id: str) -> str:
    found = _NUMBERED.fullmatch(card_id)
    return f"{found['note']}-{found['number']}" if found else _note_id(card_id)


def _note_id(name: str) -> str:
    """The name itself where it can be an id here, else one that is always made of it."""
    return name if _NOTE.fullmatch(name) else f"card-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
