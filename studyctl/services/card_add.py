"""A new card of the user's own, written in the editor and appended to a deck as one act."""

from __future__ import annotations

import re

from studyctl.content.cards import read_deck
from studyctl.content.deck_text import with_card
from studyctl.content.deck_writer import deck_head
from studyctl.content.decks import OWN
from studyctl.content.toml_file import parse_toml
from studyctl.domain.outcome import Area, Outcome
from studyctl.errors import ConflictError, UsageError
from studyctl.services import card_drafts
from studyctl.services.card_drafts import Draft, Edited
from studyctl.services.card_edit import EDITED
from studyctl.services.context import Context
from studyctl.storage.repositories.cards import own_places, paths_of

DECK = "own"
_NAME = re.compile(r"^[a-z0-9][a-z0-9\-]{0,39}$")
_TEMPLATE = """[[card]]
id = ""
front = ""
back = ""
source = ""
# topics = ["kv-cache"]
# kind = "type", with answer = "...": it is typed exactly
# kind = "numeric", with answer = 42, unit = "ms", tolerance = 0.02 instead of back
# kind = "cloze", with text = "The {{ridge}} point" instead of front and back"""


class CardAddService:
    """Opens an empty card and appends it to `<deck>.toml` in the user's folder."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def begin(self, deck: str = DECK) -> Draft:
        """Write a card to fill in to a file of its own, unless one was kept there.

        Raises:
            UsageError: the deck's name is not one for a file, or taken by replacements.
            DataError: the file cannot be written.
        """
        if not _NAME.match(deck) or f"{deck}.toml" == EDITED:
            raise UsageError(
                f"{deck!r} is not a name for a deck of yours.", "Lower-case letters, digits and '-', not 'edited'."
            )
        file = self._context.paths.drafts / f"new-card-of-{deck}.toml"
        return card_drafts.prepared(Draft("", _TEMPLATE, f"{OWN}/{deck}.toml", "", file))

    def finish(self, draft: Draft) -> Outcome[Edited]:
        """Store what the draft's file holds now. Raises as `store` does."""
        return self.store(draft, card_drafts.read(draft))

    def store(self, draft: Draft, text: str) -> Outcome[Edited]:
        """Append the card: one act, `add <note>`. A text that is refused is kept in the draft's file.

        Raises:
            ContentError: the text is no card, its id is taken, or the deck would be wrong with it; with the line.
            DataError: a file cannot be written.
        """
        return card_drafts.settle(draft, text, lambda: self._stored(draft, text))

    def _stored(self, draft: Draft, text: str) -> Outcome[Edited]:
        context = self._context
        card = card_drafts.written(draft, text, context.shelf, own=True)
        note = card.table.text("id")
        context.shelf.sync()
        name = draft.path.removeprefix(f"{OWN}/")
        shown = str(context.paths.cards / name)
        with context.database.write("review", f"add {note}") as transaction:
            ids = [note, *(each.id for each in card.cards)]
            taken = {**own_places(transaction.connection, [note]), **paths_of(transaction.connection, ids)}
            if taken:
                raise card.table.error(f"the id {note!r} stands in {next(iter(taken.values()))} already.", "id")
            deck = name.removesuffix(".toml")
            there = transaction.read_file(name)
            before = deck_head(deck) if there is None else there
            parse_toml(before, shown)  # a mistake that was there is told at its own line
            whole = with_card(before, text)
            if sum(each.values.get("id") == note for each in parse_toml(whole, shown).tables("card")) != 1:
                raise ConflictError(f"{shown} has a card {note!r} already.", "Choose another id.")
            read_deck(parse_toml(whole, shown), own=True)
            transaction.write_file(name, whole)
        context.shelf.sync()
        return Outcome(Edited(note, True, card.warnings), frozenset({Area.CARDS}))
