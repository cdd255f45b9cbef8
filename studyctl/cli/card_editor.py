"""Editing a card's text in the user's editor, again as often as the text is wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from studyctl.cli.prompting import ask
from studyctl.errors import StudyError

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.card_edit import Draft, Edited

Say = Callable[[str], None]


def edit_card(container: Container, card_id: str, say: Say) -> Edited:
    """Edit a card; what was done is said line by line, the rest of a text that is wrong stays in its draft.

    Raises:
        StudyError: no such card, no editor, or a text that was left wrong.
    """
    return edit_draft(container, container.edits.begin(card_id), say)


def edit_draft(container: Container, draft: Draft, say: Say) -> Edited:
    """Open a draft in the editor and store what comes back."""
    from studyctl.services.editor import run_editor

    if draft.kept:
        say(f"The text that could not be stored before is opened again; empty it to begin anew ({draft.file}).")
    while True:
        run_editor(draft.file)
        try:
            edited = container.edits.finish(draft).value
        except StudyError as error:
            if not sys.stdin.isatty():
                raise
            say(error.message)
            if ask("enter: edit again, q: leave it for later > ") != "":
                raise
            continue
        say(f"Stored: edit {edited.note}." if edited.changed else "Nothing was changed.")
        for warning in edited.warnings:
            say(f"It is stored, though {warning}.")
        return edited
