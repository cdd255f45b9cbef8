"""One card: its front alone while recalling, with a line to type in; the back and the source after the reveal."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.style import Style
from textual.widgets import Input, Markdown, Static

from studyctl.domain.cards import Card, Rating
from studyctl.domain.typed_answer import typed, wanted
from studyctl.tui.actions import BY_ID
from studyctl.tui.widgets.reader import Reader


class AnswerLine(Input):
    """The line to type an answer in; the key bar names its enter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", BY_ID["review.go_on"].label, id="review.go_on"),
    ]


class CardView(Reader):
    """The card in the middle of the screen."""

    _card: Card | None = None

    def compose(self) -> ComposeResult:
        """Marks, front, the line to type in, what came of it, a line, back, source."""
        yield Static(id="marks", markup=False)
        yield Markdown(id="front", open_links=False)
        yield Static(id="wanted", markup=False)
        yield AnswerLine(id="answer", select_on_focus=False)
        yield Static(id="verdict", markup=False)
        yield Static("space", id="fold")
        yield Markdown(id="back", open_links=False)
        yield Static(id="source", markup=False)

    @property
    def shown(self) -> Card | None:
        """The card on screen."""
        return self._card

    @property
    def answer(self) -> str:
        """What was typed."""
        return self.query_one("#answer", Input).value

    def show(self, card: Card | None, revealed: bool, marks: str, verdict: Content) -> None:
        """Show a card, or nothing."""
        asks = card is not None and typed(card) and not revealed
        self.set_class(revealed, "-revealed")
        self.set_class(asks, "-asks")
        if card is not self._card:
            self._show_card(card)
        self.query_one("#fold", Static).update("enter" if asks else "space")
        self._tell("#marks", Content(marks))
        self._tell("#verdict", verdict)

    def focus_card(self) -> None:
        """The keyboard goes to the line to type in, where there is one, else to the card."""
        (self.query_one("#answer") if self.has_class("-asks") else self).focus()

    def show_back(self) -> None:
        """Scroll as far as it takes to see the back, where the card is longer than the screen."""
        self.scroll_to_widget(self.query_one("#back"), animate=False)

    def _show_card(self, card: Card | None) -> None:
        if card is None or self._card is None or card.id != self._card.id:
            self.query_one("#answer", Input).value = ""
            self.scroll_home(animate=False)
        self._card = card
        self.query_one("#front", Markdown).update(card.front if card else "")
        self.query_one("#back", Markdown).update(card.back if card else "")
        self.query_one("#source", Static).update(f"source: {card.day}  {card.source}" if card else "")
        self._tell("#wanted", Content(wanted(card) if card else ""))

    def _tell(self, selector: str, text: Content) -> None:
        line = self.query_one(selector, Static)
        line.update(text)
        line.set_class(bool(text.plain), "-told")


class RatingBar(Static):
    """What each rating leads to, after the reveal; and what the last answer was."""

    def show(self, labels: dict[Rating, str], last: Rating | None, marked: Rating | None = None) -> None:
        """`labels` are the next intervals, none while recalling; `marked` is the rating that enter gives."""
        parts = [_choice(rating, labels[rating], rating is marked) for rating in Rating if rating in labels]
        line = Content("   ").join(parts)
        if last is not None:
            line += Content.styled(f"{'     ' if parts else ''}last: {last.label}", "$text-muted")
        self.update(line)


def _choice(rating: Rating, label: str, marked: bool) -> Content:
    text = f"{'> ' if marked else ''}{rating.value} {rating.label} {label}".rstrip()
    return Content(text).stylize(Style.from_meta({"@click": f"screen.rate({rating.value})"}))
