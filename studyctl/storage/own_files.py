"""The user's own deck files as part of an act: staged, put in place just before the commit, taken back if that fails.

A kill between the two leaves a file that the journal does not know; the next look at the decks reads it as an edit by
hand.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from studyctl.errors import DataError


class StagedFiles:
    """Files below one folder, named relative to it; None where an act cannot touch files."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._wanted: dict[str, str | None] = {}
        self._applied: dict[str, str | None] = {}

    def read(self, name: str) -> str | None:
        """The text of a file, as staged or as it lies there; None where there is none.

        Raises:
            DataError: it cannot be read.
        """
        if name in self._wanted:
            return self._wanted[name]
        return self._on_disk(name)

    def put(self, name: str, text: str | None) -> None:
        """Stage a text; None stands for no file."""
        self._wanted[name] = text

    def apply(self) -> None:
        """Put everything in place, each file whole or not at all.

        Raises:
            DataError: a file cannot be written.
        """
        for name, text in self._wanted.items():
            self._applied[name] = self._on_disk(name)
            self._write(name, text)

    def restore(self) -> None:
        """Bring back what was there before `apply`."""
        for name, text in self._applied.items():
            with suppress(DataError):
                self._write(name, text)
        self._applied = {}

    def _on_disk(self, name: str) -> str | None:
        try:
            return self._place(name).read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise _unusable(self._place(name), "read", error) from error

    def _write(self, name: str, text: str | None) -> None:
        place = self._place(name)
        part = place.with_name(f".{place.name}.{os.getpid()}.part")
        try:
            if text is None:
                place.unlink(missing_ok=True)
                return
            place.parent.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(place)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise _unusable(place, "written", error) from error

    def _place(self, name: str) -> Path:
        if self._folder is None:
            raise TypeError("this database has no folder of own files")
        if Path(name).name != name:
            raise ValueError(f"{name!r} is not a name inside the folder of own files")
        return self._folder / name


def _unusable(place: Path, done: str, error: Exception) -> DataError:
    reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
    return DataError(f"{place} cannot be {done}: {reason}.", "Nothing was changed; mend the file and try again.")
