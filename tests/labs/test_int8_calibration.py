"""int8-calibration: thresholds and integers by hand and by property, inputs clear of ties, the judge."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from graders import manifest
from graders.loading import load_trusted, siblings_importable
from tests.graders.conftest import ROOT

np = pytest.importorskip("numpy")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

FOLDER = ROOT / "labs" / "int8-calibration"
reference = load_trusted(FOLDER / "reference.py", "int8_reference_under_test")
truth = load_trusted(FOLDER / "truth.py", "int8_truth_under_test")
with siblings_importable(FOLDER):
    inputs = load_trusted(FOLDER / "inputs.py", "int8_inputs_under_test")


def naive_divergence(counts: list[int], kept: int, levels: int) -> float:
    """The definition, bin by bin."""
    p = [float(c) for c in counts[:kept]]
    p[-1] += sum(counts[kept:])
    q = [0.0] * kept
    for level in range(levels):
        members = [j for j in range(kept) if j * levels // kept == level and counts[j] > 0]
        for j in members:
            q[j] = sum(counts[i] for i in members) / len(members)
    total_p, total_q, found = sum(p), sum(q), 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            if b == 0:
                return float("inf")
            found += a / total_p * float(np.log((a / total_p) / (b / total_q)))
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=4, max_size=24).filter(any), st.integers(2, 4))
def test_divergence_and_entropy_follow_the_definition(counts: list[int], levels: int) -> None:
    found = truth.entropy_bins(np.array(counts), levels)
    for kept, value in found.items():
        naive = naive_divergence(counts, kept, levels)
        assert value == pytest.approx(naive, abs=1e-12), kept
    bins = round(reference.entropy_threshold(np.array(counts), 0.25, levels) / 0.25)
    chosen, right = truth.chosen_entropy_bins(found, bins)
    assert chosen == right


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=40).filter(any), st.floats(1, 99.9))
def test_percentile_keeps_enough_and_not_a_bin_more(counts: list[int], percent: float) -> None:
    bins = truth.percentile_bins(np.array(counts), percent)
    assert sum(counts[:bins]) >= percent / 100 * sum(counts) * (1 - 1e-12)
    assert sum(counts[: bins - 1]) < percent / 100 * sum(counts) or bins == 1
    assert reference.percentile_threshold(np.array(counts), 2.0, percent) == 2.0 * bins
    assert reference.minmax_threshold(np.array(counts), 2.0) == 2.0 * truth.minmax_bins(np.array(counts))


def test_dropping_the_clipped_mass_always_picks_the_smallest_range() -> None:
    for seed in range(5):
        case = inputs.given_histograms(np.random.default_rng(seed), 0)[1]
        found = truth.entropy_bins(case["counts"], case["levels"])
        assert min(found, key=lambda kept: (found[kept], kept)) > case["levels"]


def test_integers_round_ties_to_even_and_saturate() -> None:
    x = np.array([0.5, 1.5, 2.5, -0.5, -2.5, 126.5, 127.6, -128.0, 1e30], np.float32)
    right = [0, 2, 2, 0, -2, 126, 127, -127, 127]
    assert reference.quantize(x, 1.0).tolist() == right
    assert truth.quantize(x, 1.0).tolist() == right


def test_values_for_bins_lie_clear_of_the_edges() -> None:
    for seed in range(20):
        x, counts, width = inputs.values_for_bins(np.random.default_rng(seed), 57, 500)
        got, got_width = reference.histogram(x, 57)
        assert (got == counts).all()
        assert got_width == pytest.approx(width, rel=1e-6)
        half = (np.abs(x[1:]) / np.float32(width * 1.001)).astype(int)
        assert (np.bincount(half, minlength=57) + (np.arange(57) == 56) == counts).all()


def test_far_from_ties_leaves_no_value_that_rounding_could_move() -> None:
    rng = np.random.default_rng(3)
    scale = rng.uniform(0.01, 1, (50, 1))
    x = truth.far_from_ties(rng.uniform(-200, 200, (50, 400)).astype(np.float32) * scale.astype(np.float32), scale)
    steps = x / scale
    assert (np.abs(np.abs(steps - np.floor(steps)) - 0.5) > 5e-3).all()
    assert (truth.quantize(x, scale * (1 + 1e-6)) == truth.quantize(x, scale)).all()


def test_the_worked_numbers() -> None:
    assert pytest.approx(0.0129, rel=0.01) == (50 / 127) ** 2 / 12
    assert pytest.approx(194_000, rel=0.01) == 12 * 127**2
    spread = np.linspace(-3.9, 3.9, 200_001)
    assert truth.clipped_error(spread, 3.9) == pytest.approx((3.9 / 127) ** 2 / 12, rel=0.01)
    assert truth.clipped_error(np.array([50.0]), 3.9) == pytest.approx((50 - 3.9) ** 2)


@pytest.fixture
def judge() -> Iterator[ModuleType]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "judge.py", "int8_judge_under_test")


def samples() -> dict[str, Any]:
    methods = ("minmax", "percentile", "entropy")
    right = {"case": "f", "worst": 0.0, "where": [0], "got": 1.0, "right": 1.0}
    return {
        "thresholds": [{"method": m, "case": "8 bins", "value": 6, "right": 6} for m in methods],
        "histograms": [{"case": "5 values", "value": 0, "right": 0}],
        "arrays": [{"check": name, "comparison": dict(right)} for name in ("scales", "quantize", "accumulate")],
        "bytes": [{"case": "[2, 3]", "value": 10.0, "right": 10}],
        "studies": {
            "outliers": [
                {"law": "normal", "method": m, "threshold": 4.0, "mse": mse, "mse_spoilt": 0.1}
                for m, mse in zip(methods, (0.01, 1e-4, 2e-4), strict=True)
            ],
            "channels": [{"case": "[2, 3]", "tensor": 0.2, "channel": 0.01, "int8_bytes": 6, "float_bytes": 24}],
            "sizes": [
                {"law": "normal", "size": size, "method": m, "mse": mse}
                for m in methods
                for size, mse in ((50, 1e-2), (500, 1e-3), (5000, 1e-4))
            ],
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
        (("thresholds", 0, "value"), 7, "minmax-threshold"),
        (("thresholds", 1, "value"), 5.5, "percentile-threshold"),
        (("thresholds", 2, "value"), 8, "entropy-threshold"),
        (("histograms", 0, "value"), 2, "histogram"),
        (("arrays", 0, "comparison", "worst"), 2.0, "scales"),
        (("arrays", 1, "comparison", "worst"), 2.0, "quantize"),
        (("arrays", 2, "comparison", "worst"), 2.0, "accumulate"),
        (("bytes", 0, "value"), 6.0, "bytes"),
        (("studies", "outliers", 2, "mse"), 0.006, "clipping-beats-minmax"),
        (("studies", "channels", 0, "channel"), 0.11, "channels-beat-tensor"),
        (("studies", "channels", 0, "int8_bytes"), 24, "weights-quarter"),
        (("studies", "sizes", 2, "mse"), 0.0106, "more-samples"),
    ],
)
def test_one_altered_number_fails_its_check(judge: ModuleType, path: tuple, value: Any, check: str) -> None:
    altered = copy.deepcopy(samples())
    place: Any = altered
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert failed(judge, altered) == {check}


def test_without_the_studies_the_exact_part_is_judged(judge: ModuleType) -> None:
    assert failed(judge, {**samples(), "studies": None}) == set()
