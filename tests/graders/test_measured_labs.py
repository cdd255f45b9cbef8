"""batch-curve and kv-cache-table end to end: starter, reference and mutants through the real referee."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from graders import manifest
from graders.loading import load_trusted, siblings_importable
from graders.outcome import Outcome
from tests.graders.conftest import ROOT, Run, grade_lab

pytest.importorskip("torch")

LABS = ("batch-curve", "kv-cache-table")


@pytest.fixture(scope="module", params=LABS)
def reference(request: pytest.FixtureRequest) -> Run:
    return grade_lab(request.param, "reference.py")


def test_the_reference_passes_and_shows_its_curve(reference: Run) -> None:
    if reference.verdict == "noisy":
        pytest.skip("this machine is too busy to measure on: " + reference.last["reason"])
    assert reference.verdict == "passed", reference.last["reason"]
    assert reference.failed == []
    assert reference.last["seconds"] < 60
    assert reference.last["evidence"] == "measured"
    assert reference.last["tables"]
    for plot in reference.last["plots"]:
        for series in plot["series"]:
            assert len(series["x"]) == len(series["y"]) == len(series["low"]) == len(series["high"])


def test_the_record_keeps_every_sample_and_interval(reference: Run) -> None:
    record = reference.last["record"]
    assert record["samples"]["orders"]
    assert record["intervals"]
    assert record["quietness"]["control"]
    assert all(value is None or value == value for value in reference.last["metrics"].values())


@pytest.fixture
def judge(reference: Run) -> Iterator[Callable[[Any], Outcome]]:
    folder = ROOT / "labs" / str(reference.last["lab"])
    with siblings_importable(folder):
        yield load_trusted(folder / "judge.py", "measured_judge_under_test").judge


def test_the_stored_samples_give_the_same_findings_again(judge: Callable[[Any], Outcome], reference: Run) -> None:
    outcome = judge(reference.last["record"]["samples"])
    assert [check.as_dict() for check in outcome.checks] == reference.last["checks"]
    assert [plot.as_dict() for plot in outcome.plots] == reference.last["plots"]
    assert outcome.quietness.control is not None
    assert outcome.quietness.control.as_dict() == reference.last["record"]["quietness"]["control"]


def test_samples_that_stop_early_do_not_pass(judge: Callable[[Any], Outcome], reference: Run) -> None:
    samples = reference.last["record"]["samples"]
    untimed = {key: value for key, value in samples.items() if key != "orders"}
    for stopped in ({}, untimed):
        assert any(not check.passed for check in judge(stopped).checks)


def test_a_fifth_of_the_floor_is_impossible(judge: Callable[[Any], Outcome], reference: Run) -> None:
    samples = dict(reference.last["record"]["samples"])
    floors = [check for check in reference.last["checks"] if check["id"].startswith("floor-")]
    assert len(floors) == 3
    assert all(check["value"] > 1.2 * check["bound"] for check in floors)
    speed = max(5 * check["value"] / check["bound"] for check in floors)
    if "whole_s" in samples:
        samples["whole_s"] = {arm: [each / speed for each in seconds] for arm, seconds in samples["whole_s"].items()}
    else:
        samples |= {f"tp{size}": [rate * speed for rate in samples[f"tp{size}"]] for size in (1, 4, 8)}
    states = {check.id: check.state for check in judge(samples).checks}
    assert {states[check["id"]] for check in floors} == {"impossible"}


def test_progress_is_told_while_it_runs(reference: Run) -> None:
    kinds = {event["event"] for event in reference.events}
    assert {"start", "phase", "progress", "verdict"} <= kinds


@pytest.mark.parametrize("slug", LABS)
def test_the_starter_runs_and_does_not_pass(slug: str) -> None:
    run = grade_lab(slug, "starter.py")
    assert (run.code, run.verdict) == (1, "failed")


@pytest.mark.parametrize(
    ("slug", "name"),
    [("batch-curve", "mixes-answers"), ("batch-curve", "never-waits"), ("kv-cache-table", "position-off-by-one")],
)
def test_a_mutant_fails_its_named_check(slug: str, name: str) -> None:
    lab = manifest.find(slug)
    mutant = next(m for m in lab.mutants if m.name == name)
    run = grade_lab(slug, mutant.file)
    assert run.verdict == "failed"
    assert mutant.fails in run.failed


@pytest.mark.parametrize("slug", LABS)
def test_a_lab_folder_is_complete(slug: str) -> None:
    lab = manifest.find(slug)
    assert lab.question.endswith("?")
    assert len(lab.mutants) >= 3
    assert len({mutant.fails for mutant in lab.mutants}) >= 3
    assert len(lab.hints) >= 3
    named = {(lab.folder / mutant.file).resolve() for mutant in lab.mutants}
    assert named == set((lab.folder / "mutants").glob("*.py"))
    for name in ("README.md", "starter.py", "reference.py", "driver.py", "experiment.py", "judge.py"):
        assert (ROOT / "labs" / slug / name).is_file(), name
