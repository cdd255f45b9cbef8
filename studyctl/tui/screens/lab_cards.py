"""Cards from a run: what its figures could become, and a choice; nothing is added without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList, Static

from studyctl.domain.labs import Lab, LabRecord
from studyctl.domain.measured_cards import Proposal, card_of
from studyctl.domain.predictions import amount
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.widgets.figure_text import result_text
from studyctl.tui.widgets.reader import Reader
from studyctl.tui.widgets.row_list import Row, RowList
from studyctl.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from studyctl.container import Container

CHOSEN, OPEN = "[x]", "[ ]"


@dataclass(frozen=True)
class Offer:
    """What a run proposes."""

    record: LabRecord
    lab: Lab
    proposals: tuple[Proposal, ...]


class LabCardsScreen(StudyScreen):
    """The proposals of one run; below them the card under the cursor."""

    HEADING = "Cards from a run"
    SCOPE = Scope.LAB_CARDS
    CSS_PATH = "lab_cards.tcss"
    BINDINGS = bindings(Scope.LAB_CARDS)
    AUTO_FOCUS = "#proposals"

    def __init__(self, record_id: str) -> None:
        super().__init__()
        self._record_id = record_id
        self._offer: Offer | None = None
        self._chosen: set[str] = set()

    def body(self) -> ComposeResult:
        """The skeleton."""
        yield Static("opening ...", id="proposals-head", markup=False)
        yield RowList(id="proposals")
        with Reader(id="proposal-scroll"):
            yield Static(id="proposal", markup=False)

    def load(self) -> None:
        """Ask what the run proposes."""
        self.ask(lambda container: _offer(container, self._record_id), self.show)

    def show(self, offer: Offer) -> None:
        """Paint it."""
        self._offer = offer
        self.query_one(TitleBar).name_screen(f"{self.HEADING}  {offer.lab.slug}")
        self._paint()

    @on(OptionList.OptionHighlighted)
    def follow(self) -> None:
        """Show the card under the cursor."""
        self.query_one("#proposal", Static).update(self._card_text())
        self.query_one(Reader).scroll_home(animate=False)

    def action_choose(self) -> None:
        """Choose the card under the cursor, or not."""
        selected = self.query_one(RowList).selected
        if selected is not None:
            self._chosen ^= {selected}
            self._paint()

    def action_add(self) -> None:
        """Add what was chosen."""
        offer, wanted = self._offer, [each.card_id for each in self._proposals if each.card_id in self._chosen]
        if offer is None or not wanted:
            self.say("Nothing is chosen: space chooses the card under the cursor.")
            return
        self.act(lambda container: container.lab_cards.take(offer.record, wanted), self._added)

    def copied_text(self) -> str:
        """The card under the cursor."""
        return self._card_text()

    @property
    def _proposals(self) -> tuple[Proposal, ...]:
        return self._offer.proposals if self._offer else ()

    def _paint(self) -> None:
        count = len(self._proposals)
        head = f"{count} proposed, {len(self._chosen)} chosen: space chooses, enter adds them to your deck `measured`"
        none = f"Record {self._record_id} proposes no card: its figures are cards already, or it did not pass."
        self.query_one("#proposals-head", Static).update(head if count else none)
        self.query_one(RowList).show_rows([self._row(each) for each in self._proposals])
        self.follow()

    def _row(self, proposal: Proposal) -> Row:
        glyph = CHOSEN if proposal.card_id in self._chosen else OPEN
        first = f"{glyph} {proposal.reason.value:<9}  {proposal.result.figure.title}"
        return Row(proposal.card_id, f"{first}\n               {result_text(proposal.result)}")

    def _card_text(self) -> str:
        selected = self.query_one(RowList).selected
        proposal = next((each for each in self._proposals if each.card_id == selected), None)
        if proposal is None or self._offer is None:
            return ""
        card = card_of(proposal, self._offer.record, self._offer.lab)
        answer = f"{amount(card.answer, card.unit)}, within {card.tolerance:.1%} counts as right"
        return f"{card.front}\n\n{answer}\n\n{card.back}\n\n{card.id}"

    def _added(self, cards: tuple[str, ...]) -> None:
        count = len(cards)
        self.study.back(say=f"{count} card{'s' if count != 1 else ''} in the deck `measured`. u takes it back.")


def _offer(container: Container, record_id: str) -> Offer:
    record = container.labs.record(record_id)
    return Offer(record, container.library.labs[record.slug], container.lab_cards.proposals(record))
