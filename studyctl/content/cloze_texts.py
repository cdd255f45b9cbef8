"""The texts behind cloze cards: a stored card has one gap open and knows the others filled only."""

from __future__ import annotations

from pathlib import Path

from studyctl.content.decks import DeckFile
from studyctl.content.toml_file import load_toml
from studyctl.domain.cards import CardKind


def cloze_texts(file: DeckFile) -> dict[str, str]:
    """The text with all its gaps, by note.

    Raises:
        ContentError: the file cannot be read.
    """
    tables = load_toml(Path(file.file), file.file).tables("card")
    return {
        table.text("id"): table.text("text").strip() for table in tables if table.values.get("kind") == CardKind.CLOZE
    }
