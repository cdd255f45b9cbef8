"""Editing a card in the user's own editor: the screen steps aside, the text is stored when the editor is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from studyctl.domain.outcome import Outcome
from studyctl.errors import CannotRunHereError, NotFoundError, StudyError
from studyctl.tui.base import StudyScreen

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.card_drafts import Draft, Edited
    from studyctl.services.prompts import Prompt

Result = tuple[str, "Edited", "Prompt | None"]


class EditsCards(StudyScreen):
    """A screen from which a card can be edited; override `card_edited`."""

    def edit_card(self, card_id: str) -> None:
        """Open the card's text in the editor; what comes back is stored as one act."""
        self.ask(lambda container: container.edits.begin(card_id), lambda draft: self._open(card_id, draft))

    def card_edited(self, card_id: str, prompt: Prompt | None) -> None:
        """Called after an edit was stored; None where the card is in no deck any more, as a gap that was closed."""

    def _open(self, card_id: str, draft: Draft) -> None:
        if draft.kept:
            self.say("The text that could not be stored before is opened again.")
        try:
            with self.app.suspend():
                error = edited(draft)
        except SuspendNotSupported:
            hint = f"`studyctl cards edit {draft.note}` in another terminal does."
            error = CannotRunHereError("This terminal cannot give the screen to an editor.", hint)
        if error is not None:
            self.complain(error)
            return
        self.act(lambda container: finish(container, card_id, draft), self._stored_edit)

    def _stored_edit(self, result: Result) -> None:
        card_id, edited, prompt = result
        if not edited.changed:
            self.say("Nothing was changed.")
            return
        self.card_edited(card_id, prompt)
        warnings = "".join(f" It is stored, though {warning}." for warning in edited.warnings)
        self.say(f"Stored: edit {edited.note}.{warnings}")


def edited(draft: Draft) -> StudyError | None:
    """Run the editor; what went wrong is returned, since the screen comes back only where nothing is raised."""
    from studyctl.services.editor import run_editor

    try:
        run_editor(draft.file)
    except StudyError as error:
        return error
    return None


def finish(container: Container, card_id: str, draft: Draft) -> Outcome[Result]:
    """Store a draft and read its card again."""
    stored = container.edits.finish(draft)
    try:
        prompt = container.review.prompt(card_id)
    except NotFoundError:
        prompt = None
    return Outcome((card_id, stored.value, prompt), stored.changes)
