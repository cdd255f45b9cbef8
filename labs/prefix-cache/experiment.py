"""Runs in the referee: scripted cases, random traffic, served prompts, and the time to first token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from audit import Audit
from judge import SHARES, judge, time_checks
from traffic import Traffic, scripts
from truth import Operation, Truth
from ttft import CALL_SECONDS, CONFIG, Bench, floor_work

from graders.answers import integer, integers
from graders.context import Context
from graders.errors import SolutionError
from graders.measurement import Rounds, interleave
from graders.outcome import Samples
from graders.protocol import Body

POOLS, OPERATIONS, BATCH = 5, 1_000, 40
BLOCK_SIZES = (1, 2, 3, 4, 8, 16)
TIMED_BLOCK, TIMED_BLOCKS = 16, 160  # a round needs at most 33 * (2 + 1/2 + 1/4 + 1/8) + 3 = 98 blocks
PHASES = ("rules one by one", "random traffic", "logits", "time to first token")


def run(context: Context) -> Samples:
    """Measure one solution, and stop after the first phase that shows a mistake."""
    baseline = context.lab.folder / "baseline.py"
    programs = {"solution": None, "baseline": baseline, "control": baseline}
    workers = dict(zip(programs, context.start_workers(programs), strict=True))
    bench = Bench.load(context, workers)
    samples: Samples = {"profile": context.profile, "violations": {}, "operations": 0, "events": {}}
    for i, step in enumerate((_scripts, _traffic, _logits, _time)):
        context.phase(PHASES[i], i + 1, len(PHASES))
        step(bench, samples)
        if any(check.state == "failed" and not check.timing for check in judge(samples).checks):
            break
    return samples


def _scripts(bench: Bench, samples: Samples) -> None:
    """Every case runs to its first violation, so that each broken rule is named."""
    sizes = (int(bench.context.rng.integers(2, 5)), 16)
    cases = [case for size in sizes for case in scripts(size, bench.context.rng)]
    for i, case in enumerate(cases):
        size = sizes[i * len(sizes) // len(cases)]
        audit = Audit(Truth(case.num_blocks, size))
        _start(bench, case.num_blocks, size)
        _run_batch(bench, audit, list(case.operations), samples)
        for rule, text in audit.broken.items():
            pool = f"{case.num_blocks} blocks of {size} tokens"
            samples["violations"].setdefault(rule, f"{case.name} ({pool}): {text}")


def _traffic(bench: Bench, samples: Samples) -> None:
    context, rng = bench.context, bench.context.rng
    pools = POOLS if context.quick else 6 * POOLS
    for number in range(pools):
        size = 16 if number == 0 else int(rng.choice(BLOCK_SIZES))
        blocks, vocab = int(rng.integers(12, 41)), int(rng.choice([2, 3, 50_000]))
        audit, traffic = Audit(Truth(blocks, size)), Traffic(Truth(blocks, size), vocab, rng)
        _start(bench, blocks, size)
        done = 0
        while done < OPERATIONS and not audit.broken:
            drawn = []
            for _ in range(BATCH):
                drawn.append(traffic.draw())
                traffic.truth.apply(drawn[-1])
            _run_batch(bench, audit, drawn, samples)
            done += len(drawn)
        context.progress(number + 1, pools, "pools")
        if audit.broken:
            rule, text = next(iter(audit.broken.items()))
            samples["violations"][rule] = f"random traffic ({blocks} blocks of {size} tokens), {text}"
            return


def _start(bench: Bench, num_blocks: int, block_size: int) -> None:
    timeout = bench.context.within(CALL_SECONDS)
    bench.workers["solution"].call("start", timeout=timeout, num_blocks=num_blocks, block_size=block_size)


def _run_batch(bench: Bench, audit: Audit, operations: list[Operation], samples: Samples) -> None:
    """Send a batch, compare answer by answer until the first violation, and count what the traffic reached."""
    sent = [[each.name, each.request, list(each.tokens), each.extra] for each in operations]
    reply = bench.workers["solution"].call("run", timeout=bench.context.within(CALL_SECONDS), operations=sent)
    events = samples["events"]
    for operation, item in zip(operations, reply.items, strict=False):
        if "raised" in item.body:
            raise SolutionError(f"{operation}: {item.body['raised']}")
        expected = audit.judge(operation, _answer(operation, item.body))
        samples["operations"] += 1
        reached = {"refused": expected.chain is None, "hits": expected.reused > 0, "evictions": len(expected.evicted)}
        for name, count in reached.items():
            events[name] = events.get(name, 0) + int(count)
        if audit.broken:
            return
    if len(reply.items) != len(operations):
        raise SolutionError(f"{len(reply.items)} answers to {len(operations)} operations")


def _answer(operation: Operation, body: Body) -> dict[str, Any]:
    if operation.name == "finish":
        return {}
    blocks = None if body.get("blocks") is None else integers(body, "blocks")
    return {"blocks": blocks, "reused": integer(body, "reused")}


def _logits(bench: Bench, samples: Samples) -> None:
    """Prompts of odd lengths that share prefixes of all lengths, with blocks of several sizes."""
    rng = bench.context.rng
    for size in (16, int(rng.integers(1, 8))):
        bench.start(-(-1200 // size), size)
        length = 7
        for _ in range(2):
            prompt = bench.tokens(length)
            bench.serve(prompt, f"{length} tokens, nothing cached")
            for cut in sorted({1, length // 2, length - 1, length}):
                tail = bench.tokens(int(rng.integers(0, 40)) if cut == length else int(rng.integers(1, 40)))
                bench.serve(prompt[:cut] + tail, f"{cut + len(tail)} tokens, {cut} of them seen before, B = {size}")
            length = int(rng.integers(60, 300))
            if bench.wrong:
                break
    _tell(bench, samples)


def _time(bench: Bench, samples: Samples) -> None:
    """Interleave hits, a miss and both uncached copies; each round extends a prompt of its own."""
    context, rng = bench.context, bench.context.rng
    length = int(rng.integers(497, 528))
    reused = {f"{share:g}": int(share * length) // TIMED_BLOCK * TIMED_BLOCK for share in SHARES}
    bench.start(TIMED_BLOCKS, TIMED_BLOCK)
    seen: list[int] = []

    def next_prompt() -> None:
        seen[:] = bench.tokens(length)
        bench.serve(seen, "a prompt to be extended", remember=True)
        bench.swap()

    def after_round(done: int, total: int) -> None:
        next_prompt()
        context.progress(done, total, "rounds")

    def enough(rounds: Rounds) -> bool:
        samples["seconds"] = rounds.samples
        return all(check.state != "undecided" for check in time_checks(samples))

    next_prompt()
    samples |= {"length": length, "reused": reused, "ceilings": context.ceilings().as_dict()}
    samples["floors"] = {share: floor_work(length, count) for share, count in reused.items()}
    workers = list(bench.workers.values())
    before = context.scheduling(workers)
    least, most, seconds = (10, 30, 8.0) if context.quick else (30, 120, 90.0)
    limits: dict[str, Any] = {"at_least": least, "at_most": most, "seconds": seconds, "enough": enough}
    arms = _arms(bench, length, reused, seen)
    rounds = interleave(arms, rng, **limits, broken=lambda: bench.wrong, after_round=after_round)
    samples |= {"seconds": rounds.samples, "scheduling": asdict(context.scheduling(workers) - before)}
    _tell(bench, samples)


def _arms(bench: Bench, length: int, reused: dict[str, int], seen: list[int]) -> dict[str, Callable[[], float]]:
    """Prompts of ``length`` tokens: fresh behind the first tokens of ``seen``, all fresh, and without a cache."""

    def hit(count: int) -> float:
        return bench.serve(seen[:count] + bench.tokens(length - count), f"{count} of {length} tokens cached")

    def plain(copy: str) -> float:
        return bench.plain(copy, bench.tokens(length))

    arms: dict[str, Callable[[], float]] = {share: partial(hit, count) for share, count in reused.items()}
    arms["miss"] = partial(hit, 0)
    return arms | {copy: partial(plain, copy) for copy in ("baseline", "control")}


def _tell(bench: Bench, samples: Samples) -> None:
    wrong = [each for each in bench.comparisons if not each.worst <= 1]
    kept = wrong[:3] or sorted(bench.comparisons, key=lambda each: -each.worst)[:3]
    samples |= {"served": len(bench.comparisons), "wrong_logits": len(wrong)}
    samples["comparisons"] = [each.as_dict() for each in kept]
    samples["reuse"] = bench.reuse
    samples["model"] = CONFIG.as_dict()
