"""The arithmetic of one instance with a dynamic batcher, and the cases that are drawn from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

OVERHEAD_MS = 5.0  # what the server and the network may take of the limit, beside the device
CLEAR_MS = 0.5  # no case lies closer to a limit than this


@dataclass(frozen=True)
class Scenario:
    """A batch of n takes ``base_ms + n * item_ms``; ``clients`` at the peak, one at night; all within ``slo_ms``."""

    base_ms: float
    item_ms: float
    clients: int
    slo_ms: float

    @property
    def peak_ms(self) -> float:
        """Time of one cycle in which all clients share a batch."""
        return self.base_ms + self.clients * self.item_ms

    @property
    def feasible(self) -> bool:
        """Whether one full batch and the overhead fit into the limit; several smaller batches take longer still."""
        return self.peak_ms + OVERHEAD_MS <= self.slo_ms

    @property
    def longest_delay_us(self) -> int:
        """The longest time that a request of a lone client may wait in the queue, in microseconds."""
        return int(1000 * (self.slo_ms - self.base_ms - self.item_ms - OVERHEAD_MS))

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def draw(rng: np.random.Generator, room_ms: float) -> Scenario:
    """A case whose limit leaves ``room_ms`` beside a full batch and the overhead; below 0 it cannot be met."""
    base, item = round(float(rng.uniform(6, 9)), 2), round(float(rng.uniform(0.3, 0.6)), 2)
    clients = int(rng.integers(6, 11))
    return Scenario(base, item, clients, round(base + clients * item + OVERHEAD_MS + room_ms, 2))


def cases(rng: np.random.Generator, count: int) -> list[Scenario]:
    """Half of them can be met; of the others most could be met at night, but not at the peak."""
    found = []
    for number in range(count):
        room = float(rng.uniform(CLEAR_MS, 12)) if number % 2 else -float(rng.uniform(CLEAR_MS, 3))
        found.append(draw(rng, room))
    return found


def unbatched_ms(scenario: Scenario) -> float:
    """Time of one cycle in which every client's request runs alone."""
    return scenario.clients * (scenario.base_ms + scenario.item_ms)
