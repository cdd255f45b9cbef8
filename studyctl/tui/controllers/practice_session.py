"""A sitting with chosen cards: due ones are answered as ever, the others are practice, of which nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studyctl.domain.cards import Rating
from studyctl.tui.controllers.sitting import Sitting

if TYPE_CHECKING:
    from studyctl.services.prompts import Prompt
    from studyctl.tui.controllers.sitting import Page

AGAIN_AFTER = 3  # cards


@dataclass(frozen=True)
class Drill:
    """A chosen card; `counts` is True where an answer to it is stored."""

    prompt: Prompt
    counts: bool


@dataclass
class PracticeSession(Sitting):
    """Cards in the order in which they were chosen. `query` is the filter, empty without one.

    `counted` has the ids whose answers are stored; each is stored once, then its card has left the sitting.
    `acts` has True for each answer that was practice and False for each act that was stored, the newest last.
    """

    query: str = ""
    counted: set[str] = field(default_factory=set)
    practised: list[Prompt] = field(default_factory=list)
    acts: list[bool] = field(default_factory=list)

    @classmethod
    def of(cls, query: str, drills: Iterable[Drill]) -> PracticeSession:
        """A sitting with these cards."""
        drills = list(drills)
        prompts = [drill.prompt for drill in drills]
        counted = {drill.prompt.card.id for drill in drills if drill.counts}
        return cls(current=prompts[0] if prompts else None, upcoming=prompts[1:], query=query, counted=counted)

    @property
    def can_step_back(self) -> bool:
        """True where the newest act was an answer for practice."""
        return bool(self.acts and self.acts[-1])

    @property
    def counts(self) -> bool:
        """True where an answer to the card on screen is stored."""
        return self.current is not None and self.current.card.id in self.counted

    def rate(self, rating: Rating) -> Prompt | None:
        """As in any sitting where the card counts; else the card is done, or comes again after a few others."""
        if self.counts:
            rated = super().rate(rating)
            if rated is not None:
                self.counted.discard(rated.card.id)
                self.acted()
            return rated
        rated = self.current
        if rated is None or not self.revealed:
            return None
        self.answered.append((rated.card.id, rating))
        self.practised.append(rated)
        self.acts.append(True)
        if rating is Rating.AGAIN:
            self.upcoming.insert(AGAIN_AFTER, rated)
        self._show(self.upcoming.pop(0) if self.upcoming else None)
        return None

    def acted(self) -> None:
        """Undo is for what is stored now."""
        self.acts.append(False)

    def leave(self) -> Prompt | None:
        """Move on without an answer."""
        self.acted()
        return super().leave()

    def step_back(self) -> None:
        """Ask the card again whose answer was practice and the newest."""
        _, rating = self.answered.pop()
        prompt = self.practised.pop()
        self.acts.pop()
        if self.current is not None:
            self.upcoming.insert(0, self.current)
        if rating is Rating.AGAIN:
            self.upcoming = [each for each in self.upcoming if each.card.id != prompt.card.id]
        self._show(prompt)

    def refused(self, prompt: Prompt, rating: Rating | None) -> None:
        """An act could not be stored: its card comes back."""
        if rating is not None:
            self.counted.add(prompt.card.id)
        super().refused(prompt, rating)

    def dropped(self, prompt: Prompt, rating: Rating | None) -> None:
        """An act was not taken."""
        self.undone()
        super().dropped(prompt, rating)

    def undone(self) -> None:
        """The newest act is not stored any more."""
        if False in self.acts:
            del self.acts[len(self.acts) - 1 - self.acts[::-1].index(False)]

    def taken_back(self, card_id: str) -> None:
        """The newest answer to a card does not count any more, so that its next one does."""
        super().taken_back(card_id)
        self.counted.add(card_id)

    def restart(self, _page: Page, first: Prompt | None = None) -> None:
        """Show a card before all others, as after an undo."""
        if first is not None:
            self.upcoming = [each for each in (self.current, *self.upcoming) if each and each.card.id != first.card.id]
            self._show(first)
