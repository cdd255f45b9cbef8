"""One sitting at the review queue: which card is painted, which come next, and what a failed write brings back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studyctl.tui.controllers.sitting import Page, Sitting

if TYPE_CHECKING:
    from studyctl.services.prompts import Prompt

PREFETCH = 3


@dataclass
class ReviewSession(Sitting):
    """The queue of today, prefetched. `total` and `deadline_days` are what the last look at it counted."""

    total: int = 0
    deadline_days: int | None = None

    @property
    def left(self) -> int:
        """Cards left, with the one on screen; answers on their way to the database are already taken off."""
        return max(self.total - self.waiting, super().left)

    def stored(self, page: Page) -> None:
        """An act is in the database, and this is the queue behind it."""
        super().stored(page)
        self.follow(page)

    def restart(self, page: Page, first: Prompt | None = None) -> None:
        """Begin anew with a queue; `first` is shown before it, as after an undo."""
        super().restart(page, first)
        self.follow(page)

    def follow(self, page: Page) -> None:
        """The queue changed behind the card on screen."""
        self.total, self.deadline_days = page.counts.total, page.counts.deadline_days
        if self.waiting:
            return  # a later answer is on its way: its own page knows more
        shown = self.current.card.id if self.current else ""
        self.upcoming = [prompt for prompt in page.prompts if prompt.card.id != shown]
        for prompt in page.prompts:
            if self.current is not None and prompt.card.id == shown and prompt.card != self.current.card:
                self.refresh(prompt)  # its deck was edited
        if self.current is None and self.upcoming:
            self._show(self.upcoming.pop(0))
