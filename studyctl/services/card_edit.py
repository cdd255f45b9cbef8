"""Editing a card's own text: the block is cut from its deck file, checked, and put back as one act."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from studyctl.content.cards import read_deck
from studyctl.content.deck_text import block_of, with_block, with_card
from studyctl.content.deck_writer import deck_head
from studyctl.content.decks import OWN, is_own
from studyctl.content.toml_file import parse_toml
from studyctl.domain.outcome import Area, Outcome
from studyctl.errors import ConflictError, DataError
from studyctl.services import card_drafts
from studyctl.services.card_drafts import Draft, Edited
from studyctl.services.context import Context
from studyctl.services.review import no_card
from studyctl.storage.repositories.cards import find_cards, paths_of
from studyctl.storage.unit_of_work import Transaction

EDITED = "edited.toml"
_HEAD = deck_head("edited", "Cards of the bundle, edited") + "replaces = true\n"
_CHANGED = frozenset({Area.CARDS})


class CardEditService:
    """Own cards are edited where they stand; one of the bundle gets a replacement in `edited.toml`."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def begin(self, card_id: str) -> Draft:
        """Write the text of a card (or note) to a file of its own, unless one was kept there.

        Raises:
            NotFoundError: no such card.
            ContentError: the deck's text is wrong.
            DataError: a file cannot be read or written.
        """
        self._context.shelf.sync()
        with self._context.database.read() as connection:
            found = find_cards(connection, [card_id, f"{card_id}.1"])
            card = found.get(card_id) or found.get(f"{card_id}.1")
            if card is None:
                raise no_card(card_id)
            path = paths_of(connection, [card.id])[card.id]
        note = card.note or card.id
        source = self._source(path)
        block = block_of(source, note, self._shown(path))
        if block is None:
            raise ConflictError(f"Card {note!r} is not in {self._shown(path)} any more.", "Mend that file first.")
        file = self._context.paths.drafts / f"{note}.toml"
        return card_drafts.prepared(Draft(note, block.text.replace("\r\n", "\n"), path, _digest(source), file))

    def finish(self, draft: Draft) -> Outcome[Edited]:
        """Store what the draft's file holds now. Raises as `store` does."""
        return self.store(draft, card_drafts.read(draft))

    def store(self, draft: Draft, text: str) -> Outcome[Edited]:
        """Put the text in the card's place: one act, `edit <note>`, which undo takes back with its file.

        An empty text, or one that did not change, stores nothing. What is refused is kept in the draft's file.

        Raises:
            ContentError: the text is no card, with its line; or the deck would be wrong with it.
            ConflictError: the deck file was changed meanwhile.
            DataError: a file cannot be written.
        """
        return card_drafts.settle(draft, text, lambda: self._stored(draft, text))

    def _stored(self, draft: Draft, text: str) -> Outcome[Edited]:
        context = self._context
        card = card_drafts.written(draft, text, context.shelf, own=is_own(draft.path))
        if card.table.text("id") != draft.note:
            raise card.table.error(f"the id stays {draft.note!r}: what is known of the card belongs to it.", "id")
        before = card_drafts.written(draft, draft.text, context.shelf, own=is_own(draft.path))
        with context.database.write("review", f"edit {draft.note}") as transaction:
            self._write(transaction, draft, text)
        context.shelf.sync()
        warnings = (*card.warnings, *card_drafts.shifted_gaps(before, card))
        return Outcome(Edited(draft.note, True, warnings), _CHANGED)

    def _write(self, transaction: Transaction, draft: Draft, text: str) -> None:
        name = draft.path.removeprefix(f"{OWN}/") if is_own(draft.path) else EDITED
        there = transaction.read_file(name)
        source = there if is_own(draft.path) else self._source(draft.path)
        if source is None or _digest(source) != draft.digest:
            raise ConflictError(f"{self._shown(draft.path)} was changed while the card was edited.")
        shown = self._shown(f"{OWN}/{name}")
        whole = _HEAD if there is None else there
        block = block_of(whole, draft.note, shown)
        if is_own(draft.path) and block is not None:
            whole = with_block(whole, block, text)
        elif block is None and parse_toml(whole, shown).flag("replaces", False):
            whole = with_card(whole, text)
        else:
            raise ConflictError(f"{shown} cannot take the card.", "It has to say `replaces = true`, each card once.")
        read_deck(parse_toml(whole, shown), own=True)
        transaction.write_file(name, whole)

    def _source(self, path: str) -> str:
        place = self._place(path)
        try:
            return place.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{place} cannot be read.", "`studyctl doctor` looks at the decks.") from error

    def _shown(self, path: str) -> str:
        return str(self._place(path)) if is_own(path) else path

    def _place(self, path: str) -> Path:
        paths = self._context.paths
        return paths.cards / path.removeprefix(f"{OWN}/") if is_own(path) else paths.bundle / path


def _digest(source: str) -> str:
    return sha256(source.encode()).hexdigest()
