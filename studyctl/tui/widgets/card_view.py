"""One card: its front alone while recalling; the back and the source after the reveal."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Markdown, Static

from studyctl.domain.cards import Card, Rating
from studyctl.tui.widgets.reader import Reader


class CardView(Reader):
    """The card in the middle of the screen."""

    _card: Card | None = None

    def compose(self) -> ComposeResult:
        """Front, a line, back, source."""
        yield Markdown(id="front", open_links=False)
        yield Static("space", id="fold")
        yield Markdown(id="back", open_links=False)
        yield Static(id="source", markup=False)

    @property
    def shown(self) -> Card | None:
        """The card on screen."""
        return self._card

    def show(self, card: Card | None, revealed: bool) -> None:
        """Show a card, or nothing."""
        self.set_class(revealed, "-revealed")
        if card is not self._card:
            self._card = card
            self.query_one("#front", Markdown).update(card.front if card else "")
            self.query_one("#back", Markdown).update(card.back if card else "")
            self.query_one("#source", Static).update(f"source: {card.day}  {card.source}" if card else "")
            self.scroll_home(animate=False)

    def show_back(self) -> None:
        """Scroll as far as it takes to see the back, where the card is longer than the screen."""
        self.scroll_to_widget(self.query_one("#back"), animate=False)


class RatingBar(Static):
    """What each rating leads to, after the reveal; and what the last answer was."""

    def show(self, labels: dict[Rating, str], last: Rating | None) -> None:
        """`labels` are the next intervals; empty while recalling."""
        parts = [f"{rating.value} {rating.label} {labels[rating]}" for rating in Rating if rating in labels]
        line = Content("   ".join(parts))
        if last is not None:
            line += Content.styled(f"{'     ' if parts else ''}last: {last.label}", "$text-muted")
        self.update(line)
