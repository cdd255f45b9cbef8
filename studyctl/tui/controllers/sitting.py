"""What every sitting with cards has: the one on screen, those that come, and the tally. Knows no screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studyctl.domain.cards import Rating
from studyctl.domain.typed_answer import Comparison, suggested

if TYPE_CHECKING:
    from studyctl.errors import StudyError
    from studyctl.services.prompts import Prompt
    from studyctl.services.review_queue import QueueCounts


@dataclass(frozen=True)
class Page:
    """What one look at the database gives: first cards and prompts, the counts, and what is wrong with own decks."""

    ids: tuple[str, ...]
    prompts: tuple[Prompt, ...]
    counts: QueueCounts
    problems: tuple[StudyError, ...] = ()


@dataclass
class Sitting:
    """Current card, next cards and the tally.

    `answered` counts ratings that were painted; one that could not be stored is taken off again. `waiting` counts acts
    on their way to the database. `comparison` is what came of a typed answer to the card on screen.
    """

    current: Prompt | None = None
    revealed: bool = False
    comparison: Comparison | None = None
    upcoming: list[Prompt] = field(default_factory=list)
    answered: list[tuple[str, Rating]] = field(default_factory=list)
    waiting: int = 0

    @property
    def left(self) -> int:
        """Cards left, with the one on screen."""
        return int(self.current is not None) + len(self.upcoming)

    @property
    def last(self) -> Rating | None:
        """The newest rating of this sitting."""
        return self.answered[-1][1] if self.answered else None

    @property
    def finished(self) -> bool:
        """True where nothing is left and nothing is on its way."""
        return self.current is None and self.waiting == 0

    @property
    def counts(self) -> bool:
        """True where an answer to the card on screen is stored."""
        return self.current is not None

    @property
    def marked(self) -> Rating:
        """The rating that enter gives."""
        return suggested(self.comparison)

    def reveal(self, comparison: Comparison | None = None) -> None:
        """Turn the card."""
        self.revealed = self.current is not None
        self.comparison = comparison

    def rate(self, rating: Rating) -> Prompt | None:
        """Take the answer and move on to the next card at once; None where the card is not turned."""
        rated = self.current
        if rated is None or not self.revealed:
            return None
        self.answered.append((rated.card.id, rating))
        self.waiting += 1
        self._show(self.upcoming.pop(0) if self.upcoming else None)
        return rated

    def leave(self) -> Prompt | None:
        """Move on without an answer; the act behind it is on its way."""
        left = self.current
        if left is not None:
            self.waiting += 1
            self._show(self.upcoming.pop(0) if self.upcoming else None)
        return left

    def stored(self, _page: Page) -> None:
        """An act is in the database."""
        self.waiting -= 1

    def refused(self, prompt: Prompt, rating: Rating | None) -> None:
        """An act could not be stored: its card comes back, turned as it was when it was answered."""
        self.dropped(prompt, rating)
        if self.current is not None:
            self.upcoming.insert(0, self.current)
        self._show(prompt)
        self.revealed = rating is not None

    def dropped(self, prompt: Prompt, rating: Rating | None) -> None:
        """An act was not taken and its card is not asked again, as another program has answered it."""
        self.waiting -= 1
        if rating is not None:
            self.answered.reverse()
            self.answered.remove((prompt.card.id, rating))
            self.answered.reverse()

    def taken_back(self, card_id: str) -> None:
        """The newest answer to a card does not count any more."""
        places = [n for n, (answered, _) in enumerate(self.answered) if answered == card_id]
        if places:
            del self.answered[places[-1]]

    def refresh(self, prompt: Prompt) -> None:
        """The same card as it reads now: edited, flagged; it stays turned as it is."""
        if self.current is not None and self.current.card.id == prompt.card.id:
            self.current = prompt
        self.upcoming = [prompt if each.card.id == prompt.card.id else each for each in self.upcoming]

    def acted(self) -> None:
        """Something else was stored, so that the newest answer is not the newest act."""

    def undone(self) -> None:
        """The newest act that was stored is not any more."""

    def gone(self, card_id: str) -> None:
        """A card is not in any deck any more."""
        self.upcoming = [each for each in self.upcoming if each.card.id != card_id]
        if self.current is not None and self.current.card.id == card_id:
            self._show(self.upcoming.pop(0) if self.upcoming else None)

    def restart(self, page: Page, first: Prompt | None = None) -> None:
        """Show a card before all others, as after an undo; None clears the screen."""
        self._show(first)

    def _show(self, prompt: Prompt | None) -> None:
        self.current = prompt
        self.revealed = False
        self.comparison = None
