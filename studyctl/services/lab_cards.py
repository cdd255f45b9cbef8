"""Cards from a run's figures: proposed, taken by the learner, and marked stale when a later run says otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from studyctl.content.decks import OWN
from studyctl.content.measured_deck import FILE, with_card
from studyctl.domain.figures import Figure, measured
from studyctl.domain.labs import Lab, LabRecord, Verdict
from studyctl.domain.measured_cards import LabCard, Proposal, card_id, card_of, choose, left
from studyctl.domain.outcome import Area, Outcome
from studyctl.errors import ConflictError, NotFoundError
from studyctl.services.context import Context
from studyctl.services.predictions import PredictionService
from studyctl.services.stale_note import stale_note
from studyctl.storage.repositories.cards import find_cards, paths_of
from studyctl.storage.repositories.lab_cards import find_lab_cards, save_lab_card
from studyctl.storage.repositories.lab_records import records
from studyctl.storage.unit_of_work import Transaction


class LabCardService:
    """Proposes at most five cards for a run that passed; adds none by itself."""

    def __init__(self, context: Context, predictions: PredictionService) -> None:
        self._context = context
        self._predictions = predictions

    def newest(self, lab: Lab) -> LabRecord:
        """The newest run of a lab that passed.

        Raises:
            NotFoundError: there is none.
        """
        with self._context.database.read() as connection:
            passed = [each for each in records(connection, lab.slug) if each.verdict is Verdict.PASSED]
        if not passed:
            raise NotFoundError(
                f"Lab {lab.slug} has no run that passed, so there are no figures to keep.",
                f"`studyctl lab run {lab.slug}` measures them.",
            )
        return passed[-1]

    def proposals(self, record: LabRecord) -> tuple[Proposal, ...]:
        """The cards that a run could give; none where it did not pass."""
        results = self._predictions.results(record)
        ids = [card_id(record.slug, each.figure.name, record.device, record.profile) for each in results]
        self._context.shelf.sync()
        with self._context.database.read() as connection:
            kept, decks = find_lab_cards(connection, ids), find_cards(connection, ids)
        return choose(record, results, {name: card for name, card in kept.items() if name in decks})

    def take(self, record: LabRecord, ids: Iterable[str]) -> Outcome[tuple[str, ...]]:
        """Add proposed cards to the user's deck of measured figures.

        One that is there already, in whichever of the user's decks, gets the new text and keeps its progress.

        Raises:
            ConflictError: a card is not proposed.
            DataError: the deck file cannot be read or written.
        """
        lab = self._context.library.labs[record.slug]
        proposed = {each.card_id: each for each in self.proposals(record)}
        wanted = tuple(dict.fromkeys(ids))
        for name in wanted:
            if name not in proposed:
                raise ConflictError(
                    f"Record {record.id} proposes no card {name}.", f"`studyctl lab cards {record.id}` lists them."
                )
        summary = wanted[0] if len(wanted) == 1 else f"{len(wanted)} cards"
        with self._context.database.write("labs", f"{summary} from {record.id}") as transaction:
            places = paths_of(transaction.connection, wanted)
            for name in wanted:
                file = places.get(name, FILE).removeprefix(f"{OWN}/")
                card = card_of(proposed[name], record, lab)
                shown = str(self._context.paths.cards / file)
                transaction.write_file(file, with_card(transaction.read_file(file), card, shown))
                save_lab_card(transaction, _row(proposed[name], record, self._context.now_ms()))
        self._context.shelf.sync()
        return Outcome(wanted, frozenset({Area.LABS, Area.CARDS}))

    def stale_note(self, card: str) -> str:
        """One line where a later run left the interval of a card: value, date and record; empty for any other card."""
        with self._context.database.read() as connection:
            return stale_note(self._context, connection, card)


def mark_stale(transaction: Transaction, figures: tuple[Figure, ...], record: LabRecord) -> None:
    """Mark the cards whose interval a run that passed has left; a run back inside makes its card good again."""
    found = {card_id(record.slug, each.name, record.device, record.profile): each for each in figures}
    for name, card in find_lab_cards(transaction.connection, found).items():
        now = measured(found[name], record.document)
        if now is not None:
            save_lab_card(transaction, replace(card, stale=record.id if left(card, now.estimate) else None))


def _row(proposal: Proposal, record: LabRecord, at: int) -> LabCard:
    result = proposal.result
    return LabCard(
        card_id=proposal.card_id,
        slug=record.slug,
        figure=result.figure.name,
        device=record.device,
        record=record.id,
        low=result.measured.low,
        high=result.measured.high,
        stale=None,
        at=at,
    )
