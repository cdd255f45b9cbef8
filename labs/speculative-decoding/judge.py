"""Reads the samples: what the passes yielded, how the draws are spread, whether the target's output was kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sampling import accepted_share, least_spread, scatter, share_bound, total_variation, variation_bound
from synthetic import expected

from graders import checks
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Plot, Samples, Series, Table

TOLERANCE = 0.05  # of the mean number of tokens; six standard errors are 0.048
CHANCE = 1e-6  # that a right sampler fails in one run, all bounds together
LEAST_SAMPLES = 500  # fewer draws at a place say too little

Cells = list[dict[str, Any]]


@dataclass(frozen=True)
class Finding:
    """One measured distance beside the bound that chance crosses too rarely to matter."""

    what: str
    value: float
    bound: float


def judge(samples: Samples) -> Outcome:
    """Judge whatever phases there are; an early end leaves the later ones out."""
    outcome = Outcome()
    for key, what in (("formula", "values of the formula"), ("residual", "residual distributions")):
        if key in samples:
            compared = [Comparison.parse(each) for each in samples[key]]
            outcome.checks.append(checks.within_error_budget(key, compared, what=what))
    live = samples.get("live", [])
    if "greedy" in samples:
        outcome.checks += [_output(samples["greedy"], live), _tokens_per_pass(samples["greedy"])]
        outcome.plots.append(_plot(samples["greedy"]))
        outcome.tables.append(_table(samples["greedy"]))
        outcome.metrics |= {f"tokens_per_pass_{c['alpha']:g}_{c['k']}": _mean(c) for c in samples["greedy"]}
    if "sampled" in samples:
        outcome.checks += _sampler_checks(samples["sampled"])
    if live:
        outcome.checks += _live_checks(live)
        outcome.tables.append(_live_table(live))
        outcome.metrics |= _live_metrics(live)
        outcome.observation = _observation(samples, outcome.metrics)
    return outcome


def _output(cells: Cells, live: Cells) -> Check:
    wrong = [cell for cell in cells if cell["wrong"]]
    texts = [f"k = {cell['k']}, {cell['example']}" for cell in wrong]
    texts += [run["wrong_output"] for run in live if run["wrong_output"]]
    total = sum(cell["rounds"] for cell in cells) + sum(run["passes"] for run in live)
    count = sum(cell["wrong"] for cell in cells) + sum(run["wrong_output"] is not None for run in live)
    return checks.same_output("greedy-output", count, total, what="passes", example="".join(texts[:1]))


def _tokens_per_pass(cells: Cells) -> Check:
    def off(cell: dict[str, Any]) -> float:
        return abs(_mean(cell) / expected(cell["alpha"], cell["k"]) - 1)

    worst = max(cells, key=off)
    a, k = worst["alpha"], worst["k"]
    formula = f"(1 - {a:g}^{k + 1}) / (1 - {a:g})"
    return checks.within_factor_of_formula(
        "tokens-per-pass", _mean(worst), expected(a, k), tolerance=TOLERANCE, unit="tokens per pass", formula=formula
    )


def _mean(cell: dict[str, Any]) -> float:
    """Tokens per pass of one cell."""
    return float(cell["tokens"] / cell["rounds"])


def _sampler_checks(cells: Cells) -> list[Check]:
    wrong = sum(cell["wrong"] for cell in cells)
    example = "".join(cell["example"] for cell in cells if cell["wrong"])
    total = sum(cell["rounds"] for cell in cells)
    what = "answers (accepted guesses and one token more)"
    form = checks.same_output("sampled-form", wrong, total, what=what, example=example)
    whole = [cell for cell in cells if not cell["wrong"]]
    if not whole:
        return [form]
    tests = sum(2 * len(cell["q"]) + 1 for cell in whole)
    return [
        form,
        _worst("sampled-distribution", _distributions(whole, CHANCE / tests)),
        _worst("acceptance", _acceptances(whole, CHANCE / tests)),
        _drawn(whole),
    ]


def _drawn(cells: Cells) -> Check:
    """Draws scatter: choices that match their chances more closely than chance allows were dealt out, not drawn."""
    found = [scatter(cell) for cell in cells if "tried" in cell]  # records of older runs have no such counts
    spread, freedom = sum(value for value, _ in found), sum(each for _, each in found)
    if not freedom:
        return checks.holds("sampled-chance", True, "too few choices to say whether they were drawn")
    what = f"scatter of the sampler's own choices over what chance gives, {freedom} degrees of freedom"
    return checks.at_least("sampled-chance", spread / freedom, least_spread(freedom, CHANCE), what=what)


def _distributions(cells: Cells, chance: float) -> Iterator[Finding]:
    """Total variation between the tokens yielded at a place and the target's probabilities there.

    A place is reached or not before its token is drawn, so its tokens are independent draws of p.
    """
    for cell in cells:
        for i, (counts, p) in enumerate(zip(cell["counts"], cell["p"], strict=True)):
            n = sum(counts)
            if n >= LEAST_SAMPLES:
                distance = total_variation(np.array(counts) / n, np.array(p))
                what = f"total variation between p and {n} tokens at place {i} ({cell['cell']})"
                yield Finding(what, distance, variation_bound(n, len(p), chance))


def _acceptances(cells: Cells, chance: float) -> Iterator[Finding]:
    for cell in cells:
        reached = [sum(counts) for counts in cell["counts"]]
        for i, q in enumerate(cell["q"]):
            if reached[i] >= LEAST_SAMPLES:
                share, right = reached[i + 1] / reached[i], accepted_share(np.array(cell["p"][i]), np.array(q))
                what = f"|accepted {share:.4f} - sum(min(p, q)) {right:.4f}| at place {i} ({cell['cell']})"
                yield Finding(what, abs(share - right), share_bound(reached[i], chance))


def _worst(check_id: str, findings: Iterator[Finding]) -> Check:
    worst = max(findings, key=lambda each: each.value / each.bound)
    return checks.at_most(check_id, worst.value, worst.bound, what=worst.what)


def _live_checks(live: Cells) -> list[Check]:
    wrong = [run["wrong_draft"] for run in live if run["wrong_draft"]]
    total = sum(run["passes"] for run in live) + len(wrong)
    found = [checks.same_output("draft-tokens", len(wrong), total, what="proposals", example="".join(wrong[:1]))]
    yielded, allowed = sum(len(run["tokens"]) for run in live), sum(run["allowed"] for run in live)
    formula = f"accepted {sum(run['accepted'] for run in live)} + passes {sum(run['passes'] for run in live)}"
    found.append(checks.exact("target-passes", yielded, allowed, unit="tokens", formula=formula))
    return found


def _live_metrics(live: Cells) -> dict[str, float]:
    passes, tried = sum(run["passes"] for run in live), sum(run["tried"] for run in live)
    tokens, accepted = sum(len(run["tokens"]) for run in live), sum(run["accepted"] for run in live)
    return {
        "live_tokens": float(tokens),
        "live_target_passes": float(passes),
        "live_tokens_per_pass": tokens / max(1, passes),
        "live_acceptance": accepted / max(1, tried),
    }


def _plot(cells: Cells) -> Plot:
    series = []
    for k in sorted({cell["k"] for cell in cells}):
        row = [cell for cell in cells if cell["k"] == k]
        alphas = [cell["alpha"] for cell in row]
        series.append(Series(f"k = {k}", alphas, [_mean(cell) for cell in row]))
        series.append(Series(f"k = {k}, formula", alphas, [expected(alpha, k) for alpha in alphas]))
    return Plot("Tokens of one target pass", "line", "acceptance alpha", "tokens per pass", series)


def _table(cells: Cells) -> Table:
    rows = []
    for cell in cells:
        mean, right = _mean(cell), expected(cell["alpha"], cell["k"])
        rows.append([cell["alpha"], cell["k"], round(mean, 3), round(right, 3), f"{mean / right - 1:+.2%}"])
    return Table("Synthetic acceptance", ["alpha", "k", "tokens per pass", "formula", "difference"], rows)


def _live_table(live: Cells) -> Table:
    rows = []
    for run in live:
        alpha, tokens = run["accepted"] / max(1, run["tried"]), len(run["tokens"])
        per_pass = tokens / max(1, run["passes"])
        shown = [round(value, 3) for value in (per_pass, alpha, expected(alpha, run["k"]))]
        rows.append([run["k"], run["prompt"], tokens, run["passes"], *shown])
    columns = ["k", "prompt", "tokens", "target passes", "tokens per pass", "acceptance", "formula at that acceptance"]
    return Table("Generations with the early-exit draft", columns, rows)


def _observation(samples: Samples, metrics: dict[str, float]) -> dict[str, str | float | int | None]:
    return {
        "model": "tiny random GPT, 4 layers; its first 2 layers are the draft",
        "batch_size": 1,
        "notes": f"profile {samples['profile']}, device {samples['device']}, nothing timed",
        "observations": f"{metrics['live_tokens']:.0f} tokens from {metrics['live_target_passes']:.0f} target passes, "
        f"{metrics['live_tokens_per_pass']:.2f} per pass at acceptance {metrics['live_acceptance']:.2f}",
    }
