"""Runs in the referee: given histograms, integers and scales first; then what the thresholds do to errors."""

from __future__ import annotations

from typing import Any

import numpy as np
from bench import Bench
from inputs import HEAVY, LAWS, draw, given_histograms, values_for_bins, weights, with_outliers
from truth import (
    Array,
    bins_of,
    chosen_entropy_bins,
    clipped_error,
    entropy_bins,
    far_from_ties,
    minmax_bins,
    output_error,
    percentile_bins,
    quantize,
    weight_scales,
)

from graders.checks import compare
from graders.context import Context
from graders.outcome import Samples

BINS, LEVELS, PERCENT = 2048, 128, 99.99
SMALL_BINS = 512  # for the many small calibration sets
SIZES = (50, 500, 5_000)
TEST_VALUES = 200_000
REPEATS = {"quick": 12, "full": 60}
MORE_CASES = {"quick": 12, "full": 60}
METHODS = ("minmax", "percentile", "entropy")


def run(context: Context) -> Samples:
    """Measure one solution; the studies follow only when every exact answer was right."""
    bench = Bench(context, context.start_workers({"solution": None})[0])
    context.phase("given histograms and integers", 1, 2)
    samples: Samples = {"thresholds": _given(bench), "histograms": _counted(bench), "arrays": _arrays(bench)}
    samples["bytes"] = _bytes(bench)
    samples["studies"] = None
    if all(case["value"] == case["right"] for name in ("thresholds", "histograms", "bytes") for case in samples[name]):
        right = [each["comparison"]["worst"] <= 1 for each in samples["arrays"]]
        if all(right):
            context.phase("what thresholds and scales do", 2, 2)
            samples["studies"] = {
                "outliers": _outliers(bench),
                "channels": _channels(bench),
                "sizes": _sizes(bench),
            }
    return samples


def _given(bench: Bench) -> list[dict[str, Any]]:
    found = []
    for case in given_histograms(bench.context.rng, MORE_CASES[bench.context.profile]):
        counts, width = case["counts"], case["bin_width"]
        more = {"minmax": [], "percentile": [case["percent"]], "entropy": [case["levels"]]}
        values = bench.thresholds([(method, counts, width, more[method]) for method in METHODS])
        bins = {method: bins_of(value, width) for method, value in zip(METHODS, values, strict=True)}
        right = {"minmax": minmax_bins(counts), "percentile": percentile_bins(counts, case["percent"])}
        divergences = entropy_bins(counts, case["levels"])
        bins["entropy"], right["entropy"] = chosen_entropy_bins(divergences, bins["entropy"])
        for method in METHODS:
            arguments = ", ".join(f"{value:.6g}" for value in more[method])
            shown = f"{len(counts)} bins, {counts.sum():,} values" + (f", {arguments}" if arguments else "")
            if len(counts) <= 8:
                shown = f"counts {counts.tolist()}, bin_width {width}" + (f", {arguments}" if arguments else "")
            found.append({"method": method, "case": shown, "value": bins[method], "right": right[method]})
    return found


def _counted(bench: Bench) -> list[dict[str, Any]]:
    rng, found = bench.context.rng, []
    for size in (5, 200, int(rng.integers(1_000, 5_000))):
        bins = int(rng.integers(4, 400))
        x, counts, width = values_for_bins(rng, bins, size)
        ((got, got_width),) = bench.histograms([x], bins)
        wrong = int(np.sum(got != counts)) + (abs(got_width - width) > 1e-6 * width)
        found.append({"case": f"{size} values in {bins} bins: bins with a wrong count", "value": wrong, "right": 0})
    return found


def _arrays(bench: Bench) -> list[dict[str, Any]]:
    """Scales, integers and sums, each compared with the right array."""
    rng, found = bench.context.rng, []

    def note(check: str, case: str, got: Array, right: Array, relative: float = 0.0) -> None:
        compared = compare(case, got, right, relative=relative, absolute=1e-30)
        found.append({"check": check, "comparison": compared.as_dict()})

    ties = np.array([[0.5, 1.5, 2.5, -0.5, -1.5, 126.5, 127.4, 500.0, -127.4, -128.0, -1e30, 0.0]], np.float32)
    for scale in (1.0, 0.25, 2.0):
        x = ties * np.float32(scale)
        got = bench.array("quantize", "int8", x.shape, {"x": x}, scale=scale)
        note("quantize", f"ties and large values, scale {scale}", got, quantize(x, scale))
    for _ in range(MORE_CASES[bench.context.profile] // 3):
        outputs, inputs = int(rng.integers(2, 40)), int(rng.integers(2, 300))
        w = weights(rng, outputs, inputs)
        w[-1] *= rng.integers(2)  # now and then a channel of zeros
        for per_channel in (False, True):
            shape = (outputs if per_channel else 1, 1)
            scales = bench.array("weight_scales", "float32", shape, {"w": w}, per_channel=per_channel)
            right = weight_scales(w, per_channel)
            case = f"[{outputs}, {inputs}], {'per channel' if per_channel else 'per tensor'}"
            note("scales", case, scales, right, relative=1e-6)
            x = far_from_ties(w * np.float32(1.2), right)  # a fifth more than the range: some values saturate
            got = bench.array("quantize", "int8", x.shape, {"x": x, "scale": right.astype(np.float32)})
            note("quantize", case, got, quantize(x, right.astype(np.float32).astype(np.float64)))
    found += _sums(bench)
    return found


def _sums(bench: Bench) -> list[dict[str, Any]]:
    rng, found = bench.context.rng, []
    for inputs in (3, int(rng.integers(100, 600)), int(rng.integers(3_000, 6_000))):
        n, outputs = int(rng.integers(1, 9)), int(rng.integers(1, 9))
        xq, wq = (rng.integers(-127, 128, (rows, inputs)).astype(np.int8) for rows in (n, outputs))
        xq[0] = wq[0] = 127  # the largest sum there can be
        got = bench.array("accumulate", "int32", (n, outputs), {"x": xq, "w": wq})
        compared = compare(f"{inputs} products", got, (xq.astype(np.int64) @ wq.astype(np.int64).T).astype(np.float64),
                           relative=0.0, absolute=1e-30)  # fmt: skip
        found.append({"check": "accumulate", "comparison": compared.as_dict()})
    return found


def _bytes(bench: Bench) -> list[dict[str, Any]]:
    rng = bench.context.rng
    cases = [[int(rng.integers(1, 5_000)), int(rng.integers(1, 5_000)), bool(flag)] for flag in (0, 1, 0, 1)]
    right = [outputs * inputs + 4 * (outputs if flag else 1) for outputs, inputs, flag in cases]
    values = bench.numbers("quantized_bytes", cases)
    return [
        {"case": f"[{outputs}, {inputs}] {'per channel' if flag else 'per tensor'}", "value": value, "right": expected}
        for (outputs, inputs, flag), value, expected in zip(cases, values, right, strict=True)
    ]


def _three(counts: Array, width: float) -> list[tuple[str, Array, float, list[Any]]]:
    return [
        ("minmax", counts, width, []),
        ("percentile", counts, width, [PERCENT]),
        ("entropy", counts, width, [LEVELS]),
    ]


def _outliers(bench: Bench) -> list[dict[str, Any]]:
    """Calibrate on 200,000 values of which three are spoilt; errors on fresh values with and without such outliers."""
    rng, found = bench.context.rng, []
    for law in (*LAWS, HEAVY):
        x, fresh = with_outliers(draw(law, TEST_VALUES, rng), rng), draw(law, TEST_VALUES, rng)
        ((counts, width),) = bench.histograms([x], BINS)
        for method, threshold in zip(METHODS, bench.thresholds(_three(counts, width)), strict=True):
            error, spoilt = clipped_error(fresh, threshold), clipped_error(with_outliers(fresh, rng), threshold)
            found.append({"law": law, "method": method, "threshold": threshold, "mse": error, "mse_spoilt": spoilt})
    return found


def _channels(bench: Bench) -> list[dict[str, Any]]:
    rng, found = bench.context.rng, []
    for _ in range(3):
        w = weights(rng, int(rng.integers(32, 97)), int(rng.integers(64, 257)))
        x = rng.standard_normal((64, w.shape[1]))
        errors = {}
        for name, per_channel in (("tensor", False), ("channel", True)):
            shape = (len(w) if per_channel else 1, 1)
            scales = bench.array("weight_scales", "float32", shape, {"w": w}, per_channel=per_channel)
            wq = bench.array("quantize", "int8", w.shape, {"x": w, "scale": scales})
            errors[name] = output_error(x, w, wq, scales.astype(np.float64))
        found.append({"case": f"{list(w.shape)}", **errors, "int8_bytes": int(wq.nbytes), "float_bytes": int(w.nbytes)})
    return found


def _sizes(bench: Bench) -> list[dict[str, Any]]:
    """Errors on one large test set after calibrating on 50, 500 and 5,000 values, many times each."""
    rng, repeats = bench.context.rng, REPEATS[bench.context.profile]
    law = LAWS[int(rng.integers(len(LAWS)))]
    fresh, found = draw(law, TEST_VALUES // 4, rng), []
    for done, size in enumerate(SIZES):
        sets = [draw(law, size, rng) for _ in range(repeats)]
        wanted = [row for counts, width in bench.histograms(sets, SMALL_BINS) for row in _three(counts, width)]
        for (method, *_), threshold in zip(wanted, bench.thresholds(wanted), strict=True):
            found.append({"law": law, "size": size, "method": method, "mse": clipped_error(fresh, threshold)})
        bench.context.progress(done + 1, len(SIZES), f"{size} values")
    return found
