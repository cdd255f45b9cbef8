"""Runs in the referee: interleaved blocks of many clients and of one, and the server's own counters afterwards."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial

from clients import Block, Crowd
from scenario import Scenario
from server import Server
from timed import timed_checks

from graders import scheduling
from graders.context import Context
from graders.measurement import interleave
from graders.outcome import Samples

PEAK_REQUESTS = 3  # of each client in a block
LONE_REQUESTS = 3
STEADY = 0.1
CONTROL = ("peak-plain", "peak-base")


def measure(
    context: Context, server: Server, names: Mapping[str, str], scenario: Scenario, plan: Sequence[int]
) -> Samples:
    """Blocks of the peak on all four models and of a lone client on three; ``names`` by role."""
    crowd = Crowd(server, scenario.clients)
    blocks: dict[str, list[Block]] = {}

    def arm(key: str, clients: int, requests: int) -> float:
        block = crowd.block(names[key.partition("-")[2]], clients, requests, context.rng)
        blocks.setdefault(key, []).append(block)
        return block.per_second

    arms = {f"peak-{role}": partial(arm, f"peak-{role}", scenario.clients, PEAK_REQUESTS) for role in names}
    arms |= {f"lone-{role}": partial(arm, f"lone-{role}", 1, LONE_REQUESTS) for role in ("plain", "batched", "tuned")}
    place = context.request.placement
    cores = (*place.referee, *place.workers)
    before, own = scheduling.read([], cores), _own_seconds(server)
    least, most, seconds = (6, 24, 9.0) if context.quick else (40, 120, 90.0)
    try:
        rounds = interleave(
            arms, context.rng, at_least=least, at_most=most, seconds=seconds,
            broken=lambda: any(tally.wrong for tally in crowd.tallies.values()),
            enough=lambda found: _decided(blocks, scenario, plan) and found.ratio(*CONTROL).relative_width <= STEADY,
            after_round=lambda done, total: context.progress(done, total, "rounds"),
        )  # fmt: skip
    finally:
        crowd.close()
    during = scheduling.read([], cores) - before
    quiet = _while_asleep(during, _own_seconds(server) - own)
    return {
        "blocks": {key: [asdict(block) for block in each] for key, each in blocks.items()},
        "orders": rounds.orders,
        "tallies": {
            role: {"sent": tally.sent, "wrong": tally.wrong[:3], "executions": float(tally.executions)}
            for role, tally in ((role, crowd.tallies[name]) for role, name in names.items())
        },
        "statistics": {role: server.statistics(name) for role, name in names.items()},
        "used": {role: server.configuration(name).get("dynamic_batching") for role, name in names.items()},
        "scheduling": asdict(quiet),
    }


def _while_asleep(during: scheduling.Scheduling, own: float) -> scheduling.Scheduling:
    """Relate the strangers' time to all of the cores' time: a device that sleeps hardly keeps a core busy."""
    foreign = max(0.0, during.core_busy_s - own)
    total = during.core_total_s
    return replace(during, own_s=total - foreign, core_busy_s=total)


def _own_seconds(server: Server) -> float:
    """CPU seconds of the clients and, where they are known, of the server."""
    return (server.cpu_seconds() or 0.0) + time.process_time()


def _decided(blocks: Mapping[str, Sequence[Block]], scenario: Scenario, plan: Sequence[int]) -> bool:
    told = {key: [asdict(block) for block in each] for key, each in blocks.items()}
    return all(check.state != "undecided" for check in timed_checks(told, scenario, plan))
