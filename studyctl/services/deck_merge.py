"""Which of the cards that were just read are stored: an id stands once, and a replacement takes its card's place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from studyctl.content.decks import Deck, DeckFile, is_own, notes_in, seems_to_replace
from studyctl.domain.cards import Card
from studyctl.errors import ContentError


@dataclass(frozen=True)
class Placed:
    """A card with the file that holds it, and the file and place by which it is sorted."""

    card: Card
    path: str
    sorted_by: str
    number: int


@dataclass(frozen=True)
class Stored:
    """What the database has of the cards that were read: path by id, and the user's path by note.

    `known` are paths of the user's that replace cards, or of which it was told already that they are wrong.
    """

    cards: Mapping[str, str]
    own_notes: Mapping[str, str]
    gone: frozenset[str]
    known: frozenset[str] = frozenset()


def entangled(files: Iterable[DeckFile], touched: set[str]) -> set[str]:
    """Paths to read although they did not change, as a replacement and its card are always read together.

    `touched` are the notes that the user's changed files held before.
    """
    files = list(files)
    replacing = [file for file in files if seems_to_replace(file)]
    notes = touched.union(*(notes_in(file) for file in replacing))
    if not notes:
        return set()
    bundle = {file.path for file in files if not file.own and notes & notes_in(file)}
    return bundle | {file.path for file in replacing}


def merge(decks: list[Deck], stored: Stored, problems: list[ContentError]) -> tuple[list[Deck], list[Placed]]:
    """The decks that are taken, and their cards. What is wrong with the user's decks goes to `problems`.

    Raises:
        ContentError: an id stands in two decks of the bundle.
    """
    bundle = [deck for deck in decks if not deck.file.own]
    own = [deck for deck in decks if deck.file.own]
    refused = set(stored.known)
    while (wrong := _first_double(bundle, own, stored)) is not None:
        deck, error = wrong
        if not deck.file.own:
            raise error
        problems.append(error)
        own.remove(deck)
        refused.add(deck.file.path)
    kept = {deck.file.path for deck in own} | stored.gone
    held = {note: path for note, path in stored.own_notes.items() if path not in kept}
    problems += [_shadowed(deck, note, held[note]) for deck in bundle for note in _shadows(deck, held, refused)]
    replaced = held.keys() | {card.note for deck in own if deck.replaces for card in deck.cards}
    originals: dict[str, Placed] = {}
    placed: list[Placed] = []
    for each in _numbered(bundle):
        if each.card.note in replaced:
            originals.setdefault(each.card.note, each)
        else:
            placed.append(each)
    placed += [_in_place(each, originals) for each in _numbered(own)]
    return [*bundle, *own], placed


def orphans(deck: Deck, bundle_notes: set[str]) -> Iterator[ContentError]:
    """A line for each replacement whose card the bundle does not have."""
    for note in dict.fromkeys(card.note for card in deck.cards if deck.replaces and card.note not in bundle_notes):
        line = next(deck.lines[card.id] for card in deck.cards if card.note == note)
        yield ContentError(
            f"{deck.file.file}:{line}: the decks have no card {note!r} to replace; it is a card of your own now.",
            "Move it to a deck without `replaces`, or delete it.",
        )


def _first_double(bundle: list[Deck], own: list[Deck], stored: Stored) -> tuple[Deck, ContentError] | None:
    """The first deck with an id that stands elsewhere: the bundle's come first, and a replacement may stand twice."""
    live = {deck.file.path for deck in (*bundle, *own)} | stored.gone
    held = {card: path for card, path in stored.cards.items() if path not in live}
    yours = {card: path for card, path in held.items() if is_own(path)}
    others = {card: path for card, path in held.items() if card not in yours}
    for deck in bundle:
        if error := _double(deck, others):
            return deck, error
        others.update({card.id: deck.file.path for card in deck.cards})
    for deck in own:
        if error := _double(deck, yours) or (None if deck.replaces else _double(deck, others)):
            return deck, error
        yours.update({card.id: deck.file.path for card in deck.cards})
    return None


def _shadows(deck: Deck, held: Mapping[str, str], known: set[str]) -> Iterator[str]:
    """Notes of a bundle's deck that one of the user's held before them, and not as a replacement."""
    notes = dict.fromkeys(card.note for card in deck.cards)
    return (note for note in notes if note in held and held[note] not in known)


def _shadowed(deck: Deck, note: str, path: str) -> ContentError:
    return ContentError(
        f"{path}: the card id {note!r} stands in {deck.file.path} now, too; yours is asked, the other is not.",
        "Give yours another id to be asked both.",
    )


def _double(deck: Deck, taken: Mapping[str, str]) -> ContentError | None:
    card = next((card.id for card in deck.cards if card.id in taken), None)
    if card is None:
        return None
    shown = deck.file.file if deck.file.own else deck.file.path
    return ContentError(
        f"{shown}:{deck.lines[card]}: the card id {card!r} stands in {taken[card]} already.",
        "Give one of the two cards another id; nothing of this file was taken.",
    )


def _numbered(decks: list[Deck]) -> Iterator[Placed]:
    for deck in decks:
        for number, card in enumerate(deck.cards):
            yield Placed(card, deck.file.path, deck.file.path, number)


def _in_place(each: Placed, originals: Mapping[str, Placed]) -> Placed:
    """A replacement is asked where its card would be, and belongs to its deck."""
    original = originals.get(each.card.note)
    if original is None:
        return each
    card = replace(each.card, deck=original.card.deck)
    return replace(each, card=card, sorted_by=original.sorted_by, number=original.number)
