"""Runs in the referee: 10,000 random operations on pools of random sizes, each compared with the referee's own plan."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from answer import Answer, tables_of
from audit import Audit, Memory
from plan import Expected, Operation, Plan
from pool_log import PoolLog

from graders.answers import integer, integers
from graders.checks import Comparison
from graders.context import Context
from graders.errors import SolutionError
from graders.outcome import Samples
from graders.process import Worker

POOLS, OPERATIONS = 5, 2_000
BATCH = 200  # operations in one request
CALL_SECONDS = 10.0
ATTENTION_SHARE = 0.2  # of the operations after which attention is computed
BLOCK_SIZES = (1, 2, 3, 5, 8, 16, 32)


@dataclass
class Bench:
    """The worker and what all pools have shown so far.

    ``attention`` holds one comparison for each batch of operations: the first wrong output, else the worst one.
    """

    context: Context
    worker: Worker
    broken: dict[str, str] = field(default_factory=dict)
    operations: int = 0
    outputs: int = 0
    attention: list[Comparison] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def wrong(self) -> bool:
        """Whether something is wrong that no further operation can mend."""
        return bool(self.broken) or any(not each.worst <= 1 for each in self.attention)


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    pools = POOLS if context.quick else 5 * POOLS
    context.phase("wasted slots by formula", 1, pools + 1)
    bench = Bench(context, context.start_workers({"solution": None})[0])
    formula = _ask_formula(bench)
    logs: list[PoolLog] = []
    for number in range(pools):
        blocks, size = _draw_pool(context.rng, number)
        context.phase(f"pool of {blocks} blocks of {size} tokens", number + 2, pools + 1)
        logs.append(_run_pool(bench, blocks, size))
        if bench.wrong:
            break
    return {
        "pools": [log.as_dict() for log in logs],
        "seconds": bench.seconds,
        "operations": bench.operations,
        "outputs": bench.outputs,
        "violations": bench.broken,
        "attention": [each.as_dict() for each in bench.attention],
        "formula": formula,
    }


def _draw_pool(rng: np.random.Generator, number: int) -> tuple[int, int]:
    """The first pool has the usual 16 tokens to a block, the others sizes that nobody can prepare for."""
    size = 16 if number == 0 else int(rng.choice(BLOCK_SIZES))
    return int(rng.integers(48, 97)), size


def _run_pool(bench: Bench, blocks: int, size: int) -> PoolLog:
    context, plan = bench.context, Plan(blocks, size)
    audit = Audit(plan, Memory(blocks, size, context.rng))
    log = PoolLog(plan)
    timeout = context.within(CALL_SECONDS)
    bench.worker.call("start", timeout=timeout, num_blocks=blocks, block_size=size)
    done = 0
    while done < OPERATIONS and not audit.broken:
        expected = [plan.apply(plan.draw(context.rng)) for _ in range(min(BATCH, OPERATIONS - done))]
        _run_batch(bench, audit, log, expected)
        done += len(expected)
        context.progress(done, OPERATIONS, "operations")
        context.point("slots in use that hold a token", bench.operations, log.filled_share)
    log.remember(audit.tables)
    if not audit.broken:
        alive = [int(sequence) for sequence in context.rng.permutation(sorted(plan.tables))]
        _run_batch(bench, audit, log, [plan.apply(Operation("free", sequence, 0)) for sequence in alive])
    log.most_waste = audit.most_waste
    for rule, text in audit.broken.items():
        bench.broken.setdefault(rule, f"pool of {blocks} blocks of {size} tokens, {text}")
    return log


def _run_batch(bench: Bench, audit: Audit, log: PoolLog, expected: list[Expected]) -> None:
    worker, timeout = bench.worker, bench.context.within(CALL_SECONDS)
    operations = [[e.operation.name, e.operation.sequence, e.operation.argument] for e in expected]
    reply = worker.call("run", timeout=timeout, operations=operations)
    bench.seconds += reply.seconds
    found: list[Comparison] = []
    for each, item in zip(expected, reply.items, strict=False):
        if "raised" in item.body:
            raise SolutionError(f"{each.operation}: {item.body['raised']}")
        audit.judge(each, Answer.parse(item.body))
        bench.operations += 1
        log.note(each)
        if audit.broken:
            found += _attend(audit, list(audit.tables))
            break
        if bench.context.rng.random() < ATTENTION_SHARE:
            operation = each.operation
            shown = operation.argument if operation.name == "fork" else operation.sequence
            found += _attend(audit, [shown] if shown in audit.tables else [])
    else:
        if len(reply.items) != len(expected):
            raise SolutionError(f"{len(reply.items)} answers to {len(expected)} operations")
        found += _inspect(bench, audit)
    bench.outputs += len(found)
    if found:
        wrong = (each for each in found if not each.worst <= 1)
        bench.attention.append(next(wrong, max(found, key=lambda each: each.worst)))


def _inspect(bench: Bench, audit: Audit) -> list[Comparison]:
    """Compare every block table and every reference count, and attend through all tables."""
    alive, timeout = sorted(audit.tables), bench.context.within(CALL_SECONDS)
    body = bench.worker.call("inspect", timeout=timeout, sequences=alive, blocks=audit.plan.num_blocks).body
    audit.judge_all(alive, tables_of(body, len(alive)), integers(body, "refs"))
    return _attend(audit, alive)


def _attend(audit: Audit, sequences: list[int]) -> list[Comparison]:
    when = f"after operation {audit.judged}"
    return [audit.memory.attention(f"sequence {s} {when}", s, audit.tables[s]) for s in sequences]


def _ask_formula(bench: Bench) -> Samples:
    """Ask for lengths that fill their blocks, that leave one slot, and anything between."""
    rng = bench.context.rng
    size = int(rng.integers(2, 65))
    lengths = [int(n) for n in rng.integers(1, 8 * size, size=12)] + [3 * size, size, 5 * size - 1, size + 1]
    asked = {"lengths": lengths, "block_size": size, "reserved": 8 * size}
    body = bench.worker.call("wasted_slots", timeout=bench.context.within(CALL_SECONDS), **asked).body
    return {**asked, "answer": {"reserved": integer(body, "reserved"), "paged": integer(body, "paged")}}
