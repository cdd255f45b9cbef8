"""Asking cards one by one: recall, reveal, rate. A rating paints the next card at once, then it is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from studyctl.domain.cards import Rating
from studyctl.domain.typed_answer import compare, typed
from studyctl.errors import StudyError, UsageError
from studyctl.tui.card_editing import EditsCards
from studyctl.tui.controllers import review_jobs as jobs
from studyctl.tui.controllers.practice_session import PracticeSession
from studyctl.tui.controllers.review_session import ReviewSession
from studyctl.tui.controllers.sitting import Sitting
from studyctl.tui.widgets.card_view import CardView, RatingBar
from studyctl.tui.widgets.review_text import end_text, heading_of, labels_of, marks_of, over_text, verdict_of
from studyctl.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from studyctl.services.prompts import Prompt
    from studyctl.services.review_day import ReviewDay


class AsksCards(EditsCards):
    """A screen with a sitting: the card, the line to type its answer in, the ratings."""

    AUTO_FOCUS = "CardView"

    def __init__(self) -> None:
        super().__init__()
        self._session: Sitting = ReviewSession()
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

    def action_reveal(self) -> None:
        """Turn the card; what was typed is compared."""
        card = self.query_one(CardView)
        prompt = self._session.current
        if prompt is None:
            return
        compared = typed(prompt.card) and card.answer.strip()
        self._session.reveal(compare(prompt.card, card.answer) if compared else None)
        self._paint()
        card.focus_card()
        self.call_after_refresh(card.show_back)

    def action_go_on(self) -> None:
        """Turn the card, or give the rating that is marked."""
        if self._session.revealed:
            self.action_rate(self._session.marked)
        else:
            self.action_reveal()

    def action_rate(self, number: int) -> None:
        """Answer the card: the next one is painted before this answer is written."""
        rating, session = Rating(number), self._session
        spent = self._spent_ms()
        prompt = session.rate(rating)
        self.say("")
        self._paint()
        if prompt is not None:
            self.act(
                lambda container: jobs.write_answer(container, prompt.card.id, rating, spent),
                lambda stored: self._stored(session, stored),
                self._rolled_back(session, prompt, rating),
            )

    def action_suspend(self) -> None:
        """Put the card aside and go on with the next."""
        session = self._session
        prompt = session.leave()
        if prompt is not None:
            self._paint()
            self.act(
                lambda container: jobs.write_suspension(container, prompt.card.id),
                lambda stored: self._stored(session, stored),
                self._rolled_back(session, prompt, None),
            )

    def action_swap(self) -> None:
        """Between the line that takes the answer and the keys."""
        card = self.query_one(CardView)
        if self.typing:
            card.focus()
        else:
            card.focus_card()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ratings work after the reveal only."""
        session = self._session
        if action == "reveal":
            return session.current is not None and not session.revealed
        if action == "rate":
            return session.revealed
        if action in ("go_on", "suspend"):
            return session.current is not None
        if action == "swap":
            return self.query_one(CardView).has_class("-asks")
        return super().check_action(action, parameters)

    def copied_text(self) -> str:
        """The card as it is visible."""
        prompt = self._session.current
        if prompt is None:
            return ""
        return f"{prompt.card.front}\n\n{prompt.card.back}" if self._session.revealed else prompt.card.front

    def card_edited(self, card_id: str, prompt: Prompt | None) -> None:
        """Show the card as it reads now."""
        self._session.acted()
        if prompt is None:
            self._session.gone(card_id)
            self.load()
        else:
            self._session.refresh(prompt)
        self._paint()

    @on(Input.Submitted, "#answer")
    def take_answer(self) -> None:
        """Compare what was typed and turn the card."""
        self.action_reveal()

    def _stored(self, session: Sitting, stored: jobs.Stored) -> None:
        session.stored(stored.page)
        self._paint()
        if stored.said:
            self.say(stored.said)

    def _rolled_back(self, session: Sitting, prompt: Prompt, rating: Rating | None) -> Callable[[StudyError], None]:
        def roll_back(error: StudyError) -> None:
            if isinstance(error, UsageError):  # the card is not due any more: another program has answered it
                session.dropped(prompt, rating)
                self.load()
            else:
                session.refused(prompt, rating)
            self._paint()
            self.complain(error)

        return roll_back

    def _paint(self) -> None:
        session = self._session
        prompt = session.current
        card = self.query_one(CardView)
        before = card.shown
        marks = marks_of(prompt, session.counts) if prompt else ""
        self.set_class(prompt is None, "-empty")
        card.show(prompt.card if prompt else None, session.revealed, marks, verdict_of(session.comparison))
        if prompt is not None and (before is None or before.id != prompt.card.id):
            card.focus_card()
            self.call_after_refresh(self._start_clock)
        labels = labels_of(prompt, session.counts) if prompt and session.revealed else {}
        self.query_one(RatingBar).show(labels, session.last, session.marked)
        self.query_one(TitleBar).name_screen(heading_of(session, self.HEADING))
        self.refresh_bindings()
        if prompt is None:
            self._paint_end()

    def _paint_end(self) -> None:
        session = self._session
        nothing = self.query_one("#nothing", Static)
        nothing.update(over_text(session) if isinstance(session, PracticeSession) else "")
        if session.finished and isinstance(session, ReviewSession):
            self.ask(jobs.read_day, self._show_end)

    def _show_end(self, day: ReviewDay) -> None:
        self._day = day
        if isinstance(self._session, ReviewSession):
            self.query_one("#nothing", Static).update(end_text(day))

    def _start_clock(self) -> None:
        self._shown_at = self.study.clock.now()

    def _spent_ms(self) -> int:
        if self._shown_at is None:
            return 0
        return max(0, round((self.study.clock.now() - self._shown_at).total_seconds() * 1000))
