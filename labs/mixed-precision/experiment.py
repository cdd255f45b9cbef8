"""Runs in the referee: each rule of rounding, sums, the loss scaler and bytes; then what formats do to errors."""

from __future__ import annotations

from typing import Any

import numpy as np
from bench import Array, Bench
from formats import (
    BF16,
    FP16,
    RULES,
    SUM_MANTISSA,
    Format,
    bf16_bits,
    draw_formats,
    is_bf16_nan,
    probes,
    sum_kahan,
    sum_rounded,
    wide,
    wrong_values,
)
from scaler import Scaler, stories

from graders.context import Context
from graders.outcome import Samples

MORE = {"quick": 6, "full": 40}
ROWS, TERMS = 8, 300
LONG_SUM = 8_192
GRADIENTS = 50_000
LOSS_SCALE = 2.0**16
BYTES_PER_WEIGHT = {"fp32": 4, "tf32": 4, "fp16": 2, "bf16": 2, "int8": 1}
TRAINING_BYTES = 16  # per parameter, with Adam, mixed or not
SCALES = tuple(10.0**k for k in range(-9, 7))  # of the inputs of the error curve


def run(context: Context) -> Samples:
    """Measure one solution; the studies follow only when every exact answer was right."""
    bench = Bench(context, context.start_workers({"solution": None})[0])
    context.phase("rules", 1, 2)
    samples: Samples = {"rules": _rules(bench), "bits": _bits(bench), "sums": _sums(bench)}
    samples |= {"scaler": _scaler(bench), "bytes": _bytes(bench), "studies": None}
    exact = [*samples["rules"], *samples["bits"], *samples["sums"], *samples["scaler"], *samples["bytes"]]
    if not any(each["wrong"] for each in exact):
        context.phase("what formats do to errors", 2, 2)
        samples["studies"] = {
            "matmul": _matmul(bench),
            "curve": _curve(bench),
            "long_sum": _long_sum(bench),
            "gradients": _gradients(bench),
        }
    return samples


def _found(check: str, wrong: Array, show: Any) -> dict[str, Any]:
    """How many of the outputs are wrong, and the first of them in words."""
    where = np.flatnonzero(wrong)
    example = show(int(where[0])) if len(where) else ""
    return {"check": check, "wrong": len(where), "total": int(wrong.size), "example": example}


def _rules(bench: Bench) -> list[dict[str, Any]]:
    rng, found = bench.context.rng, []
    for form in draw_formats(rng, MORE[bench.context.profile]):
        inputs = {rule: probes(form, rule, rng) for rule in RULES}
        more = [form.exponent_bits, form.mantissa_bits]
        outputs = bench.arrays("round_to", [(x, more, "float32", x.shape) for x in inputs.values()])
        for (rule, x), got in zip(inputs.items(), outputs, strict=True):
            right = form.round(wide(x))

            def show(i: int, x: Array = x, got: Array = got, right: Array = right, form: Format = form) -> str:
                return f"{form}: {x[i]:.9g} becomes {got[i]:.9g}, right is {right[i]:.9g}"

            found.append(_found(rule, wrong_values(got, right), show))
    return found


def _bits(bench: Bench) -> list[dict[str, Any]]:
    rng = bench.context.rng
    x = np.concatenate([probes(BF16, rule, rng) for rule in RULES])
    x = x[rng.permutation(len(x))]
    ((got),) = bench.arrays("to_bf16_bits", [(x, [], "uint16", x.shape)])
    right = bf16_bits(x)
    wrong = np.where(np.isnan(x), ~is_bf16_nan(got), got != right)
    return [_found("bf16-bits", wrong, lambda i: f"{x[i]:.9g} becomes 0x{got[i]:04x}, right is 0x{right[i]:04x}")]


def _sums(bench: Bench) -> list[dict[str, Any]]:
    """Rows of one sign, of both, and of very different sizes, in fp16, bf16 and one random format."""
    rng, found = bench.context.rng, []
    other = Format("format", int(rng.integers(5, 9)), int(rng.integers(3, SUM_MANTISSA + 1)))
    for form in (FP16, BF16, other):
        x = rng.uniform(0, 4, (ROWS, TERMS))
        x[ROWS // 2 :] *= rng.choice([-1, 1], (ROWS // 2, TERMS))
        x[-1] *= 10.0 ** rng.uniform(-3, 1, TERMS)
        x = form.round(x).astype(np.float32)
        case = (x, [form.exponent_bits, form.mantissa_bits], "float32", (ROWS,))
        for name, function in (("sum_rounded", sum_rounded), ("sum_kahan", sum_kahan)):
            (got,), right = bench.arrays(name, [case]), function(x, form)

            def show(i: int, got: Array = got, right: Array = right, form: Format = form) -> str:
                return f"{form}, {TERMS} terms: {got[i]:.9g}, right is {right[i]:.9g}"

            found.append(_found(name.replace("_", "-"), wrong_values(got, right), show))
    return found


def _scaler(bench: Bench) -> list[dict[str, Any]]:
    found = []
    for story in stories(bench.context.rng, MORE[bench.context.profile]):
        taken, scales, outputs = bench.scaler(story)
        right = Scaler(*story.start)
        wrong_state, wrong_values_at, states = [], [], []
        for step, tensors in enumerate(story.steps):
            finite = all(np.isfinite(tensor).all() for tensor in tensors)
            unscaled = [tensor.astype(np.float64) / right.scale for tensor in tensors]
            right.step(finite)
            states.append((finite, right.scale))
            wrong_state.append((taken[step], scales[step]) != states[-1])
            pairs = zip(outputs[step], unscaled, strict=True)
            differ = any(wrong_values(got, value.astype(np.float32)).any() for got, value in pairs)
            wrong_values_at.append(finite and taken[step] and differ)

        def show(i: int, what: str = story.what, taken: Any = taken, scales: Any = scales, states: Any = states) -> str:
            words = [f"{'stepped' if t else 'skipped'}, scale {s:g}" for t, s in ((taken[i], scales[i]), states[i])]
            return f"{what}: after step {i + 1} {words[0]}; right is {words[1]}"

        found.append(_found("loss-scaler", np.array(wrong_state), show))
        what = story.what
        found.append(_found("unscaled-gradients", np.array(wrong_values_at), lambda i, w=what: f"{w}: step {i + 1}"))
    return found


def _bytes(bench: Bench) -> list[dict[str, Any]]:
    rng, found = bench.context.rng, []
    counts = [int(n) for n in rng.integers(1, 10**10, 3)]
    weights: list[list[Any]] = [[n, name] for n in counts for name in BYTES_PER_WEIGHT]
    training: list[list[Any]] = [[n, mixed] for n in counts for mixed in (False, True)]
    right = [n * BYTES_PER_WEIGHT[name] for n, name in weights]
    for function, cases, expected in (
        ("weight_bytes", weights, right),
        ("training_bytes", training, [TRAINING_BYTES * n for n, _ in training]),
    ):
        got = np.array(bench.numbers(function, cases))

        def show(i: int, f: str = function, c: Any = cases, g: Array = got, e: Any = expected) -> str:
            return f"{f}({c[i][0]}, {c[i][1]}) = {g[i]:.0f}, right is {e[i]}"

        found.append(_found("bytes", got != np.array(expected), show))
    return found


def _matmul(bench: Bench) -> list[dict[str, Any]]:
    """Relative error of a product whose inputs were rounded: in fp32's, fp16's and bf16's range."""
    rng, found = bench.context.rng, []
    for _ in range(3):
        a, b = rng.standard_normal((48, 160)), rng.standard_normal((160, 40))
        errors = {"fp32": _product_error(a, b, a.astype(np.float32), b.astype(np.float32))}
        for form in (FP16, BF16):
            bits = (form.exponent_bits, form.mantissa_bits)
            errors[form.name] = _product_error(a, b, bench.rounded(a, *bits), bench.rounded(b, *bits))
        found.append(errors)
    return found


def _product_error(a: Array, b: Array, rounded_a: Array, rounded_b: Array) -> float:
    right = a @ b
    return float(
        np.linalg.norm(rounded_a.astype(np.float64) @ rounded_b.astype(np.float64) - right) / np.linalg.norm(right)
    )


def _curve(bench: Bench) -> list[dict[str, Any]]:
    """Mean relative error of single values over their scale; None once a value becomes infinite."""
    rng, found = bench.context.rng, []
    for scale in SCALES:
        x = (scale * (1 + rng.random(2_000))).astype(np.float32)
        row: dict[str, Any] = {"scale": scale}
        for form in (FP16, BF16):
            got = bench.rounded(x, form.exponent_bits, form.mantissa_bits).astype(np.float64)
            error = np.abs(got - x) / x
            row[form.name] = float(error.mean()) if np.isfinite(error).all() else None
            row[f"{form.name}_infinite"] = float(np.isinf(got).mean())
        found.append(row)
    return found


def _long_sum(bench: Bench) -> dict[str, float]:
    """Relative errors of 8,192 positive fp16 values added in fp16, with compensation, and in float32 rounded once."""
    x = FP16.round(bench.context.rng.uniform(0, 2, (4, LONG_SUM))).astype(np.float32)
    case, right = (x, [5, 10], "float32", (4,)), x.astype(np.float64).sum(axis=1)
    sums = {name: bench.arrays(name, [case])[0] for name in ("sum_rounded", "sum_kahan")}
    sums["float32"] = FP16.round(np.cumsum(x, axis=1, dtype=np.float32)[:, -1].astype(np.float64))
    return {name: float(np.mean(np.abs(got - right) / right)) for name, got in sums.items()}


def _gradients(bench: Bench) -> dict[str, float]:
    """Share of small gradients that fp16 turns into zero, without and with a loss scale of 2^16."""
    x = 10.0 ** bench.context.rng.normal(-7.5, 1.0, GRADIENTS)
    plain, scaled = (bench.rounded(x * scale, 5, 10) for scale in (1.0, LOSS_SCALE))
    bf16 = bench.rounded(x, 8, 7)
    return {
        "plain": float((plain == 0).mean()),
        "scaled": float((scaled == 0).mean()),
        "scaled_infinite": float(np.isinf(scaled).mean()),
        "bf16": float((bf16 == 0).mean()),
    }
