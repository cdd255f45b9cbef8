"""Reads the samples: sums, bytes, messages and the model clock of every run. Nothing here rests on measured time."""

from __future__ import annotations

from typing import Any

from report import describe

from graders import checks
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Samples

ROUNDING = 1e-9  # the model clock adds the same few floats in another order
FLOAT32 = 4  # bytes

Run = dict[str, Any]


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and tables; lists the checks of those parts that were reached."""
    rings = [run for run in samples["runs"] + samples["sweep"] if run["function"] == "ring_all_reduce"]
    trees = [run for run in samples["runs"] + samples["sweep"] if run["function"] == "tree_all_reduce"]
    stuck = samples["deadlock"]
    found = [checks.holds("no-deadlock", stuck is None, stuck or "no rank ever waited for one that waited for it")]
    if rings:
        found += _ring_checks(rings)
    if trees:
        found += _tree_checks(trees)
    if rings:
        found += _common_checks(rings + trees)
    if samples["formulas"]:
        found += _formula_checks(samples["formulas"])
    if samples["gloo"]:
        found.append(_gloo_check(samples["gloo"]))
    outcome = Outcome(checks=found)
    describe(outcome, samples)
    return outcome


def _ring_checks(rings: list[Run]) -> list[Check]:
    return [
        checks.within_error_budget("ring-sum", [Comparison.parse(run["comparison"]) for run in rings], what="runs"),
        _neighbours(rings),
        checks.every_case("ring-messages", _messages(rings), what="2(n-1) messages from each rank", unit="messages"),
        checks.every_case("ring-bytes", _bytes(rings), what="2(n-1)/n * S bytes from each rank", unit="bytes"),
        _ring_time(rings),
    ]


def _neighbours(rings: list[Run]) -> Check:
    """Each rank has one neighbour on either side; any other target makes the ring a mesh."""
    for run in rings:
        for rank, targets in enumerate(run["targets"]):
            strange = set(targets) - {(rank + 1) % run["n"], (rank - 1) % run["n"]}
            if strange:
                text = f"{run['case']}: rank {rank} sends to {sorted(strange)}, its neighbours on the ring are "
                text += f"{(rank - 1) % run['n']} and {(rank + 1) % run['n']}"
                return checks.holds("ring-neighbours", False, text)
    return checks.holds("ring-neighbours", True, f"each rank sent only to its neighbours in {len(rings)} runs")


def _messages(rings: list[Run]) -> list[tuple[str, int, int]]:
    """An array shorter than n has empty chunks, whose messages may be left out."""
    return [
        (f"{run['case']}, rank {rank}", messages, 2 * (run["n"] - 1))
        for run in rings
        if run["elements"] >= run["n"]
        for rank, messages in enumerate(run["messages"])
    ]


def _bytes(rings: list[Run]) -> list[tuple[str, int, int]]:
    """All ranks together send 2(n-1) S; one rank leaves out two of its chunks, which may be the long or the short ones.

    Where n divides the length that leaves each rank exactly 2(n-1)/n * S.
    """
    cases = []
    for run in rings:
        n, elements = run["n"], run["elements"]
        low, high = (2 * FLOAT32 * (elements - chunk) for chunk in (-(-elements // n), elements // n))
        for rank, sent in enumerate(run["bytes"]):
            cases.append((f"{run['case']}, rank {rank}", sent, min(max(sent, low), high)))
        cases.append((f"{run['case']}, all ranks together", sum(run["bytes"]), 2 * (n - 1) * elements * FLOAT32))
    return cases


def _ring_time(rings: list[Run]) -> Check:
    worst, shown = 0.0, ""
    for run in rings:
        latency, per_byte = run["link"]
        longest = -(-run["elements"] // run["n"]) * FLOAT32
        formula = 2 * (run["n"] - 1) * (latency + per_byte * longest)
        if run["model_seconds"] / formula > worst:
            worst = run["model_seconds"] / formula
            shown = f"model clock of {run['case']} over 2(n-1)(alpha + beta * chunk) = {formula * 1e6:.4g} us"
    return checks.at_most("ring-time", worst, 1 + ROUNDING, what=shown, unit="x")


def _tree_checks(trees: list[Run]) -> list[Check]:
    totals = [(run["case"], sum(run["messages"]), 2 * (run["n"] - 1)) for run in trees]
    worst, shown = 0.0, ""
    for run in trees:
        latency, per_byte = run["link"]
        depth = run["model_seconds"] / (latency + per_byte * run["elements"] * FLOAT32)
        allowed = 2 * (run["n"] - 1).bit_length()
        if depth / allowed > worst:
            worst = depth / allowed
            shown = (
                f"{run['case']}: the longest chain is {depth:.3g} messages, over 2 ceil(log2 {run['n']}) = {allowed}"
            )
    return [
        checks.within_error_budget("tree-sum", [Comparison.parse(run["comparison"]) for run in trees], what="runs"),
        checks.every_case("tree-messages", totals, what="2(n-1) messages in all", unit="messages"),
        checks.at_most("tree-depth", worst, 1 + ROUNDING, what=shown, unit="x"),
    ]


def _common_checks(runs: list[Run]) -> list[Check]:
    differing = [f"{run['function']}, {run['case']}" for run in runs if not run["same"]]
    changed = [f"{run['function']}, {run['case']}: rank {run['changed'][0]}" for run in runs if run["changed"]]
    same = f"in {differing[0]} two ranks hold different bits" if differing else "all ranks hold the same bits"
    kept = f"{changed[0]} found its x changed" if changed else f"x kept its values in {len(runs)} runs"
    return [
        checks.holds("same-bits", not differing, same, value=len(differing), bound=0, unit="runs"),
        checks.holds("input-unchanged", not changed, kept, value=len(changed), bound=0, unit="runs"),
    ]


def _formula_checks(formulas: list[dict[str, Any]]) -> list[Check]:
    costs = [Comparison.parse(each) for each in formulas if each["function"] != "bus_bandwidth"]
    rates = [Comparison.parse(each) for each in formulas if each["function"] == "bus_bandwidth"]
    return [
        checks.within_error_budget("cost-model", costs, what="predicted times"),
        checks.within_error_budget("bus-bandwidth", rates, what="bandwidths"),
    ]


def _gloo_check(gloo: dict[str, Any]) -> Check:
    wrong = gloo["wrong"]
    what = f"sums over gloo with {gloo['size']} ranks, also those of dist.all_reduce,"
    return checks.same_output("gloo-sum", len(wrong), gloo["total"], what=what, example=", ".join(wrong[:1]))
