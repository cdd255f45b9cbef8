"""Cards: a query, the cards that match it, and everything about the selected one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container as Box
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static

from studyctl.domain.outcome import Area, Changes
from studyctl.domain.query_terms import QueryError
from studyctl.errors import StudyError
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.card_editing import EditsCards
from studyctl.tui.widgets.card_text import card_heading, card_row, detail_text
from studyctl.tui.widgets.reader import Reader
from studyctl.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from studyctl.services.card_browser import CardDetail, CardLine, CardPage

PAGE, WIDE = 200, 120
ORDERS = {
    "due": "what is due first",
    "deck": "as in the decks",
    "r": "lowest recall first",
    "lapses": "most lapses first",
    "difficulty": "hardest first",
}
EXAMPLE = "words, tag:kv-cache is:due prop:r<0.9 day:p90/16, then enter"


class BrowserScreen(EditsCards):
    """All cards of all decks."""

    HEADING = "Cards"
    SCOPE = Scope.BROWSER
    BOUND: ClassVar[Changes] = frozenset({Area.CARDS, Area.LABS})
    UNDO_SCOPE = "review"
    CSS_PATH = "browser.tcss"
    BINDINGS = bindings(Scope.BROWSER)
    AUTO_FOCUS = "#cards"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]

    def __init__(self, query: str = "") -> None:
        super().__init__()
        self._asked = query
        self._order = "due"
        self._shown: dict[str, CardLine] = {}
        self._total = 0
        self._detail: CardDetail | None = None

    def body(self) -> ComposeResult:
        """The skeleton."""
        yield Input(self._asked, id="filter", placeholder=EXAMPLE)
        yield Static("opening ...", id="cards-head", markup=False)
        with Box(id="browser"):
            with Vertical(id="cards-side"):
                yield Static(id="cards-columns", markup=False)
                yield RowList(id="cards")
            with Reader(id="card-scroll"):
                yield Static(id="card")
        yield Input(id="note", classes="popup", placeholder="what is wrong with the card; enter flags it, esc leaves")

    def load(self) -> None:
        """Ask for the cards of the query in force, as many as are there."""
        self._look_for(self._asked, max(PAGE, len(self._shown)))

    @on(Input.Submitted, "#filter")
    def search(self, event: Input.Submitted) -> None:
        """A new query; a wrong one is explained, and the list stays."""
        self._look_for(event.value, PAGE, self._found, self._wrong)

    @on(Input.Submitted, "#note")
    def store_flag(self, event: Input.Submitted) -> None:
        """Flag the selected card with the note."""
        line, note = self._selected, event.value
        self.close_fields()
        if line is not None:
            self.act(lambda container: container.cards.flag(line.id, note), lambda card: self.say(f"Flagged: {card}"))

    @on(OptionList.OptionHighlighted)
    def follow(self) -> None:
        """Show the card of the new line; at the last one fetch more."""
        line = self._selected
        if line is None:
            self._detail = None
            self.query_one("#card", Static).update("")
            self.remove_class("-whole")
            return
        if self._detail is None or self._detail.line != line:
            self._read_card()
        if self.query_one(RowList).highlighted == len(self._shown) - 1 and len(self._shown) < self._total:
            self._look_for(self._asked, len(self._shown) + PAGE)

    def on_resize(self) -> None:
        """More columns where there is room."""
        self._fill()

    def action_open(self) -> None:
        """The selected card over the whole screen; then back to the list."""
        self.set_class(not self.has_class("-whole") and self._selected is not None, "-whole")
        self.query_one("#card-scroll" if self.has_class("-whole") else "#cards").focus()

    def action_swap(self) -> None:
        """Between the query and the list."""
        self.query_one("#cards" if self.query_one("#filter", Input).has_focus else "#filter").focus()

    def action_order(self) -> None:
        """The next order."""
        names = list(ORDERS)
        self._order = names[(names.index(self._order) + 1) % len(names)]
        self._look_for(self._asked, PAGE, self._found)

    def action_suspend(self) -> None:
        """Ask the selected card no more, or again."""
        line = self._selected
        if line is None:
            return
        if line.suspended:
            self.act(lambda container: container.cards.resume([line.id]), lambda _: self.say(f"Resumed: {line.id}"))
        else:
            self.act(lambda container: container.cards.suspend([line.id]), lambda _: self.say(f"Suspended: {line.id}"))

    def action_flag(self) -> None:
        """Ask what is wrong with the selected card, or take its flag off."""
        line = self._selected
        if line is not None and line.flag is not None:
            self.act(lambda container: container.cards.unflag(line.id), lambda card: self.say(f"No flag: {card}"))
        elif line is not None:
            self.open_field("note")

    def action_edit(self) -> None:
        """Open the selected card's text in the user's editor."""
        line = self._selected
        if line is not None:
            self.edit_card(line.id)

    def action_practice(self) -> None:
        """Ask the cards of the query; without one, those that were learnt."""
        if not self._shown:
            self.say("There is no card to ask.")
        elif self._asked.strip():
            self.study.open("review", "filter", self._asked)
        else:
            self.study.open("review", "practice")

    def action_back(self) -> None:
        """Leave the field, then the whole card, then the screen."""
        if self.close_fields():
            return
        if self.has_class("-whole"):
            self.action_open()
        elif self.query_one("#filter", Input).has_focus:
            self.query_one("#filter", Input).value = self._asked
            self.query_one("#cards").focus()
        else:
            self.study.back()

    def copied_text(self) -> str:
        """Front and back of the selected card."""
        card = self._detail.card if self._detail else None
        return f"{card.front}\n\n{card.back}" if card else ""

    @property
    def _selected(self) -> CardLine | None:
        return self._shown.get(self.query_one(RowList).selected or "")

    def _look_for(
        self,
        query: str,
        limit: int,
        then: Callable[[str, CardPage], None] | None = None,
        failed: Callable[[StudyError], None] | None = None,
    ) -> None:
        order, show = self._order, then or self._show
        self.ask(lambda container: container.browser.find(query, order, limit), lambda page: show(query, page), failed)

    def _wrong(self, error: StudyError) -> None:
        """The cursor goes to the place that is wrong."""
        self.complain(error)
        if isinstance(error, QueryError):
            self.query_one("#filter", Input).cursor_position = error.column - 1

    def _found(self, query: str, page: CardPage) -> None:
        """Another list: it begins at the top, and the keys go to it; with nothing in it the query is asked anew."""
        cards = self.query_one(RowList)
        cards.highlighted = None
        self.say("")
        self._show(query, page)
        if page.rows:
            cards.focus()

    def _show(self, query: str, page: CardPage) -> None:
        self._asked = query
        self._shown = {line.id: line for line in page.rows}
        self._total = page.total
        some = f", the first {len(page.rows)} of them here" if len(page.rows) < page.total else ""
        count = f"{page.total} card{'s' if page.total != 1 else ''}: {ORDERS[self._order]}{some}"
        self.query_one("#cards-head", Static).update(count if page.total else page.remark or "No card matches.")
        self._fill()
        self.follow()
        self._read_card()
        for problem in page.problems[:1]:
            self.complain(problem)

    def _fill(self) -> None:
        wide = self.app.size.width >= WIDE
        self.query_one("#cards-columns", Static).update(card_heading(wide))
        self.query_one(RowList).show_rows([card_row(line, wide) for line in self._shown.values()])

    def _read_card(self) -> None:
        line = self._selected
        if line is not None:
            self.ask(lambda container: container.browser.card(line.id), self._show_card)

    def _show_card(self, detail: CardDetail) -> None:
        line = self._selected
        if line is not None and line.id == detail.line.id:
            another = self._detail is None or self._detail.line.id != line.id
            self._detail = detail
            self.query_one("#card", Static).update(detail_text(detail))
            if another:
                self.query_one(Reader).scroll_home(animate=False)
