"""dynamic-batching: the text format, the arithmetic of plans, and the judge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from graders.errors import UnavailableError  # noqa: E402
from graders.loading import load_trusted, siblings_importable  # noqa: E402

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "dynamic-batching"
CALM = {"involuntary": 0, "own_s": 2.0, "core_busy_s": 2.0, "core_total_s": 2.0, "stolen_s": 0.0}


@pytest.fixture(scope="module")
def lab() -> Iterator[dict[str, ModuleType]]:
    with siblings_importable(FOLDER):
        names = ("textproto", "modelconfig", "scenario", "judge", "reference")
        yield {name: load_trusted(FOLDER / f"{name}.py", name) for name in names}


@settings(max_examples=50, deadline=None)
@given(
    largest=st.integers(1, 64),
    preferred=st.lists(st.integers(1, 64), max_size=3),
    delay=st.none() | st.integers(0, 100_000),
)
def test_what_is_written_is_read(
    lab: dict[str, ModuleType], largest: int, preferred: list[int], delay: int | None
) -> None:
    config = lab["modelconfig"]
    right = config.expected("m", largest, preferred, delay)
    assert config.differences(config.as_text(right), right) == (None, [])
    if delay is not None or not preferred:
        assert config.differences(lab["reference"].config("m", largest, preferred, delay), right) == (None, [])


@pytest.mark.parametrize(
    "text",
    [
        'name: "m" input { name: "x" dims: 4 dims: 5 } # a comment\n',
        "name: 'm', input [{ name: 'x'; dims: [4, 5] }]",
        'name: "m" input < name: "x" dims: [ 4 ] dims: 5 >',
    ],
)
def test_one_configuration_has_many_spellings(lab: dict[str, ModuleType], text: str) -> None:
    assert lab["modelconfig"].read(text) == {"name": "m", "input": [{"name": "x", "dims": [4, 5]}]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('name: "m" name: "n"', "name stands 2 times"),
        ('name: ["m", "n"]', "name stands 2 times"),
        ("dynamic_batching { } dynamic_batching { }", "dynamic_batching stands 2 times"),
        ("dynamic_batching { preferred_batch_sizes: 4 }", "dynamic_batching.preferred_batch_sizes is no field"),
        ('max_batch_size: "8"', "max_batch_size takes int"),
        ("name: m", "name takes str"),
        ("dynamic_batching: 3", "takes a message"),
        ("input [ { }", "] is missing"),
        ("input { name: 'x'\n", "} is missing"),
        ('name: "m"\nmax_batch_size 8.5', "line 2"),
        ("name:", "too early"),
        ("{ }", "field name"),
        ("parameters { key: 'a' }", "parameters is no field"),
    ],
)
def test_what_misleads_or_is_unknown_is_refused(lab: dict[str, ModuleType], text: str, says: str) -> None:
    config, textproto = lab["modelconfig"], lab["textproto"]
    problem, wrong = config.differences(text, {})
    assert problem is not None
    assert says in problem
    assert wrong == []
    with pytest.raises((config.ConfigError, textproto.TextError)):
        config.read(text)


def test_a_comment_is_no_field(lab: dict[str, ModuleType]) -> None:
    config = lab["modelconfig"]
    right = config.expected("m", 8, [], 100)
    text = config.as_text({key: value for key, value in right.items() if key != "dynamic_batching"})
    _, wrong = config.differences(text + "# dynamic_batching { max_queue_delay_microseconds: 100 }", right)
    assert wrong == ["dynamic_batching is absent, {'max_queue_delay_microseconds': 100} was asked for"]


@pytest.mark.parametrize("seed", range(4))
def test_the_reference_plans_by_the_formula(lab: dict[str, ModuleType], seed: int) -> None:
    cases = lab["scenario"].cases(np.random.default_rng(seed), 40)
    assert sum(case.feasible for case in cases) == 20
    for case in cases:
        plan = lab["reference"].tune(case.base_ms, case.item_ms, case.clients, case.slo_ms)
        assert (plan is not None) == case.feasible
        if plan is not None:
            assert plan[0] == case.clients
            assert plan[1] == pytest.approx(case.longest_delay_us, abs=1)


def samples() -> dict[str, object]:
    """8 clients, 8 ms + 0.5 ms per item, limit 27 ms: 12 ms a full batch, 68 ms unbatched, 13.5 ms of delay."""
    scenario = {"base_ms": 8.0, "item_ms": 0.5, "clients": 8, "slo_ms": 27.0}

    def block(seconds: float, latency: float, size: int, count: int) -> list[dict[str, object]]:
        return [{"seconds": seconds, "latencies": [latency] * count, "sizes": [size] * count}] * 6

    stats = {
        role: {
            "inference_count": 144,
            "execution_count": 144 // size,
            "inference_stats": {"success": {"count": 144}, "fail": {"count": 0}},
        }
        for role, size in {"base": 1, "plain": 1, "batched": 8, "tuned": 8}.items()
    }
    return {
        "texts": [{"case": "a", "problem": None, "wrong": []}],
        "plans": [{**scenario, "plan": [8, 13_000]}, {**scenario, "slo_ms": 15.0, "plan": None}],
        "scenario": {**scenario, "plan": [8, 13_000]},
        "loading": {"base": "", "plain": "", "batched": "", "tuned": ""},
        "blocks": {
            "peak-base": block(0.220, 0.070, 1, 24), "peak-plain": block(0.220, 0.070, 1, 24),
            "peak-batched": block(0.042, 0.014, 8, 24), "peak-tuned": block(0.042, 0.014, 8, 24),
            "lone-plain": block(0.030, 0.010, 1, 3), "lone-batched": block(0.070, 0.0235, 1, 3),
            "lone-tuned": block(0.070, 0.0235, 1, 3),
        },
        "orders": [[]] * 6,
        "tallies": {
            role: {"sent": 144, "wrong": [], "executions": float(each["execution_count"])}  # type: ignore[arg-type]
            for role, each in stats.items()
        },
        "statistics": stats,
        "scheduling": CALM,
    }  # fmt: skip


def states(lab: dict[str, ModuleType], told: dict[str, object]) -> dict[str, str]:
    return {check.id: check.state for check in lab["judge"].judge(told).checks}


def changed(key: str, **arms: object) -> dict[str, object]:
    told = samples()
    told[key] = {**told[key], **{name.replace("_", "-"): arm for name, arm in arms.items()}}  # type: ignore[dict-item]
    return told


def repeat(seconds: float, latency: float, size: int, count: int) -> list[dict[str, object]]:
    return [{"seconds": seconds, "latencies": [latency] * count, "sizes": [size] * count}] * 6


def test_the_judge_passes_what_the_arithmetic_predicts(lab: dict[str, ModuleType]) -> None:
    assert set(states(lab, samples()).values()) == {"passed"}


@pytest.mark.parametrize(
    ("check", "arms"),
    [
        ("mean-batch", {"peak_batched": repeat(0.042, 0.014, 4, 24)}),
        ("gain", {"peak_batched": repeat(0.210, 0.070, 8, 24)}),
        ("lone-delay", {"lone_batched": repeat(0.030, 0.0101, 1, 3)}),
        ("peak", {"peak_tuned": repeat(0.080, 0.026, 8, 24)}),
        ("slo", {"lone_tuned": repeat(0.120, 0.036, 1, 3)}),
    ],
)
def test_each_measured_check_fails_alone(lab: dict[str, ModuleType], check: str, arms: dict[str, object]) -> None:
    found = states(lab, changed("blocks", **arms))
    assert found[check] == "failed"
    assert {name for name, state in found.items() if state != "passed"} == {check}


def test_a_batch_faster_than_the_device_is_impossible(lab: dict[str, ModuleType]) -> None:
    assert states(lab, changed("blocks", peak_tuned=repeat(0.010, 0.003, 8, 24)))["floor"] == "impossible"


def test_a_machine_on_which_the_best_plan_misses_the_limit_fails_nobody(lab: dict[str, ModuleType]) -> None:
    slow = {"lone_tuned": repeat(0.120, 0.036, 1, 3), "lone_batched": repeat(0.120, 0.036, 1, 3)}
    assert states(lab, changed("blocks", **slow))["slo"] == "passed"


def test_counters_are_reconciled(lab: dict[str, ModuleType]) -> None:
    lost = changed("tallies", tuned={"sent": 145, "wrong": [], "executions": 18.0})
    assert states(lab, lost)["counters"] == "failed"
    wrong = changed("tallies", tuned={"sent": 144, "wrong": ["x"], "executions": 18.0})
    assert states(lab, wrong)["answers"] == "failed"
    told = samples()
    told["statistics"]["plain"]["execution_count"] = 90  # type: ignore[index]
    assert states(lab, told)["no-batching"] == "failed"


@pytest.mark.parametrize("last", ["texts", "plans", "scenario", "loading"])
def test_the_judge_does_not_pass_samples_that_stop_early(lab: dict[str, ModuleType], last: str) -> None:
    keys = ["texts", "plans", "scenario", "loading"]
    whole = samples()
    found = states(lab, {key: whole[key] for key in keys[: keys.index(last) + 1]})
    assert found["measured"] == "failed"


def test_a_machine_without_the_server_is_told_what_to_type(tmp_path: Path) -> None:
    with siblings_importable(FOLDER):
        installation = load_trusted(FOLDER / "installation.py", "installation")
    with pytest.raises(UnavailableError) as caught:
        installation.find(str(tmp_path))
    assert "nvidia-pytriton" in caught.value.install
