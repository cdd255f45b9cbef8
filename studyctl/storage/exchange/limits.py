"""How much a foreign file may hold, and how a refusal is said."""

from __future__ import annotations

from pathlib import Path

from studyctl.errors import DataError

MAX_FIELD_BYTES = 100_000
MAX_OWN_FIELD_BYTES = 1_500_000
MAX_CARDS = 200_000
MAX_REVIEWS = 2_000_000
MAX_NAME = 200
MAX_DATABASE_BYTES = 512 * 2**20
MAX_PACKAGE_BYTES = 2 * 2**30
MAX_TEXT_FILE_BYTES = 512 * 2**20
MAX_LINE_BYTES = 4 * 2**20
MAX_MEDIA_MAP_BYTES = 16 * 2**20
MAX_DIRECTORY_BYTES = 16 * 2**20
MAX_RATIO = 200
RATIO_FREE_BYTES = 8 * 2**20

CHANGED_NOTHING = "Nothing was changed."


def refusal(path: Path, what: str, todo: str) -> DataError:
    """An error that names the file, what is wrong with it and what to do."""
    return DataError(f"{path.name}: {what} {CHANGED_NOTHING}", todo)
