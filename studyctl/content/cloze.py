"""Cloze texts: `The ridge point is {{295}} FLOP/B.` asks for what stands in the braces."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studyctl.errors import UsageError

_GAP = re.compile(r"\{\{(.+?)(?:::(.+?))?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Gap:
    """One question out of a cloze text: the text with this gap open and the others filled."""

    front: str
    answer: str


def gaps_of(text: str) -> tuple[Gap, ...]:
    """A question for each `{{answer}}` or `{{answer::hint}}`, in order.

    Raises:
        UsageError: no gap, or braces that do not match.
    """
    matches = list(_GAP.finditer(text))
    if not matches:
        raise UsageError("a cloze text has at least one {{gap}}.")
    if "{{" in _GAP.sub("", text):
        raise UsageError("a gap is opened with {{ and never closed with }}.")
    return tuple(Gap(_shown(text, gap), gap[1].strip()) for gap in matches)


def _shown(text: str, asked: re.Match[str]) -> str:
    def fill(match: re.Match[str]) -> str:
        if match.start() == asked.start():
            return f"[{match[2].strip() if match[2] else '...'}]"
        return match[1].strip()

    return _GAP.sub(fill, text)
