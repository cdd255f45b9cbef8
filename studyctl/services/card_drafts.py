"""Texts of cards on their way into a deck: kept in a file of their own until they are stored."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from studyctl.content.cards import OWN_DAY, read_note
from studyctl.content.toml_file import TomlTable, parse_toml
from studyctl.domain.cards import Card
from studyctl.domain.outcome import Outcome
from studyctl.errors import ContentError, DataError, StudyError
from studyctl.services.card_shelf import CardShelf
from studyctl.services.content_check.cards import card_problems


@dataclass(frozen=True)
class Draft:
    """A card's text to edit: the whole note, where it is a cloze text; `note` is empty for a new card.

    `path` and `digest` are those of the deck file that `text` was cut from. `file` holds the text while it is edited;
    `kept` is True where that file still has a text that could not be stored before.
    """

    note: str
    text: str
    path: str
    digest: str
    file: Path
    kept: bool = False


@dataclass(frozen=True)
class Edited:
    """What became of a draft; `warnings` are lines on what makes a card hard to learn."""

    note: str
    changed: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Written:
    """A draft's text as cards."""

    table: TomlTable
    cards: tuple[Card, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What makes the cards hard to learn, each once."""
        return tuple(dict.fromkeys(problem for card in self.cards for problem in card_problems(card)))


def prepared(draft: Draft) -> Draft:
    """Write a draft's text to its file, unless another text was kept there.

    Raises:
        DataError: the file cannot be written.
    """
    with suppress(OSError, UnicodeDecodeError):
        kept = draft.file.read_text(encoding="utf-8")
        if kept.strip() and kept.strip() != draft.text.strip():
            return replace(draft, kept=True)
    _save(draft.file, draft.text + "\n")
    return draft


def read(draft: Draft) -> str:
    """What a draft's file holds now.

    Raises:
        DataError: it cannot be read.
    """
    try:
        return draft.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"{draft.file} cannot be read: it is no UTF-8 text, or gone.", "Nothing was stored; edit it again."
        ) from error


def settle(draft: Draft, text: str, write: Callable[[], Outcome[Edited]]) -> Outcome[Edited]:
    """Write a text and drop its draft; what is refused is kept. A text that is empty or as it was is not written.

    Raises:
        StudyError: as `write` does; the hint names the draft's file.
    """
    if not text.strip() or text.strip() == draft.text.strip():
        _discard(draft.file)
        return Outcome(Edited(draft.note, False))
    try:
        outcome = write()
    except StudyError as error:
        _save(draft.file, text)
        kept = f"Your text is kept, the next edit opens it: {draft.file}"
        raise type(error)(error.message, f"{error.hint} {kept}".strip()) from error
    _discard(draft.file)
    return outcome


def written(draft: Draft, text: str, shelf: CardShelf, *, own: bool) -> Written:
    """Read the one card of a text; errors point at its lines.

    Raises:
        ContentError: it is no card, or for a day that no plan has.
    """
    shown = str(draft.file)
    file = parse_toml(text, shown)
    file.only("card")
    tables = file.tables("card")
    if len(tables) != 1:
        raise ContentError(f"{shown}:1: one [[card]] is expected here, not {len(tables)}.")
    cards = tuple(read_note(tables[0], "", own))
    day = cards[0].day
    if day != OWN_DAY and not shelf.has_day(day):
        raise tables[0].error(f"there is no day {day}.", "day")
    return Written(tables[0], cards)


def _save(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"The draft {file} cannot be written: {error.strerror}.", "Make room, or make the folder writable."
        ) from error


def _discard(file: Path) -> None:
    with suppress(OSError):
        file.unlink()
