"""Reads the samples: outputs within float32's error, collectives and bytes as counted on the wire, weights per rank."""

from __future__ import annotations

from typing import Any

from report import describe

from graders import checks
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Samples

FLOAT32 = 4  # bytes
ALL_REDUCES = {"attention": 1, "mlp": 1, "block": 2}  # per layer
OUTPUTS = {
    "attention": "attention-output",
    "mlp": "mlp-output",
    "mlp_sequence_parallel": "sequence-output",
    "block": "block-output",
}

Run = dict[str, Any]


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and tables; lists the checks of those parts that were reached."""
    stuck, runs = samples["deadlock"], samples["runs"]
    found = [checks.holds("no-deadlock", stuck is None, stuck or "every rank entered every collective")]
    if samples["shards"]:
        found.append(_weights(samples["shards"]))
    if samples["biases"]:
        compared = [Comparison.parse(run["comparison"]) for run in samples["biases"]]
        found.append(checks.within_error_budget("bias-once", compared, what="outputs that are only a bias"))
    for function, check in OUTPUTS.items():
        mine = [Comparison.parse(run["comparison"]) for run in runs if run["function"] == function]
        if mine:
            found.append(checks.within_error_budget(check, mine, what="outputs"))
    found += _collectives([run for run in runs + samples["biases"] if run["function"] in ALL_REDUCES])
    found += _sequence([run for run in runs + samples["biases"] if run["function"] == "mlp_sequence_parallel"])
    if samples["formula"]:
        compared = [Comparison.parse(each) for each in samples["formula"]]
        found.append(checks.within_error_budget("bytes-formula", compared, what="byte counts"))
    outcome = Outcome(checks=found)
    describe(outcome, samples)
    return outcome


def _weights(shards: list[dict[str, Any]]) -> Check:
    cases = [(each["case"], each["held"], each["whole"] // each["n"]) for each in shards]
    return checks.every_case("weight-bytes", cases, what="1/n of the six matrices on each rank", unit="bytes")


def _collectives(runs: list[Run]) -> list[Check]:
    if not runs:
        return []
    kinds, payloads = [], []
    for run in runs:
        times = ALL_REDUCES[run["function"]] * run["layers"]
        kinds.append((run["case"], _kinds(run), " + ".join(["all_reduce"] * times)))
        sent = sum(each["nbytes"] for each in run["collectives"])
        payloads.append((run["case"], sent, times * run["tokens"] * run["d"] * FLOAT32))
    return [
        checks.every_case("one-all-reduce", kinds, what="one all-reduce for each half of a block"),
        checks.every_case("payload-bytes", payloads, what="tokens * d * 4 bytes into each all-reduce", unit="bytes"),
    ]


def _sequence(runs: list[Run]) -> list[Check]:
    if not runs:
        return []
    kinds = [(run["case"], _kinds(run), "all_gather + reduce_scatter") for run in runs]
    sent = []
    for run in runs:
        one_all_reduce = 2 * (run["n"] - 1) * run["tokens"] * run["d"] * FLOAT32 // run["n"]
        sent.append((run["case"], round(run["ring_bytes"], 3), one_all_reduce))
    return [
        checks.every_case("sequence-collectives", kinds, what="one all-gather and one reduce-scatter"),
        checks.every_case("sequence-bytes", sent, what="bytes per rank as one ring all-reduce", unit="bytes"),
    ]


def _kinds(run: Run) -> str:
    return " + ".join(each["kind"] for each in run["collectives"]) or "none"
