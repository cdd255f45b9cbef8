"""Review: the queue of today; the cards of a filter; practice where nothing is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from studyctl.domain.outcome import Area, Changes
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.card_asking import AsksCards
from studyctl.tui.controllers import review_jobs as jobs
from studyctl.tui.controllers.practice_session import Drill, PracticeSession
from studyctl.tui.controllers.review_session import ReviewSession
from studyctl.tui.controllers.sitting import Page
from studyctl.tui.widgets.card_view import CardView

if TYPE_CHECKING:
    from studyctl.services.prompts import Prompt


class ReviewScreen(AsksCards):
    """Opens on the queue; with `kind` `filter` on the cards of a query, with `practice` on learnt ones."""

    HEADING = "Review"
    SCOPE = Scope.REVIEW
    BOUND: ClassVar[Changes] = frozenset({Area.CARDS, Area.SETTINGS, Area.DAYS})
    UNDO_SCOPE = "review"
    CSS_PATH = "review.tcss"
    BINDINGS = bindings(Scope.REVIEW)

    def __init__(self, kind: str = "", query: str = "") -> None:
        super().__init__()
        self._first = (kind, query)

    def body(self) -> ComposeResult:
        """The lines for a filter and for what is wrong with a card, around the card."""
        yield Input(id="filter", classes="popup", placeholder="filter, e.g. tag:kv-cache; enter asks, esc leaves")
        yield from super().body()
        yield Input(id="flag", classes="popup", placeholder="what is wrong with the card? enter flags, esc leaves")

    def load(self) -> None:
        """Look at the cards again; the one on screen stays there while it is asked."""
        kind, query = self._first
        self._first = ("", "")
        if kind:
            self._choose(query)
        elif isinstance(self._session, PracticeSession):
            ids = [each.card.id for each in (self._session.current, *self._session.upcoming) if each is not None]
            self.ask(lambda container: jobs.read_prompts(container, ids), lambda read: self._read_again(ids, read))
        else:
            self.ask(jobs.read_page, self._opened)

    def tick(self) -> None:
        """A learning step may have become due while nothing was."""
        super().tick()
        if self._day and self._day.next_step and self._day.next_step <= self.study.clock.now():
            self.load()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Practice is offered where no card is left."""
        if action in ("edit", "flag"):
            return self._session.current is not None
        if action == "practice":
            return self._session.current is None
        return super().check_action(action, parameters)

    def action_edit(self) -> None:
        """Edit the card on screen."""
        if self._session.current is not None:
            self.edit_card(self._session.current.card.id)

    def action_flag(self) -> None:
        """Ask what is wrong with the card; take the flag off where it has one."""
        prompt = self._session.current
        if prompt is not None and prompt.flag is not None:
            self.act(lambda container: jobs.take_flag_off(container, prompt.card.id), self._unflagged)
        elif prompt is not None:
            self.open_field("flag")

    def action_practice(self) -> None:
        """Ask learnt cards, of which nothing is stored."""
        self._choose("")

    def action_back(self) -> None:
        """Out of a line, then out of a filter or practice, then back to Today."""
        if self.close_fields():
            self.say("")
            self.query_one(CardView).focus_card()
        elif self.typing:
            self.query_one(CardView).focus()
        elif isinstance(self._session, PracticeSession):
            self._session = ReviewSession()
            self.say("")
            self.load()
        else:
            super().action_back()

    def action_undo(self) -> None:
        """Take the newest act on a card back, of this sitting or of an earlier one, and show its card."""
        session = self._session
        if isinstance(session, PracticeSession) and session.can_step_back:
            session.step_back()
            self._paint()
            return
        current = session.current.card.id if session.current else ""
        self.act(lambda container: jobs.take_back(container, current), self._taken_back)

    @on(Input.Submitted, "#flag")
    def take_flag(self, event: Input.Submitted) -> None:
        """Flag the card that is on screen."""
        prompt, note = self._session.current, event.value
        if prompt is not None:
            self.act(lambda container: jobs.write_flag(container, prompt.card.id, note), self._flagged)

    @on(Input.Submitted, "#filter")
    def take_filter(self, event: Input.Submitted) -> None:
        """Ask the cards of a filter; an empty line changes nothing."""
        if query := event.value.strip():
            self._choose(query)
        else:
            self.action_back()

    def _choose(self, query: str) -> None:
        seed = int(self.study.clock.now().timestamp())
        self.ask(lambda container: jobs.read_drills(container, query, seed), lambda found: self._chosen(query, found))

    def _chosen(self, query: str, drills: list[Drill]) -> None:
        self.close_fields()
        self._session = PracticeSession.of(query, drills)
        self.say("")
        self._paint()

    def _opened(self, page: Page) -> None:
        session = self._session
        if not isinstance(session, ReviewSession):
            return  # a filter was opened meanwhile
        if session.current is not None and session.current.card.id in page.ids:
            session.follow(page)
        else:
            session.restart(page)
        self._paint()
        for problem in page.problems[:1]:
            self.complain(problem)

    def _read_again(self, ids: list[str], prompts: list[Prompt]) -> None:
        for prompt in prompts:
            self._session.refresh(prompt)
        for card in set(ids) - {prompt.card.id for prompt in prompts}:
            self._session.gone(card)
        self._paint()

    def _flagged(self, prompt: Prompt) -> None:
        self.close_fields()
        self._session.acted()
        self._session.refresh(prompt)
        self._paint()
        self.query_one(CardView).focus_card()
        self.say(f"Flagged: {prompt.card.id}. u takes that back.")

    def _unflagged(self, prompt: Prompt) -> None:
        self._session.acted()
        self._session.refresh(prompt)
        self._paint()
        self.say(f"The flag of {prompt.card.id} is taken off.")

    def _taken_back(self, undone: jobs.Undone) -> None:
        session = self._session
        session.undone()
        if undone.shown is not None:
            if undone.rated:
                session.taken_back(undone.shown.card.id)
            session.restart(undone.page, undone.shown)
        elif undone.current is not None:
            session.refresh(undone.current)
        else:
            session.restart(undone.page)
        self._paint()
        self.undone(undone.act)
