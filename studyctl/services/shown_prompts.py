"""Prompts that still hold: an answer to one of them stores what its button said, and nothing is read a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.domain.settings import Settings

if TYPE_CHECKING:
    from studyctl.services.prompts import Prompt

_MOST = 50


class ShownPrompts:
    """What was shown since the database had one version, on one study day, under the same settings."""

    def __init__(self) -> None:
        self.day = 0
        self.settings = Settings()
        self._version: int | None = None
        self._prompts: dict[str, Prompt] = {}

    def keep(self, prompt: Prompt, version: int | None, day: int, settings: Settings) -> None:
        """Remember a prompt that was read when the database had this version, or a later one."""
        if version is None:
            return
        if (self._version, self.day) != (version, day) or len(self._prompts) >= _MOST:
            self._version, self.day, self.settings, self._prompts = version, day, settings, {}
        self._prompts[prompt.card.id] = prompt

    def find(self, card_id: str, version: int | None) -> Prompt | None:
        """The prompt of a card, if the database has not changed since."""
        return self._prompts.get(card_id) if version is not None and version == self._version else None

    def go_on(self, card_id: str, version: int | None) -> None:
        """An act on this card was committed upon a version: the prompts of other cards hold for the next one."""
        if version is not None and version == self._version:
            self._prompts.pop(card_id, None)
            self._version = version + 1
