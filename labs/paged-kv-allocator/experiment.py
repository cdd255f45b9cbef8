"""Runs in the referee: 10,000 random operations on pools of random sizes, each compared with the referee's own plan."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from audit import RULES, Audit, Memory
from plan import Expected, Operation, Plan
from report import PoolReport, report

from graders import checks
from graders.checks import Check
from graders.context import Context
from graders.errors import SolutionError
from graders.outcome import Outcome
from graders.process import Worker

POOLS, OPERATIONS = 5, 2_000
BATCH = 200  # operations in one request
CALL_SECONDS = 10.0
ATTENTION_SHARE = 0.2  # of the operations after which attention is computed
ATTENTION_ERROR = 1e-4  # float32 arithmetic over values of order 1 against float64
BLOCK_SIZES = (1, 2, 3, 5, 8, 16, 32)
TITLES = {
    "refusal": "refused exactly when the free blocks do not suffice, and then nothing changes",
    "slots": "tokens lie at table[position // B] * B + position % B",
    "no-overlap": "no block is handed out, or counted as free, while a sequence holds it",
    "no-leak": "every block that no sequence holds is free",
    "waste": "at most B - 1 empty slots for each sequence",
    "ref-counts": "the reference count is the number of sequences that hold the block",
    "copy-on-write": "a shared block is copied before it is written, and only then",
}


@dataclass
class Bench:
    """The worker and what all pools have shown so far."""

    context: Context
    worker: Worker
    broken: dict[str, str] = field(default_factory=dict)
    operations: int = 0
    outputs: int = 0
    wrong_output: str = ""
    attention_error: float = 0.0
    seconds: float = 0.0


def run(context: Context) -> Outcome:
    """Measure one solution; raises SubmissionError when it dies, hangs or answers nonsense."""
    pools = POOLS if context.quick else 5 * POOLS
    context.phase("wasted slots by formula", 1, pools + 1)
    bench = Bench(context, context.start_workers({"solution": None})[0])
    formula = _formula_check(bench)
    reports: list[PoolReport] = []
    for number in range(pools):
        blocks, size = _draw_pool(context.rng, number)
        context.phase(f"pool of {blocks} blocks of {size} tokens", number + 2, pools + 1)
        reports.append(_run_pool(bench, blocks, size))
        if bench.broken or bench.wrong_output:
            break
    outcome = Outcome(checks=[*_rule_checks(bench, reports), _attention_check(bench), formula])
    report(outcome, context, reports, operations=bench.operations, outputs=bench.outputs, seconds=bench.seconds)
    outcome.metrics["attention_error"] = min(bench.attention_error, 1e9)
    return outcome


def _draw_pool(rng: np.random.Generator, number: int) -> tuple[int, int]:
    """The first pool has the usual 16 tokens to a block, the others sizes that nobody can prepare for."""
    size = 16 if number == 0 else int(rng.choice(BLOCK_SIZES))
    return int(rng.integers(48, 97)), size


def _run_pool(bench: Bench, blocks: int, size: int) -> PoolReport:
    context, plan = bench.context, Plan(blocks, size)
    audit = Audit(plan, Memory(blocks, size, context.rng))
    seen = PoolReport(plan)
    timeout = context.within(CALL_SECONDS)
    bench.worker.call("start", timeout=timeout, num_blocks=blocks, block_size=size)
    done = 0
    while done < OPERATIONS and not audit.broken:
        expected = [plan.apply(plan.draw(context.rng)) for _ in range(min(BATCH, OPERATIONS - done))]
        _run_batch(bench, audit, seen, expected)
        done += len(expected)
        context.progress(done, OPERATIONS, "operations")
        context.point("slots in use that hold a token", bench.operations, seen.filled_share[-1])
    seen.remember(audit.tables)
    if not audit.broken:
        alive = [int(sequence) for sequence in context.rng.permutation(sorted(plan.tables))]
        _run_batch(bench, audit, seen, [plan.apply(Operation("free", sequence, 0)) for sequence in alive])
    seen.most_waste = audit.most_waste
    for rule, text in audit.broken.items():
        bench.broken.setdefault(rule, f"pool of {blocks} blocks of {size} tokens, {text}")
    return seen


def _run_batch(bench: Bench, audit: Audit, seen: PoolReport, expected: list[Expected]) -> None:
    worker, timeout = bench.worker, bench.context.within(CALL_SECONDS)
    operations = [[e.operation.name, e.operation.sequence, e.operation.argument] for e in expected]
    reply = worker.call("run", timeout=timeout, operations=operations)
    bench.seconds += reply.seconds
    for each, item in zip(expected, reply.items, strict=False):
        if "raised" in item.body:
            raise SolutionError(f"{each.operation}: {item.body['raised']}")
        audit.judge(each, item.body)
        bench.operations += 1
        seen.note(each)
        if audit.broken:
            _attend(bench, audit, list(audit.tables))
            return
        if bench.context.rng.random() < ATTENTION_SHARE:
            operation = each.operation
            shown = operation.argument if operation.name == "fork" else operation.sequence
            _attend(bench, audit, [shown] if shown in audit.tables else [])
    alive = sorted(audit.tables)
    inspected = worker.call(
        "inspect", timeout=bench.context.within(CALL_SECONDS), sequences=alive, blocks=audit.plan.num_blocks
    )
    audit.judge_all(alive, inspected.body)
    _attend(bench, audit, alive)


def _attend(bench: Bench, audit: Audit, sequences: list[int]) -> None:
    for sequence in sequences:
        error = audit.memory.attention_error(sequence, audit.tables[sequence])
        bench.outputs += 1
        bench.attention_error = max(bench.attention_error, error)
        if error > ATTENTION_ERROR and not bench.wrong_output:
            bench.wrong_output = f"sequence {sequence} after operation {audit.judged}: off by {error:.2g}"


def _rule_checks(bench: Bench, reports: list[PoolReport]) -> list[Check]:
    found = []
    for rule in RULES:
        text = bench.broken.get(rule)
        message = text or f"{TITLES[rule]}: held in {bench.operations:,} operations"
        if rule == "waste" and text is None:
            worst = max(reports, key=lambda r: r.most_waste / r.plan.block_size)
            message += f"; the most was {worst.most_waste} with blocks of {worst.plan.block_size}"
        found.append(checks.holds(rule, text is None, message, value=int(text is not None), bound=0, unit="violations"))
    return found


def _attention_check(bench: Bench) -> Check:
    message = f"{bench.outputs:,} outputs through block tables differ from contiguous attention by at most "
    message += f"{bench.attention_error:.1e}, {ATTENTION_ERROR:.0e} allowed"
    if bench.wrong_output:
        message += f"; first: {bench.wrong_output}"
    right = not bench.wrong_output and bench.outputs > 0
    error = min(bench.attention_error, 1e9)  # JSON has no infinity
    return checks.holds("attention", right, message, value=error, bound=ATTENTION_ERROR)


def _formula_check(bench: Bench) -> Check:
    """Ask for lengths that fill their blocks, that leave one slot, and anything between."""
    rng = bench.context.rng
    size = int(rng.integers(2, 65))
    lengths = [int(n) for n in rng.integers(1, 8 * size, size=12)] + [3 * size, size, 5 * size - 1, size + 1]
    reserved = 8 * size
    timeout = bench.context.within(CALL_SECONDS)
    body = bench.worker.call("wasted_slots", timeout=timeout, lengths=lengths, block_size=size, reserved=reserved).body
    paged, contiguous = sum(-n % size for n in lengths), sum(reserved - n for n in lengths)
    right = (body["reserved"], body["paged"]) == (contiguous, paged)
    message = (
        f"wasted_slots gives {body['reserved']} reserved and {body['paged']} paged for 16 lengths, B = {size}, "
        f"reservation {reserved}; right are {contiguous} and {paged}"
    )
    return checks.holds("waste-formula", right, message, value=body["paged"], bound=paged, unit="slots")
