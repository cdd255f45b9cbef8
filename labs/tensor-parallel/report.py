"""What the split costs and saves: bytes on the wire and weights per rank over the number of ranks, and a table."""

from __future__ import annotations

from typing import Any

from graders.outcome import Outcome, Plot, Samples, Series, Table

SHOWN = {"attention": "attention", "mlp": "MLP", "mlp_sequence_parallel": "MLP, sequence-parallel", "block": "2 blocks"}


def describe(outcome: Outcome, samples: Samples) -> None:
    """Fill plots, table, metrics and observation with what the samples hold."""
    runs, shards = samples["runs"], samples["shards"]
    outcome.metrics = {"runs": float(len(runs) + len(samples["biases"]))}
    outcome.plots = [_wire_plot(runs), _weights_plot(shards)]
    columns = [
        "half",
        "ranks",
        "tokens",
        "d",
        "heads",
        "f",
        "collectives",
        "bytes in",
        "ring bytes per rank",
        "ms here",
    ]
    rows = [_row(run) for run in runs]
    outcome.tables = [Table("Runs (bytes in: what each rank passes to the collectives)", columns, rows)]
    if shards:
        outcome.metrics["weight_share_per_rank"] = max(each["held"] / each["whole"] * each["n"] for each in shards)
    outcome.observation = {
        "model": "transformer blocks of random sizes, float32",
        "batch_size": 1,
        "notes": "collectives counted by the referee's switch; ranks share one core, so no time is graded",
        "observations": _words(runs),
    }


def _row(run: dict[str, Any]) -> list[str | float | int | None]:
    sent = sum(each["nbytes"] for each in run["collectives"])
    return [SHOWN[run["function"]], run["n"], run["tokens"], run["d"], run["heads"], run["f"], len(run["collectives"]),
            sent, round(run["ring_bytes"], 1), round(1e3 * run["seconds"], 2)]  # fmt: skip


def _wire_plot(runs: list[dict[str, Any]]) -> Plot:
    series = []
    for function, name in SHOWN.items():
        shares: dict[int, float] = {}
        for run in runs:
            if run["function"] == function:
                shares[run["n"]] = run["ring_bytes"] / (4 * run["tokens"] * run["d"] * run["layers"])
        ranks = sorted(shares)
        series.append(Series(name, ranks, [shares[n] for n in ranks]))
    title = "Bytes that each rank sends for a layer, over the bytes of one activation (rings)"
    return Plot(title, "line", "ranks", "activations", series)


def _weights_plot(shards: list[dict[str, Any]]) -> Plot:
    held = {each["n"]: each["held"] / each["whole"] for each in shards}
    ranks = sorted(held)
    series = [
        Series("held by a rank", ranks, [held[n] for n in ranks]),
        Series("1/n", ranks, [1 / n for n in ranks]),
    ]
    return Plot("Share of the matrices on one rank", "line", "ranks", "share", series)


def _words(runs: list[dict[str, Any]]) -> str:
    blocks = [run for run in runs if run["function"] == "block"]
    if not blocks:
        return "ended before whole blocks were run"
    last = blocks[-1]
    return (
        f"two layers on {last['n']} ranks entered {len(last['collectives'])} collectives and sent "
        f"{last['ring_bytes']:,.0f} bytes per rank as rings, for {last['tokens']} tokens of width {last['d']}"
    )
