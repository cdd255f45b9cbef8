"""Progress that was made before studyctl: what a learner claims to have done elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Claim:
    """One line of a progress file. `what` is a day, an item, or a part of a track such as `guide/chapter/1`.

    `place` is `file:line`, for messages; `on` is the day on which it was done, where the learner knows it.
    """

    what: str
    note: str
    on: date | None
    place: str
