"""What the journal keeps of an act on cards: for each line of the log its key and the card's memory before.

`{"line": 17, "memory": {...}}`, with null for a card that was as good as new. The memory behind the line follows from
the line (`domain/replay.py`), so it is not written a second time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from studyctl.domain.cards import Memory, Phase
from studyctl.storage.repositories.memory import FRESH, memory_from

_encode = json.JSONEncoder(separators=(",", ":")).encode


def line_image(key: int, before: Memory) -> str:
    """The change that a line of the review log stands for, as JSON."""
    fresh = before.phase is Phase.NEW and before == FRESH
    return f'{{"line":{key},"memory":{"null" if fresh else _encode(vars(before))}}}'


def memory_before(image: dict[str, Any]) -> Memory:
    """The memory that the card had before the line of an image."""
    return FRESH if image["memory"] is None else memory_from(image["memory"])


def only_lines(changes: Iterable[dict[str, Any]]) -> bool:
    """True for an act that is nothing but lines of the log with the memory behind them."""
    return all("line" in change for change in changes)
