"""Where the cards of a plain review come from: the queue of today, or a choice made beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from studyctl.domain.cards import Rating
from studyctl.errors import NotFoundError

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.practice import Practice
    from studyctl.services.prompts import Prompt

AGAIN_AFTER = 3  # cards


@dataclass(frozen=True)
class Asked:
    """A card to ask; `counts` is False where nothing is stored. `left` counts it and those behind it.

    `deadline_days` are the days to a deadline whose last pass this is.
    """

    prompt: Prompt
    counts: bool
    left: int
    deadline_days: int | None = None


@dataclass(frozen=True)
class Undone:
    """What was taken back: an act of the journal, or an answer for practice."""

    said: str
    practised: bool

    @property
    def card(self) -> str:
        """The card whose answer was taken back; empty where it was another act, or practice."""
        act, _, card = self.said.partition(" ")
        return card.partition(" ")[0] if act == "rate" else ""


class Source(Protocol):
    """Gives one card after another."""

    def next(self) -> Asked | None:
        """The card to ask, the same one until it is rated or gone."""

    def rated(self, asked: Asked, rating: Rating) -> None:
        """The card was answered."""

    def left_out(self) -> None:
        """The card was suspended."""

    def dropped(self) -> None:
        """The card's answer was not taken."""

    def acted(self) -> None:
        """Something else was stored, so that the newest answer is not the newest act."""

    def undo(self) -> Undone:
        """Take the newest act back."""


@dataclass
class Queue:
    """What is due."""

    container: Container

    def next(self) -> Asked | None:
        """The first card of the queue."""
        prompt = self.container.review.next()
        if prompt is None:
            return None
        counts = self.container.review.queue().counts
        return Asked(prompt, True, counts.total, counts.deadline_days)

    def rated(self, asked: Asked, rating: Rating) -> None:
        """The queue follows from what is stored."""

    def left_out(self) -> None:
        """The queue follows from what is stored."""

    def dropped(self) -> None:
        """The queue follows from what is stored."""

    def acted(self) -> None:
        """The queue follows from what is stored."""

    def undo(self) -> Undone:
        """Take the newest act on a card back."""
        return Undone(self.container.undo.undo("review").value.summary, False)


@dataclass
class Picked:
    """Chosen cards: `cards` are those left, `done` those that were asked, the newest last.

    `acts` has True for each answer that was practice and False for each act that was stored, the newest last.
    """

    container: Container
    cards: list[Practice]
    done: list[Practice] = field(default_factory=list)
    acts: list[bool] = field(default_factory=list)

    def next(self) -> Asked | None:
        """The first card that a deck still has."""
        while self.cards:
            try:
                prompt = self.container.review.prompt(self.cards[0].card_id)
            except NotFoundError:
                del self.cards[0]
                continue
            return Asked(prompt, self.cards[0].counts, len(self.cards))
        return None

    def rated(self, asked: Asked, rating: Rating) -> None:
        """The card is done; one that was not recalled in practice comes again a few cards later."""
        self.left_out()
        self.acts.append(not asked.counts)
        if rating is Rating.AGAIN and not asked.counts:
            self.cards.insert(AGAIN_AFTER, self.done[-1])

    def left_out(self) -> None:
        """The card is asked no more."""
        self.done.append(self.cards.pop(0))

    def dropped(self) -> None:
        """The card is not asked again."""
        del self.cards[0]

    def acted(self) -> None:
        """Undo is for what is stored now."""
        self.acts.append(False)

    def undo(self) -> Undone:
        """Take the newest act back: out of the database, unless it was practice."""
        practised = bool(self.acts and self.acts[-1])
        said = "an answer for practice" if practised else self.container.undo.undo("review").value.summary
        if self.acts:
            self.acts.pop()
        if self.done and (practised or self.done[-1].card_id in said.split()):
            card = self.done.pop()
            self.cards = [card, *(each for each in self.cards if each.card_id != card.card_id)]
        return Undone(said, practised)
