"""Review: one card at a time. A rating paints the next card at once, then it is written; a refusal brings it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from studyctl.domain.cards import Rating
from studyctl.domain.deadline_choice import countdown
from studyctl.domain.outcome import Area, Changes, Outcome
from studyctl.errors import NotFoundError, StudyError, UsageError
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.controllers.review_session import PREFETCH, Page, ReviewSession
from studyctl.tui.widgets.card_view import CardView, RatingBar
from studyctl.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.review import Prompt
    from studyctl.services.review_day import ReviewDay
    from studyctl.storage.undo import Act


class ReviewScreen(StudyScreen):
    """The review queue."""

    HEADING = "Review"
    SCOPE = Scope.REVIEW
    BOUND: ClassVar[Changes] = frozenset({Area.CARDS, Area.SETTINGS, Area.DAYS})
    UNDO_SCOPE = "review"
    CSS_PATH = "review.tcss"
    BINDINGS = bindings(Scope.REVIEW)

    def __init__(self) -> None:
        super().__init__()
        self._session = ReviewSession()
        self._day: ReviewDay | None = None
        self._shown_at: datetime | None = None

    @property
    def still(self) -> bool:
        """Nothing moves while a card is on screen."""
        return self._session.current is not None

    def body(self) -> ComposeResult:
        """The card, what stands there when none is left, and the ratings."""
        yield CardView()
        yield Static(id="nothing", markup=False)
        yield RatingBar()

    def load(self) -> None:
        """Look at the queue; a card that is on screen stays there while it is due."""
        self.ask(read_page, self._opened)

    def tick(self) -> None:
        """A learning step may have become due while nothing was."""
        super().tick()
        if self._day and self._day.next_step and self._day.next_step <= self.study.clock.now():
            self.load()

    def action_reveal(self) -> None:
        """Turn the card."""
        self._session.reveal()
        self._paint()
        self.call_after_refresh(self.query_one(CardView).show_back)

    def action_rate(self, number: int) -> None:
        """Answer the card: the next one is painted before this answer is written."""
        rating = Rating(number)
        prompt = self._session.rate(rating)
        if prompt is None:
            return
        spent = self._spent_ms()
        self.say("")
        self._paint()
        self.act(
            lambda container: write_answer(container, prompt.card.id, rating, spent),
            self._stored,
            self._rolled_back(prompt, rating),
        )

    def action_undo(self) -> None:
        """Take the newest answer back, of this sitting or of an earlier one, and show its card."""
        self.act(take_back, self._taken_back)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ratings work after the reveal only."""
        if action == "reveal":
            return self._session.current is not None and not self._session.revealed
        if action == "rate":
            return self._session.revealed
        return super().check_action(action, parameters)

    def copied_text(self) -> str:
        """The card as it is visible."""
        prompt = self._session.current
        if prompt is None:
            return ""
        return f"{prompt.card.front}\n\n{prompt.card.back}" if self._session.revealed else prompt.card.front

    def _opened(self, page: Page) -> None:
        current = self._session.current
        if current is not None and current.card.id in page.ids:
            self._session.follow(page)
        else:
            self._session.restart(page)
        self._paint()
        for problem in page.problems[:1]:
            self.complain(problem)

    def _stored(self, page: Page) -> None:
        self._session.stored(page)
        self._paint()

    def _rolled_back(self, prompt: Prompt, rating: Rating) -> Callable[[StudyError], None]:
        def roll_back(error: StudyError) -> None:
            if isinstance(error, UsageError):  # the card is not due any more: another program has answered it
                self._session.dropped(prompt, rating)
                self.load()
            else:
                self._session.refused(prompt, rating)
            self._paint()
            self.complain(error)

        return roll_back

    def _taken_back(self, undone: tuple[Act, Prompt | None, Page]) -> None:
        act, prompt, page = undone
        if prompt is not None:
            self._session.taken_back(prompt.card.id)
        self._session.restart(page, prompt)
        self._paint()
        self.undone(act)

    def _paint(self) -> None:
        session = self._session
        prompt = session.current
        card = self.query_one(CardView)
        before = card.shown
        card.show(prompt.card if prompt else None, session.revealed)
        if prompt is not None and before is not prompt.card:
            card.focus()
            self.call_after_refresh(self._start_clock)
        labels = {rating: next_.label for rating, next_ in prompt.preview.items()} if prompt else {}
        self.query_one(RatingBar).show(labels if session.revealed else {}, session.last)
        self.query_one(TitleBar).name_screen(self._heading())
        self.refresh_bindings()
        self.set_class(prompt is None, "-empty")
        if prompt is None:
            self.query_one("#nothing", Static).update("")
        if session.finished:
            self.ask(read_day, self._show_end)

    def _heading(self) -> str:
        session = self._session
        if session.current is None:
            return self.HEADING
        place = len(session.answered) + 1
        ends = f"  {countdown(days)}" if (days := session.deadline_days) is not None and days > 0 else ""
        return f"{self.HEADING}  {session.current.card.deck}  {place}/{len(session.answered) + session.left}{ends}"

    def _start_clock(self) -> None:
        self._shown_at = self.study.clock.now()

    def _spent_ms(self) -> int:
        if self._shown_at is None:
            return 0
        return max(0, round((self.study.clock.now() - self._shown_at).total_seconds() * 1000))

    def _show_end(self, day: ReviewDay) -> None:
        self._day = day
        self.query_one("#nothing", Static).update(end_text(day))


def read_page(container: Container) -> Page:
    """The queue and its first prompts."""
    queue = container.review.queue()
    prompts = tuple(container.review.prompt(card) for card in queue.ids[: PREFETCH + 1])
    return Page(queue.ids, prompts, queue.counts, queue.problems)


def write_answer(container: Container, card_id: str, rating: Rating, spent_ms: int) -> Outcome[Page]:
    """Store an answer and look at the queue behind it."""
    changes = container.review.answer(card_id, rating, spent_ms).changes
    return Outcome(read_page(container), changes)


def take_back(container: Container) -> Outcome[tuple[Act, Prompt | None, Page]]:
    """Undo the newest answer and read its card again."""
    undone = container.undo.undo("review")
    words = undone.value.summary.split()
    try:
        prompt = container.review.prompt(words[1]) if len(words) > 1 else None
    except NotFoundError:
        prompt = None
    return Outcome((undone.value, prompt, read_page(container)), undone.changes)


def read_day(container: Container) -> ReviewDay:
    """What was done today, and what comes next."""
    from studyctl.services.review_day import review_day

    return review_day(container.context)


def end_text(day: ReviewDay) -> str:
    """What stands on the screen when no card is left."""
    lines = ["Nothing is due now.", ""]
    if day.total:
        parts = ", ".join(f"{count} {rating.label}" for rating, count in day.answers.items() if count)
        lines.append(f"Today: {day.total} answer{'s' if day.total != 1 else ''} in {day.minutes:.1f} min ({parts}).")
    else:
        lines.append("Today: no answer yet.")
    if day.next_step is not None:
        lines.append(f"Later today: the next learning step at {day.next_step:%H:%M}.")
    if day.next_day is not None:
        when = "tomorrow" if day.next_day == 1 else f"in {day.next_day} days"
        lines.append(f"Next: {day.next_day_cards} card{'s' if day.next_day_cards != 1 else ''} {when}.")
    if day.next_step is None and day.next_day is None:
        lines.append("New cards come with the days of the plan.")
    lines += ["", "u takes the last answer back, esc leads to Today."]
    return "\n".join(lines)
