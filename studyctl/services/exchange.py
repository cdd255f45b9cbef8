"""Collections of flashcards from and to files; the suffix says the format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from studyctl.domain.collection import Collection
from studyctl.errors import UsageError
from studyctl.storage.exchange.apkg import read_package, write_apkg
from studyctl.storage.exchange.csv_cards import read_csv, write_csv
from studyctl.storage.exchange.jsonl import read_jsonl, write_jsonl

_WRITERS: dict[str, Callable[[Path, Collection], None]] = {
    ".apkg": write_apkg,
    ".csv": write_csv,
    ".jsonl": write_jsonl,
}
_READERS: dict[str, Callable[[Path], Collection]] = {
    ".apkg": read_package,
    ".colpkg": read_package,
    ".csv": read_csv,
    ".jsonl": read_jsonl,
}


def export_collection(path: Path, collection: Collection) -> None:
    """Write `collection` to `path` (.apkg, .csv, .jsonl), whole or not at all.

    Raises:
        UsageError: another suffix.
        DataError: the place cannot be written, or the collection contradicts itself.
    """
    suffix = path.suffix.lower()
    if suffix not in _WRITERS:
        raise UsageError(f"Cards are not written as {suffix or 'a file without suffix'}.", _known(_WRITERS))
    _WRITERS[suffix](path, collection)


def read_collection(path: Path) -> Collection:
    """The collection in `path` (.apkg, .colpkg, .csv, .jsonl). Nothing is stored.

    Raises:
        UsageError: another suffix.
        NotFoundError: no such file.
        DataError: damaged, hostile or too large; the message names file, reason and remedy.
        CannotRunHereError: Anki's newest format, and zstandard is not installed.
    """
    suffix = path.suffix.lower()
    if suffix not in _READERS:
        raise UsageError(f"Cards are not read from {suffix or 'a file without suffix'}.", _known(_READERS))
    return _READERS[suffix](path)


def _known(formats: Iterable[str]) -> str:
    return f"Name a file that ends in {', '.join(formats)}."
