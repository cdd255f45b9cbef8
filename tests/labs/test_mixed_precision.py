"""mixed-precision: rounding against numpy, torch and all numbers of a format; sums, the scaler and the judge."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from fractions import Fraction
from types import ModuleType
from typing import Any

import pytest

from graders import manifest
from graders.loading import load_trusted, siblings_importable
from tests.graders.conftest import ROOT

np = pytest.importorskip("numpy")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

FOLDER = ROOT / "labs" / "mixed-precision"
reference = load_trusted(FOLDER / "reference.py", "mixed_reference_under_test")
formats = load_trusted(FOLDER / "formats.py", "mixed_formats_under_test")
scaler = load_trusted(FOLDER / "scaler.py", "mixed_scaler_under_test")

ANY_FLOAT = st.integers(0, 2**32 - 1).map(lambda bits: np.array([bits], np.uint32).view(np.float32))


def nearest(x: float, exponent_bits: int, mantissa_bits: int) -> float:
    """By trying all numbers of a small format, with exact fractions."""
    top = 2 ** (exponent_bits - 1) - 1
    numbers = [Fraction(k, 2**mantissa_bits) * Fraction(2) ** (1 - top) for k in range(2**mantissa_bits)]
    for exponent in range(1 - top, top + 2):  # one exponent more stands for infinity
        scale = Fraction(2) ** exponent
        numbers += [Fraction(2**mantissa_bits + k, 2**mantissa_bits) * scale for k in range(2**mantissa_bits)]
    distances = [abs(number - Fraction(abs(x))) for number in numbers]
    least = min(distances)
    best = [i for i, distance in enumerate(distances) if distance == least]
    chosen = best[0] if len(best) == 1 else next(i for i in best if i % 2 == 0)
    value = float(numbers[chosen]) if numbers[chosen] < Fraction(2) ** (top + 1) else float("inf")
    return float(np.copysign(value, x))


@settings(max_examples=150, deadline=None)
@given(st.integers(2, 4), st.integers(1, 4), st.data())
def test_rounding_finds_the_nearest_number_of_the_format(e: int, m: int, data: Any) -> None:
    top = 2 ** (e - 1) - 1
    sixteenth = 2.0 ** (1 - top - m - 2)
    x = data.draw(st.integers(-(2**12), 2**12)) * sixteenth
    form = formats.Format("small", e, m)
    right = nearest(x, e, m)
    assert form.round(np.array([x])).tolist() == [right]
    assert reference.round_to(np.array([x], np.float32), e, m).tolist() == [right]


@settings(max_examples=300, deadline=None)
@given(ANY_FLOAT)
def test_fp16_agrees_with_numpy_for_any_bits(x: Any) -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        right = x.astype(np.float16).astype(np.float64)
    assert x.dtype == np.float32
    assert not formats.wrong_values(formats.FP16.round(formats.wide(x)), right).any()
    assert not formats.wrong_values(reference.round_to(x, 5, 10), right).any()


def test_bf16_agrees_with_torch() -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    x = np.concatenate([formats.probes(formats.BF16, rule, rng) for rule in formats.RULES])
    right = torch.from_numpy(x).to(torch.bfloat16)
    assert not formats.wrong_values(formats.BF16.round(formats.wide(x)), right.to(torch.float64).numpy()).any()
    bits = right.view(torch.int16).numpy().view(np.uint16)
    for got in (formats.bf16_bits(x), reference.to_bf16_bits(x)):
        assert (np.where(np.isnan(x), formats.is_bf16_nan(got), got == bits)).all()


@pytest.mark.parametrize("seed", range(5))
def test_reference_and_referee_agree_on_every_probe(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for form in formats.draw_formats(rng, 10):
        for rule in formats.RULES:
            x = formats.probes(form, rule, rng)
            got = reference.round_to(x, form.exponent_bits, form.mantissa_bits)
            assert not formats.wrong_values(got, form.round(formats.wide(x))).any(), (form, rule)


def test_probes_of_ties_are_ties() -> None:
    rng = np.random.default_rng(4)
    for form in formats.draw_formats(rng, 10):
        x = formats.probes(form, "ties-to-even", rng).astype(np.float64)
        below, above = form.round(x * (1 - 2.0**-30)), form.round(x * (1 + 2.0**-30))
        assert (below != above).all()


@pytest.mark.parametrize("form", [formats.FP16, formats.BF16])
def test_sums_agree_and_compensation_helps(form: Any) -> None:
    x = form.round(np.random.default_rng(2).uniform(0, 2, (3, 800))).astype(np.float32)
    bits = (form.exponent_bits, form.mantissa_bits)
    plain, kahan = reference.sum_rounded(x, *bits), reference.sum_kahan(x, *bits)
    assert (plain == formats.sum_rounded(x, form)).all()
    assert (kahan == formats.sum_kahan(x, form)).all()
    right = x.sum(axis=1, dtype=np.float64)
    assert (np.abs(kahan - right) < 0.2 * np.abs(plain - right)).all()


def test_every_story_of_the_scaler_is_told_alike() -> None:
    for story in scaler.stories(np.random.default_rng(3), 20):
        mine, theirs = reference.LossScaler(*story.start), scaler.Scaler(*story.start)
        for tensors in story.steps:
            finite = all(np.isfinite(tensor).all() for tensor in tensors)
            assert (mine.unscale(tensors) is not None) == finite
            theirs.step(finite)
            assert mine.scale == theirs.scale


def test_the_stories_reach_every_transition() -> None:
    first, second, third, last = scaler.stories(np.random.default_rng(5), 0)
    ends = []
    for story in (first, second, third, last):
        state = scaler.Scaler(*story.start)
        for tensors in story.steps:
            state.step(all(np.isfinite(tensor).all() for tensor in tensors))
        ends.append(state.scale / story.start[0])
    assert ends == [4.0, 1.0, 0.5, 2.0]


def test_the_scaler_follows_torch() -> None:
    torch = pytest.importorskip("torch")
    for story in scaler.stories(np.random.default_rng(6), 6):
        start, growth, backoff, interval = story.start
        if start > 2.0**100:
            continue  # torch keeps a scale in float32, but needs a GPU's kernel to see the growth end there
        scale, tracker = torch.tensor(start), torch.tensor(0, dtype=torch.int32)
        mine = scaler.Scaler(*story.start)
        for tensors in story.steps:
            finite = all(np.isfinite(tensor).all() for tensor in tensors)
            torch._amp_update_scale_(scale, tracker, torch.tensor(0.0 if finite else 1.0), growth, backoff, interval)
            mine.step(finite)
            assert float(scale) == mine.scale


@pytest.fixture
def judge() -> Iterator[ModuleType]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "judge.py", "mixed_judge_under_test")


def part(check: str) -> dict[str, Any]:
    return {"check": check, "wrong": 0, "total": 10, "example": ""}


def samples() -> dict[str, Any]:
    curve = [
        {"scale": 10.0**k, "fp16": 1e-4, "bf16": 1e-3, "fp16_infinite": float(k > 4), "bf16_infinite": 0.0}
        for k in range(-9, 7)
    ]
    return {
        "rules": [part(rule) for rule in formats.RULES],
        "bits": [part("bf16-bits")],
        "sums": [part("sum-rounded"), part("sum-kahan")],
        "scaler": [part("loss-scaler"), part("unscaled-gradients")],
        "bytes": [part("bytes")],
        "studies": {
            "matmul": [{"fp32": 1e-8, "fp16": 1e-4, "bf16": 1e-3}],
            "curve": curve,
            "long_sum": {"sum_rounded": 0.5, "sum_kahan": 1e-4, "float32": 1e-4},
            "gradients": {"plain": 0.5, "scaled": 0.0, "scaled_infinite": 0.0, "bf16": 0.0},
        },
    }


def failed(judge: ModuleType, altered: dict[str, Any]) -> set[str]:
    outcome = judge.judge(json.loads(json.dumps(altered)))
    assert outcome.plots
    return {check.id for check in outcome.checks if not check.passed}


def test_right_samples_pass_every_check_that_a_mutant_names(judge: ModuleType) -> None:
    assert failed(judge, samples()) == set()
    assert {m.fails for m in manifest.load(FOLDER).mutants} <= {c.id for c in judge.judge(samples()).checks}


@pytest.mark.parametrize(
    ("path", "value", "check"),
    [
        *[(("rules", i, "wrong"), 1, rule) for i, rule in enumerate(formats.RULES)],
        (("bits", 0, "wrong"), 1, "bf16-bits"),
        (("sums", 0, "wrong"), 1, "sum-rounded"),
        (("sums", 1, "wrong"), 1, "sum-kahan"),
        (("scaler", 0, "wrong"), 1, "loss-scaler"),
        (("scaler", 1, "wrong"), 1, "unscaled-gradients"),
        (("bytes", 0, "wrong"), 1, "bytes"),
        (("studies", "matmul", 0, "fp16"), 1e-2, "error-order"),
        (("studies", "curve", 14, "fp16_infinite"), 0.5, "range"),
        (("studies", "long_sum", "sum_kahan"), 0.03, "kahan-saves-the-sum"),
        (("studies", "gradients", "scaled"), 0.03, "scale-saves-gradients"),
    ],
)
def test_one_altered_number_fails_its_check(judge: ModuleType, path: tuple, value: Any, check: str) -> None:
    altered = copy.deepcopy(samples())
    place: Any = altered
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert failed(judge, altered) == {check}


def test_without_the_studies_the_rules_are_judged(judge: ModuleType) -> None:
    assert failed(judge, {**samples(), "studies": None}) == set()
