"""Backups: the database and the user's own decks as they are at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studyctl.errors import UsageError
from studyctl.services.context import Context
from studyctl.storage.backup import write_backup


@dataclass(frozen=True)
class Backup:
    """A written backup; `decks` are the user's own."""

    path: Path
    bytes: int
    decks: int


class BackupService:
    """Writes zip files that are a home once they are unpacked; nothing here is changed."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def write(self, path: Path) -> Backup:
        """Write a backup; an existing file is replaced at once or left as it is.

        Raises:
            UsageError: another suffix than .zip, or the place cannot be a file.
            CannotRunHereError: the database is not SQLite.
            DataError: the database is damaged, or the place cannot be written.
        """
        target = path.expanduser().absolute()
        if target.suffix.lower() != ".zip" or target.is_dir() or not target.parent.is_dir():
            raise UsageError(f"{target} cannot be a backup.", "Name a .zip file in a folder that exists: backup.zip")
        names = write_backup(self._context.database, self._context.paths.cards, target)
        return Backup(target, target.stat().st_size, len(names) - 1)
