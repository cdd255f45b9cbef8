"""Runs in the referee: executes the learner's kernels on its own arrays and counts; counts what he predicts."""

from __future__ import annotations

from typing import Any

import numpy as np
from cases import KERNELS, Case, cases
from exhibits import counted_share, first_version

from graders import answers
from graders.context import Context
from graders.errors import SolutionError
from graders.outcome import Samples
from graders.process import Worker
from graders.simt import LANES, counting
from graders.simt.device import start_workers
from graders.simt.wire import Kernels

CALL_SECONDS = 10.0
VISIBLE_STRIDES = (0, 1, 2, 4, 8, 16, 17, 32, 33)
RANDOM_STRIDES = 40
LARGEST_STRIDE = 5_000
RANDOM_BRANCHES = 12


def run(context: Context) -> Samples:
    """Return reports of every launch, and predictions beside counts; stops after a round of wrong outputs."""
    traced, (worker,) = start_workers(context, KERNELS, {"solution": None})
    samples: Samples = {"launches": [], "first_versions": []}
    context.phase("kernels", 1, 2)
    _launches(context, Kernels(traced), samples)
    context.phase("predictions", 2, 2)
    samples |= _strides(context, worker)
    samples["branches"] = _branches(context, worker)
    return samples


def _launches(context: Context, kernels: Kernels, samples: Samples) -> None:
    rounds = 1 if context.quick else 6
    total = 3 * len(KERNELS) * rounds
    for _ in range(rounds):
        for case in cases(context.rng):
            first = None
            if case.least_sectors is not None and len(samples["first_versions"]) < len(KERNELS):
                first = first_version(case.kernel, case.launch, case.arguments)
            samples["launches"].append(_launch(context, kernels, case))
            if first is not None:
                samples["first_versions"].append({"kernel": case.kernel, "report": first.as_dict()})
            context.progress(len(samples["launches"]), total, case.kernel)


def _launch(context: Context, kernels: Kernels, case: Case) -> dict[str, Any]:
    report = kernels.launch(case.kernel, case.launch, case.arguments, timeout=context.within(CALL_SECONDS))
    return {
        "kernel": case.kernel,
        "shape": case.shape,
        "floats": case.arguments[-1] if case.kernel == "block_sum" else None,
        "least_sectors": case.least_sectors,
        "comparison": case.compare().as_dict(),
        "report": report.as_dict(),
    }


def _strides(context: Context, worker: Worker) -> dict[str, list[list[int]]]:
    """Stride, the learner's prediction and the count over all 32 lanes, for banks and for sectors."""
    drawn = context.rng.integers(0, LARGEST_STRIDE, size=RANDOM_STRIDES)
    strides = [*VISIBLE_STRIDES, *(int(each) for each in drawn)]
    words = np.array(strides)[:, None] * np.arange(LANES)
    everyone = np.ones(words.shape, bool)
    counted = {
        "bank_conflict_degree": counting.bank_degrees(words, everyone),
        "sectors_per_request": counting.sectors(words, everyone),
    }
    found = {}
    for function, counts in counted.items():
        timeout = context.within(CALL_SECONDS)
        body = worker.call("predict", timeout=timeout, function=function, inputs=strides).body
        predicted = answers.integers(body, "answers")
        if len(predicted) != len(strides):
            raise SolutionError(f"{function} was not answered for every stride")
        rows = zip(strides, predicted, counts.tolist(), strict=True)
        found[function] = [list(row) for row in rows]
    return found


def _branches(context: Context, worker: Worker) -> list[dict[str, Any]]:
    """The learner's share of active lanes beside the count of the same if/else on the machine."""
    rng = context.rng
    drawn: list[tuple[str, list[bool], int, int]] = [
        ("condition on the lane: every second thread", [i % 2 == 0 for i in range(128)], 8, 8),
        ("condition on the lane: one thread of 32, no else", [i % 32 == 0 for i in range(128)], 8, 0),
        ("condition on the warp", [i // 32 % 2 == 0 for i in range(128)], 8, 8),
    ]
    for _ in range(RANDOM_BRANCHES):
        threads, split = int(rng.integers(33, 300)), int(rng.integers(1, 100))
        pattern = rng.random(threads) < rng.random() if rng.random() < 0.5 else np.arange(threads) // split % 2 == 0
        lengths = int(rng.integers(1, 9)), int(rng.integers(1, 9))
        drawn.append((f"{threads} threads drawn at random", [bool(each) for each in pattern], *lengths))
    reply = worker.call(
        "shares", timeout=context.within(CALL_SECONDS), branches=[[list(map(int, row[1])), *row[2:]] for row in drawn]
    )
    if len(reply.items) != len(drawn):
        raise SolutionError("active_lane_share was not answered for every branch")
    return [
        {
            "branch": f"{what}, {then_length} and {else_length} instructions",
            "predicted": _share(item.body.get("share")),
            "counted": counted_share(taken, then_length, else_length),
        }
        for (what, taken, then_length, else_length), item in zip(drawn, reply.items, strict=True)
    ]


def _share(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise SolutionError("active_lane_share returns a float")
    return float(value)
