"""Takes the newest act back, today or after any number of restarts."""

from __future__ import annotations

from studyctl.domain.outcome import Area, Outcome
from studyctl.errors import ConflictError
from studyctl.services.context import Context
from studyctl.storage.undo import Act, last_act, undo_act
from studyctl.storage.undo_path import undo_lines


class UndoService:
    """Undo over the journal."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def last(self, scope: str | None = None) -> Act | None:
        """The act that undo would take back."""
        with self._context.database.read() as connection:
            return last_act(connection, scope)

    def undo(self, scope: str | None = None) -> Outcome[Act]:
        """Take back the newest act, optionally of one scope (`review`, `items`, ...).

        Raises:
            ConflictError: nothing to undo, or a later act changed the same data.
        """
        context = self._context
        act = undo_lines(context.database, scope, context.now_ms()) or self._undo(scope)
        return Outcome(act, frozenset(Area))

    def _undo(self, scope: str | None) -> Act:
        database = self._context.database
        with database.staged_files() as files, database.maintain() as connection:
            act = last_act(connection, scope)
            if act is None:
                raise _nothing(scope)
            undo_act(connection, act, self._context.now_ms(), files)
        return act


def _nothing(scope: str | None) -> ConflictError:
    if scope is None:
        return ConflictError("There is nothing to undo.", "Every act so far has been taken back.")
    return ConflictError(
        f"There is nothing to undo in {scope}.", "`studyctl undo` takes back the newest act of any kind."
    )
