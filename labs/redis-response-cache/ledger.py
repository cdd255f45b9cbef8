"""The semantics of the cache, kept by the referee: what must be a hit, what a miss, and which answer is right."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from slow_model import Item, SlowModel

Fault = Literal["answers", "version-bump", "invalidation", "ttl"]
Weights = Literal["invalidation", "ttl"]  # what bounds the staleness after the weights were replaced
CLOCK_SECONDS = 0.005  # Redis expires by whole milliseconds of a clock that it reads once per event


@dataclass(frozen=True)
class Answered:
    """One lookup as the referee saw it: its clock before and after, and the answer, or why there is none."""

    sent: float
    received: float
    data: bytes | None
    failed: str = ""

    @property
    def seconds(self) -> float:
        """Latency."""
        return self.received - self.sent


@dataclass(frozen=True)
class Entry:
    """A stored answer. It is written between request and reply, so its end lies between these two instants."""

    answer: bytes
    first_end: float
    last_end: float


@dataclass
class Ledger:
    """Follows every lookup of all clients; times are the referee's clock in seconds."""

    model: SlowModel
    lookups: int = 0
    hits: int = 0
    unclear: int = 0
    faults: Counter[Fault] = field(default_factory=Counter)
    examples: dict[Fault, str] = field(default_factory=dict)
    _entries: dict[Item, Entry] = field(default_factory=dict)
    _replaced: dict[Item, Weights] = field(default_factory=dict)

    @property
    def misses(self) -> int:
        """Lookups that must have gone to the model."""
        return self.lookups - self.hits

    def replaced(self, item: Item, bounded_by: Weights) -> None:
        """The weights of ``item`` were replaced; an invalidation also ends its entry."""
        self._replaced[item] = bounded_by
        if bounded_by == "invalidation":
            self._entries.pop(item, None)

    def record(self, item: Item, ttl: float, answered: Answered, *, ran_model: bool) -> bool:
        """Note one lookup and judge its answer; returns whether it must have been a hit.

        Only where the request reaches over the end of the entry, both outcomes are right, and ``ran_model`` tells.
        """
        entry = self._entries.get(item)
        hit = entry is not None and answered.received < entry.first_end - CLOCK_SECONDS
        if entry is not None and not hit and answered.sent < entry.last_end + CLOCK_SECONDS:
            self.unclear += 1
            hit = not ran_model
        self.lookups += 1
        self.hits += hit
        current = self.model.answer(item)
        allowed = {current, entry.answer} if hit and entry is not None else {current}
        if answered.data not in allowed:
            fault, text = self._explain(item, answered)
            self.faults[fault] += 1
            self.examples.setdefault(fault, text)
        if not hit:
            self._entries[item] = Entry(current, answered.sent + ttl, answered.received + ttl)
        return hit

    def live(self, now: float) -> int:
        """Entries that Redis must still hold."""
        return sum(now < entry.first_end - CLOCK_SECONDS for entry in self._entries.values())

    def _explain(self, item: Item, answered: Answered) -> tuple[Fault, str]:
        answer = answered.data
        what = f"lookup {self.lookups} (model {item.model}, version {item.version})"
        if answer is None:
            return "answers", f"{what} failed: {answered.failed}"
        if answer in self.model.earlier_answers(item):
            bound = self._replaced[item]
            why = "the entry had been invalidated" if bound == "invalidation" else "its time to live was over"
            return bound, f"{what} got the answer of the old weights, although {why}"
        for version in {other.version for other in self._entries} - {item.version}:
            other = Item(item.model, version, item.inputs)
            if answer in {self.model.answer(other), *self.model.earlier_answers(other)}:
                return "version-bump", f"{what} got the answer of version {version}"
        return "answers", f"{what} got {len(answer)} bytes that are not the answer to this request"
