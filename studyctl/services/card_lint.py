"""What is wrong with the user's own cards: decks that cannot be read, and cards that are hard to learn."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from studyctl.content.decks import Deck, deck_files, read_deck_file
from studyctl.domain.cards import Card
from studyctl.errors import ContentError
from studyctl.services.content_check.cards import asked, card_problems
from studyctl.services.context import Context

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<problem>.*)", re.DOTALL)


@dataclass(frozen=True)
class CardProblem:
    """One problem at a line of a deck file; `card` is empty where the file as a whole is meant."""

    file: str
    line: int
    card: str
    problem: str


@dataclass(frozen=True)
class LintReport:
    """Deck files that were looked at, cards that could be read, and the problems by file and line."""

    decks: int
    cards: int
    problems: tuple[CardProblem, ...]


class CardLintService:
    """Looks at the decks of the user's folder."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def check(self) -> LintReport:
        """Read every own deck again and judge each card. Stores nothing but what an edited deck brings.

        Raises:
            ContentError: a deck of the bundle is wrong.
        """
        found = [_unread(error) for error in self._context.shelf.sync()]
        files = [file for file in deck_files(self._context.library.curriculum, self._context.paths.cards) if file.own]
        decks = []
        for file in files:
            try:
                decks.append(read_deck_file(file))
            except ContentError as error:
                found.append(_unread(error))
        for deck in decks:
            found += self._judged(deck)
        found += self._twice(decks)
        found.sort(key=lambda each: (each.file, each.line))
        return LintReport(len(files), sum(len(deck.cards) for deck in decks), tuple(dict.fromkeys(found)))

    def _judged(self, deck: Deck) -> Iterator[CardProblem]:
        for card in deck.cards:
            for problem in card_problems(card):
                yield _at(deck, card, problem)

    def _twice(self, decks: Iterable[Deck]) -> Iterator[CardProblem]:
        """Cards that ask what another one asks, and those that name a card as near that is nowhere."""
        own = [(deck, card) for deck in decks for card in deck.cards]
        replaced = {card.id for _, card in own}
        bundle = [card for card in self._context.library.cards.values() if card.id not in replaced]
        notes = {card.note for card in (*bundle, *(card for _, card in own))}
        first: dict[str, Card] = {}
        for card in (*bundle, *(card for _, card in own)):
            first.setdefault(asked(card), card)
        for deck, card in own:
            same = first[asked(card)]
            if asked(card) and same.id != card.id:
                yield _at(deck, card, f"it asks the same as {same.id}")
            for name in card.near:
                if name not in notes:
                    yield _at(deck, card, f"there is no card {name!r} to be near")


def _at(deck: Deck, card: Card, problem: str) -> CardProblem:
    return CardProblem(deck.file.file, deck.lines[card.id], card.note, problem)


def _unread(error: ContentError) -> CardProblem:
    place = _PLACE.fullmatch(error.message)
    if place is None:
        return CardProblem("", 0, "", error.message)
    return CardProblem(place["file"], int(place["line"]), "", f"{place['problem']} {error.hint}".strip())
