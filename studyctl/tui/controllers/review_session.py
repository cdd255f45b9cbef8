"""One sitting at the review queue: which card is painted, which come next, and what a failed write brings back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studyctl.domain.cards import Rating

if TYPE_CHECKING:
    from studyctl.errors import StudyError
    from studyctl.services.review import Prompt, QueueCounts

PREFETCH = 3


@dataclass(frozen=True)
class Page:
    """What one look at the database gives: first cards and prompts, the counts, and what is wrong with own decks."""

    ids: tuple[str, ...]
    prompts: tuple[Prompt, ...]
    counts: QueueCounts
    problems: tuple[StudyError, ...] = ()


@dataclass
class ReviewSession:
    """Current card, prefetched cards and the tally of this sitting. Knows neither screen nor database.

    `answered` counts ratings that were painted; one that could not be stored is taken off again. `deadline_days` is as
    in the counts.
    """

    current: Prompt | None = None
    revealed: bool = False
    upcoming: list[Prompt] = field(default_factory=list)
    total: int = 0
    answered: list[tuple[str, Rating]] = field(default_factory=list)
    waiting: int = 0
    deadline_days: int | None = None

    @property
    def left(self) -> int:
        """Cards left, with the one on screen; answers on their way to the database are already taken off."""
        return max(self.total - self.waiting, int(self.current is not None) + len(self.upcoming))

    @property
    def last(self) -> Rating | None:
        """The newest rating of this sitting."""
        return self.answered[-1][1] if self.answered else None

    @property
    def finished(self) -> bool:
        """True where nothing is left and nothing is on its way."""
        return self.current is None and self.waiting == 0

    def reveal(self) -> None:
        """Turn the card."""
        self.revealed = self.current is not None

    def rate(self, rating: Rating) -> Prompt | None:
        """Take the answer and move on to the next prefetched card at once; None where the card is not turned."""
        rated = self.current
        if rated is None or not self.revealed:
            return None
        self.answered.append((rated.card.id, rating))
        self.waiting += 1
        self._show(self.upcoming.pop(0) if self.upcoming else None)
        return rated

    def stored(self, page: Page) -> None:
        """An answer is in the database, and this is the queue behind it."""
        self.waiting -= 1
        self.follow(page)

    def refused(self, prompt: Prompt, rating: Rating) -> None:
        """An answer could not be stored: its card comes back, turned as it was."""
        self.dropped(prompt, rating)
        if self.current is not None:
            self.upcoming.insert(0, self.current)
        self._show(prompt)
        self.revealed = True

    def dropped(self, prompt: Prompt, rating: Rating) -> None:
        """An answer was not taken and its card is not asked again, as another program has answered it."""
        self.waiting -= 1
        self.answered.reverse()
        self.answered.remove((prompt.card.id, rating))
        self.answered.reverse()

    def restart(self, page: Page, first: Prompt | None = None) -> None:
        """Begin anew with a queue; `first` is shown before it, as after an undo."""
        self._show(first)
        self.follow(page)

    def taken_back(self, card_id: str) -> None:
        """The newest answer to a card does not count any more."""
        places = [n for n, (answered, _) in enumerate(self.answered) if answered == card_id]
        if places:
            del self.answered[places[-1]]

    def follow(self, page: Page) -> None:
        """The queue changed behind the card on screen."""
        self.total, self.deadline_days = page.counts.total, page.counts.deadline_days
        if self.waiting:
            return  # a later answer is on its way: its own page knows more
        shown = {self.current.card.id} if self.current else set()
        self.upcoming = [prompt for prompt in page.prompts if prompt.card.id not in shown]
        if self.current is None and self.upcoming:
            self._show(self.upcoming.pop(0))

    def _show(self, prompt: Prompt | None) -> None:
        self.current = prompt
        self.revealed = False
