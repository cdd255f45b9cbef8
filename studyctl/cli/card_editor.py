"""Editing a card's text in the user's editor, again as often as the text is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from studyctl.cli.prompting import ask
from studyctl.errors import StudyError

if TYPE_CHECKING:
    from studyctl.domain.outcome import Outcome
    from studyctl.services.card_drafts import Draft, Edited

Say = Callable[[str], None]


class Drafts(Protocol):
    """A service that takes a draft."""

    def finish(self, draft: Draft) -> Outcome[Edited]:
        """Store what the draft's file holds now."""


def edit_draft(service: Drafts, draft: Draft, say: Say) -> bool:
    """Open a draft in the editor and store what comes back; at a terminal a text that is wrong is offered again.

    Returns True where something was stored.

    Raises:
        StudyError: no editor, or a text that was left wrong; it stays in the draft's file.
    """
    from studyctl.services.editor import run_editor

    if draft.kept:
        say(f"The text that could not be stored before is opened again; empty it to begin anew ({draft.file}).")
    while True:
        run_editor(draft.file)
        try:
            edited = service.finish(draft).value
        except StudyError as error:
            if not sys.stdin.isatty():
                raise
            say(error.message)
            if ask("enter: edit again, q: leave it for later > ") != "":
                raise
            continue
        say(f"Stored: {edited.note}." if edited.changed else "Nothing was changed.")
        for warning in edited.warnings:
            say(f"It is stored, though {warning}.")
        return edited.changed
