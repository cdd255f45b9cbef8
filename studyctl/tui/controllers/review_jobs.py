"""What the review screen asks of the services: each function is a job for the service thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studyctl.domain.outcome import Outcome
from studyctl.errors import NotFoundError
from studyctl.tui.controllers.practice_session import Drill
from studyctl.tui.controllers.review_session import PREFETCH
from studyctl.tui.controllers.sitting import Page

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.domain.cards import Rating
    from studyctl.services.prompts import Prompt
    from studyctl.services.review_day import ReviewDay
    from studyctl.storage.undo import Act

_SHOWN_AGAIN = ("rate", "suspend")  # acts after which the card had left the screen


@dataclass(frozen=True)
class Stored:
    """An act on a card, the queue behind it, and what there is to say."""

    page: Page
    said: str = ""


@dataclass(frozen=True)
class Undone:
    """An act that was taken back; `shown` is its card where it comes back to the screen.

    `current` is the card on screen as it reads now, None where no deck has it.
    """

    act: Act
    page: Page
    shown: Prompt | None
    current: Prompt | None

    @property
    def rated(self) -> bool:
        """True where a rating was taken back."""
        return self.act.summary.startswith("rate ")


def read_page(container: Container) -> Page:
    """The queue and its first prompts."""
    queue = container.review.queue()
    prompts = tuple(container.review.prompt(card) for card in queue.ids[: PREFETCH + 1])
    return Page(queue.ids, prompts, queue.counts, queue.problems)


def read_drills(container: Container, query: str, seed: int) -> list[Drill]:
    """The cards of a filter; without one those for practice."""
    from studyctl.services.practice_choice import cards_to_ask

    picked = cards_to_ask(container.practice, query, seed)
    return [Drill(container.review.prompt(each.card_id), each.counts) for each in picked]


def read_prompts(container: Container, ids: list[str]) -> list[Prompt]:
    """Cards as they read now; those that no deck has any more are left out."""
    return [prompt for card in ids if (prompt := _prompt(container, card)) is not None]


def write_answer(container: Container, card_id: str, rating: Rating, spent_ms: int) -> Outcome[Stored]:
    """Store an answer and look at the queue behind it."""
    answered = container.review.answer(card_id, rating, spent_ms)
    leech = answered.value.leech
    said = f"{leech} u shows it again, e then mends it." if leech else ""
    return Outcome(Stored(read_page(container), said), answered.changes)


def write_suspension(container: Container, card_id: str) -> Outcome[Stored]:
    """Ask a card no more, and look at the queue behind it."""
    changes = container.cards.suspend([card_id]).changes
    return Outcome(Stored(read_page(container), f"Suspended: {card_id}. u asks it again."), changes)


def write_flag(container: Container, card_id: str, note: str) -> Outcome[Prompt]:
    """Flag a card and read it again."""
    changes = container.cards.flag(card_id, note).changes
    return Outcome(container.review.prompt(card_id), changes)


def take_flag_off(container: Container, card_id: str) -> Outcome[Prompt]:
    """Take the flag off a card and read it again."""
    changes = container.cards.unflag(card_id).changes
    return Outcome(container.review.prompt(card_id), changes)


def take_back(container: Container, current: str) -> Outcome[Undone]:
    """Undo the newest act on a card, and read again that card and the one on screen."""
    undone = container.undo.undo("review")
    page = read_page(container)
    act, _, card = undone.value.summary.partition(" ")
    shown = _prompt(container, card.split()[0]) if act in _SHOWN_AGAIN and card else None
    return Outcome(Undone(undone.value, page, shown, _prompt(container, current)), undone.changes)


def read_day(container: Container) -> ReviewDay:
    """What was done today, and what comes next."""
    from studyctl.services.review_day import review_day

    return review_day(container.context)


def _prompt(container: Container, card_id: str) -> Prompt | None:
    try:
        return container.review.prompt(card_id) if card_id else None
    except NotFoundError:
        return None
