"""A card as it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from studyctl.domain.cards import Card, Memory, Rating
from studyctl.domain.scheduling import Scheduled


@dataclass(frozen=True)
class Prompt:
    """A card to answer, with what each rating would lead to.

    `flag` is the note of the user's flag (it may be empty), None without one. `stale` says which later run
    left the figure that the card quotes, and is empty where none did.
    """

    card: Card
    memory: Memory
    preview: dict[Rating, Scheduled]
    flag: str | None = None
    stale: str = ""

    @property
    def marks(self) -> tuple[str, ...]:
        """What the user should know of the card beside its text, a line each."""
        lines = [] if self.flag is None else [f"! flagged: {self.flag}" if self.flag else "! flagged"]
        return (*lines, *([f"! {self.stale}"] if self.stale else []))
